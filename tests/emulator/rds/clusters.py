"""The calls on DB clusters."""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult

from .. import account
from ..clock import Timeline
from ..core import AwsError
from ..iam import service_uses_its_role
from . import automated_backups, checks, cluster_changes, engine, secret, snapshots
from .base import Calls, Fields
from .cluster_rules import (
    Role,
    both_windows,
    credentials,
    encryption,
    lifecycle,
    parameter_group,
    security_groups,
    storage_type,
    storage_zones,
    version,
)
from .describe import describe_cluster
from .models import RECOVERABLE, RdsBackend, global_of
from .resources import Cluster, Member, SubnetGroup, changing, now, resource_id


class ClusterCalls(Calls):
    """Create, modify, delete and describe clusters."""

    def create_db_cluster(self) -> ActionResult:
        backend, p = self.backend, self.params
        engine.require_engine(p.get("Engine"))
        role = Role(backend, p.get("GlobalClusterIdentifier"))
        cluster = make(backend, p, role, seconds=180 if role.primary else 60)
        if p.get("ManageMasterUserPassword"):
            secret.create(backend, cluster, p.get("MasterUserSecretKmsKeyId"))
        backend.clusters[cluster.name] = cluster
        backend.note(cluster, "creation", "DB cluster created.", cluster.timeline)
        if role.global_cluster:
            cluster.global_name = role.global_cluster.name
            role.global_cluster.members.append(Member(cluster.arn, writer=role.primary is None))
        return ActionResult({"DBCluster": describe_cluster(backend, cluster, "creating")})

    def modify_db_cluster(self) -> ActionResult:
        backend, p = self.backend, self.params
        cluster = backend.cluster(checks.identifier("DBClusterIdentifier", p.get("DBClusterIdentifier")))
        cluster_changes.modify(backend, cluster, p)
        return ActionResult({"DBCluster": describe_cluster(backend, cluster, cluster.timeline.first)})

    def describe_db_clusters(self) -> ActionResult:
        backend, p = self.backend, self.params
        name = p.get("DBClusterIdentifier")
        found = [backend.cluster(name)] if name else list(backend.clusters.values())
        items = [describe_cluster(backend, cluster) for cluster in found]
        fields: Fields = {
            "clone-group-id": lambda c: [c.get("CloneGroupId")],
            "db-cluster-id": lambda c: [c["DBClusterIdentifier"], c["DBClusterArn"]],
            "db-cluster-resource-id": lambda c: [c["DbClusterResourceId"]],
            "domain": lambda c: [],
            "engine": lambda c: [c["Engine"]],
        }
        return self.page("DBClusters", items, fields)

    def delete_db_cluster(self) -> ActionResult:
        """Delete a cluster. AWS's answer still shows the state from before the call."""
        backend, p = self.backend, self.params
        cluster = backend.cluster(checks.identifier("DBClusterIdentifier", p.get("DBClusterIdentifier")))
        _require_deletable(backend, cluster)
        snapshots.take_final(backend, cluster, p)
        if p.get("DeleteAutomatedBackups") is False:
            automated_backups.retain(backend, cluster)
        answer = describe_cluster(backend, cluster)
        secret.delete(backend, cluster)
        cluster.pending, cluster.applying = {}, {}
        cluster.timeline = Timeline(("deleting", 60), ("deleted", 0))
        backend.forget(cluster)
        backend.note(cluster, "deletion", "DB cluster deleted.", cluster.timeline)
        return ActionResult({"DBCluster": answer})

    def failover_db_cluster(self) -> ActionResult:
        """Make another instance the writer."""
        backend, p = self.backend, self.params
        cluster = backend.cluster(p.get("DBClusterIdentifier"))
        cluster.require_available()
        readers = backend.promotable(cluster)
        target = str(p.get("TargetDBInstanceIdentifier") or (readers[0].name if readers else "")).lower()
        chosen = next((i for i in readers if i.name == target), None)
        if chosen is None or not chosen.resting:
            raise AwsError("InvalidDBInstanceState", "The cluster has no available reader to fail over to.")
        cluster.next_writer = chosen.name
        cluster.timeline = Timeline(("failing-over", 60), ("available", 0))
        text = f"Completed failover to DB instance: {chosen.name}"
        backend.note(cluster, "failover", text, cluster.timeline)
        return ActionResult({"DBCluster": describe_cluster(backend, cluster)})

    def stop_db_cluster(self) -> ActionResult:
        """Stop a cluster with its instances. AWS starts it again after seven days."""
        backend = self.backend
        cluster = backend.cluster(self.params.get("DBClusterIdentifier"))
        cluster.require_available()
        if backend.has_partners(cluster):
            text = f"DB cluster {cluster.name} is not the only member of its global cluster, so it cannot be stopped."
            raise AwsError("InvalidDBClusterStateFault", text)
        for instance in backend.staying(cluster):
            instance.require_available()
        backend.power(cluster, "stopping", "stopped")
        return ActionResult({"DBCluster": describe_cluster(backend, cluster, "stopping")})

    def start_db_cluster(self) -> ActionResult:
        """Start a cluster that was stopped by the user or because of its key. The key must be usable again."""
        backend = self.backend
        cluster = backend.cluster(self.params.get("DBClusterIdentifier"))
        if cluster.timeline.state not in ("stopped", RECOVERABLE):
            text = f"DB cluster {cluster.name} is in {cluster.status} state but expected it to be one of stopped,"
            raise AwsError("InvalidDBClusterStateFault", text + RECOVERABLE)
        snapshots.require_key(backend, cluster)
        backend.power(cluster, "starting", "available")
        return ActionResult({"DBCluster": describe_cluster(backend, cluster, "starting")})

    def enable_http_endpoint(self) -> ActionResult:
        """Enable the Data API."""
        return self._http_endpoint(True)

    def disable_http_endpoint(self) -> ActionResult:
        """Disable the Data API."""
        return self._http_endpoint(False)

    def _http_endpoint(self, enabled: bool) -> ActionResult:
        backend, arn = self.backend, str(self.params.get("ResourceArn"))
        cluster = next((c for c in backend.clusters.values() if c.arn == arn), None)
        if cluster is None:
            raise AwsError("ResourceNotFoundFault", f"The specified resource {arn} wasn't found.")
        if not cluster.resting:
            raise AwsError("InvalidResourceStateFault", "The cluster is not available.")
        if cluster.data["HttpEndpointEnabled"] != enabled:
            cluster.data["HttpEndpointEnabled"] = enabled
            cluster.timeline = changing("modifying")
        return ActionResult({"ResourceArn": arn, "HttpEndpointEnabled": enabled})


