"""The changes of ModifyDBCluster and their timing."""

from __future__ import annotations

from typing import Any

from ..core import AwsError
from . import checks, engine, secret
from .cluster_rules import lifecycle, parameter_group, security_groups, storage_type
from .models import RdsBackend, cluster_at, global_of
from .resources import Cluster, now

PLAIN = ("DeletionProtection", "CopyTagsToSnapshot", "AutoMinorVersionUpgrade")
OBSERVATION = {
    "MonitoringInterval", "MonitoringRoleArn", "DatabaseInsightsMode", "EnablePerformanceInsights",
    "PerformanceInsightsKMSKeyId", "PerformanceInsightsRetentionPeriod",
}  # fmt: skip


def modify(backend: RdsBackend, cluster: Cluster, p: dict[str, Any]) -> None:
    """Apply a ModifyDBCluster call completely, or refuse it."""
    if "EnableHttpEndpoint" in p:
        raise checks.combination("EnableHttpEndpoint is for Aurora Serverless v1; call EnableHttpEndpoint instead.")
    cluster.require_available()
    at_once = {**_plain(backend, cluster, p), **_observation(backend, cluster, p)}
    later, new_groups = _deferred(backend, cluster, p), _upgrade_groups(backend, cluster, p)
    if "DBClusterParameterGroupName" in p and not new_groups:
        name = p["DBClusterParameterGroupName"]
        at_once["DBClusterParameterGroup"] = parameter_group(backend, "cluster", name, cluster.version)
    password = _credentials(backend, cluster, p)
    if password:  # AWS ignores ApplyImmediately here
        cluster.applying["MasterUserPassword"] = password
    secret_changed = _secret_changes(backend, cluster, p)
    changed = [name for name, value in at_once.items() if cluster.data.get(name) != value]
    if "VpcSecurityGroups" in changed:
        cluster.former_firewalls = [group["VpcSecurityGroupId"] for group in cluster.data["VpcSecurityGroups"]]
    cluster.data.update(at_once)
    cluster.new_groups = new_groups or cluster.new_groups
    cluster.defer(later, {**cluster.data, "StorageType": cluster.data.get("StorageType") or "aurora"})
    if (p.get("ApplyImmediately") and cluster.flush()) or changed or password or secret_changed:
        backend.begin(cluster, at_once=changed)
    for instance in backend.staying(cluster) if "Port" in changed else ():
        backend.reboot(instance)


def _plain(backend: RdsBackend, cluster: Cluster, p: dict[str, Any]) -> dict[str, Any]:
    """Return the changes that take effect at once."""
    changes: dict[str, Any] = {name: p[name] for name in PLAIN if name in p}
    if "Port" in p:
        checks.between("port", p["Port"], 1150, 65535)
        changes["Port"] = p["Port"]
    if "EngineLifecycleSupport" in p:
        changes["EngineLifecycleSupport"] = lifecycle(p["EngineLifecycleSupport"])
    if "PreferredBackupWindow" in p or "PreferredMaintenanceWindow" in p:
        backup = p.get("PreferredBackupWindow", cluster.data["PreferredBackupWindow"])
        maintenance = p.get("PreferredMaintenanceWindow", cluster.data["PreferredMaintenanceWindow"]).lower()
        checks.windows(backup, maintenance)
        changes.update({"PreferredBackupWindow": backup, "PreferredMaintenanceWindow": maintenance})
    if "VpcSecurityGroupIds" in p:
        group = backend.subnet_group(cluster.data["DBSubnetGroup"])
        changes["VpcSecurityGroups"] = security_groups(backend, p["VpcSecurityGroupIds"], group)
    if "ServerlessV2ScalingConfiguration" in p:
        present = cluster.data.get("ServerlessV2ScalingConfiguration") or {}
        given = p["ServerlessV2ScalingConfiguration"]
        changes["ServerlessV2ScalingConfiguration"] = checks.scaling(given, present, cluster.version)
    return changes


