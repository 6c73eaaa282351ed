"""ec2_flow_log."""

from __future__ import annotations

import json

import pytest

from .conftest import ModuleFailed, examples
from .network import network

NAME = "ec2_flow_log"


@pytest.fixture
def ready(aws):
    """Create a VPC, a log group and a role for a flow log."""
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "vpc-flow-logs.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ],
    }
    owner = [{"Key": "mtk:environment", "Value": "dev"}]
    aws.client("iam").create_role(RoleName="dev_flow_log_role", AssumeRolePolicyDocument=json.dumps(trust), Tags=owner)
    aws.client("logs").create_log_group(logGroupName="dev_us-east-1_flow_log_group")
    return network(aws)


def logs(aws):
    return aws.client("ec2").describe_flow_logs()["FlowLogs"]


def test_four_beats(aws, four_beats, gone, ready):
    params, remove = examples(NAME)
    four_beats(NAME, **params)
    (log,) = logs(aws)
    assert log["ResourceId"] == ready.vpc
    gone(NAME, **remove)
    assert not logs(aws)


def test_check_mode_on_an_empty_account(aws, run):
    assert run(NAME, check=True, **examples(NAME)[0])["flow_log"]["vpc_id"] == "(known after apply)"
    assert not aws.mutating()


def test_no_flow_log_is_delivered_by_a_role_of_somebody_else(aws, run, ready):
    aws.client("iam").untag_role(RoleName="dev_flow_log_role", TagKeys=["mtk:environment"])
    params = examples(NAME)[0]
    with pytest.raises(ModuleFailed, match="deliver_logs_permission_arn is 'dev_flow_log_role'.*not belong"):
        run(NAME, **params)
    assert not logs(aws)
    run(NAME, **params, adopt=["iam_role:dev_flow_log_role"])
    assert len(logs(aws)) == 1


def test_nothing_but_tags_can_change(aws, run, ready):
    params = examples(NAME)[0]
    run(NAME, **params)
    changed = run(NAME, **{**params, "tags": {"mtk:environment": "dev", "owner": "us"}})
    assert changed["diff"]["before"]["tags"] == {"Name": params["name"], "mtk:environment": "dev"}
    assert {"Key": "owner", "Value": "us"} in logs(aws)[0]["Tags"]
    aws.client("ec2").delete_tags(Resources=[logs(aws)[0]["FlowLogId"]], Tags=[{"Key": "owner"}])  # drift
    assert run(NAME, **{**params, "tags": {"mtk:environment": "dev", "owner": "us"}})["changed"]
    with pytest.raises(ModuleFailed, match="AWS cannot change max_aggregation_interval from 600 to 60"):
        run(NAME, **params, max_aggregation_interval=60)
    assert len(logs(aws)) == 1


def test_an_unsuccessful_item_in_the_answer_fails_the_module(aws, run, ready):
    params = examples(NAME)[0]
    run(NAME, **params)
    with pytest.raises(ModuleFailed, match="FlowLogAlreadyExists"):
        run(NAME, **{**params, "name": "another"})


def test_refuses_another_environments_log(run, ready):
    params = examples(NAME)[0]
    run(NAME, **params)
    with pytest.raises(ModuleFailed, match="belongs to environment 'dev'"):
        run(NAME, **{**params, "tags": {"mtk:environment": "prod"}})


def test_a_flow_log_that_delivers_nothing_is_seen(aws, run, ready):
    params = examples(NAME)[0]
    assert "observations" not in run(NAME, **params)["plan"]
    aws.client("logs").delete_log_group(logGroupName=params["log_group_name"])
    result = run(NAME, **params)
    (seen,) = result["plan"]["observations"]
    assert (result["changed"], seen["field"], seen["owner"]) == (False, "deliver_logs_status", "decision")
    assert "Access error" in seen["reason"] and "log group" in seen["reason"]
    aws.client("logs").create_log_group(logGroupName=params["log_group_name"])
    assert "observations" not in run(NAME, **params)["plan"]
