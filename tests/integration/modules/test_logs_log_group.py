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


def test_deletion_protection_is_set_and_lifted(aws, run):
    group = {"log_group_name": "/mtk/x"}
    assert run(NAME, **group, deletion_protection_enabled=True)["log_group"]["deletion_protection_enabled"] is True
    assert not run(NAME, **group)["changed"]
    for check in (True, False):
        with pytest.raises(ModuleFailed, match="has deletion protection.*set deletion_protection_enabled: false"):
            run(NAME, **group, state="absent", check=check)
    with pytest.raises(ModuleFailed, match="has deletion protection"):
        run(NAME, **group, state="absent", deletion_protection_enabled=True)
    assert run(NAME, **group, deletion_protection_enabled=False)["changed"]
    run(NAME, **group, deletion_protection_enabled=True)
    before = len(aws.mutating())
    run(NAME, **group, state="absent", deletion_protection_enabled=False)
    assert aws.mutating()[before:] == ["logs:PutLogGroupDeletionProtection", "logs:DeleteLogGroup"]


def test_only_log_groups_of_aws_are_taken_without_an_owner(aws, run):
    logs, tags = aws.client("logs"), {"mtk:environment": "dev"}
    for name in ("/aws/rds/cluster/x/postgresql", "/mtk/x"):
        logs.create_log_group(logGroupName=name)
    assert run(NAME, log_group_name="/aws/rds/cluster/x/postgresql", tags=tags)["changed"]
    with pytest.raises(ModuleFailed, match="-e adopt=logs_log_group:/mtk/x"):
        run(NAME, log_group_name="/mtk/x", tags=tags)


def test_tags_of_aws_are_left_alone(aws, run, monkeypatch):
    from ansible_collections.mtk.backend.plugins.module_utils.aws import _client

    run(NAME, log_group_name="/mtk/x", tags={"a": "1"})
    answered = _client.Aws._timed

    def with_stack(self, answer):
        found = answered(self, answer)
        return {**found, "tags": {**found["tags"], "aws:cloudformation:stack-name": "s"}} if "tags" in found else found

    monkeypatch.setattr(_client.Aws, "_timed", with_stack)
    assert run(NAME, log_group_name="/mtk/x", tags={"a": "1"})["log_group"]["tags"] == {"a": "1"}
    assert not run(NAME, check=True, log_group_name="/mtk/x", tags={"a": "1"})["changed"]
