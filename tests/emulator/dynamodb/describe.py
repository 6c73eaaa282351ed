"""The table descriptions in the answers of DescribeTable and the other table calls."""

from __future__ import annotations

from collections.abc import Container
from typing import Any

from moto.dynamodb.models.table import GlobalSecondaryIndex, LocalSecondaryIndex, Table

from ..clock import CLOCK
from .state import (
    FAILED,
    HIDDEN,
    KEYLESS,
    READ,
    WRITE,
    IndexState,
    Member,
    TableState,
    backend,
    entries_of,
    members_of,
    state_of,
)

ON_DEMAND, PROVISIONED = "PAY_PER_REQUEST", "PROVISIONED"
BACKFILLING = "BACKFILLING"
MEASURED_EVERY = 6 * 3600
_NOT_WHILE_DELETING = ("AttributeDefinitions", "KeySchema", "CreationDateTime", "WarmThroughput")


def describe(table: Table, status: str | None = None, fresh: Container[str] = ()) -> dict[str, Any]:
    """Return the table as AWS describes it, without the fields that do not apply.

    The answer to a change shows ``status`` instead of the state, and the first state of the ``fresh`` indexes and
    replica Regions.
    """
    state = state_of(table)
    shown: dict[str, Any] = {
        "AttributeDefinitions": sorted(table.attr, key=lambda a: str(a["AttributeName"])),
        "TableName": table.name,
        "KeySchema": table.schema,
        "TableStatus": status or state.status,
        "CreationDateTime": table.created_at,
        "ProvisionedThroughput": throughput(table.throughput, state.usage),
        "TableSizeBytes": measured(table)[1],
        "ItemCount": measured(table)[0],
        "TableArn": table.table_arn,
        "TableId": state.table_id,
        "DeletionProtectionEnabled": bool(table.deletion_protection_enabled),
        "WarmThroughput": warm(table.warm_throughput, state),
    }
    if table.global_indexes:
        shown["GlobalSecondaryIndexes"] = [
            describe_index(table, index, index.name in fresh) for index in table.global_indexes
        ]
    if table.indexes:
        shown["LocalSecondaryIndexes"] = [_describe_local(table, index) for index in table.indexes]
    shown.update(_settings(table, shown["TableStatus"]))
    shown.update(_replicas(table, fresh))
    if state.restored:
        shown["RestoreSummary"] = {**state.restored, "RestoreInProgress": not state.timeline.settled}
    if shown["TableStatus"] == "DELETING":
        return {name: value for name, value in shown.items() if name not in _NOT_WHILE_DELETING}
    return shown


def describe_made(table: Table) -> dict[str, Any]:
    """Return the description in the answer of CreateTable, which does not tell the warm throughput yet."""
    shown = describe(table, state_of(table).timeline.first, {index.name for index in table.global_indexes})
    for part in (shown, *shown.get("GlobalSecondaryIndexes", ())):
        del part["WarmThroughput"]
    return shown


def measured(table: Table, index: str = "") -> tuple[int, int]:
    """Return the number and the total size of items. AWS updates both only every six hours."""
    state = state_of(table)
    if CLOCK.now() - state.measured >= MEASURED_EVERY:
        state.measured = CLOCK.now()
        items = {"": table.all_items(), **{i.name: table.has_idx_items(i.name) for i in table.all_indexes()}}
        state.measures = {name: (len(found), sum(item.size() for item in found)) for name, found in items.items()}
    return state.measures.get(index, (0, 0))


def throughput(units: dict[str, Any], usage: Any) -> dict[str, Any]:
    """Return ProvisionedThroughputDescription: the capacity and its last changes."""
    return {**{name: units[name] for name in (READ, WRITE)}, **usage.describe()}


def warm(units: dict[str, Any], state: TableState | IndexState) -> dict[str, Any]:
    """Return a warm throughput and its status."""
    return {**units, "Status": state.warming.state}


def _describe_local(table: Table, index: LocalSecondaryIndex) -> dict[str, Any]:
    return {
        **index.describe(),
        "IndexSizeBytes": measured(table, index.name)[1],
        "ItemCount": measured(table, index.name)[0],
        "IndexArn": f"{table.table_arn}/index/{index.name}",
    }


