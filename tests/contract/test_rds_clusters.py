"""The local RDS through boto3: Aurora PostgreSQL clusters."""

from __future__ import annotations

from typing import Any

import pytest
from rds_site import COMBINATION, EAST, PASSWORD, SCALING, VALUE, WEST, Site, monitoring_role, refused


@pytest.fixture
def site(aws: Any) -> Site:
    return Site(aws)


def test_new_cluster_reads_as_aws_shows_it(site: Site) -> None:
    made = site.create("Main", Tags=[{"Key": "env", "Value": "dev"}])
    assert made["Status"] == "creating"
    got = site.cluster("MAIN")
    assert got["DBClusterIdentifier"] == "main"
    assert got["DBClusterArn"] == "arn:aws:rds:us-east-1:123456789012:cluster:main"
    assert got["Endpoint"].startswith("main.cluster-c") and got["Endpoint"].endswith(".us-east-1.rds.amazonaws.com")
    assert got["ReaderEndpoint"].startswith("main.cluster-ro-c")
    assert got["DBClusterParameterGroup"] == "default.aurora-postgresql17"
    assert len(got["AvailabilityZones"]) == 3
    assert got["TagList"] == [{"Key": "env", "Value": "dev"}]
    assert got["VpcSecurityGroups"][0]["Status"] == "active"
    for absent in ("StorageType", "KmsKeyId", "PendingModifiedValues", "MasterUserSecret", "GlobalClusterIdentifier"):
        assert absent not in got
    wanted = {
        "Status": "available", "StorageEncrypted": False, "StorageEncryptionType": "sse-rds", "AllocatedStorage": 1,
        "Port": 5432, "BackupRetentionPeriod": 1, "DatabaseInsightsMode": "standard", "MonitoringInterval": 0,
        "EngineMode": "provisioned", "EngineVersion": "17.6", "IAMDatabaseAuthenticationEnabled": False,
        "HttpEndpointEnabled": False, "DeletionProtection": False, "CopyTagsToSnapshot": False, "MultiAZ": False,
        "EngineLifecycleSupport": "open-source-rds-extended-support", "DBClusterMembers": [], "DBSubnetGroup": "data",
    }  # fmt: skip
    assert {k: got[k] for k in wanted} == wanted
    assert PASSWORD not in str(got)


def test_all_options_come_back(site: Site, aws: Any) -> None:
    key, role = site.key(), monitoring_role(aws)
    site.create(
        EngineVersion="16", StorageType="aurora-iopt1", StorageEncrypted=True, KmsKeyId=key.split("/")[-1],
        DatabaseName="app", DatabaseInsightsMode="advanced", EnablePerformanceInsights=True,
        PerformanceInsightsRetentionPeriod=465, PerformanceInsightsKMSKeyId=key, MonitoringInterval=60,
        MonitoringRoleArn=role, ServerlessV2ScalingConfiguration=SCALING, EnableIAMDatabaseAuthentication=True,
        EnableCloudwatchLogsExports=["postgresql", "iam-db-auth-error"], BackupRetentionPeriod=35,
        PreferredBackupWindow="01:00-02:00", PreferredMaintenanceWindow="Mon:03:00-Mon:04:00", Port=5433,
        EngineLifecycleSupport="open-source-rds-extended-support-disabled", DeletionProtection=True,
        CopyTagsToSnapshot=True, EnableHttpEndpoint=True, AvailabilityZones=[EAST + "d"],
    )  # fmt: skip
    got = site.cluster()
    wanted = {
        "EngineVersion": "16.11", "StorageType": "aurora-iopt1", "StorageEncryptionType": "sse-kms", "KmsKeyId": key,
        "DatabaseName": "app", "DatabaseInsightsMode": "advanced", "PerformanceInsightsEnabled": True,
        "PerformanceInsightsRetentionPeriod": 465, "PerformanceInsightsKMSKeyId": key, "MonitoringInterval": 60,
        "MonitoringRoleArn": role, "ServerlessV2ScalingConfiguration": SCALING, "Port": 5433,
        "IAMDatabaseAuthenticationEnabled": True, "EnabledCloudwatchLogsExports": ["iam-db-auth-error", "postgresql"],
        "BackupRetentionPeriod": 35, "PreferredMaintenanceWindow": "mon:03:00-mon:04:00", "CopyTagsToSnapshot": True,
        "EngineLifecycleSupport": "open-source-rds-extended-support-disabled", "DeletionProtection": True,
        "HttpEndpointEnabled": True, "AvailabilityZones": [EAST + "a", EAST + "b", EAST + "d"],
    }  # fmt: skip
    assert {k: got[k] for k in wanted} == wanted


