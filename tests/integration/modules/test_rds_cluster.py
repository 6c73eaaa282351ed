"""rds_cluster."""

from __future__ import annotations

import io
import re
from datetime import UTC, timedelta
from types import SimpleNamespace

import pytest
from ansible.module_utils._internal import _traceback

from . import conftest
from .aurora import cluster, instance, key, master_secret, monitoring_role, subnet_group
from .conftest import ModuleFailed, examples

NAME = "rds_cluster"
SMALL = {
    "db_cluster_identifier": "Dev-Cluster",
    "engine_version": "16.4",
    "master_username": "mtkadmin",
    "manage_master_user_password": True,
    "db_subnet_group_name": "dev-subnets",
}
GONE = {"db_cluster_identifier": "dev-cluster", "state": "absent", "skip_final_snapshot": True}
WEST = {"region": "us-west-2", "db_cluster_identifier": "west", "db_subnet_group_name": "dev-subnets"}


@pytest.fixture(autouse=True)
def _subnets(aws):
    subnet_group(aws)


def modifications(aws):
    return [c for c in aws.mutating() if c == "rds:ModifyDBCluster"]


def test_four_beats(aws, run, four_beats, gone):
    present, absent = examples(NAME)
    subnets = {"db_subnet_group_name": "dev-subnets"}
    result = four_beats(NAME, **present, **subnets)["db_cluster"]
    assert result["engine_version"].startswith("16.")
    assert cluster(aws)["MasterUserSecret"]["SecretStatus"] == "active"
    gone(NAME, **absent)


def test_all_options_can_be_given_at_once(aws, run, four_beats):
    arn, role = key(aws), monitoring_role(aws)
    aws.client("rds").create_db_cluster_parameter_group(
        DBClusterParameterGroupName="dev-pg", DBParameterGroupFamily="aurora-postgresql16", Description="x"
    )
    four_beats(
        NAME,
        **SMALL,
        database_name="mtk",
        master_user_secret_kms_key_id="alias/dev_aurora_key",
        vpc_name="dev_vpc",
        vpc_security_group_names=["database"],
        db_cluster_parameter_group_name="Dev-PG",
        port=5433,
        backup_retention_period=7,
        preferred_backup_window="02:00-03:00",
        preferred_maintenance_window="Sun:04:00-Sun:05:00",
        storage_encrypted=True,
        kms_key_id="alias/dev_aurora_key",
        storage_type="aurora",
        serverless_v2_scaling_configuration={"min_capacity": 0.5, "max_capacity": 4, "seconds_until_auto_pause": 300},
        enable_iam_database_authentication=True,
        enable_cloudwatch_logs_exports=["postgresql", "instance"],
        deletion_protection=True,
        copy_tags_to_snapshot=True,
        database_insights_mode="advanced",
        performance_insights_kms_key_id="alias/dev_aurora_key",
        monitoring_interval=60,
        monitoring_role_name="dev_monitoring",
        engine_lifecycle_support="open-source-rds-extended-support-disabled",
        enable_http_endpoint=True,
    )
    have = cluster(aws)
    assert have["KmsKeyId"] == have["PerformanceInsightsKMSKeyId"] == have["MasterUserSecret"]["KmsKeyId"] == arn
    assert have["MonitoringRoleArn"] == role
    assert have["PerformanceInsightsRetentionPeriod"] == 465
    assert "SecondsUntilAutoPause" not in have["ServerlessV2ScalingConfiguration"]
    assert modifications(aws) == []


def test_a_recreated_monitoring_role_is_no_difference(aws, run):
    monitoring_role(aws)
    params = {**SMALL, "monitoring_interval": 15, "monitoring_role_name": "dev_monitoring"}
    run(NAME, **params)
    iam, policy = aws.client("iam"), "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"
    iam.detach_role_policy(RoleName="dev_monitoring", PolicyArn=policy)
    iam.delete_role(RoleName="dev_monitoring")
    assert not run(NAME, check=True, **params)["changed"]
    other = run(NAME, check=True, **{**params, "monitoring_role_name": "other"})
    assert other["db_cluster"]["monitoring_role_arn"] == "(known after apply)"


