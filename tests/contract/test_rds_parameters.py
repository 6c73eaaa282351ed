"""The local RDS through boto3: engine versions, subnet groups and parameter groups."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError
from rds_site import COMBINATION, EAST, VALUE, Site, refused


@pytest.fixture
def site(aws: Any) -> Site:
    return Site(aws)


def test_engine_versions_and_classes(site: Site) -> None:
    versions = site.rds.describe_db_engine_versions(Engine="aurora-postgresql", EngineVersion="16.4")
    (got,) = versions["DBEngineVersions"]
    targets = {t["EngineVersion"]: t["IsMajorVersionUpgrade"] for t in got["ValidUpgradeTarget"]}
    assert targets["16.6"] is False and targets["17.4"] is True and "15.8" not in targets
    assert got["DBParameterGroupFamily"] == "aurora-postgresql16" and got["SupportsGlobalDatabases"] is True
    newer = site.rds.describe_db_engine_versions(Engine="aurora-postgresql", EngineVersion="16.11")
    assert "17.6" not in [t["EngineVersion"] for t in newer["DBEngineVersions"][0]["ValidUpgradeTarget"]]
    default = site.rds.describe_db_engine_versions(Engine="aurora-postgresql", EngineVersion="16", DefaultOnly=True)
    assert [v["EngineVersion"] for v in default["DBEngineVersions"]] == ["16.11"]
    assert not site.rds.describe_db_engine_versions(Engine="aurora-postgresql", EngineVersion="17.2")[
        "DBEngineVersions"
    ]
    options = site.rds.describe_orderable_db_instance_options(
        Engine="aurora-postgresql", EngineVersion="17.6", DBInstanceClass="db.serverless"
    )["OrderableDBInstanceOptions"]
    assert {o["StorageType"] for o in options} == {"aurora", "aurora-iopt1"}
    assert EAST + "a" in [z["Name"] for z in options[0]["AvailabilityZones"]]
    pages = site.rds.get_paginator("describe_orderable_db_instance_options").paginate(Engine="aurora-postgresql")
    assert sum(len(page["OrderableDBInstanceOptions"]) for page in pages) > 1000


def test_subnet_groups(site: Site) -> None:
    rds = site.rds
    args = {"DBSubnetGroupDescription": "x", "SubnetIds": site.subnets}
    refused("DBSubnetGroupAlreadyExists", rds.create_db_subnet_group, DBSubnetGroupName="DATA", **args)
    refused(VALUE, rds.create_db_subnet_group, DBSubnetGroupName="Default", **args)
    one = {**args, "SubnetIds": site.subnets[:1]}
    refused("DBSubnetGroupDoesNotCoverEnoughAZs", rds.create_db_subnet_group, DBSubnetGroupName="n", **one)
    unknown = {**args, "SubnetIds": ["subnet-12345678"]}
    refused("InvalidSubnet", rds.create_db_subnet_group, DBSubnetGroupName="n", **unknown)
    site.create()
    site.add(AvailabilityZone=EAST + "c")
    refused("SubnetAlreadyInUse", rds.modify_db_subnet_group, DBSubnetGroupName="data", SubnetIds=site.subnets[:2])
    rds.modify_db_subnet_group(DBSubnetGroupName="data", DBSubnetGroupDescription="new", SubnetIds=site.subnets[1:])
    (got,) = rds.describe_db_subnet_groups(DBSubnetGroupName="Data")["DBSubnetGroups"]
    assert got["DBSubnetGroupDescription"] == "new" and got["VpcId"] == site.vpc
    assert [s["SubnetIdentifier"] for s in got["Subnets"]] == site.subnets[1:]
    refused("InvalidDBSubnetGroupStateFault", rds.delete_db_subnet_group, DBSubnetGroupName="data")
    rds.delete_db_instance(DBInstanceIdentifier="one")
    rds.delete_db_cluster(DBClusterIdentifier="main", SkipFinalSnapshot=True)
    rds.delete_db_subnet_group(DBSubnetGroupName="data")
    refused("DBSubnetGroupNotFoundFault", rds.describe_db_subnet_groups, DBSubnetGroupName="data")


GROUPS = [
    ("cluster", "DBClusterParameterGroup"),
    ("instance", "DBParameterGroup"),
]


class Group:
    """The calls for one kind of parameter group under common names."""

    def __init__(self, rds: Any, prefix: str) -> None:
        self.field = f"{prefix}Name"
        kind = "db_cluster" if "Cluster" in prefix else "db"
        self.all, self.rds = f"{prefix}s", rds
        for name in ("create", "modify", "reset", "delete"):
            setattr(self, name, self._call(f"{name}_{kind}_parameter_group"))
        self.describe, self.values = (
            self._call(f"describe_{kind}_parameter_groups"),
            self._call(f"describe_{kind}_parameters"),
        )

    def _call(self, name: str) -> Any:
        return lambda **kwargs: getattr(self.rds, name)(**{self.field: "own", **kwargs})

    def user(self) -> dict[str, str]:
        return {p["ParameterName"]: p["ParameterValue"] for p in self.values(Source="user")["Parameters"]}


def change(name: str, value: str, method: str = "pending-reboot") -> list[dict[str, str]]:
    return [{"ParameterName": name, "ParameterValue": value, "ApplyMethod": method}]


@pytest.mark.parametrize(("scope", "prefix"), GROUPS)
def test_parameter_groups(site: Site, scope: str, prefix: str) -> None:
    group: Any = Group(site.rds, prefix)
    with pytest.raises(ClientError) as caught:
        group.describe()
    assert caught.value.response["Error"]["Code"] == "DBParameterGroupNotFound"
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404
    refused(VALUE, group.create, DBParameterGroupFamily="aurora-postgresql99", Description="x")
    refused(VALUE, group.create, DBParameterGroupFamily="aurora-postgresql17", Description="x", **{group.field: "a_b"})
    group.create(DBParameterGroupFamily="aurora-postgresql17", Description="x", **{group.field: "Own"})
    refused(
        "DBParameterGroupAlreadyExists", group.create, DBParameterGroupFamily="aurora-postgresql17", Description="x"
    )
    assert group.describe()[group.all][0][group.field] == "own"
    group.modify(Parameters=change("log_statement", "ddl", "immediate"))
    group.modify(Parameters=change("shared_preload_libraries", "pg_stat_statements,pgaudit"))
    group.modify(Parameters=change("pgaudit.log", "ddl,role"))
    assert group.user() == {
        "log_statement": "ddl", "pgaudit.log": "ddl,role", "shared_preload_libraries": "pg_stat_statements,pgaudit",
    }  # fmt: skip
    refused(VALUE, group.modify, Parameters=change("no_such", "1"))
    refused(VALUE, group.modify, Parameters=change("log_statement", "some"))
    refused(VALUE, group.modify, Parameters=change("log_min_duration_statement", "-2"))
    refused(COMBINATION, group.modify, Parameters=change("max_connections", "100", "immediate"))
    refused(VALUE, group.modify, Parameters=change("log_statement", "ddl") * 21)
    refused(
        VALUE, group.modify, Parameters=change("log_statement", "ddl"), **{group.field: "default.aurora-postgresql17"}
    )
    group.modify(Parameters=change("max_connections", "LEAST({DBInstanceClassMemory/9531392},4000)"))
    group.reset(Parameters=[{"ParameterName": "log_statement", "ApplyMethod": "immediate"}])
    assert "log_statement" not in group.user()
    group.reset(ResetAllParameters=True)
    assert group.user() == {}
    site.create(**({"DBClusterParameterGroupName": "own"} if scope == "cluster" else {}))
    site.add(**({"DBParameterGroupName": "own"} if scope == "instance" else {}))
    refused("InvalidDBParameterGroupState", group.delete)
    site.rds.delete_db_instance(DBInstanceIdentifier="one")
    site.rds.delete_db_cluster(DBClusterIdentifier="main", SkipFinalSnapshot=True)
    group.delete()
    refused("DBParameterGroupNotFound", group.delete)


def test_parameter_defaults_and_reboots(site: Site) -> None:
    def one(group: str, name: str) -> Any:
        pages = site.rds.get_paginator("describe_db_cluster_parameters").paginate(DBClusterParameterGroupName=group)
        return next(p for page in pages for p in page["Parameters"] if p["ParameterName"] == name)

    assert one("default.aurora-postgresql17", "rds.force_ssl")["ParameterValue"] == "1"
    assert one("default.aurora-postgresql16", "rds.force_ssl")["ParameterValue"] == "0"
    group: Any = Group(site.rds, "DBClusterParameterGroup")
    group.create(DBParameterGroupFamily="aurora-postgresql17", Description="x")
    refused(VALUE, group.modify, Parameters=change("rds.extensions", "x"))
    group.modify(Parameters=change("rds.force_ssl", "1"))
    assert one("own", "rds.force_ssl")["Source"] == "engine-default"
    site.create(DBClusterParameterGroupName="own")
    site.add()
    status = "DBClusterParameterGroupStatus"
    assert site.cluster()["DBClusterMembers"][0][status] == "in-sync"
    group.modify(Parameters=change("log_statement", "ddl", "immediate"))
    assert site.cluster()["DBClusterMembers"][0][status] == "in-sync"
    group.modify(Parameters=change("rds.logical_replication", "1"))
    assert site.cluster()["DBClusterMembers"][0][status] == "pending-reboot"
    site.rds.reboot_db_instance(DBInstanceIdentifier="one")
    assert site.cluster()["DBClusterMembers"][0][status] == "in-sync"
