#!/usr/bin/python
# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: aws_other_regions_info
version_added: 0.1.0
short_description: List the resources of an environment in the regions that are not in its inventory
author: MTK Backend contributors (@mtk)
description:
  - Look into all regions that are enabled in the account and return the resources with the tag of the environment. What
    is on its way out, such as a KMS key that waits for its deletion, and backups are not returned.
  - AWS does not list IAM roles and policies.
options:
  environment:
    description: The value of the tag C(mtk:environment).
    type: str
    required: true
  regions:
    description: The regions of the inventory, which are left out.
    type: list
    elements: str
    required: true
  components:
    description: The values of the tag C(mtk:component). Without all of them, only resources with these are returned.
    type: list
    elements: str
    default: [ipam_vpc, aurora, dynamodb_global]
extends_documentation_fragment:
  - mtk.backend.info
  - mtk.backend.connection
"""

EXAMPLES = r"""
- name: Look for resources of prod outside of its regions
  mtk.backend.aws_other_regions_info:
    region: us-east-1
    environment: prod
    regions: [us-east-1, us-west-2]
"""

RETURN = r"""
resources:
  description: The resources, sorted by region, module and name.
  returned: always
  type: list
  elements: dict
  contains:
    arn: {description: The ARN of the resource., type: str}
    region: {description: The region of the resource., type: str}
    resource: {description: "The module that manages the resource; for V(foreign) ones service and kind.", type: str}
    name: {description: The name of the resource as a plan shows it., type: str}
    owner: {description: "V(left) for resources with the tags of a role, otherwise V(foreign).", type: str}
    settings: {description: The variables that may have asked for the resource., type: str}
    elsewhere: {description: "Always true: the region is not in the inventory.", type: bool}
  sample:
    - arn: arn:aws:ec2:eu-central-1:123456789012:vpc/vpc-0d0fbfea99acf8d1e
      elsewhere: true
      name: prod_eu-central-1_vpc
      owner: left
      region: eu-central-1
      resource: ec2_vpc
      settings: the group network in hosts.yml
denied_regions:
  description: The regions in which the credentials may not list resources.
  returned: always
  type: list
  elements: str
  sample: []
"""

from ansible_collections.mtk.backend.plugins.module_utils.domain import _left
from ansible_collections.mtk.backend.plugins.module_utils.engine._module import inform
from ansible_collections.mtk.backend.plugins.module_utils.resources._elsewhere import elsewhere

OPTIONS = {
    "environment": {"type": "str", "required": True},
    "regions": {"type": "list", "elements": "str", "required": True},
    "components": {"type": "list", "elements": "str", "default": list(_left.COMPONENTS)},
}


def read(aws, params):
    found, denied = elsewhere(aws, params["environment"], params["regions"], params["components"])
    return {"resources": [{**each._asdict(), "elsewhere": True} for each in found], "denied_regions": denied}


def main(context=None):
    inform(read, OPTIONS, context)


if __name__ == "__main__":
    main()
