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
  - Keeps an endpoint, found by its Name tag, and changes it in place.
author: MTK Backend contributors (@mtk)
options:
  name:
    description: The Name tag; it identifies the endpoint.
    type: str
    required: true
  vpc_id:
    description: The VPC. AWS cannot change it later. This or O(vpc_name) is needed with O(state=present).
    type: str
  vpc_name:
    description: The Name tag of the VPC, instead of its id.
    type: str
  service_name:
    description:
      - The service, in full, or only its last part, like V(s3), for a service of AWS in this region.
      - Needed with O(state=present). AWS cannot change it later.
    type: str
  vpc_endpoint_type:
    description: The kind of endpoint. AWS cannot change it later.
    type: str
    choices: [Gateway, Interface]
    default: Gateway
  route_table_ids:
    description: Exactly the route tables of a gateway endpoint. Left alone where not given.
    type: list
    elements: str
  route_table_names:
    description: The Name tags of the route tables, instead of their ids.
    type: list
    elements: str
  subnet_ids:
    description: Exactly the subnets of an interface endpoint. Left alone where not given.
    type: list
    elements: str
  security_group_ids:
    description: Exactly the security groups of an interface endpoint. Left alone where not given.
    type: list
    elements: str
  private_dns_enabled:
    description: Whether the service's own name leads to an interface endpoint. Left alone where not given.
    type: bool
  policy:
    description: What the endpoint lets through. Compared by meaning. Left alone where not given.
    type: dict
extends_documentation_fragment:
  - mtk.backend.resource
  - mtk.backend.resource.tags
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: Reach DynamoDB without the internet
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
  description: The endpoint; empty where it does not exist.
  returned: success
  type: dict
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
"""

import json

from ansible_collections.mtk.backend.plugins.module_utils.aws._tags import tag_specifications, write_tags
from ansible_collections.mtk.backend.plugins.module_utils.engine._module import run
from ansible_collections.mtk.backend.plugins.module_utils.engine._resource import Resource
from ansible_collections.mtk.backend.plugins.module_utils.resources._ec2 import raise_unsuccessful, steps
from ansible_collections.mtk.backend.plugins.module_utils.resources._policies import wanted_document

MEMBERS = ("route_table_ids", "subnet_ids", "security_group_ids")
OPTIONS = {
    "name": {"type": "str", "required": True},
    "service_name": {"type": "str"},
    "vpc_endpoint_type": {"type": "str", "choices": ["Gateway", "Interface"], "default": "Gateway"},
    **{name: {"type": "list", "elements": "str"} for name in MEMBERS if name != "route_table_ids"},
    "private_dns_enabled": {"type": "bool"},
    "policy": {"type": "dict"},
}


class VpcEndpoint(Resource):
    """A VPC endpoint."""

    kind = "vpc_endpoint"
    references = {"vpc_name": ("vpc_id", "vpc"), "route_table_names": ("route_table_ids", "route_table")}
    managed = ("vpc_id", "service_name", "vpc_endpoint_type", *MEMBERS, "private_dns_enabled", "policy")
    immutable = frozenset({"vpc_id", "service_name", "vpc_endpoint_type"})
    computed = ("vpc_endpoint_id",)
    ready = frozenset({"available", "pendingacceptance"})  # the owner of the service decides when to accept
    failed = frozenset({"failed", "rejected", "expired"})
    retry_codes = ("InvalidVpcEndpointId.NotFound",)

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
            "subnet_ids": sorted(sibling.get("subnet_ids") or []),
            "security_group_ids": sorted(group["group_id"] for group in sibling.get("groups") or []),
            "policy": json.loads(sibling.get("policy_document") or "{}"),
        }

    def reason(self, have):
        return (have.get("last_error") or {}).get("message") or have.get("failure_reason") or super().reason(have)

    def desired(self, have):
        given, want = self.params, super().desired(have)
        for name in MEMBERS:
            if name in want:
                want[name] = sorted(want[name])
        if given["policy"] is not None:
            want["policy"] = wanted_document(given["policy"], have["policy"] if have else None)
        if given["service_name"] and "." not in given["service_name"]:
            want["service_name"] = f"com.amazonaws.{self.aws.region}.{given['service_name']}"
        return want

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
