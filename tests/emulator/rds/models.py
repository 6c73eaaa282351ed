"""The state of the local RDS per account and region. Global clusters are stored once per account."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from moto.core.base_backend import BaseBackend
from moto.core.resource_tagging import TaggableResourcesMixin, TaggedResource
from moto.ec2.models import ec2_backends

from ..clock import CLOCK, Timeline
from ..core import AwsError, arn_of, own_backend
from ..kms.keys import find_key
from . import checks, classes, engine
from .resources import (
    Cluster,
    Event,
    GlobalCluster,
    Instance,
    ParameterGroup,
    Resource,
    Retained,
    Snapshot,
    SubnetGroup,
    Subscription,
    changing,
    host_label,
    now,
)

GLOBAL_STORE = "us-east-1"
DEFAULT_GROUP = "default"  # the name and description of the subnet group of the default VPC
FINISHED = "Finished applying modification to the DB cluster."
# The status of a cluster while a value is applied, and the category and message of the event afterwards.
CHANGES = {
    "EngineVersion": ("upgrading", "maintenance", "Database cluster engine version has been upgraded."),
    "MasterUserPassword": ("resetting-master-credentials", "configuration change", "Reset master credentials."),
    "IAMDatabaseAuthenticationEnabled": ("update-iam-db-auth", "configuration change", FINISHED),
    "MonitoringInterval": ("configuring-enhanced-monitoring", "configuration change", FINISHED),
}
OF_INSTANCES = {"EngineVersion": "upgrading", "PendingCloudwatchLogsExports": "configuring-log-exports"}
CHANGE = ("modifying", "configuration change", FINISHED)
RECOVERABLE, INACCESSIBLE = "inaccessible-encryption-credentials-recoverable", "inaccessible-encryption-credentials"


class RdsBackend(BaseBackend, TaggableResourcesMixin):
    """The RDS of one region."""

    SERVICE_NAMESPACE = "rds"

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.clusters: dict[str, Cluster] = {}
        self.instances: dict[str, Instance] = {}
        self.snapshots: dict[str, Snapshot] = {}
        self.retained: dict[str, Retained] = {}  # by the resource id of the deleted cluster
        self.subnet_groups: dict[str, SubnetGroup] = {}
        self.parameter_groups: dict[str, dict[str, ParameterGroup]] = {"cluster": {}, "instance": {}}
        self.global_clusters: dict[str, GlobalCluster] = {}
        self.events: list[Event] = []
        self.subscriptions: dict[str, Subscription] = {}

    def arn(self, kind: str, name: str) -> str:
        """Return the ARN of a resource in this region."""
        return arn_of(self, "rds", f"{kind}:{name}")

    @property
    def host_suffix(self) -> str:
        """Return the suffix of host names, which is specific to the account and region."""
        label = host_label(self.account_id, self.region_name)
        if self.partition == "aws-cn":
            return f"{label}.rds.{self.region_name}.amazonaws.com.cn"
        return f"{label}.{self.region_name}.rds.amazonaws.com"

    def cluster(self, name: str | None) -> Cluster:
        """Return a cluster by its identifier or ARN."""
        key = (name or "").lower().removeprefix(self.arn("cluster", ""))
        if key not in self.clusters:
            raise AwsError("DBClusterNotFoundFault", f"DBCluster {name} not found.")
        return self.clusters[key]

    def instance(self, name: str | None) -> Instance:
        """Return an instance by its identifier or ARN."""
        key = (name or "").lower().removeprefix(self.arn("db", ""))
        if key not in self.instances:
            raise AwsError("DBInstanceNotFound", f"DBInstance {name} not found.")
        return self.instances[key]

    def subnet_group(self, name: str | None) -> SubnetGroup:
        """Return a subnet group by its name, by default that of the default VPC."""
        key = (name or DEFAULT_GROUP).lower()
        if name is None and key not in self.subnet_groups:
            return self._default_subnet_group()
        if key not in self.subnet_groups:
            raise AwsError("DBSubnetGroupNotFoundFault", f"DB subnet group '{key}' does not exist.")
        return self.subnet_groups[key]

    def _default_subnet_group(self) -> SubnetGroup:
        """Return the subnet group that RDS creates together with the first cluster in the default VPC."""
        known = ec2_backends[self.account_id][self.region_name].describe_subnets()
        found = sorted((s.availability_zone, s.id, s.vpc_id) for s in known if s.default_for_az)
        if not found:
            text = "No default subnet detected in VPC. Please contact AWS Support to recreate default Subnets."
            raise AwsError("InvalidSubnet", text)
        subnets = [(id_, zone) for zone, id_, _ in found]
        arn = self.arn("subgrp", DEFAULT_GROUP)
        return SubnetGroup(arn, [], DEFAULT_GROUP, DEFAULT_GROUP, found[0][2], subnets)

    def parameter_group(self, scope: str, name: str, code: str = "DBParameterGroupNotFound") -> ParameterGroup:
        """Return a parameter group by its name. AWS's default groups always exist."""
        key = name.lower()
        family = key.removeprefix("default.")
        if key.startswith("default.") and family in engine.FAMILIES:
            return self._default_group(scope, key, family)
        if key not in self.parameter_groups[scope]:
            kind = "DBClusterParameterGroup" if scope == "cluster" else "DBParameterGroup"
            raise AwsError(code, f"{kind} not found: {name}")
        return self.parameter_groups[scope][key]

    def _default_group(self, scope: str, name: str, family: str) -> ParameterGroup:
        arn = self.arn("cluster-pg" if scope == "cluster" else "pg", name)
        text = f"Default {'cluster ' if scope == 'cluster' else ''}parameter group for {family}"
        return ParameterGroup(arn, [], scope, name, family, text)

    def instances_of(self, cluster: str) -> list[Instance]:
        """Return the instances of a cluster, oldest first."""
        return [i for i in self.instances.values() if i.cluster == cluster]

    def staying(self, cluster: Cluster) -> list[Instance]:
        """Return the instances of a cluster that are not being deleted."""
        return [i for i in self.instances_of(cluster.name) if not i.deleting]

    def has_partners(self, cluster: Cluster) -> bool:
        """Return whether a cluster shares a global cluster with others, so that AWS refuses to stop it."""
        found = global_of(self.account_id, cluster)
        return found is not None and len(found.members) > 1

    def promotable(self, cluster: Cluster) -> list[Instance]:
        """Return the readers of a cluster in order of promotion: lowest tier first, then largest class."""
        readers = [i for i in self.staying(cluster) if i.name != cluster.writer]
        return sorted(readers, key=lambda i: (i.data["PromotionTier"], -classes.size_of(i.data["DBInstanceClass"])))

    def note(self, resource: Resource, category: str, message: str, timeline: Timeline | None = None) -> None:
        """Record an event that happens at the end of a timeline, or now."""
        self.events.append(Event(resource.arn, category, message, timeline or Timeline(("", 0))))

    def forget(self, resource: Resource) -> None:
        """Drop the future events of a resource that is being deleted."""
        self.events = [e for e in self.events if e.arn != resource.arn or e.timeline.settled]

    def settle(self) -> None:
        """Apply the changes that are due, and drop the resources whose deletion is finished."""
        self.subscriptions = {n: s for n, s in self.subscriptions.items() if s.timeline.state != "deleted"}
        for instance in list(self.instances.values()):
            self._settle_instance(instance)
        for cluster in list(self.clusters.values()):
            self._settle_cluster(cluster)

    def _settle_instance(self, instance: Instance) -> None:
        moment = instance.maintained()
        if moment:
            instance.timeline = changing("modifying", moment)
        if not instance.timeline.settled:
            return
        if instance.deleting:
            del self.instances[instance.name]
            self._release_group("instance", instance.data["DBParameterGroupName"])
        elif instance.applying:
            values, instance.applying = instance.applying, {}
            if instance.timeline.reason:
                return
            if "DBInstanceClass" in values:
                self.booted(instance, self.clusters[instance.cluster])
            instance.data.update(values)

    def _release_group(self, scope: str, name: str) -> None:
        """Hold a parameter group for three minutes. RDS counts a deleted user of a group that long."""
        if name in self.parameter_groups[scope]:
            self.parameter_groups[scope][name].held = Timeline(("held", 180), ("free", 0))

    def _settle_cluster(self, cluster: Cluster) -> None:
        moment = cluster.maintained()
        if moment:
            self.begin(cluster, moment)
        if not cluster.timeline.settled:
            return
        cluster.former_firewalls = None
        if cluster.deleting and not self.instances_of(cluster.name):
            del self.clusters[cluster.name]
            self._release_group("cluster", cluster.data["DBClusterParameterGroup"])
        self._stop_without_key(cluster)
        if cluster.timeline.state == "stopped" and CLOCK.now() >= cluster.restarts:
            text = "DB cluster is being started due to it exceeding the maximum allowed time being stopped."
            self.note(cluster, "notification", text)
            self.power(cluster, "starting", "available", cluster.restarts)
        if cluster.next_writer:
            self._promote(cluster)
        if cluster.applying:
            self._apply(cluster)

    def _stop_without_key(self, cluster: Cluster) -> None:
        """Stop a cluster without a usable key. It is lost if the key does not return within seven days."""
        key = cluster.data.get("KmsKeyId")
        if cluster.timeline.state == RECOVERABLE and CLOCK.now() >= cluster.restarts:
            self.together(cluster, (INACCESSIBLE, 0))
        elif cluster.resting and key and not find_key(self.account_id, self.region_name, key):
            self.together(cluster, (INACCESSIBLE if self.has_partners(cluster) else RECOVERABLE, 0))
            self.note(cluster, "failure", f"The DB cluster cannot use its KMS key {key}.")

    def _promote(self, cluster: Cluster) -> None:
        former, chosen = (self.instances.get(name or "") for name in (cluster.writer, cluster.next_writer))
        cluster.next_writer = None
        if cluster.timeline.reason or chosen is None:
            return
        cluster.writer = chosen.name
        for instance in (former, chosen):
            if instance:
                self.booted(instance, cluster)

    def _apply(self, cluster: Cluster) -> None:
        if cluster.timeline.reason:  # a change that failed leaves the old values
            cluster.applying, cluster.new_groups = {}, {}
            return
        before = cluster.version
        cluster.apply()
        if engine.family_of(cluster.version) != engine.family_of(before):
            self.adopt_groups(cluster)
        elif cluster.version != before:
            for instance in self.instances_of(cluster.name):
                self.booted(instance, cluster)

    def begin(self, cluster: Cluster, moment: float | None = None, at_once: Iterable[str] = ()) -> None:
        """Start the change for the values in ``applying`` and those changed ``at_once``; upgrade the instances too."""
        names = {*cluster.applying, *at_once}
        state, category, text = next((c for name, c in CHANGES.items() if name in names), CHANGE)
        cluster.timeline = changing(state, moment)
        self.note(cluster, category, text, cluster.timeline)
        for shown in (shown for name, shown in OF_INSTANCES.items() if name in names):
            for instance in self.staying(cluster):
                if instance.resting:
                    instance.timeline = changing(shown, moment)
        target = cluster.applying.get("EngineVersion", cluster.version)
        if engine.family_of(target) != engine.family_of(cluster.version):
            from .snapshots import take  # avoids an import cycle

            name = f"preupgrade-{cluster.name}-{cluster.version}-to-{target}-{now():%Y-%m-%d-%H-%M-%S}"
            take(self, cluster, name.replace(".", "-"), "automated")

    def reboot(self, instance: Instance) -> None:
        """Restart an instance, so that static parameters take effect."""
        self.booted(instance, self.clusters[instance.cluster])
        instance.timeline = Timeline(("rebooting", 60), ("available", 0))
        self.note(instance, "availability", "DB instance restarted.", instance.timeline)

    def together(self, cluster: Cluster, *steps: tuple[str, float], moment: float | None = None) -> None:
        """Put a cluster and its instances on the same timeline."""
        for found in (cluster, *self.staying(cluster)):
            found.timeline = Timeline(*steps)
            found.timeline.start = moment or found.timeline.start

    def power(self, cluster: Cluster, state: str, end: str, moment: float | None = None) -> None:
        """Start or stop a cluster with its instances."""
        self.together(cluster, (state, 120), (end, 0), moment=moment)
        self.note(cluster, "notification", f"DB cluster {'started' if end == 'available' else end}.", cluster.timeline)
        for instance in self.staying(cluster):
            self.booted(instance, cluster)

    def adopt_groups(self, cluster: Cluster) -> None:
        """Set the parameter groups of a cluster's new major version."""
        default = f"default.{engine.family_of(cluster.version)}"
        cluster.data["DBClusterParameterGroup"] = cluster.new_groups.get("cluster", default)
        for instance in self.instances_of(cluster.name):
            instance.data["DBParameterGroupName"] = cluster.new_groups.get("instance", default)
            self.booted(instance, cluster)
        cluster.new_groups = {}

    def booted(self, instance: Instance, cluster: Cluster) -> None:
        """Record that an instance runs with the present parameters."""
        instance.seen = {scope: self._present(scope, instance, cluster) for scope in ("cluster", "instance")}

    def groups_of(self, instance: Instance, cluster: Cluster) -> dict[str, str]:
        """Return the parameter groups of an instance by scope."""
        return {"cluster": cluster.data["DBClusterParameterGroup"], "instance": instance.data["DBParameterGroupName"]}

    def _present(self, scope: str, instance: Instance, cluster: Cluster) -> tuple[Any, ...]:
        """Return the parameters of the next boot. They include MaxCapacity, because max_connections depends on it."""
        name = self.groups_of(instance, cluster)[scope]
        serverless = scope == "cluster" and instance.data["DBInstanceClass"] == classes.SERVERLESS
        capacity = cluster.data["ServerlessV2ScalingConfiguration"]["MaxCapacity"] if serverless else None
        return name, self.parameter_group(scope, name).revision, capacity

    def parameter_status(self, scope: str, instance: Instance, cluster: Cluster) -> str:
        """Return ``in-sync`` if an instance runs with the present parameters of a group, else ``pending-reboot``."""
        return "in-sync" if instance.seen.get(scope) == self._present(scope, instance, cluster) else "pending-reboot"

    def resources(self) -> list[tuple[str, Resource]]:
        """Return all resources that have tags, with their type in the tagging API."""
        kinds: dict[str, Mapping[str, Resource]] = {
            "cluster": self.clusters,
            "db": self.instances,
            "cluster-snapshot": self.snapshots,
            "subgrp": self.subnet_groups,
            "cluster-pg": self.parameter_groups["cluster"],
            "pg": self.parameter_groups["instance"],
            "es": self.subscriptions,
            "global-cluster": self.global_clusters,
        }
        return [(kind, resource) for kind, known in kinds.items() for resource in known.values()]

    def iter_tagged_resources(self) -> Iterator[TaggedResource]:
        """Yield the resources of this region for the tagging API."""
        settle(self.account_id)
        for kind, resource in self.resources():
            tags = {tag["Key"]: tag["Value"] for tag in resource.tags}
            yield TaggedResource(arn=resource.arn, tags=tags, resource_type=f"rds:{kind}")

    def tag_resource(self, arn: str, tags: dict[str, str]) -> None:
        """Set tags for the tagging API."""
        tagged(self, arn).add_tags([{"Key": k, "Value": v} for k, v in tags.items()])

    def untag_resource(self, arn: str, tag_keys: list[str]) -> None:
        """Remove tags for the tagging API."""
        tagged(self, arn).remove_tags(tag_keys)


