"""The calls on global clusters. All regions share one store per account."""

from __future__ import annotations

import secrets
from typing import Any

from moto.core.responses import ActionResult

from ..clock import Timeline
from ..core import AwsError, dns_suffix
from . import checks, classes, engine, snapshots
from .base import Calls, Fields
from .cluster_changes import require_upgrade
from .cluster_rules import lifecycle
from .describe import writer_ready
from .models import RdsBackend, cluster_at, home, store
from .resources import Cluster, GlobalCluster, Member, changing, host_label, now, resting

FROM_SOURCE = ("Engine", "EngineVersion", "DatabaseName", "StorageEncrypted")
AVAILABLE = ("available", 0.0)


class GlobalClusterCalls(Calls):
    """Create, modify, delete and describe global clusters, detach members and change the primary."""

    def create_global_cluster(self) -> ActionResult:
        """Create a global cluster, empty or from an existing cluster."""
        backend, p = self.backend, self.params
        name = checks.identifier("GlobalClusterIdentifier", p.get("GlobalClusterIdentifier"))
        if name in store(backend.account_id):
            raise AwsError("GlobalClusterAlreadyExistsFault", f"Global cluster {name} already exists.")
        source = _source(backend, p)
        found = GlobalCluster(
            arn=f"arn:{backend.partition}:rds::{backend.account_id}:global-cluster:{name}",
            tags=checks.tags(p.get("Tags")),
            data={
                "GlobalClusterIdentifier": name,
                "GlobalClusterResourceId": "cluster-" + secrets.token_hex(8),
                "DeletionProtection": p.get("DeletionProtection", False),
                **(_of_source(source) if source else _of_arguments(p)),
            },
            timeline=Timeline(("creating", 30), AVAILABLE),
        )
        if source:
            source.global_name = name
            found.members.append(Member(source.arn, writer=True))
        store(backend.account_id)[name] = found
        return ActionResult({"GlobalCluster": _describe(backend, found, "creating")})

    def describe_global_clusters(self) -> ActionResult:
        backend, name = self.backend, self.params.get("GlobalClusterIdentifier")
        known = store(backend.account_id)
        found = [_find(backend, name)] if name else list(known.values())
        fields: Fields = {"region": lambda g: [m["DBClusterArn"].split(":")[3] for m in g["GlobalClusterMembers"]]}
        return self.page("GlobalClusters", [_describe(backend, g) for g in found], fields)

    def modify_global_cluster(self) -> ActionResult:
        backend, p = self.backend, self.params
        found = _find(backend, p.get("GlobalClusterIdentifier"))
        _require_available(found)
        if "EngineVersion" in p:
            _upgrade(backend, found, p)
        found.data["DeletionProtection"] = p.get("DeletionProtection", found.data["DeletionProtection"])
        return ActionResult({"GlobalCluster": _describe(backend, found, found.timeline.first)})

    def delete_global_cluster(self) -> ActionResult:
        """Delete an empty global cluster."""
        backend = self.backend
        found = _find(backend, self.params.get("GlobalClusterIdentifier"))
        if found.data["DeletionProtection"]:
            raise checks.combination(
                "Cannot delete protected Global Cluster, please disable deletion protection and try again."
            )
        if found.members or not (found.left is None or found.left.settled):
            raise AwsError("InvalidGlobalClusterStateFault", f"Global Cluster {found.arn} is not empty")
        _require_available(found)
        found.timeline = Timeline(("deleting", 30), ("deleted", 0))
        return ActionResult({"GlobalCluster": _describe(backend, found, "deleting")})

    def remove_from_global_cluster(self) -> ActionResult:
        """Detach a member, which becomes an independent cluster. The primary must be the last one."""
        backend, p = self.backend, self.params
        found = _find(backend, p.get("GlobalClusterIdentifier"))
        _require_available(found)
        member, cluster = _member(backend, found, p.get("DbClusterIdentifier"))
        if member.writer and len(found.members) > 1:
            raise AwsError(
                "InvalidGlobalClusterStateFault",
                f"The primary cluster {member.arn} cannot be removed while the global cluster has secondary clusters.",
            )
        cluster.require_available()
        cluster.timeline = Timeline(("promoting", 120), AVAILABLE)
        member.leaving = Timeline(("promoting", 120), ("left", 60), ("forgotten", 0))
        return ActionResult({"GlobalCluster": _describe(backend, found)})

    def switchover_global_cluster(self) -> ActionResult:
        """Swap primary and secondary without data loss."""
        return self._change_writer(data_loss=False)

    def failover_global_cluster(self) -> ActionResult:
        """Fail over with data loss, or switch over if the call does not allow data loss."""
        p = self.params
        if p.get("AllowDataLoss") and p.get("Switchover"):
            raise checks.combination("You can't specify both AllowDataLoss and Switchover.")
        return self._change_writer(data_loss=bool(p.get("AllowDataLoss")))

    def _change_writer(self, data_loss: bool) -> ActionResult:
        backend, p = self.backend, self.params
        found = _find(backend, p.get("GlobalClusterIdentifier"))
        _require_available(found)
        member, cluster = _member(backend, found, p.get("TargetDbClusterIdentifier"))
        writer = found.writer
        if writer is None or member.writer:
            raise checks.value(f"{member.arn} is the primary cluster of the global cluster already.")
        if cluster.version != found.data["EngineVersion"] or not _writable(backend, cluster):
            raise AwsError(
                "InvalidDBClusterStateFault",
                f"{member.arn} cannot become primary: it needs an available instance and the primary's engine version.",
            )
        _fail_over(backend, found, cluster) if data_loss else _require_healthy(backend, found, writer)
        state = "failing-over" if data_loss else "switching-over"
        arns = {"FromDbClusterArn": writer.arn, "ToDbClusterArn": member.arn}
        found.data["FailoverState"] = {"Status": "pending", "IsDataLossAllowed": data_loss, **arns}
        found.next_writer = member.arn
        found.timeline = Timeline((state, 60), AVAILABLE)
        answer = _describe(backend, found, state)
        found.data["FailoverState"] = {**found.data["FailoverState"], "Status": state}
        return ActionResult({"GlobalCluster": answer})


