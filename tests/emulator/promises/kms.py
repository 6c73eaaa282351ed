"""What is promised of KMS."""

from __future__ import annotations

from . import Rule, Service

OPERATIONS: dict[str, str] = {
    "CancelKeyDeletion": "KeyId",
    "CreateAlias": "AliasName TargetKeyId",
    "CreateKey": "Description KeySpec KeyUsage MultiRegion Policy Tags",
    "Decrypt": "CiphertextBlob",
    "DeleteAlias": "AliasName",
    "DescribeKey": "KeyId",
    "DisableKey": "KeyId",
    "DisableKeyRotation": "KeyId",
    "EnableKey": "KeyId",
    "EnableKeyRotation": "KeyId RotationPeriodInDays",
    "Encrypt": "KeyId Plaintext",
    "GetKeyPolicy": "KeyId PolicyName",
    "GetKeyRotationStatus": "KeyId",
    "ListAliases": "KeyId",
    "ListKeys": "",
    "ListResourceTags": "KeyId",
    "PutKeyPolicy": "KeyId Policy PolicyName",
    "ReplicateKey": "Description KeyId ReplicaRegion Tags",
    "ScheduleKeyDeletion": "KeyId PendingWindowInDays",
    "TagResource": "KeyId Tags",
    "UntagResource": "KeyId TagKeys",
    "UpdateAlias": "AliasName TargetKeyId",
    "UpdateKeyDescription": "Description KeyId",
}
RULES: tuple[Rule, ...] = ()
SERVICE = Service("KMS", OPERATIONS, RULES)
