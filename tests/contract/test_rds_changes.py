"""RDS: changes of clusters and instances, and when they apply."""

from __future__ import annotations

from typing import Any

import pytest
from promise import keeps
from rds_site import COMBINATION, SCALING, VALUE, Site, monitoring_role, refused


@pytest.fixture
def site(aws: Any) -> Site:
    return Site(aws)


@keeps("rds.states", "rds.wrong-state", "rds.delete")
def test_states_of_clusters_and_instances_change_over_time(site: Site, aws: Any) -> None:
    aws.control.scale(1)
    site.create(ServerlessV2ScalingConfiguration=SCALING)
    site.add(DBInstanceClass="db.serverless")
    assert site.cluster()["Status"] == "creating" and site.instance()["DBInstanceStatus"] == "creating"
    assert "Endpoint" not in site.instance()
    refused("InvalidDBClusterStateFault", site.modify, Port=5433)
    refused(
        "InvalidDBClusterStateFault", site.rds.delete_db_cluster, DBClusterIdentifier="main", SkipFinalSnapshot=True
    )
    aws.control.advance(61)
    assert site.cluster()["Status"] == "available" and site.instance()["DBInstanceStatus"] == "creating"
    aws.control.advance(481)
    assert site.instance()["DBInstanceStatus"] == "available"
    assert site.instance()["Endpoint"]["Port"] == 5432
    assert site.modify(Port=5433)["Status"] == "available"
    assert site.cluster()["Status"] == "available"
    delete = {"DBClusterIdentifier": "main", "SkipFinalSnapshot": True}
    refused("InvalidDBClusterStateFault", site.modify, Port=5434)  # AWS shows "available" for a few seconds more
    refused("InvalidDBClusterStateFault", site.rds.stop_db_cluster, DBClusterIdentifier="main")
    refused("InvalidResourceStateFault", site.rds.enable_http_endpoint, ResourceArn=site.cluster()["DBClusterArn"])
    aws.control.advance(6)
    assert site.cluster()["Status"] == "modifying"
    refused("InvalidDBClusterStateFault", site.modify, Port=5434)
    aws.control.advance(61)
    assert site.cluster()["Status"] == "available"
    assert site.rds.delete_db_instance(DBInstanceIdentifier="one")["DBInstance"]["DBInstanceStatus"] == "deleting"
    site.modify(CopyTagsToSnapshot=True)
    assert site.cluster()["Status"] == "available"
    refused("InvalidDBClusterStateFault", site.rds.delete_db_cluster, **delete)
    aws.control.advance(66)
    gone = site.rds.delete_db_cluster(**delete)["DBCluster"]
    assert gone["Status"] == "available" and site.cluster()["Status"] == "deleting"
    refused("InvalidDBClusterStateFault", site.add, name="two")
    aws.control.advance(70)
    assert site.cluster()["Status"] == "deleting"
    aws.control.advance(60)
    refused("DBInstanceNotFound", site.instance)
    refused("DBClusterNotFoundFault", site.cluster)


@keeps("rds.pending-values", "rds.log-exports")
def test_changes_without_apply_immediately_are_pending(site: Site, aws: Any) -> None:
    site.create()
    site.modify(
        now=False,
        BackupRetentionPeriod=7,
        EnableIAMDatabaseAuthentication=True,
        StorageType="aurora-iopt1",
        CloudwatchLogsExportConfiguration={"EnableLogTypes": ["postgresql"]},
        DeletionProtection=True,
    )
    got = site.cluster()
    assert got["PendingModifiedValues"] == {
        "BackupRetentionPeriod": 7,
        "IAMDatabaseAuthenticationEnabled": True,
        "StorageType": "aurora-iopt1",
        "PendingCloudwatchLogsExports": {"LogTypesToEnable": ["postgresql"]},
    }
    assert got["BackupRetentionPeriod"] == 1 and got["DeletionProtection"] is True
    site.modify(now=False, BackupRetentionPeriod=1)
    assert "BackupRetentionPeriod" not in site.cluster()["PendingModifiedValues"]
    aws.control.scale(1)
    site.modify(CopyTagsToSnapshot=True)
    assert site.cluster()["PendingModifiedValues"]["StorageType"] == "aurora-iopt1"
    aws.control.advance(66)
    got = site.cluster()
    assert "PendingModifiedValues" not in got
    assert got["StorageType"] == "aurora-iopt1" and got["EnabledCloudwatchLogsExports"] == ["postgresql"]
    aws.control.scale(0)
    site.modify(StorageType="aurora", CloudwatchLogsExportConfiguration={"DisableLogTypes": ["postgresql"]})
    assert "StorageType" not in site.cluster() and not site.cluster().get("EnabledCloudwatchLogsExports")


