"""Secrets Manager: values, replicas, keys, deletion and passwords."""

from __future__ import annotations

import json
import string
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from promise import keeps
from rds_site import Site

TOKENS = [f"00000000-0000-4000-8000-00000000000{number}" for number in range(4)]
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


@keeps("secretsmanager.replicas", "secretsmanager.key")
def test_replicas_have_the_value_of_the_primary(aws: Any, east: Any, west: Any) -> None:
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
    west.get_secret_value(SecretId="db")
    assert "LastAccessedDate" in east.describe_secret(SecretId="db")["ReplicationStatus"][0]
    assert far["ARN"] == made["ARN"].replace(EAST, WEST)
    east.put_secret_value(SecretId=made["ARN"], SecretString="two")
    assert west.get_secret_value(SecretId="db")["SecretString"] == "two"
    east.tag_resource(SecretId="db", Tags=[{"Key": "a", "Value": "b"}])
    assert west.describe_secret(SecretId="db")["Tags"] == [{"Key": "a", "Value": "b"}]
    east.untag_resource(SecretId="db", TagKeys=["a"])
    added = east.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[{"Region": EUROPE}])
    assert aws.client("secretsmanager", EUROPE).describe_secret(SecretId="db")["KmsKeyId"] == "alias/aws/secretsmanager"
    assert added["ARN"] == made["ARN"] and len(added["ReplicationStatus"]) == 2
    refused(PARAMETER, east.replicate_secret_to_regions, SecretId="db", AddReplicaRegions=[{"Region": EUROPE}])
    refused(PARAMETER, east.delete_secret, SecretId="db", ForceDeleteWithoutRecovery=True)
    left = east.remove_regions_from_replication(SecretId="db", RemoveReplicaRegions=[WEST, EUROPE])
    assert left["ReplicationStatus"] == []
    refused(MISSING, west.describe_secret, SecretId="db")
    refused(PARAMETER, east.remove_regions_from_replication, SecretId="db", RemoveReplicaRegions=[WEST])
    east.delete_secret(SecretId="db", ForceDeleteWithoutRecovery=True)
    refused(MISSING, east.describe_secret, SecretId="db")


@keeps("secretsmanager.replica-writes")
def test_writes_to_replicas_are_refused(east: Any, west: Any) -> None:
    east.create_secret(Name="db", SecretString="one", AddReplicaRegions=[{"Region": WEST}])
    refused(PARAMETER, west.put_secret_value, SecretId="db", SecretString="x")
    refused(PARAMETER, west.update_secret, SecretId="db", Description="x")
    refused(PARAMETER, west.tag_resource, SecretId="db", Tags=[{"Key": "a", "Value": "b"}])
    refused(PARAMETER, west.delete_secret, SecretId="db")
    refused("ResourceExistsException", west.create_secret, Name="db", SecretString="x")
    (listed,) = west.list_secrets()["SecretList"]
    assert listed["PrimaryRegion"] == EAST


@keeps("secretsmanager.replica-taken", "secretsmanager.replicas")
def test_replication_takes_time_and_may_fail(aws: Any, east: Any, west: Any) -> None:
    west.create_secret(Name="taken", SecretString="x")
    made = east.create_secret(Name="taken", SecretString="y", AddReplicaRegions=[{"Region": WEST}])
    assert [r["Status"] for r in made["ReplicationStatus"]] == ["Failed"]
    aws.control.scale(1)
    east.create_secret(Name="db", SecretString="one", AddReplicaRegions=[{"Region": WEST}])
    assert east.describe_secret(SecretId="db")["ReplicationStatus"][0]["Status"] == "InProgress"
    aws.control.advance(11)
    assert east.describe_secret(SecretId="db")["ReplicationStatus"][0]["Status"] == "InSync"


@keeps("secretsmanager.name", "secretsmanager.key", "secretsmanager.reserved-tags")
def test_invalid_secrets_are_refused(aws: Any, east: Any) -> None:
    far = aws.client("kms", WEST).create_key()["KeyMetadata"]["Arn"]
    for code, arguments in (
        ("EncryptionFailure", {"KmsKeyId": far}),
        ("EncryptionFailure", {"KmsKeyId": "alias/unknown"}),
        ("EncryptionFailure", {"AddReplicaRegions": [{"Region": EUROPE, "KmsKeyId": far}]}),
        (PARAMETER, {"AddReplicaRegions": [{"Region": EAST}]}),
        (PARAMETER, {"AddReplicaRegions": [{"Region": "mars-north-1"}]}),
        (PARAMETER, {"Tags": [{"Key": "aws:x", "Value": "y"}]}),
        (PARAMETER, {"Tags": [{"Value": "y"}]}),
        (PARAMETER, {"AddReplicaRegions": [{"KmsKeyId": far}]}),
        ("ValidationException", {"Name": "no spaces"}),
        ("ValidationException", {"Name": "x" * 513}),
    ):
        refused(code, east.create_secret, **{"Name": "db", "SecretString": "x", **arguments})
    assert east.list_secrets()["SecretList"] == []
    east.create_secret(Name="db", SecretString="x")
    refused("ResourceExistsException", east.create_secret, Name="db", SecretString="y")


