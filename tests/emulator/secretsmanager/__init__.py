"""Secrets Manager of the local AWS: moto's, with keys and states of replicas, and what AWS refuses."""

from __future__ import annotations

from ..core import serve
from .responses import SecretsResponse


def register() -> None:
    """Take over from moto's handler."""
    serve("secretsmanager", SecretsResponse)
