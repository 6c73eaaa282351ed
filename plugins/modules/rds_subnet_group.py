#!/usr/bin/python
# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: rds_subnet_group
version_added: 0.1.0
short_description: Manage a DB subnet group
description:
  - Manage a group of subnets for DB clusters and DB instances.
author: MTK Backend contributors (@mtk)
options:
  name:
    description: >-
      The name, which identifies the subnet group. Up to 255 letters, digits, spaces and C(._-), with a letter first,
      and not V(default). AWS stores it in lower case.
    type: str
    required: true
  description:
    description: The description. Required to create the subnet group.
    type: str
  subnet_ids:
    description: >-
      The ids of all subnets, in two zones at least and up to V(20). Required to create the subnet group. If not given,
      the subnets are not changed.
    type: list
    elements: str
extends_documentation_fragment:
  - mtk.backend.resource
  - mtk.backend.resource.tags
  - mtk.backend.connection
"""

EXAMPLES = r"""
- name: Create a subnet group with the database subnets
  mtk.backend.rds_subnet_group:
    region: us-east-1
    name: dev-us-east-1-aurora-subnet-group
    description: Database subnets of dev
    subnet_ids: "{{ database_subnet_ids }}"
    tags:
      mtk:environment: dev

- name: Remove the subnet group
  mtk.backend.rds_subnet_group:
    region: us-east-1
    name: dev-us-east-1-aurora-subnet-group
    state: absent
"""

RETURN = r"""
db_subnet_group:
  description: The subnet group; empty if it does not exist.
  returned: success
  type: dict
  contains:
    db_subnet_group_arn: {description: The ARN of the subnet group., type: str}
    name: {description: The name of the subnet group., type: str}
    description: {description: The description., type: str}
    vpc_id: {description: The id of the VPC., type: str}
    subnet_ids: {description: "The ids of the subnets, sorted.", type: list, elements: str}
    subnet_group_status: {description: "The status, usually V(Complete).", type: str}
    tags: {description: The tags., type: dict}
  sample:
    db_subnet_group_arn: arn:aws:rds:us-east-1:123456789012:subgrp:dev-us-east-1-aurora-subnet-group
    description: Database subnets of dev
    name: dev-us-east-1-aurora-subnet-group
    subnet_group_status: Complete
    subnet_ids: [subnet-0a1b2c3d4e5f60718, subnet-18f7e6d5c4b3a2901]
    tags: {"mtk:environment": dev}
    vpc_id: vpc-0a1b2c3d4e5f60718
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
from ansible_collections.mtk.backend.plugins.module_utils.resources._rds import RdsResource

OPTIONS = {
    "name": {"type": "str", "required": True},
    "description": {"type": "str"},
    "subnet_ids": {"type": "list", "elements": "str"},
}


class SubnetGroup(RdsResource):
    """A DB subnet group."""

    kind = "db_subnet_group"
    identity = ("name",)
    managed = ("description", "subnet_ids")
    needed = managed
    computed = ("db_subnet_group_arn", "vpc_id")
    retry_codes = ("InvalidDBSubnetGroupStateFault",)  # RDS frees a group some time after its last cluster is deleted
    unordered = ("subnet_ids",)
    limits = _aurora_limits.SUBNET_GROUP

    def siblings(self):
        return self.aws.pages("rds", "describe_db_subnet_groups", "db_subnet_groups")

    def is_me(self, sibling):
        return sibling["db_subnet_group_name"] == self.params["name"]

    def describe(self, sibling):
        arn = sibling["db_subnet_group_arn"]
        return {
            **{name: sibling[name] for name in ("db_subnet_group_arn", "subnet_group_status", "vpc_id")},
            "name": sibling["db_subnet_group_name"],
            "description": sibling["db_subnet_group_description"],
            "subnet_ids": sorted(subnet["subnet_identifier"] for subnet in sibling["subnets"]),
            "tags": self.read_tags(arn),
        }

    def create(self, want):
        self._call("create", want, tags=want.get("tags"))

    def update(self, have, changes):
        if self.retag(have, changes):
            self._call("modify", {**have, **changes})  # AWS wants all subnets with every change

    def delete(self, have):
        self.aws.call("rds", "delete_db_subnet_group", db_subnet_group_name=self.params["name"])

    def _call(self, verb, want, **beside):
        self.aws.call(
            "rds",
            f"{verb}_db_subnet_group",
            db_subnet_group_name=self.params["name"],
            db_subnet_group_description=want["description"],
            subnet_ids=want["subnet_ids"],
            **beside,
        )


def main(context=None):
    run(SubnetGroup, OPTIONS, context)


if __name__ == "__main__":
    main()
