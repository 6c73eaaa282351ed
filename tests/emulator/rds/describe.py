"""The descriptions of clusters, instances and subnet groups."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from ..core import arn_of
from . import engine
from .certificates import server_certificate
from .models import RdsBackend, global_of
from .resources import Cluster, Instance, SubnetGroup, now

HOSTED_ZONES = {
    "us-east-1": "Z2R2ITUGPM61AM", "us-east-2": "Z2XHWR1WZ565X2", "us-west-1": "Z10WI91S59XXQN",
    "us-west-2": "Z1PVIF0B656C1W", "eu-west-1": "Z29XKXDKYMONMX", "eu-west-2": "Z1TTGA775OQIYO",
    "eu-central-1": "Z1RLNUO7B9Q6NB", "ap-southeast-1": "Z2G0U3KFCY8NZ5", "ap-southeast-2": "Z32T0VRHXEXS0V",
    "ap-northeast-1": "Z24O6O9L7SGTNB",
}  # fmt: skip


_NOT_OF_INSTANCES = ("DBSubnetGroupArn", "SupportedNetworkTypes")  # AWS describes the subnet group without them


def writer_ready(backend: RdsBackend, cluster: Cluster) -> bool:
    """Return whether a cluster and its writer are available, so that a secondary can replicate it."""
    writer = backend.instances.get(cluster.writer or "")
    return cluster.timeline.state == "available" and writer is not None and writer.timeline.state == "available"


def pending_of(values: dict[str, Any]) -> dict[str, Any]:
    """Return pending values with the password masked."""
    return {**values, "MasterUserPassword": "****"} if "MasterUserPassword" in values else dict(values)


def _members(backend: RdsBackend, cluster: Cluster) -> list[dict[str, Any]]:
    return [
        {
            "DBInstanceIdentifier": instance.name,
            "IsClusterWriter": instance.name == cluster.writer,
            "DBClusterParameterGroupStatus": backend.parameter_status("cluster", instance, cluster),
            "PromotionTier": instance.data["PromotionTier"],
        }
        for instance in backend.instances_of(cluster.name)
    ]


def _replication(backend: RdsBackend, cluster: Cluster) -> dict[str, Any]:
    """Return the fields of a global cluster's member."""
    found = global_of(backend.account_id, cluster)
    if found is None:
        return {"ReadReplicaIdentifiers": []}
    writer = found.writer
    result: dict[str, Any] = {"GlobalClusterIdentifier": found.name, "ReadReplicaIdentifiers": []}
    if found.led_by(cluster):
        result["ReadReplicaIdentifiers"] = [m.arn for m in found.members if not m.writer]
    elif writer:
        result["ReplicationSourceIdentifier"] = writer.arn
        result["GlobalWriteForwardingStatus"] = "disabled"
    return result


def _secret(cluster: Cluster) -> dict[str, Any]:
    if cluster.secret is None:
        return {}
    status = {"SecretStatus": cluster.secret.timeline.state, "KmsKeyId": cluster.secret.kms_key}
    return {"MasterUserSecret": {"SecretArn": cluster.secret.arn, **status}}


def _firewalls(cluster: Cluster) -> list[dict[str, str]]:
    """Return the security groups, with those that RDS is adding and removing during a change."""
    present = [group["VpcSecurityGroupId"] for group in cluster.data["VpcSecurityGroups"]]
    former = present if cluster.former_firewalls is None else cluster.former_firewalls
    states = {id_: "active" if id_ in former else "adding" for id_ in present}
    states |= {id_: "removing" for id_ in former if id_ not in present}
    return [{"VpcSecurityGroupId": id_, "Status": state} for id_, state in states.items()]


def restorable(cluster: Cluster) -> dict[str, datetime]:
    """Return the period to which a cluster can be restored. AWS's backups lag five minutes behind."""
    created, days = cluster.data["ClusterCreateTime"], timedelta(days=cluster.data["BackupRetentionPeriod"])
    return {
        "EarliestRestorableTime": max(created, now() - days),
        "LatestRestorableTime": max(created, now() - timedelta(minutes=5)),
    }


def describe_cluster(backend: RdsBackend, cluster: Cluster, status: str | None = None) -> dict[str, Any]:
    """Return the description of a cluster. ``status`` overrides the present one in the answer to a change."""
    data = {k: v for k, v in cluster.data.items() if v not in (None, [])}
    members = _members(backend, cluster)
    zones = {backend.instances[m["DBInstanceIdentifier"]].data["AvailabilityZone"] for m in members}
    pending = pending_of({**cluster.pending, **cluster.applying})
    scaling = "ServerlessV2ScalingConfiguration" in data
    restarts = datetime.fromtimestamp(cluster.restarts, UTC) if cluster.status == "stopped" else None
    return {
        **data,
        "Status": status or cluster.status,
        "VpcSecurityGroups": _firewalls(cluster),
        "DBClusterArn": cluster.arn,
        "Endpoint": f"{cluster.name}.cluster-{backend.host_suffix}",
        "ReaderEndpoint": f"{cluster.name}.cluster-ro-{backend.host_suffix}",
        "HostedZoneId": HOSTED_ZONES.get(backend.region_name, "Z2R2ITUGPM61AM"),
        "MultiAZ": len(zones) > 1,
        "DBClusterMembers": members,
        **({} if (status or cluster.status) == "creating" else restorable(cluster)),
        "TagList": cluster.tags,
        **({"PendingModifiedValues": pending} if pending else {}),
        **({"ServerlessV2PlatformVersion": "3"} if scaling else {}),
        **({"AutomaticRestartTime": restarts} if restarts else {}),
        **_secret(cluster),
        **_replication(backend, cluster),
        "AssociatedRoles": [],
        "DomainMemberships": [],
        "CrossAccountClone": False,
        "LocalWriteForwardingStatus": "disabled",
        "ActivityStreamStatus": "stopped",
    }


