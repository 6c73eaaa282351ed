"""A cluster or a table is not created empty while a backup of an earlier one of its name exists."""

from __future__ import annotations

import pytest
from ansible_collections.mtk.backend.plugins.module_utils.engine._module import Context

from .. import shell
from .aurora import cluster, instance, master_secret, subnet_group
from .conftest import ModuleFailed

TABLE = {
    "table_name": "dev_places",
    "attribute_definitions": [{"attribute_name": "id", "attribute_type": "S"}],
    "key_schema": [{"attribute_name": "id", "key_type": "HASH"}],
    "point_in_time_recovery_specification": {"point_in_time_recovery_enabled": True, "recovery_period_in_days": 7},
    "tags": {"mtk:environment": "dev"},
    "wait_timeout": 20,
}
CLUSTER = {
    "db_cluster_identifier": "dev-cluster",
    "engine_version": "16.4",
    "master_username": "mtkadmin",
    "manage_master_user_password": True,
    "db_subnet_group_name": "dev-subnets",
    "kms_key_id": "alias/dev_aurora_key",
    "storage_encrypted": True,
    "serverless_v2_scaling_configuration": {"min_capacity": 0.5, "max_capacity": 2},
    "vpc_name": "dev_vpc",
    "vpc_security_group_names": ["dev_database"],
    "tags": {"mtk:environment": "dev"},
}
GONE = {"state": "absent", "tags": {"mtk:environment": "dev"}}


@pytest.fixture
def planned(run, worker):
    """Return a function that plans a task within a collected plan, and returns the entry."""
    collected = Context(collects=True)

    def plan(name, **params):
        worker["context"], before = collected, worker["context"]
        try:
            return run(name, check=True, **params)["plan"]
        finally:
            worker["context"] = before

    return plan