@keeps("secretsmanager.value", "secretsmanager.key")
def test_values_and_settings_can_be_updated(aws: Any, east: Any) -> None:
    key = aws.client("kms", EAST).create_key()["KeyMetadata"]["Arn"]
    east.create_secret(Name="db", KmsKeyId=key, Description="first")
    refused(MISSING, east.get_secret_value, SecretId="db")
    refused(REQUEST, east.put_secret_value, SecretId="db")
    for call in (east.put_secret_value, east.update_secret):
        call(SecretId="db", SecretString=call.__name__)
        assert east.get_secret_value(SecretId="db")["SecretString"] == call.__name__
    east.update_secret(SecretId="db", SecretString="text", KmsKeyId="alias/aws/secretsmanager", Description="")
    got = east.describe_secret(SecretId="db")
    assert not {"KmsKeyId", "Description", "DeletedDate", "ReplicationStatus"} & set(got)
    refused("EncryptionFailure", east.update_secret, SecretId="db", KmsKeyId="alias/unknown")
    refused(MISSING, east.update_secret, SecretId="nothing", Description="x")


@keeps("secretsmanager.value")
def test_values_may_be_binary(east: Any) -> None:
    east.create_secret(Name="db", SecretBinary=b"\x001")
    assert east.get_secret_value(SecretId="db")["SecretBinary"] == b"\x001"
    for call in (east.put_secret_value, east.update_secret):
        call(SecretId="db", SecretBinary=call.__name__.encode())
        got = east.get_secret_value(SecretId="db")
        assert got["SecretBinary"] == call.__name__.encode() and "SecretString" not in got
        refused(PARAMETER, call, SecretId="db", SecretBinary=b"x", SecretString="x")
    refused(PARAMETER, east.create_secret, Name="both", SecretBinary=b"x", SecretString="x")


@keeps("secretsmanager.labels", "secretsmanager.token", "secretsmanager.version")
def test_versions_and_stages_move(east: Any) -> None:
    create: dict[str, Any] = {"Name": "db", "SecretString": "v0", "ClientRequestToken": TOKENS[0]}
    made = east.create_secret(**create)
    assert made["VersionId"] == TOKENS[0] and east.create_secret(**create)["ARN"] == made["ARN"]
    refused("ResourceExistsException", east.create_secret, **{**create, "SecretString": "other"})
    for number, change in ((1, east.put_secret_value), (2, east.update_secret)):
        value: dict[str, Any] = {"SecretId": "db", "SecretString": f"v{number}", "ClientRequestToken": TOKENS[number]}
        change(**value)
        assert change(**value)["VersionId"] == TOKENS[number]
        refused("ResourceExistsException", change, **{**value, "SecretString": "other"})
    labels = {TOKENS[1]: ["AWSPREVIOUS"], TOKENS[2]: ["AWSCURRENT"]}
    assert east.describe_secret(SecretId="db")["VersionIdsToStages"] == labels

    def value_of(**kwargs: str) -> Any:
        return east.get_secret_value(SecretId="db", **kwargs)["SecretString"]

    assert (value_of(), value_of(VersionStage="AWSCURRENT"), value_of(VersionStage="AWSPREVIOUS")) == ("v2", "v2", "v1")
    assert value_of(VersionId=TOKENS[0]) == "v0"
    refused(MISSING, value_of, VersionId=TOKENS[3])
    refused(MISSING, value_of, VersionStage="AWSPENDING")
    refused(REQUEST, value_of, VersionId=TOKENS[1], VersionStage="AWSCURRENT")
    listed = east.list_secret_version_ids(SecretId="db", MaxResults=2)
    assert {v["VersionId"]: v["VersionStages"] for v in listed["Versions"]} == labels
    rest = east.list_secret_version_ids(SecretId="db", IncludeDeprecated=True, MaxResults=1, NextToken="2")
    assert len(rest["Versions"]) == 1 and "NextToken" not in rest
    east.put_secret_value(SecretId="db", SecretString="v3", ClientRequestToken=TOKENS[3], VersionStages=["NEXT"])
    assert (value_of(), value_of(VersionStage="NEXT")) == ("v2", "v3")
    move = {"SecretId": "db", "VersionStage": "AWSCURRENT", "MoveToVersionId": TOKENS[3]}
    refused(PARAMETER, east.update_secret_version_stage, **move)
    east.update_secret_version_stage(**move, RemoveFromVersionId=TOKENS[2])
    assert (value_of(), value_of(VersionStage="AWSPREVIOUS")) == ("v3", "v2")
    east.update_secret_version_stage(SecretId="db", VersionStage="NEXT", RemoveFromVersionId=TOKENS[3])
    refused(MISSING, value_of, VersionStage="NEXT")


