"""Lag and faults on demand."""

from __future__ import annotations

import time
import urllib.error

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, HTTPClientError, ReadTimeoutError

KEYS = {"aws_access_key_id": "local", "aws_secret_access_key": "emulator-secret-key"}


@pytest.fixture
def once(aws):
    """Return ``once("ec2")``, which makes a client without retries."""

    def client(service):
        config = Config(retries={"total_max_attempts": 1})
        return boto3.client(service, region_name="us-east-1", endpoint_url=aws.url, config=config, **KEYS)

    return client


def vpc_ids(ec2):
    return {vpc["VpcId"] for vpc in ec2.describe_vpcs()["Vpcs"]}


def test_reads_lag_behind_a_write_in_their_service_and_region(aws):
    ec2, elsewhere = aws.client("ec2"), aws.client("ec2", "eu-west-1")
    before = vpc_ids(ec2)
    aws.control.lag(2)
    new = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    assert vpc_ids(elsewhere), "reads of another region do not lag and do not end the lag of this one"
    with pytest.raises(ClientError, match="InvalidVpcID.NotFound"):
        ec2.describe_vpcs(VpcIds=[new])
    assert vpc_ids(ec2) == before
    assert vpc_ids(ec2) == before | {new}
    ec2.create_tags(Resources=[new], Tags=[{"Key": "a", "Value": "1"}])
    assert [ec2.describe_vpcs(VpcIds=[new])["Vpcs"][0].get("Tags", []) for _ in range(3)] == [
        [],
        [],
        [{"Key": "a", "Value": "1"}],
    ]
    ec2.delete_vpc(VpcId=new)
    assert [new in vpc_ids(ec2) for _ in range(3)] == [True, True, False]
    with pytest.raises(urllib.error.HTTPError):
        aws.control.lag(-1)


def test_writes_do_not_lag(aws):
    """A write that conflicts with another one is refused even if reads do not show the other one yet."""
    ec2 = aws.client("ec2")
    aws.control.lag(5)
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")
    with pytest.raises(ClientError, match="InvalidSubnet.Conflict"):
        ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")


def test_reads_of_a_global_service_lag(aws):
    iam = aws.client("iam")
    policies = len(iam.list_policies(Scope="AWS")["Policies"])
    aws.control.lag(1)
    statement = '{"Effect": "Allow", "Principal": {"Service": "rds.amazonaws.com"}, "Action": "sts:AssumeRole"}'
    trust = f'{{"Version": "2012-10-17", "Statement": [{statement}]}}'
    iam.create_role(RoleName="r", AssumeRolePolicyDocument=trust)
    with pytest.raises(ClientError, match="NoSuchEntity"):
        iam.get_role(RoleName="r")
    assert iam.get_role(RoleName="r")["Role"]["RoleName"] == "r"
    assert len(iam.list_policies(Scope="AWS")["Policies"]) == policies


@pytest.mark.parametrize(
    ("service", "operation", "code"),
    [
        ("ec2", "describe_vpcs", "RequestLimitExceeded"),
        ("rds", "describe_db_clusters", "ThrottlingException"),
        ("dynamodb", "list_tables", "ThrottlingException"),
        ("resourcegroupstaggingapi", "get_resources", "ThrottledException"),
    ],
)
def test_a_throttled_call_is_retried_by_boto3(aws, once, service, operation, code):
    call = f"{service}:{once(service).meta.method_to_api_mapping[operation]}"
    aws.control.fault(call, "throttle")
    with pytest.raises(ClientError) as refusal:
        getattr(once(service), operation)()
    assert refusal.value.response["Error"]["Code"] == code
    aws.control.fault(call, "throttle", times=2)
    getattr(aws.client(service), operation)()  # boto3 retries
    errors = [c["error"] for c in aws.control.calls()]
    assert errors == [code, code, code, ""]


def test_an_error_can_be_injected_in_one_region(aws):
    aws.control.fault("ec2:CreateVpc", "error", code="VpcLimitExceeded", message="no more", region="eu-west-1")
    aws.client("ec2").create_vpc(CidrBlock="10.0.0.0/16")
    with pytest.raises(ClientError, match="VpcLimitExceeded.*no more"):
        aws.client("ec2", "eu-west-1").create_vpc(CidrBlock="10.0.0.0/16")
    assert aws.control.ask("GET", "faults") == []


