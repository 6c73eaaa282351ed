"""aws_left_region_info."""

from __future__ import annotations

import pytest
from ansible_collections.mtk.backend.plugins.module_utils.engine._module import Context

from .conftest import ModuleFailed, examples
from .ipam import ipam, pool

NAME = "aws_left_region_info"
TABLE = {
    "table_name": "dev_user_locations",
    "attribute_definitions": [{"attribute_name": "user_id", "attribute_type": "S"}],
    "key_schema": [{"attribute_name": "user_id", "key_type": "HASH"}],
    "stream_specification": {"stream_enabled": True, "stream_view_type": "NEW_AND_OLD_IMAGES"},
    "tags": {"mtk:environment": "dev"},
}
(PROD,) = examples(NAME)
HOME = ["us-east-1"]
DEV = {
    "environment": "dev",
    "regions": HOME,
}


def decided(result):
    return {item["plan"]["region"]: item["plan"]["reason"] for item in result["results"]}


@pytest.fixture
def pools(aws):
    """Create the pools of dev in two regions."""
    scope = ipam(aws)["PrivateDefaultScopeId"]
    top = pool(aws, scope, "shared_ipam_top_pool", "10.0.0.0/8")
    for slot, region in enumerate(("us-east-1", "us-west-2")):
        shared = {"SourceIpamPoolId": top, "Locale": region}
        source = pool(aws, scope, f"shared_{region}_ipam_pool", f"10.{16 * slot}.0.0/12", **shared)
        own = {"SourceIpamPoolId": source, "Locale": region}
        pool(aws, scope, f"dev_{region}_ipam_pool", f"10.{16 * slot}.0.0/14", **own)


@pytest.mark.parametrize("check", [True, False])
def test_an_empty_account_needs_no_decision(aws, run, check):
    found = run(NAME, check=check, **PROD)
    assert (found["left_regions"], found["results"], found["changed"]) == ([], [], False)
    assert aws.mutating() == []


def test_a_pool_in_a_region_that_left_is_a_decision(aws, run, worker, pools):
    worker["context"] = Context(collects=True, defers=True)
    before = len(aws.mutating())
    for check, mode in ((True, "plan"), (False, "apply")):
        found = run(NAME, check=check, **DEV)
        (plan,) = [item["plan"] for item in found["results"]]
        assert (plan["action"], plan["mode"], plan["resource"]) == ("refuse", mode, "region")
        assert plan["ids"][0].startswith("ipam-pool-")
        assert "the pool dev_us-west-2_ipam_pool" in plan["reason"]
        assert "remove_region.yml -i inventories/dev -e region=us-west-2" in plan["reason"]
    assert decided(run(NAME, **{**DEV, "regions": ["us-east-1", "us-west-2"]})) == {}
    assert decided(run(NAME, **{**DEV, "environment": "qa"})) == {}
    assert len(aws.mutating()) == before


def test_without_a_collected_plan_it_fails(run, pools):
    with pytest.raises(ModuleFailed, match="us-west-2 is not a region of the inventory"):
        run(NAME, **DEV)


def test_replicas_of_others_are_no_decision(aws, run, worker):
    worker["context"] = Context(collects=True, defers=True)
    run("dynamodb_table", **TABLE)
    replica = {"table_name": TABLE["table_name"], "region_name": "us-west-2"}
    run("dynamodb_table_replica", **replica, tags={"mtk:environment": "dev"})
    assert "a replica of the table dev_user_locations" in decided(run(NAME, **DEV))["us-west-2"]
    dynamodb = aws.client("dynamodb", "us-west-2")
    arn = dynamodb.describe_table(TableName=TABLE["table_name"])["Table"]["TableArn"]
    dynamodb.untag_resource(ResourceArn=arn, TagKeys=["mtk:environment"])
    assert decided(run(NAME, **DEV)) == {}
    assert decided(run(NAME, **{**DEV, "removed_replica_regions": ["us-west-2"]})) == {}


def test_what_the_removal_of_a_region_needs(run, pools):
    found = run(NAME, environment="dev", region_name="us-west-2")
    assert found["pools"] == [
        {"name": "dev_us-west-2_ipam_pool", "environment": "dev", "locale": "us-west-2", "cidr": "10.16.0.0/14"},
        {"name": "shared_us-west-2_ipam_pool", "environment": "shared", "locale": "us-west-2", "cidr": "10.16.0.0/12"},
    ]
    assert (found["has_secret_copy"], found["left_regions"]) == (False, [])
    secret = {"secret_name": "dev_aurora_master_secret", "generate_secret_string": {"username": "mtk"}}
    run("secretsmanager_secret", **secret, replica_regions=[{"region": "us-west-2"}])
    assert run(NAME, environment="dev", region_name="us-west-2")["has_secret_copy"]
    assert not run(NAME, environment="dev", region_name="eu-west-1")["has_secret_copy"]


def test_credentials_that_may_not_read_find_nothing(aws, run, pools):
    for call in ("ec2:DescribeIpamPools", "rds:DescribeGlobalClusters", "dynamodb:DescribeTable"):
        aws.control.fault(call, "error", code="AccessDenied")
    assert run(NAME, **DEV)["left_regions"] == []
