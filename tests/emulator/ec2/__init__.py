"""EC2 of the local AWS."""

from __future__ import annotations

import os
from typing import Any

from ..core import arn_of, serve

os.environ.setdefault("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")  # over a thousand unused images in each region


def register() -> None:
    """Replace moto's handler, and the ARNs that name the partition ``aws`` everywhere."""
    from moto.ec2.models.security_groups import SecurityGroup
    from moto.ec2.models.subnets import Subnet

    from .fields import add_fields
    from .responses import LocalEc2

    Subnet.arn = _arn("subnet")
    SecurityGroup.arn = _arn("security-group")
    add_fields()
    serve("ec2", LocalEc2)


def _arn(kind: str) -> property:
    def arn(resource: Any) -> str:
        return arn_of(resource.ec2_backend, "ec2", f"{kind}/{resource.id}")

    return property(arn, lambda resource, value: None)
