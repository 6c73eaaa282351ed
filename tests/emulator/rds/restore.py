"""Restores of clusters from snapshots and from the automated backups of an existing cluster."""

from __future__ import annotations

import uuid
from datetime import UTC
from typing import Any

from moto.core.responses import ActionResult

from ..core import AwsError
from ..promises.rds_global import REFUSED
from . import automated_backups, checks, engine, snapshots
from .base import Calls
from .cluster_rules import Role
from .clusters import make
from .describe import describe_cluster, restorable

CLONE = "copy-on-write"
# AWS does not carry over groups, protection, tags or scaling: the call sets them, or they get AWS's defaults.
CARRIED = ("EngineVersion", "Port", "BackupRetentionPeriod", "MasterUsername", "KmsKeyId")


class RestoreCalls(Calls):
    """Restore clusters."""

    def restore_db_cluster_from_snapshot(self) -> ActionResult:
        backend, p = self.backend, self.params
        engine.require_engine(p.get("Engine"))
        source = snapshots.find(backend, p.get("SnapshotIdentifier"))
        snapshots.require_usable(source)
        _require_version(str(source.data["EngineVersion"]), p.get("EngineVersion"))
        return self._restore(source.data, source.within)

    def restore_db_cluster_to_point_in_time(self) -> ActionResult:
        """Restore a cluster to an earlier moment, or clone its present state. A deleted one is named by its id."""
        p, kind = self.params, self.params.get("RestoreType", "full-copy")
        if bool(p.get("SourceDBClusterIdentifier")) == bool(p.get("SourceDbClusterResourceId")):
            raise checks.combination("Specify either SourceDBClusterIdentifier or SourceDbClusterResourceId.")
        data, within, first, last = self._source()
        checks.one_of("RestoreType", kind, ["full-copy", CLONE])
        moment, latest = p.get("RestoreToTime"), p.get("UseLatestRestorableTime")
        if bool(moment) == bool(latest):
            raise checks.combination("Specify either RestoreToTime or UseLatestRestorableTime.")
        if moment and kind == CLONE:
            raise checks.combination("RestoreToTime can't be specified when RestoreType is copy-on-write.")
        if moment and not first <= moment.replace(tzinfo=UTC) <= last:
            raise checks.value(f"The specified cluster can only be restored to a time between {first} and {last}.")
        if p.get("KmsKeyId") and not data["StorageEncrypted"]:
            raise checks.combination("You can't specify KmsKeyId: the source cluster is not encrypted.")
        return self._restore(data, within)

    def _source(self) -> tuple[dict[str, Any], dict[str, Any], Any, Any]:
        """Return the data and the content of the source, and its restorable period."""
        backend, p = self.backend, self.params
        resource_id = p.get("SourceDbClusterResourceId")
        present = [c for c in backend.clusters.values() if c.data["DbClusterResourceId"] == resource_id]
        if resource_id and not present:
            retained = automated_backups.find(backend, resource_id)
            window = retained.shown["RestoreWindow"]
            return retained.data, retained.within, window["EarliestTime"], window["LatestTime"]
        source = present[0] if present else backend.cluster(p.get("SourceDBClusterIdentifier"))
        if source.timeline.state == "creating":
            raise AwsError("InvalidDBClusterStateFault", f"DB cluster {source.name} has no backup yet.")
        first, last = restorable(source).values()
        return source.data, snapshots.within(source), first, last

    def _restore(self, source: dict[str, Any], within: dict[str, Any]) -> ActionResult:
        if any(self.params.get(name) for name in REFUSED["RestoreDBClusterFromSnapshot"].split()):
            raise checks.combination(
                "You can enable Performance Insights or set the Enhanced Monitoring interval only when restoring from "
                "a source Aurora Limitless DB cluster."
            )
        backend, carried = self.backend, {name: source[name] for name in CARRIED if source.get(name)}
        automated_backups.require_source(backend, source)
        p = {**carried, **within, **self.params}
        cluster = make(backend, {**p, "StorageEncrypted": "KmsKeyId" in p}, Role(backend, None), seconds=600)
        if p.get("RestoreType") == CLONE:  # the source and all its clones share this id
            source["CloneGroupId"] = source.get("CloneGroupId") or str(uuid.uuid4())
        cluster.data["CloneGroupId"] = source.get("CloneGroupId")
        backend.clusters[cluster.name] = cluster
        return ActionResult({"DBCluster": describe_cluster(backend, cluster, "creating")})


def _require_version(present: str, asked: str | None) -> None:
    target = engine.resolve(asked or present)
    if target != present and target not in engine.upgrade_targets(present):
        raise checks.combination(f"Cannot restore {engine.ENGINE} {present} as {target}")
    if engine.major_of(target) != engine.major_of(present):
        raise checks.combination("The local AWS does not implement a restore into another major version.")
