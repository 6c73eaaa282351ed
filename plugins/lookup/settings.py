# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: settings
short_description: Return the checked settings of a role
version_added: 0.1.0
author: MTK Backend contributors (@mtk)
description:
  - Check all variables of a role and return them in their types, as M(mtk.backend.settings) does, with the rules that
    hold in every region.
  - The roles use it if a run begins in the middle of an entry point, with C(--start-at-task). Otherwise the first task
    of the entry point has registered the settings.
options:
  _terms:
    description: The role, V(ipam_vpc), V(aurora) or V(dynamodb_global).
    type: list
    elements: str
    required: true
"""

EXAMPLES = r"""
- name: Show the port of the database
  ansible.builtin.debug:
    msg: "{{ lookup('mtk.backend.settings', 'aurora').port }}"
  vars:
    mtk_environment: dev
"""

RETURN = r"""
_raw:
  description: The settings without the prefix of the role, and names and tags of resources.
  type: list
  elements: dict
"""

from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleError
from ansible.plugins.lookup import LookupBase
from ansible_collections.mtk.backend.plugins.plugin_utils import settings


class LookupModule(LookupBase):
    """The settings of a role as a value."""

    def run(self, terms: Any, variables: Any = None, **kwargs: Any) -> list[dict[str, Any]]:
        self.set_options(var_options=variables, direct=kwargs)
        return [self._settings(str(term), variables) for term in terms]

    def _settings(self, name: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        if name not in settings.ROLES:
            raise AnsibleError(f"mtk.backend.settings: '{name}' is not one of the roles {', '.join(settings.ROLES)}")
        role = settings.ROLES[name]
        found = settings.Settings(variables, settings.resolver(self._templar))
        values, faults = found.check(role, owner=False)
        if found.run_faults or faults:
            context = f"The role {name} has not changed anything."
            raise AnsibleError(settings.message([*found.run_faults, *faults], context))
        return settings.result(role, values)
