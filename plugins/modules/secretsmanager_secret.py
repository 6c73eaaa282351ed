#!/usr/bin/python
# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: secretsmanager_secret
version_added: 0.1.0
short_description: Manage a secret whose value AWS generates
description:
  - Manage a secret and its replicas. AWS generates the password once, at creation. The value is never read, compared or
    returned.
  - AWS reserves the name of a deleted secret until its recovery window ends, and refuses to create another one. With
    O(state=present) the module restores such a secret with its value.
author: MTK Backend contributors (@mtk)
options:
  secret_name:
    description: The name, which identifies the secret. 1 to 512 letters, digits and C(/_+=.@-).
    type: str
    required: true
  description:
    description: The description, up to 2048 characters.
    type: str
  kms_key_id:
    description: The key that encrypts the secret, as ARN, id or C(alias/...).
    type: str
  resource_policy:
    description:
      - The resource policy, compared by its meaning. C({}) removes the policy.
      - Secrets Manager copies it to the replicas.
      - A JSON object with C(Statement) of up to 20480 characters. If not given, the policy is not changed.
    type: json
  generate_secret_string:
    description:
      - The parameters of the value, C({"username":..., "password":...}). Used only to create the secret.
      - The password contains no quotes, spaces, slashes, backslashes or C(@), which Aurora refuses.
    type: dict
    suboptions:
      username:
        description: The name of the user.
        type: str
        required: true
      password_length:
        description: The number of characters of the password, V(4) to V(4096).
        type: int
        default: 32
  replica_regions:
    description: >-
      All other regions with a replica. An empty list removes all replicas, unless O(purge_replica_regions=false). If
      not given, they are not changed.
    type: list
    elements: dict
    suboptions:
      region:
        description: The region.
        type: str
        required: true
      kms_key_id:
        description: The key in that region, as ARN, id or C(alias/...). To change it, the replica is created again.
        type: str
  purge_replica_regions:
    description:
      - Whether to remove the replicas of other regions than those in O(replica_regions).
      - With V(false) they stay and are reported as foreign, until O(remove) names this secret.
    type: bool
    default: true
  removed_replica_regions:
    description: The regions whose replicas are removed, with O(purge_replica_regions=false) too.
    type: list
    elements: str
    default: []
  recovery_window_in_days:
    description: The number of days in which a deleted secret can be restored, V(7) to V(30).
    type: int
    default: 30
  force_delete_without_recovery:
    description: Whether to delete the secret at once and for good, even if it is already scheduled for deletion.
    type: bool
    default: false
extends_documentation_fragment:
  - mtk.backend.resource
  - mtk.backend.resource.tags
  - mtk.backend.connection
"""

EXAMPLES = r"""
- name: Create the master user's secret with a replica in the second region
  mtk.backend.secretsmanager_secret:
    region: us-east-1
    secret_name: dev_aurora_master_secret
    description: Master user of Aurora
    generate_secret_string:
      username: mtk_admin
    replica_regions:
      - region: us-west-2
    tags:
      mtk:environment: dev

- name: Delete the secret for good
  mtk.backend.secretsmanager_secret:
    region: us-east-1
    secret_name: dev_aurora_master_secret
    force_delete_without_recovery: true
    state: absent
"""

RETURN = r"""
secret:
  description: The secret without its value; empty if it does not exist or is scheduled for deletion.
  returned: success
  type: dict
  contains:
    arn: {description: The ARN of the secret., type: str}
    secret_name: {description: The name of the secret., type: str}
    description: {description: The description., type: str}
    kms_key_id: {description: "The key, V(alias/aws/secretsmanager) by default.", type: str}
    replica_regions:
      description: The replicas, sorted by region.
      type: list
      elements: dict
      contains:
        region: {description: The region of the replica., type: str}
        kms_key_id: {description: The key of the replica., type: str}
    replication: {description: "V(InSync), V(InProgress) or V(Failed).", type: str}
    primary_region: {description: The region of the secret., type: str, returned: if the secret has replicas}
    resource_policy: {description: The resource policy., type: dict, returned: if the option is given}
    scheduled_for_deletion: {description: Whether the secret is scheduled for deletion., type: bool}
    created_date: {description: The time of creation., type: str}
    last_changed_date: {description: The time of the last change., type: str}
    tags: {description: The tags., type: dict}
  sample:
    arn: arn:aws:secretsmanager:us-east-1:123456789012:secret:dev_aurora_master_secret-AbCdEf
    description: Master user of Aurora
    replica_regions: [{region: us-west-2, kms_key_id: alias/aws/secretsmanager}]
    scheduled_for_deletion: false
    secret_name: dev_aurora_master_secret
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

