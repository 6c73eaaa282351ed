#!/usr/bin/python
# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: kms_key
version_added: 0.1.0
short_description: Manage a symmetric KMS key and its alias
description:
  - Manage a single-region key. The alias identifies it. Multi-region keys are not supported. Create a key in each
    region instead.
  - A key whose alias was deleted, or not created because a run was interrupted, is found by its tags.
  - A key that cannot be used, because it waits for its deletion, is disabled, has no key material, or its key store is
    not connected, is neither replaced nor changed. The module refuses, and says how to restore the key.
  - A key that waits for its deletion and has no alias was deleted by O(state=absent). It is ignored.
  - O(state=absent) keeps a key as long as data needs it. See O(purge_data).
author: MTK Backend contributors (@mtk)
options:
  alias:
    description: >-
      The alias, which identifies the key. C(alias/) and up to 250 letters, digits and C(/_-). AWS reserves
      C(alias/aws/).
    type: str
    required: true
  description:
    description: The description, up to 8192 characters.
    type: str
  enabled:
    description: Whether the key can be used. If not given, a disabled key is refused.
    type: bool
  policy:
    description:
      - The key policy, compared by its meaning. If neither this nor O(service_principals) is given, it is not changed.
      - A JSON object with C(Statement) of up to 32768 characters.
      - The policy that AWS gives a new key grants full control to IAM of the account.
    type: json
  service_principals:
    description:
      - Instead of O(policy), the AWS services that can use the key in addition to the account, for example
        V(logs.us-east-1.amazonaws.com) for encrypted log groups.
      - With an empty list, IAM of the account alone decides who uses the key. Statements for others are removed.
      - CloudWatch Logs can use the key only for log groups of the account in the region, other services only for the
        account.
    type: list
    elements: str
  enable_key_rotation:
    description: Whether AWS rotates the key material. Ignored for a key that AWS cannot rotate, such as one with
      imported material.
    type: bool
  rotation_period_in_days:
    description: The number of days between two rotations, V(90) to V(2560).
    type: int
  pending_window_in_days:
    description: The number of days in which the deletion can still be cancelled, V(7) to V(30).
    type: int
    default: 30
  purge_data:
    description:
      - Whether O(state=absent) schedules the deletion of a key that snapshots and backups need. Nobody can restore them
        afterwards, unless the deletion of the key is cancelled in its waiting period.
      - By default, such a key and its alias are kept. Data means cluster snapshots, automated backups of deleted
        clusters and backups of tables, in the account and region of the key.
      - A key that an existing DB cluster, DB instance, table, log group or secret uses is kept in any case, whoever
        owns them. Other uses are not looked for, such as snapshots of DB instances, and the backups of AWS Backup.
    type: bool
    default: false
extends_documentation_fragment:
  - mtk.backend.resource
  - mtk.backend.resource.tags
  - mtk.backend.connection
"""

EXAMPLES = r"""
- name: Create a key for the flow logs
  mtk.backend.kms_key:
    region: us-east-1
    alias: alias/dev_us-east-1_network_key
    description: Flow logs of dev
    enable_key_rotation: true
    service_principals: [logs.us-east-1.amazonaws.com]
    tags:
      mtk:environment: dev

- name: Schedule the deletion of the key
  mtk.backend.kms_key:
    region: us-east-1
    alias: alias/dev_us-east-1_network_key
    pending_window_in_days: 7
    state: absent
