"""The certificate authorities of RDS, and the server certificates that they sign."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

from moto.core.responses import ActionResult

from ..core import AwsError
from .base import Calls
from .engine import CA_CERTIFICATES
from .models import RdsBackend
from .resources import now

# AWS created the authorities in May 2021, in each Region at another second. The default one is valid for 40 years.
_FROM = datetime(2021, 5, 24, 22, 0, tzinfo=UTC)
_SERVER_LIFE = timedelta(days=365)


def require(name: str) -> str:
    """Return the identifier of a certificate authority in lower case."""
    if name.lower() not in CA_CERTIFICATES:
        raise AwsError("CertificateNotFound", f"Certificate {name} not found.")
    return name.lower()


def server_certificate(name: str, created: datetime) -> dict[str, Any]:
    """Return the server certificate of an instance. RDS renews it when half of its year is over."""
    half = _SERVER_LIFE / 2
    issued = created + (now() - created) // half * half
    return {"CAIdentifier": name, "ValidTill": issued + _SERVER_LIFE}


def _describe(backend: RdsBackend, name: str) -> dict[str, Any]:
    arn = f"arn:{backend.partition}:rds:{backend.region_name}::cert:{name}"
    return {
        "CertificateIdentifier": name,
        "CertificateType": "CA",
        "Thumbprint": hashlib.sha1(arn.encode(), usedforsecurity=False).hexdigest(),
        "ValidFrom": _FROM,
        "ValidTill": _FROM.replace(year=2061 if name == CA_CERTIFICATES[0] else 2121, hour=23),
        "CertificateArn": arn,
        "CustomerOverride": False,
    }


class CertificateCalls(Calls):
    """List the certificate authorities."""

    def describe_certificates(self) -> ActionResult:
        name = self.params.get("CertificateIdentifier")
        names = [require(name)] if name else CA_CERTIFICATES
        page: Any = self.page("Certificates", [_describe(self.backend, each) for each in names])
        return ActionResult({**page.result, "DefaultCertificateForNewLaunches": CA_CERTIFICATES[0]})
