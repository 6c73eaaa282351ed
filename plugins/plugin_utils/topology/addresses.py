# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The address map: blocks in blocks, from the top block to the subnets, with what is free between them."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass, field

from ansible_collections.mtk.backend.plugins.plugin_utils.topology.estate import Estate, Item

Network = ipaddress.IPv4Network
# A VPC may have the whole block of its pool: the order says which one contains the other.
_ORDER = ("pool", "reservation", "vpc", "subnet")


@dataclass
class Block:
    """A CIDR block, with the blocks in it. ``region`` is the one of a regional pool."""

    network: Network
    name: str
    kind: str  # pool, reservation, vpc or subnet
    item: Item
    region: str = ""
    children: list[Block] = field(default_factory=list)

    def gaps(self) -> list[Network]:
        """Return what no block in this one uses, as few blocks, in order."""
        free = [self.network]
        for child in self.children:
            free = [part for each in free for part in _without(each, child.network)]
        return sorted(free)

    def share(self) -> float:
        """Return the used part of the block, from 0 to 1."""
        return sum(child.network.num_addresses for child in self.children) / self.network.num_addresses

    def span(self, network: Network) -> tuple[float, float]:
        """Return where a block in this one begins, and its width, as parts of this one.

        >>> block.span(ipaddress.ip_network("10.128.0.0/9"))  # block is 10.0.0.0/8
        (0.5, 0.5)
        """
        whole = self.network.num_addresses
        begin = int(network.network_address) - int(self.network.network_address)
        return begin / whole, network.num_addresses / whole


def _without(network: Network, used: Network) -> list[Network]:
    if not network.overlaps(used):
        return [network]
    return list(network.address_exclude(used)) if used.subnet_of(network) and used != network else []


def tree(estate: Estate) -> list[Block]:
    """Return the outermost blocks of an environment, with all others in them."""
    blocks = sorted(_blocks(estate), key=_position)
    roots: list[Block] = []
    open_blocks: list[Block] = []
    for block in blocks:
        while open_blocks and not block.network.subnet_of(open_blocks[-1].network):
            open_blocks.pop()
        (open_blocks[-1].children if open_blocks else roots).append(block)
        open_blocks.append(block)
    return roots


def _position(block: Block) -> tuple[int, int, int, str]:
    network = block.network
    return int(network.network_address), network.prefixlen, _ORDER.index(block.kind), block.name


def _blocks(estate: Estate) -> Iterable[Block]:
    locales = {pool.name: pool.known("locale") for pool in estate.of("ec2_ipam_pool")}
    for item in estate.items:
        if item.resource == "ec2_ipam_pool_cidr":
            name, _space, cidr = item.name.partition(" ")
            yield from _block(item.known("cidr") or cidr, name, "pool", item, locales.get(name, ""))
        elif item.resource == "ec2_ipam_pool_allocation":
            yield from _block(item.known("cidr") or item.name.rpartition(" ")[2], item.name, "reservation", item)
        elif item.resource in ("ec2_vpc", "ec2_subnet"):
            yield from _block(item.known("cidr_block"), item.name, item.resource.removeprefix("ec2_"), item)


def _block(cidr: str, name: str, kind: str, item: Item, region: str = "") -> Iterable[Block]:
    try:
        yield Block(Network(cidr), name, kind, item, region)
    except ValueError:  # a block that AWS chooses during the apply
        return


def walk(blocks: Iterable[Block]) -> Iterable[Block]:
    """Yield blocks and all blocks in them, the outer ones first."""
    for block in blocks:
        yield block
        yield from walk(block.children)


def pending(estate: Estate) -> list[Item]:
    """Return the VPCs whose block AWS chooses during the apply."""
    return [vpc for vpc in estate.of("ec2_vpc") if vpc.action != "delete" and not vpc.known("cidr_block")]
