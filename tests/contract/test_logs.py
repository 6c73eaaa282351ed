"""CloudWatch Logs: what log groups keep, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError


def refused(code: str, call: Any, **params: Any) -> None:
    with pytest.raises(ClientError) as error:
        call(**params)
    assert error.value.response["Error"]["Code"] == code


def group(logs: Any, name: str = "/local/one") -> dict[str, Any]:
    found: dict[str, Any] = logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"][0]
    return found


def test_group_keeps_what_it_is_created_with(aws: Any) -> None:
    logs, key = aws.client("logs", "eu-west-1"), aws.client("kms", "eu-west-1").create_key()["KeyMetadata"]["Arn"]
    logs.create_log_group(
        logGroupName="/local/one",
        kmsKeyId=key,
        logGroupClass="INFREQUENT_ACCESS",
        tags={"a": "1"},
        deletionProtectionEnabled=True,
    )
    shown = group(logs)
    assert (shown["kmsKeyId"], shown["logGroupClass"]) == (key, "INFREQUENT_ACCESS")
    assert shown["deletionProtectionEnabled"] is True
    assert "retentionInDays" not in shown
    assert not aws.client("logs", "us-west-2").describe_log_groups()["logGroups"]


def test_default_class(aws: Any) -> None:
    logs = aws.client("logs")
    logs.create_log_group(logGroupName="/local/one")
    assert group(logs)["logGroupClass"] == "STANDARD"
    assert group(logs)["deletionProtectionEnabled"] is False


def test_deletion_protection(aws: Any) -> None:
    logs = aws.client("logs")
    logs.create_log_group(logGroupName="/local/one")
    arn = group(logs)["logGroupArn"]
    logs.put_log_group_deletion_protection(logGroupIdentifier=arn, deletionProtectionEnabled=True)
    refused("ValidationException", logs.delete_log_group, logGroupName="/local/one")
    logs.put_log_group_deletion_protection(logGroupIdentifier="/local/one", deletionProtectionEnabled=False)
    logs.delete_log_group(logGroupName="/local/one")
    assert not logs.describe_log_groups()["logGroups"]


@pytest.mark.parametrize("by", ["logGroupName", "resourceIdentifier"])
def test_key_comes_and_goes(aws: Any, by: str) -> None:
    logs, key = aws.client("logs"), aws.client("kms").create_key()["KeyMetadata"]["Arn"]
    logs.create_log_group(logGroupName="/local/one")
    target = {by: "/local/one" if by == "logGroupName" else group(logs)["logGroupArn"]}
    logs.associate_kms_key(kmsKeyId=key, **target)
    assert group(logs)["kmsKeyId"] == key
    logs.disassociate_kms_key(**target)
    assert "kmsKeyId" not in group(logs)


def test_keys_refused(aws: Any) -> None:
    logs, kms = aws.client("logs"), aws.client("kms")
    logs.create_log_group(logGroupName="/local/one")
    here, there = kms.create_key()["KeyMetadata"], aws.client("kms", "us-west-2").create_key()["KeyMetadata"]
    off = kms.create_key()["KeyMetadata"]
    kms.disable_key(KeyId=off["KeyId"])
    ghost = here["Arn"].rsplit("/", 1)[0] + "/00000000-0000-0000-0000-000000000000"
    for key in (here["KeyId"], "alias/mine", there["Arn"], off["Arn"], ghost):
        refused("InvalidParameterException", logs.associate_kms_key, logGroupName="/local/one", kmsKeyId=key)
        refused("InvalidParameterException", logs.create_log_group, logGroupName="/local/two", kmsKeyId=key)
    refused("ResourceNotFoundException", logs.associate_kms_key, logGroupName="/none", kmsKeyId=here["Arn"])
    assert [g["logGroupName"] for g in logs.describe_log_groups()["logGroups"]] == ["/local/one"]


def test_tags_by_arn(aws: Any) -> None:
    logs = aws.client("logs")
    logs.create_log_group(logGroupName="/local/one", tags={"a": "1"})
    arn = group(logs)["logGroupArn"]
    logs.tag_resource(resourceArn=arn, tags={"a": "2", "b": ""})
    assert logs.list_tags_for_resource(resourceArn=arn)["tags"] == {"a": "2", "b": ""}
    logs.untag_resource(resourceArn=arn, tagKeys=["a"])
    assert logs.list_tags_for_resource(resourceArn=arn)["tags"] == {"b": ""}
    refused("InvalidParameterException", logs.tag_resource, resourceArn=arn, tags={"aws:x": "1"})
    for wrong in (arn + ":*", arn + "-none"):
        refused("ResourceNotFoundException", logs.list_tags_for_resource, resourceArn=wrong)
        refused("ResourceNotFoundException", logs.tag_resource, resourceArn=wrong, tags={"a": "1"})
    logs.delete_log_group(logGroupName="/local/one")
    logs.create_log_group(logGroupName="/local/one")
    assert logs.list_tags_for_resource(resourceArn=arn)["tags"] == {}


def test_retention(aws: Any) -> None:
    logs = aws.client("logs")
    logs.create_log_group(logGroupName="/local/one")
    logs.put_retention_policy(logGroupName="/local/one", retentionInDays=30)
    assert group(logs)["retentionInDays"] == 30
    for days in (0, 2, 29, 3654):
        put = {"logGroupName": "/local/one", "retentionInDays": days}
        refused("InvalidParameterException", logs.put_retention_policy, **put)
    refused("ResourceNotFoundException", logs.put_retention_policy, logGroupName="/none", retentionInDays=30)
    logs.delete_retention_policy(logGroupName="/local/one")
    assert "retentionInDays" not in group(logs)


def test_names(aws: Any) -> None:
    logs = aws.client("logs")
    logs.create_log_group(logGroupName="/local/one")
    refused("ResourceAlreadyExistsException", logs.create_log_group, logGroupName="/local/one")
    refused("InvalidParameterException", logs.create_log_group, logGroupName="a b")
    refused("ResourceNotFoundException", logs.delete_log_group, logGroupName="/none")
