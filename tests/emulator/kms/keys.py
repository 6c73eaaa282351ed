"""Which KMS keys there are, in which state, and what that state lets one do."""

from __future__ import annotations

import secrets
from datetime import UTC

from moto.kms.models import Key, KmsBackend, kms_backends

from ..clock import CLOCK
from ..core import AwsError

ID_LENGTH = 36
MANAGED = "alias/aws/"
READS = {"DescribeKey", "GetKeyPolicy", "GetKeyRotationStatus", "ListAliases", "ListGrants", "ListKeyPolicies"}
ON_PENDING_DELETION = READS | {
    "CancelKeyDeletion", "DeleteAlias", "GetPublicKey", "ListKeyRotations", "ListResourceTags", "PutKeyPolicy",
    "RetireGrant", "RevokeGrant",
}  # fmt: skip
NOT_ON_DISABLED = {
    "CreateGrant", "Decrypt", "DisableKeyRotation", "EnableKeyRotation", "Encrypt", "GenerateDataKey",
    "GenerateDataKeyPair", "GenerateDataKeyPairWithoutPlaintext", "GenerateDataKeyWithoutPlaintext", "GenerateMac",
    "ReEncrypt", "ReplicateKey", "RotateKeyOnDemand", "Sign", "Verify", "VerifyMac",
}  # fmt: skip


def purge(backend: KmsBackend) -> None:
    """Delete the keys whose waiting period is over."""
    now = CLOCK.datetime()
    for key in list(backend.keys.values()):
        if key.deletion_date and key.deletion_date.replace(tzinfo=UTC) <= now:
            backend.delete_key(key.id)


def managed_key(backend: KmsBackend, alias: str) -> Key:
    """The key that AWS manages under ``alias/aws/...``; it appears when it is first used."""
    found = next((key for key in backend.keys.values() if alias in key.aliases), None)
    if found is None:
        found = backend.create_key(None, "ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT", "Default key", None)
        backend.create_alias(found.id, alias)
    found.key_manager = "AWS"
    return found


def lookup(backend: KmsBackend, reference: str) -> Key | None:
    """The key by id, ARN, alias or ARN of an alias."""
    name = reference
    if reference.startswith("arn:"):
        parts = reference.split(":", 5)
        if len(parts) < 6 or parts[2:5] != ["kms", backend.region_name, backend.account_id]:
            return None
        name = parts[5].removeprefix("key/")
    if name.startswith(MANAGED):
        return managed_key(backend, name)
    if name.startswith("alias/"):
        return next((key for key in backend.keys.values() if name in key.aliases), None)
    return backend.keys.get(name)


def find_key(account_id: str, region: str, key_id_or_arn_or_alias: str) -> str | None:
    """The full ARN of a usable (enabled) key of this account and region, or None."""
    backend = kms_backends[account_id][region]
    purge(backend)
    key = lookup(backend, key_id_or_arn_or_alias)
    return str(key.arn) if key is not None and key.key_state == "Enabled" else None


def check_state(key: Key, operation: str) -> None:
    """Refuse what AWS refuses for a key in this state."""
    if key.key_state == "PendingDeletion" and operation not in ON_PENDING_DELETION:
        raise AwsError("KMSInvalidStateException", f"{key.arn} is pending deletion.")
    if key.key_state == "Disabled" and operation in NOT_ON_DISABLED:
        raise AwsError("DisabledException", f"{key.arn} is disabled.")
    if key.key_state != "PendingDeletion" and operation == "CancelKeyDeletion":
        raise AwsError("KMSInvalidStateException", f"{key.arn} is not pending deletion.")


def rename(backend: KmsBackend, key: Key) -> None:
    """Give a new multi-Region key an id in AWS's form, which moto's ciphertexts have room for."""
    old, key.id = key.id, "mrk-" + secrets.token_hex(16)
    key.arn = key.arn.replace(old, key.id)
    key.multi_region_configuration["PrimaryKey"]["Arn"] = key.arn
    backend.keys[key.id] = backend.keys.pop(old)
    backend.tagger.tag_resource(key.id, backend.tagger.list_tags_for_resource(old)["Tags"])
    backend.tagger.delete_all_tags_for_resource(old)
