#!/usr/bin/python
# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ec2_ipam_scope
version_added: 0.1.0
short_description: Manage a private scope of an IPAM
description:
  - Keeps a further private scope, found by its Name tag. An IPAM's default scopes come and go with the IPAM.
author: MTK Backend contributors (@mtk)
options:
  name:
    description: The Name tag; it identifies the scope.
    type: str
    required: true
  ipam_id:
    description: The IPAM. Creation needs this or O(ipam_name). AWS cannot change it later.
    type: str
  ipam_name:
    description: The Name tag of the IPAM.
    type: str
  description:
    description: A description.
    type: str
extends_documentation_fragment:
  - mtk.backend.resource
  - mtk.backend.resource.tags
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: Keep a scope for addresses that may overlap with others
  mtk.backend.ec2_ipam_scope:
    region: us-east-1
    name: laboratory
    ipam_name: ipam
    description: Laboratory
    tags:
      mtk:environment: shared

- name: Remove it
  mtk.backend.ec2_ipam_scope:
    region: us-east-1
    name: laboratory
    state: absent
"""

RETURN = r"""
ipam_scope:
  description: The scope; empty where it does not exist.
  returned: success
  type: dict
  sample:
    description: Laboratory
    ipam_arn: arn:aws:ec2::123456789012:ipam/ipam-0a1b2c3d4e5f60718
    ipam_id: ipam-0a1b2c3d4e5f60718
    ipam_scope_arn: arn:aws:ec2::123456789012:ipam-scope/ipam-scope-0a1b2c3d4e5f60718
    ipam_scope_id: ipam-scope-0a1b2c3d4e5f60718
    ipam_scope_type: private
    is_default: false
    pool_count: 0
    state: create-complete
    tags: {"mtk:environment": shared, "Name": laboratory}
"""

from ansible_collections.mtk.backend.plugins.module_utils.aws._tags import tag_specifications
from ansible_collections.mtk.backend.plugins.module_utils.domain._values import Refused
from ansible_collections.mtk.backend.plugins.module_utils.engine._module import run
from ansible_collections.mtk.backend.plugins.module_utils.resources._ipam import IpamResource, alive, label, pools

OPTIONS = {
    "name": {"type": "str", "required": True},
    "description": {"type": "str"},
}


class Scope(IpamResource):
    """A private scope of an IPAM."""

    kind = "ipam_scope"
    references = {"ipam_name": ("ipam_id", "ipam")}
    managed = ("ipam_id", "description")
    immutable = frozenset({"ipam_id"})
    computed = ("ipam_scope_id", "ipam_scope_arn")

    def siblings(self):
        scopes = self.aws.pages("ec2", "describe_ipam_scopes", "ipam_scopes")
        return [scope for scope in scopes if scope["state"] != "delete-complete"]

    def describe(self, sibling):
        return {**super().describe(sibling), "ipam_id": sibling["ipam_arn"].rpartition("/")[2]}

    def desired(self, have):
        want = super().desired(have)
        if have is None and "ipam_id" not in want:
            raise Refused(f"{self} does not exist. To create it, give ipam_name or ipam_id.")
        return want

    def users(self, have):
        used = [pool for pool in alive(pools(self.aws)) if pool["ipam_scope_arn"] == have["ipam_scope_arn"]]
        return [f"pool {label(pool, 'ipam_pool_id')}" for pool in used]

    def create(self, want):
        self.aws.call(
            "ec2",
            "create_ipam_scope",
            ipam_id=want["ipam_id"],
            description=want.get("description"),
            tag_specifications=tag_specifications("ipam-scope", self.tags(want)),
        )

    def update(self, have, changes):
        scope = have["ipam_scope_id"]
        if "description" in changes:
            self.aws.call("ec2", "modify_ipam_scope", ipam_scope_id=scope, description=changes["description"])
        self.retag(scope, have, changes)

    def drop(self, have):
        self.aws.call("ec2", "delete_ipam_scope", ipam_scope_id=have["ipam_scope_id"])


def main(context=None):
    run(Scope, OPTIONS, context)


if __name__ == "__main__":
    main()
