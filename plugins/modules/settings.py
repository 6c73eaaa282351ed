# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: settings
version_added: 0.1.0
short_description: Check the settings of a role and return them in their types
author: MTK Backend contributors (@mtk)
description:
  - Check all variables of a role in this collection. If any is wrong, fail with all faults, each with the variable, its
    value, the rule and what to do.
  - Return the settings without the prefix of the role, in their types. A text such as V("3") or V("true"), which a
    survey or C(-e) gives, becomes a number or a Boolean.
  - The first task of each entry point of a role is this module. It sends no request to AWS.
options:
  role:
    description: The role.
    type: str
    choices: [aurora, dynamodb_global, ipam_vpc]
    required: true
  owner:
    description: Whether the region of the host owns the resources that span regions. Some rules hold only there.
    type: bool
    default: true
attributes:
  action:
    description: The module runs on the controller.
    support: full
  check_mode:
    description: The module changes nothing.
    support: full
"""

EXAMPLES = r"""
- name: Check the settings of the database
  mtk.backend.settings:
    role: aurora
  register: aurora_settings
  vars:
    mtk_environment: dev

- name: Show the port
  ansible.builtin.debug:
    msg: "{{ aurora_settings.port }}"
"""

RETURN = r"""
environment:
  description:
    - The name of the environment. Each setting of the role is returned like this, under its name without the prefix.
  returned: success
  type: str
  sample: dev
tags:
  description: The tags of all resources, with those of the role.
  returned: success
  type: dict
  sample: {"mtk:environment": dev, "mtk:stack": mtk-backend, "mtk:component": aurora}
names:
  description: The names of all resources by type, as the filter P(mtk.backend.names#filter) returns them without zones.
  returned: success
  type: dict
  contains:
    vpc: {description: The name of the VPC., type: str}
  sample: {"vpc": dev_us-east-1_vpc}
named_tags:
  description: The tags of all resources by type, as the filter P(mtk.backend.named_tags#filter) returns them.
  returned: success
  type: dict
  contains:
    vpc: {description: The tags of the VPC., type: dict}
  sample: {"vpc": {"Name": dev_us-east-1_vpc, "mtk:environment": dev}}
"""
