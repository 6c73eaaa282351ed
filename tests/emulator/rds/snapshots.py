"""DB cluster snapshots: manual ones, those that a deletion takes, and the automated ones of each day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from moto.core.responses import ActionResult

from ..clock import Timeline
from ..core import AwsError
from . import checks
from .base import Calls
from .cluster_changes import require_available
from .describe import restore_window
from .models import RDS, Cluster, RdsBackend, Snapshot, now

COPIED = (
    "AvailabilityZones", "DBClusterIdentifier", "Engine", "EngineMode", "EngineVersion", "AllocatedStorage", "Port",
    "ClusterCreateTime", "MasterUsername", "StorageEncrypted", "StorageEncryptionType", "BackupRetentionPeriod",
    "PreferredBackupWindow", "KmsKeyId", "IAMDatabaseAuthenticationEnabled", "StorageType", "DbClusterResourceId",
)  # fmt: skip


def require_free(backend: RdsBackend, name: str) -> None:
    """Refuse a manual snapshot whose name is taken, or that is one too many."""
    if name in backend.snapshots:
        raise AwsError(
            "DBClusterSnapshotAlreadyExistsFault",
            f"Cannot create the snapshot because a snapshot with the identifier {name} already exists.",
        )
    if sum(s.data["SnapshotType"] == "manual" for s in backend.snapshots.values()) >= 100:
        raise AwsError("SnapshotQuotaExceeded", "You cannot create more than 100 manual snapshots.")


def picture(backend: RdsBackend, cluster: Cluster, name: str, kind: str, moment: Any, timeline: Timeline) -> Snapshot:
    """A snapshot of a cluster; the caller keeps it."""
    arn = backend.arn("cluster-snapshot", name)
    data = {key: cluster.data.get(key) for key in COPIED}
    data |= {
        "DBClusterSnapshotIdentifier": name,
        "DBClusterSnapshotArn": arn,
        "SnapshotCreateTime": moment,
        "SnapshotType": kind,
        "LicenseModel": "postgresql-license",
        "VpcId": backend.subnet_group(cluster.data["DBSubnetGroup"]).vpc,
    }
    tags = [*cluster.tags] if cluster.data["CopyTagsToSnapshot"] else []
    return Snapshot(arn, tags, data, timeline, within(cluster))


def within(cluster: Cluster) -> dict[str, Any]:
    """What a backup holds and does not show, as the arguments that a new cluster takes."""
    return {"DatabaseName": cluster.data.get("DatabaseName"), "MasterUserPassword": cluster.password}


def take(backend: RdsBackend, cluster: Cluster, name: str, kind: str = "manual") -> Snapshot:
    """Take a snapshot of a cluster."""
    if kind == "manual":
        require_free(backend, name)
    timeline = Timeline(("creating", 120), ("available", 0))
    backend.snapshots[name] = picture(backend, cluster, name, kind, now(), timeline)
    return backend.snapshots[name]


def take_final(backend: RdsBackend, cluster: Cluster, p: dict[str, Any]) -> None:
    """Take the snapshot that DeleteDBCluster asks for; by default it must."""
    name = p.get("FinalDBSnapshotIdentifier")
    if p.get("SkipFinalSnapshot"):
        if name:
            raise checks.combination("FinalDBSnapshotIdentifier can not be specified when SkipFinalSnapshot is true.")
        return
    if not name:
        raise checks.combination("FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified.")
    take(backend, cluster, checks.identifier("FinalDBSnapshotIdentifier", name, 255))


def automated(backend: RdsBackend) -> Iterator[Snapshot]:
    """What automated backups took: one snapshot whenever the backup window opened, for as long as backups are kept."""
    for cluster in backend.clusters.values():
        (moment, latest), opens = restore_window(cluster), cluster.data["PreferredBackupWindow"]
        earliest, moment = moment, moment.replace(hour=int(opens[:2]), minute=int(opens[3:5]), second=0)
        while moment <= latest:
            name = f"rds:{cluster.name}-{moment:%Y-%m-%d-%H-%M}"
            if moment >= earliest:
                yield picture(backend, cluster, name, "automated", moment, Timeline(("available", 0)))
            moment += timedelta(days=1)


def everything(backend: RdsBackend) -> list[Snapshot]:
    """The snapshots of a region; what RDS took by itself goes when the cluster's backups of that time go."""
    kept = [*automated(backend), *backend.snapshots.values()]
    ages = [(s, now() - s.data["SnapshotCreateTime"]) for s in kept]
    return [s for s, age in ages if s.data["SnapshotType"] == "manual" or age.days <= s.data["BackupRetentionPeriod"]]


def find(backend: RdsBackend, name: str | None) -> Snapshot:
    """A snapshot by its identifier or ARN."""
    key = (name or "").lower().removeprefix(backend.arn("cluster-snapshot", ""))
    found = {s.data["DBClusterSnapshotIdentifier"]: s for s in everything(backend)}
    if key not in found:
        raise AwsError("DBClusterSnapshotNotFoundFault", f"DBClusterSnapshot not found: {name}")
    return found[key]


