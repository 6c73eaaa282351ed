"""Backups of tables: those of users, and those that tables with point-in-time recovery leave when they are deleted."""

from __future__ import annotations

import copy
import secrets
from datetime import UTC
from typing import Any

from moto.core.base_backend import BaseBackend
from moto.core.responses import ActionResult
from moto.dynamodb.models.table import Table

from ..clock import CLOCK, DAY, Timeline
from ..core import AwsError, own_backend
from ..kms import find_key
from .capacity import merged_on_demand
from .describe import ON_DEMAND, billing_mode, describe, measured
from .extras import Extras, check_backups
from .replicas import copied
from .settings import encryption
from .state import (
    NO_UNITS,
    READ,
    WRITE,
    TableState,
    backend,
    check_few,
    exists,
    find,
    in_use,
    invalid,
    prune_attributes,
    state_of,
)
from .values import PREFIX

KEPT = 35 * DAY  # AWS deletes a system backup after this time
SECONDS = 30.0
USER, SYSTEM = "USER", "SYSTEM"


class Backup:
    """A backup of a table, with a copy of the table."""

    def __init__(self, table: Table, name: str, kind: str) -> None:
        self.created = CLOCK.now()
        self.arn = f"{table.table_arn}/backup/{int(self.created * 1000):014d}-{secrets.token_hex(4)}"
        self.name, self.kind = name, kind
        self.timeline = Timeline(("CREATING", SECONDS), ("AVAILABLE", 0))
        self.shown, self.ttl = describe(table), dict(table.ttl)
        self.items, self.bytes = measured(table)
        self.billing = billing_mode(table)
        self.table = copied(table, table.name, table.region_name, TableState())
        self.table.items = copy.deepcopy(table.items)
        self.table.sse_specification = copy.deepcopy(table.sse_specification)

    @property
    def expired(self) -> bool:
        """Return whether AWS has deleted the backup."""
        return self.kind == SYSTEM and CLOCK.now() >= self.created + KEPT

    def details(self, status: str | None = None) -> dict[str, Any]:
        """Return BackupDetails. ``status`` overrides the present one in the answer to a change."""
        expiry = {"BackupExpiryDateTime": self.created + KEPT} if self.kind == SYSTEM else {}
        return {
            "BackupArn": self.arn,
            "BackupName": self.name,
            "BackupSizeBytes": self.bytes,
            "BackupStatus": status or self.timeline.state,
            "BackupType": self.kind,
            "BackupCreationDateTime": self.created,
            **expiry,
        }

    def summary(self) -> dict[str, Any]:
        """Return BackupSummary."""
        return {**self.details(), **{name: self.shown[name] for name in ("TableName", "TableId", "TableArn")}}

    def description(self, status: str | None = None) -> dict[str, Any]:
        """Return BackupDescription: the backup, and the table as it was."""
        names = ("TableName", "TableId", "TableArn", "KeySchema", "ProvisionedThroughput", "OnDemandThroughput")
        source = {name: self.shown[name] for name in names if name in self.shown}
        source["ProvisionedThroughput"] = _units(source["ProvisionedThroughput"])
        source |= {"TableCreationDateTime": self.shown["CreationDateTime"], "BillingMode": self.billing}
        source |= {"ItemCount": self.items, "TableSizeBytes": self.bytes}
        features = {"SSEDescription": self.shown.get("SSEDescription"), "TimeToLiveDescription": self.ttl}
        features |= {"StreamDescription": self.shown.get("StreamSpecification")}
        features |= {kind: self._indexes(kind) for kind in ("LocalSecondaryIndexes", "GlobalSecondaryIndexes")}
        return {
            "BackupDetails": self.details(status),
            "SourceTableDetails": source,
            "SourceTableFeatureDetails": {name: value for name, value in features.items() if value},
        }

    def _indexes(self, kind: str) -> list[dict[str, Any]]:
        names = ("IndexName", "KeySchema", "Projection", "OnDemandThroughput")
        found = []
        for index in self.shown.get(kind, ()):
            units = {"ProvisionedThroughput": _units(index["ProvisionedThroughput"])} if kind[0] == "G" else {}
            found.append({name: index[name] for name in names if name in index} | units)
        return found


def _units(shown: dict[str, Any]) -> dict[str, Any]:
    return {name: shown[name] for name in (READ, WRITE)}