"""

RETURN = r"""
key:
  description: The key; empty if it does not exist or is scheduled for deletion.
  returned: success
  type: dict
  contains:
    key_id: {description: The id of the key., type: str}
    arn: {description: The ARN of the key., type: str}
    alias: {description: The alias., type: str}
    description: {description: The description., type: str}
    enabled: {description: Whether the key can be used., type: bool}
    key_state: {description: "The state, for example V(Enabled) or V(Disabled).", type: str}
    policy:
      description: The key policy.
      type: dict
      returned: if O(policy) or O(service_principals) is given
    enable_key_rotation: {description: Whether AWS rotates the key material., type: bool}
    rotation_period_in_days: {description: "The days between two rotations; null without rotation.", type: int}
    creation_date: {description: The time of creation., type: str}
    tags: {description: The tags., type: dict}
  sample:
    alias: alias/dev_us-east-1_network_key
    arn: arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab
    description: Flow logs of dev
    enable_key_rotation: true
    enabled: true
    key_id: 1234abcd-12ab-34cd-56ef-1234567890ab
    key_state: Enabled
    policy: {"Version": "2012-10-17", "Statement": []}
    rotation_period_in_days: 365
    tags: {"Name": dev_us-east-1_network_key, "mtk:environment": dev}
settled:
  description:
    - Whether nothing is left to do and AWS is not at work on the resource.
    - False in check mode if something would change, and with O(wait=false) while AWS is still at work.
  returned: success
  type: bool
  sample: true
