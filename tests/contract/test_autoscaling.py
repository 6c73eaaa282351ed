"""Application Auto Scaling: targets, policies and the scaler."""

from __future__ import annotations

from typing import Any
from urllib.error import HTTPError

import pytest
from autoscaling_targets import (
    CONFIG,
    HERE,
    INDEX,
    METRIC,
    NEW_GSI,
    POLICY,
    READ,
    ROLE,
    TARGET,
    THERE,
    UNITS,
    WRITE,
    T,
    create,
    refused,
    targets,
    track,
    units,
)
from botocore.exceptions import ClientError
from promise import keeps

# Targets


@keeps("application-autoscaling.target-upsert", "application-autoscaling.regional")
def test_registering_a_target_again_updates_it(aws: Any, scaling: Any) -> None:
    refused("ValidationException", scaling.register_scalable_target, **TARGET, MinCapacity=1)
    refused("ValidationException", scaling.register_scalable_target, **TARGET, MaxCapacity=10)
    arn = scaling.register_scalable_target(**TARGET, MinCapacity=1, MaxCapacity=10)["ScalableTargetARN"]
    assert scaling.register_scalable_target(**TARGET, MaxCapacity=20)["ScalableTargetARN"] == arn
    scaling.register_scalable_target(**TARGET, SuspendedState={"DynamicScalingInSuspended": True})
    (target,) = scaling.describe_scalable_targets(ServiceNamespace="dynamodb")["ScalableTargets"]
    assert (target["MinCapacity"], target["MaxCapacity"]) == (1, 20)
    assert target["SuspendedState"] == {
        "DynamicScalingInSuspended": True,
        "DynamicScalingOutSuspended": False,
        "ScheduledScalingSuspended": False,
    }
    assert targets(aws, THERE) == {}


@keeps("application-autoscaling.target-role")
def test_registering_a_target_creates_the_service_linked_role(aws: Any, scaling: Any) -> None:
    iam = aws.client("iam")
    refused("NoSuchEntity", iam.get_role, RoleName=ROLE)
    own = "arn:aws:iam::123456789012:role/own"
    scaling.register_scalable_target(**TARGET, MinCapacity=1, MaxCapacity=10, RoleARN=own)
    (target,) = scaling.describe_scalable_targets(ServiceNamespace="dynamodb")["ScalableTargets"]
    role = iam.get_role(RoleName=ROLE)["Role"]
    assert role["Arn"] == target["RoleARN"] != own
    assert role["Path"] == "/aws-service-role/dynamodb.application-autoscaling.amazonaws.com/"
    (policy,) = iam.list_attached_role_policies(RoleName=ROLE)["AttachedPolicies"]
    assert policy["PolicyName"] == "AWSApplicationAutoscalingDynamoDBTablePolicy"


@keeps(
    "application-autoscaling.target-bounds",
    "application-autoscaling.target-exists",
    "application-autoscaling.target-dimension",
)
@pytest.mark.parametrize(
    "change",
    [
        {"MinCapacity": 11},
        {"MinCapacity": 0},
        {"ResourceId": "table/missing"},
        {"ResourceId": "table/orders/index/missing", "ScalableDimension": "dynamodb:index:WriteCapacityUnits"},
        {"ResourceId": "table/orders/index/gone"},
        {"ResourceId": "orders"},
        {"ScalableDimension": "ecs:service:DesiredCount"},
        {"ScalableDimension": "dynamodb:index:WriteCapacityUnits"},
        {"ServiceNamespace": "s3"},
    ],
)
def test_invalid_targets_are_refused(scaling: Any, change: dict[str, Any]) -> None:
    params = {**TARGET, "MinCapacity": 1, "MaxCapacity": 10, **change}
    refused("ValidationException", scaling.register_scalable_target, **params)


