"""CloudWatch of the local AWS: moto's, with AWS's checks of alarms and its view of metrics."""

from __future__ import annotations

from ..core import serve


def register() -> None:
    """Take over from moto's handler."""
    from .responses import LocalCloudWatch

    serve("cloudwatch", LocalCloudWatch)