class Backups(BaseBackend):
    """The backups of a Region by ARN."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.known: dict[str, Backup] = {}


BACKUPS = own_backend("local-dynamodb-backups", Backups)


def backups(account: str, region: str) -> dict[str, Backup]:
    """Return the backups of a Region, without those that have expired."""
    held = BACKUPS[account][region]
    held.known = {arn: backup for arn, backup in held.known.items() if not backup.expired}
    found: dict[str, Backup] = held.known
    return found


def take_last(table: Table) -> None:
    """Take the system backup of a table with point-in-time recovery that is being deleted."""
    if state_of(table).recovery:
        backup = Backup(table, f"{table.name}$DeletedTableBackup", SYSTEM)
        backups(table.account_id, table.region_name)[backup.arn] = backup


def check_backed_up(table: Table) -> None:
    """Refuse to delete a table while a backup of it is being made."""
    known = backups(table.account_id, table.region_name).values()
    if any(b.shown["TableId"] == state_of(table).table_id and b.timeline.state == "CREATING" for b in known):
        raise in_use(f"Attempt to change a resource which is still in use: Table is being backed up: {table.name}")


def check_key(table: Table) -> None:
    """Refuse to read the data of a table whose key cannot be used."""
    sse = table.sse_specification or {}
    if sse.get("Enabled") and not find_key(table.account_id, table.region_name, sse["KMSMasterKeyId"]):
        text = f"KMS key cannot be used in {table.region_name}: {sse['KMSMasterKeyId']}"
        raise invalid(f"One or more parameter values were invalid: {text}")


def _check_overrides(source: Table, params: dict[str, Any]) -> str:
    """Refuse settings of a restore that do not fit the source or each other. Return the billing mode."""
    mode = str(params.get("BillingModeOverride") or billing_mode(source))
    units = [params.get("ProvisionedThroughputOverride")]
    for kind, indexes in (("Global", source.global_indexes), ("Local", source.indexes)):
        known = {index.name: index for index in indexes}
        for given in params.get(f"{kind}SecondaryIndexOverride") or ():
            index = known.get(given["IndexName"])
            if index is None or index.schema != given["KeySchema"]:
                raise invalid(f"{PREFIX}The index does not match one of the source table: {given['IndexName']}")
            units += [given.get("ProvisionedThroughput")] if kind == "Global" else []
    if mode == ON_DEMAND and any(units):
        raise invalid(f"{PREFIX}Neither {READ} nor {WRITE} can be specified when BillingMode is {ON_DEMAND}")
    if mode != ON_DEMAND and billing_mode(source) == ON_DEMAND and not all(units):
        raise invalid(f"{PREFIX}{READ} and {WRITE} must both be specified when BillingMode is {mode}")
    if mode != ON_DEMAND and params.get("OnDemandThroughputOverride"):
        raise invalid(f"{PREFIX}OnDemandThroughputOverride needs BillingMode {ON_DEMAND}")
    return mode


def _override(table: Table, mode: str, params: dict[str, Any]) -> None:
    """Give a restored table the indexes, billing mode and capacity of the call in place of its source's."""
    if (given := params.get("LocalSecondaryIndexOverride")) is not None:
        table.indexes = [index for index in table.indexes if index.name in {each["IndexName"] for each in given}]
    if (given := params.get("GlobalSecondaryIndexOverride")) is not None:
        units = {each["IndexName"]: each.get("ProvisionedThroughput") for each in given}
        table.global_indexes = [index for index in table.global_indexes if index.name in units]
        for index in table.global_indexes:
            index.throughput.update(units[index.name] or {})
    prune_attributes(table)
    state = state_of(table)
    if mode == ON_DEMAND:
        for holder in (table, *table.global_indexes):
            holder.throughput.update(NO_UNITS)
        state.on_demand_since = CLOCK.now()
        state.on_demand = merged_on_demand(state.on_demand, params.get("OnDemandThroughputOverride") or {})
    elif billing_mode(table) == ON_DEMAND:
        state.on_demand = state.on_demand_since = None
    table.throughput.update(params.get("ProvisionedThroughputOverride") or {})
    table.billing_mode = mode
    if params.get("SSESpecificationOverride"):
        table.sse_specification = encryption(table.account_id, table.region_name, params["SSESpecificationOverride"])


