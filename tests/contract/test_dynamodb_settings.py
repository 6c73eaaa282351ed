"""DynamoDB: time to live, backups, tags, insights, policies and restores."""

from __future__ import annotations

from typing import Any

from dynamodb_tables import DAY, HERE, HOUR, IMAGES, THERE, T, make, refused, replica, show, slow, unchecked
from promise import keeps

POLICY = '{"Version": "2012-10-17", "Statement": []}'

# TTL, backups, tags, insights


@keeps("dynamodb.ttl-cooldown", "dynamodb.ttl-rename", "dynamodb.ttl-expiry")
def test_time_to_live_changes_once_an_hour(aws: Any, here: Any) -> None:
    update = here.update_time_to_live
    on, off = ({"TimeToLiveSpecification": {"Enabled": e, "AttributeName": "x"}} for e in (True, False))
    refused("ResourceNotFoundException", update, **T, **on)
    refused("ResourceNotFoundException", here.describe_time_to_live, **T)
    make(here)
    assert here.describe_time_to_live(**T)["TimeToLiveDescription"] == {"TimeToLiveStatus": "DISABLED"}
    refused("ValidationException", update, **T, **off)
    update(**T, **on)
    assert "already enabled" in refused("ValidationException", update, **T, **on)
    assert "multiple times" in refused("ValidationException", update, **T, **off)
    other = {"TimeToLiveSpecification": {"Enabled": True, "AttributeName": "y"}}
    assert "different" in refused("ValidationException", update, **T, **other)
    here.put_item(**T, Item={"pk": {"S": "old"}, "x": {"N": "1"}})
    aws.control.advance(HOUR)
    assert here.scan(**T)["Count"] == 1
    update(**T, **off)
    assert here.describe_time_to_live(**T)["TimeToLiveDescription"] == {"TimeToLiveStatus": "DISABLED"}
    assert "multiple times" in refused("ValidationException", update, **T, **other)
    aws.control.advance(HOUR)
    update(**T, **other)


