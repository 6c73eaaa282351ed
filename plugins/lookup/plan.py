# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: plan
short_description: Return what the run has planned or done so far
version_added: 0.1.0
author: MTK Backend contributors (@mtk)
description:
  - Return the document that the callback P(mtk.backend.plan#callback) writes, from the tasks that have ended. With it a
    playbook can check a plan, for example refuse a plan that deletes resources.
requirements:
  - the callback P(mtk.backend.plan#callback) is enabled
options:
  resource:
    description: The module that manages the resources, for example V(ec2_subnet). If not given, all are returned.
    type: str
  region:
    description: The region of the resources. If not given, the resources of all regions are returned.
    type: str
  action:
    description: The action of the resources. If not given, the resources of all actions are returned.
    type: str
    choices: [create, update, replace, delete, keep, none, refuse, unknown]
"""

EXAMPLES = r"""
- name: Refuse a plan that deletes resources
  ansible.builtin.assert:
    that: lookup('mtk.backend.plan').counts['delete'] == 0

- name: Show the subnets that an apply would create
  ansible.builtin.debug:
    msg: "{{ lookup('mtk.backend.plan', resource='ec2_subnet', action='create').resources | map(attribute='name') }}"
"""

RETURN = r"""
_raw:
  description: The document that C(docs/using/plan.md) describes, and in C(collected) whether the callback is enabled.
  type: list
  elements: dict
"""

from typing import Any

from ansible.plugins.lookup import LookupBase
from ansible_collections.mtk.backend.plugins.plugin_utils.record import RECORD


class LookupModule(LookupBase):
    """The document of the run as a value."""

    def run(self, terms: Any, variables: Any = None, **kwargs: Any) -> list[dict[str, Any]]:
        self.set_options(var_options=variables, direct=kwargs)
        wanted = {name: self.get_option(name) for name in ("resource", "region", "action")}
        document = RECORD.document()
        document["resources"] = [
            entry
            for entry in document["resources"]
            if all(value in (None, entry[name]) for name, value in wanted.items())
        ]
        return [{"collected": RECORD.collects, **document}]
