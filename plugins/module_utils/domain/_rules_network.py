# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rules of the settings of the role ipam_vpc: values with a structure, and settings that depend on each other."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from ipaddress import IPv4Network
from typing import Any

from ansible_collections.mtk.backend.plugins.module_utils.domain import _setting_judges, _settings_run
from ansible_collections.mtk.backend.plugins.module_utils.domain._ec2_limits import (
    DESCRIPTION_LETTER,
    is_no_protocol,
    protocol,
)
from ansible_collections.mtk.backend.plugins.module_utils.domain._layout import SPLIT
from ansible_collections.mtk.backend.plugins.module_utils.domain._limits import REGION, network
from ansible_collections.mtk.backend.plugins.module_utils.domain._pools import AddressPlan
from ansible_collections.mtk.backend.plugins.module_utils.domain._setting import (
    MISSING,
    Fault,
    Rule,
    did_you_mean,
)

SMALLEST_VPC = 28 - SPLIT  # AWS's smallest subnet is a /28
_TARGETS = ("cidr_ipv4", "cidr_ipv6", "prefix_list_id", "referenced_group_id", "referenced_group_name")
_RULE_KEYS = ("ip_protocol", "from_port", "to_port", "description", *_TARGETS)
_IDS = {"prefix_list_id": ("a prefix list", "pl-"), "referenced_group_id": ("a security group", "sg-")}
_DESCRIPTION_RULE = (
    "AWS allows up to 255 letters without accents, digits, spaces and . _ - : / ( ) # , @ [ ] + = & ; { } ! $ *"
)


def vpc_cidr(name: str, value: str) -> Iterator[Fault]:
    if not value:
        return
    block, faults = _setting_judges.network(name, value)
    yield from faults
    if block is None:
        return
    if not 16 <= block.prefixlen <= SMALLEST_VPC:
        rule = f"AWS allows a VPC of /16 or smaller, and 32 subnets need /{SMALLEST_VPC} or larger"
        yield Fault({name: value}, rule, f"Use a block from /16 to /{SMALLEST_VPC}.")
    elif not _setting_judges.is_private(block):
        yield _setting_judges.not_private(name, block)


def top_cidr(name: str, value: str) -> Iterator[Fault]:
    block, faults = _setting_judges.network(name, value)
    yield from faults
    if block and not _setting_judges.is_private(block):
        yield _setting_judges.not_private(name, block)


def egress_rules(name: str, value: Sequence[Mapping[str, Any]]) -> Iterator[Fault]:
    for index, rule in enumerate(value):
        yield from security_group_rule(f"{name}[{index}]", rule)


def security_group_rule(path: str, rule: Mapping[str, Any]) -> Iterator[Fault]:
    """Return the faults of a rule of a security group."""
    for key in rule:
        if key not in _RULE_KEYS:
            near = did_you_mean(str(key), _RULE_KEYS)
            remedy = f"Did you mean {near}?" if near else f"The keys are {', '.join(_RULE_KEYS)}."
            yield Fault({f"{path}.{key}": MISSING}, "is not a key of a security group rule", remedy)
    given = [key for key in _TARGETS if rule.get(key)]
    if len(given) != 1:
        yield Fault({path: dict(rule)}, "a rule has exactly one destination", f"Give one of {', '.join(_TARGETS)}.")
    yield from _destinations(path, rule)
    yield from _ports(path, rule)
    text = rule.get("description", "")
    if not isinstance(text, str) or not re.fullmatch(f"{DESCRIPTION_LETTER}{{0,255}}", text):
        yield Fault({f"{path}.description": text}, _DESCRIPTION_RULE, "Write it with these characters.")


def _destinations(path: str, rule: Mapping[str, Any]) -> Iterator[Fault]:
    for key, version in (("cidr_ipv4", 4), ("cidr_ipv6", 6)):
        if rule.get(key) and not _is_block(rule[key], version):
            remedy = "Write it as 10.0.0.0/16." if version == 4 else "Write it as 2001:db8::/32."
            yield Fault({f"{path}.{key}": rule[key]}, f"it is not an IPv{version} CIDR block", remedy)
    for key, (what, prefix) in _IDS.items():
        if rule.get(key) and not re.fullmatch(rf"{prefix}[0-9a-f]{{8,17}}", str(rule[key])):
            remedy = f"Write it as {prefix}0123456789abcdef0."
            yield Fault({f"{path}.{key}": rule[key]}, f"it is not the id of {what}", remedy)


def _is_block(value: Any, version: int) -> bool:
    block = network(value)
    return block is not None and block.version == version