CREATE_REFUSALS: list[tuple[str, dict[str, Any]]] = [
    (VALUE, {"DBClusterIdentifier": "under_score"}),
    (VALUE, {"DBClusterIdentifier": "double--hyphen"}),
    (VALUE, {"DBClusterIdentifier": "1st"}),
    (VALUE, {"DBClusterIdentifier": "a" * 64}),
    (VALUE, {"Engine": "nonsense"}),
    (COMBINATION, {"Engine": "aurora-mysql"}),
    (VALUE, {"EngineVersion": "17.2"}),
    (VALUE, {"EngineVersion": "12"}),
    (VALUE, {"MasterUsername": "admin"}),
    (VALUE, {"MasterUsername": "db-admin"}),
    (VALUE, {"MasterUsername": None}),
    (VALUE, {"MasterUserPassword": None}),
    (VALUE, {"MasterUserPassword": "short"}),
    (VALUE, {"MasterUserPassword": "with space in it"}),
    (VALUE, {"MasterUserPassword": "with@sign-in-it"}),
    (VALUE, {"MasterUserPassword": "with'quote-in-it"}),
    (COMBINATION, {"ManageMasterUserPassword": True}),
    (COMBINATION, {"MasterUserSecretKmsKeyId": "alias/aws/secretsmanager"}),
    ("DBSubnetGroupNotFoundFault", {"DBSubnetGroupName": "nowhere"}),
    ("DBSubnetGroupNotFoundFault", {"DBSubnetGroupName": None}),
    ("DBClusterParameterGroupNotFound", {"DBClusterParameterGroupName": "nothing"}),
    (COMBINATION, {"DBClusterParameterGroupName": "default.aurora-postgresql16"}),
    (COMBINATION, {"KmsKeyId": "alias/aws/rds"}),
    ("KMSKeyNotAccessibleFault", {"StorageEncrypted": True, "KmsKeyId": "alias/unknown"}),
    (VALUE, {"StorageType": "gp3"}),
    (VALUE, {"BackupRetentionPeriod": 0}),
    (VALUE, {"BackupRetentionPeriod": 36}),
    (VALUE, {"Port": 80}),
    (VALUE, {"PreferredBackupWindow": "1:00-2:00"}),
    (VALUE, {"PreferredBackupWindow": "01:00-01:15"}),
    (VALUE, {"PreferredMaintenanceWindow": "xyz:01:00-xyz:02:00"}),
    (COMBINATION, {"PreferredBackupWindow": "01:00-02:00", "PreferredMaintenanceWindow": "sun:01:30-sun:02:30"}),
    (COMBINATION, {"DatabaseInsightsMode": "advanced"}),
    (COMBINATION, {"DatabaseInsightsMode": "advanced", "EnablePerformanceInsights": True}),
    (VALUE, {"EnablePerformanceInsights": True, "PerformanceInsightsRetentionPeriod": 8}),
    (COMBINATION, {"PerformanceInsightsRetentionPeriod": 7}),
    (VALUE, {"DatabaseInsightsMode": "deluxe"}),
    (COMBINATION, {"MonitoringInterval": 60}),
    (VALUE, {"MonitoringInterval": 7}),
    (VALUE, {"MonitoringInterval": 60, "MonitoringRoleArn": "arn:aws:iam::123456789012:role/nobody"}),
    (COMBINATION, {"EnableCloudwatchLogsExports": ["audit"]}),
    (VALUE, {"EngineLifecycleSupport": "forever"}),
    (VALUE, {"VpcSecurityGroupIds": ["sg-12345678"]}),
    ("InvalidVPCNetworkStateFault", {"AvailabilityZones": ["us-east-1z"]}),
    (VALUE, {"Tags": [{"Key": "aws:x", "Value": ""}]}),
    ("GlobalClusterNotFoundFault", {"GlobalClusterIdentifier": "world"}),
    ("InvalidAction", {"BacktrackWindow": 60}),
    (COMBINATION, {"EngineMode": "serverless"}),
    (VALUE, {"ServerlessV2ScalingConfiguration": {"MinCapacity": 2, "MaxCapacity": 1}}),
    (VALUE, {"ServerlessV2ScalingConfiguration": {"MinCapacity": 0.5, "MaxCapacity": 0.5}}),
    (VALUE, {"ServerlessV2ScalingConfiguration": {"MinCapacity": 0.7, "MaxCapacity": 2}}),
    (VALUE, {"ServerlessV2ScalingConfiguration": {"MinCapacity": 1, "MaxCapacity": 300}}),
    (
        VALUE,
        {"EngineVersion": "15.6", "ServerlessV2ScalingConfiguration": {"MinCapacity": 0, "MaxCapacity": 2}},
    ),
    (
        VALUE,
        {"EngineVersion": "14.9", "ServerlessV2ScalingConfiguration": {"MinCapacity": 1, "MaxCapacity": 200}},
    ),
    (
        VALUE,
        {"ServerlessV2ScalingConfiguration": {"MinCapacity": 0, "MaxCapacity": 2, "SecondsUntilAutoPause": 60}},
    ),
    (COMBINATION, {"ServerlessV2ScalingConfiguration": {"MinCapacity": 1}}),
]


