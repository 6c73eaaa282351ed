"""Drifts of the table, its replicas and its scaling."""

from __future__ import annotations

import json
from typing import Any

from .drifts import HOME, Deployment, Foreign, drift


# Table
def _table(at: Deployment, **change: Any) -> None:
    at.client("dynamodb").update_table(TableName=at.name("table"), **change)


@drift("table", where="home")
def table_tag_changed(at: Deployment) -> None:
    tags = [{"Key": "mtk:stack", "Value": "other"}]
    at.client("dynamodb").tag_resource(ResourceArn=at.arn("dynamodb", f"table/{at.name('table')}"), Tags=tags)


def _policy(at: Deployment, arn: str, action: str) -> None:
    """Give another account access to a table or stream."""
    given = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::999999999999:root"}, "Action": action}
    policy = {"Version": "2012-10-17", "Statement": [{**given, "Resource": arn}]}
    at.client("dynamodb").put_resource_policy(ResourceArn=arn, Policy=json.dumps(policy))


@drift("table", where="home")
def table_policy(at: Deployment) -> None:
    _policy(at, at.arn("dynamodb", f"table/{at.name('table')}"), "dynamodb:*")


@drift("table", where="home")
def stream_policy(at: Deployment) -> None:
    table = at.client("dynamodb").describe_table(TableName=at.name("table"))["Table"]
    _policy(at, table["LatestStreamArn"], "dynamodb:GetRecords")


@drift("replica", only="prod", where="away")
def replica_policy(at: Deployment) -> None:
    _policy(at, at.arn("dynamodb", f"table/{at.name('table')}"), "dynamodb:*")


@drift("table", where="home")
def deletion_protection_of_the_table_turned(at: Deployment) -> None:
    _table(at, DeletionProtectionEnabled=at.environment == "dev")


@drift("table", where="home")
def recovery_off(at: Deployment) -> None:
    _recovery(at, PointInTimeRecoveryEnabled=False)


@drift("table", where="home")
def recovery_for_a_week(at: Deployment) -> None:
    _recovery(at, PointInTimeRecoveryEnabled=True, RecoveryPeriodInDays=7)


def _recovery(at: Deployment, **change: Any) -> None:
    asked = {"TableName": at.name("table"), "PointInTimeRecoverySpecification": change}
    at.client("dynamodb").update_continuous_backups(**asked)


@drift("table", where="home")
def insights_turned(at: Deployment) -> None:
    action = "ENABLE" if at.environment == "dev" else "DISABLE"
    at.client("dynamodb").update_contributor_insights(TableName=at.name("table"), ContributorInsightsAction=action)


@drift("table", where="home")
def items_expire(at: Deployment) -> None:
    spec = {"Enabled": True, "AttributeName": "expires"}
    at.client("dynamodb").update_time_to_live(TableName=at.name("table"), TimeToLiveSpecification=spec)
    at.aws.control.advance(3601)  # DynamoDB takes one such change an hour


@drift("table", where="home", only="dev")
def index_deleted(at: Deployment) -> None:
    _table(at, GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": "is_real_index"}}])


@drift("table", "scaling", where="home", only="prod")
def scaled_index_deleted(at: Deployment) -> None:
    index_deleted(at)  # made again in a table with replicas, its writes are scaled as DynamoDB does it at first


@drift(observed={"table": "foreign"}, where="home", only="dev", beside=("table",))
def index_added(at: Deployment) -> None:
    key = [{"AttributeName": "lat_long", "KeyType": "HASH"}]
    index = {"IndexName": "by_hand", "KeySchema": key, "Projection": {"ProjectionType": "KEYS_ONLY"}}
    types = [{"AttributeName": "lat_long", "AttributeType": "S"}]
    _table(at, AttributeDefinitions=types, GlobalSecondaryIndexUpdates=[{"Create": index}])


@drift("table", where="home", only="dev")
def reads_limited(at: Deployment) -> None:
    _table(at, BillingMode="PAY_PER_REQUEST", OnDemandThroughput={"MaxReadRequestUnits": 100})


@drift("table", where="home", only="dev")
def table_class(at: Deployment) -> None:
    _table(at, TableClass="STANDARD_INFREQUENT_ACCESS")


@drift("table", where="home", only="dev")
def stream_off(at: Deployment) -> None:
    _table(at, StreamSpecification={"StreamEnabled": False})


@drift("table", where="home", only="dev")
def key_of_aws(at: Deployment) -> None:
    _table(at, SSESpecification={"Enabled": False})


@drift("table", where="home", only="dev")
def billing_by_capacity(at: Deployment) -> None:
    units = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}
    names = ("lat_long_index", "is_private_index", "is_real_index")
    indexes = [{"Update": {"IndexName": name, "ProvisionedThroughput": units}} for name in names]
    _table(at, BillingMode="PROVISIONED", ProvisionedThroughput=units, GlobalSecondaryIndexUpdates=indexes)