def test_changes_are_sent_once_and_drift_is_repaired(aws, run):
    monitoring_role(aws)
    params = {**SMALL, "enable_cloudwatch_logs_exports": ["postgresql"], "tags": {"a": "1", "b": "2"}}
    run(NAME, **params)
    aws.control.scale(0.001)
    changed = {
        **params,
        "enable_cloudwatch_logs_exports": ["instance"],
        "backup_retention_period": 14,
        "serverless_v2_scaling_configuration": {"min_capacity": 0, "max_capacity": 2},
        "database_insights_mode": "advanced",
        "monitoring_interval": 15,
        "monitoring_role_name": "dev_monitoring",
        "enable_http_endpoint": True,
        "tags": {"a": "1", "c": "3"},
    }
    result = run(NAME, **changed)
    assert result["diff"]["before"]["backup_retention_period"] == 1
    assert len(modifications(aws)) == 1
    assert not run(NAME, **changed)["changed"]
    aws.control.scale(0)  # AWS is still busy with the last call, which enabled the Data API
    have = cluster(aws)
    assert have["Status"] == "available" and "PendingModifiedValues" not in have
    assert have["EnabledCloudwatchLogsExports"] == ["instance"]
    assert have["ServerlessV2ScalingConfiguration"]["SecondsUntilAutoPause"] == 300
    assert have["HttpEndpointEnabled"] and have["PerformanceInsightsEnabled"]
    assert have["TagList"] == [{"Key": "a", "Value": "1"}, {"Key": "c", "Value": "3"}]
    assert not run(NAME, **changed)["changed"]
    aws.client("rds").modify_db_cluster(
        DBClusterIdentifier="dev-cluster", BackupRetentionPeriod=3, ApplyImmediately=True
    )
    assert run(NAME, check=True, **changed)["diff"]["before"]["backup_retention_period"] == 3
    run(NAME, **changed)
    assert cluster(aws)["BackupRetentionPeriod"] == 14


def test_pending_changes_are_no_drift(aws, run):
    run(NAME, **SMALL)
    later = {**SMALL, "backup_retention_period": 9, "apply_immediately": False}
    assert run(NAME, **later)["changed"]
    assert cluster(aws)["PendingModifiedValues"]["BackupRetentionPeriod"] == 9
    again = run(NAME, **later)
    assert not again["changed"]
    (seen,) = again["plan"]["observations"]
    assert (seen["owner"], seen["field"], seen["wanted"]) == ("pending", "backup_retention_period", 9)
    assert not run(NAME, **{**later, "apply_immediately": True})["changed"]
    assert len(modifications(aws)) == 1


@pytest.mark.parametrize("wanted", ["16", "16.4", "16.6"])
def test_a_later_minor_version_is_not_downgraded(run, wanted):
    run(NAME, **{**SMALL, "engine_version": "16.8"})
    result = run(NAME, **{**SMALL, "engine_version": wanted})
    assert not result["changed"]
    seen = [(s["owner"], s["wanted"], s["found"]) for s in result["plan"].get("observations", [])]
    assert seen == ([("aws", wanted, "16.8")] if "." in wanted else []), (
        "a major version alone allows every minor version"
    )


def test_a_major_upgrade_needs_allow_major_version_upgrade(aws, run):
    run(NAME, **SMALL)
    instance(aws, "dev-cluster", "one")
    with pytest.raises(ModuleFailed, match="downgrade from 16.4"):
        run(NAME, **{**SMALL, "engine_version": "15"}, allow_major_version_upgrade=True)
    with pytest.raises(ModuleFailed, match="allow_major_version_upgrade: true"):
        run(NAME, **{**SMALL, "engine_version": "17"})
    assert run(NAME, **{**SMALL, "engine_version": "16.6"})["db_cluster"]["engine_version"] == "16.6"
    aws.client("rds").create_db_parameter_group(
        DBParameterGroupName="pg17", DBParameterGroupFamily="aurora-postgresql17", Description="x"
    )
    major = {**SMALL, "engine_version": "17.4", "allow_major_version_upgrade": True}
    assert run(NAME, **major, db_instance_parameter_group_name="pg17")["db_cluster"]["engine_version"] == "17.4"
    assert not run(NAME, **major, db_instance_parameter_group_name="pg17")["changed"]