@keeps("application-autoscaling.target-within-bounds", "application-autoscaling.activities")
def test_registering_brings_the_capacity_within_bounds(aws: Any, scaling: Any) -> None:
    scaling.register_scalable_target(**TARGET, MinCapacity=8, MaxCapacity=10)
    assert units(aws) == (5, 8)
    scaling.register_scalable_target(**TARGET, MinCapacity=1, MaxCapacity=6)
    assert units(aws) == (5, 6)
    aws.client("dynamodb").update_table(**T, ProvisionedThroughput={"ReadCapacityUnits": 5, "WriteCapacityUnits": 9})
    assert units(aws) == (5, 9)
    scaling.register_scalable_target(**TARGET)
    assert units(aws) == (5, 6)
    describe = scaling.describe_scaling_activities
    found = describe(ServiceNamespace="dynamodb", ResourceId="table/orders", ScalableDimension=WRITE)
    assert [(a["Description"], a["StatusCode"]) for a in found["ScalingActivities"]] == [
        ("Setting write capacity units to 6.", "Successful"),
        ("Setting write capacity units to 6.", "Successful"),
        ("Setting write capacity units to 8.", "Successful"),
    ]
    assert "aximum capacity was set to 6" in found["ScalingActivities"][0]["Cause"]
    page = describe(ServiceNamespace="dynamodb", MaxResults=2)
    rest = describe(ServiceNamespace="dynamodb", NextToken=page["NextToken"], MaxResults=2)
    assert (len(page["ScalingActivities"]), len(rest["ScalingActivities"])) == (2, 1)
    assert describe(ServiceNamespace="dynamodb", ResourceId="table/other")["ScalingActivities"] == []


@keeps("application-autoscaling.target-within-bounds")
def test_a_table_is_brought_within_bounds_at_its_next_update_but_not_during_creation(aws: Any) -> None:
    aws.control.scale(1)
    create(aws)
    register = aws.client("application-autoscaling").register_scalable_target
    register(**TARGET, MinCapacity=8, MaxCapacity=10)
    aws.control.advance(60)
    assert units(aws) == (5, 5)
    aws.client("dynamodb").update_table(**T, ProvisionedThroughput={"ReadCapacityUnits": 6, "WriteCapacityUnits": 5})
    register(**TARGET, MinCapacity=7)
    assert units(aws) == (6, 5)
    aws.control.advance(10)
    table = aws.client("dynamodb").describe_table(**T)["Table"]
    assert (table["TableStatus"], table["ProvisionedThroughput"]["WriteCapacityUnits"]) == ("UPDATING", 7)


@keeps("application-autoscaling.targets-outlive-tables")
def test_targets_outlive_their_table(aws: Any, scaling: Any) -> None:
    scaling.register_scalable_target(**TARGET, MinCapacity=1, MaxCapacity=10)
    aws.client("dynamodb").delete_table(**T)
    assert targets(aws) == {("orders", "W"): 10}
    refused("ValidationException", scaling.register_scalable_target, **TARGET, MaxCapacity=20)
    scaling.deregister_scalable_target(**TARGET)


@keeps("application-autoscaling.on-demand-keeps-targets")
def test_a_switch_to_on_demand_keeps_targets(aws: Any, scaling: Any) -> None:
    track(scaling)
    aws.control.traffic(HERE, "orders", write=40)
    assert units(aws) == (5, 80)
    aws.client("dynamodb").update_table(**T, BillingMode="PAY_PER_REQUEST")
    assert targets(aws) == {("orders", "W"): 100}
    aws.control.traffic(HERE, "orders", write=0)
    assert units(aws) == (0, 0)
    scaling.register_scalable_target(**TARGET, MinCapacity=2)
    aws.client("dynamodb").update_table(**T, BillingMode="PROVISIONED", ProvisionedThroughput=UNITS)
    assert units(aws) == (5, 2)


# Policies


