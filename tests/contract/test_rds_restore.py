"""The local RDS through boto3: snapshots, automated backups, restore, and the secret that RDS manages."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ParamValidationError
from promise import keeps
from rds_site import COMBINATION, EAST, SCALING, VALUE, WEST, Site, refused

AURORA = {"Engine": "aurora-postgresql"}
NOT_USABLE = "InvalidDBClusterSnapshotStateFault"
NO_SNAPSHOT = "DBClusterSnapshotNotFoundFault"
TAGS = [{"Key": "a", "Value": "b"}]
SOURCE = {"SourceDBClusterIdentifier": "main"}
DAY = 86400


@pytest.fixture
def site(aws: Any) -> Site:
    return Site(aws)


def take(site: Site, name: str = "Taken", **kwargs: Any) -> Any:
    args = {"DBClusterIdentifier": "main", "DBClusterSnapshotIdentifier": name, **kwargs}
    return site.rds.create_db_cluster_snapshot(**args)["DBClusterSnapshot"]


def copy(site: Site, source: str = "taken", target: str = "Copy", **kwargs: Any) -> Any:
    args = {"SourceDBClusterSnapshotIdentifier": source, "TargetDBClusterSnapshotIdentifier": target, **kwargs}
    return site.rds.copy_db_cluster_snapshot(**args)["DBClusterSnapshot"]


def shown(site: Site, **kwargs: Any) -> list[str]:
    found = site.rds.describe_db_cluster_snapshots(**kwargs)["DBClusterSnapshots"]
    return [s["DBClusterSnapshotIdentifier"] for s in found]


def restore(site: Site, snapshot: str = "taken", name: str = "New", **kwargs: Any) -> Any:
    args = {"DBClusterIdentifier": name, "SnapshotIdentifier": snapshot, "DBSubnetGroupName": "data", **AURORA}
    return site.rds.restore_db_cluster_from_snapshot(**args, **kwargs)["DBCluster"]


def rewind(site: Site, name: str = "new", **kwargs: Any) -> Any:
    args: dict[str, Any] = {"DBClusterIdentifier": name, "DBSubnetGroupName": "data", **kwargs}
    if "SourceDbClusterResourceId" not in args:
        args = {**SOURCE, **args}
    return site.rds.restore_db_cluster_to_point_in_time(**args)["DBCluster"]


def run(waiter: Any, **kwargs: Any) -> None:
    waiter.wait(WaiterConfig={"Delay": 0, "MaxAttempts": 2}, **kwargs)


@keeps("rds.snapshot-names", "rds.snapshot-states")
def test_snapshots_come_and_go(site: Site, aws: Any) -> None:
    resource = site.create()["DbClusterResourceId"]
    aws.control.scale(1)
    aws.control.advance(1000)
    made = take(site)
    assert (made["Status"], made["SnapshotType"], made["PercentProgress"]) == ("creating", "manual", 0)
    refused("DBClusterSnapshotAlreadyExistsFault", take, site=site, name="TAKEN")
    refused(NOT_USABLE, copy, site=site)
    refused(NOT_USABLE, restore, site=site)
    delete = site.rds.delete_db_cluster_snapshot
    refused(NOT_USABLE, delete, DBClusterSnapshotIdentifier="taken")
    aws.control.advance(121)
    run(site.rds.get_waiter("db_cluster_snapshot_available"), DBClusterSnapshotIdentifier="taken")
    take(site, "second")
    arn = made["DBClusterSnapshotArn"]
    assert shown(site, DBClusterSnapshotIdentifier=arn) == shown(site, DBClusterSnapshotIdentifier="taken") == ["taken"]
    for asked in (
        {"DBClusterIdentifier": "main"},
        {"DbClusterResourceId": resource},
        {"SnapshotType": "manual", "MaxRecords": 20},
        {"Filters": [{"Name": "db-cluster-id", "Values": [site.cluster()["DBClusterArn"]]}]},
        {
            "Filters": [
                {"Name": "snapshot-type", "Values": ["manual"]},
                {"Name": "engine", "Values": [AURORA["Engine"]]},
            ]
        },
        {"Filters": [{"Name": "db-cluster-snapshot-id", "Values": ["taken", "second"]}]},
    ):
        assert shown(site, **asked) == ["taken", "second"], asked
    assert shown(site, SnapshotType="shared") == shown(site, DBClusterIdentifier="other") == []
    refused(VALUE, shown, site=site, Filters=[{"Name": "vpc", "Values": ["x"]}])
    delete(DBClusterSnapshotIdentifier="Taken")
    run(site.rds.get_waiter("db_cluster_snapshot_deleted"), DBClusterSnapshotIdentifier="taken")
    refused(NO_SNAPSHOT, delete, DBClusterSnapshotIdentifier="taken")
    refused("DBClusterNotFoundFault", take, site=site, DBClusterIdentifier="nothing")


@keeps("rds.snapshot-states")
def test_a_snapshot_that_fails_says_so(site: Site, aws: Any) -> None:
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
def test_tags_of_snapshots(site: Site) -> None:
    site.create(CopyTagsToSnapshot=True, Tags=TAGS)
    assert take(site)["TagList"] == TAGS
    other = [{"Key": "c", "Value": "d"}]
    assert take(site, "own", Tags=other)["TagList"] == other
    refused(VALUE, take, site=site, name="keyless", Tags=[{"Value": "d"}])
    assert copy(site, target="bare")["TagList"] == []
    assert copy(site, target="both", CopyTags=True, Tags=other)["TagList"] == TAGS + other
    site.modify(CopyTagsToSnapshot=False)
    assert take(site, "plain")["TagList"] == []


@keeps("rds.snapshot-quota")
def test_there_are_100_manual_snapshots_at_most(site: Site) -> None:
    site.create(EngineVersion="16.8")
    site.add()
    for number in range(100):
        take(site, f"s{number}")
    refused("SnapshotQuotaExceeded", take, site=site)
    refused("SnapshotQuotaExceeded", copy, site=site, source="s1")
    pages = list(site.rds.get_paginator("describe_db_cluster_snapshots").paginate(PaginationConfig={"PageSize": 60}))
    assert [len(page["DBClusterSnapshots"]) for page in pages] == [60, 40]
    site.modify(EngineVersion="17.6", AllowMajorVersionUpgrade=True)  # RDS takes one by itself, which does not count
    assert len(shown(site, SnapshotType="automated")) == 1


@keeps("rds.snapshot-automated", "rds.restore-window")
def test_automated_snapshots(site: Site, aws: Any) -> None:
    site.create(BackupRetentionPeriod=3, PreferredBackupWindow="03:00-04:00", CopyTagsToSnapshot=True, Tags=TAGS)
    assert shown(site) == []
    aws.control.advance(10 * DAY)
    names = shown(site, SnapshotType="automated")
    assert names == shown(site) and len(names) == 3 and all(n.startswith("rds:main-20") for n in names)
    assert names[0].endswith("-03-00") and sorted(names) == names
    refused(NOT_USABLE, site.rds.delete_db_cluster_snapshot, DBClusterSnapshotIdentifier=names[0])
    copied = copy(site, names[0], CopyTags=True)
    assert (copied["SnapshotType"], copied["TagList"]) == ("manual", TAGS)
    assert restore(site, names[1])["Status"] == "creating"
    cluster = site.cluster()
    kept = cluster["LatestRestorableTime"] - cluster["EarliestRestorableTime"]
    assert kept == timedelta(days=3, minutes=-5)
    site.rds.delete_db_cluster(DBClusterIdentifier="main", SkipFinalSnapshot=True)
    assert shown(site, SnapshotType="automated") == [] and shown(site) == ["copy"]


@keeps("rds.snapshot-copy-key")
def test_keys_of_copies(site: Site, aws: Any) -> None:
    away, key = Site(aws, WEST), site.key()
    site.create(StorageEncrypted=True, KmsKeyId=key)
    taken = take(site)
    assert copy(site)["KmsKeyId"] == key
    other = site.key()
    assert copy(site, target="other", KmsKeyId=other)["KmsKeyId"] == other
    arn = taken["DBClusterSnapshotArn"]
    refused(COMBINATION, copy, site=away, source=arn)
    refused("KMSKeyNotAccessibleFault", copy, site=away, source=arn, KmsKeyId=key)
    refused(NO_SNAPSHOT, copy, site=away, source=arn + "x", KmsKeyId=key)
    refused(NO_SNAPSHOT, copy, site=away, source="taken")
    far_key = away.key()
    far = copy(away, arn, SourceRegion=EAST, KmsKeyId=far_key)
    assert (far["SourceDBClusterSnapshotArn"], far["KmsKeyId"]) == (arn, far_key)
    assert f":{WEST}:" in far["DBClusterSnapshotArn"] and far["DBClusterIdentifier"] == "main"
    refused("DBClusterSnapshotAlreadyExistsFault", copy, site=away, source=arn, KmsKeyId=far_key)
    assert restore(away, "copy")["KmsKeyId"] == far_key
    site.create("plain")
    take(site, "open", DBClusterIdentifier="plain")
    refused(COMBINATION, copy, site=site, source="open", target="x", KmsKeyId=key)
    assert copy(site, "open", "x")["StorageEncryptionType"] == "sse-rds"


@keeps("rds.restore-forgets", "rds.global-join-new")
def test_what_a_restore_forgets(site: Site) -> None:
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
    was = site.create(Port=6000, BackupRetentionPeriod=9, DatabaseName="app", **own)
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
        assert got["EnabledCloudwatchLogsExports"] == got["TagList"] == []
        assert not {"ServerlessV2ScalingConfiguration", "StorageType", "GlobalClusterIdentifier"} & set(got)
        assert got["VpcSecurityGroups"] != was["VpcSecurityGroups"]
        more: dict[str, Any] = {
            "Port": 7000,
            "BackupRetentionPeriod": 2,
            "PreferredBackupWindow": "01:00-02:00",
            "EngineLifecycleSupport": "open-source-rds-extended-support-disabled",
        }
        if make is restore:
            more["AvailabilityZones"] = ["us-east-1a", "us-east-1b", "us-east-1c"]
        got = make(site, name=f"{name}-full", **latest, **own, **more)
        assert got["VpcSecurityGroups"] == was["VpcSecurityGroups"] and got["TagList"] == TAGS
        for field in own.keys() & was.keys() | more.keys():
            assert got[field] == {**was, **more}[field], field
        site.add(f"{name}-one", name)
        assert site.cluster(name)["DBClusterMembers"][0]["IsClusterWriter"] is True
        refused("DBClusterAlreadyExistsFault", make, site=site, name=name, **latest)
    for make in (restore, rewind):
        with pytest.raises(ParamValidationError):
            make(site, GlobalClusterIdentifier="world")


@keeps("rds.restore-version", "rds.restore-major")
def test_versions_of_restores(site: Site) -> None:
    site.create(EngineVersion="16.8")
    take(site)
    assert restore(site)["EngineVersion"] == "16.8"
    assert restore(site, name="newer", EngineVersion="16.9")["EngineVersion"] == "16.9"
    refused(COMBINATION, restore, site=site, name="older", EngineVersion="16.6")
    assert "does not implement" in refused(COMBINATION, restore, site=site, name="x", EngineVersion="17.6")
    refused(VALUE, restore, site=site, name="x", EngineVersion="17.0")


@keeps("rds.restore-key")
def test_keys_of_restores(site: Site) -> None:
    key, other = site.key(), site.key()
    site.create(StorageEncrypted=True, KmsKeyId=key)
    site.create("plain")
    take(site)
    take(site, "open", DBClusterIdentifier="plain")
    latest: dict[str, Any] = {"UseLatestRestorableTime": True}
    assert restore(site, name="a")["KmsKeyId"] == rewind(site, "b", **latest)["KmsKeyId"] == key
    assert restore(site, name="c", KmsKeyId=other)["KmsKeyId"] == other
    assert rewind(site, "d", KmsKeyId=other, **latest)["KmsKeyId"] == other
    assert restore(site, "open", "e")["StorageEncryptionType"] == "sse-rds"
    assert restore(site, "open", "f", KmsKeyId=key)["StorageEncryptionType"] == "sse-kms"
    refused(COMBINATION, rewind, site=site, SourceDBClusterIdentifier="plain", KmsKeyId=key, **latest)
    site.kms.disable_key(KeyId=key)
    refused("KMSKeyNotAccessibleFault", restore, site=site, name="g")


@keeps("rds.restore-time", "rds.restore-window")
def test_restore_to_a_moment(site: Site, aws: Any) -> None:
    aws.control.scale(1)
    site.create(BackupRetentionPeriod=2)
    refused("InvalidDBClusterStateFault", rewind, site=site, UseLatestRestorableTime=True)
    aws.control.advance(4 * DAY)
    latest: datetime = site.cluster()["LatestRestorableTime"]
    hour = timedelta(hours=1)
    clone: dict[str, Any] = {"RestoreType": "copy-on-write"}
    for code, arguments in (
        (COMBINATION, {}),
        (COMBINATION, {"UseLatestRestorableTime": True, "RestoreToTime": latest - hour}),
        (COMBINATION, {**clone, "RestoreToTime": latest - hour}),
        (COMBINATION, {"UseLatestRestorableTime": True, "SourceDbClusterResourceId": "x", **SOURCE}),
        (VALUE, {"RestoreType": "half-copy", "UseLatestRestorableTime": True}),
        (VALUE, {"RestoreToTime": latest + hour}),
        (VALUE, {"RestoreToTime": latest - timedelta(days=2)}),
        ("DBClusterNotFoundFault", {"SourceDBClusterIdentifier": "x", "UseLatestRestorableTime": True}),
    ):
        refused(code, rewind, site=site, **arguments)
    assert rewind(site, RestoreToTime=latest - hour, RestoreType="full-copy")["Status"] == "creating"
    assert rewind(site, "clone", UseLatestRestorableTime=True, **clone)["Status"] == "creating"
    assert site.cluster("clone")["Status"] == "creating"
    aws.control.advance(601)
    run(site.rds.get_waiter("db_cluster_available"), DBClusterIdentifier="clone")


@keeps("rds.restore-insights", "rds.snapshot-sharing")
def test_what_is_missing(site: Site) -> None:
    site.create()
    take(site)
    missing = "does not implement"
    for arguments in ({"EnablePerformanceInsights": True}, {"MonitoringInterval": 60}):
        refused(COMBINATION, restore, site=site, **arguments)
        refused(COMBINATION, rewind, site=site, UseLatestRestorableTime=True, **arguments)
    assert missing in refused("InvalidAction", shown, site=site, IncludeShared=True)
    attributes = site.rds.describe_db_cluster_snapshot_attributes
    assert missing in refused("InvalidAction", attributes, DBClusterSnapshotIdentifier="taken")


@keeps("rds.backups-retained", "rds.backup-deletion")
def test_backups_outlive_their_cluster(site: Site, aws: Any) -> None:
    resource = site.create(DatabaseName="app", BackupRetentionPeriod=5)["DbClusterResourceId"]
    site.create("other")
    describe = site.rds.describe_db_cluster_automated_backups
    aws.control.advance(DAY)
    by_filter = describe(Filters=[{"Name": "status", "Values": ["active"]}], MaxRecords=20)
    assert len(by_filter["DBClusterAutomatedBackups"]) == 2
    for name in ("main", "other"):
        keep = name == "other"
        site.rds.delete_db_cluster(DBClusterIdentifier=name, SkipFinalSnapshot=True, DeleteAutomatedBackups=keep)
    (backup,) = describe(DBClusterIdentifier="main", DbClusterResourceId=resource)["DBClusterAutomatedBackups"]
    assert (backup["Status"], backup["DbClusterResourceId"], backup["BackupRetentionPeriod"]) == (
        "retained",
        resource,
        5,
    )
    assert backup["RestoreWindow"]["LatestTime"] - backup["RestoreWindow"]["EarliestTime"] > timedelta(hours=23)
    assert describe(DBClusterIdentifier="other")["DBClusterAutomatedBackups"] == []
    source: dict[str, Any] = {"SourceDbClusterResourceId": resource, "UseLatestRestorableTime": True}
    assert rewind(site, **source)["DatabaseName"] == "app"
    aws.control.advance(6 * DAY)
    refused("DBClusterAutomatedBackupNotFoundFault", rewind, site=site, name="late", **source)
    for number in range(20):
        site.create(f"c{number}")
    pages = site.rds.get_paginator("describe_db_cluster_automated_backups").paginate(PaginationConfig={"PageSize": 20})
    assert [len(page["DBClusterAutomatedBackups"]) for page in pages] == [20, 1]
    assert "does not implement" in refused(
        "InvalidAction", site.rds.delete_db_cluster_automated_backup, DbClusterResourceId=resource
    )


@keeps("rds.secret-managed", "rds.secret-refusals", "rds.secret-end", "rds.secret-rotation")
def test_the_life_of_a_managed_secret(site: Site, aws: Any) -> None:
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

    arn = site.create(MasterUserPassword=None, **managed)["MasterUserSecret"]["SecretArn"]
    assert status() == "creating" and value()["username"] == "dbadmin"
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
    assert "does not implement" in refused("UnknownOperationException", site.secrets.rotate_secret, SecretId=arn)
