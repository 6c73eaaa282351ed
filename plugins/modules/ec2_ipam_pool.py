#!/usr/bin/python
# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ec2_ipam_pool
version_added: 0.1.0
short_description: Manage a pool of an IPAM
description:
  - Manage a pool of private IPv4 addresses. The Name tag identifies it.
  - M(mtk.backend.ec2_ipam_pool_cidr) manages the blocks of the pool.
  - O(ipam_scope_id), O(ipam_scope_name) or O(ipam_name) is required to create the pool.
  - AWS cannot change the scope and the source pool later.
author: MTK Backend contributors (@mtk)
options:
  name:
    description: The Name tag, which identifies the pool.
    type: str
    required: true
  locale:
    description:
      - The region whose resources get addresses from the pool. An empty string for a pool that only feeds other pools.
      - AWS cannot change it later.
    type: str
  address_family:
    description: The address family. AWS cannot change it later.
    type: str
    choices: [ipv4]
    default: ipv4
  description:
    description: The description.
    type: str
  allocation_min_netmask_length:
    description: >-
      The prefix length of the largest block that can be allocated, V(0) to V(32). AWS can change it, but not remove it.
    type: int
  allocation_max_netmask_length:
    description: >-
      The prefix length of the smallest block that can be allocated, V(0) to V(32), not less than
      O(allocation_min_netmask_length). AWS can change it, but not remove it.
    type: int
  allocation_default_netmask_length:
    description: >-
      The prefix length of a block that is requested without a length, between the other two. V(0) for none.
    type: int
  allocation_resource_tags:
    description: All tags that a resource must have to get a block. If not given, they are not changed.
    type: dict
  auto_import:
    description: Whether to import existing resources whose blocks lie in the pool. Requires O(locale).
    type: bool
extends_documentation_fragment:
  - mtk.backend.resource
  - mtk.backend.resource.tags
  - mtk.backend.in_use
  - mtk.backend.references
  - mtk.backend.references.ipam_scope
  - mtk.backend.references.source_ipam_pool
  - mtk.backend.connection
"""

EXAMPLES = r"""
- name: Create the top pool
  mtk.backend.ec2_ipam_pool:
    region: us-east-1
    name: shared_ipam_top_pool
    ipam_name: ipam
    description: All addresses
    tags:
      mtk:environment: shared

- name: Create the pool for the VPC of dev in us-west-2
  mtk.backend.ec2_ipam_pool:
    region: us-east-1
    name: dev_us-west-2_ipam_pool
    ipam_name: ipam
    source_ipam_pool_name: shared_ipam_top_pool
    locale: us-west-2
    allocation_min_netmask_length: 16
    allocation_max_netmask_length: 28
    allocation_resource_tags:
      mtk:environment: dev
    tags:
      mtk:environment: dev

- name: Remove the top pool unless other pools still use it
  mtk.backend.ec2_ipam_pool:
    region: us-east-1
    name: shared_ipam_top_pool
    in_use: keep
    state: absent
"""

RETURN = r"""
ipam_pool:
  description: The pool; empty if it does not exist.
  returned: success
  type: dict
  contains:
    ipam_pool_id: {description: The id of the pool., type: str}
    ipam_pool_arn: {description: The ARN of the pool., type: str}
    name: {description: The Name tag., type: str}
    description: {description: The description., type: str}
    ipam_arn: {description: The ARN of the IPAM., type: str}
    ipam_scope_id: {description: The id of the scope., type: str}
    source_ipam_pool_id: {description: The id of the source pool., type: str, returned: if the pool has a source pool}
    pool_depth: {description: "The depth of the pool in the tree; V(1) for a top pool.", type: int}
    locale: {description: "The region of the pool; empty for none.", type: str}
    address_family: {description: The address family., type: str}
    allocation_min_netmask_length:
      {description: The prefix length of the largest block., type: int, returned: if the pool has such a rule}
    allocation_max_netmask_length:
      {description: The prefix length of the smallest block., type: int, returned: if the pool has such a rule}
    allocation_default_netmask_length: {description: "The default prefix length; V(0) for none.", type: int}
    allocation_resource_tags: {description: The tags that a resource must have., type: dict}
    auto_import: {description: Whether existing resources are imported., type: bool}
    state: {description: "The state, for example V(create-complete).", type: str}
    in_use_by: {description: Its pools and blocks., type: list, elements: str, returned: with O(state=absent)}
    tags: {description: The tags., type: dict}
  sample:
    address_family: ipv4
    allocation_default_netmask_length: 0
    allocation_resource_tags: {}
    auto_import: false
    description: All addresses
    ipam_arn: arn:aws:ec2::123456789012:ipam/ipam-0a1b2c3d4e5f60718
    ipam_pool_arn: arn:aws:ec2::123456789012:ipam-pool/ipam-pool-0a1b2c3d4e5f60718
    ipam_pool_id: ipam-pool-0a1b2c3d4e5f60718
    ipam_scope_id: ipam-scope-0a1b2c3d4e5f60718
    locale: ""
    pool_depth: 1
    state: create-complete
    tags: {"mtk:environment": shared, "Name": shared_ipam_top_pool}
