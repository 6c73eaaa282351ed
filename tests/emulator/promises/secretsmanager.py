"""What is promised of Secrets Manager."""

from __future__ import annotations

from . import Rule, Service

OPERATIONS: dict[str, str] = {
    "CreateSecret": "AddReplicaRegions ClientRequestToken Description KmsKeyId Name SecretString Tags",
    "DeleteSecret": "ForceDeleteWithoutRecovery RecoveryWindowInDays SecretId",
    "DescribeSecret": "SecretId",
    "GetRandomPassword": "ExcludeCharacters PasswordLength RequireEachIncludedType",
    "GetSecretValue": "SecretId",
    "ListSecrets": "",
    "PutSecretValue": "ClientRequestToken SecretId SecretString",
    "RemoveRegionsFromReplication": "RemoveReplicaRegions SecretId",
    "ReplicateSecretToRegions": "AddReplicaRegions SecretId",
    "RestoreSecret": "SecretId",
    "TagResource": "SecretId Tags",
    "UntagResource": "SecretId TagKeys",
    "UpdateSecret": "ClientRequestToken Description KmsKeyId SecretId",
}
RULES: tuple[Rule, ...] = ()
SERVICE = Service("Secrets Manager", OPERATIONS, RULES)
