"""rds_instance_param_group."""

from __future__ import annotations

import pytest

from .conftest import ModuleFailed, examples

NAME = "rds_instance_param_group"
GROUP = {"name": "Dev-PG", "family": "aurora-postgresql16", "description": "x"}


def set_by_user(aws):
    found = aws.client("rds").describe_db_parameters(DBParameterGroupName="dev-pg", Source="user")["Parameters"]
    return {p["ParameterName"]: (p["ParameterValue"], p["ApplyMethod"]) for p in found}


def test_four_beats(four_beats, gone):
    present, absent = examples(NAME)
    assert four_beats(NAME, **present)["db_parameter_group"]["parameters"] == {"log_min_duration_statement": "500"}
    gone(NAME, **absent)


def test_parameters_are_changed_repaired_and_reset(aws, run):
    run(NAME, **GROUP, parameters={"log_min_duration_statement": 500, "shared_preload_libraries": "pg_cron"})
    assert set_by_user(aws) == {
        "log_min_duration_statement": ("500", "immediate"),
        "shared_preload_libraries": ("pg_cron", "pending-reboot"),
    }
    wanted = {**GROUP, "parameters": {"log_min_duration_statement": 1000}, "tags": {"a": "1"}}
    planned = run(NAME, check=True, **wanted)["diff"]
    assert planned["before"]["parameters"]["shared_preload_libraries"] == "pg_cron"
    assert run(NAME, **wanted)["diff"] == planned
    assert set_by_user(aws) == {"log_min_duration_statement": ("1000", "immediate")}
    aws.client("rds").modify_db_parameter_group(
        DBParameterGroupName="dev-pg",
        Parameters=[{"ParameterName": "log_statement", "ParameterValue": "all", "ApplyMethod": "immediate"}],
    )
    assert run(NAME, **wanted)["changed"]
    assert "log_statement" not in set_by_user(aws)
    assert not run(NAME, **wanted)["changed"]


def test_a_parameter_at_its_default_is_no_drift(aws, run):
    wanted = {**GROUP, "parameters": {"idle_in_transaction_session_timeout": 86400000}}
    run(NAME, **wanted)
    assert not run(NAME, **wanted)["changed"]
    assert run(NAME, **{**wanted, "parameters": {"idle_in_transaction_session_timeout": 5}})["changed"]
    assert run(NAME, **wanted)["changed"]
    assert set_by_user(aws) == {}
    assert not run(NAME, **wanted)["changed"]


def test_many_parameters_are_sent_in_several_calls(aws, run):
    described = aws.client("rds").describe_db_parameters(DBParameterGroupName=f"default.{GROUP['family']}")
    switches = [
        p["ParameterName"]
        for p in described["Parameters"]
        if p["DataType"] == "boolean" and p["IsModifiable"] and p.get("ParameterValue") != "1"
    ]
    wide = ("0-2147483647", "1-2147483647")
    numbers = [p["ParameterName"] for p in described["Parameters"] if p.get("AllowedValues") in wide]
    assert len(switches) + len(numbers) > 20
    wanted = {**GROUP, "parameters": {**dict.fromkeys(switches, True), **dict.fromkeys(numbers, 5000)}}
    result = run(NAME, **wanted)
    calls = aws.mutating().count("rds:ModifyDBParameterGroup")
    assert calls == -(-len(result["db_parameter_group"]["parameters"]) // 20) > 1
    assert not run(NAME, **wanted)["changed"]


def test_omitted_parameters_are_not_changed(aws, run):
    run(NAME, **GROUP, parameters={"log_statement": "ddl"})
    assert not run(NAME, **GROUP)["changed"]
    assert run(NAME, **GROUP, parameters={})["changed"]
    assert set_by_user(aws) == {}


def test_missing_options_and_unsupported_changes_are_refused(run):
    with pytest.raises(ModuleFailed, match="give family"):
        run(NAME, name="dev-pg")
    run(NAME, **GROUP)
    with pytest.raises(ModuleFailed, match="AWS cannot change family"):
        run(NAME, **{**GROUP, "family": "aurora-postgresql17"})