def _writable(backend: RdsBackend, cluster: Cluster) -> bool:
    return writer_ready(home(backend.account_id, cluster), cluster)


def _require_healthy(backend: RdsBackend, found: GlobalCluster, writer: Member) -> None:
    """Refuse a switchover outside the primary's region or while a member is unavailable."""
    if writer.arn.split(":")[3] != backend.region_name:
        raise AwsError("InvalidGlobalClusterStateFault", "A switchover must be called in the primary cluster's region.")
    for cluster in _clusters(backend, found):
        cluster.require_available()
    primary = cluster_at(backend.account_id, writer.arn)
    if primary is None or not _writable(backend, primary):
        raise AwsError("InvalidDBClusterStateFault", f"The primary cluster {writer.arn} has no available writer.")


def _fail_over(backend: RdsBackend, found: GlobalCluster, target: Cluster) -> None:
    """Snapshot the old primary and resynchronize all other members with the new one."""
    for member in found.members:
        cluster = cluster_at(backend.account_id, member.arn)
        if cluster and member.writer:
            name = f"rds:unplanned-global-failover-{cluster.name}-{now():%Y-%m-%d-%H-%M}"
            snapshots.take(home(backend.account_id, cluster), cluster, name, "automated")
        if member.arn != target.arn:
            member.rebuilt = Timeline(("pending-resync", 600), ("connected", 0))


def _clusters(backend: RdsBackend, found: GlobalCluster) -> list[Cluster]:
    return [c for m in found.members if (c := cluster_at(backend.account_id, m.arn))]


def _find(backend: RdsBackend, name: str | None) -> GlobalCluster:
    found = store(backend.account_id).get((name or "").lower())
    if found is None:
        raise AwsError("GlobalClusterNotFoundFault", f"Global cluster {name} not found.")
    return found


def _require_available(found: GlobalCluster) -> None:
    if not resting(found.timeline):
        raise AwsError(
            "InvalidGlobalClusterStateFault", f"Global cluster {found.name} is not available, or about to change."
        )


def _member(backend: RdsBackend, found: GlobalCluster, arn: str | None) -> tuple[Member, Cluster]:
    member = next((m for m in found.members if m.arn == arn), None)
    cluster = cluster_at(backend.account_id, member.arn) if member else None
    if member is None or cluster is None:
        raise checks.value(f"Cluster {arn} is not found in global cluster {found.name}")
    return member, cluster