@keeps("rds.modify-at-once", "rds.states")
def test_a_password_changes_at_once(site: Site, aws: Any) -> None:
    site.create()
    aws.control.scale(1)
    site.modify(now=False, MasterUserPassword="another-password", BackupRetentionPeriod=7)
    aws.control.advance(6)
    got = site.cluster()
    assert got["Status"] == "resetting-master-credentials"
    assert got["PendingModifiedValues"] == {"MasterUserPassword": "****", "BackupRetentionPeriod": 7}
    aws.control.advance(60)
    assert site.cluster()["PendingModifiedValues"] == {"BackupRetentionPeriod": 7}


@keeps("rds.states", "rds.wrong-state")
def test_states_name_the_change(site: Site, aws: Any) -> None:
    role = monitoring_role(aws)
    site.create()
    site.add()
    watched = {"MonitoringInterval": 60, "MonitoringRoleArn": role}
    change = {"DBInstanceIdentifier": "one", "ApplyImmediately": True}
    logs = {"CloudwatchLogsExportConfiguration": {"EnableLogTypes": ["postgresql"]}}
    aws.control.scale(1)
    for arguments, cluster, instance in (
        ({"EnableIAMDatabaseAuthentication": True}, "update-iam-db-auth", "available"),
        (logs, "modifying", "configuring-log-exports"),
        (watched, "configuring-enhanced-monitoring", "available"),
        ({"MonitoringInterval": 0}, "configuring-enhanced-monitoring", "available"),
    ):
        site.modify(**arguments)
        aws.control.advance(6)
        assert (site.cluster()["Status"], site.instance()["DBInstanceStatus"]) == (cluster, instance)
        refused("InvalidDBClusterStateFault", site.modify, Port=5433)
        aws.control.advance(61)
    site.rds.modify_db_instance(**change, **watched)
    refused("InvalidDBInstanceState", site.rds.modify_db_instance, **change, PromotionTier=3)
    aws.control.advance(6)
    assert site.instance()["DBInstanceStatus"] == "configuring-enhanced-monitoring"


DAY = 24 * 3600
RECOVERABLE = "inaccessible-encryption-credentials-recoverable"
LOST = "inaccessible-encryption-credentials"


@keeps("rds.key-lost")
@pytest.mark.parametrize("scale", [0, 1])
def test_a_cluster_without_its_key_is_recoverable_and_then_lost(site: Site, aws: Any, scale: int) -> None:
    def states() -> tuple[str, str]:
        return site.cluster()["Status"], site.instance()["DBInstanceStatus"]

    key, main = site.key(), {"DBClusterIdentifier": "main"}
    site.create(StorageEncrypted=True, KmsKeyId=key)
    site.create("other", StorageEncrypted=True)
    site.add()
    aws.control.scale(scale)
    aws.control.advance(1000)
    site.kms.disable_key(KeyId=key)
    assert states() == (RECOVERABLE, RECOVERABLE) and site.cluster("other")["Status"] == "available"
    assert key in site.rds.describe_events(SourceType="db-cluster")["Events"][-1]["Message"]
    refused("InvalidDBClusterStateFault", site.modify, Port=5433)
    refused("InvalidDBClusterStateFault", site.add, name="two")
    refused("InvalidDBInstanceState", site.rds.reboot_db_instance, DBInstanceIdentifier="one")
    refused("KMSKeyNotAccessibleFault", site.rds.start_db_cluster, **main)
    aws.control.advance(6 * DAY)
    site.kms.enable_key(KeyId=key)
    assert states() == (RECOVERABLE, RECOVERABLE)
    site.rds.start_db_cluster(**main)
    aws.control.advance(121)
    assert states() == ("available", "available")
    site.kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    assert states() == (RECOVERABLE, RECOVERABLE)
    aws.control.advance(7 * DAY + 1)
    assert states() == (LOST, LOST)
    refused("InvalidDBClusterStateFault", site.rds.start_db_cluster, **main)
    site.rds.delete_db_instance(DBInstanceIdentifier="one")
    refused("KMSKeyNotAccessibleFault", site.rds.delete_db_cluster, FinalDBSnapshotIdentifier="last", **main)
    site.rds.delete_db_cluster(SkipFinalSnapshot=True, **main)


