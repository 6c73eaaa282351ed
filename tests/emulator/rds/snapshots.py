"""DB cluster snapshots: those that a deletion takes, and manual ones."""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult

from ..clock import Timeline
from ..core import AwsError
from . import checks
from .base import Calls
from .cluster_changes import require_available
from .models import Cluster, RdsBackend, Snapshot, now

COPIED = (
    "AvailabilityZones", "DBClusterIdentifier", "Engine", "EngineMode", "EngineVersion", "AllocatedStorage", "Port",
    "ClusterCreateTime", "MasterUsername", "StorageEncrypted", "StorageEncryptionType", "BackupRetentionPeriod",
    "PreferredBackupWindow", "KmsKeyId", "IAMDatabaseAuthenticationEnabled", "StorageType", "DbClusterResourceId",
)  # fmt: skip


def take(backend: RdsBackend, cluster: Cluster, name: str, tags: list[dict[str, str]]) -> Snapshot:
    """Take a snapshot of a cluster."""
    if name in backend.snapshots:
        raise AwsError(
            "DBClusterSnapshotAlreadyExistsFault",
            f"Cannot create the snapshot because a snapshot with the identifier {name} already exists.",
        )
    if len(backend.snapshots) >= 100:
        raise AwsError("SnapshotQuotaExceeded", "You cannot create more than 100 manual snapshots.")
    arn = backend.arn("cluster-snapshot", name)
    data = {key: cluster.data.get(key) for key in COPIED}
    data |= {
        "DBClusterSnapshotIdentifier": name,
        "DBClusterSnapshotArn": arn,
        "SnapshotCreateTime": now(),
        "SnapshotType": "manual",
        "LicenseModel": "postgresql-license",
        "VpcId": backend.subnet_group(cluster.data["DBSubnetGroup"]).vpc,
    }
    inherited = cluster.tags if cluster.data["CopyTagsToSnapshot"] else []
    snapshot = Snapshot(arn, [*tags] or [*inherited], data, Timeline(("creating", 120), ("available", 0)))
    backend.snapshots[name] = snapshot
    return snapshot


def take_final(backend: RdsBackend, cluster: Cluster, p: dict[str, Any]) -> None:
    """Take the snapshot that DeleteDBCluster asks for; by default it must."""
    name = p.get("FinalDBSnapshotIdentifier")
    if p.get("SkipFinalSnapshot"):
        if name:
            raise checks.combination("FinalDBSnapshotIdentifier can not be specified when SkipFinalSnapshot is true.")
        return
    if not name:
        raise checks.combination("FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified.")
    take(backend, cluster, checks.identifier("FinalDBSnapshotIdentifier", name, 255), [])


def describe(snapshot: Snapshot) -> dict[str, Any]:
    """A snapshot as RDS shows it."""
    state = snapshot.timeline.state
    shown = {k: v for k, v in snapshot.data.items() if v is not None}
    return {**shown, "Status": state, "PercentProgress": 100 if state == "available" else 0, "TagList": snapshot.tags}


class SnapshotCalls(Calls):
    """Take, describe and delete cluster snapshots."""

    def create_db_cluster_snapshot(self) -> ActionResult:
        """CreateDBClusterSnapshot."""
        backend, p = self.backend, self.params
        name = checks.identifier("DBClusterSnapshotIdentifier", p.get("DBClusterSnapshotIdentifier"), 255)
        cluster = backend.cluster(p.get("DBClusterIdentifier"))
        require_available(cluster)
        snapshot = take(backend, cluster, name, checks.tags(p.get("Tags")))
        return ActionResult({"DBClusterSnapshot": {**describe(snapshot), "Status": "creating"}})

    def describe_db_cluster_snapshots(self) -> ActionResult:
        """DescribeDBClusterSnapshots."""
        backend, p = self.backend, self.params
        checks.only(
            p,
            {"DBClusterIdentifier", "DBClusterSnapshotIdentifier", "SnapshotType", "Filters", "MaxRecords", "Marker"},
            "DescribeDBClusterSnapshots",
        )
        name, cluster = p.get("DBClusterSnapshotIdentifier"), p.get("DBClusterIdentifier")
        found = [_find(backend, name)] if name else list(backend.snapshots.values())
        items = [describe(snapshot) for snapshot in found]
        if cluster:
            key = cluster.lower().removeprefix(backend.arn("cluster", ""))
            items = [i for i in items if i["DBClusterIdentifier"] == key]
        if p.get("SnapshotType", "manual") != "manual":
            items = []
        return self.page(
            "DBClusterSnapshots",
            self.filtered(
                items,
                {
                    "db-cluster-id": lambda s: [s["DBClusterIdentifier"]],
                    "db-cluster-snapshot-id": lambda s: [s["DBClusterSnapshotIdentifier"]],
                    "snapshot-type": lambda s: [s["SnapshotType"]],
                    "engine": lambda s: [s["Engine"]],
                },
            ),
        )

    def delete_db_cluster_snapshot(self) -> ActionResult:
        """DeleteDBClusterSnapshot."""
        backend = self.backend
        snapshot = _find(backend, self.params.get("DBClusterSnapshotIdentifier"))
        if snapshot.timeline.state != "available":
            raise AwsError("InvalidDBClusterSnapshotStateFault", "The DB cluster snapshot is not available.")
        del backend.snapshots[snapshot.data["DBClusterSnapshotIdentifier"]]
        return ActionResult({"DBClusterSnapshot": {**describe(snapshot), "Status": "deleted"}})


def _find(backend: RdsBackend, name: str | None) -> Snapshot:
    key = (name or "").lower().removeprefix(backend.arn("cluster-snapshot", ""))
    if key not in backend.snapshots:
        raise AwsError("DBClusterSnapshotNotFoundFault", f"DBClusterSnapshot not found: {name}")
    return backend.snapshots[key]
