"""On-demand backups, the backup that a deleted table leaves, and new tables made from backups or from the past."""

from __future__ import annotations

import copy
import secrets
from typing import Any

from moto.core.responses import ActionResult
from moto.dynamodb.models.table import Table

from ..clock import CLOCK, Timeline
from ..core import AwsError
from .describe import billing_mode, describe
from .extras import Extras, check_backups
from .replicas import copied
from .state import DAY, TableState, check_active, exists, find, invalid, state_of

RESTORING = (("CREATING", 1200.0), ("ACTIVE", 0.0))


class Backup:
    """What a table was at one moment: definition, items and encryption."""

    def __init__(self, table: Table, name: str, kind: str = "USER") -> None:
        self.made, self.name, self.kind, self.source = CLOCK.now(), name, kind, describe(table)
        self.arn = f"{table.table_arn}/backup/{int(self.made * 1000):014d}-{secrets.token_hex(4)}"
        self.status = Timeline(("CREATING", 30), ("AVAILABLE", 0))
        self.ttl = dict(table.ttl)
        self.table = frozen(table, table.name, TableState())

    def details(self) -> dict[str, Any]:
        """BackupDetails; one that the system made goes after 35 days."""
        shown = {
            "BackupArn": self.arn,
            "BackupName": self.name,
            "BackupSizeBytes": sum(item.size() for item in self.table.all_items()),
            "BackupStatus": self.status.state,
            "BackupType": self.kind,
            "BackupCreationDateTime": self.made,
        }
        return {**shown, "BackupExpiryDateTime": self.made + 35 * DAY} if self.kind == "SYSTEM" else shown

    def describe(self) -> dict[str, Any]:
        """BackupDescription."""
        source = self.source
        same = ("TableName", "TableId", "TableArn", "TableSizeBytes", "KeySchema", "ProvisionedThroughput", "ItemCount")
        table = {name: source[name] for name in same}
        table["TableCreationDateTime"], table["BillingMode"] = source["CreationDateTime"], billing_mode(self.table)
        features = {
            "StreamDescription": source.get("StreamSpecification"),
            "SSEDescription": source.get("SSEDescription"),
            "TimeToLiveDescription": self.ttl,
            "GlobalSecondaryIndexes": [
                {name: index[name] for name in ("IndexName", "KeySchema", "Projection", "ProvisionedThroughput")}
                for index in source.get("GlobalSecondaryIndexes", [])
            ],
        }
        return {
            "BackupDetails": self.details(),
            "SourceTableDetails": table,
            "SourceTableFeatureDetails": {name: value for name, value in features.items() if value},
        }


def frozen(table: Table, name: str, state: TableState) -> Table:
    """A table of its own with the items of another one. Streams, tags, TTL and protection do not come along."""
    new = copied(table, name, table.region_name, state)
    new.items, new.sse_specification = copy.deepcopy(table.items), copy.deepcopy(table.sse_specification)
    return new


class Backups(Extras):
    """Making, listing, deleting and restoring backups."""

    def _backups(self) -> dict[str, Backup]:
        found: dict[str, Any] = self.dynamodb_backend.backups
        for arn, backup in list(found.items()):
            if backup.kind == "SYSTEM" and CLOCK.now() - backup.made >= 35 * DAY:
                del found[arn]
        return found

    def keep(self, table: Table) -> None:
        """A table with point-in-time recovery leaves a backup when it is deleted."""
        if state_of(table).recovery:
            backup = Backup(table, f"{table.name}$DeletedTableBackup", "SYSTEM")
            self._backups()[backup.arn] = backup

    def create_backup(self) -> ActionResult:
        """Back up this Region's table."""
        table = self._backed_up()
        check_active(table)
        check_backups(table)
        backup = Backup(table, self.params["BackupName"])
        self._backups()[backup.arn] = backup
        return ActionResult({"BackupDetails": {**backup.details(), "BackupStatus": backup.status.first}})

    def _backup(self) -> Backup:
        arn = self.params["BackupArn"]
        if arn not in self._backups():
            raise AwsError("BackupNotFoundException", f"Backup not found: {arn}")
        return self._backups()[arn]

    def describe_backup(self) -> ActionResult:
        """One backup, and what its table was like."""
        return ActionResult({"BackupDescription": self._backup().describe()})

    def list_backups(self) -> ActionResult:
        """The backups in order of time, those of users where no other type is asked for."""
        kind, name = self.params.get("BackupType") or "USER", self.params.get("TableName")
        found = [
            {**backup.details(), **{key: backup.source[key] for key in ("TableName", "TableId", "TableArn")}}
            for backup in self._backups().values()
            if kind in ("ALL", backup.kind) and name in (None, backup.source["TableName"], backup.source["TableArn"])
        ]
        arns, limit = [one["BackupArn"] for one in found], self.params.get("Limit") or 100
        first = self.params.get("ExclusiveStartBackupArn")
        start = arns.index(first) + 1 if first in arns else 0
        more = {"LastEvaluatedBackupArn": arns[start + limit - 1]} if len(arns) > start + limit else {}
        return ActionResult({"BackupSummaries": found[start : start + limit], **more})

    def delete_backup(self) -> ActionResult:
        """Delete a backup that is there."""
        backup = self._backup()
        if not backup.status.settled:
            raise AwsError("BackupInUseException", f"Backup is being created: {backup.arn}")
        del self._backups()[backup.arn]
        shown = backup.describe()
        shown["BackupDetails"]["BackupStatus"] = "DELETED"
        return ActionResult({"BackupDescription": shown})

    def restore_table_from_backup(self) -> ActionResult:
        """A new table from a backup."""
        backup = self._backup()
        if not backup.status.settled:
            raise AwsError("BackupInUseException", f"Backup is being created: {backup.arn}")
        arns = {"SourceBackupArn": backup.arn, "SourceTableArn": backup.source["TableArn"]}
        return self._restore(backup.table, {**arns, "RestoreDateTime": backup.made})

    def restore_table_to_point_in_time(self) -> ActionResult:
        """A new table with what another one was a moment ago."""
        name = self.params.get("SourceTableArn") or self.params.get("SourceTableName")
        if not name or not self.params.get("UseLatestRestorableTime"):
            raise invalid("A source table and either UseLatestRestorableTime or RestoreDateTime must be given")
        table = find(self.current_account, self.region, name)
        if table is None:
            raise AwsError("TableNotFoundException", f"Source table not found: {name}")
        if not state_of(table).recovery:
            text = f"Point in time recovery is not enabled for table '{table.name}'"
            raise AwsError("PointInTimeRecoveryUnavailableException", text)
        return self._restore(table, {"SourceTableArn": table.table_arn, "RestoreDateTime": CLOCK.now()})

    def _restore(self, source: Table, summary: dict[str, Any]) -> ActionResult:
        name = self.params["TargetTableName"]
        if exists(self.current_account, self.region, name):
            raise AwsError("TableAlreadyExistsException", f"Table already exists: {name}")
        table = self.dynamodb_backend.tables[name] = frozen(source, name, TableState(*RESTORING))
        state_of(table).restored = summary
        table.created_at = CLOCK.datetime()
        shown = describe(table, state_of(table).timeline.first)
        return ActionResult({"TableDescription": {**shown, "RestoreSummary": {**summary, "RestoreInProgress": True}}})
