"""KMS keys, their states, and the operations that each state allows."""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import timedelta
from typing import Any

from moto.core.utils import utcnow
from moto.kms.models import Key, KmsBackend, kms_backends
from moto.kms.utils import RESERVED_ALIASES

from ..clock import CLOCK
from ..core import AwsError

ID = re.compile(r"mrk-[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
MANAGED = "alias/aws/"
READS = {"DescribeKey", "GetKeyPolicy", "GetKeyRotationStatus", "ListAliases"}
LISTS = {"ListGrants", "ListKeyPolicies", "ListKeyRotations", "ListResourceTags"}
ON_PENDING_DELETION = READS | LISTS | {"CancelKeyDeletion", "DeleteAlias", "PutKeyPolicy", "RetireGrant", "RevokeGrant"}
ON_MANAGED = READS | LISTS
CRYPTO = {"Decrypt", "Encrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext"}
NOT_ON_PENDING_IMPORT = CRYPTO | {"CreateGrant", "DisableKey", "EnableKey", "ReplicateKey"}
NOT_ON_DISABLED = CRYPTO | {
    "CreateGrant",
    "DisableKeyRotation",
    "EnableKeyRotation",
    "ReplicateKey",
    "RotateKeyOnDemand",
}


def _all(account: str) -> list[Key]:
    return [key for backend in kms_backends[account].values() for key in backend.keys.values()]


def settle(account: str) -> None:
    """Enable the finished replicas, and delete the keys whose waiting period is over."""
    for key in _all(account):
        if key.key_state == "Creating" and key.timeline.settled:
            key.key_state, key.enabled = "Enabled", True
    expired = [key for key in _all(account) if key.deletion_date and key.deletion_date <= utcnow()]
    for key in expired:
        kms_backends[account][key.region].delete_key(key.id)
        _after_deletion(family(key), key)
    if expired:
        settle(account)  # the waiting period of a primary begins when its last replica is deleted


def _after_deletion(remaining: list[Key], deleted: Key) -> None:
    relate(remaining)
    if len(remaining) == 1 and remaining[0].key_state == "PendingReplicaDeletion":
        remaining[0].key_state = "PendingDeletion"
        remaining[0].deletion_date = deleted.deletion_date + timedelta(days=remaining[0].window)


def family(key: Key) -> list[Key]:
    """Return the keys of all Regions that share this key's material, including the key itself."""
    return [member for member in _all(key.account_id) if member.id == key.id]


def is_replica(key: Key) -> bool:
    """Return whether the key was made from a primary in another Region."""
    return bool(key.multi_region and key.multi_region_configuration["MultiRegionKeyType"] == "REPLICA")


def relate(members: list[Key]) -> None:
    """Set the primary and the replicas in the configuration of each key of a family."""
    shown = {member.arn: {"Arn": member.arn, "Region": member.region} for member in members}
    for member in members:
        configuration = member.multi_region_configuration
        replicas = [entry for arn, entry in shown.items() if arn != configuration["PrimaryKey"]["Arn"]]
        member.multi_region_configuration = {**configuration, "ReplicaKeys": replicas}


def make_primary(backend: KmsBackend, key: Key) -> None:
    """Make a new key a primary, with an id in AWS's form that fits into moto's ciphertexts."""
    old, key.id = key.id, "mrk-" + secrets.token_hex(16)
    key.arn = key.arn.replace(old, key.id)
    backend.keys[key.id] = backend.keys.pop(old)
    itself = {"Arn": key.arn, "Region": key.region}
    key.multi_region_configuration = {"MultiRegionKeyType": "PRIMARY", "PrimaryKey": itself, "ReplicaKeys": []}
    backend.tagger.tag_resource(key.id, backend.tagger.list_tags_for_resource(old)["Tags"])
    backend.tagger.delete_all_tags_for_resource(old)


def managed_key(backend: KmsBackend, alias: str) -> Key | None:
    """Return the key that AWS manages under ``alias/aws/...``, and create it at its first use."""
    found = next((key for key in backend.keys.values() if alias in key.aliases), None)
    if found is None and alias in RESERVED_ALIASES:
        found = backend.create_key(None, "ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT", "Default key", None)
        backend.create_alias(found.id, alias)
        found.key_manager, found.rotation = "AWS", {"on": True, "days": 365, "start": CLOCK.now()}
    return found


def lookup(backend: KmsBackend, reference: str) -> Key | None:
    """Return the key by id, ARN, alias or ARN of an alias."""
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


def require(backend: KmsBackend, reference: str, display: str) -> Key:
    """Return the key with this id, ARN, alias or ARN of an alias, or raise AWS's error for it."""
    found = lookup(backend, reference)
    if found is not None:
        return found
    region = [*reference.split(":"), "", "", ""][3] if reference.startswith("arn:") else backend.region_name
    if region != backend.region_name:
        text = f"Invalid arn {region}"
    elif "alias/" in reference:
        text = f"Alias {display} is not found."
    elif reference.startswith("arn:") or ID.fullmatch(reference):
        text = f"Key '{display}' does not exist"
    else:
        text = f"Invalid keyId '{reference}'"
    raise AwsError("NotFoundException", text)


def metadata(key: Key) -> dict[str, Any]:
    """Return ``KeyMetadata``. A symmetric key with material names the material."""
    shown: dict[str, Any] = dict(key.to_dict()["KeyMetadata"])
    if key.key_state != "PendingImport":
        shown["CurrentKeyMaterialId"] = material_id(key)
    if key.origin == "EXTERNAL" and key.key_state != "PendingImport":
        shown["ExpirationModel"] = "KEY_MATERIAL_DOES_NOT_EXPIRE"
    if key.key_state == "PendingReplicaDeletion":
        shown["PendingDeletionWindowInDays"] = key.window
    return {name: value for name, value in shown.items() if value is not None}


def material_id(key: Key) -> str:
    """Return the id of a key's present material. Each rotation on demand changes the material."""
    material = getattr(key, "material_imported", key.key_material) + bytes(len(key.rotations))
    return hashlib.sha256(material).hexdigest()


def find_key(account_id: str, region: str, key_id_or_arn_or_alias: str) -> str | None:
    """Return the ARN of an enabled key of the account and region, or None."""
    settle(account_id)
    key = lookup(kms_backends[account_id][region], key_id_or_arn_or_alias)
    return str(key.arn) if key is not None and key.key_state == "Enabled" else None


def check_state(key: Key, operation: str) -> None:
    """Refuse an operation that the key's state forbids, or that AWS reserves on its managed keys."""
    pending = key.key_state in ("PendingDeletion", "PendingReplicaDeletion")
    if key.key_state == "Creating" and operation not in READS:
        raise AwsError("KMSInvalidStateException", f"{key.arn} is being created.")
    if pending and operation not in ON_PENDING_DELETION:
        raise AwsError("KMSInvalidStateException", f"{key.arn} is pending deletion.")
    if key.key_state == "PendingImport" and operation in NOT_ON_PENDING_IMPORT:
        raise AwsError("KMSInvalidStateException", f"{key.arn} is pending import.")
    if key.key_state == "Disabled" and operation in NOT_ON_DISABLED:
        raise AwsError("DisabledException", f"{key.arn} is disabled.")
    if not pending and operation == "CancelKeyDeletion":
        raise AwsError("KMSInvalidStateException", f"{key.arn} is not pending deletion.")
    if key.key_manager == "AWS" and operation not in ON_MANAGED:
        raise AwsError("AccessDeniedException", f"{key.arn} is managed by AWS: only its services use and change it.")