from ansible_collections.mtk.backend.plugins.module_utils.aws._lookup import key_arn, usable_key
from ansible_collections.mtk.backend.plugins.module_utils.aws._tags import write_tags
from ansible_collections.mtk.backend.plugins.module_utils.domain._limits import (
    REGION,
    between,
    each,
    fields,
    policy_or_none,
    text,
    up_to,
)
from ansible_collections.mtk.backend.plugins.module_utils.domain._values import Observation
from ansible_collections.mtk.backend.plugins.module_utils.engine._module import run
from ansible_collections.mtk.backend.plugins.module_utils.engine._resource import Left, Resource
from ansible_collections.mtk.backend.plugins.module_utils.resources import _kept_data as kept_data
from ansible_collections.mtk.backend.plugins.module_utils.resources._policies import wanted_policy

OPTIONS = {
    "secret_name": {"type": "str", "required": True, "no_log": False},
    "description": {"type": "str"},
    "kms_key_id": {"type": "str"},
    "resource_policy": {"type": "json"},
    "generate_secret_string": {
        "type": "dict",
        "no_log": False,
        "options": {
            "username": {"type": "str", "required": True},
            "password_length": {"type": "int", "default": 32, "no_log": False},
        },
    },
    "replica_regions": {
        "type": "list",
        "elements": "dict",
        "options": {"region": {"type": "str", "required": True}, "kms_key_id": {"type": "str"}},
    },
    "purge_replica_regions": {"type": "bool", "default": True},
    "removed_replica_regions": {"type": "list", "elements": "str", "default": []},
    "recovery_window_in_days": {"type": "int", "default": 30},
    "force_delete_without_recovery": {"type": "bool", "default": False},
}
LEFT = (
    "the settings name no copy in this region, and it is left alone. It is removed together with its region by "
    "playbooks/remove_region.yml, and alone with -e remove=secretsmanager_secret:{name}"
)
DEFAULT_KEY = "alias/aws/secretsmanager"
REFUSED_BY_AURORA = "/'\"@\\ "


