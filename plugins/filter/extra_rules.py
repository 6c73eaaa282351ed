# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: extra_rules
version_added: 0.1.0
short_description: Select the declared rules of a security group
author: MTK Backend contributors (@mtk)
description:
  - Select the rules that C(ipam_vpc_extra_rules) declares for a security group in one direction, in a region.
options:
  _input:
    description: The declared rules. A rule without C(region) belongs to all regions.
    type: list
    elements: dict
    required: true
  group:
    description: The security group of the network.
    type: str
    choices: [application, database]
    required: true
  direction:
    description: The direction.
    type: str
    choices: [ingress, egress]
    required: true
  region:
    description: The region.
    type: str
    required: true
"""

EXAMPLES = r"""
- name: Show the rules of the database (ip_protocol tcp, from_port 5432, to_port 5432, cidr_ipv4 10.9.0.0/24)
  ansible.builtin.debug:
    msg: >-
      {{ [{'group': 'database', 'direction': 'ingress', 'ip_protocol': 'tcp', 'from_port': 5432, 'to_port': 5432,
           'cidr_ipv4': '10.9.0.0/24'}]
         | mtk.backend.extra_rules('database', 'ingress', 'us-east-1') }}
"""

RETURN = r"""
_value:
  description: The rules in the form of O(mtk.backend.ec2_security_group#module:rules).
  type: list
  elements: dict
"""

from collections.abc import Callable
from typing import Any

from ansible_collections.mtk.backend.plugins.module_utils.domain._routes import extra_rules


class FilterModule:
    """The filter for Ansible."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"extra_rules": extra_rules}
