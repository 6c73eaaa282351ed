"""What belongs to a table but is not changed by UpdateTable: TTL, recovery, tags, insights, policies."""

from __future__ import annotations

import json
import secrets
from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.dynamodb.models.table import Table

from ..clock import CLOCK, Timeline
from ..core import AwsError, paged
from .checks import check_tags
from .data import DataPlane
from .state import DAY, TableState, check_active, find, get, invalid, state_of, tables_of

TTL_COOLDOWN = 3600
MODES = ("ACCESSED_AND_THROTTLED_KEYS", "THROTTLED_KEYS")


def check_policy(text: str) -> None:
    """A policy is JSON of at most 20 KB."""
    try:
        json.loads(text)
    except ValueError as error:
        raise invalid("Resource-based policy is not valid JSON") from error
    if len(text) > 20480:
        raise invalid("The resource-based policy exceeds 20 KB")


def no_policy(arn: str) -> AwsError:
    """The answer where there is no policy, or none of the expected revision."""
    text = f"Resource-based policy not found for the provided ResourceArn: {arn}"
    return AwsError("PolicyNotFoundException", text)


class Extras(DataPlane):
    """TTL (synced between replicas), and what is each Region's own: recovery, tags, insights and policy."""

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
        """Point-in-time recovery of this Region's table, to any moment since it was switched on but the last ones."""
        table = self._backed_up()
        shown: dict[str, Any] = {"PointInTimeRecoveryStatus": "DISABLED"}
        if state_of(table).recovery:
            since, days = state_of(table).recovery or (0.0, 0)
            shown = {
                "PointInTimeRecoveryStatus": "ENABLED",
                "RecoveryPeriodInDays": days,
                "EarliestRestorableDateTime": max(since, CLOCK.now() - days * DAY),
                "LatestRestorableDateTime": max(since, CLOCK.now() - 300),
            }
        answer = {"ContinuousBackupsStatus": "ENABLED", "PointInTimeRecoveryDescription": shown}
        return ActionResult({"ContinuousBackupsDescription": answer})

    def update_continuous_backups(self) -> ActionResult:
        """Switch point-in-time recovery on (1 to 35 days back) or off."""
        table, spec = self._backed_up(), self.params["PointInTimeRecoverySpecification"]
        days = spec.get("RecoveryPeriodInDays")
        if days is not None and not spec["PointInTimeRecoveryEnabled"]:
            raise invalid("RecoveryPeriodInDays can be given only if PointInTimeRecoveryEnabled is true")
        if not state_of(table).backups.settled:
            text = f"Backups are being enabled for the table: {table.name}. Please retry later"
            raise AwsError("ContinuousBackupsUnavailableException", text)
        since, before = state_of(table).recovery or (CLOCK.now(), 35)
        state_of(table).recovery = (since, days or before) if spec["PointInTimeRecoveryEnabled"] else None
        return self.describe_continuous_backups()

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

    def _insights(self, table: Table, index: str | None) -> dict[str, Any]:
        if index and index not in {i.name for i in table.global_indexes}:
            raise AwsError("ResourceNotFoundException", f"Requested resource not found: Index: {index} not found")
        shown = {"TableName": table.name, **({"IndexName": index} if index else {})}
        known = state_of(table).insights.get(index or "")
        if known is None:
            return {**shown, "ContributorInsightsStatus": "DISABLED"}
        return {
            **shown, "ContributorInsightsStatus": known["status"].state, "ContributorInsightsMode": known["mode"]
        }  # fmt: skip

    def update_contributor_insights(self) -> ActionResult:
        """Switch contributor insights on or off, for this Region's table or index."""
        table, index = self._table(), self.params.get("IndexName")
        self._insights(table, index)
        enable = self.params["ContributorInsightsAction"] == "ENABLE"
        status = Timeline(*((("ENABLING", 30), ("ENABLED", 0)) if enable else (("DISABLING", 30), ("DISABLED", 0))))
        new = {"status": status, "mode": self.params.get("ContributorInsightsMode") or MODES[0], "time": CLOCK.now()}
        state_of(table).insights[index or ""] = new
        return ActionResult({**self._insights(table, index), "ContributorInsightsStatus": status.first})

    def describe_contributor_insights(self) -> ActionResult:
        """Whether contributor insights are on."""
        table, index = self._table(), self.params.get("IndexName")
        shown, known = self._insights(table, index), state_of(table).insights.get(index or "")
        if known:
            shown["LastUpdateDateTime"] = known["time"]
        if known and shown["ContributorInsightsStatus"] in ("ENABLING", "ENABLED"):
            suffix = f"{table.name}-{int(known['time'] * 1000)}"
            rules = [f"DynamoDBContributorInsights-{kind}-{suffix}" for kind in ("PKC", "PKT")]
            shown["ContributorInsightsRuleList"] = rules
        return ActionResult(shown)

    def list_contributor_insights(self) -> ActionResult:
        """Where contributor insights were ever switched on: table by table, index by index."""
        tables = [self._table()] if self.params.get("TableName") else self.dynamodb_backend.tables.values()
        found = [self._insights(table, index) for table in tables for index in sorted(state_of(table).insights)]
        page, token = paged(found, self.params, 100)
        return ActionResult({"ContributorInsightsSummaries": page, **({"NextToken": token} if token else {})})

    def _protected(self) -> TableState:
        """The state of a table whose policy is of the revision that the call expects."""
        state, expected = state_of(self._tagged()), self.params.get("ExpectedRevisionId")
        if expected and expected != (state.policy.get("RevisionId") or "NO_POLICY"):
            raise no_policy(self.params["ResourceArn"])
        return state

    def put_resource_policy(self) -> ActionResult:
        """Attach a policy to this Region's table, or replace it."""
        state, text = self._protected(), str(self.params["Policy"])
        check_policy(text)
        if state.policy.get("Policy") != text:
            state.policy = {"Policy": text, "RevisionId": secrets.token_hex(8)}
        return ActionResult({"RevisionId": state.policy["RevisionId"]})

    def get_resource_policy(self) -> ActionResult:
        """The policy of this Region's table."""
        if not self._protected().policy:
            raise no_policy(self.params["ResourceArn"])
        return ActionResult(self._protected().policy)

    def delete_resource_policy(self) -> ActionResult:
        """Take the policy away; none is no error."""
        state = self._protected()
        gone, state.policy = state.policy, {}
        return ActionResult({name: value for name, value in gone.items() if name == "RevisionId"})
