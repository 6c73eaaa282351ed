# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: aurora_zones
version_added: 0.1.0
short_description: Choose the zones of a cluster's instances
author: MTK Backend contributors (@mtk)
description:
  - Spread the instances of a cluster over the zones of its subnets, in the order of the zone ids. An additional
    instance takes the next zone and moves no other instance.
  - If there are no subnets yet, for example in a plan of an empty account, the zones of the region are used.
positional: count, subnets, names
options:
  count:
    description: The number of instances.
    type: int
    required: true
  subnets:
    description: The RV(mtk.backend.ec2_vpc_subnet_info#module:subnets) of M(mtk.backend.ec2_vpc_subnet_info).
    type: list
    elements: dict
    default: []
extends_documentation_fragment:
  - mtk.backend.availability_zones
"""

EXAMPLES = r"""
- name: List the zones of the region
  mtk.backend.aws_az_info:
    region: us-east-1
  register: zone_info

- name: Show the zones of two instances
  ansible.builtin.debug:
    msg: "{{ zone_info.availability_zones | mtk.backend.aurora_zones(2) }}"
"""

RETURN = r"""
_value:
  description: The names of the zones, one for each instance.
  type: list
  elements: str
  sample: [us-east-1c, us-east-1a]
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.mtk.backend.plugins.module_utils.domain import _aurora, _layout


def aurora_zones(
    available: Sequence[Mapping[str, Any]],
    count: int,
    subnets: Iterable[Mapping[str, Any]] = (),
    names: Sequence[str] = (),
) -> list[str]:
    """Return the zones of a cluster's instances."""
    try:
        offered = [zone.zone_name for zone in _layout.choose_zones(available, max(1, int(count)), names)]
        ids = {zone["zone_name"]: zone["zone_id"] for zone in available}
        placed = [{"availability_zone_id": ids.get(s["availability_zone"]), **s} for s in subnets]
        return _aurora.instance_zones(int(count), [] if names else placed, offered)
    except ValueError as error:
        raise AnsibleFilterError(f"aurora_zones: {error}; set another instance count, or name the zones") from error


class FilterModule:
    """The filter for Ansible."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"aurora_zones": aurora_zones}