def test_create_refuses(site: Site) -> None:
    for code, arguments in CREATE_REFUSALS:
        rest = {k: v for k, v in arguments.items() if k != "DBClusterIdentifier"}
        refused(code, site.create, name=arguments.get("DBClusterIdentifier", "main"), **rest)
    assert site.rds.describe_db_clusters()["DBClusters"] == []


def test_names_are_taken_once_and_missing_ones_are_404(site: Site) -> None:
    site.create()
    refused("DBClusterAlreadyExistsFault", site.create, name="MAIN")
    site.add()
    site.create("other")
    refused("DBInstanceAlreadyExists", site.add, name="One", cluster="other")
    with pytest.raises(site.rds.exceptions.DBClusterNotFoundFault) as caught:
        site.cluster("nobody")
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404
    refused("DBInstanceNotFound", site.instance, name="nobody")
    refused(VALUE, site.rds.describe_db_clusters, MaxRecords=5)
    refused(VALUE, site.rds.describe_db_clusters, Filters=[{"Name": "colour", "Values": ["red"]}])
    by_arn = site.rds.describe_db_clusters(DBClusterIdentifier=site.cluster()["DBClusterArn"])["DBClusters"]
    assert [c["DBClusterIdentifier"] for c in by_arn] == ["main"]


def test_key_of_another_region_and_disabled_key_are_refused(site: Site, aws: Any) -> None:
    far = aws.client("kms", WEST).create_key()["KeyMetadata"]["Arn"]
    refused("KMSKeyNotAccessibleFault", site.create, StorageEncrypted=True, KmsKeyId=far)
    key = site.key()
    site.kms.disable_key(KeyId=key.split("/")[-1])
    refused("KMSKeyNotAccessibleFault", site.create, StorageEncrypted=True, KmsKeyId=key)
    site.create(StorageEncrypted=True)
    assert site.cluster()["KmsKeyId"].startswith("arn:aws:kms:us-east-1:")


def test_security_group_of_another_vpc_is_refused(site: Site) -> None:
    vpc = site.ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    group = site.ec2.create_security_group(GroupName="x", Description="x", VpcId=vpc)["GroupId"]
    assert "different VPCs" in refused(COMBINATION, site.create, VpcSecurityGroupIds=[group])


def test_auto_pause_lives_only_at_zero(site: Site) -> None:
    zero = {"MinCapacity": 0, "MaxCapacity": 2}
    site.create(ServerlessV2ScalingConfiguration=zero)
    assert site.cluster()["ServerlessV2ScalingConfiguration"] == {**zero, "SecondsUntilAutoPause": 300}
    site.modify(ServerlessV2ScalingConfiguration={"MinCapacity": 0.5, "SecondsUntilAutoPause": 600})
    assert site.cluster()["ServerlessV2ScalingConfiguration"] == {"MinCapacity": 0.5, "MaxCapacity": 2}
    site.modify(ServerlessV2ScalingConfiguration={"MinCapacity": 0})
    assert site.cluster()["ServerlessV2ScalingConfiguration"]["SecondsUntilAutoPause"] == 300


