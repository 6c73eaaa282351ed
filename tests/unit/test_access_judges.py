"""Two other judges of the policies: parliament, and AWS's service authorization reference as policy_sentry has it.

Both load for seconds, so that they are asked once for all environments.
"""

from __future__ import annotations

import json
import re
import warnings
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

import pytest
from ansible_collections.mtk.backend.plugins.module_utils.domain import _access

ACCOUNT = "123456789012"
REGIONS = {"dev": ["us-east-1"], "qa": ["us-east-1", "us-west-2"], "prod": ["us-east-1", "us-west-2", "eu-west-1"]}
BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/boundary"


@cache
def documents() -> dict[str, dict[str, Any]]:
    """Return all policies of the three environments, and those of an environment with boundaries."""
    scopes = [_access.Scope(name, ACCOUNT, regions) for name, regions in REGIONS.items()]
    bounded = dict.fromkeys(("ipam_vpc", "aurora"), BOUNDARY)
    scopes.append(_access.Scope("bounded", ACCOUNT, ["us-east-1"], boundaries=bounded, parameters="/mtk/bounded"))
    return {name: each for scope in scopes for name, each in _access.policies(scope).documents.items()}


def test_parliament_finds_nothing_that_is_not_accepted() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import parliament
    found = set()
    for name, document in documents().items():
        for finding in parliament.analyze_policy_string(json.dumps(document)).findings:
            severity = parliament.enhance_finding(finding).severity
            if severity != "LOW" and not (finding.issue == "RESOURCE_MISMATCH" and is_split(name, finding.detail)):
                found.add(f"{name}: {severity} {finding.issue} {finding.detail}")
    assert sorted(found) == []


def is_split(name: str, details: list[dict[str, str]]) -> bool:
    """Return whether another statement of the holder gives what parliament misses in one.

    A new resource and the existing ones that it is created in have different conditions, and so different statements.
    """
    holder = name.rpartition("_")[0]
    given = [
        each
        for other, document in documents().items()
        if other.startswith(f"{holder}_")
        for each in document["Statement"]
    ]
    return all(
        any(
            detail["action"] in each["Action"] and fnmatchcase(resource, detail["required_format"])
            for each in given
            for resource in listed(each["Resource"])
        )
        for detail in details
    )


def listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


@cache
def reference(action: str) -> list[tuple[re.Pattern[str], set[str]]]:
    """Return the resources that an action supports, as patterns of their ARNs, with the condition keys of each."""
    from policy_sentry.querying.actions import get_action_data

    service, name = action.split(":")
    rows = (get_action_data(service, name) or {}).get(service, [])
    return [(_pattern(row["resource_arn_format"]), set(row["condition_keys"])) for row in rows]


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(r"\*" if text == "*" else "".join(
        ".*" if part.startswith("${") else re.escape(part) for part in re.split(r"(\$\{\w+\})", text)
    ))  # fmt: skip


def supports(key: str, known: set[str]) -> bool:
    """Return whether a key is known, as itself or with a name of a tag in place of ``${TagKey}``."""
    return any(fnmatchcase(key.lower(), re.sub(r"\$\{\w+\}", "*", each).lower()) for each in known)


# Actions that are newer than the data of policy_sentry.
NEWER = {"ec2:ModifyIpamPoolAllocation"}
GLOBAL_KEYS = {"aws:RequestedRegion"}


@pytest.mark.parametrize("environment", ["dev", "prod", "bounded"])
def test_actions_support_the_resources_and_conditions_of_their_statements(environment: str) -> None:
    wrong = []
    for name, document in documents().items():
        for each in document["Statement"] if name.startswith(environment) else ():
            wrong += [f"{each['Sid']}: {problem}" for problem in problems(each)]
    assert wrong == []


def problems(statement: dict[str, Any]) -> list[str]:
    """Return what is wrong with a statement according to the service authorization reference."""
    resources = listed(statement["Resource"])
    conditions = statement.get("Condition", {})
    keys = {key for block in conditions.values() for key in block} - GLOBAL_KEYS
    found, used = [], set()
    for action in sorted(set(statement["Action"]) - NEWER):
        rows = reference(action)
        matching = [(r, known) for r in resources for p, known in rows if r == "*" or p.fullmatch(r)]
        used |= {r for r, _ in matching}
        if not rows or not matching:
            found.append(f"{action} has no resource {resources}" if rows else f"{action} does not exist")
        known = set().union(*(keys for _, keys in rows))
        found += [f"{action} knows no condition {key}" for key in sorted(keys) if not supports(key, known)]
    return found + [f"no action has the resource {r}" for r in resources if r not in used and r != "*"]


def test_the_newer_actions_are_still_missing_in_the_reference() -> None:
    assert {action for action in NEWER if reference(action)} == set()
