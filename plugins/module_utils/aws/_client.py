# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""boto3 in snake_case, and the only file that uses amazon.aws's module_utils."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import threading
import uuid
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cached_property
from types import SimpleNamespace
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.botocore import get_aws_connection_info, is_boto3_error_code
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule, aws_argument_spec
from ansible_collections.amazon.aws.plugins.module_utils.policy import compare_policies
from ansible_collections.amazon.aws.plugins.module_utils.tagging import (
    ansible_dict_to_boto3_tag_list,
    boto3_tag_list_to_ansible_dict,
)
from ansible_collections.mtk.backend.plugins.module_utils.aws import _credentials, _tls
from ansible_collections.mtk.backend.plugins.module_utils.aws._errors import explain, is_unanswered
from ansible_collections.mtk.backend.plugins.module_utils.domain._values import Refused

try:
    import boto3
    import botocore.session
    from botocore import xform_name
    from botocore.config import Config
    from botocore.credentials import RefreshableCredentials
    from botocore.exceptions import (
        BotoCoreError,
        ClientError,
        ConnectionError,
        HTTPClientError,
        InvalidConfigError,
        ParamValidationError,
    )
    from botocore.loaders import create_loader

    LOADER = create_loader()  # parses each service's model once in a process, not once for each client
except ImportError:  # AnsibleAWSModule reports it, with what to install
    LOADER = None

    class BotoCoreError(Exception):  # type: ignore[no-redef]
        """A substitute, so that this file can be imported without botocore."""

    class ClientError(Exception):  # type: ignore[no-redef]
        """A substitute, so that this file can be imported without botocore."""


__all__ = [
    "CONNECTION",
    "AnsibleAWSModule",
    "Aws",
    "BotoCoreError",
    "ClientError",
    "Connection",
    "cli_options",
    "compare_policies",
    "is_boto3_error_code",
]

Client = Any

# The options of every AWS module that decide credentials, endpoint and region, with their aliases.
CONNECTION = frozenset(
    name for option, spec in aws_argument_spec().items() for name in (option, *spec.get("aliases", ()))
)


class Connection:
    """The credentials and the endpoint of a module. It makes clients, and a key that tells credentials apart."""

    def __init__(self, module: AnsibleAWSModule) -> None:
        params = _credentials.options(module.params, os.environ, _profiles)
        _refuse_two_sources(params)
        self._endpoint, self._given = get_aws_connection_info(SimpleNamespace(params=params))[1:]
        self._region = params.get("region")
        self._profile = self._given.pop("profile_name", None)
        # AWS throttles: botocore waits and repeats.
        self._config = Config(retries={"mode": "standard", "max_attempts": 10}, max_pool_connections=32).merge(
            self._given.pop("aws_config", Config())
        )

    @cached_property
    def _session(self) -> Any:
        """The botocore session, made when it is needed: a task that finds everything in the cache needs none."""
        core = botocore.session.Session(profile=self._profile)
        core.register_component("data_loader", LOADER)
        if self._region and core.get_config_variable("region") is None:
            core.set_config_variable("region", self._region)  # of the requests that assume a role
        _credentials.without_terminal(core, self._profile)
        return core

    @cached_property
    def _boto3(self) -> Any:
        return boto3.session.Session(botocore_session=self._session)

    def client(self, service: str, region: str, *, patient: bool = True) -> Client:
        """Return a new client for any service and region. One that is not patient gives up within seconds."""
        config = Config(**_QUICK).merge(self._config) if service == "sts" else self._config
        if not patient:
            config = config.merge(Config(retries={"mode": "standard", "max_attempts": 3}, **_QUICK))
        verify = self._given.get("verify")
        with _configured(f"the CA bundle {verify} cannot be loaded: "), _tls.shared(verify):
            pass
        with _configured(), _tls.shared(verify):
            client = self._boto3.client(
                service, region_name=region, endpoint_url=self._endpoint, config=config, **self._given
            )
        if service == "sts":
            client.meta.events.register_first("needs-retry.sts.*", _give_up)
        client.meta.events.register_first("needs-retry.dynamodb", _raise_reached_limit)
        name = client.meta.service_model.service_id.hyphenize()
        client.meta.events.register_first(f"needs-retry.{name}", _raise_unanswered)
        return client

    def key(self) -> str:
        """Return a digest that differs if credentials, endpoint or certificate validation differ.

        All environment variables are part of it: HOME decides which files botocore reads, HTTPS_PROXY who answers, and
        a credential_process may read any variable.
        """
        environ = sorted((name, value) for name, value in os.environ.items() if name not in _NOT_IN_KEY)
        config = sorted((name, repr(value)) for name, value in vars(self._config).items())
        parts = [self._access_key(), self._profile, self._endpoint, self._given.get("verify"), config, environ]
        return hashlib.sha256(repr(parts).encode()).hexdigest()

    def _access_key(self) -> str:
        """Return the access key id; for credentials that expire, their source, because each process gets a new id."""
        if self._given.get("aws_access_key_id"):
            return str(self._given["aws_access_key_id"])
        with _configured():
            credentials = self._session.get_credentials()
        if not isinstance(credentials, RefreshableCredentials):
            return str(credentials.access_key) if credentials else ""
        source = json.dumps([credentials.method, self._profile, self._session.full_config], sort_keys=True, default=str)
        return hashlib.sha256(source.encode()).hexdigest()


