"""EC2 of the local AWS: moto's handler with the operations that it lacks, behind common checks."""

from __future__ import annotations

import json
from typing import Any

from moto.core.base_backend import BaseBackend
from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult
from moto.core.utils import camelcase_to_underscores

from ..core import AwsError, own_backend
from .base import forget_tags
from .checks import check, deleted_ids
from .dhcp_responses import DhcpResponses
from .endpoint_responses import EndpointResponses
from .flow_log_responses import FlowLogResponses
from .gateway_responses import GatewayResponses
from .ids import check_exists
from .instance_responses import InstanceResponses
from .ipam_cidr_responses import IpamCidrResponses
from .ipam_pool_responses import IpamPoolResponses
from .ipam_resource_responses import IpamResourceResponses
from .ipam_responses import IpamResponses
from .listing import filtered_page, take_list_options
from .network_acl_responses import NetworkAclResponses
from .private_gateway_responses import PrivateGatewayResponses
from .region_responses import RegionResponses
from .route_responses import RouteResponses
from .security_group_responses import SecurityGroupResponses
from .states import note_emptied, refresh
from .tag_responses import TagResponses
from .vpc_responses import VpcResponses


class Requests(BaseBackend):
    """The answers of a region to requests with a client token."""

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
    NetworkAclResponses,
    DhcpResponses,
    PrivateGatewayResponses,
    InstanceResponses,
    EndpointResponses,
    FlowLogResponses,
    SecurityGroupResponses,
    TagResponses,
    RegionResponses,
):
    """The handler of EC2."""

    def call_action(self) -> Any:
        """Check a request, and carry it out unless its client token already has an answer."""
        operation = self._get_action()
        if not hasattr(type(self), camelcase_to_underscores(operation)):
            return super().call_action()
        try:
            check(operation, self.params)
            earlier, key, request = self._earlier(operation)
            if earlier:
                return earlier
            refresh(self.ec2)
            check_exists(operation, self.params, self.ec2)
        except ServiceException as error:
            return self._refusal(error)
        deleted, options = list(deleted_ids(operation, self.params)), take_list_options(operation, self.params)
        self._name_groups_by_id(options.get("Filters") or [])
        status, headers, body = super().call_action()
        if int(status) == 200 and options:
            return self._filtered_page(operation, options, (status, headers, body))
        if int(status) == 200:
            forget_tags(self.ec2, deleted)
            if not operation.startswith("Describe"):
                for vpc in self.ec2.vpcs.values():
                    note_emptied(self.ec2, vpc)
            if key[1]:
                _REQUESTS[self.current_account][self.region].answers[key] = (request, (status, dict(headers), body))
        return status, headers, body

    def _earlier(self, operation: str) -> tuple[Any, tuple[str, str], str]:
        key = (operation, self.params.get("ClientToken") or "")
        request = json.dumps(self.params, sort_keys=True, default=str)
        known = _REQUESTS[self.current_account][self.region].answers.get(key)
        if known and key[1] and known[0] != request:
            text = "The client token was used before, in a request with other parameters."
            raise AwsError("IdempotentParameterMismatch", text)
        return known[1] if known and key[1] else None, key, request

    def _filtered_page(self, operation: str, options: Any, answer: Any) -> Any:
        try:
            return self.serialized(ActionResult(filtered_page(operation, options, *answer)))
        except ServiceException as error:
            return self._refusal(error)

    def _refusal(self, error: ServiceException) -> Any:
        status, headers, body = self.serialized(ActionResult(error))
        if error.code == "DryRunOperation":
            status = 412
        headers["status"] = str(status)
        return status, headers, body
