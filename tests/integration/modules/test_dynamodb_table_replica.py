"""dynamodb_table_replica."""

from __future__ import annotations

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
        run("kms_key", alias="alias/k", region=region)
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
