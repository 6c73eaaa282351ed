#!/usr/bin/python
# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: iam_role
version_added: 0.1.0
short_description: Manage a role and its policies
description:
  - Manage a role with its trust policy, its permissions boundary, its inline policies and the managed policies that are
    attached to it.
  - The deletion of a role with instance profiles is refused, and so is that of a role with inline policies unless
    O(inline_policies) is given.
author: MTK Backend contributors (@mtk)
options:
  role_name:
    description: The name, which identifies the role. 1 to 64 letters, digits and C(_+=,.@-).
    type: str
    required: true
  path:
    description: >-
      The path. It begins and ends with a slash and has up to 512 printable ASCII characters without spaces. AWS cannot
      change it later.
    type: str
  description:
    description: The description, up to 1000 characters of ASCII and Latin-1.
    type: str
  assume_role_policy_document:
    description: >-
      The trust policy, as JSON or as a mapping, up to 8192 characters without white space. Required to create the role.
    type: json
  max_session_duration:
    description: The longest duration of a session in seconds, V(3600) to V(43200).
    type: int
  managed_policy_arns:
    description: The ARNs of all attached managed policies. If not given, the policies are not changed.
    type: list
    elements: str
  inline_policies:
    description:
      - All inline policies as a mapping of names to documents. An empty mapping removes them all.
      - If not given, the inline policies are neither read nor changed.
    type: dict
  permissions_boundary:
    description: >-
      The ARN of the managed policy that limits the permissions of the role. An empty string removes the boundary. If
      not given, the boundary is not changed.
    type: str
extends_documentation_fragment:
  - mtk.backend.resource
  - mtk.backend.resource.tags
  - mtk.backend.connection
"""

EXAMPLES = r"""
- name: Create the role for Enhanced Monitoring of RDS
  mtk.backend.iam_role:
    region: us-east-1
    role_name: dev_aurora_monitoring_role
    description: Enhanced Monitoring of dev
    assume_role_policy_document:
      Version: "2012-10-17"
      Statement:
        - Effect: Allow
          Principal: {Service: monitoring.rds.amazonaws.com}
          Action: sts:AssumeRole
    managed_policy_arns: ["arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"]
    inline_policies: {}
    permissions_boundary: ""
    tags:
      mtk:environment: dev

- name: Remove the role
  mtk.backend.iam_role:
    region: us-east-1
    role_name: dev_aurora_monitoring_role
    state: absent
"""

RETURN = r"""
role:
  description: The role; empty if it does not exist.
  returned: success
  type: dict
  contains:
    arn: {description: The ARN of the role., type: str}
    role_id: {description: The unique id of the role., type: str}
    role_name: {description: The name of the role., type: str}
    path: {description: The path., type: str}
    description: {description: The description., type: str}
    assume_role_policy_document: {description: The trust policy., type: dict}
    max_session_duration: {description: The longest duration of a session in seconds., type: int}
    managed_policy_arns: {description: "The ARNs of the attached managed policies, sorted.", type: list, elements: str}
    inline_policies: {description: "The inline policies by name, if O(inline_policies) is given.", type: dict}
    permissions_boundary: {description: The ARN of the permissions boundary; empty without one., type: str}
    create_date: {description: The time of creation., type: str}
    role_last_used: {description: The time and the region of the last use., type: dict}
    tags: {description: The tags., type: dict}
  sample:
    arn: arn:aws:iam::123456789012:role/dev_aurora_monitoring_role
    assume_role_policy_document:
      Version: "2012-10-17"
      Statement:
        - Effect: Allow
          Principal: {Service: monitoring.rds.amazonaws.com}
          Action: sts:AssumeRole
    description: Enhanced Monitoring of dev
    managed_policy_arns: ["arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"]
    max_session_duration: 3600
    path: /
    permissions_boundary: ""
    role_name: dev_aurora_monitoring_role
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
    ROLE_NAME,
    TagRules,
    between,
    distinct,
    document,
    documents,
    each,
    every,
    text,
)
from ansible_collections.mtk.backend.plugins.module_utils.engine._module import run
from ansible_collections.mtk.backend.plugins.module_utils.engine._resource import Resource
from ansible_collections.mtk.backend.plugins.module_utils.resources._ec2 import steps
from ansible_collections.mtk.backend.plugins.module_utils.resources._policies import document as parsed_document
from ansible_collections.mtk.backend.plugins.module_utils.resources._policies import wanted_document

OPTIONS = {
    "role_name": {"type": "str", "required": True},
    "path": {"type": "str"},
    "description": {"type": "str"},
    "assume_role_policy_document": {"type": "json"},
    "max_session_duration": {"type": "int"},
    "managed_policy_arns": {"type": "list", "elements": "str"},
    "inline_policies": {"type": "dict"},
    "permissions_boundary": {"type": "str"},
}
TRUST = "assume_role_policy_document"


