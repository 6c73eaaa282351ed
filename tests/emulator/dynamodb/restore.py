"""New tables made from what other ones were a moment ago."""

from __future__ import annotations

import copy
from typing import Any

from moto.core.responses import ActionResult

from ..clock import CLOCK
from ..core import AwsError
from .describe import describe
from .extras import Extras
from .replicas import copied
from .state import TableState, exists, find, invalid, state_of


class Restoring(Extras):
    """Point-in-time recovery, to the latest moment only: nothing older is kept."""

    def restore_table_to_point_in_time(self) -> ActionResult:
        """A table with keys, indexes, capacity, encryption and items of another one, and nothing else of it."""
        params, account, region = self.params, self.current_account, self.region
        source, name = params.get("SourceTableArn") or params.get("SourceTableName"), params["TargetTableName"]
        if not source or not params.get("UseLatestRestorableTime"):
            raise invalid("A source table and either UseLatestRestorableTime or RestoreDateTime must be given")
        table = find(account, region, source)
        if table is None:
            raise AwsError("TableNotFoundException", f"Source table not found: {source}")
        if not state_of(table).recovery:
            text = f"Point in time recovery is not enabled for table '{table.name}'"
            raise AwsError("PointInTimeRecoveryUnavailableException", text)
        if exists(account, region, name):
            raise AwsError("TableAlreadyExistsException", f"Table already exists: {name}")
        state = TableState(("CREATING", 1200), ("ACTIVE", 0))
        state.restored = {"SourceTableArn": table.table_arn, "RestoreDateTime": CLOCK.now()}
        new = self.dynamodb_backend.tables[name] = copied(table, name, region, state)
        new.items, new.sse_specification = copy.deepcopy(table.items), copy.deepcopy(table.sse_specification)
        new.created_at = CLOCK.datetime()
        shown: dict[str, Any] = describe(new, "CREATING")
        shown["RestoreSummary"]["RestoreInProgress"] = True
        return ActionResult({"TableDescription": shown})
