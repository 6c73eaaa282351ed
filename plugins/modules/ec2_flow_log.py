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
  - Manage a flow log to CloudWatch Logs. The Name tag identifies it.
  - AWS cannot change a flow log except its tags. To change anything else, remove it and create it again.
  - A flow log whose records AWS cannot deliver is reported as a difference that needs a decision. No apply changes it.
  - O(vpc_id) or O(vpc_name) is required with O(state=present).
author: MTK Backend contributors (@mtk)
options:
  name:
    description: The Name tag, which identifies the flow log.
    type: str
    required: true
  traffic_type:
    description: The traffic to log.
    type: str
    choices: [ACCEPT, REJECT, ALL]
    default: ALL
  log_destination_type:
    description: The type of the destination.
    type: str
    choices: [cloud-watch-logs]
    default: cloud-watch-logs
  log_group_name:
    description: >-
      The name of the log group, 1 to 512 letters, digits and C(_-/.#). Required with O(state=present).
    type: str
  deliver_logs_permission_arn:
    description:
      - The role that may write to the log group, as ARN, or as name if the role belongs to this account. A name has 1
        to 64 letters, digits and C(_+=,.@-). If the role has a path, the name is behind it, as in C(/mtk/dev_role).
      - Required with O(state=present).
    type: str
  max_aggregation_interval:
    description: The longest time that a record covers, in seconds.
    type: int
    choices: [60, 600]
    default: 600
extends_documentation_fragment:
  - mtk.backend.resource
  - mtk.backend.resource.tags
  - mtk.backend.references
  - mtk.backend.references.vpc
  - mtk.backend.connection
"""

EXAMPLES = r"""
- name: Log the accepted and the rejected traffic of a VPC
  mtk.backend.ec2_flow_log:
    region: us-east-1
    name: dev_us-east-1_flow_log
    vpc_name: dev_us-east-1_vpc
    log_group_name: dev_us-east-1_flow_log_group
    deliver_logs_permission_arn: dev_flow_log_role
    tags:
      mtk:environment: dev

- name: Remove the flow log
  mtk.backend.ec2_flow_log:
    region: us-east-1
    name: dev_us-east-1_flow_log
    state: absent
"""

RETURN = r"""
flow_log:
  description: The flow log; empty if it does not exist.
  returned: success
  type: dict
  contains:
    flow_log_id: {description: The id of the flow log., type: str}
    name: {description: The Name tag., type: str}
    vpc_id: {description: The id of the VPC., type: str}
    traffic_type: {description: "V(ACCEPT), V(REJECT) or V(ALL).", type: str}
    log_destination_type: {description: The type of the destination., type: str}
    log_group_name: {description: The name of the log group., type: str}
    log_format: {description: The fields of a record., type: str}
    deliver_logs_permission_arn: {description: The ARN of the role., type: str}
    deliver_logs_status: {description: "V(SUCCESS) or V(FAILED).", type: str}
    deliver_logs_error_message: {description: Why the delivery failed., type: str, returned: if it failed}
    flow_log_status: {description: "The status, V(ACTIVE).", type: str}
    max_aggregation_interval: {description: "The longest time that a record covers, in seconds.", type: int}
    creation_time: {description: The time of creation., type: str}
    tags: {description: The tags., type: dict}
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
settled:
  description:
    - Whether nothing is left to do and AWS is not at work on the resource.
    - False in check mode if something would change, and with O(wait=false) while AWS is still at work.
  returned: success
  type: bool
  sample: true
"""

from ansible_collections.mtk.backend.plugins.module_utils.aws._lookup import is_foreign_role
from ansible_collections.mtk.backend.plugins.module_utils.aws._tags import tag_specifications, write_tags
from ansible_collections.mtk.backend.plugins.module_utils.domain._limits import LOG_GROUP_NAME, ROLE_NAME, text
from ansible_collections.mtk.backend.plugins.module_utils.domain._values import UNKNOWN, Observation
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
DELIVERS_NOTHING = (
    "AWS delivers no records: {}. Check that the log group and the role exist, that the role and its trust policy are "
    "as the plan shows them, and that the log group's key lets CloudWatch Logs encrypt. AWS tries again by itself."
)


class FlowLog(Resource):
    """A flow log of a VPC."""

    kind = "flow_log"
    references = {"vpc_name": ("vpc_id", "vpc")}
    managed = ("vpc_id", *(name for name in OPTIONS if name != "name"))
    immutable = frozenset(managed)
    computed = ("flow_log_id",)
    limits = {
        "log_group_name": text(LOG_GROUP_NAME, "1 to 512 letters, digits and _-/.#, not beginning with aws/"),
        "deliver_logs_permission_arn": text(
            f"arn:[^:]+:iam::[^:]*:role/.+|(/([!-~]+/)?)?{ROLE_NAME}",
            "the ARN of a role, or a name of 1 to 64 letters, digits and _+=,.@-, behind the path if there is one",
        ),
    }
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
            arn = f"arn:{self.aws.partition}:iam::{self.aws.account_id}:role/{role.removeprefix('/')}"
            foreign = have is None and is_foreign_role(self.aws, role.rpartition("/")[2], self.params)
            want["deliver_logs_permission_arn"] = UNKNOWN if foreign else arn
        return want

    def create(self, want):
        given = {name: value for name, value in want.items() if name not in ("vpc_id", "tags")}
        tags = tag_specifications("vpc-flow-log", want["tags"])
        where = {"resource_type": "VPC", "resource_ids": [want["vpc_id"]]}
        answer = self.aws.call("ec2", "create_flow_logs", **where, **given, tag_specifications=tags)
        raise_unsuccessful(answer, "CreateFlowLogs")

    def tolerated(self, have):
        """A flow log stays ACTIVE when it delivers nothing. No apply repairs that here: the cause is elsewhere."""
        if have.get("deliver_logs_status") == "FAILED":
            error = have.get("deliver_logs_error_message") or "no reason given"
            yield Observation("deliver_logs_status", "SUCCESS", "FAILED", "decision", DELIVERS_NOTHING.format(error))

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
