"""The evaluation of key policies, for the checks that AWS makes before a key is used."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from moto.kms.models import Key

from ..access.policies import Request, effects, listed, principals
from ..access.refusals import not_authorized
from ..account import account
from ..core import AwsError


def allows(policy: str, callers: set[str], action: str, context: Mapping[str, str] | None = None) -> bool:
    """Return whether a policy allows an action. Conditions on keys that ``context`` lacks count as met."""
    return _effects(_statements(policy), callers, action, context or {}) == {"Allow"}


def _statements(policy: str) -> list[Any]:
    return listed(json.loads(policy).get("Statement", []))


def _effects(statements: list[Any], callers: set[str], action: str, context: Mapping[str, str]) -> set[str]:
    """Return the effects of the statements that apply, regardless of their resources: a key has no others."""
    relevant = [
        {**each, "Resource": "*", "Condition": _decidable(each.get("Condition", {}), context)} for each in statements
    ]
    request = Request(action, "*", lambda key: (context[key],) if key in context else None)
    return effects([json.dumps({"Statement": relevant})], request, callers)


def _decidable(conditions: Mapping[str, Mapping[str, Any]], context: Mapping[str, str]) -> dict[str, Any]:
    """Return the conditions on keys with known values."""
    return {
        operator: {key: wanted[key] for key in wanted.keys() & context.keys()}
        for operator, wanted in conditions.items()
    }


def check_access(key: Key, operation: str) -> None:
    """Refuse an operation that a key's policy denies to the account, or does not allow it.

    If IAM's policies are enforced, the key's policy is evaluated for the caller before the operation.
    """
    if account().enforces_iam:
        return
    root = f"arn:{key.arn.split(':')[1]}:iam::{key.account_id}:root"
    callers = {"*", key.account_id, root}
    unconditional = [
        each for each in _statements(key.policy) if each.get("Effect") == "Allow" or not each.get("Condition")
    ]
    found = _effects(unconditional, callers, f"kms:{operation}", {})
    if key.key_manager != "AWS" and found != {"Allow"}:
        why = f"because no resource-based policy allows the kms:{operation} action"
        if "Deny" in found:
            why = "with an explicit deny in a resource-based policy"
        raise not_authorized("kms", root, f"kms:{operation}", key.arn, why)


def check_policy(policy: str | None, account: str, partition: str) -> None:
    """Refuse a new key policy that is malformed, locks its author out or names principals of another partition."""
    if policy is None:
        return
    try:
        named = {name for each in _statements(policy) for name in principals(each.get("Principal", {}))}
        if any(name.startswith("arn:") and name.split(":")[1] != partition for name in named):
            text = "Policy contains a statement with one or more invalid principals."
            raise AwsError("MalformedPolicyDocumentException", text)
        changeable = allows(policy, {"*", account, f"arn:{partition}:iam::{account}:root"}, "kms:PutKeyPolicy")
    except (ValueError, TypeError, AttributeError, KeyError):
        raise AwsError("MalformedPolicyDocumentException", "The new key policy is not a valid policy.") from None
    if not changeable:
        text = "The new key policy will not allow you to update the key policy in the future."
        raise AwsError("MalformedPolicyDocumentException", text)
