# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: private_file
version_added: 0.1.0
short_description: Write a report to a file that only its owner may read
author: MTK Backend contributors (@mtk)
description:
  - Write text to a file on the controller, also in check mode. The file gets the mode C(0600). The
    text goes to a temporary file, which is renamed, so that nobody reads half a file.
  - A symbolic link stays, and the file that it names is replaced. An existing file keeps its owner.
  - A report is no change of a plan, so the task never reports C(changed).
options:
  path:
    description: The file to write. A leading C(~) is the home directory.
    type: str
    required: true
  content:
    description: The text.
    type: str
    required: true
attributes:
  action:
    description: The module runs on the controller.
    support: full
  check_mode:
    description: The module writes the file in check mode, too.
    support: none
"""

EXAMPLES = r"""
- name: Write the drift report
  mtk.backend.private_file:
    path: drift.md
    content: "{{ lookup('mtk.backend.drift').markdown }}"
  run_once: true
"""

RETURN = r""" # """