def test_changes_that_aws_does_not_support_are_refused(aws, run):
    run(NAME, **SMALL, storage_encrypted=True)
    key(aws)
    with pytest.raises(ModuleFailed, match="AWS cannot change kms_key_id"):
        run(NAME, **SMALL, kms_key_id="alias/dev_aurora_key")
    with pytest.raises(ModuleFailed, match="AWS cannot change master_username from 'mtkadmin' to 'other'"):
        run(NAME, **{**SMALL, "master_username": "other"})


def test_a_cluster_with_default_encryption_counts_as_encrypted(aws, run):
    run(NAME, **SMALL)
    assert cluster(aws)["StorageEncrypted"] is False
    assert not run(NAME, **SMALL, storage_encrypted=True)["changed"]


def test_a_cluster_without_its_key_is_reported(aws, run):
    arn = key(aws)
    encrypted = {**SMALL, "storage_encrypted": True, "kms_key_id": arn}
    run(NAME, **encrypted)
    instance(aws, "dev-cluster", "one")
    aws.client("kms").disable_key(KeyId=arn)
    lost = (
        "'inaccessible-encryption-credentials-recoverable': .*; its last event: The DB cluster cannot use its KMS key"
        ".* start the cluster within seven days: aws rds start-db-cluster --region us-east-1 --db-cluster-identifier "
        "dev-cluster"
    )
    with pytest.raises(ModuleFailed, match=lost):
        run(NAME, **encrypted, wait_timeout=1)
    of_the_instance = {"db_instance_identifier": "one", "db_cluster_identifier": "dev-cluster"}
    with pytest.raises(ModuleFailed, match="credentials-recoverable': "):
        run("rds_instance", **of_the_instance, db_instance_class="db.r6g.large", wait_timeout=1)
    run("rds_instance", **of_the_instance, state="absent")
    assert run(NAME, **GONE)["changed"]


def test_deletion_protection_is_removed_only_if_the_task_says_so(aws, run):
    run(NAME, **SMALL, deletion_protection=True)
    for check in (True, False):
        with pytest.raises(ModuleFailed, match="set deletion_protection: false"):
            run(NAME, check=check, **GONE)
    aws.control.scale(0.001)
    assert run(NAME, **GONE, deletion_protection=False)["changed"]
    assert aws.client("rds").describe_db_clusters()["DBClusters"] == []
    assert len(modifications(aws)) == 1


def test_the_final_snapshot_gets_a_unique_name(aws, run):
    run(NAME, **SMALL)
    run(NAME, db_cluster_identifier="dev-cluster", state="absent")
    found = aws.client("rds").describe_db_cluster_snapshots()["DBClusterSnapshots"]
    (name,) = (s["DBClusterSnapshotIdentifier"] for s in found if s["SnapshotType"] == "manual")
    assert name.startswith("dev-cluster-final-20")


def test_the_task_can_name_the_final_snapshot(aws, run):
    run(NAME, **SMALL)
    run(NAME, db_cluster_identifier="dev-cluster", state="absent", final_db_snapshot_identifier="last")
    assert aws.client("rds").describe_db_cluster_snapshots(DBClusterSnapshotIdentifier="last")["DBClusterSnapshots"]


def test_delete_refuses_a_cluster_with_instances(aws, run):
    run(NAME, **SMALL)
    instance(aws, "dev-cluster", "one")
    with pytest.raises(ModuleFailed, match="still contains DB instances"):
        run(NAME, **GONE)
    aws.control.scale(0.001)
    aws.client("rds").delete_db_instance(DBInstanceIdentifier="one")
    assert run(NAME, **GONE)["changed"]


def test_the_password_of_a_secret_does_not_pass_through_ansible(aws, run, four_beats):
    params = {k: v for k, v in SMALL.items() if k not in ("master_username", "manage_master_user_password")}
    with pytest.raises(ModuleFailed, match="master_user_secret_name is 'dev_master'"):
        run(NAME, **params, master_user_secret_name="dev_master")
    name = master_secret(aws)
    result = four_beats(NAME, **params, master_user_secret_name=name)
    assert "correct-horse" not in str(result)
    assert cluster(aws)["MasterUsername"] == "mtkadmin"


