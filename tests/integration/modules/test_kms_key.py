"""kms_key."""

from __future__ import annotations

import json

import pytest

from .conftest import ModuleFailed, examples

NAME = "kms_key"
ALIAS = "alias/dev_us-east-1_dynamodb_key"


def aliases(kms):
    return {a["AliasName"]: a["TargetKeyId"] for a in kms.list_aliases()["Aliases"] if "aws/" not in a["AliasName"]}


def test_four_beats(aws, run, four_beats, gone):
    params, absent = examples(NAME)
    key = four_beats(NAME, **params)["key"]
    kms = aws.client("kms")
    assert aliases(kms) == {params["alias"]: key["key_id"]}
    assert kms.get_key_rotation_status(KeyId=key["key_id"])["KeyRotationEnabled"]
    policy = json.loads(kms.get_key_policy(KeyId=key["key_id"], PolicyName="default")["Policy"])
    assert [s["Principal"] for s in policy["Statement"]][1] == {"Service": "logs.us-east-1.amazonaws.com"}
    gone(NAME, **absent)
    assert aliases(kms) == {}
    assert kms.describe_key(KeyId=key["key_id"])["KeyMetadata"]["KeyState"] == "PendingDeletion"
    again = run(NAME, **params)["key"]
    assert again["key_id"] != key["key_id"], "a key pending deletion must not be used again"


def test_the_key_of_an_interrupted_run_gets_its_alias(aws, run):
    tags = {"mtk:environment": "dev"}
    first = run(NAME, alias=ALIAS, tags=tags)["key"]
    kms = aws.client("kms")
    kms.delete_alias(AliasName=ALIAS)
    foreign = kms.create_key(Tags=[{"TagKey": "Name", "TagValue": "dev_us-east-1_dynamodb_key"}])  # without dev's tag
    result = run(NAME, alias=ALIAS, tags=tags)
    assert result["key"]["key_id"] == first["key_id"] != foreign["KeyMetadata"]["KeyId"]
    assert result["diff"]["before"]["alias"] is None
    assert len(kms.list_keys()["Keys"]) == 2


def test_an_interrupted_removal_is_finished(aws, run):
    key = run(NAME, alias=ALIAS)["key"]
    kms = aws.client("kms")
    kms.delete_alias(AliasName=ALIAS)
    assert run(NAME, alias=ALIAS, state="absent")["changed"]
    assert kms.describe_key(KeyId=key["key_id"])["KeyMetadata"]["KeyState"] == "PendingDeletion"


def test_the_alias_of_a_key_pending_deletion_moves_to_a_new_key(aws, run):
    key = run(NAME, alias=ALIAS)["key"]
    kms = aws.client("kms")
    kms.schedule_key_deletion(KeyId=key["key_id"])
    assert not run(NAME, alias=ALIAS, state="absent", check=True)["changed"]
    new = run(NAME, alias=ALIAS)["key"]
    assert aliases(kms) == {ALIAS: new["key_id"]} and new["key_id"] != key["key_id"]
    assert kms.describe_key(KeyId=key["key_id"])["KeyMetadata"]["KeyState"] == "PendingDeletion"


def test_change_and_drift(aws, run):
    params = {"alias": ALIAS, "enable_key_rotation": True, "rotation_period_in_days": 180, "tags": {"a": "1"}}
    key = run(NAME, **params)["key"]["key_id"]
    kms = aws.client("kms")
    assert run(NAME, **{**params, "description": "for tables", "tags": {"b": "2"}})["changed"]
    assert kms.describe_key(KeyId=key)["KeyMetadata"]["Description"] == "for tables"
    assert {t["TagKey"] for t in kms.list_resource_tags(KeyId=key)["Tags"]} == {"Name", "b"}
    kms.disable_key_rotation(KeyId=key)
    drift = run(NAME, check=True, **params)["diff"]
    assert (drift["before"]["enable_key_rotation"], drift["after"]["enable_key_rotation"]) == (False, True)
    run(NAME, **params)
    assert kms.get_key_rotation_status(KeyId=key)["RotationPeriodInDays"] == 180
    kms.disable_key(KeyId=key)
    run(NAME, **params, enabled=True)
    assert kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "Enabled"
    assert not run(NAME, **params, enabled=True)["changed"]


def test_equivalent_policies_are_no_difference(run):
    statement = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:root"}, "Resource": "*"}
    run(NAME, alias=ALIAS, policy={"Version": "2012-10-17", "Statement": [{**statement, "Action": "kms:*"}]})
    same = {"Version": "2012-10-17", "Statement": {**statement, "Action": ["kms:*"]}}
    assert not run(NAME, alias=ALIAS, policy=same)["changed"]
    less = {**same, "Statement": [{**statement, "Action": ["kms:List*", "kms:Get*", "kms:Describe*", "kms:Put*"]}]}
    assert run(NAME, alias=ALIAS, policy=less)["changed"]


def test_invalid_options_and_foreign_keys_are_refused(run):
    with pytest.raises(ModuleFailed, match="alias is 'dynamodb_key'; AWS takes alias/"):
        run(NAME, alias="dynamodb_key")
    run(NAME, alias=ALIAS, tags={"mtk:environment": "prod"})
    with pytest.raises(ModuleFailed, match="belongs to environment 'prod'"):
        run(NAME, alias=ALIAS, tags={"mtk:environment": "dev"})
    with pytest.raises(ModuleFailed, match="mutually exclusive"):
        run(NAME, alias=ALIAS, policy={}, service_principals=["logs.us-east-1.amazonaws.com"])
