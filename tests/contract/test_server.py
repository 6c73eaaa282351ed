"""The local AWS itself: its call log, its clock, save and load, and what it says of what it does not have."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import ClientError
from emulator.server import Control

KEYS = {"aws_access_key_id": "local", "aws_secret_access_key": "emulator-secret-key"}
AT_ONCE = {"Delay": 0, "MaxAttempts": 1000}
TESTS = Path(__file__).parents[1]
MISSING = [
    ("ec2", "describe_scheduled_instances", {}),
    ("rds", "describe_blue_green_deployments", {}),
    ("dynamodb", "list_imports", {}),
    ("kms", "derive_shared_secret", {"KeyId": "a", "KeyAgreementAlgorithm": "ECDH", "PublicKey": b"1"}),
    ("logs", "list_anomalies", {}),
    ("iam", "list_organizations_features", {}),
    ("secretsmanager", "batch_get_secret_value", {"SecretIdList": ["a"]}),
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
def test_what_is_missing_answers_at_once_and_clearly(aws, service, operation, arguments):
    before = len(aws.control.calls())
    with pytest.raises(ClientError, match="does not implement") as told:
        getattr(aws.client(service), operation)(**arguments)
    assert told.value.response["Error"]["Code"] in ("InvalidAction", "UnknownOperationException")
    assert len(aws.control.calls()) == before + 1, "and is not tried again"


def test_call_log(aws, tmp_path):
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


def test_the_call_log_tells_when_and_how_long(aws):
    """With a time scale, what is made is there so many seconds of AWS's after the call was accepted."""
    aws.control.ask("POST", "clock", scale=0.001)
    ec2 = aws.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    ec2.get_waiter("vpc_available").wait(VpcIds=[vpc], WaiterConfig=AT_ONCE)
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    gateway = ec2.create_nat_gateway(SubnetId=subnet, ConnectivityType="private")["NatGateway"]["NatGatewayId"]
    made = {call["operation"]: call for call in aws.control.calls(mutating=True)}
    assert made["CreateVpc"]["takes"]["available"] == 5
    assert made["CreateNatGateway"]["takes"] == {"available": 120}
    assert made["CreateVpc"]["time"] + 5 < made["CreateNatGateway"]["time"]
    ec2.get_waiter("nat_gateway_available").wait(NatGatewayIds=[gateway], WaiterConfig=AT_ONCE)
    seen = aws.control.calls()
    assert not seen[-1]["takes"], "a read begins nothing"
    assert seen[-1]["time"] >= made["CreateNatGateway"]["time"] + 120


def test_unsigned_requests_are_told_what_this_is(aws):
    with pytest.raises(urllib.error.HTTPError) as told:
        urllib.request.urlopen(aws.url, timeout=10)
    assert b"This is a local AWS" in told.value.read()


def test_a_process_of_its_own_saves_and_loads(tmp_path):
    """Prints its URL, writes its log, and another one goes on where the first was."""

    def start(*arguments):
        command = [sys.executable, "-m", "emulator", *arguments]
        process = subprocess.Popen(command, cwd=TESTS, stdout=subprocess.PIPE, text=True)
        return process, process.stdout.readline().strip()

    log, state = tmp_path / "calls.jsonl", tmp_path / "state"
    first, url = start("--call-log", str(log))
    try:
        ec2 = boto3.client("ec2", region_name="us-west-2", endpoint_url=url, **KEYS)
        vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        boto3.client("kms", region_name="us-west-2", endpoint_url=url, **KEYS).create_key()
        Control(url).ask("POST", "save", path=state)
    finally:
        first.terminate()
        first.wait(timeout=60)
    assert [json.loads(line)["operation"] for line in log.read_text().splitlines()] == ["CreateVpc", "CreateKey"]
    second, url = start("--state", str(state))
    try:
        ec2 = boto3.client("ec2", region_name="us-west-2", endpoint_url=url, **KEYS)
        assert ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"][0]["CidrBlock"] == "10.0.0.0/16"
        assert len(boto3.client("kms", region_name="us-west-2", endpoint_url=url, **KEYS).list_keys()["Keys"]) == 1
    finally:
        second.terminate()
        second.wait(timeout=60)


def test_who_asks_first_who_it_is_finds_all_services(tmp_path):
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


def test_what_was_done_at_once_stays_done_when_time_begins_to_pass(aws):
    ec2 = aws.client("ec2")
    before = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    aws.control.scale(1)
    after = ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    states = {v["VpcId"]: v["State"] for v in ec2.describe_vpcs(VpcIds=[before, after])["Vpcs"]}
    assert states == {before: "available", after: "pending"}
    aws.control.advance(60)
    assert ec2.describe_vpcs(VpcIds=[after])["Vpcs"][0]["State"] == "available"
