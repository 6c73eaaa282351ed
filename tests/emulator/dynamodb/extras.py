"""What belongs to a table but is not changed by UpdateTable: TTL, backups, tags, insights."""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.dynamodb.models.table import Table

from ..clock import CLOCK, Timeline
from ..core import AwsError
from .checks import check_enum, check_tags
from .data import DataPlane
from .state import check_active, find, get, invalid, state_of, tables_of

TTL_COOLDOWN = 3600
MODES = ("ACCESSED_AND_THROTTLED_KEYS", "THROTTLED_KEYS")


class Extras(DataPlane):
    """TTL (synced between replicas), continuous backups, tags and contributor insights (each Region its own)."""

    def _table(self) -> Table:
        return get(self.current_account, self.region, self.params["TableName"])

    def update_time_to_live(self) -> ActionResult:
        """Switch TTL on or off, for all replicas, at most once an hour."""
        table, spec = self._table(), self.params["TimeToLiveSpecification"]
        for one in tables_of(table):
            check_active(one)
        enabled, name = table.ttl["TimeToLiveStatus"] == "ENABLED", table.ttl.get("AttributeName")
        if spec["Enabled"] and enabled and name == spec["AttributeName"]:
            raise invalid("TimeToLive is already enabled")
        if enabled and name != spec["AttributeName"]:
            raise invalid(f"TimeToLive is active on a different AttributeName: current AttributeName is {name}")
        if not spec["Enabled"] and not enabled:
            raise invalid("TimeToLive is already disabled")
        changed = state_of(table).ttl_changed
        if changed is not None and CLOCK.now() - changed < TTL_COOLDOWN:
            raise invalid("Time to live has been modified multiple times within a fixed interval")
        for one in tables_of(table):
            state_of(one).ttl_changed = CLOCK.now()
            one.ttl = {"TimeToLiveStatus": "DISABLED"}
            if spec["Enabled"]:
                one.ttl = {"TimeToLiveStatus": "ENABLED", "AttributeName": spec["AttributeName"]}
        return ActionResult({"TimeToLiveSpecification": spec})

    def describe_time_to_live(self) -> ActionResult:
        """Whether and by which attribute items expire."""
        return ActionResult({"TimeToLiveDescription": self._table().ttl})

    def _backed_up(self) -> Table:
        table = find(self.current_account, self.region, self.params["TableName"])
        if table is None:
            raise AwsError("TableNotFoundException", f"Table not found: {self.params['TableName']}")
        return table

    def describe_continuous_backups(self) -> ActionResult:
        """Point-in-time recovery of this Region's table."""
        return ActionResult({"ContinuousBackupsDescription": self._backed_up().continuous_backups})

    def update_continuous_backups(self) -> ActionResult:
        """Switch point-in-time recovery on (1 to 35 days back) or off."""
        table, spec = self._backed_up(), self.params["PointInTimeRecoverySpecification"]
        days = spec.get("RecoveryPeriodInDays")
        if days is not None and not spec["PointInTimeRecoveryEnabled"]:
            raise invalid("RecoveryPeriodInDays can be given only if PointInTimeRecoveryEnabled is true")
        if days is not None and not 1 <= days <= 35:
            raise invalid("RecoveryPeriodInDays must be between 1 and 35")
        if not state_of(table).backups.settled:
            raise AwsError(
                "ContinuousBackupsUnavailableException",
                f"Backups are being enabled for the table: {table.name}. Please retry later",
            )
        shown = self.dynamodb_backend.update_continuous_backups(table.name, spec)
        return ActionResult({"ContinuousBackupsDescription": shown})

    def _tagged(self) -> Table:
        arn = str(self.params["ResourceArn"])
        table = find(self.current_account, self.region, arn)
        if table is None:
            raise AwsError("ResourceNotFoundException", f"Requested resource not found: ResourcArn: {arn} not found")
        return table

    def tag_resource(self) -> ActionResult:
        """Add tags to this Region's table."""
        check_tags(self.params["Tags"])
        tags = {tag["Key"]: tag["Value"] for tag in self.params["Tags"]}
        self.dynamodb_backend.tag_resource(self._tagged().table_arn, tags)
        return EmptyResult()

    def untag_resource(self) -> ActionResult:
        """Remove tags from this Region's table."""
        table = self._tagged()
        table.tags = [tag for tag in table.tags if tag["Key"] not in self.params["TagKeys"]]
        return EmptyResult()

    def list_tags_of_resource(self) -> ActionResult:
        """The tags of this Region's table, 10 per page."""
        self._tagged()
        return super().list_tags_of_resource()

    def _insights(self, table: Table) -> dict[str, Any]:
        index = self.params.get("IndexName")
        if index and index not in {i.name for i in table.global_indexes}:
            raise AwsError("ResourceNotFoundException", f"Requested resource not found: Index: {index} not found")
        return state_of(table).insights.get(index or "", {})

    def update_contributor_insights(self) -> ActionResult:
        """Switch contributor insights on or off, for this Region's table or index."""
        table = self._table()
        self._insights(table)
        check_enum(self.params, "ContributorInsightsAction", ("ENABLE", "DISABLE"))
        check_enum(self.params, "ContributorInsightsMode", MODES)
        enable = self.params["ContributorInsightsAction"] == "ENABLE"
        steps = ("ENABLING", "ENABLED") if enable else ("DISABLING", "DISABLED")
        status = Timeline((steps[0], 30), (steps[1], 0))
        new = {"status": status, "mode": self.params.get("ContributorInsightsMode") or MODES[0], "time": CLOCK.now()}
        state_of(table).insights[self.params.get("IndexName") or ""] = new
        return ActionResult({**self._names(table), "ContributorInsightsStatus": steps[0],
                             "ContributorInsightsMode": new["mode"]})  # fmt: skip

    def describe_contributor_insights(self) -> ActionResult:
        """Whether contributor insights are on."""
        table = self._table()
        known, shown = self._insights(table), self._names(table)
        shown["ContributorInsightsStatus"] = known["status"].state if known else "DISABLED"
        if known:
            shown["LastUpdateDateTime"] = known["time"]
        if shown["ContributorInsightsStatus"] in ("ENABLING", "ENABLED"):
            suffix = f"{table.name}-{int(known['time'] * 1000)}"
            shown["ContributorInsightsMode"] = known["mode"]
            shown["ContributorInsightsRuleList"] = [
                f"DynamoDBContributorInsights-{kind}-{suffix}" for kind in ("PKC", "PKT")
            ]
        return ActionResult(shown)

    def _names(self, table: Table) -> dict[str, Any]:
        index = self.params.get("IndexName")
        return {"TableName": table.name, **({"IndexName": index} if index else {})}
