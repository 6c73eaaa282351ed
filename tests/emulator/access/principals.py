"""The principals of access keys: the owner of the account, users, and the sessions of roles and users."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from moto.core.base_backend import BaseBackend
from moto.iam.models import IAMBackend, User, iam_backends

from ..clock import CLOCK
from ..core import own_backend
from .policies import Principal

OWNER_KEY = "local"  # the access key of the account's owner
NO_MFA = {"aws:multifactorauthpresent": ("false",)}  # a key of sessions only
MFA = {"aws:multifactorauthpresent": ("true",)}
ALLOW_ALL = '{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}'


@dataclass(frozen=True)
class Session:
    """Temporary credentials of a role or of a user."""

    access_key: str
    secret_key: str
    token: str
    expires: float  # a virtual moment
    name: str
    role: str = ""  # the ARN of the role
    user: str = ""  # the name of the user; without role and user, the session is one of the account's owner
    policies: tuple[str, ...] | None = None
    tags: tuple[tuple[str, str], ...] = ()
    transitive: frozenset[str] = frozenset()
    mfa: bool = False  # whether it began with the code of an MFA device


class Sessions(BaseBackend):
    """The sessions by access key."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.by_key: dict[str, Session] = {}


_SESSIONS = own_backend("local-sessions", Sessions, ["us-east-1"])


class UnknownKey(Exception):
    """No credentials of the account have this key and token, or they are not active."""


class Expired(Exception):
    """The session of a key is over."""


def sessions(account: str) -> dict[str, Session]:
    """Return the sessions by access key."""
    found: Sessions = _SESSIONS[account]["us-east-1"]
    return found.by_key


def owner(account: str, partition: str) -> Principal:
    """Return the owner of the account, who may do everything."""
    arn = f"arn:{partition}:iam::{account}:root"
    keys = {"aws:principaltype": ("Account",), **_common(arn, account, account)}
    return Principal(arn, account, account, frozenset({arn, account}), (ALLOW_ALL,), keys=keys)


def known(access_key: str, account: str, partition: str) -> Principal | None:
    """Return the principal of a key that IAM or STS has issued; None for every other key."""
    backend = iam_backends[account][partition]
    session = sessions(account).get(access_key)
    if session:
        return _of_session(session, backend, account, partition)
    user = backend.get_user_from_access_key_id(access_key)
    return _of_user(user, backend) if user else None


def authenticated(access_key: str, token: str, account: str, partition: str) -> Principal:
    """Return the principal of credentials. Raise UnknownKey or Expired if AWS would refuse them."""
    if access_key == OWNER_KEY:
        return owner(account, partition)
    session = sessions(account).get(access_key)
    if session and session.token != token:
        raise UnknownKey
    if session and CLOCK.now() >= session.expires:
        raise Expired
    principal = known(access_key, account, partition)
    if principal is None or (token and not session):
        raise UnknownKey
    key = iam_backends[account][partition].access_keys.get(access_key)
    if key is None or key.status != "Active":
        raise UnknownKey
    return principal


def of_arn(arn: str, account: str, partition: str) -> Principal | None:
    """Return the principal of a user, role or group by ARN, as the simulation of policies sees it."""
    backend = iam_backends[account][partition]
    entities: tuple[Any, ...] = (*backend.users.values(), *backend.roles.values(), *backend.groups.values())
    for entity in [each for each in entities if each.arn == arn]:
        if isinstance(entity, User):
            return _of_user(entity, backend)
        documents, boundary = tuple(_documents(entity)), _boundary(entity, backend)
        return Principal(arn, entity.id, account, frozenset({arn}), documents, boundary)
    return None


def _of_session(session: Session, backend: IAMBackend, account: str, partition: str) -> Principal | None:
    if not session.role and not session.user:
        return owner(account, partition)
    if session.user:
        user = backend.users.get(session.user)
        principal = _of_user(user, backend) if user else None
        mfa = MFA if session.mfa else NO_MFA
        return replace(principal, keys={**principal.keys, **mfa}) if principal else None
    role = next((role for role in backend.roles.values() if role.arn == session.role), None)
    if role is None:
        return None
    arn = f"arn:{partition}:sts::{account}:assumed-role/{role.name}/{session.name}"
    user_id = f"{role.id}:{session.name}"
    tags = {tag["Key"]: tag["Value"] for tag in role.tags or []} | dict(session.tags)
    return Principal(
        arn,
        user_id,
        account,
        frozenset({arn, role.arn}),
        tuple(_documents(role)),
        _boundary(role, backend),
        session.policies,
        {
            "aws:principaltype": ("AssumedRole",),
            **(MFA if session.mfa else NO_MFA),
            **_common(role.arn, user_id, account),
            **_tags(tags),
        },
    )


def _of_user(user: User, backend: IAMBackend) -> Principal:
    documents = list(_documents(user))
    for group in backend.get_groups_for_user(user.name):
        documents += _documents(group)
    keys = {
        "aws:username": (user.name,),
        "aws:principaltype": ("User",),
        **_common(user.arn, user.id, user.account_id),
        **_tags({tag["Key"]: tag["Value"] for tag in user.tags or []}),
    }
    boundary = _boundary(user, backend)
    return Principal(user.arn, user.id, user.account_id, frozenset({user.arn}), tuple(documents), boundary, keys=keys)


def _documents(entity: Any) -> Iterator[str]:
    """Yield the inline and the attached policies of a user, role or group."""
    yield from entity.policies.values()
    for policy in entity.managed_policies.values():
        yield default_version(policy)


def default_version(policy: Any) -> str:
    """Return the document of a managed policy's default version."""
    return str(next(v.document for v in policy.versions if v.version_id == policy.default_version_id))


def _boundary(entity: Any, backend: IAMBackend) -> str | None:
    arn = getattr(entity, "permissions_boundary_arn", None)  # groups and moto's users have none
    return default_version(backend.get_policy(arn)) if arn else None


def _common(arn: str, user_id: str, account: str) -> dict[str, tuple[str, ...]]:
    return {"aws:principalarn": (arn,), "aws:userid": (user_id,), "aws:principalaccount": (account,)}


def _tags(tags: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    return {f"aws:principaltag/{key.lower()}": (value,) for key, value in tags.items()}