RDS = own_backend("rds-aurora", RdsBackend)


def store(account: str) -> dict[str, GlobalCluster]:
    """Return the global clusters of an account."""
    return RDS[account][GLOBAL_STORE].global_clusters  # type: ignore[no-any-return]


def global_of(account: str, cluster: Cluster) -> GlobalCluster | None:
    """Return the global cluster of a member, if any."""
    return store(account).get(cluster.global_name or "")


def home(account: str, cluster: Cluster) -> RdsBackend:
    """Return the RDS of a cluster's region."""
    return RDS[account][cluster.region]  # type: ignore[no-any-return]


def cluster_at(account: str, arn: str) -> Cluster | None:
    """Return a cluster of any region by its ARN."""
    fields = arn.split(":")
    if len(fields) != 7 or fields[5] != "cluster" or fields[3] not in RDS[account].regions:
        return None
    return RDS[account][fields[3]].clusters.get(fields[6].lower())  # type: ignore[no-any-return]


def room_for_instances(account: str, cluster: Cluster) -> int:
    """Return the quota of instances of a cluster. AWS counts secondary clusters as readers of the primary."""
    found = global_of(account, cluster)
    return 17 - len(found.members) if found and found.led_by(cluster) else 16


def settle(account: str) -> None:
    """Apply the changes that are due in every region of an account."""
    for region in list(RDS[account]):
        RDS[account][region].settle()
    clusters = store(account)
    for found in list(clusters.values()):
        _settle_global(account, found)
        if found.timeline.steps[-1][0] == "deleted" and found.timeline.settled:
            del clusters[found.name]


