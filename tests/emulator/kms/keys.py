"""Which KMS keys there are, in which state, and what that state lets one do."""

from __future__ import annotations

import secrets
from datetime import timedelta

from moto.kms.models import Key, KmsBackend, kms_backends
from moto.kms.utils import RESERVED_ALIASES

from ..clock import CLOCK
from ..core import AwsError

DAY = 86400
MANAGED = "alias/aws/"
READS = {"DescribeKey", "GetKeyPolicy", "GetKeyRotationStatus", "ListAliases"}
ON_PENDING_DELETION = READS | {"CancelKeyDeletion", "DeleteAlias", "ListResourceTags", "PutKeyPolicy"}
ON_MANAGED = READS | {"ListResourceTags"}
NOT_ON_DISABLED = {"Decrypt", "DisableKeyRotation", "EnableKeyRotation", "Encrypt", "ReplicateKey"}


def _all(account: str) -> list[Key]:
    return [key for backend in kms_backends[account].values() for key in backend.keys.values()]


def settle(account: str) -> None:
    """Enable the replicas that are made by now, and delete the keys whose waiting period is over."""
    now = CLOCK.datetime().replace(tzinfo=None)
    for key in _all(account):
        if key.key_state == "Creating" and key.timeline.settled:
            key.key_state, key.enabled = "Enabled", True
    gone = [key for key in _all(account) if key.deletion_date and key.deletion_date <= now]
    for key in gone:
        kms_backends[account][key.region].delete_key(key.id)
        _bereave(family(key), key)
    if gone:
        settle(account)  # the waiting period of a primary begins when its last replica is gone


def _bereave(left: list[Key], gone: Key) -> None:
    relate(left)
    if len(left) == 1 and left[0].key_state == "PendingReplicaDeletion":
        left[0].key_state = "PendingDeletion"
        left[0].deletion_date = gone.deletion_date + timedelta(days=left[0].window)


def family(key: Key) -> list[Key]:
    """The keys of all Regions that share this one's material; of a single-Region key itself."""
    return [member for member in _all(key.account_id) if member.id == key.id]


def is_replica(key: Key) -> bool:
    """Whether it was made from a primary in another Region."""
    return bool(key.multi_region and key.multi_region_configuration["MultiRegionKeyType"] == "REPLICA")


def relate(members: list[Key]) -> None:
    """Let each key of a family know its primary and all replicas."""
    shown = {member.arn: {"Arn": member.arn, "Region": member.region} for member in members}
    for member in members:
        told = member.multi_region_configuration
        replicas = [one for arn, one in shown.items() if arn != told["PrimaryKey"]["Arn"]]
        member.multi_region_configuration = {**told, "ReplicaKeys": replicas}


def make_primary(backend: KmsBackend, key: Key) -> None:
    """Give a new multi-Region key an id in AWS's form, which moto's ciphertexts have room for."""
    old, key.id = key.id, "mrk-" + secrets.token_hex(16)
    key.arn = key.arn.replace(old, key.id)
    backend.keys[key.id] = backend.keys.pop(old)
    itself = {"Arn": key.arn, "Region": key.region}
    key.multi_region_configuration = {"MultiRegionKeyType": "PRIMARY", "PrimaryKey": itself, "ReplicaKeys": []}
    backend.tagger.tag_resource(key.id, backend.tagger.list_tags_for_resource(old)["Tags"])
    backend.tagger.delete_all_tags_for_resource(old)


def managed_key(backend: KmsBackend, alias: str) -> Key | None:
    """The key that AWS manages under ``alias/aws/...``; it appears when it is first used."""
    found = next((key for key in backend.keys.values() if alias in key.aliases), None)
    if found is None and alias in RESERVED_ALIASES:
        found = backend.create_key(None, "ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT", "Default key", None)
        backend.create_alias(found.id, alias)
        found.key_manager, found.rotation = "AWS", {"on": True, "days": 365, "start": CLOCK.now()}
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
    """The full ARN of a usable (enabled) key of this account and region, or None. What a service asks of a key."""
    settle(account_id)
    key = lookup(kms_backends[account_id][region], key_id_or_arn_or_alias)
    return str(key.arn) if key is not None and key.key_state == "Enabled" else None


def check_state(key: Key, operation: str) -> None:
    """Refuse what AWS refuses for a key in this state, and for one that AWS manages."""
    pending = key.key_state.startswith("Pending")
    if key.key_state == "Creating" and operation not in READS:
        raise AwsError("KMSInvalidStateException", f"{key.arn} is being created.")
    if pending and operation not in ON_PENDING_DELETION:
        raise AwsError("KMSInvalidStateException", f"{key.arn} is pending deletion.")
    if key.key_state == "Disabled" and operation in NOT_ON_DISABLED:
        raise AwsError("DisabledException", f"{key.arn} is disabled.")
    if not pending and operation == "CancelKeyDeletion":
        raise AwsError("KMSInvalidStateException", f"{key.arn} is not pending deletion.")
    if key.key_manager == "AWS" and operation not in ON_MANAGED:
        raise AwsError("AccessDeniedException", f"{key.arn} is managed by AWS: only its services use and change it.")
