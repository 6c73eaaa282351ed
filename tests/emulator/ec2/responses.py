"""EC2 of the local AWS: moto's handler with what it lacks, behind the checks that come before everything."""

from __future__ import annotations

import json
from typing import Any

from moto.core.base_backend import BaseBackend
from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult
from moto.core.utils import camelcase_to_underscores

from ..core import AwsError, own_backend
from .base import forget_tags
from .checks import check, check_there, forgotten
from .endpoint_responses import EndpointResponses
from .flow_log_responses import FlowLogResponses
from .gateway_responses import GatewayResponses
from .ipam_cidr_responses import IpamCidrResponses
from .ipam_pool_responses import IpamPoolResponses
from .ipam_resource_responses import IpamResourceResponses
from .ipam_responses import IpamResponses
from .listing import narrowed, taken
from .region_responses import RegionResponses
from .route_responses import RouteResponses
from .security_group_responses import SecurityGroupResponses
from .states import refresh, watch
from .tag_responses import TagResponses
from .vpc_responses import VpcResponses


class Requests(BaseBackend):
    """The answers to requests that carried a client token, per region."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.answers: dict[tuple[str, str], tuple[str, Any]] = {}


_REQUESTS = own_backend("local-ec2-requests", Requests)


class LocalEc2(
    IpamResponses,
    IpamPoolResponses,
    IpamCidrResponses,
    IpamResourceResponses,
    VpcResponses,
    GatewayResponses,
    RouteResponses,
    EndpointResponses,
    FlowLogResponses,
    SecurityGroupResponses,
    TagResponses,
    RegionResponses,
):
    """EC2."""

    def call_action(self) -> Any:
        """Check, look for an earlier answer to the same client token, and only then do it."""
        operation = self._get_action()
        if not hasattr(type(self), camelcase_to_underscores(operation)):
            return super().call_action()
        try:
            check(operation, self.params)
            check_there(operation, self.params, self.ec2)
            earlier, key, asked = self._earlier(operation)
        except ServiceException as error:
            return self._refusal(error)
        if earlier:
            return earlier
        refresh(self.ec2)
        gone, part = list(forgotten(operation, self.params)), taken(operation, self.params)
        status, headers, body = super().call_action()
        if int(status) == 200 and part:
            return self._narrowed(operation, part, (status, headers, body))
        if int(status) == 200:
            forget_tags(self.ec2, gone)
            if not operation.startswith("Describe"):
                for vpc in self.ec2.vpcs.values():
                    watch(self.ec2, vpc)
            if key[1]:
                _REQUESTS[self.current_account][self.region].answers[key] = (asked, (status, dict(headers), body))
        return status, headers, body

    def _earlier(self, operation: str) -> tuple[Any, tuple[str, str], str]:
        key = (operation, self.params.get("ClientToken") or "")
        asked = json.dumps(self.params, sort_keys=True, default=str)
        known = _REQUESTS[self.current_account][self.region].answers.get(key)
        if known and key[1] and known[0] != asked:
            text = "The client token was used before, in a request with other parameters."
            raise AwsError("IdempotentParameterMismatch", text)
        return known[1] if known and key[1] else None, key, asked

    def _narrowed(self, operation: str, part: Any, answer: Any) -> Any:
        try:
            return self.serialized(ActionResult(narrowed(operation, part, *answer)))
        except ServiceException as error:
            return self._refusal(error)

    def _refusal(self, error: ServiceException) -> Any:
        status, headers, body = self.serialized(ActionResult(error))
        if error.code == "DryRunOperation":
            status = 412
        headers["status"] = str(status)
        return status, headers, body