@keeps("secretsmanager.batches", "secretsmanager.accessed")
def test_values_of_several_secrets_are_read_at_once(aws: Any, east: Any) -> None:
    for name in ("a", "b", "c"):
        east.create_secret(Name=name, SecretString=f"value of {name}")
    assert "LastAccessedDate" not in east.describe_secret(SecretId="a")
    east.delete_secret(SecretId="c")
    got = east.batch_get_secret_value(SecretIdList=["a", "nothing", "c"])
    assert [value["SecretString"] for value in got["SecretValues"]] == ["value of a"]
    assert [error["ErrorCode"] for error in got["Errors"]] == [MISSING, REQUEST]
    every = {"Filters": [{"Key": "name", "Values": ["a", "b"]}]}
    first = east.batch_get_secret_value(**every, MaxResults=1)
    second = east.batch_get_secret_value(**every, MaxResults=1, NextToken=first["NextToken"])
    assert [page["SecretValues"][0]["Name"] for page in (first, second)] == ["a", "b"]
    for wrong in ({}, {"SecretIdList": ["a"], **every}, {"SecretIdList": ["a"], "MaxResults": 5}):
        refused(PARAMETER, east.batch_get_secret_value, **wrong)
    aws.control.advance(3 * 86400)
    before = east.describe_secret(SecretId="a")["LastAccessedDate"]
    east.get_secret_value(SecretId="a")
    assert east.describe_secret(SecretId="a")["LastAccessedDate"] - before == timedelta(days=3)


@keeps("secretsmanager.rotation")
def test_a_secret_rotates_at_once_and_on_its_date(aws: Any, east: Any) -> None:
    one, function = {"SecretId": "db"}, "arn:aws:lambda:us-east-1:123456789012:function:rotate"
    east.create_secret(Name="db", SecretString="x", ClientRequestToken=TOKENS[0])
    refused(REQUEST, east.cancel_rotate_secret, **one)
    rules = {"AutomaticallyAfterDays": 10}
    east.rotate_secret(**one, RotationLambdaARN=function, RotationRules=rules, RotateImmediately=False)
    got = east.describe_secret(**one)
    assert (got["RotationEnabled"], got["RotationLambdaARN"], got["RotationRules"]) == (True, function, rules)
    assert "NextRotationDate" in got and "LastRotatedDate" not in got
    assert got["VersionIdsToStages"] == {TOKENS[0]: ["AWSCURRENT"]}
    assert east.rotate_secret(**one, ClientRequestToken=TOKENS[1])["VersionId"] == TOKENS[1]
    assert east.describe_secret(**one)["VersionIdsToStages"] == {TOKENS[0]: ["AWSPREVIOUS"], TOKENS[1]: ["AWSCURRENT"]}
    assert east.get_secret_value(**one)["SecretString"] == "x"
    aws.control.advance(12 * 86400)
    later = east.describe_secret(**one)
    assert later["LastRotatedDate"] == got["NextRotationDate"] < later["NextRotationDate"]
    assert later["VersionIdsToStages"][TOKENS[1]] == ["AWSPREVIOUS"]
    east.rotate_secret(**one, RotationRules={"ScheduleExpression": "rate(12 hours)", "Duration": "2h"})
    for wrong in (
        {**rules, "ScheduleExpression": "rate(1 day)"},
        {"ScheduleExpression": "rate(1 hour)"},
        {"ScheduleExpression": "cron(0 8 * * ? *)"},
    ):
        refused(PARAMETER, east.rotate_secret, **one, RotationRules=wrong)
    east.cancel_rotate_secret(**one)
    stopped = east.describe_secret(**one)
    assert (stopped["RotationEnabled"], stopped["RotationLambdaARN"]) == (False, function)
    assert "NextRotationDate" not in stopped


