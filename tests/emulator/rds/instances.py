"""The calls on the instances of DB clusters."""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult

from .. import account
from ..clock import CLOCK, Timeline
from ..core import AwsError
from ..iam import service_uses_its_role
from ..promises.rds import REFUSED
from . import certificates, checks, classes, engine
from .base import Calls, Fields
from .cluster_rules import both_windows, parameter_group
from .describe import describe_instance
from .models import INACCESSIBLE, RECOVERABLE, RdsBackend, room_for_instances
from .resources import Cluster, Instance, changing, now, resource_id

NO_NEW_MEMBERS = {"stopping", "stopped", "starting", "failed", RECOVERABLE, INACCESSIBLE}
PLAIN = ("AutoMinorVersionUpgrade", "PubliclyAccessible", "CopyTagsToSnapshot", "PromotionTier")
MONITORING = ("MonitoringInterval", "MonitoringRoleArn")


class InstanceCalls(Calls):
    """Create, modify, reboot, delete and describe instances."""

    def create_db_instance(self) -> ActionResult:
        """Create an instance in a cluster."""
        backend, p = self.backend, self.params
        engine.require_engine(p.get("Engine"))
        name = checks.identifier("DBInstanceIdentifier", p.get("DBInstanceIdentifier"))
        if not p.get("DBClusterIdentifier"):
            raise checks.combination(f"DBClusterIdentifier is required for engine {engine.ENGINE}.")
        _refuse_cluster_matters("CreateDBInstance", p)
        cluster = backend.cluster(p["DBClusterIdentifier"])
        _require_settings_of_cluster(cluster, p)
        if cluster.deleting or cluster.timeline.state in NO_NEW_MEMBERS:
            raise AwsError("InvalidDBClusterStateFault", f"DB cluster {cluster.name} is {cluster.status}.")
        if name in backend.instances:
            raise AwsError("DBInstanceAlreadyExists", "DB instance already exists")
        account.require_room("DBInstances", len(backend.instances))
        if len(backend.instances_of(cluster.name)) >= room_for_instances(backend.account_id, cluster):
            raise AwsError("InstanceQuotaExceeded", "DB Instance quota exceeded")
        data = {"DBInstanceIdentifier": name, **_attributes(backend, cluster, p)}
        # AWS creates an instance only after its cluster is available.
        seconds = 480 + (max(0.0, cluster.timeline.end - CLOCK.now()) if cluster.timeline.state == "creating" else 0)
        arn, tags = backend.arn("db", name), checks.tags(p.get("Tags"))
        instance = Instance(arn, tags, data, Timeline(("creating", seconds), ("available", 0)))
        service_uses_its_role(backend.account_id, backend.region_name, "rds.amazonaws.com")
        backend.instances[name] = instance
        backend.note(instance, "creation", "DB instance created.", instance.timeline)
        backend.booted(instance, cluster)
        if cluster.writer is None:
            cluster.writer = name
        return ActionResult({"DBInstance": describe_instance(backend, instance, "creating")})

    def modify_db_instance(self) -> ActionResult:
        backend, p = self.backend, self.params
        instance = backend.instance(p.get("DBInstanceIdentifier"))
        _refuse_cluster_matters("ModifyDBInstance", p)
        cluster = backend.clusters[instance.cluster]
        cluster.require_not_stopped()
        instance.require_available()
        at_once, later = _at_once(backend, cluster, instance, p), _deferred(backend, cluster, instance, p)
        changed = {name for name, value in at_once.items() if instance.data.get(name) != value}
        instance.data.update(at_once)
        instance.defer(later, instance.data)
        if (p.get("ApplyImmediately") and instance.flush()) or changed:
            state = "configuring-enhanced-monitoring" if "MonitoringInterval" in changed else "modifying"
            instance.timeline = changing(state)
            text = "Finished applying modification to the DB instance."
            backend.note(instance, "configuration change", text, instance.timeline)
        return ActionResult({"DBInstance": describe_instance(backend, instance, instance.timeline.first)})

    def reboot_db_instance(self) -> ActionResult:
        """Restart an instance, so that static parameters take effect."""
        backend, p = self.backend, self.params
        instance = backend.instance(p.get("DBInstanceIdentifier"))
        if p.get("ForceFailover"):
            raise checks.combination("ForceFailover isn't supported for instances of a DB cluster.")
        instance.require_available()
        backend.reboot(instance)
        return ActionResult({"DBInstance": describe_instance(backend, instance, "rebooting")})

    def delete_db_instance(self) -> ActionResult:
        """Delete an instance. If it is the writer, a reader takes over."""
        backend, p = self.backend, self.params
        instance = backend.instance(p.get("DBInstanceIdentifier"))
        if p.get("FinalDBSnapshotIdentifier"):
            raise checks.combination("FinalDBSnapshotIdentifier can not be specified when deleting a cluster instance")
        if instance.deleting:
            raise AwsError("InvalidDBInstanceState", f"Instance {instance.name} is already being deleted.")
        cluster = backend.clusters[instance.cluster]
        cluster.require_not_stopped()
        instance.timeline = Timeline(("deleting", 180), ("deleted", 0))
        instance.pending, instance.applying = {}, {}
        backend.forget(instance)
        backend.note(instance, "deletion", "DB instance deleted.", instance.timeline)
        if cluster.writer == instance.name:
            others = backend.promotable(cluster)
            cluster.writer = others[0].name if others else None
        return ActionResult({"DBInstance": describe_instance(backend, instance, "deleting")})

    def describe_db_instances(self) -> ActionResult:
        backend, p = self.backend, self.params
        name = p.get("DBInstanceIdentifier")
        found = [backend.instance(name)] if name else list(backend.instances.values())
        cluster_arn = backend.arn("cluster", "")
        fields: Fields = {
            "db-cluster-id": lambda i: [i["DBClusterIdentifier"], cluster_arn + i["DBClusterIdentifier"]],
            "db-instance-id": lambda i: [i["DBInstanceIdentifier"], i["DBInstanceArn"]],
            "dbi-resource-id": lambda i: [i["DbiResourceId"]],
            "domain": lambda i: [],
            "engine": lambda i: [i["Engine"]],
        }
        return self.page("DBInstances", [describe_instance(backend, instance) for instance in found], fields)


