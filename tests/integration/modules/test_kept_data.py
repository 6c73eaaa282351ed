"""What a deletion leaves, and KMS keys that stay as long as data needs them."""

from __future__ import annotations

import re

import pytest
from ansible_collections.mtk.backend.plugins.module_utils.engine._module import Context

from .aurora import subnet_group

DAY = 86400
ALIAS, TAGS = "alias/dev_us-east-1_data_key", {"mtk:environment": "dev"}
TABLE = {
    "table_name": "dev_user_locations",
    "attribute_definitions": [{"attribute_name": "user_id", "attribute_type": "S"}],
    "key_schema": [{"attribute_name": "user_id", "key_type": "HASH"}],
    "tags": TAGS,
}
RECOVERY = {"point_in_time_recovery_specification": {"point_in_time_recovery_enabled": True}}
CLUSTER = {"db_cluster_identifier": "dev-cluster", "tags": TAGS}
GONE = {"state": "absent", "alias": ALIAS, "tags": TAGS}


@pytest.fixture
def key(run):
    return run("kms_key", alias=ALIAS, tags=TAGS)["key"]


@pytest.fixture
def table(run, key):
    """Return the options of a table that the key encrypts."""
    given = {**TABLE, **RECOVERY, "sse_specification": {"enabled": True, "kms_master_key_id": ALIAS}}
    run("dynamodb_table", **given)
    return {"table_name": TABLE["table_name"], "tags": TAGS}


@pytest.fixture
def cluster(aws, run, key):
    """Return the options of a cluster that the key encrypts."""
    subnet_group(aws)
    credentials = {"master_username": "mtkadmin", "manage_master_user_password": True}
    encrypted = {"storage_encrypted": True, "kms_key_id": ALIAS, "db_subnet_group_name": "dev-subnets"}
    run("rds_cluster", **CLUSTER, engine_version="16", **credentials, **encrypted, backup_retention_period=9)
    return CLUSTER


def remove(run, module, **options):
    """Remove a resource, and return what its deletion leaves, without the plan's unknown names."""
    planned = run(module, check=True, state="absent", **options)["plan"].get("leaves", [])
    done = run(module, state="absent", **options)["plan"].get("leaves", [])
    unknown = [re.sub(r"-final-\d{14}", "-final-(known after apply)", str(left)) for left in done]
    assert unknown == [str(left) for left in planned]
    return done


def kept(aws, run, **options):
    """Check that the key is kept in check mode and in an apply, with its alias. Return the reason."""
    before = aws.mutating()
    check, applied = (run("kms_key", check=check, **GONE, **options) for check in (True, False))
    assert aws.mutating() == before and not applied["changed"]
    assert check["plan"]["action"] == applied["plan"]["action"] == "keep"
    assert check["plan"]["reason"] == applied["plan"]["reason"]
    return applied["plan"]["reason"]


def state(aws, key):
    return aws.client("kms").describe_key(KeyId=key["key_id"])["KeyMetadata"]["KeyState"]


def test_a_key_without_data_is_scheduled_and_says_how_to_cancel(aws, run, key):
    (left,) = remove(run, "kms_key", alias=ALIAS, tags=TAGS, pending_window_in_days=7)
    assert state(aws, key) == "PendingDeletion"
    date = aws.client("kms").describe_key(KeyId=key["key_id"])["KeyMetadata"]["DeletionDate"]
    assert left["until"] == str(date.date())
    command = f"aws kms cancel-key-deletion --region us-east-1 --key-id {key['key_id']} && aws kms enable-key"
    assert left["restore"].startswith(command)


def test_a_table_and_its_last_backup_keep_the_key(aws, run, key, table):
    reason = kept(aws, run)
    assert "dynamodb_table dev_user_locations, which uses it" in reason and "purge_data" not in reason
    assert kept(aws, run, purge_data=True) == reason
    (left,) = remove(run, "dynamodb_table", **table)
    assert (left["resource"], left["key"]) == ("dynamodb_backup", key["arn"])
    reason = kept(aws, run)
    assert f"the backup dev_user_locations$DeletedTableBackup, until {left['until']}" in reason
    assert "-e purge_data=dev" in reason
    aws.control.advance(34 * DAY)
    assert kept(aws, run) == reason
    aws.control.advance(2 * DAY)
    assert run("kms_key", **GONE)["changed"] and state(aws, key) == "PendingDeletion"


