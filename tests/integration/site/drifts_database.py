"""Drifts of the database."""

from __future__ import annotations

import ipaddress
from typing import Any

from .drifts import ACCOUNT, Deployment, Foreign, drift

OWNER = {"Key": "Owner", "Value": "somebody"}


# Cluster and instances
def _cluster(at: Deployment, now: bool = True, **change: Any) -> None:
    at.rds.modify_db_cluster(DBClusterIdentifier=at.name("cluster"), ApplyImmediately=now, **change)


def _instance(at: Deployment, **change: Any) -> None:
    at.rds.modify_db_instance(DBInstanceIdentifier=at.name("instance"), ApplyImmediately=True, **change)


@drift("cluster")
def cluster_tag_added(at: Deployment) -> None:
    at.rds.add_tags_to_resource(ResourceName=at.arn("rds", f"cluster:{at.name('cluster')}"), Tags=[OWNER])


@drift("cluster")
def backups_kept_longer(at: Deployment) -> None:
    _cluster(at, BackupRetentionPeriod=8)


@drift("cluster", observed={"cluster": "pending"})
def backups_to_be_kept_longer_in_the_window(at: Deployment) -> None:
    _cluster(at, now=False, BackupRetentionPeriod=8)


@drift(observed={"cluster": "pending"}, only="dev")
def minor_version_to_come_in_the_window(at: Deployment) -> None:
    _cluster(at, now=False, EngineVersion=_newer(at))


@drift(beside=("cluster", "instance"), only="dev")
def minor_version_that_no_role_keeps(at: Deployment) -> None:
    _cluster(at, EngineVersion=_newer(at))


def _newer(at: Deployment) -> str:
    (cluster,) = at.rds.describe_db_clusters(DBClusterIdentifier=at.name("cluster"))["DBClusters"]
    wanted = {"Engine": cluster["Engine"], "EngineVersion": cluster["EngineVersion"]}
    (version,) = at.rds.describe_db_engine_versions(**wanted)["DBEngineVersions"]
    return str(next(t["EngineVersion"] for t in version["ValidUpgradeTarget"] if not t["IsMajorVersionUpgrade"]))


@drift("cluster")
def deletion_protection_of_the_cluster_turned(at: Deployment) -> None:
    _cluster(at, DeletionProtection=at.environment == "dev")


@drift("cluster")
def maintenance_window(at: Deployment) -> None:
    _cluster(at, PreferredMaintenanceWindow="mon:07:00-mon:08:00")


@drift("cluster")
def iam_authentication_off(at: Deployment) -> None:
    _cluster(at, EnableIAMDatabaseAuthentication=False)


@drift("cluster")
def logs_not_exported(at: Deployment) -> None:
    _cluster(at, CloudwatchLogsExportConfiguration={"DisableLogTypes": ["postgresql"]})


@drift("cluster")
def monitoring_every_five_seconds(at: Deployment) -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/{at.name('monitoring role')}"
    _cluster(at, MonitoringInterval=5, MonitoringRoleArn=role)


@drift("cluster")
def monitoring_off(at: Deployment) -> None:
    _cluster(at, MonitoringInterval=0)


@drift("cluster")
def capacity_minimum(at: Deployment) -> None:
    _cluster(at, ServerlessV2ScalingConfiguration={"MinCapacity": 1})


@drift("cluster", observed={"cluster": "pending"}, only="dev")
def capacity_maximum(at: Deployment) -> None:
    _cluster(at, ServerlessV2ScalingConfiguration={"MaxCapacity": 16})


@drift("cluster parameters")
def cluster_parameter_set(at: Deployment) -> None:
    _set(at, "log_lock_waits", "1")


@drift("cluster parameters")
def tls_not_forced(at: Deployment) -> None:
    _set(at, "rds.force_ssl", "0")


@drift("cluster parameters")
def cluster_parameter_reset(at: Deployment) -> None:
    _reset(at, "log_statement")


@drift(observed={"cluster": "pending"}, beside=("cluster parameters",), only="dev")
def static_parameter_set_and_reset(at: Deployment) -> None:
    _set(at, "max_connections", "500", "pending-reboot")
    at.rds.reboot_db_instance(DBInstanceIdentifier=at.name("instance"))
    _reset(at, "max_connections", "pending-reboot")


def _parameters(name: str, value: str | None, method: str) -> list[dict[str, str]]:
    given = {} if value is None else {"ParameterValue": value}
    return [{"ParameterName": name, "ApplyMethod": method, **given}]


def _set(at: Deployment, name: str, value: str, method: str = "immediate") -> None:
    group = {"DBClusterParameterGroupName": at.name("cluster parameters")}
    at.rds.modify_db_cluster_parameter_group(**group, Parameters=_parameters(name, value, method))


