#!/usr/bin/python
# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: dynamodb_table
version_added: 0.1.0
short_description: Manage a DynamoDB table and its indexes
description:
  - Manage a table, its global secondary indexes and the settings of its own region.
  - AWS accepts one kind of change in a request. The module sends the changes one after another, and continues where an
    interrupted run stopped.
  - M(mtk.backend.dynamodb_table_replica) manages the replicas in other regions, and
    M(mtk.backend.dynamodb_table_auto_scaling) the scaling.
author: MTK Backend contributors (@mtk)
options:
  attribute_definitions:
    description: The key attributes of the table and of its indexes, and no others. Required to create the table.
    type: list
    elements: dict
    suboptions:
      attribute_name:
        description: The name of the attribute.
        type: str
        required: true
      attribute_type:
        description: V(S), V(N) or V(B). DynamoDB has no other types for keys.
        type: str
        required: true
  key_schema:
    description: The key of the table. Required to create the table. AWS cannot change it later.
    type: list
    elements: dict
    suboptions: &key
      attribute_name:
        description: The name of the attribute.
        type: str
        required: true
      key_type:
        description: V(HASH) for the partition key, V(RANGE) for the sort key.
        type: str
        choices: [HASH, RANGE]
        required: true
  global_secondary_indexes:
    description:
      - All global secondary indexes. If not given, the indexes are not changed.
      - An index that the list does not contain was added by others. It is reported and kept, unless O(remove) names
        the table. Then it is deleted.
    type: list
    elements: dict
    suboptions:
      index_name:
        description: The name of the index.
        type: str
        required: true
      key_schema:
        description: The key of the index, with up to four attributes of each key type.
        type: list
        elements: dict
        required: true
        suboptions: *key
      projection:
        description: The attributes that the index copies in addition to the keys.
        type: dict
        required: true
        suboptions:
          projection_type:
            description: No further attributes, those of C(non_key_attributes), or all attributes.
            type: str
            choices: [KEYS_ONLY, INCLUDE, ALL]
            required: true
          non_key_attributes:
            description: The attributes for V(INCLUDE).
            type: list
            elements: str
      provisioned_throughput:
        description: Like O(provisioned_throughput), which is the default for a new index.
        type: dict
        suboptions: &units
          read_capacity_units: {description: The read capacity units., type: int}
          write_capacity_units: {description: The write capacity units., type: int}
      on_demand_throughput:
        description: Like O(on_demand_throughput).
        type: dict
        suboptions: &limits
          max_read_request_units: {description: The maximum of reads a second; V(-1) for no limit., type: int}
          max_write_request_units: {description: The maximum of writes a second; V(-1) for no limit., type: int}
  replace_indexes:
    description:
      - Whether to delete and create an index again if its key or projection differs. AWS cannot change them in place.
        Queries on the index fail until it is complete.
    type: bool
    default: false
  billing_mode:
    description: The billing mode. A new table without O(provisioned_throughput) is billed by request.
    type: str
    choices: [PAY_PER_REQUEST, PROVISIONED]
  provisioned_throughput:
    description:
      - The capacity of a provisioned table. Ignored if the table is billed by request.
      - For a capacity with a scalable target it is only the first value, which auto scaling then changes.
    type: dict
    suboptions: *units
  on_demand_throughput:
    description:
      - The limits of a table that is billed by request.
      - With O(billing_mode=PROVISIONED), a limit other than V(-1) is refused.
    type: dict
    suboptions: *limits
  stream_specification:
    description: The stream of changes. AWS cannot change it while the table has replicas.
    type: dict
    suboptions:
      stream_enabled: {description: Whether the table has a stream., type: bool, required: true}
      stream_view_type:
        description: The parts of a changed item that the stream contains.
        type: str
        choices: [KEYS_ONLY, NEW_IMAGE, OLD_IMAGE, NEW_AND_OLD_IMAGES]
  sse_specification:
    description: Encryption with a KMS key instead of a key that AWS owns.
    type: dict
    suboptions:
      enabled: {description: Whether the table is encrypted with a KMS key., type: bool, required: true}
      kms_master_key_id: {description: "The KMS key, as ARN, id or C(alias/...).", type: str}
  auto_scaled_indexes:
    description:
      - The indexes whose capacity M(mtk.backend.dynamodb_table_auto_scaling) manages, beside that of the table. Such a
        capacity is only the first value, also as long as its scalable target is missing.
      - If not given, the existing scalable targets decide.
    type: list
    elements: str
  replica_regions:
    description: The regions of the replicas that other tasks manage. Replicas in other regions are reported.
    type: list
    elements: str
  removed_replica_regions:
    description:
      - With O(state=absent), the regions whose replicas earlier tasks have removed. In check mode these replicas still
        exist. A table with other replicas is refused, in check mode too.
    type: list
    elements: str
    default: []
  final_backup:
    description: Whether O(state=absent) makes an on-demand backup first, C(<table>-final-<time>), which is kept.
    type: bool
    default: false
  time_to_live_specification:
    description:
      - The expiry of items. AWS accepts one change an hour, and another attribute takes two changes.
      - If the attribute changes, the module turns the expiry off. A warning says when the same task can turn it on.
    type: dict
    suboptions:
      enabled: {description: Whether items expire., type: bool, required: true}
      attribute_name:
        description:
          - The attribute with the time of expiry, a number of seconds since 1970. Required with C(enabled=true).
        type: str
