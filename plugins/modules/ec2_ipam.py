#!/usr/bin/python
# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ec2_ipam
version_added: 0.1.0
short_description: Manage the IPAM of a region
description:
  - Manage an Amazon VPC IP Address Manager (IPAM) and its operating regions. The Name tag identifies it.
  - AWS allows one IPAM per region and account. If an IPAM with another name exists, the module refuses and names it.
author: MTK Backend contributors (@mtk)
options:
  name:
    description: The Name tag, which identifies the IPAM.
    type: str
    required: true
  description:
    description: The description.
    type: str
  tier:
    description: The tier. Private pools require V(advanced).
    type: str
    choices: [free, advanced]
  operating_regions:
    description:
      - The regions whose addresses the IPAM manages, up to 50. The region of the IPAM itself is always one of them.
      - If not given, the operating regions are not changed.
    type: list
    elements: str
  purge_operating_regions:
    description: >-
      Whether to remove operating regions that O(operating_regions) does not contain. Other environments may use them.
    type: bool
    default: false
extends_documentation_fragment:
  - mtk.backend.resource
  - mtk.backend.resource.tags
  - mtk.backend.in_use
  - mtk.backend.connection
"""

EXAMPLES = r"""
- name: Create an IPAM for two regions
  mtk.backend.ec2_ipam:
    region: us-east-1
    name: ipam
    tier: advanced
    operating_regions: [us-east-1, us-west-2]
    tags:
      mtk:environment: shared

- name: Remove the IPAM unless it still has pools
  mtk.backend.ec2_ipam:
    region: us-east-1
    name: ipam
    in_use: keep
    state: absent
"""

RETURN = r"""
ipam:
  description: The IPAM; empty if it does not exist.
  returned: success
  type: dict
  contains:
    ipam_id: {description: The id of the IPAM., type: str}
    ipam_arn: {description: The ARN of the IPAM., type: str}
    ipam_region: {description: The region of the IPAM., type: str}
    name: {description: The Name tag., type: str}
    description: {description: The description., type: str}
    tier: {description: V(free) or V(advanced)., type: str}
    operating_regions: {description: "The operating regions, sorted.", type: list, elements: str}
    private_default_scope_id: {description: The id of the default private scope., type: str}
    public_default_scope_id: {description: The id of the default public scope., type: str}
    scope_count: {description: The number of scopes., type: int}
    state: {description: "The state, for example V(create-complete).", type: str}
    in_use_by: {description: The pools of the IPAM., type: list, elements: str, returned: with O(state=absent)}
    tags: {description: The tags., type: dict}
  sample:
    description: ""
    ipam_arn: arn:aws:ec2::123456789012:ipam/ipam-0a1b2c3d4e5f60718
    ipam_id: ipam-0a1b2c3d4e5f60718
    ipam_region: us-east-1
    operating_regions: [us-east-1, us-west-2]
    private_default_scope_id: ipam-scope-0a1b2c3d4e5f60718
    public_default_scope_id: ipam-scope-0b1b2c3d4e5f60718
    state: create-complete
    tags: {"mtk:environment": shared, "Name": ipam}
    tier: advanced
settled:
  description:
    - Whether nothing is left to do and AWS is not at work on the resource.
    - False in check mode if something would change, and with O(wait=false) while AWS is still at work.
  returned: success
  type: bool
  sample: true
"""

from ansible_collections.mtk.backend.plugins.module_utils.aws._tags import tag_specifications
from ansible_collections.mtk.backend.plugins.module_utils.domain._limits import REGION, count, each, every, text
from ansible_collections.mtk.backend.plugins.module_utils.domain._values import Refused
from ansible_collections.mtk.backend.plugins.module_utils.engine._module import run
from ansible_collections.mtk.backend.plugins.module_utils.resources._ec2 import steps
from ansible_collections.mtk.backend.plugins.module_utils.resources._ipam import (
    IN_USE,
    IpamResource,
    alive,
    label,
    pools,
)

OPTIONS = {
    "name": {"type": "str", "required": True},
    "description": {"type": "str"},
    "tier": {"type": "str", "choices": ["free", "advanced"]},
    "operating_regions": {"type": "list", "elements": "str"},
    "purge_operating_regions": {"type": "bool", "default": False},
    "in_use": IN_USE,
}


class Ipam(IpamResource):
    """An IPAM."""

    kind = "ipam"
    managed = ("description", "tier", "operating_regions")
    limits = {"operating_regions": every(count(50), each(text(REGION, "the name of a region")))}
    usual = {"create": 20}
    computed = ("ipam_id", "ipam_arn", "private_default_scope_id", "public_default_scope_id")

    def siblings(self):
        ipams = [i for i in self.aws.pages("ec2", "describe_ipams", "ipams") if i["state"] != "delete-complete"]
        others = [label(i, "ipam_id") for i in alive(ipams) if i["ipam_region"] == self.aws.region]
        if self.params["state"] == "present" and others and not any(self.is_me(i) for i in ipams):
            raise Refused(
                f"{self} cannot be created: AWS allows one IPAM a region, and {self.aws.region} has '{others[0]}'. Use "
                "that IPAM by its name, or remove it first."
            )
        return ipams

    def describe(self, sibling):
        regions = sorted(region["region_name"] for region in sibling["operating_regions"])
        return {**super().describe(sibling), "operating_regions": regions}

    def desired(self, have):
        want = super().desired(have)
        if "operating_regions" in want:
            kept = [] if have is None or self.params["purge_operating_regions"] else have["operating_regions"]
            want["operating_regions"] = sorted({self.aws.region, *want["operating_regions"], *kept})
        return want

    def users(self, have):
        staying = (p for p in self.pools_inside(have) if not self.is_going(p["ipam_pool_id"]))
        return [f"pool {label(p, 'ipam_pool_id')}" for p in staying]

    def pools_inside(self, have):
        return [p for p in alive(pools(self.aws)) if p["ipam_arn"] == have["ipam_arn"]]

    def create(self, want):
        self.aws.call(
            "ec2",
            "create_ipam",
            description=want.get("description"),
            tier=want.get("tier"),
            operating_regions=_regions(want.get("operating_regions", [])),
            tag_specifications=tag_specifications("ipam", self.tags(want)),
        )

    def update(self, have, changes):
        add, remove = steps(have["operating_regions"], changes.get("operating_regions", have["operating_regions"]))
        if set(changes) - {"tags"}:
            self.aws.call(
                "ec2",
                "modify_ipam",
                ipam_id=have["ipam_id"],
                description=changes.get("description"),
                tier=changes.get("tier"),
                add_operating_regions=_regions(add),
                remove_operating_regions=_regions(remove),
            )
        self.retag(have["ipam_id"], have, changes)

    def drop(self, have):
        self.aws.call("ec2", "delete_ipam", ipam_id=have["ipam_id"])


def _regions(names):
    return [{"region_name": name} for name in names] or None


def main(context=None):
    run(Ipam, OPTIONS, context)


if __name__ == "__main__":
    main()
