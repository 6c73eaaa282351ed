"""RDS: rules, upgrades, switchovers, failovers and deletion of global clusters."""

from __future__ import annotations

from typing import Any

import pytest
from promise import keeps
from rds_site import COMBINATION, EAST, PASSWORD, VALUE, Site, refused
from test_rds_global import World

ENGINE = "aurora-postgresql"
WRONG_STATE, GLOBAL_STATE = "InvalidDBClusterStateFault", "InvalidGlobalClusterStateFault"
MANY = [
    "eu-west-1", "eu-west-2", "eu-west-3", "eu-central-1", "eu-north-1", "ap-southeast-1", "ap-southeast-2",
    "ap-south-1", "us-east-2", "sa-east-1",
]  # fmt: skip


@pytest.fixture
def world(aws: Any) -> World:
    return World(aws)


@pytest.fixture
def pair(world: World) -> World:
    """Create a primary with a writer and a secondary with an instance."""
    world.first = world.primary(DatabaseName="app")["DBClusterArn"]
    world.home.add()
    world.second = world.secondary()["DBClusterArn"]
    world.away.add("far-one", "far")
    return world


def look(world: World, **kwargs: Any) -> Any:
    return world.home.rds.describe_global_clusters(**kwargs)["GlobalClusters"]


def change(world: World, **kwargs: Any) -> Any:
    return world.home.rds.modify_global_cluster(GlobalClusterIdentifier="world", **kwargs)["GlobalCluster"]


def switch(world: World, target: str, site: Site | None = None) -> Any:
    call = (site or world.home).rds.switchover_global_cluster
    return call(GlobalClusterIdentifier="world", TargetDbClusterIdentifier=target)["GlobalCluster"]


def failover(world: World, target: str, **kwargs: Any) -> Any:
    call = world.away.rds.failover_global_cluster
    return call(GlobalClusterIdentifier="world", TargetDbClusterIdentifier=target, **kwargs)["GlobalCluster"]


def writers(world: World) -> dict[str, bool]:
    return {m["DBClusterArn"]: m["IsWriter"] for m in world.look()["GlobalClusterMembers"]}


def delete(site: Site, name: str) -> None:
    site.rds.delete_db_cluster(DBClusterIdentifier=name, SkipFinalSnapshot=True)


@keeps("rds.global-engine", "rds.global-names")
def test_global_clusters_are_created_empty_or_from_a_cluster(site_of: Any) -> None:
    site = site_of(EAST)
    create, arn = site.rds.create_global_cluster, site.create(DatabaseName="app")["DBClusterArn"]
    source = {"GlobalClusterIdentifier": "w", "SourceDBClusterIdentifier": arn}
    for code, arguments in (
        (VALUE, {"GlobalClusterIdentifier": "w"}),
        (VALUE, {"GlobalClusterIdentifier": "w", "Engine": "aurora"}),
        (COMBINATION, {"GlobalClusterIdentifier": "w", "Engine": ENGINE, "EngineVersion": "17.1"}),
        (VALUE, {"GlobalClusterIdentifier": "w_", "Engine": ENGINE}),
        (COMBINATION, {**source, "Engine": ENGINE}),
        (COMBINATION, {**source, "EngineVersion": "17.6"}),
        (COMBINATION, {**source, "DatabaseName": "app"}),
        (COMBINATION, {**source, "StorageEncrypted": False}),
        ("DBClusterNotFoundFault", {**source, "SourceDBClusterIdentifier": arn + "x"}),
    ):
        refused(code, create, **arguments)
    support = {"EngineLifecycleSupport": "open-source-rds-extended-support-disabled"}
    made = create(GlobalClusterIdentifier="Empty", Engine=ENGINE, EngineVersion="17", DatabaseName="app", **support)
    assert (made["GlobalCluster"]["GlobalClusterIdentifier"], made["GlobalCluster"]["Status"]) == ("empty", "creating")
    assert made["GlobalCluster"].items() >= support.items()
    assert made["GlobalCluster"]["EngineVersion"] == "17.7" and made["GlobalCluster"]["DatabaseName"] == "app"
    refused("GlobalClusterAlreadyExistsFault", create, GlobalClusterIdentifier="EMPTY", Engine=ENGINE)
    refused("GlobalClusterNotFoundFault", site.rds.describe_global_clusters, GlobalClusterIdentifier="none")
    got = create(**source)["GlobalCluster"]
    assert (got["DatabaseName"], got["EngineVersion"]) == ("app", "17.6")
    assert [m["IsWriter"] for m in got["GlobalClusterMembers"]] == [True]


