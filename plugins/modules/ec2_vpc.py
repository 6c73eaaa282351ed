#!/usr/bin/python
# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ec2_vpc
version_added: 0.1.0
short_description: Manage a VPC whose block comes from an IPAM pool
description:
  - Manage a VPC. The Name tag identifies it, never the block.
  - A block from a pool is allocated once, when the VPC is created, and does not change later. O(ipv4_ipam_pool_id) and
    O(ipv4_ipam_pool_name) are used only then. The locale of the pool must be the region of the VPC.
  - A pool or O(cidr_block) is required to create the VPC.
author: MTK Backend contributors (@mtk)
options:
  name:
    description: The Name tag, which identifies the VPC.
    type: str
    required: true
  ipv4_netmask_length:
    description: The prefix length of the block, V(16) to V(28). AWS cannot change it later.
    type: int
  cidr_block:
    description: >-
      A certain block, with a prefix length of V(16) to V(28). It is allocated from the pool if a pool is given. AWS
      drops the bits behind the prefix. AWS cannot change the block later.
    type: str
  enable_dns_support:
    description: Whether the DNS server of Amazon answers in the VPC.
    type: bool
  enable_dns_hostnames:
    description: Whether instances with public addresses get DNS names. Requires O(enable_dns_support=true).
    type: bool
  instance_tenancy:
    description: The tenancy of instances. AWS cannot change it later.
    type: str
    choices: [default, dedicated]
  default_network_acl:
    description:
      - Whether to keep the entries of the VPC's default network ACL as AWS creates them, which allow all traffic.
      - If V(false) or not given, the entries are neither read nor changed.
    type: bool
extends_documentation_fragment:
  - mtk.backend.resource
  - mtk.backend.resource.tags
  - mtk.backend.references
  - mtk.backend.references.ipv4_ipam_pool
  - mtk.backend.connection
"""

EXAMPLES = r"""
- name: Create a VPC with a block from the pool of the environment
  mtk.backend.ec2_vpc:
    region: us-east-1
    name: dev_us-east-1_vpc
    ipv4_ipam_pool_name: dev_us-east-1_ipam_pool
    ipv4_netmask_length: 16
    enable_dns_support: true
    enable_dns_hostnames: true
    default_network_acl: true
    tags:
      mtk:environment: dev

- name: Remove the VPC
  mtk.backend.ec2_vpc:
    region: us-east-1
    name: dev_us-east-1_vpc
    state: absent
"""

RETURN = r"""
vpc:
  description: The VPC; empty if it does not exist.
  returned: success
  type: dict
  contains:
    vpc_id: {description: The id of the VPC., type: str}
    name: {description: The Name tag., type: str}
    cidr_block: {description: The IPv4 block., type: str}
    ipv4_netmask_length: {description: The prefix length of the block., type: int}
    enable_dns_support:
      {description: Whether the DNS server of Amazon answers., type: bool, returned: if the option is given}
    enable_dns_hostnames:
      {description: Whether instances get DNS names., type: bool, returned: if the option is given}
    instance_tenancy: {description: V(default) or V(dedicated)., type: str}
    is_default: {description: Whether the VPC is the default VPC of the region., type: bool}
    dhcp_options_id: {description: The id of the DHCP options., type: str}
    cidr_block_association_set: {description: All IPv4 blocks as AWS describes them., type: list, elements: dict}
    default_network_acl_entries:
      description: >-
        The entries of the default network ACL, if O(default_network_acl=true), without the last one, which nobody can
        change.
      type: list
      elements: dict
    state: {description: V(pending) or V(available)., type: str}
    tags: {description: The tags., type: dict}
  sample:
    cidr_block: 10.0.0.0/16
    enable_dns_hostnames: true
    enable_dns_support: true
    instance_tenancy: default
    ipv4_netmask_length: 16
    state: available
    tags: {"mtk:environment": dev, "Name": dev_us-east-1_vpc}
    vpc_id: vpc-0a1b2c3d4e5f60718
settled:
  description:
    - Whether nothing is left to do and AWS is not at work on the resource.
    - False in check mode if something would change, and with O(wait=false) while AWS is still at work.
  returned: success
  type: bool
  sample: true
