# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: ipam_pools
version_added: 0.1.0
short_description: The IPAM pools of an environment
author: MTK Backend contributors (@mtk)
description:
  - Lists the pools that an environment needs in its regions, parent before child, with their blocks.
  - Every region has a slot in the top block and every environment a slot in the block of a region. Blocks follow from
    slots alone, so that a new region or environment never moves what exists.
  - The pools of other environments are not listed; the shared ones above are, with C(shared) as their environment.
options:
  _input:
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
- name: Show the pools (shared_ipam_top_pool, shared_us-east-1_ipam_pool, dev_us-east-1_ipam_pool)
  ansible.builtin.debug:
    msg: >-
      {{ ['us-east-1'] | mtk.backend.ipam_pools(environment='dev', top_cidr='10.0.0.0/8',
                                                region_slots={'us-east-1': 0}, environment_slots={'dev': 0}) }}
"""

RETURN = r"""
_value:
  description: The pools, each with C(name), C(source_name), C(environment), C(locale), C(cidr) and C(description).
  type: list
  elements: dict
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