extends_documentation_fragment:
  - mtk.backend.resource
  - mtk.backend.resource.tags
  - mtk.backend.dynamodb
  - mtk.backend.dynamodb.settings
  - mtk.backend.connection
"""

EXAMPLES = r"""
- name: Create a table with an index
  mtk.backend.dynamodb_table:
    region: us-east-1
    table_name: dev_user_locations
    attribute_definitions:
      - {attribute_name: user_id, attribute_type: S}
      - {attribute_name: date_time, attribute_type: S}
      - {attribute_name: lat_long, attribute_type: S}
    key_schema:
      - {attribute_name: user_id, key_type: HASH}
      - {attribute_name: date_time, key_type: RANGE}
    global_secondary_indexes:
      - index_name: lat_long_index
        key_schema:
          - {attribute_name: lat_long, key_type: HASH}
          - {attribute_name: date_time, key_type: RANGE}
        projection: {projection_type: KEYS_ONLY}
    billing_mode: PAY_PER_REQUEST
    stream_specification: {stream_enabled: true, stream_view_type: NEW_AND_OLD_IMAGES}
    point_in_time_recovery_specification: {point_in_time_recovery_enabled: true, recovery_period_in_days: 7}
    deletion_protection_enabled: true
    tags:
      mtk:environment: dev

- name: Turn the protection off and delete the table
  mtk.backend.dynamodb_table:
    region: us-east-1
    table_name: dev_user_locations
    deletion_protection_enabled: false
    state: absent
"""

RETURN = r"""
table:
  description: The table as AWS describes it, with the fields of the options; empty if it does not exist.
  returned: success
  type: dict
  contains:
    table_name: {description: The name of the table., type: str}
    table_arn: {description: The ARN of the table., type: str}
    table_id: {description: The id of the table., type: str}
    table_status: {description: "The status, for example V(CREATING), V(UPDATING) or V(ACTIVE).", type: str}
    latest_stream_arn: {description: "The ARN of the stream; null without a stream.", type: str}
    attribute_definitions: {description: The key attributes and their types., type: list, elements: dict}
    key_schema: {description: "The key, HASH attributes first.", type: list, elements: dict}
    global_secondary_indexes: {description: "The indexes like in the option, by name.", type: list, elements: dict}
    index_status: {description: The status of each index., type: dict}
    billing_mode: {description: V(PAY_PER_REQUEST) or V(PROVISIONED)., type: str}
    provisioned_throughput: {description: The capacity., type: dict, returned: if the table is provisioned}
    on_demand_throughput: {description: The limits., type: dict, returned: if the table is billed by request}
    auto_scaled:
      description: The capacities that auto scaling changes, by the name of the index. The key of the table is empty.
      type: dict
      returned: with O(state=present)
    stream_specification: {description: The stream., type: dict}
    sse_specification: {description: "The encryption, with the ARN of the KMS key.", type: dict}
    table_class: {description: The table class., type: str}
    deletion_protection_enabled: {description: Whether AWS refuses to delete the table., type: bool}
    point_in_time_recovery_specification: {description: The backups., type: dict, returned: if the option is given}
    contributor_insights_enabled: {description: The insights., type: bool, returned: if the option is given}
    resource_policy: {description: The policy of the table., type: dict, returned: if the option is given}
    stream_resource_policy: {description: The policy of the stream., type: dict, returned: if the option is given}
    time_to_live_specification: {description: The expiry of items., type: dict, returned: if the option is given}
    replicas: {description: "The replicas in other regions, by region.", type: list, elements: dict}
    tags: {description: The tags., type: dict}
  sample:
    auto_scaled: {}
    billing_mode: PAY_PER_REQUEST
    deletion_protection_enabled: true
    global_secondary_indexes:
      - index_name: lat_long_index
        key_schema:
          - {attribute_name: lat_long, key_type: HASH}
          - {attribute_name: date_time, key_type: RANGE}
        on_demand_throughput: {max_read_request_units: -1, max_write_request_units: -1}
        projection: {projection_type: KEYS_ONLY}
    latest_stream_arn: arn:aws:dynamodb:us-east-1:123456789012:table/dev_user_locations/stream/2026-01-01T00:00:00.000
    replicas: []
    sse_specification: {enabled: false}
    table_arn: arn:aws:dynamodb:us-east-1:123456789012:table/dev_user_locations
    table_id: 0a1b2c3d-0000-4000-8000-000000000000
    table_name: dev_user_locations
    table_status: ACTIVE
    tags: {"mtk:environment": dev}
