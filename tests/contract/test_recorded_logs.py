"""Errors of CloudWatch Logs that real AWS was recorded to answer."""

from __future__ import annotations

from typing import Any

import pytest
from recorded import Recorded, check

NAME = {"logGroupName": "/local/one"}
MISSING = "The specified log group does not exist."
GONE, INVALID = "ResourceNotFoundException", "InvalidParameterException"
EXCLUSIVE = "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters."
TOO_LONG = "Invalid LogGroup or LogStream, both must have length less than or equal to 512."
BOTH = {"logGroupNamePrefix": "/local", "logGroupNamePattern": "one"}


def existing(aws: Any) -> dict[str, str]:
    aws.client("logs").create_log_group(**NAME)
    return NAME


def row(operation: str, mistake: str, code: str, message: str, request: Any) -> Recorded:
    return Recorded(f"logs:{operation}", mistake, code, 400, message, request)


ROWS = (
    row(
        "CreateLogGroup",
        "it exists",
        "ResourceAlreadyExistsException",
        "The specified log group already exists",
        existing,
    ),
    row("CreateLogGroup", "a long name", INVALID, TOO_LONG, {"logGroupName": "x" * 513}),
    row("DescribeLogGroups", "prefix and pattern", INVALID, EXCLUSIVE, BOTH),
    row("DescribeLogGroups", "no token", INVALID, "The specified nextToken is invalid.", {"nextToken": "no"}),
    row("DeleteLogGroup", "no such group", GONE, MISSING, NAME),
    row("PutRetentionPolicy", "no such group", GONE, MISSING, {**NAME, "retentionInDays": 1}),
    row("DeleteRetentionPolicy", "no such group", GONE, MISSING, NAME),
    row("DisassociateKmsKey", "no such group", GONE, MISSING, NAME),
)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_errors_are_those_of_aws(aws: Any, row: Recorded) -> None:
    check(aws, row)


def test_a_log_group_shows_the_fields_that_aws_always_shows(aws: Any) -> None:
    existing(aws)
    (shown,) = aws.client("logs").describe_log_groups()["logGroups"]
    assert set(shown) == {
        "arn",
        "creationTime",
        "deletionProtectionEnabled",
        "logGroupArn",
        "logGroupClass",
        "logGroupName",
        "metricFilterCount",
        "storedBytes",
    }