class Role(Resource):
    """A role."""

    kind = "role"
    identity = ("role_name",)
    managed = tuple(name for name in OPTIONS if name != "role_name")
    immutable = frozenset({"path"})
    needed = (TRUST,)
    computed = ("arn",)
    name_tag = False
    tag_rules = TagRules(common=True, ignores_case=True)
    limits = {
        "role_name": text(ROLE_NAME, "1 to 64 letters, digits and _+=,.@-"),
        "path": text("(?=.{1,512}$)(/|/[!-~]+/)", "up to 512 ASCII characters between two slashes"),
        "description": text("[\t\n\r -~\xa1-\xff]{0,1000}", "up to 1000 characters of ASCII and Latin-1"),
        TRUST: document(8192),
        "max_session_duration": between(3600, 43200, "seconds"),
        "managed_policy_arns": every(each(text("arn:.+:policy/.+", "the ARN of a managed policy")), distinct),
        "inline_policies": documents("[A-Za-z0-9_+=,.@-]{1,128}", 10240),
        "permissions_boundary": text("arn:.+:policy/.+|", "the ARN of a managed policy"),
    }
    region = "global"
    retry_codes = (
        "ConcurrentModification",
        "EntityAlreadyExists",  # created by an earlier call, and not shown yet
        "NoSuchEntity",
    )

    def __init__(self, aws, params):
        policies = params["managed_policy_arns"]
        super().__init__(aws, {**params, "managed_policy_arns": policies and sorted(policies)})

    @property
    def me(self):
        return {"role_name": self.params["role_name"]}

    def is_not_yet(self, error, have):
        """A missing policy of AWS will not appear; a new policy of the account spreads within seconds."""
        return super().is_not_yet(error, have) and "iam::aws:policy/" not in str(error)

    def siblings(self):
        found = self.aws.found("NoSuchEntity", lambda: self.aws.call("iam", "get_role", **self.me))
        return [found["role"]] if found else []

    def is_me(self, sibling):
        return sibling["role_name"] == self.params["role_name"]

    def describe(self, sibling):
        return {
            "description": "",
            "tags": {},
            **sibling,
            **({"inline_policies": self._inline()} if self._given("inline_policies") else {}),
            TRUST: parsed_document(sibling[TRUST]),
            "permissions_boundary": (sibling.get("permissions_boundary") or {}).get("permissions_boundary_arn", ""),
            "managed_policy_arns": sorted(policy["policy_arn"] for policy in self._attached()),
        }

    def desired(self, have):
        want = super().desired(have)
        if self._given(TRUST):
            want[TRUST] = wanted_document(json.loads(self.params[TRUST]), have[TRUST] if have else None)
        if self._given("inline_policies"):
            inline = (have or {}).get("inline_policies", {})
            given = self.params["inline_policies"].items()
            want["inline_policies"] = {name: wanted_document(policy, inline.get(name)) for name, policy in given}
        return want

    def create(self, want):
        given = {name: want.get(name) for name in ("path", "description", "max_session_duration")}
        given |= {"permissions_boundary": want.get("permissions_boundary") or None, "tags": want.get("tags") or None}
        self.aws.call("iam", "create_role", **self.me, **given, **{TRUST: json.dumps(want[TRUST])})

    def update(self, have, changes):
        if "tags" in changes:
            write_tags(self.aws, "iam_role", self.params["role_name"], have["tags"], changes["tags"])
        plain = {name: changes[name] for name in ("description", "max_session_duration") if name in changes}
        if plain:
            self.aws.call("iam", "update_role", **self.me, **plain)
        if TRUST in changes:
            trust = json.dumps(changes[TRUST])
            self.aws.call("iam", "update_assume_role_policy", **self.me, policy_document=trust)
        if "permissions_boundary" in changes:
            self._limit(changes["permissions_boundary"])
        if "managed_policy_arns" in changes:
            self._attach(have, changes["managed_policy_arns"])
        if "inline_policies" in changes:
            self._write_inline(have["inline_policies"], changes["inline_policies"])

    def obstacles(self, have):
        role = self.params["role_name"]
        for name in [] if self._given("inline_policies") else self._inline_names():
            command = f"aws iam delete-role-policy --role-name {role} --policy-name {name}"
            yield f"{self} has the inline policy {name}. Delete it first ({command}), or give inline_policies: {{}}."
        for profile in self.aws.pages("iam", "list_instance_profiles_for_role", "instance_profiles", **self.me):
            name = profile["instance_profile_name"]
            arguments = f"--instance-profile-name {name} --role-name {role}"
            command = f"aws iam remove-role-from-instance-profile {arguments}"
            yield f"{self} is in the instance profile {name}. Remove it there first ({command}), and run again."

    def delete(self, have):
        self._write_inline(have.get("inline_policies", {}), {})
        self._attach(have, [])
        self.aws.call("iam", "delete_role", **self.me)

    def _inline_names(self):
        return self.aws.pages("iam", "list_role_policies", "policy_names", **self.me)

    def _inline(self):
        """Return the inline policies by name. Each costs a request, and a role of this collection has none."""
        policies = (
            self.aws.call("iam", "get_role_policy", **self.me, policy_name=name) for name in self._inline_names()
        )
        return {policy["policy_name"]: parsed_document(policy["policy_document"]) for policy in policies}

    def _write_inline(self, have, want):
        for name, policy in want.items():
            if policy != have.get(name):
                document = json.dumps(policy)
                self.aws.call("iam", "put_role_policy", **self.me, policy_name=name, policy_document=document)
        for name in have.keys() - want.keys():
            self.aws.call("iam", "delete_role_policy", **self.me, policy_name=name)

    def _limit(self, boundary):
        if boundary:
            self.aws.call("iam", "put_role_permissions_boundary", **self.me, permissions_boundary=boundary)
        else:
            self.aws.call("iam", "delete_role_permissions_boundary", **self.me)

    def _attached(self):
        return self.aws.pages("iam", "list_attached_role_policies", "attached_policies", **self.me)

    def _attach(self, have, policies):
        new, gone = steps(have["managed_policy_arns"], policies)
        for operation, arns in (("attach_role_policy", new), ("detach_role_policy", gone)):
            for arn in arns:
                self.aws.call("iam", operation, policy_arn=arn, **self.me)


def main(context=None):
    run(Role, OPTIONS, context)


if __name__ == "__main__":
    main()
