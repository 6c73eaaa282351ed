"""KMS of the local AWS: moto's handler, with AWS's key states, rotation periods and alias rules."""

from __future__ import annotations

from ..core import serve
from .keys import find_key
from .responses import LocalKmsResponse

__all__ = ["find_key", "register"]


def register() -> None:
    """Replace moto's handler."""
    serve("kms", LocalKmsResponse)