@keeps("rds.key-lost")
def test_a_stopped_cluster_without_its_key_cannot_be_started(site: Site) -> None:
    key = site.key()
    site.create(StorageEncrypted=True, KmsKeyId=key)
    site.rds.stop_db_cluster(DBClusterIdentifier="main")
    site.kms.disable_key(KeyId=key)
    assert site.cluster()["Status"] == "stopped"
    refused("KMSKeyNotAccessibleFault", site.rds.start_db_cluster, DBClusterIdentifier="main")


@keeps("rds.backing-up")
def test_a_cluster_that_is_being_backed_up_cannot_be_changed(site: Site, aws: Any) -> None:
    site.create()
    aws.control.scale(1)
    aws.control.advance(1000)
    main = {"DBClusterIdentifier": "main"}
    take = site.rds.create_db_cluster_snapshot
    take(DBClusterSnapshotIdentifier="one", **main)
    assert site.cluster()["Status"] == "backing-up"
    refused("InvalidDBClusterStateFault", site.modify, Port=5433)
    refused("InvalidDBClusterStateFault", site.rds.stop_db_cluster, **main)
    refused("InvalidDBClusterStateFault", site.rds.delete_db_cluster, SkipFinalSnapshot=True, **main)
    refused("InvalidDBClusterStateFault", take, DBClusterSnapshotIdentifier="two", **main)
    site.add()
    aws.control.advance(121)
    assert site.cluster()["Status"] == "available"
    take(DBClusterSnapshotIdentifier="two", **main)


MODIFY_REFUSALS: list[tuple[str, dict[str, Any]]] = [
    (COMBINATION, {"EnableHttpEndpoint": True}),
    (COMBINATION, {"DatabaseInsightsMode": "advanced"}),
    (COMBINATION, {"DBInstanceParameterGroupName": "default.aurora-postgresql17"}),
    (COMBINATION, {"RotateMasterUserPassword": True}),
    (COMBINATION, {"CloudwatchLogsExportConfiguration": {"EnableLogTypes": ["slowquery"]}}),
    (COMBINATION, {"EngineVersion": "16.8"}),
    ("InvalidDBClusterStateFault", {"EngineVersion": "17.7"}),
    ("DBClusterParameterGroupNotFound", {"DBClusterParameterGroupName": "nothing"}),
    (VALUE, {"ServerlessV2ScalingConfiguration": {"MinCapacity": 1, "MaxCapacity": 0}}),
]


@keeps("rds.upgrade", "rds.http-endpoint")
def test_invalid_changes_of_clusters_are_refused(site: Site) -> None:
    site.create()
    for code, arguments in MODIFY_REFUSALS:
        refused(code, site.modify, **arguments)
    assert site.cluster()["Status"] == "available" and "PendingModifiedValues" not in site.cluster()


