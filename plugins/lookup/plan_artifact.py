# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: plan_artifact
short_description: Return the plan of the run as a text for the later jobs of an AWX workflow
version_added: 0.1.0
author: MTK Backend contributors (@mtk)
description:
  - Return the document of P(mtk.backend.plan#lookup) as compressed JSON in base64. Given as the variable
    C(mtk_plan_artifact), it is the approved plan of an apply, see C(docs/using/awx-jobs.md).
  - It fails if the text has more than 500000 characters.
requirements:
  - the callback P(mtk.backend.plan#callback) is enabled
"""

EXAMPLES = r"""
- name: Hand the plan over to the later jobs of the workflow
  ansible.builtin.set_stats:
    data:
      mtk_plan_artifact: "{{ lookup('mtk.backend.plan_artifact') }}"
    per_host: false
    aggregate: false
  no_log: true
"""

RETURN = r"""
_raw:
  description: One text.
  type: list
  elements: str
"""

from typing import Any

from ansible.errors import AnsibleError
from ansible.plugins.lookup import LookupBase
from ansible_collections.mtk.backend.plugins.module_utils.domain._values import Refused
from ansible_collections.mtk.backend.plugins.module_utils.engine._artifact import pack
from ansible_collections.mtk.backend.plugins.plugin_utils.record import RECORD, require_callback


class LookupModule(LookupBase):
    """The document of the run as a text."""

    def run(self, terms: Any, variables: Any = None, **kwargs: Any) -> list[str]:
        self.set_options(var_options=variables, direct=kwargs)
        require_callback("plan_artifact")
        try:
            return [pack(RECORD.document())]
        except Refused as refused:
            raise AnsibleError(str(refused)) from None
