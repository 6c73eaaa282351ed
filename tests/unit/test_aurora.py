"""The rules of Aurora."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from ansible_collections.mtk.backend.plugins.filter.aurora_zones import aurora_zones
from ansible_collections.mtk.backend.plugins.module_utils.domain import _aurora
from ansible_collections.mtk.backend.plugins.module_utils.engine._reconcile import reconcile
from hypothesis import given
from hypothesis import strategies as st

SUBNETS = [
    {"availability_zone": "us-east-1b", "availability_zone_id": "use1-az1"},
    {"availability_zone": "us-east-1a", "availability_zone_id": "use1-az2"},
    {"availability_zone": "us-east-1c", "availability_zone_id": "use1-az3"},
]


@pytest.mark.parametrize(
    ("wanted", "running", "kept"),
    [
        ("16", "16.4", "16.4"),
        ("16.6", "16.6", "16.6"),
        ("16.6", "16.11", "16.11"),
        ("16.11", "16.6", "16.11"),
        ("16.6", "16.4", "16.6"),
    ],
)
def test_the_newer_minor_version_is_kept(wanted, running, kept):
    assert _aurora.version_to_keep(wanted, running) == kept


def test_a_major_upgrade_must_be_allowed():
    assert _aurora.version_to_keep("17", "16.4", allow_major=True) == "17"
    with pytest.raises(ValueError, match="allow_major_version_upgrade: true"):
        _aurora.version_to_keep("17.4", "16.4")


@pytest.mark.parametrize("allowed", [False, True])
def test_a_downgrade_is_refused(allowed):
    with pytest.raises(ValueError, match="downgrade from 16.4"):
        _aurora.version_to_keep("15", "16.4", allowed)


@pytest.mark.parametrize("wrong", ["", "latest", "16.x"])
def test_an_invalid_version_is_refused(wrong):
    with pytest.raises(ValueError, match="is not a version"):
        _aurora.version_to_keep(wrong, "16.4")


@given(st.integers(10, 30), st.integers(0, 40), st.integers(0, 40))
def test_keeping_a_version_is_idempotent(major, minor, other):
    kept = _aurora.version_to_keep(f"{major}.{minor}", f"{major}.{other}")
    assert kept == f"{major}.{max(minor, other)}"
    assert _aurora.version_to_keep(f"{major}.{minor}", kept) == kept


def test_pending_values_override_current_ones():
    have = _aurora.cluster_fields(
        {
            "backup_retention_period": 1,
            "enabled_cloudwatch_logs_exports": ["postgresql", "instance"],
            "iam_database_authentication_enabled": False,
            "pending_modified_values": {
                "backup_retention_period": 7,
                "iam_database_authentication_enabled": True,
                "master_user_password": "****",
                "pending_cloudwatch_logs_exports": {
                    "log_types_to_enable": ["iam-db-auth-error"],
                    "log_types_to_disable": ["instance"],
                },
            },
        }
    )
    assert have["backup_retention_period"] == 7
    assert have["enable_iam_database_authentication"] is True
    assert have["enable_cloudwatch_logs_exports"] == ["iam-db-auth-error", "postgresql"]
    assert have["storage_type"] == "aurora"
    assert "master_user_password" not in have


@pytest.mark.parametrize(
    ("want", "result"),
    [
        (
            {"serverless_v2_scaling_configuration": {"min_capacity": 0.5, "seconds_until_auto_pause": 300}},
            {"serverless_v2_scaling_configuration": {"min_capacity": 0.5}},
        ),
        (
            {"serverless_v2_scaling_configuration": {"min_capacity": 0.0, "seconds_until_auto_pause": 300}},
            {"serverless_v2_scaling_configuration": {"min_capacity": 0.0, "seconds_until_auto_pause": 300}},
        ),
        ({"monitoring_interval": 0, "monitoring_role_arn": "arn"}, {"monitoring_interval": 0}),
        (
            {"enable_performance_insights": False, "performance_insights_retention_period": 7},
            {"enable_performance_insights": False},
        ),
        (
            {"database_insights_mode": "advanced"},
            {
                "database_insights_mode": "advanced",
                "enable_performance_insights": True,
                "performance_insights_retention_period": 465,
            },
        ),
        (
            {"database_insights_mode": "advanced", "performance_insights_retention_period": 731},
            {
                "database_insights_mode": "advanced",
                "enable_performance_insights": True,
                "performance_insights_retention_period": 731,
            },
        ),
    ],
)
def test_wanted_settings_are_made_consistent(want, result):
    assert _aurora.consistent(want) == result


@pytest.mark.parametrize(
    ("have", "changes", "sent"),
    [
        (
            {"enable_cloudwatch_logs_exports": ["instance", "postgresql"]},
            {"enable_cloudwatch_logs_exports": ["iam-db-auth-error", "postgresql"]},
            {
                "cloudwatch_logs_export_configuration": {
                    "enable_log_types": ["iam-db-auth-error"],
                    "disable_log_types": ["instance"],
                }
            },
        ),
        (
            {"enable_performance_insights": True, "performance_insights_retention_period": 465},
            {"database_insights_mode": "advanced"},
            {
                "database_insights_mode": "advanced",
                "enable_performance_insights": True,
                "performance_insights_retention_period": 465,
            },
        ),
        (
            {"enable_performance_insights": True},
            {"performance_insights_retention_period": 31},
            {"enable_performance_insights": True, "performance_insights_retention_period": 31},
        ),
        (
            {"monitoring_role_arn": "role"},
            {"monitoring_interval": 60},
            {"monitoring_interval": 60, "monitoring_role_arn": "role"},
        ),
        (
            {"monitoring_interval": 60},
            {"monitoring_role_arn": "role"},
            {"monitoring_interval": 60, "monitoring_role_arn": "role"},
        ),
        ({"monitoring_role_arn": "role"}, {"monitoring_interval": 0}, {"monitoring_interval": 0}),
        ({}, {"port": 5433}, {"port": 5433}),
    ],
)
def test_a_modification_includes_the_settings_it_depends_on(have, changes, sent):
    assert _aurora.modification(have, changes) == sent


def test_members_of_a_global_cluster():
    arn = "arn:aws:rds:us-west-2:123456789012:cluster:prod-us-west-2"
    group = {"global_cluster_members": [{"db_cluster_arn": arn, "is_writer": True, "readers": []}]}
    assert _aurora.member(group, arn) == {
        "db_cluster_arn": arn,
        "db_cluster_identifier": "prod-us-west-2",
        "region": "us-west-2",
        "is_writer": True,
    }
    assert _aurora.member(group, "another") is None
    assert _aurora.members_of({}) == []


@given(st.from_regex(r"\A[a-z](-?[a-z0-9]){0,62}\Z"))
def test_final_snapshot_identifiers_are_valid(cluster):
    name = _aurora.final_snapshot_identifier(cluster[:63].rstrip("-"), datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))
    assert re.fullmatch(r"[a-z](-?[a-z0-9])*-final-20260102030405", name)
    assert len(name) <= 63


@pytest.mark.parametrize(("value", "text"), [(True, "1"), (False, "0"), (500, "500"), ("ddl", "ddl"), (0.5, "0.5")])
def test_parameter_values_become_text(value, text):
    assert _aurora.parameter_text(value) == text


@given(st.lists(st.integers(), max_size=90))
def test_batches_are_complete_and_small(items):
    batches = list(_aurora.batches(items))
    assert [item for batch in batches for item in batch] == items
    assert all(1 <= len(batch) <= 20 for batch in batches)


def test_instances_are_spread_over_the_zones_of_the_subnets():
    assert _aurora.instance_zones(2, SUBNETS, []) == ["us-east-1b", "us-east-1a"]
    assert _aurora.instance_zones(2, [], ["us-east-1c", "us-east-1a", "us-east-1b"]) == ["us-east-1c", "us-east-1a"]
    assert _aurora.instance_zones(0, SUBNETS, []) == []


@given(st.integers(0, 2), st.permutations(SUBNETS))
def test_another_instance_moves_no_existing_one(count, subnets):
    fewer, more = (_aurora.instance_zones(n, subnets, []) for n in (count, count + 1))
    assert more[:count] == fewer


def test_planned_subnets_are_ordered_by_the_id_of_their_zone():
    offered = [{"zone_name": f"us-east-1{z}", "zone_id": f"use1-az{n}"} for n, z in enumerate("bca", start=1)]
    planned = [{"availability_zone": zone, "subnet_id": "(known after apply)"} for zone in ("us-east-1c", "us-east-1b")]
    assert aurora_zones(offered, 2, planned) == ["us-east-1b", "us-east-1c"]


def test_too_few_zones_are_refused():
    with pytest.raises(ValueError, match="4 instances need 4 zones: give 0 to 3"):
        _aurora.instance_zones(4, SUBNETS, [])


WRITER = {"db_instance_identifier": "db-1", "is_cluster_writer": True}


class FailedInstance:
    """An AWS client that has one instance and its events."""

    region = "us-east-1"

    def pages(self, service, operation, key, **parameters):
        if operation == "describe_events":
            assert (parameters["source_type"], parameters["source_identifier"]) == ("db-instance", "db-1")
            return [{"message": "earlier"}, {"message": "no capacity in us-east-1a"}]
        if operation == "describe_db_clusters":
            return [{"db_cluster_identifier": "db", "status": "available", "db_cluster_members": [WRITER]}]
        state = {"db_instance_status": "insufficient-capacity", "db_cluster_identifier": "db"}
        return [{"db_instance_identifier": "db-1", **state}]

    def found(self, missing, ask):
        return ask()


def test_a_failed_instance_is_reported_with_its_last_event():
    from ansible_collections.mtk.backend.plugins.modules import rds_instance

    params = {**dict.fromkeys(rds_instance.OPTIONS), "db_instance_identifier": "db-1", "state": "present"}
    outcome = reconcile(rds_instance.Instance(FailedInstance(), params))
    assert "'insufficient-capacity': AWS has no capacity for the class in the zone; " in outcome.refusal
    assert "its last event: no capacity in us-east-1a. It is the writer" in outcome.refusal


def test_security_groups_that_rds_is_removing_are_gone():
    groups = [("sg-2", "adding"), ("sg-1", "active"), ("sg-3", "removing")]
    shown = [{"vpc_security_group_id": name, "status": status} for name, status in groups]
    assert _aurora.cluster_fields({"vpc_security_groups": shown})["vpc_security_group_ids"] == ["sg-1", "sg-2"]
    assert _aurora.is_regrouping({"vpc_security_groups": shown})
    assert not _aurora.is_regrouping({"vpc_security_groups": shown[1:2]}) and not _aurora.is_regrouping({})


def test_a_masked_password_is_not_pending():
    values = {"master_user_password": "****", "backup_retention_period": 7}
    assert [o.field for o in _aurora.pending({"pending_modified_values": values})] == ["backup_retention_period"]


def test_a_cluster_that_says_nothing_about_the_data_api_has_none():
    assert _aurora.cluster_fields({})["enable_http_endpoint"] is False
    assert _aurora.cluster_fields({"http_endpoint_enabled": True})["enable_http_endpoint"] is True


def test_the_writer_is_deleted_last():
    members = [{"db_instance_identifier": name, "is_cluster_writer": name == "a"} for name in "cab"]
    assert _aurora.deletion_order({"db_cluster_members": members}) == ["b", "c", "a"]
    assert _aurora.deletion_order({}) == []
