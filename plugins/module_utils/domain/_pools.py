# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The address plan: a block for each region, in it a block for each environment, each in a slot that never moves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network

from ansible_collections.mtk.backend.plugins.module_utils.domain._names import canonical_name

SHARED = "shared"  # the environment of pools that all environments use


class PlanError(ValueError):
    """A fault of an address plan. The message names the variable, the value and the remedy."""


@dataclass(frozen=True)
class Pool:
    """A pool of the plan. ``environment`` is ``shared`` for a pool of all, ``locale`` is empty for any region."""

    name: str
    source_name: str | None
    environment: str
    locale: str
    cidr: str
    description: str

    @property
    def network(self) -> IPv4Network:
        """The block as a network."""
        return IPv4Network(self.cidr)


@dataclass(frozen=True)
class Reservation:
    """A block that no resource may get, its pool, and the environment of that pool."""

    pool_name: str
    environment: str
    cidr: str
    description: str


@dataclass(frozen=True)
class AddressPlan:
    """All regions and environments with their slots. A slot is a number, counted from 0."""

    top_cidr: str
    region_slots: Mapping[str, int]
    environment_slots: Mapping[str, int]
    region_prefix: int = 12
    environment_prefix: int = 14

    def pools(self, environment: str, regions: Iterable[str]) -> list[Pool]:
        """Return the pools of one environment and their sources, parent before child."""
        self._every_pool()  # reports a wrong slot of any environment before anything is created
        shared = [self._region_pool(region) for region in regions]
        return [self._top(), *shared, *(self._environment_pool(environment, region) for region in shared)]

    def reservations(
        self, environment: str, regions: Sequence[str], blocks: Iterable[Mapping[str, str]]
    ) -> list[Reservation]:
        """Return the reservations for ``blocks`` (cidr, description), each in the smallest pool that holds it.

        A block in a pool of another environment or region is left to the run that manages that pool.
        """
        own = {pool.name for pool in self.pools(environment, regions)}
        every = self._every_pool()
        found = [(self._holder(every, block["cidr"]), block) for block in blocks]
        return [
            Reservation(
                pool.name, pool.environment, block["cidr"], block.get("description") or f"Reserved: {block['cidr']}"
            )
            for pool, block in found
            if pool.name in own
        ]

    def covered(self, cidr: str) -> list[Pool]:
        """Return the pools that overlap a block without containing it."""
        block = IPv4Network(cidr)
        return [p for p in self._every_pool() if p.network.overlaps(block) and not block.subnet_of(p.network)]

    def _top(self) -> Pool:
        network = _network(self.top_cidr, "top_cidr")
        if SHARED in self.environment_slots:
            raise PlanError(f"environment_slots: an environment cannot be named '{SHARED}': choose another name")
        name = canonical_name("ipam_top_pool", SHARED)
        return Pool(name, None, SHARED, "", str(network), "All addresses")

    def _region_pool(self, region: str) -> Pool:
        top = self._top()
        slot = _slot(self.region_slots, region, "region_slots")
        block = _block(top.network, self.region_prefix, slot, f"region_slots: {region}", "region_prefix")
        name = canonical_name("ipam_pool", SHARED, region)
        return Pool(name, top.name, SHARED, region, str(block), f"Addresses of {region}")

    def _environment_pool(self, environment: str, region: Pool) -> Pool:
        slot = _slot(self.environment_slots, environment, "environment_slots")
        what = f"environment_slots: {environment}"
        block = _block(region.network, self.environment_prefix, slot, what, "environment_prefix")
        name = canonical_name("ipam_pool", environment, region.locale)
        text = f"Addresses of {environment} in {region.locale}"
        return Pool(name, region.name, environment, region.locale, str(block), text)

    def _every_pool(self) -> list[Pool]:
        regions = [self._region_pool(region) for region in self.region_slots]
        return [
            self._top(),
            *regions,
            *(self._environment_pool(name, r) for r in regions for name in self.environment_slots),
        ]

    def _holder(self, pools: Iterable[Pool], cidr: str) -> Pool:
        network = _network(cidr, "reserved_cidrs")
        met = [pool for pool in pools if pool.network.overlaps(network)]
        holders = [pool for pool in met if network.subnet_of(pool.network)]
        if not holders:
            raise PlanError(
                f"reserved_cidrs: {cidr} is not inside {self.top_cidr}: leave it out, no network can get it"
            )
        if len(met) > len(holders):
            parts = ", ".join(f"{pool.name} ({pool.cidr})" for pool in met if pool not in holders)
            raise PlanError(f"reserved_cidrs: {cidr} covers {parts}: remove that slot, or reserve the block in parts")
        return max(holders, key=lambda pool: pool.network.prefixlen)


def _network(cidr: str, variable: str) -> IPv4Network:
    try:
        return IPv4Network(cidr)
    except ValueError as error:
        raise PlanError(f"{variable}: {error}. Write an IPv4 block as 10.0.0.0/8.") from error


def _slot(slots: Mapping[str, int], name: str, variable: str) -> int:
    if name not in slots:
        raise PlanError(
            f"{variable}: there is no slot for '{name}': add it with the next free number, and never change that number"
        )
    owners = [other for other, slot in slots.items() if slot == slots[name]]
    if len(owners) > 1:
        raise PlanError(
            f"{variable}: {', '.join(owners)} have the same slot {slots[name]}: give the newer one another number"
        )
    return slots[name]


def _block(parent: IPv4Network, prefix: int, slot: int, what: str, variable: str) -> IPv4Network:
    if not parent.prefixlen <= prefix <= 32:
        raise PlanError(f"{variable}: /{prefix} does not fit into {parent}: it must be {parent.prefixlen} to 32")
    count = 1 << (prefix - parent.prefixlen)
    if not 0 <= slot < count:
        raise PlanError(
            f"{what}: slot {slot} is out of range: {parent} holds {count} blocks /{prefix}, 0 to {count - 1}"
        )
    return IPv4Network((int(parent.network_address) + (slot << (32 - prefix)), prefix))
