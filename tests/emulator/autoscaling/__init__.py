"""Application Auto Scaling in the local AWS, for the namespace ``dynamodb``."""

from __future__ import annotations

from ..core import serve


def register() -> None:
    """Register this handler instead of moto's."""
    from .responses import LocalAutoscalingResponse

    serve("applicationautoscaling", LocalAutoscalingResponse)
