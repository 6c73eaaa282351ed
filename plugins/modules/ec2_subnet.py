#!/usr/bin/python
# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ec2_subnet
version_added: 0.1.0
short_description: Manage a subnet
description:
  - Manage a subnet of a VPC. The Name tag and the VPC identify it.
  - O(vpc_id) or O(vpc_name) is required.
  - A new subnet whose block overlaps another subnet of the VPC is refused, in check mode too.
author: MTK Backend contributors (@mtk)
options:
  name:
    description: The Name tag, which identifies the subnet in its VPC.
    type: str
    required: true
  cidr_block:
    description: >-
      The IPv4 block, with a prefix length of V(16) to V(28). AWS drops the bits behind the prefix. Required with
      O(state=present). AWS cannot change it later.
    type: str
  availability_zone:
    description: The name of the zone. If not given, AWS chooses one. AWS cannot change it later.
    type: str
  map_public_ip_on_launch:
    description: Whether instances get a public IPv4 address. If not given, it is not changed.
    type: bool
  assign_ipv6_address_on_creation:
    description: >-
      Whether network interfaces get an IPv6 address. V(true) needs a subnet with an IPv6 block. If not given, it is not
      changed.
    type: bool
  default_network_acl:
    description: >-
      Whether to keep the subnet in the default network ACL of its VPC. If V(false) or not given, the network ACL is
      neither read nor changed.
    type: bool
extends_documentation_fragment:
  - mtk.backend.resource
  - mtk.backend.resource.tags
  - mtk.backend.references
  - mtk.backend.references.vpc
  - mtk.backend.connection
"""

EXAMPLES = r"""
- name: Create a private subnet
  mtk.backend.ec2_subnet:
    region: us-east-1
    name: dev_us-east-1_us-east-1a_private_subnet
    vpc_name: dev_us-east-1_vpc
    cidr_block: 10.0.64.0/21
    availability_zone: us-east-1a
    map_public_ip_on_launch: false
    default_network_acl: true
    tags:
      mtk:environment: dev
      mtk:tier: private

- name: Remove the subnet
  mtk.backend.ec2_subnet:
    region: us-east-1
    name: dev_us-east-1_us-east-1a_private_subnet
    vpc_name: dev_us-east-1_vpc
    state: absent
"""

RETURN = r"""
subnet:
  description: The subnet; empty if it does not exist.
  returned: success
  type: dict
  contains:
    subnet_id: {description: The id of the subnet., type: str}
    subnet_arn: {description: The ARN of the subnet., type: str}
    name: {description: The Name tag., type: str}
    vpc_id: {description: The id of the VPC., type: str}
    cidr_block: {description: The IPv4 block., type: str}
    availability_zone: {description: The name of the zone., type: str}
    availability_zone_id: {description: The id of the zone., type: str}
    available_ip_address_count: {description: The number of unused IPv4 addresses., type: int}
    map_public_ip_on_launch: {description: Whether instances get a public IPv4 address., type: bool}
    assign_ipv6_address_on_creation: {description: Whether network interfaces get an IPv6 address., type: bool}
    network_acl_id: {description: "The id of the network ACL, if O(default_network_acl=true).", type: str}
    state: {description: "V(pending), V(available) or V(failed).", type: str}
    tags: {description: The tags., type: dict}
  sample:
    availability_zone: us-east-1a
    availability_zone_id: use1-az6
    cidr_block: 10.0.64.0/21
    map_public_ip_on_launch: false
    name: dev_us-east-1_us-east-1a_private_subnet
    state: available
    subnet_id: subnet-0123456789abcdef0
    tags: {"Name": dev_us-east-1_us-east-1a_private_subnet, "mtk:environment": dev, "mtk:tier": private}
    vpc_id: vpc-0123456789abcdef0
settled:
  description:
    - Whether nothing is left to do and AWS is not at work on the resource.
    - False in check mode if something would change, and with O(wait=false) while AWS is still at work.
  returned: success
  type: bool
  sample: true
