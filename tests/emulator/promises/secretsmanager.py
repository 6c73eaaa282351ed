"""The rules of Secrets Manager."""

from __future__ import annotations

from . import Rule, Service

OPERATIONS: dict[str, str] = {
    "CreateSecret": "AddReplicaRegions ClientRequestToken Description KmsKeyId Name SecretString Tags",
    "DeleteResourcePolicy": "SecretId",
    "DeleteSecret": "ForceDeleteWithoutRecovery RecoveryWindowInDays SecretId",
    "DescribeSecret": "SecretId",
    "GetRandomPassword": "ExcludeCharacters PasswordLength RequireEachIncludedType",
    "GetResourcePolicy": "SecretId",
    "GetSecretValue": "SecretId VersionId VersionStage",
    "ListSecrets": "Filters IncludePlannedDeletion MaxResults NextToken",
    "PutResourcePolicy": "BlockPublicPolicy ResourcePolicy SecretId",
    "PutSecretValue": "ClientRequestToken SecretId SecretString",
    "RemoveRegionsFromReplication": "RemoveReplicaRegions SecretId",
    "ReplicateSecretToRegions": "AddReplicaRegions SecretId",
    "RestoreSecret": "SecretId",
    "TagResource": "SecretId Tags",
    "UntagResource": "SecretId TagKeys",
    "UpdateSecret": "ClientRequestToken Description KmsKeyId SecretId SecretString",
}
IMPLEMENTED = {
    "name": "A secret's name has up to 512 letters, digits and /_+=.@!- (`ValidationException`) and is unique in its Region (`ResourceExistsException`).",
    "value": "PutSecretValue needs a value (`InvalidRequestException`). GetSecretValue refuses a secret without a value (`ResourceNotFoundException`).",
    "key": "A KMS key that does not exist, is disabled or belongs to another Region is refused (`EncryptionFailure`). The default key is not returned.",
    "labels": "A new value is AWSCURRENT, and the previous one AWSPREVIOUS. Older values are not returned.",
    "token": "A ClientRequestToken becomes the id of the new version. Repeated with the same value it changes nothing; with another value it is refused (`ResourceExistsException`).",
    "version": "A version that does not exist is refused with `ResourceNotFoundException`, and a version without the given label with `InvalidRequestException`.",
    "listing": "ListSecrets filters and returns pages. It returns secrets scheduled for deletion only with IncludePlannedDeletion.",
    "window": "DeleteSecret deletes after 7 to 30 days, by default 30, or at once with ForceDeleteWithoutRecovery, but does not accept both (`InvalidParameterException`). A forced deletion of a secret that does not exist succeeds.",
    "scheduled": "A secret scheduled for deletion can only be restored, described and deleted by force. Its name remains in use (`InvalidRequestException`).",
    "replicas": "Replicas are `InProgress`, then `InSync`. They have a key of their own and the primary's values and tags. DeleteSecret refuses a secret with replicas (`InvalidParameterException`).",
    "replica-taken": "A replica is `Failed` if its name is in use in the other Region.",
    "replica-writes": "A replica cannot be changed or deleted in its own Region (`InvalidParameterException`).",
    "reserved-tags": "Tag keys that begin with `aws:` are refused (`InvalidParameterException`).",
    "password": "GetRandomPassword returns 1 to 4,096 characters (`ValidationException`), without the excluded ones, and by default with at least one of each type. Requirements that cannot be met are refused (`InvalidParameterException`).",
    "policies": "A secret's resource policy can be set, read and deleted. A malformed policy (`MalformedPolicyDocumentException`) and, with BlockPublicPolicy, one for everybody (`PublicPolicyException`) are refused. A replica shows its primary's policy. No policy is enforced.",
    "managed": "A secret that RDS manages shows its owner and weekly rotation, and cannot be changed or deleted here (`InvalidRequestException`).",
}
MISSING = {
    "rotation": "Rotation by a Lambda function.",
    "custom-labels": "Staging labels other than AWSCURRENT and AWSPREVIOUS, and moving labels.",
    "batches": "Reading several values in one call, and the list of all versions.",
    "binary": "Binary values.",
    "replicas-alone": "Replicas that become independent secrets or overwrite another secret.",
    "other-passwords": "Random passwords without one of the character types, or with spaces.",
}
RULES: tuple[Rule, ...] = (
    *(Rule(name, text, "K") for name, text in IMPLEMENTED.items()),
    *(Rule(name, text, "K", missing=True) for name, text in MISSING.items()),
)
SERVICE = Service("Secrets Manager", OPERATIONS, RULES)
