#!/usr/bin/python
# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ec2_flow_log
version_added: 0.1.0
short_description: Manage the flow log of a VPC
description:
  - Keeps a flow log to CloudWatch Logs, found by its Name tag.
  - AWS cannot change anything of a flow log but its tags. To change one, remove it and create it anew.
author: MTK Backend contributors (@mtk)
options:
  name:
    description: The Name tag; it identifies the flow log.
    type: str
    required: true
  vpc_id:
    description: The VPC. This or O(vpc_name) is needed with O(state=present).
    type: str
  vpc_name:
    description: The Name tag of the VPC, instead of its id.
    type: str
  traffic_type:
    description: Which traffic is logged.
    type: str
    choices: [ACCEPT, REJECT, ALL]
    default: ALL
  log_destination_type:
    description: Where to.
    type: str
    choices: [cloud-watch-logs]
    default: cloud-watch-logs
  log_group_name:
    description: The log group. Needed with O(state=present).
    type: str
  deliver_logs_permission_arn:
    description:
      - The role that may write to the group, by its ARN, or by its name where it is one of this account.
        Needed with O(state=present).
    type: str
  max_aggregation_interval:
    description: Seconds of traffic that one record holds.
    type: int
    choices: [60, 600]
    default: 600
extends_documentation_fragment:
  - mtk.backend.resource
  - mtk.backend.resource.tags
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: Log what the VPC lets through and what it does not
  mtk.backend.ec2_flow_log:
    region: us-east-1
    name: dev_us-east-1_flow_log
    vpc_name: dev_us-east-1_vpc
    log_group_name: dev_us-east-1_flow_log_group
    deliver_logs_permission_arn: dev_flow_log_role
    tags:
      mtk:environment: dev

- name: Log nothing
  mtk.backend.ec2_flow_log:
    region: us-east-1
    name: dev_us-east-1_flow_log
    state: absent
"""

RETURN = r"""
flow_log:
  description: The flow log; empty where it does not exist.
  returned: success
  type: dict
  sample:
    deliver_logs_permission_arn: arn:aws:iam::123456789012:role/dev_flow_log_role
    deliver_logs_status: SUCCESS
    flow_log_id: fl-0123456789abcdef0
    flow_log_status: ACTIVE
    log_destination_type: cloud-watch-logs
    log_group_name: dev_us-east-1_flow_log_group
    max_aggregation_interval: 600
    name: dev_us-east-1_flow_log
    tags: {"Name": dev_us-east-1_flow_log, "mtk:environment": dev}
    traffic_type: ALL
    vpc_id: vpc-0123456789abcdef0
"""

from ansible_collections.mtk.backend.plugins.module_utils.aws._tags import tag_specifications, write_tags
from ansible_collections.mtk.backend.plugins.module_utils.engine._module import run
from ansible_collections.mtk.backend.plugins.module_utils.engine._resource import Resource
from ansible_collections.mtk.backend.plugins.module_utils.resources._ec2 import raise_unsuccessful

OPTIONS = {
    "name": {"type": "str", "required": True},
    "traffic_type": {"type": "str", "choices": ["ACCEPT", "REJECT", "ALL"], "default": "ALL"},
    "log_destination_type": {"type": "str", "choices": ["cloud-watch-logs"], "default": "cloud-watch-logs"},
    "log_group_name": {"type": "str"},
    "deliver_logs_permission_arn": {"type": "str"},
    "max_aggregation_interval": {"type": "int", "choices": [60, 600], "default": 600},
}


class FlowLog(Resource):
    """A flow log of a VPC."""

    kind = "flow_log"
    references = {"vpc_name": ("vpc_id", "vpc")}
    managed = ("vpc_id", *(name for name in OPTIONS if name != "name"))
    immutable = frozenset(managed)
    computed = ("flow_log_id",)
    # a new role spreads within seconds
    retry_codes = (("InvalidParameter", "Unable to assume given IAM role"),)

    def siblings(self):
        return self.aws.pages("ec2", "describe_flow_logs", "flow_logs")

    def describe(self, sibling):
        return {**sibling, "name": self.params["name"], "vpc_id": sibling["resource_id"]}

    def desired(self, have):
        want = super().desired(have)
        role = want.get("deliver_logs_permission_arn")
        if role and not role.startswith("arn:"):
            want["deliver_logs_permission_arn"] = f"arn:{self.aws.partition}:iam::{self.aws.account_id}:role/{role}"
        return want

    def create(self, want):
        given = {name: value for name, value in want.items() if name not in ("vpc_id", "tags")}
        tags = tag_specifications("vpc-flow-log", want["tags"])
        where = {"resource_type": "VPC", "resource_ids": [want["vpc_id"]]}
        answer = self.aws.call("ec2", "create_flow_logs", **where, **given, tag_specifications=tags)
        raise_unsuccessful(answer, "CreateFlowLogs")

    def update(self, have, changes):
        write_tags(self.aws, "ec2", [have["flow_log_id"]], have["tags"], changes["tags"])

    def delete(self, have):
        answer = self.aws.call("ec2", "delete_flow_logs", flow_log_ids=[have["flow_log_id"]])
        raise_unsuccessful(answer, "DeleteFlowLogs")


def main(context=None):
    needed = [("state", "present", (name,)) for name in ("log_group_name", "deliver_logs_permission_arn")]
    run(
        FlowLog,
        OPTIONS,
        context,
        required_if=[("state", "present", ("vpc_id", "vpc_name"), True), *needed],
    )


if __name__ == "__main__":
    main()
