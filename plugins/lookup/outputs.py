# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: outputs
short_description: Return the outputs of the environment
version_added: 0.1.0
author: MTK Backend contributors (@mtk)
description:
  - Return what M(mtk.backend.outputs_info) has read so far in the run, in the regions of the run, as described in
    C(docs/using/outputs.md). It fails if the run has read nothing.
requirements:
  - the callback P(mtk.backend.plan#callback) is enabled
"""

EXAMPLES = r"""
- name: Show the endpoint of the writer in the first region
  ansible.builtin.debug:
    msg: "{{ lookup('mtk.backend.outputs').document.regions['us-east-1'].cluster_endpoint }}"
"""

RETURN = r"""
_raw:
  description: The outputs in four forms.
  type: list
  elements: dict
  contains:
    document: {description: The outputs as data., type: dict}
    parameters: {description: "The outputs as SSM parameters, by region: name, value and state.", type: dict}
    terraform: {description: The outputs in the form of C(terraform output -json)., type: dict}
    lines: {description: The outputs as a table., type: list, elements: str}
"""

from typing import Any

from ansible.errors import AnsibleError
from ansible.plugins.lookup import LookupBase
from ansible_collections.mtk.backend.plugins.module_utils.domain import _outputs, _outputs_text
from ansible_collections.mtk.backend.plugins.plugin_utils.record import RECORD, require_callback


class LookupModule(LookupBase):
    """The outputs as a value."""

    def run(self, terms: Any, variables: Any = None, **kwargs: Any) -> list[dict[str, Any]]:
        self.set_options(var_options=variables, direct=kwargs)
        require_callback("outputs")
        if not RECORD.outputs:
            raise AnsibleError(
                "The run has read no outputs. Run without --start-at-task; in a playbook of your own, import "
                "mtk.backend.outputs before."
            )
        document = _outputs.document(RECORD.environment or "", RECORD.outputs)
        return [
            {
                "document": document,
                "parameters": _outputs.parameters(document),
                "terraform": _outputs.terraform(document),
                "lines": _outputs_text.lines(document),
            }
        ]
