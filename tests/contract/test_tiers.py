"""The three tiers: promised, unverified (moto's own answer) and refused."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore import xform_name
from botocore.exceptions import ClientError
from emulator import tiers
from emulator.promises import services
from emulator.server import Control

TESTS = Path(__file__).parents[1]
CALLS = [
    ("ec2:CreateTransitGateway", {}),
    ("cloudwatch:PutDashboard", {"DashboardName": "d", "DashboardBody": "{}"}),
    ("logs:DescribeMetricFilters", {}),
    ("sns:CreateTopic", {"Name": "t"}),
    ("ssm:ListDocuments", {}),
    ("backup:CreateBackupVault", {"BackupVaultName": "v"}),
    ("s3:CreateBucket", {"Bucket": "bucket"}),
    ("sqs:CreateQueue", {"QueueName": "q"}),
    ("route53:ListHostedZones", {}),
    ("lambda:ListFunctions", {}),
    ("elbv2:DescribeLoadBalancers", {}),
    ("elb:DescribeLoadBalancers", {}),
    ("stepfunctions:ListStateMachines", {}),
    ("resource-groups:ListGroups", {}),
]
_TRUSTED = {"Effect": "Allow", "Principal": {"Service": "rds.amazonaws.com"}, "Action": "sts:AssumeRole"}
TRUST = json.dumps({"Version": "2012-10-17", "Statement": [_TRUSTED]})
REFUSED = [
    ("ec2:DescribeBundleTasks", {}, "ec2:DescribeBundleTasks. docs"),  # moto's method only raises
    ("rds:DescribeDBProxies", {}, "rds:DescribeDBProxies. docs"),  # this package has replaced moto's RDS
    ("amplify:ListApps", {}, "amplify:ListApps. docs"),  # moto does not have the service
    ("sns:ListSMSSandboxPhoneNumbers", {}, "sns:ListSMSSandboxPhoneNumbers. docs"),
    ("cloudformation:ListStacks", {}, "moto has it, but it creates resources past the checks"),
    ("lambda:Invoke", {"FunctionName": "f"}, "moto has it, but it runs containers"),
]


@pytest.fixture
def unverified(aws: Any) -> Iterator[Any]:
    """Return the local AWS with the tier on."""
    aws.control.unverified(True)
    yield aws
    aws.control.unverified(False)


def call(aws: Any, name: str, parameters: dict[str, Any]) -> Any:
    service, operation = name.split(":")
    return getattr(aws.client(service), xform_name(operation))(**parameters)


def last(aws: Any) -> tuple[str, str]:
    entry = aws.control.calls()[-1]
    return f"{entry['service']}:{entry['operation']}", entry["tier"]


@pytest.mark.parametrize(("name", "parameters"), CALLS, ids=[c[0] for c in CALLS])
def test_an_unverified_operation_is_refused_unless_the_tier_is_on(aws: Any, name: str, parameters: Any) -> None:
    with pytest.raises(
        ClientError, match=rf"does not implement {name}. It is in the tier unverified: POST /_local/tier"
    ):
        call(aws, name, parameters)
    assert last(aws) == (name, "unverified")


@pytest.mark.parametrize(("name", "parameters"), CALLS, ids=[c[0] for c in CALLS])
def test_an_unverified_operation_is_passed_on_to_moto(unverified: Any, name: str, parameters: Any) -> None:
    call(unverified, name, parameters)
    assert last(unverified) == (name, "unverified")
    assert unverified.control.calls()[-1]["status"] < 300


@pytest.mark.parametrize(("name", "parameters", "words"), REFUSED, ids=[c[0] for c in REFUSED])
def test_what_moto_lacks_or_gets_dangerously_wrong_stays_refused(
    unverified: Any, name: str, parameters: Any, words: str
) -> None:
    with pytest.raises(ClientError, match="The local AWS does not implement") as error:
        call(unverified, name, parameters)
    assert words in str(error.value)
    assert last(unverified) == (name, "refused")


def test_a_promised_operation_is_promised(unverified: Any) -> None:
    call(unverified, "ec2:DescribeVpcs", {})
    assert last(unverified) == ("ec2:DescribeVpcs", "promised")


def test_a_parameter_without_a_row_is_unverified_only_where_moto_alone_serves_the_operation(unverified: Any) -> None:
    """``ListRolePolicies`` is moto's, ``CreateDBCluster`` is not: it would ignore the parameter."""
    iam = unverified.client("iam")
    iam.create_role(RoleName="r", AssumeRolePolicyDocument=TRUST)
    assert tiers.is_motos_own("iam", "ListRolePolicies") and not tiers.is_motos_own("rds", "CreateDBCluster")
    iam.list_role_policies(RoleName="r", MaxItems=7)
    assert last(unverified) == ("iam:ListRolePolicies", "unverified")
    unverified.control.unverified(False)
    with pytest.raises(ClientError, match="does not implement MaxItems of iam:ListRolePolicies. It is in the tier"):
        iam.list_role_policies(RoleName="r", MaxItems=7)
    cluster = {"DBClusterIdentifier": "c", "Engine": "aurora-postgresql", "Domain": "d-1234567890"}
    with pytest.raises(ClientError, match="does not implement Domain of rds:CreateDBCluster"):
        unverified.client("rds").create_db_cluster(**cluster)
    assert last(unverified) == ("rds:CreateDBCluster", "refused")


def test_a_failure_of_moto_is_an_error_of_the_service(unverified: Any) -> None:
    with pytest.raises(ClientError, match="moto failed in ec2:ModifyHosts: ") as error:
        unverified.client("ec2").modify_hosts(HostIds=["h-0123456789abcdef0"], AutoPlacement="on")
    assert error.value.response["Error"]["Code"] == "LocalAwsFault"
    assert last(unverified) == ("ec2:ModifyHosts", "unverified")


def test_a_reset_keeps_the_switch_and_empties_unverified_services(unverified: Any) -> None:
    unverified.client("sns").create_topic(Name="t")
    unverified.control.reset()
    assert unverified.client("sns").list_topics()["Topics"] == []


def test_a_server_process_has_the_switch() -> None:
    command = [sys.executable, "-m", "emulator", "--unverified"]
    with subprocess.Popen(command, cwd=TESTS, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            url, token = (process.stdout.readline().split()[-1] for _ in range(2))
            assert Control(url, Path(token).read_text().strip()).ask("GET", "health")["unverified"] is True
        finally:
            process.kill()


def test_every_reason_names_an_operation_that_moto_has() -> None:
    for name in tiers.DANGEROUS:
        service, _, operation = name.partition(":")
        assert service in tiers.catalogue.names(), name
        assert tiers.of(service, operation) == tiers.REFUSED, name
        assert not operation or tiers.served(service, operation), name


def test_the_services_of_the_tier() -> None:
    assert {"sns", "sqs", "backup", "s3", "lambda"} <= set(tiers.unverified_services())
    assert not set(tiers.unverified_services()) & {*services(), "cloudformation", "neptune"}
    assert "CreateTransitGateway" in tiers.unverified_operations("ec2")
