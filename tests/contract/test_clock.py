"""One clock: every time that a service tells is the virtual one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from ec2_net import Net, flow_role
from rds_site import Site
from test_quotas import ALARM, ALLOW, KEY, TRUST

DAYS = 30 * 86400.0
ISO = re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d")
NUMBER = re.compile(r"(time|date|timestamp)$", re.I)


def moments(answer: Any, path: str = "") -> Iterator[tuple[str, float]]:
    """Return all times in an answer, with their paths, in seconds since the epoch."""
    if isinstance(answer, dict):
        for name, value in answer.items():
            yield from moments(value, f"{path}.{name}") if name != "ResponseMetadata" else ()
    elif isinstance(answer, list):
        for item in answer:
            yield from moments(item, path)
    elif isinstance(answer, datetime):
        yield path, answer.timestamp()
    elif isinstance(answer, str):
        for found in ISO.findall(answer):
            yield path, datetime.fromisoformat(found).replace(tzinfo=UTC).timestamp()
    elif isinstance(answer, (int, float)) and NUMBER.search(path) and answer > 1e9:
        yield path, answer / (1000 if answer > 1e11 else 1)


def create_network(aws: Any) -> Iterator[Any]:
    net = Net(aws.client("ec2"))
    ec2, role = net.ec2, flow_role(aws)
    net.attach()
    yield net.nat()
    yield ec2.describe_nat_gateways()
    asked = {"VpcId": net.vpc, "ServiceName": "com.amazonaws.us-east-1.logs", "VpcEndpointType": "Interface"}
    yield ec2.create_vpc_endpoint(**asked, PrivateDnsEnabled=False)
    yield ec2.describe_vpc_endpoints()
    yield ec2.describe_network_interfaces()
    aws.client("logs").create_log_group(logGroupName="g")
    asked = {"LogGroupName": "g", "DeliverLogsPermissionArn": role, "TrafficType": "ALL", "ResourceType": "VPC"}
    ec2.create_flow_logs(ResourceIds=[net.vpc], **asked)
    yield ec2.describe_flow_logs()
    yield ec2.create_ipam()
    yield aws.client("logs").describe_log_groups()


def create_keys_and_roles(aws: Any) -> Iterator[Any]:
    iam, kms, secrets, sts = (aws.client(s) for s in ("iam", "kms", "secretsmanager", "sts"))
    yield iam.create_role(RoleName="r", AssumeRolePolicyDocument=TRUST)
    yield iam.get_role(RoleName="r")
    policy = iam.create_policy(PolicyName="p", PolicyDocument=ALLOW)
    yield policy
    yield iam.list_policy_versions(PolicyArn=policy["Policy"]["Arn"])
    key = kms.create_key()
    yield key
    kms.create_alias(AliasName="alias/a", TargetKeyId=key["KeyMetadata"]["KeyId"])
    yield kms.list_aliases(KeyId=key["KeyMetadata"]["KeyId"])
    yield kms.schedule_key_deletion(KeyId=key["KeyMetadata"]["KeyId"], PendingWindowInDays=7)
    secrets.create_secret(Name="s", SecretString="x")
    secrets.put_secret_value(SecretId="s", SecretString="y")
    yield secrets.describe_secret(SecretId="s")
    yield secrets.get_secret_value(SecretId="s")
    yield secrets.list_secrets()
    yield secrets.delete_secret(SecretId="s")
    yield sts.get_caller_identity()


def create_data(aws: Any) -> Iterator[Any]:
    dynamodb, scaling, alarms = (aws.client(s) for s in ("dynamodb", "application-autoscaling", "cloudwatch"))
    stream = {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
    yield dynamodb.create_table(TableName="table", StreamSpecification=stream, **KEY)
    dynamodb.update_continuous_backups(
        TableName="table", PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    yield dynamodb.describe_table(TableName="table")
    yield dynamodb.describe_continuous_backups(TableName="table")
    yield dynamodb.create_backup(TableName="table", BackupName="backup")
    dynamodb.put_item(TableName="table", Item={"a": {"S": "x"}})
    yield aws.client("dynamodbstreams").list_streams()
    provisioned = KEY | {
        "BillingMode": "PROVISIONED",
        "ProvisionedThroughput": {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5},
    }
    dynamodb.create_table(TableName="other", **provisioned)
    target = {"ServiceNamespace": "dynamodb", "ResourceId": "table/other"}
    target["ScalableDimension"] = "dynamodb:table:ReadCapacityUnits"
    scaling.register_scalable_target(**target, MinCapacity=1, MaxCapacity=9)
    tracked = {"PredefinedMetricType": "DynamoDBReadCapacityUtilization"}
    wanted = {"TargetValue": 70.0, "PredefinedMetricSpecification": tracked}
    policy = {"PolicyType": "TargetTrackingScaling", "TargetTrackingScalingPolicyConfiguration": wanted}
    scaling.put_scaling_policy(**target, PolicyName="p", **policy)
    yield scaling.describe_scalable_targets(ServiceNamespace="dynamodb")
    yield scaling.describe_scaling_policies(ServiceNamespace="dynamodb")
    alarms.put_metric_alarm(AlarmName="a", **ALARM)
    yield alarms.describe_alarms()


def create_database(aws: Any) -> Iterator[Any]:
    site = Site(aws)
    yield site.create("c")
    yield site.add("i", "c")
    yield site.rds.create_db_cluster_snapshot(DBClusterIdentifier="c", DBClusterSnapshotIdentifier="s")
    for call in ("describe_db_clusters", "describe_db_instances", "describe_db_cluster_snapshots"):
        yield getattr(site.rds, call)()


def test_every_service_has_the_time_of_the_clock(aws: Any) -> None:
    """Whatever is created 30 days later is 30 days younger."""
    aws.client("ec2").describe_vpcs()
    aws.control.advance(DAYS)
    now = aws.control.ask("GET", "health")["now"]
    seen = set()
    for create in (create_network, create_keys_and_roles, create_data, create_database):
        for answer in create(aws):
            for path, moment in moments(answer):
                if path.endswith("ValidTill"):  # AWS's certificate authorities end when they end
                    continue
                early = 86400 if path.endswith("LastAccessedDate") else 60  # this date is that of a day
                assert now - early < moment < now + 41 * 86400, f"{path} {datetime.fromtimestamp(moment, UTC)}"
                seen.add(path.rpartition(".")[2])
    assert {"CreateDate", "CreationDate", "CreationTime", "CreationTimestamp", "CreateTime", "DeletionDate"} <= seen
    assert {"creationTime", "StateUpdatedTimestamp", "LastChangedDate", "ClusterCreateTime", "StreamLabel"} <= seen
