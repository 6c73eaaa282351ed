"""STS of the local AWS: every key is the account's owner."""

from __future__ import annotations

from ..core import serve


def register() -> None:
    """Take over from moto's handler."""
    from .responses import LocalSts

    serve("sts", LocalSts)
