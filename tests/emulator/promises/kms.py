"""What is promised of KMS."""

from __future__ import annotations

from . import Rule, Service

OPERATIONS: dict[str, str] = {
    "CancelKeyDeletion": "KeyId",
    "CreateAlias": "AliasName TargetKeyId",
    "CreateKey": "Description MultiRegion Policy Tags",
    "Decrypt": "CiphertextBlob EncryptionContext KeyId",
    "DeleteAlias": "AliasName",
    "DescribeKey": "KeyId",
    "DisableKey": "KeyId",
    "DisableKeyRotation": "KeyId",
    "EnableKey": "KeyId",
    "EnableKeyRotation": "KeyId RotationPeriodInDays",
    "Encrypt": "EncryptionContext KeyId Plaintext",
    "GetKeyPolicy": "KeyId PolicyName",
    "GetKeyRotationStatus": "KeyId",
    "ListAliases": "KeyId Limit Marker",
    "ListKeys": "Limit Marker",
    "ListResourceTags": "KeyId Limit Marker",
    "PutKeyPolicy": "KeyId Policy PolicyName",
    "ReplicateKey": "Description KeyId Policy ReplicaRegion Tags",
    "ScheduleKeyDeletion": "KeyId PendingWindowInDays",
    "TagResource": "KeyId Tags",
    "UntagResource": "KeyId TagKeys",
    "UpdateAlias": "AliasName TargetKeyId",
    "UpdateKeyDescription": "Description KeyId",
}
RULES: tuple[Rule, ...] = (
    Rule("key-names", "A key is found by its id, its ARN, an alias or the ARN of an alias, in its own Region only; only DescribeKey and what encrypts and decrypts take aliases (`NotFoundException` else).", "K DescribeKey"),
    Rule("key-paging", "Keys come 100 to a page; aliases and tags 50; `Truncated` and `NextMarker` lead on; a bad marker is an `InvalidMarkerException`.", "B"),
    Rule("alias-unique", "An alias is there once per Region (`AlreadyExistsException`); it can be moved to another key and deleted; it goes with its key.", "K CreateAlias"),
    Rule("alias-reserved", "`alias/aws/...` cannot be made, moved or deleted: `NotAuthorizedException`.", "K CreateAlias"),
    Rule("aws-managed", "The keys of `alias/aws/rds`, `alias/aws/dynamodb` ... appear when they are first used (`KeyManager` AWS, rotating); until then the alias is listed without a target. Whoever but AWS changes or uses one gets `AccessDeniedException`.", "K ListAliases"),
    Rule("policy-lockout", "A key policy that is no JSON, or that would not let its author replace it again, is a `MalformedPolicyDocumentException`.", "K PutKeyPolicy"),
    Rule("policy-name", "The only policy of a key is `default` (`NotFoundException` for another).", "K PutKeyPolicy"),
    Rule("tags", "A key has at most 50 tags (`LimitExceededException`); `aws:` and a key twice are `TagException`.", "K TagResource"),
    Rule("disabled", "A disabled key encrypts, decrypts, rotates and replicates nothing: `DisabledException`; it can be described, changed and enabled.", "K key states"),
    Rule("deletion-window", "A key waits 7 to 30 days (30 at first) for its deletion and is gone afterwards (`NotFoundException`); cancelled before, it is disabled.", "K ScheduleKeyDeletion"),
    Rule("pending-deletion", "A key that waits for its deletion is only read, cancelled, given a policy and rid of aliases; everything else is `KMSInvalidStateException`, and cancelling what does not wait too.", "K key states"),
    Rule("rotation", "Rotation every 90 to 2,560 days (365 at first) with the date of the next.", "K EnableKeyRotation"),
    Rule("crypto", "What was encrypted with an encryption context is decrypted only with the same (`InvalidCiphertextException`), with the key that the ciphertext names (`IncorrectKeyException` for another).", "K Decrypt"),
    Rule("usable", "What other services encrypt with a key needs it enabled, and in their Region; they ask `emulator.kms.find_key`.", "K key states"),
    Rule("mrk-replica", "A replica is Creating, then Enabled; it has its own description, tags, policy and aliases, and decrypts what the primary encrypted. A second in the same Region is `AlreadyExistsException`, a Region that is none `ValidationException`; of a single-Region key or a replica, `UnsupportedOperationException`.", "K ReplicateKey"),
    Rule("mrk-shown", "MultiRegionConfiguration names primary and replicas, in every Region.", "K DescribeKey"),
    Rule("mrk-rotation", "The rotation of a multi-Region key is set on its primary (`UnsupportedOperationException` on a replica) and read on all.", "K EnableKeyRotation"),
    Rule("mrk-deletion", "A primary waits for its replicas (`PendingReplicaDeletion`); its own waiting period begins when the last one is gone.", "K ScheduleKeyDeletion"),
    Rule("mrk-primary", "Making a replica the primary.", "K UpdatePrimaryRegion", missing=True),
    Rule("grants", "Grants.", "K CreateGrant", missing=True),
    Rule("data-keys", "Data keys, and encrypting anew under another key.", "K GenerateDataKey", missing=True),
    Rule("bypass", "Policies that lock their author out.", "K PutKeyPolicy", missing=True),
    Rule("asymmetric", "Asymmetric and HMAC keys.", "K CreateKey", missing=True),
    Rule("on-demand", "Rotation on demand, and the list of the rotations that were.", "K RotateKeyOnDemand", missing=True),
    Rule("imported", "Imported key material and custom key stores.", "K CreateKey", missing=True),
)  # fmt: skip
SERVICE = Service("KMS", OPERATIONS, RULES)
