# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs the module of the same name with what the run has managed so far, and adds its answer to the plan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible import context
from ansible_collections.mtk.backend.plugins.action import in_process
from ansible_collections.mtk.backend.plugins.module_utils.domain import _left
from ansible_collections.mtk.backend.plugins.module_utils.domain._inventory import selected_roles
from ansible_collections.mtk.backend.plugins.module_utils.domain._settings_run import consents
from ansible_collections.mtk.backend.plugins.plugin_utils import left, settings
from ansible_collections.mtk.backend.plugins.plugin_utils.record import RECORD

_LISTS = ("resources", "blocks", "database_subnets", "denied_regions", "other_environments")
NOTHING: Mapping[str, Any] = {**{name: [] for name in _LISTS}, "removed": {}}


class ActionModule(in_process.ActionModule):
    """See plugins/modules/left_behind_info.py."""

    def run(self, tmp: Any = None, task_vars: Any = None) -> dict[str, Any]:
        if RECORD.errors or context.CLIARGS.get("start_at_task"):
            return {"changed": False, **NOTHING, "components": list(_left.COMPONENTS)}
        self._task.args = {**self._covered(task_vars), **self._task.args}
        self._task.args["managed"] = [*self._task.args.get("managed", ()), *_left.managed(RECORD.entries.values())]
        result = super().run(tmp, task_vars)
        if result.get("failed"):
            return result
        planned = bool(self._task.check_mode)
        found = left.entries(result["resources"], result["removed"], "plan" if planned else "apply")
        noted = list(left.notes(result, found, planned))
        return {
            **result,
            "results": [{"plan": entry} for entry in found],
            "run_notes": noted,
            "components": self._task.args["components"],
        }

    def _covered(self, variables: Mapping[str, Any]) -> dict[str, Any]:
        """Return the options that say what the run covers, from the hosts and the tags of the run."""
        primary = variables.get("groups", {}).get("primary", [])
        home = [host for host in primary if host in variables.get("ansible_play_hosts", ())]
        tags = [variables.get(name) or [] for name in ("ansible_run_tags", "ansible_skip_tags")]
        remove = self._templar.template(variables.get("remove"))
        return {
            "home_region": "".join(home[:1]),
            "components": selected_roles(settings.ROLES, *tags),
            "remove": consents(remove),
        }
