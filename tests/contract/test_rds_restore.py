"""RDS: snapshots, restores and managed secrets."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ParamValidationError
from promise import keeps
from rds_site import COMBINATION, SCALING, VALUE, Site, refused

AURORA = {"Engine": "aurora-postgresql"}
NOT_USABLE = "InvalidDBClusterSnapshotStateFault"
NO_SNAPSHOT = "DBClusterSnapshotNotFoundFault"
TAGS = [{"Key": "a", "Value": "b"}]
DAY = 86400


@pytest.fixture
def site(aws: Any) -> Site:
    return Site(aws)


def take(site: Site, name: str = "Taken", **kwargs: Any) -> Any:
    args = {"DBClusterIdentifier": "main", "DBClusterSnapshotIdentifier": name, **kwargs}
    return site.rds.create_db_cluster_snapshot(**args)["DBClusterSnapshot"]


def shown(site: Site, **kwargs: Any) -> list[str]:
    found = site.rds.describe_db_cluster_snapshots(**kwargs)["DBClusterSnapshots"]
    return [s["DBClusterSnapshotIdentifier"] for s in found]


def restore(site: Site, snapshot: str = "taken", name: str = "New", **kwargs: Any) -> Any:
    args = {"DBClusterIdentifier": name, "SnapshotIdentifier": snapshot, "DBSubnetGroupName": "data", **AURORA}
    return site.rds.restore_db_cluster_from_snapshot(**args, **kwargs)["DBCluster"]


def rewind(site: Site, name: str = "New", source: str = "main", **kwargs: Any) -> Any:
    args = {"DBClusterIdentifier": name, "SourceDBClusterIdentifier": source, "DBSubnetGroupName": "data"}
    return site.rds.restore_db_cluster_to_point_in_time(**args, **kwargs)["DBCluster"]


def run(waiter: Any, **kwargs: Any) -> None:
    waiter.wait(WaiterConfig={"Delay": 0, "MaxAttempts": 2}, **kwargs)


@keeps("rds.snapshot-names", "rds.snapshot-states")
def test_snapshots_are_taken_and_deleted(site: Site, aws: Any) -> None:
    resource = site.create()["DbClusterResourceId"]
    aws.control.scale(1)
    aws.control.advance(1000)
    made = take(site)
    assert (made["Status"], made["SnapshotType"], made["PercentProgress"]) == ("creating", "manual", 0)
    refused(NOT_USABLE, restore, site=site)
    delete = site.rds.delete_db_cluster_snapshot
    refused(NOT_USABLE, delete, DBClusterSnapshotIdentifier="taken")
    aws.control.advance(121)
    run(site.rds.get_waiter("db_cluster_snapshot_available"), DBClusterSnapshotIdentifier="taken")
    refused("DBClusterSnapshotAlreadyExistsFault", take, site=site, name="TAKEN")
    take(site, "second")
    aws.control.advance(121)
    arn = made["DBClusterSnapshotArn"]
    assert shown(site, DBClusterSnapshotIdentifier=arn) == shown(site, DBClusterSnapshotIdentifier="taken") == ["taken"]
    for asked in (
        {"DBClusterIdentifier": "main"},
        {"DbClusterResourceId": resource},
        {"SnapshotType": "manual", "MaxRecords": 20},
    ):
        assert shown(site, **asked) == ["taken", "second"], asked
    assert shown(site, SnapshotType="shared") == shown(site, DBClusterIdentifier="other") == []
    delete(DBClusterSnapshotIdentifier="Taken")
    run(site.rds.get_waiter("db_cluster_snapshot_deleted"), DBClusterSnapshotIdentifier="taken")
    refused(NO_SNAPSHOT, delete, DBClusterSnapshotIdentifier="taken")
    refused("DBClusterNotFoundFault", take, site=site, DBClusterIdentifier="nothing")


@keeps("rds.snapshot-states")
def test_a_snapshot_can_fail(site: Site, aws: Any) -> None:
    site.create()
    aws.control.fault("rds:CreateDBClusterSnapshot", "fail", state="failed", message="no")
    take(site)
    refused(NOT_USABLE, restore, site=site)
    assert site.rds.describe_db_cluster_snapshots()["DBClusterSnapshots"][0]["Status"] == "failed"


@keeps("rds.snapshot-states")
def test_a_snapshot_needs_an_available_cluster(site: Site, aws: Any) -> None:
    aws.control.scale(1)
    site.create()
    refused("InvalidDBClusterStateFault", take, site=site)


@keeps("rds.snapshot-tags")
def test_snapshots_have_tags(site: Site) -> None:
    site.create(CopyTagsToSnapshot=True, Tags=TAGS)
    assert take(site)["TagList"] == TAGS
    other = [{"Key": "c", "Value": "d"}]
    assert take(site, "own", Tags=other)["TagList"] == other
    refused(VALUE, take, site=site, name="keyless", Tags=[{"Value": "d"}])
    site.modify(CopyTagsToSnapshot=False)
    assert take(site, "plain")["TagList"] == []


@keeps("rds.snapshot-quota")
def test_a_region_has_100_manual_snapshots_at_most(site: Site) -> None:
    site.create(EngineVersion="16.8")
    site.add()
    for number in range(100):
        take(site, f"s{number}")
    refused("SnapshotQuotaExceeded", take, site=site)
    pages = list(site.rds.get_paginator("describe_db_cluster_snapshots").paginate(PaginationConfig={"PageSize": 60}))
    assert [len(page["DBClusterSnapshots"]) for page in pages] == [60, 40]


@keeps("rds.snapshot-automated", "rds.restore-window")
def test_automated_snapshots_are_deleted_after_the_retention_period(site: Site, aws: Any) -> None:
    site.create(EngineVersion="16.8", BackupRetentionPeriod=3)
    site.add()
    for number in range(100):
        take(site, f"s{number}")
    site.modify(EngineVersion="17.6", AllowMajorVersionUpgrade=True)
    (name,) = shown(site, SnapshotType="automated")  # automated snapshots do not count towards the quota
    assert name.startswith("preupgrade-main-16-8-to-17-6-")
    refused(NOT_USABLE, site.rds.delete_db_cluster_snapshot, DBClusterSnapshotIdentifier=name)
    assert restore(site, name)["EngineVersion"] == "16.8"
    aws.control.advance(10 * DAY)
    assert shown(site, SnapshotType="automated") == [] and len(shown(site)) == 100
    refused(NO_SNAPSHOT, restore, site=site, snapshot=name)
    cluster = site.cluster()
    kept = cluster["LatestRestorableTime"] - cluster["EarliestRestorableTime"]
    assert kept == timedelta(days=3, minutes=-5)


@keeps("rds.restore-forgets", "rds.global-join-new")
def test_a_restore_resets_some_settings(site: Site) -> None:
    site.rds.create_db_cluster_parameter_group(
        DBClusterParameterGroupName="own", DBParameterGroupFamily="aurora-postgresql17", Description="x"
    )
    own: dict[str, Any] = {
        "DBClusterParameterGroupName": "own",
        "DeletionProtection": True,
        "CopyTagsToSnapshot": True,
        "EnableCloudwatchLogsExports": ["postgresql"],
        "EnableIAMDatabaseAuthentication": True,
        "ServerlessV2ScalingConfiguration": SCALING,
        "StorageType": "aurora-iopt1",
        "Tags": TAGS,
        "VpcSecurityGroupIds": [
            site.ec2.create_security_group(GroupName="own", Description="x", VpcId=site.vpc)["GroupId"]
        ],
    }
    was: Any = site.create(Port=6000, BackupRetentionPeriod=9, DatabaseName="app", **own)
    site.add()
    take(site)
    for name, make in (("snapped", restore), ("rewound", rewind)):
        latest = {"UseLatestRestorableTime": True} if make is rewind else {}
        got = make(site, name=name, **latest)
        assert got["Status"] == "creating" and got["DBClusterMembers"] == []
        got = site.cluster(name)
        for field in ("Port", "BackupRetentionPeriod", "DatabaseName", "MasterUsername", "EngineVersion"):
            assert got[field] == was[field], field
        assert got["DbClusterResourceId"] != was["DbClusterResourceId"]
        assert got["DBClusterParameterGroup"] == "default.aurora-postgresql17"
        for field in ("DeletionProtection", "CopyTagsToSnapshot", "IAMDatabaseAuthenticationEnabled"):
            assert got[field] is False, field
        assert "EnabledCloudwatchLogsExports" not in got and got["TagList"] == []
        assert not {"ServerlessV2ScalingConfiguration", "StorageType", "GlobalClusterIdentifier"} & set(got)
        assert got["VpcSecurityGroups"] != was["VpcSecurityGroups"]
        more: dict[str, Any] = {
            "Port": 7000,
            "BackupRetentionPeriod": 2,
            "PreferredBackupWindow": "01:00-02:00",
            "EngineLifecycleSupport": "open-source-rds-extended-support-disabled",
        }
        got = make(site, name=f"{name}-full", **latest, **own, **more)
        assert got["VpcSecurityGroups"] == was["VpcSecurityGroups"] and got["TagList"] == TAGS
        for field in own.keys() & was.keys() | more.keys():
            assert got[field] == {**was, **more}[field], field
        site.add(f"{name}-one", name)
        assert site.cluster(name)["DBClusterMembers"][0]["IsClusterWriter"] is True
        refused("DBClusterAlreadyExistsFault", make, site=site, name=name, **latest)
        with pytest.raises(ParamValidationError):
            make(site, GlobalClusterIdentifier="world")


@keeps("rds.restore-version", "rds.restore-major")
def test_a_restore_can_upgrade_the_engine(site: Site) -> None:
    site.create(EngineVersion="16.8")
    take(site)
    assert restore(site)["EngineVersion"] == "16.8"
    assert restore(site, name="newer", EngineVersion="16.9")["EngineVersion"] == "16.9"
    refused(COMBINATION, restore, site=site, name="older", EngineVersion="16.6")
    assert "does not implement" in refused(COMBINATION, restore, site=site, name="x", EngineVersion="17.6")
    refused(COMBINATION, restore, site=site, name="x", EngineVersion="17.0")


@keeps("rds.restore-key")
def test_a_restore_can_change_the_key(site: Site) -> None:
    key, other = site.key(), site.key()
    site.create(StorageEncrypted=True, KmsKeyId=key)
    site.create("plain")
    take(site)
    take(site, "open", DBClusterIdentifier="plain")
    assert restore(site, name="a")["KmsKeyId"] == key
    assert restore(site, name="c", KmsKeyId=other)["KmsKeyId"] == other
    assert restore(site, "open", "e")["StorageEncryptionType"] == "sse-rds"
    assert restore(site, "open", "f", KmsKeyId=key)["StorageEncryptionType"] == "sse-kms"
    latest: dict[str, Any] = {"UseLatestRestorableTime": True}
    assert rewind(site, "b", **latest)["KmsKeyId"] == key
    assert rewind(site, "d", KmsKeyId=other, **latest)["KmsKeyId"] == other
    refused(COMBINATION, rewind, site=site, name="h", source="plain", KmsKeyId=key, **latest)
    assert rewind(site, "h", "plain", **latest)["StorageEncryptionType"] == "sse-rds"
    site.kms.disable_key(KeyId=key)
    refused("KMSKeyNotAccessibleFault", restore, site=site, name="g")
    refused("KMSKeyNotAccessibleFault", rewind, site=site, name="g", **latest)
    refused("KMSKeyNotAccessibleFault", restore, site=site, name="g", KmsKeyId=other)
    site.kms.schedule_key_deletion(KeyId=key)
    refused("KMSKeyNotAccessibleFault", restore, site=site, name="g")
    site.kms.cancel_key_deletion(KeyId=key)
    site.kms.enable_key(KeyId=key)
    assert restore(site, name="g")["KmsKeyId"] == key


@keeps("rds.restore-time", "rds.restore-window")
def test_a_cluster_can_be_restored_to_a_point_in_time(site: Site, aws: Any) -> None:
    aws.control.scale(1)
    site.create(BackupRetentionPeriod=2)
    refused("InvalidDBClusterStateFault", rewind, site=site, UseLatestRestorableTime=True)
    aws.control.advance(4 * DAY)
    latest, hour = site.cluster()["LatestRestorableTime"], timedelta(hours=1)
    clone: dict[str, Any] = {"RestoreType": "copy-on-write"}
    for code, arguments in (
        (COMBINATION, {}),
        (COMBINATION, {"UseLatestRestorableTime": True, "RestoreToTime": latest - hour}),
        (COMBINATION, {**clone, "RestoreToTime": latest - hour}),
        (VALUE, {"RestoreType": "half-copy", "UseLatestRestorableTime": True}),
        (VALUE, {"RestoreToTime": latest + hour}),
        (VALUE, {"RestoreToTime": latest - timedelta(days=2)}),
        ("DBClusterNotFoundFault", {"source": "x", "UseLatestRestorableTime": True}),
    ):
        refused(code, rewind, site=site, **arguments)
    assert rewind(site, RestoreToTime=latest - hour, RestoreType="full-copy")["Status"] == "creating"
    assert rewind(site, "clone", UseLatestRestorableTime=True, **clone)["Status"] == "creating"
    assert site.cluster("clone")["Status"] == "creating"
    aws.control.advance(601)
    run(site.rds.get_waiter("db_cluster_available"), DBClusterIdentifier="clone")


@keeps("rds.backups-retained")
def test_the_automated_backups_of_a_deleted_cluster_expire(site: Site, aws: Any) -> None:
    aws.control.scale(1)
    key = site.key()
    made = site.create(StorageEncrypted=True, KmsKeyId=key, BackupRetentionPeriod=5, DatabaseName="app")
    resource = {"DbClusterResourceId": made["DbClusterResourceId"]}
    describe, delete = site.rds.describe_db_cluster_automated_backups, site.rds.delete_db_cluster_automated_backup

    def states(**asked: Any) -> list[str]:
        return [each["Status"] for each in describe(**asked)["DBClusterAutomatedBackups"]]

    assert states() == ["creating"]
    aws.control.advance(DAY)
    named = [{"Name": "db-cluster-id", "Values": ["main"]}]
    for asked in ({}, resource, {"DBClusterIdentifier": "main"}, {"Filters": named, "MaxRecords": 20}):
        assert states(**asked) == ["active"], asked
    assert states(DBClusterIdentifier="other", Marker="0") == []
    refused("InvalidDBClusterAutomatedBackupStateFault", delete, **resource)
    end: dict[str, Any] = {"SkipFinalSnapshot": True, "DeleteAutomatedBackups": False}
    site.rds.delete_db_cluster(DBClusterIdentifier="main", **end)
    aws.control.advance(1000)
    (left,) = describe()["DBClusterAutomatedBackups"]
    assert (left["Status"], left["KmsKeyId"], left["BackupRetentionPeriod"]) == ("retained", key, 5)
    window, source = left["RestoreWindow"], {"SourceDbClusterResourceId": made["DbClusterResourceId"]}
    for code, arguments in (
        (COMBINATION, {**source, "SourceDBClusterIdentifier": "main", "UseLatestRestorableTime": True}),
        (VALUE, {**source, "RestoreToTime": window["LatestTime"] + timedelta(hours=1)}),
        ("DBClusterAutomatedBackupNotFoundFault", {"SourceDbClusterResourceId": "x", "UseLatestRestorableTime": True}),
    ):
        args = {"DBClusterIdentifier": "new", "DBSubnetGroupName": "data", **arguments}
        refused(code, site.rds.restore_db_cluster_to_point_in_time, **args)
    again = {"DBSubnetGroupName": "data", **source, "UseLatestRestorableTime": True}
    got = site.rds.restore_db_cluster_to_point_in_time(DBClusterIdentifier="again", **again)["DBCluster"]
    assert (got["DatabaseName"], got["KmsKeyId"]) == ("app", key)
    site.kms.disable_key(KeyId=key)
    restore_again = site.rds.restore_db_cluster_to_point_in_time
    refused("KMSKeyNotAccessibleFault", restore_again, DBClusterIdentifier="third", **again)
    aws.control.advance(5 * DAY)
    assert "retained" not in states()
    refused("DBClusterAutomatedBackupNotFoundFault", delete, **resource)


@keeps("rds.backups-retained")
def test_retained_backups_can_be_deleted(site: Site) -> None:
    made = site.create()
    site.rds.delete_db_cluster(DBClusterIdentifier="main", SkipFinalSnapshot=True, DeleteAutomatedBackups=False)
    resource = {"DbClusterResourceId": made["DbClusterResourceId"]}
    assert site.rds.delete_db_cluster_automated_backup(**resource)["DBClusterAutomatedBackup"]["Status"] == "deleting"
    assert site.rds.describe_db_cluster_automated_backups()["DBClusterAutomatedBackups"] == []
    site.create()
    site.rds.delete_db_cluster(DBClusterIdentifier="main", SkipFinalSnapshot=True)
    assert site.rds.describe_db_cluster_automated_backups()["DBClusterAutomatedBackups"] == []


@keeps("rds.restore-insights", "rds.snapshot-shared-by-others", "rds.backups")
def test_missing_parameters_are_refused(site: Site) -> None:
    site.create()
    take(site)
    missing = "does not implement"
    for arguments in ({"EnablePerformanceInsights": True}, {"MonitoringInterval": 60}):
        refused(COMBINATION, restore, site=site, **arguments)
        refused(COMBINATION, rewind, site=site, UseLatestRestorableTime=True, **arguments)
    restore(site=site, EnablePerformanceInsights=False, MonitoringInterval=0)
    assert missing in refused("InvalidAction", shown, site=site, IncludeShared=True)
    replicate, source = site.rds.start_db_instance_automated_backups_replication, "arn:aws:rds:us-east-1:1:db:x"
    assert missing in refused("InvalidAction", replicate, SourceDBInstanceArn=source)


@keeps("rds.secret-managed", "rds.secret-refusals", "rds.secret-end", "rds.secret-rotation")
def test_a_managed_secret_is_created_rotated_and_deleted(site: Site, aws: Any) -> None:
    managed: dict[str, Any] = {"ManageMasterUserPassword": True}
    refused(COMBINATION, site.create, **managed)
    refused(COMBINATION, site.create, MasterUserSecretKmsKeyId=site.key())
    refused("KMSKeyNotAccessibleFault", site.create, MasterUserPassword=None, MasterUserSecretKmsKeyId="x", **managed)
    aws.control.scale(1)
    aws.control.advance(1)

    def status() -> str:
        return str(site.cluster()["MasterUserSecret"]["SecretStatus"])

    def value() -> Any:
        return json.loads(site.secrets.get_secret_value(SecretId=arn)["SecretString"])

    key = site.key()
    made = site.create(MasterUserPassword=None, MasterUserSecretKmsKeyId=key, **managed)["MasterUserSecret"]
    arn = made["SecretArn"]
    assert made["KmsKeyId"] == key and status() == "creating" and value()["username"] == "dbadmin"
    aws.control.advance(1000)
    assert status() == "active" and ":secret:rds!cluster-" in arn
    before = value()
    refused(COMBINATION, site.modify, MasterUserPassword="something-else")
    refused(COMBINATION, site.modify, now=False, RotateMasterUserPassword=True)
    refused(COMBINATION, site.modify, MasterUserSecretKmsKeyId=site.key(), **managed)
    refused(COMBINATION, site.modify, ManageMasterUserPassword=False)
    site.modify(RotateMasterUserPassword=True)
    assert status() == "rotating" and value()["password"] != before["password"]
    aws.control.advance(1000)
    assert status() == "active"
    site.modify(ManageMasterUserPassword=False, MasterUserPassword="something-else")
    aws.control.advance(1000)
    assert "MasterUserSecret" not in site.cluster()
    refused("ResourceNotFoundException", site.secrets.describe_secret, SecretId=arn)
    refused(COMBINATION, site.modify, RotateMasterUserPassword=True)
    key = site.key()
    site.modify(MasterUserSecretKmsKeyId=key, **managed)
    assert site.cluster()["MasterUserSecret"]["KmsKeyId"] == key
    aws.control.advance(1000)
    arn = site.cluster()["MasterUserSecret"]["SecretArn"]
    site.rds.delete_db_cluster(DBClusterIdentifier="main", SkipFinalSnapshot=True)
    refused("ResourceNotFoundException", site.secrets.describe_secret, SecretId=arn)


@keeps("rds.secret-schedule", "rds.restore-forgets")
def test_a_restored_cluster_has_no_managed_secret(site: Site) -> None:
    arn = site.create(MasterUserPassword=None, ManageMasterUserPassword=True)["MasterUserSecret"]["SecretArn"]
    take(site)
    assert "MasterUserSecret" not in restore(site)
    site.rds.modify_db_cluster(DBClusterIdentifier="new", ManageMasterUserPassword=True, ApplyImmediately=True)
    assert site.cluster("new")["MasterUserSecret"]["SecretArn"] != arn
    assert "managed by another service" in refused("InvalidRequestException", site.secrets.rotate_secret, SecretId=arn)


@keeps("rds.snapshot-sharing")
def test_a_manual_snapshot_can_be_shared(site: Site) -> None:
    site.create()
    take(site, "taken")
    share, named = site.rds.modify_db_cluster_snapshot_attribute, {"DBClusterSnapshotIdentifier": "taken"}

    def shared() -> list[str]:
        result = site.rds.describe_db_cluster_snapshot_attributes(**named)["DBClusterSnapshotAttributesResult"]
        (attribute,) = result["DBClusterSnapshotAttributes"]
        assert (result["DBClusterSnapshotIdentifier"], attribute["AttributeName"]) == ("taken", "restore")
        return list(attribute["AttributeValues"])

    assert shared() == []
    restore_of = {**named, "AttributeName": "restore"}
    share(**restore_of, ValuesToAdd=["111122223333", "444455556666"])
    share(**restore_of, ValuesToAdd=["all"], ValuesToRemove=["111122223333"])
    assert shared() == ["444455556666", "all"]
    refused("InvalidParameterValue", share, **named, AttributeName="copy", ValuesToAdd=["all"])
    refused("InvalidParameterValue", share, **restore_of, ValuesToAdd=["somebody"])
    many = [f"{n:012}" for n in range(19)]
    refused("SharedSnapshotQuotaExceeded", share, **restore_of, ValuesToAdd=many)
    share(**restore_of, ValuesToRemove=["444455556666", "all"])
    assert shared() == []
    refused(NO_SNAPSHOT, share, **{**restore_of, "DBClusterSnapshotIdentifier": "none"}, ValuesToAdd=["all"])
    refused(NO_SNAPSHOT, site.rds.describe_db_cluster_snapshot_attributes, DBClusterSnapshotIdentifier="none")


@keeps("rds.snapshot-sharing")
def test_an_encrypted_snapshot_cannot_be_public_and_an_automated_one_not_shared(site: Site, aws: Any) -> None:
    site.create(StorageEncrypted=True, KmsKeyId=site.key(), EngineVersion="16.6")
    site.add()
    aws.control.scale(1)
    aws.control.advance(1000)
    take(site, "taken")
    share = site.rds.modify_db_cluster_snapshot_attribute
    args = {"DBClusterSnapshotIdentifier": "taken", "AttributeName": "restore", "ValuesToAdd": ["111122223333"]}
    refused(NOT_USABLE, share, **args)
    aws.control.advance(1000)
    share(**args)
    refused("InvalidParameterCombination", share, **{**args, "ValuesToAdd": ["all"]})
    aws.control.scale(0)
    site.modify(EngineVersion="17.6", AllowMajorVersionUpgrade=True)  # RDS takes a snapshot before it
    (automated,) = shown(site, SnapshotType="automated")
    refused(NOT_USABLE, share, **{**args, "DBClusterSnapshotIdentifier": automated})
