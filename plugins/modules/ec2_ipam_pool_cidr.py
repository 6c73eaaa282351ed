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
  - Manage a block that is provisioned to a pool. AWS accepts the request and may fail the block later; then the module
    fails with AWS's reason. A block that failed earlier is requested again.
  - While the source pool waits for its own block, the module waits before the request, with O(wait=false) too. AWS
    would accept an earlier request and then fail the block.
  - With O(state=absent) the module waits within O(wait_timeout) for allocations whose resource is already deleted. AWS
    keeps them for up to 35 minutes. If a resource still exists, the module names it at once.
  - O(ipam_pool_id) or O(ipam_pool_name), and O(cidr) or O(netmask_length) are required.
author: MTK Backend contributors (@mtk)
options:
  cidr:
    description: The CIDR block. AWS provisions it without the bits behind the prefix.
    type: str
  netmask_length:
    description:
      - The prefix length, V(0) to V(32), of a block that AWS chooses from the source pool. The pool must have a source
        pool.
      - A pool that already has a block of this length gets no second one.
    type: int
  environment:
    description:
      - The environment that the pool must belong to (its tag C(mtk:environment)). Otherwise the module refuses.
      - If not given, the owner is not checked.
    type: str
extends_documentation_fragment:
  - mtk.backend.resource
  - mtk.backend.in_use
  - mtk.backend.references
  - mtk.backend.references.ipam_pool
  - mtk.backend.connection
"""

EXAMPLES = r"""
- name: Provision the block of the top pool
  mtk.backend.ec2_ipam_pool_cidr:
    region: us-east-1
    ipam_pool_name: shared_ipam_top_pool
    cidr: 10.0.0.0/8

- name: Deprovision the block unless it has allocations
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
  description: The block; empty if the pool does not have it.
  returned: success
  type: dict
  contains:
    ipam_pool_cidr_id: {description: The id of the block., type: str}
    ipam_pool_id: {description: The id of the pool., type: str}
    cidr: {description: The CIDR block., type: str}
    netmask_length: {description: The prefix length., type: int}
    state: {description: "The state, for example V(pending-provision) or V(provisioned).", type: str}
    failure_reason: {description: The code and the message of a failure., type: dict, returned: if AWS failed the block}
    in_use_by: {description: The allocations from the block., type: list, elements: str, returned: with O(state=absent)}
  sample:
    cidr: 10.0.0.0/8
    ipam_pool_cidr_id: ipam-pool-cidr-0a1b2c3d4e5f60718
    ipam_pool_id: ipam-pool-0a1b2c3d4e5f60718
    netmask_length: 8
    state: provisioned
settled:
  description:
    - Whether nothing is left to do and AWS is not at work on the resource.
    - False in check mode if something would change, and with O(wait=false) while AWS is still at work.
  returned: success
  type: bool
  sample: true
