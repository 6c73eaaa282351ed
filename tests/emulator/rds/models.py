"""What the local RDS knows, per account and region; global clusters are kept once per account."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from moto.core.base_backend import BaseBackend
from moto.core.resource_tagging import TaggableResourcesMixin, TaggedResource

from ..clock import CLOCK, Timeline
from ..core import AwsError, own_backend
from ..kms.keys import find_key
from . import checks, engine

GLOBAL_STORE = "us-east-1"
STOPPED_AT_MOST = 7 * 24 * 3600
# What a cluster's state says while such a value is applied, and what its event says afterwards.
FINISHED = "Finished applying modification to the DB cluster."
CHANGES = {
    "EngineVersion": ("upgrading", "maintenance", "Database cluster engine version has been upgraded."),
    "MasterUserPassword": ("resetting-master-credentials", "configuration change", "Reset master credentials."),
    "IAMDatabaseAuthenticationEnabled": ("update-iam-db-auth", "configuration change", FINISHED),
    "MonitoringInterval": ("configuring-enhanced-monitoring", "configuration change", FINISHED),
}
OF_INSTANCES = {"EngineVersion": "upgrading", "PendingCloudwatchLogsExports": "configuring-log-exports"}
CHANGE = ("modifying", "configuration change", FINISHED)
RECOVERABLE, INACCESSIBLE = "inaccessible-encryption-credentials-recoverable", "inaccessible-encryption-credentials"


@dataclass
class Resource:
    """What has an ARN and tags."""

    arn: str
    tags: list[dict[str, str]]

    def add_tags(self, tags: Iterable[dict[str, str]]) -> None:
        """Set tags; the others stay."""
        merged = {tag["Key"]: tag["Value"] for tag in [*self.tags, *tags]}
        self.tags = checks.tags([{"Key": k, "Value": v} for k, v in merged.items()])

    def remove_tags(self, keys: Iterable[str]) -> None:
        """Drop the tags of some keys."""
        self.tags = [tag for tag in self.tags if tag["Key"] not in set(keys)]


@dataclass
class SubnetGroup(Resource):
    """A DB subnet group. ``subnets`` holds ids and zones."""

    name: str
    description: str
    vpc: str
    subnets: list[tuple[str, str]]

    @property
    def zones(self) -> list[str]:
        """The zones that the group covers."""
        return sorted({zone for _, zone in self.subnets})


@dataclass
class ParameterGroup(Resource):
    """A parameter group of a cluster or of instances. ``values`` holds values and how they were applied."""

    scope: str
    name: str
    family: str
    description: str
    values: dict[str, tuple[str, str]] = field(default_factory=dict)
    revision: int = 0  # counts changes that wait for a reboot
    held: Timeline | None = None  # how long it counts a user that has gone
    changing: Timeline | None = None  # how long its last change is pending


@dataclass
class MasterSecret:
    """The secret that RDS manages for the master user of a cluster."""

    arn: str
    kms_key: str
    timeline: Timeline


@dataclass
class Snapshot(Resource):
    """A snapshot of a cluster. ``within`` is what it holds and does not show."""

    data: dict[str, Any]
    timeline: Timeline
    within: dict[str, Any]


@dataclass
class Event:
    """What happened to something, told from the end of its timeline on."""

    arn: str
    category: str
    message: str
    timeline: Timeline

    @property
    def date(self) -> int:
        """The second in which it happened; what is done at once has not lasted."""
        return int(self.timeline.end if self.timeline.end <= CLOCK.now() else self.timeline.start)


@dataclass
class Changing(Resource):
    """What is modified: ``pending`` waits for the maintenance window, ``applying`` for the end of a change."""

    data: dict[str, Any]
    timeline: Timeline
    pending: dict[str, Any] = field(default_factory=dict)
    applying: dict[str, Any] = field(default_factory=dict)
    since: float = 0.0  # when the last value came among the pending ones

    @property
    def deleting(self) -> bool:
        return self.timeline.steps[-1][0] == "deleted"

    @property
    def resting(self) -> bool:
        """Whether it can be changed: "available" alone is also told for seconds after the last change was taken."""
        return self.timeline.state == "available" and self.timeline.settled

    def defer(self, values: dict[str, Any], present: dict[str, Any]) -> None:
        """Put values among the pending ones; what is so already is no change."""
        for name, value in values.items():
            self.pending.pop(name, None)
            if value != present.get(name):
                self.pending[name], self.since = value, CLOCK.now()

    def flush(self) -> bool:
        """Let all pending values be applied; says whether there are any."""
        found = bool(self.pending)
        self.applying.update(self.pending)
        self.pending = {}
        return found

    def maintained(self) -> float | None:
        """The moment at which the maintenance window took up the pending values, once it has come."""
        if not self.pending or not self.timeline.settled or self.timeline.state != "available":
            return None
        start = checks.next_window(self.data["PreferredMaintenanceWindow"], self.since)
        return start if CLOCK.now() >= start and self.flush() else None


def changing(state: str, moment: float | None = None) -> Timeline:
    """A change from now or some moment on. AWS goes on saying "available" for some seconds after the answer."""
    timeline = Timeline(("available", 5), (state, 60), ("available", 0))
    timeline.start = moment or timeline.start
    return timeline


@dataclass
class Instance(Changing):
    """An instance of a cluster. ``seen`` is what it last booted with of each scope's parameters."""

    seen: dict[str, tuple[Any, ...]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return str(self.data["DBInstanceIdentifier"])

    @property
    def cluster(self) -> str:
        return str(self.data["DBClusterIdentifier"])

    def require_available(self) -> None:
        """Refuse changes in any other state."""
        if not self.resting:
            text = f"Instance {self.name} is not currently in the available state, or about to leave it: "
            raise AwsError("InvalidDBInstanceState", text + self.timeline.state)


@dataclass
class Cluster(Changing):
    """A DB cluster. ``next_writer`` takes over at the end of a failover."""

    region: str = ""
    password: str = ""
    secret: MasterSecret | None = None
    writer: str | None = None
    next_writer: str | None = None
    global_name: str | None = None
    new_groups: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return str(self.data["DBClusterIdentifier"])

    @property
    def version(self) -> str:
        return str(self.data["EngineVersion"])

    @property
    def status(self) -> str:
        """The state now. A cluster goes on deleting until its last instance is gone."""
        return "deleting" if self.deleting else self.timeline.state

    @property
    def encrypted(self) -> bool:
        return bool(self.data["StorageEncrypted"])

    @property
    def restarts(self) -> float:
        """When a stopped cluster starts by itself, and one that waits for its key is lost."""
        return self.timeline.end + STOPPED_AT_MOST

    def require_available(self) -> None:
        """Refuse changes in any other state."""
        if not self.resting:
            text = f"Cluster {self.name} is not currently in the available state, or about to leave it: {self.status}"
            raise AwsError("InvalidDBClusterStateFault", text)

    def apply(self) -> None:
        """Let the values that were being applied take effect."""
        values, self.applying = self.applying, {}
        self.password = values.pop("MasterUserPassword", self.password)
        exports = values.pop("PendingCloudwatchLogsExports", None)
        if exports:
            present = set(self.data["EnabledCloudwatchLogsExports"]) | set(exports.get("LogTypesToEnable") or [])
            self.data["EnabledCloudwatchLogsExports"] = sorted(present - set(exports.get("LogTypesToDisable") or []))
        if values.get("StorageType") == "aurora":
            values["StorageType"] = None
        elif "StorageType" in values:
            values["IOOptimizedNextAllowedModificationTime"] = now() + timedelta(days=30)
        self.data.update(values)


@dataclass
class Member:
    """A cluster of a global cluster, by its ARN. ``leaving`` lasts while it is detached, ``rebuilt`` after a loss."""

    arn: str
    writer: bool
    leaving: Timeline | None = None
    rebuilt: Timeline | None = None


@dataclass
class GlobalCluster(Resource):
    """A global cluster."""

    data: dict[str, Any]
    timeline: Timeline
    members: list[Member] = field(default_factory=list)
    next_writer: str | None = None
    left: Timeline | None = None  # AWS counts the last member for a while after it has left

    @property
    def name(self) -> str:
        return str(self.data["GlobalClusterIdentifier"])

    @property
    def writer(self) -> Member | None:
        return next((m for m in self.members if m.writer), None)

    def led_by(self, cluster: Cluster) -> bool:
        """Whether a cluster is its primary."""
        return self.writer is not None and self.writer.arn == cluster.arn


class RdsBackend(BaseBackend, TaggableResourcesMixin):
    """The RDS of one region."""

    SERVICE_NAMESPACE = "rds"

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.clusters: dict[str, Cluster] = {}
        self.instances: dict[str, Instance] = {}
        self.snapshots: dict[str, Snapshot] = {}
        self.subnet_groups: dict[str, SubnetGroup] = {}
        self.parameter_groups: dict[str, dict[str, ParameterGroup]] = {"cluster": {}, "instance": {}}
        self.global_clusters: dict[str, GlobalCluster] = {}
        self.events: list[Event] = []

    def arn(self, kind: str, name: str) -> str:
        """The ARN of something in this region."""
        return f"arn:{self.partition}:rds:{self.region_name}:{self.account_id}:{kind}:{name}"

    @property
    def host_suffix(self) -> str:
        """The part of host names that is the account's own in this region."""
        digest = hashlib.sha256(f"{self.account_id}/{self.region_name}".encode()).hexdigest()
        return f"c{digest[:11]}.{self.region_name}.rds.amazonaws.com"

    def cluster(self, name: str | None) -> Cluster:
        """A cluster by its identifier or ARN."""
        key = (name or "").lower().removeprefix(self.arn("cluster", ""))
        if key not in self.clusters:
            raise AwsError("DBClusterNotFoundFault", f"DBCluster {name} not found.")
        return self.clusters[key]

    def instance(self, name: str | None) -> Instance:
        """An instance by its identifier or ARN."""
        key = (name or "").lower().removeprefix(self.arn("db", ""))
        if key not in self.instances:
            raise AwsError("DBInstanceNotFound", f"DBInstance {name} not found.")
        return self.instances[key]

    def subnet_group(self, name: str | None) -> SubnetGroup:
        """A subnet group by its name."""
        if name is None:
            text = "The local AWS does not implement the default DB subnet group; give DBSubnetGroupName."
            raise AwsError("DBSubnetGroupNotFoundFault", text)
        key = name.lower()
        if key not in self.subnet_groups:
            raise AwsError("DBSubnetGroupNotFoundFault", f"DB subnet group '{key}' does not exist.")
        return self.subnet_groups[key]

    def parameter_group(self, scope: str, name: str, code: str = "DBParameterGroupNotFound") -> ParameterGroup:
        """A parameter group by its name; AWS's default groups are always there."""
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
        """The instances of a cluster, oldest first."""
        return [i for i in self.instances.values() if i.cluster == cluster]

    def staying(self, cluster: Cluster) -> list[Instance]:
        """The instances of a cluster that are not being deleted."""
        return [i for i in self.instances_of(cluster.name) if not i.deleting]

    def has_partners(self, cluster: Cluster) -> bool:
        """Whether a cluster shares a global cluster with others, so that it cannot be stopped."""
        found = global_of(self.account_id, cluster)
        return found is not None and len(found.members) > 1

    def promotable(self, cluster: Cluster) -> list[Instance]:
        """The readers of a cluster, in the order in which they take over: lowest tier first, then the largest."""
        readers = [i for i in self.staying(cluster) if i.name != cluster.writer]
        return sorted(readers, key=lambda i: (i.data["PromotionTier"], -engine.size_of(i.data["DBInstanceClass"])))

    def note(self, resource: Resource, category: str, message: str, timeline: Timeline | None = None) -> None:
        """Let DescribeEvents tell something, at the end of a timeline or now."""
        self.events.append(Event(resource.arn, category, message, timeline or Timeline(("", 0))))

    def forget(self, resource: Resource) -> None:
        """Drop what has not happened yet to something that is being deleted."""
        self.events = [e for e in self.events if e.arn != resource.arn or e.timeline.settled]

    def settle(self) -> None:
        """Let time do its work: changes take effect, and what was deleted disappears."""
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
            self._let_go("instance", instance.data["DBParameterGroupName"])
        elif instance.applying:
            values, instance.applying = instance.applying, {}
            if instance.timeline.reason:
                return
            if "DBInstanceClass" in values:
                self.booted(instance, self.clusters[instance.cluster])
            instance.data.update(values)

    def _let_go(self, scope: str, name: str) -> None:
        """RDS counts a user of a parameter group for some minutes after it has gone."""
        if name in self.parameter_groups[scope]:
            self.parameter_groups[scope][name].held = Timeline(("held", 180), ("free", 0))

    def _settle_cluster(self, cluster: Cluster) -> None:
        moment = cluster.maintained()
        if moment:
            self.begin(cluster, moment)
        if not cluster.timeline.settled:
            return
        if cluster.deleting and not self.instances_of(cluster.name):
            del self.clusters[cluster.name]
            self._let_go("cluster", cluster.data["DBClusterParameterGroup"])
        self._miss_key(cluster)
        if cluster.timeline.state == "stopped" and CLOCK.now() >= cluster.restarts:
            text = "DB cluster is being started due to it exceeding the maximum allowed time being stopped."
            self.note(cluster, "notification", text)
            self.power(cluster, "starting", "available", cluster.restarts)
        if cluster.next_writer:
            self._promote(cluster)
        if cluster.applying:
            self._apply(cluster)

    def _miss_key(self, cluster: Cluster) -> None:
        """Without its key a cluster stops, if it can, and is lost when the key does not come back."""
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
        if cluster.timeline.reason:  # it failed, and what was before stays
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
        """Start to apply what a cluster is to apply, and what changed ``at_once``; instances are upgraded with it."""
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
            from .snapshots import take  # it is built on this module

            name = f"preupgrade-{cluster.name}-{cluster.version}-to-{target}-{now():%Y-%m-%d-%H-%M-%S}"
            take(self, cluster, name.replace(".", "-"), "automated")

    def reboot(self, instance: Instance) -> None:
        """Restart an instance: static parameters take effect."""
        self.booted(instance, self.clusters[instance.cluster])
        instance.timeline = Timeline(("rebooting", 60), ("available", 0))
        self.note(instance, "availability", "DB instance restarted.", instance.timeline)

    def together(self, cluster: Cluster, *steps: tuple[str, float], moment: float | None = None) -> None:
        """Let a cluster and its instances go through some states."""
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
        """Give a cluster the parameter groups of its new major version."""
        default = f"default.{engine.family_of(cluster.version)}"
        cluster.data["DBClusterParameterGroup"] = cluster.new_groups.get("cluster", default)
        for instance in self.instances_of(cluster.name):
            instance.data["DBParameterGroupName"] = cluster.new_groups.get("instance", default)
            self.booted(instance, cluster)
        cluster.new_groups = {}

    def booted(self, instance: Instance, cluster: Cluster) -> None:
        """Note that an instance runs with the present parameters."""
        instance.seen = {scope: self._present(scope, instance, cluster) for scope in ("cluster", "instance")}

    def groups_of(self, instance: Instance, cluster: Cluster) -> dict[str, str]:
        """The parameter groups of an instance by scope."""
        return {"cluster": cluster.data["DBClusterParameterGroup"], "instance": instance.data["DBParameterGroupName"]}

    def _present(self, scope: str, instance: Instance, cluster: Cluster) -> tuple[Any, ...]:
        """The parameters that an instance would boot with. max_connections follows the highest capacity."""
        name = self.groups_of(instance, cluster)[scope]
        serverless = scope == "cluster" and instance.data["DBInstanceClass"] == engine.SERVERLESS
        capacity = cluster.data["ServerlessV2ScalingConfiguration"]["MaxCapacity"] if serverless else None
        return name, self.parameter_group(scope, name).revision, capacity

    def parameter_status(self, scope: str, instance: Instance, cluster: Cluster) -> str:
        """Whether an instance runs with the present parameters of a group."""
        return "in-sync" if instance.seen.get(scope) == self._present(scope, instance, cluster) else "pending-reboot"

    def resources(self) -> Iterator[tuple[str, Resource]]:
        """Everything that has tags, with its kind in the tagging API."""
        kinds: list[tuple[str, Iterable[Resource]]] = [
            ("cluster", self.clusters.values()),
            ("db", self.instances.values()),
            ("cluster-snapshot", self.snapshots.values()),
            ("subgrp", self.subnet_groups.values()),
            ("cluster-pg", self.parameter_groups["cluster"].values()),
            ("pg", self.parameter_groups["instance"].values()),
            ("global-cluster", self.global_clusters.values()),
        ]
        for kind, resources in kinds:
            yield from ((kind, resource) for resource in resources)

    def iter_tagged_resources(self) -> Iterator[TaggedResource]:
        """What the tagging API shows of this region."""
        settle(self.account_id)
        for kind, resource in list(self.resources()):
            tags = {tag["Key"]: tag["Value"] for tag in resource.tags}
            yield TaggedResource(arn=resource.arn, tags=tags, resource_type=f"rds:{kind}")

    def tag_resource(self, arn: str, tags: dict[str, str]) -> None:
        """The tagging API sets tags."""
        tagged(self, arn).add_tags([{"Key": k, "Value": v} for k, v in tags.items()])

    def untag_resource(self, arn: str, tag_keys: list[str]) -> None:
        """The tagging API removes tags."""
        tagged(self, arn).remove_tags(tag_keys)


RDS = own_backend("rds-aurora", RdsBackend)


def store(account: str) -> dict[str, GlobalCluster]:
    """The global clusters of an account."""
    return RDS[account][GLOBAL_STORE].global_clusters  # type: ignore[no-any-return]


def global_of(account: str, cluster: Cluster) -> GlobalCluster | None:
    """The global cluster that a cluster is a member of."""
    return store(account).get(cluster.global_name or "")


def home(account: str, cluster: Cluster) -> RdsBackend:
    """The RDS of a cluster's region."""
    return RDS[account][cluster.region]  # type: ignore[no-any-return]


def cluster_at(account: str, arn: str) -> Cluster | None:
    """A cluster of any region by its ARN."""
    fields = arn.split(":")
    if len(fields) != 7 or fields[5] != "cluster" or fields[3] not in RDS[account].regions:
        return None
    return RDS[account][fields[3]].clusters.get(fields[6].lower())  # type: ignore[no-any-return]


def room_for_instances(account: str, cluster: Cluster) -> int:
    """How many instances a cluster may have: the secondaries of a global cluster count as readers of its primary."""
    found = global_of(account, cluster)
    return 17 - len(found.members) if found and found.led_by(cluster) else 16


def settle(account: str) -> None:
    """Let time do its work in every region of an account."""
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
    """The resource of an ARN, for tag calls."""
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
        "global-cluster": ("GlobalClusterNotFoundFault", "GlobalCluster"),
    }.get(kind, ("InvalidParameterValue", "Resource"))
    source = RDS[backend.account_id][GLOBAL_STORE] if kind == "global-cluster" else backend
    found = next((r for _, r in source.resources() if r.arn.lower() == arn.lower()), None)
    if found is None:
        raise AwsError(code, f"{text} not found: {arn}")
    return found


def now() -> Any:
    """The virtual moment."""
    return CLOCK.datetime().replace(microsecond=0)
