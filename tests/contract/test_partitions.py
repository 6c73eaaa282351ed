"""Accounts in GovCloud and in China: their Regions, ARNs, principals and keys."""

from __future__ import annotations

import json
import urllib.error
from collections.abc import Iterator
from typing import Any

import pytest
from ec2_net import refused
from promise import keeps

ACCOUNT = "123456789012"
REGIONS = {"aws-us-gov": ("us-gov-west-1", "us-gov-east-1"), "aws-cn": ("cn-north-1", "cn-northwest-1")}
LOGS = {"aws-us-gov": "logs.us-gov-west-1.amazonaws.com", "aws-cn": "logs.cn-north-1.amazonaws.com.cn"}


@pytest.fixture(params=REGIONS)
def partition(aws: Any, request: pytest.FixtureRequest) -> Iterator[str]:
    """Replace the account by one of another partition for a test."""
    aws.control.partition(request.param)
    yield request.param
    aws.control.partition("aws")


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def owner(partition: str) -> dict[str, Any]:
    principal = {"AWS": f"arn:{partition}:iam::{ACCOUNT}:root"}
    return {"Effect": "Allow", "Principal": principal, "Action": "kms:*", "Resource": "*"}


def arns(value: Any) -> Iterator[str]:
    """Yield all ARNs in an answer."""
    if isinstance(value, dict):
        for name, item in value.items():
            if name != "ResponseMetadata":
                yield from arns(item)
    elif isinstance(value, list):
        for item in value:
            yield from arns(item)
    elif isinstance(value, str) and value.startswith("arn:"):
        yield value


@keeps("sts.partition")
def test_an_account_belongs_to_one_partition(aws: Any, partition: str) -> None:
    home, other = REGIONS[partition]
    identity = aws.client("sts", home).get_caller_identity()
    assert identity["Arn"].startswith(f"arn:{partition}:")
    regions = aws.client("ec2", home).describe_regions()["Regions"]
    assert {r["RegionName"] for r in regions} == {home, other}
    suffix = "amazonaws.com.cn" if partition == "aws-cn" else "amazonaws.com"
    assert {r["Endpoint"] for r in regions} == {f"ec2.{name}.{suffix}" for name in (home, other)}
    assert {r["OptInStatus"] for r in regions} == {"opt-in-not-required"}
    refused("AuthFailure", aws.client("ec2", "us-east-1").describe_vpcs)
    refused("InvalidClientTokenId", aws.client("iam", "us-east-1").list_roles)
    refused("UnrecognizedClientException", aws.client("kms", "eu-west-1").list_keys)
    aws.client("iam", home).list_roles()


