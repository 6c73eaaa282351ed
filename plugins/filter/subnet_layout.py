# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: subnet_layout
version_added: 0.1.0
short_description: Lay out the subnets of a VPC
author: MTK Backend contributors (@mtk)
description:
  - Split the block of a VPC into 32 equal blocks, for 8 zones and 4 tiers (a /16 into /21). The tier and the number in
    the zone id determine the block of a subnet.
  - An additional zone or tier never moves an existing subnet.
  - If the block of the VPC is V((known after apply\)), the blocks of the subnets are too.
positional: zones, environment, region
options:
  _input:
    description: The CIDR block of the VPC, /23 or larger.
    type: str
    required: true
  zones:
    description: The zones, as P(mtk.backend.network_zones#filter) returns them.
    type: list
    elements: dict
    required: true
  tiers:
    description: The tiers.
    type: list
    elements: str
    choices: [public, private, database]
    default: [public, private, database]
extends_documentation_fragment:
  - mtk.backend.naming.environment
  - mtk.backend.naming.region
"""

EXAMPLES = r"""
- name: Show the subnets of a VPC in one zone
  ansible.builtin.debug:
    msg: "{{ '10.0.0.0/16' | mtk.backend.subnet_layout(zones, 'dev', 'us-east-1') }}"
  vars:
    zones:
      - zone_name: us-east-1a
        zone_id: use1-az4
"""

RETURN = r"""
_value:
  description: The subnets.
  type: list
  elements: dict
  contains:
    tier: {description: The tier., type: str}
    zone: {description: The name of the zone., type: str}
    zone_id: {description: The id of the zone., type: str}
    cidr: {description: The CIDR block., type: str}
    name: {description: The Name tag., type: str}
  sample:
    - tier: public
      zone: us-east-1a
      zone_id: use1-az4
      cidr: 10.0.24.0/21
      name: dev_us-east-1_us-east-1a_public_subnet
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.mtk.backend.plugins.module_utils.domain import _layout


def subnet_layout(
    vpc_cidr: str,
    zones: Iterable[Mapping[str, Any]],
    environment: str,
    region: str,
    tiers: Iterable[str] = tuple(_layout.TIERS),
) -> list[dict[str, Any]]:
    """Return the subnets of a VPC, each at its fixed place."""
    try:
        plain = [_layout.Zone(str(zone["zone_name"]), str(zone["zone_id"])) for zone in zones]
        layout = _layout.subnet_layout(str(vpc_cidr), plain, tiers, environment, region)
    except (KeyError, TypeError) as error:
        raise AnsibleFilterError(f"subnet_layout: zones: each needs zone_name and zone_id, got {zones!r}") from error
    except ValueError as error:
        raise AnsibleFilterError(f"subnet_layout: {error}") from error
    return [asdict(subnet) for subnet in layout]


class FilterModule:
    """The filter for Ansible."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"subnet_layout": subnet_layout}