@keeps("rds.upgrade", "rds.major-upgrade")
def test_a_major_upgrade_needs_permission_and_new_parameter_groups(site: Site, aws: Any) -> None:
    site.rds.create_db_cluster_parameter_group(
        DBClusterParameterGroupName="old", DBParameterGroupFamily="aurora-postgresql16", Description="x"
    )
    site.create(EngineVersion="16.4", DBClusterParameterGroupName="old")
    site.add()
    site.modify(EngineVersion="16.6", now=False)
    assert site.cluster()["PendingModifiedValues"] == {"EngineVersion": "16.6"}
    aws.control.scale(1)
    aws.control.advance(600)
    site.modify(EngineVersion="16.6")
    aws.control.advance(6)
    assert site.cluster()["Status"] == "upgrading" and site.instance()["DBInstanceStatus"] == "upgrading"
    aws.control.scale(0)
    assert site.cluster()["EngineVersion"] == site.instance()["EngineVersion"] == "16.6"
    refused(COMBINATION, site.modify, EngineVersion="17.6")
    assert "custom" in refused(COMBINATION, site.modify, EngineVersion="17.6", AllowMajorVersionUpgrade=True)
    site.modify(
        EngineVersion="17.6",
        AllowMajorVersionUpgrade=True,
        DBClusterParameterGroupName="default.aurora-postgresql17",
        DBInstanceParameterGroupName="default.aurora-postgresql17",
    )
    assert site.cluster()["DBClusterParameterGroup"] == "default.aurora-postgresql17"
    assert site.instance()["DBParameterGroups"][0]["DBParameterGroupName"] == "default.aurora-postgresql17"
    (taken,) = site.rds.describe_db_cluster_snapshots(SnapshotType="automated", DBClusterIdentifier="main")[
        "DBClusterSnapshots"
    ][-1:]
    assert taken["DBClusterSnapshotIdentifier"].startswith("preupgrade-main-16-6-to-17-6-")
    assert taken["EngineVersion"] == "16.6"


WEEK = 7 * 24 * 3600


@keeps("rds.maintenance-window")
def test_the_maintenance_window_applies_pending_changes(site: Site, aws: Any) -> None:
    site.create(PreferredBackupWindow="01:00-02:00", PreferredMaintenanceWindow="Wed:03:00-Wed:03:30")
    site.add(PreferredMaintenanceWindow="Wed:04:00-Wed:04:30")
    aws.control.scale(1)
    site.modify(now=False, BackupRetentionPeriod=7)
    site.rds.modify_db_instance(DBInstanceIdentifier="one", DBInstanceClass="db.r6g.xlarge", ApplyImmediately=False)
    assert site.cluster()["PendingModifiedValues"] == {"BackupRetentionPeriod": 7}
    aws.control.advance(WEEK + 120)
    got, one = site.cluster(), site.instance()
    assert got["Status"] == one["DBInstanceStatus"] == "available"
    assert (got["BackupRetentionPeriod"], one["DBInstanceClass"]) == (7, "db.r6g.xlarge")
    assert "PendingModifiedValues" not in got and one["PendingModifiedValues"] == {}
    assert got["PreferredMaintenanceWindow"] == "wed:03:00-wed:03:30"
    assert one["PreferredMaintenanceWindow"] == "wed:04:00-wed:04:30"


@keeps("rds.windows")
def test_backup_and_maintenance_windows_must_not_overlap(site: Site) -> None:
    site.create(PreferredBackupWindow="01:00-02:00", PreferredMaintenanceWindow="wed:03:00-wed:03:30")
    refused(COMBINATION, site.modify, PreferredBackupWindow="02:45-03:15")
    site.modify(PreferredBackupWindow="03:00-04:00", PreferredMaintenanceWindow="Thu:01:00-Thu:02:00")
    got = site.cluster()
    assert (got["PreferredBackupWindow"], got["PreferredMaintenanceWindow"]) == ("03:00-04:00", "thu:01:00-thu:02:00")
    site.modify(PreferredBackupWindow="05:00-06:00", PreferredMaintenanceWindow="mon:01:00-mon:02:00")
    site.add()  # AWS chooses a window that does not overlap the backup window
    assert site.instance()["PreferredMaintenanceWindow"] != "sun:05:00-sun:05:30"
    refused(COMBINATION, site.add, name="two", PreferredMaintenanceWindow="tue:05:30-tue:06:30")


@keeps("rds.storage-once")
def test_io_optimized_storage_can_be_chosen_once_in_30_days(site: Site, aws: Any) -> None:
    site.create()
    site.modify(StorageType="aurora-iopt1")
    site.modify(StorageType="aurora")
    got = site.cluster()
    assert "StorageType" not in got and got["IOOptimizedNextAllowedModificationTime"] > got["ClusterCreateTime"]
    refused(COMBINATION, site.modify, StorageType="aurora-iopt1")
    aws.control.advance(31 * 24 * 3600)
    site.modify(StorageType="aurora-iopt1")
    assert site.cluster()["StorageType"] == "aurora-iopt1"


