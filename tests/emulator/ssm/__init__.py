"""Parameter Store of the local AWS: moto's handler with AWS's limits, for parameters of type String and StringList."""

from __future__ import annotations

from ..core import serve


def register() -> None:
    """Replace moto's handler."""
    from .responses import LocalParameters

    serve("ssm", LocalParameters)