settled:
  description:
    - Whether nothing is left to do and AWS is not at work on the resource.
    - False in check mode if something would change, and with O(wait=false) while AWS is still at work.
  returned: success
  type: bool
  sample: true
"""

from ansible_collections.mtk.backend.plugins.module_utils.aws._tags import tag_specifications
from ansible_collections.mtk.backend.plugins.module_utils.domain._ec2_limits import pool_faults
from ansible_collections.mtk.backend.plugins.module_utils.domain._limits import (
    REGION,
    TagRules,
    between,
    tag_faults,
    text,
)
from ansible_collections.mtk.backend.plugins.module_utils.domain._values import Refused
from ansible_collections.mtk.backend.plugins.module_utils.engine._module import run
from ansible_collections.mtk.backend.plugins.module_utils.resources._ipam import (
    IN_USE,
    IpamResource,
    alive,
    descendants,
    held,
    label,
    pools,
)

RULES = ("allocation_min_netmask_length", "allocation_max_netmask_length", "allocation_default_netmask_length")
OPTIONS = {
    "name": {"type": "str", "required": True},
    "locale": {"type": "str"},
    "address_family": {"type": "str", "choices": ["ipv4"], "default": "ipv4"},
    "description": {"type": "str"},
    **{rule: {"type": "int"} for rule in RULES},
    "allocation_resource_tags": {"type": "dict"},
    "auto_import": {"type": "bool"},
    "in_use": IN_USE,
}


class Pool(IpamResource):
    """A pool of an IPAM."""

    kind = "ipam_pool"
    references = {
        "ipam_scope_name": ("ipam_scope_id", "ipam_scope"),
        "ipam_name": ("ipam_scope_id", "ipam_default_scope"),
        "source_ipam_pool_name": ("source_ipam_pool_id", "ipam_pool"),
    }
    immutable = frozenset({"ipam_scope_id", "source_ipam_pool_id", "locale", "address_family"})
    managed = (*sorted(immutable), "description", *RULES, "allocation_resource_tags", "auto_import")
    computed = ("ipam_pool_id", "ipam_pool_arn")
    limits = {
        "locale": text(f"{REGION}|", "the name of a region, or an empty text"),
        **{rule: between(0, 32) for rule in RULES},
        "allocation_resource_tags": lambda option, tags: tag_faults(option, tags or {}, TagRules()),
    }

    def conflicts(self):
        return pool_faults(self.params)

    def siblings(self):
        return pools(self.aws)

    def describe(self, sibling):
        locale = sibling.get("locale")
        return {
            "allocation_default_netmask_length": 0,
            "auto_import": False,
            **super().describe(sibling),
            "allocation_resource_tags": sibling.get("allocation_resource_tags") or {},
            "ipam_scope_id": sibling["ipam_scope_arn"].rpartition("/")[2],
            "locale": "" if locale in (None, "None") else locale,
        }

    def desired(self, have):
        want = super().desired(have)
        if "allocation_resource_tags" in want:
            wanted = self.params["allocation_resource_tags"].items()
            want["allocation_resource_tags"] = {key: str(value) for key, value in wanted}
        if have is None and "ipam_scope_id" not in want:
            raise Refused(f"{self} does not exist. To create it, give ipam_name, ipam_scope_name or ipam_scope_id.")
        return want

    def users(self, have):
        pool = have["ipam_pool_id"]
        children = [p for p in alive(pools(self.aws)) if p.get("source_ipam_pool_id") == pool]
        staying = [p for p in children if not self.is_going(p["ipam_pool_id"])]
        blocks = [c for c in held(self.aws, pool) if c.get("cidr") and not self.is_going(c["ipam_pool_cidr_id"])]
        return [f"pool {label(p, 'ipam_pool_id')}" for p in staying] + [f"block {c['cidr']}" for c in blocks]

    def pools_inside(self, have):
        return descendants(self.aws, [have["ipam_pool_id"]])

    def create(self, want):
        default = want.get("allocation_default_netmask_length") or None
        tags = tag_specifications("ipam-pool", self.tags(want))
        given = {name: want[name] for name in self.managed if name in want}
        unset = {"locale": want.get("locale") or None, "allocation_default_netmask_length": default}
        self.aws.call("ec2", "create_ipam_pool", **{**given, **unset}, tag_specifications=tags)

    def update(self, have, changes):
        send = {name: changes[name] for name in ("description", *RULES, "auto_import") if name in changes}
        if send.get("allocation_default_netmask_length") == 0:
            send = {**send, "allocation_default_netmask_length": None, "clear_allocation_default_netmask_length": True}
        if "allocation_resource_tags" in changes:
            wanted, had = changes["allocation_resource_tags"], have["allocation_resource_tags"]
            send["add_allocation_resource_tags"] = dict(wanted.items() - had.items()) or None
            send["remove_allocation_resource_tags"] = dict(had.items() - wanted.items()) or None
        if send:
            self.aws.call("ec2", "modify_ipam_pool", ipam_pool_id=have["ipam_pool_id"], **send)
        self.retag(have["ipam_pool_id"], have, changes)

    def drop(self, have):
        self.aws.call("ec2", "delete_ipam_pool", ipam_pool_id=have["ipam_pool_id"])


def main(context=None):
    run(Pool, OPTIONS, context)


if __name__ == "__main__":
    main()
