"""rds_cluster_param_group."""

from __future__ import annotations

import pytest

from .conftest import ModuleFailed, examples

NAME = "rds_cluster_param_group"
GROUP = {"name": "Dev-CPG", "family": "aurora-postgresql16", "description": "x"}


def set_by_user(aws, name="dev-cpg"):
    described = aws.client("rds").describe_db_cluster_parameters(DBClusterParameterGroupName=name, Source="user")
    return {p["ParameterName"]: (p["ParameterValue"], p["ApplyMethod"]) for p in described["Parameters"]}


def test_four_beats(aws, four_beats, gone):
    present, absent = examples(NAME)
    group = four_beats(NAME, **present)["db_cluster_parameter_group"]
    assert group["parameters"] == {"log_min_duration_statement": "500", "rds.force_ssl": "1"}
    assert set_by_user(aws, group["name"])["rds.force_ssl"][0] == "1"
    gone(NAME, **absent)


def test_parameters_are_changed_repaired_and_reset(aws, run):
    run(NAME, **GROUP, parameters={"log_statement": "ddl", "rds.force_ssl": 1}, tags={"a": "1"})
    wanted = {**GROUP, "parameters": {"rds.force_ssl": True}, "tags": {"b": "2"}}
    planned = run(NAME, check=True, **wanted)["diff"]
    assert planned["before"]["parameters"] == {"log_statement": "ddl", "rds.force_ssl": "1"}
    assert run(NAME, **wanted)["diff"] == planned
    assert set(set_by_user(aws)) == {"rds.force_ssl"}
    aws.client("rds").reset_db_cluster_parameter_group(DBClusterParameterGroupName="dev-cpg", ResetAllParameters=True)
    assert run(NAME, check=True, **wanted)["changed"] and run(NAME, **wanted)["changed"]
    assert set(set_by_user(aws)) == {"rds.force_ssl"}


def test_a_parameter_at_its_default_is_no_drift(run):
    """From version 17 on, the engine forces TLS by default."""
    wanted = {"name": "seventeen", "family": "aurora-postgresql17", "parameters": {"rds.force_ssl": 1}}
    run(NAME, **wanted)
    assert not run(NAME, **wanted)["changed"]


def test_missing_options_and_unsupported_changes_are_refused(run):
    with pytest.raises(ModuleFailed, match="give family"):
        run(NAME, name="dev-cpg")
    run(NAME, **GROUP)
    with pytest.raises(ModuleFailed, match="AWS cannot change family"):
        run(NAME, **{**GROUP, "family": "aurora-postgresql17"})