settled:
  description:
    - Whether nothing is left to do and AWS is not at work on the resource.
    - False in check mode if something would change, and with O(wait=false) while AWS is still at work.
  returned: success
  type: bool
  sample: true
"""

from ansible_collections.mtk.backend.plugins.module_utils.aws._lookup import is_own_key, key_arn
from ansible_collections.mtk.backend.plugins.module_utils.aws._tags import write_tags
from ansible_collections.mtk.backend.plugins.module_utils.domain import _table_options as table_options
from ansible_collections.mtk.backend.plugins.module_utils.domain import _tables as tables
from ansible_collections.mtk.backend.plugins.module_utils.domain._limits import TagRules
from ansible_collections.mtk.backend.plugins.module_utils.domain._values import Later, NotYet, Refused
from ansible_collections.mtk.backend.plugins.module_utils.engine._module import run
from ansible_collections.mtk.backend.plugins.module_utils.resources import _dynamodb as dynamodb
from ansible_collections.mtk.backend.plugins.module_utils.resources._backups import earlier_table
from ansible_collections.mtk.backend.plugins.module_utils.resources._kept_data import BackedUpTable, unusable_key

OPTIONS = dynamodb.TABLE_OPTIONS


class Table(BackedUpTable):
    """A table in its own region."""

    kind = "table"
    identity = ("table_name",)
    managed = (
        "key_schema",
        "global_secondary_indexes",
        "billing_mode",
        "provisioned_throughput",
        "on_demand_throughput",
        "stream_specification",
        "sse_specification",
        "table_class",
        "deletion_protection_enabled",
        dynamodb.RECOVERY,
        dynamodb.INSIGHTS,
        "time_to_live_specification",
    )
    limits = table_options.REGIONAL
    tag_rules = TagRules(common=True)
    immutable = frozenset({"key_schema"})
    gradual = frozenset({"global_secondary_indexes"})
    computed = ("table_arn", "table_id", "latest_stream_arn")
    name_tag = False
    status_field = "table_status"
    ready = frozenset({"ACTIVE"})
    failed = frozenset({"INACCESSIBLE_ENCRYPTION_CREDENTIALS", "REPLICATION_NOT_AUTHORIZED", "ARCHIVING", "ARCHIVED"})
    leaving = frozenset({"DELETING"})
    retry_codes = (*dynamodb.BUSY, ("ValidationException", "TimeToLive is "))  # already changed, and not yet shown

    def conflicts(self):
        return table_options.table_conflicts(self.params, self.aws.region)

    def siblings(self):
        table = dynamodb.describe_table(self.aws, self.params["table_name"])
        return [table] if table else []

    def is_me(self, sibling):
        return sibling["table_name"] == self.params["table_name"]

    def describe(self, sibling):
        have = {"latest_stream_arn": None, **tables.facts(sibling)}
        have["tags"] = dynamodb.read_tags(self.aws, have["table_arn"], self.params["tags"])
        if self.params["state"] == "absent":
            return {**have, **dynamodb.read_settings(self.aws, have, self.params)}
        have.update(dynamodb.read_settings(self.aws, have, self.params))
        if self._given("time_to_live_specification"):
            have["time_to_live_specification"] = dynamodb.read_time_to_live(self.aws, have["table_name"])
        return {**have, "auto_scaled": dynamodb.auto_scaled(self.aws, have)}

    def status(self, have):
        status = super().status(have)
        indexes = set(have["index_status"].values())
        return "busy" if status == "ready" and not indexes <= {"ACTIVE"} else status

    def reason(self, have):
        if have["table_status"] == "INACCESSIBLE_ENCRYPTION_CREDENTIALS":
            return f"its key {have['sse_specification'].get('kms_master_key_id')} is disabled, deleted or forbidden"
        return (have.get("archival_summary") or {}).get("archival_reason") or super().reason(have)

    def desired(self, have):
        self._check_keys(have)
        want = dynamodb.wanted_settings(super().desired(have), self.params, have)
        for name in ("provisioned_throughput", "on_demand_throughput", "global_secondary_indexes"):
            want.pop(name, None)
        mode = self._mode(have)
        if have is None:
            want["billing_mode"] = mode
        want.update(self._capacity(have, mode))
        want.update(self._indexes(have, mode, want.get("provisioned_throughput") or {}))
        if self._given("key_schema"):
            want["key_schema"] = tables.ordered_keys(self.params["key_schema"])
        if "sse_specification" in want:
            given = self.params["sse_specification"]["kms_master_key_id"]
            want["sse_specification"] = dynamodb.wanted_encryption(self, want["sse_specification"], given, have)
        if "stream_specification" in want:
            want["stream_specification"] = tables.wanted_stream(str(self), have, want["stream_specification"])
        ttl = want.get("time_to_live_specification")
        if ttl and not ttl["enabled"]:
            want["time_to_live_specification"] = {"enabled": False}
        self._refuse_decrease(have, want)
        return want

    def notes(self, plan):
        return tables.notes(plan.before, plan.after)

    def tolerated(self, have):
        if "auto_scaled" in have:
            yield from tables.scaled_away(self.params, have)
            if not self.consents("remove"):
                yield from tables.foreign(self.params, have, f"dynamodb_table:{self.label}")

    def belongs(self, have):
        """Return whether the table was restored: DynamoDB restores no tags, and the key of the options encrypts it."""
        key = (self.params["sse_specification"] or {}).get("kms_master_key_id")
        if self.params["state"] == "absent":
            return False
        arn = key_arn(self.aws, key) if key else None
        encrypted = arn is not None and arn == have["sse_specification"].get("kms_master_key_id")
        return tables.is_restored(have) or (encrypted and is_own_key(self.aws, arn, self.params))

    def earlier_data(self):
        return earlier_table(self.aws, self.params["table_name"])

    def create(self, want):
        request = tables.creation(want, self.params["attribute_definitions"])
        self.aws.call("dynamodb", "create_table", table_name=self.params["table_name"], **request)

    def update(self, have, changes):
        if "tags" in changes:
            write_tags(self.aws, "dynamodb", have["table_arn"], have["tags"], changes["tags"])
        dynamodb.write_settings(self.aws, have, changes)
        request = tables.next_request(have, changes, self.params["attribute_definitions"] or [])
        if request:
            dynamodb.update_table(self, have, set(changes) - tables.left(changes, request), **request)
        elif "time_to_live_specification" in changes:  # last, because AWS may refuse it for an hour
            self._expire(have, changes["time_to_live_specification"])
        return tables.left(changes, request) - {"tags", *dynamodb.SETTINGS}

    def obstacles(self, have):
        key = have["sse_specification"].get("kms_master_key_id")
        ways = [*dynamodb.replicas_in_the_way(self, have), *dynamodb.protection(self, have)]
        return [*ways, *unusable_key(self, key)]

    def delete(self, have):
        if have["replicas"]:
            raise NotYet("The replicas of the table are being deleted.")
        if have["deletion_protection_enabled"]:
            off = {"deletion_protection_enabled": False}
            self.aws.call("dynamodb", "update_table", table_name=have["table_name"], **off)
        else:
            self.back_up()
            self.aws.call("dynamodb", "delete_table", table_name=have["table_name"])

    def _expire(self, have, want):
        """Change the time to live. AWS enables an attribute only an hour after another one was disabled."""
        present = have["time_to_live_specification"]
        both = present["enabled"] and want["enabled"]
        sent = {**present, "enabled": False} if both or not want["enabled"] else want
        with dynamodb.within(self, tables.LIMITS[tables.TTL], have, {tables.TTL}):
            self.aws.call(
                "dynamodb", "update_time_to_live", table_name=have["table_name"], time_to_live_specification=sent
            )
        if both:
            raise Later(f"{self}: {tables.half_done_ttl(present, want, self.aws.now())}", {tables.TTL}, begun=True)

    def _refuse_decrease(self, have, want):
        """Raise Refused if AWS's description says that it would refuse a decrease. A busy table may show old counts."""
        fault = tables.refused_decrease(have, want, self.aws.now()) if have and self.status(have) == "ready" else None
        if fault:
            raise Refused(f"{self}: {fault}")

    def _check_keys(self, have):
        definitions, schema = self.params["attribute_definitions"], self.params["key_schema"]
        if have is None and not (definitions and schema):
            raise Refused(f"{self} does not exist: its creation needs attribute_definitions and key_schema")
        indexes = self.params["global_secondary_indexes"]
        indexes = (have or {}).get("global_secondary_indexes", []) if indexes is None else indexes
        if not definitions:
            return
        schemas = [schema or have["key_schema"], *(index["key_schema"] for index in indexes)]
        fault = table_options.key_fault(definitions, schemas)
        types = {d["attribute_name"]: d["attribute_type"] for d in (have or {}).get("attribute_definitions", [])}
        for definition in definitions:
            name, kind = definition["attribute_name"], definition["attribute_type"]
            if not fault and types.get(name, kind) != kind:
                fault = f"AWS cannot change the type of {name} from {types[name]} to {kind}: use another attribute"
        if fault:
            raise Refused(f"{self}: {fault}")

    def _mode(self, have):
        default = tables.PROVISIONED if self._given("provisioned_throughput") else tables.ON_DEMAND
        return self.params["billing_mode"] or (have or {}).get("billing_mode") or default

    def _capacity(self, have, mode):
        option = "provisioned_throughput" if mode == tables.PROVISIONED else "on_demand_throughput"
        first = mode == tables.PROVISIONED and (have is None or have["billing_mode"] != mode)
        if not (self._given(option) or first):
            return {}
        scaled = tables.scaled(self.params, have).get(tables.TABLE, [])
        try:
            return tables.wanted_capacity(self.params, have, mode, scaled, {})
        except KeyError as error:
            raise Refused(
                f"{self} is billed by provisioned capacity: give provisioned_throughput with {error}"
            ) from error

    def _indexes(self, have, mode, seed):
        present = {index["index_name"]: index for index in (have or {}).get("global_secondary_indexes", [])}
        given = self.params["global_secondary_indexes"]
        if given is None and not present:
            return {}
        kept = tables.undeclared(present.values(), given or [])
        if given is not None and self.consents("remove"):
            kept = []
        scaled = tables.scaled(self.params, have)
        seed = seed or (have or {}).get("provisioned_throughput") or {}
        wanted = []
        for index in (*(given or []), *kept):
            name = index["index_name"]
            wanted.append(tables.wanted_index(index, present.get(name), mode, scaled.get(name, []), seed))
            if name in present and not (tables.same_index(wanted[-1], present[name]) or self.params["replace_indexes"]):
                raise Refused(
                    f"AWS cannot change the key or the projection of index {name} of {self}. Give it another name, or "
                    "set replace_indexes: true to delete the index and build it again; queries on it fail meanwhile."
                )
        return {"global_secondary_indexes": sorted(wanted, key=lambda index: index["index_name"])}


def main(context=None):
    run(Table, OPTIONS, context)


if __name__ == "__main__":
    main()
