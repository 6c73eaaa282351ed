"""Auto scaling of global tables through the APIs of DynamoDB and Application Auto Scaling."""

from __future__ import annotations

from typing import Any

import pytest
from autoscaling_targets import (
    CONFIG,
    HERE,
    NEW_GSI,
    POLICY,
    READ,
    ROLE,
    TARGET,
    THERE,
    THIRD,
    T,
    refused,
    targets,
    units,
)
from promise import keeps


def replicate(aws: Any, region: str = THERE, action: str = "Create") -> None:
    aws.client("dynamodb").update_table(**T, ReplicaUpdates=[{action: {"RegionName": region}}])


@pytest.fixture
def here(aws: Any, scaling: Any) -> Any:
    """Create a replica of a provisioned, scaled table, and return the client of DynamoDB."""
    scaling.register_scalable_target(**TARGET, MinCapacity=1, MaxCapacity=10)
    scaling.put_scaling_policy(**POLICY, TargetTrackingScalingPolicyConfiguration=CONFIG)
    replicate(aws)
    return aws.client("dynamodb")


LIMITS = {"MinimumUnits": 6, "MaximumUnits": 20}
TRACKING = "TargetTrackingScalingPolicyConfiguration"
TRACK = {"ScalingPolicyUpdate": {TRACKING: {"TargetValue": 50.0}}}
READS = "ReplicaProvisionedReadCapacityAutoScalingUpdate"
WRITES = "ProvisionedWriteCapacityAutoScalingUpdate"


@keeps(
    "application-autoscaling.replica-shared",
    "application-autoscaling.replica-regions-shown",
    "application-autoscaling.replica-stale",
    "application-autoscaling.replica-reads",
    "application-autoscaling.replica-writes",
    "application-autoscaling.replica-copies-writes",
)
def test_both_apis_show_the_same_settings(aws: Any, here: Any) -> None:
    describe, update = here.describe_table_replica_auto_scaling, here.update_table_replica_auto_scaling
    shown = describe(**T)["TableAutoScalingDescription"]
    assert [r["RegionName"] for r in shown["Replicas"]] == [THERE, HERE]
    for one in shown["Replicas"]:
        write = one["ReplicaProvisionedWriteCapacityAutoScalingSettings"]
        assert (write["MinimumUnits"], write["MaximumUnits"]) == (1, 10)
        assert write["AutoScalingRoleArn"].endswith(ROLE)
        assert write["ScalingPolicies"][0]["PolicyName"] == "p"
        off = {"AutoScalingDisabled": True, "ScalingPolicies": []}
        assert one["ReplicaProvisionedReadCapacityAutoScalingSettings"] == off
    read = {**LIMITS, **TRACK, "AutoScalingRoleArn": "arn:aws:iam::123456789012:role/own"}
    stale = update(**T, ReplicaUpdates=[{"RegionName": THERE, READS: read}])["TableAutoScalingDescription"]
    assert stale == shown
    eu = describe(**T)["TableAutoScalingDescription"]["Replicas"][0]
    settings = eu["ReplicaProvisionedReadCapacityAutoScalingSettings"]
    assert settings["AutoScalingRoleArn"].endswith(ROLE)
    assert settings["ScalingPolicies"][0]["PolicyName"] == "DynamoDBReadCapacityUtilization:table/orders"
    assert (units(aws, THERE)[0], units(aws)[0]) == (6, 5)
    update(**T, **{WRITES: {"MaximumUnits": 99}})
    assert targets(aws, THERE) == {("orders", "R"): 20, ("orders", "W"): 99}
    assert targets(aws) == {("orders", "W"): 99}
    update(**T, ReplicaUpdates=[{"RegionName": THERE, READS: {"AutoScalingDisabled": True}}])
    assert targets(aws, THERE) == {("orders", "W"): 99}
    listed = aws.client("application-autoscaling", THERE).describe_scaling_policies(ServiceNamespace="dynamodb")
    assert [policy["PolicyName"] for policy in listed["ScalingPolicies"]] == ["p"]


@keeps("application-autoscaling.replica-writes")
def test_write_targets_and_policies_apply_to_all_regions(aws: Any, here: Any, scaling: Any) -> None:
    there = aws.client("application-autoscaling", THERE)
    there.register_scalable_target(**TARGET, MinCapacity=7, MaxCapacity=77)
    assert targets(aws) == targets(aws, THERE) == {("orders", "W"): 77}
    assert units(aws) == units(aws, THERE) == (5, 7)
    there.put_scaling_policy(**POLICY, TargetTrackingScalingPolicyConfiguration={**CONFIG, "TargetValue": 40.0})
    (policy,) = scaling.describe_scaling_policies(ServiceNamespace="dynamodb")["ScalingPolicies"]
    assert policy["TargetTrackingScalingPolicyConfiguration"]["TargetValue"] == 40.0
    there.register_scalable_target(**{**TARGET, "ScalableDimension": READ}, MinCapacity=1, MaxCapacity=9)
    assert targets(aws) == {("orders", "W"): 77}
    scaling.delete_scaling_policy(**TARGET, PolicyName="p")
    assert there.describe_scaling_policies(ServiceNamespace="dynamodb")["ScalingPolicies"] == []
    scaling.deregister_scalable_target(**TARGET)
    assert targets(aws, THERE) == {("orders", "R"): 9}


