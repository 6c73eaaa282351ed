"""resourcegroupstaggingapi_resource_info."""

from __future__ import annotations

import pytest

from .conftest import ModuleFailed, documentation, examples

NAME = "resourcegroupstaggingapi_resource_info"


@pytest.fixture
def tagged(aws):
    """Create a VPC of prod, one of qa and one without tags; return the ARN of the first."""
    ec2, tags = (
        aws.client("ec2"),
        [{"Key": "mtk:environment", "Value": "prod"}, {"Key": "Name", "Value": "prod_us-east-1_vpc"}],
    )
    mine = ec2.create_vpc(CidrBlock="10.0.0.0/16", TagSpecifications=[{"ResourceType": "vpc", "Tags": tags}])
    other = [{"ResourceType": "vpc", "Tags": [{"Key": "mtk:environment", "Value": "qa"}]}]
    ec2.create_vpc(CidrBlock="10.1.0.0/16", TagSpecifications=other)
    ec2.create_vpc(CidrBlock="10.2.0.0/16")
    return f"arn:aws:ec2:us-east-1:123456789012:vpc/{mine['Vpc']['VpcId']}"


@pytest.mark.parametrize("check", [False, True])
def test_example_finds_resources_with_the_tag_only(aws, run, tagged, check):
    (example,) = examples(NAME)
    before = len(aws.mutating())
    result = run(NAME, check=check, **example)
    assert len(aws.mutating()) == before and not result["changed"]
    (found,) = result["resources"]
    assert (found["arn"], found["region"]) == (tagged, "us-east-1")
    (sample,) = documentation(NAME)["RETURN"]["resources"]["sample"]
    assert {**found, "arn": ""} == {**sample, "arn": ""}
    assert sample["arn"].startswith("arn:aws:ec2:us-east-1:123456789012:vpc/vpc-")


def test_all_tags_must_match(run, tagged):
    assert run(NAME, tags={"mtk:environment": "prod", "Name": "x"})["resources"] == []


def test_resources_of_another_region_are_not_found(run, tagged):
    assert run(NAME, tags={"mtk:environment": "prod"}, region="us-west-2")["resources"] == []


def test_a_refusal_by_aws_fails_the_module(aws, run):
    aws.control.fault("resourcegroupstaggingapi:GetResources", "error", code="AccessDeniedException")
    with pytest.raises(ModuleFailed, match="AWS refuses GetResources \\(AccessDeniedException"):
        run(NAME, tags={"a": "b"})
