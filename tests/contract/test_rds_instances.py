"""RDS: instances of clusters, and tags of all resources."""

from __future__ import annotations

import json
from typing import Any

import pytest
from promise import keeps
from rds_site import COMBINATION, EAST, PASSWORD, SCALING, VALUE, WEST, Site, monitoring_role, refused


@pytest.fixture
def site(aws: Any) -> Site:
    return Site(aws)


@keeps("rds.failover", "rds.cluster-owned", "rds.instance-attributes")
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


@keeps("rds.cluster-owned")
def test_settings_of_the_cluster_may_be_repeated(site: Site) -> None:
    site.create(StorageEncrypted=True)
    cluster = site.cluster()
    version = cluster["EngineVersion"]
    site.add(DBSubnetGroupName="Data", EngineVersion=version, StorageEncrypted=True)
    site.add("two", EngineVersion=version.partition(".")[0], EnableCloudwatchLogsExports=[], VpcSecurityGroupIds=[])
    site.add("three", MultiAZ=False, DeletionProtection=False, EnableIAMDatabaseAuthentication=False)
    site.rds.modify_db_instance(DBInstanceIdentifier="two", AllowMajorVersionUpgrade=False, DeletionProtection=False)
    other = version.partition(".")[0] + ".999"
    text = refused(COMBINATION, lambda: site.add("four", EngineVersion=other))
    assert f"instance ({other}) does not match the engine version of your DB cluster ({version})" in str(text)
    refused(COMBINATION, lambda: site.add("four", StorageEncrypted=False))


INSTANCE_REFUSALS: list[tuple[str, dict[str, Any]]] = [
    (COMBINATION, {"DBInstanceClass": "db.serverless"}),
    (COMBINATION, {"DBInstanceClass": "db.m5.large"}),
    (VALUE, {"DBInstanceClass": "huge"}),
    (COMBINATION, {"MasterUserPassword": PASSWORD}),
    (COMBINATION, {"BackupRetentionPeriod": 3}),
    (COMBINATION, {"DatabaseInsightsMode": "advanced"}),
    (COMBINATION, {"Port": 5433}),
    (COMBINATION, {"VpcSecurityGroupIds": ["sg-12345678"]}),
    (COMBINATION, {"KmsKeyId": "alias/aws/rds"}),
    (COMBINATION, {"StorageType": "aurora"}),
    (COMBINATION, {"EnableIAMDatabaseAuthentication": True}),
    (COMBINATION, {"EnableCloudwatchLogsExports": ["postgresql"]}),
    (COMBINATION, {"ManageMasterUserPassword": True}),
    (COMBINATION, {"DeletionProtection": True}),
    (VALUE, {"PromotionTier": 16}),
    (VALUE, {"name": "under_score"}),
    ("InvalidVPCNetworkStateFault", {"AvailabilityZone": EAST + "d"}),
    ("DBParameterGroupNotFound", {"DBParameterGroupName": "nothing"}),
    (COMBINATION, {"DBParameterGroupName": "default.aurora-postgresql16"}),
    ("CertificateNotFound", {"CACertificateIdentifier": "rds-ca-2019"}),
    (COMBINATION, {"MonitoringInterval": 60}),
    (COMBINATION, {"Engine": "postgres"}),
    ("DBClusterNotFoundFault", {"cluster": "nobody"}),
    ("InvalidAction", {"CharacterSetName": "utf8"}),
    ("InvalidAction", {"Iops": 1000}),
    ("InvalidAction", {"EnablePerformanceInsights": True}),
    (COMBINATION, {"StorageEncrypted": True}),
    (COMBINATION, {"DBSubnetGroupName": "other"}),
    (COMBINATION, {"EngineVersion": "1"}),
]


@keeps(
    "rds.identifiers",
    "rds.cluster-owned",
    "rds.scaling-first",
    "rds.classes",
    "rds.instance-attributes",
    "rds.group-names",
)
def test_invalid_instances_are_refused(site: Site) -> None:
    site.create()
    for code, arguments in INSTANCE_REFUSALS:
        refused(code, site.add, **arguments)
    assert site.rds.describe_db_instances()["DBInstances"] == []


INSTANCE_CHANGE_REFUSALS: list[tuple[str, dict[str, Any]]] = [
    (COMBINATION, {"EngineVersion": "17.7"}),
    (COMBINATION, {"MasterUserPassword": PASSWORD}),
    (COMBINATION, {"BackupRetentionPeriod": 7}),
    (COMBINATION, {"DBPortNumber": 5433}),
    (COMBINATION, {"DeletionProtection": True}),
    (COMBINATION, {"CloudwatchLogsExportConfiguration": {"EnableLogTypes": ["postgresql"]}}),
    (COMBINATION, {"DBInstanceClass": "db.serverless"}),
    (COMBINATION, {"MonitoringInterval": 30}),
    (COMBINATION, {"DBParameterGroupName": "default.aurora-postgresql16"}),
    ("DBParameterGroupNotFound", {"DBParameterGroupName": "nothing"}),
    ("CertificateNotFound", {"CACertificateIdentifier": "rds-ca-2019"}),
    (VALUE, {"PromotionTier": 16}),
    (VALUE, {"PreferredMaintenanceWindow": "sunday"}),
]