@drift(create=("table",), where="home", only="dev")
def table_deleted(at: Deployment) -> None:
    at.client("dynamodb").delete_table(TableName=at.name("table"))


# Scaling and replicas
def _target(at: Deployment, index: str = "") -> dict[str, str]:
    resource = f"table/{at.name('table')}" + (f"/index/{index}" if index else "")
    kind = "index" if index else "table"
    asked = {"ResourceId": resource, "ScalableDimension": f"dynamodb:{kind}:ReadCapacityUnits"}
    return {"ServiceNamespace": "dynamodb", **asked}


@drift(delete=("scaling",), only="dev", beside=("table",))
def scaling_of_what_is_paid_by_request(at: Deployment) -> None:
    limits = {"MinCapacity": 5, "MaxCapacity": 10}
    at.client("application-autoscaling").register_scalable_target(**_target(at), **limits)


@drift("scaling", only="prod")
def scaling_limit(at: Deployment) -> None:
    at.client("application-autoscaling").register_scalable_target(**_target(at), MaxCapacity=500)


@drift("scaling", only="prod")
def index_not_scaled(at: Deployment) -> None:
    at.client("application-autoscaling").deregister_scalable_target(**_target(at, "is_real_index"))


@drift("scaling", only="prod", where="home", beside=("table", "replica"))
def reads_not_scaled_any_more(at: Deployment) -> None:
    at.aws.control.traffic(at.region, at.name("table"), read=400)
    at.aws.control.advance(600)
    scaling = at.client("application-autoscaling")
    for index in ("", "lat_long_index", "is_private_index", "is_real_index"):
        scaling.deregister_scalable_target(**_target(at, index))


@drift("scaling", only="prod")
def scaling_target(at: Deployment) -> None:
    metric = {"PredefinedMetricSpecification": {"PredefinedMetricType": "DynamoDBReadCapacityUtilization"}}
    named = {"PolicyName": f"DynamoDBReadCapacityUtilization:table/{at.name('table')}"}
    config = {"TargetTrackingScalingPolicyConfiguration": {"TargetValue": 50.0, **metric}}
    at.client("application-autoscaling").put_scaling_policy(
        **_target(at), **named, **config, PolicyType="TargetTrackingScaling"
    )


@drift(observed={"table": "aws"}, only="prod", where="home", beside=("scaling",))
def capacity_that_the_scaler_moved(at: Deployment) -> None:
    at.aws.control.traffic(at.region, at.name("table"), read=400)
    at.aws.control.advance(600)


@drift("replica", only="prod", where="away")
def deletion_protection_of_the_replica_off(at: Deployment) -> None:
    _table(at, DeletionProtectionEnabled=False)


@drift("replica", only="prod", where="away")
def recovery_of_the_replica_off(at: Deployment) -> None:
    _recovery(at, PointInTimeRecoveryEnabled=False)


@drift("replica", only="prod", where="away")
def replica_tag_removed(at: Deployment) -> None:
    arn = at.arn("dynamodb", f"table/{at.name('table')}")
    at.client("dynamodb").untag_resource(ResourceArn=arn, TagKeys=["mtk:stack"])


@drift(create=("replica",), only="prod", where="away", beside=("table", "scaling"))
def replica_deleted(at: Deployment) -> None:
    _table(at, DeletionProtectionEnabled=False)
    update = [{"Delete": {"RegionName": at.region}}]
    at.client("dynamodb", HOME).update_table(TableName=at.name("table"), ReplicaUpdates=update)


# What needs a decision
@drift(refuse=("table",), where="home", only="dev")
def index_of_another_key(at: Deployment) -> None:
    index_deleted(at)
    key = [{"AttributeName": "lat_long", "KeyType": "HASH"}]
    index = {"IndexName": "is_real_index", "KeySchema": key, "Projection": {"ProjectionType": "KEYS_ONLY"}}
    types = [{"AttributeName": "lat_long", "AttributeType": "S"}]
    _table(at, AttributeDefinitions=types, GlobalSecondaryIndexUpdates=[{"Create": index}])


# What no role keeps
@drift(foreign=True)
def foreign_table(at: Deployment) -> Foreign:
    dynamodb, name = at.client("dynamodb"), f"{at.environment}_old"
    key = {"AttributeName": "id", "AttributeType": "S"}
    schema = [{"AttributeName": "id", "KeyType": "HASH"}]
    made = {"TableName": name, "AttributeDefinitions": [key], "KeySchema": schema, "BillingMode": "PAY_PER_REQUEST"}
    arn = dynamodb.create_table(**made, Tags=at.mine)["TableDescription"]["TableArn"]
    return Foreign(arn, lambda: dynamodb.describe_table(TableName=name)["Table"])
