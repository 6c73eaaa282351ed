"""The local Secrets Manager through boto3: replicas, keys, deletion, passwords."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

EAST, WEST, EUROPE = "us-east-1", "us-west-2", "eu-west-1"
PARAMETER, REQUEST, MISSING = "InvalidParameterException", "InvalidRequestException", "ResourceNotFoundException"


def refused(code: str, call: Any, **kwargs: Any) -> None:
    with pytest.raises(ClientError) as caught:
        pytest.fail(f"accepted {kwargs}: {call(**kwargs)}")
    assert caught.value.response["Error"]["Code"] == code, f"{kwargs}: {caught.value}"


@pytest.fixture
def east(aws: Any) -> Any:
    return aws.client("secretsmanager", EAST)


@pytest.fixture
def west(aws: Any) -> Any:
    return aws.client("secretsmanager", WEST)


def test_replicas_follow_the_primary(aws: Any, east: Any, west: Any) -> None:
    home = aws.client("kms", EAST).create_key()["KeyMetadata"]["Arn"]
    away = aws.client("kms", WEST).create_key()["KeyMetadata"]["Arn"]
    add = [{"Region": WEST, "KmsKeyId": away}]
    made = east.create_secret(Name="db", SecretString="one", KmsKeyId=home, AddReplicaRegions=add)
    assert [r["Status"] for r in made["ReplicationStatus"]] == ["InProgress"]
    got = east.describe_secret(SecretId="db")
    assert (got["KmsKeyId"], got["PrimaryRegion"]) == (home, EAST)
    (status,) = got["ReplicationStatus"]
    assert (status["Region"], status["KmsKeyId"], status["Status"]) == (WEST, away, "InSync")
    far = west.describe_secret(SecretId="db")
    assert (far["KmsKeyId"], far["PrimaryRegion"]) == (away, EAST)
    assert far["ARN"] == made["ARN"].replace(EAST, WEST)
    east.put_secret_value(SecretId=made["ARN"], SecretString="two")
    assert west.get_secret_value(SecretId="db")["SecretString"] == "two"
    east.tag_resource(SecretId="db", Tags=[{"Key": "a", "Value": "b"}])
    assert west.describe_secret(SecretId="db")["Tags"] == [{"Key": "a", "Value": "b"}]
    east.untag_resource(SecretId="db", TagKeys=["a"])
    added = east.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[{"Region": EUROPE}])
    assert added["ARN"] == made["ARN"] and len(added["ReplicationStatus"]) == 2
    refused(PARAMETER, east.replicate_secret_to_regions, SecretId="db", AddReplicaRegions=[{"Region": EUROPE}])
    refused(PARAMETER, east.delete_secret, SecretId="db", ForceDeleteWithoutRecovery=True)
    left = east.remove_regions_from_replication(SecretId="db", RemoveReplicaRegions=[WEST, EUROPE])
    assert left["ReplicationStatus"] == []
    refused(MISSING, west.describe_secret, SecretId="db")
    refused(PARAMETER, east.remove_regions_from_replication, SecretId="db", RemoveReplicaRegions=[WEST])
    east.delete_secret(SecretId="db", ForceDeleteWithoutRecovery=True)
    refused(MISSING, east.describe_secret, SecretId="db")


def test_replicas_take_no_writes(east: Any, west: Any) -> None:
    east.create_secret(Name="db", SecretString="one", AddReplicaRegions=[{"Region": WEST}])
    refused(PARAMETER, west.put_secret_value, SecretId="db", SecretString="x")
    refused(PARAMETER, west.update_secret, SecretId="db", Description="x")
    refused(PARAMETER, west.tag_resource, SecretId="db", Tags=[{"Key": "a", "Value": "b"}])
    refused(PARAMETER, west.delete_secret, SecretId="db")
    refused("ResourceExistsException", west.create_secret, Name="db", SecretString="x")
    assert len(west.list_secrets()["SecretList"]) == 1


def test_replication_takes_time_and_may_fail(aws: Any, east: Any, west: Any) -> None:
    west.create_secret(Name="taken", SecretString="x")
    made = east.create_secret(Name="taken", SecretString="y", AddReplicaRegions=[{"Region": WEST}])
    assert [r["Status"] for r in made["ReplicationStatus"]] == ["Failed"]
    aws.control.scale(1)
    east.create_secret(Name="db", SecretString="one", AddReplicaRegions=[{"Region": WEST}])
    assert east.describe_secret(SecretId="db")["ReplicationStatus"][0]["Status"] == "InProgress"
    aws.control.advance(11)
    assert east.describe_secret(SecretId="db")["ReplicationStatus"][0]["Status"] == "InSync"


def test_what_create_refuses(aws: Any, east: Any) -> None:
    far = aws.client("kms", WEST).create_key()["KeyMetadata"]["Arn"]
    for code, arguments in (
        ("EncryptionFailure", {"KmsKeyId": far}),
        ("EncryptionFailure", {"KmsKeyId": "alias/unknown"}),
        ("EncryptionFailure", {"AddReplicaRegions": [{"Region": EUROPE, "KmsKeyId": far}]}),
        (PARAMETER, {"AddReplicaRegions": [{"Region": EAST}]}),
        (PARAMETER, {"AddReplicaRegions": [{"Region": "mars-north-1"}]}),
        (PARAMETER, {"Tags": [{"Key": "aws:x", "Value": "y"}]}),
        ("ValidationException", {"Name": "no spaces"}),
    ):
        refused(code, east.create_secret, **{"Name": "db", "SecretString": "x", **arguments})
    assert east.list_secrets()["SecretList"] == []
    east.create_secret(Name="db", SecretString="x")
    refused("ResourceExistsException", east.create_secret, Name="db", SecretString="y")


def test_recovery_window(aws: Any, east: Any) -> None:
    east.create_secret(Name="db", SecretString="x")
    refused(PARAMETER, east.delete_secret, SecretId="db", RecoveryWindowInDays=3)
    refused(PARAMETER, east.delete_secret, SecretId="db", RecoveryWindowInDays=7, ForceDeleteWithoutRecovery=True)
    refused(MISSING, east.delete_secret, SecretId="nothing")
    east.delete_secret(SecretId="db", RecoveryWindowInDays=7)
    assert "DeletedDate" in east.describe_secret(SecretId="db")
    refused(REQUEST, east.get_secret_value, SecretId="db")
    refused(REQUEST, east.put_secret_value, SecretId="db", SecretString="y")
    refused(REQUEST, east.update_secret, SecretId="db", Description="y")
    refused(REQUEST, east.create_secret, Name="db", SecretString="y")
    east.restore_secret(SecretId="db")
    assert east.get_secret_value(SecretId="db")["SecretString"] == "x"
    east.delete_secret(SecretId="db", RecoveryWindowInDays=7)
    aws.control.advance(8 * 86400)
    refused(MISSING, east.describe_secret, SecretId="db")


def test_random_passwords(east: Any) -> None:
    got = east.get_random_password(PasswordLength=40, ExcludeCharacters="/@\"' ", RequireEachIncludedType=True)
    assert len(got["RandomPassword"]) == 40 and not set("/@\"' ") & set(got["RandomPassword"])
    refused(PARAMETER, east.get_random_password, PasswordLength=5000)