"""

from functools import cached_property

from ansible_collections.mtk.backend.plugins.module_utils.domain._limits import between, block, canonical_block
from ansible_collections.mtk.backend.plugins.module_utils.domain._values import UNKNOWN, NotYet
from ansible_collections.mtk.backend.plugins.module_utils.engine._module import run
from ansible_collections.mtk.backend.plugins.module_utils.engine._resource import Claim
from ansible_collections.mtk.backend.plugins.module_utils.resources._ipam import (
    IN_USE,
    POOL,
    IpamResource,
    allocations,
    block_label,
    cidrs,
    descendants,
    inside,
    label,
    locale,
    pool,
    pools,
)

OPTIONS = {
    "cidr": {"type": "str"},
    "netmask_length": {"type": "int"},
    "in_use": IN_USE,
    "environment": {"type": "str"},
}


class PoolCidr(IpamResource):
    """A block of a pool. ``state`` is among the managed fields, so that a deletion that failed is sent again."""

    kind = "ipam_pool_cidr"
    identity = ()
    references = POOL
    managed = ("ipam_pool_id", "cidr", "netmask_length", "state")
    computed = ("ipam_pool_cidr_id",)
    limits = {"cidr": block(), "netmask_length": between(0, 32)}
    deletion = ("cidr", "netmask_length")
    ready = frozenset({"provisioned", "failed-deprovision"})
    usual = {"create": 30, "delete": 1200}
    failed = frozenset({"failed-provision", "failed-import"})
    leaving = frozenset({"pending-deprovision"})

    def __init__(self, aws, params):
        super().__init__(aws, {**params, "cidr": canonical_block(params["cidr"])})

    def owned(self, have):
        """Return the pool: a block has no tags."""
        found = pool(self.aws, {**self.params, "environment": None})  # also a pool without an owner
        if found is None:
            return ()
        return (Claim("ec2_ipam_pool", label(found, "ipam_pool_id"), found["ipam_pool_id"], found.get("tags") or {}),)

    @property
    def label(self):
        return block_label(self.params)

    def siblings(self):
        failed = self.failed_before
        return [block for block in self._blocks() if block["ipam_pool_cidr_id"] not in failed][:1]

    @cached_property
    def failed_before(self):
        """The blocks that failed before this run. AWS lists them for a while, beside the next attempt."""
        return {block["ipam_pool_cidr_id"] for block in self._blocks() if block["state"] in self.failed}

    def _blocks(self):
        pool_id = self.resolved["ipam_pool_id"]
        blocks = [] if pool_id == UNKNOWN else cidrs(self.aws, pool_id)
        return [block for block in blocks if self._is_wanted(block)]

    def is_me(self, sibling):
        return True

    def describe(self, sibling):
        have = {**sibling, "ipam_pool_id": self.resolved["ipam_pool_id"]}
        if self.params["state"] == "present":
            return have
        taken = self._allocations(have)
        holding = [allocation for allocation in taken if self.is_held(allocation)]
        return {
            **have,
            "in_use_by": [_label(allocation) for allocation in holding],
            "_lingering": [_label(allocation) for allocation in taken if allocation not in holding],
            "_pools": [a["resource_id"] for a in holding if a["resource_type"] == "ipam-pool"],
        }

    def desired(self, have):
        block = {name: self.params[name] for name in ("cidr", "netmask_length") if self._given(name)}
        return {**self.resolved, **block}

    def reason(self, have):
        failure = have.get("failure_reason") or {}
        return f"{failure.get('code')}: {failure.get('message')}"

    def _allocations(self, have):
        region = locale(pool(self.aws, self.params))
        return [a for a in allocations(self.aws, have["ipam_pool_id"], region) if inside(a["cidr"], have.get("cidr"))]

    def pools_inside(self, have):
        direct = [p for p in pools(self.aws) if p["ipam_pool_id"] in have["_pools"]]
        return [*direct, *descendants(self.aws, have["_pools"])]

    def create(self, want):
        # AWS would take the call, and fail the block because the source pool has none yet.
        source = (pool(self.aws, self.params) or {}).get("source_ipam_pool_id")
        if source and any(block["state"] == "pending-provision" for block in cidrs(self.aws, source)):
            raise NotYet("the source pool waits for its block")
        self.aws.call("ec2", "provision_ipam_pool_cidr", **want)

    def drop(self, have):
        if have["_lingering"]:
            raise NotYet(f"AWS has not released {', '.join(have['_lingering'])}")
        self.aws.call("ec2", "deprovision_ipam_pool_cidr", ipam_pool_id=have["ipam_pool_id"], cidr=have["cidr"])

    def _is_wanted(self, block):
        if self.params["cidr"]:
            return block.get("cidr") == self.params["cidr"]
        return block.get("netmask_length") == self.params["netmask_length"]

    def __str__(self):
        where = self.params["ipam_pool_name"] or self.params["ipam_pool_id"]
        what = self.params["cidr"] or f"/{self.params['netmask_length']}"
        return f"{self.kind} {what} of {where}"


def _label(allocation):
    return f"{allocation['resource_type']} {allocation.get('resource_id') or ''} {allocation['cidr']}".replace(
        "  ", " "
    )


def main(context=None):
    block = ("cidr", "netmask_length")
    pool_and_block = [("ipam_pool_id", "ipam_pool_name"), block]
    run(PoolCidr, OPTIONS, context, tags=False, mutually_exclusive=[block], required_one_of=pool_and_block)


if __name__ == "__main__":
    main()
