# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Enables the callback mtk.backend.plan in every run of these playbooks.

Ansible loads the callbacks in the directory beside a playbook without being asked to, but those of a collection only if
ansible.cfg or the environment names them. The user of an installed collection has neither.
"""

from __future__ import annotations

from typing import Any

from ansible import constants
from ansible_collections.mtk.backend.plugins.callback import plan

DOCUMENTATION = plan.DOCUMENTATION  # Ansible reads the options of the callback from it


class CallbackModule(plan.CallbackModule):
    """The callback mtk.backend.plan, unless the configuration enables that itself."""

    CALLBACK_NAME = "mtk_backend_plan"
    CALLBACK_NEEDS_ENABLED = False

    def set_options(self, task_keys: Any = None, var_options: Any = None, direct: Any = None) -> None:
        if plan.CallbackModule.CALLBACK_NAME in constants.CALLBACKS_ENABLED:
            self.disabled = True  # Ansible then calls this one no more
        else:
            super().set_options(task_keys=task_keys, var_options=var_options, direct=direct)