def _observation(backend: RdsBackend, cluster: Cluster, p: dict[str, Any]) -> dict[str, Any]:
    if not OBSERVATION & set(p):
        return {}
    account_region = backend.account_id, backend.region_name
    return {
        "DatabaseInsightsMode": checks.insights_mode(p, cluster.data),
        **checks.insights(*account_region, p, cluster.data),
        **checks.monitoring(*account_region, p, cluster.data),
    }


def _deferred(backend: RdsBackend, cluster: Cluster, p: dict[str, Any]) -> dict[str, Any]:
    """Return the changes that wait for the maintenance window unless ApplyImmediately is set."""
    later: dict[str, Any] = {}
    if "BackupRetentionPeriod" in p:
        checks.between("backup retention period", p["BackupRetentionPeriod"], 1, 35)
        later["BackupRetentionPeriod"] = p["BackupRetentionPeriod"]
    if "EnableIAMDatabaseAuthentication" in p:
        later["IAMDatabaseAuthenticationEnabled"] = p["EnableIAMDatabaseAuthentication"]
    if "StorageType" in p:
        later["StorageType"] = _storage(cluster, p["StorageType"])
    if "CloudwatchLogsExportConfiguration" in p:
        later["PendingCloudwatchLogsExports"] = _log_exports(cluster, p["CloudwatchLogsExportConfiguration"])
    if "EngineVersion" in p:
        later["EngineVersion"] = _upgrade(backend, cluster, p)
    return later


def _storage(cluster: Cluster, asked: str) -> str:
    """Return the storage type after a call. AWS allows a switch to I/O-Optimized once in 30 days."""
    wanted, present = storage_type(asked) or "aurora", cluster.data.get("StorageType") or "aurora"
    allowed = cluster.data.get("IOOptimizedNextAllowedModificationTime")
    if wanted != present and wanted == "aurora-iopt1" and allowed and now() < allowed:
        raise checks.combination(f"The storage type of {cluster.name} can be aurora-iopt1 again from {allowed} on.")
    return wanted


def _log_exports(cluster: Cluster, given: dict[str, Any]) -> dict[str, list[str]] | None:
    enable = checks.log_types(given.get("EnableLogTypes") or [], cluster.version)
    disable = checks.log_types(given.get("DisableLogTypes") or [], cluster.version)
    if set(enable) & set(disable):
        raise checks.combination("A log type cannot be enabled and disabled in one call.")
    present = set(cluster.data["EnabledCloudwatchLogsExports"])
    waiting = cluster.pending.get("PendingCloudwatchLogsExports") or {}
    wanted = (present | set(waiting.get("LogTypesToEnable") or [])) - set(waiting.get("LogTypesToDisable") or [])
    wanted = (wanted | set(enable)) - set(disable)
    result = {"LogTypesToEnable": sorted(wanted - present), "LogTypesToDisable": sorted(present - wanted)}
    return {name: types for name, types in result.items() if types} or None


def _upgrade(backend: RdsBackend, cluster: Cluster, p: dict[str, Any]) -> str:
    target = engine.resolve(p["EngineVersion"])
    if target == cluster.version:
        return target
    require_upgrade(cluster.version, target, bool(p.get("AllowMajorVersionUpgrade")))
    if not cluster.writer:
        raise AwsError(
            "InvalidDBClusterStateFault", "Cannot modify engine version without a primary instance in DB cluster"
        )
    found = global_of(backend.account_id, cluster)
    if found and engine.major_of(target) != engine.major_of(cluster.version):
        raise checks.combination("The major version of a global cluster's member is changed by ModifyGlobalCluster.")
    if found and found.led_by(cluster):
        secondaries = [cluster_at(backend.account_id, m.arn) for m in found.members if not m.writer]
        if any(s and engine.parts(s.version) < engine.parts(target) for s in secondaries):
            raise checks.value("The primary cluster must be upgraded last: upgrade global replicas first.")
    return target


def require_upgrade(present: str, target: str, major_allowed: bool) -> None:
    """Refuse upgrades that AWS does not offer."""
    if target not in engine.upgrade_targets(present):
        raise checks.combination(f"Cannot upgrade {engine.ENGINE} from {present} to {target}")
    if engine.major_of(target) != engine.major_of(present) and not major_allowed:
        raise checks.combination(
            "The AllowMajorVersionUpgrade flag must be present when upgrading to a new major version."
        )


