"""Clients, requests and helpers for the tests of DynamoDB."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

HERE, THERE, THIRD = "us-east-1", "eu-west-1", "ap-southeast-2"
DAY, HOUR = 86400, 3600
CLIENTS: dict[tuple[str, str], Any] = {}
UNITS = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}
IMAGES = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
T = {"TableName": "orders"}
GSI = {
    "IndexName": "by-day",
    "KeySchema": [{"AttributeName": "day", "KeyType": "HASH"}],
    "Projection": {"ProjectionType": "ALL"},
}
PK, DAY_ATTR = {"AttributeName": "pk", "AttributeType": "S"}, {"AttributeName": "day", "AttributeType": "S"}
NEW_GSI = {"AttributeDefinitions": [PK, DAY_ATTR], "GlobalSecondaryIndexUpdates": [{"Create": GSI}]}
DROP_GSI = {"GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": "by-day"}}]}


def refused(code: str, call: Any, **params: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**params)
    assert caught.value.response["Error"]["Code"] == code, caught.value
    return str(caught.value.response["Error"]["Message"])


def make(client: Any, provisioned: bool = False, gsi: bool = False, **params: Any) -> dict[str, Any]:
    given: dict[str, Any] = {
        **T,
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
        "AttributeDefinitions": [PK, DAY_ATTR] if gsi else [PK],
        "BillingMode": "PROVISIONED" if provisioned else "PAY_PER_REQUEST",
    }
    units = {"ProvisionedThroughput": UNITS} if provisioned else {}
    given.update(units)
    if gsi:
        given["GlobalSecondaryIndexes"] = [{**GSI, **units}]
    return dict(client.create_table(**{**given, **params})["TableDescription"])


def show(client: Any) -> dict[str, Any]:
    return dict(client.describe_table(**T)["Table"])


def replica(action: str, region: str, **params: Any) -> dict[str, Any]:
    return {**T, "ReplicaUpdates": [{action: {"RegionName": region, **params}}]}


def unchecked(aws: Any, region: str = HERE) -> Any:
    """Return a client that leaves the validation of parameters to the service."""
    keys = {"aws_access_key_id": "local", "aws_secret_access_key": "emulator-secret-key"}
    config = Config(parameter_validation=False)
    return boto3.client("dynamodb", region, endpoint_url=aws.url, config=config, **keys)


def once(aws: Any, region: str) -> Any:
    """Return a client without retries, because botocore retries even permanent limits."""
    keys = {"aws_access_key_id": "local", "aws_secret_access_key": "emulator-secret-key"}
    if (aws.url, region) not in CLIENTS:
        config = Config(retries={"total_max_attempts": 1})
        CLIENTS[aws.url, region] = boto3.client("dynamodb", region, endpoint_url=aws.url, config=config, **keys)
    return CLIENTS[aws.url, region]


@pytest.fixture(name="here")
def client_here(aws: Any) -> Any:
    return once(aws, HERE)


@pytest.fixture(name="there")
def client_there(aws: Any) -> Any:
    return once(aws, THERE)


def slow(aws: Any) -> None:
    """Finish everything that is in progress, and run the clock in real time."""
    aws.control.scale(1)
    aws.control.advance(HOUR)


def autoscale(aws: Any, region: str = HERE, index: str | None = None, policy: bool = True) -> None:
    scaling = aws.client("application-autoscaling", region)
    kind = "index" if index else "table"
    target = {
        "ServiceNamespace": "dynamodb",
        "ResourceId": f"table/orders/index/{index}" if index else "table/orders",
        "ScalableDimension": f"dynamodb:{kind}:WriteCapacityUnits",
    }
    scaling.register_scalable_target(**target, MinCapacity=1, MaxCapacity=10)
    metric = {"PredefinedMetricType": "DynamoDBWriteCapacityUtilization"}
    config = {"PredefinedMetricSpecification": metric, "TargetValue": 70.0}
    if policy:
        scaling.put_scaling_policy(
            **target,
            PolicyName="w",
            PolicyType="TargetTrackingScaling",
            TargetTrackingScalingPolicyConfiguration=config,
        )


def change(*updates: dict[str, Any], attributes: Any = (PK, DAY_ATTR)) -> dict[str, Any]:
    return {"AttributeDefinitions": list(attributes), "GlobalSecondaryIndexUpdates": list(updates)}


def schema(*names: str) -> list[dict[str, str]]:
    """Return a key schema of a HASH and optionally a RANGE attribute."""
    return [{"AttributeName": name, "KeyType": kind} for name, kind in zip(names, ("HASH", "RANGE"), strict=False)]
