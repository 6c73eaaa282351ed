# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: named_tags
version_added: 0.1.0
short_description: The tags of all that an environment has in a region, each with its Name
author: MTK Backend contributors (@mtk)
description:
  - Gives every type of resource the tags of its own. C(Name) is its P(mtk.backend.canonical_name#filter), C(mtk:tier)
    a subnet's tier.
positional: environment, region, zones
options:
  _input:
    description: The tags that all have.
    type: dict
    required: true
  environment:
    description: The environment.
    type: str
    required: true
  region:
    description: The region.
    type: str
    required: true
  zones:
    description: The names of the zones. What lives in a zone has tags for each of them.
    type: list
    elements: str
    default: []
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
  description: The tags, by type; of what lives in a zone, by type and zone.
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
