# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The regions that left the inventory of an environment, judged by what the environment still has there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple


class Part(NamedTuple):
    """What an environment has in a region: the group of regions that manages it, its name for messages, and its id."""

    group: str
    region: str
    name: str
    id: str = ""


class Left(NamedTuple):
    """A region with parts that no task manages any more, and why that needs a decision."""

    region: str
    parts: tuple[Part, ...]
    reason: str


def left_regions(
    environment: str, parts: Iterable[Part], hosts: Sequence[str], groups: Mapping[str, Sequence[str]]
) -> Iterator[Left]:
    """Yield the regions in which the environment has parts that the inventory does not name.

    ``hosts`` are all regions of the inventory, ``groups`` the regions by group.
    """
    by_region: dict[str, list[Part]] = {}
    for part in parts:
        if part.region not in groups.get(part.group, ()):
            by_region.setdefault(part.region, []).append(part)
    for region, found in sorted(by_region.items()):
        words = _reason(environment, region, found, is_host=region in hosts)
        yield Left(region, tuple(found), words)


def _reason(environment: str, region: str, parts: Sequence[Part], *, is_host: bool) -> str:
    names = ", ".join(part.name for part in parts)
    command = f"ansible-playbook playbooks/remove_region.yml -i inventories/{environment} -e region={region}"
    if is_host:
        groups = " and ".join(dict.fromkeys(part.group for part in parts))
        return (
            f"{region} is a region of the inventory, but not of the group {groups}, and {environment} still has there: "
            f"{names}. They are left alone. To manage them, put {region} back into that group. To remove the region "
            f"with all its data, take it out of hosts.yml completely and run: {command}"
        )
    return (
        f"{region} is not a region of the inventory, and {environment} still has there: {names}. They are left alone. "
        f"To manage them, put {region} back into hosts.yml. To remove the region with all its data, run: {command}"
    )
