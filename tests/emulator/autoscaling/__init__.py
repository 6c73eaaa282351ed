"""autoscaling of the local AWS."""

from __future__ import annotations


def register() -> None:
    """Take over from moto's handler."""