def _raise_reached_limit(response: Any, operation: Any, **event: Any) -> None:
    """Raise DynamoDB's LimitExceededException at once. botocore repeats it for a minute, but it lasts hours or days."""
    parsed = response[1] if response else {}
    if parsed.get("Error", {}).get("Code") == "LimitExceededException":
        raise ClientError(parsed, operation.name)


def _raise_unanswered(response: Any, operation: Any, caught_exception: Exception | None = None, **event: Any) -> None:
    """Raise the error of a write that AWS has perhaps carried out. botocore would send it again, and so do it twice.

    Reads, and writes with a client token, may be sent twice. A throttled or refused write was not carried out.
    """
    if is_read(xform_name(operation.name)) or token_member(operation.input_shape):
        return
    error = ClientError(response[1], operation.name) if response else caught_exception
    if error and is_unanswered(error):
        raise error


# Secrets that follow from the access key id, and the region, which is in the cache's own key of each answer.
_NOT_IN_KEY = (
    *("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN"),
    *("AWS_REGION", "AWS_DEFAULT_REGION"),
)


def cli_options(params: Mapping[str, Any]) -> list[str]:
    """Return the options with which the AWS CLI reaches the same AWS as a module with these options. Keys are left out.

    AWS CLI 1 ignores AWS_ENDPOINT_URL for some services, so the endpoint is always given.
    """
    endpoint = str(params.get("endpoint_url") or os.environ.get("AWS_ENDPOINT_URL") or "")
    profile = params.get("profile")
    with_credentials = "@" in endpoint  # a proxy may take them in the URL
    return [
        *(["--profile", str(profile)] if profile else []),
        *(["--endpoint-url", endpoint] if endpoint and not with_credentials else []),
    ]


_QUICK = {"connect_timeout": 5, "read_timeout": 15}  # seconds for the request that a run begins with


def _profiles() -> Mapping[str, Any]:
    """Return the profiles of the configuration files; none if the files cannot be read, which is reported later."""
    try:
        return dict(botocore.session.Session().full_config["profiles"])
    except BotoCoreError:
        return {}


def _refuse_two_sources(params: Mapping[str, Any]) -> None:
    """Raise :class:`Refused` if both a profile and keys are given: it is unclear which of them is meant."""
    if params["profile"] and any(params[name] for name in ("access_key", "secret_key", "session_token")):
        raise Refused(
            f"profile is '{params['profile']}' (or AWS_PROFILE), and access_key, secret_key or session_token is given, "
            "too (or AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN). Give either a profile or keys. To "
            "use the keys, unset AWS_PROFILE."
        )


@contextlib.contextmanager
def _configured(where: str = "") -> Iterator[None]:
    """Turn the errors of a configuration that botocore passes on from Python into botocore's own error.

    Examples are an AWS_ENDPOINT_URL that is no URL, and a credential_process or a CA bundle that does not exist.
    """
    try:
        yield
    except BotoCoreError:  # some of botocore's errors are also ValueErrors
        raise
    except (ValueError, OSError) as error:
        raise InvalidConfigError(error_msg=f"{where}{error}") from error


def _give_up(attempts: int, caught_exception: Exception | None = None, **kwargs: Any) -> None:
    """Raise the second error of the connection, so that it is reported within seconds. AWS's refusals are repeated."""
    if attempts > 1 and isinstance(caught_exception, (ConnectionError, HTTPClientError)):
        raise caught_exception


