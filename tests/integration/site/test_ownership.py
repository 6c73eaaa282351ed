"""Resources that bear the environment's names and not its tag: nothing changes or deletes them without consent."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from .conftest import REGIONS
from .drifts import KEPT
from .estate import estate

OWNER = "mtk:environment"
ENVIRONMENTS = ("dev", "prod", "shared")
# Kinds without a tag of their own: they follow the resource that they are a part of.
PARTS = {"ec2_ipam_pool_cidr"}
# Kinds that AWS itself creates, so that they are taken by their names.
BY_AWS = {("ec2_security_group", "default"), ("logs_log_group", "/aws/rds/cluster/")}


def disown(aws: Any) -> None:
    """Remove the owner's tag from all resources in the account."""
    for region in REGIONS:
        tagging = aws.client("resourcegroupstaggingapi", region)
        pages = tagging.get_paginator("get_resources").paginate(
            TagFilters=[{"Key": OWNER, "Values": list(ENVIRONMENTS)}]
        )
        for arn in [entry["ResourceARN"] for page in pages for entry in page["ResourceTagMappingList"]]:
            failed = tagging.untag_resources(ResourceARNList=[arn], TagKeys=[OWNER])["FailedResourcesMap"]
            assert not failed, failed
    iam = aws.client("iam")
    for role in iam.list_roles()["Roles"]:
        if role["Path"].startswith("/aws-service-role/"):
            continue
        iam.untag_role(RoleName=role["RoleName"], TagKeys=[OWNER])
    for policy in iam.list_policies(Scope="Local")["Policies"]:
        iam.untag_policy(PolicyArn=policy["Arn"], TagKeys=[OWNER])


def plan(site: Any, tmp_path: Any, playbook: str, *arguments: str) -> list[dict[str, Any]]:
    """Return the entries of the plan of a playbook that wrote nothing."""
    out = tmp_path / "plan.json"
    played = site.play(playbook, "-e", f"plan_out={out}", *arguments, expect=2)
    assert played.mutating == []
    return list(json.loads(out.read_text())["resources"])


def is_by_aws(entry: dict[str, Any]) -> bool:
    return any(entry["resource"] == kind and entry["name"].startswith(name) for kind, name in BY_AWS)


