# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs the module of the same name. After a change or a wait, what the run has read before is out of date."""

from __future__ import annotations

from typing import Any

from ansible_collections.mtk.backend.plugins.action import in_process
from ansible_collections.mtk.backend.plugins.module_utils.aws import _cache
from ansible_collections.mtk.backend.plugins.module_utils.engine._document import IDLE
from ansible_collections.mtk.backend.plugins.plugin_utils.record import CACHE, RECORD


class ActionModule(in_process.ActionModule):
    """See plugins/modules/outputs_info.py."""

    def run(self, tmp: Any = None, task_vars: Any = None) -> dict[str, Any]:
        moved = (each["action"] not in IDLE or each.get("seconds") for each in RECORD.entries.values())
        if RECORD.mode == "apply" and any(moved):
            _cache.void_all(CACHE)
        return super().run(tmp, task_vars)
