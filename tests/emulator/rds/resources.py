"""The resources of the local RDS: what each of them is, and what changes it by itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from ..clock import CLOCK, Timeline
from ..core import AwsError
from . import checks

STOPPED_AT_MOST = 7 * 24 * 3600


def now() -> Any:
    """The virtual moment."""
    return CLOCK.datetime().replace(microsecond=0)


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


def resting(timeline: Timeline) -> bool:
    """Whether something can be changed: "available" alone is also told for seconds after the last change was taken."""
    return timeline.state == "available" and timeline.settled


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
        return resting(self.timeline)

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
        if not self.pending or not self.resting:
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