def _upgrade_groups(backend: RdsBackend, cluster: Cluster, p: dict[str, Any]) -> dict[str, str]:
    """Return the parameter groups after a major upgrade by scope; empty for any other change."""
    target = engine.resolve(p["EngineVersion"]) if "EngineVersion" in p else cluster.version
    if engine.major_of(target) == engine.major_of(cluster.version):
        if "DBInstanceParameterGroupName" in p:
            raise checks.combination(
                "DBInstanceParameterGroupName is valid only with EngineVersion and AllowMajorVersionUpgrade in a major "
                "version upgrade."
            )
        return {}
    cluster_group = [cluster.data["DBClusterParameterGroup"], p.get("DBClusterParameterGroupName"), "cluster"]
    instance_groups = [
        [i.data["DBParameterGroupName"], p.get("DBInstanceParameterGroupName"), "instance"]
        for i in backend.instances_of(cluster.name)
    ]
    groups = {}
    for present, wanted, scope in [cluster_group, *instance_groups]:
        if not wanted and not str(present).startswith("default."):
            raise checks.combination(
                f"The current DB {scope} parameter group {present} is custom. You must explicitly specify a new DB "
                f"{scope} parameter group, either default or custom, for the engine version upgrade."
            )
        groups[str(scope)] = parameter_group(backend, str(scope), wanted, target)
    return groups


def _credentials(backend: RdsBackend, cluster: Cluster, p: dict[str, Any]) -> str | None:
    """Return the new master password, if the call sets one. Refuse conflicting credentials."""
    manage, given = p.get("ManageMasterUserPassword"), p.get("MasterUserPassword")
    if cluster.global_name and manage is not None:
        raise checks.combination("ManageMasterUserPassword isn't supported for a cluster of a global cluster.")
    if given is not None:
        _require_own_password(backend, cluster, manage)
        checks.password(given)
    elif manage is False and cluster.secret:
        raise checks.combination("You must specify MasterUserPassword when you turn off ManageMasterUserPassword.")
    if p.get("RotateMasterUserPassword") and not p.get("ApplyImmediately"):
        raise checks.combination("You must apply the rotation of the master user password immediately.")
    if p.get("RotateMasterUserPassword") and not cluster.secret:
        raise checks.combination("RotateMasterUserPassword needs a master user password that RDS manages.")
    _require_secret_key(backend, cluster, p)
    return given


def _require_own_password(backend: RdsBackend, cluster: Cluster, manage: bool | None) -> None:
    if manage or (cluster.secret and manage is not False):
        raise checks.combination("You can't specify MasterUserPassword when RDS manages the master user password.")
    found = global_of(backend.account_id, cluster)
    if found and not found.led_by(cluster):
        raise checks.combination("Cannot modify the master user password of a cross region replication cluster.")


def _require_secret_key(backend: RdsBackend, cluster: Cluster, p: dict[str, Any]) -> None:
    key = p.get("MasterUserSecretKmsKeyId")
    if key is None:
        return
    if not p.get("ManageMasterUserPassword"):
        raise checks.combination("You can specify MasterUserSecretKmsKeyId only with ManageMasterUserPassword.")
    arn = checks.kms_key(backend.account_id, backend.region_name, key)
    if cluster.secret and cluster.secret.kms_key != arn:
        raise checks.combination("You can't change the KMS key of a secret that RDS manages.")


def _secret_changes(backend: RdsBackend, cluster: Cluster, p: dict[str, Any]) -> bool:
    """Create, rotate or delete the managed secret. Return whether anything changed."""
    manage = p.get("ManageMasterUserPassword")
    if manage and not cluster.secret:
        secret.create(backend, cluster, p.get("MasterUserSecretKmsKeyId"))
        return True
    if manage is False and cluster.secret:
        secret.delete(backend, cluster)
        cluster.password = p["MasterUserPassword"]
        return True
    if p.get("RotateMasterUserPassword"):
        secret.rotate(backend, cluster)
        return True
    return False