@pytest.fixture
def site_of(aws: Any) -> Any:
    return lambda region: Site(aws, region)


@keeps("rds.global-no-managed-password", "rds.global-no-small-classes", "rds.global-join-new")
def test_unsuitable_clusters_cannot_become_global(site_of: Any) -> None:
    site = site_of(EAST)
    managed = site.create("managed", MasterUserPassword=None, ManageMasterUserPassword=True)["DBClusterArn"]
    small = site.create("small")["DBClusterArn"]
    site.add("little", "small", DBInstanceClass="db.t4g.medium")
    member = site.create("member")["DBClusterArn"]
    create = site.rds.create_global_cluster
    create(GlobalClusterIdentifier="w", SourceDBClusterIdentifier=member)
    for code, arn in ((COMBINATION, managed), (COMBINATION, small), (WRONG_STATE, member)):
        refused(code, create, GlobalClusterIdentifier="x", SourceDBClusterIdentifier=arn)
    refused(COMBINATION, site.add, name="tiny", cluster="member", DBInstanceClass="db.t4g.medium")
    modify = site.rds.modify_db_cluster
    refused(COMBINATION, modify, DBClusterIdentifier="member", ManageMasterUserPassword=True, ApplyImmediately=True)


@keeps("rds.global-names")
def test_every_region_describes_a_global_cluster(pair: World, aws: Any) -> None:
    for number in range(24):
        pair.home.rds.create_global_cluster(GlobalClusterIdentifier=f"w{number}", Engine=ENGINE)
    here = aws.client("rds", "eu-central-1")
    got = here.describe_global_clusters(GlobalClusterIdentifier="world")["GlobalClusters"][0]
    assert got["GlobalClusterArn"].split(":")[2:4] == ["rds", ""]
    assert got["GlobalClusterArn"].endswith(":global-cluster:world")
    pages = list(here.get_paginator("describe_global_clusters").paginate(PaginationConfig={"PageSize": 20}))
    assert [len(page["GlobalClusters"]) for page in pages] == [20, 5]


@keeps("rds.global-protection")
def test_a_global_cluster_with_protection_or_members_cannot_be_deleted(pair: World, aws: Any) -> None:
    aws.control.scale(1)
    aws.control.advance(1000)
    change(pair, DeletionProtection=True)
    refused(COMBINATION, pair.home.rds.delete_global_cluster, GlobalClusterIdentifier="world")
    change(pair, DeletionProtection=False)
    refused(GLOBAL_STATE, pair.home.rds.delete_global_cluster, GlobalClusterIdentifier="world")


@keeps("rds.global-secondary-credentials", "rds.global-wait-for-writer", "rds.global-no-managed-password")
def test_members_have_the_credentials_of_the_primary(world: World, aws: Any) -> None:
    aws.control.scale(1)
    aws.control.advance(31)
    refused(COMBINATION, world.primary, MasterUserPassword=None, ManageMasterUserPassword=True)
    world.primary(DatabaseName="app")
    assert "MasterUsername" in refused(VALUE, world.secondary)
    aws.control.advance(61)
    world.home.add()
    assert "MasterUsername" in refused(VALUE, world.secondary)
    aws.control.advance(1000)
    for arguments in (
        {"MasterUsername": "dbadmin"},
        {"MasterUserPassword": PASSWORD},
        {"DatabaseName": "app"},
        {"ManageMasterUserPassword": False},
    ):
        refused(COMBINATION, world.secondary, **arguments)
    world.secondary()
    far = world.away.cluster("far")
    assert (far["MasterUsername"], far["DatabaseName"]) == ("dbadmin", "app")
    assert writers(world)[far["DBClusterArn"]] is False
    sync = {m["IsWriter"]: m["SynchronizationStatus"] for m in world.look()["GlobalClusterMembers"]}
    assert sync == {True: "connected", False: "pending-resync"}
    aws.control.advance(1000)
    modify = world.away.rds.modify_db_cluster
    refused(COMBINATION, modify, DBClusterIdentifier="far", MasterUserPassword=PASSWORD)