def describe_index(table: Table, index: GlobalSecondaryIndex, fresh: bool = False) -> dict[str, Any]:
    """Return the description of a global secondary index."""
    state = state_of(table).index(index.name)
    step = state.timeline.first if fresh else state.timeline.state
    shown = {
        "IndexName": index.name,
        "KeySchema": index.schema,
        "Projection": index.projection,
        "IndexStatus": "CREATING" if step == BACKFILLING else step,
        "ProvisionedThroughput": throughput(index.throughput, state.usage),
        "IndexSizeBytes": measured(table, index.name)[1],
        "ItemCount": measured(table, index.name)[0],
        "IndexArn": f"{table.table_arn}/index/{index.name}",
        "WarmThroughput": warm(index.warm_throughput, state),
    }
    if step in ("CREATING", BACKFILLING) and any(name == BACKFILLING for name, _ in state.timeline.steps):
        shown["Backfilling"] = step == BACKFILLING
    if state.on_demand:
        shown["OnDemandThroughput"] = state.on_demand
    return shown


def billing_mode(table: Table) -> str:
    """Return PAY_PER_REQUEST or PROVISIONED."""
    return ON_DEMAND if table.billing_mode == ON_DEMAND else PROVISIONED


def _settings(table: Table, status: str) -> dict[str, Any]:
    state = state_of(table)
    shown: dict[str, Any] = {}
    if state.on_demand_since:  # AWS omits the summary of a table that was always PROVISIONED
        shown["BillingModeSummary"] = {"BillingMode": billing_mode(table)}
        if status not in ("CREATING", "UPDATING") or abs(state.timeline.start - state.on_demand_since) > 1:
            shown["BillingModeSummary"]["LastUpdateToPayPerRequestDateTime"] = state.on_demand_since
    if state.on_demand:
        shown["OnDemandThroughput"] = state.on_demand
    if state.table_class:
        shown["TableClassSummary"] = {"TableClass": state.table_class}
        if state.class_changes:
            shown["TableClassSummary"]["LastUpdateDateTime"] = state.class_changes[-1]
    if (table.stream_specification or {}).get("StreamEnabled"):
        shown["StreamSpecification"] = table.stream_specification
    if table.latest_stream_label:
        shown["LatestStreamLabel"] = table.latest_stream_label
        shown["LatestStreamArn"] = f"{table.table_arn}/stream/{table.latest_stream_label}"
    if (table.sse_specification or {}).get("Enabled"):
        key = table.sse_specification["KMSMasterKeyId"]
        shown["SSEDescription"] = {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": key}
        if state.key_lost is not None:
            shown["SSEDescription"]["InaccessibleEncryptionDateTime"] = state.key_lost
    return shown


def _replicas(table: Table, fresh: Container[str]) -> dict[str, Any]:
    """Return the replicas in the other Regions; AWS never lists the Region of the request."""
    found: list[dict[str, Any]] = []
    for region, member in entries_of(table.account_id, table.name).items() if members_of(table) else ():
        status = member.entry.first if region in fresh else member.entry.state
        if region != table.region_name and status != HIDDEN:
            shown = {"RegionName": region, "ReplicaStatus": status}
            if status == FAILED:
                found.append({**shown, "ReplicaStatusDescription": member.entry.reason})
            else:
                found.append({**shown, **_replica(member, backend(table.account_id, region).tables[table.name])})
    if not found:
        return {}
    return {"GlobalTableVersion": "2019.11.21", "Replicas": found}


def _replica(member: Member, table: Table) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    state, encryption = state_of(table), table.sse_specification or {}
    if state.status == KEYLESS:
        shown = {"ReplicaStatus": KEYLESS, "ReplicaInaccessibleDateTime": state.key_lost}
    if encryption.get("Enabled") and not encryption.get("Managed"):
        shown["KMSMasterKeyId"] = encryption["KMSMasterKeyId"]
    for name in ("ProvisionedThroughputOverride", "OnDemandThroughputOverride"):
        if name in member.overrides:
            shown[name] = member.overrides[name]
    if state.table_class:
        shown["ReplicaTableClassSummary"] = {"TableClass": state.table_class}
    indexes = [
        {"IndexName": index.name, **member.overrides.get("indexes", {}).get(index.name, {})}
        for index in table.global_indexes
    ]
    if indexes:
        shown["GlobalSecondaryIndexes"] = indexes
    shown["WarmThroughput"] = warm(table.warm_throughput, state)
    return shown