@keeps(
    "application-autoscaling.policy-needs-target",
    "application-autoscaling.policy-upsert",
    "application-autoscaling.policy-alarms",
    "application-autoscaling.policy-one-per-dimension",
    "application-autoscaling.deregister",
)
def test_policies_are_put_described_and_deleted(scaling: Any) -> None:
    put = scaling.put_scaling_policy
    refused("ObjectNotFoundException", put, **POLICY, TargetTrackingScalingPolicyConfiguration=CONFIG)
    scaling.register_scalable_target(**TARGET, MinCapacity=1, MaxCapacity=10)
    first = put(**POLICY, TargetTrackingScalingPolicyConfiguration=CONFIG)
    kinds = {alarm["AlarmName"].removeprefix("TargetTracking-table/orders-").split("-")[0] for alarm in first["Alarms"]}
    assert kinds == {"AlarmHigh", "AlarmLow", "ProvisionedCapacityHigh", "ProvisionedCapacityLow"}
    again = put(
        **POLICY, TargetTrackingScalingPolicyConfiguration={**CONFIG, "TargetValue": 50.0, "ScaleInCooldown": 60}
    )
    assert again == {**first, "ResponseMetadata": again["ResponseMetadata"]}
    (policy,) = scaling.describe_scaling_policies(ServiceNamespace="dynamodb", PolicyNames=["p"])["ScalingPolicies"]
    assert policy["TargetTrackingScalingPolicyConfiguration"] == {**METRIC, "TargetValue": 50.0, "ScaleInCooldown": 60}
    assert policy["Alarms"] == first["Alarms"]
    second = {**POLICY, "PolicyName": "q"}
    refused("ValidationException", put, **second, TargetTrackingScalingPolicyConfiguration=CONFIG)
    scaling.delete_scaling_policy(**TARGET, PolicyName="p")
    refused("ObjectNotFoundException", scaling.delete_scaling_policy, **TARGET, PolicyName="p")
    put(**second, TargetTrackingScalingPolicyConfiguration=CONFIG)
    scaling.deregister_scalable_target(**TARGET)
    assert scaling.describe_scaling_policies(ServiceNamespace="dynamodb")["ScalingPolicies"] == []
    refused("ObjectNotFoundException", scaling.deregister_scalable_target, **TARGET)


@keeps("application-autoscaling.policy-metric", "application-autoscaling.policy-target-value")
@pytest.mark.parametrize(
    "config",
    [
        {**CONFIG, "TargetValue": 9.0},
        {**CONFIG, "TargetValue": 91.0},
        {**CONFIG, "ScaleInCooldown": -1},
        {"TargetValue": 70.0},
        {
            "TargetValue": 70.0,
            "PredefinedMetricSpecification": {"PredefinedMetricType": "DynamoDBReadCapacityUtilization"},
        },
        {
            "TargetValue": 70.0,
            "PredefinedMetricSpecification": {"PredefinedMetricType": "RDSReaderAverageCPUUtilization"},
        },
        {
            "TargetValue": 70.0,
            "PredefinedMetricSpecification": {**METRIC["PredefinedMetricSpecification"], "ResourceLabel": "x"},
        },
    ],
)
def test_invalid_policies_are_refused(scaling: Any, config: dict[str, Any]) -> None:
    scaling.register_scalable_target(**TARGET, MinCapacity=1, MaxCapacity=10)
    put = scaling.put_scaling_policy
    refused("ValidationException", put, **POLICY, TargetTrackingScalingPolicyConfiguration=config)
    for value in (10.0, 90.0):
        put(**POLICY, TargetTrackingScalingPolicyConfiguration={**CONFIG, "TargetValue": value})


@keeps("application-autoscaling.policy-kind")
@pytest.mark.parametrize("kind", ["StepScaling", "PredictiveScaling", None])
def test_dynamodb_accepts_target_tracking_only(scaling: Any, kind: str | None) -> None:
    scaling.register_scalable_target(**TARGET, MinCapacity=1, MaxCapacity=10)
    params = {**TARGET, "PolicyName": "p", **({"PolicyType": kind} if kind else {})}
    refused("ValidationException", scaling.put_scaling_policy, **params)
    refused("ValidationException", scaling.put_scaling_policy, **POLICY)