@keeps("rds.global-insights")
def test_joining_resets_the_insights_of_a_secondary(world: World) -> None:
    insights: dict[str, Any] = {"EnablePerformanceInsights": True, "PerformanceInsightsRetentionPeriod": 465}
    advanced = {"DatabaseInsightsMode": "advanced", **insights}
    world.primary(**advanced)
    world.home.add()
    world.secondary(**advanced)
    for site, name in ((world.home, "main"), (world.away, "far")):
        got = site.cluster(name)
        assert (got["PerformanceInsightsEnabled"], got["DatabaseInsightsMode"]) == (False, "standard")
        site.rds.modify_db_cluster(DBClusterIdentifier=name, ApplyImmediately=True, **advanced)
        got = site.cluster(name)
        assert (got["PerformanceInsightsEnabled"], got["DatabaseInsightsMode"]) == (True, "advanced")


@keeps("rds.global-same-names", "rds.global-not-a-member")
def test_members_with_the_same_name_are_distinguished_by_arn(world: World) -> None:
    first = world.primary()["DBClusterArn"]
    world.home.add()
    none = {"MasterUsername": None, "MasterUserPassword": None, "EngineVersion": None}
    second = world.away.create("main", GlobalClusterIdentifier="world", **none)["DBClusterArn"]
    world.away.add()
    assert first != second and first.rsplit(":", 1)[-1] == second.rsplit(":", 1)[-1]
    for call, arguments in ((switch, {}), (failover, {"AllowDataLoss": True})):
        refused(VALUE, call, world=world, target="main", **arguments)
    switch(world, second)
    assert writers(world) == {first: False, second: True}


@keeps("rds.key-lost")
def test_a_member_without_its_key_is_lost_at_once(aws: Any) -> None:
    world = World(aws, StorageEncrypted=True)
    key = world.home.key()
    world.primary(StorageEncrypted=True, KmsKeyId=key)
    world.home.add()
    world.secondary(SourceRegion=EAST, KmsKeyId=world.away.key())
    world.home.kms.disable_key(KeyId=key)
    assert world.home.cluster()["Status"] == "inaccessible-encryption-credentials"
    assert world.away.cluster("far")["Status"] == "available"


@keeps("rds.global-secondary-key")
def test_members_need_an_accessible_key(aws: Any) -> None:
    world = World(aws, StorageEncrypted=True)
    refused(COMBINATION, world.primary)
    world.primary(StorageEncrypted=True, KmsKeyId=world.home.key())
    world.home.add()
    key = world.away.key()
    refused(COMBINATION, world.secondary, KmsKeyId=key)
    refused(COMBINATION, world.secondary, SourceRegion=EAST)
    refused("KMSKeyNotAccessibleFault", world.secondary, SourceRegion=EAST, KmsKeyId=world.home.key())
    world.secondary(SourceRegion=EAST, KmsKeyId=key)
    assert world.away.cluster("far")["KmsKeyId"] == key


@keeps("rds.global-members", "rds.global-switchover-healthy")
def test_the_number_of_members_is_limited(world: World, site_of: Any) -> None:
    world.primary()
    for number in range(6):
        world.home.add(f"i{number}")
    world.secondary()
    refused(COMBINATION, world.secondary, site=world.home)
    sites = [site_of(region) for region in MANY]
    for site in sites[:9]:
        world.secondary(site)
    assert "10 secondary" in refused(COMBINATION, world.secondary, site=sites[9])
    refused("InstanceQuotaExceeded", world.home.add, name="i6")
    for number in range(16):
        world.away.add(f"far{number}", "far")
    refused("InstanceQuotaExceeded", world.away.add, name="far16", cluster="far")
    headless = sites[0].cluster("far")["DBClusterArn"]
    refused(WRONG_STATE, switch, world=world, target=headless)
    refused(WRONG_STATE, failover, world=world, target=headless, AllowDataLoss=True)


@keeps("rds.global-members")
def test_sixteen_readers_exclude_secondaries(world: World) -> None:
    world.primary()
    for number in range(16):
        world.home.add(f"i{number}")
    refused(COMBINATION, world.secondary)


