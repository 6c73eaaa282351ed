# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: aurora_zones
version_added: 0.1.0
short_description: The zones of a cluster's instances
author: MTK Backend contributors (@mtk)
description:
  - Spreads the instances of a cluster over the zones of its subnets, in the order of the zones' ids. One more instance
    takes the next zone and moves none.
  - Before there are subnets, as when planning an empty account, over the zones that the region offers.
positional: count, subnets, names
options:
  _input:
    description: The RV(amazon.aws.aws_az_info#module:availability_zones) of M(amazon.aws.aws_az_info).
    type: list
    elements: dict
    required: true
  count:
    description: How many instances.
    type: int
    required: true
  subnets:
    description: The RV(amazon.aws.ec2_vpc_subnet_info#module:subnets) of M(amazon.aws.ec2_vpc_subnet_info).
    type: list
    elements: dict
    default: []
  names:
    description: The names of the zones in the order in which they get instances, instead of those of O(subnets).
    type: list
    elements: str
    default: []
"""

EXAMPLES = r"""
- name: Ask which zones there are
  amazon.aws.aws_az_info:
    region: us-east-1
  register: zone_info

- name: Show where two instances go
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
