"""Secrets Manager of the local AWS: moto's handler, with keys and states of replicas and AWS's refusals."""

from __future__ import annotations

from ..core import serve
from .responses import SecretsResponse


def register() -> None:
    """Replace moto's handler."""
    serve("secretsmanager", SecretsResponse)
