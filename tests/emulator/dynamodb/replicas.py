"""Replicas of a table in other Regions: global tables of version 2019.11.21 with eventual consistency."""

from __future__ import annotations

import copy
from typing import Any

from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.table import Table

from ..autoscaling.models import AUTOSCALING
from ..clock import CLOCK, DAY, Timeline
from ..iam import service_uses_its_role
from .capacity import check_scaled, merged_on_demand
from .describe import ON_DEMAND, billing_mode
from .settings import CUSTOMER, encryption, key_type
from .state import (
    GLOBAL_TABLES,
    GONE,
    HIDDEN,
    HOME,
    READ,
    WRITE,
    Member,
    TableState,
    backend,
    check_active,
    check_all_active,
    check_indexes,
    entries_of,
    exists,
    invalid,
    members_of,
    set_units,
    state_of,
)
from .streams import close
from .values import PREFIX

ACTIONS = ("Create", "Update", "Delete", "Disassociate")


def update(table: Table, updates: list[dict[str, Any]]) -> str:
    """Create, change or delete one replica. Return its Region."""
    given = [(name, update[name]) for update in updates for name in ACTIONS if update.get(name) is not None]
    if len(updates) != 1 or len(given) != 1:
        raise invalid(f"{PREFIX}Exactly one action on one replica must be given in an UpdateTable call")
    action, params = given[0]
    region = str(params["RegionName"])
    if action == "Disassociate":
        raise invalid("The local AWS does not implement Disassociate.")
    if region == table.region_name:
        raise invalid(f"{PREFIX}Cannot add, delete, or update the local region through ReplicaUpdates: {region}")
    check_all_active(table)
    if action == "Create":
        _create(table, region, params)
    elif region not in _known(table, action):
        raise invalid(f"Update global table operation failed because a replica is not part of it: {region}")
    elif action == "Update":
        _update(table, region, params)
    else:
        _delete(table, region)
    return region


def _known(table: Table, action: str) -> dict[str, Member]:
    """Return the Regions that accept an action. A Region whose replica failed accepts only Delete."""
    members = members_of(table)
    return entries_of(table.account_id, table.name) if members and action == "Delete" else members


def _check_create(table: Table, region: str, params: dict[str, Any]) -> dict[str, Any] | None:
    """Refuse a Region that AWS cannot add. Return the encryption of the new replica."""
    if region not in dynamodb_backends[table.account_id].regions:
        raise invalid(f"{PREFIX}Unsupported region for a replica: {region}")
    check_indexes(table)
    if exists(table.account_id, region, table.name) or region in entries_of(table.account_id, table.name):
        raise invalid(
            f"Failed to create the new replica of table with name: '{table.name}' because one or more replicas "
            f"already existed as tables: {region}"
        )
    if entries_of(table.account_id, table.name) and not members_of(table):
        raise invalid("The local AWS does not implement two global tables of one name.")
    check_scaled(table, billing_mode(table))
    key, kind = params.get("KMSMasterKeyId"), key_type(table.sse_specification)
    if bool(key) != (kind == CUSTOMER):
        need = "needs" if kind == CUSTOMER else "refuses"
        raise invalid(f"{PREFIX}A replica of a table that an {kind} key encrypts {need} KMSMasterKeyId")
    _check_overrides(table, params)
    if table.sse_specification is None:
        return None
    return encryption(table.account_id, region, {"Enabled": True, **({"KMSMasterKeyId": key} if key else {})})


def _check_overrides(table: Table, params: dict[str, Any]) -> None:
    on_demand = billing_mode(table) == ON_DEMAND
    names = {index.name for index in table.global_indexes}
    for override in [params, *(params.get("GlobalSecondaryIndexes") or [])]:
        if override is not params and override["IndexName"] not in names:
            raise invalid(f"{PREFIX}The table has no such index: {override['IndexName']}")
        if override.get("ProvisionedThroughputOverride") and on_demand:
            raise invalid(f"{PREFIX}ProvisionedThroughputOverride needs BillingMode PROVISIONED")
        if override.get("OnDemandThroughputOverride") and not on_demand:
            raise invalid(f"{PREFIX}OnDemandThroughputOverride needs BillingMode {ON_DEMAND}")


def _create(table: Table, region: str, params: dict[str, Any]) -> None:
    sse = _check_create(table, region, params)
    account, name, known = table.account_id, table.name, GLOBAL_TABLES[table.account_id][HOME]
    if not (table.stream_specification or {}).get("StreamEnabled"):
        table.set_stream_specification({"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"})
    seconds = 600 if table.items else 40  # AWS copies the items first
    members = known.members.setdefault(name, {table.region_name: Member()})
    members[region] = Member((HIDDEN, 6), ("CREATING", seconds - 6), ("ACTIVE", 0))
    steps = ((HIDDEN, 10), ("CREATING", seconds - 10), ("ACTIVE", 0))
    if not members[region].lives:
        steps = ((HIDDEN, 10), (HIDDEN, seconds - 10), (GONE, 0))
    stream = table.stream_specification if members[region].lives else None
    replica = copied(table, name, region, TableState(*steps), stream)
    replica.items, replica.ttl, replica.sse_specification = table.items, dict(table.ttl), sse
    state_of(replica).table_class = state_of(table).table_class
    state_of(replica).ttl_changed = state_of(table).ttl_changed
    backend(account, region).tables[name] = replica
    _override(members[region], replica, params)
    others = [source for source in known.sources.get(name, []) if source[1] != region]
    known.sources[name] = [*others, (table.region_name, region, CLOCK.now())]
    if members[region].lives:
        AUTOSCALING[account][table.region_name].mirror_writes(name, AUTOSCALING[account][region])
    service_uses_its_role(account, table.region_name, "replication.dynamodb.amazonaws.com")
    state_of(table).become(seconds)


