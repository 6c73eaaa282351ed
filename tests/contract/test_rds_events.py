"""RDS: events, engine versions, waiters, error codes and missing operations."""

from __future__ import annotations

import ast
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from emulator.requests import service_model
from promise import keeps
from rds_site import COMBINATION, VALUE, Site, refused


@pytest.fixture
def site(aws: Any) -> Site:
    return Site(aws)


@keeps("rds.wire-codes")
def test_error_codes_are_those_of_the_model() -> None:
    """RDS's error codes do not follow from the names of their shapes, so every code in use must be in the model."""
    model = service_model("rds")
    shapes = [model.shape_for(name) for name in model.shape_names]
    known = {shape.metadata["error"]["code"] for shape in shapes if "error" in shape.metadata}
    used = set()
    for path in (Path(__file__).parents[1] / "emulator/rds").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "AwsError":
                used |= {a.value for a in node.args[:1] if isinstance(a, ast.Constant)}
    assert len(used) > 20 and used - known == {VALUE, COMBINATION}


@keeps("rds.events")
def test_events_are_recorded_and_filtered(site: Site, aws: Any) -> None:
    def messages(**kwargs: Any) -> list[str]:
        return [e["Message"] for e in site.rds.describe_events(**kwargs)["Events"]]

    aws.control.scale(1)
    site.create()
    site.add()
    assert messages() == []
    aws.control.advance(601)
    assert messages() == ["DB cluster created.", "DB instance created."]
    assert messages(SourceType="db-cluster") == ["DB cluster created."]
    assert messages(SourceType="db-instance", SourceIdentifier="One") == ["DB instance created."]
    assert messages(SourceType="db-instance", SourceIdentifier="two") == []
    assert messages(EventCategories=["deletion"]) == []
    (event,) = site.rds.describe_events(SourceType="db-cluster")["Events"]
    assert event["SourceArn"] == site.cluster()["DBClusterArn"] and event["EventCategories"] == ["creation"]
    assert messages(StartTime=event["Date"], EndTime=event["Date"] + timedelta(seconds=1)) == ["DB cluster created."]
    refused(COMBINATION, site.rds.describe_events, SourceIdentifier="main")
    refused(COMBINATION, site.rds.describe_events, Duration=60, StartTime=event["Date"])
    aws.control.advance(7200)
    assert messages() == [] and len(messages(Duration=180)) == 2
    aws.control.scale(0)
    site.rds.reboot_db_instance(DBInstanceIdentifier="one")
    site.modify(EngineVersion="17.7")
    site.rds.delete_db_instance(DBInstanceIdentifier="one")
    site.rds.delete_db_cluster(DBClusterIdentifier="main", SkipFinalSnapshot=True)
    assert messages() == [
        "DB instance restarted.",
        "Database cluster engine version has been upgraded.",
        "DB instance deleted.",
        "DB cluster deleted.",
    ]
    for number in range(21):
        site.create(f"c{number}")
    pages = list(site.rds.get_paginator("describe_events").paginate(PaginationConfig={"PageSize": 20}))
    assert [len(page["Events"]) for page in pages] == [20, 5]
    aws.control.advance(15 * 24 * 3600)
    assert messages(Duration=60 * 24 * 30) == []


@keeps("rds.versions", "rds.upgrade-targets")
def test_engine_versions_name_their_upgrade_targets(site: Site) -> None:
    aurora = {"Engine": "aurora-postgresql"}

    def found(**kwargs: Any) -> list[str]:
        got = site.rds.describe_db_engine_versions(**{**aurora, **kwargs})["DBEngineVersions"]
        return [v["EngineVersion"] for v in got]

    (got,) = site.rds.describe_db_engine_versions(**aurora, EngineVersion="16.4")["DBEngineVersions"]
    targets = {t["EngineVersion"]: t["IsMajorVersionUpgrade"] for t in got["ValidUpgradeTarget"]}
    assert targets["16.6"] is False and targets["17.4"] is True and "15.8" not in targets
    assert got["DBParameterGroupFamily"] == "aurora-postgresql16" and got["SupportsGlobalDatabases"] is True
    (newer,) = site.rds.describe_db_engine_versions(**aurora, EngineVersion="16.11")["DBEngineVersions"]
    assert "17.6" not in [t["EngineVersion"] for t in newer["ValidUpgradeTarget"]]
    assert found(EngineVersion="16", DefaultOnly=True) == ["16.11"]
    assert found(EngineVersion="17.2") == found(EngineVersion="12", DefaultOnly=True) == []
    assert found(EngineVersion="17")[0] == "17.4"
    pages = site.rds.get_paginator("describe_db_engine_versions").paginate(**aurora, PaginationConfig={"PageSize": 20})
    assert [v["EngineVersion"] for page in pages for v in page["DBEngineVersions"]] == found()


