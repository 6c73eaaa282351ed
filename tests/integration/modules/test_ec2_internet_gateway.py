"""ec2_internet_gateway."""

from __future__ import annotations

import pytest

from .conftest import ModuleFailed, examples

NAME = "ec2_internet_gateway"


@pytest.fixture
def vpc(aws):
    """Return a function that creates a VPC with a name and a CIDR block."""

    def make(name, cidr):
        owner = {"Key": "mtk:environment", "Value": "dev"}
        tags = [{"ResourceType": "vpc", "Tags": [{"Key": "Name", "Value": name}, owner]}]
        return aws.client("ec2").create_vpc(CidrBlock=cidr, TagSpecifications=tags)["Vpc"]["VpcId"]

    return make


def attached(aws):
    (gateway,) = aws.client("ec2").describe_internet_gateways()["InternetGateways"]
    return [a["VpcId"] for a in gateway["Attachments"]]


def delete_default_gateway(aws):
    """Delete the internet gateway of the region's default VPC."""
    ec2 = aws.client("ec2")
    for gateway in ec2.describe_internet_gateways()["InternetGateways"]:
        for a in gateway["Attachments"]:
            ec2.detach_internet_gateway(InternetGatewayId=gateway["InternetGatewayId"], VpcId=a["VpcId"])
        ec2.delete_internet_gateway(InternetGatewayId=gateway["InternetGatewayId"])


def test_four_beats(aws, vpc, four_beats, gone):
    delete_default_gateway(aws)
    mine = vpc("dev_us-east-1_vpc", "10.0.0.0/16")
    present, absent = examples(NAME)
    assert four_beats(NAME, **present)["internet_gateway"]["vpc_id"] == mine
    assert attached(aws) == [mine]
    gone(NAME, **absent)


def test_change_and_drift(aws, vpc, run):
    delete_default_gateway(aws)
    one, two = vpc("one", "10.0.0.0/16"), vpc("two", "10.1.0.0/16")
    gateway = run(NAME, name="x", vpc_id=one, tags={"a": "1"})["internet_gateway"]["internet_gateway_id"]
    planned = run(NAME, check=True, name="x", vpc_name="two", tags={"b": "2"})["diff"]
    assert (planned["before"]["vpc_id"], planned["after"]["vpc_id"]) == (one, two)
    assert run(NAME, name="x", vpc_name="two", tags={"b": "2"})["diff"] == planned
    assert attached(aws) == [two]
    aws.client("ec2").detach_internet_gateway(InternetGatewayId=gateway, VpcId=two)
    assert run(NAME, name="x", vpc_name="two", tags={"b": "2"})["changed"]
    assert attached(aws) == [two]
    assert not run(NAME, name="x")["changed"]


def test_a_missing_vpc_is_planned_but_not_applied(run):
    assert run(NAME, check=True, name="x", vpc_name="later")["internet_gateway"]["vpc_id"] == "(known after apply)"
    with pytest.raises(ModuleFailed, match="vpc_id of internet_gateway x is unknown"):
        run(NAME, name="x", vpc_name="later")
