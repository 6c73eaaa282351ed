# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: confirm_destroy
version_added: 0.1.0
short_description: Show the plan of a deletion and ask for confirmation
author: MTK Backend contributors (@mtk)
description:
  - Judge what the run has planned so far, as a plan to delete an environment. Run it once, with C(run_once), after all
    tasks that delete have run in check mode.
  - If a resource needs a decision, or the inventory does not allow the deletion, the module fails, and nothing is
    deleted. The summary says what stands in the way.
  - Otherwise it shows the plan and asks for the name of the environment, unless O(confirmation) gives it.
  - In check mode it neither asks nor confirms.
  - It sends no request to AWS.
options:
  environment:
    description: The name of the environment.
    type: str
    required: true
  region:
    description:
      - The region of the environment that is deleted. The module then asks for the name of the region.
      - If not given, the whole environment is deleted.
    type: str
  confirmation:
    description: The name that the user has given in advance. If not given, the module asks for it.
    type: str
  allowed:
    description: Whether the inventory allows to delete the environment.
    type: bool
    default: false
attributes:
  action:
    description: The module runs on the controller.
    support: full
  check_mode:
    description: The module changes nothing.
    support: full
"""

EXAMPLES = r"""
- name: Confirm the deletion
  mtk.backend.confirm_destroy:
    environment: dev
    confirmation: "{{ confirm_environment | default(omit) }}"
    allowed: "{{ destroy_allowed }}"
  run_once: true
  register: mtk_destroy
"""

RETURN = r"""
deletion_confirmed:
  description: Whether the deletion was confirmed.
  returned: always
  type: bool
  sample: true
reports:
  description: Whether what is left is to be reported. It is true without a confirmation, if there is nothing to delete.
  returned: always
  type: bool
  sample: true
"""
