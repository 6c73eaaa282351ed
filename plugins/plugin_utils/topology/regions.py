# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The cards of the regions: network, database, table and what supports them."""

from __future__ import annotations

from collections.abc import Iterable

from ansible_collections.mtk.backend.plugins.plugin_utils.topology import data, network
from ansible_collections.mtk.backend.plugins.plugin_utils.topology.elements import Child, element
from ansible_collections.mtk.backend.plugins.plugin_utils.topology.estate import GLOBAL, Estate, Item
from ansible_collections.mtk.backend.plugins.plugin_utils.topology.signs import (
    address,
    badge,
    counts,
    named,
    section,
)

_TIER_TITLES = {"public": "Public", "private": "Private", "database": "Database", "other": "Other"}


def regions(estate: Estate, mode: str) -> Child:
    """Return the section with a card for each region."""
    cards = [_card(estate, region, mode) for region in estate.regions]
    shared = [each for each in estate.items if each.region == GLOBAL and each.place != "database"]
    worldwide = element(
        "article",
        element("h3", "All regions ", counts((each.entry for each in shared), mode)),
        _list(shared, mode),
        class_="card",
    )
    return section("Regions", element("div", cards, worldwide if shared else None, class_="cards"), id="regions")


def role(estate: Estate, region: str) -> str:
    """Return primary for the region that manages what spans regions, and secondary for the others."""
    return ("primary" if region == estate.home else "secondary") if estate.home else ""


def _card(estate: Estate, region: str, mode: str) -> Child:
    own = [each for each in estate.items if each.region == region and each.place != "addresses"]
    word = role(estate, region)
    heading = element(
        "h3", region, element("span", word, class_="role") if word else None, counts((i.entry for i in own), mode)
    )
    body = [_network(estate, region, mode), data.database(estate, region, mode), data.table(estate, region, mode)]
    supporting = [each for each in own if each.place in ("supporting", "other")]
    if supporting:
        title = element("summary", f"Keys, logs, secrets and parameters ({len(supporting)}) ", _few(supporting, mode))
        body.append(element("details", title, _list(supporting, mode)))
    empty = element("p", "No resource of this environment is planned or found in this region.", class_="quiet")
    return element("article", heading, body if own else empty, class_="card", id=f"region-{region}")


def _few(items: Iterable[Item], mode: str) -> Child:
    return counts((each.entry for each in items), mode)


def _list(items: Iterable[Item], mode: str) -> Child:
    rows = [element("li", element("span", i.resource, class_="type"), " ", named(i, mode, _fact(i))) for i in items]
    return element("ul", rows, class_="plain")


def _fact(item: Item) -> Child:
    if item.resource == "logs_log_group" and item.known("retention_in_days"):
        return element("span", f"kept {item.known('retention_in_days')} days", class_="quiet")
    if item.resource == "kms_key" and item.state.get("enable_key_rotation"):
        return element("span", "rotated", class_="quiet")
    return None


def _network(estate: Estate, region: str, mode: str) -> Child:
    vpcs, grid = estate.of("ec2_vpc", region), network.zones(estate, region)
    if not vpcs and not grid:
        return element("p", "No network in this region.", class_="quiet") if _others(estate, region) else None
    title = [
        [element("h4", "VPC ", named(v, mode), " ", address(v, "cidr_block", "ipv4_netmask_length"))] for v in vpcs
    ]
    kinds = ("ec2_internet_gateway", "ec2_vpc_endpoint", "ec2_flow_log")
    more = [each for kind in kinds for each in estate.of(kind, region)]
    more += [each for each in estate.of("ec2_route_table", region) if each.action != "none"]
    unknown = any(cell.routes is None for zone in grid for cells in zone.cells.values() for cell in cells)
    note = element("p", "The routes are not in this plan.", class_="quiet") if unknown else None
    return [
        title,
        _grid(estate, grid, region, mode),
        note,
        element("ul", [_part(each, mode) for each in more], class_="chips"),
    ]


def _others(estate: Estate, region: str) -> bool:
    return any(each.region == region and each.place in ("database", "table") for each in estate.items)


def _part(item: Item, mode: str) -> Child:
    service, traffic = item.known("service_name").rpartition(".")[2], item.known("traffic_type")
    words = {
        "ec2_internet_gateway": "Internet gateway",
        "ec2_vpc_endpoint": f"{service} endpoint" if service else item.name,
        "ec2_flow_log": f"Flow log of {traffic.lower()} traffic" if traffic else "Flow log",
        "ec2_route_table": f"Route table {_inner(item)}",
    }
    return element("li", badge(item.action, mode), words[item.resource], title=item.name)


def _inner(item: Item) -> str:
    """Return the name of a route table without what all names of its region have in common.

    ``prod_us-east-1_database_route_table`` becomes ``database``.
    """
    return item.name.partition(f"_{item.region}_")[2].removesuffix("_route_table") or item.name


def _grid(estate: Estate, grid: list[network.Zone], region: str, mode: str) -> Child:
    columns = [name for name in _TIER_TITLES if any(name in zone.cells for zone in grid)]
    head = element(
        "tr", element("th", "Zone", scope="col"), [element("th", _TIER_TITLES[c], scope="col") for c in columns]
    )
    rows = [
        element(
            "tr",
            element("th", zone.name, scope="row"),
            [_cell(estate, zone.cells.get(c, ()), c, mode) for c in columns],
        )
        for zone in grid
    ]
    caption = element("caption", f"Subnets in {region}: a row for each zone, a column for each tier", class_="sr")
    return element("table", caption, element("thead", head), element("tbody", rows), class_="grid") if grid else None


def _cell(estate: Estate, cells: Iterable[network.Cell], column: str, mode: str) -> Child:
    found = [
        element(
            "div",
            element("div", badge(cell.subnet.action, mode), address(cell.subnet, "cidr_block"), title=cell.subnet.name),
            _routes(cell.routes),
            [_runs(estate, each, mode) for each in cell.runs],
            class_="subnet",
        )
        for cell in cells
    ]
    return element("td", found, class_=f"tier {column}", data_tier=_TIER_TITLES[column])


def _routes(routes: Iterable[network.Route] | None) -> Child:
    if routes is None:
        return None
    lines = [element("div", _destination(r.destination), f" via {r.target}", class_="route") for r in routes]
    local = element("div", "inside the VPC only", class_="route quiet")
    return lines or local


def _destination(destination: str) -> str:
    return "Internet" if destination in network.EVERYWHERE else destination


def _runs(estate: Estate, item: Item, mode: str) -> Child:
    if item.resource == "ec2_nat_gateway":
        return element(
            "div",
            badge(item.action, mode),
            "NAT ",
            element("code", item.known("public_ip")),
            class_="runs nat",
            title=item.name,
        )
    return data.instance(estate, item, mode)
