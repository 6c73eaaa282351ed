"""ec2 of the local AWS."""

from __future__ import annotations

import os

from ..core import serve

os.environ.setdefault("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")  # over a thousand images in each region that nobody starts


def register() -> None:
    """Take over from moto's handler."""
    from .responses import LocalEc2

    serve("ec2", LocalEc2)
