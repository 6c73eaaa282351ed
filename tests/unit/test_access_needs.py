"""The policies have every action that the product needs, and no other: by its code and by recorded runs."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from access import scan
from access.evaluation import ACCOUNT, refused, without
from access.matrix import NOT_RUN, ROWS, UNRECORDED, cells
from access.recording import Recorded
from access.runs import ENVIRONMENTS, LEAVING, REGIONS, known, prefix
from access.unseen import COMPUTED, NOT_GRANTED, UNSEEN
from ansible_collections.mtk.backend.plugins.module_utils.domain import _access
from ansible_collections.mtk.backend.plugins.module_utils.domain._access_grants import HOLDERS

# The runs of each holder, which pass.
RUNS = {
    "planner": ("plan-empty", "plan", "outputs", "topology", "drift", "repair-plan"),
    "builder": ("site-empty", "site-wide", "site", "outputs-ssm", "change", "grow", "repair"),
    "operator": ("change",),
    "destroyer": ("destroy", "remove_region"),
}


def regions(environment: str) -> list[str]:
    """Return the regions of the inventory, and the one that a run removes."""
    return list(dict.fromkeys([*REGIONS[environment], LEAVING[environment]]))


@cache
def policies(environment: str) -> _access.Policies:
    """Return the policies of an environment whose outputs are in SSM parameters, as those of the recorded runs are."""
    scope = _access.Scope(environment, ACCOUNT, regions(environment), parameters=prefix(environment))
    return _access.policies(scope)


def documents(environment: str, holder: str) -> list[dict[str, Any]]:
    found = policies(environment)
    return [dict(found.documents[name]) for name in found.attach[holder]]


@cache
def recorded(environment: str) -> dict[str, list[Recorded]]:
    """Return the needs of each recorded run."""
    return {run: list(needs) for run, needs in known(environment).items()}


def actions(*holders: str) -> set[str]:
    """Return all actions of policies, with and without a permissions boundary, and with SSM parameters."""
    bounded = dict.fromkeys(("ipam_vpc", "aurora"), f"arn:aws:iam::{ACCOUNT}:policy/b")
    scopes = [
        _access.Scope("prod", ACCOUNT, REGIONS["prod"], boundaries=given, parameters="/mtk/prod")
        for given in ({}, bounded)
    ]
    found = [
        each.documents[name]
        for scope in scopes
        for each in [_access.policies(scope)]
        for h in holders
        for name in each.attach[h]
    ]
    return {action for document in found for statement in document["Statement"] for action in statement["Action"]}


def test_every_operation_of_the_code_is_in_a_policy() -> None:
    needed = scan.clear() | COMPUTED
    assert sorted(needed - actions(*HOLDERS) - NOT_GRANTED.keys()) == []
    assert sorted(NOT_GRANTED.keys() & actions(*HOLDERS)) == []
    assert sorted(NOT_GRANTED.keys() - needed) == [], "these are no words of the code any more"


def test_no_policy_has_an_action_that_nobody_needs() -> None:
    unseen = {action for row in UNSEEN for action in row.actions.split()}
    assert sorted(actions(*HOLDERS) - scan.possible() - COMPUTED - unseen) == []
    assert sorted(unseen - actions(*HOLDERS)) == []


def test_the_scan_finds_what_the_runs_call() -> None:
    """An operation that a run calls, and that the scan does not find, would be missing in the comparison."""
    unseen = {action for row in UNSEEN for action in row.actions.split()}
    called = {need.action for environment in ENVIRONMENTS for needs in recorded(environment).values() for need in needs}
    assert sorted(called - scan.possible() - COMPUTED - unseen) == []


def test_a_planner_only_reads() -> None:
    verbs = {action.partition(":")[2] for action in actions("planner")}
    assert [verb for verb in verbs if not verb.startswith(("Describe", "Get", "List"))] == []
    for secret in (
        "secretsmanager:GetSecretValue",
        "kms:Decrypt",
        "dynamodb:GetItem",
        "dynamodb:Query",
        "logs:GetLogEvents",
    ):
        assert secret not in actions("planner")


CREATES = ("Create", "Allocate", "Run", "Restore", "Copy", "Import")


def test_an_operator_neither_creates_nor_deletes() -> None:
    own = actions("operator") - actions("planner")
    found = {
        action for action in own if action.partition(":")[2].startswith((*CREATES, "Delete", "Schedule", "Release"))
    }
    assert found == {"ec2:CreateTags", "ec2:DeleteTags", "logs:DeleteRetentionPolicy", "cloudwatch:DeleteAlarms"}


def test_a_destroyer_creates_snapshots_and_backups_only() -> None:
    own = actions("destroyer") - actions("planner")
    created = {action for action in own if action.partition(":")[2].startswith(CREATES)}
    assert created == {"rds:CreateDBClusterSnapshot", "dynamodb:CreateBackup"}


def test_a_builder_deletes_no_data() -> None:
    own = {a for a in actions("builder") if a.partition(":")[2].startswith(("Delete", "Schedule", "Release", "Remove"))}
    assert own == {
        "application-autoscaling:DeleteScalingPolicy",
        "cloudwatch:DeleteAlarms",
        "dynamodb:DeleteItem",  # DynamoDB asks for it where a replica is created
        "dynamodb:DeleteResourcePolicy",
        "ec2:DeleteNatGateway",
        "ec2:DeleteNetworkAclEntry",
        "ec2:DeleteRoute",
        "ec2:DeleteTags",
        "ec2:ReleaseAddress",
        "ec2:ReleaseIpamPoolAllocation",
        "iam:DeletePolicyVersion",
        "iam:DeleteRolePermissionsBoundary",
        "iam:DeleteRolePolicy",
        "logs:DeleteRetentionPolicy",
        "rds:DeleteDBInstance",  # an apply replaces a failed reader
        "rds:RemoveTagsFromResource",
        "secretsmanager:DeleteResourcePolicy",
        "ssm:DeleteParameter",  # outputs.yml deletes the parameter of an output that does not exist any more
        "ssm:RemoveTagsFromResource",
    }


# The environments and holders of which a run is recorded.
PAIRS = [
    (environment, holder)
    for environment in ENVIRONMENTS
    for holder in HOLDERS
    if any((run, environment) not in UNRECORDED for run in RUNS[holder])
]


@pytest.mark.parametrize(("environment", "holder"), PAIRS)
def test_the_policies_meet_every_need_of_a_run(environment: str, holder: str) -> None:
    given = documents(environment, holder)
    runs = recorded(environment)
    found = {run: refused(given, runs[run]) for run in RUNS[holder] if run in runs}
    assert found and {run: needs for run, needs in found.items() if needs} == {}


@pytest.mark.parametrize(("environment", "holder"), PAIRS)
def test_a_run_fails_with_one_action_less(environment: str, holder: str) -> None:
    """Each action that a run needs is refused if it is taken away, and nothing else is."""
    given, runs = documents(environment, holder), recorded(environment)
    first = {need.action: need for run in RUNS[holder] for need in runs.get(run, ())}
    assert len(first) > 40
    for action, need in first.items():
        less = [without(document, action) for document in given]
        assert refused(less, [need]) == [need]
    # An action less changes nothing for the others.
    sample = sorted(first)[:: max(1, len(first) // 8)]
    for action in sample:
        less = [without(document, action) for document in given]
        assert {need.action for need in refused(less, first.values())} == {action}


def test_the_runs_of_the_matrix_and_of_the_holders_are_recorded() -> None:
    names = {run for runs in RUNS.values() for run in runs} | {row.run for row in ROWS}
    wanted = {(run, environment) for run in names for environment in ENVIRONMENTS} - NOT_RUN.keys()
    missing = {(run, environment) for run, environment in wanted if run not in recorded(environment)}
    assert missing == UNRECORDED, "record them with make access"


def _cells() -> Iterator[Any]:
    for row, environment, holder in cells():
        if (row.run, environment) in UNRECORDED:
            continue
        yield pytest.param(row, environment, holder, id=f"{row.run}-{environment}-{holder}")


@pytest.mark.parametrize(("row", "environment", "holder"), _cells())
def test_the_matrix(row: Any, environment: str, holder: str) -> None:
    """A passing cell has every permission. A refused one lacks at least one of the actions that the cell names."""
    missing = {need.action for need in refused(documents(environment, holder), recorded(environment)[row.run])}
    expected = row.expected(holder)
    assert bool(missing & expected) == bool(missing) == bool(expected), (sorted(missing), sorted(expected))


SHARED_BY_ENVIRONMENTS = {
    "CreateTable", "TagResource", "CreateServiceLinkedRole", "GetItem", "PutItem", "ReleaseIpamPoolAllocation",
    "CreateIpam", "CreateIpamPool", "CreateTags", "ProvisionIpamPoolCidr", "DeleteIpam", "DeleteIpamPool",
    "DeprovisionIpamPoolCidr", "RevokeSecurityGroupEgress", "RevokeSecurityGroupIngress", "ModifyIpam",
    "ModifyIpamPool", "RegisterScalableTarget", "PutScalingPolicy", "DeregisterScalableTarget", "CreateNetworkAclEntry",
    "DeleteNetworkAclEntry", "ReplaceNetworkAclEntry", "ReplaceNetworkAclAssociation", "GetRandomPassword",
    "CreateSecret", "DeleteScalingPolicy",
}  # fmt: skip


@pytest.mark.parametrize(("own", "other"), [("dev", "prod"), ("prod", "dev")])
def test_the_policies_of_an_environment_do_not_reach_another(own: str, other: str) -> None:
    """What is still allowed is shared by all environments, or has neither a name nor a tag."""
    given = [document for holder in HOLDERS for document in documents(own, holder)]
    runs = recorded(other)
    needs = {need for run in ("site-empty", "change", "repair", "destroy") for need in runs.get(run, ())}
    writes = [n for n in needs if not n.action.partition(":")[2].startswith(("Describe", "Get", "List"))]
    allowed = set(writes) - set(refused(given, writes))
    allowed = {n for n in allowed if ":og:default:" not in n.resource}  # a default of RDS in every account
    allowed = {n for n in allowed if "security-group-rule/*" not in n.resource}  # a new rule; its group counts, too
    beyond = {n for n in allowed if n.action.partition(":")[2] not in SHARED_BY_ENVIRONMENTS}
    assert {(n.action, n.resource) for n in beyond} == set()
    assert [n for n in allowed if f"{other}_" in n.resource or f":{other}-" in n.resource] == []
    assert [n for n in allowed if ("aws:ResourceTag/mtk:environment", (other,)) in n.keys] == []
