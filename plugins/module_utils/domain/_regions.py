# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The regions that left the inventory of an environment, judged by what the environment still has there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple


class Part(NamedTuple):
    """A resource of an environment in a region: its name for messages, and its id."""

    region: str
    name: str
    id: str = ""


class Left(NamedTuple):
    """A region with parts that no task manages any more, and why that needs a decision."""

    region: str
    parts: tuple[Part, ...]
    reason: str


def left_regions(environment: str, parts: Iterable[Part], hosts: Sequence[str]) -> Iterator[Left]:
    """Yield the regions in which the environment has parts, and which are not among the regions of the inventory."""
    by_region: dict[str, list[Part]] = {}
    for part in parts:
        if part.region not in hosts:
            by_region.setdefault(part.region, []).append(part)
    for region, found in sorted(by_region.items()):
        yield Left(region, tuple(found), _reason(environment, region, found))


def _reason(environment: str, region: str, parts: Sequence[Part]) -> str:
    names = ", ".join(part.name for part in parts)
    command = f"ansible-playbook playbooks/remove_region.yml -i inventories/{environment} -e region={region}"
    return (
        f"{region} is not a region of the inventory, and {environment} still has there: {names}. They are left alone. "
        f"To manage them, put {region} back into hosts.yml. To remove the region with all its data, run: {command}"
    )
