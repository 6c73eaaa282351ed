# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rules of what a user adds to the network of the role ipam_vpc: routes, security group rules, policies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.mtk.backend.plugins.module_utils.domain import _routes
from ansible_collections.mtk.backend.plugins.module_utils.domain._limits import canonical_block, network
from ansible_collections.mtk.backend.plugins.module_utils.domain._rules_network import security_group_rule
from ansible_collections.mtk.backend.plugins.module_utils.domain._setting import (
    MISSING,
    Fault,
    Rule,
    did_you_mean,
    shown,
)

TIERS = ("public", "private", "database")
GROUPS = ("application", "database")
DIRECTIONS = ("ingress", "egress")
SERVICES = ("s3", "dynamodb")
# The destinations and targets of a route, with their descriptions.
ROUTE = {
    "destination_cidr_block": "The IPv4 destination.",
    "destination_ipv6_cidr_block": "The IPv6 destination.",
    "destination_prefix_list_id": "The prefix list with the destinations.",
    "transit_gateway_id": "The target, a transit gateway.",
    "vpc_peering_connection_id": "The target, a VPC peering connection.",
    "nat_gateway_id": "The target, a NAT gateway.",
    "gateway_id": "The target, an internet gateway or a virtual private gateway.",
    "network_interface_id": "The target, a network interface.",
    "egress_only_internet_gateway_id": "The target, an egress-only internet gateway.",
    "vpc_endpoint_id": "The target, a Gateway Load Balancer endpoint.",
    "core_network_arn": "The target, a core network of Cloud WAN.",
    "carrier_gateway_id": "The target, a carrier gateway.",
    "local_gateway_id": "The target, a local gateway of an Outpost.",
    "odb_network_arn": "The target, an ODB network.",
}
_PREFIXES = {
    "destination_prefix_list_id": ("pl-",),
    "transit_gateway_id": ("tgw-",),
    "vpc_peering_connection_id": ("pcx-",),
    "nat_gateway_id": ("nat-",),
    "gateway_id": ("igw-", "vgw-"),
    "network_interface_id": ("eni-",),
    "egress_only_internet_gateway_id": ("eigw-",),
    "vpc_endpoint_id": ("vpce-",),
    "core_network_arn": ("arn:",),
    "carrier_gateway_id": ("cagw-",),
    "local_gateway_id": ("lgw-",),
    "odb_network_arn": ("arn:",),
}
_TARGETS = tuple(name for name in ROUTE if name not in _routes.DESTINATIONS)


def routes(name: str, value: Sequence[Mapping[str, Any]]) -> Iterator[Fault]:
    """Return the faults of the extra routes."""
    for index, route in enumerate(value):
        path = f"{name}[{index}]"
        yield from _keys(path, route, ("tier", "region", "zone", *ROUTE), "a route")
        yield from _choice(path, route, "tier", TIERS)
        yield from _exactly_one(path, route, _routes.DESTINATIONS, "destination")
        yield from _exactly_one(path, route, _TARGETS, "target")
        if route.get("zone") and route.get("tier") != "private":
            rule = "only the tier private has a route table in each zone"
            yield Fault({f"{path}.zone": route["zone"]}, rule, "Remove the zone.")
        yield from _values(path, route)


def rules(name: str, value: Sequence[Mapping[str, Any]]) -> Iterator[Fault]:
    """Return the faults of the extra rules of the security groups."""
    for index, rule in enumerate(value):
        path = f"{name}[{index}]"
        yield from _choice(path, rule, "group", GROUPS)
        yield from _choice(path, rule, "direction", DIRECTIONS)
        own = {key: content for key, content in rule.items() if key not in ("group", "direction", "region")}
        yield from security_group_rule(path, own)


def endpoint_policies(name: str, value: Mapping[str, Any]) -> Iterator[Fault]:
    """Return the faults of the policies of the gateway endpoints."""
    for service, policy in value.items():
        if service not in SERVICES:
            yield Fault(
                {f"{name}.{service}": MISSING}, "is not a gateway endpoint", "The services are s3 and dynamodb."
            )
        elif not isinstance(policy, Mapping) or "Statement" not in policy:
            rule = "a policy is a dictionary with Statement"
            yield Fault({f"{name}.{service}": policy}, rule, "Correct the policy, or remove it for full access.")


def _keys(path: str, item: Mapping[str, Any], known: Iterable[str], what: str) -> Iterator[Fault]:
    names = list(known)
    for key in item:
        if key not in names:
            near = did_you_mean(str(key), names)
            remedy = f"Did you mean {near}?" if near else f"The keys are {', '.join(names)}."
            yield Fault({f"{path}.{key}": MISSING}, f"is not a key of {what}", remedy)


def _choice(path: str, item: Mapping[str, Any], key: str, choices: Sequence[str]) -> Iterator[Fault]:
    if item.get(key) not in choices:
        listed = ", ".join(choices)
        yield Fault({f"{path}.{key}": item.get(key)}, f"the allowed values are {listed}", "Set it to one of these.")


def _exactly_one(path: str, route: Mapping[str, Any], names: Sequence[str], what: str) -> Iterator[Fault]:
    if sum(bool(route.get(name)) for name in names) != 1:
        yield Fault({path: dict(route)}, f"a route has exactly one {what}", f"Give one of {', '.join(names)}.")


def _values(path: str, route: Mapping[str, Any]) -> Iterator[Fault]:
    for key, version in (("destination_cidr_block", 4), ("destination_ipv6_cidr_block", 6)):
        block = network(route[key]) if "/" in str(route.get(key)) else None
        if route.get(key) and (block is None or block.version != version):
            remedy = "Write it as 192.168.0.0/16." if version == 4 else "Write it as 2001:db8::/32."
            yield Fault({f"{path}.{key}": route[key]}, f"it is not an IPv{version} CIDR block", remedy)
    for key, prefixes in _PREFIXES.items():
        if route.get(key) and not str(route[key]).startswith(prefixes):
            words = " or ".join(prefixes)
            yield Fault({f"{path}.{key}": route[key]}, f"AWS's value begins with {words}", "Correct it.")


def _default_routes(declared: Sequence[Mapping[str, Any]], mode: str) -> Iterator[Fault]:
    """Return the faults of routes to destinations that the role itself routes."""
    for index, route in enumerate(declared):
        where = canonical_block(route.get("destination_cidr_block") or "")
        ours = route.get("tier") == "public" or (route.get("tier") == "private" and mode != "none")
        if where == "0.0.0.0/0" and ours:
            remedy = (
                "Remove it." if route["tier"] == "public" else "Set ipam_vpc_nat_gateway_mode to none, or remove it."
            )
            values = {f"ipam_vpc_extra_routes[{index}].destination_cidr_block": where}
            yield Fault(values, f"the role itself routes {shown(where)} of the tier {route['tier']}", remedy)


RULES: tuple[Rule, ...] = ((("ipam_vpc_extra_routes", "ipam_vpc_nat_gateway_mode"), _default_routes),)
