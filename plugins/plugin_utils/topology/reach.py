# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Compute who can reach whom: the rules of security groups as a matrix of sources and targets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.mtk.backend.plugins.module_utils.domain._values import UNKNOWN
from ansible_collections.mtk.backend.plugins.plugin_utils.topology.estate import Estate, Item
from ansible_collections.mtk.backend.plugins.plugin_utils.topology.network import EVERYWHERE

INTERNET = "Internet"
IN, OUT = "in", "out"


@dataclass(frozen=True, order=True)
class Peer:
    """One end of a connection. ``kind`` is 0 for the Internet, 1 for addresses, 2 for others' groups, 3 for ours."""

    kind: int
    name: str

    @property
    def is_internet(self) -> bool:
        return self.kind == 0


@dataclass(frozen=True, order=True)
class Flow:
    """A kind of traffic, and which rules allow it: ``in`` of the target, ``out`` of the source."""

    traffic: str
    rules: tuple[str, ...]


@dataclass(frozen=True)
class Matrix:
    """The flows between peers, in the regions in which they are the same."""

    regions: tuple[str, ...]
    sources: tuple[Peer, ...]
    targets: tuple[Peer, ...]
    flows: Mapping[tuple[Peer, Peer], tuple[Flow, ...]]


def matrices(estate: Estate) -> list[Matrix]:
    """Return a matrix for each set of regions whose groups have the same rules."""
    same: dict[tuple[Any, ...], list[str]] = {}
    for region in estate.regions:
        flows = _flows(estate, region)
        if any(is_known(group) for group in estate.of("ec2_security_group", region)):
            same.setdefault(tuple(sorted(flows.items())), []).append(region)
    return [_matrix(tuple(regions), dict(flows)) for flows, regions in same.items()]


def is_known(group: Item) -> bool:
    """Return whether the rules of a group are known. A saved plan does not hold those of an unchanged group."""
    return "rules" in group.state or "rules_egress" in group.state


def _matrix(regions: tuple[str, ...], flows: Mapping[tuple[Peer, Peer], tuple[Flow, ...]]) -> Matrix:
    sources, targets = (tuple(sorted({pair[end] for pair in flows})) for end in (0, 1))
    return Matrix(regions, sources, targets, flows)


def _flows(estate: Estate, region: str) -> dict[tuple[Peer, Peer], tuple[Flow, ...]]:
    groups = [each for each in estate.of("ec2_security_group", region) if each.action != "delete"]
    found: dict[tuple[Peer, Peer], dict[str, set[str]]] = {}
    for group in groups:
        own = Peer(3, short(estate, group))
        for field, direction in (("rules", IN), ("rules_egress", OUT)):
            for rule in _rules(group, field):
                peer = _peer(estate, groups, rule)
                pair = (peer, own) if direction == IN else (own, peer)
                found.setdefault(pair, {}).setdefault(traffic(rule), set()).add(direction)
    return {pair: tuple(sorted(Flow(k, tuple(sorted(v))) for k, v in kinds.items())) for pair, kinds in found.items()}


def _rules(group: Item, field: str) -> Iterator[Mapping[str, Any]]:
    """Yield the rules of a group, with those that others added to it."""
    yield from group.state.get(field) or ()
    for seen in group.entry.get("observations", ()):
        if seen["field"] == field:
            found = seen["found"]
            yield from [found] if isinstance(found, Mapping) else found or ()


def _peer(estate: Estate, groups: Iterable[Item], rule: Mapping[str, Any]) -> Peer:
    cidr = str(rule.get("cidr_ipv4") or rule.get("cidr_ipv6") or "")
    if cidr:
        return Peer(0, INTERNET) if cidr in EVERYWHERE else Peer(1, cidr)
    group = str(rule.get("referenced_group_id") or "")
    if not group:
        return Peer(1, str(rule.get("prefix_list_id") or "unknown"))
    if group == UNKNOWN:
        return _described(estate, groups, str(rule.get("description") or ""))
    ours = [each for each in groups if each.known("group_id") == group]
    return Peer(3, short(estate, ours[0])) if ours else Peer(2, group)


def _described(estate: Estate, groups: Iterable[Item], description: str) -> Peer:
    """Return the group that a rule means whose id AWS gives during the apply: the role names it in the description."""
    found = [each for each in groups if short(estate, each) == description.lower()]
    return Peer(3, short(estate, found[0])) if found else Peer(2, f"{description} {UNKNOWN}".strip())


def short(estate: Estate, group: Item) -> str:
    """Return the name of a group without environment, region and type: ``database``."""
    inner = re.fullmatch(rf"{re.escape(estate.environment)}_{re.escape(group.region)}_(.+)_security_group", group.name)
    return inner[1] if inner else group.name


def traffic(rule: Mapping[str, Any]) -> str:
    """Return protocol and ports of a rule.

    >>> traffic({"ip_protocol": "tcp", "from_port": 5432, "to_port": 5432})
    'tcp 5432'
    """
    protocol, low, high = (rule.get(name) for name in ("ip_protocol", "from_port", "to_port"))
    if str(protocol) == "-1":
        return "all traffic"
    if low is None or (low, high) in ((-1, -1), (0, 65535)):
        return f"{protocol}, all ports" if protocol in ("tcp", "udp") else str(protocol)
    return f"{protocol} {low}" if low == high else f"{protocol} {low} to {high}"