def test_a_managed_password_can_be_replaced_by_a_secret(aws, run):
    run(NAME, **SMALL)
    own = {**SMALL, "manage_master_user_password": False}
    with pytest.raises(ModuleFailed, match="give master_user_secret_name"):
        run(NAME, **own)
    name = master_secret(aws)
    aws.control.scale(0.001)
    assert run(NAME, **own, master_user_secret_name=name)["changed"]
    assert "MasterUserSecret" not in cluster(aws)
    assert not run(NAME, **own, master_user_secret_name=name)["changed"]
    assert run(NAME, **SMALL)["changed"]
    assert "MasterUserSecret" in cluster(aws)


def test_unknown_references_are_refused(run):
    wrong = {
        **SMALL,
        "kms_key_id": "alias/none",
        "vpc_name": "none",
        "vpc_security_group_names": ["none"],
        "monitoring_interval": 60,
        "monitoring_role_name": "none",
    }
    planned = run(NAME, check=True, **wrong)["diff"]["after"]
    assert planned["kms_key_id"] == planned["monitoring_role_arn"] == "(known after apply)"
    with pytest.raises(ModuleFailed, match="kms_key_id, monitoring_role_arn, vpc_security_group_ids of .* are unknown"):
        run(NAME, **wrong)


def test_without_wait_a_later_run_waits(aws, run):
    aws.control.scale(1)
    started = run(NAME, **SMALL, wait=False)
    assert started["changed"] and started["db_cluster"]["status"] == "creating"
    calls = aws.mutating()
    aws.control.scale(0.001)
    awaited = run(NAME, **SMALL)
    assert not awaited["changed"] and awaited["db_cluster"]["status"] == "available"
    assert aws.mutating() == calls


# Members of a global cluster
OWN = {k: v for k, v in SMALL.items() if k != "manage_master_user_password"}


@pytest.fixture
def primary(aws, run):
    """Create an encrypted global cluster with its primary in us-east-1."""
    subnet_group(aws, "us-west-2")
    aws.client("rds").create_global_cluster(
        GlobalClusterIdentifier="dev-global", Engine="aurora-postgresql", EngineVersion="16.4", StorageEncrypted=True
    )
    key(aws)
    key(aws, "us-west-2")
    params = {
        **OWN,
        "global_cluster_identifier": "Dev-Global",
        "database_name": "mtk",
        "master_user_secret_name": master_secret(aws),
        "storage_encrypted": True,
        "kms_key_id": "alias/dev_aurora_key",
        "enable_performance_insights": True,
    }
    run(NAME, **params)
    instance(aws, "dev-cluster", "one")
    return params


SECOND = {
    **WEST,
    "global_cluster_identifier": "dev-global",
    "engine_version": "16",
    "storage_encrypted": True,
    "kms_key_id": "alias/dev_aurora_key",
    "enable_performance_insights": True,
}


def test_a_secondary_is_created_without_credentials(aws, run, primary, four_beats):
    result = four_beats(NAME, **SECOND, database_name="mtk", master_username="mtkadmin")["db_cluster"]
    assert result["is_writer"] is False
    have = cluster(aws, "us-west-2")
    assert have["ReplicationSourceIdentifier"].endswith(":cluster:dev-cluster")
    assert have["PerformanceInsightsEnabled"]  # joining a global cluster resets it, so the module enables it afterwards
    assert not run(NAME, **primary)["changed"]


def test_a_secondary_waits_for_the_writer(aws, run):
    subnet_group(aws, "us-west-2")
    aws.client("rds").create_global_cluster(
        GlobalClusterIdentifier="dev-global", Engine="aurora-postgresql", EngineVersion="16.4"
    )
    second = {**WEST, "global_cluster_identifier": "dev-global"}
    with pytest.raises(ModuleFailed, match="dev-global has no writer .* Create the primary cluster first"):
        run(NAME, **second)
    run(NAME, **OWN, global_cluster_identifier="dev-global", master_user_secret_name=master_secret(aws))
    aws.control.scale(0.001)
    instance(aws, "dev-cluster", "one")
    assert run(NAME, **second)["db_cluster"]["status"] == "available"