def describe_subnet_group(group: SubnetGroup) -> dict[str, Any]:
    """Return the description of a subnet group."""
    return {
        "DBSubnetGroupName": group.name,
        "DBSubnetGroupDescription": group.description,
        "VpcId": group.vpc,
        "SubnetGroupStatus": "Complete",
        "Subnets": [
            {
                "SubnetIdentifier": subnet,
                "SubnetAvailabilityZone": {"Name": zone},
                "SubnetOutpost": {},
                "SubnetStatus": "Active",
            }
            for subnet, zone in group.subnets
        ],
        "DBSubnetGroupArn": group.arn,
        "SupportedNetworkTypes": ["IPV4"],
    }


def _inherited(cluster: Cluster) -> dict[str, Any]:
    """Return the fields that an instance inherits from its cluster."""
    names = (
        "Engine", "EngineVersion", "MasterUsername", "StorageEncrypted", "StorageEncryptionType", "KmsKeyId",
        "BackupRetentionPeriod", "PreferredBackupWindow", "IAMDatabaseAuthenticationEnabled",
        "DatabaseInsightsMode", "NetworkType", "EngineLifecycleSupport", "PerformanceInsightsEnabled",
        "PerformanceInsightsRetentionPeriod", "PerformanceInsightsKMSKeyId", "EnabledCloudwatchLogsExports",
    )  # fmt: skip
    data = {name: cluster.data[name] for name in names if cluster.data.get(name) not in (None, [])}
    return {
        **data,
        "VpcSecurityGroups": _firewalls(cluster),
        "DBName": cluster.data.get("DatabaseName"),
        "StorageType": cluster.data.get("StorageType") or "aurora",
    }


def describe_instance(backend: RdsBackend, instance: Instance, status: str | None = None) -> dict[str, Any]:
    """Return the description of an instance. ``status`` overrides the present one in the answer to a change."""
    cluster = backend.clusters[instance.cluster]
    state = status or instance.timeline.state
    group = backend.subnet_groups[cluster.data["DBSubnetGroup"]]
    created = {} if state == "creating" else {
        "Endpoint": {
            "Address": f"{instance.name}.{backend.host_suffix}",
            "Port": cluster.data["Port"],
            "HostedZoneId": HOSTED_ZONES.get(backend.region_name, "Z2R2ITUGPM61AM"),
        },
        "InstanceCreateTime": instance.data["InstanceCreateTime"],
    }  # fmt: skip
    own = {
        k: v
        for k, v in instance.data.items()
        if v is not None and k not in ("InstanceCreateTime", "DBParameterGroupName")
    }
    result = {
        **_inherited(cluster),
        **own,
        **created,
        "DBInstanceStatus": state,
        "DBInstanceArn": instance.arn,
        "AllocatedStorage": 1,
        "StorageThroughput": 0,
        "DBSecurityGroups": [],
        "DBParameterGroups": [
            {
                "DBParameterGroupName": instance.data["DBParameterGroupName"],
                "ParameterApplyStatus": backend.parameter_status("instance", instance, cluster),
            }
        ],
        "DBSubnetGroup": {k: v for k, v in describe_subnet_group(group).items() if k not in _NOT_OF_INSTANCES},
        "PendingModifiedValues": {**instance.pending, **instance.applying},
        "CertificateDetails": server_certificate(own["CACertificateIdentifier"], instance.data["InstanceCreateTime"]),
        "MultiAZ": False,
        "LicenseModel": "postgresql-license",
        "ReadReplicaDBInstanceIdentifiers": [],
        "OptionGroupMemberships": [
            {"OptionGroupName": f"default:{engine.ENGINE}-{engine.major_of(cluster.version)}", "Status": "in-sync"}
        ],
        "DbInstancePort": 0,
        "DomainMemberships": [],
        "DeletionProtection": False,
        "AssociatedRoles": [],
        "TagList": instance.tags,
        "CustomerOwnedIpEnabled": False,
        "BackupTarget": "region",
        "DedicatedLogVolume": False,
    }
    if cluster.data["MonitoringInterval"]:
        result.update({name: cluster.data[name] for name in ("MonitoringInterval", "MonitoringRoleArn")})
    if result.setdefault("MonitoringInterval", 0):
        stream = f"log-group:RDSOSMetrics:log-stream:{instance.data['DbiResourceId']}"
        result["EnhancedMonitoringResourceArn"] = arn_of(backend, "logs", stream)
    return result
