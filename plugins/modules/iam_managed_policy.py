#!/usr/bin/python
# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: iam_managed_policy
version_added: 0.1.0
short_description: Manage a customer managed policy
description:
  - Manage a customer managed policy of the account. A change creates a new default version. AWS keeps five versions;
    the oldest one is deleted if necessary. With O(purge_versions=true) only the default version is left.
author: MTK Backend contributors (@mtk)
options:
  policy_name:
    description: >-
      The name, which identifies the policy, whatever its path. 1 to 128 letters, digits and C(_+=,.@-).
    type: str
    required: true
  path:
    description: >-
      The path. It begins and ends with a slash and has up to 512 letters, digits and C(/_+=,.@-). AWS cannot change it
      later.
    type: str
    default: /
  description:
    description: The description, up to 1000 characters. AWS cannot change it later.
    type: str
  policy_document:
    description: >-
      The policy document, as JSON or as a mapping, up to 6144 characters without white space. Required to create the
      policy.
    type: json
  purge_versions:
    description: >-
      Whether to delete all versions but the default one. Whoever may set the default version could bring back the
      permissions of an old one.
    type: bool
    default: false
extends_documentation_fragment:
  - mtk.backend.resource
  - mtk.backend.resource.tags
  - mtk.backend.connection
"""

EXAMPLES = r"""
- name: Create a policy that allows writing flow logs
  mtk.backend.iam_managed_policy:
    region: us-east-1
    policy_name: dev_flow_log_policy
    description: Writes the flow logs of dev
    policy_document:
      Version: "2012-10-17"
      Statement:
        - Effect: Allow
          Action: [logs:CreateLogStream, logs:PutLogEvents]
          Resource: "arn:aws:logs:*:123456789012:log-group:dev_*:*"
    purge_versions: true
    tags:
      mtk:environment: dev

- name: Remove the policy
  mtk.backend.iam_managed_policy:
    region: us-east-1
    policy_name: dev_flow_log_policy
    state: absent
"""

RETURN = r"""
policy:
  description: The policy; empty if it does not exist.
  returned: success
  type: dict
  contains:
    arn: {description: The ARN of the policy., type: str}
    policy_id: {description: The unique id of the policy., type: str}
    policy_name: {description: The name of the policy., type: str}
    path: {description: The path., type: str}
    description: {description: The description., type: str}
    policy_document: {description: The document of the default version., type: dict}
    default_version_id: {description: The id of the default version., type: str}
    versions: {description: "The ids of the versions, if O(purge_versions=true).", type: list, elements: str}
    attachment_count: {description: "The number of users, groups and roles with this policy.", type: int}
    create_date: {description: The time of creation., type: str}
    update_date: {description: The time of the last change., type: str}
    tags: {description: The tags., type: dict}
  sample:
    arn: arn:aws:iam::123456789012:policy/dev_flow_log_policy
    attachment_count: 0
    default_version_id: v1
    description: Writes the flow logs of dev
    policy_document:
      Version: "2012-10-17"
      Statement:
        - Effect: Allow
          Action: ["logs:CreateLogStream", "logs:PutLogEvents"]
          Resource: "arn:aws:logs:*:123456789012:log-group:dev_*:*"
    policy_name: dev_flow_log_policy
    tags: {"mtk:environment": dev}
settled:
  description:
    - Whether nothing is left to do and AWS is not at work on the resource.
    - False in check mode if something would change, and with O(wait=false) while AWS is still at work.
  returned: success
  type: bool
  sample: true
