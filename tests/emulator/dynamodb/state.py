"""State that moto's tables lack: lifecycle, settings and membership of global tables."""

from __future__ import annotations

import uuid
from typing import Any

from moto.core.base_backend import BaseBackend
from moto.dynamodb.models import DynamoDBBackend, dynamodb_backends
from moto.dynamodb.models.table import Table

from ..clock import CLOCK, DAY, Timeline
from ..core import AwsError, own_backend

HOME = "us-east-1"  # the Region of the backend that holds the global tables
GONE, HIDDEN, FAILED, KEYLESS = "GONE", "HIDDEN", "CREATION_FAILED", "INACCESSIBLE_ENCRYPTION_CREDENTIALS"
READ, WRITE = "ReadCapacityUnits", "WriteCapacityUnits"
NO_UNITS = {READ: 0, WRITE: 0}
AT_ONCE = (500, 250)  # quotas of concurrent table operations and of concurrent creations of tables with indexes


def invalid(message: str) -> AwsError:
    """Return a ValidationException."""
    return AwsError("ValidationException", message)


def in_use(message: str) -> AwsError:
    """Return a ResourceInUseException."""
    return AwsError("ResourceInUseException", message)


def limited(message: str) -> AwsError:
    """Return a LimitExceededException."""
    return AwsError("LimitExceededException", message)


def not_found(name: str) -> AwsError:
    """Return the error for a table that does not exist."""
    return AwsError("ResourceNotFoundException", f"Requested resource not found: Table: {name} not found")


