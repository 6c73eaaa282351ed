"""dynamodb_table_replica."""

from __future__ import annotations

import json

import pytest

from .conftest import ModuleFailed, examples

NAME = "dynamodb_table_replica"
TABLE = {
    "table_name": "prod_user_locations",
    "attribute_definitions": [{"attribute_name": "user_id", "attribute_type": "S"}],
    "key_schema": [{"attribute_name": "user_id", "key_type": "HASH"}],
    "stream_specification": {"stream_enabled": True, "stream_view_type": "NEW_AND_OLD_IMAGES"},
    "tags": {"mtk:environment": "prod"},
}
WEST = {"table_name": "prod_user_locations", "region_name": "us-west-2", "wait_timeout": 20}


@pytest.fixture
def table(run):
    """Create the table in us-east-1."""
    return run("dynamodb_table", **TABLE)["table"]


def described(aws, region):
    return aws.client("dynamodb", region).describe_table(TableName=TABLE["table_name"])["Table"]


def test_check_mode_before_the_table_exists(run):
    params, absent = examples(NAME)
    assert run(NAME, check=True, **params)["changed"]
    assert not run(NAME, check=True, **absent)["changed"]


def test_four_beats(aws, run, table, four_beats, gone):
    params, absent = examples(NAME)
    four_beats(NAME, **params)
    aws.control.advance(60)  # protection has a cooldown
    west = aws.client("dynamodb", "us-west-2")
    backups = west.describe_continuous_backups(TableName=TABLE["table_name"])["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["RecoveryPeriodInDays"] == 35
    assert described(aws, "us-west-2")["DeletionProtectionEnabled"]
    with pytest.raises(ModuleFailed, match="give deletion_protection_enabled: false"):
        run(NAME, **{**absent, "deletion_protection_enabled": None}, check=True)
    gone(NAME, **absent)
    assert west.list_tables()["TableNames"] == []
    assert "Replicas" not in described(aws, "us-east-1")


def test_change_and_drift_never_replace_the_replica(aws, run, table):
    run(NAME, **WEST, tags={"a": "1"})
    before = described(aws, "us-west-2")["TableId"]
    params = {**WEST, "table_class": "STANDARD_INFREQUENT_ACCESS", "deletion_protection_enabled": True, "tags": {}}
    params["point_in_time_recovery_specification"] = {"point_in_time_recovery_enabled": True}
    assert run(NAME, **params)["replica"]["table_class"] == "STANDARD_INFREQUENT_ACCESS"
    assert not run(NAME, **params)["changed"]
    aws.control.advance(60)  # protection has a cooldown
    aws.client("dynamodb", "us-west-2").update_table(TableName=TABLE["table_name"], DeletionProtectionEnabled=False)
    assert run(NAME, **params, check=True)["diff"]["before"]["deletion_protection_enabled"] is False
    aws.control.advance(60)
    run(NAME, **params)
    assert described(aws, "us-west-2")["TableId"] == before
    assert not run("dynamodb_table", **TABLE)["changed"], "the table does not report its replica as drift"


def test_replicas_are_created_one_after_another(aws, run, table):
    aws.control.scale(0.005)
    run(NAME, **WEST, wait=False)
    run(NAME, **{**WEST, "region_name": "eu-west-1"})
    assert {r["RegionName"] for r in described(aws, "us-east-1")["Replicas"]} == {"us-west-2", "eu-west-1"}
    assert not run(NAME, **WEST)["changed"]
    run(NAME, **WEST, state="absent")
    assert aws.client("dynamodb", "us-west-2").list_tables()["TableNames"] == []
    run(NAME, **WEST)


def test_each_region_has_its_own_key(aws, run):
    for region in ("us-east-1", "us-west-2"):
        run("kms_key", alias="alias/k", region=region, tags=TABLE["tags"])
    run("dynamodb_table", **TABLE, sse_specification={"enabled": True, "kms_master_key_id": "alias/k"})
    run(NAME, **WEST, kms_master_key_id="alias/k")
    assert not run(NAME, **WEST, kms_master_key_id="alias/k")["changed"]
    west = aws.client("kms", "us-west-2").describe_key(KeyId="alias/k")["KeyMetadata"]["Arn"]
    assert described(aws, "us-west-2")["SSEDescription"]["KMSMasterKeyArn"] == west
    planned = run(NAME, **WEST, kms_master_key_id="alias/none", check=True)
    assert planned["diff"]["after"]["kms_master_key_id"] == "(known after apply)"
    other = run("kms_key", alias="alias/other", region="us-west-2")["key"]["arn"]
    run(NAME, **WEST, kms_master_key_id="alias/other")
    assert described(aws, "us-west-2")["SSEDescription"]["KMSMasterKeyArn"] == other


def test_a_regional_table_of_the_same_name_is_refused(aws, run, table):
    run("dynamodb_table", region="us-west-2", **TABLE)
    with pytest.raises(ModuleFailed, match="us-west-2 has another table of the name prod_user_locations"):
        run(NAME, **WEST, check=True)
    assert not run(NAME, **WEST, state="absent")["changed"]
    assert described(aws, "us-west-2")["TableStatus"] == "ACTIVE"


def test_refuses_its_own_region(run, table):
    with pytest.raises(ModuleFailed, match="region_name us-east-1 is the region of the task"):
        run(NAME, **{**WEST, "region_name": "us-east-1"})


def test_refuses_another_environments_replica(run, table):
    run(NAME, **WEST, tags={"mtk:environment": "prod"})
    with pytest.raises(ModuleFailed, match="belongs to environment 'prod'"):
        run(NAME, **WEST, tags={"mtk:environment": "dev"})


def test_a_replica_that_aws_could_not_create_is_replaced(aws, run, table):
    why = {"state": "CREATION_FAILED", "message": "The service-linked role is missing"}
    aws.control.fault("dynamodb:UpdateTable", "fail", **why)
    with pytest.raises(ModuleFailed, match="CREATION_FAILED"):
        run(NAME, **WEST)
    before = len(aws.mutating())
    planned = run(NAME, check=True, **WEST)["plan"]
    assert planned["action"] == "replace" and "CREATION_FAILED" in planned["reason"]
    assert len(aws.mutating()) == before
    assert run(NAME, **WEST)["replica"]["replica_status"] == "ACTIVE"
    assert described(aws, "us-west-2")["TableStatus"] == "ACTIVE"
    assert not run(NAME, **WEST)["changed"]


def test_a_replica_whose_key_is_lost_holds_data_and_is_a_decision(aws, run):
    for region in ("us-east-1", "us-west-2"):
        run("kms_key", alias="alias/k", region=region, tags=TABLE["tags"])
    run("dynamodb_table", **TABLE, sse_specification={"enabled": True, "kms_master_key_id": "alias/k"})
    key = run(NAME, **WEST, kms_master_key_id="alias/k")["replica"]["kms_master_key_id"]
    aws.client("kms", "us-west-2").disable_key(KeyId=key)
    aws.control.advance(3600)
    with pytest.raises(ModuleFailed, match="INACCESSIBLE_ENCRYPTION_CREDENTIALS.*-e '?replace=?"):
        run(NAME, **WEST, kms_master_key_id="alias/k")


def test_what_is_left_of_a_table_without_owner_is_removed(aws, run, table):
    tags = {"mtk:environment": "prod"}
    run(NAME, **WEST, tags=tags, deletion_protection_enabled=True)
    aws.control.advance(25 * 3600)
    aws.client("dynamodb").delete_table(TableName=TABLE["table_name"])
    absent = {**WEST, "state": "absent", "deletion_protection_enabled": False}
    assert not run(NAME, **absent, tags={"mtk:environment": "dev"})["changed"], "another environment's table is kept"
    assert run(NAME, check=True, **absent, tags=tags)["plan"]["action"] == "delete"
    assert run(NAME, **absent, tags=tags)["changed"]
    assert aws.client("dynamodb", "us-west-2").list_tables()["TableNames"] == []
    assert not run(NAME, **absent, tags=tags)["changed"]


def test_a_replica_that_its_owner_does_not_list_yet_is_not_taken_for_a_leaving_one(aws, run, table):
    aws.control.scale(0.005)
    run(NAME, **WEST, wait=False)
    assert run(NAME, **WEST, state="absent")["changed"]
    assert aws.client("dynamodb", "us-west-2").list_tables()["TableNames"] == []


STRANGER = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::999999999999:root"},
            "Action": "dynamodb:GetItem",
            "Resource": "arn:aws:dynamodb:us-west-2:123456789012:table/prod_user_locations",
        }
    ],
}


