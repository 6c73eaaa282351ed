"""RDS: the life of a global cluster."""

from __future__ import annotations

from typing import Any

import pytest
from rds_site import COMBINATION, EAST, PASSWORD, VALUE, WEST, Site, refused


class World:
    """A global cluster with a region for its primary and a region for its secondary."""

    def __init__(self, aws: Any, **kwargs: Any) -> None:
        self.aws, self.home, self.away = aws, Site(aws, EAST), Site(aws, WEST)
        self.home.rds.create_global_cluster(
            GlobalClusterIdentifier="World", Engine="aurora-postgresql", EngineVersion="17.6", **kwargs
        )

    def primary(self, **kwargs: Any) -> Any:
        return self.home.create(GlobalClusterIdentifier="world", **kwargs)

    def secondary(self, site: Site | None = None, **kwargs: Any) -> Any:
        none = {"MasterUsername": None, "MasterUserPassword": None, "EngineVersion": None}
        return (site or self.away).create("far", GlobalClusterIdentifier="world", **{**none, **kwargs})

    def look(self) -> Any:
        return self.away.rds.describe_global_clusters(GlobalClusterIdentifier="WORLD")["GlobalClusters"][0]

    def leave(self, arn: str) -> Any:
        return self.home.rds.remove_from_global_cluster(GlobalClusterIdentifier="world", DbClusterIdentifier=arn)


@pytest.fixture
def world(aws: Any) -> World:
    return World(aws)


def test_a_global_cluster_gains_and_loses_a_secondary(world: World, aws: Any) -> None:
    assert world.look()["Status"] == "available" and world.look()["GlobalClusterMembers"] == []
    first = world.primary(DatabaseName="app")["DBClusterArn"]
    assert "MasterUsername" in refused(VALUE, world.secondary)
    world.home.add()
    second = world.secondary()["DBClusterArn"]
    got = world.look()
    assert got["EngineVersion"] == "17.6" and got["StorageEncrypted"] is False
    members = {m["DBClusterArn"]: m for m in got["GlobalClusterMembers"]}
    assert members[first]["IsWriter"] is True and members[first]["Readers"] == [second]
    assert members[second]["IsWriter"] is False and members[second]["SynchronizationStatus"] == "connected"
    far = world.away.cluster("far")
    assert (far["GlobalClusterIdentifier"], far["ReplicationSourceIdentifier"]) == ("world", first)
    assert (far["MasterUsername"], far["DatabaseName"]) == ("dbadmin", "app")
    delete = {"DBClusterIdentifier": "far", "SkipFinalSnapshot": True}
    refused("InvalidDBClusterStateFault", world.away.rds.delete_db_cluster, **delete)
    delete["DBClusterIdentifier"] = "main"
    world.home.rds.delete_db_instance(DBInstanceIdentifier="one")
    refused("InvalidGlobalClusterStateFault", world.home.rds.delete_db_cluster, **delete)
    refused("InvalidGlobalClusterStateFault", world.leave, arn=first)
    refused(VALUE, world.leave, arn="far")
    refused("InvalidGlobalClusterStateFault", world.home.rds.delete_global_cluster, GlobalClusterIdentifier="world")
    aws.control.scale(1)
    aws.control.advance(1000)
    world.leave(second)
    assert world.away.cluster("far")["Status"] == "promoting"
    refused("InvalidGlobalClusterStateFault", world.leave, arn=first)
    aws.control.advance(121)
    far = world.away.cluster("far")
    assert far["Status"] == "available" and "GlobalClusterIdentifier" not in far
    assert "ReplicationSourceIdentifier" not in far
    world.leave(first)
    aws.control.advance(181)
    world.home.rds.delete_global_cluster(GlobalClusterIdentifier="world")
    assert world.look()["Status"] == "deleting"
    aws.control.advance(31)
    refused("GlobalClusterNotFoundFault", world.look)


SECONDARY_REFUSALS: list[dict[str, Any]] = [
    {"MasterUsername": "dbadmin"},
    {"MasterUserPassword": PASSWORD},
    {"DatabaseName": "app"},
    {"ManageMasterUserPassword": False},
    {"EngineVersion": "17.7"},
    {"StorageEncrypted": True, "KmsKeyId": "alias/aws/rds"},
]


def test_invalid_secondaries_are_refused(world: World) -> None:
    world.primary()
    world.home.add()
    for arguments in SECONDARY_REFUSALS:
        refused(COMBINATION, world.secondary, **arguments)
    assert len(world.look()["GlobalClusterMembers"]) == 1
    refused(COMBINATION, world.secondary, site=world.home)


def test_an_encrypted_global_cluster_needs_a_key_of_each_region(aws: Any) -> None:
    world = World(aws, StorageEncrypted=True, DeletionProtection=True, Tags=[{"Key": "a", "Value": "b"}])
    refused(COMBINATION, world.primary)
    world.primary(StorageEncrypted=True, KmsKeyId=world.home.key())
    world.home.add()
    key = world.away.key()
    assert "pre-signed" in refused(COMBINATION, world.secondary, KmsKeyId=key)
    refused(COMBINATION, world.secondary, SourceRegion=EAST)
    refused("KMSKeyNotAccessibleFault", world.secondary, SourceRegion=EAST, KmsKeyId=world.home.key())
    world.secondary(SourceRegion=EAST, KmsKeyId=key)
    far = world.away.cluster("far")
    assert far["KmsKeyId"] == key and far["StorageEncryptionType"] == "sse-kms"
    got = world.look()
    assert (got["StorageEncrypted"], got["DeletionProtection"]) == (True, True)
    assert got["TagList"] == [{"Key": "a", "Value": "b"}]


def test_members_of_a_global_cluster_refuse_some_options(world: World) -> None:
    rds = world.home.rds
    refused(COMBINATION, world.primary, MasterUserPassword=None, ManageMasterUserPassword=True)
    refused(COMBINATION, world.primary, EngineVersion="17.7")
    world.primary()
    refused(COMBINATION, world.home.add, DBInstanceClass="db.t4g.medium")
    world.home.add()
    world.secondary()
    world.away.add("far-one", "far")
    refused(COMBINATION, world.home.modify, ManageMasterUserPassword=True)
    upgrade = {"DBClusterIdentifier": "far", "EngineVersion": "17.7", "ApplyImmediately": True}
    assert "upgrade global replicas first" in refused(VALUE, world.home.modify, EngineVersion="17.7")
    world.away.rds.modify_db_cluster(**upgrade)
    world.home.modify(EngineVersion="17.7")
    assert world.look()["EngineVersion"] == "17.7"
    rds.modify_global_cluster(GlobalClusterIdentifier="world", EngineVersion="17.9")
    assert world.away.cluster("far")["EngineVersion"] == world.look()["EngineVersion"] == "17.9"
    rds.modify_global_cluster(GlobalClusterIdentifier="world", DeletionProtection=True)
    assert world.look()["DeletionProtection"] is True


def test_save_and_load_keep_global_clusters(world: World, aws: Any) -> None:
    world.primary()
    world.home.add()
    before = world.look(), world.home.cluster(), world.home.instance()
    aws.control.save("global")
    aws.control.reset()
    refused("DBClusterNotFoundFault", world.home.cluster)
    aws.control.load("global")
    after = world.look(), world.home.cluster(), world.home.instance()
    volatile = ("LatestRestorableTime", "EarliestRestorableTime")
    for one, other in zip(before, after, strict=True):
        assert {k: v for k, v in one.items() if k not in volatile} == {
            k: v for k, v in other.items() if k not in volatile
        }
