"""CloudWatch of the local AWS: moto's handler, with AWS's checks of alarms and its view of metrics."""

from __future__ import annotations

from ..core import serve


def register() -> None:
    """Replace moto's handler."""
    from .responses import LocalCloudWatch

    serve("cloudwatch", LocalCloudWatch)
