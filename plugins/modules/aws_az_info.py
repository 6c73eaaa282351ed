#!/usr/bin/python
# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: aws_az_info
short_description: List the zones of a region
version_added: 0.1.0
author: MTK Backend contributors (@mtk)
description:
  - Lists the availability zones of a region that the account can use, as M(amazon.aws.aws_az_info) does, once in a run.
extends_documentation_fragment:
  - mtk.backend.info
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: Ask which zones there are
  mtk.backend.aws_az_info:
    region: us-east-1
"""

RETURN = r"""
availability_zones:
  description: The zones, by name.
  returned: always
  type: list
  elements: dict
  sample:
    - zone_name: us-east-1a
      zone_id: use1-az6
      zone_type: availability-zone
      state: available
      region_name: us-east-1
"""

from ansible_collections.mtk.backend.plugins.module_utils.engine._module import inform

OPTIONS = {}


def read(aws, params):
    zones = aws.pages("ec2", "describe_availability_zones", "availability_zones")
    return {"availability_zones": sorted(zones, key=lambda zone: zone["zone_name"])}


def main(context=None):
    inform(read, OPTIONS, context)


if __name__ == "__main__":
    main()
