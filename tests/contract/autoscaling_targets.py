"""Requests and helpers for the tests of Application Auto Scaling."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

HERE, THERE, THIRD = "us-east-1", "eu-west-1", "ap-southeast-2"
WRITE, READ = "dynamodb:table:WriteCapacityUnits", "dynamodb:table:ReadCapacityUnits"
TARGET = {"ServiceNamespace": "dynamodb", "ResourceId": "table/orders", "ScalableDimension": WRITE}
INDEX = {**TARGET, "ResourceId": "table/orders/index/by-day", "ScalableDimension": "dynamodb:index:WriteCapacityUnits"}
METRIC = {"PredefinedMetricSpecification": {"PredefinedMetricType": "DynamoDBWriteCapacityUtilization"}}
CONFIG = {**METRIC, "TargetValue": 70.0}
POLICY = {**TARGET, "PolicyName": "p", "PolicyType": "TargetTrackingScaling"}
ROLE = "AWSServiceRoleForApplicationAutoScaling_DynamoDBTable"
T, UNITS = {"TableName": "orders"}, {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}
GSI = {
    "IndexName": "by-day",
    "KeySchema": [{"AttributeName": "day", "KeyType": "HASH"}],
    "Projection": {"ProjectionType": "ALL"},
    "ProvisionedThroughput": UNITS,
}
PK, DAY = {"AttributeName": "pk", "AttributeType": "S"}, {"AttributeName": "day", "AttributeType": "S"}
NEW_GSI = {"AttributeDefinitions": [PK, DAY], "GlobalSecondaryIndexUpdates": [{"Create": GSI}]}


def refused(code: str, call: Any, **params: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**params)
    assert caught.value.response["Error"]["Code"] == code, caught.value
    return str(caught.value.response["Error"]["Message"])


def create(aws: Any, region: str = HERE, name: str = "orders", **params: Any) -> None:
    aws.client("dynamodb", region).create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        **{"AttributeDefinitions": [PK], "ProvisionedThroughput": UNITS, **params},
    )


def units(aws: Any, region: str = HERE) -> tuple[int, int]:
    """Return the read and the write capacity of the table."""
    shown = aws.client("dynamodb", region).describe_table(**T)["Table"]["ProvisionedThroughput"]
    return shown["ReadCapacityUnits"], shown["WriteCapacityUnits"]


def targets(aws: Any, region: str = HERE) -> dict[tuple[str, str], int]:
    """Return the maximum of each target, by the last part of its resource id and R or W."""
    found = aws.client("application-autoscaling", region).describe_scalable_targets(ServiceNamespace="dynamodb")
    return {
        (t["ResourceId"].rsplit("/", 1)[1], t["ScalableDimension"].split(":")[2][0]): t["MaxCapacity"]
        for t in found["ScalableTargets"]
    }


def track(scaling: Any, low: int = 1, high: int = 100, key: Any = TARGET, **config: Any) -> None:
    """Register a target and track its consumption at 50 percent."""
    scaling.register_scalable_target(**key, MinCapacity=low, MaxCapacity=high)
    tracking = {**METRIC, "TargetValue": 50.0, **config}
    scaling.put_scaling_policy(**{**POLICY, **key}, TargetTrackingScalingPolicyConfiguration=tracking)


@pytest.fixture(name="scaling")
def client_scaling(aws: Any) -> Any:
    create(aws)
    return aws.client("application-autoscaling")
