# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: ipam_pools
version_added: 0.1.0
short_description: List the IPAM pools of an environment
author: MTK Backend contributors (@mtk)
description:
  - List the pools of an environment in its regions with their blocks, parents before children.
  - Every region has a slot in the top block, and every environment has a slot in the block of a region. The slots
    determine the blocks, so that a new region or environment never moves an existing block.
  - The list contains the shared parent pools, whose environment is C(shared), but not the pools of other environments.
options:
  _input:
    description: The regions of the environment.
    type: list
    elements: str
    required: true
extends_documentation_fragment:
  - mtk.backend.naming.environment
  - mtk.backend.address_plan
"""

EXAMPLES = r"""
- name: Show the pools (shared_ipam_top_pool, shared_us-east-1_ipam_pool, dev_us-east-1_ipam_pool)
  ansible.builtin.debug:
    msg: >-
      {{ ['us-east-1'] | mtk.backend.ipam_pools(environment='dev', top_cidr='10.0.0.0/8',
                                                region_slots={'us-east-1': 0}, environment_slots={'dev': 0}) }}
"""

RETURN = r"""
_value:
  description: The pools.
  type: list
  elements: dict
  contains:
    name: {description: The name of the pool., type: str}
    source_name: {description: "The name of the source pool; null for the top pool.", type: str}
    environment: {description: "The environment, or V(shared).", type: str}
    locale: {description: "The region of the pool; empty for none.", type: str}
    cidr: {description: The CIDR block., type: str}
    description: {description: The description., type: str}
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.mtk.backend.plugins.module_utils.domain._pools import AddressPlan, PlanError


def ipam_pools(
    regions: Sequence[str],
    environment: str,
    top_cidr: str,
    region_slots: Mapping[str, int],
    environment_slots: Mapping[str, int],
    region_prefix: int = 12,
    environment_prefix: int = 14,
) -> list[dict[str, Any]]:
    """Return the pools of an environment."""
    try:
        plan = AddressPlan(top_cidr, region_slots, environment_slots, int(region_prefix), int(environment_prefix))
        return [asdict(pool) for pool in plan.pools(environment, regions)]
    except PlanError as error:
        raise AnsibleFilterError(f"ipam_pools: {error}") from error


class FilterModule:
    """The filter for Ansible."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"ipam_pools": ipam_pools}