def _reset(at: Deployment, name: str, method: str = "immediate") -> None:
    group = {"DBClusterParameterGroupName": at.name("cluster parameters")}
    at.rds.reset_db_cluster_parameter_group(**group, Parameters=_parameters(name, None, method))


@drift("instance parameters")
def instance_parameter_set(at: Deployment) -> None:
    group = {"DBParameterGroupName": at.name("instance parameters")}
    at.rds.modify_db_parameter_group(**group, Parameters=_parameters("log_lock_waits", "1", "immediate"))


@drift("instance parameters")
def instance_parameters_tag(at: Deployment) -> None:
    arn = at.arn("rds", f"pg:{at.name('instance parameters')}")
    at.rds.remove_tags_from_resource(ResourceName=arn, TagKeys=["mtk:stack"])


@drift("cluster parameters")
def cluster_parameters_tag(at: Deployment) -> None:
    arn = at.arn("rds", f"cluster-pg:{at.name('cluster parameters')}")
    at.rds.remove_tags_from_resource(ResourceName=arn, TagKeys=["mtk:environment"])


@drift("instance")
def promotion_tier(at: Deployment) -> None:
    _instance(at, PromotionTier=7)


@drift("instance")
def minor_upgrades_off(at: Deployment) -> None:
    _instance(at, AutoMinorVersionUpgrade=False)


@drift("instance")
def instance_tag_changed(at: Deployment) -> None:
    arn, tag = at.arn("rds", f"db:{at.name('instance')}"), {"Key": "mtk:component", "Value": "other"}
    at.rds.add_tags_to_resource(ResourceName=arn, Tags=[tag])


@drift(create=("instance",), beside=("cluster",))
def instance_deleted(at: Deployment) -> None:
    at.rds.delete_db_instance(DBInstanceIdentifier=at.name("instance"))


@drift("subnet group")
def subnet_group_description(at: Deployment) -> None:
    _subnets(at, DBSubnetGroupDescription="by hand")


@drift("subnet group", beside=("private subnet",))
def subnet_added_to_the_group(at: Deployment) -> None:
    _subnets(at, more=[at.id("private subnet")])


@drift(beside=("subnet group", "vpc"))
def subnet_of_others_with_a_name_of_ours(at: Deployment) -> None:
    (vpc,) = at.ec2.describe_vpcs(VpcIds=[at.id("vpc")])["Vpcs"]
    block = list(ipaddress.ip_network(vpc["CidrBlock"]).subnets(new_prefix=28))[-1]
    named = [{"Key": "Name", "Value": f"{at.environment}_{at.region}_x_database_subnet"}]
    tags = [{"ResourceType": "subnet", "Tags": named}]
    at.ec2.create_subnet(VpcId=vpc["VpcId"], CidrBlock=str(block), TagSpecifications=tags)


@drift("subnet group")
def subnet_group_tag(at: Deployment) -> None:
    at.rds.add_tags_to_resource(ResourceName=at.arn("rds", f"subgrp:{at.name('subnet group')}"), Tags=[OWNER])


def _subnets(at: Deployment, more: list[str] | None = None, **change: str) -> None:
    name = at.name("subnet group")
    (group,) = at.rds.describe_db_subnet_groups(DBSubnetGroupName=name)["DBSubnetGroups"]
    ids = [one["SubnetIdentifier"] for one in group["Subnets"]] + (more or [])
    at.rds.modify_db_subnet_group(DBSubnetGroupName=name, SubnetIds=ids, **change)


# What the regions share
@drift("secret", where="home", only="prod")
def secret_description(at: Deployment) -> None:
    at.client("secretsmanager").update_secret(SecretId=at.name("secret"), Description="by hand")


@drift("secret", where="home", only="prod")
def secret_tag_removed(at: Deployment) -> None:
    at.client("secretsmanager").untag_resource(SecretId=at.name("secret"), TagKeys=["mtk:stack"])


@drift("secret", where="home", only="prod")
def copy_of_the_secret_removed(at: Deployment) -> None:
    gone = {"SecretId": at.name("secret"), "RemoveReplicaRegions": ["eu-west-1"]}
    at.client("secretsmanager").remove_regions_from_replication(**gone)


@drift("global cluster", where="home", only="prod")
def deletion_protection_of_the_global_cluster_off(at: Deployment) -> None:
    at.rds.modify_global_cluster(GlobalClusterIdentifier=at.name("global cluster"), DeletionProtection=False)


