# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes a report to a file on the controller."""

from __future__ import annotations

from typing import Any

from ansible.plugins.action import ActionBase
from ansible_collections.mtk.backend.plugins.plugin_utils import files

OPTIONS = {"path": {"type": "str", "required": True}, "content": {"type": "str", "required": True}}


class ActionModule(ActionBase):
    """The action of M(mtk.backend.private_file)."""

    _requires_connection = False
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: Any = None, task_vars: Any = None) -> dict[str, Any]:
        result = super().run(tmp, task_vars)
        options = self.validate_argument_spec(OPTIONS)[1]
        try:
            files.write(options["path"], options["content"])
        except OSError as error:
            text = f"path is '{options['path']}'; the file cannot be written ({error.strerror}). Name another file."
            return {**result, "failed": True, "msg": text}
        return {**result, "changed": False}
