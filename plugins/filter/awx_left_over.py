# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: awx_left_over
version_added: 0.1.0
short_description: Name the objects of AWX that playbooks/awx.yml has made and that are not wanted any more
author: MTK Backend contributors (@mtk)
description:
  - Compare the objects of AWX with what M(mtk.backend.awx_objects) returns, by their names.
  - Objects without the description that C(playbooks/awx.yml) gives are not reported.
positional: found
options:
  _input:
    description: What M(mtk.backend.awx_objects) has returned.
    type: dict
    required: true
  found:
    description: The objects of AWX by kind, such as C(job_templates).
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: Show the job templates that are left
  ansible.builtin.debug:
    msg: "{{ mtk_awx | mtk.backend.awx_left_over({'job_templates': found}) }}"
  vars:
    mtk_awx: {name: mtk, job_templates: []}
    found: [{name: mtk qa plan, description: "Made by playbooks/awx.yml of mtk.backend. mtk qa: plans."}]
"""

RETURN = r"""
_value:
  description: The kinds and names of the objects.
  type: list
  elements: str
  sample: [job template mtk qa plan]
"""

from collections.abc import Callable
from typing import Any

from ansible_collections.mtk.backend.plugins.module_utils.domain._awx import left_over


class FilterModule:
    """The filter for Ansible."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"awx_left_over": left_over}
