"""The discovery of VPCs by IPAM, some minutes after their creation."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network
from typing import Any

from moto.ec2.models import ec2_backends


def vpc_cidrs(account: str, region: str) -> Iterator[tuple[Any, IPv4Network]]:
    """Yield the VPCs that IPAM has discovered in a region, with their blocks."""
    for vpc in ec2_backends[account][region].vpcs.values():
        if not hasattr(vpc, "discovery") or vpc.discovery.settled:
            yield vpc, IPv4Network(vpc.cidr_block)
