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
      The routes, each with one destination, given once, and one target. If not given, the routes are not changed.
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
      carrier_gateway_id:
        description: The id of a carrier gateway.
        type: str
      core_network_arn:
        description: The ARN of a core network of Cloud WAN.
        type: str
      local_gateway_id:
        description: The id of a local gateway of an Outpost.
        type: str
      odb_network_arn:
        description: The ARN of an ODB network.
        type: str
      vpc_endpoint_id:
        description: The id of a Gateway Load Balancer endpoint.
        type: str
  purge_routes:
    description:
      - Whether to remove routes with other destinations than those in O(routes). The target of a destination in
        O(routes) is always kept.
      - With V(false) such routes are reported as foreign and left alone. A default route to an internet or NAT gateway
        with the tag C(mtk:environment) of O(tags) is removed nevertheless, because earlier options have made it.
      - With V(false) and O(remove) naming this route table, foreign routes are removed as well.
    type: bool
    default: true
  purge_subnets:
    description:
      - Whether to remove the associations of other subnets than those in O(subnet_ids) or O(subnet_names).
      - With V(false) they stay, because a subnet without association has the routes of the VPC's main route table.
        Those of subnets without the tag C(mtk:environment) of O(tags) are reported as foreign, and removed if O(remove)
        names this route table.
    type: bool
    default: true
  removed_subnet_names:
    description: The Name tags of subnets whose associations are removed, with O(purge_subnets=false) too.
    type: list
    elements: str
    default: []
extends_documentation_fragment:
  - mtk.backend.resource
  - mtk.backend.resource.tags
  - mtk.backend.references
  - mtk.backend.references.vpc
  - mtk.backend.references.subnets
  - mtk.backend.connection
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

from ansible_collections.mtk.backend.plugins.module_utils.aws._lookup import resolve
from ansible_collections.mtk.backend.plugins.module_utils.aws._tags import tag_specifications, write_tags
from ansible_collections.mtk.backend.plugins.module_utils.domain._ec2_limits import ROUTES
from ansible_collections.mtk.backend.plugins.module_utils.domain._routes import (
    DESTINATIONS,
    TARGETS,
    by_destination,
    default_gateway,
    destination,
    is_created,
    key,
    plain,
)
from ansible_collections.mtk.backend.plugins.module_utils.domain._values import OWNER_TAG, Observation
from ansible_collections.mtk.backend.plugins.module_utils.engine._module import run
from ansible_collections.mtk.backend.plugins.module_utils.engine._resource import Resource
from ansible_collections.mtk.backend.plugins.module_utils.resources._ec2 import foreign, kept, steps, undeclared

NAMED_TARGETS = {
    "internet_gateway_name": ("gateway_id", "internet_gateway"),
    "nat_gateway_name": ("nat_gateway_id", "nat_gateway"),
}
GATEWAYS = {"igw": "internet_gateway", "nat": "nat_gateway"}
FOREIGN = (
    "others added this route, and it is left alone. To keep it, declare it in routes (with the role ipam_vpc in "
    "ipam_vpc_extra_routes). To remove it, run with -e remove=ec2_route_table:{name}"
)
FOREIGN_SUBNET = (
    "others associated this subnet with the route table, and it is left alone. To end that, run with "
    "-e remove=ec2_route_table:{name}"
)
OPTIONS = {
    "name": {"type": "str", "required": True},
    "routes": {
        "type": "list",
        "elements": "dict",
        "options": {name: {"type": "str"} for name in (*DESTINATIONS, *TARGETS, *NAMED_TARGETS)},
        "mutually_exclusive": [DESTINATIONS, (*TARGETS, *NAMED_TARGETS)],
        "required_one_of": [DESTINATIONS, (*TARGETS, *NAMED_TARGETS)],
    },
    "purge_routes": {"type": "bool", "default": True},
    "purge_subnets": {"type": "bool", "default": True},
    "removed_subnet_names": {"type": "list", "elements": "str", "default": []},
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
        subnets = sorted(associations([sibling]))
        found = {"name": self.params["name"], "subnet_ids": subnets, "routes": routes}
        return {**sibling, **found, "_foreign": self._foreign(routes), "_undeclared": self._undeclared(subnets)}

    def desired(self, have):
        want = super().desired(have)
        if "routes" in want:
            want["routes"] = by_destination([*self._declared(), *self._left_alone(have)])
        if "subnet_ids" in want and have is not None:
            want["subnet_ids"] = sorted({*want["subnet_ids"], *kept(self, have["_undeclared"])})
        return want

    def tolerated(self, have):
        """Routes of others are reported and left alone."""
        for route in self._left_alone(have):
            yield Observation("routes", None, route, "foreign", FOREIGN.format(name=self.params["name"]))
        for subnet in foreign(self, have.get("_undeclared", {})):
            yield Observation("subnet_ids", None, subnet, "foreign", FOREIGN_SUBNET.format(name=self.params["name"]))

    def _left_alone(self, have):
        return [] if self.consents("remove") else (have or {}).get("_foreign", [])

    def _undeclared(self, subnets):
        """Return the tags of those of the subnets that the options neither name nor remove, by id."""
        wanted = self.resolved.get("subnet_ids")
        if wanted is None or self.params["purge_subnets"]:
            return {}
        removed = self.params["removed_subnet_names"]
        found = undeclared(self.aws, "subnet", subnets, wanted)
        return {subnet: tags for subnet, tags in found.items() if tags.get("Name") not in removed}

    def _declared(self):
        given = self.params["routes"] or []
        targets = ({**route, **resolve(self.aws, NAMED_TARGETS, {**self.params, **route})} for route in given)
        return [plain(route) for route in targets]

    def _foreign(self, routes):
        """Return those of the routes that the options do not name and that no earlier run has made."""
        if self.params["purge_routes"] or self.params["routes"] is None:
            return []
        declared = {key(route) for route in self._declared()}
        others = (route for route in routes if key(route) not in declared)
        return [route for route in others if not self._is_of_own_gateway(default_gateway(route))]

    def _is_of_own_gateway(self, gateway):
        """Return whether a gateway has the owner's tag. A default route to it is ours, from other settings."""
        kind = GATEWAYS.get(gateway.partition("-")[0])
        if not kind or not self.owner:
            return False
        listed = self.aws.pages("ec2", f"describe_{kind}s", f"{kind}s")
        tags = (found.get("tags") or {} for found in listed if found[f"{kind}_id"] == gateway)
        return any(each.get(OWNER_TAG) == self.owner for each in tags)

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
        old, new = ({key(r): r for r in side} for side in (have["routes"], routes))
        for route in [route for where, route in old.items() if where not in new]:
            self.aws.call("ec2", "delete_route", **table, **destination(route))
        for where, route in new.items():
            if route != old.get(where):
                self.aws.call("ec2", "replace_route" if where in old else "create_route", **table, **route)


def associations(tables):
    """Return the ids of the explicit associations of route tables by subnet."""
    return {
        association["subnet_id"]: association["route_table_association_id"]
        for table in tables
        for association in table["associations"]
        if association.get("subnet_id") and (association.get("association_state") or {}).get("state") not in GONE
    }


GONE = ("disassociating", "disassociated", "failed")


def main(context=None):
    run(
        RouteTable,
        OPTIONS,
        context,
        required_if=[("state", "present", ("vpc_id", "vpc_name"), True)],
    )


if __name__ == "__main__":
    main()
