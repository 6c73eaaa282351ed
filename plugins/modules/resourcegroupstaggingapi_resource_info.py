#!/usr/bin/python
# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: resourcegroupstaggingapi_resource_info
short_description: List the resources of a region that have certain tags
version_added: 0.1.0
author: MTK Backend contributors (@mtk)
description:
  - List the resources of all services in a region that have all given tags, with one listing.
  - AWS does not list IAM roles and policies.
options:
  tags:
    description: The tags and their values. A resource must have all of them.
    type: dict
    required: true
extends_documentation_fragment:
  - mtk.backend.info
  - mtk.backend.connection
"""

EXAMPLES = r"""
- name: List the resources of prod
  mtk.backend.resourcegroupstaggingapi_resource_info:
    tags:
      mtk:environment: prod
"""

RETURN = r"""
resources:
  description: The resources, sorted by ARN.
  returned: always
  type: list
  elements: dict
  contains:
    arn: {description: The ARN of the resource., type: str}
    region: {description: The region that was asked., type: str}
    tags: {description: The tags of the resource., type: dict}
  sample:
    - arn: arn:aws:ec2:us-east-1:123456789012:vpc/vpc-0d0fbfea99acf8d1e
      region: us-east-1
      tags:
        Name: prod_us-east-1_vpc
        mtk:environment: prod
"""

from ansible_collections.mtk.backend.plugins.module_utils.engine._module import inform

OPTIONS = {"tags": {"type": "dict", "required": True}}


def read(aws, params):
    filters = [{"key": key, "values": [str(value)]} for key, value in params["tags"].items()]
    found = aws.pages("resourcegroupstaggingapi", "get_resources", "resource_tag_mapping_list", tag_filters=filters)
    listed = [{"arn": entry["resource_arn"], "region": aws.region, "tags": entry["tags"]} for entry in found]
    return {"resources": sorted(listed, key=lambda entry: entry["arn"])}


def main(context=None):
    inform(read, OPTIONS, context)


if __name__ == "__main__":
    main()
