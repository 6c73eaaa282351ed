"""dynamodb_table_auto_scaling."""

from __future__ import annotations

import pytest

from .conftest import ModuleFailed, examples

NAME = "dynamodb_table_auto_scaling"
TABLE = {
    "table_name": "prod_user_locations",
    "attribute_definitions": [
        {"attribute_name": "user_id", "attribute_type": "S"},
        {"attribute_name": "lat_long", "attribute_type": "S"},
    ],
    "key_schema": [{"attribute_name": "user_id", "key_type": "HASH"}],
    "global_secondary_indexes": [
        {
            "index_name": "lat_long_index",
            "key_schema": [{"attribute_name": "lat_long", "key_type": "HASH"}],
            "projection": {"projection_type": "KEYS_ONLY"},
        }
    ],
    "billing_mode": "PROVISIONED",
    "provisioned_throughput": {"read_capacity_units": 5, "write_capacity_units": 5},
    "stream_specification": {"stream_enabled": True, "stream_view_type": "NEW_AND_OLD_IMAGES"},
}
LIMITS = {"min_capacity": 5, "max_capacity": 50}
PARAMS = {
    "table_name": "prod_user_locations",
    "read": LIMITS,
    "write": LIMITS,
    "indexes": [{"index_name": "lat_long_index"}],
    "wait_timeout": 20,
}


@pytest.fixture
def table(run):
    """Create a provisioned table."""
    run("dynamodb_table", **TABLE)


def targets(aws, region="us-east-1"):
    scaling = aws.client("application-autoscaling", region)
    found = scaling.describe_scalable_targets(ServiceNamespace="dynamodb")["ScalableTargets"]
    return {
        (t["ResourceId"].split("/", 1)[-1], t["ScalableDimension"].split(":")[2][0]): t["MaxCapacity"] for t in found
    }


def test_check_mode_before_the_table_exists(run):
    assert run(NAME, check=True, **PARAMS)["changed"]
    assert not run(NAME, check=True, **PARAMS, state="absent")["changed"]


def test_four_beats(aws, run, table, four_beats, gone):
    params, absent = examples(NAME)
    result = four_beats(NAME, **params)["auto_scaling"]
    assert len(result["targets"]) == 4
    policies = aws.client("application-autoscaling").describe_scaling_policies(ServiceNamespace="dynamodb")
    values = {
        p["PolicyName"]: p["TargetTrackingScalingPolicyConfiguration"]["TargetValue"]
        for p in policies["ScalingPolicies"]
    }
    assert values["DynamoDBWriteCapacityUtilization:table/prod_user_locations"] == 60
    assert values["DynamoDBReadCapacityUtilization:table/prod_user_locations/index/lat_long_index"] == 70
    gone(NAME, **absent)
    assert targets(aws) == {}


def test_a_provisioned_global_table_from_seed_to_scaled_replica(aws, run, table):
    run(NAME, **PARAMS)
    run("dynamodb_table_replica", table_name="prod_user_locations", region_name="us-west-2", wait_timeout=20)
    there = {**PARAMS, "region": "us-west-2", "replica": True}
    run(NAME, **there)
    assert not run(NAME, **there)["changed"]
    assert not run(NAME, **PARAMS)["changed"]
    assert not run("dynamodb_table", **TABLE)["changed"]
    both = {("prod_user_locations", "R"), ("prod_user_locations", "W")}
    assert both <= targets(aws, "us-west-2").keys(), "DynamoDB copies the write targets of the owner"
    run(NAME, **PARAMS, state="absent")
    assert targets(aws) == {}
    run(NAME, **there, state="absent")
    assert targets(aws, "us-west-2") == {}


def test_existing_only_skips_missing_tables_and_indexes(aws, run):
    some = {**PARAMS, "existing_only": True}
    assert not run(NAME, check=True, **some)["changed"] and not run(NAME, **some)["changed"]
    run("dynamodb_table", **TABLE)
    two = {**some, "indexes": [{"index_name": "lat_long_index"}, {"index_name": "not_yet_index"}]}
    assert run(NAME, check=True, **two)["diff"]["after"]["targets"] == run(NAME, **two)["auto_scaling"]["targets"]
    assert not run(NAME, **PARAMS)["changed"]
    run("dynamodb_table", table_name="prod_user_locations", state="absent", wait_timeout=20)
    assert not run(NAME, **{**some, "write": {"min_capacity": 5, "max_capacity": 60}})["changed"]
    assert targets(aws)["prod_user_locations", "W"] == 50, "AWS keeps the targets of a deleted table"


