"""Answers that do not arrive: what a request without an answer has created is found, and not created again."""

from __future__ import annotations

import pytest
from ansible_collections.mtk.backend.plugins.module_utils.aws._client import Aws, Connection
from ansible_collections.mtk.backend.plugins.module_utils.engine import _doubts

from .conftest import ModuleFailed
from .network import network

TAGS = {"mtk:environment": "dev"}
IMPATIENT = {"aws_config": {"read_timeout": 1}}
PUBLIC = "dev_us-east-1_us-east-1a_public_subnet"
NETWORK_NAMES = {"vpc_name": "dev_us-east-1_vpc"}
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "rds.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
# The request whose answer is lost, its module and options.
CREATIONS = {
    "ec2:CreateVpc": ("ec2_vpc", {"name": "x", "cidr_block": "10.9.0.0/16"}),
    "ec2:CreateInternetGateway": ("ec2_internet_gateway", {"name": "x"}),
    "ec2:CreateSubnet": ("ec2_subnet", {"name": "x", "cidr_block": "10.0.96.0/24", **NETWORK_NAMES}),
    "ec2:CreateSecurityGroup": (
        "ec2_security_group",
        {"group_name": "x", "description": "x", "rules": [], **NETWORK_NAMES},
    ),
    "ec2:CreateRouteTable": ("ec2_route_table", {"name": "x", **NETWORK_NAMES}),
    "ec2:CreateVpcEndpoint": ("ec2_vpc_endpoint", {"name": "x", "service_name": "s3", **NETWORK_NAMES}),
    "ec2:AllocateAddress": ("ec2_nat_gateway", {"name": "x", "subnet_name": PUBLIC}),
    "ec2:CreateNatGateway": ("ec2_nat_gateway", {"name": "x", "subnet_name": PUBLIC}),
    "kms:CreateKey": ("kms_key", {"alias": "alias/x"}),
    "kms:CreateAlias": ("kms_key", {"alias": "alias/x"}),
    "logs:CreateLogGroup": ("logs_log_group", {"log_group_name": "x"}),
    "secretsmanager:CreateSecret": (
        "secretsmanager_secret",
        {"secret_name": "x", "generate_secret_string": {"username": "u"}},
    ),
    "iam:CreateRole": ("iam_role", {"role_name": "x", "assume_role_policy_document": TRUST}),
}


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch):
    """Let the engine look as often as it does, without the pauses between the looks."""
    monkeypatch.setattr(_doubts, "PAUSES", (0.0,) * len(_doubts.PAUSES))


def carried_out(aws):
    """Return the writes that AWS has carried out, without those that it answered from a client token."""
    tokens = set()
    for call in aws.control.calls(mutating=True):
        if 400 <= call["status"] < 500:
            continue
        token = call["parameters"].get("ClientToken") or call["parameters"].get("ClientRequestToken")
        if token is None or token not in tokens:
            yield f"{call['service']}:{call['operation']}"
        tokens.add(token)


@pytest.mark.parametrize(("effect", "lag"), [("lost", 0), ("lost", 3), ("broken", 0), ("silent", 0)])
@pytest.mark.parametrize("call", CREATIONS)
def test_what_was_created_without_an_answer_is_found(aws, run, call, effect, lag):
    network(aws)
    aws.control.ask("DELETE", "calls")
    aws.control.lag(lag)
    module, options = CREATIONS[call]
    aws.control.fault(call, effect, code="InternalError")
    assert run(module, tags=TAGS, **(IMPATIENT if effect == "silent" else {}), **options)["settled"]
    assert aws.control.ask("GET", "faults") == []
    assert list(carried_out(aws)).count(call) == 1
    before = len(aws.mutating())
    assert not run(module, tags=TAGS, **options)["changed"]
    assert len(aws.mutating()) == before


