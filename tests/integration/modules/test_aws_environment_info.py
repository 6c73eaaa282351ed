"""aws_environment_info."""

from __future__ import annotations

import pytest
from ansible_collections.mtk.backend.plugins.module_utils.engine._module import Context

from .conftest import examples

NAME = "aws_environment_info"
GROUP = {"log_group_name": "/x", "retention_in_days": 30, "tags": {"mtk:environment": "prod"}}

ALLOW = {"Effect": "Allow", "Action": "logs:PutLogEvents", "Resource": "*"}
POLICY = {"policy_name": "prod_flow_log_policy", "policy_document": {"Version": "2012-10-17", "Statement": [ALLOW]}}


@pytest.mark.parametrize("check", [False, True])
def test_modules_reuse_the_answers_that_the_example_read(aws, run, tmp_path, worker, check):
    (example,) = examples(NAME)
    run("logs_log_group", **GROUP)
    run("iam_managed_policy", **POLICY)
    worker["context"] = Context(cache=str(tmp_path))
    before, mutating = len(aws.control.calls()), len(aws.mutating())
    result = run(NAME, check=check, **example)
    assert len(aws.control.calls()) == before + result["requests"] and len(aws.mutating()) == mutating
    assert not result["changed"]
    before = len(aws.control.calls())
    assert not run("logs_log_group", check=check, **GROUP)["changed"]
    assert not run("iam_managed_policy", check=check, **POLICY)["changed"]
    assert len(aws.control.calls()) == before


def test_refused_reads_do_not_fail_the_module(aws, run, tmp_path, worker):
    worker["context"] = Context(cache=str(tmp_path))
    for call in ("ec2:DescribeVpcs", "resourcegroupstaggingapi:GetResources"):
        aws.control.fault(call, "error", code="AccessDenied")
    assert run(NAME, environment="prod")["requests"] > 10


def test_without_a_cache_only_the_account_is_requested(aws, run):
    result = run(NAME, environment="prod")
    assert (result["account"], result["requests"]) == ("123456789012", 0)
    assert [call["operation"] for call in aws.control.calls()] == ["GetCallerIdentity"]
