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
  - List the zones of a region that the account can use, as M(amazon.aws.aws_az_info) does. A run asks AWS only once.
extends_documentation_fragment:
  - mtk.backend.info
  - mtk.backend.connection
"""

EXAMPLES = r"""
- name: List the zones of the region
  mtk.backend.aws_az_info:
    region: us-east-1
"""

RETURN = r"""
availability_zones:
  description: The zones, sorted by name.
  returned: always
  type: list
  elements: dict
  contains:
    zone_name: {description: "The name of the zone, which differs between accounts.", type: str}
    zone_id: {description: "The id of the zone, which is the same in all accounts.", type: str}
    zone_type: {description: "V(availability-zone), V(local-zone) or V(wavelength-zone).", type: str}
    state: {description: "The state, usually V(available).", type: str}
    opt_in_status: {description: "V(opt-in-not-required), V(opted-in) or V(not-opted-in).", type: str}
    region_name: {description: The region., type: str}
    group_name: {description: The group of the zone., type: str}
    network_border_group: {description: The network border group of the zone., type: str}
    messages: {description: Messages of AWS about the zone., type: list, elements: dict}
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
