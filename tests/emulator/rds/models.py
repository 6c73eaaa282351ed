"""What the local RDS knows, per account and region; global clusters are kept once per account."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from moto.core.base_backend import BaseBackend
from moto.core.resource_tagging import TaggableResourcesMixin, TaggedResource

from ..clock import CLOCK, Timeline
from ..core import AwsError, own_backend
from . import checks, engine

GLOBAL_STORE = "us-east-1"


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


@dataclass
class MasterSecret:
    """The secret that RDS manages for the master user of a cluster."""

    arn: str
    kms_key: str
    timeline: Timeline


@dataclass
class Snapshot(Resource):
    """A snapshot of a cluster."""

    data: dict[str, Any]
    timeline: Timeline


@dataclass
class Instance(Resource):
    """An instance of a cluster. ``seen`` are the parameter groups, with revision, that it last booted with."""

    data: dict[str, Any]
    timeline: Timeline
    pending: dict[str, Any] = field(default_factory=dict)
    applying: dict[str, Any] = field(default_factory=dict)
    seen: dict[str, tuple[str, int]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return str(self.data["DBInstanceIdentifier"])

    @property
    def cluster(self) -> str:
        return str(self.data["DBClusterIdentifier"])

    @property
    def deleting(self) -> bool:
        return self.timeline.steps[-1][0] == "deleted"

    def settle(self) -> None:
        """Let finished changes take effect."""
        if self.applying and self.timeline.settled:
            self.data.update(self.applying)
            self.applying = {}


@dataclass
class Cluster(Resource):
    """A DB cluster. ``pending`` waits for the maintenance window, ``applying`` for the end of the present change."""

    region: str
    data: dict[str, Any]
    timeline: Timeline
    password: str = ""
    secret: MasterSecret | None = None
    writer: str | None = None
    global_name: str | None = None
    pending: dict[str, Any] = field(default_factory=dict)
    applying: dict[str, Any] = field(default_factory=dict)
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
    def deleting(self) -> bool:
        return self.timeline.steps[-1][0] == "deleted"

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
        self.data.update(values)


@dataclass
class Member:
    """A cluster of a global cluster, by its ARN. ``leaving`` lasts while it is being detached."""

    arn: str
    writer: bool
    leaving: Timeline | None = None


@dataclass
class GlobalCluster(Resource):
    """A global cluster."""

    data: dict[str, Any]
    timeline: Timeline
    members: list[Member] = field(default_factory=list)
    next_writer: str | None = None

    @property
    def name(self) -> str:
        return str(self.data["GlobalClusterIdentifier"])

    @property
    def writer(self) -> Member | None:
        return next((m for m in self.members if m.writer), None)


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
        key = (name or "default").lower()
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

    def settle(self) -> None:
        """Let time do its work: changes take effect, and what was deleted disappears."""
        for instance in list(self.instances.values()):
            instance.settle()
            if instance.deleting and instance.timeline.settled:
                del self.instances[instance.name]
        for cluster in list(self.clusters.values()):
            if cluster.timeline.settled:
                self._settle_cluster(cluster)

    def _settle_cluster(self, cluster: Cluster) -> None:
        if cluster.deleting and not self.instances_of(cluster.name):
            del self.clusters[cluster.name]
        if cluster.applying:
            before = engine.family_of(cluster.version)
            cluster.apply()
            if engine.family_of(cluster.version) != before:
                self.adopt_groups(cluster)

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
        for scope, name in self.groups_of(instance, cluster).items():
            instance.seen[scope] = (name, self.parameter_group(scope, name).revision)

    def groups_of(self, instance: Instance, cluster: Cluster) -> dict[str, str]:
        """The parameter groups of an instance by scope."""
        return {"cluster": cluster.data["DBClusterParameterGroup"], "instance": instance.data["DBParameterGroupName"]}

    def parameter_status(self, scope: str, instance: Instance, cluster: Cluster) -> str:
        """Whether an instance runs with the present parameters of a group."""
        name = self.groups_of(instance, cluster)[scope]
        in_sync = instance.seen.get(scope) == (name, self.parameter_group(scope, name).revision)
        return "in-sync" if in_sync else "pending-reboot"

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


def cluster_at(account: str, arn: str) -> Cluster | None:
    """A cluster of any region by its ARN."""
    fields = arn.split(":")
    if len(fields) != 7 or fields[5] != "cluster" or fields[3] not in RDS[account].regions:
        return None
    return RDS[account][fields[3]].clusters.get(fields[6].lower())  # type: ignore[no-any-return]


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
        for member in found.members:
            member.writer = member.arn == found.next_writer
        found.next_writer = None
        found.data.pop("FailoverState", None)
    for member in list(found.members):
        cluster = cluster_at(account, member.arn)
        if cluster is None or (member.leaving and member.leaving.settled):
            found.members.remove(member)
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
