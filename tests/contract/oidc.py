"""An identity provider for tests: its key, its published key set, and its tokens."""

from __future__ import annotations

import base64
import json
import time
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15

GITHUB = "https://token.actions.githubusercontent.com"
AUDIENCE = "sts.amazonaws.com"
SUBJECT = "repo:mtk/backend:environment:dev"


class Issuer:
    """An identity provider that the local AWS knows: the keys are told, and the provider is created in IAM."""

    def __init__(self, aws: Any, url: str = GITHUB) -> None:
        self.url = url
        self._key = rsa.generate_private_key(65537, 2048)
        aws.control.oidc(url, json.dumps({"keys": [self._public()]}))

    def _public(self) -> dict[str, str]:
        numbers = self._key.public_key().public_numbers()
        parts = {"n": numbers.n, "e": numbers.e}
        encoded = {name: _encoded(each.to_bytes((each.bit_length() + 7) // 8, "big")) for name, each in parts.items()}
        return {"kty": "RSA", "alg": "RS256", "use": "sig", "kid": "one", **encoded}

    def token(self, seconds: float = 300, kid: str = "one", **claims: Any) -> str:
        """Return a signed token that lasts some seconds, with the claims of a CI job or others."""
        now = int(time.time())
        usual = {"iss": self.url, "aud": AUDIENCE, "sub": SUBJECT, "iat": now, "exp": now + int(seconds)}
        header = {"alg": "RS256", "typ": "JWT", "kid": kid}
        signed = ".".join(_encoded(json.dumps(part).encode()) for part in (header, {**usual, **claims}))
        return f"{signed}.{_encoded(self._key.sign(signed.encode(), PKCS1v15(), hashes.SHA256()))}"


def provider(aws: Any, url: str = GITHUB) -> str:
    """Create the provider in IAM and return its ARN."""
    made = aws.client("iam").create_open_id_connect_provider(Url=url, ClientIDList=[AUDIENCE])
    return str(made["OpenIDConnectProviderArn"])


def trust(arn: str, subject: str = SUBJECT) -> str:
    """Return the trust policy of a role for the jobs of one subject, which may have wildcards."""
    name = arn.partition("oidc-provider/")[2]
    conditions = {"StringEquals": {f"{name}:aud": AUDIENCE}, "StringLike": {f"{name}:sub": subject}}
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": arn},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": conditions,
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
