# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: check_run
version_added: 0.1.0
short_description: Check the inventory and all settings before a run
author: MTK Backend contributors (@mtk)
description:
  - Check the inventory, the settings of all roles for all hosts, the tags of the command line, the extra variables
    and the files that the run reads and writes. If anything is wrong, fail with all faults, each with the variable, its
    value, the rule and what to do.
  - The first task of the playbooks is this module. Run it once, with C(run_once). It sends no request to AWS.
  - Each host is an AWS region. The groups are C(primary), C(secondary), C(network) and C(database).
options:
  defer_decisions:
    description:
      - Whether a resource that needs a decision stops an apply only at its end. The last task of the run then has to
        fail if there are any, as in C(playbooks/stages/12_decisions.yml).
      - With V(false) the first such resource stops the region, as a deletion needs it.
    type: bool
    default: true
  purpose:
    description:
      - What the run does. The summary says so.
      - With V(destroy), a run that C(--limit) restricts to a part of the inventory is refused, because what spans
        regions cannot be deleted in part.
    type: str
    choices: [apply, destroy]
    default: apply
    version_added: 0.1.0
  removed_region:
    description:
      - The region that the run removes. It must be a region of AWS that the inventory does not contain any more.
      - Only C(playbooks/remove_region.yml) gives it.
    type: str
    version_added: 0.1.0
attributes:
  action:
    description: The module runs on the controller.
    support: full
  check_mode:
    description: The module changes nothing.
    support: full
"""

EXAMPLES = r"""
- name: Check the inventory and all settings
  mtk.backend.check_run:
  run_once: true
"""

RETURN = r""" # """