def restored(source: Table, params: dict[str, Any], summary: dict[str, Any]) -> dict[str, Any]:
    """Create a table from a copy of another one in its Region, and return its description."""
    account, region, name = source.account_id, source.region_name, str(params["TargetTableName"])
    if exists(account, region, name):
        raise AwsError("TableAlreadyExistsException", f"Table already exists: {name}")
    mode = _check_overrides(source, params)
    check_few(account, region, bool(source.global_indexes))
    check_key(source)
    state = TableState(("CREATING", 1200), ("ACTIVE", 0))
    state.restored = summary
    new = backend(account, region).tables[name] = copied(source, name, region, state)
    new.items, new.sse_specification = copy.deepcopy(source.items), copy.deepcopy(source.sse_specification)
    _override(new, mode, params)
    shown: dict[str, Any] = describe(new, "CREATING")
    shown["RestoreSummary"]["RestoreInProgress"] = True
    return shown


def _seconds(moment: Any) -> float:
    return float(moment.replace(tzinfo=UTC).timestamp())


class BackupCalls(Extras):
    """Make, list, describe, restore and delete backups."""

    def _backup(self) -> Backup:
        arn = str(self.params["BackupArn"])
        found = backups(self.current_account, self.region).get(arn)
        if found is None:
            raise AwsError("BackupNotFoundException", f"Backup not found: {arn}")
        return found

    def _complete(self) -> Backup:
        found = self._backup()
        if found.timeline.state != "AVAILABLE":
            raise AwsError("BackupInUseException", f"Backup is being created: {found.arn}")
        return found

    def create_backup(self) -> ActionResult:
        """Make a backup of a table. Several backups can have the same name."""
        table, name = self._backed_up(), str(self.params["BackupName"])
        if state_of(table).status in ("CREATING", "DELETING") or state_of(table).key_lost is not None:
            raise AwsError("TableInUseException", f"Table is {state_of(table).status}: {table.name}")
        check_backups(table)
        made = Backup(table, name, USER)
        backups(self.current_account, self.region)[made.arn] = made
        return ActionResult({"BackupDetails": made.details("CREATING")})

    def list_backups(self) -> ActionResult:
        """Return the backups of users by default, 100 per page."""
        p, kind = self.params, self.params.get("BackupType") or USER
        kinds = {USER, SYSTEM} if kind == "ALL" else {kind}
        name, earliest, end = p.get("TableName"), p.get("TimeRangeLowerBound"), p.get("TimeRangeUpperBound")
        found = [
            backup
            for _, backup in sorted(backups(self.current_account, self.region).items())
            if backup.kind in kinds
            and (not name or name in (backup.shown["TableName"], backup.shown["TableArn"]))
            and (earliest is None or backup.created >= _seconds(earliest))
            and (end is None or backup.created < _seconds(end))
        ]
        start, limit = p.get("ExclusiveStartBackupArn"), p.get("Limit") or 100
        found = [backup for backup in found if start is None or backup.arn > start]
        more = {"LastEvaluatedBackupArn": found[limit - 1].arn} if len(found) > limit else {}
        return ActionResult({"BackupSummaries": [backup.summary() for backup in found[:limit]], **more})

    def describe_backup(self) -> ActionResult:
        """Return a backup and the table as it was."""
        return ActionResult({"BackupDescription": self._backup().description()})

    def delete_backup(self) -> ActionResult:
        """Delete a backup."""
        backup = self._complete()
        if backup.kind != USER:
            raise invalid(f"{PREFIX}System backups cannot be deleted: {backup.arn}")
        del backups(self.current_account, self.region)[backup.arn]
        return ActionResult({"BackupDescription": backup.description("DELETED")})

    def restore_table_from_backup(self) -> ActionResult:
        """Create a table with the keys, indexes, capacity, encryption and items of the backup."""
        backup = self._complete()
        summary = {
            "SourceBackupArn": backup.arn,
            "SourceTableArn": backup.shown["TableArn"],
            "RestoreDateTime": backup.created,
        }
        return ActionResult({"TableDescription": restored(backup.table, self.params, summary)})

    def restore_table_to_point_in_time(self) -> ActionResult:
        """Create a table with the keys, indexes, capacity, encryption and items of the source."""
        params = self.params
        source = params.get("SourceTableArn") or params.get("SourceTableName")
        if not source or not params.get("UseLatestRestorableTime"):
            raise invalid("A source table and either UseLatestRestorableTime or RestoreDateTime must be given")
        table = find(self.current_account, self.region, source)
        if table is None:
            raise AwsError("TableNotFoundException", f"Source table not found: {source}")
        if not state_of(table).recovery:
            text = f"Point in time recovery is not enabled for table '{table.name}'"
            raise AwsError("PointInTimeRecoveryUnavailableException", text)
        summary = {"SourceTableArn": table.table_arn, "RestoreDateTime": CLOCK.now()}
        return ActionResult({"TableDescription": restored(table, params, summary)})
