#!/usr/bin/python
# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: logs_log_group
version_added: 0.1.0
short_description: Manage a CloudWatch log group
description:
  - Manage a log group with its retention and its key. It is changed in place and never replaced.
author: MTK Backend contributors (@mtk)
options:
  log_group_name:
    description: >-
      The name, which identifies the log group. 1 to 512 letters, digits and C(_-/.#), not beginning with C(aws/).
    type: str
    required: true
  log_group_class:
    description: The class. AWS cannot change it later.
    type: str
    choices: [STANDARD, INFREQUENT_ACCESS, DELIVERY]
  retention_in_days:
    description: >-
      The number of days after which events expire. V(0) keeps them for ever. AWS accepts V(1), V(3), V(5), V(7), V(14),
      V(30), V(60), V(90), V(120), V(150), V(180), V(365), V(400), V(545), V(731), V(1096), V(1827), V(2192), V(2557),
      V(2922), V(3288) and V(3653). If not given, the retention is not changed.
    type: int
  kms_key_id:
    description: The full ARN of the key that encrypts events. An empty string removes the key.
    type: str
  deletion_protection_enabled:
    description:
      - Whether AWS refuses to delete the log group. If not given, the protection is not changed.
      - With O(state=absent), V(false) lifts the protection before the deletion. Otherwise the deletion of a protected
        log group is refused.
    type: bool
extends_documentation_fragment:
  - mtk.backend.resource
  - mtk.backend.resource.tags
  - mtk.backend.connection
"""

EXAMPLES = r"""
- name: Create a log group that keeps events for a month
  mtk.backend.logs_log_group:
    region: us-east-1
    log_group_name: /mtk/dev/flow-logs
    retention_in_days: 30
    tags:
      mtk:environment: dev

- name: Remove the log group
  mtk.backend.logs_log_group:
    region: us-east-1
    log_group_name: /mtk/dev/flow-logs
    state: absent
"""

RETURN = r"""
log_group:
  description: The log group; empty if it does not exist.
  returned: success
  type: dict
  contains:
    arn: {description: "The ARN of the log group, with C(:*) at the end.", type: str}
    log_group_arn: {description: "The ARN of the log group, without C(:*).", type: str}
    log_group_name: {description: The name of the log group., type: str}
    log_group_class: {description: The class., type: str}
    retention_in_days: {description: "The number of days after which events expire; V(0) for never.", type: int}
    kms_key_id: {description: "The ARN of the key; empty if AWS owns the key.", type: str}
    deletion_protection_enabled: {description: Whether AWS refuses to delete the log group., type: bool}
    stored_bytes: {description: The size of the stored events., type: int}
    creation_time: {description: "The time of creation, in milliseconds since 1970.", type: int}
    tags: {description: The tags., type: dict}
  sample:
    arn: arn:aws:logs:us-east-1:123456789012:log-group:/mtk/dev/flow-logs:*
    kms_key_id: ""
    log_group_class: STANDARD
    log_group_name: /mtk/dev/flow-logs
    retention_in_days: 30
    tags: {"mtk:environment": dev}
settled:
  description:
    - Whether nothing is left to do and AWS is not at work on the resource.
    - False in check mode if something would change, and with O(wait=false) while AWS is still at work.
  returned: success
  type: bool
  sample: true
"""

from ansible_collections.mtk.backend.plugins.module_utils.aws._tags import write_tags
from ansible_collections.mtk.backend.plugins.module_utils.domain._limits import (
    LOG_GROUP_NAME,
    LOG_RETENTION,
    TagRules,
    one_of,
    text,
)
from ansible_collections.mtk.backend.plugins.module_utils.engine._module import run
from ansible_collections.mtk.backend.plugins.module_utils.engine._resource import Resource

OPTIONS = {
    "log_group_name": {"type": "str", "required": True},
    "log_group_class": {"type": "str", "choices": ["STANDARD", "INFREQUENT_ACCESS", "DELIVERY"]},
    "retention_in_days": {"type": "int"},
    "kms_key_id": {"type": "str"},
    "deletion_protection_enabled": {"type": "bool"},
}


class LogGroup(Resource):
    """A CloudWatch log group."""

    kind = "log_group"
    identity = ("log_group_name",)
    managed = ("log_group_class", "retention_in_days", "kms_key_id", "deletion_protection_enabled")
    immutable = frozenset({"log_group_class"})
    computed = ("arn",)
    name_tag = False
    tag_rules = TagRules(common=True)
    limits = {
        "log_group_name": text(LOG_GROUP_NAME, "1 to 512 letters, digits and _-/.#, not beginning with aws/"),
        "retention_in_days": one_of(*LOG_RETENTION),
        "kms_key_id": text("arn:[^:]+:kms:.+:key/.+|", "the full ARN of a key"),
    }
    retry_codes = ("OperationAbortedException",)

    def siblings(self):
        return self.aws.pages(
            "logs", "describe_log_groups", "log_groups", log_group_name_prefix=self.params["log_group_name"]
        )

    def is_me(self, sibling):
        return sibling["log_group_name"] == self.params["log_group_name"]

    def describe(self, sibling):
        arn = sibling["arn"].removesuffix(":*")
        tags = self.aws.tags(arn, self.params["tags"], lambda: self._tags(arn))
        unset = {"retention_in_days": 0, "kms_key_id": "", "log_group_class": "STANDARD"}
        return {**unset, "deletion_protection_enabled": False, **sibling, "tags": tags}

    def belongs(self, have):
        """AWS's services create the log groups that they write to, without tags and below /aws/."""
        return self.params["state"] == "present" and have["log_group_name"].startswith("/aws/")

    def obstacles(self, have):
        if have["deletion_protection_enabled"] and self.params["deletion_protection_enabled"] is not False:
            yield (
                f"{self} has deletion protection, which these settings did not switch on. To delete it with its "
                "events, set deletion_protection_enabled: false, or switch the protection off by hand."
            )

    def _tags(self, arn):
        return self.aws.call("logs", "list_tags_for_resource", resource_arn=arn).get("tags", {})

    def create(self, want):
        key = want.get("kms_key_id") or None  # the retention follows as an update
        self.aws.call(
            "logs",
            "create_log_group",
            log_group_name=self.params["log_group_name"],
            log_group_class=want.get("log_group_class"),
            kms_key_id=key,
            deletion_protection_enabled=want.get("deletion_protection_enabled"),
            tags=want.get("tags") or None,
        )

    def update(self, have, changes):
        if "retention_in_days" in changes:
            self._retain(changes["retention_in_days"])
        if "kms_key_id" in changes:
            self._encrypt(changes["kms_key_id"])
        if "deletion_protection_enabled" in changes:
            self._protect(changes["deletion_protection_enabled"])
        if "tags" in changes:
            write_tags(self.aws, "logs", have["arn"].removesuffix(":*"), have["tags"], changes["tags"])

    def delete(self, have):
        if have["deletion_protection_enabled"]:
            self._protect(False)
        self.aws.call("logs", "delete_log_group", log_group_name=self.params["log_group_name"])

    def _protect(self, enabled):
        name = {"log_group_identifier": self.params["log_group_name"]}
        self.aws.call("logs", "put_log_group_deletion_protection", **name, deletion_protection_enabled=enabled)

    def _retain(self, days):
        operation = "put_retention_policy" if days else "delete_retention_policy"
        self.aws.call(
            "logs",
            operation,
            log_group_name=self.params["log_group_name"],
            **({"retention_in_days": days} if days else {}),
        )

    def _encrypt(self, key):
        operation = "associate_kms_key" if key else "disassociate_kms_key"
        self.aws.call(
            "logs", operation, log_group_name=self.params["log_group_name"], **({"kms_key_id": key} if key else {})
        )


def main(context=None):
    run(LogGroup, OPTIONS, context)


if __name__ == "__main__":
    main()
