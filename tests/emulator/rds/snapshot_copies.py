"""Copies of cluster snapshots, in their Region or into another one."""

from __future__ import annotations

from moto.core.responses import ActionResult

from ..clock import Timeline
from ..core import AwsError
from . import checks, snapshots
from .base import Calls
from .models import RDS, RdsBackend
from .resources import Snapshot, now

SECONDS = 300.0
AT_ONCE = 20


class SnapshotCopyCalls(Calls):
    """Copy cluster snapshots."""

    def copy_db_cluster_snapshot(self) -> ActionResult:
        backend, p = self.backend, self.params
        home, source = _source(backend, str(p["SourceDBClusterSnapshotIdentifier"]))
        field = "TargetDBClusterSnapshotIdentifier"
        name = checks.identifier(field, p.get(field))
        snapshots.require_usable(source)
        snapshots.require_free(backend, name)
        if home is not backend:
            _require_room(backend)
        data = {
            **source.data,
            "DBClusterSnapshotIdentifier": name,
            "DBClusterSnapshotArn": backend.arn("cluster-snapshot", name),
            "SourceDBClusterSnapshotArn": source.arn,
            "SnapshotCreateTime": now(),
            "SnapshotType": "manual",
            "KmsKeyId": _key(home, source, backend, p.get("KmsKeyId")),
        }
        tags = checks.tags([*(source.tags if p.get("CopyTags") else []), *(p.get("Tags") or [])])
        steps = (("copying", SECONDS), ("available", 0.0))
        made = Snapshot(data["DBClusterSnapshotArn"], tags, data, Timeline(*steps), {**source.within})
        backend.snapshots[name] = made
        return ActionResult({"DBClusterSnapshot": snapshots.describe(made, "copying")})


def _source(backend: RdsBackend, name: str) -> tuple[RdsBackend, Snapshot]:
    """Return a snapshot and the RDS of its Region, which only an ARN names."""
    fields = name.split(":", 6)
    other = len(fields) == 7 and fields[5] == "cluster-snapshot" and fields[3] in RDS[backend.account_id].regions
    home: RdsBackend = RDS[backend.account_id][fields[3]] if other else backend
    return home, snapshots.find(home, name)


def _key(home: RdsBackend, source: Snapshot, backend: RdsBackend, asked: str | None) -> str | None:
    """Return the key of a copy. The key of the source must be usable."""
    if not source.data["StorageEncrypted"]:
        if asked:
            raise checks.combination("You can't specify KmsKeyId: the source snapshot is not encrypted.")
        return None
    present = checks.kms_key(home.account_id, home.region_name, source.data["KmsKeyId"])
    if home is not backend and not asked:
        raise checks.combination(f"Source snapshot {source.arn} is encrypted; KmsKeyId has to be specified")
    return checks.kms_key(backend.account_id, backend.region_name, asked) if asked else present


def _require_room(backend: RdsBackend) -> None:
    """Refuse more copies from other Regions at once than AWS makes."""
    region = f":{backend.region_name}:"
    copying = [s for s in backend.snapshots.values() if s.timeline.state == "copying"]
    if sum(region not in s.data["SourceDBClusterSnapshotArn"] for s in copying) >= AT_ONCE:
        raise AwsError("SnapshotQuotaExceeded", f"Cannot copy more than {AT_ONCE} snapshots across regions")
