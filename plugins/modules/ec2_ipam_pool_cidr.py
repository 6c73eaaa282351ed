#!/usr/bin/python
# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ec2_ipam_pool_cidr
version_added: 0.1.0
short_description: Manage a block of an IPAM pool
description:
  - Keeps a block provisioned to a pool. AWS decides later whether it can be had; where not, the module fails with AWS's
    reason. A block that could not be had is asked for again.
  - While the source pool is being given a block itself, it waits before it asks, also with O(wait=false). AWS would
    take the call earlier, and then fail the block.
  - With O(state=absent) it waits for allocations whose resource is gone already, which AWS keeps for up to 35 minutes,
    within O(wait_timeout). Allocations that do not go by themselves are named at once.
author: MTK Backend contributors (@mtk)
options:
  cidr:
    description: The block. Give this or O(netmask_length).
    type: str
  netmask_length:
    description:
      - Any block of this length. AWS chooses it, from the source pool, which the pool must have.
      - A pool that has a block of this length gets no second one.
    type: int
extends_documentation_fragment:
  - mtk.backend.resource
  - mtk.backend.ipam
  - mtk.backend.ipam.pool
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: Give the top pool its block
  mtk.backend.ec2_ipam_pool_cidr:
    region: us-east-1
    ipam_pool_name: shared_ipam_top_pool
    cidr: 10.0.0.0/8

- name: Take it away, unless something was taken from it
  mtk.backend.ec2_ipam_pool_cidr:
    region: us-east-1
    ipam_pool_name: shared_ipam_top_pool
    cidr: 10.0.0.0/8
    in_use: keep
    wait_timeout: 2400
    state: absent
"""

RETURN = r"""
ipam_pool_cidr:
  description: The block; empty where the pool does not have it.
  returned: success
  type: dict
  sample:
    cidr: 10.0.0.0/8
    ipam_pool_cidr_id: ipam-pool-cidr-0a1b2c3d4e5f60718
    ipam_pool_id: ipam-pool-0a1b2c3d4e5f60718
    netmask_length: 8
    state: provisioned
"""

from ansible_collections.mtk.backend.plugins.module_utils._ipam import (
    IN_USE,
    POOL,
    IpamResource,
    NotYet,
    allocations,
    cidrs,
    held,
    inside,
    pool,
    pool_label,
)
from ansible_collections.mtk.backend.plugins.module_utils._lookup import find_id
from ansible_collections.mtk.backend.plugins.module_utils._module import run
from ansible_collections.mtk.backend.plugins.module_utils._plan import UNKNOWN

OPTIONS = {**POOL, "cidr": {"type": "str"}, "netmask_length": {"type": "int"}, "in_use": IN_USE}
WHERE = {"vpc": ("describe_vpcs", "vpcs", "vpc-id"), "subnet": ("describe_subnets", "subnets", "subnet-id")}


class PoolCidr(IpamResource):
    """A block of a pool. ``state`` is shown as managed, so that a deletion that AWS failed is sent again."""

    kind = "ipam_pool_cidr"
    identity = ()
    managed = ("ipam_pool_id", "cidr", "netmask_length", "state")
    computed = ("ipam_pool_cidr_id",)
    ready = frozenset({"provisioned", "failed-deprovision"})
    usual = {"create": 30, "delete": 1200}
    failed = frozenset({"failed-provision", "failed-import"})
    leaving = frozenset({"pending-deprovision"})
    former = None  # blocks that could not be had before this run
    lingering = ()

    @property
    def label(self):
        return pool_label(self.params)

    def siblings(self):
        self.pool_id = self.params["ipam_pool_id"] or find_id(self.aws, "ipam_pool", self.params["ipam_pool_name"])
        blocks = [] if self.pool_id == UNKNOWN else cidrs(self.aws, self.pool_id)
        mine = [block for block in blocks if self._is_wanted(block)]
        if self.former is None:
            self.former = {block["ipam_pool_cidr_id"] for block in mine if block["state"] in self.failed}
        return [block for block in mine if block["ipam_pool_cidr_id"] not in self.former][:1]

    def is_me(self, sibling):
        return True

    def describe(self, sibling):
        have = {**sibling, "ipam_pool_id": self.pool_id}
        return {**have, "in_use_by": self.users(have)} if self.params["state"] == "absent" else have

    def desired(self, have):
        wanted = {"ipam_pool_id": self.pool_id, **{name: self.params[name] for name in ("cidr", "netmask_length")}}
        return {name: value for name, value in wanted.items() if value is not None}

    def reason(self, have):
        failure = have.get("failure_reason") or {}
        return f"{failure.get('code')}: {failure.get('message')}"

    def users(self, have):
        locale = (pool(self.aws, self.params) or {}).get("locale")
        taken = allocations(self.aws, self.pool_id, None if locale in (None, "None") else locale)
        mine = [taken_ for taken_ in taken if inside(taken_["cidr"], have.get("cidr"))]
        holding = [a for a in mine if self._holds(a)]
        self.lingering = [_label(a) for a in mine if a not in holding]
        return [_label(a) for a in holding]

    def create(self, want):
        # AWS would take the call, and fail the block for lack of one in the source pool.
        source = (pool(self.aws, self.params) or {}).get("source_ipam_pool_id")
        if source and any(block["state"] == "pending-provision" for block in cidrs(self.aws, source)):
            raise NotYet
        self.aws.call("ec2", "provision_ipam_pool_cidr", **want)

    def drop(self, have):
        if self.lingering:
            raise NotYet
        self.aws.call("ec2", "deprovision_ipam_pool_cidr", ipam_pool_id=self.pool_id, cidr=have["cidr"])

    def _is_wanted(self, block):
        if self.params["cidr"]:
            return block.get("cidr") == self.params["cidr"]
        return block.get("netmask_length") == self.params["netmask_length"]

    def _holds(self, allocation):
        """Whether an allocation's resource still exists; allocations outlive VPCs, subnets and pools."""
        kind, resource = allocation["resource_type"], allocation.get("resource_id")
        if kind == "ipam-pool":
            return any(inside(block["cidr"], allocation["cidr"]) for block in held(self.aws, resource))
        if kind not in WHERE:
            return True
        operation, key, name = WHERE[kind]
        mine = [{"name": name, "values": [resource]}]
        return bool(self.aws.pages("ec2", operation, key, allocation.get("resource_region"), filters=mine))

    def __str__(self):
        where = self.params["ipam_pool_name"] or self.params["ipam_pool_id"]
        what = self.params["cidr"] or f"/{self.params['netmask_length']}"
        rest = f" (AWS has yet to release {', '.join(self.lingering)})" if self.lingering else ""
        return f"{self.kind} {what} of {where}{rest}"


def _label(allocation):
    return f"{allocation['resource_type']} {allocation.get('resource_id') or ''} {allocation['cidr']}".replace(
        "  ", " "
    )


def main():
    one_of = [("ipam_pool_id", "ipam_pool_name"), ("cidr", "netmask_length")]
    run(PoolCidr, OPTIONS, tags=False, mutually_exclusive=one_of, required_one_of=one_of)


if __name__ == "__main__":
    main()
