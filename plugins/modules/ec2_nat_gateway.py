#!/usr/bin/python
# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ec2_nat_gateway
version_added: 0.1.0
short_description: Manage a NAT gateway and its Elastic IP
description:
  - Manage a NAT gateway. The Name tag identifies it. A public NAT gateway gets an Elastic IP with the same tags; an
    Elastic IP that an interrupted run has left is used again. It is released after the NAT gateway is deleted.
  - AWS keeps a NAT gateway that it could not create in the state V(failed). The module then fails with AWS's reason.
    Remove the NAT gateway with O(state=absent) and create it again.
  - O(subnet_id) or O(subnet_name) is required with O(state=present). AWS cannot change the subnet later.
author: MTK Backend contributors (@mtk)
options:
  name:
    description: The Name tag, which identifies the NAT gateway and its Elastic IP.
    type: str
    required: true
  connectivity_type:
    description: Whether the NAT gateway leads to the internet or to other private networks. AWS cannot change it later.
    type: str
    choices: [public, private]
    default: public
extends_documentation_fragment:
  - mtk.backend.resource
  - mtk.backend.resource.tags
  - mtk.backend.references
  - mtk.backend.references.subnet
  - mtk.backend.connection
"""

EXAMPLES = r"""
- name: Start the creation of a NAT gateway
  mtk.backend.ec2_nat_gateway:
    region: us-east-1
    name: dev_us-east-1_us-east-1a_nat_gateway
    subnet_name: dev_us-east-1_us-east-1a_public_subnet
    wait: false
    tags:
      mtk:environment: dev

- name: Wait for the NAT gateway
  mtk.backend.ec2_nat_gateway:
    region: us-east-1
    name: dev_us-east-1_us-east-1a_nat_gateway
    subnet_name: dev_us-east-1_us-east-1a_public_subnet
    tags:
      mtk:environment: dev

- name: Remove the NAT gateway and release its Elastic IP
  mtk.backend.ec2_nat_gateway:
    region: us-east-1
    name: dev_us-east-1_us-east-1a_nat_gateway
    state: absent
"""

RETURN = r"""
nat_gateway:
  description: The NAT gateway; empty if it does not exist.
  returned: success
  type: dict
  contains:
    nat_gateway_id: {description: The id of the NAT gateway., type: str}
    name: {description: The Name tag., type: str}
    connectivity_type: {description: V(public) or V(private)., type: str}
    subnet_id: {description: The id of the subnet., type: str}
    vpc_id: {description: The id of the VPC., type: str}
    allocation_id: {description: "The id of the Elastic IP; null for a private NAT gateway.", type: str}
    public_ip: {description: "The public address; null for a private NAT gateway.", type: str}
    nat_gateway_addresses: {description: All addresses of the NAT gateway., type: list, elements: dict}
    state: {description: "V(pending), V(available), V(failed) or V(deleting).", type: str}
    create_time: {description: The time of creation., type: str}
    tags: {description: The tags., type: dict}
  sample:
    allocation_id: eipalloc-0123456789abcdef0
    connectivity_type: public
    name: dev_us-east-1_us-east-1a_nat_gateway
    nat_gateway_id: nat-0123456789abcdef0
    public_ip: 203.0.113.10
    state: available
    subnet_id: subnet-0123456789abcdef0
    tags: {"Name": dev_us-east-1_us-east-1a_nat_gateway, "mtk:environment": dev}
settled:
  description:
    - Whether nothing is left to do and AWS is not at work on the resource.
    - False in check mode if something would change, and with O(wait=false) while AWS is still at work.
  returned: success
  type: bool
  sample: true