@keeps("rds.cluster-owned", "rds.force-failover", "rds.scaling-first")
def test_invalid_changes_of_instances_are_refused(site: Site) -> None:
    site.create()
    site.add()
    for code, arguments in INSTANCE_CHANGE_REFUSALS:
        refused(code, site.rds.modify_db_instance, DBInstanceIdentifier="one", **arguments)
    refused(COMBINATION, site.rds.reboot_db_instance, DBInstanceIdentifier="one", ForceFailover=True)
    assert site.instance()["PendingModifiedValues"] == {}


@keeps("rds.monitoring", "rds.insights-inherited")
def test_monitoring_belongs_to_an_instance_or_to_its_cluster(site: Site, aws: Any) -> None:
    role = monitoring_role(aws)
    watched: dict[str, Any] = {"MonitoringInterval": 30, "MonitoringRoleArn": role}
    site.create()
    site.add(
        **watched, AutoMinorVersionUpgrade=False, CopyTagsToSnapshot=True, PubliclyAccessible=True,
        Tags=[{"Key": "a", "Value": "b"}],
        DBParameterGroupName="default.aurora-postgresql17", CACertificateIdentifier="rds-ca-rsa4096-g1",
    )  # fmt: skip
    got = site.instance()
    assert got.items() >= {**watched, "PubliclyAccessible": True, "AutoMinorVersionUpgrade": False}.items()
    assert (got["CACertificateIdentifier"], got["TagList"]) == ("rds-ca-rsa4096-g1", [{"Key": "a", "Value": "b"}])
    change = site.rds.modify_db_instance
    change(
        DBInstanceIdentifier="one", MonitoringInterval=5, MonitoringRoleArn=role, PubliclyAccessible=False,
        AutoMinorVersionUpgrade=True, CopyTagsToSnapshot=False, PreferredMaintenanceWindow="Mon:10:00-Mon:11:00",
    )  # fmt: skip
    got = site.instance()
    assert (got["MonitoringInterval"], got["PubliclyAccessible"], got["AutoMinorVersionUpgrade"]) == (5, False, True)
    assert got["PreferredMaintenanceWindow"] == "mon:10:00-mon:11:00"
    site.modify(MonitoringInterval=60, MonitoringRoleArn=role)
    assert site.instance()["MonitoringInterval"] == 60
    refused(COMBINATION, change, DBInstanceIdentifier="one", MonitoringInterval=5)
    statement = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    trust = {"Version": "2012-10-17", "Statement": [statement]}
    stranger = aws.client("iam").create_role(RoleName="stranger", AssumeRolePolicyDocument=json.dumps(trust))["Role"]
    refused(VALUE, site.modify, MonitoringInterval=30, MonitoringRoleArn=stranger["Arn"])
    site.add("two")
    site.modify(MonitoringInterval=0)
    assert "MonitoringRoleArn" not in site.cluster()
    assert site.instance("two")["MonitoringInterval"] == 0


@keeps("rds.monitoring")
def test_a_new_monitoring_role_is_refused_at_first(site: Site, aws: Any) -> None:
    site.create()
    site.add()
    aws.control.scale(1)
    aws.control.advance(1)
    watched = {"MonitoringInterval": 30, "MonitoringRoleArn": monitoring_role(aws)}
    for call, arguments in (
        (site.create, {"name": "other"}),
        (site.modify, {}),
        (site.add, {"name": "two"}),
        (site.rds.modify_db_instance, {"DBInstanceIdentifier": "one"}),
    ):
        message = refused(VALUE, call, **watched, **arguments)
        assert message.startswith("IAM role ARN value is invalid or does not include the required permissions")
    aws.control.advance(30)
    site.modify(**watched)
    assert site.cluster()["MonitoringInterval"] == 30


@keeps("rds.tags")
def test_a_resource_has_50_tags_at_most(site: Site) -> None:
    arn = site.create(Tags=[{"Key": f"k{n}", "Value": ""} for n in range(49)])["DBClusterArn"]
    site.rds.add_tags_to_resource(ResourceName=arn, Tags=[{"Key": "k49", "Value": ""}, {"Key": "k1", "Value": "x"}])
    refused(VALUE, site.rds.add_tags_to_resource, ResourceName=arn, Tags=[{"Key": "k50", "Value": ""}])
    assert len(site.cluster()["TagList"]) == 50


@keeps("rds.instance-pending", "rds.wrong-state")
def test_changes_of_instances_are_pending_or_immediate(site: Site, aws: Any) -> None:
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


@keeps("rds.tags")
def test_every_resource_can_be_tagged(site: Site, aws: Any) -> None:
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