def _refuse_cluster_matters(call: str, p: dict[str, Any]) -> None:
    wrong = sorted(n for n in set(REFUSED[call].split()) & set(p) if p[n] is not False and p[n] != [])
    if wrong:
        raise checks.combination(
            f"The requested DB Instance will be a member of a DB Cluster. Set {', '.join(wrong)} for the DB Cluster."
        )


def _require_settings_of_cluster(cluster: Cluster, p: dict[str, Any]) -> None:
    """Refuse settings that an instance shares with its cluster, if they are not those of the cluster."""
    version, present = p.get("EngineVersion"), cluster.data["EngineVersion"]
    if version and not f"{present}.".startswith(f"{version}."):
        raise checks.combination(
            f"The engine version that you requested for your DB instance ({version}) does not match the engine version "
            f"of your DB cluster ({present})"
        )
    group, encrypted = p.get("DBSubnetGroupName"), p.get("StorageEncrypted")
    for name, given, own in (
        ("DBSubnetGroupName", group and group.lower(), cluster.data["DBSubnetGroup"]),
        ("StorageEncrypted", encrypted, cluster.data["StorageEncrypted"]),
    ):
        if given is not None and given != own:
            raise checks.combination(f"{name} must be that of the DB cluster {cluster.name}.")


def _attributes(backend: RdsBackend, cluster: Cluster, p: dict[str, Any]) -> dict[str, Any]:
    """Return the attributes of a new instance. Refuse invalid arguments."""
    require_class(cluster, p.get("DBInstanceClass", ""))
    tier, ca = p.get("PromotionTier", 1), p.get("CACertificateIdentifier", engine.CA_CERTIFICATES[0])
    checks.between("promotion tier", tier, 0, 15)
    return {
        "DBClusterIdentifier": cluster.name,
        "DBInstanceClass": p["DBInstanceClass"],
        "InstanceCreateTime": now(),
        "DbiResourceId": resource_id("db"),
        "AvailabilityZone": _zone(backend, cluster, p),
        "DBParameterGroupName": parameter_group(backend, "instance", p.get("DBParameterGroupName"), cluster.version),
        "PreferredMaintenanceWindow": _window(cluster, p),
        "PromotionTier": tier,
        "CACertificateIdentifier": certificates.require(ca),
        "AutoMinorVersionUpgrade": p.get("AutoMinorVersionUpgrade", True),
        "PubliclyAccessible": p.get("PubliclyAccessible", False),
        "CopyTagsToSnapshot": p.get("CopyTagsToSnapshot", False),
        **_monitoring(backend, cluster, {}, p),
    }


