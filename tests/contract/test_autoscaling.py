"""Application Auto Scaling of the local AWS: targets, policies, tags, and what it refuses."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

WRITE, READ = "dynamodb:table:WriteCapacityUnits", "dynamodb:table:ReadCapacityUnits"
TARGET = {"ServiceNamespace": "dynamodb", "ResourceId": "table/orders", "ScalableDimension": WRITE}
METRIC = {"PredefinedMetricSpecification": {"PredefinedMetricType": "DynamoDBWriteCapacityUtilization"}}
CONFIG = {**METRIC, "TargetValue": 70.0}
POLICY = {**TARGET, "PolicyName": "p", "PolicyType": "TargetTrackingScaling"}


def refused(code: str, call: Any, **params: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**params)
    assert caught.value.response["Error"]["Code"] == code, caught.value
    return str(caught.value.response["Error"]["Message"])


def create(aws: Any, region: str = "us-east-1", name: str = "orders", **params: Any) -> None:
    units = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}
    aws.client("dynamodb", region).create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        **{"ProvisionedThroughput": units, **params},
    )


@pytest.fixture
def scaling(aws: Any) -> Any:
    create(aws)
    return aws.client("application-autoscaling")


def test_registering_is_an_upsert(aws: Any, scaling: Any) -> None:
    refused("ValidationException", scaling.register_scalable_target, **TARGET, MinCapacity=1)
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
    assert target["RoleARN"].endswith("/AWSServiceRoleForApplicationAutoScaling_DynamoDBTable")
    other = aws.client("application-autoscaling", "eu-west-1")
    assert other.describe_scalable_targets(ServiceNamespace="dynamodb")["ScalableTargets"] == []


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
        {"ServiceNamespace": "ecs"},
    ],
)
def test_what_a_target_must_be(scaling: Any, change: dict[str, Any]) -> None:
    params = {**TARGET, "MinCapacity": 1, "MaxCapacity": 10, **change}
    refused("ValidationException", scaling.register_scalable_target, **params)


def test_a_raised_minimum_raises_the_capacity(aws: Any, scaling: Any) -> None:
    scaling.register_scalable_target(**TARGET, MinCapacity=8, MaxCapacity=10)
    units = aws.client("dynamodb").describe_table(TableName="orders")["Table"]["ProvisionedThroughput"]
    assert (units["ReadCapacityUnits"], units["WriteCapacityUnits"]) == (5, 8)
    (activity,) = scaling.describe_scaling_activities(ServiceNamespace="dynamodb")["ScalingActivities"]
    assert activity["StatusCode"] == "Successful"


def test_a_busy_table_is_scaled_when_it_is_active(aws: Any) -> None:
    aws.control.scale(1)
    create(aws)
    aws.client("application-autoscaling").register_scalable_target(**TARGET, MinCapacity=8, MaxCapacity=10)
    describe = aws.client("dynamodb").describe_table
    assert describe(TableName="orders")["Table"]["ProvisionedThroughput"]["WriteCapacityUnits"] == 5
    aws.control.advance(10)
    table = describe(TableName="orders")["Table"]
    assert (table["TableStatus"], table["ProvisionedThroughput"]["WriteCapacityUnits"]) == ("UPDATING", 8)


def test_policies(scaling: Any) -> None:
    put = scaling.put_scaling_policy
    refused("ObjectNotFoundException", put, **POLICY, TargetTrackingScalingPolicyConfiguration=CONFIG)
    scaling.register_scalable_target(**TARGET, MinCapacity=1, MaxCapacity=10)
    first = put(**POLICY, TargetTrackingScalingPolicyConfiguration=CONFIG)
    assert {alarm["AlarmName"].split("-")[0] for alarm in first["Alarms"]} == {"TargetTracking"}
    again = put(
        **POLICY, TargetTrackingScalingPolicyConfiguration={**CONFIG, "TargetValue": 50.0, "ScaleInCooldown": 60}
    )
    assert again["PolicyARN"] == first["PolicyARN"]
    (policy,) = scaling.describe_scaling_policies(ServiceNamespace="dynamodb", PolicyNames=["p"])["ScalingPolicies"]
    assert policy["TargetTrackingScalingPolicyConfiguration"] == {**METRIC, "TargetValue": 50.0, "ScaleInCooldown": 60}
    second = {**POLICY, "PolicyName": "q"}
    refused("ValidationException", put, **second, TargetTrackingScalingPolicyConfiguration=CONFIG)
    scaling.delete_scaling_policy(**TARGET, PolicyName="p")
    refused("ObjectNotFoundException", scaling.delete_scaling_policy, **TARGET, PolicyName="p")
    put(**second, TargetTrackingScalingPolicyConfiguration=CONFIG)
    scaling.deregister_scalable_target(**TARGET)
    assert scaling.describe_scaling_policies(ServiceNamespace="dynamodb")["ScalingPolicies"] == []
    refused("ObjectNotFoundException", scaling.deregister_scalable_target, **TARGET)


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
    ],
)
def test_what_a_policy_must_be(scaling: Any, config: dict[str, Any]) -> None:
    scaling.register_scalable_target(**TARGET, MinCapacity=1, MaxCapacity=10)
    put = scaling.put_scaling_policy
    refused("ValidationException", put, **POLICY, TargetTrackingScalingPolicyConfiguration=config)
    step = {**POLICY, "PolicyType": "StepScaling"}
    refused("ValidationException", put, **step, StepScalingPolicyConfiguration={"AdjustmentType": "ChangeInCapacity"})


def test_listing(aws: Any, scaling: Any) -> None:
    describe = scaling.describe_scalable_targets
    refused("ValidationException", describe, ServiceNamespace="dynamodb", ScalableDimension=WRITE)
    many = [f"table/t{n}" for n in range(51)]
    refused("ValidationException", describe, ServiceNamespace="dynamodb", ResourceIds=many)
    refused("InvalidNextTokenException", describe, ServiceNamespace="dynamodb", NextToken="x")
    for n in range(11):
        create(aws, name=f"table-{n}")
        key = {**TARGET, "ResourceId": f"table/table-{n}"}
        scaling.register_scalable_target(**key, MinCapacity=1, MaxCapacity=10)
        scaling.put_scaling_policy(**{**POLICY, **key}, TargetTrackingScalingPolicyConfiguration=CONFIG)
    pages = [len(page["ScalingPolicies"]) for page in _pages(scaling, "describe_scaling_policies")]
    assert pages == [10, 1]
    pages = [len(page["ScalableTargets"]) for page in _pages(scaling, "describe_scalable_targets", PageSize=4)]
    assert pages == [4, 4, 3]
    found = describe(ServiceNamespace="dynamodb", ResourceIds=["table/table-3"], ScalableDimension=WRITE)
    assert [target["ResourceId"] for target in found["ScalableTargets"]] == ["table/table-3"]


def _pages(scaling: Any, operation: str, **config: Any) -> Any:
    return scaling.get_paginator(operation).paginate(ServiceNamespace="dynamodb", PaginationConfig=config)


def test_targets_outlive_their_table(aws: Any, scaling: Any) -> None:
    scaling.register_scalable_target(**TARGET, MinCapacity=1, MaxCapacity=10)
    aws.client("dynamodb").delete_table(TableName="orders")
    assert len(scaling.describe_scalable_targets(ServiceNamespace="dynamodb")["ScalableTargets"]) == 1
    refused("ValidationException", scaling.register_scalable_target, **TARGET, MaxCapacity=20)
    scaling.deregister_scalable_target(**TARGET)


def test_tags(scaling: Any) -> None:
    made = scaling.register_scalable_target(**TARGET, MinCapacity=1, MaxCapacity=10, Tags={"a": "1"})
    arn = {"ResourceARN": made["ScalableTargetARN"]}
    refused("ValidationException", scaling.register_scalable_target, **TARGET, Tags={"a": "2"})
    scaling.tag_resource(**arn, Tags={"b": "2"})
    assert scaling.list_tags_for_resource(**arn)["Tags"] == {"a": "1", "b": "2"}
    scaling.untag_resource(**arn, TagKeys=["a"])
    assert scaling.list_tags_for_resource(**arn)["Tags"] == {"b": "2"}
    refused("TooManyTagsException", scaling.tag_resource, **arn, Tags={f"t{n}": "" for n in range(50)})
    missing = arn["ResourceARN"][:-1] + "x"
    refused("ResourceNotFoundException", scaling.list_tags_for_resource, ResourceARN=missing)


def test_scheduled_actions_are_not_silently_accepted(scaling: Any) -> None:
    call = {**TARGET, "ScheduledActionName": "a", "Schedule": "rate(1 hour)"}
    with pytest.raises(ClientError, match="does not implement"):
        scaling.put_scheduled_action(**call)
    assert scaling.describe_scheduled_actions(ServiceNamespace="dynamodb")["ScheduledActions"] == []
