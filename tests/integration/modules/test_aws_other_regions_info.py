"""aws_other_regions_info."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import documentation, examples

NAME = "aws_other_regions_info"
PROD = {"mtk:environment": "prod", "mtk:stack": "mtk-backend", "mtk:component": "ipam_vpc"}


def vpc(aws: Any, region: str, tags: dict[str, str]) -> None:
    listed = [{"ResourceType": "vpc", "Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}]
    aws.client("ec2", region).create_vpc(CidrBlock="10.0.0.0/16", TagSpecifications=listed)


@pytest.mark.parametrize("check", [False, True])
def test_example_finds_the_resources_of_other_regions(aws, run, check):
    for region in ("us-east-1", "us-west-2", "eu-central-1"):
        vpc(aws, region, {**PROD, "Name": f"prod_{region}_vpc"})
    vpc(aws, "eu-west-1", {**PROD, "mtk:environment": "qa"})
    (example,) = examples(NAME)
    before = len(aws.mutating())
    result = run(NAME, check=check, **example)
    assert len(aws.mutating()) == before and not result["changed"]
    (found,) = result["resources"]
    (sample,) = documentation(NAME)["RETURN"]["resources"]["sample"]
    assert {**found, "arn": ""} == {**sample, "arn": ""}
    assert result["denied_regions"] == []


def test_components_restrict_the_answer(aws, run):
    vpc(aws, "eu-central-1", PROD)
    vpc(aws, "eu-central-1", {"mtk:environment": "prod"})
    options = {"environment": "prod", "regions": ["us-east-1"]}
    assert sorted(each["owner"] for each in run(NAME, **options)["resources"]) == ["foreign", "left"]
    assert run(NAME, **options, components=["aurora"])["resources"] == []


def test_a_table_and_a_key_on_its_way_out(aws, run):
    tags = {**PROD, "mtk:component": "dynamodb_global"}
    listed = [{"Key": key, "Value": value} for key, value in tags.items()]
    aws.client("dynamodb", "us-west-2").create_table(
        TableName="prod_user_locations",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        Tags=listed,
    )
    kms = aws.client("kms", "us-west-2")
    key = kms.create_key(Tags=[{"TagKey": each["Key"], "TagValue": each["Value"]} for each in listed])
    kms.schedule_key_deletion(KeyId=key["KeyMetadata"]["KeyId"], PendingWindowInDays=7)
    (found,) = run(NAME, environment="prod", regions=["us-east-1"])["resources"]
    assert (found["region"], found["resource"], found["name"]) == (
        "us-west-2",
        "dynamodb_table_replica",
        "prod_user_locations",
    )


def test_a_region_that_may_not_be_listed_is_named(aws, run):
    vpc(aws, "us-west-2", PROD)
    aws.control.fault(
        "resourcegroupstaggingapi:GetResources", "error", code="AccessDeniedException", region="eu-west-1"
    )
    result = run(NAME, environment="prod", regions=["us-east-1"])
    assert result["denied_regions"] == ["eu-west-1"]
    assert [each["region"] for each in result["resources"]] == ["us-west-2"]
