"""Authentication and authorization of calls, as IAM does them. The local AWS loads this only when it enforces IAM."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from moto.core import DEFAULT_ACCOUNT_ID
from moto.utilities.utils import get_partition

from ..account import NotAuthenticated, unknown_credentials
from ..requests import service_model
from .context import request_keys, values
from .needs import Need, needs
from .policies import Principal, Request, decide
from .principals import Expired, UnknownKey, authenticated
from .resources import Call, key_of, secret_of

_KEY = re.compile(r"Credential=([^/]+)/")
ALWAYS_ALLOWED = {"sts:GetCallerIdentity", "sts:GetSessionToken"}  # AWS checks no permission for these
BY_TRUST = {"sts:AssumeRole"}  # STS itself compares these with the trust policy of the role
QUERY = {"rds", "iam", "sts", "cloudwatch"}


class NotAuthorized(NotAuthenticated):
    """The refusal of a call that no policy allows, or that one denies."""


def enforce(environ: Mapping[str, Any], service: str, operation: str, region: str, given: Mapping[str, Any]) -> None:
    """Refuse a call whose credentials are not valid, or whose caller lacks a permission that it needs."""
    principal = caller(environ, service, region)
    call = Call(service, operation, region, DEFAULT_ACCOUNT_ID, given)
    if call.action in ALWAYS_ALLOWED | BY_TRUST:
        return
    address = str(environ.get("REMOTE_ADDR", "127.0.0.1"))
    for need in needs(call):
        check(principal, call, need, address)


def caller(environ: Mapping[str, Any], service: str, region: str) -> Principal:
    """Return the caller of a request, or refuse its credentials in the service's words."""
    found = _KEY.search(environ.get("HTTP_AUTHORIZATION", ""))
    token = str(environ.get("HTTP_X_AMZ_SECURITY_TOKEN", ""))
    try:
        return authenticated(found[1] if found else "", token, DEFAULT_ACCOUNT_ID, get_partition(region))
    except UnknownKey:
        raise unknown_credentials(service) from None
    except Expired:
        raise _expired(service) from None


def check(principal: Principal, call: Call, need: Need, address: str) -> None:
    """Raise NotAuthorized unless AWS would allow an action of a call on a resource."""
    keys = {**request_keys(call, principal, address), **need.keys}
    if need.region:
        keys["aws:requestedregion"] = (need.region,)
    request = Request(need.action, need.resource, values(call, need.resource, keys))
    policy = resource_policy(call, need)
    decision = decide(principal, request, policy, only=policy is not None and need.action.startswith("kms:"))
    if not decision.allowed:
        raise not_authorized(call.service, principal.arn, need.action, need.resource, decision.reason)


def resource_policy(call: Call, need: Need) -> str | None:
    """Return the policy of a KMS key, a secret, a table or a stream, if it has one."""
    kind = need.resource.split(":")[2:3]
    if kind == ["kms"] and ":key/" in need.resource:
        key = key_of(call, need.resource)
        return str(key.policy) if key and key.key_manager != "AWS" else None
    if kind == ["secretsmanager"]:
        secret = secret_of(call, need.resource)
        return getattr(secret, "policy", None)
    if kind == ["dynamodb"]:
        return _table_policy(need.resource, call)
    return None


def _table_policy(arn: str, call: Call) -> str | None:
    from moto.dynamodb.models import dynamodb_backends

    from ..dynamodb.state import state_of

    name = arn.partition(":table/")[2].split("/")[0]
    table = dynamodb_backends[call.account][arn.split(":")[3]].tables.get(name)
    policy = state_of(table).policies.get(arn) if table else None
    return str(policy["Policy"]) if policy else None


def not_authorized(service: str, caller_arn: str, action: str, resource: str, reason: str) -> NotAuthorized:
    """Return AWS's refusal of an action in the service's form."""
    shown = resource.removesuffix("-AbCdEf").rpartition(":")[2] if action == "secretsmanager:CreateSecret" else resource
    place = "" if service == "ec2" and resource == "*" else f" on resource: {shown}"
    text = f"User: {caller_arn} is not authorized to perform: {action}{place} {reason}".strip()
    if service == "ec2":
        return NotAuthorized("UnauthorizedOperation", f"You are not authorized to perform this operation. {text}", 403)
    if service in QUERY:
        return NotAuthorized("AccessDenied", text, 403)
    return NotAuthorized("AccessDeniedException", text, 400)


def _expired(service: str) -> NotAuthenticated:
    if service == "ec2":
        return NotAuthenticated("RequestExpired", "Request has expired.", 400)
    text = "The security token included in the request is expired"
    if "query" in (service_model(service).protocol, *service_model(service).protocols):
        return NotAuthenticated("ExpiredToken", text, 403)
    return NotAuthenticated("ExpiredTokenException", text, 400)