@keeps("application-autoscaling.pages", "application-autoscaling.filters")
def test_targets_and_policies_are_listed_in_pages(aws: Any, scaling: Any) -> None:
    describe = scaling.describe_scalable_targets
    refused("ValidationException", describe, ServiceNamespace="dynamodb", ScalableDimension=WRITE)
    many = [f"table/t{n}" for n in range(51)]
    refused("ValidationException", describe, ServiceNamespace="dynamodb", ResourceIds=many)
    refused("InvalidNextTokenException", describe, ServiceNamespace="dynamodb", NextToken="x")
    refused("ValidationException", describe, ServiceNamespace="dynamodb", MaxResults=51)
    refused("ValidationException", scaling.describe_scaling_policies, ServiceNamespace="dynamodb", MaxResults=11)
    for n in range(11):
        create(aws, name=f"table-{n}")
        key = {**TARGET, "ResourceId": f"table/table-{n}"}
        scaling.register_scalable_target(**key, MinCapacity=1, MaxCapacity=10)
        scaling.put_scaling_policy(**{**POLICY, **key}, TargetTrackingScalingPolicyConfiguration=CONFIG)
    pages = [len(page["ScalingPolicies"]) for page in _pages(scaling, "describe_scaling_policies")]
    assert pages == [10, 1]
    pages = [len(page["ScalingPolicies"]) for page in _pages(scaling, "describe_scaling_policies", PageSize=6)]
    assert pages == [6, 5]
    pages = [len(page["ScalableTargets"]) for page in _pages(scaling, "describe_scalable_targets", PageSize=4)]
    assert pages == [4, 4, 3]
    found = describe(ServiceNamespace="dynamodb", ResourceIds=["table/table-3"], ScalableDimension=WRITE)
    assert [target["ResourceId"] for target in found["ScalableTargets"]] == ["table/table-3"]
    policies = scaling.describe_scaling_policies
    found = policies(ServiceNamespace="dynamodb", ResourceId="table/table-3", ScalableDimension=WRITE)
    assert [policy["ResourceId"] for policy in found["ScalingPolicies"]] == ["table/table-3"]
    found = policies(ServiceNamespace="dynamodb", ResourceId="table/table-3", ScalableDimension=READ)
    assert found["ScalingPolicies"] == []


def _pages(scaling: Any, operation: str, **config: Any) -> Any:
    return scaling.get_paginator(operation).paginate(ServiceNamespace="dynamodb", PaginationConfig=config)


@keeps("application-autoscaling.policy-alarms")
def test_the_alarms_of_a_policy_follow_it_and_its_table(aws: Any, scaling: Any) -> None:
    track(scaling, low=5, TargetValue=70.0)
    (policy,) = scaling.describe_scaling_policies(ServiceNamespace="dynamodb")["ScalingPolicies"]
    watch = aws.client("cloudwatch")

    def shown() -> dict[str, dict[str, Any]]:
        found = watch.describe_alarms(AlarmNamePrefix="TargetTracking-table/orders-")["MetricAlarms"]
        return {alarm["AlarmName"].removeprefix("TargetTracking-table/orders-").split("-")[0]: alarm for alarm in found}

    assert {alarm["AlarmName"] for alarm in shown().values()} == {alarm["AlarmName"] for alarm in policy["Alarms"]}
    watched = {
        kind: (alarm["MetricName"], alarm["Statistic"], alarm["Period"], alarm["EvaluationPeriods"], alarm["Threshold"])
        for kind, alarm in shown().items()
    }
    assert watched == {
        "AlarmHigh": ("ConsumedWriteCapacityUnits", "Sum", 60, 2, 210.0),
        "AlarmLow": ("ConsumedWriteCapacityUnits", "Sum", 60, 15, 150.0),
        "ProvisionedCapacityHigh": ("ProvisionedWriteCapacityUnits", "Average", 300, 3, 5.0),
        "ProvisionedCapacityLow": ("ProvisionedWriteCapacityUnits", "Average", 300, 3, 5.0),
    }
    high = shown()["AlarmHigh"]
    assert (high["AlarmActions"], high["Dimensions"]) == (
        [policy["PolicyARN"]],
        [{"Name": "TableName", "Value": "orders"}],
    )
    assert high["StateValue"] == "INSUFFICIENT_DATA" and high["AlarmDescription"].startswith("DO NOT EDIT OR DELETE.")
    track(scaling, low=10, TargetValue=50.0)
    assert (shown()["AlarmHigh"]["Threshold"], shown()["ProvisionedCapacityLow"]["Threshold"]) == (300.0, 10.0)
    watch.delete_alarms(AlarmNames=[high["AlarmName"]])
    assert "AlarmHigh" not in shown()
    track(scaling, low=10, TargetValue=50.0)
    assert len(shown()) == 4
    aws.client("dynamodb").delete_table(**T)
    assert len(shown()) == 4
    scaling.delete_scaling_policy(**TARGET, PolicyName="p")
    assert shown() == {}


