"""The local RDS through boto3: Aurora PostgreSQL clusters, instances, global clusters and their groups."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

EAST, WEST = "us-east-1", "us-west-2"
PASSWORD = "correct-horse-battery"


def refused(code: str, call: Any, **kwargs: Any) -> str:
    """The message with which AWS refuses a call."""
    with pytest.raises(ClientError) as caught:
        pytest.fail(f"accepted {kwargs}: {call(**kwargs)}")
    assert caught.value.response["Error"]["Code"] == code, f"{kwargs}: {caught.value}"
    return str(caught.value.response["Error"]["Message"])


class Site:
    """One region with a VPC, three subnets and a subnet group."""

    def __init__(self, aws: Any, region: str = EAST) -> None:
        self.region, self.rds, self.ec2, self.kms = region, *(aws.client(s, region) for s in ("rds", "ec2", "kms"))
        self.secrets = aws.client("secretsmanager", region)
        self.vpc = self.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        self.subnets = [
            self.ec2.create_subnet(VpcId=self.vpc, CidrBlock=f"10.0.{n}.0/24", AvailabilityZone=region + zone)[
                "Subnet"
            ]["SubnetId"]
            for n, zone in enumerate("abc")
        ]
        self.rds.create_db_subnet_group(
            DBSubnetGroupName="Data", DBSubnetGroupDescription="data", SubnetIds=self.subnets
        )

    def create(self, name: str = "main", **kwargs: Any) -> Any:
        args = {
            "DBClusterIdentifier": name,
            "Engine": "aurora-postgresql",
            "EngineVersion": "17.6",
            "DBSubnetGroupName": "data",
            "MasterUsername": "dbadmin",
            "MasterUserPassword": PASSWORD,
            **kwargs,
        }
        return self.rds.create_db_cluster(**{k: v for k, v in args.items() if v is not None})["DBCluster"]

    def add(self, name: str = "one", cluster: str = "main", **kwargs: Any) -> Any:
        args = {"DBInstanceClass": "db.r6g.large", "Engine": "aurora-postgresql", **kwargs}
        return self.rds.create_db_instance(DBInstanceIdentifier=name, DBClusterIdentifier=cluster, **args)["DBInstance"]

    def cluster(self, name: str = "main") -> Any:
        return self.rds.describe_db_clusters(DBClusterIdentifier=name)["DBClusters"][0]

    def instance(self, name: str = "one") -> Any:
        return self.rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0]

    def modify(self, now: bool = True, **kwargs: Any) -> Any:
        answer = self.rds.modify_db_cluster(DBClusterIdentifier="main", ApplyImmediately=now, **kwargs)
        return answer["DBCluster"]

    def key(self) -> str:
        return str(self.kms.create_key()["KeyMetadata"]["Arn"])


@pytest.fixture
def site(aws: Any) -> Site:
    return Site(aws)


SCALING = {"MinCapacity": 0.5, "MaxCapacity": 4}


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


def monitoring_role(aws: Any) -> str:
    iam = aws.client("iam")
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "monitoring.rds.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
    role = iam.create_role(RoleName="watch", AssumeRolePolicyDocument=json.dumps(trust))["Role"]
    policy = "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"
    iam.attach_role_policy(RoleName="watch", PolicyArn=policy)
    return str(role["Arn"])


VALUE, COMBINATION = "InvalidParameterValue", "InvalidParameterCombination"


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
    (COMBINATION, {"BacktrackWindow": 60}),
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
    (COMBINATION, {"NewDBClusterIdentifier": "other"}),
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


def test_managed_secret(site: Site) -> None:
    key = site.key()
    made = site.create(MasterUserPassword=None, ManageMasterUserPassword=True, MasterUserSecretKmsKeyId=key)
    secret = made["MasterUserSecret"]
    assert secret["KmsKeyId"] == key and site.cluster()["MasterUserSecret"]["SecretStatus"] == "active"
    content = json.loads(site.secrets.get_secret_value(SecretId=secret["SecretArn"])["SecretString"])
    assert content["username"] == "dbadmin" and len(content["password"]) >= 8
    refused(COMBINATION, site.modify, MasterUserPassword="something-else")
    refused(COMBINATION, site.modify, ManageMasterUserPassword=True, MasterUserSecretKmsKeyId=site.key())
    refused(COMBINATION, site.modify, now=False, RotateMasterUserPassword=True)
    site.modify(RotateMasterUserPassword=True)
    rotated = json.loads(site.secrets.get_secret_value(SecretId=secret["SecretArn"])["SecretString"])
    assert rotated["password"] != content["password"]
    refused(COMBINATION, site.modify, ManageMasterUserPassword=False)
    site.modify(ManageMasterUserPassword=False, MasterUserPassword="something-else")
    assert "MasterUserSecret" not in site.cluster()
    refused("ResourceNotFoundException", site.secrets.describe_secret, SecretId=secret["SecretArn"])
    site.modify(ManageMasterUserPassword=True)
    arn = site.cluster()["MasterUserSecret"]["SecretArn"]
    refused("InvalidRequestException", site.secrets.delete_secret, SecretId=arn)
    site.rds.delete_db_cluster(DBClusterIdentifier="main", SkipFinalSnapshot=True)
    refused("ResourceNotFoundException", site.secrets.describe_secret, SecretId=arn)


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
    refused(COMBINATION, change, DBInstanceIdentifier="one", NewDBInstanceIdentifier="uno")
    change(DBInstanceIdentifier="one", EnablePerformanceInsights=True, PerformanceInsightsRetentionPeriod=31)
    assert site.instance()["PerformanceInsightsRetentionPeriod"] == 31


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
    refused(
        "InvalidAction",
        site.rds.restore_db_cluster_from_snapshot,
        DBClusterIdentifier="x",
        SnapshotIdentifier="taken",
        Engine="aurora-postgresql",
    )


def test_data_api_has_calls_of_its_own(site: Site) -> None:
    arn = site.create()["DBClusterArn"]
    site.rds.enable_http_endpoint(ResourceArn=arn)
    assert site.cluster()["HttpEndpointEnabled"] is True
    site.rds.disable_http_endpoint(ResourceArn=arn)
    assert site.cluster()["HttpEndpointEnabled"] is False
    refused("ResourceNotFoundFault", site.rds.enable_http_endpoint, ResourceArn=arn + "x")


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


class World:
    """A global cluster with a primary in one region, and a place for a secondary in another."""

    def __init__(self, aws: Any, **kwargs: Any) -> None:
        self.aws, self.home, self.away = aws, Site(aws, EAST), Site(aws, WEST)
        self.home.rds.create_global_cluster(
            GlobalClusterIdentifier="World", Engine="aurora-postgresql", EngineVersion="17.6", **kwargs
        )

    def primary(self, **kwargs: Any) -> Any:
        return self.home.create(GlobalClusterIdentifier="world", **kwargs)

    def secondary(self, site: Site | None = None, **kwargs: Any) -> Any:
        none = {"MasterUsername": None, "MasterUserPassword": None, "EngineVersion": None}
        return (site or self.away).create("far", GlobalClusterIdentifier="world", **{**none, **kwargs})

    def look(self) -> Any:
        return self.away.rds.describe_global_clusters(GlobalClusterIdentifier="WORLD")["GlobalClusters"][0]

    def leave(self, arn: str) -> Any:
        return self.home.rds.remove_from_global_cluster(GlobalClusterIdentifier="world", DbClusterIdentifier=arn)


@pytest.fixture
def world(aws: Any) -> World:
    return World(aws)


def test_global_cluster_life(world: World, aws: Any) -> None:
    assert world.look()["Status"] == "available" and world.look()["GlobalClusterMembers"] == []
    first = world.primary(DatabaseName="app")["DBClusterArn"]
    assert "MasterUsername" in refused(VALUE, world.secondary)
    world.home.add()
    second = world.secondary()["DBClusterArn"]
    got = world.look()
    assert got["EngineVersion"] == "17.6" and got["StorageEncrypted"] is False
    members = {m["DBClusterArn"]: m for m in got["GlobalClusterMembers"]}
    assert members[first]["IsWriter"] is True and members[first]["Readers"] == [second]
    assert members[second]["IsWriter"] is False and members[second]["SynchronizationStatus"] == "connected"
    far = world.away.cluster("far")
    assert (far["GlobalClusterIdentifier"], far["ReplicationSourceIdentifier"]) == ("world", first)
    assert (far["MasterUsername"], far["DatabaseName"]) == ("dbadmin", "app")
    delete = {"DBClusterIdentifier": "far", "SkipFinalSnapshot": True}
    refused("InvalidDBClusterStateFault", world.away.rds.delete_db_cluster, **delete)
    delete["DBClusterIdentifier"] = "main"
    world.home.rds.delete_db_instance(DBInstanceIdentifier="one")
    refused("InvalidGlobalClusterStateFault", world.home.rds.delete_db_cluster, **delete)
    refused("InvalidGlobalClusterStateFault", world.leave, arn=first)
    refused(VALUE, world.leave, arn="far")
    refused("InvalidGlobalClusterStateFault", world.home.rds.delete_global_cluster, GlobalClusterIdentifier="world")
    aws.control.scale(1)
    aws.control.advance(1000)
    world.leave(second)
    assert world.away.cluster("far")["Status"] == "promoting"
    refused("InvalidGlobalClusterStateFault", world.leave, arn=first)
    aws.control.advance(121)
    far = world.away.cluster("far")
    assert far["Status"] == "available" and "GlobalClusterIdentifier" not in far
    assert "ReplicationSourceIdentifier" not in far
    world.leave(first)
    aws.control.advance(121)
    world.home.rds.delete_global_cluster(GlobalClusterIdentifier="world")
    assert world.look()["Status"] == "deleting"
    aws.control.advance(31)
    refused("GlobalClusterNotFoundFault", world.look)


SECONDARY_REFUSALS: list[dict[str, Any]] = [
    {"MasterUsername": "dbadmin"},
    {"MasterUserPassword": PASSWORD},
    {"DatabaseName": "app"},
    {"ManageMasterUserPassword": False},
    {"EngineVersion": "17.7"},
    {"StorageEncrypted": True, "KmsKeyId": "alias/aws/rds"},
]


def test_secondary_refuses(world: World) -> None:
    world.primary()
    world.home.add()
    for arguments in SECONDARY_REFUSALS:
        refused(COMBINATION, world.secondary, **arguments)
    assert len(world.look()["GlobalClusterMembers"]) == 1
    refused(COMBINATION, world.secondary, site=world.home)


def test_encrypted_global_cluster_needs_a_key_of_each_region(aws: Any) -> None:
    world = World(aws, StorageEncrypted=True, DeletionProtection=True, Tags=[{"Key": "a", "Value": "b"}])
    refused(COMBINATION, world.primary)
    world.primary(StorageEncrypted=True, KmsKeyId=world.home.key())
    world.home.add()
    key = world.away.key()
    assert "pre-signed" in refused(COMBINATION, world.secondary, KmsKeyId=key)
    refused(COMBINATION, world.secondary, SourceRegion=EAST)
    refused("KMSKeyNotAccessibleFault", world.secondary, SourceRegion=EAST, KmsKeyId=world.home.key())
    world.secondary(SourceRegion=EAST, KmsKeyId=key, EnablePerformanceInsights=True)
    far = world.away.cluster("far")
    assert far["KmsKeyId"] == key and far["StorageEncryptionType"] == "sse-kms"
    assert far["PerformanceInsightsEnabled"] is False  # AWS resets it: only a Modify afterwards holds
    got = world.look()
    assert (got["StorageEncrypted"], got["DeletionProtection"]) == (True, True)
    assert got["TagList"] == [{"Key": "a", "Value": "b"}]


def test_members_have_rules_of_their_own(world: World) -> None:
    rds = world.home.rds
    refused(COMBINATION, world.primary, MasterUserPassword=None, ManageMasterUserPassword=True)
    refused(COMBINATION, world.primary, EngineVersion="17.7")
    world.primary()
    refused(COMBINATION, world.home.add, DBInstanceClass="db.t4g.medium")
    world.home.add()
    world.secondary()
    world.away.add("far-one", "far")
    refused(COMBINATION, world.home.modify, ManageMasterUserPassword=True)
    upgrade = {"DBClusterIdentifier": "far", "EngineVersion": "17.7", "ApplyImmediately": True}
    assert "upgrade global replicas first" in refused(VALUE, world.home.modify, EngineVersion="17.7")
    world.away.rds.modify_db_cluster(**upgrade)
    world.home.modify(EngineVersion="17.7")
    assert world.look()["EngineVersion"] == "17.7"
    rds.modify_global_cluster(GlobalClusterIdentifier="world", EngineVersion="17.9")
    assert world.away.cluster("far")["EngineVersion"] == world.look()["EngineVersion"] == "17.9"
    rds.modify_global_cluster(GlobalClusterIdentifier="world", DeletionProtection=True)
    assert world.look()["DeletionProtection"] is True
    refused(COMBINATION, rds.modify_global_cluster, GlobalClusterIdentifier="world", NewGlobalClusterIdentifier="x")


def test_switchover_swaps_the_writer(world: World, aws: Any) -> None:
    first = world.primary()["DBClusterArn"]
    world.home.add()
    second = world.secondary()["DBClusterArn"]
    switch = world.home.rds.switchover_global_cluster
    refused("InvalidDBClusterStateFault", switch, GlobalClusterIdentifier="world", TargetDbClusterIdentifier=second)
    world.away.add("far-one", "far")
    refused(VALUE, switch, GlobalClusterIdentifier="world", TargetDbClusterIdentifier=first)
    aws.control.scale(1)
    aws.control.advance(1000)
    switch(GlobalClusterIdentifier="world", TargetDbClusterIdentifier=second)
    assert world.look()["FailoverState"]["ToDbClusterArn"] == second
    aws.control.advance(61)
    got = world.look()
    assert "FailoverState" not in got
    assert {m["DBClusterArn"]: m["IsWriter"] for m in got["GlobalClusterMembers"]} == {first: False, second: True}
    assert world.home.cluster()["ReplicationSourceIdentifier"] == second
    assert "ReplicationSourceIdentifier" not in world.away.cluster("far")


def test_global_cluster_from_a_cluster(site: Site) -> None:
    arn = site.create(DatabaseName="app")["DBClusterArn"]
    create = site.rds.create_global_cluster
    refused(
        COMBINATION,
        create,
        GlobalClusterIdentifier="w",
        SourceDBClusterIdentifier=arn,
        Engine="aurora-postgresql",
    )
    refused("DBClusterNotFoundFault", create, GlobalClusterIdentifier="w", SourceDBClusterIdentifier=arn + "x")
    refused(VALUE, create, GlobalClusterIdentifier="w")
    got = create(GlobalClusterIdentifier="w", SourceDBClusterIdentifier=arn)["GlobalCluster"]
    assert got["Status"] == "creating" and got["DatabaseName"] == "app" and got["EngineVersion"] == "17.6"
    assert [m["IsWriter"] for m in got["GlobalClusterMembers"]] == [True]
    refused("GlobalClusterAlreadyExistsFault", create, GlobalClusterIdentifier="W", Engine="aurora-postgresql")
    refused("InvalidDBClusterStateFault", create, GlobalClusterIdentifier="w2", SourceDBClusterIdentifier=arn)


def test_state_survives_save_and_load(world: World, aws: Any, tmp_path: Any) -> None:
    world.primary()
    world.home.add()
    before = world.look(), world.home.cluster(), world.home.instance()
    aws.control.ask("POST", "save", path=tmp_path / "state")
    aws.control.reset()
    refused("DBClusterNotFoundFault", world.home.cluster)
    aws.control.ask("POST", "load", path=tmp_path / "state")
    after = world.look(), world.home.cluster(), world.home.instance()
    volatile = ("LatestRestorableTime", "EarliestRestorableTime")
    for one, other in zip(before, after, strict=True):
        assert {k: v for k, v in one.items() if k not in volatile} == {
            k: v for k, v in other.items() if k not in volatile
        }
