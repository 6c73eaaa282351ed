#!/usr/bin/python
# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ec2_vpc_endpoint
version_added: 0.1.0
short_description: Manage a VPC endpoint
description:
  - Manage a gateway or interface endpoint, and change it in place. The Name tag identifies it.
  - O(vpc_id) or O(vpc_name) is required with O(state=present). AWS cannot change the VPC later.
  - Only a gateway endpoint has route tables. Only an interface endpoint has subnets and security groups.
author: MTK Backend contributors (@mtk)
options:
  name:
    description: The Name tag, which identifies the endpoint.
    type: str
    required: true
  service_name:
    description:
      - The full name of the service. For a service of AWS in this region the last part is enough, for example V(s3).
      - Required with O(state=present). AWS cannot change it later.
    type: str
  vpc_endpoint_type:
    description: The type of the endpoint. AWS cannot change it later.
    type: str
    choices: [Gateway, Interface]
    default: Gateway
  subnet_ids:
    description: >-
      The ids of all subnets, only with O(vpc_endpoint_type=Interface). If not given, the subnets are not changed.
    type: list
    elements: str
  security_group_ids:
    description: >-
      The ids of all security groups, only with O(vpc_endpoint_type=Interface). If not given, the security groups are
      not changed.
    type: list
    elements: str
  private_dns_enabled:
    description: >-
      Whether the DNS name of the service resolves to the endpoint. V(true) only with O(vpc_endpoint_type=Interface). If
      not given, it is not changed.
    type: bool
  policy:
    description: >-
      The endpoint policy, compared by its meaning, up to 20480 characters. If not given, the policy is not changed.
    type: dict
  purge_route_tables:
    description:
      - Whether to remove other route tables than those in O(route_table_ids) or O(route_table_names).
      - With V(false) they stay, because without the endpoint their subnets cannot reach the service any more. Those
        without the tag C(mtk:environment) of O(tags) are reported as foreign, and removed if O(remove) names this
        endpoint.
    type: bool
    default: true
  removed_route_table_ids:
    description: The ids of route tables that are removed, with O(purge_route_tables=false) too.
    type: list
    elements: str
    default: []
extends_documentation_fragment:
  - mtk.backend.resource
  - mtk.backend.resource.tags
  - mtk.backend.references
  - mtk.backend.references.vpc
  - mtk.backend.references.route_tables
  - mtk.backend.connection
"""

EXAMPLES = r"""
- name: Create a gateway endpoint for DynamoDB
  mtk.backend.ec2_vpc_endpoint:
    region: us-east-1
    name: dev_us-east-1_dynamodb_endpoint
    vpc_name: dev_us-east-1_vpc
    service_name: dynamodb
    route_table_names:
      - dev_us-east-1_public_route_table
    policy:
      Version: "2012-10-17"
      Statement:
        - Effect: Allow
          Principal: "*"
          Action: dynamodb:*
          Resource: "*"
    tags:
      mtk:environment: dev

- name: Remove the endpoint
  mtk.backend.ec2_vpc_endpoint:
    region: us-east-1
    name: dev_us-east-1_dynamodb_endpoint
    state: absent
"""

RETURN = r"""
vpc_endpoint:
  description: The endpoint; empty if it does not exist.
  returned: success
  type: dict
  contains:
    vpc_endpoint_id: {description: The id of the endpoint., type: str}
    name: {description: The Name tag., type: str}
    vpc_endpoint_type: {description: V(Gateway) or V(Interface)., type: str}
    vpc_id: {description: The id of the VPC., type: str}
    service_name: {description: The full name of the service., type: str}
    route_table_ids: {description: "The ids of the route tables, sorted.", type: list, elements: str}
    subnet_ids: {description: "The ids of the subnets, sorted.", type: list, elements: str}
    security_group_ids: {description: "The ids of the security groups, sorted.", type: list, elements: str}
    network_interface_ids: {description: The ids of the network interfaces., type: list, elements: str}
    dns_entries: {description: The DNS names of an interface endpoint., type: list, elements: dict}
    private_dns_enabled: {description: Whether the DNS name of the service resolves to the endpoint., type: bool}
    policy: {description: The endpoint policy., type: dict}
    state: {description: "The state in lower case, for example V(available).", type: str}
    creation_timestamp: {description: The time of creation., type: str}
    tags: {description: The tags., type: dict}
  sample:
    name: dev_us-east-1_dynamodb_endpoint
    policy:
      Version: "2012-10-17"
      Statement:
        - {"Action": "dynamodb:*", "Effect": "Allow", "Principal": "*", "Resource": "*"}
    route_table_ids: [rtb-0123456789abcdef0]
    service_name: com.amazonaws.us-east-1.dynamodb
    state: available
    tags: {"Name": dev_us-east-1_dynamodb_endpoint, "mtk:environment": dev}
    vpc_endpoint_id: vpce-0123456789abcdef0
    vpc_endpoint_type: Gateway
    vpc_id: vpc-0123456789abcdef0
settled:
  description:
    - Whether nothing is left to do and AWS is not at work on the resource.
    - False in check mode if something would change, and with O(wait=false) while AWS is still at work.
  returned: success
  type: bool
  sample: true