def test_a_backup_keeps_the_key_until_it_is_deleted(aws, run, key, table):
    dynamodb = aws.client("dynamodb")
    made = dynamodb.create_backup(TableName=table["table_name"], BackupName="by-hand")["BackupDetails"]
    dynamodb.update_continuous_backups(
        TableName=table["table_name"], PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": False}
    )
    assert remove(run, "dynamodb_table", **table) == []
    aws.control.advance(400 * DAY)
    assert "the backup by-hand, until you delete it" in kept(aws, run)
    dynamodb.delete_backup(BackupArn=made["BackupArn"])
    assert run("kms_key", **GONE)["changed"]


def test_a_backup_that_may_not_be_described_keeps_the_key(aws, run, key):
    dynamodb = aws.client("dynamodb")
    dynamodb.create_table(
        TableName="other",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
    )
    dynamodb.create_backup(TableName="other", BackupName="of-others")
    aws.control.fault("dynamodb:DescribeBackup", "error", code="AccessDeniedException")
    reason = run("kms_key", check=True, **GONE)["plan"]["reason"]
    assert "the backup of-others, which may need it" in reason and "dynamodb:DescribeBackup" in reason
    aws.control.fault("dynamodb:DescribeTable", "error", code="AccessDeniedException")
    reason = run("kms_key", **GONE)["plan"]["reason"]
    assert "dynamodb_table other, which may use it" in reason and "dynamodb:DescribeTable" in reason
    aws.control.fault("dynamodb:DescribeTable", "error", code="AccessDeniedException")
    assert run("kms_key", **GONE, purge_data=True)["changed"], "the user gives up what may need the key"


def test_a_final_backup_is_made_before_the_table_is_deleted(aws, run, key, table):
    aws.client("dynamodb").put_item(TableName=table["table_name"], Item={"user_id": {"S": "u1"}})
    system, final = remove(run, "dynamodb_table", **table, final_backup=True)
    dynamodb = aws.client("dynamodb")
    (backup,) = dynamodb.list_backups(TableName=table["table_name"])["BackupSummaries"]
    assert backup["BackupName"] == final["name"] and final["until"] == ""
    assert system["name"].endswith("$DeletedTableBackup")
    assert final["name"] in kept(aws, run)
    dynamodb.restore_table_from_backup(TargetTableName="again", BackupArn=backup["BackupArn"])
    assert dynamodb.scan(TableName="again")["Count"] == 1
    assert "dynamodb_table again" in kept(aws, run, purge_data=True), "a restored table has no tags and needs the key"


def test_a_cluster_and_its_snapshot_keep_the_key(aws, run, key, cluster):
    assert "rds_cluster dev-cluster, which uses it" in kept(aws, run)
    (left,) = remove(run, "rds_cluster", **cluster)
    assert (left["resource"], left["until"], left["key"]) == ("rds_cluster_snapshot", "", key["arn"])
    aws.control.advance(100 * DAY)
    reason = kept(aws, run)
    assert f"the snapshot {left['name']}, until you delete it" in reason
    aws.client("rds").delete_db_cluster_snapshot(DBClusterSnapshotIdentifier=left["name"])
    assert run("kms_key", **GONE)["changed"]


def test_retained_backups_keep_the_key_until_they_expire(aws, run, key, cluster):
    (left,) = remove(run, "rds_cluster", **cluster, skip_final_snapshot=True, delete_automated_backups=False)
    assert left["resource"] == "rds_cluster_automated_backup"
    assert f"the automated backups of dev-cluster, until {left['until']}" in kept(aws, run)
    aws.control.advance(9 * DAY + 60)
    assert run("kms_key", **GONE)["changed"] and state(aws, key) == "PendingDeletion"


