# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Options that modules for IPAM share."""

    DOCUMENTATION = r"""
options:
  in_use:
    description:
      - What O(state=absent) does while something still uses the resource. The result names it in C(in_use_by).
      - V(fail) refuses; V(keep) leaves the resource as it is and succeeds, for what several environments share and the
        last of them takes along.
    type: str
    choices: [fail, keep]
    default: fail
"""

    POOL = r"""
options:
  ipam_pool_id:
    description: The pool. Give this or O(ipam_pool_name).
    type: str
  ipam_pool_name:
    description: The Name tag of the pool.
    type: str
"""