"""

import json

from ansible_collections.mtk.backend.plugins.module_utils.aws._tags import tag_specifications, write_tags
from ansible_collections.mtk.backend.plugins.module_utils.domain._ec2_limits import ID_LISTS, endpoint_faults
from ansible_collections.mtk.backend.plugins.module_utils.domain._limits import document
from ansible_collections.mtk.backend.plugins.module_utils.domain._values import Observation
from ansible_collections.mtk.backend.plugins.module_utils.engine._module import run
from ansible_collections.mtk.backend.plugins.module_utils.engine._resource import Resource
from ansible_collections.mtk.backend.plugins.module_utils.resources._ec2 import (
    foreign,
    kept,
    raise_unsuccessful,
    steps,
    undeclared,
)
from ansible_collections.mtk.backend.plugins.module_utils.resources._policies import wanted_document

MEMBERS = ("route_table_ids", "subnet_ids", "security_group_ids")
OPTIONS = {
    "name": {"type": "str", "required": True},
    "service_name": {"type": "str"},
    "vpc_endpoint_type": {"type": "str", "choices": ["Gateway", "Interface"], "default": "Gateway"},
    **{name: {"type": "list", "elements": "str"} for name in MEMBERS if name != "route_table_ids"},
    "private_dns_enabled": {"type": "bool"},
    "policy": {"type": "dict"},
    "purge_route_tables": {"type": "bool", "default": True},
    "removed_route_table_ids": {"type": "list", "elements": "str", "default": []},
}
FOREIGN = (
    "others added this route table to the endpoint, and it is left alone. To remove it, run with "
    "-e remove=ec2_vpc_endpoint:{name}"
)


class VpcEndpoint(Resource):
    """A VPC endpoint."""

    kind = "vpc_endpoint"
    references = {"vpc_name": ("vpc_id", "vpc"), "route_table_names": ("route_table_ids", "route_table")}
    managed = ("vpc_id", "service_name", "vpc_endpoint_type", *MEMBERS, "private_dns_enabled", "policy")
    immutable = frozenset({"vpc_id", "service_name", "vpc_endpoint_type"})
    computed = ("vpc_endpoint_id",)
    limits = {**ID_LISTS, "policy": document(20480)}
    ready = frozenset({"available", "pendingacceptance"})  # the owner of the service decides when to accept
    failed = frozenset({"failed", "rejected", "expired"})
    retry_codes = ("InvalidVpcEndpointId.NotFound",)

    def conflicts(self):
        return endpoint_faults(self.params)

    def siblings(self):
        found = self.aws.pages("ec2", "describe_vpc_endpoints", "vpc_endpoints")
        return [endpoint for endpoint in found if endpoint["state"].lower() != "deleted"]

    def describe(self, sibling):
        return {
            **sibling,
            "name": self.params["name"],
            "state": sibling["state"].lower(),  # AWS writes states in more than one way
            "vpc_endpoint_type": sibling["vpc_endpoint_type"].capitalize(),
            "route_table_ids": sorted(sibling.get("route_table_ids") or []),
            "_undeclared": self._undeclared(sibling.get("route_table_ids") or []),
            "subnet_ids": sorted(sibling.get("subnet_ids") or []),
            "security_group_ids": sorted(group["group_id"] for group in sibling.get("groups") or []),
            "policy": json.loads(sibling.get("policy_document") or "{}"),
        }

    def reason(self, have):
        return (have.get("last_error") or {}).get("message") or have.get("failure_reason") or super().reason(have)

    def desired(self, have):
        given, want = self.params, super().desired(have)
        if "route_table_ids" in want and have is not None:
            want["route_table_ids"] = [*want["route_table_ids"], *kept(self, have["_undeclared"])]
        for name in MEMBERS:
            if name in want:
                want[name] = sorted(want[name])
        if given["policy"] is not None:
            want["policy"] = wanted_document(given["policy"], have["policy"] if have else None)
        if given["service_name"] and "." not in given["service_name"]:
            want["service_name"] = f"com.amazonaws.{self.aws.region}.{given['service_name']}"
        return want

    def tolerated(self, have):
        for table in foreign(self, have.get("_undeclared", {})):
            yield Observation("route_table_ids", None, table, "foreign", FOREIGN.format(name=self.params["name"]))

    def _undeclared(self, tables):
        """Return the tags of those of the route tables that the options neither name nor remove, by id."""
        wanted = self.resolved.get("route_table_ids")
        if wanted is None or self.params["purge_route_tables"]:
            return {}
        present = set(tables) - set(self.params["removed_route_table_ids"])
        return undeclared(self.aws, "route_table", present, wanted)

    def create(self, want):
        given = {name: value for name, value in want.items() if name not in ("policy", "tags") and value != []}
        tags = tag_specifications("vpc-endpoint", want["tags"])
        policy = json.dumps(want["policy"]) if "policy" in want else None
        self.aws.call("ec2", "create_vpc_endpoint", **given, policy_document=policy, tag_specifications=tags)

    def update(self, have, changes):
        call = {}
        for name in MEMBERS:
            if name in changes:
                new, gone = steps(have[name], changes[name])
                call |= {f"add_{name}": new or None, f"remove_{name}": gone or None}
        if "private_dns_enabled" in changes:
            call["private_dns_enabled"] = changes["private_dns_enabled"]
        if "policy" in changes:
            call["policy_document"] = json.dumps(changes["policy"])
        if call:
            self.aws.call("ec2", "modify_vpc_endpoint", vpc_endpoint_id=have["vpc_endpoint_id"], **call)
        if "tags" in changes:
            write_tags(self.aws, "ec2", [have["vpc_endpoint_id"]], have["tags"], changes["tags"])

    def delete(self, have):
        answer = self.aws.call("ec2", "delete_vpc_endpoints", vpc_endpoint_ids=[have["vpc_endpoint_id"]])
        raise_unsuccessful(answer, "DeleteVpcEndpoints")


def main(context=None):
    run(
        VpcEndpoint,
        OPTIONS,
        context,
        required_if=[
            ("state", "present", ("vpc_id", "vpc_name"), True),
            ("state", "present", ("service_name",)),
        ],
    )


if __name__ == "__main__":
    main()
