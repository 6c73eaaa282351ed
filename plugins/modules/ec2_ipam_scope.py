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
  - Manage an additional private scope. The Name tag identifies it. AWS creates and deletes the default scopes of an
    IPAM together with the IPAM.
  - O(ipam_id) or O(ipam_name) is required to create the scope. AWS cannot change the IPAM later.
author: MTK Backend contributors (@mtk)
options:
  name:
    description: The Name tag, which identifies the scope.
    type: str
    required: true
  description:
    description: The description.
    type: str
extends_documentation_fragment:
  - mtk.backend.resource
  - mtk.backend.resource.tags
  - mtk.backend.references
  - mtk.backend.references.ipam
  - mtk.backend.connection
"""

EXAMPLES = r"""
- name: Create a scope for addresses that may overlap with others
  mtk.backend.ec2_ipam_scope:
    region: us-east-1
    name: laboratory
    ipam_name: ipam
    description: Laboratory
    tags:
      mtk:environment: shared

- name: Remove the scope
  mtk.backend.ec2_ipam_scope:
    region: us-east-1
    name: laboratory
    state: absent
"""

RETURN = r"""
ipam_scope:
  description: The scope; empty if it does not exist.
  returned: success
  type: dict
  contains:
    ipam_scope_id: {description: The id of the scope., type: str}
    ipam_scope_arn: {description: The ARN of the scope., type: str}
    ipam_scope_type: {description: "The type, always V(private).", type: str}
    ipam_id: {description: The id of the IPAM., type: str}
    ipam_arn: {description: The ARN of the IPAM., type: str}
    name: {description: The Name tag., type: str}
    description: {description: The description., type: str}
    is_default: {description: Whether the scope is a default scope., type: bool}
    pool_count: {description: The number of pools., type: int}
    state: {description: "The state, for example V(create-complete).", type: str}
    in_use_by: {description: The pools of the scope., type: list, elements: str, returned: with O(state=absent)}
    tags: {description: The tags., type: dict}
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
settled:
  description:
    - Whether nothing is left to do and AWS is not at work on the resource.
    - False in check mode if something would change, and with O(wait=false) while AWS is still at work.
  returned: success
  type: bool
  sample: true
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

    def belongs(self, have):
        """AWS creates the default scopes with the IPAM, without tags."""
        return bool(have.get("is_default"))

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