def _ports(path: str, rule: Mapping[str, Any]) -> Iterator[Fault]:
    name = str(rule.get("ip_protocol", ""))
    if is_no_protocol(name):
        remedy = "Use tcp, udp, icmp, icmpv6, -1 for all, or the number of a protocol."
        yield Fault({f"{path}.ip_protocol": rule.get("ip_protocol")}, "AWS does not know this protocol", remedy)
        return
    values = {f"{path}.{key}": rule.get(key) for key in ("from_port", "to_port")}
    first, last = (int(port) if re.fullmatch(r"-?[0-9]{1,9}", port) else None for port in map(str, values.values()))
    if protocol(name) in ("tcp", "udp"):
        if first is None or last is None or not 0 <= first <= last <= 65535:
            yield Fault(values, "ports are 0 to 65535, the first one not above the last one", "Give both ports.")
    elif protocol(name) in ("icmp", "icmpv6"):
        yield from _icmp(values, first, last)


def _icmp(values: Mapping[str, Any], kind: int | None, code: int | None) -> Iterator[Fault]:
    wrong = False
    for name, number in zip(values, (kind, code), strict=True):
        if values[name] is not None and (number is None or not -1 <= number <= 255):
            wrong = True
            words = "ICMP has types and codes from 0 to 255, and -1 for all"
            yield Fault({name: values[name]}, words, "Set it to such a number.")
    if not wrong and kind in (None, -1) and code not in (None, -1):
        yield Fault(values, "for all ICMP types (-1) AWS takes only all codes", "Set to_port to -1, or give a type.")


def _slots(name: str, value: Mapping[Any, Any]) -> Iterator[Fault]:
    numbers = {key: slot for key, slot in value.items() if isinstance(slot, int) and not isinstance(slot, bool)}
    for key, slot in value.items():
        if numbers.get(key, -1) < 0:
            rule = "a slot is a whole number, counted from 0"
            yield Fault({f"{name}.{key}": slot}, rule, "Set it to the next free number, without quotes.")
    for slot in dict.fromkeys(numbers.values()):
        owners = [str(key) for key in numbers if numbers[key] == slot]
        if len(owners) > 1:
            remedy = "Give the newer one the next free slot."
            yield Fault({f"{name}.{owner}": slot for owner in owners}, "each slot has one owner", remedy)


def region_slots(name: str, value: Mapping[Any, Any]) -> Iterator[Fault]:
    for region in value:
        if not re.fullmatch(REGION, str(region)):
            yield Fault({f"{name}.{region}": value[region]}, "it is not the name of a region", "Write it as us-east-1.")
    yield from _slots(name, value)


def environment_slots(name: str, value: Mapping[Any, Any]) -> Iterator[Fault]:
    for environment in value:
        for fault in _settings_run.environment(name, str(environment)):
            yield Fault(
                {f"{name}.{environment}": value[environment]},
                f"the name of the environment is wrong: {fault.rule}",
                fault.remedy,
            )
    yield from _slots(name, value)


def reserved_cidrs(name: str, value: Sequence[Mapping[str, Any]]) -> Iterator[Fault]:
    for index, block in enumerate(value):
        path = f"{name}[{index}]"
        for key in block:
            if key not in ("cidr", "description"):
                yield Fault(
                    {f"{path}.{key}": MISSING}, "is not a key of a reservation", "The keys are cidr and description."
                )
        if not isinstance(block.get("cidr"), str):
            yield Fault({path: dict(block)}, "a reservation has a CIDR block", "Give cidr, for example 10.240.0.0/16.")
        else:
            yield from _setting_judges.network(f"{path}.cidr", block["cidr"])[1]


def _prefixes(top: str, region: int, environment: int) -> Iterator[Fault]:
    first = IPv4Network(top).prefixlen
    if not first <= region:
        values = {"ipam_vpc_region_prefix": region, "ipam_vpc_top_cidr": top}
        yield Fault(
            values, "the block of a region lies in the top block", f"Set ipam_vpc_region_prefix to {first} or more."
        )
    if not region <= environment:
        values = {"ipam_vpc_environment_prefix": environment, "ipam_vpc_region_prefix": region}
        remedy = f"Set ipam_vpc_environment_prefix to {region} or more."
        yield Fault(values, "the block of an environment lies in the block of a region", remedy)


def _vpc_in_pool(cidr: str, netmask: int, environment: int) -> Iterator[Fault]:
    if not cidr and netmask < environment:
        values = {"ipam_vpc_vpc_netmask_length": netmask, "ipam_vpc_environment_prefix": environment}
        remedy = f"Set ipam_vpc_vpc_netmask_length to {environment} or more."
        yield Fault(values, "a VPC is not larger than the pool of its environment", remedy)


def _region_numbers(top: str, prefix: int, slots: Mapping[str, int], regions: Sequence[str]) -> Iterator[Fault]:
    yield from _numbers("ipam_vpc_region_slots", IPv4Network(top).prefixlen, prefix, slots, f"{top} holds")
    for region in regions:
        if region not in slots:
            yield _no_slot("ipam_vpc_region_slots", slots, region, f"the region {region} of ipam_vpc_regions")


def _environment_numbers(region: int, prefix: int, slots: Mapping[str, int], environment: str) -> Iterator[Fault]:
    yield from _numbers("ipam_vpc_environment_slots", region, prefix, slots, "the block of a region holds")
    if environment not in slots:
        yield _no_slot("ipam_vpc_environment_slots", slots, environment, f"the environment {environment}")


