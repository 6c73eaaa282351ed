"""Billing mode and throughput of tables and indexes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from moto.dynamodb.models.table import DEFAULT_WARM_THROUGHPUT_RCU, DEFAULT_WARM_THROUGHPUT_WCU, Table

from ..autoscaling.models import AUTOSCALING
from ..clock import CLOCK, DAY, Timeline
from ..core import AwsError
from .checks import check_units
from .describe import ON_DEMAND, PROVISIONED, billing_mode
from .state import (
    NO_UNITS,
    READ,
    WRITE,
    Usage,
    check_indexes,
    in_use,
    invalid,
    limited,
    members_of,
    set_units,
    state_of,
    tables_of,
    units_of,
    usage_of,
)
from .values import PREFIX

MOMENT = "%A, %B %d, %Y at %I:%M:%S %p Coordinated Universal Time"
SCALED = "Table write capacity should either be Pay-Per-Request or AutoScaled."
Change = tuple[str | None, dict[str, Any]]  # index name (None for the table itself) and new units


def index_updates(params: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the changes of existing indexes in an UpdateTable call."""
    for update in params.get("GlobalSecondaryIndexUpdates") or []:
        if update.get("Update"):
            yield update["Update"]


def check_changed(table: Table, params: dict[str, Any]) -> None:
    """Refuse changes of indexes that do not exist or are busy."""
    for change in index_updates(params):
        if change["IndexName"] not in {index.name for index in table.global_indexes}:
            raise AwsError("ResourceNotFoundException", f"Requested resource not found: Index: {change['IndexName']}")
        if not state_of(table).index(change["IndexName"]).timeline.settled:
            raise in_use(f"Attempt to change a resource which is still in use: Index: {change['IndexName']}")


def update(table: Table, params: dict[str, Any]) -> None:
    """Change billing mode, throughput and on-demand maxima on all replicas."""
    check_changed(table, params)
    mode = params.get("BillingMode") or billing_mode(table)
    changes = list(_changes(params))
    if mode == ON_DEMAND and changes:
        raise invalid(f"{PREFIX}Neither {READ} nor {WRITE} can be specified when BillingMode is {ON_DEMAND}")
    if mode != billing_mode(table):
        _switch(table, mode, changes)
    elif changes:
        _change(table, changes)
    _set_on_demand(table, mode, params)


def update_warm(table: Table, params: dict[str, Any]) -> None:
    """Raise warm throughputs on all replicas. AWS never lowers them; the table stays ACTIVE meanwhile."""
    check_changed(table, params)
    given = [(None, params), *((update["IndexName"], update) for update in index_updates(params))]
    raised = [(index, update["WarmThroughput"]) for index, update in given if update.get("WarmThroughput") is not None]
    for index, units in raised:
        old = (table.get_index(index) if index else table).warm_throughput
        if any(value < old[name] for name, value in units.items()):
            raise invalid(f"{PREFIX}Requested WarmThroughput is lower than the current one: {old}")
        if all(value == old[name] for name, value in units.items()):
            raise invalid(f"{PREFIX}The warm throughput will not change")
    for replica in tables_of(table):
        for index, units in raised:
            (replica.get_index(index) if index else replica).warm_throughput.update(units)
            state = state_of(replica).index(index) if index else state_of(replica)
            state.warming = Timeline(("UPDATING", 300), ("ACTIVE", 0))


def check_scaled(table: Table, mode: str) -> None:
    """Refuse a provisioned table that lacks a scaling target or policy for one of its write capacities."""
    store = AUTOSCALING[table.account_id][table.region_name]
    names: list[str | None] = [None, *(index.name for index in table.global_indexes)]
    if mode == PROVISIONED and not all(store.is_scaled(table.name, name, WRITE) for name in names):
        raise invalid(SCALED)


def _changes(params: dict[str, Any]) -> Iterator[Change]:
    if params.get("ProvisionedThroughput"):
        yield None, params["ProvisionedThroughput"]
    for change in index_updates(params):
        if change.get("ProvisionedThroughput"):
            yield change["IndexName"], change["ProvisionedThroughput"]


def _change(table: Table, changes: list[Change]) -> None:
    for index, units in changes:
        what = f"index {index}" if index else "the table"
        check_units(units, what)
        old = units_of(table, index)
        if all(units[name] == old[name] for name in (READ, WRITE)):
            raise invalid(
                f"The provisioned throughput for {what} will not change. The requested value equals the current value."
                f" Current {READ}: {old[READ]}. Current {WRITE}: {old[WRITE]}."
            )
        if any(units[name] < old[name] for name in (READ, WRITE)):
            _check_decrease(usage_of(table, index))
    _apply(table, changes, 10)


