# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""boto3 in snake_case, and the one place that leans on amazon.aws's module_utils."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from ansible_collections.amazon.aws.plugins.module_utils.botocore import get_aws_connection_info, is_boto3_error_code
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.amazon.aws.plugins.module_utils.policy import compare_policies
from ansible_collections.amazon.aws.plugins.module_utils.tagging import (
    ansible_dict_to_boto3_tag_list,
    boto3_tag_list_to_ansible_dict,
)
from ansible_collections.mtk.backend.plugins.module_utils import _tls
from ansible_collections.mtk.backend.plugins.module_utils._memory import Forgotten, Memory, reads
from ansible_collections.mtk.backend.plugins.module_utils._reconcile import OWNER_TAG

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
    "account_key",
    "client_factory",
    "compare_policies",
    "is_boto3_error_code",
]

Client = Any
T = TypeVar("T")


def client_factory(module: AnsibleAWSModule) -> Callable[[str, str], Client]:
    """Clients with the module's credentials, for any service and region, which retry what AWS throttles."""
    endpoint, given = get_aws_connection_info(module)[1:]
    config = Config(retries={"mode": "standard", "max_attempts": 10}, max_pool_connections=32).merge(
        given.pop("aws_config", Config())
    )
    session: list[Any] = []  # made with the first client: whoever finds everything in memory needs none

    def client(service: str, region: str) -> Client:
        if not session:
            core = botocore.session.Session(profile=given.pop("profile_name", None))
            core.register_component("data_loader", LOADER)
            session.append(boto3.session.Session(botocore_session=core))
        with _tls.shared(given.get("verify")):
            return session[0].client(service, region_name=region, endpoint_url=endpoint, config=config, **given)

    return client


def account_key(module: AnsibleAWSModule) -> str:
    """What tells the account and the endpoint of a module from others, without a secret."""
    names = ("endpoint_url", "access_key", "profile")
    environ = ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_ENDPOINT_URL", "AWS_ROLE_ARN")
    return repr([*(module.params.get(name) for name in names), *(os.environ.get(name) for name in environ)])


def warm(*services: str) -> None:
    """Load what clients of these services are made from. Nothing is sent; the clients are thrown away."""
    if LOADER is None:
        return
    with contextlib.suppress(OSError), _tls.shared(os.environ.get("AWS_CA_BUNDLE") or True):
        pass  # a bundle that cannot be read is told by the first request
    core = botocore.session.Session()
    core.register_component("data_loader", LOADER)
    session = boto3.session.Session("none", "none", botocore_session=core)
    for service in services:
        session.client(service, region_name="us-east-1")
        with contextlib.suppress(BotoCoreError):  # not every service has listings of several pages
            LOADER.load_service_model(service, "paginators-1")


class Aws:
    """AWS as seen from one region, in snake_case: ``aws.call("ec2", "create_vpc", cidr_block="10.0.0.0/16")``.

    Names are translated by botocore's own service models, so that every member that botocore knows works, and a
    wrong one is an error here. Tags are plain dicts in answers and in arguments named ``tags``.
    """

    def __init__(self, clients: Callable[[str, str], Client], region: str, memory: Memory | None = None) -> None:
        self.region = region
        self.recalls = False  # whether reads may be answered from memory
        self.only_recalls = False  # whether to raise Forgotten instead of asking about what was written to
        self.recalled = False  # whether one was
        self._factory = clients
        self._memory = memory
        self._making = threading.Lock()
        self.errors = (BotoCoreError, ClientError)
        self.remembers = memory is not None
        self._clients: dict[tuple[str, str], Client] = {}
        self._identity: dict[str, Any] = {}
        self.ids: dict[tuple[str | None, ...], Any] = {}  # what names were found to stand for

    def client(self, service: str, region: str | None = None) -> Client:
        """The boto3 client, made once."""
        key = (service, region or self.region)
        with self._making:  # boto3's sessions are not made for threads, its clients are
            if key not in self._clients:
                self._clients[key] = self._factory(*key)
        return self._clients[key]

    def call(self, service: str, operation: str, region: str | None = None, **params: Any) -> dict[str, Any]:
        """One request. Arguments that are None are left out."""
        return self._ask(service, operation, region, params, lambda: self._call(service, operation, region, params))

    def _call(self, service: str, operation: str, region: str | None, params: Mapping[str, Any]) -> dict[str, Any]:
        client = self.client(service, region)
        model = _operation(client, operation)
        answer = getattr(client, operation)(**to_boto(model.input_shape, params))
        return dict(from_boto(model.output_shape, answer)) if model.output_shape else {}

    def pages(
        self, service: str, operation: str, key: str, region: str | None = None, **params: Any
    ) -> list[dict[str, Any]]:
        """All items of a listing, over all its pages."""
        return self._ask(
            service, operation, region, params, lambda: self._pages(service, operation, key, region, params)
        )

    def _pages(
        self, service: str, operation: str, key: str, region: str | None, params: Mapping[str, Any]
    ) -> list[dict[str, Any]]:
        client = self.client(service, region)
        if not client.can_paginate(operation):
            return list(self._call(service, operation, region, params).get(key) or [])
        model = _operation(client, operation)
        pages = client.get_paginator(operation).paginate(**to_boto(model.input_shape, params))
        return [item for page in pages for item in from_boto(model.output_shape, page).get(key) or []]

    def _ask(
        self, service: str, operation: str, region: str | None, params: Mapping[str, Any], ask: Callable[[], T]
    ) -> T:
        if self._memory is None:
            return ask()
        place = region or self.region
        if reads(operation):
            if not self.recalls:
                return ask()
            if self.only_recalls and not self._memory.knows(service, place):
                raise Forgotten(service)
            answer, remembered = self._memory.recall(service, operation, place, params, ask)
            self.recalled = self.recalled or remembered
            return answer  # type: ignore[no-any-return]
        self._memory.void(service, operation, place)  # before: who reads meanwhile is not believed afterwards
        return ask()

    def tags(self, arn: str, wanted: Mapping[str, Any] | None, ask: Callable[[], dict[str, str]]) -> dict[str, str]:
        """The tags of a resource: ``ask`` AWS, or look into one listing of all that bears the wanted owner's tag."""
        owner = (wanted or {}).get(OWNER_TAG)
        if not (self.recalls and owner):
            return ask()
        mine = [{"key": OWNER_TAG, "values": [str(owner)]}]
        try:
            listed = self.pages(
                "resourcegroupstaggingapi",
                "get_resources",
                "resource_tag_mapping_list",
                arn.split(":")[3],
                tag_filters=mine,
            )
        except ClientError:  # who may not list may still ask for each
            return ask()
        found = next((one["tags"] for one in listed if one["resource_arn"] == arn), None)
        return ask() if found is None else found

    def found(self, missing: str | list[str], ask: Callable[[], Any]) -> Any:
        """What ``ask`` returns, or None where AWS answers with one of the codes that say 'there is none'."""
        try:
            return ask()
        except is_boto3_error_code(missing):
            return None

    @property
    def account_id(self) -> str:
        """The account that the credentials belong to."""
        return str(self._caller["account"])

    @property
    def partition(self) -> str:
        """aws, aws-cn or aws-us-gov."""
        return str(self._caller["arn"]).split(":")[1]

    @property
    def _caller(self) -> dict[str, Any]:
        self._identity = self._identity or self.call("sts", "get_caller_identity")
        return self._identity


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
