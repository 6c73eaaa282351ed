# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: resource_name
version_added: 0.1.0
short_description: Build the identifier of a resource
author: MTK Backend contributors (@mtk)
description:
  - Build the identifier C({environment}_{region}_{zone}_{type}) with the characters and the length that the service
    allows. A global type has no region, and only a zonal type has a zone.
positional: environment, region, zone
extends_documentation_fragment:
  - mtk.backend.naming.type
"""

EXAMPLES = r"""
- name: Show the identifier of the cluster (prod-us-east-1-aurora-cluster)
  ansible.builtin.debug:
    msg: "{{ 'aurora_cluster' | mtk.backend.resource_name('prod', 'us-east-1') }}"
"""

RETURN = r"""
_value:
  description: The identifier.
  type: str
  sample: prod-us-east-1-aurora-cluster
"""

from collections.abc import Callable
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.mtk.backend.plugins.module_utils.domain import _names


def resource_name(type: str, environment: str, region: str = "", zone: str = "") -> str:
    """Return the physical identifier of a resource."""
    try:
        return _names.resource_name(type, environment, region, zone)
    except ValueError as error:
        raise AnsibleFilterError(f"resource_name: {error}") from error


class FilterModule:
    """The filter for Ansible."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"resource_name": resource_name}
