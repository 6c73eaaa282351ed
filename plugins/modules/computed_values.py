# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: computed_values
version_added: 0.1.0
short_description: Compute values once for the tasks that follow
author: MTK Backend contributors (@mtk)
description:
  - Return the given values, like the C(locals) of Terraform. Ansible computes a variable again, with everything that it
    depends on, each time a task uses it. The registered result of this module is computed once in a region.
  - Unlike facts, the values belong to the task that registers them. A role that runs again with other variables
    computes them again.
options:
  values:
    description: The values by name.
    type: dict
    required: true
attributes:
  action:
    description: The module runs on the controller.
    support: full
  check_mode:
    description: The module changes nothing.
    support: full
"""

EXAMPLES = r"""
- name: Compute the names of the network
  mtk.backend.computed_values:
    values:
      names: "{{ 'prod' | mtk.backend.names('us-east-1') }}"
  register: network_local

- name: Show the name of the VPC (prod_us-east-1_vpc)
  ansible.builtin.debug:
    msg: "{{ network_local.names.vpc }}"
"""

RETURN = r"""
names:
  description: An example of a value. Each given value is returned under its own name.
  returned: always
  type: dict
  sample: {"vpc": prod_us-east-1_vpc}
"""
