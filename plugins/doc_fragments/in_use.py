# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """The option of the modules for IPAM about resources in use."""

    DOCUMENTATION = r"""
options:
  in_use:
    description:
      - The effect of O(state=absent) while other resources still use this one. The result names them in C(in_use_by).
      - V(fail) makes the task fail. V(keep) leaves the resource alone and succeeds, for resources that several
        environments share and that the last environment removes.
    type: str
    choices: [fail, keep]
    default: fail
"""
