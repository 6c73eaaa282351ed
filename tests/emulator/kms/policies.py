"""The evaluation of key policies, for the checks that AWS makes before a key is used."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from moto.kms.models import Key

from ..access.refusals import not_authorized
from ..account import account
from ..core import AwsError


def allows(policy: str, callers: set[str], action: str, context: Mapping[str, str] | None = None) -> bool:
    """Return whether a policy allows an action. Conditions on keys that ``context`` lacks count as met."""
    statements = _listed(json.loads(policy), "Statement")
    return _effects(statements, callers, action, context) == {"Allow"}


def _effects(
    statements: list[Any], callers: set[str], action: str, context: Mapping[str, str] | None = None
) -> set[str]:
    return {statement.get("Effect") for statement in statements if _applies(statement, callers, action, context)}


def check_access(key: Key, operation: str) -> None:
    """Refuse an operation that a key's policy denies to the account, or does not allow it.

    If IAM's policies are enforced, the key's policy is evaluated for the caller before the operation.
    """
    if account().enforces_iam:
        return
    root = f"arn:{key.arn.split(':')[1]}:iam::{key.account_id}:root"
    callers = {"*", key.account_id, root}
    statements = _listed(json.loads(key.policy), "Statement")
    unconditional = [each for each in statements if each.get("Effect") == "Allow" or not each.get("Condition")]
    effects = _effects(unconditional, callers, f"kms:{operation}")
    if key.key_manager != "AWS" and effects != {"Allow"}:
        why = f"because no resource-based policy allows the kms:{operation} action"
        if "Deny" in effects:
            why = "with an explicit deny in a resource-based policy"
        raise not_authorized("kms", root, f"kms:{operation}", key.arn, why)


def check_policy(policy: str | None, account: str, partition: str) -> None:
    """Refuse a new key policy that is malformed, locks its author out or names principals of another partition."""
    if policy is None:
        return
    try:
        named = {name for statement in _listed(json.loads(policy), "Statement") for name in _principals(statement)}
        if any(name.startswith("arn:") and name.split(":")[1] != partition for name in named):
            text = "Policy contains a statement with one or more invalid principals."
            raise AwsError("MalformedPolicyDocumentException", text)
        changeable = allows(policy, {"*", account, f"arn:{partition}:iam::{account}:root"}, "kms:PutKeyPolicy")
    except (ValueError, TypeError, AttributeError):
        raise AwsError("MalformedPolicyDocumentException", "The new key policy is not a valid policy.") from None
    if not changeable:
        text = "The new key policy will not allow you to update the key policy in the future."
        raise AwsError("MalformedPolicyDocumentException", text)


def _listed(block: Mapping[str, Any], name: str) -> list[Any]:
    found = block.get(name, [])
    return found if isinstance(found, list) else [found]


def _principals(statement: Mapping[str, Any]) -> set[str]:
    given = statement.get("Principal", {})
    return {given} if isinstance(given, str) else {name for kind in given for name in _listed(given, kind)}


def _applies(statement: dict[str, Any], callers: set[str], action: str, context: Mapping[str, str] | None) -> bool:
    actions = [str(pattern).lower() for pattern in _listed(statement, "Action")]
    return (
        bool(callers & _principals(statement))
        and any(fnmatchcase(action.lower(), pattern) for pattern in actions)
        and all(_conditions(statement.get("Condition", {}), context or {}))
    )


def _conditions(conditions: Mapping[str, Mapping[str, Any]], context: Mapping[str, str]) -> Iterator[bool]:
    for wanted in conditions.values():
        for key in set(wanted) & set(context):
            yield any(fnmatchcase(context[key], pattern) for pattern in _listed(wanted, key))
