#!/usr/bin/python
# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: dynamodb_table_replica
version_added: 0.1.0
short_description: Manage a replica of a DynamoDB global table
description:
  - Manage one replica of a table, with the settings that DynamoDB does not copy to replicas, which are its deletion
    protection, backups, insights and tags.
  - Run the task in the region that owns the table. The module talks to both regions. AWS changes one replica at a time;
    the module waits while it changes another one.
  - A table of the same name in the other region that is not a replica is never changed.
author: MTK Backend contributors (@mtk)
options:
  region_name:
    description: The region of the replica. Together with O(table_name) it identifies the replica.
    type: str
    required: true
  kms_master_key_id:
    description: >-
      The key in the region of the replica, as ARN, id or C(alias/...). Required if a KMS key encrypts the table.
    type: str
extends_documentation_fragment:
  - mtk.backend.resource
  - mtk.backend.resource.tags
  - mtk.backend.dynamodb
  - mtk.backend.dynamodb.settings
  - mtk.backend.connection
"""

EXAMPLES = r"""
- name: Create a protected replica in us-west-2
  mtk.backend.dynamodb_table_replica:
    region: us-east-1
    table_name: prod_user_locations
    region_name: us-west-2
    deletion_protection_enabled: true
    point_in_time_recovery_specification: {point_in_time_recovery_enabled: true, recovery_period_in_days: 35}
    tags:
      mtk:environment: prod

- name: Turn the protection of the replica off and remove the replica
  mtk.backend.dynamodb_table_replica:
    region: us-east-1
    table_name: prod_user_locations
    region_name: us-west-2
    deletion_protection_enabled: false
    state: absent
"""

RETURN = r"""
replica:
  description: The replica; empty if it does not exist.
  returned: success
  type: dict
  contains:
    table_name: {description: The name of the table., type: str}
    table_arn: {description: The ARN of the replica., type: str}
    region_name: {description: The region of the replica., type: str}
    replica_status: {description: "The status, for example V(CREATING) or V(ACTIVE).", type: str}
    replica_status_description: {description: The reason of the status., type: str, returned: if AWS gives one}
    latest_stream_arn: {description: The ARN of the stream of the replica., type: str}
    table_class: {description: The table class., type: str}
    kms_master_key_id: {description: "The ARN of the KMS key; null if AWS owns the key.", type: str}
    deletion_protection_enabled: {description: Whether AWS refuses to delete the replica., type: bool}
    point_in_time_recovery_specification:
      description: The continuous backups.
      type: dict
      returned: if the option is given and O(state=present)
      contains:
        point_in_time_recovery_enabled: {description: Whether AWS makes continuous backups., type: bool}
        recovery_period_in_days: {description: The number of days that can be restored., type: int}
    contributor_insights_enabled:
      description: Whether Contributor Insights is enabled.
      type: bool
      returned: if the option is given and O(state=present)
    resource_policy: {description: The policy of the replica., type: dict, returned: if the option is given}
    stream_resource_policy: {description: The policy of its stream., type: dict, returned: if the option is given}
    tags: {description: The tags of the replica., type: dict}
  sample:
    deletion_protection_enabled: true
    kms_master_key_id: null
    latest_stream_arn: arn:aws:dynamodb:us-west-2:123456789012:table/prod_user_locations/stream/2026-01-01T00:00:00.000
    region_name: us-west-2
    replica_status: ACTIVE
    table_arn: arn:aws:dynamodb:us-west-2:123456789012:table/prod_user_locations
    table_class: STANDARD
    table_name: prod_user_locations
    tags: {"mtk:environment": prod}
settled:
  description:
    - Whether nothing is left to do and AWS is not at work on the resource.
    - False in check mode if something would change, and with O(wait=false) while AWS is still at work.
  returned: success
  type: bool
  sample: true