@keeps("application-autoscaling.policy-alarms")
def test_the_alarms_of_an_index_name_the_index(aws: Any, scaling: Any) -> None:
    aws.client("dynamodb").update_table(**T, **NEW_GSI)
    track(scaling, key=INDEX)
    found = aws.client("cloudwatch").describe_alarms(AlarmNamePrefix="TargetTracking-table/orders/index/by-day-")
    dimensions = [{"Name": "TableName", "Value": "orders"}, {"Name": "GlobalSecondaryIndexName", "Value": "by-day"}]
    assert [alarm["Dimensions"] for alarm in found["MetricAlarms"]] == 4 * [dimensions]
    scaling.deregister_scalable_target(**INDEX)
    assert aws.client("cloudwatch").describe_alarms()["MetricAlarms"] == []


@keeps(
    "application-autoscaling.scheduled-actions",
    "application-autoscaling.tags",
    "application-autoscaling.other-namespaces",
    "application-autoscaling.customized-metrics",
    "application-autoscaling.not-scaled-activities",
)
def test_missing_operations_are_refused(scaling: Any) -> None:
    scaling.register_scalable_target(**TARGET, MinCapacity=1, MaxCapacity=10)
    cluster = {
        "ServiceNamespace": "rds",
        "ResourceId": "cluster:x",
        "ScalableDimension": "rds:cluster:ReadReplicaCount",
    }
    custom = {"MetricName": "m", "Namespace": "n", "Statistic": "Sum"}
    for call, params in (
        ("put_scheduled_action", {**TARGET, "ScheduledActionName": "a", "Schedule": "rate(1 hour)"}),
        ("delete_scheduled_action", {**TARGET, "ScheduledActionName": "a"}),
        ("describe_scheduled_actions", {"ServiceNamespace": "dynamodb"}),
        ("register_scalable_target", {**TARGET, "Tags": {"a": "1"}}),
        ("register_scalable_target", {**cluster, "MinCapacity": 1, "MaxCapacity": 2}),
        ("describe_scalable_targets", {"ServiceNamespace": "rds"}),
        ("describe_scaling_activities", {"ServiceNamespace": "dynamodb", "IncludeNotScaledActivities": True}),
        (
            "put_scaling_policy",
            {
                **POLICY,
                "TargetTrackingScalingPolicyConfiguration": {
                    "TargetValue": 70.0,
                    "CustomizedMetricSpecification": custom,
                },
            },
        ),
    ):
        with pytest.raises(ClientError, match="does not implement"):
            getattr(scaling, call)(**params)
    with pytest.raises(ClientError, match="does not implement"):
        scaling.list_tags_for_resource(ResourceARN="arn:aws:application-autoscaling:us-east-1:1:scalable-target/x")