def test_states_take_their_time(site: Site, aws: Any) -> None:
    aws.control.scale(1)
    site.create(ServerlessV2ScalingConfiguration=SCALING)
    site.add(DBInstanceClass="db.serverless")
    assert site.cluster()["Status"] == "creating" and site.instance()["DBInstanceStatus"] == "creating"
    assert "Endpoint" not in site.instance()
    refused("InvalidDBClusterStateFault", site.modify, Port=5433)
    refused(
        "InvalidDBClusterStateFault", site.rds.delete_db_cluster, DBClusterIdentifier="main", SkipFinalSnapshot=True
    )
    aws.control.advance(61)
    assert site.cluster()["Status"] == "available" and site.instance()["DBInstanceStatus"] == "creating"
    aws.control.advance(481)
    assert site.instance()["DBInstanceStatus"] == "available"
    assert site.instance()["Endpoint"]["Port"] == 5432
    assert site.modify(Port=5433)["Status"] == "available"
    assert site.cluster()["Status"] == "available"
    aws.control.advance(6)
    assert site.cluster()["Status"] == "modifying"
    refused("InvalidDBClusterStateFault", site.modify, Port=5434)
    aws.control.advance(61)
    assert site.cluster()["Status"] == "available"
    assert site.rds.delete_db_instance(DBInstanceIdentifier="one")["DBInstance"]["DBInstanceStatus"] == "deleting"
    gone = site.rds.delete_db_cluster(DBClusterIdentifier="main", SkipFinalSnapshot=True)["DBCluster"]
    assert gone["Status"] == "available" and site.cluster()["Status"] == "deleting"
    refused("InvalidDBClusterStateFault", site.add, name="two")
    aws.control.advance(70)
    assert site.cluster()["Status"] == "deleting"
    aws.control.advance(120)
    refused("DBInstanceNotFound", site.instance)
    refused("DBClusterNotFoundFault", site.cluster)


def test_changes_wait_without_apply_immediately(site: Site, aws: Any) -> None:
    site.create()
    site.modify(
        now=False,
        BackupRetentionPeriod=7,
        EnableIAMDatabaseAuthentication=True,
        StorageType="aurora-iopt1",
        MasterUserPassword="another-password",
        CloudwatchLogsExportConfiguration={"EnableLogTypes": ["postgresql"]},
        DeletionProtection=True,
    )
    got = site.cluster()
    assert got["PendingModifiedValues"] == {
        "BackupRetentionPeriod": 7,
        "IAMDatabaseAuthenticationEnabled": True,
        "StorageType": "aurora-iopt1",
        "MasterUserPassword": "****",
        "PendingCloudwatchLogsExports": {"LogTypesToEnable": ["postgresql"]},
    }
    assert got["BackupRetentionPeriod"] == 1 and got["DeletionProtection"] is True
    site.modify(now=False, BackupRetentionPeriod=1)
    assert "BackupRetentionPeriod" not in site.cluster()["PendingModifiedValues"]
    aws.control.scale(1)
    site.modify(CopyTagsToSnapshot=True)
    assert site.cluster()["PendingModifiedValues"]["StorageType"] == "aurora-iopt1"
    aws.control.advance(66)
    got = site.cluster()
    assert "PendingModifiedValues" not in got
    assert got["StorageType"] == "aurora-iopt1" and got["EnabledCloudwatchLogsExports"] == ["postgresql"]
    aws.control.scale(0)
    site.modify(StorageType="aurora", CloudwatchLogsExportConfiguration={"DisableLogTypes": ["postgresql"]})
    assert "StorageType" not in site.cluster() and not site.cluster().get("EnabledCloudwatchLogsExports")


MODIFY_REFUSALS: list[tuple[str, dict[str, Any]]] = [
    (COMBINATION, {"EnableHttpEndpoint": True}),
    (COMBINATION, {"DatabaseInsightsMode": "advanced"}),
    (COMBINATION, {"DBInstanceParameterGroupName": "default.aurora-postgresql17"}),
    (COMBINATION, {"RotateMasterUserPassword": True}),
    (COMBINATION, {"CloudwatchLogsExportConfiguration": {"EnableLogTypes": ["slowquery"]}}),
    (COMBINATION, {"EngineVersion": "16.8"}),
    ("InvalidDBClusterStateFault", {"EngineVersion": "17.7"}),
    ("DBClusterParameterGroupNotFound", {"DBClusterParameterGroupName": "nothing"}),
    (VALUE, {"ServerlessV2ScalingConfiguration": {"MinCapacity": 1, "MaxCapacity": 0}}),
]


def test_modify_refuses(site: Site) -> None:
    site.create()
    for code, arguments in MODIFY_REFUSALS:
        refused(code, site.modify, **arguments)
    assert site.cluster()["Status"] == "available" and "PendingModifiedValues" not in site.cluster()


def test_insights_follow_the_cluster(site: Site) -> None:
    site.create()
    site.add()
    assert site.instance()["PerformanceInsightsEnabled"] is False
    insights: dict[str, Any] = {"EnablePerformanceInsights": True, "PerformanceInsightsRetentionPeriod": 465}
    site.modify(DatabaseInsightsMode="advanced", **insights)
    assert site.instance()["DatabaseInsightsMode"] == "advanced"
    assert site.instance()["PerformanceInsightsRetentionPeriod"] == 465
    change = site.rds.modify_db_instance
    refused(COMBINATION, change, DBInstanceIdentifier="one", EnablePerformanceInsights=False)
    refused(COMBINATION, change, DBInstanceIdentifier="one", DatabaseInsightsMode="standard")
    refused(COMBINATION, site.modify, EnablePerformanceInsights=False)
    refused(COMBINATION, site.modify, PerformanceInsightsKMSKeyId=site.key())
    site.modify(DatabaseInsightsMode="standard", PerformanceInsightsRetentionPeriod=7)
    assert site.cluster()["PerformanceInsightsRetentionPeriod"] == 7


