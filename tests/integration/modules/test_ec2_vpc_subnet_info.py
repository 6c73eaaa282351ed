"""ec2_vpc_subnet_info."""

from __future__ import annotations

import pytest

from .conftest import documentation, examples

NAME = "ec2_vpc_subnet_info"


@pytest.fixture
def subnets(aws):
    """Create three subnets of prod in one VPC and one of qa in another, and return the ids."""
    ec2, found = aws.client("ec2"), {}
    for block, environment, tiers in (("10.0.0.0/16", "prod", "ddp"), ("10.1.0.0/16", "qa", "d")):
        names = {"Name": f"{environment}_us-east-1_vpc", "mtk:environment": environment}
        named = [{"ResourceType": "vpc", "Tags": [{"Key": k, "Value": v} for k, v in names.items()]}]
        vpc = ec2.create_vpc(CidrBlock=block, TagSpecifications=named)["Vpc"]["VpcId"]
        for number, tier in enumerate(tiers):
            kind = {"d": "database", "p": "private"}[tier]
            tags = {
                "mtk:environment": environment,
                "mtk:tier": kind,
                "Name": f"{environment}_us-east-1_{number}_{kind}_subnet",
            }
            made = ec2.create_subnet(
                VpcId=vpc,
                CidrBlock=f"{block[:5]}{number}.0/24",
                AvailabilityZone="us-east-1" + "ba"[number % 2],
                TagSpecifications=[
                    {"ResourceType": "subnet", "Tags": [{"Key": k, "Value": v} for k, v in tags.items()]}
                ],
            )["Subnet"]
            found[f"{environment}{number}"] = made["SubnetId"]
        found[environment] = vpc
    return found


@pytest.mark.parametrize("check", [False, True])
def test_example_finds_subnets_by_name_and_tags(aws, run, subnets, check):
    example, _of_a_vpc = examples(NAME)
    before = len(aws.mutating())
    result = run(NAME, check=check, **example)
    assert len(aws.mutating()) == before and not result["changed"]
    assert [s["subnet_id"] for s in result["subnets"]] == [subnets["prod1"], subnets["prod0"]], "sorted by zone"
    (sample,) = documentation(NAME)["RETURN"]["subnets"]["sample"]
    assert sample.keys() <= result["subnets"][0].keys()
    assert result["subnets"][0]["tags"]["Name"] == "prod_us-east-1_1_database_subnet"


def test_subnets_are_found_by_vpc_and_without_filters(run, subnets):
    assert [s["subnet_id"] for s in run(NAME, vpc_id=subnets["qa"])["subnets"]] == [subnets["qa0"]]
    assert run(NAME, tags={"mtk:environment": "dev"})["subnets"] == []
    assert len(run(NAME)["subnets"]) >= 4


def test_subnets_of_a_vpc_are_found_by_its_name(run, subnets):
    _by_name, example = examples(NAME)
    assert [s["subnet_id"] for s in run(NAME, **example)["subnets"]] == [subnets["prod1"], subnets["prod0"]]
    assert run(NAME, **{**example, "vpc_name": "qa_us-east-1_vpc"})["subnets"] == [], "the tags are those of prod"
    assert run(NAME, vpc_name="dev_us-east-1_vpc")["subnets"] == []
