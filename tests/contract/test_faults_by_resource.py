"""Faults of the calls that name one resource, and refusals of a caller without permission."""

from __future__ import annotations

import json
import urllib.error
from typing import Any

import pytest
from botocore.exceptions import ClientError
from ec2_net import refused

DENIALS = [
    ("ec2", "describe_vpcs", {}, "UnauthorizedOperation", 403, "ec2:DescribeVpcs"),
    ("rds", "describe_db_clusters", {}, "AccessDenied", 403, "rds:DescribeDBClusters"),
    ("iam", "list_roles", {}, "AccessDenied", 403, "iam:ListRoles"),
    ("sts", "get_caller_identity", {}, "AccessDenied", 403, "sts:GetCallerIdentity"),
    ("cloudwatch", "describe_alarms", {}, "AccessDenied", 403, "cloudwatch:DescribeAlarms"),
    ("kms", "list_keys", {}, "AccessDeniedException", 400, "kms:ListKeys"),
    ("logs", "describe_log_groups", {}, "AccessDeniedException", 400, "logs:DescribeLogGroups"),
    ("dynamodb", "list_tables", {}, "AccessDeniedException", 400, "dynamodb:ListTables"),
    ("dynamodbstreams", "list_streams", {}, "AccessDeniedException", 400, "dynamodb:ListStreams"),
    ("secretsmanager", "list_secrets", {}, "AccessDeniedException", 400, "secretsmanager:ListSecrets"),
    ("resourcegroupstaggingapi", "get_resources", {}, "AccessDeniedException", 400, "tag:GetResources"),
    ("application-autoscaling", "describe_scalable_targets", {"ServiceNamespace": "dynamodb"},
     "AccessDeniedException", 400, "application-autoscaling:DescribeScalableTargets"),
]  # fmt: skip


@pytest.mark.parametrize(("service", "call", "given", "code", "status", "action"), DENIALS, ids=[d[0] for d in DENIALS])
def test_a_denied_call_is_refused_in_the_words_of_its_service(
    aws: Any, service: str, call: str, given: dict[str, Any], code: str, status: int, action: str
) -> None:
    client = aws.client(service)
    aws.control.fault(f"{service}:{client.meta.method_to_api_mapping[call]}", "denied")
    error = refused(code, getattr(client, call), **given).response
    assert error["ResponseMetadata"]["HTTPStatusCode"] == status
    place = "" if service == "ec2" else " on resource: *"
    assert error["Error"]["Message"].removeprefix("You are not authorized to perform this operation. ") == (
        f"User: arn:aws:iam::123456789012:root is not authorized to perform: {action}{place} "
        "with an explicit deny in a service control policy"
    )
    getattr(client, call)(**given)


def test_all_calls_that_name_a_key_can_be_denied(aws: Any) -> None:
    """By the id, the ARN or an alias, whichever the fault or the call has."""
    kms = aws.client("kms")
    mine, other = (kms.create_key()["KeyMetadata"] for _ in range(2))
    kms.create_alias(AliasName="alias/mine", TargetKeyId=mine["KeyId"])
    for resource in (mine["KeyId"], mine["Arn"], "alias/mine"):
        aws.control.fault("kms:*", "denied", resource=resource, times="always")
        for name in (mine["KeyId"], mine["Arn"], "alias/mine", mine["Arn"].split("key/")[0] + "alias/mine"):
            for _ in range(2):
                error = refused("AccessDeniedException", kms.describe_key, KeyId=name)
                assert f"kms:DescribeKey on resource: {resource} with" in str(error)
        refused("AccessDeniedException", kms.get_key_rotation_status, KeyId=mine["KeyId"])
        kms.describe_key(KeyId=other["KeyId"])
        aws.client("kms", "us-west-2").list_keys()
        aws.control.ask("DELETE", "faults")
    kms.describe_key(KeyId="alias/mine")


