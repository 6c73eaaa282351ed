# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Routes of a route table: destination, target, and which of them somebody else may have added. Pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.mtk.backend.plugins.module_utils.domain._limits import canonical_block

Route = dict[str, Any]

DESTINATIONS = ("destination_cidr_block", "destination_ipv6_cidr_block", "destination_prefix_list_id")
TARGETS = (
    "nat_gateway_id",
    "egress_only_internet_gateway_id",
    "transit_gateway_id",
    "vpc_peering_connection_id",
    "network_interface_id",
    "carrier_gateway_id",
    "core_network_arn",
    "local_gateway_id",
    "odb_network_arn",
    "vpc_endpoint_id",
    "gateway_id",
)
DEFAULT = ("0.0.0.0/0", "::/0")
# What AWS returns beside destination and target. A NAT instance is shown by its network interface, too.
_BESIDE = {*DESTINATIONS, "origin", "state", "instance_id", "instance_owner_id", "ip_address"}


def is_created(route: Mapping[str, Any]) -> bool:
    """Return whether a call created a route: it is not local, not a gateway endpoint's and not propagated."""
    gateway, created = str(route.get("gateway_id")), route.get("origin", "CreateRoute") == "CreateRoute"
    of_endpoint = gateway.startswith("vpce-") and bool(route.get("destination_prefix_list_id"))
    return created and gateway != "local" and not of_endpoint


def destination(route: Mapping[str, Any]) -> Route:
    """Return the destination of a route."""
    return {name: route[name] for name in DESTINATIONS if route.get(name)}


def key(route: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    """Return what identifies a route in its table: the destination, as AWS writes it."""
    return tuple(sorted(destination(plain(route)).items()))


def plain(route: Mapping[str, Any]) -> Route:
    """Return a route as its destination, as AWS writes it, and its one target, also one that is new to this file.

    >>> plain({"destination_cidr_block": "10.1.2.3/16", "gateway_id": "igw-1", "state": "active"})
    {'destination_cidr_block': '10.1.0.0/16', 'gateway_id': 'igw-1'}
    """
    where = {name: canonical_block(value) for name, value in destination(route).items()}
    known = [name for name in TARGETS if route.get(name)][:1]
    names = known or [name for name in route if name not in _BESIDE and route[name]]
    targets = {name: route[name] for name in names}
    if str(targets.get("gateway_id")).startswith("vpce-"):  # AWS shows the endpoint of a firewall as a gateway
        targets = {"vpc_endpoint_id": targets["gateway_id"]}
    return {**where, **targets}


def by_destination(routes: Iterable[Route]) -> list[Route]:
    """Return routes in a stable order."""
    return sorted(routes, key=key)


def default_gateway(route: Mapping[str, Any]) -> str:
    """Return the id of the internet or NAT gateway of a default route; empty for any other route."""
    if not set(destination(route).values()) & set(DEFAULT):
        return ""
    gateway = str(route.get("gateway_id") or "")
    return str(route.get("nat_gateway_id") or (gateway if gateway.startswith("igw-") else ""))


_PLACE = ("tier", "region", "zone")


def extra_routes(declared: Iterable[Mapping[str, Any]], tier: str, region: str, zone: str = "") -> list[Route]:
    """Return the declared routes of the tables of a tier, in a region and zone, in the form of ec2_route_table."""
    here = {"tier": tier, "region": region, "zone": zone}
    found = [route for route in declared if all(route.get(name) in (None, "", here[name]) for name in _PLACE)]
    return [{name: value for name, value in route.items() if name not in _PLACE} for route in found]


_SCOPE = ("group", "direction", "region")


def extra_rules(declared: Iterable[Mapping[str, Any]], group: str, direction: str, region: str) -> list[dict[str, Any]]:
    """Return the declared rules of a security group in one direction, in the form of ec2_security_group."""
    here = {"group": group, "direction": direction, "region": region}
    found = [rule for rule in declared if all(rule.get(name) in (None, "", here[name]) for name in _SCOPE)]
    return [{name: value for name, value in rule.items() if name not in _SCOPE} for rule in found]