def test_a_write_that_aws_never_carries_out_fails_with_the_reason(aws, run):
    aws.control.fault("logs:CreateLogGroup", "error", code="ServiceUnavailableException", times=9)
    with pytest.raises(ModuleFailed, match="AWS has an error of its own in CreateLogGroup"):
        run("logs_log_group", log_group_name="x")
    assert aws.mutating() == ["logs:CreateLogGroup"] * 5


def test_an_address_of_others_with_the_name_is_not_taken(aws, run):
    network(aws)
    tags = [{"ResourceType": "elastic-ip", "Tags": [{"Key": "Name", "Value": "x"}]}]
    foreign = aws.client("ec2").allocate_address(Domain="vpc", TagSpecifications=tags)["AllocationId"]
    made = run("ec2_nat_gateway", name="x", subnet_name=PUBLIC, tags=TAGS)["nat_gateway"]
    assert made["allocation_id"] != foreign
    run("ec2_nat_gateway", name="x", subnet_name=PUBLIC, tags=TAGS, state="absent")
    left = aws.client("ec2").describe_addresses()["Addresses"]
    assert [address["AllocationId"] for address in left] == [foreign]


def test_a_key_that_an_interrupted_run_left_without_its_alias_gets_it(aws, run):
    tags = [{"TagKey": "Name", "TagValue": "x"}, {"TagKey": "mtk:environment", "TagValue": "dev"}]
    left = aws.client("kms").create_key(Tags=tags)["KeyMetadata"]["KeyId"]
    assert run("kms_key", alias="alias/x", tags=TAGS)["key"]["key_id"] == left


def test_an_internet_gateway_that_an_interrupted_run_left_is_attached(aws, run):
    net = network(aws, internet_gateway=False)
    made = run("ec2_internet_gateway", name="dev_us-east-1_internet_gateway", tags=TAGS, **NETWORK_NAMES)
    assert made["internet_gateway"]["internet_gateway_id"] == net.internet_gateway
    assert made["internet_gateway"]["vpc_id"] == net.vpc


@pytest.fixture
def ours(aws):
    """Return the collection's own client of AWS, with its handlers of botocore's events."""

    class Module:
        names = ("region", "access_key", "secret_key", "session_token", "profile", "aws_ca_bundle", "aws_config")
        keys = {"access_key": "local", "secret_key": "emulator-secret-key"}
        params = {**dict.fromkeys(names), **keys, "endpoint_url": aws.url, "validate_certs": True}

    return Aws(Connection(Module()).client, "us-east-1")


def tokens(aws, operation):
    return [call["parameters"]["ClientToken"] for call in aws.control.calls() if call["operation"] == operation]


def test_a_repeated_request_has_the_same_client_token_until_it_is_answered(aws, ours):
    vpc = network(aws).vpc
    aws.control.fault("ec2:CreateRouteTable", "lost", times=3)
    table = ours.call("ec2", "create_route_table", vpc_id=vpc)["route_table"]["route_table_id"]
    first = tokens(aws, "CreateRouteTable")
    assert len(first) == 4 and len(set(first)) == 1
    ours.call("ec2", "delete_route_table", route_table_id=table)
    new = ours.call("ec2", "create_route_table", vpc_id=vpc)["route_table"]["route_table_id"]
    assert new != table and tokens(aws, "CreateRouteTable")[-1] != first[0]


def test_a_request_that_failed_without_an_answer_keeps_its_token_for_the_next_attempt(aws, ours, monkeypatch):
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda seconds: None)
    vpc = network(aws).vpc
    for _ in range(2):
        aws.control.fault("ec2:CreateRouteTable", "broken", code="InternalError", times=11)
        with pytest.raises(Aws.errors, match="InternalError"):
            ours.call("ec2", "create_route_table", vpc_id=vpc)
    ours.call("ec2", "create_route_table", vpc_id=vpc)
    assert len(set(tokens(aws, "CreateRouteTable"))) == 1
    ours.call("ec2", "create_route_table", vpc_id=vpc)
    assert len(set(tokens(aws, "CreateRouteTable"))) == 2
    tables = aws.client("ec2").describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["RouteTables"]
    assert len(tables) == 3  # the main one, and two