def test_a_recreated_index_is_scaled_again(aws, run, table):
    run(NAME, **PARAMS)
    run("dynamodb_table_replica", table_name="prod_user_locations", region_name="us-west-2", wait_timeout=20)
    gone = [{"Delete": {"IndexName": "lat_long_index"}}]
    aws.client("dynamodb").update_table(TableName="prod_user_locations", GlobalSecondaryIndexUpdates=gone)
    planned = run(NAME, check=True, **PARAMS)["diff"]
    (given,) = [target for target in planned["before"]["targets"] if target["policies"] == "(known after apply)"]
    run("dynamodb_table", **TABLE)
    assert targets(aws)["prod_user_locations/index/lat_long_index", "W"] == 10
    done = run(NAME, **PARAMS)["diff"]
    changed = [target for target in done["before"]["targets"] if target not in planned["before"]["targets"]]
    assert [scaling["resource_id"] for scaling in changed] == [given["resource_id"]]
    assert done["after"] == planned["after"]
    assert targets(aws)["prod_user_locations/index/lat_long_index", "W"] == 50


def test_drift_is_repaired_and_unwanted_targets_are_removed(aws, run, table):
    run(NAME, **PARAMS)
    scaling = aws.client("application-autoscaling")
    place = {
        "ServiceNamespace": "dynamodb",
        "ResourceId": "table/prod_user_locations",
        "ScalableDimension": "dynamodb:table:WriteCapacityUnits",
    }
    scaling.register_scalable_target(**place, MinCapacity=5, MaxCapacity=9000)
    scaling.delete_scaling_policy(**place, PolicyName="DynamoDBWriteCapacityUtilization:table/prod_user_locations")
    drift = run(NAME, check=True, **PARAMS)["diff"]["before"]["targets"]
    assert [t["max_capacity"] for t in drift if not t["policies"]] == [9000]
    assert run(NAME, **PARAMS)["changed"] and not run(NAME, **PARAMS)["changed"]
    assert targets(aws)["prod_user_locations", "W"] == 50
    name = "DynamoDBWriteCapacityUtilization:table/prod_user_locations"
    scaling.delete_scaling_policy(**place, PolicyName=name)
    scaling.put_scaling_policy(
        **place,
        PolicyName="by-hand",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={
            "TargetValue": 50,
            "PredefinedMetricSpecification": {"PredefinedMetricType": "DynamoDBWriteCapacityUtilization"},
        },
    )
    run(NAME, **PARAMS)
    policies = scaling.describe_scaling_policies(**place)["ScalingPolicies"]
    assert [policy["PolicyName"] for policy in policies] == [name]
    index = {"index_name": "lat_long_index", "write": {"min_capacity": 5, "max_capacity": 20}}
    run(NAME, **{**PARAMS, "read": None, "indexes": [index]})
    assert targets(aws) == {
        ("prod_user_locations", "W"): 50,
        ("prod_user_locations/index/lat_long_index", "W"): 20,
    }


def test_the_scaling_of_an_index_that_others_have_added_is_kept(aws, run, table):
    run(NAME, **PARAMS)
    ddb, scaling = aws.client("dynamodb"), aws.client("application-autoscaling")
    units = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}
    key = [{"AttributeName": "lat_long", "KeyType": "HASH"}]
    create = {"IndexName": "by_hand", "KeySchema": key, "Projection": {"ProjectionType": "KEYS_ONLY"}}
    types = [{"AttributeName": "lat_long", "AttributeType": "S"}]
    ddb.update_table(
        TableName=PARAMS["table_name"],
        AttributeDefinitions=types,
        GlobalSecondaryIndexUpdates=[{"Create": {**create, "ProvisionedThroughput": units}}],
    )
    target = {"ServiceNamespace": "dynamodb", "ResourceId": "table/prod_user_locations/index/by_hand"}
    target["ScalableDimension"] = "dynamodb:index:ReadCapacityUnits"
    scaling.register_scalable_target(**target, MinCapacity=5, MaxCapacity=10)
    seen = run(NAME, **PARAMS)
    assert not seen["changed"]
    assert [each["owner"] for each in seen["plan"]["observations"]] == ["foreign"]
    ddb.update_table(TableName=PARAMS["table_name"], GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": "by_hand"}}])
    assert run(NAME, **PARAMS)["changed"], "the targets of a deleted index are removed"
    assert len(targets(aws)) == 4


def test_refuses_impossible_limits(run):
    with pytest.raises(ModuleFailed, match="write.min_capacity is 9 and write.max_capacity is 5"):
        run(NAME, **{**PARAMS, "write": {"min_capacity": 9, "max_capacity": 5}}, check=True)
