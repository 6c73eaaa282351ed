"""A parameter without a row is accepted at AWS's default, and refused with any other value."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import ClientError
from emulator.promises import services
from emulator.promises.defaults import DEFAULTS
from emulator.requests import service_model

KEYS = {"aws_access_key_id": "local", "aws_secret_access_key": "emulator-secret-key"}
REGION, ACCOUNT = "us-west-2", "123456789012"


def filled(default: Any) -> Any:
    if isinstance(default, dict):
        return {name: filled(value) for name, value in default.items()}
    if isinstance(default, tuple):
        return default[-1]
    return default.format(region=REGION, account=ACCOUNT) if isinstance(default, str) else default


def other(default: Any) -> Any:
    """Return a value of the same type that is not the default."""
    if isinstance(default, dict):
        return {name: other(value) for name, value in default.items()}
    if isinstance(default, list):
        return [*default, "other"]
    if isinstance(default, bool):
        return not default
    return default + 1 if isinstance(default, int) else "other"


# botocore cannot send these without their items.
NEEDED: dict[str, dict[str, Any]] = {f"dynamodb:Batch{verb}Item": {"RequestItems": {}} for verb in ("Get", "Write")}


def members(service: str, operation: str) -> Any:
    shape = service_model(service).operation_model(operation).input_shape
    return shape.members if shape else {}


def named(service: str, operation: str, parameter: str) -> list[str]:
    """Return the operations that a row concerns: one, or all with its parameter."""
    every = services()[service].operations
    return [name for name in every if parameter in members(service, name)] if operation == "*" else [operation]


ROWS = [
    (f"{service}:{name}", parameter, default)
    for service, operations in DEFAULTS.items()
    for operation, parameters in operations.items()
    for parameter, default in parameters.items()
    for name in named(service, operation, parameter)
    if parameter not in (services()[service].parameters(name) or ())
]


@pytest.fixture
def ask(aws: Any) -> Any:
    """Return a function that makes a call with one parameter only, and returns the error's message."""

    def send(call: str, parameters: dict[str, Any]) -> str:
        service, operation = call.split(":")
        config = Config(parameter_validation=False, retries={"total_max_attempts": 1})
        client = boto3.client(service, region_name=REGION, endpoint_url=aws.url, config=config, **KEYS)
        try:
            getattr(client, xform_name(operation))(**NEEDED.get(call, {}), **parameters)
        except ClientError as error:
            return str(error.response["Error"].get("Message", ""))
        return ""

    return send


@pytest.mark.parametrize(("call", "name", "default"), ROWS, ids=[f"{row[0]}-{row[1]}" for row in ROWS])
def test_the_default_is_accepted_and_any_other_value_is_not(ask: Any, call: str, name: str, default: Any) -> None:
    refusal = f"The local AWS does not implement {name} of {call}"
    assert "The local AWS" not in ask(call, {name: filled(default)})
    assert refusal in ask(call, {name: other(default)})


@pytest.mark.parametrize("service", DEFAULTS)
def test_the_table_names_promised_operations_and_their_parameters(service: str) -> None:
    for operation, parameters in DEFAULTS[service].items():
        for parameter in parameters:
            concerned = named(service, operation, parameter)
            assert concerned and set(concerned) <= set(services()[service].operations), operation
            assert all(parameter in members(service, name) for name in concerned), operation


def test_a_part_of_a_structure_may_be_at_its_default(ask: Any) -> None:
    flow_logs = "ec2:CreateFlowLogs"
    assert "The local AWS" not in ask(flow_logs, {"DestinationOptions": {"PerHourPartition": False}})
    mixed = {"DestinationOptions": {"PerHourPartition": True, "FileFormat": "plain-text"}}
    assert "does not implement DestinationOptions" in ask(flow_logs, mixed)


def test_a_value_of_another_type_is_no_default(ask: Any) -> None:
    assert "does not implement BacktrackWindow" in ask("rds:CreateDBCluster", {"BacktrackWindow": 1})
    assert "The local AWS" not in ask("rds:CreateDBCluster", {"BacktrackWindow": 0})