@keeps("dynamodb.recovery-days", "dynamodb.recovery-not-found", "dynamodb.recovery-early", "dynamodb.not-synced")
def test_continuous_backups_are_per_region(aws: Any, here: Any, there: Any) -> None:
    update, describe = unchecked(aws).update_continuous_backups, here.describe_continuous_backups
    on = {"PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True}}
    refused("TableNotFoundException", update, **T, **on)
    refused("TableNotFoundException", describe, **T)
    aws.control.scale(1)
    make(here)
    aws.control.advance(11)
    refused("ContinuousBackupsUnavailableException", update, **T, **on)
    aws.control.scale(0)
    for days in (0, 36):
        spec = {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": days}
        refused("ValidationException", update, **T, PointInTimeRecoverySpecification=spec)
    spec = {"PointInTimeRecoveryEnabled": False, "RecoveryPeriodInDays": 7}
    refused("ValidationException", update, **T, PointInTimeRecoverySpecification=spec)
    here.update_table(**replica("Create", THERE))
    update(**T, **on)
    shown = describe(**T)["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    assert (shown["PointInTimeRecoveryStatus"], shown["RecoveryPeriodInDays"]) == ("ENABLED", 35)
    other = there.describe_continuous_backups(**T)["ContinuousBackupsDescription"]
    assert other["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "DISABLED"


@keeps("dynamodb.eventual")
def test_tags_are_eventually_consistent(aws: Any, here: Any) -> None:
    arn = make(here)["TableArn"]
    aws.control.lag(1)
    here.tag_resource(ResourceArn=arn, Tags=[{"Key": "a", "Value": "1"}])
    assert here.list_tags_of_resource(ResourceArn=arn)["Tags"] == []
    assert here.list_tags_of_resource(ResourceArn=arn)["Tags"] == [{"Key": "a", "Value": "1"}]


@keeps("dynamodb.tags", "dynamodb.not-synced")
def test_tags_are_per_region(here: Any, there: Any) -> None:
    arn = make(here)["TableArn"]
    here.update_table(**replica("Create", THERE))
    here.tag_resource(ResourceArn=arn, Tags=[{"Key": "a", "Value": "1"}])
    here.tag_resource(ResourceArn=arn, Tags=[{"Key": "a", "Value": "2"}, {"Key": "b", "Value": "3"}])
    here.untag_resource(ResourceArn=arn, TagKeys=["b", "missing"])
    assert here.list_tags_of_resource(ResourceArn=arn)["Tags"] == [{"Key": "a", "Value": "2"}]
    assert there.list_tags_of_resource(ResourceArn=arn.replace(HERE, THERE))["Tags"] == []
    refused("ResourceNotFoundException", there.list_tags_of_resource, ResourceArn=arn)
    refused("ValidationException", here.tag_resource, ResourceArn=arn, Tags=[{"Key": "aws:x", "Value": ""}])
    many = [{"Key": str(n), "Value": ""} for n in range(50)]
    refused("ValidationException", here.tag_resource, ResourceArn=arn, Tags=many)


@keeps("dynamodb.insights", "dynamodb.not-synced")
def test_contributor_insights_are_per_region(here: Any, there: Any) -> None:
    make(here)
    here.update_table(**replica("Create", THERE))
    describe = here.describe_contributor_insights
    assert describe(**T)["ContributorInsightsStatus"] == "DISABLED"
    answer = here.update_contributor_insights(**T, ContributorInsightsAction="ENABLE")
    assert answer["ContributorInsightsStatus"] == "ENABLING"
    assert describe(**T)["ContributorInsightsStatus"] == "ENABLED"
    assert describe(**T)["ContributorInsightsMode"] == "ACCESSED_AND_THROTTLED_KEYS"
    assert there.describe_contributor_insights(**T)["ContributorInsightsStatus"] == "DISABLED"
    refused("ResourceNotFoundException", describe, TableName="missing")
    here.update_contributor_insights(**T, ContributorInsightsAction="DISABLE")
    assert describe(**T)["ContributorInsightsStatus"] == "DISABLED"


@keeps("dynamodb.tagging-api")
def test_the_tagging_api_lists_tables_until_they_are_deleted(aws: Any, here: Any) -> None:
    tagging = aws.client("resourcegroupstaggingapi")
    arn = make(here, Tags=[{"Key": "a", "Value": "1"}])["TableArn"]
    answer = tagging.tag_resources(ResourceARNList=[arn], Tags={"a": "2"})
    assert answer["FailedResourcesMap"] == {}
    query = {"ResourceTypeFilters": ["dynamodb:table"]}
    (found,) = tagging.get_resources(**query)["ResourceTagMappingList"]
    assert found == {"ResourceARN": arn, "Tags": [{"Key": "a", "Value": "2"}]}
    here.delete_table(**T)
    assert tagging.get_resources(**query)["ResourceTagMappingList"] == []


@keeps("dynamodb.recovery-window")
def test_recovery_reaches_back_to_when_it_was_switched_on(aws: Any, here: Any) -> None:
    make(here)

    def switch(enabled: bool, **days: int) -> tuple[float, float]:
        spec = {"PointInTimeRecoveryEnabled": enabled, **days}
        here.update_continuous_backups(**T, PointInTimeRecoverySpecification=spec)
        shown = here.describe_continuous_backups(**T)["ContinuousBackupsDescription"]
        recovery = shown["PointInTimeRecoveryDescription"]
        assert shown["ContinuousBackupsStatus"] == "ENABLED"
        moments = (recovery.get(f"{name}RestorableDateTime") for name in ("Earliest", "Latest"))
        first, last = (moment.timestamp() if moment else 0.0 for moment in moments)
        return first, last

    first, _ = switch(True)
    aws.control.advance(10 * DAY)
    again, last = switch(True, RecoveryPeriodInDays=20)
    assert again == first and 9 * DAY < last - first < 10 * DAY
    short, _ = switch(True, RecoveryPeriodInDays=2)
    assert 7 * DAY < short - first < 9 * DAY
    assert switch(False) == (0, 0)
    assert switch(True)[0] > last


@keeps("dynamodb.policy", "dynamodb.not-synced")
def test_resource_policies_have_revisions(here: Any, there: Any) -> None:
    arn = make(here)["TableArn"]
    here.update_table(**replica("Create", THERE))
    get, put, delete = here.get_resource_policy, here.put_resource_policy, here.delete_resource_policy
    refused("PolicyNotFoundException", get, ResourceArn=arn)
    assert "RevisionId" not in delete(ResourceArn=arn)
    first = put(ResourceArn=arn, Policy=POLICY, ExpectedRevisionId="NO_POLICY")["RevisionId"]
    assert put(ResourceArn=arn, Policy=POLICY)["RevisionId"] == first
    shown = get(ResourceArn=arn)
    assert (shown["Policy"], shown["RevisionId"]) == (POLICY, first)
    other = POLICY.replace("[]", "[{}]")
    for revision in ("NO_POLICY", "another"):
        refused("PolicyNotFoundException", put, ResourceArn=arn, Policy=other, ExpectedRevisionId=revision)
    second = put(ResourceArn=arn, Policy=other, ExpectedRevisionId=first)["RevisionId"]
    refused("PolicyNotFoundException", delete, ResourceArn=arn, ExpectedRevisionId=first)
    refused("PolicyNotFoundException", there.get_resource_policy, ResourceArn=arn.replace(HERE, THERE))
    assert delete(ResourceArn=arn, ExpectedRevisionId=second)["RevisionId"] == second
    refused("PolicyNotFoundException", get, ResourceArn=arn)
    for text in ("no json", '"' + "x" * 20480 + '"'):
        refused("ValidationException", put, ResourceArn=arn, Policy=text)
    refused("ResourceNotFoundException", put, ResourceArn=arn + "x", Policy=POLICY)


@keeps("dynamodb.policy")
def test_a_stream_has_a_policy_of_its_own(here: Any) -> None:
    spec = {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
    table = make(here, StreamSpecification=spec)
    arn, stream = table["TableArn"], table["LatestStreamArn"]
    refused("PolicyNotFoundException", here.get_resource_policy, ResourceArn=stream)
    here.put_resource_policy(ResourceArn=stream, Policy=POLICY)
    assert here.get_resource_policy(ResourceArn=stream)["Policy"] == POLICY
    refused("PolicyNotFoundException", here.get_resource_policy, ResourceArn=arn)
    here.delete_resource_policy(ResourceArn=stream)
    refused("PolicyNotFoundException", here.get_resource_policy, ResourceArn=stream)
    refused("ResourceNotFoundException", here.get_resource_policy, ResourceArn=f"{arn}/stream/2020-01-01T00:00:00.000")


# Restoring


def full(here: Any) -> dict[str, Any]:
    """Create a table with an item and every setting that a restore keeps or drops."""
    make(here, True, True, StreamSpecification=IMAGES, Tags=[{"Key": "a", "Value": "b"}],
         SSESpecification={"Enabled": True})  # fmt: skip
    here.put_item(**T, Item={"pk": {"S": "1"}, "day": {"S": "mon"}})
    here.update_time_to_live(**T, TimeToLiveSpecification={"Enabled": True, "AttributeName": "x"})
    spec = {"PointInTimeRecoveryEnabled": True}
    here.update_continuous_backups(**T, PointInTimeRecoverySpecification=spec)
    return show(here)


def check_restored(here: Any, table: dict[str, Any]) -> None:
    new = here.describe_table(TableName="new")["Table"]
    same = ("KeySchema", "AttributeDefinitions", "SSEDescription")
    assert {name: new[name] for name in same} == {name: table[name] for name in same}
    assert new["GlobalSecondaryIndexes"][0]["ProvisionedThroughput"]["ReadCapacityUnits"] == 5
    assert new["TableId"] != table["TableId"] and "StreamSpecification" not in new
    assert new["RestoreSummary"]["RestoreInProgress"] is False
    assert here.scan(TableName="new")["Items"] == [{"pk": {"S": "1"}, "day": {"S": "mon"}}]
    assert here.list_tags_of_resource(ResourceArn=new["TableArn"])["Tags"] == []
    ttl = here.describe_time_to_live(TableName="new")["TimeToLiveDescription"]
    assert ttl == {"TimeToLiveStatus": "DISABLED"}
    here.put_item(TableName="new", Item={"pk": {"S": "2"}})
    assert here.scan(**T)["Count"] == 1


@keeps("dynamodb.restore", "dynamodb.restore-exists", "dynamodb.restore-recovery")
def test_a_table_is_restored_to_the_latest_moment(aws: Any, here: Any) -> None:
    table = full(here)
    slow(aws)
    restore = here.restore_table_to_point_in_time
    target = {"TargetTableName": "new", "UseLatestRestorableTime": True}
    answer = restore(SourceTableName="orders", **target)["TableDescription"]
    assert answer["RestoreSummary"]["SourceTableArn"] == table["TableArn"]
    assert (answer["TableStatus"], answer["RestoreSummary"]["RestoreInProgress"]) == ("CREATING", True)
    aws.control.advance(1200)
    check_restored(here, table)
    restore(SourceTableArn=table["TableArn"], **{**target, "TargetTableName": "third"})
    refused("TableAlreadyExistsException", restore, SourceTableName="orders", **target)
    code = "PointInTimeRecoveryUnavailableException"
    refused(code, restore, SourceTableName="new", **{**target, "TargetTableName": "fourth"})
    refused("TableNotFoundException", restore, SourceTableName="missing", **target)
    refused("ValidationException", restore, SourceTableName="orders", TargetTableName="fourth")
