"""RDS: Aurora PostgreSQL clusters."""

from __future__ import annotations

from typing import Any

import pytest
from promise import keeps
from rds_site import COMBINATION, EAST, PASSWORD, SCALING, VALUE, WEST, Site, monitoring_role, refused


@pytest.fixture
def site(aws: Any) -> Site:
    return Site(aws)


@keeps("rds.identifiers", "rds.storage-type", "rds.encryption", "rds.lifecycle", "rds.service-role")
def test_a_new_cluster_is_described_with_the_defaults_of_aws(site: Site, aws: Any) -> None:
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
    role = aws.client("iam").get_role(RoleName="AWSServiceRoleForRDS")["Role"]
    assert role["Path"] == "/aws-service-role/rds.amazonaws.com/"


@keeps("rds.versions", "rds.zones", "rds.windows")
def test_all_options_of_create_are_described(site: Site, aws: Any) -> None:
    key, role = site.key(), monitoring_role(aws)
    site.create(
        EngineVersion="16", StorageType="aurora-iopt1", StorageEncrypted=True, KmsKeyId=key.split("/")[-1],
        DatabaseName="app", DatabaseInsightsMode="advanced", EnablePerformanceInsights=True,
        PerformanceInsightsRetentionPeriod=465, PerformanceInsightsKMSKeyId=key, MonitoringInterval=60,
        MonitoringRoleArn=role, ServerlessV2ScalingConfiguration=SCALING, EnableIAMDatabaseAuthentication=True,
        EnableCloudwatchLogsExports=["postgresql", "iam-db-auth-error"], BackupRetentionPeriod=35,
        PreferredBackupWindow="01:00-02:00", PreferredMaintenanceWindow="Mon:03:00-Mon:04:00", Port=5433,
        EngineLifecycleSupport="open-source-rds-extended-support-disabled", DeletionProtection=True,
        CopyTagsToSnapshot=True, EnableHttpEndpoint=True, EngineMode="provisioned",
        AutoMinorVersionUpgrade=False,
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
        "HttpEndpointEnabled": True, "AvailabilityZones": [EAST + "a", EAST + "b", EAST + "c"],
        "NetworkType": "IPV4", "AutoMinorVersionUpgrade": False,
    }  # fmt: skip
    assert {k: got[k] for k in wanted} == wanted


