# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: topology
short_description: Draw an environment as one HTML page
version_added: 0.1.0
author: MTK Backend contributors (@mtk)
description:
  - Draw the regions, networks, databases and tables of an environment, its addresses, who can reach whom, and what the
    plan changes, as one HTML page without scripts and without files beside it. C(docs/using/topology.md) describes it.
  - The page shows what the run has planned so far, or a plan in a file.
requirements:
  - without O(plan_file), the callback P(mtk.backend.plan#callback) is enabled
options:
  _terms:
    description:
      - What M(mtk.backend.left_behind_info) and M(mtk.backend.aws_other_regions_info) have returned.
    type: list
    elements: dict
  regions:
    description: The regions of the inventory. A region without resources is on the page, too.
    type: list
    elements: str
    default: []
  plan_file:
    description: A plan that C(playbooks/plan.yml) has written. The page shows this plan instead of the one of the run.
    type: str
"""

EXAMPLES = r"""
- name: Write the page of a saved plan
  mtk.backend.private_file:
    content: "{{ lookup('mtk.backend.topology', plan_file='plan.json') }}"
    path: plan.html
"""

RETURN = r"""
_raw:
  description: The page.
  type: list
  elements: str
"""

from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleError
from ansible.plugins.lookup import LookupBase
from ansible_collections.mtk.backend.plugins.plugin_utils.record import RECORD, require_callback
from ansible_collections.mtk.backend.plugins.plugin_utils.topology import page, saved


class LookupModule(LookupBase):
    """The topology page as a value."""

    def run(self, terms: Any, variables: Any = None, **kwargs: Any) -> list[str]:
        self.set_options(var_options=variables, direct=kwargs)
        path = self.get_option("plan_file")
        if path:
            try:
                return [page.of_plan(saved.plan(path))]
            except saved.NoPlan as error:
                raise AnsibleError(str(error)) from None
        require_callback("topology")
        answers = [term for term in terms if isinstance(term, Mapping)]
        unmanaged = [each for answer in answers for each in answer.get("resources", [])]
        denied = [region for answer in answers for region in answer.get("denied_regions", [])]
        regions = self.get_option("regions")
        return [page.of_run(RECORD.document(), RECORD.states, regions=regions, unmanaged=unmanaged, denied=denied)]