class Usage:
    """The changes of a capacity, for the limit on decreases and for the description."""

    def __init__(self) -> None:
        self.decreases: list[float] = []
        self.increased: float | None = None
        self.changed: dict[str, float] = {}  # time of the last change by unit

    def today(self, moment: float | None = None) -> list[float]:
        """Return the decreases of the UTC day."""
        midnight = (CLOCK.now() if moment is None else moment) // DAY * DAY
        return [decrease for decrease in self.decreases if decrease >= midnight]

    def next_decrease(self, moment: float) -> float:
        """Return the first moment from ``moment`` on at which AWS accepts a decrease: 4 a day, then one an hour."""
        today, midnight = self.today(moment), (moment // DAY + 1) * DAY
        if len(today) < 4:
            return moment
        return midnight if len(today) >= 27 else min(midnight, max(moment, today[-1] + 3600))

    def describe(self) -> dict[str, Any]:
        """Return the fields of ProvisionedThroughputDescription about changes."""
        shown: dict[str, Any] = {"NumberOfDecreasesToday": len(self.today())}
        if self.decreases:
            shown["LastDecreaseDateTime"] = self.decreases[-1]
        if self.increased:
            shown["LastIncreaseDateTime"] = self.increased
        return shown


class IndexState:
    """The state and settings of a global secondary index."""

    def __init__(self, *steps: tuple[str, float]) -> None:
        self.timeline = Timeline(*(steps or (("ACTIVE", 0.0),)))
        self.warming = Timeline(("ACTIVE", 0))
        self.on_demand: dict[str, int] | None = None
        self.usage = Usage()


class TableState:
    """The state and settings of a table in one Region."""

    def __init__(self, *steps: tuple[str, float]) -> None:
        self.table_id = str(uuid.uuid4())
        self.timeline = Timeline(*(steps or (("CREATING", 10), ("ACTIVE", 0))))
        self.key_lost: float | None = None  # moment since which the KMS key cannot be used
        self.backups = Timeline(("UNAVAILABLE", self.timeline.end - self.timeline.start + 20), ("AVAILABLE", 0))
        self.warming = Timeline(("ACTIVE", 0))
        self.indexes: dict[str, IndexState] = {}
        self.usage = Usage()
        self.on_demand: dict[str, int] | None = None
        self.switches: list[float] = []  # moments of the switches to PAY_PER_REQUEST
        self.on_demand_since: float | None = None
        self.table_class: str | None = None
        self.class_changes: list[float] = []
        self.encryption_changes: list[float] = []
        self.protection_changed: float | None = None
        self.ttl_changed: float | None = None
        self.insights: Timeline | None = None
        self.recovery: tuple[float, int] | None = None  # moment of activation and recovery period in days
        self.policies: dict[str, dict[str, str]] = {}  # of the table and of its streams, by ARN
        self.measured, self.measures = CLOCK.now(), dict[str, tuple[int, int]]()
        self.restored: dict[str, Any] | None = None

    def index(self, name: str) -> IndexState:
        """Return the state of an index; ACTIVE unless set otherwise."""
        return self.indexes.setdefault(name, IndexState())

    @property
    def status(self) -> str:
        """Return the TableStatus."""
        found = self.timeline.state
        return KEYLESS if found == "ACTIVE" and self.key_lost is not None else found

    def become(self, seconds: float) -> None:
        """Set the status to UPDATING for ``seconds``, then to ACTIVE."""
        self.timeline = Timeline(("UPDATING", seconds), ("ACTIVE", 0))


class Member:
    """A replica as the other Regions of the global table list it."""

    def __init__(self, *steps: tuple[str, float]) -> None:
        self.entry = Timeline(*(steps or (("ACTIVE", 0.0),)))
        if self.entry.steps[-1][0] not in ("ACTIVE", FAILED):  # a fault's other states leave no replica
            self.entry.steps = (*self.entry.steps[:-1], (GONE, 0))
        self.overrides: dict[str, Any] = {}

    def overwrite(self, name: str, index: str | None) -> None:
        """Drop an override, because its value is now set for the whole global table."""
        (self.overrides.get("indexes", {}).get(index, {}) if index else self.overrides).pop(name, None)

    @property
    def lives(self) -> bool:
        """Return whether the replica has or will have a table."""
        return self.entry.steps[-1][0] not in (GONE, FAILED)


class GlobalTables(BaseBackend):
    """The replicas of each global table, and the source Region of each replica."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.members: dict[str, dict[str, Member]] = {}
        self.sources: dict[str, list[tuple[str, str, float]]] = {}


GLOBAL_TABLES = own_backend("local-dynamodb-global-tables", GlobalTables)


def state_of(table: Table) -> TableState:
    """Return the local state of a moto table."""
    if "local" not in table.__dict__:
        table.__dict__["local"] = TableState()
    found: TableState = table.__dict__["local"]
    return found


def backend(account: str, region: str) -> DynamoDBBackend:
    """Return the tables of a Region. Drop tables and indexes whose deletion is finished."""
    tables = dynamodb_backends[account][region]
    for name, table in list(tables.tables.items()):
        state = state_of(table)
        if state.timeline.state == GONE:
            del tables.tables[name]
            continue
        for index in list(table.global_indexes):
            if state.index(index.name).timeline.state == GONE:
                table.global_indexes.remove(index)
                del state.indexes[index.name]
                prune_attributes(table)
    return tables


def units_of(table: Table, index: str | None) -> dict[str, Any]:
    """Return the capacity of a table or of one of its indexes."""
    found: dict[str, Any] = table.throughput if index is None else table.get_index(index).throughput
    return found


def usage_of(table: Table, index: str | None) -> Usage:
    """Return the past changes of a capacity."""
    return state_of(table).usage if index is None else state_of(table).index(index).usage


def set_units(table: Table, index: str | None, units: dict[str, Any], moment: float | None = None) -> None:
    """Set the capacity of a table or index, and record the change as of ``moment`` or now."""
    old, usage, moment = units_of(table, index), usage_of(table, index), CLOCK.now() if moment is None else moment
    if any(units[name] < old[name] for name in (READ, WRITE)) and units != NO_UNITS:
        usage.decreases.append(moment)
    if any(units[name] > old[name] for name in (READ, WRITE)):
        usage.increased = moment
    usage.changed.update({name: moment for name in (READ, WRITE) if units[name] != old[name]})
    old.update({name: units[name] for name in (READ, WRITE)})


def prune_attributes(table: Table) -> None:
    """Drop the definitions of attributes that no key uses."""
    used = set(table.attribute_keys)
    table.attr = [definition for definition in table.attr if definition["AttributeName"] in used]


def exists(account: str, region: str, name: str) -> bool:
    """Return whether the name is taken in the Region, even by a table that is still hidden."""
    return name in backend(account, region).tables


def find(account: str, region: str, name: str) -> Table | None:
    """Return the table of a name or ARN, or None if it does not exist or is still hidden."""
    if name.startswith("arn:"):
        parts = name.split(":", 5)
        if len(parts) < 6 or parts[3:5] != [region, account]:
            return None
        name = parts[5].removeprefix("table/")
    table = backend(account, region).tables.get(name)
    return None if table is None or state_of(table).timeline.state == HIDDEN else table


def get(account: str, region: str, name: str) -> Table:
    """Return the table of a name or ARN. Raise AWS's error if it does not exist."""
    table = find(account, region, name)
    if table is None:
        raise not_found(name)
    return table


def entries_of(account: str, name: str) -> dict[str, Member]:
    """Return the entries of a global table by Region, including failed replicas."""
    known = GLOBAL_TABLES[account][HOME]
    members: dict[str, Member] = known.members.get(name, {})
    for region, member in list(members.items()):
        if member.entry.state == GONE or (member.entry.state != FAILED and not exists(account, region, name)):
            del members[region]
    if len(members) < 2:
        known.members.pop(name, None)
        known.sources.pop(name, None)
        return {}
    return members


def members_of(table: Table) -> dict[str, Member]:
    """Return the Regions of the global table that the table belongs to; empty if it belongs to none."""
    entries = entries_of(table.account_id, table.name)
    members = {region: member for region, member in entries.items() if member.entry.state != FAILED}
    return members if table.region_name in members else {}


def tables_of(table: Table) -> list[Table]:
    """Return the table and its replicas, without those that are being deleted."""
    found = [table]
    for region, member in members_of(table).items():
        if region != table.region_name and member.lives:
            found.append(backend(table.account_id, region).tables[table.name])
    return found


def check_active(table: Table) -> None:
    """Refuse a change while the table is busy."""
    status, settled = state_of(table).status, state_of(table).timeline.settled
    if status == KEYLESS:
        raise in_use(f"The KMS key of the table cannot be used: {table.name}")
    if not settled or status != "ACTIVE":
        verb = {"CREATING": "created", "DELETING": "deleted"}.get(status, "updated")
        raise in_use(f"Attempt to change a resource which is still in use: Table is being {verb}: {table.name}")


def check_few(account: str, region: str, indexed: bool = False) -> None:
    """Refuse an operation beyond the quota of concurrent ones. New tables with indexes have a lower quota."""
    busy = [table for table in backend(account, region).tables.values() if not state_of(table).timeline.settled]
    making = [table for table in busy if table.global_indexes and state_of(table).timeline.state == "CREATING"]
    if len(busy) >= AT_ONCE[0] or (indexed and len(making) >= AT_ONCE[1]):
        raise limited(f"Subscriber limit exceeded: There is a limit of {AT_ONCE[0]} concurrent table operations")


def check_all_active(table: Table) -> None:
    """Refuse a change of all replicas while one of them is busy."""
    for replica in tables_of(table):
        check_active(replica)
    for region, member in members_of(table).items():
        if not member.entry.settled:
            raise in_use(f"Attempt to change a resource which is still in use: Replica is being updated: {region}")


def check_indexes(table: Table) -> None:
    """Refuse a change while an index is busy."""
    if busy_index(table):
        raise in_use(f"Attempt to change a resource which is still in use: Index: {busy_index(table)}")


def busy_index(table: Table) -> str | None:
    """Return the name of an index that is being created, changed or deleted, if any."""
    state = state_of(table)
    return next((i.name for i in table.global_indexes if not state.index(i.name).timeline.settled), None)