def _check_decrease(usage: Usage) -> None:
    allowed = usage.next_decrease(CLOCK.now())
    if allowed > CLOCK.now():
        last, following = (
            datetime.fromtimestamp(when, UTC).strftime(MOMENT) for when in (usage.decreases[-1], allowed)
        )
        raise limited(
            "Subscriber limit exceeded: Provisioned throughput decreases are limited within a given UTC day. After the "
            "first 4 decreases, each subsequent decrease in the same UTC day can be performed at most once every 3600 "
            f"seconds. Number of decreases today: {len(usage.today())}. Last decrease at {last}. Next decrease can be "
            f"made at {following}"
        )


def _apply(table: Table, changes: list[Change], seconds: float) -> None:
    for member in members_of(table).values():
        for index, _ in changes:
            member.overwrite("ProvisionedThroughputOverride", index)
    for replica in tables_of(table):
        for index, units in changes:
            set_units(replica, index, units)
            if index:
                state_of(replica).index(index).timeline = Timeline(("UPDATING", seconds), ("ACTIVE", 0))
        state_of(replica).become(seconds)


def _switch(table: Table, mode: str, changes: list[Change]) -> None:
    check_indexes(table)
    if mode == PROVISIONED:
        given = {name for name, _ in changes}
        missing = [i.name for i in table.global_indexes if i.name not in given]
        if None not in given or missing:
            raise invalid(
                f"{PREFIX}{READ} and {WRITE} must be specified for the table and every index when BillingMode is {mode}"
                + (f". Missing: {', '.join(missing)}" if missing else "")
            )
        for name, units in changes:
            check_units(units, f"index {name}" if name else "the table")
    else:
        recent = [moment for moment in state_of(table).switches if CLOCK.now() - moment < DAY]
        if len(recent) >= 4:
            raise limited("Subscriber limit exceeded: Update to PayPerRequest mode is limited to 4 times in 24 hours.")
        changes = [(name, NO_UNITS) for name in [None, *(i.name for i in table.global_indexes)]]
    seconds = 60 if mode == PROVISIONED else 5 if state_of(table).switches else 150
    tables = tables_of(table)
    if len(tables) > 1:
        check_scaled(table, mode)
    for replica in tables:
        _set_mode(replica, mode)
    _apply(table, changes, seconds if len(tables) == 1 else 218)


def _set_mode(table: Table, mode: str) -> None:
    table.billing_mode, state = mode, state_of(table)
    if mode == PROVISIONED:
        state.on_demand = None
        for index in table.global_indexes:
            state.index(index.name).on_demand = None
        return
    state.on_demand_since = CLOCK.now()
    state.switches.append(state.on_demand_since)
    for units in (table.warm_throughput, *(index.warm_throughput for index in table.global_indexes)):
        units["ReadUnitsPerSecond"] = max(units["ReadUnitsPerSecond"], DEFAULT_WARM_THROUGHPUT_RCU)
        units["WriteUnitsPerSecond"] = max(units["WriteUnitsPerSecond"], DEFAULT_WARM_THROUGHPUT_WCU)


def merged_on_demand(old: dict[str, int] | None, new: dict[str, int]) -> dict[str, int] | None:
    """Return the on-demand maxima after a change; -1 removes a maximum."""
    if any(value != -1 and value < 1 for value in new.values()):
        raise invalid(f"{PREFIX}OnDemandThroughput must be -1 or at least 1")
    units = {"MaxReadRequestUnits": -1, "MaxWriteRequestUnits": -1, **(old or {}), **new}
    return None if set(units.values()) == {-1} else units


def _set_on_demand(table: Table, mode: str, params: dict[str, Any]) -> None:
    wanted: list[tuple[str | None, dict[str, int]]] = []
    if params.get("OnDemandThroughput"):
        wanted.append((None, params["OnDemandThroughput"]))
    wanted += [(u["IndexName"], u["OnDemandThroughput"]) for u in index_updates(params) if u.get("OnDemandThroughput")]
    if wanted and mode != ON_DEMAND:
        first = next(iter(wanted[0][1]), "MaxReadRequestUnits")
        text = f"{first} for OnDemandThroughput cannot be specified when the table BillingMode is {mode}"
        raise invalid(f"{PREFIX}{text}")
    for member in members_of(table).values():
        for index, _ in wanted:
            member.overwrite("OnDemandThroughputOverride", index)
    for replica in tables_of(table) if wanted else ():
        state = state_of(replica)
        for index, units in wanted:
            holder = state.index(index) if index else state
            holder.on_demand = merged_on_demand(holder.on_demand, units)
        if state.timeline.settled:
            state.become(10)
