"""Automated backups: those of existing clusters, and those that deleted clusters leave until they expire."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from moto.core.responses import ActionResult

from ..core import AwsError
from . import checks
from .base import Calls, Fields
from .describe import restorable
from .models import RdsBackend
from .resources import Cluster, Retained, now
from .snapshots import COPIED, within


def retain(backend: RdsBackend, cluster: Cluster) -> None:
    """Keep the automated backups of a cluster that is being deleted."""
    shown = _describe(backend, cluster)
    shown |= {"Status": "retained", "RestoreWindow": {**shown["RestoreWindow"], "LatestTime": now()}}
    until = now() + timedelta(days=cluster.data["BackupRetentionPeriod"])
    backend.retained[cluster.data["DbClusterResourceId"]] = Retained(shown, {**cluster.data}, within(cluster), until)


def kept(backend: RdsBackend) -> dict[str, Retained]:
    """Return the backups that deleted clusters have left, by the id of the cluster. AWS deletes those that expire."""
    backend.retained = {name: each for name, each in backend.retained.items() if each.until > now()}
    return backend.retained


def find(backend: RdsBackend, resource_id: str) -> Retained:
    """Return the backups that a deleted cluster has left."""
    found = kept(backend).get(resource_id)
    if found is None:
        text = f"Automated backup for DB cluster resource ID {resource_id} was not found."
        raise AwsError("DBClusterAutomatedBackupNotFoundFault", text)
    return found


def _describe(backend: RdsBackend, cluster: Cluster) -> dict[str, Any]:
    shown, name = restorable(cluster), cluster.data["DbClusterResourceId"].removeprefix("cluster-")
    window = {"EarliestTime": shown["EarliestRestorableTime"], "LatestTime": shown["LatestRestorableTime"]}
    return {
        **{field: cluster.data[field] for field in COPIED if cluster.data.get(field) is not None},
        "DBClusterAutomatedBackupsArn": backend.arn("cluster-auto-backup", f"ab-{name.lower()}"),
        "DBClusterArn": cluster.arn,
        "LicenseModel": "postgresql-license",
        "Region": backend.region_name,
        "RestoreWindow": window,
        "Status": "creating" if cluster.timeline.state == "creating" else "active",
        "VpcId": backend.subnet_group(cluster.data["DBSubnetGroup"]).vpc,
        "TagList": cluster.tags,
    }


class AutomatedBackupCalls(Calls):
    """Describe and delete automated backups."""

    def describe_db_cluster_automated_backups(self) -> ActionResult:
        backend, p = self.backend, self.params
        items = [_describe(backend, cluster) for cluster in backend.clusters.values() if not cluster.deleting]
        items += [each.shown for each in kept(backend).values()]
        asked = {
            "DBClusterIdentifier": str(p.get("DBClusterIdentifier") or "").lower(),
            "DbClusterResourceId": p.get("DbClusterResourceId"),
        }
        items = [i for i in items if all(not value or i[field] == value for field, value in asked.items())]
        fields: Fields = {
            "status": lambda i: [i["Status"]],
            "db-cluster-id": lambda i: [i["DBClusterIdentifier"], i["DBClusterArn"]],
            "db-cluster-resource-id": lambda i: [i["DbClusterResourceId"], i["DBClusterAutomatedBackupsArn"]],
        }
        return self.page("DBClusterAutomatedBackups", items, fields)

    def delete_db_cluster_automated_backup(self) -> ActionResult:
        """Delete the backups that a deleted cluster has left. Those of an existing cluster cannot be deleted."""
        backend, resource_id = self.backend, str(self.params["DbClusterResourceId"])
        if any(c.data["DbClusterResourceId"] == resource_id for c in backend.clusters.values() if not c.deleting):
            text = "The automated backups of a DB cluster that exists can't be deleted."
            raise AwsError("InvalidDBClusterAutomatedBackupStateFault", text)
        shown = find(backend, resource_id).shown
        del backend.retained[resource_id]
        return ActionResult({"DBClusterAutomatedBackup": {**shown, "Status": "deleting"}})


def require_source(backend: RdsBackend, source: dict[str, Any]) -> None:
    """Refuse to read a backup whose key cannot be used, whatever key the new cluster gets."""
    if source.get("KmsKeyId"):
        checks.kms_key(backend.account_id, backend.region_name, source["KmsKeyId"])