def require_class(cluster: Cluster, instance_class: str) -> None:
    """Refuse classes that the cluster does not support."""
    classes.require_class(instance_class, cluster.version)
    if instance_class == classes.SERVERLESS and not cluster.data.get("ServerlessV2ScalingConfiguration"):
        raise checks.combination(
            "Set the Serverless v2 scaling configuration on the parent DB cluster before creating a Serverless v2 DB "
            "instance."
        )
    if cluster.global_name and classes.is_burstable(instance_class):
        raise checks.combination(f"The DB instance class {instance_class} isn't supported in a global cluster.")


def _require_in_zone(backend: RdsBackend, instance_class: str, zone: str) -> None:
    if zone not in classes.zones_of(backend.account_id, backend.region_name, instance_class):
        raise AwsError(
            "InsufficientDBInstanceCapacity",
            f"The DB instance class {instance_class} isn't available in the Availability Zone {zone}.",
        )


def _zone(backend: RdsBackend, cluster: Cluster, p: dict[str, Any]) -> str:
    """Return the zone of a new instance. AWS treats the subnets of zones that lack the class as missing."""
    group, asked, size = (
        backend.subnet_group(cluster.data["DBSubnetGroup"]),
        p.get("AvailabilityZone"),
        p["DBInstanceClass"],
    )
    offered = classes.zones_of(backend.account_id, backend.region_name, size)
    usable = [zone for zone in group.zones if zone in offered]
    if asked in usable:
        return str(asked)
    if asked or not usable:
        where = f"there is not a subnet in {asked}, the targeted availability zone" if asked else "no subnet has it"
        raise AwsError(
            "InvalidVPCNetworkStateFault",
            f"Cannot create a {size} database instance because {where}. Create a new subnet in {asked or offered[0]} "
            "and target that availability zone again, or retry the launch with no availability zone, or choose from "
            f"these availability zones: {', '.join(usable or offered)}.",
        )
    taken = [i.data["AvailabilityZone"] for i in backend.instances_of(cluster.name) if not i.deleting]
    return min(usable, key=taken.count)


def _window(cluster: Cluster, p: dict[str, Any]) -> str:
    backup = {"PreferredBackupWindow": cluster.data["PreferredBackupWindow"]}
    return both_windows({**p, **backup})["PreferredMaintenanceWindow"]


def _monitoring(backend: RdsBackend, cluster: Cluster, present: dict[str, Any], p: dict[str, Any]) -> dict[str, Any]:
    """Return the Enhanced Monitoring of an instance. Refuse a change if its cluster manages monitoring."""
    if not cluster.data["MonitoringInterval"]:
        return checks.monitoring(backend.account_id, backend.region_name, p, present)
    for name in MONITORING:
        if p.get(name, cluster.data[name]) != cluster.data[name]:
            raise checks.combination(f"{name} is managed at the level of the DB cluster {cluster.name}.")
    return {}


def _at_once(backend: RdsBackend, cluster: Cluster, instance: Instance, p: dict[str, Any]) -> dict[str, Any]:
    changes: dict[str, Any] = {name: p[name] for name in PLAIN if name in p}
    if "PromotionTier" in p:
        checks.between("promotion tier", p["PromotionTier"], 0, 15)
    if "PreferredMaintenanceWindow" in p:
        changes["PreferredMaintenanceWindow"] = _window(cluster, p)
    if "DBParameterGroupName" in p:
        name = p["DBParameterGroupName"]
        changes["DBParameterGroupName"] = parameter_group(backend, "instance", name, cluster.version)
    if {*MONITORING} & set(p):
        changes.update(_monitoring(backend, cluster, instance.data, p))
    return changes


def _deferred(backend: RdsBackend, cluster: Cluster, instance: Instance, p: dict[str, Any]) -> dict[str, Any]:
    """Return the changes that wait for the maintenance window unless ApplyImmediately is set."""
    later: dict[str, Any] = {}
    if "DBInstanceClass" in p:
        require_class(cluster, p["DBInstanceClass"])
        _require_in_zone(backend, p["DBInstanceClass"], instance.data["AvailabilityZone"])
        later["DBInstanceClass"] = p["DBInstanceClass"]
    if "CACertificateIdentifier" in p:
        later["CACertificateIdentifier"] = certificates.require(p["CACertificateIdentifier"])
    return later
