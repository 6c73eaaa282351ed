# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The network of a region as a grid: a row for each zone, a column for each tier."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.mtk.backend.plugins.module_utils.domain._values import UNKNOWN
from ansible_collections.mtk.backend.plugins.plugin_utils.topology.estate import Estate, Item

TIERS = ("public", "private", "database")
EVERYWHERE = ("0.0.0.0/0", "::/0")
INTERNET, NAT = "internet gateway", "NAT gateway"
_DESTINATIONS = ("destination_cidr_block", "destination_ipv6_cidr_block", "destination_prefix_list_id")


@dataclass(frozen=True)
class Route:
    """Hold where the traffic to a destination goes: ``0.0.0.0/0`` to ``NAT gateway``.

    The way names the zone of the gateway if it is another one.
    """

    destination: str
    target: str
    way: str  # internet gateway, NAT gateway or empty


@dataclass(frozen=True)
class Cell:
    """A subnet with its routes, and what runs in it. ``routes`` is None if the plan does not say where traffic goes."""

    subnet: Item
    routes: tuple[Route, ...] | None
    runs: tuple[Item, ...]


@dataclass(frozen=True)
class Zone:
    """A zone of a region, with its subnets by tier."""

    name: str
    cells: Mapping[str, tuple[Cell, ...]]


def tier(subnet: Item) -> str:
    """Return the tier of a subnet, from its tag or its name; ``other`` for a subnet without either."""
    tagged = str((subnet.state.get("tags") or {}).get("mtk:tier", ""))
    named = re.search(r"_(\w+?)_subnet$", subnet.name)
    found = tagged or (named[1].rsplit("_", 1)[-1] if named else "")
    return found if found in TIERS else "other"


def zones(estate: Estate, region: str) -> list[Zone]:
    """Return the zones of a region with their subnets, in the order of their names."""
    subnets = estate.of("ec2_subnet", region)
    names = sorted({subnet.zone() for subnet in subnets})
    return [_zone(estate, region, name, [each for each in subnets if each.zone() == name]) for name in names]


def _zone(estate: Estate, region: str, name: str, subnets: Iterable[Item]) -> Zone:
    cells: dict[str, tuple[Cell, ...]] = {}
    for subnet in subnets:
        column = tier(subnet)
        cell = Cell(subnet, routes(estate, subnet), _runs(estate, region, name, column))
        cells[column] = (*cells.get(column, ()), cell)
    return Zone(name, cells)


def _runs(estate: Estate, region: str, zone: str, column: str) -> tuple[Item, ...]:
    """Return what runs in a subnet: NAT gateways in the public one of a zone, instances in the one of the database."""
    kind = {"public": "ec2_nat_gateway", "database": "rds_instance"}.get(column, "")
    return tuple(each for each in estate.of(kind, region) if place_of(estate, each) == zone) if kind else ()


def place_of(estate: Estate, item: Item) -> str:
    """Return the zone of a NAT gateway or an instance: that of its subnet, or the one in its name."""
    subnet = item.known("subnet_id")
    found = [
        each.zone() for each in estate.of("ec2_subnet", item.region) if subnet and each.known("subnet_id") == subnet
    ]
    return found[0] if found else item.zone()


def routes(estate: Estate, subnet: Item) -> tuple[Route, ...] | None:
    """Return the routes of a subnet; None if the plan does not say which."""
    table = _table_of(estate, subnet)
    given = table.state.get("routes") if table else None
    if table is None or not isinstance(given, (list, tuple)):
        return None
    return tuple(_route(estate, subnet, each) for each in given)


def _table_of(estate: Estate, subnet: Item) -> Item | None:
    """Return the route table of a subnet: by id, or by name if AWS gives the ids during the apply."""
    tables = [each for each in estate.of("ec2_route_table", subnet.region) if each.action != "delete"]
    wanted = subnet.known("subnet_id")
    by_id = [each for each in tables if wanted and wanted in (each.state.get("subnet_ids") or ())]
    own = re.sub(r"subnet$", "route_table", subnet.name)
    names = (own, own.replace(f"_{subnet.zone()}_", "_", 1))
    by_name = [each for name in names for each in tables if each.name == name]
    return next(iter([*by_id, *by_name]), None)


def _route(estate: Estate, subnet: Item, route: Mapping[str, Any]) -> Route:
    destination = next((str(route[name]) for name in _DESTINATIONS if route.get(name)), "")
    key, value = next(((k, str(v)) for k, v in route.items() if k not in _DESTINATIONS and v), ("", ""))
    if key == "gateway_id" and (value == UNKNOWN or value.startswith("igw-")):
        return Route(destination, INTERNET, INTERNET)
    if key == "nat_gateway_id":
        zone = _zone_of_gateway(estate, subnet.region, value)
        return Route(destination, NAT if zone in ("", subnet.zone()) else f"{NAT} in {zone}", NAT)
    return Route(destination, value, "")


def _zone_of_gateway(estate: Estate, region: str, gateway_id: str) -> str:
    gateways = estate.of("ec2_nat_gateway", region)
    if gateway_id != UNKNOWN:
        gateways = [each for each in gateways if each.text("nat_gateway_id") == gateway_id]
    return place_of(estate, gateways[0]) if len(gateways) == 1 else ""


def ways(grid: Iterable[Zone]) -> dict[str, set[str]]:
    """Return the ways of the default routes of each tier: internet gateway, NAT gateway; empty without such routes.

    A tier whose routes are not known is not in the answer.
    """
    found: dict[str, set[str]] = {}
    for zone in grid:
        for name, cells in zone.cells.items():
            for cell in cells:
                if cell.routes is not None:
                    own = found.setdefault(name, set())
                    own |= {route.way or route.target for route in cell.routes if route.destination in EVERYWHERE}
    return found
