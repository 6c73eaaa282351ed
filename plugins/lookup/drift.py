# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: drift
short_description: Report differences from the inventory and their owners
version_added: 0.1.0
author: MTK Backend contributors (@mtk)
description:
  - Make a drift report from what the run has planned so far, as described in C(docs/using/plan.md).
requirements:
  - the callback P(mtk.backend.plan#callback) is enabled
options:
  _terms:
    description:
      - What M(mtk.backend.left_behind_info) and M(mtk.backend.aws_other_regions_info) have returned.
    type: list
    elements: dict
"""

EXAMPLES = r"""
- name: Show the drift
  ansible.builtin.debug:
    msg: "{{ lookup('mtk.backend.drift', mtk_left).lines }}"
"""

RETURN = r"""
_raw:
  description: One report in three forms.
  type: list
  elements: dict
  contains:
    report: {description: The report as data., type: dict}
    lines: {description: The report for a terminal., type: list, elements: str}
    markdown: {description: The report in Markdown., type: str}
"""

from collections.abc import Mapping
from typing import Any

from ansible.plugins.lookup import LookupBase
from ansible_collections.mtk.backend.plugins.plugin_utils import drift
from ansible_collections.mtk.backend.plugins.plugin_utils.record import RECORD, require_callback


class LookupModule(LookupBase):
    """The drift report as a value."""

    def run(self, terms: Any, variables: Any = None, **kwargs: Any) -> list[dict[str, Any]]:
        self.set_options(var_options=variables, direct=kwargs)
        require_callback("drift")
        answers = [term for term in terms if isinstance(term, Mapping)]
        unmanaged = [each for answer in answers for each in answer.get("resources", [])]
        denied = [region for answer in answers for region in answer.get("denied_regions", [])]
        report = drift.report(RECORD.document(), unmanaged, denied)
        return [{"report": report, "lines": drift.lines(report), "markdown": drift.markdown(report)}]
