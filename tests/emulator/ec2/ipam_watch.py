"""What IPAM finds by itself: the blocks of VPCs, some minutes after they are made."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network
from typing import Any

from moto.ec2.models import ec2_backends


def vpc_cidrs(account: str, region: str) -> Iterator[tuple[Any, IPv4Network]]:
    """The blocks of the VPCs that IPAM knows in a region."""
    for vpc in ec2_backends[account][region].vpcs.values():
        if not hasattr(vpc, "discovery") or vpc.discovery.settled:
            yield vpc, IPv4Network(vpc.cidr_block)
