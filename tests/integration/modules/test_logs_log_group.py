"""logs_log_group."""

from __future__ import annotations

import pytest

from .conftest import ModuleFailed, examples

NAME = "logs_log_group"


def test_four_beats(aws, run, four_beats, gone):
    params, _ = examples(NAME)
    result = four_beats(NAME, **params)
    assert result["log_group"]["retention_in_days"] == 30
    group = aws.client("logs").describe_log_groups()["logGroups"][0]
    assert group["retentionInDays"] == 30
    gone(NAME, **params)


def test_change_and_drift(aws, run):
    params = {"log_group_name": "/mtk/x", "retention_in_days": 30, "tags": {"a": "1"}}
    run(NAME, **params)
    assert run(NAME, **{**params, "retention_in_days": 1096})["diff"]["before"]["retention_in_days"] == 30
    assert aws.client("logs").describe_log_groups()["logGroups"][0]["retentionInDays"] == 1096
    aws.client("logs").delete_retention_policy(logGroupName="/mtk/x")  # drift
    drift = run(NAME, check=True, **params)
    assert drift["diff"] == {
        "before": {"retention_in_days": 0, "tags": {"a": "1"}},
        "after": {"retention_in_days": 30, "tags": {"a": "1"}},
    }
    run(NAME, **params)
    assert aws.client("logs").describe_log_groups()["logGroups"][0]["retentionInDays"] == 30


def test_refuses_another_environments_group(run):
    run(NAME, log_group_name="/mtk/x", tags={"mtk:environment": "prod"})
    with pytest.raises(ModuleFailed, match="belongs to environment 'prod'"):
        run(NAME, log_group_name="/mtk/x", tags={"mtk:environment": "dev"})


def test_changes_that_aws_does_not_support_are_refused(run):
    run(NAME, log_group_name="/mtk/x", log_group_class="STANDARD")
    with pytest.raises(ModuleFailed, match="log_group_class from 'STANDARD' to 'INFREQUENT_ACCESS'"):
        run(NAME, log_group_name="/mtk/x", log_group_class="INFREQUENT_ACCESS")