class Secret(Resource):
    """A secret of one region and its copies in others."""

    kind = "secret"
    identity = ("secret_name",)
    managed = ("description", "kms_key_id", "replica_regions")
    computed = ("arn",)
    name_tag = False
    deletion = ("recovery_window_in_days",)
    limits = {
        "secret_name": text("[A-Za-z0-9/_+=.@!-]{1,512}", "1 to 512 letters, digits and /_+=.@-"),
        "description": up_to(2048),
        "resource_policy": policy_or_none(20480),
        "generate_secret_string": fields(password_length=between(4, 4096, "characters")),
        "replica_regions": each(fields(region=text(REGION, "the name of a region"))),
        "recovery_window_in_days": between(7, 30, "days"),
    }
    status_field = "replication"
    ready = frozenset({"InSync"})
    failed = frozenset({"Failed"})

    def conflicts(self):
        for replica in self.params["replica_regions"] or []:
            if replica["region"] == self.aws.region:
                yield (
                    f"replica_regions contains {replica['region']}, the region of the secret itself; AWS takes other "
                    "regions. Remove it from the list."
                )

    def siblings(self):
        name = self.params["secret_name"]
        secret = self.aws.found(["ResourceNotFoundException"], lambda: self._call("describe_secret", secret_id=name))
        # A secret scheduled for deletion counts as absent for state: absent, and still occupies its name for present.
        leave = self.params["state"] == "absent" and not self.params["force_delete_without_recovery"]
        return [] if secret is None or (leave and secret.get("deleted_date")) else [secret]

    def is_me(self, sibling):
        return sibling["name"] == self.params["secret_name"]

    def describe(self, sibling):
        copies = sibling.get("replication_status") or []
        replicas = [{"region": c["region"], "kms_key_id": c.get("kms_key_id") or DEFAULT_KEY} for c in copies]
        states = {c["status"] for c in copies}
        return {
            **{"description": "", "tags": {}},
            **sibling,
            **self._policy(sibling),
            "secret_name": sibling["name"],
            "kms_key_id": sibling.get("kms_key_id") or DEFAULT_KEY,
            "replica_regions": sorted(replicas, key=lambda replica: replica["region"]),
            "scheduled_for_deletion": bool(sibling.get("deleted_date")),
            "replication": next((s for s in ("Failed", "InProgress") if s in states), "InSync"),
        }

    def _policy(self, sibling):
        """Return the policy if it is managed. AWS shows none while the secret is scheduled for deletion."""
        managed = self._given("resource_policy") and self.params["state"] == "present"
        if not managed or sibling.get("deleted_date"):
            return {}
        answer = self._call("get_resource_policy", secret_id=self.params["secret_name"])
        return {"resource_policy": json.loads(answer.get("resource_policy") or "{}")}

    def reason(self, have):
        failed = [copy for copy in have["replication_status"] if copy["status"] == "Failed"]
        return "; ".join(f"{copy['region']}: {copy.get('status_message')}" for copy in failed)

    def desired(self, have):
        want = {"scheduled_for_deletion": False, **super().desired(have)}
        if self._given("kms_key_id"):
            want["kms_key_id"] = self._key(self.params["kms_key_id"], (have or {}).get("kms_key_id"), self.aws.region)
        policy = json.loads(self.params["resource_policy"] or "{}")
        if have and "resource_policy" in have:
            want["resource_policy"] = wanted_policy(policy, have["resource_policy"]) if policy else {}
        elif have is None and policy:
            want["resource_policy"] = policy
        if self._given("replica_regions"):
            keys = {replica["region"]: replica["kms_key_id"] for replica in (have or {}).get("replica_regions", [])}
            wanted = {r["region"]: r["kms_key_id"] for r in self.params["replica_regions"]}
            wanted |= {region: keys[region] for region in self._left_alone(have)}
            want["replica_regions"] = [
                {"region": region, "kms_key_id": self._key(key, keys.get(region), region)}
                for region, key in sorted(wanted.items())
            ]
        return want

    def tolerated(self, have):
        for region in self._left_alone(have):
            yield Observation("replica_regions", None, region, "foreign", LEFT.format(name=self.params["secret_name"]))

    def _left_alone(self, have):
        """Return the regions of the replicas that the options neither name nor remove."""
        if self.params["purge_replica_regions"] or self.consents("remove") or not self._given("replica_regions"):
            return []
        named = {*(each["region"] for each in self.params["replica_regions"]), *self.params["removed_replica_regions"]}
        return [each["region"] for each in (have or {}).get("replica_regions", []) if each["region"] not in named]

    def create(self, want):
        generate = self.params["generate_secret_string"]
        self._call(
            "create_secret",
            name=self.params["secret_name"],
            description=want.get("description"),
            kms_key_id=want.get("kms_key_id"),
            secret_string=self._value(**generate) if generate else None,
            tags=want.get("tags"),
        )

    def update(self, have, changes):
        secret = have["arn"]
        if "scheduled_for_deletion" in changes:
            self._call("restore_secret", secret_id=secret)
        elif "replica_regions" in changes:
            self._replicate(have, changes["replica_regions"])
        else:
            fields = {k: changes[k] for k in ("description", "kms_key_id") if k in changes}
            if fields:
                self._call("update_secret", secret_id=secret, **fields)
            if changes.get("resource_policy"):
                policy = json.dumps(changes["resource_policy"])
                self._call("put_resource_policy", secret_id=secret, resource_policy=policy, block_public_policy=True)
            elif "resource_policy" in changes:
                self._call("delete_resource_policy", secret_id=secret)
            if "tags" in changes:
                write_tags(self.aws, "secretsmanager", secret, have["tags"], changes["tags"])

    def delete(self, have):
        if have["replica_regions"]:
            return self._replicate(have, [])  # AWS deletes no secret that has replicas
        force, days = self.params["force_delete_without_recovery"], self.params["recovery_window_in_days"]
        how = {"force_delete_without_recovery": True} if force else {"recovery_window_in_days": days}
        return self._call("delete_secret", secret_id=have["arn"], **how)

    def leaves(self, have):
        if not self.params["force_delete_without_recovery"]:
            region, name = self.aws.region, self.params["secret_name"]
            command = f"aws secretsmanager restore-secret --region {region} --secret-id {name}"
            until = kept_data.after(self, self.params["recovery_window_in_days"])
            yield Left("secretsmanager_secret", name, region, until, "", command)

    def _call(self, operation, **params):
        return self.aws.call("secretsmanager", operation, **params)

    def _key(self, given, have, region):
        """Return the ARN of the wanted key; the present value if no key is given or if both are the same key."""
        if given is None or given == have:
            return have or DEFAULT_KEY
        wanted = usable_key(self.aws, given, self.params, have, region)
        return have if have and key_arn(self.aws, have, region) == wanted else wanted

    def _value(self, username, password_length):
        answer = self._call(
            "get_random_password",
            password_length=password_length,
            exclude_characters=REFUSED_BY_AURORA,
            require_each_included_type=True,
        )
        return json.dumps({"username": username, "password": answer["random_password"]})

    def _replicate(self, have, replicas):
        """Remove the replicas that are not wanted or have another key. In a later step, add the missing ones."""
        gone = [replica["region"] for replica in have["replica_regions"] if replica not in replicas]
        if gone:
            self._call("remove_regions_from_replication", secret_id=have["arn"], remove_replica_regions=gone)
        else:
            new = [replica for replica in replicas if replica not in have["replica_regions"]]
            self._call("replicate_secret_to_regions", secret_id=have["arn"], add_replica_regions=new)


def main(context=None):
    run(Secret, OPTIONS, context)


if __name__ == "__main__":
    main()
