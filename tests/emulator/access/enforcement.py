"""Authentication and authorization of calls, as IAM does them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from moto.core import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends
from moto.utilities.utils import get_partition

from ..account import unknown_credentials
from ..dynamodb.state import state_of
from ..iam.entities import OWN_USER
from .context import request_keys, values
from .needs import Need, needs
from .policies import Principal, Request, decide
from .principals import Expired, UnknownKey, authenticated
from .refusals import expired, not_authorized
from .resources import Call, key_of, secret_of

_KEY = re.compile(r"Credential=([^/]+)/")
ALWAYS_ALLOWED = {"sts:GetCallerIdentity", "sts:GetSessionToken"}  # AWS checks no permission for these
UNSIGNED = {"sts:AssumeRoleWithWebIdentity"}  # the token takes the place of credentials
BY_TRUST = {"sts:AssumeRole"}  # STS itself compares these with the trust policy of the role


def enforce(environ: Mapping[str, Any], service: str, operation: str, region: str, given: Mapping[str, Any]) -> None:
    """Refuse a call whose credentials are not valid, or whose caller lacks a permission that it needs."""
    if f"{service}:{operation}" in UNSIGNED:
        return
    principal = caller(environ, service, region)
    if service == "iam" and operation in OWN_USER and "aws:username" in principal.keys:
        given = {"UserName": principal.keys["aws:username"][0], **given}
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
        raise expired(service) from None


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
        return getattr(getattr(secret, "source", secret), "policy", None)  # a replica has the policy of its primary
    if kind == ["dynamodb"]:
        return _table_policy(need.resource, call)
    return None


def _table_policy(arn: str, call: Call) -> str | None:
    name = arn.partition(":table/")[2].split("/")[0]
    table = dynamodb_backends[call.account][arn.split(":")[3]].tables.get(name)
    policy = state_of(table).policies.get(arn) if table else None
    return str(policy["Policy"]) if policy else None
