"""The rules of Secrets Manager."""

from __future__ import annotations

from . import Rule, Service

OPERATIONS: dict[str, str] = {
    "BatchGetSecretValue": "Filters MaxResults NextToken SecretIdList",
    "CancelRotateSecret": "SecretId",
    "CreateSecret": "AddReplicaRegions ClientRequestToken Description KmsKeyId Name SecretBinary SecretString Tags",
    "DeleteResourcePolicy": "SecretId",
    "DeleteSecret": "ForceDeleteWithoutRecovery RecoveryWindowInDays SecretId",
    "DescribeSecret": "SecretId",
    "GetRandomPassword": (
        "ExcludeCharacters ExcludeLowercase ExcludeNumbers ExcludePunctuation ExcludeUppercase IncludeSpace "
        "PasswordLength RequireEachIncludedType"
    ),
    "GetResourcePolicy": "SecretId",
    "GetSecretValue": "SecretId VersionId VersionStage",
    "ListSecretVersionIds": "IncludeDeprecated MaxResults NextToken SecretId",
    "ListSecrets": "Filters IncludePlannedDeletion MaxResults NextToken",
    "PutResourcePolicy": "BlockPublicPolicy ResourcePolicy SecretId",
    "PutSecretValue": "ClientRequestToken SecretBinary SecretId SecretString VersionStages",
    "RemoveRegionsFromReplication": "RemoveReplicaRegions SecretId",
    "ReplicateSecretToRegions": "AddReplicaRegions SecretId",
    "RestoreSecret": "SecretId",
    "RotateSecret": "ClientRequestToken RotateImmediately RotationLambdaARN RotationRules SecretId",
    "TagResource": "SecretId Tags",
    "UntagResource": "SecretId TagKeys",
    "UpdateSecret": "ClientRequestToken Description KmsKeyId SecretBinary SecretId SecretString",
    "UpdateSecretVersionStage": "MoveToVersionId RemoveFromVersionId SecretId VersionStage",
}
IMPLEMENTED = {
    "name": "A secret's name has up to 512 letters, digits and /_+=.@!- (`ValidationException`) and is unique in its Region (`ResourceExistsException`).",
    "value": "A value is text or binary, but not both (`InvalidParameterException`). PutSecretValue needs a value (`InvalidRequestException`). GetSecretValue refuses a secret without a value (`ResourceNotFoundException`).",
    "key": "A KMS key that does not exist, is disabled or belongs to another Region is refused (`EncryptionFailure`). The default key is returned of replicas only.",
    "labels": "A new value is AWSCURRENT, and the previous one AWSPREVIOUS, unless PutSecretValue names other staging labels. UpdateSecretVersionStage moves labels, and AWSCURRENT only with the version that has it (`InvalidParameterException`). ListSecretVersionIds lists the versions with a label, or all.",
    "token": "A ClientRequestToken becomes the id of the new version. Repeated with the same value it changes nothing; with another value it is refused (`ResourceExistsException`).",
    "version": "A version that does not exist is refused with `ResourceNotFoundException`, and a version without the given label with `InvalidRequestException`.",
    "accessed": "DescribeSecret shows the day on which the value was last read.",
    "batches": "BatchGetSecretValue returns values by ids or by filters, but not both (`InvalidParameterException`), and lists the errors of those that it cannot return.",
    "rotation": "RotateSecret needs the ARN of a function, at once or from before (`InvalidRequestException`), in the same account and Region (`AccessDeniedException`). The function does not run: a rotation, at once or on its date, ends with a new current version that has the same value. A rule is a number of days or `rate(n days)` or `rate(n hours)`, but not both (`InvalidParameterException`). CancelRotateSecret stops the rotation and keeps its settings.",
    "listing": "ListSecrets filters and returns pages. It returns secrets scheduled for deletion only with IncludePlannedDeletion.",
    "window": "DeleteSecret deletes after 7 to 30 days, by default 30, or at once with ForceDeleteWithoutRecovery, but does not accept both (`InvalidParameterException`). A forced deletion of a secret that does not exist succeeds.",
    "scheduled": "A secret scheduled for deletion can only be restored, described and deleted by force. Its name remains in use (`InvalidRequestException`).",
    "replicas": "Replicas are `InProgress`, then `InSync`. They have a key of their own and the primary's values and tags. DeleteSecret refuses a secret with replicas (`InvalidParameterException`).",
    "replica-taken": "A replica is `Failed` if its name is in use in the other Region.",
    "replica-writes": "A replica cannot be changed or deleted in its own Region (`InvalidParameterException`).",
    "reserved-tags": "Tag keys that begin with `aws:` are refused (`InvalidParameterException`).",
    "password": "GetRandomPassword returns 1 to 4,096 characters (`ValidationException`), without the excluded ones, and by default with at least one of each type that is not excluded. Requirements that cannot be met are refused (`InvalidParameterException`).",
    "policies": "A secret's resource policy can be set, read and deleted. A malformed policy (`MalformedPolicyDocumentException`) and, with BlockPublicPolicy, one for everybody (`PublicPolicyException`) are refused. A replica shows its primary's policy. These policies are evaluated only while IAM's policies are enforced.",
    "managed": "A secret that RDS manages shows its owner and weekly rotation, and cannot be changed or deleted here (`InvalidRequestException`).",
}
MISSING = {
    "cron": "Rotation by cron expressions, and the rotation of secrets that RDS manages by Secrets Manager itself.",
    "replicas-alone": "Replicas that become independent secrets or overwrite another secret.",
}
RULES: tuple[Rule, ...] = (
    *(Rule(name, text, "K") for name, text in IMPLEMENTED.items()),
    *(Rule(name, text, "K", missing=True) for name, text in MISSING.items()),
)
SERVICE = Service("Secrets Manager", OPERATIONS, RULES)
