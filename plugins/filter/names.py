# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: names
version_added: 0.1.0
short_description: Build the identifiers of all resources of an environment in a region
author: MTK Backend contributors (@mtk)
description:
  - Build the identifier of every type of resource, as P(mtk.backend.resource_name#filter) does for one type.
positional: region, zones
options:
  _input:
    description: The name of the environment.
    type: str
    required: true
extends_documentation_fragment:
  - mtk.backend.naming.region
  - mtk.backend.naming.zones
"""

EXAMPLES = r"""
- name: Show the identifiers of the cluster and of a NAT gateway (prod-us-east-1-aurora-cluster and so on)
  ansible.builtin.debug:
    msg: "{{ names.aurora_cluster }}, {{ names.nat_gateway['us-east-1a'] }}"
  vars:
    names: "{{ 'prod' | mtk.backend.names('us-east-1', ['us-east-1a', 'us-east-1b']) }}"
"""

RETURN = r"""
_value:
  description: The identifiers by type, and for a zonal type by type and zone.
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