@keeps("application-autoscaling.replica-index", "application-autoscaling.replica-busy")
def test_a_new_index_of_a_global_table_gets_the_write_scaling_of_the_table(aws: Any, here: Any) -> None:
    aws.control.scale(1)
    aws.control.advance(600)
    here.update_table(**T, **NEW_GSI)
    update = here.update_table_replica_auto_scaling
    indexes = {"GlobalSecondaryIndexUpdates": [{"IndexName": "by-day", WRITES: {"MaximumUnits": 50}}]}
    refused("ResourceInUseException", update, **T, **indexes)
    aws.control.advance(40)
    refused("ResourceNotFoundException", update, **T, **indexes)
    aws.control.advance(600)
    for replica in here.describe_table_replica_auto_scaling(**T)["TableAutoScalingDescription"]["Replicas"]:
        (index,) = replica["GlobalSecondaryIndexes"]
        write = index["ProvisionedWriteCapacityAutoScalingSettings"]
        assert (index["IndexStatus"], write["MinimumUnits"], write["MaximumUnits"]) == ("ACTIVE", 1, 10)
        (policy,) = write["ScalingPolicies"]
        assert policy["PolicyName"] == "DynamoDBWriteCapacityUtilization:table/orders/index/by-day"
        assert policy["TargetTrackingScalingPolicyConfiguration"] == {"TargetValue": 70.0}
    reads = {"IndexName": "by-day", "ProvisionedReadCapacityAutoScalingUpdate": {**TRACK, **LIMITS}}
    update(**T, **indexes, ReplicaUpdates=[{"RegionName": THERE, "ReplicaGlobalSecondaryIndexUpdates": [reads]}])
    assert targets(aws, THERE) == {("orders", "W"): 10, ("by-day", "R"): 20, ("by-day", "W"): 50}


@keeps("application-autoscaling.replica-copies-writes", "application-autoscaling.targets-outlive-tables")
def test_a_new_replica_gets_the_write_targets_and_a_deleted_one_keeps_them(aws: Any, here: Any, scaling: Any) -> None:
    scaling.register_scalable_target(**{**TARGET, "ScalableDimension": READ}, MinCapacity=1, MaxCapacity=9)
    aws.control.scale(1)
    aws.control.advance(600)
    replicate(aws, THIRD)

    def regions() -> list[str]:
        shown = here.describe_table_replica_auto_scaling(**T)["TableAutoScalingDescription"]["Replicas"]
        return [replica["RegionName"] for replica in shown]

    assert (regions(), targets(aws, THIRD)) == ([THERE, HERE], {("orders", "W"): 10})
    aws.control.advance(900)
    assert regions() == [THIRD, THERE, HERE]
    replicate(aws, THIRD, "Delete")
    aws.control.advance(900)
    assert (regions(), targets(aws, THIRD)) == ([THERE, HERE], {("orders", "W"): 10})


@keeps("application-autoscaling.scaler-regions")
def test_each_region_is_scaled_by_its_own_consumption(aws: Any, here: Any) -> None:
    aws.control.traffic(THERE, "orders", write=7)
    assert (units(aws), units(aws, THERE)) == ((5, 5), (5, 10))


@keeps("application-autoscaling.replica-global-only")
def test_a_regional_table_has_no_replica_autoscaling(aws: Any, scaling: Any) -> None:
    dynamodb = aws.client("dynamodb")
    for name in ("orders", "missing"):
        message = refused("ResourceNotFoundException", dynamodb.describe_table_replica_auto_scaling, TableName=name)
        assert message == f"Global table with name: '{name}' does not exist"
        write = {WRITES: {"AutoScalingDisabled": True}}
        refused("ResourceNotFoundException", dynamodb.update_table_replica_auto_scaling, TableName=name, **write)


@keeps(
    "application-autoscaling.replica-first",
    "application-autoscaling.replica-disabled",
    "application-autoscaling.replica-regions",
    "application-autoscaling.replica-index",
)
@pytest.mark.parametrize(
    ("code", "params"),
    [
        ("ValidationException", {}),
        ("ValidationException", {"ReplicaUpdates": [{"RegionName": THIRD, READS: {"AutoScalingDisabled": True}}]}),
        ("ValidationException", {"ReplicaUpdates": [{"RegionName": THERE, READS: {"AutoScalingDisabled": True}}] * 2}),
        ("ValidationException", {"ReplicaUpdates": [{"RegionName": THERE, READS: LIMITS}]}),
        ("ValidationException", {"ReplicaUpdates": [{"RegionName": THERE, READS: {"MinimumUnits": 6, **TRACK}}]}),
        ("ValidationException", {"ReplicaUpdates": [{"RegionName": THERE, READS: {"MaximumUnits": 6, **TRACK}}]}),
        ("ValidationException", {WRITES: {"MinimumUnits": 11}}),
        ("ValidationException", {WRITES: {"ScalingPolicyUpdate": {TRACKING: {"TargetValue": 91.0}}}}),
        ("ValidationException", {WRITES: {"AutoScalingDisabled": True, "MinimumUnits": 1}}),
        ("ValidationException", {WRITES: {"AutoScalingDisabled": True, "MaximumUnits": 1}}),
        (
            "ResourceNotFoundException",
            {"GlobalSecondaryIndexUpdates": [{"IndexName": "missing", WRITES: {"MinimumUnits": 1}}]},
        ),
    ],
)
def test_invalid_replica_autoscaling_is_refused(aws: Any, here: Any, code: str, params: dict[str, Any]) -> None:
    refused(code, here.update_table_replica_auto_scaling, **T, **params)
    assert targets(aws) == targets(aws, THERE) == {("orders", "W"): 10}


@keeps("application-autoscaling.replica-on-demand")
def test_global_tables_on_demand_are_not_scaled(aws: Any, here: Any) -> None:
    here.update_table(**T, BillingMode="PAY_PER_REQUEST")
    update = here.update_table_replica_auto_scaling
    refused("ValidationException", update, **T, **{WRITES: {**LIMITS, **TRACK}})
    update(**T, **{WRITES: {"AutoScalingDisabled": True}})
    assert targets(aws) == targets(aws, THERE) == {}