"""

from ansible_collections.mtk.backend.plugins.module_utils.aws._tags import tag_specifications, write_tags
from ansible_collections.mtk.backend.plugins.module_utils.domain._values import OWNER_TAG
from ansible_collections.mtk.backend.plugins.module_utils.engine._module import run
from ansible_collections.mtk.backend.plugins.module_utils.engine._resource import Resource

OPTIONS = {
    "name": {"type": "str", "required": True},
    "connectivity_type": {"type": "str", "choices": ["public", "private"], "default": "public"},
}


class NatGateway(Resource):
    """A NAT gateway and the address it owns."""

    kind = "nat_gateway"
    references = {"subnet_name": ("subnet_id", "subnet")}
    managed = ("subnet_id", "connectivity_type")
    immutable = frozenset({"subnet_id", "connectivity_type"})
    usual = {"create": 120, "delete": 60}
    expendable = True
    computed = ("nat_gateway_id", "allocation_id", "public_ip")
    retry_codes = (
        "InvalidIPAddress.InUse",
        "InvalidAllocationID.NotFound",
        ("AuthFailure", "permission to access the specified resource"),  # a gateway still holds the address
    )

    def siblings(self):
        """List the gateways of this name. For ``state: absent``, list the leftover Elastic IP of a deleted gateway too.

        AWS keeps the address of a deleted gateway, and it costs money until it is released.
        """
        gateways = [gateway for gateway in self._gateways() if gateway["state"] != "deleted"]
        alive = [gateway for gateway in gateways if gateway["state"] != "deleting"]
        if gateways or self.params["state"] == "present":
            return alive or gateways[:1]
        return [{"tags": address["tags"], "address_only": True} for address in self._addresses()[:1]]

    def describe(self, sibling):
        address = next(iter(sibling.get("nat_gateway_addresses") or []), {})
        public = {key: address.get(key) for key in ("allocation_id", "public_ip")}
        return {**public, **sibling, "name": self.params["name"]}

    def reason(self, have):
        message = str(have.get("failure_message", "")).rstrip(". ")
        return f"{have.get('failure_code')}: {message}"

    def create(self, want):
        public = want["connectivity_type"] == "public"
        tags = want["tags"]
        self.aws.call(
            "ec2",
            "create_nat_gateway",
            subnet_id=want["subnet_id"],
            connectivity_type=want["connectivity_type"],
            allocation_id=self._allocation(tags) if public else None,
            tag_specifications=tag_specifications("natgateway", tags),
        )

    def update(self, have, changes):
        ids = [have[key] for key in ("nat_gateway_id", "allocation_id") if have.get(key)]
        write_tags(self.aws, "ec2", ids, have["tags"], changes["tags"])

    def delete(self, have):
        if not have.get("address_only"):
            self.aws.call("ec2", "delete_nat_gateway", nat_gateway_id=have["nat_gateway_id"])
            return
        for address in self._addresses():  # AWS refuses this for a while after the gateway is deleted
            self.aws.call("ec2", "release_address", allocation_id=address["allocation_id"])

    def leftovers(self):
        deleted = [gateway["nat_gateway_id"] for gateway in self._gateways() if gateway["state"] == "deleted"]
        return [*deleted, *(address["allocation_id"] for address in self._addresses())]

    def _gateways(self):
        """Return the gateways of this name, also those that AWS lists for an hour after their deletion."""
        return [g for g in self.aws.pages("ec2", "describe_nat_gateways", "nat_gateways") if self.is_me(g)]

    def _addresses(self):
        """Return the Elastic IPs that an interrupted run or a deleted gateway of this name and owner left behind."""
        tags = {"Name": self.params["name"], **({OWNER_TAG: self.owner} if self.owner else {})}
        filters = [{"name": f"tag:{key}", "values": [value]} for key, value in tags.items()]
        return self.aws.call("ec2", "describe_addresses", filters=filters)["addresses"]

    def _allocation(self, tags):
        for address in self._addresses():
            if not address.get("association_id"):
                return address["allocation_id"]
        tagged = tag_specifications("elastic-ip", tags)
        return self.aws.call("ec2", "allocate_address", domain="vpc", tag_specifications=tagged)["allocation_id"]


def main(context=None):
    run(
        NatGateway,
        OPTIONS,
        context,
        required_if=[("state", "present", ("subnet_id", "subnet_name"), True)],
    )


if __name__ == "__main__":
    main()