"""

from ansible_collections.mtk.backend.plugins.module_utils.aws._tags import tag_specifications, write_tags
from ansible_collections.mtk.backend.plugins.module_utils.domain._limits import block
from ansible_collections.mtk.backend.plugins.module_utils.domain._values import Refused
from ansible_collections.mtk.backend.plugins.module_utils.engine._module import run
from ansible_collections.mtk.backend.plugins.module_utils.engine._resource import Resource
from ansible_collections.mtk.backend.plugins.module_utils.resources._ec2 import cidr, overlap
from ansible_collections.mtk.backend.plugins.module_utils.resources._interfaces import (
    DATABASE,
    databases,
    in_use,
    interfaces,
    living,
    staying,
)
from ansible_collections.mtk.backend.plugins.module_utils.resources._network_acl import network_acl_of

ADDRESSES = ("map_public_ip_on_launch", "assign_ipv6_address_on_creation")
OPTIONS = {
    "name": {"type": "str", "required": True},
    "cidr_block": {"type": "str"},
    "availability_zone": {"type": "str"},
    **{name: {"type": "bool"} for name in ADDRESSES},
    "default_network_acl": {"type": "bool"},
}


class Subnet(Resource):
    """A subnet."""

    kind = "subnet"
    references = {"vpc_name": ("vpc_id", "vpc")}
    managed = ("vpc_id", "cidr_block", "availability_zone", *ADDRESSES)
    immutable = frozenset({"vpc_id", "cidr_block", "availability_zone"})
    computed = ("subnet_id",)
    limits = {"cidr_block": block(16, 28)}
    failed = frozenset({"failed", "failed-insufficient-capacity"})
    retry_codes = ("InvalidSubnetID.NotFound", "DependencyViolation")

    def siblings(self):
        """List the subnets of the VPC. Refuse a new subnet that overlaps one of them: no second listing is needed."""
        vpc = self.resolved["vpc_id"]
        listed = [subnet for subnet in self.aws.pages("ec2", "describe_subnets", "subnets") if subnet["vpc_id"] == vpc]
        if self.params["state"] == "present" and not any(map(self.is_me, listed)):
            self._refuse_overlap(listed)
        return listed

    def describe(self, sibling):
        acl = network_acl_of(self.aws, sibling) if self._keeps_acl else {}
        return {**sibling, "name": self.params["name"], **acl}

    def desired(self, have):
        want = {**super().desired(have), "cidr_block": cidr(self.params["cidr_block"])}
        if self._keeps_acl and have and have.get("_default_acl_id"):
            want["network_acl_id"] = have["_default_acl_id"]
        return want

    def create(self, want):
        given = {name: want[name] for name in self.immutable if name in want}
        self.aws.call("ec2", "create_subnet", **given, tag_specifications=tag_specifications("subnet", want["tags"]))

    def update(self, have, changes):
        for name in [name for name in ADDRESSES if name in changes]:  # AWS takes one attribute a request
            value = {name: {"value": changes[name]}}
            self.aws.call("ec2", "modify_subnet_attribute", subnet_id=have["subnet_id"], **value)
        if "network_acl_id" in changes:
            link = {"association_id": have["_acl_association_id"], "network_acl_id": changes["network_acl_id"]}
            self.aws.call("ec2", "replace_network_acl_association", **link)
        if "tags" in changes:
            write_tags(self.aws, "ec2", [have["subnet_id"]], have["tags"], changes["tags"])

    def obstacles(self, have):
        found = [each for each in interfaces(self, have["vpc_id"]) if each.get("subnet_id") == have["subnet_id"]]
        yield from in_use(self, staying(self, found))
        if any(each.get("description") == DATABASE for each in found):
            for instance in self._databases(have):
                yield living(self, instance, "rds_instance", instance["db_instance_identifier"])

    def delete(self, have):
        self.aws.call("ec2", "delete_subnet", subnet_id=have["subnet_id"])

    @property
    def _keeps_acl(self):
        return self.params["default_network_acl"] and self.params["state"] == "present"

    def _databases(self, have):
        """Return the DB instances in the subnet: RDS puts one into the subnet of its group in its zone."""
        for instance in databases(self):
            group = (instance.get("db_subnet_group") or {}).get("subnets") or []
            zone = instance.get("availability_zone") == have["availability_zone"]
            if zone and have["subnet_id"] in (subnet["subnet_identifier"] for subnet in group):
                yield instance

    def _refuse_overlap(self, subnets):
        block = cidr(self.params["cidr_block"])
        other = next((subnet for subnet in subnets if overlap(block, subnet["cidr_block"])), None)
        if other is None:
            return
        other_id, name = other["subnet_id"], (other.get("tags") or {}).get("Name") or "without a Name tag"
        same = f" If {other_id} is this subnet, set its Name tag to {self.params['name']}."
        raise Refused(
            f"cidr_block of {self} is {block}; it overlaps {other_id} ({name}, {other['cidr_block']}) of "
            f"{other['vpc_id']}, and the subnets of a VPC must not overlap. Give another cidr_block, or delete "
            f"{other_id}.{same if other['cidr_block'] == block else ''}"
        )


def main(context=None):
    run(
        Subnet,
        OPTIONS,
        context,
        required_one_of=[("vpc_id", "vpc_name")],
        required_if=[("state", "present", ("cidr_block",))],
    )


if __name__ == "__main__":
    main()
