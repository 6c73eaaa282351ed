# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: ipam_reservations
version_added: 0.1.0
short_description: Find the pools in which to reserve blocks
author: MTK Backend contributors (@mtk)
description:
  - Find for each block the smallest pool of the address plan that contains it, so that the block can be reserved there
    before other resources get it.
  - Blocks in the pools of other environments and regions are left out. The run that creates those pools reserves them.
options:
  _input:
    description: The blocks to reserve, each with C(cidr) and C(description).
    type: list
    elements: dict
    required: true
  regions:
    description: The regions of the environment.
    type: list
    elements: str
    required: true
extends_documentation_fragment:
  - mtk.backend.naming.environment
  - mtk.backend.address_plan
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
  description: The reservations.
  type: list
  elements: dict
  contains:
    pool_name: {description: The name of the pool., type: str}
    environment: {description: "The environment of the pool, or V(shared).", type: str}
    cidr: {description: The CIDR block., type: str}
    description: {description: The description., type: str}
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
