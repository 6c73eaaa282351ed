"""Settings of a table outside UpdateTable: TTL, recovery, tags, insights, policies."""

from __future__ import annotations

import json
import secrets
from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.dynamodb.models.table import Table

from ..access.refusals import not_authorized
from ..clock import CLOCK, DAY, Timeline
from ..core import AwsError
from ..iam import service_uses_its_role
from .checks import check_tags
from .state import check_active, find, get, invalid, state_of, tables_of
from .streams import STREAMS
from .transactions import Transactions

TTL_COOLDOWN = 3600


def check_policy(text: str) -> None:
    """Refuse a policy that is not JSON or is larger than 20 KB."""
    try:
        json.loads(text)
    except ValueError as error:
        raise invalid("Resource-based policy is not valid JSON") from error
    if len(text) > 20480:
        raise invalid("The resource-based policy exceeds 20 KB")


def no_policy(arn: str) -> AwsError:
    """Return the error for a policy that does not exist or has another revision than expected."""
    text = f"Resource-based policy not found for the provided ResourceArn: {arn}"
    return AwsError("PolicyNotFoundException", text)


def check_backups(table: Table) -> None:
    """Refuse a table whose backups are not enabled yet."""
    if not state_of(table).backups.settled:
        text = f"Backups are being enabled for the table: {table.name}. Please retry later"
        raise AwsError("ContinuousBackupsUnavailableException", text)


class Extras(Transactions):
    """TTL, which replicas share, and the settings of each Region: recovery, tags, insights and policy."""

    def _table(self) -> Table:
        return get(self.current_account, self.region, self.params["TableName"])

    def update_time_to_live(self) -> ActionResult:
        """Switch TTL on or off on all replicas, at most once an hour."""
        table, spec = self._table(), self.params["TimeToLiveSpecification"]
        for replica in tables_of(table):
            check_active(replica)
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
        for replica in tables_of(table):
            state_of(replica).ttl_changed = CLOCK.now()
            replica.ttl = {"TimeToLiveStatus": "DISABLED"}
            if spec["Enabled"]:
                replica.ttl = {"TimeToLiveStatus": "ENABLED", "AttributeName": spec["AttributeName"]}
        return ActionResult({"TimeToLiveSpecification": spec})

    def describe_time_to_live(self) -> ActionResult:
        """Return the TTL status and attribute."""
        return ActionResult({"TimeToLiveDescription": self._table().ttl})

    def _backed_up(self) -> Table:
        table = find(self.current_account, self.region, self.params["TableName"])
        if table is None:
            raise AwsError("TableNotFoundException", f"Table not found: {self.params['TableName']}")
        return table

    def describe_continuous_backups(self) -> ActionResult:
        """Return the status of point-in-time recovery and the period to which it can restore the table."""
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
        """Switch point-in-time recovery on or off."""
        table, spec = self._backed_up(), self.params["PointInTimeRecoverySpecification"]
        days = spec.get("RecoveryPeriodInDays")
        if days is not None and not spec["PointInTimeRecoveryEnabled"]:
            raise invalid("RecoveryPeriodInDays can be given only if PointInTimeRecoveryEnabled is true")
        check_backups(table)
        since, before = state_of(table).recovery or (CLOCK.now(), 35)
        state_of(table).recovery = (since, days or before) if spec["PointInTimeRecoveryEnabled"] else None
        return self.describe_continuous_backups()

    def _tagged(self) -> Table:
        arn, account = str(self.params["ResourceArn"]), self.current_account
        parts = arn.split(":", 5)
        if len(parts) < 6 or not parts[5].startswith("table/"):
            raise invalid(f"Invalid TableArn: Invalid ResourceArn provided as input {arn}")
        if parts[4] != account:
            root, action = f"arn:{self.partition}:iam::{account}:root", f"dynamodb:{self._get_action()}"
            raise not_authorized("dynamodb", root, action, arn, "")
        table = find(account, self.region, arn)
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
        """Return the tags of this Region's table, 10 per page."""
        self._tagged()
        return super().list_tags_of_resource()

    def update_contributor_insights(self) -> ActionResult:
        """Switch contributor insights of this Region's table on or off."""
        on = self.params["ContributorInsightsAction"] == "ENABLE"
        steps = (("ENABLING", 30), ("ENABLED", 0)) if on else (("DISABLING", 30), ("DISABLED", 0))
        state_of(self._table()).insights = status = Timeline(*steps)
        if on:
            service_uses_its_role(self.current_account, self.region, "contributorinsights.dynamodb.amazonaws.com")
        return ActionResult({"TableName": self._table().name, "ContributorInsightsStatus": status.first})

    def describe_contributor_insights(self) -> ActionResult:
        """Return the status of contributor insights and the time of their last change."""
        table = self._table()
        status = state_of(table).insights
        if status is None:
            return ActionResult({"TableName": table.name, "ContributorInsightsStatus": "DISABLED"})
        shown = {"TableName": table.name, "ContributorInsightsStatus": status.state, "LastUpdateDateTime": status.start}
        if status.state in ("ENABLING", "ENABLED"):
            shown["ContributorInsightsMode"] = "ACCESSED_AND_THROTTLED_KEYS"
            suffix = f"{table.name}-{int(status.start * 1000)}"
            rules = [f"DynamoDBContributorInsights-{kind}-{suffix}" for kind in ("PKC", "PKT")]
            shown["ContributorInsightsRuleList"] = rules
        return ActionResult(shown)

    def _policies(self) -> dict[str, dict[str, str]]:
        """Return the policies of the table and its streams by ARN. Refuse another revision than the call expects."""
        arn, expected = str(self.params["ResourceArn"]), self.params.get("ExpectedRevisionId")
        table = find(self.current_account, self.region, arn.split("/stream/")[0])
        streams = [shard.arn for shard in STREAMS[self.current_account][self.region].shards]
        if table is None or (arn != table.table_arn and arn not in streams):
            raise AwsError("ResourceNotFoundException", f"Requested resource not found: ResourcArn: {arn} not found")
        found = state_of(table).policies
        if expected and expected != found.get(arn, {}).get("RevisionId", "NO_POLICY"):
            raise no_policy(arn)
        return found

    def put_resource_policy(self) -> ActionResult:
        """Attach a policy to this Region's table or stream, or replace it."""
        policies, arn, text = self._policies(), str(self.params["ResourceArn"]), str(self.params["Policy"])
        check_policy(text)
        if policies.get(arn, {}).get("Policy") != text:
            policies[arn] = {"Policy": text, "RevisionId": secrets.token_hex(8)}
        return ActionResult({"RevisionId": policies[arn]["RevisionId"]})

    def get_resource_policy(self) -> ActionResult:
        """Return the policy of this Region's table or stream."""
        policy = self._policies().get(self.params["ResourceArn"])
        if not policy:
            raise no_policy(self.params["ResourceArn"])
        return ActionResult(policy)

    def delete_resource_policy(self) -> ActionResult:
        """Delete the policy; a table or stream without one is not an error."""
        deleted = self._policies().pop(self.params["ResourceArn"], {})
        return ActionResult({name: value for name, value in deleted.items() if name == "RevisionId"})