def make(backend: RdsBackend, p: dict[str, Any], role: Role, seconds: float) -> Cluster:
    """Return a new cluster that becomes available after ``seconds``. The caller adds it to the region."""
    name = checks.identifier("DBClusterIdentifier", p.get("DBClusterIdentifier"))
    if name in backend.clusters:
        raise AwsError("DBClusterAlreadyExistsFault", "DB Cluster already exists")
    account.require_room("DBClusters", len(backend.clusters))
    data = {"DBClusterIdentifier": name, **_attributes(backend, p, role)}
    group = backend.subnet_group(p.get("DBSubnetGroupName"))  # last, so that it hides no other refusal
    data |= _network(backend, p, group)
    backend.subnet_groups.setdefault(group.name, group)
    service_uses_its_role(backend.account_id, backend.region_name, "rds.amazonaws.com")
    return Cluster(
        arn=backend.arn("cluster", name),
        tags=checks.tags(p.get("Tags")),
        region=backend.region_name,
        data=data,
        timeline=Timeline(("creating", seconds), ("available", 0)),
        password=role.primary.password if role.primary else p.get("MasterUserPassword", ""),
    )


def _attributes(backend: RdsBackend, p: dict[str, Any], role: Role) -> dict[str, Any]:
    """Return the attributes of a new cluster. Refuse invalid arguments."""
    engine_version = version(p, role)
    retention, port = p.get("BackupRetentionPeriod", 1), p.get("Port", 5432)
    checks.between("backup retention period", retention, 1, 35)
    checks.between("port", port, 1150, 65535)
    return {
        "Engine": engine.ENGINE,
        "EngineVersion": engine_version,
        "EngineMode": "provisioned",
        "EngineLifecycleSupport": lifecycle(p.get("EngineLifecycleSupport")),
        "AllocatedStorage": 1,
        "ClusterCreateTime": now(),
        "DbClusterResourceId": resource_id("cluster"),
        "Port": port,
        "BackupRetentionPeriod": retention,
        "DBClusterParameterGroup": parameter_group(
            backend, "cluster", p.get("DBClusterParameterGroupName"), engine_version
        ),
        "StorageType": storage_type(p.get("StorageType")),
        "IAMDatabaseAuthenticationEnabled": p.get("EnableIAMDatabaseAuthentication", False),
        "HttpEndpointEnabled": p.get("EnableHttpEndpoint", False),
        "DeletionProtection": p.get("DeletionProtection", False),
        "CopyTagsToSnapshot": p.get("CopyTagsToSnapshot", False),
        "AutoMinorVersionUpgrade": p.get("AutoMinorVersionUpgrade", True),
        "EnabledCloudwatchLogsExports": checks.log_types(p.get("EnableCloudwatchLogsExports") or [], engine_version),
        **both_windows(p),
        **encryption(backend, p, role),
        **_observation(backend, p, role),
        **_scaling(p, engine_version),
        **credentials(p, role),
    }