"""

from ansible_collections.mtk.backend.plugins.module_utils.aws._tags import tag_specifications, write_tags
from ansible_collections.mtk.backend.plugins.module_utils.domain._ec2_limits import vpc_faults
from ansible_collections.mtk.backend.plugins.module_utils.domain._limits import between, block, canonical_block
from ansible_collections.mtk.backend.plugins.module_utils.domain._values import Refused
from ansible_collections.mtk.backend.plugins.module_utils.engine._module import run
from ansible_collections.mtk.backend.plugins.module_utils.engine._resource import Resource
from ansible_collections.mtk.backend.plugins.module_utils.resources._ipam import allocate
from ansible_collections.mtk.backend.plugins.module_utils.resources._network_acl import (
    ENTRIES,
    as_created,
    default_entries,
    write_entries,
)
from ansible_collections.mtk.backend.plugins.module_utils.resources._vpc_content import obstacles

DNS = {"enable_dns_support": "enableDnsSupport", "enable_dns_hostnames": "enableDnsHostnames"}
OPTIONS = {
    "name": {"type": "str", "required": True},
    "ipv4_netmask_length": {"type": "int"},
    "cidr_block": {"type": "str"},
    **{name: {"type": "bool"} for name in DNS},
    "instance_tenancy": {"type": "str", "choices": ["default", "dedicated"]},
    "default_network_acl": {"type": "bool"},
}


class Vpc(Resource):
    """A VPC."""

    kind = "vpc"
    references = {"ipv4_ipam_pool_name": ("ipv4_ipam_pool_id", "ipam_pool")}
    managed = ("cidr_block", "ipv4_netmask_length", "instance_tenancy", *DNS)
    immutable = frozenset({"cidr_block", "ipv4_netmask_length", "instance_tenancy"})
    computed = ("vpc_id", "cidr_block")
    limits = {"cidr_block": block(16, 28), "ipv4_netmask_length": between(16, 28)}
    retry_codes = (("UnsupportedOperation", "not monitored by IPAM"), "InvalidVpcID.NotFound", "DependencyViolation")

    def conflicts(self):
        return vpc_faults(self.params)

    def siblings(self):
        return self.aws.pages("ec2", "describe_vpcs", "vpcs")

    def describe(self, sibling):
        length = int(sibling["cidr_block"].rpartition("/")[2])
        attributes = {name: self._attribute(sibling["vpc_id"], name) for name in DNS if self.params[name] is not None}
        acl = default_entries(self.aws, sibling["vpc_id"]) if self._keeps_acl else {}
        return {**sibling, "name": self.params["name"], "ipv4_netmask_length": length, **attributes, **acl}

    def desired(self, have):
        want = super().desired(have)
        if "cidr_block" in want:
            want["cidr_block"] = canonical_block(want["cidr_block"])
        if have is not None:
            entries = have.get(ENTRIES)
            return want if entries is None else {**want, ENTRIES: as_created(entries)}
        want.update(self.resolved)  # AWS does not show the pool of an existing VPC
        if "ipv4_ipam_pool_id" not in want and "cidr_block" not in want:
            raise Refused(f"{self} does not exist. To create it, give ipv4_ipam_pool_name or cidr_block.")
        return want

    def create(self, want):
        given = {name: value for name, value in want.items() if name not in (*DNS, "tags")}
        if "cidr_block" in given:
            given.pop("ipv4_netmask_length", None)
        tags = tag_specifications("vpc", want["tags"])

        def request():
            self.aws.call("ec2", "create_vpc", **given, tag_specifications=tags)

        if "ipv4_ipam_pool_id" in given:
            allocate(self.aws, given["ipv4_ipam_pool_id"], request)
        else:
            request()

    def update(self, have, changes):
        if ENTRIES in changes:
            write_entries(self.aws, have["_default_acl_id"], have[ENTRIES], changes[ENTRIES])
        names = [name for name in DNS if name in changes]
        for name in names if changes.get("enable_dns_support", True) else reversed(names):
            self.aws.call("ec2", "modify_vpc_attribute", vpc_id=have["vpc_id"], **{name: {"value": changes[name]}})
        if "tags" in changes:
            write_tags(self.aws, "ec2", [have["vpc_id"]], have["tags"], changes["tags"])

    def obstacles(self, have):
        return obstacles(self, have["vpc_id"])

    def delete(self, have):
        self.aws.call("ec2", "delete_vpc", vpc_id=have["vpc_id"])

    @property
    def _keeps_acl(self):
        return self.params["default_network_acl"] and self.params["state"] == "present"

    def _attribute(self, vpc, name):
        return self.aws.call("ec2", "describe_vpc_attribute", vpc_id=vpc, attribute=DNS[name])[name]["value"]


def main(context=None):
    run(Vpc, OPTIONS, context)


if __name__ == "__main__":
    main()
