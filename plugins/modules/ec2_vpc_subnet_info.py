#!/usr/bin/python
# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ec2_vpc_subnet_info
short_description: List subnets by their names and tags
version_added: 0.1.0
author: MTK Backend contributors (@mtk)
description:
  - Lists the subnets of a region that have a name like the given one and bear all of the given tags. They are chosen
    from the listing that the modules of a run share, so that asking costs nothing.
options:
  name:
    description: The name in the C(Name) tag; C(*) stands for anything.
    type: str
  tags:
    description: The tags to look for, each with the value that it shall have.
    type: dict
    default: {}
  vpc_id:
    description: Only subnets of this VPC.
    type: str
extends_documentation_fragment:
  - mtk.backend.info
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: Ask for the subnets of the database
  mtk.backend.ec2_vpc_subnet_info:
    region: us-east-1
    name: prod_us-east-1_*_database_subnet
    tags:
      mtk:environment: prod
"""

RETURN = r"""
subnets:
  description: The subnets, by zone and CIDR, as DescribeSubnets shows them.
  returned: always
  type: list
  elements: dict
  sample:
    - subnet_id: subnet-2e91c4e0b3f6a1d75
      vpc_id: vpc-0d0fbfea99acf8d1e
      availability_zone: us-east-1a
      cidr_block: 10.8.0.0/24
      state: available
      tags:
        Name: prod_us-east-1_us-east-1a_database_subnet
        mtk:environment: prod
        mtk:tier: database
"""

from fnmatch import fnmatchcase

from ansible_collections.mtk.backend.plugins.module_utils.engine._module import inform

OPTIONS = {"name": {"type": "str"}, "tags": {"type": "dict", "default": {}}, "vpc_id": {"type": "str"}}


def read(aws, params):
    listed = aws.pages("ec2", "describe_subnets", "subnets")
    found = [subnet for subnet in listed if _is_meant(subnet, params)]
    return {"subnets": sorted(found, key=lambda subnet: (subnet["availability_zone"], subnet["cidr_block"]))}


def _is_meant(subnet, params):
    tags, wanted = subnet.get("tags") or {}, {key: str(value) for key, value in params["tags"].items()}
    named = params["name"] is None or fnmatchcase(tags.get("Name", ""), params["name"])
    return named and wanted.items() <= tags.items() and params["vpc_id"] in (None, subnet["vpc_id"])


def main(context=None):
    inform(read, OPTIONS, context)


if __name__ == "__main__":
    main()
