"""Application Auto Scaling of the local AWS, for the namespace ``dynamodb``."""

from __future__ import annotations

from ..core import serve


def register() -> None:
    """Take over from moto's handler."""
    from .responses import LocalAutoscalingResponse

    serve("applicationautoscaling", LocalAutoscalingResponse)