# The scaler


@keeps("application-autoscaling.scaler-out", "application-autoscaling.activities")
def test_consumption_above_the_target_raises_the_capacity(aws: Any, scaling: Any) -> None:
    track(scaling)
    aws.control.scale(1)
    aws.control.traffic(HERE, "orders", write=40)
    aws.control.advance(100)
    assert units(aws) == (5, 5)
    calls = len(aws.control.calls())
    aws.control.advance(25)
    table = aws.client("dynamodb").describe_table(**T)["Table"]
    assert (table["TableStatus"], table["ProvisionedThroughput"]["WriteCapacityUnits"]) == ("UPDATING", 80)
    assert "LastIncreaseDateTime" in table["ProvisionedThroughput"]
    assert [call["operation"] for call in aws.control.calls(since=calls)] == ["DescribeTable"]
    (activity,) = scaling.describe_scaling_activities(ServiceNamespace="dynamodb")["ScalingActivities"]
    assert activity["Description"] == "Setting write capacity units to 80."
    assert "-AlarmHigh-" in activity["Cause"] and "triggered policy p" in activity["Cause"]
    aws.control.advance(10)
    assert aws.client("dynamodb").describe_table(**T)["Table"]["TableStatus"] == "ACTIVE"


@keeps("application-autoscaling.scaler-in", "application-autoscaling.scaler-idle")
def test_consumption_below_the_target_lowers_the_capacity(aws: Any, scaling: Any) -> None:
    track(scaling)
    aws.control.traffic(HERE, "orders", write=40)
    assert units(aws) == (5, 80)
    aws.control.scale(1)
    aws.control.traffic(HERE, "orders", write=25)  # 31 percent of 80, less than 20 points below the target of 50
    aws.control.advance(3600)
    assert units(aws) == (5, 80)
    aws.control.traffic(HERE, "orders", write=20)
    aws.control.advance(870)
    assert units(aws) == (5, 80)
    aws.control.advance(40)
    assert units(aws) == (5, 40)
    aws.control.traffic(HERE, "orders", write=0)
    aws.control.advance(70)
    assert units(aws) == (5, 40)
    aws.control.advance(30)
    assert units(aws) == (5, 1)
    aws.control.advance(60)
    more = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 30}
    aws.client("dynamodb").update_table(**T, ProvisionedThroughput=more)
    aws.control.advance(70)
    assert units(aws) == (5, 30)
    aws.control.advance(30)
    assert units(aws) == (5, 1)


@keeps("application-autoscaling.scaler-bounds", "application-autoscaling.scaler-below-minimum")
def test_the_scaler_stays_within_bounds(aws: Any, scaling: Any) -> None:
    track(scaling, low=4, high=10)
    aws.control.traffic(HERE, "orders", write=400)
    assert units(aws) == (5, 10)
    aws.control.traffic(HERE, "orders", write=0)
    assert units(aws) == (5, 4)
    less = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 2}
    aws.client("dynamodb").update_table(**T, ProvisionedThroughput=less)
    assert units(aws) == (5, 2)
    aws.control.traffic(HERE, "orders", write=2)
    assert units(aws) == (5, 4)


@keeps("application-autoscaling.scaler-cooldowns")
def test_cooldowns_delay_scaling(aws: Any, scaling: Any) -> None:
    track(scaling, ScaleOutCooldown=600, ScaleInCooldown=600)
    aws.control.scale(1)
    aws.control.traffic(HERE, "orders", write=10)
    aws.control.advance(130)
    assert units(aws) == (5, 20)
    aws.control.traffic(HERE, "orders", write=40)  # AWS does not delay a larger scale-out
    aws.control.advance(130)
    assert units(aws) == (5, 80)
    aws.control.advance(10)
    by_hand = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 30}
    aws.client("dynamodb").update_table(**T, ProvisionedThroughput=by_hand)
    aws.control.advance(300)
    assert units(aws) == (5, 30)
    aws.control.advance(300)
    assert units(aws) == (5, 80)
    aws.control.traffic(HERE, "orders", write=0)  # the cooldown of a scale-out does not delay a scale-in
    aws.control.advance(100)
    assert units(aws) == (5, 1)
    aws.control.advance(10)
    aws.client("dynamodb").update_table(**T, ProvisionedThroughput=by_hand)
    aws.control.advance(400)
    assert units(aws) == (5, 30)
    aws.control.advance(200)
    assert units(aws) == (5, 1)


