"""All that an environment has in a region, read at once."""

from __future__ import annotations

import pytest
from ansible_collections.mtk.backend.plugins.module_utils import _module

from .conftest import examples

NAME = "aws_environment_info"
GROUP = {"log_group_name": "/x", "retention_in_days": 30, "tags": {"mtk:environment": "prod"}}


@pytest.mark.parametrize("check", [False, True])
def test_example_reads_what_the_modules_then_know(aws, run, tmp_path, monkeypatch, check):
    (example,) = examples(NAME)
    run("logs_log_group", **GROUP)
    monkeypatch.setattr(_module.SURROUNDINGS, "memory", str(tmp_path))
    before, mutating = len(aws.control.calls()), len(aws.mutating())
    result = run(NAME, check=check, **example)
    assert len(aws.control.calls()) == before + result["requests"] and len(aws.mutating()) == mutating
    assert not result["changed"]
    before = len(aws.control.calls())
    assert not run("logs_log_group", check=check, **GROUP)["changed"]
    assert len(aws.control.calls()) == before


def test_what_cannot_be_read_is_left_to_who_needs_it(aws, run, tmp_path, monkeypatch):
    monkeypatch.setattr(_module.SURROUNDINGS, "memory", str(tmp_path))
    for call in ("ec2:DescribeVpcs", "resourcegroupstaggingapi:GetResources"):
        aws.control.fault(call, "error", code="AccessDenied")
    assert run(NAME, environment="prod")["requests"] > 10


def test_nothing_is_asked_where_nothing_is_remembered(aws, run):
    assert run(NAME, environment="prod")["requests"] == 0
    assert aws.control.calls() == []