def copied(source: Table, name: str, region: str, state: TableState, streams: dict[str, Any] | None = None) -> Table:
    """Return a new table with the keys, indexes and capacity of ``source``."""
    provisioned = billing_mode(source) != ON_DEMAND
    units = {name: source.throughput[name] for name in (READ, WRITE)}
    replica = Table(
        name,
        source.account_id,
        region,
        schema=copy.deepcopy(source.schema),
        attr=copy.deepcopy(source.attr),
        throughput=units if provisioned else None,
        billing_mode=source.billing_mode,
        streams=dict(streams or {}),
    )
    replica.global_indexes, replica.indexes = copy.deepcopy(source.global_indexes), copy.deepcopy(source.indexes)
    replica.warm_throughput = dict(source.warm_throughput)
    replica.__dict__["local"], old = state, state_of(source)
    state.on_demand = old.on_demand
    state.on_demand_since = old.on_demand_since if billing_mode(source) == ON_DEMAND else None
    for index in source.global_indexes:
        state.index(index.name).on_demand = old.index(index.name).on_demand
    return replica


def _override(member: Member, table: Table, params: dict[str, Any]) -> None:
    """Override the read capacities and the table class of one replica."""
    _override_reads(member.overrides, table, None, params)
    for update in params.get("GlobalSecondaryIndexes") or []:
        index = member.overrides.setdefault("indexes", {}).setdefault(update["IndexName"], {})
        _override_reads(index, table, update["IndexName"], update)
    if params.get("TableClassOverride"):
        member.overrides["TableClassOverride"] = params["TableClassOverride"]
        state_of(table).table_class = params["TableClassOverride"]


def _override_reads(overrides: dict[str, Any], table: Table, index: str | None, params: dict[str, Any]) -> None:
    provisioned, on_demand = params.get("ProvisionedThroughputOverride"), params.get("OnDemandThroughputOverride")
    holder = state_of(table).index(index) if index else state_of(table)
    if provisioned:
        units = table.get_index(index).throughput if index else table.throughput
        set_units(table, index, {**units, READ: provisioned[READ]})
        overrides["ProvisionedThroughputOverride"] = dict(provisioned)
    if on_demand:
        holder.on_demand = merged_on_demand(holder.on_demand, on_demand)
        overrides["OnDemandThroughputOverride"] = dict(on_demand)


def _update(table: Table, region: str, params: dict[str, Any]) -> None:
    if params.get("KMSMasterKeyId"):
        raise invalid(f"{PREFIX}The key of a replica is changed by SSESpecification in its own region")
    if not set(params) - {"RegionName"}:
        raise invalid(f"{PREFIX}Nothing to update for the replica in {region}")
    _check_overrides(table, params)
    member = members_of(table)[region]
    replica = backend(table.account_id, region).tables[table.name]
    _override(member, replica, params)
    member.entry = Timeline(("UPDATING", 30), ("ACTIVE", 0))
    state_of(replica).become(30)
    state_of(table).become(30)


def check_leaving(table: Table) -> None:
    """Refuse to delete a protected table, or the source of an existing replica for 24 hours."""
    if table.deletion_protection_enabled:
        raise invalid(
            "Resource cannot be deleted as it is currently protected against deletion. "
            "Disable deletion protection first."
        )
    members = members_of(table)
    made = GLOBAL_TABLES[table.account_id][HOME].sources.get(table.name, [])
    young = [
        replica
        for source, replica, moment in made
        if source == table.region_name and CLOCK.now() - moment < DAY and replica in members and members[replica].lives
    ]
    if young:
        raise invalid(
            "Replica cannot be deleted because it has acted as a source region for new replica(s) being added to the "
            f"table in the last 24 hours: {', '.join(young)}"
        )


def _delete(table: Table, region: str) -> None:
    from .backups import check_backed_up, take_last  # avoids an import cycle

    if region not in members_of(table):  # AWS lists a replica that failed until it is deleted
        GLOBAL_TABLES[table.account_id][HOME].members[table.name].pop(region)
        state_of(table).become(10)
        return
    replica = backend(table.account_id, region).tables[table.name]
    check_active(replica)
    check_indexes(replica)
    check_leaving(replica)
    check_backed_up(replica)
    take_last(replica)
    members_of(table)[region].entry = Timeline(("DELETING", 180), (GONE, 0))
    state_of(replica).timeline = Timeline(("DELETING", 195), (GONE, 0))
    close(replica)
    state_of(table).become(180)


def leave(table: Table) -> None:
    """Remove a replica from its global table when DeleteTable deletes it in its own Region."""
    member = members_of(table).get(table.region_name)
    if member:
        member.entry = Timeline(("DELETING", 10), (GONE, 0))