def decisions(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [entry for entry in entries if entry["action"] == "refuse"]


def consent(entry: dict[str, Any]) -> str:
    """Return the resource that the reason of a decision says to adopt."""
    return str(re.search(r"-e adopt=(\S+)\.$", entry["reason"])[1])


@pytest.mark.timeout(1200)
def test_nothing_without_the_tag_is_changed_or_deleted_until_it_is_adopted(aws, built, tmp_path):
    site = built("prod")
    disown(aws)
    before = estate(aws, REGIONS)

    planned = plan(site, tmp_path, "playbooks/plan.yml")
    assert [entry for entry in planned if entry["action"] != "refuse" and not is_by_aws(entry)] == []
    assert {entry["resource"] for entry in decisions(planned)} == {kind for kind, _name in KEPT.values()} | PARTS
    for entry in decisions(planned):
        assert f"has no tag {OWNER}" in entry["reason"] and "-e adopt=" in entry["reason"], entry

    applied = site.play("site.yml", expect=2)
    assert applied.mutating == []
    assert "Resources that need a decision" in applied.text

    removal = plan(site, tmp_path, "playbooks/destroy.yml", "--check", "-e", "destroy_allowed=true")
    assert not [entry for entry in removal if entry["action"] == "delete"]
    destroyed = site.destroy(expect=2)
    assert destroyed.mutating == []
    assert estate(aws, REGIONS) == before

    adopted = site.play("site.yml", "-e", json.dumps({"adopt": sorted({consent(e) for e in decisions(planned)})}))
    assert not [call for call in adopted.mutating if call.startswith(("Create", "Delete"))]
    again = site.play("site.yml")
    assert again.mutating == [], "what was adopted has the tag, and needs no consent any more"


def strangers(aws: Any) -> dict[str, Any]:
    """Create what somebody else might have under dev's names, and return it as AWS describes it."""
    ec2, iam, dynamodb = aws.client("ec2"), aws.client("iam"), aws.client("dynamodb")
    tags = [{"Key": "Name", "Value": "dev_us-east-1_vpc"}, {"Key": "Team", "Value": "other"}]
    ec2.create_vpc(CidrBlock="10.99.0.0/16", TagSpecifications=[{"ResourceType": "vpc", "Tags": tags}])
    statement = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.create_role(RoleName="dev_flow_log_role", AssumeRolePolicyDocument=trust)
    dynamodb.create_table(
        TableName="dev_user_locations",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        Tags=[{"Key": "Team", "Value": "other"}],
    )
    key = aws.client("kms").create_key()["KeyMetadata"]["KeyId"]
    aws.client("kms").create_alias(AliasName="alias/dev_us-east-1_network_key", TargetKeyId=key)
    aws.client("logs").create_log_group(logGroupName="dev_us-east-1_flow_log_group")
    return described(aws)


def described(aws: Any) -> dict[str, Any]:
    ec2, role = aws.client("ec2"), aws.client("iam").get_role(RoleName="dev_flow_log_role")["Role"]
    vpcs = ec2.describe_vpcs(Filters=[{"Name": "cidr-block-association.cidr-block", "Values": ["10.99.0.0/16"]}])[
        "Vpcs"
    ]
    inside = [{"Name": "vpc-id", "Values": [vpcs[0]["VpcId"]]}]
    return {
        "vpcs": vpcs,
        "subnets": ec2.describe_subnets(Filters=inside)["Subnets"],
        "groups": ec2.describe_security_groups(Filters=inside)["SecurityGroups"],
        "role": {key: value for key, value in role.items() if key != "RoleLastUsed"},
        "table": aws.client("dynamodb").describe_table(TableName="dev_user_locations")["Table"],
        "aliases": aws.client("kms").list_aliases()["Aliases"],
        "log groups": aws.client("logs").describe_log_groups(logGroupNamePrefix="dev_us-east-1_flow")["logGroups"],
    }


@pytest.mark.timeout(600)
def test_strangers_with_our_names_are_left_alone_and_the_rest_is_built(aws, site, tmp_path):
    theirs = strangers(aws)
    dev = site("dev")
    applied = dev.play("site.yml", "-e", f"plan_out={tmp_path / 'apply.json'}", expect=2)
    now = described(aws)
    assert {**now, "aliases": []} == {**theirs, "aliases": []}
    assert [alias for alias in theirs["aliases"] if alias not in now["aliases"]] == []
    for name in ("ec2_vpc:dev_us-east-1_vpc", "iam_role:dev_flow_log_role", "dynamodb_table:dev_user_locations"):
        assert f"-e adopt={name}" in applied.text
    for name in ("kms_key:alias/dev_us-east-1_network_key", "logs_log_group:dev_us-east-1_flow_log_group"):
        assert f"-e adopt={name}" in applied.text
    entries = json.loads((tmp_path / "apply.json").read_text())["resources"]
    created = {entry["resource"] for entry in entries if entry["action"] == "create"}
    assert {"ec2_ipam_pool", "kms_key", "rds_cluster_param_group", "iam_managed_policy"} <= created
    refused = {entry["resource"] for entry in decisions(entries)}
    assert {"ec2_subnet", "ec2_nat_gateway", "rds_cluster", "rds_instance", "ec2_flow_log"} <= refused
    assert {entry["action"] for entry in entries} <= {"create", "refuse", "none"}

    dev.play("playbooks/destroy.yml", "-e", "confirm_environment=dev", expect=2)
    now = described(aws)
    assert {**now, "aliases": []} == {**theirs, "aliases": []}