def _settle_global(account: str, found: GlobalCluster) -> None:
    if found.next_writer and found.timeline.settled:
        for member in found.members if not found.timeline.reason else ():
            member.writer = member.arn == found.next_writer
        found.next_writer = None
        found.data.pop("FailoverState", None)
    for member in list(found.members):
        cluster = cluster_at(account, member.arn)
        if cluster is None or (member.leaving and member.leaving.state != "promoting"):
            found.members.remove(member)
            found.left = member.leaving
            if cluster:
                cluster.global_name = None
        elif member.writer:
            found.data["EngineVersion"] = cluster.version


def tagged(backend: RdsBackend, arn: str) -> Resource:
    """Return the resource of an ARN in a tag call."""
    settle(backend.account_id)
    if not arn.startswith(f"arn:{backend.partition}:rds:"):
        raise checks.value(f"Invalid resource name: {arn}")
    kind = arn.split(":")[5] if arn.count(":") >= 6 else ""
    code, text = {
        "cluster": ("DBClusterNotFoundFault", "DBCluster"),
        "db": ("DBInstanceNotFound", "DBInstance"),
        "cluster-snapshot": ("DBClusterSnapshotNotFoundFault", "DBClusterSnapshot"),
        "subgrp": ("DBSubnetGroupNotFoundFault", "DBSubnetGroup"),
        "cluster-pg": ("DBParameterGroupNotFound", "DBClusterParameterGroup"),
        "pg": ("DBParameterGroupNotFound", "DBParameterGroup"),
        "es": ("SubscriptionNotFound", "Event subscription"),
        "global-cluster": ("GlobalClusterNotFoundFault", "GlobalCluster"),
    }.get(kind, ("InvalidParameterValue", "Resource"))
    source = RDS[backend.account_id][GLOBAL_STORE] if kind == "global-cluster" else backend
    found = next((r for _, r in source.resources() if r.arn.lower() == arn.lower()), None)
    if found is None:
        raise AwsError(code, f"{text} not found: {arn}")
    return found