def test_a_deletion_without_snapshot_and_backups_leaves_nothing(run, key, cluster):
    assert remove(run, "rds_cluster", **cluster, skip_final_snapshot=True) == []
    assert run("kms_key", **GONE)["changed"]


def test_data_is_given_up_with_consent(aws, run, key, table):
    remove(run, "dynamodb_table", **table)
    planned = run("kms_key", check=True, **GONE, purge_data=True, pending_window_in_days=7)["plan"]
    own, backup = planned["leaves"]
    assert own["resource"] == "kms_key" and backup["until"] == own["until"]
    assert backup["name"] == "dev_user_locations$DeletedTableBackup (unreadable from now on)"
    assert backup["key"] == key["arn"] and "cancel-key-deletion" in backup["restore"]
    assert run("kms_key", **GONE, purge_data=True)["changed"] and state(aws, key) == "PendingDeletion"


def test_a_key_that_was_scheduled_although_data_needs_it_can_be_saved(aws, run, key, table):
    remove(run, "dynamodb_table", **table)
    kms = aws.client("kms")
    kms.schedule_key_deletion(KeyId=key["key_id"])
    reason = kept(aws, run)
    command = re.search(rf"aws kms cancel-key-deletion .* && aws kms enable-key .*{key['key_id']}", reason)
    assert command
    kms.cancel_key_deletion(KeyId=key["key_id"])
    kms.enable_key(KeyId=key["key_id"])
    assert "Its alias stays" in kept(aws, run)


def test_a_plan_counts_what_the_run_leaves_and_not_what_it_deletes(aws, run, worker, key, table, cluster):
    going = [("us-east-1", table["table_name"]), ("us-east-1", "dev-cluster")]
    worker["context"] = Context(going=going)
    assert run("kms_key", check=True, **GONE)["plan"]["action"] == "delete"
    left = {"resource": "rds_cluster_snapshot", "name": "last", "region": "us-east-1", "until": "", "key": key["arn"]}
    worker["context"] = Context(going=going, left=[left])
    planned = run("kms_key", check=True, **GONE)["plan"]
    assert planned["action"] == "keep" and "the snapshot last, until you delete it" in planned["reason"]
    worker["context"] = Context(going=going, left=[{**left, "key": "arn:aws:kms:us-east-1:1:key/other"}])
    assert run("kms_key", check=True, **GONE)["plan"]["action"] == "delete"


def test_a_secret_says_how_long_it_can_be_restored(aws, run):
    options = {"secret_name": "dev_secret", "tags": TAGS}
    run("secretsmanager_secret", **options, generate_secret_string={"username": "mtk"})
    (left,) = remove(run, "secretsmanager_secret", **options, recovery_window_in_days=8)
    secrets = aws.client("secretsmanager")
    deleted = secrets.describe_secret(SecretId="dev_secret")["DeletedDate"]
    assert left["until"] >= str(deleted.date()) and "restore-secret --region us-east-1" in left["restore"]
    forced = {**options, "force_delete_without_recovery": True}
    assert remove(run, "secretsmanager_secret", **forced) == []


def test_a_replica_leaves_a_backup_in_its_region(aws, run):
    far = run("kms_key", alias=ALIAS, tags=TAGS, region="us-west-2")["key"]["arn"]
    run("kms_key", alias=ALIAS, tags=TAGS)
    run("dynamodb_table", **TABLE, sse_specification={"enabled": True, "kms_master_key_id": ALIAS})
    replica = {"table_name": TABLE["table_name"], "region_name": "us-west-2", "tags": TAGS}
    run("dynamodb_table_replica", **replica, kms_master_key_id=far, **RECOVERY)
    (left,) = remove(run, "dynamodb_table_replica", **replica)
    assert (left["region"], left["key"]) == ("us-west-2", far)
    (backup,) = aws.client("dynamodb", "us-west-2").list_backups(BackupType="SYSTEM")["BackupSummaries"]
    assert backup["BackupName"] == left["name"]
