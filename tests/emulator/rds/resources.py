"""The resources of the local RDS and the changes that happen to them over time."""

from __future__ import annotations

import hashlib
import secrets
import string
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from ..clock import CLOCK, Timeline
from ..core import AwsError
from . import checks

STOPPED_AT_MOST = 7 * 24 * 3600
_BASE32, _BASE36 = string.ascii_uppercase + "234567", string.digits + string.ascii_lowercase


def now() -> Any:
    """Return the virtual moment."""
    return CLOCK.datetime().replace(microsecond=0)


def resource_id(prefix: str) -> str:
    """Return a new resource id in AWS's form: ``cluster-`` or ``db-`` and 26 characters of base 32."""
    return f"{prefix}-{''.join(secrets.choice(_BASE32) for _ in range(26))}"


def host_label(*names: str) -> str:
    """Return the part of host names that is specific to an account and Region: ``c`` and 11 characters of base 36."""
    number = int(hashlib.sha256("/".join(names).encode()).hexdigest(), 16)
    return "c" + "".join(_BASE36[number // 36**place % 36] for place in range(11))


@dataclass
class Resource:
    """A resource with an ARN and tags."""

    arn: str
    tags: list[dict[str, str]]

    def add_tags(self, tags: Iterable[dict[str, str]]) -> None:
        """Set tags and keep the others."""
        merged = {tag["Key"]: tag["Value"] for tag in [*self.tags, *tags]}
        self.tags = checks.tags([{"Key": k, "Value": v} for k, v in merged.items()])

    def remove_tags(self, keys: Iterable[str]) -> None:
        """Remove the tags of the keys."""
        self.tags = [tag for tag in self.tags if tag["Key"] not in set(keys)]


@dataclass
class SubnetGroup(Resource):
    """A DB subnet group. ``subnets`` holds subnet ids with their zones."""

    name: str
    description: str
    vpc: str
    subnets: list[tuple[str, str]]

    @property
    def zones(self) -> list[str]:
        """Return the zones that the group covers."""
        return sorted({zone for _, zone in self.subnets})


@dataclass
class ParameterGroup(Resource):
    """A parameter group of clusters or of instances. ``values`` holds values with their apply methods."""

    scope: str
    name: str
    family: str
    description: str
    values: dict[str, tuple[str, str]] = field(default_factory=dict)
    revision: int = 0  # number of changes that need a reboot
    held: Timeline | None = None  # time during which a deleted user still counts
    changing: Timeline | None = None  # time during which the last change is pending


@dataclass
class MasterSecret:
    """The secret that RDS manages for the master user of a cluster."""

    arn: str
    kms_key: str
    timeline: Timeline


@dataclass
class Snapshot(Resource):
    """A snapshot of a cluster. ``within`` is its content that RDS does not show, ``shared`` who may restore it."""

    data: dict[str, Any]
    timeline: Timeline
    within: dict[str, Any]
    shared: list[str] = field(default_factory=list)


@dataclass
class Retained:
    """The automated backups of a deleted cluster. ``shown`` is their description, ``data`` the cluster's."""

    shown: dict[str, Any]
    data: dict[str, Any]
    within: dict[str, Any]
    until: Any


@dataclass
class Subscription(Resource):
    """An event subscription. ``sources`` names resources of the subscription's SourceType."""

    name: str
    data: dict[str, Any]
    sources: list[str]
    created: float
    timeline: Timeline


@dataclass
class Event:
    """An event of a resource, visible from the end of its timeline on."""

    arn: str
    category: str
    message: str
    timeline: Timeline

    @property
    def date(self) -> int:
        """Return the second of the event. A change done at once has the moment of its start."""
        return int(self.timeline.end if self.timeline.end <= CLOCK.now() else self.timeline.start)


def resting(timeline: Timeline) -> bool:
    """Return whether a resource accepts changes: AWS shows "available" for seconds after it accepted a change."""
    return timeline.state == "available" and timeline.settled


@dataclass
class Changing(Resource):
    """A resource with changes. ``pending`` waits for the maintenance window, ``applying`` for the end of a change."""

    data: dict[str, Any]
    timeline: Timeline
    pending: dict[str, Any] = field(default_factory=dict)
    applying: dict[str, Any] = field(default_factory=dict)
    since: float = 0.0  # moment at which the last pending value was added

    @property
    def deleting(self) -> bool:
        return self.timeline.steps[-1][0] == "deleted"

    @property
    def resting(self) -> bool:
        return resting(self.timeline)

    def defer(self, values: dict[str, Any], present: dict[str, Any]) -> None:
        """Add values to the pending ones, except values that equal the present ones."""
        for name, value in values.items():
            self.pending.pop(name, None)
            if value != present.get(name):
                self.pending[name], self.since = value, CLOCK.now()

    def flush(self) -> bool:
        """Move all pending values to ``applying``. Return whether there were any."""
        found = bool(self.pending)
        self.applying.update(self.pending)
        self.pending = {}
        return found

    def maintained(self) -> float | None:
        """Move pending values to ``applying`` if the maintenance window has begun. Return its start, else None."""
        if not self.pending or not self.resting:
            return None
        start = checks.next_window(self.data["PreferredMaintenanceWindow"], self.since)
        return start if CLOCK.now() >= start and self.flush() else None


def changing(state: str, moment: float | None = None) -> Timeline:
    """Return the timeline of a change that starts at ``moment`` or now. AWS shows "available" for its first seconds."""
    timeline = Timeline(("available", 5), (state, 60), ("available", 0))
    timeline.start = moment or timeline.start
    return timeline


@dataclass
class Instance(Changing):
    """An instance of a cluster. ``seen`` holds the parameters of its last boot by scope."""

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
    """A DB cluster. ``next_writer`` becomes the writer at the end of a failover."""

    region: str = ""
    password: str = ""
    secret: MasterSecret | None = None
    writer: str | None = None
    next_writer: str | None = None
    global_name: str | None = None
    new_groups: dict[str, str] = field(default_factory=dict)
    former_firewalls: list[str] | None = None  # the security groups before the present change, if it changes them

    @property
    def name(self) -> str:
        return str(self.data["DBClusterIdentifier"])

    @property
    def version(self) -> str:
        return str(self.data["EngineVersion"])

    @property
    def status(self) -> str:
        """Return the present status. A cluster stays ``deleting`` until its last instance is deleted."""
        return "deleting" if self.deleting else self.timeline.state

    @property
    def encrypted(self) -> bool:
        return bool(self.data["StorageEncrypted"])

    @property
    def restarts(self) -> float:
        """Return the moment at which AWS starts a stopped cluster, or gives up a cluster without its key."""
        return self.timeline.end + STOPPED_AT_MOST

    def require_not_stopped(self) -> None:
        """Refuse to delete a stopped cluster or one of its instances."""
        if self.timeline.state in ("stopping", "stopped"):
            raise AwsError("InvalidDBClusterStateFault", f"Db cluster {self.name} is in {self.timeline.state} state")

    def require_available(self) -> None:
        """Refuse changes in any other state."""
        if not self.resting:
            text = f"Cluster {self.name} is not currently in the available state, or about to leave it: {self.status}"
            raise AwsError("InvalidDBClusterStateFault", text)

    def apply(self) -> None:
        """Make the values in ``applying`` take effect."""
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
    """A member of a global cluster. ``leaving`` runs while it is detached, ``rebuilt`` while it is resynchronized."""

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
    left: Timeline | None = None  # AWS counts the last member for a while after it was detached

    @property
    def name(self) -> str:
        return str(self.data["GlobalClusterIdentifier"])

    @property
    def writer(self) -> Member | None:
        return next((m for m in self.members if m.writer), None)

    def led_by(self, cluster: Cluster) -> bool:
        """Return whether a cluster is the primary."""
        return self.writer is not None and self.writer.arn == cluster.arn
