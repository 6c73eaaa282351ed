#!/usr/bin/python
# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ec2_route_table
version_added: 0.1.0
short_description: Manage a route table
description:
  - Manage a route table with its subnets and routes. The Name tag identifies it.
  - A subnet of another route table is moved with one request, so that it always has routes.
  - The local route, the routes of gateway endpoints and propagated routes are never changed.
  - O(vpc_id) or O(vpc_name) is required with O(state=present). AWS cannot change the VPC later.
author: MTK Backend contributors (@mtk)
options:
  name:
    description: The Name tag, which identifies the route table.
    type: str
    required: true
  routes:
    description: >-
      All routes, each with one destination, given once, and one target. If not given, the routes are not changed.
    type: list
    elements: dict
    suboptions:
      destination_cidr_block:
        description: The IPv4 destination, a block. AWS drops the bits behind the prefix.
        type: str
      destination_ipv6_cidr_block:
        description: The IPv6 destination, a block. AWS drops the bits behind the prefix.
        type: str
      destination_prefix_list_id:
        description: The id of a prefix list with the destinations.
        type: str
      gateway_id:
        description: The id of an internet gateway or a virtual private gateway.
        type: str
      internet_gateway_name:
        description: The Name tag of an internet gateway.
        type: str
      nat_gateway_id:
        description: The id of a NAT gateway.
        type: str
      nat_gateway_name:
        description: The Name tag of a NAT gateway.
        type: str
      egress_only_internet_gateway_id:
        description: The id of an egress-only internet gateway, for IPv6.
        type: str
      transit_gateway_id:
        description: The id of a transit gateway.
        type: str
      vpc_peering_connection_id:
        description: The id of a VPC peering connection.
        type: str
      network_interface_id:
        description: The id of a network interface.
        type: str
extends_documentation_fragment:
  - mtk.backend.resource
  - mtk.backend.resource.tags
  - mtk.backend.references
  - mtk.backend.references.vpc
  - mtk.backend.references.subnets
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: Route the public subnets to the internet gateway
  mtk.backend.ec2_route_table:
    region: us-east-1
    name: dev_us-east-1_public_route_table
    vpc_name: dev_us-east-1_vpc
    subnet_names:
      - dev_us-east-1_us-east-1a_public_subnet
      - dev_us-east-1_us-east-1b_public_subnet
    routes:
      - destination_cidr_block: 0.0.0.0/0
        internet_gateway_name: dev_us-east-1_internet_gateway
    tags:
      mtk:environment: dev

- name: Remove the route table
  mtk.backend.ec2_route_table:
    region: us-east-1
    name: dev_us-east-1_public_route_table
    state: absent
"""

RETURN = r"""
route_table:
  description: The route table; empty if it does not exist.
  returned: success
  type: dict
  contains:
    route_table_id: {description: The id of the route table., type: str}
    name: {description: The Name tag., type: str}
    vpc_id: {description: The id of the VPC., type: str}
    subnet_ids: {description: "The ids of the subnets, sorted.", type: list, elements: str}
    routes:
      description: The routes that the module manages, each with one destination and the id of one target.
      type: list
      elements: dict
    associations: {description: The associations as AWS describes them., type: list, elements: dict}
    tags: {description: The tags., type: dict}
  sample:
    name: dev_us-east-1_public_route_table
    route_table_id: rtb-0123456789abcdef0
    routes:
      - destination_cidr_block: 0.0.0.0/0
        gateway_id: igw-0123456789abcdef0
    subnet_ids: [subnet-0123456789abcdef0, subnet-0123456789abcdef1]
    tags: {"Name": dev_us-east-1_public_route_table, "mtk:environment": dev}
    vpc_id: vpc-0123456789abcdef0
settled:
  description:
    - Whether nothing is left to do and AWS is not at work on the resource.
    - False in check mode if something would change, and with O(wait=false) while AWS is still at work.
  returned: success
  type: bool
  sample: true
