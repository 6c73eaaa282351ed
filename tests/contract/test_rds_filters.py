"""RDS: the filters that botocore documents for its listings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from promise import keeps
from rds_site import EAST, VALUE, WEST, Site, refused


@pytest.fixture
def site(aws: Any) -> Site:
    found = Site(aws)
    found.create()
    found.create("other")
    found.add()
    snapshot = {"DBClusterSnapshotIdentifier": "taken", "DBClusterIdentifier": "main"}
    found.rds.create_db_cluster_snapshot(**snapshot)
    found.rds.create_global_cluster(
        GlobalClusterIdentifier="world", SourceDBClusterIdentifier=found.cluster("other")["DBClusterArn"]
    )
    return found


ENGINE = "aurora-postgresql"
# Per listing: its key, the field to show, and per filter the values with what they select (None selects nothing).
Row = tuple[str, str, dict[str, tuple[Callable[[Site], str] | str, set[str]]]]
BACKUPS = "describe_db_cluster_automated_backups"
LISTINGS: dict[str, Row] = {
    "describe_db_clusters": ("DBClusters", "DBClusterIdentifier", {
        "clone-group-id": ("none", set()),
        "db-cluster-id": ("main", {"main"}),
        "db-cluster-resource-id": (lambda s: s.cluster("other")["DbClusterResourceId"], {"other"}),
        "domain": ("d-1234567890", set()),
        "engine": (ENGINE, {"main", "other"}),
    }),
    "describe_db_instances": ("DBInstances", "DBInstanceIdentifier", {
        "db-cluster-id": (lambda s: s.cluster()["DBClusterArn"], {"one"}),
        "db-instance-id": (lambda s: s.instance()["DBInstanceArn"], {"one"}),
        "dbi-resource-id": (lambda s: s.instance()["DbiResourceId"], {"one"}),
        "domain": ("d-1234567890", set()),
        "engine": ("postgres", set()),
    }),
    "describe_db_cluster_snapshots": ("DBClusterSnapshots", "DBClusterSnapshotIdentifier", {
        "db-cluster-id": (lambda s: s.cluster()["DBClusterArn"], {"taken"}),
        "db-cluster-snapshot-id": ("taken", {"taken"}),
        "snapshot-type": ("automated", set()),
        "engine": (ENGINE, {"taken"}),
    }),
    BACKUPS: ("DBClusterAutomatedBackups", "DBClusterIdentifier", {
        "status": ("retained", set()),
        "db-cluster-id": (lambda s: s.cluster()["DBClusterArn"], {"main"}),
        "db-cluster-resource-id": (lambda s: s.cluster()["DbClusterResourceId"], {"main"}),
    }),
    "describe_global_clusters": ("GlobalClusters", "GlobalClusterIdentifier", {"region": (EAST, {"world"})}),
    "describe_db_engine_versions": ("DBEngineVersions", "EngineVersion", {
        "db-parameter-group-family": ("aurora-postgresql17", {"17.4", "17.5", "17.6", "17.7", "17.9"}),
        "engine": ("mysql", set()),
        "engine-mode": ("serverless", set()),
        "engine-version": ("17.6", {"17.6"}),
        "status": ("deprecated", set()),
    }),
}  # fmt: skip
CASES = [(call, name) for call, (_, _, filters) in LISTINGS.items() for name in filters]


@keeps("rds.filters")
@pytest.mark.parametrize(("call", "name"), CASES)
def test_documented_filters_are_accepted(site: Site, call: str, name: str) -> None:
    key, field, filters = LISTINGS[call]
    value, expected = filters[name]
    wanted = value if isinstance(value, str) else value(site)
    answer = getattr(site.rds, call)(Filters=[{"Name": name, "Values": [wanted]}])
    assert {item[field] for item in answer[key]} == expected


@keeps("rds.filters")
def test_unknown_filters_are_refused(site: Site) -> None:
    for call in LISTINGS:
        text = refused(VALUE, getattr(site.rds, call), Filters=[{"Name": "colour", "Values": ["red"]}])
        assert text == "Unrecognized filter name: colour"
    west = site.rds.describe_global_clusters(Filters=[{"Name": "region", "Values": [WEST]}])
    assert west["GlobalClusters"] == []


@keeps("rds.filters", "rds.orderable")
def test_versions_classes_and_parameters_are_selected_by_their_own_parameters(aws: Any) -> None:
    rds = aws.client("rds")
    versions = rds.describe_db_engine_versions(DBParameterGroupFamily="aurora-postgresql17")["DBEngineVersions"]
    assert {each["EngineVersion"].split(".")[0] for each in versions} == {"17"}
    named = {"Engine": ENGINE, "EngineVersion": "17.6", "DBInstanceClass": "db.serverless"}
    options = rds.describe_orderable_db_instance_options
    licence = "postgresql-license"
    assert len(options(**named, LicenseModel=licence)["OrderableDBInstanceOptions"]) == 2
    assert options(**named, LicenseModel="bring-your-own-license")["OrderableDBInstanceOptions"] == []
    wanted = [{"Name": "parameter-name", "Values": ["work_mem"]}]
    family = {"DBParameterGroupFamily": "aurora-postgresql17"}
    found = rds.describe_engine_default_parameters(**family, Filters=wanted)["EngineDefaults"]["Parameters"]
    assert [each["ParameterName"] for each in found] == ["work_mem"]
