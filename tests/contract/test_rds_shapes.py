"""RDS: the fields of its answers, as recorded answers of AWS have them."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from promise import keeps
from rds_site import EAST, PASSWORD, SCALING, Site, monitoring_role, refused

# The fields that every recorded provisioned Aurora cluster and every recorded Aurora instance of the last years has.
CLUSTER = (
    "ActivityStreamStatus AllocatedStorage AssociatedRoles AutoMinorVersionUpgrade AvailabilityZones "
    "BackupRetentionPeriod ClusterCreateTime CopyTagsToSnapshot CrossAccountClone DBClusterArn DBClusterIdentifier "
    "DBClusterMembers DBClusterParameterGroup DBSubnetGroup DatabaseInsightsMode DbClusterResourceId "
    "DeletionProtection DomainMemberships EarliestRestorableTime Endpoint Engine EngineLifecycleSupport EngineMode "
    "EngineVersion HostedZoneId HttpEndpointEnabled IAMDatabaseAuthenticationEnabled LatestRestorableTime "
    "LocalWriteForwardingStatus MasterUsername MultiAZ NetworkType PerformanceInsightsEnabled Port "
    "PreferredBackupWindow PreferredMaintenanceWindow ReadReplicaIdentifiers ReaderEndpoint Status StorageEncrypted "
    "TagList VpcSecurityGroups"
)
INSTANCE = (
    "AllocatedStorage AssociatedRoles AutoMinorVersionUpgrade AvailabilityZone BackupRetentionPeriod BackupTarget "
    "CACertificateIdentifier CertificateDetails CopyTagsToSnapshot CustomerOwnedIpEnabled DBClusterIdentifier "
    "DBInstanceArn DBInstanceClass DBInstanceIdentifier DBInstanceStatus DBParameterGroups DBSecurityGroups "
    "DBSubnetGroup DatabaseInsightsMode DbInstancePort DbiResourceId DedicatedLogVolume DeletionProtection "
    "DomainMemberships Endpoint Engine EngineLifecycleSupport EngineVersion IAMDatabaseAuthenticationEnabled "
    "InstanceCreateTime LicenseModel MasterUsername MonitoringInterval MultiAZ NetworkType OptionGroupMemberships "
    "PendingModifiedValues PerformanceInsightsEnabled PreferredBackupWindow PreferredMaintenanceWindow PromotionTier "
    "PubliclyAccessible ReadReplicaDBInstanceIdentifiers StorageEncrypted StorageThroughput StorageType TagList "
    "VpcSecurityGroups"
)
# Clusters and instances have StorageEncryptionType since 2026; no recording tells whether clusters have the other one.
LATER = {"StorageEncryptionType", "MonitoringInterval"}


@pytest.fixture
def site(aws: Any) -> Site:
    return Site(aws)


@keeps("rds.fields")
def test_clusters_and_instances_have_the_recorded_fields(site: Site) -> None:
    made = site.create()
    assert not {"EarliestRestorableTime", "LatestRestorableTime", "StorageType"} & made.keys()
    site.add()
    assert site.cluster().keys() - LATER == {*CLUSTER.split()}
    instance = site.instance()
    assert instance.keys() - {"StorageEncryptionType"} == {*INSTANCE.split()}
    assert (instance["StorageType"], instance["StorageThroughput"]) == ("aurora", 0)
    group = instance["DBSubnetGroup"]
    assert group.keys() == {
        "DBSubnetGroupName", "DBSubnetGroupDescription", "VpcId", "SubnetGroupStatus", "Subnets",
    }  # fmt: skip
    (listed,) = site.rds.describe_db_subnet_groups(DBSubnetGroupName="data")["DBSubnetGroups"]
    assert {"DBSubnetGroupArn", "SupportedNetworkTypes"} == listed.keys() - group.keys()


@keeps("rds.ids")
def test_resource_ids_and_host_names_have_the_recorded_form(site: Site, aws: Any) -> None:
    made, added = site.create(), site.add()
    assert re.fullmatch(r"cluster-[A-Z2-7]{26}", made["DbClusterResourceId"])
    assert re.fullmatch(r"db-[A-Z2-7]{26}", added["DbiResourceId"])
    host = re.fullmatch(r"main\.cluster-(c[a-z0-9]{11})\.us-east-1\.rds\.amazonaws\.com", made["Endpoint"])
    assert host and host[1] in made["ReaderEndpoint"] and host[1] in site.instance()["Endpoint"]["Address"]
    assert host[1] not in Site(aws, "us-west-2").create()["Endpoint"]


@keeps("rds.certificates")
def test_the_certificate_authorities_are_listed(site: Site, aws: Any) -> None:
    answer = site.rds.describe_certificates()
    assert answer["DefaultCertificateForNewLaunches"] == "rds-ca-rsa2048-g1"
    known = {each["CertificateIdentifier"]: each for each in answer["Certificates"]}
    assert {name: each["ValidTill"].year for name, each in known.items()} == {
        "rds-ca-rsa2048-g1": 2061, "rds-ca-rsa4096-g1": 2121, "rds-ca-ecc384-g1": 2121,
    }  # fmt: skip
    one = known["rds-ca-ecc384-g1"]
    assert one["CertificateArn"] == f"arn:aws:rds:{EAST}::cert:rds-ca-ecc384-g1"
    assert (one["CertificateType"], one["CustomerOverride"], len(one["Thumbprint"])) == ("CA", False, 40)
    named = site.rds.describe_certificates(CertificateIdentifier="RDS-CA-ecc384-g1", MaxRecords=20, Marker="0")
    assert named["Certificates"] == [one]
    text = refused("CertificateNotFound", site.rds.describe_certificates, CertificateIdentifier="rds-ca-2015")
    assert text == "Certificate rds-ca-2015 not found."


@keeps("rds.server-certificate")
def test_rds_renews_the_certificate_of_an_instance(site: Site, aws: Any) -> None:
    site.create()
    site.add(CACertificateIdentifier="rds-ca-ecc384-g1")
    instance = site.instance()
    created, details = instance["InstanceCreateTime"], instance["CertificateDetails"]
    assert details == {"CAIdentifier": "rds-ca-ecc384-g1", "ValidTill": created + timedelta(days=365)}
    aws.control.advance(200 * 24 * 3600)
    assert site.instance()["CertificateDetails"]["ValidTill"] == created + timedelta(days=365 * 1.5)


@keeps("rds.fields")
def test_an_instance_with_enhanced_monitoring_names_its_log_stream(site: Site, aws: Any) -> None:
    site.create()
    added = site.add(MonitoringInterval=60, MonitoringRoleArn=monitoring_role(aws))
    arn = added["EnhancedMonitoringResourceArn"]
    assert arn.startswith(f"arn:aws:logs:{EAST}:")
    assert arn.endswith(f":log-group:RDSOSMetrics:log-stream:{added['DbiResourceId']}")
    assert "EnhancedMonitoringResourceArn" not in site.add("two")


@keeps("rds.clone-group")
def test_a_source_and_its_clones_share_a_clone_group(site: Site) -> None:
    site.create()

    def copy(name: str, source: str = "main", kind: str = "copy-on-write") -> Any:
        answer = site.rds.restore_db_cluster_to_point_in_time(
            DBClusterIdentifier=name,
            SourceDBClusterIdentifier=source,
            RestoreType=kind,
            UseLatestRestorableTime=True,
            DBSubnetGroupName="data",
        )
        return answer["DBCluster"].get("CloneGroupId")

    assert copy("full", kind="full-copy") is None
    refused("DBClusterAlreadyExistsFault", copy, name="full")
    assert "CloneGroupId" not in site.cluster()
    group = copy("clone")
    assert re.fullmatch(r"[0-9a-f-]{36}", group)
    assert site.cluster()["CloneGroupId"] == copy("second", "clone") == copy("later", kind="full-copy") == group
    named = [{"Name": "clone-group-id", "Values": [group]}]
    found = site.rds.describe_db_clusters(Filters=named)["DBClusters"]
    assert {each["DBClusterIdentifier"] for each in found} == {"main", "clone", "second", "later"}


@keeps("rds.master-password", "rds.fields")
def test_the_master_password_is_never_returned(site: Site, aws: Any) -> None:
    aws.control.scale(1)
    answers = [site.create(ServerlessV2ScalingConfiguration=SCALING), site.add()]
    aws.control.advance(600)
    changed = site.modify(MasterUserPassword="another-long-password")
    assert changed["PendingModifiedValues"] == {"MasterUserPassword": "****"}
    aws.control.advance(10)
    assert site.cluster()["PendingModifiedValues"] == {"MasterUserPassword": "****"}
    answers += [changed, site.cluster(), site.instance()]
    aws.control.advance(100)
    assert "PendingModifiedValues" not in site.cluster()
    snapshot = {"DBClusterSnapshotIdentifier": "kept", "DBClusterIdentifier": "main"}
    answers += [site.cluster(), site.rds.create_db_cluster_snapshot(**snapshot), aws.control.calls()]
    assert not [each for each in answers if PASSWORD in str(each) or "another-long-password" in str(each)]
