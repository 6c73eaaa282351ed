"""RDS: copies of cluster snapshots, and which snapshots can be shared."""

from __future__ import annotations

from typing import Any

import pytest
from promise import keeps
from rds_site import COMBINATION, EAST, VALUE, WEST, Site, refused

NOT_FOUND, NOT_USABLE = "DBClusterSnapshotNotFoundFault", "InvalidDBClusterSnapshotStateFault"


@pytest.fixture
def site(aws: Any) -> Site:
    return Site(aws)


def take(site: Site, name: str = "taken", cluster: str = "main") -> str:
    made = site.rds.create_db_cluster_snapshot(DBClusterSnapshotIdentifier=name, DBClusterIdentifier=cluster)
    return str(made["DBClusterSnapshot"]["DBClusterSnapshotArn"])


def copy(rds: Any, source: str = "taken", target: str = "copy", **more: Any) -> Any:
    ids = {"SourceDBClusterSnapshotIdentifier": source, "TargetDBClusterSnapshotIdentifier": target}
    return rds.copy_db_cluster_snapshot(**ids, **more)["DBClusterSnapshot"]


def state(rds: Any, name: str = "copy") -> Any:
    (found,) = rds.describe_db_cluster_snapshots(DBClusterSnapshotIdentifier=name)["DBClusterSnapshots"]
    return found["Status"]


@keeps("rds.snapshot-copies")
def test_a_snapshot_is_copied_in_its_region(site: Site, aws: Any) -> None:
    site.create(Tags=[{"Key": "a", "Value": "b"}], CopyTagsToSnapshot=True, DatabaseName="app")
    aws.control.scale(1)
    aws.control.advance(1)
    arn = take(site)
    refused(NOT_USABLE, copy, rds=site.rds)
    aws.control.advance(121)
    made = copy(site.rds, arn, Tags=[{"Key": "c", "Value": "d"}])
    assert (made["Status"], made["SnapshotType"], made["PercentProgress"]) == ("copying", "manual", 0)
    assert made["SourceDBClusterSnapshotArn"] == arn and made["TagList"] == [{"Key": "c", "Value": "d"}]
    assert (made["DBClusterIdentifier"], made["EngineVersion"]) == ("main", "17.6")
    assert copy(site.rds, target="tagged", CopyTags=True)["TagList"] == [{"Key": "a", "Value": "b"}]
    refused("DBClusterSnapshotAlreadyExistsFault", copy, rds=site.rds)
    refused(NOT_FOUND, copy, rds=site.rds, source="none", target="other")
    refused(VALUE, copy, rds=site.rds, target="1st")
    refused(COMBINATION, copy, rds=site.rds, target="other", KmsKeyId=site.key())
    site.rds.delete_db_cluster_snapshot(DBClusterSnapshotIdentifier="tagged")  # cancels the copy
    aws.control.advance(301)
    assert state(site.rds) == "available"
    restored = site.rds.restore_db_cluster_from_snapshot(
        DBClusterIdentifier="new", SnapshotIdentifier="copy", Engine="aurora-postgresql", DBSubnetGroupName="data"
    )
    assert restored["DBCluster"]["DatabaseName"] == "app"


@keeps("rds.snapshot-copies")
def test_an_encrypted_snapshot_gets_a_key_of_the_other_region(site: Site, aws: Any) -> None:
    key, second, far = site.key(), site.key(), Site(aws, WEST)
    site.create(StorageEncrypted=True, KmsKeyId=key)
    arn = take(site)
    assert copy(site.rds)["KmsKeyId"] == key
    assert copy(site.rds, target="rekeyed", KmsKeyId=second)["KmsKeyId"] == second
    refused(NOT_FOUND, copy, rds=far.rds)
    text = refused(COMBINATION, copy, rds=far.rds, source=arn)
    assert text == f"Source snapshot {arn} is encrypted; KmsKeyId has to be specified"
    refused("KMSKeyNotAccessibleFault", copy, rds=far.rds, source=arn, KmsKeyId=key)
    other = far.key()
    made = copy(far.rds, arn, KmsKeyId=other, SourceRegion=EAST)
    assert (made["KmsKeyId"], made["DBClusterSnapshotArn"]) == (other, arn.replace(EAST, WEST).replace("taken", "copy"))
    assert state(far.rds) == "available"
    site.kms.disable_key(KeyId=key)
    refused("KMSKeyNotAccessibleFault", copy, rds=far.rds, source=arn, target="late", KmsKeyId=other)


@keeps("rds.snapshot-copies")
def test_20_snapshots_are_copied_from_other_regions_at_once(site: Site, aws: Any) -> None:
    site.create()
    arn, far = take(site), aws.client("rds", WEST)
    aws.control.scale(1)
    aws.control.advance(1)
    for number in range(20):
        copy(far, arn, f"n{number}")
    text = refused("SnapshotQuotaExceeded", copy, rds=far, source=arn, target="more")
    assert text == "Cannot copy more than 20 snapshots across regions"
    aws.control.advance(301)
    copy(far, arn, "more")


@keeps("rds.snapshot-sharing")
def test_a_snapshot_with_the_default_key_cannot_be_shared(site: Site) -> None:
    site.create(StorageEncrypted=True)
    take(site)
    share = site.rds.modify_db_cluster_snapshot_attribute
    named = {"DBClusterSnapshotIdentifier": "taken", "AttributeName": "restore"}
    refused(COMBINATION, share, **named, ValuesToAdd=["111122223333"])
    copy(site.rds, KmsKeyId=site.key())
    share(**{**named, "DBClusterSnapshotIdentifier": "copy"}, ValuesToAdd=["111122223333"])