"""

import ipaddress

from ansible_collections.mtk.backend.plugins.module_utils.aws._lookup import resolve
from ansible_collections.mtk.backend.plugins.module_utils.aws._tags import tag_specifications, write_tags
from ansible_collections.mtk.backend.plugins.module_utils.domain._ec2_limits import ROUTES
from ansible_collections.mtk.backend.plugins.module_utils.engine._module import run
from ansible_collections.mtk.backend.plugins.module_utils.engine._resource import Resource
from ansible_collections.mtk.backend.plugins.module_utils.resources._ec2 import steps

DESTINATIONS = ("destination_cidr_block", "destination_ipv6_cidr_block", "destination_prefix_list_id")
TARGETS = (
    "nat_gateway_id",
    "egress_only_internet_gateway_id",
    "transit_gateway_id",
    "vpc_peering_connection_id",
    "network_interface_id",
    "gateway_id",
)
NAMED_TARGETS = {
    "internet_gateway_name": ("gateway_id", "internet_gateway"),
    "nat_gateway_name": ("nat_gateway_id", "nat_gateway"),
}
OPTIONS = {
    "name": {"type": "str", "required": True},
    "routes": {
        "type": "list",
        "elements": "dict",
        "options": {name: {"type": "str"} for name in (*DESTINATIONS, *TARGETS, *NAMED_TARGETS)},
        "mutually_exclusive": [DESTINATIONS, (*TARGETS, *NAMED_TARGETS)],
        "required_one_of": [DESTINATIONS, (*TARGETS, *NAMED_TARGETS)],
    },
}


class RouteTable(Resource):
    """A route table with its subnets and routes."""

    kind = "route_table"
    references = {"vpc_name": ("vpc_id", "vpc"), "subnet_names": ("subnet_ids", "subnet")}
    managed = ("vpc_id", "subnet_ids", "routes")
    immutable = frozenset({"vpc_id"})
    computed = ("route_table_id",)
    limits = ROUTES
    retry_codes = ("InvalidRouteTableID.NotFound", "DependencyViolation")

    def siblings(self):
        tables = self.aws.pages("ec2", "describe_route_tables", "route_tables")
        return [{**table, "_associations": associations(tables)} for table in tables]

    def describe(self, sibling):
        routes = by_destination(plain(route) for route in sibling["routes"] if is_created(route))
        return {**sibling, "name": self.params["name"], "subnet_ids": sorted(associations([sibling])), "routes": routes}

    def desired(self, have):
        want = super().desired(have)
        if "routes" in want:
            targets = ({**route, **resolve(self.aws, NAMED_TARGETS, route)} for route in want["routes"])
            want["routes"] = by_destination(plain(route) for route in targets)
        return want

    def create(self, want):
        tags = tag_specifications("route-table", want["tags"])
        self.aws.call("ec2", "create_route_table", vpc_id=want["vpc_id"], tag_specifications=tags)

    def update(self, have, changes):
        if "subnet_ids" in changes:
            self._associate(have, changes["subnet_ids"])
        if "routes" in changes:
            self._route(have, changes["routes"])
        if "tags" in changes:
            write_tags(self.aws, "ec2", [have["route_table_id"]], have["tags"], changes["tags"])

    def delete(self, have):
        self._associate(have, [])
        self.aws.call("ec2", "delete_route_table", route_table_id=have["route_table_id"])

    def _associate(self, have, subnets):
        table, current = {"route_table_id": have["route_table_id"]}, have["_associations"]
        new, gone = steps(have["subnet_ids"], subnets)
        for subnet in new:
            if subnet in current:
                self.aws.call("ec2", "replace_route_table_association", association_id=current[subnet], **table)
            else:
                self.aws.call("ec2", "associate_route_table", subnet_id=subnet, **table)
        for subnet in gone:
            self.aws.call("ec2", "disassociate_route_table", association_id=current[subnet])

    def _route(self, have, routes):
        table = {"route_table_id": have["route_table_id"]}
        old, new = ({tuple(destination(r).items()): r for r in side} for side in (have["routes"], routes))
        for key in [key for key in old if key not in new]:
            self.aws.call("ec2", "delete_route", **table, **dict(key))
        for key, route in new.items():
            if route != old.get(key):
                self.aws.call("ec2", "replace_route" if key in old else "create_route", **table, **route)


def associations(tables):
    """Return the ids of the explicit associations of route tables by subnet."""
    return {
        association["subnet_id"]: association["route_table_association_id"]
        for table in tables
        for association in table["associations"]
        if association.get("subnet_id") and (association.get("association_state") or {}).get("state") not in GONE
    }


GONE = ("disassociating", "disassociated", "failed")


def is_created(route):
    """Return whether a route was created by a call: it is not local, not an endpoint's and not propagated."""
    created = route.get("origin", "CreateRoute") == "CreateRoute"
    return created and route.get("gateway_id") != "local" and not str(route.get("gateway_id")).startswith("vpce-")


def destination(route):
    """Return the destination of a route."""
    return {name: route[name] for name in DESTINATIONS if route.get(name)}


def plain(route):
    """Return a route as its destination, as AWS writes it, and its one target."""
    where = {
        k: v if "cidr" not in k else str(ipaddress.ip_network(v, strict=False)) for k, v in destination(route).items()
    }
    target = next(name for name in TARGETS if route.get(name))
    return {**where, target: route[target]}


def by_destination(routes):
    """Return routes in a stable order."""
    return sorted(routes, key=lambda route: sorted(destination(route).items()))


def main(context=None):
    run(
        RouteTable,
        OPTIONS,
        context,
        required_if=[("state", "present", ("vpc_id", "vpc_name"), True)],
    )


if __name__ == "__main__":
    main()