@keeps("rds.global-version", "rds.global-minor")
def test_a_minor_upgrade_begins_with_the_secondaries(pair: World) -> None:
    refused(COMBINATION, pair.secondary, site=Site(pair.aws, MANY[0]), EngineVersion="17.7")
    near, far = pair.home.rds.modify_db_cluster, pair.away.rds.modify_db_cluster
    upgrade: dict[str, Any] = {"EngineVersion": "17.7", "ApplyImmediately": True}
    refused(VALUE, near, DBClusterIdentifier="main", **upgrade)
    far(DBClusterIdentifier="far", **upgrade)
    refused(WRONG_STATE, switch, world=pair, target=pair.second)
    refused(WRONG_STATE, failover, world=pair, target=pair.second, AllowDataLoss=True)
    near(DBClusterIdentifier="main", **upgrade)
    assert pair.look()["EngineVersion"] == "17.7"
    change(pair, EngineVersion="17.9")
    versions = {pair.home.cluster()["EngineVersion"], pair.away.cluster("far")["EngineVersion"]}
    assert versions == {"17.9"} and pair.look()["EngineVersion"] == "17.9"
    refused(COMBINATION, change, world=pair, EngineVersion="17.6")


@keeps("rds.global-major")
def test_major_upgrades_are_made_by_the_global_cluster(aws: Any) -> None:
    world = World(aws)
    world.home.rds.delete_global_cluster(GlobalClusterIdentifier="world")
    world.home.rds.create_global_cluster(GlobalClusterIdentifier="world", Engine=ENGINE, EngineVersion="16.8")
    group = {"DBClusterParameterGroupName": "own", "DBParameterGroupFamily": "aurora-postgresql16"}
    world.home.rds.create_db_cluster_parameter_group(**group, Description="x")
    world.primary(EngineVersion="16.8", DBClusterParameterGroupName="own")
    refused(GLOBAL_STATE, change, world=world, EngineVersion="16.9")  # the primary has no writer yet
    world.home.add()
    world.secondary()
    own: dict[str, Any] = {"DBClusterIdentifier": "main", "AllowMajorVersionUpgrade": True, "ApplyImmediately": True}
    refused(COMBINATION, world.home.rds.modify_db_cluster, EngineVersion="17.6", **own)
    refused(COMBINATION, change, world=world, EngineVersion="17.6")
    rpo = [{"ParameterName": "rds.global_db_rpo", "ParameterValue": "20", "ApplyMethod": "immediate"}]
    world.home.rds.modify_db_cluster_parameter_group(DBClusterParameterGroupName="own", Parameters=rpo)
    refused(COMBINATION, change, world=world, EngineVersion="17.6", AllowMajorVersionUpgrade=True)
    world.home.rds.reset_db_cluster_parameter_group(DBClusterParameterGroupName="own", ResetAllParameters=True)
    change(world, EngineVersion="17.6", AllowMajorVersionUpgrade=True)
    for cluster in (world.home.cluster(), world.away.cluster("far")):
        assert cluster["EngineVersion"] == "17.6"
        assert cluster["DBClusterParameterGroup"] == "default.aurora-postgresql17"


@keeps("rds.global-switchover", "rds.global-switchover-region", "rds.global-switchover-healthy")
def test_a_switchover_exchanges_primary_and_secondary(pair: World, aws: Any) -> None:
    aws.control.scale(1)
    aws.control.advance(1000)
    refused(GLOBAL_STATE, switch, world=pair, target=pair.second, site=pair.away)
    refused(VALUE, switch, world=pair, target=pair.first)
    refused(VALUE, switch, world=pair, target="far")
    got = switch(pair, pair.second)
    assert got["Status"] == "switching-over" and got["FailoverState"]["Status"] == "pending"
    state = pair.look()["FailoverState"]
    assert state["Status"] == "switching-over" and state["IsDataLossAllowed"] is False
    assert (state["FromDbClusterArn"], state["ToDbClusterArn"]) == (pair.first, pair.second)
    assert writers(pair) == {pair.first: True, pair.second: False}
    refused(GLOBAL_STATE, switch, world=pair, target=pair.second)
    refused(GLOBAL_STATE, pair.leave, arn=pair.second)
    aws.control.advance(61)
    assert writers(pair) == {pair.first: False, pair.second: True} and "FailoverState" not in pair.look()
    refused(GLOBAL_STATE, switch, world=pair, target=pair.first)
    pair.home.modify(BackupRetentionPeriod=2)
    aws.control.advance(10)
    refused(WRONG_STATE, switch, world=pair, target=pair.first, site=pair.away)
    aws.control.advance(1000)
    assert failover(pair, pair.first, Switchover=True)["Status"] == "switching-over"


