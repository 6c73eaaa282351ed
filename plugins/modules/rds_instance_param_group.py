#!/usr/bin/python
# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: rds_instance_param_group
version_added: 0.1.0
short_description: Manage an instance parameter group
description:
  - Manage a parameter group for DB instances.
  - AWS applies dynamic parameters at once, and static parameters after the next reboot.
author: MTK Backend contributors (@mtk)
extends_documentation_fragment:
  - mtk.backend.resource
  - mtk.backend.resource.tags
  - mtk.backend.rds.parameter_group
  - mtk.backend.connection
"""

EXAMPLES = r"""
- name: Create a parameter group that logs slow statements
  mtk.backend.rds_instance_param_group:
    region: us-east-1
    name: dev-us-east-1-aurora-instance-parameter-group
    family: aurora-postgresql16
    description: Instances of dev
    parameters:
      log_min_duration_statement: 500
    tags:
      mtk:environment: dev

- name: Remove the parameter group
  mtk.backend.rds_instance_param_group:
    region: us-east-1
    name: dev-us-east-1-aurora-instance-parameter-group
    state: absent
"""

RETURN = r"""
db_parameter_group:
  description: The parameter group; empty if it does not exist.
  returned: success
  type: dict
  contains:
    db_parameter_group_arn: {description: The ARN of the parameter group., type: str}
    name: {description: The name of the parameter group., type: str}
    family: {description: The family., type: str}
    description: {description: The description., type: str}
    parameters: {description: The parameters that were set., type: dict}
    tags: {description: The tags., type: dict}
  sample:
    db_parameter_group_arn: arn:aws:rds:us-east-1:123456789012:pg:dev-us-east-1-aurora-instance-parameter-group
    description: Instances of dev
    family: aurora-postgresql16
    name: dev-us-east-1-aurora-instance-parameter-group
    parameters: {log_min_duration_statement: "500"}
    tags: {"mtk:environment": dev}
settled:
  description:
    - Whether nothing is left to do and AWS is not at work on the resource.
    - False in check mode if something would change, and with O(wait=false) while AWS is still at work.
  returned: success
  type: bool
  sample: true
"""

from ansible_collections.mtk.backend.plugins.module_utils.domain import _aurora_limits
from ansible_collections.mtk.backend.plugins.module_utils.engine._module import run
from ansible_collections.mtk.backend.plugins.module_utils.resources import _parameter_group


class InstanceParameterGroup(_parameter_group.ParameterGroup):
    """A parameter group for DB instances."""

    kind = "db_parameter_group"
    scope = "db_"
    computed = ("db_parameter_group_arn",)
    limits = _aurora_limits.PARAMETER_GROUP


def main(context=None):
    run(InstanceParameterGroup, _parameter_group.OPTIONS, context)


if __name__ == "__main__":
    main()
