"""kms_key."""

from __future__ import annotations

import json

import pytest
from ansible_collections.mtk.backend.plugins.module_utils.aws._client import Aws
from botocore.exceptions import ConnectionClosedError
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding

from .conftest import ModuleFailed, examples

NAME = "kms_key"
ROOT = "arn:aws:iam::123456789012:root"
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


def tagged(aws, name, **tags):
    """Create a resource of the aurora component of dev in us-east-1: a log group."""
    tags = {"mtk:environment": "dev", "mtk:component": "aurora", **tags}
    aws.client("logs").create_log_group(logGroupName=name, tags=tags)


def test_a_key_scheduled_by_mistake_is_a_decision_and_can_be_kept(aws, run):
    tags = {"mtk:environment": "dev", "mtk:component": "aurora"}
    params = {"alias": ALIAS, "enable_key_rotation": True, "tags": tags}
    key = run(NAME, **params)["key"]["key_id"]
    tagged(aws, "of_the_key")
    tagged(aws, "of_another_key", **{"mtk:component": "network"})
    kms = aws.client("kms")
    date = kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)["DeletionDate"]
    before = aws.mutating()
    for check in (True, False):
        with pytest.raises(ModuleFailed) as refused:
            run(NAME, check=check, **params)
        message = str(refused.value)
        for part in (key, "PendingDeletion", date.isoformat()[:10], "It may encrypt log-group:of_the_key."):
            assert part in message
        for command in ("cancel-key-deletion", "enable-key"):
            assert f"aws kms {command} --region us-east-1 --key-id {key}" in message
    assert aws.mutating() == before
    kms.cancel_key_deletion(KeyId=key)
    with pytest.raises(ModuleFailed, match=f"its state is Disabled: .* Run: aws kms enable-key .*{key}"):
        run(NAME, **params)
    kms.enable_key(KeyId=key)
    assert not run(NAME, **params)["changed"]
    assert aliases(kms) == {ALIAS: key}


def test_a_key_scheduled_by_mistake_can_be_given_up(aws, run):
    old = run(NAME, alias=ALIAS)["key"]["key_id"]
    kms = aws.client("kms")
    kms.schedule_key_deletion(KeyId=old)
    with pytest.raises(ModuleFailed, match=f"aws kms delete-alias --region us-east-1 --alias-name {ALIAS}"):
        run(NAME, alias=ALIAS)
    kms.delete_alias(AliasName=ALIAS)
    assert run(NAME, alias=ALIAS)["key"]["key_id"] != old


def test_a_removal_takes_the_alias_of_a_key_pending_deletion(aws, run, gone):
    key = run(NAME, alias=ALIAS)["key"]["key_id"]
    kms = aws.client("kms")
    date = kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=20)["DeletionDate"]
    gone(NAME, alias=ALIAS, pending_window_in_days=7)
    assert aliases(kms) == {}
    assert kms.describe_key(KeyId=key)["KeyMetadata"]["DeletionDate"] == date
    assert run(NAME, alias=ALIAS)["key"]["key_id"] != key


def test_a_key_without_material_is_a_decision(aws, run):
    kms = aws.client("kms")
    tags = [{"TagKey": "mtk:environment", "TagValue": "dev"}]
    key = kms.create_key(Origin="EXTERNAL", Tags=tags)["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName=ALIAS, TargetKeyId=key)
    params = {"alias": ALIAS, "enable_key_rotation": True, "tags": {"mtk:environment": "dev"}}
    with pytest.raises(ModuleFailed, match=f"PendingImport: .* aws kms import-key-material --region .*{key}"):
        run(NAME, **params)
    spec = {"WrappingAlgorithm": "RSAES_OAEP_SHA_256", "WrappingKeySpec": "RSA_2048"}
    given = kms.get_parameters_for_import(KeyId=key, **spec)
    public = serialization.load_der_public_key(given["PublicKey"])
    secret = public.encrypt(b"m" * 32, padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None))
    model = "KEY_MATERIAL_DOES_NOT_EXPIRE"
    kms.import_key_material(
        KeyId=key, ImportToken=given["ImportToken"], EncryptedKeyMaterial=secret, ExpirationModel=model
    )
    result = run(NAME, **params)  # AWS does not rotate imported material: no error, and no difference that remains
    assert "enable_key_rotation" not in result["diff"]["before"]
    assert not run(NAME, **params)["changed"]
    assert "origin EXTERNAL" in run(NAME, check=True, **params)["plan"]["observations"][0]["reason"]


def foreign(kms, *actions):
    """Create a key whose policy denies the actions."""
    allow = {"Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": "kms:*", "Resource": "*"}
    deny = {"Effect": "Deny", "Principal": "*", "Action": [f"kms:{action}" for action in actions], "Resource": "*"}
    policy = {"Version": "2012-10-17", "Statement": [allow, deny]}
    return kms.create_key(Policy=json.dumps(policy))["KeyMetadata"]["KeyId"]