def warm(*services: str) -> None:
    """Load what clients of these services are made from. Send nothing, and throw the clients away.

    Neither the environment nor the user's AWS configuration is read: a task reports the errors in them.
    """
    if LOADER is None:
        return
    with _tls.shared(True):
        pass
    defaults = {name: (None, None, *option[2:]) for name, option in botocore.session.Session.SESSION_VARIABLES.items()}
    no_file = {name: (None, None, os.devnull, None) for name in ("config_file", "credentials_file")}
    core = botocore.session.Session(session_vars={**defaults, **no_file})
    core.register_component("data_loader", LOADER)
    session = boto3.session.Session("none", "none", botocore_session=core)
    config = Config(ignore_configured_endpoint_urls=True, proxies={})
    for service in services:
        session.client(service, region_name="us-east-1", config=config)
        with contextlib.suppress(BotoCoreError):  # some services have no listings of several pages
            LOADER.load_service_model(service, "paginators-1")


class Aws:
    """AWS as seen from one region, in snake_case: ``aws.call("ec2", "create_vpc", cidr_block="10.0.0.0/16")``.

    Names are translated by botocore's own service models, so that every member that botocore knows works and a wrong
    name is an error here. Tags are plain dicts in answers and in arguments named ``tags``.

    ``before_write`` is called with this object before each request that may change something. It prevents the request
    with an exception.
    """

    errors = (BotoCoreError, ClientError)
    caches = False  # whether answers are kept for the tasks that follow

    def __init__(
        self,
        clients: Callable[[str, str], Client],
        region: str,
        *,
        before_write: Callable[[Aws], None] = lambda aws: None,
    ) -> None:
        self.region = region
        self.ids: dict[tuple[str | None, ...], Any] = {}  # the ids that names were resolved to
        self._factory = clients
        self._before_write = before_write
        self._making = threading.Lock()
        self._clients: dict[tuple[str, str], Client] = {}
        self._dates: deque[str] = deque(maxlen=1)  # the time of AWS's last answer
        self._tokens: dict[str, str] = {}  # the client tokens of requests without an answer, by request

    def now(self) -> datetime:
        """Return AWS's time: that of its last answer, or this machine's if AWS has not answered yet."""
        return parsedate_to_datetime(self._dates[0]).replace(tzinfo=UTC) if self._dates else datetime.now(UTC)

    def client(self, service: str, region: str | None = None) -> Client:
        """Return the boto3 client, made once."""
        key = (service, region or self.region)
        with self._making:  # boto3's clients may be used by several threads, its sessions may not
            if key not in self._clients:
                self._clients[key] = self._factory(*key)
        return self._clients[key]

    def call(self, service: str, operation: str, region: str | None = None, **params: Any) -> dict[str, Any]:
        """Send one request. Arguments that are None are left out."""
        if not is_read(operation):
            self._before_write(self)
        region = region or self.region
        answer = self._answer(
            service, operation, region, params, lambda: self._call(service, operation, region, params)
        )
        return dict(answer)

    def pages(
        self, service: str, operation: str, key: str, region: str | None = None, **params: Any
    ) -> list[dict[str, Any]]:
        """Return all items of a listing, over all its pages. ``key`` names the items in the answer."""
        region = region or self.region
        answer = self._answer(
            service, operation, region, params, lambda: self._pages(service, operation, key, region, params)
        )
        return list(answer)

    def tags(self, arn: str, wanted: Mapping[str, Any] | None, ask: Callable[[], dict[str, str]]) -> dict[str, str]:
        """Return the tags of a resource. ``ask`` reads them from AWS; ``wanted`` are the tags of the options."""
        return ask()

    def _answer(
        self, service: str, operation: str, region: str, params: Mapping[str, Any], ask: Callable[[], Any]
    ) -> Any:
        """Return the answer to one request; the place where a subclass caches."""
        return ask()

    def _call(self, service: str, operation: str, region: str, params: Mapping[str, Any]) -> dict[str, Any]:
        client = self.client(service, region)
        model = _operation(client, operation)
        request = to_boto(model.input_shape, params)
        with self._with_token(model, region, request), _without_values():
            answer = self._timed(getattr(client, operation)(**request))
        return dict(from_boto(model.output_shape, answer)) if model.output_shape else {}

    @contextlib.contextmanager
    def _with_token(self, model: Any, region: str, request: dict[str, Any]) -> Iterator[None]:
        """Give a request its client token, by which AWS recognises a request that it has carried out already.

        A request keeps its token until it is answered. The next equal request gets another token: AWS would answer it
        with the first resource, even if that was deleted since.
        """
        member = token_member(model.input_shape)
        if member is None or member in request:
            yield
            return
        key = json.dumps([model.name, region, request], sort_keys=True, default=str)
        request[member] = self._tokens.setdefault(key, str(uuid.uuid4()))
        try:
            yield
        except Exception as error:
            if not is_unanswered(error):
                del self._tokens[key]
            raise
        del self._tokens[key]

    def _pages(
        self, service: str, operation: str, key: str, region: str, params: Mapping[str, Any]
    ) -> list[dict[str, Any]]:
        client = self.client(service, region)
        if not client.can_paginate(operation):
            return list(self._call(service, operation, region, params).get(key) or [])
        model = _operation(client, operation)
        pages = client.get_paginator(operation).paginate(**to_boto(model.input_shape, params))
        answers = (from_boto(model.output_shape, self._timed(page)) for page in pages)
        with _without_values():
            return [item for answer in answers for item in answer.get(key) or []]

    def _timed(self, answer: Mapping[str, Any]) -> Mapping[str, Any]:
        """Keep the time of an answer, and return the answer."""
        date = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date")
        self._dates.extend([date] if date else [])
        return answer

    def found(self, missing: str | list[str], ask: Callable[[], Any]) -> Any:
        """Return what ``ask`` returns, or None if AWS answers with one of the error codes ``missing``."""
        try:
            return ask()
        except is_boto3_error_code(missing):
            return None

    @property
    def account_id(self) -> str:
        """The account that the credentials belong to."""
        return str(self._caller["account"])

    @property
    def caller_arn(self) -> str:
        """The ARN of the user or role that the credentials belong to."""
        return str(self._caller["arn"])

    @property
    def partition(self) -> str:
        """The partition: ``aws``, ``aws-cn`` or ``aws-us-gov``."""
        return str(self._caller["arn"]).split(":")[1]

    @cached_property
    def _caller(self) -> dict[str, Any]:
        return self.call("sts", "get_caller_identity")