def key(aws, alias="alias/dev_aurora_key"):
    kms = aws.client("kms")
    made = kms.create_key(Tags=[{"TagKey": "mtk:environment", "TagValue": "dev"}])["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName=alias, TargetKeyId=made)
    return made


@pytest.fixture
def table(aws, run):
    """Create a table with an item, and delete it."""
    made = key(aws, "alias/dev_dynamodb_key")
    encrypted = {"sse_specification": {"enabled": True, "kms_master_key_id": "alias/dev_dynamodb_key"}}
    run("dynamodb_table", **TABLE, **encrypted)
    aws.client("dynamodb").put_item(TableName="dev_places", Item={"id": {"S": "a"}})
    aws.control.advance(3600)
    run("dynamodb_table", table_name="dev_places", **GONE)
    return made, {**TABLE, **encrypted}


@pytest.fixture
def database(aws, run):
    """Create a cluster, and return its key and the function that deletes it."""
    subnet_group(aws)
    ec2 = aws.client("ec2")
    (vpc,) = ec2.describe_vpcs(Filters=[{"Name": "tag:Name", "Values": ["dev_vpc"]}])["Vpcs"]
    tags = [{"Key": "mtk:environment", "Value": "dev"}]
    ec2.create_tags(Resources=[vpc["VpcId"]], Tags=tags)
    named = [{"ResourceType": "security-group", "Tags": [*tags, {"Key": "Name", "Value": "dev_database"}]}]
    ec2.create_security_group(GroupName="dev_database", Description="x", VpcId=vpc["VpcId"], TagSpecifications=named)
    made = key(aws)
    run("rds_cluster", **CLUSTER)
    aws.control.advance(7200)
    return made, lambda **how: run("rds_cluster", db_cluster_identifier="dev-cluster", **GONE, **how)


def test_a_table_is_restored_with_the_commands_of_the_plan(aws, run, planned, table):
    made, params = table
    aws.client("kms").schedule_key_deletion(KeyId=made)
    entry = planned("dynamodb_table", **params)
    assert entry["action"] == "refuse"
    assert "system backup dev_places$DeletedTableBackup of 20" in entry["reason"]
    assert "run with -e create_empty=dynamodb_table:dev_places" in entry["reason"]
    before = len(aws.mutating())
    with pytest.raises(ModuleFailed, match="It is not created, because it would be empty"):
        run("dynamodb_table", **params)
    assert len(aws.mutating()) == before
    steps = shell.commands(entry["reason"])
    assert [step.split()[2] for step in steps] == ["cancel-key-deletion", "enable-key", "restore-table-from-backup"]
    shell.run(aws, *steps)
    run("dynamodb_table", **params)
    items = aws.client("dynamodb").scan(TableName="dev_places")["Items"]
    assert items == [{"id": {"S": "a"}}]
    assert not run("dynamodb_table", **params)["changed"]


def test_a_table_is_created_empty_with_consent(aws, run, table):
    params = {**table[1], "create_empty": ["dynamodb_table:dev_places"]}
    since = len(aws.control.calls())
    assert run("dynamodb_table", **params)["changed"]
    asked = [call["operation"] for call in aws.control.calls(since)]
    assert "ListBackups" not in asked, "the consent makes the request needless"
    assert aws.client("dynamodb").scan(TableName="dev_places")["Items"] == []


def test_a_backup_whose_key_is_deleted_is_no_reason(aws, run, table):
    made, params = table
    aws.client("kms").schedule_key_deletion(KeyId=made, PendingWindowInDays=7)
    aws.control.advance(8 * 86400)
    key(aws, "alias/other_key")
    assert run("dynamodb_table", **{**params, "sse_specification": {"enabled": False}})["changed"]


def test_the_newest_backup_is_named(aws, run, planned, table):
    _, params = table
    assert planned("dynamodb_table", **{**params, "table_name": "dev_other"})["action"] == "create"
    run("dynamodb_table", **params, create_empty=["dynamodb_table:dev_places"])
    aws.control.advance(3600)
    aws.client("dynamodb").create_backup(TableName="dev_places", BackupName="by-hand")
    aws.control.advance(86400)
    run("dynamodb_table", table_name="dev_places", **GONE)
    backups = aws.client("dynamodb").list_backups(BackupType="ALL")["BackupSummaries"]
    newest = max(backups, key=lambda backup: backup["BackupCreationDateTime"])
    assert len(backups) == 3 and f"--backup-arn {newest['BackupArn']}" in planned("dynamodb_table", **params)["reason"]


def test_a_creation_without_backups_needs_one_more_request(aws, run):
    run("dynamodb_table", **TABLE)
    asked = [call["operation"] for call in aws.control.calls()]
    assert asked.count("ListBackups") == 1 and "DescribeBackup" not in asked
    since = len(aws.control.calls())
    run("dynamodb_table", **TABLE)
    assert "ListBackups" not in [call["operation"] for call in aws.control.calls(since)]


def test_a_cluster_is_restored_from_its_final_snapshot(aws, run, planned, database):
    made, delete = database
    delete(final_db_snapshot_identifier="last")
    aws.client("kms").disable_key(KeyId=made)
    entry = planned("rds_cluster", **CLUSTER)
    assert entry["action"] == "refuse" and "snapshot last of 20" in entry["reason"]
    assert "-e create_empty=rds_cluster:dev-cluster" in entry["reason"]
    steps = shell.commands(entry["reason"])
    assert [step.split()[2] for step in steps] == ["enable-key", "restore-db-cluster-from-snapshot"]
    shell.run(aws, *steps)
    restored = run("rds_cluster", **CLUSTER)["db_cluster"]
    assert restored["kms_key_id"].endswith(made) and restored["tags"] == {"mtk:environment": "dev"}
    assert cluster(aws)["ServerlessV2ScalingConfiguration"]["MaxCapacity"] == 2
    assert not run("rds_cluster", **CLUSTER)["changed"]


def test_a_cluster_is_restored_from_its_retained_backups(aws, run, planned, database):
    database[1](skip_final_snapshot=True, delete_automated_backups=False)
    entry = planned("rds_cluster", **CLUSTER)
    assert entry["action"] == "refuse" and "automated backup cluster-" in entry["reason"]
    shell.run(aws, *shell.commands(entry["reason"]))
    run("rds_cluster", **CLUSTER)
    assert not run("rds_cluster", **CLUSTER)["changed"]


def test_a_cluster_is_created_empty_with_consent_or_without_backups(run, database):
    database[1](final_db_snapshot_identifier="last")
    assert run("rds_cluster", **CLUSTER, create_empty=["rds_cluster:dev-cluster"])["changed"]
    database[1](skip_final_snapshot=True)
    with pytest.raises(ModuleFailed, match="snapshot last of"):
        run("rds_cluster", **CLUSTER)
    assert run("rds_cluster", **{**CLUSTER, "db_cluster_identifier": "dev-other"})["changed"]


def test_commands_wait_for_what_a_restore_needs(planned, database):
    database[1](final_db_snapshot_identifier="last")
    entry = planned("rds_cluster", **{**CLUSTER, "vpc_security_group_names": ["dev_later"]})
    assert "run site.yml, which creates what the restore needs" in entry["reason"]
    assert shell.commands(entry["reason"]) == []


def test_a_copy_of_a_writer_is_not_asked_about(aws, run):
    """A secondary cluster has the data of the writer, whatever snapshots of an earlier one exist."""
    subnet_group(aws)
    subnet_group(aws, "us-west-2")
    group = {"global_cluster_identifier": "dev-global"}
    run("rds_global_cluster", **group, engine="aurora-postgresql", engine_version="16.4")
    small = {"engine_version": "16.4", "db_subnet_group_name": "dev-subnets", "wait_timeout": 10}
    secret = {"master_user_secret_name": master_secret(aws)}
    run("rds_cluster", **small, **group, **secret, db_cluster_identifier="east")
    instance(aws, "east", "east-1")  # without one AWS takes no copy
    west = {**small, **group, "db_cluster_identifier": "west", "region": "us-west-2"}
    run("rds_cluster", **west)
    run("rds_cluster", region="us-west-2", db_cluster_identifier="west", state="absent", wait_timeout=10)
    assert aws.client("rds", "us-west-2").describe_db_cluster_snapshots()["DBClusterSnapshots"]
    assert run("rds_cluster", **west)["changed"]
