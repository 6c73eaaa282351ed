#!/usr/bin/python
# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ec2_internet_gateway
version_added: 0.1.0
short_description: Manage an internet gateway and its attachment to a VPC
description:
  - Manage an internet gateway and attach it to a VPC. The Name tag identifies it.
  - A VPC has at most one internet gateway. Without O(vpc_id) and O(vpc_name) the attachment is not changed.
author: MTK Backend contributors (@mtk)
options:
  name:
    description: The Name tag, which identifies the internet gateway.
    type: str
    required: true
extends_documentation_fragment:
  - mtk.backend.resource
  - mtk.backend.resource.tags
  - mtk.backend.references
  - mtk.backend.references.vpc
  - mtk.backend.connection
"""

EXAMPLES = r"""
- name: Create an internet gateway and attach it to the VPC
  mtk.backend.ec2_internet_gateway:
    region: us-east-1
    name: dev_us-east-1_internet_gateway
    vpc_name: dev_us-east-1_vpc
    tags:
      mtk:environment: dev

- name: Remove the internet gateway
  mtk.backend.ec2_internet_gateway:
    region: us-east-1
    name: dev_us-east-1_internet_gateway
    state: absent
"""

RETURN = r"""
internet_gateway:
  description: The internet gateway; empty if it does not exist.
  returned: success
  type: dict
  contains:
    internet_gateway_id: {description: The id of the internet gateway., type: str}
    name: {description: The Name tag., type: str}
    vpc_id: {description: "The id of the VPC; null if the internet gateway is not attached.", type: str}
    owner_id: {description: The id of the account., type: str}
    tags: {description: The tags., type: dict}
  sample:
    internet_gateway_id: igw-0a1b2c3d4e5f60718
    name: dev_us-east-1_internet_gateway
    tags: {"mtk:environment": dev, "Name": dev_us-east-1_internet_gateway}
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
from ansible_collections.mtk.backend.plugins.module_utils.engine._module import run
from ansible_collections.mtk.backend.plugins.module_utils.engine._resource import Resource
from ansible_collections.mtk.backend.plugins.module_utils.resources._interfaces import in_use, interfaces, staying

OPTIONS = {
    "name": {"type": "str", "required": True},
}


class InternetGateway(Resource):
    """An internet gateway."""

    kind = "internet_gateway"
    references = {"vpc_name": ("vpc_id", "vpc")}
    managed = ("vpc_id",)
    computed = ("internet_gateway_id",)
    retry_codes = (
        "InvalidInternetGatewayID.NotFound",  # a new one spreads within seconds
        "Resource.AlreadyAssociated",
        "Gateway.NotAttached",
        "DependencyViolation",  # public addresses are still mapped
    )

    def siblings(self):
        return self.aws.pages("ec2", "describe_internet_gateways", "internet_gateways")

    def describe(self, sibling):
        attached = [a["vpc_id"] for a in sibling["attachments"] if a["state"] not in ("detaching", "detached")]
        gateway = {k: v for k, v in sibling.items() if k != "attachments"}
        return {**gateway, "name": self.params["name"], "vpc_id": next(iter(attached), None)}

    def create(self, want):
        tags = tag_specifications("internet-gateway", want["tags"])
        self.aws.call("ec2", "create_internet_gateway", tag_specifications=tags)  # the attachment follows as an update

    def update(self, have, changes):
        if "tags" in changes:
            write_tags(self.aws, "ec2", [have["internet_gateway_id"]], have["tags"], changes["tags"])
        if "vpc_id" in changes:
            self._detach(have)
            self._call("attach_internet_gateway", have, vpc_id=changes["vpc_id"])

    def obstacles(self, have):
        """AWS detaches no gateway from a VPC with public addresses that are in use."""
        found = staying(self, interfaces(self, have["vpc_id"])) if have["vpc_id"] else []
        yield from in_use(self, (each for each in found if (each.get("association") or {}).get("public_ip")))

    def delete(self, have):
        self._detach(have)
        self._call("delete_internet_gateway", have)

    def _detach(self, have):
        if have["vpc_id"]:
            self._call("detach_internet_gateway", have, vpc_id=have["vpc_id"])

    def _call(self, operation, have, **params):
        self.aws.call("ec2", operation, internet_gateway_id=have["internet_gateway_id"], **params)


def main(context=None):
    run(InternetGateway, OPTIONS, context)


if __name__ == "__main__":
    main()
