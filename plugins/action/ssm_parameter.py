# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module of the same name, run in-process."""

from __future__ import annotations

from ansible_collections.mtk.backend.plugins.action import in_process


class ActionModule(in_process.ActionModule):
    """See plugins/modules/ssm_parameter.py."""
