"""DynamoDB: backups of users, the backups that deleted tables leave, and restores."""

from __future__ import annotations

from typing import Any

from dynamodb_tables import DAY, HOUR, IMAGES, THERE, T, make, refused, replica, show, slow, unchecked
from promise import keeps

RECOVERY = {"PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True}}


def names(client: Any, **asked: Any) -> list[str]:
    return [each["BackupName"] for each in client.list_backups(**asked)["BackupSummaries"]]


def encrypted(aws: Any, client: Any) -> str:
    """Create a table with a key of its own and an item, and return the ARN of the key."""
    key = str(aws.client("kms").create_key()["KeyMetadata"]["Arn"])
    sse = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key}
    make(client, True, True, StreamSpecification=IMAGES, SSESpecification=sse)
    client.put_item(**T, Item={"pk": {"S": "1"}, "day": {"S": "mon"}})
    return key


@keeps("dynamodb.backup-states", "dynamodb.backup-listed", "dynamodb.restore", "dynamodb.restore-exists")
def test_a_table_is_backed_up_and_restored(aws: Any, here: Any) -> None:
    key = encrypted(aws, here)
    slow(aws)
    table = show(here)
    made = here.create_backup(**T, BackupName="before")["BackupDetails"]
    assert (made["BackupStatus"], made["BackupType"]) == ("CREATING", "USER") and "BackupExpiryDateTime" not in made
    arn = {"BackupArn": made["BackupArn"]}
    refused("ResourceInUseException", here.delete_table, **T)
    refused("BackupInUseException", here.restore_table_from_backup, TargetTableName="new", **arn)
    refused("BackupInUseException", here.delete_backup, **arn)
    aws.control.advance(60)
    here.put_item(**T, Item={"pk": {"S": "2"}})
    here.delete_table(**T)
    aws.control.advance(60)
    shown = here.describe_backup(**arn)["BackupDescription"]
    assert shown["BackupDetails"]["BackupStatus"] == "AVAILABLE"
    assert shown["SourceTableDetails"]["TableId"] == table["TableId"]
    assert shown["SourceTableFeatureDetails"]["SSEDescription"]["KMSMasterKeyArn"] == key
    assert [index["IndexName"] for index in shown["SourceTableFeatureDetails"]["GlobalSecondaryIndexes"]] == ["by-day"]
    restored = here.restore_table_from_backup(TargetTableName="new", **arn)["TableDescription"]
    assert restored["RestoreSummary"]["SourceBackupArn"] == made["BackupArn"] and restored["TableStatus"] == "CREATING"
    refused("TableAlreadyExistsException", here.restore_table_from_backup, TargetTableName="new", **arn)
    aws.control.advance(1201)
    assert here.scan(TableName="new")["Items"] == [{"pk": {"S": "1"}, "day": {"S": "mon"}}]
    assert here.describe_table(TableName="new")["Table"]["SSEDescription"]["KMSMasterKeyArn"] == key
    assert here.delete_backup(**arn)["BackupDescription"]["BackupDetails"]["BackupStatus"] == "DELETED"
    for call in (here.describe_backup, here.delete_backup):
        refused("BackupNotFoundException", call, **arn)
    refused("BackupNotFoundException", here.restore_table_from_backup, TargetTableName="other", **arn)


@keeps("dynamodb.backup-refused")
def test_some_backups_are_refused(aws: Any, here: Any) -> None:
    create = here.create_backup
    refused("TableNotFoundException", create, **T, BackupName="early")
    aws.control.scale(1)
    make(here)
    refused("TableInUseException", create, **T, BackupName="early")
    aws.control.advance(11)
    refused("ContinuousBackupsUnavailableException", create, **T, BackupName="early")
    aws.control.advance(20)
    for name in ("ab", "a b c"):
        refused("ValidationException", unchecked(aws).create_backup, **T, BackupName=name)
    for _ in range(2):
        create(**T, BackupName="twice")
    aws.control.advance(60)
    here.delete_table(**T)
    refused("TableInUseException", create, **T, BackupName="late")
    assert names(here) == ["twice", "twice"]