def _source(backend: RdsBackend, p: dict[str, Any]) -> Cluster | None:
    arn = p.get("SourceDBClusterIdentifier")
    if not arn:
        return None
    for name in FROM_SOURCE:
        if name in p:
            raise checks.combination(f"When creating global cluster from existing db cluster, value for {name} should "
                                     "not be specified since it will be inherited from source cluster")  # fmt: skip
    source = cluster_at(backend.account_id, arn)
    if source is None:
        raise AwsError("DBClusterNotFoundFault", f"DBCluster {arn} not found.")
    source.require_available()
    if source.global_name:
        raise AwsError("InvalidDBClusterStateFault", f"{arn} is a part of global cluster {source.global_name} already.")
    if source.secret:
        raise checks.combination("A cluster whose master user password RDS manages cannot become global.")
    instances = home(backend.account_id, source).instances_of(source.name)
    if any(classes.is_burstable(i.data["DBInstanceClass"]) for i in instances):
        raise checks.combination("Global clusters don't support the T classes of DB instances.")
    return source


def _of_source(source: Cluster) -> dict[str, Any]:
    names = (*FROM_SOURCE, "EngineLifecycleSupport", "StorageEncryptionType")
    return {name: source.data.get(name) for name in names}


def _of_arguments(p: dict[str, Any]) -> dict[str, Any]:
    if not p.get("Engine"):
        raise checks.value("The parameter Engine must be provided and must not be blank.")
    engine.require_engine(p["Engine"])
    encrypted = p.get("StorageEncrypted", False)
    return {
        "Engine": engine.ENGINE,
        "EngineVersion": engine.resolve(p.get("EngineVersion")),
        "EngineLifecycleSupport": lifecycle(p.get("EngineLifecycleSupport")),
        "DatabaseName": checks.database_name(p.get("DatabaseName")),
        "StorageEncrypted": encrypted,
        "StorageEncryptionType": "sse-kms" if encrypted else "sse-rds",
    }


def _upgrade(backend: RdsBackend, found: GlobalCluster, p: dict[str, Any]) -> None:
    """Upgrade all members together. After a major upgrade they have default parameter groups."""
    present, target = found.data["EngineVersion"], engine.resolve(p["EngineVersion"])
    if target == present:
        return
    require_upgrade(present, target, bool(p.get("AllowMajorVersionUpgrade")))
    clusters = _clusters(backend, found)
    if not any(c.writer for c in clusters):
        raise AwsError(
            "InvalidGlobalClusterStateFault", "Cannot modify engine version without a primary instance in DB cluster"
        )
    for cluster in clusters:
        cluster.require_available()
        if engine.major_of(target) != engine.major_of(present):
            _require_no_rpo(home(backend.account_id, cluster), cluster)
    for cluster in clusters:
        cluster.applying["EngineVersion"] = target
        home(backend.account_id, cluster).begin(cluster)
    found.timeline = changing("upgrading")


def _require_no_rpo(backend: RdsBackend, cluster: Cluster) -> None:
    group = backend.parameter_group("cluster", cluster.data["DBClusterParameterGroup"])
    if "rds.global_db_rpo" in group.values:
        raise checks.combination("Turn off rds.global_db_rpo before you upgrade to another major version.")


def _describe(backend: RdsBackend, found: GlobalCluster, status: str | None = None) -> dict[str, Any]:
    return {
        **{k: v for k, v in found.data.items() if v is not None},
        "GlobalClusterArn": found.arn,
        "Status": status or found.timeline.state,
        "GlobalClusterMembers": [_describe_member(backend, found, m) for m in found.members],
        "Endpoint": f"{found.name}.global-{host_label(backend.account_id)}.global.rds.{dns_suffix(backend.partition)}",
        "TagList": found.tags,
    }


def _describe_member(backend: RdsBackend, found: GlobalCluster, member: Member) -> dict[str, Any]:
    cluster = cluster_at(backend.account_id, member.arn)
    joined = cluster is not None and cluster.timeline.state != "creating"
    synchronized = member.rebuilt.state if member.rebuilt else "connected"
    return {
        "DBClusterArn": member.arn,
        "Readers": [m.arn for m in found.members if not m.writer] if member.writer else [],
        "IsWriter": member.writer,
        "SynchronizationStatus": synchronized if joined else "pending-resync",
        **({} if member.writer else {"GlobalWriteForwardingStatus": "disabled"}),
    }
