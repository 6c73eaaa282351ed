"""Stream, encryption, table class and deletion protection; each needs an UpdateTable call of its own."""

from __future__ import annotations

from typing import Any

from moto.dynamodb.models.table import Table

from ..clock import CLOCK, DAY
from ..core import AwsError
from ..kms import find_key
from .state import invalid, limited, members_of, state_of, tables_of
from .streams import close
from .values import PREFIX

CLASSES = ("STANDARD", "STANDARD_INFREQUENT_ACCESS")
MANAGED_ALIAS = "alias/aws/dynamodb"
OWNED, MANAGED, CUSTOMER = "AWS owned", "AWS managed", "customer managed"


def check_stream(spec: dict[str, Any] | None) -> None:
    """Refuse an enabled stream without a view type, and a disabled stream with one."""
    if not spec:
        return
    if bool(spec["StreamEnabled"]) != bool(spec.get("StreamViewType")):
        raise invalid(f"{PREFIX}StreamViewType must be given exactly when StreamEnabled is true")


def update_stream(table: Table, spec: dict[str, Any]) -> None:
    """Switch the stream on or off. Refuse the change on a table with replicas."""
    check_stream(spec)
    enabled = bool((table.stream_specification or {}).get("StreamEnabled"))
    if members_of(table):
        if not spec["StreamEnabled"]:
            raise invalid(f"{PREFIX}Disabling Stream is not allowed for a Global Table replica.")
        raise invalid(f"{PREFIX}The stream of a table with replicas cannot be changed: {table.name}")
    if enabled == spec["StreamEnabled"]:
        raise invalid(f"Table already has {'an enabled' if enabled else 'a disabled'} stream: TableName: {table.name}")
    if not spec["StreamEnabled"]:
        close(table)
    table.set_stream_specification(dict(spec))
    state_of(table).become(30)


def encryption(account: str, region: str, spec: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return the encryption with the full ARN of the key, or None for a key that AWS owns."""
    if not spec:
        return None
    key = spec.get("KMSMasterKeyId")
    if spec.get("SSEType") == "AES256":
        raise invalid(f"{PREFIX}SSEType AES256 is not supported")
    if not spec.get("Enabled"):
        if key or spec.get("SSEType"):
            raise invalid(f"{PREFIX}SSEType and KMSMasterKeyId can be given only if SSE is enabled")
        return None
    managed = find_key(account, region, MANAGED_ALIAS)
    arn = find_key(account, region, key) if key else managed
    if arn is None:
        raise invalid(f"{PREFIX}The KMS key was not found or is not usable in {region}: {key}")
    return {"Enabled": True, "KMSMasterKeyId": arn, "Managed": arn == managed}


def key_type(sse: dict[str, Any] | None) -> str:
    """Return the kind of key that encrypts a table."""
    if not (sse or {}).get("Enabled"):
        return OWNED
    return MANAGED if (sse or {}).get("Managed") else CUSTOMER


def update_encryption(table: Table, spec: dict[str, Any]) -> None:
    """Change the key. A change of the kind of key applies to all replicas."""
    wanted = encryption(table.account_id, table.region_name, spec)
    if wanted == table.sse_specification:
        raise invalid(f"{PREFIX}Table is already encrypted by given KMSMasterKeyId")
    tables = [table]
    if key_type(wanted) != key_type(table.sse_specification):
        tables = tables_of(table)
        if key_type(wanted) == CUSTOMER and len(tables) > 1:
            raise invalid(f"{PREFIX}The key type of a table with replicas cannot become customer managed: {table.name}")
        changes = state_of(table).encryption_changes
        idle = bool(changes) and CLOCK.now() - changes[-1] >= DAY / 4
        text = "SSE type changes are limited to 4 in 24 hours, and one more after 6 hours without"
        _check_rate(changes, 8 if idle else 4, DAY, text)
    for replica in tables:
        replica.sse_specification = encryption(replica.account_id, replica.region_name, spec)
        state_of(replica).become(30)


def update_class(table: Table, name: str) -> None:
    """Change the table class on all replicas."""
    if name == (state_of(table).table_class or CLASSES[0]):
        raise invalid(f"{PREFIX}The table class is already {name}")
    _check_rate(state_of(table).class_changes, 2, 30 * DAY, "The table class can be changed twice in 30 days")
    for member in members_of(table).values():
        member.overrides.pop("TableClassOverride", None)
    for replica in tables_of(table):
        state_of(replica).table_class = name
        state_of(replica).become(30)


def update_protection(table: Table, enabled: bool) -> None:
    """Switch deletion protection of this Region's table on or off."""
    state = state_of(table)
    if enabled == bool(table.deletion_protection_enabled):
        return
    if state.protection_changed is not None and CLOCK.now() - state.protection_changed < 15:
        raise AwsError("ThrottlingException", "Deletion protection was changed a moment ago. Try again later.")
    state.protection_changed = CLOCK.now()
    table.deletion_protection_enabled = enabled


def _check_rate(changes: list[float], most: int, seconds: float, message: str) -> None:
    if len([moment for moment in changes if CLOCK.now() - moment < seconds]) >= most:
        raise limited(f"Subscriber limit exceeded: {message}.")
    changes.append(CLOCK.now())