@keeps("application-autoscaling.scaler-switches")
def test_suspended_or_disabled_scaling_changes_no_capacity(aws: Any, scaling: Any) -> None:
    track(scaling, DisableScaleIn=True)
    aws.control.traffic(HERE, "orders", write=10)
    aws.control.traffic(HERE, "orders", write=0)
    assert units(aws) == (5, 20)
    scaling.register_scalable_target(**TARGET, SuspendedState={"DynamicScalingInSuspended": True})
    track(scaling)
    assert units(aws) == (5, 20)
    both = {"DynamicScalingInSuspended": False, "DynamicScalingOutSuspended": True}
    scaling.register_scalable_target(**TARGET, SuspendedState=both)
    assert units(aws) == (5, 1)
    aws.control.traffic(HERE, "orders", write=40)
    assert units(aws) == (5, 1)
    scaling.register_scalable_target(**TARGET, SuspendedState={"DynamicScalingOutSuspended": False})
    assert units(aws) == (5, 80)
    scaling.delete_scaling_policy(**TARGET, PolicyName="p")
    aws.control.traffic(HERE, "orders", write=0)
    assert units(aws) == (5, 80)


@keeps("application-autoscaling.scaler-decreases")
def test_the_scaler_respects_the_daily_limit_of_decreases(aws: Any, scaling: Any) -> None:
    track(scaling)
    aws.control.traffic(HERE, "orders", write=0)
    more = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 10}
    dynamodb = aws.client("dynamodb")
    for left in (3, 2, 1):
        assert units(aws) == (5, 1), left
        dynamodb.update_table(**T, ProvisionedThroughput=more)
    assert units(aws) == (5, 1)
    assert dynamodb.describe_table(**T)["Table"]["ProvisionedThroughput"]["NumberOfDecreasesToday"] == 4
    dynamodb.update_table(**T, ProvisionedThroughput=more)
    assert units(aws) == (5, 10)
    aws.control.advance(3600)
    assert units(aws) == (5, 1)


@keeps("application-autoscaling.scaler-active")
def test_an_index_is_not_scaled_before_it_is_active(aws: Any, scaling: Any) -> None:
    aws.control.scale(1)
    aws.client("dynamodb").update_table(**T, **NEW_GSI)
    track(scaling, low=8, key=INDEX)
    aws.control.traffic(HERE, "orders", index="by-day", write=40)

    def index() -> tuple[str, int]:
        (shown,) = aws.client("dynamodb").describe_table(**T)["Table"]["GlobalSecondaryIndexes"]
        return shown["IndexStatus"], shown["ProvisionedThroughput"]["WriteCapacityUnits"]

    aws.control.advance(400)
    assert index() == ("CREATING", 5)
    aws.control.advance(85)
    assert index() == ("UPDATING", 80)
    assert units(aws) == (5, 5)


@pytest.mark.parametrize(
    "query",
    [
        {"table": "missing", "write": 1},
        {"table": "orders", "index": "missing", "write": 1},
        {"table": "orders", "write": -1},
        {"table": "orders", "write": "nan"},
        {"table": "orders"},
    ],
)
def test_invalid_traffic_is_refused(aws: Any, scaling: Any, query: dict[str, Any]) -> None:
    with pytest.raises(HTTPError, match="400"):
        aws.control.traffic(HERE, **query)
