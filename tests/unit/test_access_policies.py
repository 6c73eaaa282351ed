"""The least-privilege policies: their size, their limits, and what follows from the settings."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.mtk.backend.plugins.filter.access_policies import access_policies
from ansible_collections.mtk.backend.plugins.module_utils.domain import _access
from ansible_collections.mtk.backend.plugins.module_utils.domain._access_grants import HOLDERS
from ansible_collections.mtk.backend.plugins.module_utils.domain._rules_identity import partition_of

ACCOUNT = "123456789012"
REGIONS = ("us-east-1", "us-west-2", "eu-west-1")
MANY = tuple(f"{area}-{side}-{n}" for area in ("us", "eu", "ap") for side in ("east", "west") for n in (1, 2, 3))
MOST_POLICIES = 10  # that AWS attaches to a user or role, unless its quota is raised
BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/team/boundary"
BOUNDED = {"ipam_vpc": BOUNDARY, "aurora": f"{BOUNDARY}2"}


def made(**changes: Any) -> _access.Policies:
    given = {"environment": "prod", "account": ACCOUNT, "regions": REGIONS, **changes}
    return _access.policies(_access.Scope(**given))


def statements(policies: _access.Policies, holder: str = "") -> list[dict[str, Any]]:
    names = policies.attach[holder] if holder else policies.documents
    return [each for name in names for each in policies.documents[name]["Statement"]]


def test_no_grant_names_an_action_twice() -> None:
    twice = [grant.sid for grant in _access.GRANTS if len(set(grant.actions.split())) < len(grant.actions.split())]
    assert twice == []


def named(policies: _access.Policies, sid: str) -> dict[str, Any]:
    (found,) = [each for each in statements(policies) if each["Sid"] == sid]
    return found


@pytest.mark.parametrize("regions", [REGIONS[:1], REGIONS, MANY], ids=["one region", "three", "eighteen"])
def test_a_policy_is_not_larger_than_aws_allows(regions: tuple[str, ...]) -> None:
    policies = made(environment="a-long-environment", regions=regions)
    for name, document in policies.documents.items():
        assert _access.size(document) <= _access.LIMIT, name
        assert _access.size(document) == len("".join(json.dumps(document).split()))
        sids = [each["Sid"] for each in document["Statement"]]
        assert len(set(sids)) == len(sids) and all(sid.isalnum() for sid in sids)
    if len(regions) <= len(REGIONS):
        assert max(map(len, policies.attach.values())) <= MOST_POLICIES


def test_the_policies_are_the_same_every_time() -> None:
    first, second = made(), made()
    assert json.dumps(first.documents) == json.dumps(second.documents)
    assert list(first.documents)[:3] == ["prod_planner_1", "prod_builder_1", "prod_builder_2"]


def test_a_split_loses_no_resource() -> None:
    wide = {
        "Sid": "S",
        "Effect": "Allow",
        "Action": ["ec2:CreateVpc"],
        "Resource": [f"arn:{n:0>200}" for n in range(99)],
    }
    documents = _access.pack([wide])
    assert len(documents) > 1
    assert [r for d in documents for s in d["Statement"] for r in s["Resource"]] == wide["Resource"]


def test_each_holder_has_the_reads_of_the_planner() -> None:
    attach = made().attach
    assert tuple(attach) == HOLDERS
    for holder in HOLDERS:
        assert attach[holder][: len(attach["planner"])] == attach["planner"]


def test_no_action_has_a_wildcard_and_only_reads_have_no_limit() -> None:
    for each in statements(made()):
        assert not [action for action in each["Action"] if "*" in action]
        if each["Resource"] == "*" and not each["Sid"].startswith("Read"):
            assert each["Condition"]["StringEquals"]["aws:RequestedRegion"] == list(REGIONS), each["Sid"]


def test_every_change_is_limited_to_regions_and_to_the_environment() -> None:
    for each in statements(made()):
        resources = each["Resource"] if isinstance(each["Resource"], list) else [each["Resource"]]
        if each["Sid"].startswith("Read"):
            continue
        regions = each.get("Condition", {}).get("StringEquals", {}).get("aws:RequestedRegion")
        assert regions or all(resource.startswith("arn:aws:iam::") for resource in resources), each["Sid"]
        names_or_tags = "mtk:environment" in json.dumps(each.get("Condition", {})) or all(
            any(
                part in resource
                for part in ("prod", "mtk_backend_run_locks", "aws-service-role", ":og:default", ":cluster-pg:default")
            )
            for resource in resources
        )
        assert names_or_tags or each["Sid"] in BY_OTHER_MEANS, each["Sid"]


# Statements for resources that have neither the name nor the tag of the environment, and what limits them.
BY_OTHER_MEANS = {
    "DescribeReservations": "AWS's reference names no resource; the request changes a description only",
    "CreatePoolsInScopes": "AWS creates the scopes of an IPAM without tags; the new pool needs the tag",
    "CreateRules": "AWS asks for the security group, too, which needs the tag",
    "TagOnCreation": "the condition ec2:CreateAction; the creation itself needs the tag",
    "Scale": "targets of DynamoDB only; their ARNs have an id that AWS chooses",
    "StopScaling": "targets of DynamoDB only; their ARNs have an id that AWS chooses",
    "GeneratePassword": "a password that AWS stores nowhere",
    "CreateSecretOfRds": "secrets with the prefix of RDS only",
    "RotateSecretOfRds": "secrets with the prefix of RDS only, of the cluster of the environment",
}


def test_only_the_roles_of_the_environment_are_passed_and_only_to_their_services() -> None:
    passing = [each for each in statements(made()) if "iam:PassRole" in each["Action"]]
    assert {(each["Resource"], each["Condition"]["StringEquals"]["iam:PassedToService"]) for each in passing} == {
        (f"arn:aws:iam::{ACCOUNT}:role/prod_flow_log_role", "vpc-flow-logs.amazonaws.com"),
        (f"arn:aws:iam::{ACCOUNT}:role/prod_aurora_monitoring_role", "monitoring.rds.amazonaws.com"),
    }
    assert all(each["Action"] == ["iam:PassRole"] for each in passing)


def test_a_boundary_is_required_of_the_roles_and_cannot_be_taken_off() -> None:
    bounded, free = made(boundaries=BOUNDED), made()
    for sid, wanted in (("CreateFlowLogRole", BOUNDARY), ("CreateMonitoringRole", f"{BOUNDARY}2")):
        assert named(bounded, sid)["Condition"]["StringEquals"] == {"iam:PermissionsBoundary": wanted}
        assert named(bounded, sid)["Action"] == ["iam:CreateRole", "iam:PutRolePermissionsBoundary"]
        assert "Condition" not in named(free, sid) and named(free, sid)["Action"] == ["iam:CreateRole"]
    assert "iam:DeleteRolePermissionsBoundary" not in json.dumps(dict(bounded.documents))
    assert "iam:DeleteRolePermissionsBoundary" in json.dumps(dict(free.documents))


def test_the_boundaries_can_be_read_by_everybody() -> None:
    """The preflight asks whether a boundary exists, in each run."""
    wanted = {"ReadFlowLogBoundary": BOUNDARY, "ReadMonitoringBoundary": f"{BOUNDARY}2"}
    found = {
        each["Sid"]: (each["Action"], each["Resource"]) for each in statements(made(boundaries=BOUNDED), "planner")
    }
    assert {sid: found[sid] for sid in wanted} == {sid: (["iam:GetPolicy"], arn) for sid, arn in wanted.items()}
    assert not [each for each in statements(made()) if each["Sid"] in wanted]


def test_the_parameters_are_below_their_path_and_of_nobody_else() -> None:
    policies = made(parameters="/mtk/prod")
    below = [f"arn:aws:ssm:{region}:{ACCOUNT}:parameter/mtk/prod/*" for region in REGIONS]
    tag = "aws:ResourceTag/mtk:environment"
    for sid, operator in (("WriteParameters", "StringEqualsIfExists"), ("DeleteParameters", "StringEquals")):
        assert named(policies, sid)["Resource"] == below
        assert named(policies, sid)["Condition"][operator][tag] == "prod"
    holders = {holder: {a for each in statements(policies, holder) for a in each["Action"]} for holder in HOLDERS}
    writing = {holder: sorted(a for a in found if a.startswith("ssm:")) for holder, found in holders.items()}
    reads = ["ssm:GetParametersByPath", "ssm:ListTagsForResource"]
    assert writing["planner"] == writing["operator"] == reads
    assert writing["destroyer"] == ["ssm:DeleteParameter", *reads]
    assert "ssm:PutParameter" in writing["builder"]
    assert "ssm:" not in json.dumps(dict(made().documents))


def test_only_the_destroyer_has_the_right_to_delete() -> None:
    """A run that deletes reads this item before its first change."""
    key = "dynamodb:LeadingKeys"
    for holder in HOLDERS:
        given = [
            value
            for each in statements(made(), holder)
            if "dynamodb:GetItem" in each["Action"] and "run_locks" in json.dumps(each["Resource"])
            for value in each["Condition"]["ForAllValues:StringLike"][key]
        ]
        locks = ["environment/prod", "shared/*"] if holder != "planner" else []
        assert given == locks + (["destruction/prod"] if holder == "destroyer" else [])


def test_the_paths_are_part_of_the_arns() -> None:
    policies = made(paths={"ipam_vpc": "/team/net/", "aurora": "/db/"})
    text = json.dumps(dict(policies.documents))
    assert f"arn:aws:iam::{ACCOUNT}:role/team/net/prod_flow_log_role" in text
    assert f"arn:aws:iam::{ACCOUNT}:policy/team/net/prod_flow_log_policy" in text
    assert f"arn:aws:iam::{ACCOUNT}:role/db/prod_aurora_monitoring_role" in text
    assert ":role/prod_" not in text and ":policy/prod_" not in text


@pytest.mark.parametrize(
    ("region", "partition", "host"),
    [
        ("cn-north-1", "aws-cn", "rds.cn-north-1.amazonaws.com.cn"),
        ("us-gov-east-1", "aws-us-gov", "rds.us-gov-east-1.amazonaws.com"),
    ],
)
def test_other_partitions_have_their_own_arns_and_hosts(region: str, partition: str, host: str) -> None:
    assert partition_of(region) == partition
    text = json.dumps(dict(made(partition=partition, regions=[region]).documents))
    assert f"arn:{partition}:" in text and "arn:aws:" not in text and host in text


def test_the_page_of_settings_says_what_a_boundary_has_to_allow() -> None:
    root = Path(__file__).parents[2]
    role = (root / "roles/ipam_vpc/tasks/flow_log_role.yml").read_text()
    page = (root / "docs/using/settings.md").read_text()
    needed = set(re.findall(r"logs:[A-Z]\w+", role))
    assert len(needed) == 4 and not {action for action in needed if f"`{action}`" not in page}
    assert "AmazonRDSEnhancedMonitoringRole" in (root / "roles/aurora/tasks/shared.yml").read_text()


def test_what_has_no_policies_is_refused() -> None:
    with pytest.raises(ValueError, match="no regions"):
        made(regions=[])
    with pytest.raises(ValueError, match="partition is 'moon'; known are aws, aws-cn, aws-us-gov"):
        made(partition="moon")
    with pytest.raises(AnsibleFilterError, match="access_policies: partition is 'aws-iso'; known are aws, aws-cn"):
        access_policies("dev", ACCOUNT, ["us-iso-east-1"])