@keeps("rds.modify-at-once")
def test_another_port_restarts_all_instances(site: Site, aws: Any) -> None:
    site.create()
    site.add()
    aws.control.scale(1)
    aws.control.advance(1000)
    site.modify(now=False, Port=5433)
    assert site.instance()["DBInstanceStatus"] == "rebooting" and site.cluster()["Port"] == 5433


@keeps("rds.security-groups")
def test_security_groups_are_added_and_removed_over_time(site: Site, aws: Any) -> None:
    own = site.ec2.create_security_group(GroupName="db", Description="x", VpcId=site.vpc)["GroupId"]
    (former,) = (g["VpcSecurityGroupId"] for g in site.create()["VpcSecurityGroups"])
    site.add()
    aws.control.scale(1)
    aws.control.advance(1000)
    site.modify(VpcSecurityGroupIds=[own])
    during = {own: "adding", former: "removing"}
    for shown in (site.cluster(), site.instance()):
        assert {g["VpcSecurityGroupId"]: g["Status"] for g in shown["VpcSecurityGroups"]} == during
    aws.control.advance(70)
    assert site.cluster()["VpcSecurityGroups"] == [{"VpcSecurityGroupId": own, "Status": "active"}]
    site.modify(CopyTagsToSnapshot=True)
    assert site.cluster()["VpcSecurityGroups"] == [{"VpcSecurityGroupId": own, "Status": "active"}]


@keeps("rds.modify-at-once")
def test_some_changes_apply_at_once_without_apply_immediately(site: Site, aws: Any) -> None:
    group = {"DBParameterGroupFamily": "aurora-postgresql17", "Description": "x"}
    site.rds.create_db_cluster_parameter_group(DBClusterParameterGroupName="own", **group)
    firewall = site.ec2.create_security_group(GroupName="db", Description="x", VpcId=site.vpc)["GroupId"]
    site.create()
    site.add()
    site.modify(
        now=False, Port=5433, VpcSecurityGroupIds=[firewall], DBClusterParameterGroupName="own",
        CopyTagsToSnapshot=True, AutoMinorVersionUpgrade=False, ServerlessV2ScalingConfiguration=SCALING,
        EngineLifecycleSupport="open-source-rds-extended-support-disabled",
    )  # fmt: skip
    got = site.cluster()
    assert "PendingModifiedValues" not in got and got["ServerlessV2ScalingConfiguration"] == SCALING
    assert [g["VpcSecurityGroupId"] for g in got["VpcSecurityGroups"]] == [firewall]
    assert (got["Port"], got["DBClusterParameterGroup"], got["AutoMinorVersionUpgrade"]) == (5433, "own", False)
    assert got["EngineLifecycleSupport"] == "open-source-rds-extended-support-disabled"
    assert site.instance()["Endpoint"]["Port"] == 5433
    key = site.key()
    site.modify(now=False, ManageMasterUserPassword=True, MasterUserSecretKmsKeyId=key)
    assert site.cluster()["MasterUserSecret"]["KmsKeyId"] == key


@keeps("rds.stop-start")
def test_a_cluster_can_be_stopped_and_started(site: Site, aws: Any) -> None:
    stop, start = site.rds.stop_db_cluster, site.rds.start_db_cluster
    site.create()
    site.add()
    refused("InvalidDBClusterStateFault", start, DBClusterIdentifier="main")
    aws.control.scale(1)
    assert stop(DBClusterIdentifier="main")["DBCluster"]["Status"] == "stopping"
    refused("InvalidDBClusterStateFault", stop, DBClusterIdentifier="main")
    aws.control.advance(121)
    got = site.cluster()
    assert (got["Status"], site.instance()["DBInstanceStatus"]) == ("stopped", "stopped")
    assert got["AutomaticRestartTime"] > got["ClusterCreateTime"]
    refused("InvalidDBClusterStateFault", site.modify, Port=5433)
    refused("InvalidDBClusterStateFault", site.add, name="two")
    refused("InvalidDBInstanceState", site.rds.reboot_db_instance, DBInstanceIdentifier="one")
    for call, named in (
        (site.rds.delete_db_instance, {"DBInstanceIdentifier": "one"}),
        (site.rds.modify_db_instance, {"DBInstanceIdentifier": "one", "PromotionTier": 2}),
        (site.rds.delete_db_cluster, {"DBClusterIdentifier": "main", "SkipFinalSnapshot": True}),
    ):
        assert refused("InvalidDBClusterStateFault", call, **named) == "Db cluster main is in stopped state"
    assert start(DBClusterIdentifier="main")["DBCluster"]["Status"] == "starting"
    aws.control.advance(121)
    assert site.cluster()["Status"] == site.instance()["DBInstanceStatus"] == "available"
    stop(DBClusterIdentifier="main")
    aws.control.advance(WEEK)
    assert site.cluster()["Status"] == "stopped"
    aws.control.advance(130)
    assert site.cluster()["Status"] == "starting"
    aws.control.advance(121)
    assert site.cluster()["Status"] == site.instance()["DBInstanceStatus"] == "available"