@contextlib.contextmanager
def _without_values() -> Iterator[None]:
    """Turn botocore's report about parameters into a refusal. It contains their values, which may be secrets.

    Ansible shows the report with -vvv, in the traceback of the error that was raised.
    """
    try:
        yield
    except ParamValidationError as error:
        raise Refused(explain(error)) from None


def is_read(operation: str) -> bool:
    """Return whether an operation changes nothing."""
    return operation.startswith(("describe_", "list_", "get_"))


def token_member(shape: Any) -> str | None:
    """Return the member of a request in which AWS takes a client token; None if it takes none."""
    return next((name for name in _TOKENS if shape is not None and name in shape.members), None)


_TOKENS = ("ClientToken", "ClientRequestToken", "clientToken")


def _operation(client: Client, operation: str) -> Any:
    return client.meta.service_model.operation_model(client.meta.method_to_api_mapping[operation])


def to_boto(shape: Any, value: Any) -> Any:
    """Translate snake_case to boto3's names. Raise TypeError for a name that the API does not have."""
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
    """Translate boto3's names to snake_case, and tags to dicts without AWS's own tags."""
    if shape is None:
        return value
    if shape.type_name == "structure" and isinstance(value, Mapping):
        members = {k: v for k, v in value.items() if k in shape.members}
        return {_tags_name(k, shape.members[k]): _from_member(k, shape.members[k], v) for k, v in members.items()}
    if shape.type_name == "list" and isinstance(value, list):
        if _is_tags(shape):
            return _own_tags(boto3_tag_list_to_ansible_dict(value, *_tag_names(shape)))
        return [from_boto(shape.member, v) for v in value]
    return value.isoformat() if shape.type_name == "timestamp" and hasattr(value, "isoformat") else value


def _from_member(name: str, shape: Any, value: Any) -> Any:
    """Translate a member of a structure. Some services answer tags as a map, which AWS's own tags leave as well."""
    is_tag_map = shape.type_name == "map" and name.lower() == "tags" and isinstance(value, Mapping)
    return _own_tags(value) if is_tag_map else from_boto(shape, value)


def _own_tags(tags: Mapping[str, str]) -> dict[str, str]:
    return {key: value for key, value in tags.items() if not key.startswith("aws:")}


def _tag_names(shape: Any) -> tuple[str, str]:
    return ("TagKey", "TagValue") if "TagKey" in shape.member.members else ("Key", "Value")


def _is_tags(shape: Any) -> bool:
    member = shape.member
    return member.type_name == "structure" and set(member.members) in ({"Key", "Value"}, {"TagKey", "TagValue"})


def _tags_name(name: str, shape: Any) -> str:
    return "tags" if name in ("TagList", "TagSet") and _is_tags(shape) else xform_name(name)