"""

from ansible_collections.mtk.backend.plugins.module_utils.aws._lookup import usable_key
from ansible_collections.mtk.backend.plugins.module_utils.aws._tags import write_tags
from ansible_collections.mtk.backend.plugins.module_utils.domain import _table_options as table_options
from ansible_collections.mtk.backend.plugins.module_utils.domain import _tables as tables
from ansible_collections.mtk.backend.plugins.module_utils.domain._limits import REGION, TagRules, text
from ansible_collections.mtk.backend.plugins.module_utils.domain._values import OWNER_TAG, Refused
from ansible_collections.mtk.backend.plugins.module_utils.engine._module import run
from ansible_collections.mtk.backend.plugins.module_utils.engine._resource import Resource
from ansible_collections.mtk.backend.plugins.module_utils.resources import _dynamodb as dynamodb
from ansible_collections.mtk.backend.plugins.module_utils.resources import _kept_data as kept_data

OPTIONS = {
    "table_name": {"type": "str", "required": True},
    "region_name": {"type": "str", "required": True},
    "kms_master_key_id": {"type": "str"},
    "table_class": {"type": "str", "choices": ["STANDARD", "STANDARD_INFREQUENT_ACCESS"]},
    **dynamodb.OPTIONS,
}


class Replica(Resource):
    """A replica of a table, seen from the region that owns the table."""

    kind = "replica"
    identity = ("table_name", "region_name")
    managed = (
        "kms_master_key_id",
        "table_class",
        "deletion_protection_enabled",
        dynamodb.RECOVERY,
        dynamodb.INSIGHTS,
    )
    limits = {
        **table_options.REGIONAL,
        "region_name": text(REGION, "the code of a region, for example us-west-2"),
    }
    tag_rules = TagRules(common=True)
    usual = {"create": 600, "delete": 180}
    computed = ("table_arn", "latest_stream_arn")
    name_tag = False
    status_field = "replica_status"
    ready = frozenset({"ACTIVE"})
    failed = frozenset({"CREATION_FAILED", "REGION_DISABLED", "INACCESSIBLE_ENCRYPTION_CREDENTIALS"})
    leaving = frozenset({"DELETING"})
    retry_codes = (*dynamodb.BUSY, ("ValidationException", "is not part of"))

    @property
    def region(self):
        return self.params["region_name"]

    @property
    def label(self):
        return self.params["table_name"]

    def conflicts(self):
        key, region = self.params["kms_master_key_id"], self.params["region_name"]
        return table_options.key_region_faults("kms_master_key_id", key, region)

    def owned(self, have):
        """Return the table of the region that owns it, because DynamoDB gives a new replica no tags.

        A replica with the tag of an owner is returned too.
        """
        whole = dynamodb.claims(self.aws, self.params)
        return [*whole, *(claim for claim in super().owned(have) if OWNER_TAG in claim.tags)]

    def siblings(self):
        name, region = self.params["table_name"], self.params["region_name"]
        if region == self.aws.region:
            raise Refused(f"region_name {region} is the region of the task, which owns the table: name another one")
        owner = dynamodb.describe_table(self.aws, name)
        entries = [e for e in (owner or {}).get("replicas", []) if e["region_name"] == region]
        local_table = dynamodb.describe_table(self.aws, name, region)
        if entries:
            return [{**entries[0], "local_table": local_table}]
        return self._without_entry(owner, local_table)

    def _without_entry(self, owner, local_table):
        """Return the table in the replica's region that the owner does not list.

        It is a replica on its way in or out, what is left of a table whose owner was deleted, or somebody else's table.
        """
        if local_table is None:
            return []
        status, region = local_table["table_status"], self.params["region_name"]
        if any(replica["region_name"] == self.aws.region for replica in local_table.get("replicas") or []):
            # It lists the owner, and the owner does not list it yet, or not any more.
            status = "DELETING" if status == "DELETING" else "CREATING"
        found = {"region_name": region, "replica_status": status, "local_table": local_table}
        if status in ("CREATING", "DELETING"):
            return [found]
        if self.params["state"] == "absent":
            return [{**found, "_alone": True}] if owner is None and self._bears_owner(local_table) else []
        if owner is not None:
            raise Refused(
                f"{region} has another table of the name {self.params['table_name']}, and DynamoDB creates a replica "
                "only in a region without one. Save its data, delete it there, then run again."
            )
        return []

    def _bears_owner(self, local_table):
        tags = dynamodb.read_tags(self.aws, local_table["table_arn"], self.params["tags"], self.params["region_name"])
        return self.owner is not None and tags.get(OWNER_TAG) == self.owner

    def is_me(self, sibling):
        return True

    def describe(self, sibling):
        local_table = sibling["local_table"]
        facts = (
            tables.facts(local_table)
            if local_table
            else {"deletion_protection_enabled": False, "table_class": "STANDARD"}
        )
        have = {
            **{
                k: facts.get(k)
                for k in ("table_arn", "latest_stream_arn", "deletion_protection_enabled", "table_class")
            },
            **{
                k: v
                for k, v in sibling.items()
                if k in ("region_name", "replica_status", "replica_status_description", "_alone")
            },
            "table_name": self.params["table_name"],
            "kms_master_key_id": facts.get("sse_specification", {}).get("kms_master_key_id"),
            "tags": {},
        }
        if have["replica_status"] == "ACTIVE" and (not local_table or local_table["table_status"] != "ACTIVE"):
            have["replica_status"] = "UPDATING"
        if local_table and have["replica_status"] not in self.leaving:
            have["tags"] = dynamodb.read_tags(
                self.aws, have["table_arn"], self.params["tags"], self.params["region_name"]
            )
            have.update(self._settings(have))
        return have

    def _settings(self, have):
        return dynamodb.read_settings(self.aws, have, self.params, self.params["region_name"])

    def obstacles(self, have):
        return [*dynamodb.protection(self, have), *kept_data.unusable_key(self, have["kms_master_key_id"])]

    def leaves(self, have):
        return kept_data.left_by_table(self, have, have["kms_master_key_id"])

    def is_expendable(self, have):
        """Return whether AWS has never created the replica, so that it holds no data."""
        return have["replica_status"] == "CREATION_FAILED"

    def reason(self, have):
        return have.get("replica_status_description") or super().reason(have)

    def desired(self, have):
        want = dynamodb.wanted_settings(super().desired(have), self.params, have)
        if self.params["kms_master_key_id"]:
            given, present = self.params["kms_master_key_id"], (have or {}).get("kms_master_key_id")
            want["kms_master_key_id"] = usable_key(self.aws, given, self.params, present, self.params["region_name"])
        return want

    def create(self, want):
        request = {
            "region_name": self.params["region_name"],
            "kms_master_key_id": want.get("kms_master_key_id"),
            "table_class_override": want.get("table_class"),
        }
        self._owner(create=request)

    def update(self, have, changes):
        region = self.params["region_name"]
        if "tags" in changes:
            write_tags(self.aws, "dynamodb", have["table_arn"], have["tags"], changes["tags"], region)
        dynamodb.write_settings(self.aws, have, changes, region)
        alone = [
            name for name in ("table_class", "deletion_protection_enabled", "kms_master_key_id") if name in changes
        ]
        if alone:
            self._change(have, alone[0], changes[alone[0]])
        return alone[1:]

    def delete(self, have):
        if have["deletion_protection_enabled"]:
            self._there(have, "deletion_protection_enabled", deletion_protection_enabled=False)
            return
        if have.get("_alone"):  # its owner was deleted before, so it is a table of its own
            self.aws.call("dynamodb", "delete_table", self.params["region_name"], table_name=have["table_name"])
            return
        with dynamodb.within(self, tables.LIMITS["replica_updates"], have, (), self._youngest):
            self._owner(delete={"region_name": self.params["region_name"]})

    def _youngest(self):
        """Return when the youngest of the other tables was created: the region may have been its source."""
        name, region = self.params["table_name"], self.params["region_name"]
        owner = dynamodb.describe_table(self.aws, name) or {}
        regions = {replica["region_name"] for replica in owner.get("replicas", [])} - {region}
        found = [owner, *(dynamodb.describe_table(self.aws, name, other) or {} for other in sorted(regions))]
        return max((table["creation_date_time"] for table in found if "creation_date_time" in table), default=None)

    def _change(self, have, name, value):
        if name == "table_class":
            with dynamodb.within(self, tables.LIMITS[name], have, {name}):
                self._owner(update={"region_name": self.params["region_name"], "table_class_override": value})
        elif name == "deletion_protection_enabled":
            self._there(have, name, deletion_protection_enabled=value)
        else:
            self._there(have, name, sse_specification={"enabled": True, "sse_type": "KMS", "kms_master_key_id": value})

    def _owner(self, **action):
        self.aws.call("dynamodb", "update_table", table_name=self.params["table_name"], replica_updates=[action])

    def _there(self, have, field, **change):
        dynamodb.update_table(self, have, {field}, self.params["region_name"], **change)


def main(context=None):
    run(Replica, OPTIONS, context)


if __name__ == "__main__":
    main()
