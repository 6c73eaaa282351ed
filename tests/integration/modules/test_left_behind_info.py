"""left_behind_info."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import documentation, examples

NAME = "left_behind_info"
PROD = {"mtk:environment": "prod", "mtk:stack": "mtk-backend", "mtk:component": "ipam_vpc"}


def tag_specifications(kind: str, tags: dict[str, str]) -> list[dict[str, Any]]:
    return [{"ResourceType": kind, "Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}]


def vpc(aws: Any, cidr: str, tags: dict[str, str]) -> str:
    created = aws.client("ec2").create_vpc(CidrBlock=cidr, TagSpecifications=tag_specifications("vpc", tags))
    return str(created["Vpc"]["VpcId"])


def names(result: dict[str, Any], owner: str = "left") -> list[tuple[str, str]]:
    return [(each["resource"], each["name"]) for each in result["resources"] if each["owner"] == owner]


@pytest.mark.parametrize("check", [False, True])
def test_example_finds_what_is_left_behind(aws, run, check):
    vpc(aws, "10.0.0.0/16", {**PROD, "Name": "prod_us-east-1_vpc"})
    vpc(aws, "10.1.0.0/16", {"mtk:environment": "prod", "Name": "theirs"})
    vpc(aws, "10.2.0.0/16", {**PROD, "mtk:environment": "qa"})
    (example,) = examples(NAME)
    before = len(aws.mutating())
    result = run(NAME, check=check, **example)
    assert len(aws.mutating()) == before and not result["changed"]
    assert names(result) == [("ec2_vpc", "prod_us-east-1_vpc")]
    assert names(result, "foreign") == [("ec2 vpc", "theirs")]
    (sample,) = documentation(NAME)["RETURN"]["resources"]["sample"]
    (left,) = [each for each in result["resources"] if each["owner"] == "left"]
    assert {**left, "arn": ""} == {**sample, "arn": ""}


def test_managed_resources_are_not_left_behind(aws, run):
    managed = [vpc(aws, "10.0.0.0/16", PROD)]
    assert names(run(NAME, environment="prod", managed=managed)) == []
    assert names(run(NAME, environment="prod", managed=["vpc-1"])) == [("ec2_vpc", managed[0])]


def test_what_is_on_its_way_out_is_not_left_behind(aws, run):
    kms, secrets = aws.client("kms"), aws.client("secretsmanager")
    aurora = {**PROD, "mtk:component": "aurora"}
    listed = [{"TagKey": key, "TagValue": value} for key, value in {**aurora, "Name": "prod_key"}.items()]
    keys = [kms.create_key(Tags=listed)["KeyMetadata"]["KeyId"] for _each in range(2)]
    tags = [{"Key": key, "Value": value} for key, value in aurora.items()]
    secrets.create_secret(Name="prod_secret", SecretString="x", Tags=tags)
    options = {"environment": "prod", "home_region": "us-east-1"}
    assert names(run(NAME, **options)) == [
        ("kms_key", "alias/prod_key"),
        ("kms_key", "alias/prod_key"),
        ("secretsmanager_secret", "prod_secret"),
    ]
    kms.schedule_key_deletion(KeyId=keys[0], PendingWindowInDays=7)
    secrets.delete_secret(SecretId="prod_secret", RecoveryWindowInDays=7)
    (left,) = run(NAME, **options)["resources"]
    assert left["arn"].endswith(keys[1])


def test_a_deleted_nat_gateway_is_not_left_behind_and_its_address_is(aws, run):
    ec2 = aws.client("ec2")
    inside = vpc(aws, "10.0.0.0/16", {"Name": "other"})
    subnet = ec2.create_subnet(VpcId=inside, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=inside)
    tags = {**PROD, "Name": "prod_nat"}
    address = ec2.allocate_address(Domain="vpc", TagSpecifications=tag_specifications("elastic-ip", tags))
    nat = ec2.create_nat_gateway(
        SubnetId=subnet,
        AllocationId=address["AllocationId"],
        TagSpecifications=tag_specifications("natgateway", tags),
    )["NatGateway"]["NatGatewayId"]
    assert names(run(NAME, environment="prod")) == [("ec2_nat_gateway", "prod_nat")] * 2
    ec2.delete_nat_gateway(NatGatewayId=nat)
    (left,) = run(NAME, environment="prod")["resources"]
    assert ":elastic-ip/" in left["arn"]


def test_removed_resources_are_named_by_module(aws, run):
    vpc(aws, "10.0.0.0/16", {**PROD, "Name": "prod_vpc"})
    result = run(NAME, environment="prod", remove=["ec2_vpc:prod_vpc", "ec2_vpc:other", "ec2_subnet:prod_vpc"])
    assert result["removed"] == {"ec2_vpc": ["prod_vpc"]}


def test_the_blocks_of_a_removed_pool(aws, run):
    run("ec2_ipam", name="ipam", operating_regions=["us-east-1"])
    pool = {"ipam_name": "ipam", "name": "prod_pool", "tags": PROD}
    run("ec2_ipam_pool", **pool)
    run("ec2_ipam_pool_cidr", ipam_pool_name="prod_pool", cidr="10.0.0.0/8")
    result = run(NAME, environment="prod", home_region="us-east-1", remove=["ec2_ipam_pool:prod_pool"])
    assert result["removed"] == {"ec2_ipam_pool": ["prod_pool"]}
    assert result["blocks"] == [{"pool": "prod_pool", "cidr": "10.0.0.0/8"}]
    new = run(NAME, environment="qa", home_region="us-east-1")
    assert (new["resources"], new["other_environments"]) == ([], ["prod"])


def test_a_refused_listing_is_reported(aws, run):
    aws.control.fault("resourcegroupstaggingapi:GetResources", "error", code="AccessDeniedException")
    result = run(NAME, environment="prod")
    assert (result["resources"], result["denied_regions"]) == ([], ["us-east-1"])