CREATE_REFUSALS: list[tuple[str, dict[str, Any]]] = [
    (VALUE, {"DBClusterIdentifier": "under_score"}),
    (VALUE, {"DBClusterIdentifier": "double--hyphen"}),
    (VALUE, {"DBClusterIdentifier": "1st"}),
    (VALUE, {"DBClusterIdentifier": "a" * 64}),
    (VALUE, {"Engine": "nonsense"}),
    (COMBINATION, {"EngineVersion": "17.2"}),
    (COMBINATION, {"EngineVersion": "12"}),
    (VALUE, {"MasterUsername": "admin"}),
    (VALUE, {"MasterUsername": "db-admin"}),
    (VALUE, {"MasterUsername": "_admin"}),
    (VALUE, {"MasterUsername": "1admin"}),
    (VALUE, {"MasterUsername": "rdsadmin"}),
    (VALUE, {"MasterUsername": None}),
    (VALUE, {"MasterUsername": "a" * 64}),
    (VALUE, {"DatabaseName": "1st"}),
    (VALUE, {"DatabaseName": "with-hyphen"}),
    (VALUE, {"DatabaseName": "d" * 64}),
    (VALUE, {"MasterUserPassword": None}),
    (VALUE, {"MasterUserPassword": "short"}),
    (VALUE, {"MasterUserPassword": "p" * 100}),
    (VALUE, {"MasterUserPassword": "with space in it"}),
    (VALUE, {"MasterUserPassword": "with@sign-in-it"}),
    (VALUE, {"MasterUserPassword": "with'quote-in-it"}),
    (COMBINATION, {"ManageMasterUserPassword": True}),
    (COMBINATION, {"MasterUserSecretKmsKeyId": "alias/aws/secretsmanager"}),
    ("DBSubnetGroupNotFoundFault", {"DBSubnetGroupName": "nowhere"}),
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
    (VALUE, {"PreferredBackupWindow": "24:00-25:00"}),
    (VALUE, {"PreferredMaintenanceWindow": "mon:01:00-mon:01:29"}),
    (VALUE, {"PreferredMaintenanceWindow": "mon:01:00-tue:02:00"}),
    (VALUE, {"PreferredMaintenanceWindow": "xyz:01:00-xyz:02:00"}),
    (COMBINATION, {"PreferredBackupWindow": "01:00-02:00", "PreferredMaintenanceWindow": "sun:01:30-sun:02:30"}),
    (COMBINATION, {"DatabaseInsightsMode": "advanced"}),
    (COMBINATION, {"DatabaseInsightsMode": "advanced", "EnablePerformanceInsights": True}),
    (VALUE, {"EnablePerformanceInsights": True, "PerformanceInsightsRetentionPeriod": 8}),
    (COMBINATION, {"PerformanceInsightsRetentionPeriod": 7}),
    (VALUE, {"DatabaseInsightsMode": "deluxe"}),
    (COMBINATION, {"MonitoringInterval": 60}),
    (VALUE, {"MonitoringInterval": 7}),
    (COMBINATION, {"MonitoringRoleArn": "arn:aws:iam::123456789012:role/nobody"}),
    (VALUE, {"MonitoringInterval": 60, "MonitoringRoleArn": "arn:aws:iam::123456789012:role/nobody"}),
    (COMBINATION, {"EnableCloudwatchLogsExports": ["audit"]}),
    (VALUE, {"EngineLifecycleSupport": "forever"}),
    (VALUE, {"VpcSecurityGroupIds": ["sg-12345678"]}),
    (VALUE, {"Tags": [{"Key": "aws:x", "Value": ""}]}),
    ("GlobalClusterNotFoundFault", {"GlobalClusterIdentifier": "world"}),
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


MISSING: list[tuple[str, dict[str, Any]]] = [
    (COMBINATION, {"Engine": "aurora-mysql"}),
    (COMBINATION, {"Engine": "postgres"}),
    (COMBINATION, {"Engine": "custom-oracle-ee"}),
    ("InvalidAction", {"NetworkType": "DUAL"}),
    ("InvalidAction", {"MasterUserAuthenticationType": "iam-db-auth"}),
    ("InvalidAction", {"BacktrackWindow": 60}),
    ("InvalidAction", {"AvailabilityZones": [EAST + "a"]}),
    ("InvalidAction", {"EnableLimitlessDatabase": True}),
    ("InvalidAction", {"DBClusterInstanceClass": "db.r6g.large"}),
    ("InvalidAction", {"EnableLocalWriteForwarding": True}),
    ("InvalidAction", {"Domain": "d-1"}),
]


@keeps("rds.other-engines", "rds.other-networks", "rds.other-access")
def test_missing_parameters_are_refused(site: Site) -> None:
    for code, arguments in MISSING:
        assert "does not implement" in refused(code, site.create, **arguments)
    assert site.rds.describe_db_clusters()["DBClusters"] == []


@keeps(
    "rds.identifiers",
    "rds.master-user",
    "rds.master-password",
    "rds.database-name",
    "rds.versions",
    "rds.storage-type",
    "rds.retention-port",
    "rds.windows",
    "rds.insights-advanced",
    "rds.insights",
    "rds.monitoring",
    "rds.log-exports",
    "rds.capacity",
    "rds.auto-pause",
    "rds.network",
    "rds.group-names",
    "rds.keys",
    "rds.lifecycle",
    "rds.tags",
)
def test_invalid_clusters_are_refused(site: Site) -> None:
    for code, arguments in CREATE_REFUSALS:
        rest = {k: v for k, v in arguments.items() if k != "DBClusterIdentifier"}
        refused(code, site.create, name=arguments.get("DBClusterIdentifier", "main"), **rest)
    assert site.rds.describe_db_clusters()["DBClusters"] == []


@keeps("rds.unique-names", "rds.wire-codes", "rds.describe")
def test_names_are_unique_and_unknown_names_answer_404(site: Site) -> None:
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
    by_name = site.rds.describe_db_clusters(Filters=[{"Name": "db-cluster-id", "Values": ["Main", "nobody"]}])
    assert [c["DBClusterIdentifier"] for c in by_name["DBClusters"]] == ["main"]
    by_arn = site.rds.describe_db_clusters(DBClusterIdentifier=site.cluster()["DBClusterArn"])["DBClusters"]
    assert [c["DBClusterIdentifier"] for c in by_arn] == ["main"]


@keeps("rds.keys", "rds.encryption")
def test_keys_of_another_region_and_disabled_keys_are_refused(site: Site, aws: Any) -> None:
    far = aws.client("kms", WEST).create_key()["KeyMetadata"]["Arn"]
    refused("KMSKeyNotAccessibleFault", site.create, StorageEncrypted=True, KmsKeyId=far)
    key = site.key()
    site.kms.disable_key(KeyId=key.split("/")[-1])
    refused("KMSKeyNotAccessibleFault", site.create, StorageEncrypted=True, KmsKeyId=key)
    site.create(StorageEncrypted=True)
    assert site.cluster()["KmsKeyId"].startswith("arn:aws:kms:us-east-1:")


@keeps("rds.network")
def test_security_groups_of_another_vpc_are_refused(site: Site) -> None:
    vpc = site.ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    group = site.ec2.create_security_group(GroupName="x", Description="x", VpcId=vpc)["GroupId"]
    assert "different VPCs" in refused(COMBINATION, site.create, VpcSecurityGroupIds=[group])
    own = site.ec2.create_security_group(GroupName="x", Description="x", VpcId=site.vpc)["GroupId"]
    site.create(VpcSecurityGroupIds=[own])
    assert site.cluster()["VpcSecurityGroups"] == [{"VpcSecurityGroupId": own, "Status": "active"}]


@keeps("rds.auto-pause")
def test_auto_pause_needs_a_minimum_of_zero(site: Site) -> None:
    zero = {"MinCapacity": 0, "MaxCapacity": 2}
    site.create(ServerlessV2ScalingConfiguration=zero)
    assert site.cluster()["ServerlessV2ScalingConfiguration"] == {**zero, "SecondsUntilAutoPause": 300}
    site.modify(ServerlessV2ScalingConfiguration={"MinCapacity": 0.5, "SecondsUntilAutoPause": 600})
    assert site.cluster()["ServerlessV2ScalingConfiguration"] == {"MinCapacity": 0.5, "MaxCapacity": 2}
    site.modify(ServerlessV2ScalingConfiguration={"MinCapacity": 0})
    assert site.cluster()["ServerlessV2ScalingConfiguration"]["SecondsUntilAutoPause"] == 300


@keeps("rds.insights-advanced", "rds.insights", "rds.insights-inherited")
def test_performance_insights_of_instances_follow_the_cluster(site: Site) -> None:
    site.create()
    site.add()
    assert site.instance()["PerformanceInsightsEnabled"] is False
    missing = {"DBInstanceIdentifier": "one", "EnablePerformanceInsights": True}
    assert "does not implement" in refused("InvalidAction", site.rds.modify_db_instance, **missing)
    insights: dict[str, Any] = {"EnablePerformanceInsights": True, "PerformanceInsightsRetentionPeriod": 465}
    key = site.key()
    site.modify(DatabaseInsightsMode="advanced", PerformanceInsightsKMSKeyId=key, **insights)
    assert site.cluster()["PerformanceInsightsKMSKeyId"] == key
    site.modify(PerformanceInsightsKMSKeyId=key)
    assert site.instance()["DatabaseInsightsMode"] == "advanced"
    assert site.instance()["PerformanceInsightsRetentionPeriod"] == 465
    change = site.rds.modify_db_instance
    refused(COMBINATION, change, DBInstanceIdentifier="one", DatabaseInsightsMode="standard")
    refused(COMBINATION, site.modify, DatabaseInsightsMode="advanced")
    refused(COMBINATION, site.modify, DatabaseInsightsMode="advanced", EnablePerformanceInsights=True)
    refused(COMBINATION, site.modify, EnablePerformanceInsights=False)
    refused(COMBINATION, site.modify, PerformanceInsightsKMSKeyId=site.key())
    site.modify(DatabaseInsightsMode="standard", PerformanceInsightsRetentionPeriod=7)
    assert site.cluster()["PerformanceInsightsRetentionPeriod"] == 7


@keeps("rds.delete", "rds.final-snapshot")
def test_deleting_a_cluster_needs_no_protection_no_instances_and_a_final_snapshot(site: Site) -> None:
    site.create(DeletionProtection=True, CopyTagsToSnapshot=True, Tags=[{"Key": "a", "Value": "b"}])
    delete = site.rds.delete_db_cluster
    message = refused(COMBINATION, delete, DBClusterIdentifier="main", SkipFinalSnapshot=True)
    assert "disable deletion protection" in message
    site.add()
    site.rds.delete_db_instance(DBInstanceIdentifier="one")
    refused("DBInstanceNotFound", site.instance)
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
    site.rds.delete_db_instance(DBInstanceIdentifier="one", SkipFinalSnapshot=True)
    refused(COMBINATION, delete, DBClusterIdentifier="main")
    both = {"SkipFinalSnapshot": True, "FinalDBSnapshotIdentifier": "last"}
    refused(COMBINATION, delete, DBClusterIdentifier="main", **both)
    site.rds.create_db_cluster_snapshot(DBClusterIdentifier="main", DBClusterSnapshotIdentifier="taken")
    refused(
        "DBClusterSnapshotAlreadyExistsFault", delete, DBClusterIdentifier="main", FinalDBSnapshotIdentifier="Taken"
    )
    delete(DBClusterIdentifier="main", FinalDBSnapshotIdentifier="Last", DeleteAutomatedBackups=True)
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


@keeps("rds.http-endpoint")
def test_the_data_api_is_enabled_and_disabled_by_its_own_calls(site: Site) -> None:
    arn = site.create()["DBClusterArn"]
    site.rds.enable_http_endpoint(ResourceArn=arn)
    assert site.cluster()["HttpEndpointEnabled"] is True
    site.rds.disable_http_endpoint(ResourceArn=arn)
    assert site.cluster()["HttpEndpointEnabled"] is False
    refused("ResourceNotFoundFault", site.rds.enable_http_endpoint, ResourceArn=arn + "x")


@keeps("rds.quotas", "rds.describe")
def test_clusters_and_instances_have_quotas_and_pages(site: Site) -> None:
    for number in range(40):
        site.create(f"c{number}")
    with pytest.raises(site.rds.exceptions.DBClusterQuotaExceededFault) as caught:
        site.create("one-more")
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403
    for number in range(40):
        site.add(f"i{number}", f"c{number // 16}")
        if number == 15:
            refused("InstanceQuotaExceeded", site.add, name="reader-16", cluster="c0")
    refused("InstanceQuotaExceeded", site.add, name="one-more", cluster="c9")
    for call, key in (("describe_db_clusters", "DBClusters"), ("describe_db_instances", "DBInstances")):
        pages = list(site.rds.get_paginator(call).paginate(PaginationConfig={"PageSize": 20}))
        assert [len(page[key]) for page in pages] == [20, 20]
    refused(VALUE, site.rds.describe_db_instances, MaxRecords=101)
    refused(VALUE, site.rds.describe_db_instances, Marker="nonsense")