def require_usable(snapshot: Snapshot) -> None:
    """Refuse a snapshot that is not there as a whole."""
    if snapshot.timeline.state != "available":
        raise AwsError("InvalidDBClusterSnapshotStateFault", "The DB cluster snapshot is not available.")


def describe(snapshot: Snapshot) -> dict[str, Any]:
    """A snapshot as RDS shows it."""
    state = snapshot.timeline.state
    shown = {k: v for k, v in snapshot.data.items() if v is not None}
    return {**shown, "Status": state, "PercentProgress": 100 if state == "available" else 0, "TagList": snapshot.tags}


class SnapshotCalls(Calls):
    """Take, copy, describe and delete cluster snapshots."""

    def create_db_cluster_snapshot(self) -> ActionResult:
        """CreateDBClusterSnapshot."""
        backend, p = self.backend, self.params
        name = checks.identifier("DBClusterSnapshotIdentifier", p.get("DBClusterSnapshotIdentifier"), 255)
        cluster, tags = backend.cluster(p.get("DBClusterIdentifier")), checks.tags(p.get("Tags"))
        require_available(cluster)
        snapshot = take(backend, cluster, name)
        snapshot.tags = tags or snapshot.tags
        return ActionResult({"DBClusterSnapshot": {**describe(snapshot), "Status": "creating"}})

    def copy_db_cluster_snapshot(self) -> ActionResult:
        """CopyDBClusterSnapshot, from this region or another."""
        backend, p = self.backend, self.params
        source = _elsewhere(backend, str(p.get("SourceDBClusterSnapshotIdentifier")))
        require_usable(source)
        name = checks.identifier("TargetDBClusterSnapshotIdentifier", p.get("TargetDBClusterSnapshotIdentifier"), 255)
        require_free(backend, name)
        arn, tags = backend.arn("cluster-snapshot", name), source.tags if p.get("CopyTags") else []
        data = {
            **source.data,
            "DBClusterSnapshotIdentifier": name,
            "DBClusterSnapshotArn": arn,
            "SourceDBClusterSnapshotArn": source.arn,
            "SnapshotCreateTime": now(),
            "SnapshotType": "manual",
            "KmsKeyId": _key_of_copy(backend, source, p.get("KmsKeyId")),
        }
        copy = Snapshot(arn, [*tags], data, Timeline(("creating", 120), ("available", 0)), source.within)
        copy.add_tags(checks.tags(p.get("Tags")))
        backend.snapshots[name] = copy
        return ActionResult({"DBClusterSnapshot": {**describe(copy), "Status": "creating"}})

    def describe_db_cluster_snapshots(self) -> ActionResult:
        """DescribeDBClusterSnapshots."""
        backend, p = self.backend, self.params
        name, cluster = p.get("DBClusterSnapshotIdentifier"), p.get("DBClusterIdentifier")
        found = [find(backend, name)] if name else everything(backend)
        items = [describe(snapshot) for snapshot in found]
        asked = {
            "DBClusterIdentifier": cluster and cluster.lower().removeprefix(backend.arn("cluster", "")),
            "DbClusterResourceId": p.get("DbClusterResourceId"),
            "SnapshotType": p.get("SnapshotType"),
        }
        items = [i for i in items if all(not value or i[field] == value for field, value in asked.items())]
        return self.page(
            "DBClusterSnapshots",
            self.filtered(
                items,
                {
                    "db-cluster-id": lambda s: [
                        s["DBClusterIdentifier"],
                        backend.arn("cluster", s["DBClusterIdentifier"]),
                    ],
                    "db-cluster-snapshot-id": lambda s: [s["DBClusterSnapshotIdentifier"]],
                    "snapshot-type": lambda s: [s["SnapshotType"]],
                    "engine": lambda s: [s["Engine"]],
                },
            ),
        )

    def delete_db_cluster_snapshot(self) -> ActionResult:
        """DeleteDBClusterSnapshot."""
        backend = self.backend
        snapshot = find(backend, self.params.get("DBClusterSnapshotIdentifier"))
        if snapshot.data["SnapshotType"] != "manual":
            raise AwsError("InvalidDBClusterSnapshotStateFault", "Only manual snapshots may be deleted.")
        require_usable(snapshot)
        del backend.snapshots[snapshot.data["DBClusterSnapshotIdentifier"]]
        return ActionResult({"DBClusterSnapshot": {**describe(snapshot), "Status": "deleted"}})


def _elsewhere(backend: RdsBackend, name: str) -> Snapshot:
    """The source of a copy: in another region it is named by its ARN."""
    region = name.split(":")[3] if name.startswith("arn:") and name.count(":") > 5 else backend.region_name
    known = region in RDS[backend.account_id].regions
    return find(RDS[backend.account_id][region] if known else backend, name)


def _key_of_copy(backend: RdsBackend, source: Snapshot, key: str | None) -> str | None:
    if not source.data["StorageEncrypted"]:
        if key:
            raise checks.combination("You can't specify KmsKeyId for a copy of an unencrypted snapshot.")
        return None
    present = str(source.data["KmsKeyId"])
    if not key and present.split(":")[3] != backend.region_name:
        raise checks.combination("KmsKeyId is required to copy an encrypted snapshot to another region.")
    return checks.kms_key(backend.account_id, backend.region_name, key or present)
