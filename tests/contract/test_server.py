"""The server of the local AWS: call log, clock, save and load, missing operations."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from email.utils import parsedate_to_datetime
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import ClientError
from emulator.server import Control

KEYS = {"aws_access_key_id": "local", "aws_secret_access_key": "emulator-secret-key"}
TESTS = Path(__file__).parents[1]
MISSING = [
    ("ec2", "describe_scheduled_instances", {}),
    ("rds", "describe_blue_green_deployments", {}),
    ("dynamodb", "list_imports", {}),
    ("kms", "derive_shared_secret", {"KeyId": "a", "KeyAgreementAlgorithm": "ECDH", "PublicKey": b"1"}),
    ("logs", "list_anomalies", {}),
    ("iam", "list_organizations_features", {}),
    ("secretsmanager", "stop_replication_to_replica", {"SecretId": "a"}),
    (
        "application-autoscaling",
        "get_predictive_scaling_forecast",
        {
            "ServiceNamespace": "dynamodb",
            "ResourceId": "table/t",
            "ScalableDimension": "dynamodb:table:ReadCapacityUnits",
            "PolicyName": "p",
            "StartTime": 0,
            "EndTime": 1,
        },
    ),
]


@pytest.mark.parametrize(("service", "operation", "arguments"), MISSING, ids=[f"{m[0]}:{m[1]}" for m in MISSING])
def test_missing_operations_are_refused_and_not_retried(aws, service, operation, arguments):
    before = len(aws.control.calls())
    with pytest.raises(ClientError, match="does not implement") as refusal:
        getattr(aws.client(service), operation)(**arguments)
    assert refusal.value.response["Error"]["Code"] in ("InvalidAction", "UnknownOperationException")
    assert len(aws.control.calls()) == before + 1, "boto3 retries a missing operation"


def test_the_call_log_names_service_operation_region_and_error(aws, tmp_path):
    aws.client("sts").get_caller_identity()
    aws.client("dynamodb", "eu-west-1").create_table(
        TableName="abc",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "a", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "a", "KeyType": "HASH"}],
    )
    with pytest.raises(ClientError):
        aws.client("ec2", "us-west-2").delete_vpc(VpcId="vpc-0123456789abcdef0")
    rows = [(c["service"], c["operation"], c["region"], c["mutating"], c["error"]) for c in aws.control.calls()]
    assert rows == [
        ("sts", "GetCallerIdentity", "us-east-1", False, ""),
        ("dynamodb", "CreateTable", "eu-west-1", True, ""),
        ("ec2", "DeleteVpc", "us-west-2", True, "InvalidVpcID.NotFound"),
    ]
    assert [c["n"] for c in aws.control.calls(since=1, mutating=True)] == [2, 3]


def test_the_call_log_holds_times_and_durations(aws):
    """A resource is available after as many seconds of AWS's clock as the call log says."""
    aws.control.scale(1000)  # the clock stands still, as far as a test can see
    ec2 = aws.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    aws.control.advance(5)
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    gateway = ec2.create_nat_gateway(SubnetId=subnet, ConnectivityType="private")["NatGateway"]["NatGatewayId"]
    made = {call["operation"]: call for call in aws.control.calls(mutating=True)}
    assert made["CreateVpc"]["takes"]["available"] == 5
    assert made["CreateNatGateway"]["takes"] == {"available": 120}
    assert made["CreateVpc"]["time"] + 5 < made["CreateNatGateway"]["time"]
    states = []
    for seconds in (118, 2):
        aws.control.advance(seconds)
        states.append(ec2.describe_nat_gateways(NatGatewayIds=[gateway])["NatGateways"][0]["State"])
    assert states == ["pending", "available"]
    seen = aws.control.calls()
    assert not seen[-1]["takes"], "reads take no time of AWS's clock"
    assert seen[-1]["time"] >= made["CreateNatGateway"]["time"] + 120


