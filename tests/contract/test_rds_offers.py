"""RDS: classes and zones that it offers, default parameters, quotas."""

from __future__ import annotations

from typing import Any

import pytest
from promise import keeps
from rds_site import COMBINATION, EAST, SCALING, VALUE, Site, refused

ENGINE = "aurora-postgresql"


@pytest.fixture
def site(aws: Any) -> Site:
    return Site(aws)


def options(rds: Any, **asked: Any) -> list[dict[str, Any]]:
    pages = rds.get_paginator("describe_orderable_db_instance_options").paginate(Engine=ENGINE, **asked)
    return [option for page in pages for option in page["OrderableDBInstanceOptions"]]


@keeps("rds.orderable", "rds.classes")
def test_classes_are_offered_by_version(aws: Any) -> None:
    rds = aws.client("rds")
    found = options(rds, EngineVersion="16.8", DBInstanceClass="db.serverless", Vpc=True)
    assert [o["StorageType"] for o in found] == ["aurora", "aurora-iopt1"]
    assert {(o["EngineVersion"], o["LicenseModel"], o["Vpc"]) for o in found} == {("16.8", "postgresql-license", True)}
    assert options(rds, EngineVersion="16.8", Vpc=False) == []
    versions = {o["EngineVersion"] for o in options(rds, EngineVersion="16", DBInstanceClass="db.r8g.large")}
    assert versions == {"16.4", "16.6", "16.8", "16.9", "16.10", "16.11", "16.13"}
    assert options(rds, EngineVersion="15.6", DBInstanceClass="db.r8g.large") == []
    assert options(rds, EngineVersion="15.8", DBInstanceClass="db.m5.large") == []
    everything = options(rds, EngineVersion="17.7")
    assert len({o["DBInstanceClass"] for o in everything}) * 2 == len(everything) > 100
    assert {o["DBInstanceClass"] for o in everything if not o["SupportsGlobalDatabases"]} == {
        "db.t3.medium", "db.t3.large", "db.t4g.medium", "db.t4g.large",
    }  # fmt: skip


@keeps("rds.orderable", "rds.versions", "rds.describe")
def test_orderable_options_have_pages_and_refuse_unknown_versions(aws: Any) -> None:
    call = aws.client("rds").describe_orderable_db_instance_options
    first = call(Engine=ENGINE, EngineVersion="17.7", MaxRecords=20)
    second = call(Engine=ENGINE, EngineVersion="17.7", MaxRecords=20, Marker=first["Marker"])
    assert len(first["OrderableDBInstanceOptions"]) == len(second["OrderableDBInstanceOptions"]) == 20
    assert "Marker" not in call(Engine=ENGINE, EngineVersion="17.7", MaxRecords=10000)
    assert "Cannot find version 16.99" in refused(COMBINATION, call, Engine=ENGINE, EngineVersion="16.99")
    refused(VALUE, call, Engine="nonsense")
    refused(VALUE, call, Engine=ENGINE, MaxRecords=10001)


@keeps("rds.classes-zones", "rds.orderable")
def test_old_zones_offer_few_classes(aws: Any) -> None:
    rds = aws.client("rds")

    def zones(instance_class: str) -> set[str]:
        found = options(rds, EngineVersion="17.7", DBInstanceClass=instance_class)
        return {zone["Name"] for option in found for zone in option["AvailabilityZones"]}

    assert zones("db.serverless") == {EAST + letter for letter in "abcdf"}  # us-east-1e is use1-az3
    assert zones("db.r5.large") == {EAST + letter for letter in "abcdef"}
    (option, _) = options(aws.client("rds", "us-west-1"), EngineVersion="17.7", DBInstanceClass="db.serverless")
    assert [zone["Name"] for zone in option["AvailabilityZones"]] == ["us-west-1a", "us-west-1b"]


