# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The layout of subnets in a VPC. A slot follows from the zone's id and the tier alone, so growth moves no subnet."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.mtk.backend.plugins.module_utils.domain._names import canonical_name
from ansible_collections.mtk.backend.plugins.module_utils.domain._values import UNKNOWN

TIERS = {"public": 0, "private": 1, "database": 2}
ZONE_SLOTS = 8
TIER_SLOTS = 4  # three tiers, and one slot that is kept free
SPLIT = 5  # bits: 8 zones x 4 tiers = 32 equal blocks
_SMALLEST_SUBNET = 28
# Zones with old hardware only: newer instance classes and several services are missing there.
LIMITED_ZONES = frozenset({"use1-az3", "usw1-az2", "cac1-az3"})
_ZONE_ID = re.compile(r"[a-z]+[0-9]+-az([0-9]+)")


@dataclass(frozen=True)
class Zone:
    """An availability zone. The name differs from account to account, the id does not."""

    zone_name: str
    zone_id: str

    @property
    def slot(self) -> int:
        """The slot, 0 to 7, from the number in the id. Raises ValueError for local and wavelength zones."""
        number = _ZONE_ID.fullmatch(self.zone_id)
        slot = int(number[1]) - 1 if number else -1
        if not 0 <= slot < ZONE_SLOTS:
            raise ValueError(f"zone id '{self.zone_id}' is not that of an availability zone 1 to {ZONE_SLOTS}")
        return slot


@dataclass(frozen=True)
class Subnet:
    """One subnet of the layout."""

    tier: str
    zone: str
    zone_id: str
    cidr: str
    name: str


def subnet_layout(
    vpc_cidr: str, zones: Iterable[Zone], tiers: Iterable[str], environment: str, region: str
) -> list[Subnet]:
    """Return the subnets of ``tiers`` in ``zones``, each at its fixed place in ``vpc_cidr``.

    The CIDRs are unknown if ``vpc_cidr`` is. Raise ValueError for an unknown tier or zone, two zones in one slot, and a
    VPC too small for 32 subnets.
    """
    wanted, base = list(zones), _blocks(vpc_cidr)
    if len({zone.slot for zone in wanted}) < len(wanted):
        raise ValueError(f"zones share a slot: {', '.join(zone.zone_id for zone in wanted)}")
    return [
        Subnet(
            tier,
            zone.zone_name,
            zone.zone_id,
            _block(base, _tier(tier), zone.slot),
            _name(tier, zone, environment, region),
        )
        for tier in tiers
        for zone in wanted
    ]


def choose_zones(available: Iterable[Mapping[str, Any]], count: int, names: Sequence[str] = ()) -> list[Zone]:
    """Return the zones to use: the zones called ``names``, or the first ``count`` by id.

    ``available`` is the answer of DescribeAvailabilityZones. Local zones, wavelength zones and zones that need an
    opt-in are left out. :data:`LIMITED_ZONES` are used only if they are named. Raise ValueError if the region offers
    too few.
    """
    offered = offered_zones(available)
    missing = [name for name in names if name not in {zone.zone_name for zone in offered}]
    if missing:
        raise ValueError(f"zones {', '.join(missing)} are not offered; the region has: {listed(offered)}")
    if names:
        by_name = {zone.zone_name: zone for zone in offered}
        return [by_name[name] for name in dict.fromkeys(names)]
    usable = [zone for zone in offered if zone.zone_id not in LIMITED_ZONES]
    if not 1 <= count <= len(usable):
        limited = [zone for zone in offered if zone not in usable]
        rest = f"; {listed(limited)} lacks services and is used only if named" if limited else ""
        raise ValueError(f"{count} zones are wanted; the region has {len(usable)}: {listed(usable)}{rest}")
    return usable[:count]


def offered_zones(available: Iterable[Mapping[str, Any]]) -> list[Zone]:
    """Return the zones that a network can use, in the order of their ids."""
    zones = [Zone(str(z["zone_name"]), str(z["zone_id"])) for z in available if _is_plain(z)]
    return sorted(zones, key=lambda zone: zone.slot)


def listed(zones: Iterable[Zone]) -> str:
    """Return zones as a text: ``us-east-1b (use1-az1), us-east-1c (use1-az2)``."""
    return ", ".join(f"{zone.zone_name} ({zone.zone_id})" for zone in zones) or "none"


def _is_plain(zone: Mapping[str, Any]) -> bool:
    return bool(
        zone.get("zone_type", "availability-zone") == "availability-zone"
        and zone.get("opt_in_status", "opt-in-not-required") == "opt-in-not-required"
        and zone.get("state", "available") == "available"
    )


def _tier(tier: str) -> int:
    if tier not in TIERS:
        raise ValueError(f"there is no tier '{tier}'; the tiers are {', '.join(TIERS)}")
    return TIERS[tier]


def _blocks(vpc_cidr: str) -> ipaddress.IPv4Network | None:
    if vpc_cidr == UNKNOWN:
        return None
    network = ipaddress.IPv4Network(vpc_cidr)
    if network.prefixlen + SPLIT > _SMALLEST_SUBNET:
        raise ValueError(
            f"{vpc_cidr} is too small for {2**SPLIT} subnets: it needs /{_SMALLEST_SUBNET - SPLIT} or larger"
        )
    return network


def _block(network: ipaddress.IPv4Network | None, tier: int, zone: int) -> str:
    if network is None:
        return UNKNOWN
    prefix = network.prefixlen + SPLIT
    first = int(network.network_address) + (tier * ZONE_SLOTS + zone) * 2 ** (32 - prefix)
    return str(ipaddress.IPv4Network((first, prefix)))


def _name(tier: str, zone: Zone, environment: str, region: str) -> str:
    return canonical_name(f"{tier}_subnet", environment, region, zone.zone_name)
