"""Ids and permissions boundaries of users, groups, roles and policies."""

from __future__ import annotations

from typing import Any

from moto.iam.models import IAMBackend, ManagedPolicy, User
from moto.iam.utils import generate_access_key_id_from_account_id

# The operations that concern the calling user if they name none.
OWN_USER = {
    "CreateAccessKey",
    "DeleteAccessKey",
    "GetUser",
    "ListAccessKeys",
    "ListMFADevices",
    "ListServiceSpecificCredentials",
    "UpdateAccessKey",
}
OWNER_TOO = ("GetUser", "ListAccessKeys", "ListMFADevices")  # of these, what the owner of the account may call so


def unique_id(prefix: str, account_id: str) -> str:
    """Return an id in AWS's form, such as ``AIDA...`` for a user."""
    return str(generate_access_key_id_from_account_id(account_id, prefix, total_length=21))


def set_boundary(user: User, backend: IAMBackend, arn: str | None) -> None:
    """Set the permissions boundary of a user to a policy that exists, or remove it."""
    if arn:
        backend.get_policy(arn)
    bounded: Any = user
    bounded.permissions_boundary_arn = arn
    shown = {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": arn}
    bounded.permissions_boundary = shown if arn else None


def boundary_uses(policy: ManagedPolicy) -> int:
    """Return the number of users and roles whose permissions boundary is a policy."""
    entities = (*policy.backend.roles.values(), *policy.backend.users.values())
    return sum(getattr(entity, "permissions_boundary_arn", None) == policy.arn for entity in entities)
