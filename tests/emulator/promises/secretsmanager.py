"""What is promised of Secrets Manager."""

from __future__ import annotations

from . import Rule, Service

OPERATIONS: dict[str, str] = {
    "CreateSecret": "AddReplicaRegions ClientRequestToken Description KmsKeyId Name SecretString Tags",
    "DeleteSecret": "ForceDeleteWithoutRecovery RecoveryWindowInDays SecretId",
    "DescribeSecret": "SecretId",
    "GetRandomPassword": "ExcludeCharacters PasswordLength RequireEachIncludedType",
    "GetSecretValue": "SecretId VersionId VersionStage",
    "ListSecrets": "Filters IncludePlannedDeletion MaxResults NextToken",
    "PutSecretValue": "ClientRequestToken SecretId SecretString",
    "RemoveRegionsFromReplication": "RemoveReplicaRegions SecretId",
    "ReplicateSecretToRegions": "AddReplicaRegions SecretId",
    "RestoreSecret": "SecretId",
    "TagResource": "SecretId Tags",
    "UntagResource": "SecretId TagKeys",
    "UpdateSecret": "ClientRequestToken Description KmsKeyId SecretId SecretString",
}
KEPT = {
    "name": "A name has up to 512 letters, digits and /_+=.@!- (`ValidationException`) and is taken once per region "
    "(`ResourceExistsException`).",
    "value": "PutSecretValue needs a value (`InvalidRequestException`); a secret without one has none to give "
    "(`ResourceNotFoundException`).",
    "key": "A KMS key that is not there, disabled or of another region is refused (`EncryptionFailure`); the default "
    "key is not shown.",
    "labels": "A new value is AWSCURRENT and the one before AWSPREVIOUS; older ones are not shown.",
    "token": "A ClientRequestToken is the new version's id: the same again with the same value changes nothing, with "
    "another value it is refused (`ResourceExistsException`).",
    "version": "A version that is not there is `ResourceNotFoundException`; one without the label that is asked for, "
    "`InvalidRequestException`.",
    "listing": "ListSecrets filters, pages, and shows secrets scheduled for deletion only when asked to.",
    "window": "A secret is deleted after 7 to 30 days, by default 30 (`InvalidParameterException`), or at once by force, "
    "which does not ask whether it is there; not both.",
    "scheduled": "Until then only a restore, a description and a deletion by force are allowed, and its name is taken "
    "(`InvalidRequestException`).",
    "replicas": "Replicas are `InProgress`, then `InSync`, have a key of their own and follow the primary's values and "
    "tags; a secret that has some is not deleted (`InvalidParameterException`).",
    "replica-taken": "Where the name is taken in the other region, the replica is `Failed`.",
    "replica-writes": "A replica is not changed or deleted in its own region (`InvalidParameterException`).",
    "reserved-tags": "Tag keys that begin with aws: are refused (`InvalidParameterException`).",
    "password": "A random password has 1 to 4,096 characters (`ValidationException`), none of those excluded, and by "
    "default one of each type; what cannot be made is refused (`InvalidParameterException`).",
    "managed": "A secret that RDS keeps shows its owner and weekly rotation, and is not changed or deleted here "
    "(`InvalidRequestException`).",
}
MISSING = {
    "rotation": "Rotation by a Lambda function.",
    "custom-labels": "Staging labels other than AWSCURRENT and AWSPREVIOUS, and moving labels.",
    "policies": "Resource policies.",
    "batches": "Many values in one call, and the list of all versions.",
    "binary": "Values in bytes.",
    "replicas-alone": "Replicas that become secrets of their own, or take another secret's place.",
    "other-passwords": "Random passwords without one of the types of characters, or with blanks.",
}
RULES: tuple[Rule, ...] = (
    *(Rule(name, text, "K") for name, text in KEPT.items()),
    *(Rule(name, text, "K", missing=True) for name, text in MISSING.items()),
)
SERVICE = Service("Secrets Manager", OPERATIONS, RULES)