@keeps("rds.global-switchover")
def test_a_switchover_that_fails_changes_nothing(pair: World, aws: Any) -> None:
    aws.control.fault("rds:SwitchoverGlobalCluster", "fail", state="available", message="no")
    switch(pair, pair.second)
    assert writers(pair) == {pair.first: True, pair.second: False} and "FailoverState" not in pair.look()
    switch(pair, pair.second)
    assert writers(pair) == {pair.first: False, pair.second: True}


@keeps("rds.global-failover", "rds.global-failover-arguments")
def test_a_failover_promotes_a_secondary(pair: World, aws: Any) -> None:
    aws.control.scale(1)
    aws.control.advance(1000)
    refused(COMBINATION, failover, world=pair, target=pair.second, AllowDataLoss=True, Switchover=True)
    refused(GLOBAL_STATE, failover, world=pair, target=pair.second)
    refused(GLOBAL_STATE, failover, world=pair, target=pair.second, Switchover=True)
    pair.home.rds.delete_db_instance(DBInstanceIdentifier="one")
    refused(WRONG_STATE, switch, world=pair, target=pair.second)
    got = failover(pair, pair.second, AllowDataLoss=True)
    assert got["Status"] == "failing-over" and got["FailoverState"]["IsDataLossAllowed"] is True
    assert pair.look()["FailoverState"]["Status"] == "failing-over"
    aws.control.advance(61)
    members = {m["DBClusterArn"]: m for m in pair.look()["GlobalClusterMembers"]}
    assert members[pair.second]["IsWriter"] is True and members[pair.first]["IsWriter"] is False
    assert members[pair.first]["SynchronizationStatus"] == "pending-resync"
    aws.control.advance(1000)
    assert {m["SynchronizationStatus"] for m in pair.look()["GlobalClusterMembers"]} == {"connected"}

    def kept() -> list[str]:
        found = pair.home.rds.describe_db_cluster_snapshots(SnapshotType="automated")["DBClusterSnapshots"]
        names = {s["DBClusterSnapshotIdentifier"]: s["Status"] for s in found}
        return [state for name, state in names.items() if name.startswith("rds:unplanned-global-failover-main-")]

    assert kept() == ["available"]
    aws.control.advance(3 * 86400)
    assert kept() == []


@keeps("rds.global-detach", "rds.global-not-a-member", "rds.global-member-deletion", "rds.global-empty")
def test_members_are_removed_before_a_global_cluster_is_deleted(pair: World, aws: Any) -> None:
    aws.control.scale(1)
    aws.control.advance(1000)
    end = pair.home.rds.delete_global_cluster
    for site, name in ((pair.home, "one"), (pair.away, "far-one")):
        site.rds.delete_db_instance(DBInstanceIdentifier=name)
    refused(WRONG_STATE, delete, site=pair.away, name="far")
    refused(GLOBAL_STATE, delete, site=pair.home, name="main")
    refused(GLOBAL_STATE, pair.leave, arn=pair.first)
    for arn in ("far", pair.second + "x"):
        assert "is not found in global cluster" in refused(VALUE, pair.leave, arn=arn)
    pair.leave(pair.second)
    assert pair.away.cluster("far")["Status"] == "promoting"
    refused(WRONG_STATE, pair.leave, arn=pair.second)
    refused(GLOBAL_STATE, pair.leave, arn=pair.first)
    refused(WRONG_STATE, delete, site=pair.away, name="far")
    aws.control.advance(121)
    far = pair.away.cluster("far")
    assert far["Status"] == "available" and not {"GlobalClusterIdentifier", "ReplicationSourceIdentifier"} & set(far)
    refused(VALUE, pair.leave, arn=pair.second)
    change_far = {"DBClusterIdentifier": "far", "MasterUserPassword": PASSWORD + "x", "ApplyImmediately": True}
    pair.away.rds.modify_db_cluster(**change_far)
    refused(WRONG_STATE, delete, site=pair.home, name="main")
    refused(GLOBAL_STATE, end, GlobalClusterIdentifier="world")
    pair.leave(pair.first)
    aws.control.advance(121)
    assert pair.look()["GlobalClusterMembers"] == []
    assert "is not empty" in refused(GLOBAL_STATE, end, GlobalClusterIdentifier="world")
    aws.control.advance(61)
    assert end(GlobalClusterIdentifier="world")["GlobalCluster"]["Status"] == "deleting"
    aws.control.advance(1000)
    refused("GlobalClusterNotFoundFault", pair.look)
    delete(pair.away, "far")
    delete(pair.home, "main")