"""

import json

from ansible_collections.mtk.backend.plugins.module_utils.aws._tags import write_tags
from ansible_collections.mtk.backend.plugins.module_utils.domain._limits import (
    POLICY_PATH,
    TagRules,
    document,
    text,
    up_to,
)
from ansible_collections.mtk.backend.plugins.module_utils.engine._module import run
from ansible_collections.mtk.backend.plugins.module_utils.engine._resource import Resource
from ansible_collections.mtk.backend.plugins.module_utils.resources._policies import document as parsed_document
from ansible_collections.mtk.backend.plugins.module_utils.resources._policies import find_policy, wanted_document

OPTIONS = {
    "policy_name": {"type": "str", "required": True},
    "path": {"type": "str", "default": "/"},
    "description": {"type": "str"},
    "policy_document": {"type": "json"},
    "purge_versions": {"type": "bool", "default": False},
}
ENTITIES = ("role", "user", "group")  # what a policy is attached to
VERSIONS = 5


class Policy(Resource):
    """A customer managed policy."""

    kind = "policy"
    identity = ("policy_name",)
    managed = ("path", "description", "policy_document")
    immutable = frozenset({"path", "description"})
    needed = ("policy_document",)
    computed = ("arn",)
    name_tag = False
    deletion = ("path",)
    tag_rules = TagRules(common=True, ignores_case=True)
    limits = {
        "policy_name": text("[A-Za-z0-9_+=,.@-]{1,128}", "1 to 128 letters, digits and _+=,.@-"),
        "path": text(POLICY_PATH, "up to 512 letters, digits and /_+=,.@- between two slashes"),
        "description": up_to(1000),
        "policy_document": document(6144),
    }
    region = "global"
    retry_codes = (
        "ConcurrentModification",
        "EntityAlreadyExists",  # created by an earlier call, and not shown yet
        "NoSuchEntity",
    )

    def siblings(self):
        found = find_policy(self.aws, self.params["policy_name"], self.params["path"])
        return [found] if found else []

    def is_me(self, sibling):
        return sibling["policy_name"] == self.params["policy_name"]

    def describe(self, sibling):
        version = {"version_id": sibling["default_version_id"]}
        current = self.aws.call("iam", "get_policy_version", **_me(sibling), **version)["policy_version"]
        versions = {"versions": sorted(v["version_id"] for v in self._versions(sibling))} if self._purges else {}
        return {
            "description": "",
            "tags": {},
            **sibling,
            **versions,
            "policy_document": parsed_document(current["document"]),
        }

    def desired(self, have):
        want = super().desired(have)
        if self._given("policy_document"):
            have_document = have["policy_document"] if have else None
            want["policy_document"] = wanted_document(json.loads(self.params["policy_document"]), have_document)
        if have is not None and self._purges:
            want["versions"] = [have["default_version_id"]]
        return want

    def create(self, want):
        self.aws.call(
            "iam",
            "create_policy",
            policy_name=self.params["policy_name"],
            path=self.params["path"],
            description=want.get("description"),
            policy_document=json.dumps(want["policy_document"]),
            tags=want.get("tags") or None,
        )

    def update(self, have, changes):
        if "tags" in changes:
            write_tags(self.aws, "iam_policy", have["arn"], have["tags"], changes["tags"])
        old = self._old_versions(have) if changes.keys() & {"policy_document", "versions"} else []
        for version in old if "versions" in changes else []:
            self._delete_version(have, version)
        if "policy_document" in changes:
            if len(old) >= VERSIONS - 1 and "versions" not in changes:
                self._delete_version(have, old[0])
            text = json.dumps(changes["policy_document"])
            self.aws.call("iam", "create_policy_version", policy_document=text, set_as_default=True, **_me(have))

    def obstacles(self, have):
        for kind, name in self._attached(have) if have["attachment_count"] else ():
            if not self.is_going(name):
                command = f"aws iam detach-{kind}-policy --{kind}-name {name} --policy-arn {have['arn']}"
                yield f"{self} is attached to the {kind} {name}. Detach it first ({command}), and run again."

    def delete(self, have):
        for version in self._old_versions(have):
            self._delete_version(have, version)
        self.aws.call("iam", "delete_policy", **_me(have))

    def _old_versions(self, have):
        """Return the versions that are not the default one, oldest first."""
        found = self._versions(have)
        return sorted((v["version_id"] for v in found if not v["is_default_version"]), key=lambda v: int(v[1:]))

    def _versions(self, have):
        return self.aws.pages("iam", "list_policy_versions", "versions", **_me(have))

    @property
    def _purges(self):
        return self.params["purge_versions"] and self.params["state"] == "present"

    def _delete_version(self, have, version):
        self.aws.call("iam", "delete_policy_version", version_id=version, **_me(have))

    def _attached(self, have):
        found = self.aws.call("iam", "list_entities_for_policy", **_me(have))
        return [(kind, item[f"{kind}_name"]) for kind in ENTITIES for item in found[f"policy_{kind}s"]]


def _me(policy):
    return {"policy_arn": policy["arn"]}


def main(context=None):
    run(Policy, OPTIONS, context)


if __name__ == "__main__":
    main()
