# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Checks the settings of a role and returns them in their types. Sends no request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible.plugins.action import ActionBase
from ansible.utils.display import Display
from ansible_collections.mtk.backend.plugins.module_utils.domain._setting import MISSING, Fault
from ansible_collections.mtk.backend.plugins.plugin_utils import settings
from ansible_collections.mtk.backend.plugins.plugin_utils.record import RECORD

OPTIONS = {
    "role": {"type": "str", "required": True, "choices": sorted(settings.ROLES)},
    "owner": {"type": "bool", "default": True},
}


class ActionModule(ActionBase):
    """The action of M(mtk.backend.settings)."""

    _requires_connection = False
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: Any = None, task_vars: Any = None) -> dict[str, Any]:
        result = super().run(tmp, task_vars)
        options = self.validate_argument_spec(OPTIONS)[1]
        role = settings.ROLES[options["role"]]
        found = settings.Settings(task_vars, settings.resolver(self._templar))
        values, faults = found.check(role, owner=options["owner"])
        faults = [*_skipped(task_vars), *found.run_faults, *faults]
        if faults:
            text = settings.message(faults, f"The role {role.name} has not changed anything.")
            return {**result, "failed": True, "msg": text}
        if not RECORD.collects:
            Display().warning(f"This run ends without a summary of its changes. {settings.ENABLE_CALLBACK}")
        return {**result, "changed": False, **settings.result(role, values)}


def _skipped(variables: Mapping[str, Any]) -> Iterator[Fault]:
    """Return the fault of a run without Ansible's own tasks at the end of a role, which Ansible tags with always."""
    if "always" in (variables.get("ansible_skip_tags") or []):
        rule = "skips the checks of a run, and Ansible then fails at the end of a role"
        yield Fault({"--skip-tags always": MISSING}, rule, "Remove it.")
