# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""boto3 in snake_case, and the one place that leans on amazon.aws's module_utils."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.botocore import get_aws_connection_info, is_boto3_error_code
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.amazon.aws.plugins.module_utils.policy import compare_policies
from ansible_collections.amazon.aws.plugins.module_utils.tagging import (
    ansible_dict_to_boto3_tag_list,
    boto3_tag_list_to_ansible_dict,
)

try:
    import boto3
    import botocore.session
    from botocore import xform_name
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError
    from botocore.loaders import create_loader

    LOADER = create_loader()  # parses each service's model once in a process, not once for each client
except ImportError:  # AnsibleAWSModule reports it, with what to install
    LOADER = None

    class BotoCoreError(Exception):  # type: ignore[no-redef]
        """Stands in where botocore is missing."""

    class ClientError(Exception):  # type: ignore[no-redef]
        """Stands in where botocore is missing."""


__all__ = [
    "AnsibleAWSModule",
    "Aws",
    "BotoCoreError",
    "ClientError",
    "client_factory",
    "compare_policies",
    "is_boto3_error_code",
]

Client = Any


def client_factory(module: AnsibleAWSModule) -> Callable[[str, str], Client]:
    """Clients with the module's credentials, for any service and region, which retry what AWS throttles."""
    endpoint, given = get_aws_connection_info(module)[1:]
    config = Config(retries={"mode": "standard", "max_attempts": 10}).merge(given.pop("aws_config", Config()))
    core = botocore.session.Session(profile=given.pop("profile_name", None))
    core.register_component("data_loader", LOADER)
    session = boto3.session.Session(botocore_session=core)
    return lambda service, region: session.client(
        service, region_name=region, endpoint_url=endpoint, config=config, **given
    )


def warm(*services: str) -> None:
    """Load what clients of these services are made from. Nothing is sent; the clients are thrown away."""
    if LOADER is None:
        return
    core = botocore.session.Session()
    core.register_component("data_loader", LOADER)
    session = boto3.session.Session("none", "none", botocore_session=core)
    for service in services:
        session.client(service, region_name="us-east-1")


class Aws:
    """AWS as seen from one region, in snake_case: ``aws.call("ec2", "create_vpc", cidr_block="10.0.0.0/16")``.

    Names are translated by botocore's own service models, so that every member that botocore knows works, and a
    wrong one is an error here. Tags are plain dicts in answers and in arguments named ``tags``.
    """

    def __init__(self, clients: Callable[[str, str], Client], region: str) -> None:
        self.region = region
        self._factory = clients
        self._clients: dict[tuple[str, str], Client] = {}
        self._identity: dict[str, Any] = {}

    def client(self, service: str, region: str | None = None) -> Client:
        """The boto3 client, made once."""
        key = (service, region or self.region)
        if key not in self._clients:
            self._clients[key] = self._factory(*key)
        return self._clients[key]

    def call(self, service: str, operation: str, region: str | None = None, **params: Any) -> dict[str, Any]:
        """One request. Arguments that are None are left out."""
        client = self.client(service, region)
        model = _operation(client, operation)
        answer = getattr(client, operation)(**to_boto(model.input_shape, params))
        return dict(from_boto(model.output_shape, answer)) if model.output_shape else {}

    def pages(
        self, service: str, operation: str, key: str, region: str | None = None, **params: Any
    ) -> list[dict[str, Any]]:
        """All items of a listing, over all its pages."""
        client = self.client(service, region)
        if not client.can_paginate(operation):
            return list(self.call(service, operation, region, **params).get(key) or [])
        model = _operation(client, operation)
        pages = client.get_paginator(operation).paginate(**to_boto(model.input_shape, params))
        return [item for page in pages for item in from_boto(model.output_shape, page).get(key) or []]

    def found(self, missing: str | list[str], ask: Callable[[], Any]) -> Any:
        """What ``ask`` returns, or None where AWS answers with one of the codes that say 'there is none'."""
        try:
            return ask()
        except is_boto3_error_code(missing):
            return None

    @property
    def account_id(self) -> str:
        """The account that the credentials belong to."""
        self._identity = self._identity or self.call("sts", "get_caller_identity")
        return str(self._identity["account"])

    @property
    def partition(self) -> str:
        """aws, aws-cn or aws-us-gov."""
        return str(self.client("sts").meta.partition)


def _operation(client: Client, operation: str) -> Any:
    return client.meta.service_model.operation_model(client.meta.method_to_api_mapping[operation])


def to_boto(shape: Any, value: Any) -> Any:
    """snake_case to boto3's names. Raises TypeError for a name that the API does not have."""
    if shape is None or value is None:
        return value if shape is not None else {}
    if shape.type_name == "structure" and isinstance(value, Mapping):
        names = {xform_name(name): name for name in shape.members}
        wrong = sorted(set(value) - set(names))
        if wrong:
            raise TypeError(f"{shape.name} has no member {', '.join(wrong)}; it has: {', '.join(sorted(names))}")
        return {names[k]: to_boto(shape.members[names[k]], v) for k, v in value.items() if v is not None}
    if shape.type_name == "list":
        if isinstance(value, Mapping) and _is_tags(shape):
            return ansible_dict_to_boto3_tag_list(value, *_tag_names(shape))
        return [to_boto(shape.member, v) for v in value]
    return value


def from_boto(shape: Any, value: Any) -> Any:
    """boto3's names to snake_case; lists of tags to dicts without AWS's own tags."""
    if shape is None:
        return value
    if shape.type_name == "structure" and isinstance(value, Mapping):
        members = {k: v for k, v in value.items() if k in shape.members}
        return {_tags_name(k, shape.members[k]): from_boto(shape.members[k], v) for k, v in members.items()}
    if shape.type_name == "list" and isinstance(value, list):
        if _is_tags(shape):
            tags = boto3_tag_list_to_ansible_dict(value, *_tag_names(shape))
            return {k: v for k, v in tags.items() if not k.startswith("aws:")}
        return [from_boto(shape.member, v) for v in value]
    return value.isoformat() if shape.type_name == "timestamp" and hasattr(value, "isoformat") else value


def _tag_names(shape: Any) -> tuple[str, str]:
    return ("TagKey", "TagValue") if "TagKey" in shape.member.members else ("Key", "Value")


def _is_tags(shape: Any) -> bool:
    member = shape.member
    return member.type_name == "structure" and set(member.members) in ({"Key", "Value"}, {"TagKey", "TagValue"})


def _tags_name(name: str, shape: Any) -> str:
    return "tags" if name in ("TagList", "TagSet") and _is_tags(shape) else xform_name(name)
