"""Errors of KMS that real AWS was recorded to answer."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError
from recorded import Recorded, check
from test_kms import policy, unchecked, wrapped

MISSING = "00000000-0000-0000-0000-000000000000"
MISSING_MRK = "mrk-" + 32 * "0"
ARN = "arn:aws:kms:us-east-1:123456789012:"
INVALID, STATE, TAG = "ValidationException", "KMSInvalidStateException", "TagException"
NO_RANGE = "1 validation error detected: Value '{NumberOfBytes}' at 'numberOfBytes' failed to satisfy constraint: "
NO_PREFIX = (
    'Alias must start with the prefix "alias/". '
    "Please see https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html"
)
NO_ORIGIN = "{KeyId} origin is %s which is not valid for this operation."
NO_MATERIAL = "No available key material pending rotation for the key: {KeyId}."
NOT_PERMITTED = (
    "User: arn:aws:iam::123456789012:root is not authorized to perform: kms:ListKeyRotations on resource: {KeyId} "
    "because no resource-based policy allows the kms:ListKeyRotations action"
)
MINIMAL = policy(action=["kms:CreateKey", "kms:PutKeyPolicy"])
NO_KEY = "The key ID in the request does not identify a CMK that can perform this operation."
TOO_LONG = (
    "1 validation error detected: Value%s at '%s' failed to satisfy constraint: "
    "Member must have length less than or equal to %s"
)
NO_ROTATION = (
    "The on-demand rotations limit has been reached for the given keyId. "
    "No more on-demand rotations can be performed for this key: {KeyId}"
)
WRAPPING = {"WrappingAlgorithm": "RSAES_OAEP_SHA_256", "WrappingKeySpec": "RSA_2048"}


def key(**settings: Any) -> Any:
    """Return a function that creates a key and returns its ARN as ``KeyId``."""
    return lambda aws: {"KeyId": aws.client("kms").create_key(**settings)["KeyMetadata"]["Arn"]}


def given(create: Any, **more: Any) -> Any:
    """Return a function that adds parameters to those of ``create``."""
    return lambda aws: {**create(aws), **more}


def elsewhere(aws: Any) -> dict[str, Any]:
    return {"KeyId": aws.client("kms", "eu-west-1").create_key()["KeyMetadata"]["Arn"]}


def disabled(aws: Any) -> dict[str, Any]:
    made = key()(aws)
    aws.client("kms").disable_key(**made)
    return made


def rotated(aws: Any) -> dict[str, Any]:
    made = key()(aws)
    for _ in range(25):
        aws.client("kms").rotate_key_on_demand(**made)
    return made


def expiring(aws: Any) -> dict[str, Any]:
    made = key(Origin="EXTERNAL")(aws)
    right = wrapped(aws.client("kms"), made["KeyId"], b"m" * 32)
    return {**made, **right, "ExpirationModel": "KEY_MATERIAL_EXPIRES"}


def of_another_key(aws: Any) -> dict[str, Any]:
    blob = aws.client("kms").encrypt(**key()(aws), Plaintext=b"x")["CiphertextBlob"]
    return {**key()(aws), "CiphertextBlob": blob}


def of_another_context(aws: Any) -> dict[str, Any]:
    blob = aws.client("kms").encrypt(**key()(aws), Plaintext=b"x", EncryptionContext={"a": "1"})["CiphertextBlob"]
    return {"CiphertextBlob": blob, "EncryptionContext": {"a": "2"}}


def tags(*names: str) -> list[dict[str, str]]:
    return [{"TagKey": name, "TagValue": ""} for name in names]


def row(operation: str, mistake: str, code: str, message: str, request: Any) -> Recorded:
    return Recorded(f"kms:{operation}", mistake, code, 400, message, request)


ROWS = (
    row(
        "DescribeKey",
        "no such alias",
        "NotFoundException",
        f"Alias {ARN}{{KeyId}} is not found.",
        {"KeyId": "alias/no"},
    ),
    row("DescribeKey", "no id", "NotFoundException", "Invalid keyId '{KeyId}'", {"KeyId": "auto"}),
    row(
        "DescribeKey",
        "an id of hex",
        "NotFoundException",
        "Invalid keyId '{KeyId}'",
        {"KeyId": "134f2428cec14b25a1ae9048164dba47"},
    ),
    row(
        "DescribeKey",
        "no multi-Region id",
        "NotFoundException",
        "Invalid keyId '{KeyId}'",
        {"KeyId": "mrk-fake-key-id"},
    ),
    row(
        "DescribeKey", "no such id", "NotFoundException", f"Key '{ARN}key/{{KeyId}}' does not exist", {"KeyId": MISSING}
    ),
    row(
        "DescribeKey",
        "no such ARN",
        "NotFoundException",
        "Key '{KeyId}' does not exist",
        {"KeyId": f"{ARN}key/{MISSING_MRK}"},
    ),
    row("DescribeKey", "an ARN of another Region", "NotFoundException", "Invalid arn eu-west-1", elsewhere),
    row("CreateAlias", "no prefix", INVALID, NO_PREFIX, lambda aws: {"AliasName": "x", "TargetKeyId": MISSING}),
    row(
        "GetKeyRotationStatus",
        "imported material",
        "UnsupportedOperationException",
        NO_ORIGIN % "EXTERNAL",
        key(Origin="EXTERNAL"),
    ),
    row(
        "GetParametersForImport",
        "own material",
        "UnsupportedOperationException",
        NO_ORIGIN % "AWS_KMS",
        given(key(), **WRAPPING),
    ),
    row("Encrypt", "no material", STATE, "{KeyId} is pending import.", given(key(Origin="EXTERNAL"), Plaintext=b"x")),
    row("Encrypt", "too much", INVALID, TOO_LONG % ("", "plaintext", 4096), given(key(), Plaintext=b"x" * 4097)),
    row(
        "ImportKeyMaterial",
        "no date",
        INVALID,
        "A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES",
        expiring,
    ),
    row("Decrypt", "another key", "IncorrectKeyException", NO_KEY, of_another_key),
    row("Decrypt", "another context", "InvalidCiphertextException", "", of_another_context),
    row("TagResource", "a tag twice", TAG, "Duplicate tag keys", given(key(), Tags=tags("a", "a"))),
    row(
        "TagResource", "a reserved tag", TAG, "Tags beginning with aws: are reserved", given(key(), Tags=tags("aws:a"))
    ),
    row("CreateKey", "51 tags", TAG, "Too many tags", {"Tags": tags(*map(str, range(51)))}),
    row(
        "CreateKey",
        "a long tag",
        INVALID,
        TOO_LONG % (f" '{129 * 'a'}'", "tags.1.member.tagKey", 128),
        {"Tags": tags(129 * "a")},
    ),
    row("RotateKeyOnDemand", "a disabled key", "DisabledException", "{KeyId} is disabled.", disabled),
    row("RotateKeyOnDemand", "imported material", STATE, NO_MATERIAL, lambda aws: imported(aws)),
    row("RotateKeyOnDemand", "too often", "LimitExceededException", NO_ROTATION, rotated),
    row("ListKeyRotations", "not permitted", "AccessDeniedException", NOT_PERMITTED, key(Policy=MINIMAL)),
    row("GenerateRandom", "no number", INVALID, "NumberOfBytes is required.", {}),
    row(
        "GenerateRandom",
        "too many",
        INVALID,
        NO_RANGE + "Member must have value less than or equal to 1024",
        {"NumberOfBytes": 1025},
    ),
)


def imported(aws: Any) -> dict[str, Any]:
    made = key(Origin="EXTERNAL")(aws)
    aws.client("kms").import_key_material(**made, **wrapped(aws.client("kms"), made["KeyId"], b"m" * 32))
    return made


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_errors_are_those_of_aws(aws: Any, row: Recorded) -> None:
    check(aws, row)


def test_replicating_a_replica_is_refused_as_by_aws(aws: Any) -> None:
    kms, other = aws.client("kms"), aws.client("kms", "eu-west-1")
    made = kms.create_key(MultiRegion=True)["KeyMetadata"]["KeyId"]
    with pytest.raises(ClientError) as before:
        other.describe_key(KeyId=made)
    arn = f"arn:aws:kms:eu-west-1:123456789012:key/{made}"
    assert before.value.response["Error"]["Message"] == f"Key '{arn}' does not exist"
    kms.replicate_key(KeyId=made, ReplicaRegion="eu-west-1")
    with pytest.raises(ClientError) as caught:
        other.replicate_key(KeyId=made, ReplicaRegion="us-west-2")
    error = caught.value.response["Error"]
    assert error["Code"] == "UnsupportedOperationException"
    assert error["Message"] == f"{arn} is not a multi-region primary key."


def test_an_empty_request_for_random_bytes_is_refused_as_by_aws(aws: Any) -> None:
    with pytest.raises(ClientError) as caught:
        unchecked(aws).generate_random(NumberOfBytes=0)
    expected = NO_RANGE.format(NumberOfBytes=0) + "Member must have value greater than or equal to 1"
    assert caught.value.response["Error"]["Message"] == expected