@keeps("rds.stop-start")
def test_a_cluster_with_secondaries_cannot_be_stopped(site: Site, aws: Any) -> None:
    site.rds.create_global_cluster(GlobalClusterIdentifier="world", Engine="aurora-postgresql", EngineVersion="17.6")
    site.create(GlobalClusterIdentifier="world")
    site.add()
    none = {"MasterUsername": None, "MasterUserPassword": None, "EngineVersion": None}
    Site(aws, "us-west-2").create("far", GlobalClusterIdentifier="world", **none)
    refused("InvalidDBClusterStateFault", site.rds.stop_db_cluster, DBClusterIdentifier="main")


def writer(site: Site) -> list[str]:
    return [m["DBInstanceIdentifier"] for m in site.cluster()["DBClusterMembers"] if m["IsClusterWriter"]]


@keeps("rds.failover")
def test_failover_promotes_the_reader_with_the_lowest_tier(site: Site, aws: Any) -> None:
    failover = site.rds.failover_db_cluster
    site.create()
    site.add()
    refused("InvalidDBInstanceState", failover, DBClusterIdentifier="main")
    site.add("small", PromotionTier=0)
    site.add("large", PromotionTier=0, DBInstanceClass="db.r6g.4xlarge")
    site.add("late", PromotionTier=9)
    refused("InvalidDBInstanceState", failover, DBClusterIdentifier="main", TargetDBInstanceIdentifier="nobody")
    aws.control.scale(1)
    aws.control.advance(1000)
    failover(DBClusterIdentifier="main")
    assert (site.cluster()["Status"], writer(site)) == ("failing-over", ["one"])
    refused("InvalidDBClusterStateFault", failover, DBClusterIdentifier="main")
    aws.control.advance(61)
    assert (site.cluster()["Status"], writer(site)) == ("available", ["large"])
    aws.control.scale(0)
    failover(DBClusterIdentifier="main", TargetDBInstanceIdentifier="Late")
    assert writer(site) == ["late"]
    site.rds.delete_db_instance(DBInstanceIdentifier="late")
    assert writer(site) == ["large"]


@keeps("rds.failure")
def test_injected_failures_are_reported_as_events(site: Site, aws: Any) -> None:
    def reasons() -> list[str]:
        return [e["Message"] for e in site.rds.describe_events(EventCategories=["failure"])["Events"]]

    aws.control.fault("rds:CreateDBCluster", "fail", state="failed", message="no storage left")
    site.create("lost")
    assert site.cluster("lost")["Status"] == "failed" and reasons() == ["no storage left"]
    refused("InvalidDBClusterStateFault", site.add, name="one", cluster="lost")
    site.rds.delete_db_cluster(DBClusterIdentifier="lost", SkipFinalSnapshot=True)
    refused("DBClusterNotFoundFault", site.cluster, name="lost")
    site.create()
    aws.control.fault("rds:CreateDBInstance", "fail", state="insufficient-capacity", message="no such machine")
    site.add()
    assert site.instance()["DBInstanceStatus"] == "insufficient-capacity" and reasons()[-1] == "no such machine"
    site.rds.delete_db_instance(DBInstanceIdentifier="one")
    site.add()
    aws.control.fault("rds:ModifyDBCluster", "fail", state="available", message="prepared transactions")
    site.modify(EngineVersion="17.7")
    assert (site.cluster()["EngineVersion"], site.cluster()["Status"]) == ("17.6", "available")
    assert reasons()[-1] == "prepared transactions" and "PendingModifiedValues" not in site.cluster()
