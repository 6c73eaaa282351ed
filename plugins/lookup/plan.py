# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: plan
short_description: What the run has planned or done so far
version_added: 0.1.0
author: MTK Backend contributors (@mtk)
description:
  - Returns the document that the callback P(mtk.backend.plan#callback) writes, from the tasks that have ended. With it
    a playbook can judge a plan, for example refuse one that deletes anything.
requirements:
  - the callback P(mtk.backend.plan#callback) is enabled
options:
  resource:
    description: Only resources of this kind, for example V(ec2_subnet).
    type: str
  region:
    description: Only resources of this region.
    type: str
  action:
    description: Only resources with which this is done.
    type: str
    choices: [create, update, delete, none, refuse]
"""

EXAMPLES = r"""
- name: Refuse a plan that deletes anything
  ansible.builtin.assert:
    that: lookup('mtk.backend.plan').counts['delete'] == 0

- name: Show the subnets that would be made
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