@keeps("sts.partition")
def test_the_resources_of_an_environment(aws: Any, partition: str) -> None:
    """A key with its policy, a role, a log group, a VPC, a table and a cluster have ARNs of their partition."""
    home = REGIONS[partition][0]
    clients = {
        name: aws.client(name, home)
        for name in (
            *("kms", "iam", "logs", "ec2", "dynamodb", "rds", "cloudwatch", "secretsmanager"),
            *("application-autoscaling", "resourcegroupstaggingapi"),
        )
    }
    tags = [{"Key": "mtk:environment", "Value": "prod"}]
    use = {
        "Effect": "Allow",
        "Principal": {"Service": LOGS[partition]},
        "Action": ["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"],
        "Resource": "*",
    }
    found: list[Any] = []
    key = clients["kms"].create_key(
        Policy=policy(owner(partition), use), Tags=[{"TagKey": "mtk:environment", "TagValue": "prod"}]
    )["KeyMetadata"]
    clients["kms"].create_alias(AliasName="alias/prod", TargetKeyId=key["KeyId"])
    trust = {"Effect": "Allow", "Principal": {"Service": "monitoring.rds.amazonaws.com"}, "Action": "sts:AssumeRole"}
    role = clients["iam"].create_role(RoleName="r", AssumeRolePolicyDocument=policy(trust), Tags=tags)["Role"]
    managed = f"arn:{partition}:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"
    clients["iam"].attach_role_policy(RoleName="r", PolicyArn=managed)
    clients["logs"].create_log_group(logGroupName="/prod", kmsKeyId=key["Arn"])
    ec2 = clients["ec2"]
    ipam = ec2.create_ipam(OperatingRegions=[{"RegionName": home}])
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16", TagSpecifications=[{"ResourceType": "vpc", "Tags": tags}])["Vpc"][
        "VpcId"
    ]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{n}.0/24", AvailabilityZone=f"{home}{zone}")["Subnet"]
        for n, zone in enumerate("ab")
    ]
    ids = [subnet["SubnetId"] for subnet in subnets]
    endpoint = ec2.create_vpc_endpoint(VpcId=vpc, ServiceName=f"com.amazonaws.{home}.dynamodb")
    groups = (ec2.describe_security_groups(), ec2.describe_security_group_rules())
    table = clients["dynamodb"].create_table(
        TableName="prod_user_locations",
        AttributeDefinitions=[{"AttributeName": "a", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "a", "KeyType": "HASH"}],
        BillingMode="PROVISIONED",
        ProvisionedThroughput={"ReadCapacityUnits": 1, "WriteCapacityUnits": 1},
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key["Arn"]},
        Tags=tags,
    )
    target = {
        "ServiceNamespace": "dynamodb",
        "ResourceId": "table/prod_user_locations",
        "ScalableDimension": "dynamodb:table:ReadCapacityUnits",
    }
    clients["application-autoscaling"].register_scalable_target(**target, MinCapacity=1, MaxCapacity=5)
    scaling = {"PredefinedMetricSpecification": {"PredefinedMetricType": "DynamoDBReadCapacityUtilization"}}
    found.append(
        clients["application-autoscaling"].put_scaling_policy(
            **target,
            PolicyName="p",
            PolicyType="TargetTrackingScaling",
            TargetTrackingScalingPolicyConfiguration={**scaling, "TargetValue": 70.0},
        )
    )
    rds = clients["rds"]
    rds.create_db_subnet_group(DBSubnetGroupName="g", DBSubnetGroupDescription="g", SubnetIds=ids)
    cluster = rds.create_db_cluster(
        DBClusterIdentifier="c",
        Engine="aurora-postgresql",
        DBSubnetGroupName="g",
        MasterUsername="dbadmin",
        ManageMasterUserPassword=True,
        StorageEncrypted=True,
        KmsKeyId=key["Arn"],
        Tags=tags,
    )["DBCluster"]
    instance = rds.create_db_instance(
        DBInstanceIdentifier="i",
        DBClusterIdentifier="c",
        DBInstanceClass="db.r6g.large",
        Engine="aurora-postgresql",
        MonitoringInterval=60,
        MonitoringRoleArn=role["Arn"],
    )
    found += [key, role, ipam, subnets, endpoint, list(groups), table, cluster, instance]
    found += [
        rds.create_global_cluster(GlobalClusterIdentifier="gc", Engine="aurora-postgresql"),
        clients["secretsmanager"].list_secrets(),
        clients["logs"].describe_log_groups(),
        clients["application-autoscaling"].describe_scalable_targets(ServiceNamespace="dynamodb"),
        clients["iam"].list_roles(),
        clients["iam"].list_attached_role_policies(RoleName="r"),
        clients["kms"].list_aliases(),
        clients["resourcegroupstaggingapi"].get_resources(),
    ]
    assert {arn for arn in arns(found) if not arn.startswith(f"arn:{partition}:")} == set()
    services = {arn.split(":")[2] for arn in arns(found)}
    assert {"kms", "iam", "logs", "ec2", "dynamodb", "rds", "secretsmanager", "application-autoscaling"} <= services
    suffix = "amazonaws.com.cn" if partition == "aws-cn" else "amazonaws.com"
    assert cluster["Endpoint"].endswith(f".{suffix}") and home in cluster["Endpoint"]


@keeps("sts.partition")
def test_a_key_policy_names_principals_of_its_partition(aws: Any, partition: str) -> None:
    kms = aws.client("kms", REGIONS[partition][0])
    refused("MalformedPolicyDocumentException", kms.create_key, Policy=policy(owner("aws")))
    key = kms.create_key(Policy=policy(owner(partition)))["KeyMetadata"]["KeyId"]
    refused(
        "MalformedPolicyDocumentException", kms.put_key_policy, KeyId=key, Policy=policy(owner(partition), owner("aws"))
    )


@keeps("sts.partition")
def test_logs_has_a_principal_of_the_region_and_the_partition(aws: Any, partition: str) -> None:
    home = REGIONS[partition][0]
    wrong = {"Effect": "Allow", "Principal": {"Service": "logs.us-east-1.amazonaws.com"}, "Action": "kms:*"}
    own = {"Effect": "Allow", "Principal": {"AWS": f"arn:{partition}:iam::{ACCOUNT}:root"}, "Action": "kms:*"}
    key = aws.client("kms", home).create_key(Policy=policy(own, wrong))["KeyMetadata"]["Arn"]
    refused("AccessDeniedException", aws.client("logs", home).create_log_group, logGroupName="g", kmsKeyId=key)


@keeps("sts.partition")
def test_the_partition_can_be_changed_only_to_a_known_one_and_empties_the_account(aws: Any, partition: str) -> None:
    home = REGIONS[partition][0]
    aws.client("logs", home).create_log_group(logGroupName="g")
    aws.control.reset()
    assert aws.client("logs", home).describe_log_groups()["logGroups"] == []
    with pytest.raises(urllib.error.HTTPError):
        aws.control.partition("aws-mars")
    with pytest.raises(urllib.error.HTTPError):
        aws.control.enable_region(home)


@keeps("sts.partition")
def test_a_saved_account_keeps_its_partition(aws: Any, partition: str, tmp_path: Any) -> None:
    home = REGIONS[partition][0]
    aws.client("logs", home).create_log_group(logGroupName="g")
    aws.control.ask("POST", "save", path=tmp_path / "state")
    aws.control.partition("aws")
    aws.control.ask("POST", "load", path=tmp_path / "state")
    assert aws.client("logs", home).describe_log_groups()["logGroups"]