def test_upgrades(site: Site, aws: Any) -> None:
    site.rds.create_db_cluster_parameter_group(
        DBClusterParameterGroupName="old", DBParameterGroupFamily="aurora-postgresql16", Description="x"
    )
    site.create(EngineVersion="16.4", DBClusterParameterGroupName="old")
    site.add()
    site.modify(EngineVersion="16.6", now=False)
    assert site.cluster()["PendingModifiedValues"] == {"EngineVersion": "16.6"}
    aws.control.scale(1)
    aws.control.advance(600)
    site.modify(EngineVersion="16.6")
    aws.control.advance(6)
    assert site.cluster()["Status"] == "upgrading" and site.instance()["DBInstanceStatus"] == "upgrading"
    aws.control.scale(0)
    assert site.cluster()["EngineVersion"] == site.instance()["EngineVersion"] == "16.6"
    refused(COMBINATION, site.modify, EngineVersion="17.6")
    assert "custom" in refused(COMBINATION, site.modify, EngineVersion="17.6", AllowMajorVersionUpgrade=True)
    site.modify(
        EngineVersion="17.6",
        AllowMajorVersionUpgrade=True,
        DBClusterParameterGroupName="default.aurora-postgresql17",
        DBInstanceParameterGroupName="default.aurora-postgresql17",
    )
    assert site.cluster()["DBClusterParameterGroup"] == "default.aurora-postgresql17"
    assert site.instance()["DBParameterGroups"][0]["DBParameterGroupName"] == "default.aurora-postgresql17"


def test_cluster_deletion_rules(site: Site) -> None:
    site.create(DeletionProtection=True, CopyTagsToSnapshot=True, Tags=[{"Key": "a", "Value": "b"}])
    delete = site.rds.delete_db_cluster
    message = refused(COMBINATION, delete, DBClusterIdentifier="main", SkipFinalSnapshot=True)
    assert "disable deletion protection" in message
    site.modify(DeletionProtection=False)
    site.add()
    refused("InvalidDBClusterStateFault", delete, DBClusterIdentifier="main", SkipFinalSnapshot=True)
    refused(
        COMBINATION,
        site.rds.delete_db_instance,
        DBInstanceIdentifier="one",
        SkipFinalSnapshot=False,
        FinalDBSnapshotIdentifier="x",
    )
    site.rds.delete_db_instance(DBInstanceIdentifier="one")
    refused(COMBINATION, delete, DBClusterIdentifier="main")
    both = {"SkipFinalSnapshot": True, "FinalDBSnapshotIdentifier": "last"}
    refused(COMBINATION, delete, DBClusterIdentifier="main", **both)
    site.rds.create_db_cluster_snapshot(DBClusterIdentifier="main", DBClusterSnapshotIdentifier="taken")
    refused(
        "DBClusterSnapshotAlreadyExistsFault", delete, DBClusterIdentifier="main", FinalDBSnapshotIdentifier="Taken"
    )
    delete(DBClusterIdentifier="main", FinalDBSnapshotIdentifier="Last")
    refused("DBClusterNotFoundFault", site.cluster)
    snapshots = site.rds.describe_db_cluster_snapshots(DBClusterIdentifier="main")["DBClusterSnapshots"]
    assert [s["DBClusterSnapshotIdentifier"] for s in snapshots] == ["taken", "last"]
    assert snapshots[1]["Status"] == "available" and snapshots[1]["TagList"] == [{"Key": "a", "Value": "b"}]
    site.rds.delete_db_cluster_snapshot(DBClusterSnapshotIdentifier="last")
    refused(
        "DBClusterSnapshotNotFoundFault",
        site.rds.describe_db_cluster_snapshots,
        DBClusterSnapshotIdentifier="last",
    )


def test_data_api_has_calls_of_its_own(site: Site) -> None:
    arn = site.create()["DBClusterArn"]
    site.rds.enable_http_endpoint(ResourceArn=arn)
    assert site.cluster()["HttpEndpointEnabled"] is True
    site.rds.disable_http_endpoint(ResourceArn=arn)
    assert site.cluster()["HttpEndpointEnabled"] is False
    refused("ResourceNotFoundFault", site.rds.enable_http_endpoint, ResourceArn=arn + "x")