def test_clients_that_send_every_parameter(aws: Any) -> None:
    """Modules of other collections send their defaults with every call."""
    policy = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
        "Action": "kms:*",
        "Resource": "*",
    }
    aws.client("kms").create_key(
        BypassPolicyLockoutSafetyCheck=False,
        Tags=[],
        KeyUsage="ENCRYPT_DECRYPT",
        KeySpec="SYMMETRIC_DEFAULT",
        Origin="AWS_KMS",
        Policy=json.dumps({"Version": "2012-10-17", "Statement": [policy]}),
    )
    ec2 = aws.client("ec2")
    ec2.create_vpc(CidrBlock="10.0.0.0/16", InstanceTenancy="default", AmazonProvidedIpv6CidrBlock=False)
    ec2.allocate_address(Domain="vpc", NetworkBorderGroup="us-east-1")
    aws.client("cloudwatch").put_metric_alarm(
        AlarmName="a",
        ActionsEnabled=True,
        MetricName="m",
        Namespace="n",
        Statistic="Sum",
        Dimensions=[],
        Period=60,
        EvaluationPeriods=1,
        Threshold=1.0,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="missing",
    )
    aws.client("logs").create_log_group(logGroupName="g", logGroupClass="STANDARD", deletionProtectionEnabled=False)


def test_dropped_parameters_are_not_in_the_call_log(aws: Any) -> None:
    aws.client("ec2").create_vpc(CidrBlock="10.0.0.0/16", AmazonProvidedIpv6CidrBlock=False)
    entry = aws.control.calls()[-1]
    assert entry["tier"] == "promised" and entry["parameters"] == {"CidrBlock": "10.0.0.0/16"}


EMPTY = [
    ("ec2:CreateNetworkInterface", "PrivateIpAddresses", []),
    ("ec2:CreateNatGateway", "SecondaryAllocationIds", []),
    ("rds:CreateDBCluster", "AvailabilityZones", []),
    ("rds:CreateDBInstance", "ProcessorFeatures", []),
    ("rds:DescribeDBSubnetGroups", "Filters", []),
    ("rds:DescribeEvents", "Filters", []),
    ("kms:DescribeKey", "GrantTokens", []),
    ("kms:GenerateDataKey", "GrantTokens", []),
    ("logs:DescribeLogGroups", "accountIdentifiers", []),
    ("application-autoscaling:RegisterScalableTarget", "Tags", {}),
]


@pytest.mark.parametrize(("call", "name", "value"), EMPTY, ids=[f"{row[0]}-{row[1]}" for row in EMPTY])
def test_an_empty_list_or_structure_asks_for_nothing(ask: Any, call: str, name: str, value: Any) -> None:
    assert "The local AWS" not in ask(call, {name: value})


EVERYWHERE = [
    ("kms:GenerateDataKey", "DryRun", False),
    ("kms:RevokeGrant", "DryRun", False),
    ("iam:GetGroup", "MaxItems", 100),
    ("iam:ListUserPolicies", "MaxItems", 100),
    ("iam:SimulateCustomPolicy", "MaxItems", 100),
]


@pytest.mark.parametrize(("call", "name", "value"), EVERYWHERE, ids=[f"{row[0]}-{row[1]}" for row in EVERYWHERE])
def test_a_default_of_all_operations_of_a_service(ask: Any, call: str, name: str, value: Any) -> None:
    assert "The local AWS" not in ask(call, {name: value})
    assert "The local AWS" in ask(call, {name: not value if value is False else 7})


def test_attributes_of_networks_may_be_set_to_their_defaults(aws: Any) -> None:
    ec2 = aws.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    off = {"Value": False}
    ec2.modify_vpc_attribute(VpcId=vpc, EnableNetworkAddressUsageMetrics=off)
    for name in ("EnableDns64", "MapCustomerOwnedIpOnLaunch", "EnableResourceNameDnsARecordOnLaunch",
                 "EnableResourceNameDnsAAAARecordOnLaunch"):  # fmt: skip
        ec2.modify_subnet_attribute(SubnetId=subnet, **{name: off})
    ec2.modify_subnet_attribute(SubnetId=subnet, PrivateDnsHostnameTypeOnLaunch="ip-name")
    with pytest.raises(ClientError, match="does not implement PrivateDnsHostnameTypeOnLaunch"):
        ec2.modify_subnet_attribute(SubnetId=subnet, PrivateDnsHostnameTypeOnLaunch="resource-name")
    with pytest.raises(ClientError, match="InvalidSubnetID.NotFound"):
        ec2.modify_subnet_attribute(SubnetId="subnet-00000000", EnableDns64=off)
    with pytest.raises(ClientError, match="Exactly one attribute"):
        ec2.modify_subnet_attribute(SubnetId=subnet, EnableDns64=off, MapPublicIpOnLaunch=off)