@keeps("rds.classes-zones", "rds.orderable")
def test_a_zone_can_lack_a_class(site: Site, aws: Any) -> None:
    aws.control.ask("POST", "zone", name=f"{EAST}b", lacks="db.r7g.large,db.serverless")
    (option, _) = options(site.rds, EngineVersion="17.7", DBInstanceClass="db.r7g.large")
    assert f"{EAST}b" not in {zone["Name"] for zone in option["AvailabilityZones"]}
    site.create()
    wanted = {"DBInstanceClass": "db.r7g.large", "AvailabilityZone": f"{EAST}b"}
    assert "us-east-1b" in refused("InvalidVPCNetworkStateFault", site.add, **wanted)
    site.add(**{**wanted, "DBInstanceClass": "db.r6g.large"})


@keeps("rds.classes-zones", "rds.classes")
def test_instances_need_a_class_that_version_and_zone_offer(site: Site) -> None:
    old = site.ec2.create_subnet(VpcId=site.vpc, CidrBlock="10.0.9.0/24", AvailabilityZone=EAST + "e")["Subnet"]
    subnets = [site.subnets[0], old["SubnetId"]]
    site.rds.modify_db_subnet_group(DBSubnetGroupName="data", SubnetIds=subnets)
    site.create(EngineVersion="15.6", ServerlessV2ScalingConfiguration=SCALING)
    refused(COMBINATION, site.add, DBInstanceClass="db.r8g.large")
    network = "InvalidVPCNetworkStateFault"
    text = refused(network, site.add, DBInstanceClass="db.serverless", AvailabilityZone=EAST + "e")
    assert "not a subnet in us-east-1e" in text and text.endswith("zones: us-east-1a.")
    assert site.add("a", DBInstanceClass="db.serverless")["AvailabilityZone"] == EAST + "a"
    assert site.add("b", DBInstanceClass="db.serverless")["AvailabilityZone"] == EAST + "a"
    assert site.add("e", DBInstanceClass="db.r5.large")["AvailabilityZone"] == EAST + "e"
    modify = site.rds.modify_db_instance
    refused("InsufficientDBInstanceCapacity", modify, DBInstanceIdentifier="e", DBInstanceClass="db.serverless")


@keeps("rds.engine-defaults")
@pytest.mark.parametrize("scope", ["cluster_", ""])
def test_default_parameters_of_a_family_are_those_of_its_default_group(site: Site, scope: str) -> None:
    rds = site.rds
    family, group = "aurora-postgresql16", "default.aurora-postgresql16"
    pages = rds.get_paginator(f"describe_engine_default_{scope}parameters").paginate(
        DBParameterGroupFamily=family, PaginationConfig={"PageSize": 20}
    )
    found = [parameter for page in pages for parameter in page["EngineDefaults"]["Parameters"]]
    assert {page["EngineDefaults"]["DBParameterGroupFamily"] for page in pages} == {family}
    named = {"DBClusterParameterGroupName" if scope else "DBParameterGroupName": group}
    listed = rds.get_paginator(f"describe_db_{scope}parameters").paginate(**named)
    assert found == [parameter for page in listed for parameter in page["Parameters"]]
    (statement,) = [p for p in found if p["ParameterName"] == "log_statement"]
    assert (statement["AllowedValues"], statement["ApplyType"], statement["IsModifiable"]) == (
        "none,ddl,mod,all", "dynamic", True,
    )  # fmt: skip
    refused(VALUE, getattr(rds, f"describe_engine_default_{scope}parameters"), DBParameterGroupFamily="postgres16")


@keeps("rds.quotas")
def test_quotas_are_described_and_can_be_changed(site: Site, aws: Any) -> None:
    def quotas() -> dict[str, tuple[int, int]]:
        found = site.rds.describe_account_attributes()["AccountQuotas"]
        return {q["AccountQuotaName"]: (q["Used"], q["Max"]) for q in found}

    site.create()
    site.add()
    others = {"DBSubnetGroups": (1, 50), "ManualClusterSnapshots": (0, 100)}
    others |= {"DBClusterParameterGroups": (0, 50), "DBParameterGroups": (0, 50)}
    assert quotas() == {"DBClusters": (1, 40), "DBInstances": (1, 40), **others}
    aws.control.quota("DBClusters", 1)
    aws.control.quota("DBInstances", 1)
    assert quotas() == {"DBClusters": (1, 1), "DBInstances": (1, 1), **others}
    refused("DBClusterQuotaExceededFault", site.create, name="other")
    refused("InstanceQuotaExceeded", site.add, name="two")
