# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: names
version_added: 0.1.0
short_description: The names of all that an environment has in a region
author: MTK Backend contributors (@mtk)
description:
  - Names every type of resource, as P(mtk.backend.resource_name#filter) does for one.
positional: region, zones
options:
  _input:
    description: The environment.
    type: str
    required: true
  region:
    description: The region.
    type: str
    required: true
  zones:
    description: The names of the zones. What lives in a zone has a name for each of them.
    type: list
    elements: str
    default: []
"""

EXAMPLES = r"""
- name: Show the names of the cluster and of a NAT gateway (prod-us-east-1-aurora-cluster and so on)
  ansible.builtin.debug:
    msg: "{{ names.aurora_cluster }}, {{ names.nat_gateway['us-east-1a'] }}"
  vars:
    names: "{{ 'prod' | mtk.backend.names('us-east-1', ['us-east-1a', 'us-east-1b']) }}"
"""

RETURN = r"""
_value:
  description: The names, by type; of what lives in a zone, by type and zone.
  type: dict
  sample:
    aurora_cluster: prod-us-east-1-aurora-cluster
    nat_gateway: {us-east-1a: prod_us-east-1_us-east-1a_nat_gateway}
"""

from collections.abc import Callable
from typing import Any

from ansible_collections.mtk.backend.plugins.module_utils.domain import _names


class FilterModule:
    """The filter for Ansible."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"names": _names.names}
