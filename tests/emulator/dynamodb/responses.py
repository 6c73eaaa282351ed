"""DynamoDB's operations on tables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.core.responses import ActionResult
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.table import Table

from ..clock import CLOCK, Timeline
from . import backups, capacity, indexes, replica_autoscaling, replicas, settings
from .backups import BackupCalls
from .capacity import merged_on_demand
from .checks import MAX_UNITS, check_create
from .describe import ON_DEMAND, describe, describe_made
from .state import (
    GONE,
    HIDDEN,
    READ,
    WRITE,
    backend,
    check_active,
    check_all_active,
    check_few,
    check_indexes,
    exists,
    in_use,
    invalid,
    state_of,
)
from .streams import close
from .values import PREFIX

ALONE = (
    "SSESpecification", "TableClass", "DeletionProtectionEnabled", "WarmThroughput", "ReplicaUpdates",
    "StreamSpecification",
)  # fmt: skip
THROUGHPUT = ("BillingMode", "ProvisionedThroughput", "OnDemandThroughput")


def concern(params: dict[str, Any]) -> str:
    """Return the only kind of change in an UpdateTable call. Refuse a call with none or several."""
    found = {name for name in ALONE if params.get(name) is not None}
    if any(params.get(name) is not None for name in THROUGHPUT):
        found.add("throughput")
    for update in params.get("GlobalSecondaryIndexUpdates") or []:
        if update.get("Create") or update.get("Delete"):
            found.add("index")
        else:
            given = set(update.get("Update") or {}) - {"IndexName"}
            found |= {"WarmThroughput" if name == "WarmThroughput" else "throughput" for name in given}
    if not found:
        raise invalid(
            "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates or "
            "SSESpecification or ReplicaUpdates is required"
        )
    if len(found) > 1:
        raise invalid(f"{PREFIX}Only one kind of change can be made in an UpdateTable call: {', '.join(sorted(found))}")
    what = found.pop()
    if params.get("MultiRegionConsistency") and what != "ReplicaUpdates":
        raise invalid(f"{PREFIX}MultiRegionConsistency can be given only when replicas are created")
    return what


UPDATES: dict[str, Callable[[Table, dict[str, Any]], Any]] = {
    "ReplicaUpdates": lambda table, params: replicas.update(table, params["ReplicaUpdates"]),
    "index": indexes.update,
    "throughput": capacity.update,
    "WarmThroughput": capacity.update_warm,
    "StreamSpecification": lambda table, params: settings.update_stream(table, params["StreamSpecification"]),
    "SSESpecification": lambda table, params: settings.update_encryption(table, params["SSESpecification"]),
    "TableClass": lambda table, params: settings.update_class(table, params["TableClass"]),
    "DeletionProtectionEnabled": lambda table, params: settings.update_protection(
        table, params["DeletionProtectionEnabled"]
    ),
}


class LocalDynamoHandler(BackupCalls):
    """Handler of DynamoDB's requests."""

    def call_action(self) -> Any:
        """Answer the request, then drop the tables and indexes whose deletion is finished."""
        try:
            return super().call_action()
        finally:
            for region in list(dynamodb_backends[self.current_account]):
                backend(self.current_account, region)

    def describe_limits(self) -> ActionResult:
        """Return the quotas of capacity."""
        account = {f"AccountMax{units}": 2 * MAX_UNITS for units in (READ, WRITE)}
        return ActionResult({**account, **{f"TableMax{units}": MAX_UNITS for units in (READ, WRITE)}})

    def _tables(self) -> dict[str, Table]:
        found: dict[str, Table] = backend(self.current_account, self.region).tables
        return found

    def list_tables(self) -> ActionResult:
        """Return the names of the tables, 100 per page."""
        names = sorted(n for n, table in self._tables().items() if state_of(table).timeline.state != HIDDEN)
        start, limit = self.params.get("ExclusiveStartTableName"), self.params.get("Limit") or 100
        names = [name for name in names if start is None or name > start]
        more = {"LastEvaluatedTableName": names[limit - 1]} if len(names) > limit else {}
        return ActionResult({"TableNames": names[:limit], **more})

    def create_table(self) -> ActionResult:
        """Create a table."""
        params, account = self.params, self.current_account
        mode = check_create(params)
        settings.check_stream(params.get("StreamSpecification"))
        on_demand = merged_on_demand(None, params.get("OnDemandThroughput") or {})
        sse = settings.encryption(account, self.region, params.get("SSESpecification"))
        if exists(account, self.region, params["TableName"]):
            raise in_use(f"Table already exists: {params['TableName']}")
        check_few(account, self.region, bool(params.get("GlobalSecondaryIndexes")))
        self.body = {name: value for name, value in params.items() if name != "SSESpecification"}
        super().create_table()
        table = self._tables()[params["TableName"]]
        table.sse_specification = sse
        state = state_of(table)
        state.table_class, state.on_demand = params.get("TableClass"), on_demand
        state.on_demand_since = CLOCK.now() if mode == ON_DEMAND else None
        for index in params.get("GlobalSecondaryIndexes") or []:
            index_state = state.index(index["IndexName"])
            index_state.timeline = Timeline(("CREATING", 10), ("ACTIVE", 0))
            index_state.on_demand = merged_on_demand(None, index.get("OnDemandThroughput") or {})
        return ActionResult({"TableDescription": describe_made(table)})

    def describe_table(self) -> ActionResult:
        """Return the description of a table."""
        return ActionResult({"Table": describe(self._table())})

    def update_table(self) -> ActionResult:
        """Make one kind of change to a table."""
        params, table = self.params, self._table()
        if params.get("MultiRegionConsistency") == "STRONG":
            raise invalid("The local AWS does not implement MultiRegionConsistency STRONG.")
        what = concern(params)
        check_few(self.current_account, self.region)
        definitions = params.get("AttributeDefinitions")
        if definitions is not None and what != "index" and not _same(definitions, table.attr):
            raise invalid(f"{PREFIX}AttributeDefinitions can be given only when an index is created or deleted")
        if what in ("StreamSpecification", "DeletionProtectionEnabled"):
            check_active(table)
        elif what != "ReplicaUpdates":
            check_all_active(table)
        before = state_of(table).timeline
        fresh = UPDATES[what](table, params)
        after = state_of(table).timeline
        status = None if after is before else after.first
        return ActionResult({"TableDescription": describe(table, status, {fresh} if fresh else ())})

    def delete_table(self) -> ActionResult:
        """Delete this Region's table. A repeated deletion is not an error."""
        table = self._table()
        state = state_of(table)
        if state.timeline.state != "DELETING":
            check_active(table)
            check_indexes(table)
            check_few(self.current_account, self.region)
            replicas.check_leaving(table)
            backups.check_backed_up(table)
            backups.take_last(table)
            replicas.leave(table)
            close(table)
            state.timeline = Timeline(("DELETING", 10), (GONE, 0))
        return ActionResult({"TableDescription": describe(table, "DELETING")})

    def describe_table_replica_auto_scaling(self) -> ActionResult:
        """Return the auto scaling settings of a global table in all its Regions."""
        table = replica_autoscaling.global_table(self.current_account, self.region, self.params["TableName"])
        return ActionResult({"TableAutoScalingDescription": replica_autoscaling.describe(table)})

    def update_table_replica_auto_scaling(self) -> ActionResult:
        """Change the auto scaling settings. Like AWS's, the answer shows the settings from before the change."""
        table = replica_autoscaling.global_table(self.current_account, self.region, self.params["TableName"])
        check_all_active(table)
        before = replica_autoscaling.describe(table)
        replica_autoscaling.update(table, self.params)
        return ActionResult({"TableAutoScalingDescription": before})


def _same(left: list[dict[str, str]], right: list[dict[str, str]]) -> bool:
    return {a["AttributeName"]: a["AttributeType"] for a in left} == {
        a["AttributeName"]: a["AttributeType"] for a in right
    }