def test_a_fault_can_be_that_of_one_secret_or_role(aws: Any) -> None:
    secrets, iam, logs = (aws.client(s) for s in ("secretsmanager", "iam", "logs"))
    arns = {name: secrets.create_secret(Name=name, SecretString="x")["ARN"] for name in ("a", "b")}
    trust = {"Effect": "Allow", "Principal": {"Service": "rds.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    role = iam.create_role(RoleName="r", Path="/teams/", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    for resource in ("a", arns["a"]):
        aws.control.fault("secretsmanager:DescribeSecret", "denied", resource=resource, times=2)
        for named in ("a", arns["a"]):
            refused("AccessDeniedException", secrets.describe_secret, SecretId=named)
        secrets.describe_secret(SecretId="b")
    aws.control.fault("iam:*", "error", code="NoSuchEntity", message="gone", resource=role)
    refused("NoSuchEntity", iam.get_role, RoleName="r")
    aws.control.fault("logs:*", "denied", resource="arn:aws:logs:us-east-1:123456789012:log-group:/app/a:*")
    logs.create_log_group(logGroupName="/app/b")
    refused("AccessDeniedException", logs.create_log_group, logGroupName="/app/a")
    assert aws.control.ask("GET", "faults") == []


def test_a_fault_names_a_network_by_its_id_or_its_tag(aws: Any) -> None:
    ec2 = aws.client("ec2")
    tags = [{"ResourceType": "vpc", "Tags": [{"Key": "Name", "Value": "main"}]}]
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16", TagSpecifications=tags)["Vpc"]["VpcId"]
    for resource in ("main", vpc, f"arn:aws:ec2:us-east-1:123456789012:vpc/{vpc}"):
        aws.control.fault("ec2:*", "denied", resource=resource)
        ec2.describe_vpcs()
        refused("UnauthorizedOperation", ec2.create_subnet, VpcId=vpc, CidrBlock="10.0.0.0/24")
    aws.control.fault("ec2:CreateVpc", "throttle", resource="main", times=9)
    ec2.create_vpc(CidrBlock="10.0.0.0/16")
    with pytest.raises(ClientError, match="RequestLimitExceeded"):
        ec2.create_vpc(CidrBlock="10.0.0.0/16", TagSpecifications=tags)


def test_faults_that_cannot_be_are_refused(aws: Any) -> None:
    for wrong in ({"times": -1}, {"times": "x"}, {"seconds": "x"}):
        with pytest.raises(urllib.error.HTTPError):
            aws.control.fault("ec2:CreateVpc", "late", **wrong)
    with pytest.raises(urllib.error.HTTPError):
        aws.control.fault("*:*", "lost", resource="vpc-1")
    assert aws.control.ask("GET", "faults") == []


def test_a_call_names_a_key_by_its_ciphertext_a_table_in_a_batch_and_a_cluster_in_any_case(aws: Any) -> None:
    kms, dynamodb, rds = (aws.client(service) for service in ("kms", "dynamodb", "rds"))
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName="alias/a", TargetKeyId=key)
    blob = kms.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    for resource in (key, "alias/a"):
        aws.control.fault("kms:Decrypt", "denied", resource=resource)
        refused("AccessDeniedException", kms.decrypt, CiphertextBlob=blob)
    kms.decrypt(CiphertextBlob=blob)
    aws.control.fault("dynamodb:BatchGetItem", "denied", resource="orders")
    keys = {"Keys": [{"id": {"S": "1"}}]}
    refused("ResourceNotFoundException", dynamodb.batch_get_item, RequestItems={"other": keys})
    refused("AccessDeniedException", dynamodb.batch_get_item, RequestItems={"orders": keys})
    for resource, named in (("Main", "main"), ("main", "MAIN")):
        aws.control.fault("rds:DescribeDBClusters", "denied", resource=resource)
        refused("DBClusterNotFoundFault", rds.describe_db_clusters, DBClusterIdentifier="other")
        refused("AccessDenied", rds.describe_db_clusters, DBClusterIdentifier=named)
