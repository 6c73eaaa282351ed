# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: named_tags
version_added: 0.1.0
short_description: Build the tags of all resources of an environment in a region
author: MTK Backend contributors (@mtk)
description:
  - Add the tags of its own to every type of resource. C(Name) is the P(mtk.backend.canonical_name#filter), and
    C(mtk:tier) is the tier of a subnet.
positional: environment, region, zones
options:
  _input:
    description: The tags that all resources have.
    type: dict
    required: true
extends_documentation_fragment:
  - mtk.backend.naming.environment
  - mtk.backend.naming.region
  - mtk.backend.naming.zones
"""

EXAMPLES = r"""
- name: Show the tags of the cluster and of the instance in a zone
  ansible.builtin.debug:
    msg: "{{ tags.aurora_cluster }}, {{ tags.aurora_instance['us-east-1a'] }}"
  vars:
    tags: "{{ {'mtk:stack': 'mtk-backend'} | mtk.backend.named_tags('prod', 'us-east-1', ['us-east-1a']) }}"
"""

RETURN = r"""
_value:
  description: The tags by type, and for a zonal type by type and zone.
  type: dict
  sample:
    aurora_cluster: {"mtk:stack": mtk-backend, Name: prod_us-east-1_aurora_cluster}
    aurora_instance: {us-east-1a: {"mtk:stack": mtk-backend, Name: prod_us-east-1_us-east-1a_aurora_instance}}
"""

from collections.abc import Callable
from typing import Any

from ansible_collections.mtk.backend.plugins.module_utils.domain import _names


class FilterModule:
    """The filter for Ansible."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"named_tags": _names.named_tags}