@keeps("secretsmanager.listing")
def test_secrets_are_filtered_and_listed_in_pages(east: Any) -> None:
    for number in range(5):
        east.create_secret(Name=f"app/{number}", SecretString="x", Description=f"Number {number}")
    east.create_secret(Name="other", SecretString="x", Tags=[{"Key": "team", "Value": "blue"}])
    east.delete_secret(SecretId="app/4")

    def names(**kwargs: Any) -> list[str]:
        return [s["Name"] for s in east.list_secrets(**kwargs)["SecretList"]]

    apps = [f"app/{number}" for number in range(5)]
    assert names() == [*apps[:4], "other"] and names(IncludePlannedDeletion=True) == [*apps, "other"]
    for name, value, found in (
        ("name", "app/", apps[:4]),
        ("description", "Number 2", ["app/2"]),
        ("tag-key", "team", ["other"]),
        ("tag-value", "blue", ["other"]),
        ("all", "blue", ["other"]),
        ("name", "nothing", []),
    ):
        assert names(Filters=[{"Key": name, "Values": [value]}]) == found, name
    refused("InvalidNextTokenException", names, NextToken="x")
    refused("ValidationException", names, Filters=[{"Key": "size", "Values": ["x"]}])
    first = east.list_secrets(MaxResults=3)
    assert len(first["SecretList"]) == 3
    assert [s["Name"] for s in east.list_secrets(NextToken=first["NextToken"])["SecretList"]] == ["app/3", "other"]
    pages = east.get_paginator("list_secrets").paginate(PaginationConfig={"PageSize": 2})
    assert [len(page["SecretList"]) for page in pages] == [2, 2, 1]


@keeps("secretsmanager.window", "secretsmanager.scheduled")
def test_a_deleted_secret_can_be_restored_within_its_window(aws: Any, east: Any) -> None:
    east.create_secret(Name="db", SecretString="x")
    refused(PARAMETER, east.delete_secret, SecretId="db", RecoveryWindowInDays=3)
    refused(PARAMETER, east.delete_secret, SecretId="db", RecoveryWindowInDays=7, ForceDeleteWithoutRecovery=True)
    refused(MISSING, east.delete_secret, SecretId="nothing")
    refused(PARAMETER, east.delete_secret, SecretId="db", RecoveryWindowInDays=31)
    aws.control.advance(100 * 86400)
    east.delete_secret(SecretId="nothing", ForceDeleteWithoutRecovery=True)
    east.delete_secret(SecretId="db", RecoveryWindowInDays=7)
    assert "DeletedDate" in east.describe_secret(SecretId="db")
    refused(REQUEST, east.delete_secret, SecretId="db")
    refused(REQUEST, east.tag_resource, SecretId="db", Tags=[{"Key": "a", "Value": "b"}])
    refused(REQUEST, east.replicate_secret_to_regions, SecretId="db", AddReplicaRegions=[{"Region": WEST}])
    refused(REQUEST, east.get_secret_value, SecretId="db")
    refused(REQUEST, east.put_secret_value, SecretId="db", SecretString="y")
    refused(REQUEST, east.update_secret, SecretId="db", Description="y")
    refused(REQUEST, east.create_secret, Name="db", SecretString="y")
    east.restore_secret(SecretId="db")
    assert east.get_secret_value(SecretId="db")["SecretString"] == "x"
    east.delete_secret(SecretId="db", RecoveryWindowInDays=7)
    aws.control.advance(8 * 86400)
    refused(MISSING, east.describe_secret, SecretId="db")


def test_the_default_recovery_window_is_30_days(east: Any) -> None:
    east.create_secret(Name="short", SecretString="x")
    east.create_secret(Name="long", SecretString="x")
    short = east.delete_secret(SecretId="short", RecoveryWindowInDays=7)["DeletionDate"]
    assert timedelta(days=22) < east.delete_secret(SecretId="long")["DeletionDate"] - short < timedelta(days=24)


