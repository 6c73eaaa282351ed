"""Messages name the variables of a role instead of the options of its tasks."""

from __future__ import annotations

from ansible_collections.mtk.backend.plugins.plugin_utils.options import reworded, variables_of

TASK = {
    "mtk.backend.rds_cluster": {
        "engine_version": "{{ aurora_settings.engine_version }}",
        "allow_major_version_upgrade": "{{ aurora_settings.allow_major_version_upgrade }}",
        "database_name": "{{ aurora_member_database_name }}",
        "source": "{{ aurora_settings.global_source_db_cluster_identifier or omit }}",
        "engine": "aurora-postgresql",
        "tags": "{{ aurora_local.named_tags.aurora_cluster }}",
    }
}
VARIABLES = {"aurora_member_database_name": "{{ aurora_settings.database_name }}"}
NAMES = {
    "engine_version": "aurora_engine_version",
    "allow_major_version_upgrade": "aurora_allow_major_version_upgrade",
    "database_name": "aurora_database_name",
    "source": "aurora_global_source_db_cluster_identifier",
}


def test_variables_of_a_task():
    assert variables_of(TASK, "mtk.backend.rds_cluster", VARIABLES) == NAMES
    assert variables_of(TASK, "mtk.backend.ec2_vpc", VARIABLES) == variables_of(None, "x", {}) == {}
    assert variables_of({"x": "a=1"}, "x", {}) == {}


def test_plain_words_are_not_replaced():
    task = {"x": {"environment": "{{ dynamodb_global_settings.environment }}", "tags": "{{ aurora_settings.tags }}"}}
    assert variables_of(task, "x", {}) == {}


def test_a_refusal_names_the_variables():
    message = (
        "engine_version '17' is a major upgrade from 16.6. Set allow_major_version_upgrade: true; my_source, a.source"
    )
    expected = (
        "aurora_engine_version '17' is a major upgrade from 16.6. Set aurora_allow_major_version_upgrade: true; "
        "my_source, a.source"
    )
    assert reworded({"failed": True, "msg": message, "changed": False}, NAMES)["msg"] == expected
    planned = {"changed": False, "plan": {"action": "refuse", "reason": message}}
    assert reworded(planned, NAMES)["plan"] == {"action": "refuse", "reason": expected}
    assert planned["plan"]["reason"] == message


def test_other_results_stay_as_they_are():
    result = {"changed": True, "msg": "engine_version", "plan": {"action": "create"}}
    assert reworded(result, NAMES) == result
    failed = {"failed": True, "msg": "engine_version"}
    assert reworded(failed, {}) == failed