def _network(backend: RdsBackend, p: dict[str, Any], group: SubnetGroup) -> dict[str, Any]:
    return {
        "DBSubnetGroup": group.name,
        "NetworkType": "IPV4",
        "AvailabilityZones": storage_zones(backend, group),
        "VpcSecurityGroups": security_groups(backend, p.get("VpcSecurityGroupIds"), group),
    }


def _observation(backend: RdsBackend, p: dict[str, Any], role: Role) -> dict[str, Any]:
    mode = checks.insights_mode(p, {})
    insights = checks.insights(backend.account_id, backend.region_name, p, {})
    if role.global_cluster:  # AWS resets the insights of a cluster that joins a global cluster
        mode, insights = "standard", checks.insights(backend.account_id, backend.region_name, {}, {})
    return {
        "DatabaseInsightsMode": mode,
        **insights,
        **checks.monitoring(backend.account_id, backend.region_name, p, {}),
    }


def _scaling(p: dict[str, Any], engine_version: str) -> dict[str, Any]:
    given = p.get("ServerlessV2ScalingConfiguration")
    return {"ServerlessV2ScalingConfiguration": checks.scaling(given, {}, engine_version)} if given else {}


def _require_deletable(backend: RdsBackend, cluster: Cluster) -> None:
    if cluster.data["DeletionProtection"]:
        raise checks.combination("Cannot delete protected Cluster, please disable deletion protection and try again.")
    found = global_of(backend.account_id, cluster)
    if found:
        if found.led_by(cluster) and len(found.members) > 1:
            raise AwsError(
                "InvalidGlobalClusterStateFault",
                f"The primary cluster of global cluster {found.name} cannot be deleted while it has secondaries.",
            )
        raise AwsError(
            "InvalidDBClusterStateFault",
            "This cluster is a part of a global cluster, please remove it from globalcluster first",
        )
    cluster.require_not_stopped()
    if not cluster.timeline.settled:
        raise AwsError("InvalidDBClusterStateFault", f"Cluster {cluster.name} is not currently in the available state")
    if backend.staying(cluster):
        raise AwsError(
            "InvalidDBClusterStateFault",
            "Cluster cannot be deleted, it still contains DB instances in non-deleting state.",
        )