def test_a_policy_that_others_attached_to_the_replica_is_removed(aws, run, table):
    params = {**WEST, "resource_policy": {}, "stream_resource_policy": {}}
    result = run(NAME, **params)["replica"]
    west = aws.client("dynamodb", "us-west-2")
    for arn in (result["table_arn"], result["latest_stream_arn"]):
        west.put_resource_policy(ResourceArn=arn, Policy=json.dumps(STRANGER))
    drift = run(NAME, check=True, **params)["diff"]["before"]
    assert (drift["resource_policy"], drift["stream_resource_policy"]) == (STRANGER, STRANGER)
    assert run(NAME, **params)["replica"]["resource_policy"] == {}
    assert not run(NAME, **params)["changed"]


def test_a_tag_that_applications_rely_on_is_not_changed(aws, run, table):
    layout = "mtk:flag-index-layout"
    replica = {"table_name": TABLE["table_name"], "region_name": "us-west-2", "contract_tags": [layout]}
    run(NAME, **replica, tags={layout: "plain"})
    with pytest.raises(ModuleFailed, match="is 'plain', and the settings want 'sparse'"):
        run(NAME, **replica, tags={layout: "sparse"})
    assert run(NAME, **{**replica, "contract_tags": []}, tags={layout: "sparse"})["changed"]
