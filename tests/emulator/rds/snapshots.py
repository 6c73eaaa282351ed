"""DB cluster snapshots: manual, final and automated ones."""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult

from ..account import require_room
from ..clock import Timeline
from ..core import AwsError
from ..kms.keys import find_key
from . import checks
from .base import Calls, Fields
from .models import RdsBackend
from .resources import Cluster, Snapshot, now

COPIED = (
    "AvailabilityZones", "DBClusterIdentifier", "Engine", "EngineMode", "EngineVersion", "AllocatedStorage", "Port",
    "ClusterCreateTime", "MasterUsername", "StorageEncrypted", "StorageEncryptionType", "BackupRetentionPeriod",
    "PreferredBackupWindow", "KmsKeyId", "IAMDatabaseAuthenticationEnabled", "StorageType", "DbClusterResourceId",
)  # fmt: skip
SECONDS = 120.0
RESTORE, PUBLIC, ACCOUNTS = "restore", "all", 20


def require_free(backend: RdsBackend, name: str) -> None:
    """Refuse a name that is in use, and more snapshots than the quota."""
    if name in backend.snapshots:
        raise AwsError(
            "DBClusterSnapshotAlreadyExistsFault",
            f"Cannot create the snapshot because a snapshot with the identifier {name} already exists.",
        )
    manual = [s for s in backend.snapshots.values() if s.data["SnapshotType"] == "manual"]
    require_room("ManualClusterSnapshots", len(manual))


def within(cluster: Cluster) -> dict[str, Any]:
    """Return the content of a backup that RDS does not show."""
    return {"DatabaseName": cluster.data.get("DatabaseName"), "MasterUserPassword": cluster.password}


def take(backend: RdsBackend, cluster: Cluster, name: str, kind: str = "manual") -> Snapshot:
    """Take a snapshot of a cluster."""
    if kind == "manual":
        require_free(backend, name)
    arn = backend.arn("cluster-snapshot", name)
    data = {key: cluster.data.get(key) for key in COPIED}
    data |= {
        "DBClusterSnapshotIdentifier": name,
        "DBClusterSnapshotArn": arn,
        "SnapshotCreateTime": now(),
        "SnapshotType": kind,
        "LicenseModel": "postgresql-license",
        "VpcId": backend.subnet_group(cluster.data["DBSubnetGroup"]).vpc,
    }
    tags = [*cluster.tags] if cluster.data["CopyTagsToSnapshot"] else []
    taken = Snapshot(arn, tags, data, Timeline(("creating", SECONDS), ("available", 0)), within(cluster))
    backend.snapshots[name] = taken
    return taken


def take_final(backend: RdsBackend, cluster: Cluster, p: dict[str, Any]) -> None:
    """Take the final snapshot of DeleteDBCluster, which AWS requires unless SkipFinalSnapshot is set."""
    name = p.get("FinalDBSnapshotIdentifier")
    if p.get("SkipFinalSnapshot"):
        if name:
            raise checks.combination("FinalDBSnapshotIdentifier can not be specified when SkipFinalSnapshot is true.")
        return
    if not name:
        raise checks.combination("FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified.")
    require_key(backend, cluster)
    take(backend, cluster, checks.identifier("FinalDBSnapshotIdentifier", name, 255))


def require_key(backend: RdsBackend, cluster: Cluster) -> None:
    """Refuse to read the data of a cluster whose key cannot be used."""
    if cluster.encrypted:
        checks.kms_key(backend.account_id, backend.region_name, cluster.data["KmsKeyId"])


def _kept(backend: RdsBackend) -> list[Snapshot]:
    """Return the snapshots of a region. AWS deletes automated snapshots after the backup retention period."""
    ages = [(s, now() - s.data["SnapshotCreateTime"]) for s in backend.snapshots.values()]
    return [s for s, age in ages if s.data["SnapshotType"] == "manual" or age.days <= s.data["BackupRetentionPeriod"]]


def find(backend: RdsBackend, name: str | None) -> Snapshot:
    """Return a snapshot by its identifier or ARN."""
    key = (name or "").lower().removeprefix(backend.arn("cluster-snapshot", ""))
    found = {s.data["DBClusterSnapshotIdentifier"]: s for s in _kept(backend)}
    if key not in found:
        raise AwsError("DBClusterSnapshotNotFoundFault", f"DBClusterSnapshot not found: {name}")
    return found[key]


def require_usable(snapshot: Snapshot) -> None:
    """Refuse a snapshot that is not complete."""
    if snapshot.timeline.state != "available":
        raise AwsError("InvalidDBClusterSnapshotStateFault", "The DB cluster snapshot is not available.")


def describe(snapshot: Snapshot, status: str | None = None) -> dict[str, Any]:
    """Return the description of a snapshot. ``status`` overrides the present one in the answer to a change."""
    state = status or snapshot.timeline.state
    shown = {k: v for k, v in snapshot.data.items() if v is not None}
    return {**shown, "Status": state, "PercentProgress": 100 if state == "available" else 0, "TagList": snapshot.tags}


