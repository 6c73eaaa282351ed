"""CloudWatch Logs: log groups."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from promise import keeps

RETENTION = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731]
RETENTION += [1096, 1827, 2192, 2557, 2922, 3288, 3653]
ACCOUNT = "123456789012"


def refused(code: str, call: Any, **params: Any) -> None:
    with pytest.raises(ClientError) as error:
        call(**params)
    assert error.value.response["Error"]["Code"] == code


def make_key(kms: Any, region: str, **condition: Any) -> dict[str, Any]:
    """Create a key that CloudWatch Logs may use."""
    statements = [
        {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "kms:*", "Resource": "*"},
        {
            "Effect": "Allow",
            "Principal": {"Service": f"logs.{region}.amazonaws.com"},
            "Action": ["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"],
            "Resource": "*",
            **condition,
        },
    ]
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    return dict(kms.create_key(Policy=policy)["KeyMetadata"])


def group(logs: Any, name: str = "/local/one") -> dict[str, Any]:
    found: dict[str, Any] = logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"][0]
    return found


@keeps("logs.group-class")
def test_a_log_group_keeps_the_options_of_its_creation(aws: Any) -> None:
    logs, key = aws.client("logs", "eu-west-1"), make_key(aws.client("kms", "eu-west-1"), "eu-west-1")["Arn"]
    logs.create_log_group(
        logGroupName="/local/one",
        kmsKeyId=key,
        logGroupClass="INFREQUENT_ACCESS",
        tags={"a": "1"},
    )
    shown = group(logs)
    assert (shown["kmsKeyId"], shown["logGroupClass"]) == (key, "INFREQUENT_ACCESS")
    assert "retentionInDays" not in shown
    assert not aws.client("logs", "us-west-2").describe_log_groups()["logGroups"]


def test_the_default_class_is_standard(aws: Any) -> None:
    logs = aws.client("logs")
    logs.create_log_group(logGroupName="/local/one")
    assert group(logs)["logGroupClass"] == "STANDARD"


def test_a_key_can_be_associated_and_disassociated(aws: Any) -> None:
    logs, key = aws.client("logs"), make_key(aws.client("kms"), "us-east-1")["Arn"]
    logs.create_log_group(logGroupName="/local/one")
    logs.associate_kms_key(kmsKeyId=key, logGroupName="/local/one")
    assert group(logs)["kmsKeyId"] == key
    logs.disassociate_kms_key(logGroupName="/local/one")
    assert "kmsKeyId" not in group(logs)


@keeps("logs.key-usable")
def test_invalid_keys_are_refused(aws: Any) -> None:
    logs, kms = aws.client("logs"), aws.client("kms")
    logs.create_log_group(logGroupName="/local/one")
    here, there = make_key(kms, "us-east-1"), make_key(aws.client("kms", "us-west-2"), "us-west-2")
    off = make_key(kms, "us-east-1")
    kms.disable_key(KeyId=off["KeyId"])
    ghost = here["Arn"].rsplit("/", 1)[0] + "/00000000-0000-0000-0000-000000000000"
    for key in (here["KeyId"], "alias/mine", there["Arn"], off["Arn"], ghost):
        refused("InvalidParameterException", logs.associate_kms_key, logGroupName="/local/one", kmsKeyId=key)
        refused("InvalidParameterException", logs.create_log_group, logGroupName="/local/two", kmsKeyId=key)
    refused("ResourceNotFoundException", logs.associate_kms_key, logGroupName="/none", kmsKeyId=here["Arn"])
    assert [g["logGroupName"] for g in logs.describe_log_groups()["logGroups"]] == ["/local/one"]


@keeps("logs.tags-by-arn", "logs.reserved-tags")
def test_log_groups_are_tagged_by_arn(aws: Any) -> None:
    logs = aws.client("logs")
    logs.create_log_group(logGroupName="/local/one", tags={"a": "1"})
    arn = group(logs)["logGroupArn"]
    logs.tag_resource(resourceArn=arn, tags={"a": "2", "b": ""})
    assert logs.list_tags_for_resource(resourceArn=arn)["tags"] == {"a": "2", "b": ""}
    logs.untag_resource(resourceArn=arn, tagKeys=["a"])
    assert logs.list_tags_for_resource(resourceArn=arn)["tags"] == {"b": ""}
    assert logs.list_tags_log_group(logGroupName="/local/one")["tags"] == {"b": ""}
    refused("ResourceNotFoundException", logs.list_tags_log_group, logGroupName="/local/none")
    refused("InvalidParameterException", logs.tag_resource, resourceArn=arn, tags={"aws:x": "1"})
    many = {str(n): "" for n in range(51)}
    refused("InvalidParameterException", logs.tag_resource, resourceArn=arn, tags=many)
    for tags in (many, {"AWS:x": "1"}):
        refused("InvalidParameterException", logs.create_log_group, logGroupName="/local/two", tags=tags)
    invalid, missing = "InvalidParameterException", "ResourceNotFoundException"
    for wrong, code in (
        (arn + ":*", invalid),
        ("/local/one", invalid),
        (arn + "-none", missing),
        (arn.replace("east", "west"), missing),
    ):
        refused(code, logs.list_tags_for_resource, resourceArn=wrong)
        refused(code, logs.tag_resource, resourceArn=wrong, tags={"a": "1"})
    logs.delete_log_group(logGroupName="/local/one")
    logs.create_log_group(logGroupName="/local/one")
    assert logs.list_tags_for_resource(resourceArn=arn)["tags"] == {}


@keeps("logs.retention")
def test_retention_takes_allowed_values_only(aws: Any) -> None:
    logs = aws.client("logs")
    logs.create_log_group(logGroupName="/local/one")
    logs.put_retention_policy(logGroupName="/local/one", retentionInDays=30)
    assert group(logs)["retentionInDays"] == 30
    for days in RETENTION:
        logs.put_retention_policy(logGroupName="/local/one", retentionInDays=days)
        assert group(logs)["retentionInDays"] == days
    for days in (0, 2, 29, 3654):
        put = {"logGroupName": "/local/one", "retentionInDays": days}
        refused("InvalidParameterException", logs.put_retention_policy, **put)
    refused("ResourceNotFoundException", logs.put_retention_policy, logGroupName="/none", retentionInDays=30)
    logs.delete_retention_policy(logGroupName="/local/one")
    assert "retentionInDays" not in group(logs)


@keeps("logs.group-names")
def test_invalid_names_are_refused(aws: Any) -> None:
    logs = aws.client("logs")
    logs.create_log_group(logGroupName="/local/one")
    refused("ResourceAlreadyExistsException", logs.create_log_group, logGroupName="/local/one")
    for wrong in ("a b", "a" * 513, "aws/x", "a:b"):
        refused("InvalidParameterException", logs.create_log_group, logGroupName=wrong)
    refused("ResourceNotFoundException", logs.delete_log_group, logGroupName="/none")


@keeps("logs.key-policy")
def test_a_key_that_logs_may_not_use_is_refused(aws: Any) -> None:
    logs, kms = aws.client("logs"), aws.client("kms")
    logs.create_log_group(logGroupName="/local/one")

    def condition(group: str) -> dict[str, Any]:
        arn = f"arn:aws:logs:us-east-1:{ACCOUNT}:{group}"
        return {"Condition": {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": arn}}}

    other = make_key(kms, "us-east-1", **condition("log-group:/local/two"))
    for key in (kms.create_key()["KeyMetadata"], make_key(kms, "eu-west-1"), other):
        refused("AccessDeniedException", logs.associate_kms_key, logGroupName="/local/one", kmsKeyId=key["Arn"])
        refused("AccessDeniedException", logs.create_log_group, logGroupName="/local/three", kmsKeyId=key["Arn"])
    logs.create_log_group(logGroupName="/local/two", kmsKeyId=other["Arn"])
    account = make_key(kms, "us-east-1", **condition("*"))
    logs.associate_kms_key(logGroupName="/local/one", kmsKeyId=account["Arn"])


@keeps("logs.group-paging", "logs.group-class")
def test_groups_are_found_in_pages(aws: Any) -> None:
    logs = aws.client("logs")
    for name in ("/b", "/a/one", "/a/two"):
        logs.create_log_group(logGroupName=name)
    logs.create_log_group(logGroupName="/c", logGroupClass="DELIVERY")
    refused("InvalidParameterException", logs.create_log_group, logGroupName="/d", logGroupClass="CHEAP")

    def found(**params: Any) -> list[str]:
        pages = logs.get_paginator("describe_log_groups").paginate(**params, PaginationConfig={"PageSize": 1})
        return [group["logGroupName"] for page in pages for group in page["logGroups"]]

    assert found() == ["/a/one", "/a/two", "/b", "/c"]
    assert found(logGroupNamePrefix="/a") == ["/a/one", "/a/two"]
    assert found(logGroupNamePattern="a/t") == ["/a/two"]
    assert found(logGroupClass="DELIVERY") == ["/c"]
    refused("InvalidParameterException", logs.describe_log_groups, nextToken="nonsense")
    refused("InvalidParameterException", logs.describe_log_groups, limit=51)


@keeps("logs.deletion-protection")
def test_a_protected_log_group_cannot_be_deleted(aws: Any) -> None:
    logs = aws.client("logs")
    logs.create_log_group(logGroupName="/local/one", deletionProtectionEnabled=True)
    assert group(logs)["deletionProtectionEnabled"] is True
    refused("ValidationException", logs.delete_log_group, logGroupName="/local/one")
    change, arn = logs.put_log_group_deletion_protection, group(logs)["logGroupArn"]
    for identifier, value in ((arn, False), ("/local/one", True), ("/local/one", False)):
        change(logGroupIdentifier=identifier, deletionProtectionEnabled=value)
        assert group(logs)["deletionProtectionEnabled"] is value
    refused("ResourceNotFoundException", change, logGroupIdentifier="/local/no", deletionProtectionEnabled=True)
    logs.delete_log_group(logGroupName="/local/one")


@keeps("logs.events", "logs.queries")
def test_missing_operations_and_parameters_are_refused(aws: Any) -> None:
    logs, one = aws.client("logs"), {"logGroupName": "/local/one"}
    logs.create_log_group(**one)
    for call, params in (
        (logs.describe_metric_filters, {}),
        (logs.associate_kms_key, {"resourceIdentifier": "arn:aws:logs:us-east-1:1:query-result:*", "kmsKeyId": "k"}),
        (logs.describe_log_streams, one),
        (logs.put_log_events, {**one, "logStreamName": "s", "logEvents": [{"timestamp": 1, "message": "x"}]}),
        (logs.filter_log_events, one),
    ):
        with pytest.raises(ClientError, match="does not implement"):
            call(**params)
