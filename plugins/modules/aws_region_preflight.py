#!/usr/bin/python
# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: aws_region_preflight
short_description: Find resources of an environment in regions outside of its inventory
version_added: 0.1.0
author: MTK Backend contributors (@mtk)
description:
  - Look in all enabled regions of the account that are not in the inventory for resources with the tag
    C(mtk:environment) of the environment. No run would delete them.
  - Snapshots and backups, and keys and secrets whose deletion is scheduled, are no finding. Neither is what AWS is
    deleting, nor a pool of the IPAM for such a region.
options:
  environment:
    description: The value of the tag C(mtk:environment).
    type: str
    required: true
  regions:
    description: The regions of the inventory.
    type: list
    elements: str
    required: true
extends_documentation_fragment:
  - mtk.backend.info
  - mtk.backend.connection
"""

EXAMPLES = r"""
- name: Find resources of dev outside of its inventory
  mtk.backend.aws_region_preflight:
    region: us-east-1
    environment: dev
    regions: [us-east-1]
"""

RETURN = r"""
findings:
  description: A sentence for each region that is not in the inventory and has resources of the environment.
  returned: always
  type: list
  elements: str
  sample: []
unasked:
  description: The operations that the credentials may not call. What they would have shown was not checked.
  returned: always
  type: list
  elements: str
  sample: []
plan:
  description: The entry for the plan of the run; empty without findings and outside of check mode.
  returned: always
  type: dict
  contains:
    resource: {description: The name of the module., type: str}
    name: {description: The region., type: str}
    region: {description: The region., type: str}
    action: {description: V(refuse)., type: str}
    mode: {description: V(plan)., type: str}
    reason: {description: All findings., type: str}
  sample: {}
"""

from ansible_collections.mtk.backend.plugins.module_utils.domain import _leftovers_text
from ansible_collections.mtk.backend.plugins.module_utils.engine._module import judge
from ansible_collections.mtk.backend.plugins.module_utils.resources._elsewhere import elsewhere

OPTIONS = {
    "environment": {"type": "str", "required": True},
    "regions": {"type": "list", "elements": "str", "required": True},
}


def read(aws, params):
    found, denied = elsewhere(aws, params["environment"], params["regions"])
    ours = [each for each in found if each.owner == "left"]  # what others have tagged stands in nobody's way
    return {
        "findings": _leftovers_text.outside(ours, params["environment"]),
        "unasked": [f"{region} resourcegroupstaggingapi:GetResources" for region in denied],
    }


def main(context=None):
    judge(read, OPTIONS, context, unchecked="regions outside of the inventory were")


if __name__ == "__main__":
    main()
