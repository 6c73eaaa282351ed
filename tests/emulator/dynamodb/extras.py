"""What belongs to a table but is not changed by UpdateTable: TTL, recovery, tags, insights, policies."""

from __future__ import annotations

import json
import secrets
from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.dynamodb.models.table import ResourcePolicy, Table

from ..clock import CLOCK, Timeline
from ..core import AwsError, paged
from .checks import check_tags
from .data import DataPlane
from .state import DAY, check_active, find, get, invalid, state_of, tables_of

TTL_COOLDOWN = 3600
MODES = ("ACCESSED_AND_THROTTLED_KEYS", "THROTTLED_KEYS")


def check_backups(table: Table) -> None:
    """Refuse what needs backups just after the table became ACTIVE."""
    if not state_of(table).backups.settled:
        text = f"Backups are being enabled for the table: {table.name}. Please retry later"
        raise AwsError("ContinuousBackupsUnavailableException", text)


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
        check_backups(table)
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

    def _insights(self, table: Table) -> dict[str, Any]:
        index = self.params.get("IndexName")
        if index and index not in {i.name for i in table.global_indexes}:
            raise AwsError("ResourceNotFoundException", f"Requested resource not found: Index: {index} not found")
        return state_of(table).insights.get(index or "", {})

    def update_contributor_insights(self) -> ActionResult:
        """Switch contributor insights on or off, for this Region's table or index."""
        table = self._table()
        self._insights(table)
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

    def list_contributor_insights(self) -> ActionResult:
        """Where contributor insights were ever switched on: table by table, index by index."""
        name = self.params.get("TableName")
        found = [
            {
                "TableName": table.name,
                **({"IndexName": index} if index else {}),
                "ContributorInsightsStatus": known["status"].state,
                "ContributorInsightsMode": known["mode"],
            }
            for table in ([self._table()] if name else self.dynamodb_backend.tables.values())
            for index, known in sorted(state_of(table).insights.items())
        ]
        page, token = paged(found, self.params, 100)
        return ActionResult({"ContributorInsightsSummaries": page, **({"NextToken": token} if token else {})})

    def put_resource_policy(self) -> ActionResult:
        """Attach a policy to this Region's table, or replace it."""
        table, known, text = self._tagged(), self._policy(), str(self.params["Policy"])
        check_policy(text)
        if known and known.policy_doc == text:
            return ActionResult({"RevisionId": known.revision_id})
        policy = self.dynamodb_backend.resource_policies[table.table_arn] = ResourcePolicy(table.table_arn, text)
        policy.revision_id = secrets.token_hex(8)
        return ActionResult({"RevisionId": policy.revision_id})

    def get_resource_policy(self) -> ActionResult:
        """The policy of this Region's table."""
        table, known = self._tagged(), self._policy()
        if known is None:
            raise no_policy(table.table_arn)
        return ActionResult({"Policy": known.policy_doc, "RevisionId": known.revision_id})

    def delete_resource_policy(self) -> ActionResult:
        """Take the policy away; none is no error."""
        table, known = self._tagged(), self._policy()
        self.dynamodb_backend.resource_policies.pop(table.table_arn, None)
        return ActionResult({"RevisionId": known.revision_id} if known else {})

    def _policy(self) -> ResourcePolicy | None:
        """The policy there is, which must be of the revision that the call expects."""
        arn, expected = self._tagged().table_arn, self.params.get("ExpectedRevisionId")
        known: ResourcePolicy | None = self.dynamodb_backend.resource_policies.get(arn)
        if expected and expected != (known.revision_id if known else "NO_POLICY"):
            raise no_policy(arn)
        return known

    def _names(self, table: Table) -> dict[str, Any]:
        index = self.params.get("IndexName")
        return {"TableName": table.name, **({"IndexName": index} if index else {})}