def test_unsigned_requests_get_an_explanation(aws):
    with pytest.raises(urllib.error.HTTPError) as refusal:
        urllib.request.urlopen(aws.url, timeout=10)
    assert b"This is a local AWS" in refusal.value.read()


def test_a_server_process_saves_and_loads_its_state(tmp_path):
    """The server prints its URL and writes its log; another server continues from the saved state."""

    def start(*arguments):
        command = [sys.executable, "-m", "emulator", "--state-dir", str(tmp_path / "states"), *arguments]
        process = subprocess.Popen(command, cwd=TESTS, stdout=subprocess.PIPE, text=True)
        return process, process.stdout.readline().strip()

    log = tmp_path / "calls.jsonl"
    first, url = start("--call-log", str(log))
    try:
        ec2 = boto3.client("ec2", region_name="us-west-2", endpoint_url=url, **KEYS)
        vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        boto3.client("kms", region_name="us-west-2", endpoint_url=url, **KEYS).create_key()
        token = Path(first.stdout.readline().strip().removeprefix("The token of the control interface is in "))
        Control(url, token.read_text().strip()).save("account")
    finally:
        first.terminate()
        first.wait(timeout=60)
    assert [json.loads(line)["operation"] for line in log.read_text().splitlines()] == ["CreateVpc", "CreateKey"]
    second, url = start("--state", "account")
    try:
        ec2 = boto3.client("ec2", region_name="us-west-2", endpoint_url=url, **KEYS)
        assert ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"][0]["CidrBlock"] == "10.0.0.0/16"
        assert len(boto3.client("kms", region_name="us-west-2", endpoint_url=url, **KEYS).list_keys()["Keys"]) == 1
    finally:
        second.terminate()
        second.wait(timeout=60)


def test_a_first_call_of_sts_does_not_hide_the_other_services(tmp_path):
    process = subprocess.Popen([sys.executable, "-m", "emulator"], cwd=TESTS, stdout=subprocess.PIPE, text=True)
    url = process.stdout.readline().strip()
    try:
        sts, iam = (boto3.client(s, region_name="us-east-1", endpoint_url=url, **KEYS) for s in ("sts", "iam"))
        assert sts.get_caller_identity()["Account"] == "123456789012"
        assert len(iam.list_policies(Scope="AWS", MaxItems=1000)["Policies"]) == 1000
    finally:
        process.terminate()
        process.wait(timeout=60)


def test_no_lost_update_with_16_clients(aws):
    dynamodb = aws.client("dynamodb")
    dynamodb.create_table(
        TableName="counter",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "a", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "a", "KeyType": "HASH"}],
    )

    def add(_):
        dynamodb.update_item(
            TableName="counter",
            Key={"a": {"S": "x"}},
            UpdateExpression="ADD n :one",
            ExpressionAttributeValues={":one": {"N": "1"}},
        )

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(add, range(160)))
    assert dynamodb.get_item(TableName="counter", Key={"a": {"S": "x"}})["Item"]["n"] == {"N": "160"}


def test_resources_that_were_available_stay_available_when_the_time_scale_changes(aws):
    ec2 = aws.client("ec2")
    before = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    aws.control.scale(1)
    after = ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    states = {v["VpcId"]: v["State"] for v in ec2.describe_vpcs(VpcIds=[before, after])["Vpcs"]}
    assert states == {before: "available", after: "pending"}
    aws.control.advance(60)
    assert ec2.describe_vpcs(VpcIds=[after])["Vpcs"][0]["State"] == "available"


def test_answers_have_the_time_of_the_clock(aws):
    """Clients take AWS's time from the header Date."""
    aws.control.advance(1000)
    date = aws.client("sts").get_caller_identity()["ResponseMetadata"]["HTTPHeaders"]["date"]
    assert 0 <= aws.control.ask("GET", "health")["now"] - parsedate_to_datetime(date).timestamp() < 10
