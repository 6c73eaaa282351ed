#!/usr/bin/python
# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: resourcegroupstaggingapi_resource_info
short_description: List what bears certain tags in a region
version_added: 0.1.0
author: MTK Backend contributors (@mtk)
description:
  - Lists the resources of all services that bear all of the given tags, with one listing a region.
  - AWS's listing knows no IAM roles and policies.
options:
  tags:
    description: The tags to look for; each with the value that it shall have.
    type: dict
    required: true
extends_documentation_fragment:
  - mtk.backend.info
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: What belongs to the environment
  mtk.backend.resourcegroupstaggingapi_resource_info:
    tags:
      mtk:environment: prod
"""

RETURN = r"""
resources:
  description: What was found, sorted by ARN.
  returned: always
  type: list
  elements: dict
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
    listed = [{"arn": one["resource_arn"], "region": aws.region, "tags": one["tags"]} for one in found]
    return {"resources": sorted(listed, key=lambda one: one["arn"])}


def main(context=None):
    inform(read, OPTIONS, context)


if __name__ == "__main__":
    main()
