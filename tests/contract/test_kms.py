"""KMS: states, rotation, aliases, replicas and policies of keys."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from emulator.kms import find_key
from promise import keeps

KEYS = {"aws_access_key_id": "local", "aws_secret_access_key": "emulator-secret-key"}
ACCOUNT = "123456789012"
DAY = 86400
ROOT = f"arn:aws:iam::{ACCOUNT}:root"


def policy(principal: Any = "*", action: Any = "kms:*", **more: Any) -> str:
    statement = {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": "*", **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def refused(code: str, call: Any, **params: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**params)
    assert caught.value.response["Error"]["Code"] == code, caught.value
    return str(caught.value.response["Error"]["Message"])


def unchecked(aws: Any) -> Any:
    """Return a client that leaves the validation of parameters to the service."""
    config = Config(parameter_validation=False)
    return boto3.client("kms", "us-east-1", endpoint_url=aws.url, config=config, **KEYS)


def make(kms: Any, **params: Any) -> dict[str, Any]:
    return dict(kms.create_key(**params)["KeyMetadata"])


@keeps("kms.key-names", "kms.usable")
def test_a_key_belongs_to_a_region_and_is_described_by_every_name(aws: Any) -> None:
    kms, other = aws.client("kms"), aws.client("kms", "eu-west-1")
    key = make(kms, Description="one", Tags=[{"TagKey": "a", "TagValue": "b"}])
    kms.create_alias(AliasName="alias/one", TargetKeyId=key["Arn"])
    alias = kms.list_aliases(KeyId=key["Arn"])["Aliases"][0]["AliasArn"]
    for name in (key["KeyId"], key["Arn"], "alias/one", alias):
        found = kms.describe_key(KeyId=name)["KeyMetadata"]
        assert (found["Arn"], found["KeyState"], found["KeyUsage"]) == (key["Arn"], "Enabled", "ENCRYPT_DECRYPT")
        assert find_key(ACCOUNT, "us-east-1", name) == key["Arn"]
        assert find_key(ACCOUNT, "eu-west-1", name) is None
    refused("NotFoundException", other.describe_key, KeyId=key["KeyId"])
    for call in (kms.enable_key, kms.list_aliases, kms.get_key_policy):
        refused("NotFoundException", call, KeyId="alias/one")
    assert kms.list_resource_tags(KeyId=key["Arn"])["Tags"] == [{"TagKey": "a", "TagValue": "b"}]


@keeps("kms.rotation")
def test_rotation_periods_are_kept(aws: Any) -> None:
    kms = aws.client("kms")
    key = make(kms)["Arn"]
    assert kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"] is False
    kms.enable_key_rotation(KeyId=key)
    assert kms.get_key_rotation_status(KeyId=key)["RotationPeriodInDays"] == 365
    kms.enable_key_rotation(KeyId=key, RotationPeriodInDays=90)
    status = kms.get_key_rotation_status(KeyId=key)
    assert (status["KeyRotationEnabled"], status["RotationPeriodInDays"]) == (True, 90)
    assert "NextRotationDate" in status
    for days in (89, 2561):
        refused("ValidationException", unchecked(aws).enable_key_rotation, KeyId=key, RotationPeriodInDays=days)
    kms.disable_key_rotation(KeyId=key)
    assert "RotationPeriodInDays" not in kms.get_key_rotation_status(KeyId=key)
    kms.enable_key_rotation(KeyId=key, RotationPeriodInDays=90)
    first = kms.get_key_rotation_status(KeyId=key)["NextRotationDate"]
    aws.control.advance(200 * DAY)
    assert kms.get_key_rotation_status(KeyId=key)["NextRotationDate"] - first == timedelta(days=180)
    kms.disable_key(KeyId=key)
    refused("DisabledException", kms.enable_key_rotation, KeyId=key)


@keeps("kms.deletion-window", "kms.usable")
def test_a_key_is_deleted_after_its_waiting_period(aws: Any) -> None:
    kms = aws.client("kms")
    key = make(kms)["Arn"]
    kms.create_alias(AliasName="alias/gone", TargetKeyId=key)
    for days in (6, 31):
        refused("ValidationException", unchecked(aws).schedule_key_deletion, KeyId=key, PendingWindowInDays=days)
    answer = kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    assert (answer["KeyId"], answer["KeyState"], answer["PendingWindowInDays"]) == (key, "PendingDeletion", 7)
    metadata = kms.describe_key(KeyId=key)["KeyMetadata"]
    assert metadata["KeyState"] == "PendingDeletion" and metadata["DeletionDate"] == answer["DeletionDate"]
    assert find_key(ACCOUNT, "us-east-1", key) is None
    aws.control.advance(6 * DAY)
    assert kms.describe_key(KeyId="alias/gone")["KeyMetadata"]["Arn"] == key
    aws.control.advance(DAY + 1)
    refused("NotFoundException", kms.describe_key, KeyId=key)
    refused("NotFoundException", kms.describe_key, KeyId="alias/gone")


@pytest.mark.parametrize(
    ("operation", "params"),
    [
        ("schedule_key_deletion", {}),
        ("enable_key", {}),
        ("disable_key", {}),
        ("enable_key_rotation", {}),
        ("encrypt", {"Plaintext": b"x"}),
        ("tag_resource", {"Tags": [{"TagKey": "a", "TagValue": "b"}]}),
        ("untag_resource", {"TagKeys": ["a"]}),
        ("update_key_description", {"Description": "x"}),
    ],
)
@keeps("kms.pending-deletion")
def test_a_key_pending_deletion_refuses_changes(aws: Any, operation: str, params: dict[str, Any]) -> None:
    kms = aws.client("kms")
    key = make(kms)["KeyId"]
    kms.schedule_key_deletion(KeyId=key)
    refused("KMSInvalidStateException", getattr(kms, operation), KeyId=key, **params)
    refused("KMSInvalidStateException", kms.create_alias, AliasName="alias/x", TargetKeyId=key)
    kms.cancel_key_deletion(KeyId=key)
    assert kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "Disabled"
    refused("KMSInvalidStateException", kms.cancel_key_deletion, KeyId=key)


@keeps("kms.disabled", "kms.usable")
def test_a_disabled_key_does_not_encrypt(aws: Any) -> None:
    kms = aws.client("kms")
    key = make(kms)["Arn"]
    secret = kms.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    kms.disable_key(KeyId=key)
    assert find_key(ACCOUNT, "us-east-1", key) is None
    refused("DisabledException", kms.encrypt, KeyId=key, Plaintext=b"x")
    refused("DisabledException", kms.decrypt, CiphertextBlob=secret)
    many = make(kms, MultiRegion=True)["KeyId"]
    kms.disable_key(KeyId=many)
    refused("DisabledException", kms.replicate_key, KeyId=many, ReplicaRegion="eu-west-1")
    kms.update_key_description(KeyId=key, Description="off")
    assert kms.describe_key(KeyId=key)["KeyMetadata"]["Description"] == "off"
    kms.enable_key(KeyId=key)
    assert kms.decrypt(CiphertextBlob=secret)["Plaintext"] == b"x"


@keeps("kms.alias-unique", "kms.alias-reserved")
def test_aliases_are_created_moved_and_deleted(aws: Any) -> None:
    kms = aws.client("kms")
    one, two = make(kms)["KeyId"], make(kms)["KeyId"]
    kms.create_alias(AliasName="alias/a", TargetKeyId=one)
    refused("AlreadyExistsException", kms.create_alias, AliasName="alias/a", TargetKeyId=two)
    refused("NotFoundException", kms.update_alias, AliasName="alias/b", TargetKeyId=two)
    refused("NotFoundException", kms.delete_alias, AliasName="alias/b")
    refused("ValidationException", kms.create_alias, AliasName="nothing", TargetKeyId=one)
    for call in (kms.create_alias, kms.update_alias):
        refused("NotAuthorizedException", call, AliasName="alias/aws/mine", TargetKeyId=one)
    refused("NotAuthorizedException", kms.delete_alias, AliasName="alias/aws/rds")
    kms.update_alias(AliasName="alias/a", TargetKeyId=two)
    assert kms.describe_key(KeyId="alias/a")["KeyMetadata"]["KeyId"] == two
    kms.delete_alias(AliasName="alias/a")
    refused("NotFoundException", kms.describe_key, KeyId="alias/a")


@keeps("kms.aws-managed")
def test_keys_managed_by_aws_cannot_be_changed(aws: Any) -> None:
    kms = aws.client("kms")
    arn = find_key(ACCOUNT, "us-east-1", "alias/aws/rds")
    metadata = kms.describe_key(KeyId="alias/aws/rds")["KeyMetadata"]
    assert (metadata["Arn"], metadata["KeyManager"]) == (arn, "AWS")
    assert kms.get_key_rotation_status(KeyId=arn)["KeyRotationEnabled"] is True
    for call in (kms.schedule_key_deletion, kms.disable_key, kms.disable_key_rotation):
        refused("AccessDeniedException", call, KeyId=arn)
    refused("AccessDeniedException", kms.encrypt, KeyId="alias/aws/rds", Plaintext=b"x")
    refused("AccessDeniedException", kms.put_key_policy, KeyId=arn, Policy=policy())
    refused("NotFoundException", kms.describe_key, KeyId="alias/aws/nothing")
    targets = {a["AliasName"]: a.get("TargetKeyId") for a in kms.list_aliases()["Aliases"]}
    assert (targets["alias/aws/rds"], targets["alias/aws/dynamodb"]) == (metadata["KeyId"], None)


@keeps("kms.policy-lockout", "kms.policy-name", "kms.tags")
def test_policies_and_tags_of_keys_are_checked(aws: Any) -> None:
    kms = aws.client("kms")
    key = make(kms)["Arn"]
    locked = policy({"AWS": f"arn:aws:iam::{ACCOUNT}:role/nobody"})
    denied = policy(Effect="Deny")
    for wrong in (
        "no",
        "[]",
        policy(5),
        '{"Statement": []}',
        '{"Statement": "x"}',
        locked,
        denied,
        policy(action="kms:Encrypt"),
    ):
        refused("MalformedPolicyDocumentException", kms.put_key_policy, KeyId=key, PolicyName="default", Policy=wrong)
        refused("MalformedPolicyDocumentException", kms.create_key, Policy=wrong)
    kms.put_key_policy(KeyId=key, Policy=policy({"AWS": [ROOT, "x"]}, ["kms:Put*", "kms:Get*"]))
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=policy())
    assert kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"] == policy()
    assert kms.get_key_policy(KeyId=make(kms, Policy=policy())["KeyId"])["Policy"] == policy()
    refused("NotFoundException", kms.get_key_policy, KeyId=key, PolicyName="mine")
    pages = kms.get_paginator("list_key_policies").paginate(KeyId=key, PaginationConfig={"PageSize": 1})
    assert [page["PolicyNames"] for page in pages] == [["default"]]
    refused("NotFoundException", kms.list_key_policies, KeyId=key.replace("us-east-1", "us-west-2"))
    refused("TagException", kms.tag_resource, KeyId=key, Tags=[{"TagKey": "aws:x", "TagValue": ""}])
    refused("TagException", kms.tag_resource, KeyId=key, Tags=[{"TagKey": "a", "TagValue": v} for v in "12"])
    many = [{"TagKey": str(n), "TagValue": ""} for n in range(51)]
    refused("TagException", kms.tag_resource, KeyId=key, Tags=many)
    refused("TagException", kms.tag_resource, KeyId=key, Tags=[{"TagKey": "a", "TagValue": "you & me"}])
    kms.tag_resource(KeyId=key, Tags=[{"TagKey": "a", "TagValue": "1"}])
    kms.untag_resource(KeyId=key, TagKeys=["a"])
    assert kms.list_resource_tags(KeyId=key)["Tags"] == []


@keeps("kms.crypto")
def test_decryption_needs_the_encryption_context(aws: Any) -> None:
    kms = aws.client("kms")
    one, two = make(kms)["Arn"], make(kms)["Arn"]
    context, other = {"a": "1"}, {"a": "2"}
    secret = kms.encrypt(KeyId=one, Plaintext=b"x", EncryptionContext=context)["CiphertextBlob"]
    for wrong in ({}, other):
        refused("InvalidCiphertextException", kms.decrypt, CiphertextBlob=secret, EncryptionContext=wrong)
    refused("IncorrectKeyException", kms.decrypt, CiphertextBlob=secret, EncryptionContext=context, KeyId=two)
    assert kms.decrypt(CiphertextBlob=secret, EncryptionContext=context, KeyId=one)["Plaintext"] == b"x"


@keeps("kms.key-paging")
def test_keys_aliases_and_tags_are_listed_in_pages(aws: Any) -> None:
    kms = aws.client("kms")
    made = [make(kms, Tags=[{"TagKey": str(n), "TagValue": ""} for n in range(3)])["KeyId"] for _ in range(3)]
    for n in range(3):
        kms.create_alias(AliasName=f"alias/{n}", TargetKeyId=made[0])
    small = {"PaginationConfig": {"PageSize": 2}}
    keys = [k["KeyId"] for page in kms.get_paginator("list_keys").paginate(**small) for k in page["Keys"]]
    assert keys == made
    aliases = list(kms.get_paginator("list_aliases").paginate(KeyId=made[0], **small))
    assert [len(page["Aliases"]) for page in aliases] == [2, 1]
    tags = list(kms.get_paginator("list_resource_tags").paginate(KeyId=made[0], **small))
    assert [len(page["Tags"]) for page in tags] == [2, 1]
    refused("InvalidMarkerException", kms.list_keys, Marker="nonsense")


@keeps("kms.metadata")
def test_keys_and_aliases_show_what_aws_always_shows(aws: Any) -> None:
    kms = aws.client("kms")
    key = make(kms)
    assert key["MultiRegion"] is False
    assert kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["CurrentKeyMaterialId"] == key["CurrentKeyMaterialId"]
    assert "CurrentKeyMaterialId" not in make(kms, Origin="EXTERNAL")
    kms.create_alias(AliasName="alias/a", TargetKeyId=key["KeyId"])
    aws.control.advance(DAY)
    kms.update_alias(AliasName="alias/a", TargetKeyId=make(kms)["KeyId"])
    shown = {alias["AliasName"]: alias for alias in kms.list_aliases()["Aliases"]}
    mine = shown["alias/a"]
    assert timedelta(hours=23) < mine["LastUpdatedDate"] - mine["CreationDate"] < timedelta(hours=25)
    assert set(shown["alias/aws/ebs"]) == {"AliasArn", "AliasName"}


@keeps("kms.grants")
def test_grants_are_created_listed_retired_and_revoked(aws: Any) -> None:
    kms = aws.client("kms")
    key = make(kms)["Arn"]
    role, other = (f"arn:aws:iam::{ACCOUNT}:role/{name}" for name in ("reader", "other"))
    wanted = {"KeyId": key, "Operations": ["Encrypt", "Decrypt"], "GranteePrincipal": role, "RetiringPrincipal": other}
    wanted |= {"Name": "one", "Constraints": {"EncryptionContextSubset": {"a": "1"}}}
    made = kms.create_grant(**wanted)
    again = kms.create_grant(**wanted)
    assert again["GrantId"] == made["GrantId"] and again["GrantToken"] != made["GrantToken"]
    second = kms.create_grant(KeyId=key, Operations=["Encrypt"], GranteePrincipal=other)
    (shown,) = kms.list_grants(KeyId=key, GrantId=made["GrantId"])["Grants"]
    assert {name: shown[name] for name in wanted} == wanted
    assert shown["IssuingAccount"] == ROOT and "CreationDate" in shown
    assert [g["GrantId"] for g in kms.list_grants(KeyId=key, GranteePrincipal=other)["Grants"]] == [second["GrantId"]]
    pages = kms.get_paginator("list_grants").paginate(KeyId=key, PaginationConfig={"PageSize": 1})
    assert [len(page["Grants"]) for page in pages] == [1, 1]
    assert kms.list_retirable_grants(RetiringPrincipal=other, Limit=1)["Grants"] == [shown]
    assert kms.list_retirable_grants(RetiringPrincipal=role, Marker="0")["Grants"] == []
    refused("InvalidArnException", kms.create_grant, **{**wanted, "GranteePrincipal": "reader"})
    refused("NotFoundException", kms.revoke_grant, KeyId=key, GrantId="0" * 64)
    refused("InvalidGrantTokenException", kms.retire_grant, GrantToken="nothing")
    kms.retire_grant(GrantToken=again["GrantToken"])
    kms.revoke_grant(KeyId=key, GrantId=second["GrantId"])
    assert kms.list_grants(KeyId=key)["Grants"] == []
    third = kms.create_grant(**wanted)
    kms.retire_grant(KeyId=key, GrantId=third["GrantId"])
    kms.create_alias(AliasName="alias/one", TargetKeyId=key)
    for elsewhere in ("alias/one", key.replace("us-east-1", "us-west-2")):
        refused("NotFoundException", kms.list_grants, KeyId=elsewhere)
    kms.disable_key(KeyId=key)
    refused("DisabledException", kms.create_grant, **wanted)


@keeps("kms.data-keys")
def test_data_keys_are_encrypted_with_the_key(aws: Any) -> None:
    kms = aws.client("kms")
    key = make(kms)["Arn"]
    context = {"a": "1"}
    made = kms.generate_data_key(KeyId=key, KeySpec="AES_256", EncryptionContext=context)
    assert (made["KeyId"], len(made["Plaintext"])) == (key, 32)
    found = kms.decrypt(CiphertextBlob=made["CiphertextBlob"], EncryptionContext=context)
    assert found["Plaintext"] == made["Plaintext"]
    assert len(kms.generate_data_key(KeyId=key, NumberOfBytes=64)["Plaintext"]) == 64
    hidden = kms.generate_data_key_without_plaintext(KeyId=key, KeySpec="AES_128", EncryptionContext=context)
    assert "Plaintext" not in hidden
    assert len(kms.decrypt(CiphertextBlob=hidden["CiphertextBlob"], EncryptionContext=context)["Plaintext"]) == 16
    kms.generate_data_key_without_plaintext(KeyId=key, NumberOfBytes=5)
    assert len(kms.generate_random(NumberOfBytes=20)["Plaintext"]) == 20
    for wrong in ({}, {"KeySpec": "AES_256", "NumberOfBytes": 32}):
        refused("ValidationException", kms.generate_data_key, KeyId=key, **wrong)
    kms.disable_key(KeyId=key)
    refused("DisabledException", kms.generate_data_key, KeyId=key, KeySpec="AES_256")


@keeps("kms.on-demand")
def test_keys_rotate_on_demand(aws: Any) -> None:
    kms, other = aws.client("kms"), aws.client("kms", "eu-west-1")
    key = make(kms, MultiRegion=True)
    kms.enable_key_rotation(KeyId=key["KeyId"], RotationPeriodInDays=90)
    kms.rotate_key_on_demand(KeyId=key["KeyId"])
    changed = kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["CurrentKeyMaterialId"]
    assert changed != key["CurrentKeyMaterialId"]
    aws.control.advance(200 * DAY)
    pages = kms.get_paginator("list_key_rotations").paginate(KeyId=key["Arn"], PaginationConfig={"PageSize": 2})
    kinds = [rotation["RotationType"] for page in pages for rotation in page["Rotations"]]
    assert kinds == ["ON_DEMAND", "AUTOMATIC", "AUTOMATIC"]
    kms.replicate_key(KeyId=key["KeyId"], ReplicaRegion="eu-west-1")
    refused("UnsupportedOperationException", other.rotate_key_on_demand, KeyId=key["KeyId"])


@keeps("kms.mrk-replica", "kms.mrk-shown", "kms.usable")
def test_a_replica_key_has_its_own_description_and_tags(aws: Any) -> None:
    kms, other, third = (aws.client("kms", region) for region in ("us-east-1", "eu-west-1", "us-west-2"))
    key = make(kms, MultiRegion=True, Description="first", Tags=[{"TagKey": "a", "TagValue": "b"}])
    alone = key["MultiRegionConfiguration"]
    assert (alone["MultiRegionKeyType"], alone["ReplicaKeys"], key["KeyId"][:4]) == ("PRIMARY", [], "mrk-")
    replicate = {"KeyId": key["Arn"], "ReplicaRegion": "eu-west-1"}
    kms.create_alias(AliasName="alias/here", TargetKeyId=key["KeyId"])
    aws.control.scale(1)
    own = {"Description": "second", "Tags": [{"TagKey": "r", "TagValue": "eu"}], "Policy": policy()}
    made = kms.replicate_key(**replicate, **own)["ReplicaKeyMetadata"]
    arn = made["Arn"]
    assert (arn, made["KeyState"]) == (key["Arn"].replace("us-east-1", "eu-west-1"), "Creating")
    assert find_key(ACCOUNT, "eu-west-1", arn) is None
    refused("KMSInvalidStateException", other.encrypt, KeyId=arn, Plaintext=b"x")
    aws.control.advance(31)
    assert find_key(ACCOUNT, "eu-west-1", arn) == arn
    assert other.get_key_policy(KeyId=arn)["Policy"] == policy()
    assert other.list_aliases(KeyId=arn)["Aliases"] == []
    assert other.list_resource_tags(KeyId=arn)["Tags"] == own["Tags"]
    assert kms.list_resource_tags(KeyId=key["Arn"])["Tags"] == [{"TagKey": "a", "TagValue": "b"}]
    kms.replicate_key(**{**replicate, "ReplicaRegion": "us-west-2"})
    shown = [client.describe_key(KeyId=key["KeyId"])["KeyMetadata"] for client in (kms, other, third)]
    assert [one["Description"] for one in shown] == ["first", "second", ""]
    family = [one["MultiRegionConfiguration"] for one in shown]
    assert [one["MultiRegionKeyType"] for one in family] == ["PRIMARY", "REPLICA", "REPLICA"]
    for one in family:
        assert one["PrimaryKey"] == {"Arn": key["Arn"], "Region": "us-east-1"}
        assert {replica["Region"] for replica in one["ReplicaKeys"]} == {"eu-west-1", "us-west-2"}
    secret = kms.encrypt(KeyId=key["Arn"], Plaintext=b"x")["CiphertextBlob"]
    assert other.decrypt(CiphertextBlob=secret)["Plaintext"] == b"x"
    refused("AlreadyExistsException", kms.replicate_key, **replicate)
    refused("UnsupportedOperationException", kms.replicate_key, **{**replicate, "KeyId": make(kms)["Arn"]})
    refused("UnsupportedOperationException", other.replicate_key, KeyId=arn, ReplicaRegion="us-west-1")
    refused("ValidationException", kms.replicate_key, KeyId=key["Arn"], ReplicaRegion="xx-nowhere-1")


@keeps("kms.mrk-rotation")
def test_the_primary_key_rotates_for_its_replicas(aws: Any) -> None:
    kms, other = aws.client("kms"), aws.client("kms", "eu-west-1")
    key = make(kms, MultiRegion=True)["KeyId"]
    kms.replicate_key(KeyId=key, ReplicaRegion="eu-west-1")
    kms.enable_key_rotation(KeyId=key, RotationPeriodInDays=100)
    assert other.get_key_rotation_status(KeyId=key)["RotationPeriodInDays"] == 100
    refused("UnsupportedOperationException", other.disable_key_rotation, KeyId=key)
    refused("UnsupportedOperationException", other.enable_key_rotation, KeyId=key)
    kms.disable_key_rotation(KeyId=key)
    assert other.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"] is False


@keeps("kms.mrk-deletion")
def test_a_primary_key_is_deleted_after_its_replicas(aws: Any) -> None:
    kms, other = aws.client("kms"), aws.client("kms", "eu-west-1")
    key = make(kms, MultiRegion=True)["KeyId"]
    kms.replicate_key(KeyId=key, ReplicaRegion="eu-west-1")
    answer = kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    assert answer["KeyState"] == "PendingReplicaDeletion" and "DeletionDate" not in answer
    refused("KMSInvalidStateException", kms.enable_key, KeyId=key)
    kms.cancel_key_deletion(KeyId=key)
    assert kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "Disabled"
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    aws.control.advance(40 * DAY)
    assert kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "PendingReplicaDeletion"
    assert other.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)["KeyState"] == "PendingDeletion"
    aws.control.advance(7 * DAY + 1)
    waiting = kms.describe_key(KeyId=key)["KeyMetadata"]
    assert (waiting["KeyState"], waiting["MultiRegionConfiguration"]["ReplicaKeys"]) == ("PendingDeletion", [])
    refused("NotFoundException", other.describe_key, KeyId=key)
    aws.control.advance(7 * DAY)
    refused("NotFoundException", kms.describe_key, KeyId=key)


def wrapped(kms: Any, key: str, material: bytes) -> dict[str, Any]:
    """Return the parameters of an import."""
    spec = {"WrappingAlgorithm": "RSAES_OAEP_SHA_256", "WrappingKeySpec": "RSA_2048"}
    given = kms.get_parameters_for_import(KeyId=key, **spec)
    public: Any = serialization.load_der_public_key(given["PublicKey"])
    secret = public.encrypt(material, padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None))
    model = "KEY_MATERIAL_DOES_NOT_EXPIRE"
    return {"ImportToken": given["ImportToken"], "EncryptedKeyMaterial": secret, "ExpirationModel": model}


@keeps("kms.imported")
def test_a_key_works_with_imported_material(aws: Any) -> None:
    kms = aws.client("kms")
    key = make(kms, Origin="EXTERNAL")
    assert (key["KeyState"], key["Enabled"], key["Origin"]) == ("PendingImport", False, "EXTERNAL")
    refused("KMSInvalidStateException", kms.encrypt, KeyId=key["Arn"], Plaintext=b"x")
    refused("KMSInvalidStateException", kms.enable_key, KeyId=key["Arn"])
    assert find_key(ACCOUNT, "us-east-1", key["Arn"]) is None
    right = wrapped(kms, key["Arn"], b"m" * 32)
    refused("InvalidImportTokenException", kms.import_key_material, KeyId=key["Arn"], **{**right, "ImportToken": b"x"})
    wrong = {**right, "EncryptedKeyMaterial": b"x" * 256}
    refused("InvalidCiphertextException", kms.import_key_material, KeyId=key["Arn"], **wrong)
    kms.import_key_material(KeyId=key["Arn"], **right)
    kms.encrypt(KeyId=key["Arn"], Plaintext=b"x")
    assert kms.describe_key(KeyId=key["Arn"])["KeyMetadata"]["ExpirationModel"] == right["ExpirationModel"]
    for call in (kms.get_key_rotation_status, kms.enable_key_rotation, kms.disable_key_rotation):
        refused("UnsupportedOperationException", call, KeyId=key["Arn"])
    kms.delete_imported_key_material(KeyId=key["Arn"])
    assert kms.describe_key(KeyId=key["Arn"])["KeyMetadata"]["KeyState"] == "PendingImport"
    other = wrapped(kms, key["Arn"], b"n" * 32)
    refused("IncorrectKeyMaterialException", kms.import_key_material, KeyId=key["Arn"], **other)
    kms.import_key_material(KeyId=key["Arn"], **wrapped(kms, key["Arn"], b"m" * 32))
    assert kms.describe_key(KeyId=key["Arn"])["KeyMetadata"]["KeyState"] == "Enabled"
    spec = {"WrappingAlgorithm": "RSAES_OAEP_SHA_256", "WrappingKeySpec": "RSA_2048"}
    refused("UnsupportedOperationException", kms.get_parameters_for_import, KeyId=make(kms)["Arn"], **spec)


@keeps("kms.key-stores")
def test_custom_key_stores_are_refused(aws: Any) -> None:
    refused("UnsupportedOperationException", aws.client("kms").create_key, Origin="AWS_CLOUDHSM")


@keeps("kms.policy-enforced")
def test_a_key_policy_is_enforced(aws: Any) -> None:
    kms = aws.client("kms")
    deny = {"Effect": "Deny", "Principal": "*", "Action": ["kms:Describe*", "kms:List*"], "Resource": "*"}
    denied = {**json.loads(policy(ROOT)), "Statement": [*json.loads(policy({"AWS": ROOT}))["Statement"], deny]}
    key = make(kms, Policy=json.dumps(denied), Tags=[{"TagKey": "a", "TagValue": "b"}])["KeyId"]
    kms.create_alias(AliasName="alias/theirs", TargetKeyId=key)
    for name in (key, "alias/theirs"):
        message = refused("AccessDeniedException", kms.describe_key, KeyId=name)
        assert "kms:DescribeKey" in message and message.endswith(" with an explicit deny in a resource-based policy")
    refused("AccessDeniedException", kms.list_resource_tags, KeyId=key)
    assert key in [listed["KeyId"] for listed in kms.list_keys()["Keys"]]
    kms.put_key_policy(KeyId=key, Policy=policy({"AWS": ROOT}, ["kms:Put*", "kms:Get*"]))
    kms.get_key_rotation_status(KeyId=key)
    refused("AccessDeniedException", kms.describe_key, KeyId=key)
    refused("AccessDeniedException", kms.schedule_key_deletion, KeyId=key)


@keeps("kms.asymmetric", "kms.bypass")
@pytest.mark.parametrize(
    "params",
    [
        {"KeySpec": "RSA_2048", "KeyUsage": "SIGN_VERIFY"},
        {"Policy": policy(), "BypassPolicyLockoutSafetyCheck": True},
    ],
)
def test_other_kinds_of_keys_are_refused(aws: Any, params: dict[str, Any]) -> None:
    kms = aws.client("kms")
    with pytest.raises(ClientError, match="does not implement"):
        kms.create_key(**params)
    assert kms.list_keys()["Keys"] == []


@keeps("kms.more-crypto", "kms.mrk-primary", "kms.bypass")
def test_missing_operations_and_parameters_are_refused(aws: Any) -> None:
    kms = aws.client("kms")
    key = make(kms)["KeyId"]
    for call, params in (
        (kms.generate_data_key_pair, {"KeyPairSpec": "RSA_2048"}),
        (kms.encrypt, {"Plaintext": b"x", "GrantTokens": ["x"]}),
        (kms.update_primary_region, {"PrimaryRegion": "eu-west-1"}),
        (kms.replicate_key, {"ReplicaRegion": "eu-west-1", "BypassPolicyLockoutSafetyCheck": True}),
    ):
        with pytest.raises(ClientError, match="does not implement"):
            call(KeyId=key, **params)
