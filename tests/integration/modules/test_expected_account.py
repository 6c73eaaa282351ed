"""The option expected_account_id: no module changes another account."""

from __future__ import annotations

import json

import pytest
from ansible_collections.mtk.backend.plugins.module_utils.engine._module import Context
from ansible_collections.mtk.backend.plugins.plugin_utils.record import Record

from .conftest import ModuleFailed

GROUP = {"log_group_name": "/x", "retention_in_days": 30, "tags": {"a": "1"}}
MINE = "123456789012"
REFUSAL = "credentials belong to account 123456789012, and expected_account_id is"


def operations(aws):
    return [call["operation"] for call in aws.control.calls()]


@pytest.fixture
def cached(tmp_path, worker):
    """Share a cache between modules, as Ansible's workers do."""
    worker["context"] = Context(cache=str(tmp_path))


@pytest.mark.parametrize("expected", ["999999999999", "", "12345678901"])
def test_another_account_is_refused_before_the_first_write(aws, run, expected):
    with pytest.raises(ModuleFailed, match=f"{REFUSAL} {expected or 'empty'}"):
        run("logs_log_group", **GROUP, expected_account_id=expected)
    assert aws.mutating() == []


@pytest.mark.parametrize("expected", [MINE, int(MINE)], ids=["text", "number"])
def test_the_expected_account_is_changed(aws, run, expected):
    assert run("logs_log_group", **GROUP, expected_account_id=expected)["changed"]
    assert not run("logs_log_group", **GROUP, expected_account_id=expected)["changed"]
    assert operations(aws).count("GetCallerIdentity") == 1, "a task without a write does not ask"


def test_an_incomplete_account_id_is_explained(run):
    with pytest.raises(ModuleFailed, match="an account id has 12 digits, and in YAML it needs quotes"):
        run("logs_log_group", **GROUP, expected_account_id=12345678901)


@pytest.mark.parametrize("check", [False, True])
def test_with_a_cache_the_account_is_requested_once_a_run(aws, run, cached, check):
    for name in ("/x", "/y", "/z"):
        wanted = {**GROUP, "log_group_name": name}
        assert run("logs_log_group", check=check, **wanted, expected_account_id=MINE)["changed"]
        with pytest.raises(ModuleFailed, match=REFUSAL):
            run("ec2_vpc", check=check, name="x", cidr_block="10.0.0.0/16", expected_account_id="9")
    assert operations(aws).count("GetCallerIdentity") == 1
    assert {call.split(":")[0] for call in aws.mutating()} <= {"logs"}


def test_check_mode_without_a_cache_sends_no_further_request(aws, run):
    assert run("logs_log_group", check=True, **GROUP, expected_account_id="9")["changed"]
    assert "GetCallerIdentity" not in operations(aws)


def test_the_account_costs_no_second_read_in_check_mode(aws, run, cached):
    """The answer about the account is never out of date: a difference found beside it is final."""
    run("logs_log_group", check=True, **{**GROUP, "log_group_name": "/y"}, expected_account_id=MINE)
    before = len(operations(aws))
    run("ec2_vpc", check=True, name="x", cidr_block="10.0.0.0/16", expected_account_id=MINE)
    assert operations(aws)[before:] == ["DescribeVpcs"]


@pytest.mark.parametrize("shares", [False, True], ids=["alone", "with a cache"])
def test_the_account_of_the_approved_plan_is_compared_with_that_of_the_credentials(aws, run, worker, tmp_path, shares):
    record = Record()
    record.add(run("logs_log_group", check=True, **GROUP))
    worker["context"] = Context(cache=str(tmp_path) if shares else "")
    path = tmp_path / "plan.json"

    def apply(account):
        record.accounts = {(account, "aws")}
        path.write_text(json.dumps(record.document()))
        return run("logs_log_group", **GROUP, plan_file=str(path))

    words = f"The approved plan {path} is a plan of account 999999999999 .* credentials belong to account {MINE}"
    with pytest.raises(ModuleFailed, match=words):
        apply("999999999999")
    assert aws.mutating() == []
    assert apply(MINE)["changed"]
