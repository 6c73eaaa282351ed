"""The comparison of AssumeRole with the trust policy of the role, and with the caller's own policies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from moto.iam.models import Role, iam_backends
from moto.utilities.utils import get_partition

from ..access.context import request_keys, values
from ..access.policies import Principal, Request, decide
from ..access.principals import ALLOW_ALL
from ..access.refusals import NotAuthorized, not_authorized
from ..access.resources import Call
from ..account import account as settings


def require_trust(caller: Principal, account: str, region: str, given: Mapping[str, Any]) -> Role:
    """Return the role to assume. Refuse the owner of the account and every caller that the role does not trust.

    The trust policy names the caller, or it names the account and the caller's own policies allow the action. Without
    enforcement, the caller's own policies allow everything.
    """
    if caller.arn.endswith(":root"):
        raise NotAuthorized("AccessDenied", "Roles may not be assumed by root accounts.", 403)
    acting = caller if settings().enforces_iam else replace(caller, policies=(ALLOW_ALL,), boundary=None, session=None)
    call, arn = Call("sts", "AssumeRole", region, account, given), str(given["RoleArn"])
    backend = iam_backends[account][get_partition(region)]
    role = next((role for role in backend.roles.values() if role.arn == arn), None)
    value_of = values(call, arn, request_keys(call, caller, "127.0.0.1"))
    if role is None:
        raise not_authorized("sts", caller.arn, call.action, arn, "")
    for action in (call.action, *(["sts:TagSession"] if given.get("Tags") else [])):
        decision = decide(acting, Request(action, arn, value_of), role.assume_role_policy_document, only=True)
        if not decision.allowed:
            raise not_authorized("sts", caller.arn, action, arn, decision.reason)
    return role
