# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: canonical_name
version_added: 0.1.0
short_description: Build the Name tag of a resource
author: MTK Backend contributors (@mtk)
description:
  - Build the name C({environment}_{region}_{zone}_{type}). A global type has no region, and only a zonal type has a
    zone.
positional: environment, region, zone
extends_documentation_fragment:
  - mtk.backend.naming.type
"""

EXAMPLES = r"""
- name: Show the Name tag of the cluster (prod_us-east-1_aurora_cluster)
  ansible.builtin.debug:
    msg: "{{ 'aurora_cluster' | mtk.backend.canonical_name('prod', 'us-east-1') }}"
"""

RETURN = r"""
_value:
  description: The name.
  type: str
  sample: prod_us-east-1_aurora_cluster
"""

from collections.abc import Callable
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.mtk.backend.plugins.module_utils.domain import _names


def canonical_name(type: str, environment: str, region: str = "", zone: str = "") -> str:
    """Return the name for the Name tag."""
    try:
        return _names.canonical_name(type, environment, region, zone)
    except ValueError as error:
        raise AnsibleFilterError(f"canonical_name: {error}") from error


class FilterModule:
    """The filter for Ansible."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"canonical_name": canonical_name}
