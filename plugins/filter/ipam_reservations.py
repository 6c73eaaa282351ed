# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: ipam_reservations
version_added: 0.1.0
short_description: Where to reserve blocks in the address plan
author: MTK Backend contributors (@mtk)
description:
  - Finds for each block the smallest pool of the plan that holds it, so that it can be allocated there before anything
    else gets it.
  - Blocks in the pools of other environments and regions are left out; the run that makes those pools reserves them.
options:
  _input:
    description: The blocks that nothing may get, each with C(cidr) and C(description).
    type: list
    elements: dict
    required: true
  regions:
    description: The regions of the environment.
    type: list
    elements: str
    required: true
  environment:
    description: The environment.
    type: str
    required: true
  top_cidr:
    description: The block that everything comes from.
    type: str
    required: true
  region_slots:
    description: The slot of every region, counted from 0.
    type: dict
    required: true
  environment_slots:
    description: The slot of every environment, counted from 0.
    type: dict
    required: true
  region_prefix:
    description: The prefix length of a region's block.
    type: int
    default: 12
  environment_prefix:
    description: The prefix length of the block that an environment has in a region.
    type: int
    default: 14
"""

EXAMPLES = r"""
- name: Show the reservation (pool_name shared_ipam_top_pool, cidr 10.240.0.0/16, description the old data centre)
  ansible.builtin.debug:
    msg: >-
      {{ [{'cidr': '10.240.0.0/16', 'description': 'the old data centre'}]
         | mtk.backend.ipam_reservations(regions=['us-east-1'], environment='dev', top_cidr='10.0.0.0/8',
                                         region_slots={'us-east-1': 0}, environment_slots={'dev': 0}) }}
"""

RETURN = r"""
_value:
  description: The reservations, each with C(pool_name), C(environment), C(cidr) and C(description).
  type: list
  elements: dict
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.mtk.backend.plugins.module_utils.domain._pools import AddressPlan, PlanError


def ipam_reservations(
    blocks: Sequence[Mapping[str, Any]],
    regions: Sequence[str],
    environment: str,
    top_cidr: str,
    region_slots: Mapping[str, int],
    environment_slots: Mapping[str, int],
    region_prefix: int = 12,
    environment_prefix: int = 14,
) -> list[dict[str, Any]]:
    """Return the blocks to reserve, each with its pool."""
    try:
        plan = AddressPlan(top_cidr, region_slots, environment_slots, int(region_prefix), int(environment_prefix))
        return [asdict(block) for block in plan.reservations(environment, regions, blocks)]
    except PlanError as error:
        raise AnsibleFilterError(f"ipam_reservations: {error}") from error


class FilterModule:
    """The filter for Ansible."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"ipam_reservations": ipam_reservations}
