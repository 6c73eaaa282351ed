"""outputs_info."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import examples
from .test_left_behind_info import tag_specifications

NAME = "outputs_info"
PROD = {"mtk:environment": "prod", "mtk:stack": "mtk-backend"}
OPTIONS = {"environment": "prod", "home_region": "us-east-1"}
NETWORK, TABLE = {**OPTIONS, "wanted": ["vpc_id"]}, {**OPTIONS, "wanted": ["table_arn"]}


def vpc(aws: Any, cidr: str, tags: dict[str, str]) -> str:
    created = aws.client("ec2").create_vpc(CidrBlock=cidr, TagSpecifications=tag_specifications("vpc", tags))
    return str(created["Vpc"]["VpcId"])


def tag_list(tags: dict[str, str]) -> list[dict[str, str]]:
    return [{"Key": name, "Value": value} for name, value in tags.items()]


def known(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


@pytest.mark.parametrize("check", [False, True])
def test_example_on_an_empty_account(aws, run, check):
    (example,) = examples(NAME)
    before = len(aws.mutating())
    result = run(NAME, check=check, **example)
    assert len(aws.mutating()) == before and not result["changed"]
    assert known(result["outputs"]) == {} and known(result["shared"]) == {} and result["commands"] == []
    assert (result["account"], result["partition"], result["region"]) == ("123456789012", "aws", "us-east-1")


def test_a_vpc_of_the_name_counts_with_the_tag_of_the_environment_only(aws, run):
    vpc(aws, "10.0.0.0/16", {"Name": "prod_us-east-1_vpc"})
    assert known(run(NAME, **NETWORK)["outputs"]) == {}
    ours = vpc(aws, "10.1.0.0/16", {**PROD, "Name": "prod_us-east-1_vpc"})
    result = run(NAME, **NETWORK)
    assert known(result["outputs"]) == {
        "vpc_id": ours,
        "vpc_arn": f"arn:aws:ec2:us-east-1:123456789012:vpc/{ours}",
        "vpc_cidr_block": "10.1.0.0/16",
    }
    assert [each["purpose"] for each in result["commands"]] == ["List the subnets", "List the routes"]


def test_two_vpcs_of_one_name_are_no_output(aws, run):
    for cidr in ("10.0.0.0/16", "10.1.0.0/16"):
        vpc(aws, cidr, {**PROD, "Name": "prod_us-east-1_vpc"})
    assert known(run(NAME, **NETWORK)["outputs"]) == {}


def test_a_table_counts_with_the_tag_of_the_environment_only(aws, run):
    key = {"AttributeName": "user_id"}
    aws.client("dynamodb").create_table(
        TableName="prod_user_locations",
        AttributeDefinitions=[{**key, "AttributeType": "S"}],
        KeySchema=[{**key, "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    assert known(run(NAME, **TABLE)["outputs"]) == {}
    arn = "arn:aws:dynamodb:us-east-1:123456789012:table/prod_user_locations"
    tags = [{"Key": name, "Value": value} for name, value in PROD.items()]
    aws.client("dynamodb").tag_resource(ResourceArn=arn, Tags=tags)
    result = run(NAME, **TABLE)
    assert known(result["outputs"]) == {"table_name": "prod_user_locations", "table_arn": arn}
    assert result["shared"]["table_regions"] == ["us-east-1"]


def test_a_secret_on_its_way_out_is_no_output(aws, run):
    secrets = aws.client("secretsmanager")
    tags = [{"Key": name, "Value": value} for name, value in PROD.items()]
    arn = secrets.create_secret(Name="prod_aurora_master_secret", SecretString="hidden", Tags=tags)["ARN"]
    options = {**OPTIONS, "wanted": ["cluster_endpoint"]}
    result = run(NAME, **options)
    assert known(result["outputs"]) == {"master_user_secret_arn": arn}
    assert "hidden" not in str(result)
    assert known(run(NAME, region="us-west-2", **options)["outputs"]) == {}, "the secret has no copy there"
    secrets.delete_secret(SecretId=arn, RecoveryWindowInDays=7)
    assert known(run(NAME, **options)["outputs"]) == {}


def test_a_table_and_a_cluster_on_their_way_out_are_no_outputs(aws, run):
    key = {"AttributeName": "user_id"}
    dynamodb, rds = aws.client("dynamodb"), aws.client("rds")
    table = {"AttributeDefinitions": [{**key, "AttributeType": "S"}], "KeySchema": [{**key, "KeyType": "HASH"}]}
    dynamodb.create_table(TableName="prod_user_locations", BillingMode="PAY_PER_REQUEST", Tags=tag_list(PROD), **table)
    name = {"DBClusterIdentifier": "prod-us-east-1-aurora-cluster"}
    keys = {"MasterUsername": "mtk", "MasterUserPassword": "hidden-hidden"}
    rds.create_db_cluster(Engine="aurora-postgresql", Tags=tag_list(PROD), **name, **keys)
    wanted = {**OPTIONS, "wanted": ["cluster_endpoint", "table_arn"]}
    before = run(NAME, **wanted)
    assert before["outputs"]["cluster_endpoint"] and before["outputs"]["table_arn"]

    aws.control.scale(10)
    dynamodb.delete_table(TableName="prod_user_locations")
    rds.delete_db_cluster(SkipFinalSnapshot=True, **name)
    assert dynamodb.describe_table(TableName="prod_user_locations")["Table"]["TableStatus"] == "DELETING"
    after = run(NAME, **wanted)
    assert known(after["outputs"]) == {} and known(after["shared"]) == {} and after["commands"] == []