"""

import json

from ansible_collections.mtk.backend.plugins.module_utils.aws._errors import error_code, is_unanswered
from ansible_collections.mtk.backend.plugins.module_utils.aws._lookup import keys_named, owned
from ansible_collections.mtk.backend.plugins.module_utils.aws._tags import write_tags
from ansible_collections.mtk.backend.plugins.module_utils.domain import _keys as key_rules
from ansible_collections.mtk.backend.plugins.module_utils.domain._limits import TagRules, between, document, text, up_to
from ansible_collections.mtk.backend.plugins.module_utils.domain._values import OWNER_TAG, Observation, Refused
from ansible_collections.mtk.backend.plugins.module_utils.engine._module import run
from ansible_collections.mtk.backend.plugins.module_utils.engine._resource import Left, Resource
from ansible_collections.mtk.backend.plugins.module_utils.resources import _kept_data as kept_data
from ansible_collections.mtk.backend.plugins.module_utils.resources._policies import wanted_policy

OPTIONS = {
    "alias": {"type": "str", "required": True},
    "description": {"type": "str"},
    "enabled": {"type": "bool"},
    "policy": {"type": "json"},
    "service_principals": {"type": "list", "elements": "str"},
    "enable_key_rotation": {"type": "bool", "no_log": False},
    "rotation_period_in_days": {"type": "int"},
    "pending_window_in_days": {"type": "int", "default": 30},
    "purge_data": {"type": "bool", "default": False},
}


class Key(Resource):
    """A symmetric key of one region with one alias."""

    kind = "key"
    identity = ("alias",)
    managed = ("description", "enabled", "enable_key_rotation", "rotation_period_in_days")
    computed = ("arn", "key_id")
    deletion = ("pending_window_in_days",)
    tag_rules = TagRules(common=True)
    limits = {
        "alias": text(
            "(?=.{1,256}$)alias/(?!aws/)[A-Za-z0-9:/_-]+",
            "alias/ and up to 250 letters, digits and /_-, but not alias/aws/",
            "Choose another alias.",
        ),
        "description": up_to(8192),
        "policy": document(32768),
        "rotation_period_in_days": between(90, 2560, "days"),
        "pending_window_in_days": between(7, 30, "days"),
    }
    status_field = "key_state"
    ready = frozenset({"Enabled", "Disabled", *key_rules.UNUSABLE})  # a key that cannot be used is a decision
    failed = frozenset()
    leaving = frozenset()
    retry_codes = (
        "DependencyTimeoutException",
        "NotFoundException",  # a new key spreads within seconds
        ("KMSInvalidStateException", "pending deletion"),  # and so does a deletion
    )

    def siblings(self):
        aliases = self.aws.pages("kms", "list_aliases", "aliases")
        targets = {alias["alias_name"]: alias.get("target_key_id") for alias in aliases}
        target = targets.get(self.params["alias"])
        found = self._key_of_alias(target) if target else None
        if found:
            return [found]
        taken = set(targets.values())
        owner = (self.params["tags"] or {}).get(OWNER_TAG)
        named = keys_named(self.aws, self.params["alias"], owner)
        keys = self._readable(sorted(set(named) - taken), target)
        # Destroy deletes the alias before it schedules the key: a key that waits without alias was given up.
        return [key for key in keys if key["key_state"] not in key_rules.WAITING]

    def is_me(self, sibling):
        identity_tags = self.named(self.params.get("tags") or {})
        same = all(
            sibling["tags"].get(tag) == identity_tags[tag] for tag in ("Name", OWNER_TAG) if tag in identity_tags
        )
        return sibling["alias"] is not None or same

    def describe(self, sibling):
        key_id = sibling["key_id"]
        with_policy = self._given("policy") or self._given("service_principals")
        policy = self.aws.call("kms", "get_key_policy", key_id=key_id, policy_name="default") if with_policy else {}
        # AWS does not answer this for some keys that it never rotates, such as those with imported material.
        rotation = self.aws.found(
            ["UnsupportedOperationException"], lambda: self.aws.call("kms", "get_key_rotation_status", key_id=key_id)
        )
        return {
            **sibling,
            **({"policy": json.loads(policy["policy"])} if policy else {}),
            "enable_key_rotation": bool(rotation and rotation["key_rotation_enabled"]),
            "rotation_period_in_days": (rotation or {}).get("rotation_period_in_days"),
        }

    def desired(self, have):
        self._refuse_unusable(have)
        want = {"alias": self.params["alias"], **super().desired(have)}
        if have is None:
            want.setdefault("tags", self.named({}))  # finds the key if this run ends before the key has its alias
        if have and not key_rules.rotates(have):
            want.pop("enable_key_rotation", None)
        if not want.get("enable_key_rotation", not have or have["enable_key_rotation"]):
            want.pop("rotation_period_in_days", None)
        policy = self._policy()
        if policy is not None:
            want["policy"] = wanted_policy(policy, have["policy"] if have else None)
        return want

    def tolerated(self, have):
        if self.params["enable_key_rotation"] and not key_rules.rotates(have):
            why = f"AWS does not rotate this key (origin {have.get('origin')}) on a schedule"
            yield Observation("enable_key_rotation", True, False, "aws", why)

    def named(self, tags):
        return {"Name": self.params["alias"].removeprefix("alias/"), **tags}

    def create(self, want):
        policy = json.dumps(want["policy"]) if "policy" in want else None
        try:
            made = self.aws.call(
                "kms", "create_key", description=want.get("description"), policy=policy, tags=want["tags"]
            )
            key_id = made["key_metadata"]["key_id"]
        except self.aws.errors as error:
            key_id = self._key_of_a_lost_answer(want["tags"]) if is_unanswered(error) else None
            if key_id is None:
                raise
        # Where KMS does not know the new key yet, the next step finds it by its tags and gives it the alias.
        self.aws.found(["NotFoundException"], lambda: self._point(key_id, "create_alias"))

    def _key_of_a_lost_answer(self, tags):
        """Return the key that AWS has created although its answer was lost, or None.

        KMS takes no client token, and the tagging API may list a new key minutes later. So all keys are read.
        """
        keys = self._readable([key["key_id"] for key in self.aws.pages("kms", "list_keys", "keys")], None)
        found = [key["key_id"] for key in keys if key["tags"] == tags and key["key_state"] == "Enabled"]
        return found[0] if len(found) == 1 else None

    def update(self, have, changes):
        key = have["key_id"]
        if "alias" in changes:
            self._point(key, "update_alias" if have["alias_target"] else "create_alias")
        if "enabled" in changes:
            self.aws.call("kms", "enable_key" if changes["enabled"] else "disable_key", key_id=key)
        if "description" in changes:
            self.aws.call("kms", "update_key_description", key_id=key, description=changes["description"])
        if "policy" in changes:
            policy = json.dumps(changes["policy"])
            self.aws.call("kms", "put_key_policy", key_id=key, policy_name="default", policy=policy)
        self._rotate(have, changes)
        if "tags" in changes:
            write_tags(self.aws, "kms", key, have["tags"], changes["tags"])

    def delete(self, have):
        if have["alias"]:  # first, so that a key that waits for its deletion with its alias is a mistake
            self.aws.call("kms", "delete_alias", alias_name=have["alias"])
        if have["key_state"] not in key_rules.WAITING:
            days = self.params["pending_window_in_days"]
            self.aws.call("kms", "schedule_key_deletion", key_id=have["key_id"], pending_window_in_days=days)

    def kept(self, have):
        """Return the data that needs the key. A key that is kept keeps its alias, by which the next apply finds it."""
        data = kept_data.needs(self, have["arn"])
        living = any(need.lives for need in data)
        if not data or (self.params["purge_data"] and not living):
            return ""
        return key_rules.needed(have, self.aws.region, [str(need) for need in data], living, self.owner)

    def leaves(self, have):
        until = kept_data.after(self, self.params["pending_window_in_days"])
        command = key_rules.restoring(have, self.aws.region)
        yield Left("kms_key", self.label, self.aws.region, until, "", command)
        if self.params["purge_data"]:
            yield from kept_data.given_up(self, have["arn"], until, command)

    def _point(self, key_id, operation):
        return self.aws.call("kms", operation, alias_name=self.params["alias"], target_key_id=key_id)

    def _key_of_alias(self, target):
        """Return the key of the alias; None if the key is deleted. Raise Refused if it may not be read."""
        try:
            return self._key(target, target)
        except self.aws.errors as error:
            if error_code(error) != "AccessDeniedException":
                raise
            raise Refused(
                f"{self} is the key {target} in {self.aws.region}, which these credentials may not read. It may belong "
                "to somebody else. Allow kms:DescribeKey and kms:ListResourceTags on it, or use another alias."
            ) from error

    def _key(self, key_id, target):
        """Return a key and its tags; None if it does not exist."""
        key = self.aws.found(["NotFoundException"], lambda: self.aws.call("kms", "describe_key", key_id=key_id))
        if key is None:
            return None
        tags = self.aws.tags(
            key["key_metadata"]["arn"],
            self.params["tags"],
            lambda: self.aws.call("kms", "list_resource_tags", key_id=key_id).get("tags") or {},
        )
        return {
            **key["key_metadata"],
            "alias": self.params["alias"] if key_id == target else None,
            "alias_target": target,
            "tags": tags,
        }

    def _readable(self, key_ids, target):
        """Yield the keys among ``key_ids``. A key that may not be read is not ours."""
        for key_id in key_ids:
            key = self.aws.found(["AccessDeniedException"], lambda key_id=key_id: self._key(key_id, target))
            if key:
                yield key

    def _refuse_unusable(self, have):
        """Raise Refused for a key that cannot be used: a new key in its place could not read what it encrypts."""
        state = have["key_state"] if have else "Enabled"
        if state in key_rules.UNUSABLE or (state == "Disabled" and self.params["enabled"] is None):
            users = key_rules.users(owned(self.aws, have["tags"].get(OWNER_TAG)), have)
            raise Refused(key_rules.decision(str(self), have, self.aws.region, users))

    def _policy(self):
        if self._given("policy"):
            return json.loads(self.params["policy"])
        if self._given("service_principals"):
            services = self.params["service_principals"]
            return key_rules.key_policy(self.aws.partition, self.aws.region, self.aws.account_id, services)
        return None

    def _rotate(self, have, changes):
        if changes.get("enable_key_rotation") is False:
            self.aws.call("kms", "disable_key_rotation", key_id=have["key_id"])
        elif changes.get("enable_key_rotation") or "rotation_period_in_days" in changes:
            days = self.params["rotation_period_in_days"]
            self.aws.call("kms", "enable_key_rotation", key_id=have["key_id"], rotation_period_in_days=days)


def main(context=None):
    run(Key, OPTIONS, context, mutually_exclusive=[("policy", "service_principals")])


if __name__ == "__main__":
    main()
