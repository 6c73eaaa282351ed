#!/usr/bin/python
# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: aws_left_region_info
short_description: Find the regions that left the inventory of an environment
version_added: 0.1.0
author: MTK Backend contributors (@mtk)
description:
  - Find the regions in which an environment still has an IPAM pool, a replica of its table or a member of its global
    database, and which the inventory does not name. Run it in the region that owns what spans regions.
  - It sends only requests that other tasks of the run send as well, as long as no region has left the inventory.
  - Each such region is an entry of the plan that needs a decision. If the plan of the run is not collected, the module
    fails.
  - With O(region_name) there are no decisions. The module reads what the removal of that region needs.
options:
  environment:
    description: The value of the tag C(mtk:environment) on the resources of the environment.
    type: str
    required: true
  regions:
    description: All regions of the inventory. Required without O(region_name).
    type: list
    elements: str
    default: []
  removed_replica_regions:
    description: Other regions whose replica of the table the run deletes.
    type: list
    elements: str
    default: []
  region_name:
    description: The region to remove.
    type: str
extends_documentation_fragment:
  - mtk.backend.info
  - mtk.backend.connection
"""

EXAMPLES = r"""
- name: Find the regions that left the inventory of prod
  mtk.backend.aws_left_region_info:
    region: us-east-1
    environment: prod
    regions: [us-east-1, us-west-2]
"""

RETURN = r"""
left_regions:
  description: The regions that left the inventory. Empty with O(region_name).
  returned: always
  type: list
  elements: str
  sample: [eu-west-1]
pools:
  description: The blocks of the pools of O(region_name), that of the environment before the one that all share.
  returned: always
  type: list
  elements: dict
  contains:
    name: {description: The Name tag of the pool., type: str}
    environment: {description: The environment of the pool; V(shared) for the pool that all share., type: str}
    locale: {description: The region., type: str}
    cidr: {description: The block; empty for a pool without a block., type: str}
  sample: [{name: prod_eu-west-1_ipam_pool, environment: prod, locale: eu-west-1, cidr: 10.40.0.0/14}]
has_secret_copy:
  description: Whether the secret of the master user has a copy in O(region_name).
  returned: always
  type: bool
  sample: true
results:
  description: An item with C(plan), the entry for the plan of the run, for each region that needs a decision.
  returned: always
  type: list
  elements: dict
  contains:
    plan: {description: The entry for the plan of the run., type: dict}
  sample: []
"""

from ansible_collections.mtk.backend.plugins.module_utils.engine._module import decide
from ansible_collections.mtk.backend.plugins.module_utils.resources._region import Regions

OPTIONS = {
    "environment": {"type": "str", "required": True},
    **{name: {"type": "list", "elements": "str", "default": []} for name in ("regions", "removed_replica_regions")},
    "region_name": {"type": "str"},
}


def read(aws, params):
    regions, region = Regions(aws, params["environment"]), params["region_name"]
    left = [] if region else regions.left(params["regions"], params["removed_replica_regions"])
    answer = {
        "left_regions": [each.region for each in left],
        "pools": regions.address_pools(region) if region else [],
        "has_secret_copy": bool(region) and regions.has_secret_copy(region),
    }
    decisions = {each.region: (each.reason, [part.id for part in each.parts]) for each in left}
    return answer, decisions


def main(context=None):
    decide(read, OPTIONS, context)


if __name__ == "__main__":
    main()
