# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Options that every module of the collection has."""

    DOCUMENTATION = r"""
options:
  state:
    description: Whether the resource shall exist.
    type: str
    choices: [present, absent]
    default: present
  wait:
    description:
      - Whether to return only when AWS has done everything.
      - With V(false) the module starts the work and returns; run the same task later with V(true) to await it.
    type: bool
    default: true
  wait_timeout:
    description: How long to wait, in seconds.
    type: int
    default: 1800
  plan_file:
    description:
      - A plan that was written in check mode and approved, see C(docs/using/plan.md). What it does not contain is refused.
      - Where it is not given, the plan that the variable C(plan_file) names, as with C(-e plan_file=...).
      - Without effect in check mode.
    type: path
attributes:
  check_mode:
    support: full
    description: Makes no changing call to AWS and returns what would be, with C((known after apply)) where AWS decides.
  diff_mode:
    support: full
    description: Returns the managed fields before and after.
"""

    TAGS = r"""
options:
  tags:
    description:
      - The tags of the resource. Left alone where not given.
      - A resource that bears another C(mtk:environment) tag than the one given here is refused.
    type: dict
    aliases: [resource_tags]
  purge_tags:
    description: Whether to remove tags that O(tags) does not name.
    type: bool
    default: true
"""
