"""The local RDS through boto3: instances of clusters, and the tags of everything."""

from __future__ import annotations

from typing import Any

import pytest
from rds_site import COMBINATION, EAST, PASSWORD, SCALING, VALUE, WEST, Site, refused


@pytest.fixture
def site(aws: Any) -> Site:
    return Site(aws)


def test_instances_belong_to_their_cluster(site: Site) -> None:
    site.create(StorageEncrypted=True, Port=6000, ServerlessV2ScalingConfiguration=SCALING)
    site.add(AvailabilityZone=EAST + "b")
    site.add("two", PromotionTier=3, DBInstanceClass="db.serverless")
    site.add("three", PromotionTier=0)
    members = {m["DBInstanceIdentifier"]: m for m in site.cluster()["DBClusterMembers"]}
    assert [n for n, m in members.items() if m["IsClusterWriter"]] == ["one"]
    assert members["two"]["PromotionTier"] == 3 and site.cluster()["MultiAZ"] is True
    assert {site.instance(n)["AvailabilityZone"] for n in members} == {EAST + z for z in "abc"}
    got = site.instance("two")
    assert got["Endpoint"]["Address"].startswith("two.c") and got["Endpoint"]["Port"] == 6000
    assert got["KmsKeyId"] == site.cluster()["KmsKeyId"] and got["DBSubnetGroup"]["DBSubnetGroupName"] == "data"
    assert got["CACertificateIdentifier"] == "rds-ca-rsa2048-g1" and got["StorageType"] == "aurora"
    site.rds.delete_db_instance(DBInstanceIdentifier="one")
    assert [m["DBInstanceIdentifier"] for m in site.cluster()["DBClusterMembers"] if m["IsClusterWriter"]] == ["three"]
    site.rds.failover_db_cluster(DBClusterIdentifier="main")
    assert [m["DBInstanceIdentifier"] for m in site.cluster()["DBClusterMembers"] if m["IsClusterWriter"]] == ["two"]
    found = site.rds.describe_db_instances(Filters=[{"Name": "db-cluster-id", "Values": ["main"]}])["DBInstances"]
    assert len(found) == 2


INSTANCE_REFUSALS: list[tuple[str, dict[str, Any]]] = [
    (COMBINATION, {"DBInstanceClass": "db.serverless"}),
    (COMBINATION, {"DBInstanceClass": "db.m5.large"}),
    (VALUE, {"DBInstanceClass": "huge"}),
    (COMBINATION, {"MasterUserPassword": PASSWORD}),
    (COMBINATION, {"BackupRetentionPeriod": 3}),
    (COMBINATION, {"EngineVersion": "17.7"}),
    (COMBINATION, {"DatabaseInsightsMode": "advanced"}),
    (COMBINATION, {"StorageEncrypted": True}),
    (VALUE, {"PromotionTier": 16}),
    ("InvalidVPCNetworkStateFault", {"AvailabilityZone": EAST + "d"}),
    ("DBParameterGroupNotFound", {"DBParameterGroupName": "nothing"}),
    (COMBINATION, {"DBParameterGroupName": "default.aurora-postgresql16"}),
    ("CertificateNotFound", {"CACertificateIdentifier": "rds-ca-2019"}),
    (COMBINATION, {"MonitoringInterval": 60}),
    (COMBINATION, {"Engine": "postgres"}),
    ("DBClusterNotFoundFault", {"cluster": "nobody"}),
]


def test_instance_refuses(site: Site) -> None:
    site.create()
    for code, arguments in INSTANCE_REFUSALS:
        refused(code, site.add, **arguments)
    assert site.rds.describe_db_instances()["DBInstances"] == []


def test_instance_changes(site: Site, aws: Any) -> None:
    site.create()
    site.add()
    change = site.rds.modify_db_instance
    change(DBInstanceIdentifier="one", DBInstanceClass="db.r6g.xlarge", PromotionTier=5)
    assert site.instance()["PendingModifiedValues"] == {"DBInstanceClass": "db.r6g.xlarge"}
    assert site.instance()["PromotionTier"] == 5
    aws.control.scale(1)
    change(DBInstanceIdentifier="one", CACertificateIdentifier="rds-ca-ecc384-g1", ApplyImmediately=True)
    aws.control.advance(6)
    assert site.instance()["DBInstanceStatus"] == "modifying"
    refused("InvalidDBInstanceState", change, DBInstanceIdentifier="one", PromotionTier=1)
    refused("InvalidDBInstanceState", site.rds.reboot_db_instance, DBInstanceIdentifier="one")
    aws.control.scale(0)
    got = site.instance()
    assert (got["DBInstanceClass"], got["CACertificateIdentifier"]) == ("db.r6g.xlarge", "rds-ca-ecc384-g1")
    assert got["PendingModifiedValues"] == {}
    refused(COMBINATION, change, DBInstanceIdentifier="one", EngineVersion="17.7")
    change(DBInstanceIdentifier="one", EnablePerformanceInsights=True, PerformanceInsightsRetentionPeriod=31)
    assert site.instance()["PerformanceInsightsRetentionPeriod"] == 31


def test_tags_of_everything(site: Site, aws: Any) -> None:
    arns = [
        site.create()["DBClusterArn"],
        site.add()["DBInstanceArn"],
        site.rds.describe_db_subnet_groups()["DBSubnetGroups"][0]["DBSubnetGroupArn"],
        site.rds.create_global_cluster(GlobalClusterIdentifier="world", Engine="aurora-postgresql")["GlobalCluster"][
            "GlobalClusterArn"
        ],
        site.rds.create_db_parameter_group(
            DBParameterGroupName="own", DBParameterGroupFamily="aurora-postgresql17", Description="x"
        )["DBParameterGroup"]["DBParameterGroupArn"],
    ]
    assert arns[3] == "arn:aws:rds::123456789012:global-cluster:world"
    for arn in arns:
        site.rds.add_tags_to_resource(ResourceName=arn, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
        site.rds.remove_tags_from_resource(ResourceName=arn, TagKeys=["b"])
        assert site.rds.list_tags_for_resource(ResourceName=arn)["TagList"] == [{"Key": "a", "Value": "1"}]
    assert site.cluster()["TagList"] == [{"Key": "a", "Value": "1"}]
    found = aws.client("resourcegroupstaggingapi").get_resources(
        TagFilters=[{"Key": "a", "Values": ["1"]}], ResourceTypeFilters=["rds:cluster", "rds:db"]
    )
    assert {r["ResourceARN"] for r in found["ResourceTagMappingList"]} == set(arns[:2])
    refused("DBClusterNotFoundFault", aws.client("rds", WEST).list_tags_for_resource, ResourceName=arns[0])
    refused(VALUE, site.rds.add_tags_to_resource, ResourceName=arns[0], Tags=[{"Key": "aws:a", "Value": "1"}])
    refused(VALUE, site.rds.list_tags_for_resource, ResourceName="main")
