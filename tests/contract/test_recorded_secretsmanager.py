"""Errors of Secrets Manager that real AWS was recorded to answer."""

from __future__ import annotations

from typing import Any

import pytest
from recorded import Recorded, check

ONE = {"SecretId": "one"}
GONE, REQUEST = "ResourceNotFoundException", "InvalidRequestException"
MISSING = "Secrets Manager can't find the specified secret."
DELETED = "You can't perform this operation on the secret because it was marked for deletion."
SCHEDULED = "You can't create this secret because a secret with this name is already scheduled for deletion."
NAME = "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!"
NO_LABEL = "Secrets Manager can't find the specified secret value for staging label: {VersionStage}"
NOT_ITS_LABEL = "You provided a VersionStage that is not associated to the provided VersionId."
NO_FUNCTION = "No Lambda rotation function ARN is associated with this secret."
NOT_INVOKED = (
    "Secrets Manager cannot invoke the specified Lambda function. "
    "Ensure that the function policy grants access to the principal secretsmanager.amazonaws.com."
)
EXISTS = "The operation failed because the secret {Name} already exists."
FUNCTION = "arn:aws:lambda:us-east-1:999999999999:function:rotate"


def made(**given: Any) -> Any:
    """Return a function that creates a secret and returns ``given``."""

    def create(aws: Any) -> dict[str, Any]:
        aws.client("secretsmanager").create_secret(Name="one", SecretString="x")
        return given or dict(ONE)

    return create


def deleted(**given: Any) -> Any:
    """Return a function that creates and deletes a secret and returns ``given``."""

    def create(aws: Any) -> dict[str, Any]:
        made()(aws)
        aws.client("secretsmanager").delete_secret(**ONE)
        return given or dict(ONE)

    return create


def previous(aws: Any) -> dict[str, Any]:
    secrets = aws.client("secretsmanager")
    version = secrets.create_secret(Name="one", SecretString="x")["VersionId"]
    return {**ONE, "VersionId": version, "VersionStage": "AWSPREVIOUS"}


def row(operation: str, mistake: str, code: str, message: str, request: Any) -> Recorded:
    return Recorded(f"secretsmanager:{operation}", mistake, code, 400, message, request)


ROWS = (
    row("DescribeSecret", "no such secret", GONE, MISSING, ONE),
    row("GetSecretValue", "no such secret", GONE, MISSING, ONE),
    row("GetResourcePolicy", "no such secret", GONE, MISSING, ONE),
    row("UpdateSecret", "no such secret", GONE, MISSING, {**ONE, "Description": "x"}),
    row("DeleteSecret", "no such secret", GONE, MISSING, ONE),
    row("GetSecretValue", "no such label", GONE, NO_LABEL, made(**ONE, VersionStage="AWSPREVIOUS")),
    row("GetSecretValue", "label of no version", REQUEST, NOT_ITS_LABEL, previous),
    row("GetSecretValue", "deleted", REQUEST, DELETED, deleted()),
    row("TagResource", "deleted", REQUEST, DELETED, deleted(**ONE, Tags=[{"Key": "a", "Value": "b"}])),
    row("UntagResource", "deleted", REQUEST, DELETED, deleted(**ONE, TagKeys=["a"])),
    row("CreateSecret", "deleted", REQUEST, SCHEDULED, deleted(Name="one", SecretString="y")),
    row("CreateSecret", "exists", "ResourceExistsException", EXISTS, made(Name="one", SecretString="y")),
    row("CreateSecret", "a space", "ValidationException", NAME, {"Name": "Inv Name", "SecretString": "x"}),
    row("RotateSecret", "no function", REQUEST, NO_FUNCTION, made()),
    row(
        "RotateSecret",
        "no such function",
        "AccessDeniedException",
        NOT_INVOKED,
        made(**ONE, RotationLambdaARN=FUNCTION),
    ),
)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_errors_are_those_of_aws(aws: Any, row: Recorded) -> None:
    check(aws, row)


def test_a_new_secret_shows_the_fields_that_aws_shows(aws: Any) -> None:
    secrets = aws.client("secretsmanager")
    new = secrets.create_secret(Name="one", SecretString="x")
    assert set(new) - {"ResponseMetadata"} == {"ARN", "Name", "VersionId"}
    shown = set(secrets.describe_secret(**ONE)) - {"ResponseMetadata"}
    assert shown == {"ARN", "CreatedDate", "LastChangedDate", "Name", "VersionIdsToStages"}