@drift("global cluster", where="home", only="prod")
def global_cluster_tag(at: Deployment) -> None:
    arn = f"arn:aws:rds::{ACCOUNT}:global-cluster:{at.name('global cluster')}"
    at.rds.add_tags_to_resource(ResourceName=arn, Tags=[OWNER])


# Access
@drift("cluster")
def data_api_on(at: Deployment) -> None:
    at.rds.enable_http_endpoint(ResourceArn=at.arn("rds", f"cluster:{at.name('cluster')}"))


@drift("cluster")
def another_security_group(at: Deployment) -> None:
    _cluster(at, VpcSecurityGroupIds=[at.id("application group")])


@drift("instance")
def instance_with_a_public_address(at: Deployment) -> None:
    _instance(at, PubliclyAccessible=True)


@drift("instance")
def another_certificate_authority(at: Deployment) -> None:
    _instance(at, CACertificateIdentifier="rds-ca-ecc384-g1")


@drift(foreign=True, observed={"cluster": "foreign"})
def snapshot_shared_with_another_account(at: Deployment) -> Foreign:
    made = foreign_snapshot(at)
    named = {"DBClusterSnapshotIdentifier": "by-hand", "AttributeName": "restore"}
    at.rds.modify_db_cluster_snapshot_attribute(**named, ValuesToAdd=["111122223333"])
    return made


@drift(observed={"cluster": "foreign"}, only="dev")
def reader_of_others(at: Deployment) -> None:
    of = {"DBClusterIdentifier": at.name("cluster"), "Engine": "aurora-postgresql", "DBInstanceClass": "db.serverless"}
    at.rds.create_db_instance(DBInstanceIdentifier="of-others", **of)


# Failed and stopped
@drift(replace=("reader",), beside=("cluster",), only="prod")
def reader_failed(at: Deployment) -> None:
    at.fail("ModifyDBInstance", "failed")
    at.rds.modify_db_instance(DBInstanceIdentifier=at.name("reader"), PromotionTier=7)


@drift(replace=("reader",), beside=("cluster",), only="prod")
def reader_without_network(at: Deployment) -> None:
    at.fail("ModifyDBInstance", "incompatible-network")
    at.rds.modify_db_instance(DBInstanceIdentifier=at.name("reader"), PromotionTier=7)


@drift(observed={"cluster": "aws", "instance": "aws"}, only="dev")
def cluster_stopped(at: Deployment) -> None:
    at.rds.stop_db_cluster(DBClusterIdentifier=at.name("cluster"))


# What needs a decision
@drift(refuse=("cluster",), observed={"cluster": "aws", "instance": "aws"}, only="dev")
def cluster_changed_and_stopped(at: Deployment) -> None:
    _cluster(at, BackupRetentionPeriod=8)
    at.rds.stop_db_cluster(DBClusterIdentifier=at.name("cluster"))


@drift(refuse=("instance",), beside=("cluster",), only="dev")
def writer_failed(at: Deployment) -> None:
    at.fail("ModifyDBInstance", "failed")
    at.rds.modify_db_instance(DBInstanceIdentifier=at.name("instance"), PromotionTier=7)


@drift(refuse=("cluster",), beside=("instance",), only="dev")
def cluster_failed(at: Deployment) -> None:
    at.fail("ModifyDBCluster", "failed")
    _cluster(at, BackupRetentionPeriod=8)


# What no role keeps
@drift(foreign=True, beside=("cluster",))
def foreign_snapshot(at: Deployment) -> Foreign:
    named = {"DBClusterSnapshotIdentifier": "by-hand"}
    made = at.rds.create_db_cluster_snapshot(**named, DBClusterIdentifier=at.name("cluster"), Tags=at.mine)
    arn = made["DBClusterSnapshot"]["DBClusterSnapshotArn"]
    return Foreign(arn, lambda: at.rds.describe_db_cluster_snapshots(**named)["DBClusterSnapshots"])


@drift(foreign=True, beside=("cluster",))
def foreign_reader(at: Deployment) -> Foreign:
    named = {"DBInstanceIdentifier": "by-hand"}
    of = {"DBClusterIdentifier": at.name("cluster"), "Engine": "aurora-postgresql", "DBInstanceClass": "db.serverless"}
    arn = at.rds.create_db_instance(**named, **of, Tags=at.mine)["DBInstance"]["DBInstanceArn"]
    return Foreign(arn, lambda: at.rds.describe_db_instances(**named)["DBInstances"])


@drift(foreign=True)
def foreign_secret(at: Deployment) -> Foreign:
    secrets = at.client("secretsmanager")
    arn = secrets.create_secret(Name="by-hand", SecretString="x", Tags=at.mine)["ARN"]
    return Foreign(arn, lambda: secrets.describe_secret(SecretId=arn))