@keeps("dynamodb.backup-listed")
def test_backups_are_listed_in_pages(aws: Any, here: Any) -> None:
    make(here)
    make(here, TableName="other")
    slow(aws)
    for name, table in (("one", "orders"), ("two", "orders"), ("three", "other")):
        here.create_backup(TableName=table, BackupName=name)
        aws.control.advance(HOUR)
    assert names(here, **T) == names(here, TableName=show(here)["TableArn"]) == ["one", "two"]
    assert names(here, BackupType="SYSTEM") == []
    assert sorted(names(here, BackupType="ALL")) == ["one", "three", "two"]
    first = here.list_backups(Limit=1, **T)
    assert names(here, ExclusiveStartBackupArn=first["LastEvaluatedBackupArn"], **T) == ["two"]
    moment = here.list_backups(**T)["BackupSummaries"][1]["BackupCreationDateTime"]
    assert names(here, TimeRangeLowerBound=moment, **T) == ["two"]
    assert names(here, TimeRangeUpperBound=moment, **T) == ["one"]


@keeps("dynamodb.backup-system", "dynamodb.backup-stays", "dynamodb.restore-key")
def test_a_deleted_table_with_recovery_leaves_a_backup_for_35_days(aws: Any, here: Any) -> None:
    key = encrypted(aws, here)
    here.update_continuous_backups(**T, **RECOVERY)
    slow(aws)
    here.delete_table(**T)
    assert names(here) == []
    (left,) = here.list_backups(**T, BackupType="SYSTEM")["BackupSummaries"]
    assert left["BackupName"] == "orders$DeletedTableBackup"
    assert (left["BackupExpiryDateTime"] - left["BackupCreationDateTime"]).days == 35
    aws.control.advance(20 * DAY)
    arn = {"BackupArn": left["BackupArn"]}
    assert "System backups cannot be deleted" in refused("ValidationException", here.delete_backup, **arn)
    assert names(here, BackupType="AWS_BACKUP") == []
    kms = aws.client("kms")
    kms.schedule_key_deletion(KeyId=key)
    assert "KMS key" in refused("ValidationException", here.restore_table_from_backup, TargetTableName="orders", **arn)
    kms.cancel_key_deletion(KeyId=key)
    kms.enable_key(KeyId=key)
    here.restore_table_from_backup(TargetTableName="orders", **arn)
    aws.control.advance(1201)
    assert here.scan(**T)["Count"] == 1
    aws.control.advance(15 * DAY)
    refused("BackupNotFoundException", here.describe_backup, **arn)
    here.delete_table(**T)
    assert names(here, BackupType="ALL") == []  # a restored table has no recovery


@keeps("dynamodb.backup-system", "dynamodb.restore-key")
def test_replicas_leave_backups_of_their_own(aws: Any, here: Any, there: Any) -> None:
    make(here)
    here.update_table(**replica("Create", THERE))
    there.update_continuous_backups(**T, **RECOVERY)
    slow(aws)
    here.update_table(**replica("Delete", THERE))
    aws.control.advance(600)
    (left,) = there.list_backups(BackupType="ALL")["BackupSummaries"]
    assert f":{THERE}:" in left["BackupArn"]
    here.delete_table(**T)
    assert names(here, BackupType="ALL") == []


@keeps("dynamodb.restore-key")
def test_a_restore_to_a_point_in_time_needs_the_key(aws: Any, here: Any) -> None:
    key = encrypted(aws, here)
    here.update_continuous_backups(**T, **RECOVERY)
    aws.client("kms").disable_key(KeyId=key)
    target = {"TargetTableName": "new", "UseLatestRestorableTime": True}
    refused("ValidationException", here.restore_table_to_point_in_time, SourceTableName="orders", **target)
