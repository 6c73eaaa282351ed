# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module of the same name, run in-process. Here a run learns its account, which the approved plan has to name."""

from __future__ import annotations

from typing import Any

from ansible_collections.mtk.backend.plugins.action import in_process
from ansible_collections.mtk.backend.plugins.module_utils.domain._values import Refused
from ansible_collections.mtk.backend.plugins.plugin_utils import approved


class ActionModule(in_process.ActionModule):
    """See plugins/modules/aws_environment_info.py."""

    def run(self, tmp: Any = None, task_vars: Any = None) -> dict[str, Any]:
        result = super().run(tmp, task_vars)
        given = approved.given(task_vars, self._task, self._templar.template)
        if given is None or result.get("failed"):
            return result
        try:
            refusal = approved.account_refusal(given, result["account"], result["partition"])
        except Refused as refused:  # a task of the run has reported it, unless the run starts inside the playbooks
            refusal = str(refused)
        return {**result, "failed": True, "msg": refusal} if refusal else result
