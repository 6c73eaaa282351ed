# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: extra_routes
version_added: 0.1.0
short_description: Select the declared routes of a route table
author: MTK Backend contributors (@mtk)
description:
  - Select the routes that C(ipam_vpc_extra_routes) declares for the route tables of a tier, in a region and a zone.
options:
  _input:
    description: The declared routes. A route without C(region) or C(zone) belongs to all of them.
    type: list
    elements: dict
    required: true
  tier:
    description: The tier of the subnets.
    type: str
    choices: [public, private, database]
    required: true
  region:
    description: The region.
    type: str
    required: true
  zone:
    description: The name of the zone. Only private route tables belong to one zone.
    type: str
    default: ""
"""

EXAMPLES = r"""
- name: Show the routes to a peered network (destination_cidr_block 192.168.0.0/16, vpc_peering_connection_id pcx-1)
  ansible.builtin.debug:
    msg: >-
      {{ [{'tier': 'private', 'destination_cidr_block': '192.168.0.0/16', 'vpc_peering_connection_id': 'pcx-1'}]
         | mtk.backend.extra_routes('private', 'us-east-1', 'us-east-1a') }}
"""

RETURN = r"""
_value:
  description: The routes in the form of O(mtk.backend.ec2_route_table#module:routes).
  type: list
  elements: dict
"""

from collections.abc import Callable
from typing import Any

from ansible_collections.mtk.backend.plugins.module_utils.domain._routes import extra_routes


class FilterModule:
    """The filter for Ansible."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"extra_routes": extra_routes}