def _numbers(name: str, outer: int, inner: int, slots: Mapping[str, int], words: str) -> Iterator[Fault]:
    if inner < outer:
        return  # _prefixes reports it
    room = 1 << (inner - outer)
    for key, slot in slots.items():
        if slot >= room:
            rule = f"{words} {room} blocks /{inner}, slots 0 to {room - 1}"
            yield Fault({f"{name}.{key}": slot}, rule, "Use a free slot in this range.")


def _no_slot(name: str, slots: Mapping[str, int], key: str, words: str) -> Fault:
    free = next(number for number in range(len(slots) + 1) if number not in slots.values())
    remedy = f"Add {key}: {free} in every environment of the account, and never change the number."
    return Fault({name: dict(slots)}, f"{words} has no slot", remedy)


def _reservations(
    top: str,
    region_slots: Mapping[str, int],
    environment_slots: Mapping[str, int],
    region: int,
    environment: int,
    blocks: Sequence[Mapping[str, str]],
) -> Iterator[Fault]:
    yield from _overlaps(blocks)
    plan = AddressPlan(top, region_slots, environment_slots, region, environment)
    for index, block in enumerate(blocks):
        values = {f"ipam_vpc_reserved_cidrs[{index}].cidr": block["cidr"]}
        if not IPv4Network(block["cidr"]).subnet_of(IPv4Network(top)):
            yield Fault(values, f"it is not inside ipam_vpc_top_cidr {top}, so no network can get it", "Leave it out.")
            continue
        covered = plan.covered(block["cidr"])
        if covered:
            pools = ", ".join(f"{pool.name} ({pool.cidr})" for pool in covered)
            yield Fault(values, f"it covers the pools {pools}", "Remove their slots, or reserve the block in parts.")


def _overlaps(blocks: Sequence[Mapping[str, str]]) -> Iterator[Fault]:
    for second, block in enumerate(blocks):
        for first, other in enumerate(blocks[:second]):
            if IPv4Network(block["cidr"]).overlaps(IPv4Network(other["cidr"])):
                names = (f"ipam_vpc_reserved_cidrs[{number}].cidr" for number in (first, second))
                values = dict(zip(names, (other["cidr"], block["cidr"]), strict=True))
                yield Fault(values, "IPAM reserves an address once, and the two overlap", "Remove the smaller one.")


def _vpc_and_reservations(cidr: str, blocks: Sequence[Mapping[str, str]]) -> Iterator[Fault]:
    for index, block in enumerate(blocks):
        if cidr and IPv4Network(cidr).overlaps(IPv4Network(block["cidr"])):
            values = {"ipam_vpc_vpc_cidr": cidr, f"ipam_vpc_reserved_cidrs[{index}].cidr": block["cidr"]}
            yield Fault(values, "a reserved block is for networks outside this collection", "Use another block.")


def _tier(tier: str, managed: bool) -> Iterator[Fault]:
    if managed and tier == "free":
        values = {"ipam_vpc_ipam_tier": tier}
        remedy = "Set it to 'advanced', or set ipam_vpc_ipam_manage to false and use an existing IPAM."
        yield Fault(values, "AWS allows private pools in the advanced tier only", remedy)


def _zones_of_region(zones: Sequence[str], region: str) -> Iterator[Fault]:
    for index, zone in enumerate(zones):
        if zone[:-1] != region:
            values = {f"ipam_vpc_zone_names[{index}]": zone}
            yield Fault(values, f"it is not a zone of {region}", f"Write it as {region}a, or remove it.")


_BLOCKS = ("ipam_vpc_top_cidr", "ipam_vpc_region_prefix", "ipam_vpc_environment_prefix")
_SLOTS = ("ipam_vpc_region_slots", "ipam_vpc_environment_slots")
RULES: tuple[Rule, ...] = (
    (("ipam_vpc_environment", "ipam_vpc_region"), _settings_run.names("ipam_vpc_environment")),
    (_BLOCKS, _prefixes),
    (("ipam_vpc_vpc_cidr", "ipam_vpc_vpc_netmask_length", "ipam_vpc_environment_prefix"), _vpc_in_pool),
    (("ipam_vpc_top_cidr", "ipam_vpc_region_prefix", "ipam_vpc_region_slots", "ipam_vpc_regions"), _region_numbers),
    (
        ("ipam_vpc_region_prefix", "ipam_vpc_environment_prefix", "ipam_vpc_environment_slots", "ipam_vpc_environment"),
        _environment_numbers,
    ),
    (("ipam_vpc_top_cidr", *_SLOTS, *_BLOCKS[1:], "ipam_vpc_reserved_cidrs"), _reservations),
    (("ipam_vpc_vpc_cidr", "ipam_vpc_reserved_cidrs"), _vpc_and_reservations),
    (("ipam_vpc_ipam_tier", "ipam_vpc_ipam_manage"), _tier),
    (("ipam_vpc_zone_names", "ipam_vpc_region"), _zones_of_region),
)