@keeps("secretsmanager.password")
def test_random_passwords_follow_their_options(east: Any) -> None:
    def make(**kwargs: Any) -> str:
        return str(east.get_random_password(**kwargs)["RandomPassword"])

    got = make(PasswordLength=40, ExcludeCharacters="/@\"' ", RequireEachIncludedType=True)
    assert len(got) == 40 and not set("/@\"' ") & set(got)
    assert len(make()) == 32
    got = make(PasswordLength=4)
    assert any(c.islower() for c in got) and any(c.isupper() for c in got) and any(c.isdigit() for c in got)
    only = {f"Exclude{kind}": True for kind in ("Numbers", "Uppercase", "Lowercase")}
    assert set(make(**only)) <= set(string.punctuation)
    assert make(ExcludePunctuation=True, PasswordLength=50).isalnum()
    assert " " in make(PasswordLength=4000, IncludeSpace=True) and " " not in make(PasswordLength=4000)
    refused(PARAMETER, make, **only, ExcludePunctuation=True)
    assert len(make(PasswordLength=1, RequireEachIncludedType=False)) == 1
    refused("ValidationException", make, PasswordLength=5000)
    for arguments in (
        {"PasswordLength": 3},
        {"ExcludeCharacters": "0123456789"},
        {"ExcludeCharacters": string.printable, "RequireEachIncludedType": False},
    ):
        refused(PARAMETER, make, **arguments)


@keeps("secretsmanager.managed", "secretsmanager.cron")
def test_secrets_owned_by_rds_cannot_be_changed(aws: Any, east: Any) -> None:
    site = Site(aws, EAST)
    secret = site.create(MasterUserPassword=None, ManageMasterUserPassword=True)["MasterUserSecret"]["SecretArn"]
    got = east.describe_secret(SecretId=secret)
    assert got["OwningService"] == "rds" and got["Name"].startswith("rds!cluster-")
    assert got["RotationEnabled"] is True and got["RotationRules"] == {"AutomaticallyAfterDays": 7}
    assert "RotationLambdaARN" not in got
    refused(REQUEST, east.delete_secret, SecretId=secret, ForceDeleteWithoutRecovery=True)
    refused(REQUEST, east.put_secret_value, SecretId=secret, SecretString="x")
    refused(REQUEST, east.update_secret, SecretId=secret, SecretString="x")
    refused(REQUEST, east.rotate_secret, SecretId=secret)
    east.tag_resource(SecretId=secret, Tags=[{"Key": "a", "Value": "b"}])
    assert {"Key": "a", "Value": "b"} in east.describe_secret(SecretId=secret)["Tags"]


@keeps("secretsmanager.policies")
def test_a_secret_has_a_resource_policy(east: Any, west: Any) -> None:
    def policy(principal: Any) -> str:
        allow = {"Effect": "Allow", "Principal": principal, "Action": "secretsmanager:GetSecretValue", "Resource": "*"}
        return json.dumps({"Version": "2012-10-17", "Statement": [allow]})

    one = {"SecretId": "db"}
    refused(MISSING, east.get_resource_policy, **one)
    east.create_secret(Name="db", SecretString="x", AddReplicaRegions=[{"Region": WEST}])
    assert "ResourcePolicy" not in east.get_resource_policy(**one)
    theirs = policy({"AWS": "arn:aws:iam::999999999999:root"})
    east.put_resource_policy(**one, ResourcePolicy=theirs, BlockPublicPolicy=True)
    assert east.get_resource_policy(**one)["ResourcePolicy"] == theirs
    assert west.get_resource_policy(**one)["ResourcePolicy"] == theirs
    refused(
        "PublicPolicyException", east.put_resource_policy, **one, ResourcePolicy=policy("*"), BlockPublicPolicy=True
    )
    for wrong in ("no", "{}", '{"Statement": [{"Effect": "Allow"}]}'):
        refused("MalformedPolicyDocumentException", east.put_resource_policy, **one, ResourcePolicy=wrong)
    refused(PARAMETER, west.put_resource_policy, **one, ResourcePolicy=theirs)
    east.delete_resource_policy(**one)
    assert "ResourcePolicy" not in east.get_resource_policy(**one)
    east.delete_resource_policy(**one)
    east.remove_regions_from_replication(SecretId="db", RemoveReplicaRegions=[WEST])
    east.delete_secret(SecretId="db")
    refused(REQUEST, east.get_resource_policy, **one)
    refused(REQUEST, east.put_resource_policy, **one, ResourcePolicy=theirs)


@keeps("secretsmanager.replicas-alone")
def test_missing_operations_and_parameters_are_refused(east: Any, west: Any) -> None:
    one = {"SecretId": "db"}
    east.create_secret(Name="db", SecretString="x", AddReplicaRegions=[{"Region": WEST}])
    for call, arguments in (
        (west.stop_replication_to_replica, one),
        (
            east.replicate_secret_to_regions,
            {**one, "AddReplicaRegions": [{"Region": EUROPE}], "ForceOverwriteReplicaSecret": True},
        ),
    ):
        with pytest.raises(ClientError, match="does not implement"):
            call(**arguments)
