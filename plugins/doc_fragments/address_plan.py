# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Options of the filters that compute the address plan."""

    DOCUMENTATION = r"""
options:
  top_cidr:
    description: The CIDR block of the top pool, which contains all other blocks.
    type: str
    required: true
  region_slots:
    description: The slot of each region in the top block, counted from 0.
    type: dict
    required: true
  environment_slots:
    description: The slot of each environment in the block of a region, counted from 0.
    type: dict
    required: true
  region_prefix:
    description: The prefix length of the block of a region.
    type: int
    default: 12
  environment_prefix:
    description: The prefix length of the block of an environment in a region.
    type: int
    default: 14
"""