@pytest.mark.parametrize("tags", [None, {"mtk:environment": "dev"}], ids=["without tags", "with tags"])
def test_keys_of_others_are_neither_read_nor_a_hindrance(aws, run, tags):
    kms = aws.client("kms")
    for number in range(30):
        foreign(kms, "DescribeKey" if number % 2 else "ListResourceTags")
    start = len(aws.control.calls())
    assert run(NAME, check=True, alias=ALIAS, tags=tags)["changed"]
    key = run(NAME, alias=ALIAS, tags=tags)["key"]["key_id"]
    kms.delete_alias(AliasName=ALIAS)
    assert run(NAME, alias=ALIAS, tags=tags)["key"]["key_id"] == key
    assert not run(NAME, alias=ALIAS, tags=tags)["changed"]
    made = [call["operation"] for call in aws.control.calls(since=start)]
    assert "ListKeys" not in made
    assert len(made) < 60


@pytest.mark.parametrize("action", ["DescribeKey", "ListResourceTags"])
def test_an_alias_on_a_key_that_may_not_be_read_is_a_decision(aws, run, action):
    kms = aws.client("kms")
    key = foreign(kms, action)
    kms.create_alias(AliasName=ALIAS, TargetKeyId=key)
    before = aws.mutating()
    with pytest.raises(ModuleFailed, match=f"{key} in us-east-1, which these credentials may not read"):
        run(NAME, alias=ALIAS, tags={"mtk:environment": "dev"})
    assert aws.mutating() == before


def test_an_access_that_others_were_given_is_taken_away(aws, run, four_beats):
    params = {"alias": ALIAS, "service_principals": [], "tags": {"mtk:environment": "dev"}}
    key = four_beats(NAME, **params)["key"]
    kms = aws.client("kms")
    stranger = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::999999999999:root"}, "Resource": "*"}
    policy = {**key["policy"], "Statement": [*key["policy"]["Statement"], {**stranger, "Action": "kms:Decrypt"}]}
    kms.put_key_policy(KeyId=key["key_id"], Policy=json.dumps(policy))
    assert run(NAME, check=True, **params)["diff"]["before"]["policy"] == policy
    assert run(NAME, **params)["key"]["policy"] == key["policy"]
    kms.put_key_policy(KeyId=key["key_id"], Policy=json.dumps(renamed(key["policy"])))
    assert not run(NAME, **params)["changed"], "names of statements change nothing about the access"


def renamed(policy):
    statements = [{**statement, "Sid": f"Renamed{n}"} for n, statement in enumerate(policy["Statement"])]
    return {**policy, "Id": "renamed", "Statement": statements}


def lose_answers(monkeypatch, operation):
    """Let the connection break after AWS has carried out an operation."""
    send = Aws._call

    def lose(self, service, name, region, params):
        answer = send(self, service, name, region, params)
        if name == operation:
            raise ConnectionClosedError(endpoint_url="https://kms")
        return answer

    monkeypatch.setattr(Aws, "_call", lose)


def test_a_key_whose_creation_was_not_answered_is_found_again(aws, run, monkeypatch):
    """The tagging API may list a new key minutes later, so all keys are read: those of others may not be readable."""
    kms = aws.client("kms")
    for number in range(4):
        foreign(kms, "DescribeKey" if number % 2 else "ListResourceTags")
    params = {"alias": ALIAS, "tags": {"mtk:environment": "dev"}}
    old = run(NAME, **params)["key"]["key_id"]
    run(NAME, **params, state="absent")
    lose_answers(monkeypatch, "create_key")
    made = len(kms.list_keys()["Keys"])
    for _ in range(9):
        aws.control.fault("resourcegroupstaggingapi:GetResources", "error", code="AccessDeniedException")
    key = run(NAME, **params)["key"]["key_id"]
    assert len(kms.list_keys()["Keys"]) == made + 1
    assert aliases(kms) == {ALIAS: key} and key != old
    assert not run(NAME, **params)["changed"]


@pytest.mark.parametrize("operation", ["CreateKey", "CreateAlias", "PutKeyPolicy", "EnableKeyRotation", "TagResource"])
def test_no_lost_answer_doubles_a_key_or_ends_the_run(aws, run, operation):
    kms, params = aws.client("kms"), {"alias": ALIAS, "tags": {"mtk:environment": "dev"}}
    if operation not in ("CreateKey", "CreateAlias"):
        run(NAME, **params)
    aws.control.fault(f"kms:{operation}", "lost")
    wanted = {**params, "service_principals": [], "enable_key_rotation": True}
    wanted["tags"] = {**params["tags"], "a": "1"}
    run(NAME, **wanted)
    assert len(kms.list_keys()["Keys"]) == 1
    assert not run(NAME, **wanted)["changed"]


def test_the_first_alias_of_a_new_key_may_be_refused(aws, run):
    aws.control.fault("kms:CreateAlias", "error", code="NotFoundException", message="Key not found")
    key = run(NAME, alias=ALIAS, tags={"mtk:environment": "dev"})["key"]["key_id"]
    kms = aws.client("kms")
    assert [listed["KeyId"] for listed in kms.list_keys()["Keys"]] == [key]
    assert aliases(kms) == {ALIAS: key}


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
    with pytest.raises(ModuleFailed, match="enable-key"):
        run(NAME, **params)
    assert not run(NAME, **params, enabled=False)["changed"]
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