def _sharing(snapshot: Snapshot) -> ActionResult:
    attribute = {"AttributeName": RESTORE, "AttributeValues": snapshot.shared}
    name = snapshot.data["DBClusterSnapshotIdentifier"]
    result = {"DBClusterSnapshotIdentifier": name, "DBClusterSnapshotAttributes": [attribute]}
    return ActionResult({"DBClusterSnapshotAttributesResult": result})


def _require_shareable(backend: RdsBackend, snapshot: Snapshot, accounts: list[str]) -> None:
    """Refuse to share a snapshot with accounts that AWS does not accept, or without a key that others can use."""
    for account in accounts:
        if account != PUBLIC and not (account.isdigit() and len(account) == 12):
            raise checks.value(f"Invalid account: {account}")
    if PUBLIC in accounts and snapshot.data["StorageEncrypted"]:
        raise checks.combination("An encrypted DB cluster snapshot cannot be shared with all accounts.")
    default = find_key(backend.account_id, backend.region_name, "alias/aws/rds")
    if accounts and snapshot.data["StorageEncrypted"] and snapshot.data["KmsKeyId"] == default:
        raise checks.combination("A snapshot that is encrypted with the default key of the account cannot be shared.")
    if len({*snapshot.shared, *accounts}) > ACCOUNTS:
        raise AwsError("SharedSnapshotQuotaExceeded", f"A snapshot is shared with at most {ACCOUNTS} accounts.")


class SnapshotCalls(Calls):
    """Take, describe, share and delete cluster snapshots."""

    def describe_db_cluster_snapshot_attributes(self) -> ActionResult:
        """Return the accounts that may restore a snapshot."""
        return _sharing(find(self.backend, self.params.get("DBClusterSnapshotIdentifier")))

    def modify_db_cluster_snapshot_attribute(self) -> ActionResult:
        """Share a manual snapshot with accounts, or end that."""
        backend, p = self.backend, self.params
        snapshot = find(backend, p.get("DBClusterSnapshotIdentifier"))
        checks.one_of("AttributeName", p.get("AttributeName"), (RESTORE,))
        if snapshot.data["SnapshotType"] != "manual":
            raise AwsError("InvalidDBClusterSnapshotStateFault", "Only manual snapshots may be shared.")
        require_usable(snapshot)
        added, removed = p.get("ValuesToAdd") or [], p.get("ValuesToRemove") or []
        _require_shareable(backend, snapshot, added)
        snapshot.shared = [a for a in dict.fromkeys([*snapshot.shared, *added]) if a not in removed]
        return _sharing(snapshot)

    def create_db_cluster_snapshot(self) -> ActionResult:
        """Take a manual snapshot. The cluster is ``backing-up`` until the snapshot is available."""
        backend, p = self.backend, self.params
        name = checks.identifier("DBClusterSnapshotIdentifier", p.get("DBClusterSnapshotIdentifier"), 255)
        cluster, tags = backend.cluster(p.get("DBClusterIdentifier")), checks.tags(p.get("Tags"))
        cluster.require_available()
        snapshot = take(backend, cluster, name)
        snapshot.tags = tags or snapshot.tags
        cluster.timeline = Timeline(("backing-up", SECONDS), ("available", 0))
        return ActionResult({"DBClusterSnapshot": describe(snapshot, "creating")})

    def describe_db_cluster_snapshots(self) -> ActionResult:
        backend, p = self.backend, self.params
        name, cluster = p.get("DBClusterSnapshotIdentifier"), p.get("DBClusterIdentifier")
        items = [describe(snapshot) for snapshot in ([find(backend, name)] if name else _kept(backend))]
        asked = {
            "DBClusterIdentifier": cluster and cluster.lower().removeprefix(backend.arn("cluster", "")),
            "DbClusterResourceId": p.get("DbClusterResourceId"),
            "SnapshotType": p.get("SnapshotType"),
        }
        items = [i for i in items if all(not value or i[field] == value for field, value in asked.items())]
        arn = backend.arn("cluster", "")
        fields: Fields = {
            "db-cluster-id": lambda i: [i["DBClusterIdentifier"], arn + i["DBClusterIdentifier"]],
            "db-cluster-snapshot-id": lambda i: [i["DBClusterSnapshotIdentifier"]],
            "snapshot-type": lambda i: [i["SnapshotType"]],
            "engine": lambda i: [i["Engine"]],
        }
        return self.page("DBClusterSnapshots", items, fields)

    def delete_db_cluster_snapshot(self) -> ActionResult:
        backend = self.backend
        snapshot = find(backend, self.params.get("DBClusterSnapshotIdentifier"))
        if snapshot.data["SnapshotType"] != "manual":
            raise AwsError("InvalidDBClusterSnapshotStateFault", "Only manual snapshots may be deleted.")
        if snapshot.timeline.state != "copying":  # a deletion cancels a copy
            require_usable(snapshot)
        del backend.snapshots[snapshot.data["DBClusterSnapshotIdentifier"]]
        return ActionResult({"DBClusterSnapshot": {**describe(snapshot), "Status": "deleted"}})