@keeps("rds.waiters")
def test_waiters_of_boto3_work(site: Site, aws: Any) -> None:
    def wait(name: str, **kwargs: Any) -> None:
        site.rds.get_waiter(name).wait(WaiterConfig={"Delay": 0, "MaxAttempts": 400}, **kwargs)

    one, main = {"DBInstanceIdentifier": "one"}, {"DBClusterIdentifier": "main"}
    aws.control.scale(0.0005)
    site.create()
    site.add()
    wait("db_cluster_available", **main)
    wait("db_instance_available", **one)
    site.rds.delete_db_instance(**one)
    wait("db_instance_deleted", **one)
    site.rds.delete_db_cluster(**main, SkipFinalSnapshot=True)
    wait("db_cluster_deleted", **main)
    refused("DBClusterNotFoundFault", site.cluster)


MISSING: dict[str, dict[str, Any]] = {
    "describe_db_log_files": {"DBInstanceIdentifier": "one"},
    "download_db_log_file_portion": {"DBInstanceIdentifier": "one", "LogFileName": "error/postgresql.log"},
    "create_blue_green_deployment": {"BlueGreenDeploymentName": "bg", "Source": "arn:aws:rds:us-east-1:1:cluster:a"},
    "create_db_proxy": {"DBProxyName": "p", "EngineFamily": "POSTGRESQL", "RoleArn": "r" * 20, "VpcSubnetIds": ["s"]},
    "create_db_cluster_endpoint": {
        "DBClusterIdentifier": "main", "DBClusterEndpointIdentifier": "e", "EndpointType": "ANY",
    },
    "start_activity_stream": {"ResourceArn": "arn", "Mode": "async", "KmsKeyId": "key"},
    "create_db_shard_group": {"DBShardGroupIdentifier": "s", "DBClusterIdentifier": "main", "MaxACU": 16.0},
    "backtrack_db_cluster": {"DBClusterIdentifier": "main", "BacktrackTo": datetime(2026, 1, 1, tzinfo=UTC)},
    "restore_db_cluster_from_s3": {
        "DBClusterIdentifier": "main", "Engine": "aurora-postgresql", "MasterUsername": "dbadmin",
        "SourceEngine": "mysql", "SourceEngineVersion": "8.0", "S3BucketName": "b", "S3IngestionRoleArn": "r",
    },
    "start_export_task": {
        "ExportTaskIdentifier": "e", "SourceArn": "arn", "S3BucketName": "b", "IamRoleArn": "r", "KmsKeyId": "k",
    },
    "add_role_to_db_cluster": {"DBClusterIdentifier": "main", "RoleArn": "arn:aws:iam::1:role/r"},
    "apply_pending_maintenance_action": {
        "ResourceIdentifier": "arn", "ApplyAction": "system-update", "OptInType": "immediate",
    },
    "copy_db_cluster_parameter_group": {
        "SourceDBClusterParameterGroupIdentifier": "a", "TargetDBClusterParameterGroupIdentifier": "b",
        "TargetDBClusterParameterGroupDescription": "c",
    },
    "describe_pending_maintenance_actions": {},
    "describe_db_major_engine_versions": {},
    "modify_db_cluster": {"DBClusterIdentifier": "main", "NewDBClusterIdentifier": "other"},
    "modify_db_instance": {"DBInstanceIdentifier": "one", "NewDBInstanceIdentifier": "other"},
    "modify_global_cluster": {"GlobalClusterIdentifier": "world", "NewGlobalClusterIdentifier": "other"},
}  # fmt: skip


@keeps("rds.other-upkeep", "rds.other-offers", "rds.other-networks", "rds.other-access", "rds.other-engines")
def test_missing_operations_are_refused(site: Site) -> None:
    for call, arguments in MISSING.items():
        assert "does not implement" in refused("InvalidAction", getattr(site.rds, call), **arguments)
