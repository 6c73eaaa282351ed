"""KMS of the local AWS: key states, rotation, aliases, replicas, and what it refuses."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from emulator.kms import find_key

KEYS = {"aws_access_key_id": "local", "aws_secret_access_key": "emulator-secret-key"}
ACCOUNT = "123456789012"
DAY = 86400


def refused(code: str, call: Any, **params: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**params)
    assert caught.value.response["Error"]["Code"] == code, caught.value
    return str(caught.value.response["Error"]["Message"])


def unchecked(aws: Any) -> Any:
    """A client that lets the service check the parameters."""
    config = Config(parameter_validation=False)
    return boto3.client("kms", "us-east-1", endpoint_url=aws.url, config=config, **KEYS)


def make(kms: Any, **params: Any) -> dict[str, Any]:
    return dict(kms.create_key(**params)["KeyMetadata"])


def test_a_key_is_per_region_and_described_by_every_name(aws: Any) -> None:
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
    refused("NotFoundException", kms.enable_key, KeyId="alias/one")
    assert kms.list_resource_tags(KeyId=key["Arn"])["Tags"] == [{"TagKey": "a", "TagValue": "b"}]


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
    rsa = make(kms, KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")["Arn"]
    refused("UnsupportedOperationException", kms.enable_key_rotation, KeyId=rsa)


def test_a_key_waits_for_its_deletion_and_is_gone_afterwards(aws: Any) -> None:
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
        ("generate_data_key", {"KeySpec": "AES_256"}),
        ("tag_resource", {"Tags": [{"TagKey": "a", "TagValue": "b"}]}),
        ("untag_resource", {"TagKeys": ["a"]}),
        ("update_key_description", {"Description": "x"}),
        ("create_grant", {"GranteePrincipal": f"arn:aws:iam::{ACCOUNT}:root", "Operations": ["Encrypt"]}),
    ],
)
def test_a_key_pending_deletion_refuses(aws: Any, operation: str, params: dict[str, Any]) -> None:
    kms = aws.client("kms")
    key = make(kms)["KeyId"]
    kms.schedule_key_deletion(KeyId=key)
    refused("KMSInvalidStateException", getattr(kms, operation), KeyId=key, **params)
    refused("KMSInvalidStateException", kms.create_alias, AliasName="alias/x", TargetKeyId=key)
    kms.cancel_key_deletion(KeyId=key)
    assert kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "Disabled"
    refused("KMSInvalidStateException", kms.cancel_key_deletion, KeyId=key)


def test_a_disabled_key_does_not_encrypt(aws: Any) -> None:
    kms = aws.client("kms")
    key = make(kms)["Arn"]
    secret = kms.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    kms.disable_key(KeyId=key)
    assert find_key(ACCOUNT, "us-east-1", key) is None
    refused("DisabledException", kms.encrypt, KeyId=key, Plaintext=b"x")
    refused("DisabledException", kms.decrypt, CiphertextBlob=secret)
    kms.enable_key(KeyId=key)
    assert kms.decrypt(CiphertextBlob=secret)["Plaintext"] == b"x"


def test_aliases(aws: Any) -> None:
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


def test_keys_that_aws_manages(aws: Any) -> None:
    kms = aws.client("kms")
    arn = find_key(ACCOUNT, "us-east-1", "alias/aws/rds")
    metadata = kms.describe_key(KeyId="alias/aws/rds")["KeyMetadata"]
    assert (metadata["Arn"], metadata["KeyManager"]) == (arn, "AWS")
    refused("AccessDeniedException", kms.schedule_key_deletion, KeyId=arn)


def test_policies_and_tags(aws: Any) -> None:
    kms = aws.client("kms")
    key = make(kms)["Arn"]
    refused("MalformedPolicyDocumentException", kms.put_key_policy, KeyId=key, PolicyName="default", Policy="no")
    kms.put_key_policy(KeyId=key, Policy='{"Statement": []}')
    assert kms.get_key_policy(KeyId=key)["Policy"] == '{"Statement": []}'
    refused("TagException", kms.tag_resource, KeyId=key, Tags=[{"TagKey": "aws:x", "TagValue": ""}])
    many = [{"TagKey": str(n), "TagValue": ""} for n in range(51)]
    refused("LimitExceededException", kms.tag_resource, KeyId=key, Tags=many)
    kms.tag_resource(KeyId=key, Tags=[{"TagKey": "a", "TagValue": "1"}])
    kms.untag_resource(KeyId=key, TagKeys=["a"])
    assert kms.list_resource_tags(KeyId=key)["Tags"] == []


def test_a_replica_key_has_its_own_description_and_tags(aws: Any) -> None:
    kms, other = aws.client("kms"), aws.client("kms", "eu-west-1")
    key = make(kms, MultiRegion=True, Description="first")
    replicate = {"KeyId": key["Arn"], "ReplicaRegion": "eu-west-1"}
    answer = kms.replicate_key(**replicate, Description="second", Tags=[{"TagKey": "r", "TagValue": "eu"}])
    arn = answer["ReplicaKeyMetadata"]["Arn"]
    assert arn == key["Arn"].replace("us-east-1", "eu-west-1")
    there, here = (c.describe_key(KeyId=key["KeyId"])["KeyMetadata"] for c in (other, kms))
    assert (here["Description"], there["Description"]) == ("first", "second")
    assert here["MultiRegionConfiguration"]["MultiRegionKeyType"] == "PRIMARY"
    assert there["MultiRegionConfiguration"]["MultiRegionKeyType"] == "REPLICA"
    assert other.list_resource_tags(KeyId=arn)["Tags"] == [{"TagKey": "r", "TagValue": "eu"}]
    assert kms.list_resource_tags(KeyId=key["Arn"])["Tags"] == []
    secret = kms.encrypt(KeyId=key["Arn"], Plaintext=b"x")["CiphertextBlob"]
    assert other.decrypt(CiphertextBlob=secret)["Plaintext"] == b"x"
    refused("AlreadyExistsException", kms.replicate_key, **replicate)
    single = make(kms)["Arn"]
    refused("UnsupportedOperationException", kms.replicate_key, KeyId=single, ReplicaRegion="eu-west-1")
