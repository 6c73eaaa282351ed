# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Limits of EC2: rules of security groups, routes, and the lengths of blocks in IPAM pools."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from ansible_collections.mtk.backend.plugins.module_utils.domain._limits import (
    Check,
    block,
    canonical_block,
    distinct,
    each,
    every,
    fields,
    identifier,
    rule,
    shown,
    text,
)
from ansible_collections.mtk.backend.plugins.module_utils.domain._values import UNKNOWN

# The names that EC2 writes for protocols.
PROTOCOLS = {"all": "-1", "1": "icmp", "6": "tcp", "17": "udp", "58": "icmpv6"}
_NAMED = ("tcp", "udp", "icmp", "icmpv6", "-1")
DESCRIPTION_LETTER = r"[A-Za-z0-9 ._:/()#,@\[\]+=&;{}!$*-]"
_WORDS = "255 of the characters a-z, A-Z, 0-9, space and ._-:/()#,@[]+=&;{}!$*"

TEXT: Mapping[str, Check] = {
    "group_name": text(
        rf"(?!sg-)(?! ){DESCRIPTION_LETTER}{{1,255}}(?<! )",
        f"1 to {_WORDS}, without sg- at the beginning and without spaces at both ends",
        "Choose another name.",
    ),
    "description": text(f"{DESCRIPTION_LETTER}{{1,255}}", f"1 to {_WORDS}"),
    "rule_description": text(f"{DESCRIPTION_LETTER}{{0,255}}", f"up to {_WORDS}"),
}
ID_LISTS: Mapping[str, Check] = {
    "subnet_ids": every(each(identifier("subnet-")), distinct),
    "security_group_ids": every(each(identifier("sg-")), distinct),
}


def protocol(value: str) -> str:
    """Return the name of a protocol as EC2 writes it.

    >>> protocol("TCP"), protocol("6"), protocol("47")
    ('tcp', 'tcp', '47')
    """
    return PROTOCOLS.get(value.lower(), value.lower())


def is_no_protocol(value: str) -> bool:
    """Return whether EC2 does not know a protocol."""
    name = protocol(value)
    return name not in _NAMED and not (name.isascii() and name.isdigit() and int(name) <= 255)


def rule_ports(option: str, given: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong with the ports of a rule, or with its ICMP type and code."""
    name, first, last = protocol(given["ip_protocol"]), given.get("from_port"), given.get("to_port")
    if name in ("tcp", "udp"):
        if first is None or last is None:
            yield f"{option} has the protocol {name}, which needs ports. Give from_port and to_port."
        elif not 0 <= first <= last <= 65535:
            yield f"{option} has the ports {first} to {last}; AWS takes 0 to 65535, the lower one first. Correct them."
    elif name in ("icmp", "icmpv6"):
        kind, code = (-1 if number is None else number for number in (first, last))
        if not (-1 <= kind <= 255 and -1 <= code <= 255):
            yield f"{option} has the ICMP type {kind} and code {code}; AWS takes -1 to 255. Correct them."
        elif kind == -1 and code != -1:
            yield f"{option} has all ICMP types (-1) and the code {code}; AWS takes only all codes. Set to_port: -1."


SECURITY_GROUP_RULES: Mapping[str, Check] = {
    "rules": each(
        fields(
            ip_protocol=rule(
                is_no_protocol,
                "AWS takes tcp, udp, icmp, icmpv6, the number of a protocol (0 to 255) or -1 for all",
                "Use one of these.",
            ),
            cidr_ipv4=block(),
            cidr_ipv6=block(0, 128, 6),
            prefix_list_id=identifier("pl-"),
            referenced_group_id=identifier("sg-"),
            description=TEXT["rule_description"],
        ),
        rule_ports,
    ),
}


def route_destinations(option: str, routes: Any) -> Iterator[str]:
    """Yield what is wrong among routes: a destination that occurs twice, IPv4 to an egress-only gateway."""
    known = [_destination(route) for route in routes or []]
    for where in dict.fromkeys(known):
        if where != UNKNOWN and known.count(where) > 1:
            yield f"{option} has {known.count(where)} routes to {where}; AWS takes one. Remove the others."
    for number, route in enumerate(routes or []):
        if route.get("egress_only_internet_gateway_id") and route.get("destination_cidr_block"):
            yield (
                f"{option}[{number}].destination_cidr_block is {shown(route['destination_cidr_block'])}; an "
                "egress-only internet gateway takes IPv6 only. Give destination_ipv6_cidr_block."
            )


def _destination(route: Mapping[str, Any]) -> str:
    names = ("destination_cidr_block", "destination_ipv6_cidr_block", "destination_prefix_list_id")
    return str(canonical_block(next((route[name] for name in names if route.get(name)), UNKNOWN)))


ROUTES: Mapping[str, Check] = {
    "routes": every(
        each(
            fields(
                destination_cidr_block=block(),
                destination_ipv6_cidr_block=block(0, 128, 6),
                destination_prefix_list_id=identifier("pl-"),
                gateway_id=text(
                    "(igw|vgw)-.+", "the id of an internet gateway (igw-) or a virtual private gateway (vgw-)"
                ),
                nat_gateway_id=identifier("nat-"),
                egress_only_internet_gateway_id=identifier("eigw-"),
                transit_gateway_id=identifier("tgw-"),
                vpc_peering_connection_id=identifier("pcx-"),
                network_interface_id=identifier("eni-"),
                carrier_gateway_id=identifier("cagw-"),
                core_network_arn=identifier("arn:"),
                local_gateway_id=identifier("lgw-"),
                odb_network_arn=identifier("arn:"),
                vpc_endpoint_id=identifier("vpce-"),
            )
        ),
        route_destinations,
    )
}


def endpoint_faults(params: Mapping[str, Any]) -> Iterator[str]:
    """Yield the options that do not fit the type of a VPC endpoint."""
    interface = params["vpc_endpoint_type"] == "Interface"
    wrong = ("route_table_ids", "route_table_names") if interface else ("subnet_ids", "security_group_ids")
    for option in (*wrong, *(() if interface else ("private_dns_enabled",))):
        if params.get(option):
            other = "Gateway" if interface else "Interface"
            yield (
                f"{option} is {shown(params[option])} and vpc_endpoint_type is {params['vpc_endpoint_type']}; AWS "
                f"takes it for the type {other} only. Remove it, or set vpc_endpoint_type: {other}."
            )


def pool_faults(params: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong among the options of an IPAM pool: the order of lengths, an import without a region."""
    least, most, default = (params.get(f"allocation_{name}_netmask_length") for name in ("min", "max", "default"))
    order = [("min", least), ("default", default or None), ("max", most)]
    given = [(f"allocation_{name}_netmask_length", length) for name, length in order if length is not None]
    for (option, low), (other, high) in pairwise(given):
        if low > high:
            yield f"{option} is {low} and {other} is {high}; AWS takes no greater {option}. Correct one of them."
    if params.get("auto_import") and params.get("locale") == "":
        yield "auto_import is true and locale is ''; AWS imports only into a pool with a locale. Give locale."


def vpc_faults(params: Mapping[str, Any]) -> Iterator[str]:
    """Yield a prefix length that differs from that of the block."""
    cidr, length = params.get("cidr_block"), params.get("ipv4_netmask_length")
    if cidr and length is not None and UNKNOWN not in cidr and not canonical_block(cidr).endswith(f"/{length}"):
        yield f"ipv4_netmask_length is {length} and cidr_block is {shown(cidr)}; they differ. Give only one of them."
