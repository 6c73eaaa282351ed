"""EC2 of the local AWS."""

from __future__ import annotations

import os

from ..core import serve

os.environ.setdefault("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")  # over a thousand unused images in each region


def register() -> None:
    """Replace moto's handler."""
    from .fields import add_fields
    from .responses import LocalEc2

    add_fields()
    serve("ec2", LocalEc2)