def test_a_switchover_is_no_drift(aws, run, primary):
    run(NAME, **SECOND)
    instance(aws, "west", "two", "us-west-2")
    aws.client("rds").switchover_global_cluster(
        GlobalClusterIdentifier="dev-global", TargetDbClusterIdentifier=cluster(aws, "us-west-2")["DBClusterArn"]
    )
    calls = aws.mutating()
    first, second = run(NAME, **primary), run(NAME, **SECOND)
    assert (first["changed"], first["db_cluster"]["is_writer"]) == (False, False)
    (seen,) = [s for s in first["plan"]["observations"] if s["field"] == "is_writer"]
    assert (seen["owner"], seen["wanted"], seen["found"]) == ("aws", True, False)
    assert (second["changed"], second["db_cluster"]["is_writer"]) == (False, True)
    assert aws.mutating() == calls


def test_members_leave_the_global_cluster_before_they_are_deleted(aws, run, primary):
    run(NAME, **SECOND)
    aws.control.scale(0.001)
    aws.client("rds").delete_db_instance(DBInstanceIdentifier="one")
    with pytest.raises(ModuleFailed, match="still has west in us-west-2. Remove those first"):
        run(NAME, **GONE)
    assert run(NAME, **{**GONE, "region": "us-west-2", "db_cluster_identifier": "west"})["changed"]
    assert run(NAME, **GONE)["changed"]
    assert aws.client("rds").describe_global_clusters()["GlobalClusters"][0]["GlobalClusterMembers"] == []


def test_an_existing_cluster_cannot_join(aws, run):
    run(NAME, **SMALL)
    aws.client("rds").create_global_cluster(GlobalClusterIdentifier="dev-global", Engine="aurora-postgresql")
    with pytest.raises(ModuleFailed, match="only a new cluster can join .* source_db_cluster_identifier"):
        run(NAME, **{**SMALL, "manage_master_user_password": None, "global_cluster_identifier": "dev-global"})


def test_storage_that_aws_would_not_change_yet_is_a_decision_in_the_plan(aws, run):
    optimized = {**SMALL, "storage_type": "aurora-iopt1"}
    run(NAME, **SMALL)
    run(NAME, **optimized)
    run(NAME, **SMALL, storage_type="aurora")
    allowed = cluster(aws)["IOOptimizedNextAllowedModificationTime"].astimezone(UTC) + timedelta(minutes=1)
    text = f"aurora, and AWS takes a change to aurora-iopt1 once in 30 days. Run again after {allowed:%Y-%m-%d %H:%M}"
    before = len(aws.mutating())
    for check in (True, False):
        with pytest.raises(ModuleFailed, match=re.escape(text)):
            run(NAME, check=check, **optimized)
    assert not run(NAME, **SMALL, storage_type="aurora")["changed"] and len(aws.mutating()) == before
    aws.control.advance(30 * 24 * 3600 + 1)
    assert run(NAME, **optimized)["changed"] and not run(NAME, **optimized)["changed"]


@pytest.mark.parametrize(
    "content",
    [
        '{"username": "mtkadmin", "password": 98765432101234}',
        '{"username": "mtkadmin", "password": ["98765432101234"]}',
        '{"username": 98765432101234, "password": "98765432101234"}',
        '{"username": "mtkadmin", "password": true, "more": 98765432101234}',
        '{"username": "mtkadmin", "password": "", "more": "98765432101234"}',
        '{"username": "mtkadmin", "password": "98765432101234/@"}',
        '["98765432101234"]',
        "98765432101234",
        '"98765432101234',
    ],
)
def test_no_value_of_a_secret_is_shown(aws, run, monkeypatch, content):
    """Neither in the message nor in the traceback that Ansible shows with -vvv."""
    aws.client("secretsmanager").create_secret(Name="dev_master", SecretString=content)
    params = {k: v for k, v in SMALL.items() if k not in ("master_username", "manage_master_user_password")}
    printed = []

    class Recorded(io.StringIO):
        def write(self, text):
            printed.append(text)
            return super().write(text)

    monkeypatch.setattr(conftest, "io", SimpleNamespace(StringIO=Recorded))
    monkeypatch.setattr(_traceback, "is_traceback_enabled", lambda event: True)
    with pytest.raises(ModuleFailed) as failure:
        run(NAME, **params, master_user_secret_name="dev_master")
    assert "Traceback" in "".join(printed)
    assert "9876543" not in "".join(printed)
    assert "master_user_secret_name" in str(failure.value) or "MasterUserPassword" in str(failure.value)
