#!/usr/bin/python
# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ec2_ipam_pool_allocation
version_added: 0.1.0
short_description: Manage a reserved block of an IPAM pool
description:
  - Manage a custom allocation of a pool, so that no other resource gets the block, for example because a network
    outside AWS uses it.
  - O(cidr) identifies the allocation; if it is not given, O(description) does. One of the two is required.
  - O(ipam_pool_id) or O(ipam_pool_name) is required. AWS cannot change the pool later.
author: MTK Backend contributors (@mtk)
options:
  cidr:
    description: >-
      The CIDR block, without the bits behind the prefix. This or O(netmask_length) is required to create the
      allocation.
    type: str
  netmask_length:
    description: >-
      The prefix length of a block that AWS chooses, V(0) to V(32). Requires O(description). AWS cannot change it later.
    type: int
  description:
    description: The purpose of the block.
    type: str
  keep_while_pool_in_use:
    description: Whether O(state=absent) leaves the allocation alone while pools or resources have blocks of the pool.
    type: bool
    default: false
extends_documentation_fragment:
  - mtk.backend.resource
  - mtk.backend.resource.tags
  - mtk.backend.references
  - mtk.backend.references.ipam_pool
  - mtk.backend.connection
"""

EXAMPLES = r"""
- name: Reserve the block of the old data centre
  mtk.backend.ec2_ipam_pool_allocation:
    region: us-east-1
    ipam_pool_name: shared_ipam_top_pool
    cidr: 10.240.0.0/16
    description: The old data centre

- name: Release the block
  mtk.backend.ec2_ipam_pool_allocation:
    region: us-east-1
    ipam_pool_name: shared_ipam_top_pool
    cidr: 10.240.0.0/16
    state: absent
"""

RETURN = r"""
ipam_pool_allocation:
  description: The allocation; empty if it does not exist.
  returned: success
  type: dict
  contains:
    ipam_pool_allocation_id: {description: The id of the allocation., type: str}
    ipam_pool_id: {description: The id of the pool., type: str}
    cidr: {description: The CIDR block., type: str}
    netmask_length: {description: The prefix length., type: int}
    description: {description: The description., type: str}
    resource_type: {description: "The type, always V(custom).", type: str}
    resource_region: {description: The region of the allocation., type: str}
    resource_owner: {description: The id of the account., type: str}
    tags: {description: The tags., type: dict}
  sample:
    cidr: 10.240.0.0/16
    description: The old data centre
    ipam_pool_allocation_id: ipam-pool-alloc-0a1b2c3d4e5f607180a1b2c3d4e5f6071
    ipam_pool_id: ipam-pool-0a1b2c3d4e5f60718
    netmask_length: 16
    resource_type: custom
    tags: {}
settled:
  description:
    - Whether nothing is left to do and AWS is not at work on the resource.
    - False in check mode if something would change, and with O(wait=false) while AWS is still at work.
  returned: success
  type: bool
  sample: true
"""

from ansible_collections.mtk.backend.plugins.module_utils.aws._tags import tag_specifications
from ansible_collections.mtk.backend.plugins.module_utils.domain._limits import between, block, canonical_block
from ansible_collections.mtk.backend.plugins.module_utils.engine._module import run
from ansible_collections.mtk.backend.plugins.module_utils.resources._ipam import (
    POOL,
    IpamResource,
    allocate,
    allocations,
    block_label,
    descendants,
    locale,
    pool,
)

OPTIONS = {
    "cidr": {"type": "str"},
    "netmask_length": {"type": "int"},
    "description": {"type": "str"},
    "keep_while_pool_in_use": {"type": "bool", "default": False},
}


class Allocation(IpamResource):
    """A custom allocation from a pool."""

    kind = "ipam_pool_allocation"
    identity = ()
    references = POOL
    managed = ("ipam_pool_id", "cidr", "netmask_length", "description")
    immutable = frozenset({"ipam_pool_id", "netmask_length"})
    computed = ("ipam_pool_allocation_id",)
    limits = {"cidr": block(), "netmask_length": between(0, 32)}
    deletion = ("cidr",)
    name_tag = False

    def __init__(self, aws, params):
        super().__init__(aws, {**params, "cidr": canonical_block(params["cidr"])})

    @property
    def label(self):
        return block_label(self.params)

    def siblings(self):
        found = pool(self.aws, self.params)
        taken = allocations(self.aws, found["ipam_pool_id"], locale(found)) if found else []
        others = [allocation for allocation in taken if allocation["resource_type"] != "custom"]
        return [{**allocation, "_others": others} for allocation in taken if allocation["resource_type"] == "custom"]

    def is_me(self, sibling):
        by = "cidr" if self.params["cidr"] else "description"
        return sibling.get(by) == self.params[by]

    def describe(self, sibling):
        length = int(sibling["cidr"].rpartition("/")[2])
        return {**super().describe(sibling), **self.resolved, "netmask_length": length}

    def kept(self, have):
        others = have["_others"] if self.params["keep_while_pool_in_use"] else []
        holding = [f"{a['resource_type']} {a['cidr']}" for a in others if self.is_held(a)]
        return self.use(have, holding, "the pool") if holding else ""

    def pools_inside(self, have):
        return descendants(self.aws, [have["ipam_pool_id"]])

    def create(self, want):
        tags = tag_specifications("ipam-pool-allocation", want.get("tags"))
        given = {name: want.get(name) for name in self.managed}
        allocate(
            self.aws,
            want["ipam_pool_id"],
            lambda: self._call("allocate_ipam_pool_cidr", **given, tag_specifications=tags),
        )

    def update(self, have, changes):
        allocation = have["ipam_pool_allocation_id"]
        if "description" in changes:
            description = changes["description"]
            self._call("modify_ipam_pool_allocation", ipam_pool_allocation_id=allocation, description=description)
        self.retag(allocation, have, changes)

    def drop(self, have):
        names = ("ipam_pool_id", "cidr", "ipam_pool_allocation_id")
        self._call("release_ipam_pool_allocation", **{name: have[name] for name in names})

    def _call(self, operation, **params):
        """Call AWS in the pool's locale, where it wants allocations to be created, changed and released."""
        return self.aws.call("ec2", operation, locale(pool(self.aws, self.params)), **params)

    def __str__(self):
        where = self.params["ipam_pool_name"] or self.params["ipam_pool_id"]
        return f"{self.kind} {self.params['cidr'] or self.params['description']} of {where}"


def main(context=None):
    run(
        Allocation,
        OPTIONS,
        context,
        mutually_exclusive=[("cidr", "netmask_length")],
        required_one_of=[("ipam_pool_id", "ipam_pool_name"), ("cidr", "description")],
    )


if __name__ == "__main__":
    main()
