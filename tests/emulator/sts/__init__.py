"""STS of the local AWS: callers, roles and sessions."""

from __future__ import annotations

from ..core import serve


def register() -> None:
    """Replace moto's handler."""
    from .responses import LocalSts

    serve("sts", LocalSts)
