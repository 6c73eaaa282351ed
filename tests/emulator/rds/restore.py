"""New clusters out of snapshots and automated backups, and what automated backups there are."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from moto.core.responses import ActionResult

from ..core import AwsError
from ..promises.rds_global import REFUSED
from . import checks, engine, snapshots
from .base import Calls
from .cluster_rules import Role
from .clusters import make
from .describe import describe_cluster, restore_window
from .models import Cluster, RdsBackend

CLONE = "copy-on-write"
# All else that the source had (groups, protection, tags, scaling, exports) is asked for again, or AWS's default.
CARRIED = ("EngineVersion", "Port", "BackupRetentionPeriod", "MasterUsername", "KmsKeyId")


class RestoreCalls(Calls):
    """Restore clusters, and describe the backups that can be restored."""

    def restore_db_cluster_from_snapshot(self) -> ActionResult:
        """RestoreDBClusterFromSnapshot."""
        backend, p = self.backend, self.params
        engine.require_engine(p.get("Engine"))
        source = snapshots.find(backend, p.get("SnapshotIdentifier"))
        snapshots.require_usable(source)
        _require_version(str(source.data["EngineVersion"]), p.get("EngineVersion"))
        return self._restore(source.data, source.within)

    def restore_db_cluster_to_point_in_time(self) -> ActionResult:
        """RestoreDBClusterToPointInTime."""
        p, source = self.params, self._source()
        kind = p.get("RestoreType", "full-copy")
        checks.one_of("RestoreType", kind, ["full-copy", CLONE])
        moment, latest = p.get("RestoreToTime"), p.get("UseLatestRestorableTime")
        if bool(moment) == bool(latest):
            raise checks.combination("Specify either RestoreToTime or UseLatestRestorableTime.")
        if moment and kind == CLONE:
            raise checks.combination("RestoreToTime can't be specified when RestoreType is copy-on-write.")
        first, last = restore_window(source)
        if moment and not first <= moment.replace(tzinfo=UTC) <= last:
            raise checks.value(f"The specified cluster can only be restored to a time between {first} and {last}.")
        if p.get("KmsKeyId") and not source.encrypted:
            raise checks.combination("You can't specify KmsKeyId: the source cluster is not encrypted.")
        return self._restore(source.data, snapshots.within(source))

    def describe_db_cluster_automated_backups(self) -> ActionResult:
        """DescribeDBClusterAutomatedBackups."""
        backend, p = self.backend, self.params
        items = [_describe_backup(backend, cluster) for cluster in _backed_up(backend)]
        for name in ("DBClusterIdentifier", "DbClusterResourceId"):
            items = [i for i in items if i[name].lower() == p.get(name, i[name]).lower()]
        fields = {
            "status": lambda b: [b["Status"]],
            "db-cluster-id": lambda b: [b["DBClusterIdentifier"], b["DBClusterArn"]],
            "db-cluster-resource-id": lambda b: [b["DbClusterResourceId"]],
        }
        return self.page("DBClusterAutomatedBackups", self.filtered(items, fields))

    def _source(self) -> Cluster:
        name, resource = (self.params.get(key) for key in ("SourceDBClusterIdentifier", "SourceDbClusterResourceId"))
        if bool(name) == bool(resource):
            raise checks.combination("Specify either SourceDBClusterIdentifier or SourceDbClusterResourceId.")
        source = self.backend.cluster(name) if name else _by_resource(self.backend, str(resource))
        if source.timeline.state == "creating":
            raise AwsError("InvalidDBClusterStateFault", f"DB cluster {source.name} has no backup yet.")
        return source

    def _restore(self, source: dict[str, Any], within: dict[str, Any]) -> ActionResult:
        backend, carried = self.backend, {name: source[name] for name in CARRIED if source.get(name)}
        p = {**carried, **within, **self.params}
        if set(REFUSED["RestoreDBClusterFromSnapshot"].split()) & set(p):
            raise checks.combination("You can enable Performance Insights or set the Enhanced Monitoring interval only "
                                     "when restoring from a source Aurora Limitless DB cluster.")  # fmt: skip
        cluster = make(backend, {**p, "StorageEncrypted": "KmsKeyId" in p}, Role(backend, None), seconds=600)
        backend.clusters[cluster.name] = cluster
        return ActionResult({"DBCluster": describe_cluster(backend, cluster, "creating")})


def _require_version(present: str, asked: str | None) -> None:
    target = engine.resolve(asked) if asked else present
    if target != present and target not in engine.upgrade_targets(present):
        raise checks.combination(f"Cannot restore {engine.ENGINE} {present} as {target}")
    if engine.major_of(target) != engine.major_of(present):
        raise checks.combination("The local AWS does not implement a restore into another major version.")


def _backed_up(backend: RdsBackend) -> list[Cluster]:
    """The clusters that automated backups can restore: those there are, and those deleted without their backups."""
    retained = [c for c in backend.retained if restore_window(c)[0] <= restore_window(c)[1]]
    return [*(c for c in backend.clusters.values() if c.timeline.state != "creating"), *retained]


def _by_resource(backend: RdsBackend, resource: str) -> Cluster:
    found = next((c for c in _backed_up(backend) if c.data["DbClusterResourceId"].lower() == resource.lower()), None)
    if found is None:
        raise AwsError(
            "DBClusterAutomatedBackupNotFoundFault", f"No automated backup for DB cluster {resource} was found."
        )
    return found


def _describe_backup(backend: RdsBackend, cluster: Cluster) -> dict[str, Any]:
    earliest, latest = restore_window(cluster)
    shown = {name: cluster.data[name] for name in snapshots.COPIED if cluster.data.get(name) is not None}
    number = str(cluster.data["DbClusterResourceId"]).removeprefix("cluster-").lower()
    return {
        **shown,
        "DBClusterArn": cluster.arn,
        "DBClusterAutomatedBackupsArn": backend.arn("cluster-auto-backup", f"ab-{number}"),
        "Region": backend.region_name,
        "Status": "retained" if cluster.deleted_at else "active",
        "RestoreWindow": {"EarliestTime": earliest, "LatestTime": latest},
        "LicenseModel": "postgresql-license",
    }
