#!/usr/bin/python
# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ec2_vpc_subnet_info
short_description: List subnets by name and tags
version_added: 0.1.0
author: MTK Backend contributors (@mtk)
description:
  - List the subnets of a region that match a name and have all given tags. The module filters the list of all subnets,
    which the modules of a run share, so that it usually needs no request.
options:
  name:
    description: The Name tag; V(*) matches any characters.
    type: str
  tags:
    description: The tags and their values. A subnet must have all of them.
    type: dict
    default: {}
  vpc_id:
    description: The id of the VPC. If neither it nor O(vpc_name) is given, the subnets of all VPCs are listed.
    type: str
  vpc_name:
    description: The Name tag of the VPC. If no VPC has it, no subnet is listed.
    type: str
extends_documentation_fragment:
  - mtk.backend.info
  - mtk.backend.connection
"""

EXAMPLES = r"""
- name: List the subnets of prod with a name
  mtk.backend.ec2_vpc_subnet_info:
    region: us-east-1
    name: prod_us-east-1_*_database_subnet
    tags:
      mtk:environment: prod

- name: List the database subnets of prod's VPC
  mtk.backend.ec2_vpc_subnet_info:
    region: us-east-1
    vpc_name: prod_us-east-1_vpc
    tags:
      mtk:environment: prod
      mtk:tier: database
"""

RETURN = r"""
subnets:
  description: The subnets as AWS describes them, sorted by zone and CIDR block.
  returned: always
  type: list
  elements: dict
  contains:
    subnet_id: {description: The id of the subnet., type: str}
    subnet_arn: {description: The ARN of the subnet., type: str}
    vpc_id: {description: The id of the VPC., type: str}
    availability_zone: {description: The name of the zone., type: str}
    availability_zone_id: {description: The id of the zone., type: str}
    cidr_block: {description: The IPv4 block., type: str}
    available_ip_address_count: {description: The number of unused IPv4 addresses., type: int}
    map_public_ip_on_launch: {description: Whether instances get a public IPv4 address., type: bool}
    state: {description: "V(pending), V(available) or V(failed).", type: str}
    tags: {description: The tags., type: dict}
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

from ansible_collections.mtk.backend.plugins.module_utils.aws._lookup import find_id
from ansible_collections.mtk.backend.plugins.module_utils.engine._module import inform

OPTIONS = {
    "name": {"type": "str"},
    "tags": {"type": "dict", "default": {}},
    "vpc_id": {"type": "str"},
    "vpc_name": {"type": "str"},
}


def read(aws, params):
    listed = aws.pages("ec2", "describe_subnets", "subnets")
    vpc = params["vpc_id"] if params["vpc_name"] is None else find_id(aws, "vpc", params["vpc_name"], params=params)
    found = [subnet for subnet in listed if _is_meant(subnet, {**params, "vpc_id": vpc})]
    return {"subnets": sorted(found, key=lambda subnet: (subnet["availability_zone"], subnet["cidr_block"]))}


def _is_meant(subnet, params):
    tags, wanted = subnet.get("tags") or {}, {key: str(value) for key, value in params["tags"].items()}
    named = params["name"] is None or fnmatchcase(tags.get("Name", ""), params["name"])
    return named and wanted.items() <= tags.items() and params["vpc_id"] in (None, subnet["vpc_id"])


def main(context=None):
    inform(read, OPTIONS, context)


if __name__ == "__main__":
    main()
