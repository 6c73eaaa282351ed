"""Tokens of identity providers (OpenID Connect): AWS's checks of a token, and the trust policy of the role."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from moto.core.base_backend import BaseBackend
from moto.iam.models import IAMBackend, Role

from ..access.context import request_keys, values
from ..access.policies import Principal, Request, effects
from ..access.refusals import NotAuthorized
from ..access.resources import Call
from ..clock import CLOCK
from ..core import AwsError, own_backend

ACTION = "sts:AssumeRoleWithWebIdentity"


class Issuers(BaseBackend):
    """The public keys of identity providers by URL, which AWS itself asks them for."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.keys: dict[str, list[dict[str, str]]] = {}


_ISSUERS = own_backend("local-issuers", Issuers, ["us-east-1"])


def set_keys(account: str, issuer: str, document: str) -> None:
    """Remember the keys of an issuer, given as a JSON Web Key Set. Raise ValueError if it is none."""
    parsed = json.loads(document)
    keys = parsed.get("keys") if isinstance(parsed, dict) else None
    if not isinstance(keys, list) or not all(key.get("kty") == "RSA" for key in keys):
        raise ValueError("jwks must be a JSON Web Key Set with RSA keys.")
    _ISSUERS[account]["us-east-1"].keys[issuer] = keys


@dataclass(frozen=True)
class Identity:
    """Hold who a valid token is about: the provider, and the token's subject and audience."""

    provider: Any
    subject: str
    audience: str

    @property
    def keys(self) -> dict[str, tuple[str, ...]]:
        """The condition keys of the token."""
        url = self.provider.url.lower()
        return {f"{url}:sub": (self.subject,), f"{url}:aud": (self.audience,)}


def identity(backend: IAMBackend, token: str) -> Identity:
    """Return who a token is about. Refuse a token that AWS does not accept."""
    claims, signed, header, signature = _parsed(token)
    issuer = str(claims.get("iss", ""))
    found = [each for each in backend.open_id_providers.values() if f"https://{each.url}" == issuer.rstrip("/")]
    if not found:
        raise _invalid(f"No OpenIDConnect provider found in your account for {issuer}")
    _verify(_ISSUERS[backend.account_id]["us-east-1"].keys.get(issuer, []), header, signed, signature)
    now, expires = int(CLOCK.now()), int(claims.get("exp", 0))
    if now >= expires:
        text = f"Token expired: current date/time {now} must be before the expiration date/time {expires}"
        raise AwsError("ExpiredTokenException", text)
    audiences = claims.get("aud", [])
    known = [audiences] if isinstance(audiences, str) else audiences
    matching = [each for each in known if each in found[0].client_id_list]
    if not matching:
        raise _invalid("Incorrect token audience")
    return Identity(found[0], str(claims.get("sub", "")), matching[0])


def trusting_role(backend: IAMBackend, given: Mapping[str, Any], who: Identity, region: str) -> Role:
    """Return the role to assume if its trust policy allows it to the identity."""
    arn = str(given["RoleArn"])
    role = next((role for role in backend.roles.values() if role.arn == arn), None)
    caller = Principal("", "", backend.account_id, frozenset({who.provider.arn}), (), keys=who.keys)
    call = Call("sts", "AssumeRoleWithWebIdentity", region, backend.account_id, given)
    request = Request(ACTION, arn, values(call, arn, request_keys(call, caller, "127.0.0.1")))
    policy = [role.assume_role_policy_document] if role else []
    if role is None or effects(policy, request, caller.names) != {"Allow"}:
        raise NotAuthorized("AccessDenied", f"Not authorized to perform {ACTION}", 403)
    return role


def _parsed(token: str) -> tuple[dict[str, Any], bytes, dict[str, Any], bytes]:
    """Return the claims of a token, its signed part, its header and its signature."""
    try:
        header, claims, signature = token.split(".")
        parts = (json.loads(_decoded(header)), json.loads(_decoded(claims)))
        if not all(isinstance(part, dict) for part in parts):
            raise ValueError
        return parts[1], f"{header}.{claims}".encode(), parts[0], _decoded(signature)
    except ValueError:
        text = "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)"
        raise _invalid(text) from None


def _verify(keys: list[dict[str, str]], header: Mapping[str, Any], signed: bytes, signature: bytes) -> None:
    key = next((key for key in keys if key.get("kid") == header.get("kid")), None)
    if key is None or header.get("alg") != "RS256":
        text = "Couldn't retrieve verification key from your identity provider, please reference"
        raise _invalid(f"{text} AssumeRoleWithWebIdentity documentation for requirements")
    numbers = RSAPublicNumbers(*(int.from_bytes(_decoded(key[name]), "big") for name in ("e", "n")))
    try:
        numbers.public_key().verify(signature, signed, PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        raise _invalid("The token's signature is not valid.") from None


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _invalid(text: str) -> AwsError:
    return AwsError("InvalidIdentityToken", text)
