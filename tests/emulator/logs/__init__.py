"""CloudWatch Logs of the local AWS."""

from __future__ import annotations

from ..core import serve


def register() -> None:
    """Replace moto's handler."""
    from .responses import LocalLogs

    serve("logs", LocalLogs)
