"""The calls that tell what RDS offers: versions, instance classes, parameters and quotas."""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult

from .. import account
from . import checks, classes, engine, parameters
from .base import Calls, Fields

_STORAGE = ("aurora", "aurora-iopt1")
_FLAGS = {
    "LicenseModel": "postgresql-license",
    "AvailabilityZoneGroup": "",
    "MultiAZCapable": False,
    "ReadReplicaCapable": False,
    "Vpc": True,
    "SupportsStorageEncryption": True,
    "SupportsIops": False,
    "SupportsEnhancedMonitoring": True,
    "SupportsIAMDatabaseAuthentication": True,
    "SupportsPerformanceInsights": True,
    "AvailableProcessorFeatures": [],
    "SupportedEngineModes": ["provisioned"],
    "SupportsStorageAutoscaling": False,
    "SupportsKerberosAuthentication": True,
    "OutpostCapable": False,
    "SupportedActivityStreamModes": ["sync", "async"],
    "SupportsClusters": False,
    "SupportedNetworkTypes": ["IPV4", "DUAL"],
    "SupportsStorageThroughput": False,
    "SupportsDedicatedLogVolume": False,
    "SupportsAdditionalStorageVolumes": False,
    "SupportsHttpEndpoint": True,
}


class OfferCalls(Calls):
    """The calls on versions, orderable classes, default parameters and quotas."""

    def describe_db_engine_versions(self) -> ActionResult:
        p = self.params
        if p.get("Engine"):
            engine.require_engine(p["Engine"])
        wanted = str(p.get("EngineVersion") or "")
        found = engine.matching(wanted)
        if p.get("DefaultOnly"):
            major = wanted.split(".")[0]
            defaults = {str(m): v for m, v in engine.DEFAULT_MINORS.items()}
            found = [v for v in found if v == (defaults.get(major) if major else engine.DEFAULT_VERSION)]
        family = p.get("DBParameterGroupFamily")
        items = [engine.describe_version(v) for v in found if family in (None, engine.family_of(v))]
        fields: Fields = {
            "db-parameter-group-family": lambda v: [v["DBParameterGroupFamily"]],
            "engine": lambda v: [v["Engine"]],
            "engine-mode": lambda v: ["global", *v["SupportedEngineModes"]],
            "engine-version": lambda v: [v["EngineVersion"]],
            "status": lambda v: [v["Status"]],
        }
        return self.page("DBEngineVersions", items, fields)

    def describe_orderable_db_instance_options(self) -> ActionResult:
        """List the classes of the versions. A class with both storage types is listed twice."""
        p, backend = self.params, self.backend
        engine.require_engine(p.get("Engine"))
        wanted, asked = str(p.get("EngineVersion") or ""), p.get("DBInstanceClass")
        versions = engine.matching(wanted)
        if wanted and not versions:
            raise engine.unknown_version(wanted)
        offered = [c for c in classes.CLASSES if asked in (None, c)]
        zones = {c: classes.zones_of(backend.account_id, backend.region_name, c) for c in offered}
        found = [
            _option(version, each, storage, zones[each])
            for version in versions
            for each in offered
            for storage in _STORAGE
            if classes.supports(version, each)
        ]
        if p.get("Vpc") is False or p.get("LicenseModel") not in (None, _FLAGS["LicenseModel"]):
            found = []
        return self.page("OrderableDBInstanceOptions", found, largest=10000)

    def describe_engine_default_cluster_parameters(self) -> ActionResult:
        return self._defaults("cluster")

    def describe_engine_default_parameters(self) -> ActionResult:
        return self._defaults("instance")

    def _defaults(self, scope: str) -> ActionResult:
        family = str(self.params.get("DBParameterGroupFamily"))
        if family not in engine.FAMILIES:
            raise checks.value(f"Invalid DB parameter group family: {family}")
        rows = [parameters.describe(p, scope, None) for p in parameters.table(family, scope).values()]
        named: Fields = {"parameter-name": lambda row: [row["ParameterName"]]}
        answer: Any = self.page("Parameters", rows, named if scope == "instance" else {})
        return ActionResult({"EngineDefaults": {"DBParameterGroupFamily": family, **answer.result}})

    def describe_account_attributes(self) -> ActionResult:
        backend = self.backend
        groups, snapshots = backend.parameter_groups, backend.snapshots.values()
        used = {
            "DBClusterParameterGroups": len(groups["cluster"]),
            "DBClusters": len(backend.clusters),
            "DBInstances": len(backend.instances),
            "DBParameterGroups": len(groups["instance"]),
            "DBSubnetGroups": len(backend.subnet_groups),
            "ManualClusterSnapshots": sum(s.data["SnapshotType"] == "manual" for s in snapshots),
        }
        quotas = [{"AccountQuotaName": n, "Used": used[n], "Max": account.quota(n)} for n in used]
        return ActionResult({"AccountQuotas": quotas})


def _option(version: str, instance_class: str, storage: str, zones: list[str]) -> dict[str, Any]:
    return {
        **_FLAGS,
        "Engine": engine.ENGINE,
        "EngineVersion": version,
        "DBInstanceClass": instance_class,
        "StorageType": storage,
        "AvailabilityZones": [{"Name": zone} for zone in zones],
        "SupportsGlobalDatabases": not classes.is_burstable(instance_class),
    }
