"""Grants of keys, and their rotations on demand."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from typing import Any

from moto.kms.models import Grant, Key

from ..clock import CLOCK, DAY
from ..core import AwsError
from . import keys
from .imports import EXTERNAL, Imports

ON_DEMAND_LIMIT = 25
_SETTINGS = ("Name", "GranteePrincipal", "RetiringPrincipal", "Operations", "Constraints")


class Grants(Imports):
    """The operations on grants and on rotations on demand."""

    def _page(self, name: str, items: list[Any], size: int) -> str:
        raise NotImplementedError

    def _named(self) -> str:
        raise NotImplementedError

    def create_grant(self) -> str:
        """Create a grant. With the name and settings of a known grant, return that one with a new token."""
        key, wanted = self._key(), [self._get_param(name) for name in _SETTINGS]
        for principal in wanted[1:3]:
            if principal and not principal.startswith("arn:"):
                raise AwsError("InvalidArnException", f"ARN does not refer to a valid principal: {principal}")
        same = [grant for grant in key.grants.values() if [grant.to_json()[name] for name in _SETTINGS] == wanted]
        if wanted[0] is None or not same:
            answer = json.loads(super().create_grant())
            grant = key.grants.pop(answer["GrantId"])
            grant.id, grant.created = secrets.token_hex(32), CLOCK.now()
            key.grants[grant.id] = grant
            same = [grant]
        same[0].token = secrets.token_urlsafe(96)
        return json.dumps({"GrantId": same[0].id, "GrantToken": same[0].token})

    def list_grants(self) -> str:
        """List the grants of a key, by id or grantee."""
        key, grant_id, grantee = self._key(), self._get_param("GrantId"), self._get_param("GranteePrincipal")
        found = [
            _shown(key, grant)
            for grant in key.grants.values()
            if grant_id in (None, grant.id) and grantee in (None, grant.grantee_principal)
        ]
        return self._page("Grants", found, 50)

    def list_retirable_grants(self) -> str:
        """List the grants of the Region that a principal may retire."""
        retiring = self._get_param("RetiringPrincipal")
        grants = [_shown(key, grant) for key in self.kms_backend.keys.values() for grant in key.grants.values()]
        return self._page("Grants", [grant for grant in grants if grant.get("RetiringPrincipal") == retiring], 50)

    def revoke_grant(self) -> str:
        """Delete a grant of a key."""
        self._key()
        return str(super().revoke_grant())

    def retire_grant(self) -> str:
        """Delete a grant, named by its token or by its key and id."""
        token = self._get_param("GrantToken")
        if token is None and self._get_param("KeyId"):
            return self.revoke_grant()
        if token not in [grant.token for key in self.kms_backend.keys.values() for grant in key.grants.values()]:
            raise AwsError("InvalidGrantTokenException", "The grant token is not valid.")
        return str(super().retire_grant())

    def generate_random(self) -> str:
        """Return random bytes."""
        if self._get_param("NumberOfBytes") is None:
            raise AwsError("ValidationException", "NumberOfBytes is required.")
        return str(super().generate_random())

    def rotate_key_on_demand(self) -> str:
        """Give a key new material at once, at most 25 times."""
        key = self._key()
        if key.origin == EXTERNAL:
            text = f"No available key material pending rotation for the key: {key.arn}."
            raise AwsError("KMSInvalidStateException", text)
        if keys.is_replica(key):
            raise AwsError("UnsupportedOperationException", f"The rotation of {key.arn} is that of its primary.")
        if len(key.rotations) >= ON_DEMAND_LIMIT:
            text = "The on-demand rotations limit has been reached for the given keyId. "
            raise AwsError(
                "LimitExceededException",
                f"{text}No more on-demand rotations can be performed for this key: {key.arn}",
            )
        key.rotations.append({"RotationDate": CLOCK.now(), "RotationType": "ON_DEMAND"})
        return json.dumps({"KeyId": self._named()})

    def list_key_rotations(self) -> str:
        """List the rotations of a key, on demand and automatic."""
        key = self._key()
        found = sorted([*key.rotations, *_automatic(key)], key=lambda rotation: float(rotation["RotationDate"]))
        return self._page("Rotations", [{"KeyId": self._named(), **rotation} for rotation in found], 100)


def _shown(key: Key, grant: Grant) -> dict[str, Any]:
    account = f"arn:{key.arn.split(':')[1]}:iam::{key.account_id}:root"
    shown = {**grant.to_json(), "KeyId": key.arn, "CreationDate": grant.created, "IssuingAccount": account}
    return {name: value for name, value in shown.items() if value is not None}


def _automatic(key: Key) -> Iterator[dict[str, Any]]:
    period, date = key.rotation["days"] * DAY, key.rotation["start"]
    while key.rotation["on"] and (date := date + period) <= CLOCK.now():
        yield {"RotationDate": date, "RotationType": "AUTOMATIC"}
