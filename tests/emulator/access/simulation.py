"""The simulation of policies: the evaluation of actions without a call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..core import AwsError
from .policies import Principal, Request, decide
from .principals import of_arn


def simulated_principal(arn: str, account: str, partition: str) -> Principal:
    """Return the principal of a user, group or role, or refuse an unknown one."""
    found = of_arn(arn, account, partition)
    if found is None:
        raise AwsError("NoSuchEntity", "Unable to retrieve specified IAM entity.")
    return found


def custom_principal(account: str, partition: str) -> Principal:
    """Return a principal without policies of its own."""
    arn = f"arn:{partition}:iam::{account}:root"
    return Principal(arn, account, account, frozenset({arn}), ())


def simulate(principal: Principal, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the evaluation of each action on each resource."""
    keys = {
        str(entry["ContextKeyName"]).lower(): tuple(map(str, entry.get("ContextKeyValues") or ()))
        for entry in params.get("ContextEntries") or ()
    }
    boundaries = params.get("PermissionsBoundaryPolicyInputList") or ()
    acting = replace(
        principal,
        policies=(*principal.policies, *(params.get("PolicyInputList") or ())),
        boundary=str(boundaries[0]) if boundaries else principal.boundary,
    )
    results = [
        _result(action, resource, acting, {**principal.keys, **keys}, bool(acting.boundary))
        for action in params["ActionNames"]
        for resource in params.get("ResourceArns") or ("*",)
    ]
    return {"EvaluationResults": results, "IsTruncated": False}


def _result(
    action: str, resource: str, principal: Principal, keys: Mapping[str, tuple[str, ...]], bounded: bool
) -> dict[str, Any]:
    asked: list[str] = []

    def value_of(key: str) -> tuple[str, ...] | None:
        asked.append(key)
        return keys.get(key.lower())

    decision = decide(principal, Request(action, resource, value_of))
    shown: dict[str, Any] = {
        "EvalActionName": action,
        "EvalResourceName": resource,
        "EvalDecision": decision.decision,
        "MatchedStatements": [],
        "MissingContextValues": sorted({key for key in asked if key.lower() not in keys}),
    }
    if bounded:
        allowed = "permissions boundary" not in decision.reason
        shown["PermissionsBoundaryDecisionDetail"] = {"AllowedByPermissionsBoundary": allowed}
    return shown