def test_an_answer_can_come_late(aws, once, monkeypatch):
    slept = []
    monkeypatch.setattr(time, "sleep", slept.append)
    aws.control.fault("ec2:DescribeVpcs", "late", seconds=0.4)
    once("ec2").describe_vpcs()
    assert slept == [0.4]


def test_a_call_can_be_done_and_its_answer_lost(aws, once):
    before = vpc_ids(aws.client("ec2"))
    aws.control.fault("ec2:CreateVpc", "lost")
    with pytest.raises(HTTPClientError):
        once("ec2").create_vpc(CidrBlock="10.0.0.0/16")
    assert len(vpc_ids(aws.client("ec2")) - before) == 1


def test_unknown_faults_are_refused_and_faults_can_be_deleted(aws):
    with pytest.raises(urllib.error.HTTPError):
        aws.control.fault("ec2:CreateVpc", "explode")
    aws.control.fault("ec2:CreateVpc", "throttle", times=9)
    assert [f["times"] for f in aws.control.ask("GET", "faults")] == [9]
    aws.control.ask("DELETE", "faults")
    aws.client("ec2").create_vpc(CidrBlock="10.0.0.0/16")


def test_a_created_resource_can_end_in_failure(aws):
    """The resource shows the reason where AWS has a field for it."""
    ec2 = aws.client("ec2")
    aws.control.fault("ec2:CreateIpam", "fail", state="create-failed", message="on purpose")
    ipam = ec2.create_ipam()["Ipam"]
    assert ipam["State"] == "create-in-progress"
    (found,) = ec2.describe_ipams()["Ipams"]
    assert (found["State"], found["StateMessage"]) == ("create-failed", "on purpose")


def test_reset_removes_lag_and_faults(aws):
    aws.control.lag(3)
    aws.control.fault("ec2:CreateVpc", "throttle")
    aws.control.reset()
    assert aws.control.ask("GET", "health")["lag"] == 0
    assert aws.control.ask("GET", "faults") == []


def test_an_answer_can_fail_to_come_until_the_client_gives_up(aws):
    before = vpc_ids(aws.client("ec2"))
    config = Config(retries={"total_max_attempts": 1}, read_timeout=0.2)
    impatient = boto3.client("ec2", region_name="us-east-1", endpoint_url=aws.url, config=config, **KEYS)
    aws.control.fault("ec2:CreateVpc", "silent")
    with pytest.raises(ReadTimeoutError):
        impatient.create_vpc(CidrBlock="10.0.0.0/16")
    assert len(vpc_ids(aws.client("ec2")) - before) == 1


@pytest.mark.parametrize(("code", "status"), [("InternalError", 500), ("Unavailable", 503)])
def test_a_call_can_be_done_and_answered_with_an_error_of_aws(aws, once, code, status):
    before = vpc_ids(aws.client("ec2"))
    aws.control.fault("ec2:CreateVpc", "broken", code=code)
    with pytest.raises(ClientError) as failure:
        once("ec2").create_vpc(CidrBlock="10.0.0.0/16")
    assert failure.value.response["Error"]["Code"] == code
    assert failure.value.response["ResponseMetadata"]["HTTPStatusCode"] == status
    assert len(vpc_ids(aws.client("ec2")) - before) == 1


def test_every_request_can_have_a_fault_once(aws, once):
    """Requests are told apart by their parameters, without the client token. Reads and other regions have none."""
    ec2 = once("ec2")
    aws.control.quota("vpcs", 9)
    aws.control.fault("*:*", "broken", code="InternalError", region="us-east-1")
    aws.client("ec2", "eu-west-1").create_vpc(CidrBlock="10.0.0.0/16")
    assert vpc_ids(ec2) is not None
    for block in ("10.1.0.0/16", "10.2.0.0/16"):
        with pytest.raises(ClientError, match="InternalError"):
            ec2.create_vpc(CidrBlock=block)
        ec2.create_vpc(CidrBlock=block)
    vpc = ec2.describe_vpcs(Filters=[{"Name": "cidr", "Values": ["10.1.0.0/16"]}])["Vpcs"][0]["VpcId"]
    with pytest.raises(ClientError, match="InternalError"):
        ec2.create_route_table(VpcId=vpc, ClientToken="a")
    ec2.create_route_table(VpcId=vpc, ClientToken="b")
    aws.control.ask("DELETE", "faults")
    ec2.create_vpc(CidrBlock="10.3.0.0/16")
