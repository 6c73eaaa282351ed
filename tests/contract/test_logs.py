"""CloudWatch Logs: what log groups keep, and what is refused."""

from __future__ import annotations

import json
import time
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
    """A key that CloudWatch Logs may use."""
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
def test_group_keeps_what_it_is_created_with(aws: Any) -> None:
    logs, key = aws.client("logs", "eu-west-1"), make_key(aws.client("kms", "eu-west-1"), "eu-west-1")["Arn"]
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


@keeps("logs.deletion-protection")
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
    logs, key = aws.client("logs"), make_key(aws.client("kms"), "us-east-1")["Arn"]
    logs.create_log_group(logGroupName="/local/one")
    target = {by: "/local/one" if by == "logGroupName" else group(logs)["logGroupArn"]}
    logs.associate_kms_key(kmsKeyId=key, **target)
    assert group(logs)["kmsKeyId"] == key
    logs.disassociate_kms_key(**target)
    assert "kmsKeyId" not in group(logs)


@keeps("logs.key-usable")
def test_keys_refused(aws: Any) -> None:
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


@keeps("logs.tags-by-arn")
def test_tags_by_arn(aws: Any) -> None:
    logs = aws.client("logs")
    logs.create_log_group(logGroupName="/local/one", tags={"a": "1"})
    arn = group(logs)["logGroupArn"]
    logs.tag_resource(resourceArn=arn, tags={"a": "2", "b": ""})
    assert logs.list_tags_for_resource(resourceArn=arn)["tags"] == {"a": "2", "b": ""}
    logs.untag_resource(resourceArn=arn, tagKeys=["a"])
    assert logs.list_tags_for_resource(resourceArn=arn)["tags"] == {"b": ""}
    refused("InvalidParameterException", logs.tag_resource, resourceArn=arn, tags={"aws:x": "1"})
    invalid, missing = "InvalidParameterException", "ResourceNotFoundException"
    for wrong, code in ((arn + ":*", invalid), ("/local/one", invalid), (arn + "-none", missing)):
        refused(code, logs.list_tags_for_resource, resourceArn=wrong)
        refused(code, logs.tag_resource, resourceArn=wrong, tags={"a": "1"})
    logs.delete_log_group(logGroupName="/local/one")
    logs.create_log_group(logGroupName="/local/one")
    assert logs.list_tags_for_resource(resourceArn=arn)["tags"] == {}


@keeps("logs.retention")
def test_retention(aws: Any) -> None:
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
def test_names(aws: Any) -> None:
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
    assert found(logGroupNamePrefix="/a") == found(logGroupNamePattern="A/") == ["/a/one", "/a/two"]
    assert found(logGroupClass="DELIVERY") == ["/c"]
    both = {"logGroupNamePrefix": "/a", "logGroupNamePattern": "a"}
    refused("InvalidParameterException", logs.describe_log_groups, **both)
    refused("InvalidParameterException", logs.describe_log_groups, nextToken="nonsense")
    refused("InvalidParameterException", logs.describe_log_groups, limit=51)


@keeps("logs.streams")
def test_streams(aws: Any) -> None:
    logs = aws.client("logs")
    logs.create_log_group(logGroupName="/local/one")
    for name in ("b", "a", "ab"):
        logs.create_log_stream(logGroupName="/local/one", logStreamName=name)
    refused("ResourceAlreadyExistsException", logs.create_log_stream, logGroupName="/local/one", logStreamName="a")
    refused("ResourceNotFoundException", logs.create_log_stream, logGroupName="/none", logStreamName="a")
    refused("InvalidParameterException", logs.create_log_stream, logGroupName="/local/one", logStreamName="a:b")
    event = [{"timestamp": int(time.time() * 1000), "message": "x"}]
    logs.put_log_events(logGroupName="/local/one", logStreamName="b", logEvents=event)

    def found(**params: Any) -> list[str]:
        pages = logs.get_paginator("describe_log_streams").paginate(**params, PaginationConfig={"PageSize": 2})
        return [stream["logStreamName"] for page in pages for stream in page["logStreams"]]

    assert found(logGroupName="/local/one") == ["a", "ab", "b"]
    assert found(logGroupIdentifier=group(logs)["logGroupArn"], logStreamNamePrefix="a") == ["a", "ab"]
    assert found(logGroupName="/local/one", orderBy="LastEventTime", descending=True)[0] == "b"
    logs.delete_log_stream(logGroupName="/local/one", logStreamName="b")
    assert found(logGroupName="/local/one") == ["a", "ab"]


@keeps("logs.events", "logs.patterns")
def test_events(aws: Any) -> None:
    logs, now = aws.client("logs"), int(time.time() * 1000)
    logs.create_log_group(logGroupName="/local/one")
    arn, to = group(logs)["logGroupArn"], {"logGroupName": "/local/one", "logStreamName": "s"}
    for stream in ("s", "t"):
        logs.create_log_stream(logGroupName="/local/one", logStreamName=stream)
    texts = ["ACCEPT OK", "REJECT OK", "REJECT 10.0.0.1 NODATA"]
    events = [{"timestamp": now + n, "message": text} for n, text in enumerate(texts)]
    assert "rejectedLogEventsInfo" not in logs.put_log_events(**to, logEvents=events)
    refused("InvalidParameterException", logs.put_log_events, **to, logEvents=events[::-1])
    old = [{"timestamp": now - 20 * 86400_000, "message": "old"}]
    assert "tooOldLogEventEndIndex" in logs.put_log_events(**to, logEvents=old)["rejectedLogEventsInfo"]
    logs.put_log_events(
        logGroupName="/local/one", logStreamName="t", logEvents=[{"timestamp": now + 1, "message": "t"}]
    )

    get = {"logGroupIdentifier": arn, "logStreamName": "s", "startTime": now, "endTime": now + 9, "limit": 2}
    first = logs.get_log_events(**get, startFromHead=True)
    then = logs.get_log_events(**get, nextToken=first["nextForwardToken"])
    assert [e["message"] for e in first["events"] + then["events"]] == texts
    assert [e["message"] for e in logs.get_log_events(**to, limit=1)["events"]] == texts[2:]
    refused("ResourceNotFoundException", logs.get_log_events, logGroupName="/local/one", logStreamName="none")

    def found(**params: Any) -> list[str]:
        pages = logs.get_paginator("filter_log_events").paginate(**params, PaginationConfig={"PageSize": 2})
        return [event["message"] for page in pages for event in page["events"]]

    between = {"startTime": now, "endTime": now + 9, "interleaved": True}
    assert found(logGroupName="/local/one", **between) == [texts[0], texts[1], "t", texts[2]]
    assert found(logGroupIdentifier=arn, filterPattern="REJECT OK") == [texts[1]]
    assert found(logGroupName="/local/one", filterPattern='"10.0.0.1 N"', logStreamNames=["s"]) == [texts[2]]
    for pattern in ("{ $.a = 1 }", "[a, b]", "%x%", "?a ?b", "-a"):
        with pytest.raises(ClientError, match="does not implement"):
            logs.filter_log_events(logGroupName="/local/one", filterPattern=pattern)


@keeps("logs.queries")
def test_queries_are_refused(aws: Any) -> None:
    with pytest.raises(ClientError, match="does not implement"):
        aws.client("logs").describe_metric_filters()
