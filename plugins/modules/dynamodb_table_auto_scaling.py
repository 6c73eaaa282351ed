#!/usr/bin/python
# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: dynamodb_table_auto_scaling
version_added: 0.1.0
short_description: Manage the auto scaling of a DynamoDB table and its indexes in a region
description:
  - Manage all scalable targets and target tracking policies of a provisioned table in one task. Targets of the table
    that do not follow from the options are deregistered, except those of indexes that others have added.
  - Reads are scaled in every region. Writes are scaled in the region that owns the table, and DynamoDB copies their
    scaling to the replicas.
  - AWS keeps the targets when a table is deleted or switched to billing by request. Use O(state=absent) before either.
author: MTK Backend contributors (@mtk)
options:
  replica:
    description:
      - Whether the region holds a replica of a table that another region owns. The targets of writes are then not
        changed.
    type: bool
    default: false
  existing_only:
    description:
      - Whether to leave out a table or an index that does not exist yet. Without the table there is nothing to do.
      - AWS requires scaled writes before a table with replicas is switched to provisioned capacity, and can scale only
        existing tables and indexes.
    type: bool
    default: false
  environment:
    description:
      - The environment that the table must belong to (its tag C(mtk:environment)). Otherwise the module refuses.
      - If not given, the owner is not checked.
    type: str
  read: &scaling
    description: The scaling of the capacity of the table. If not given, the capacity is not scaled.
    type: dict
    suboptions: &limits
      min_capacity:
        description: The lowest number of capacity units, V(1) or more.
        type: int
        required: true
      max_capacity:
        description: The highest number of capacity units.
        type: int
        required: true
      target_value:
        description: The wanted utilisation of the capacity, V(10) to V(90) percent. AWS recommends V(20) or more.
        type: float
        default: 70
      scale_in_cooldown:
        description: The seconds between two decreases.
        type: int
        default: 60
      scale_out_cooldown:
        description: The seconds between two increases.
        type: int
        default: 60
      disable_scale_in:
        description: Whether the capacity is never decreased.
        type: bool
        default: false
  write: *scaling
  indexes:
    description: The global secondary indexes to scale.
    type: list
    elements: dict
    default: []
    suboptions:
      index_name:
        description: The name of the index.
        type: str
        required: true
      read: &index
        description: The scaling of the capacity of the index. If not given, it is scaled like the table.
        type: dict
        suboptions: *limits
      write: *index
extends_documentation_fragment:
  - mtk.backend.resource
  - mtk.backend.dynamodb
  - mtk.backend.connection
"""

EXAMPLES = r"""
- name: Scale a table and its index
  mtk.backend.dynamodb_table_auto_scaling:
    region: us-east-1
    table_name: prod_user_locations
    read: {min_capacity: 5, max_capacity: 500}
    write: {min_capacity: 5, max_capacity: 200, target_value: 60}
    indexes:
      - index_name: lat_long_index

- name: Remove the scaling before the table is deleted or switched to billing by request
  mtk.backend.dynamodb_table_auto_scaling:
    region: us-east-1
    table_name: prod_user_locations
    state: absent
"""

RETURN = r"""
auto_scaling:
  description: The scalable targets and their policies; empty if the table has none.
  returned: success
  type: dict
  contains:
    table_name: {description: The name of the table., type: str}
    targets:
      description: The scalable targets, sorted by resource and dimension.
      type: list
      elements: dict
      contains:
        resource_id: {description: "The table or the index, as Application Auto Scaling names it.", type: str}
        scalable_dimension: {description: "The capacity, for example V(dynamodb:table:ReadCapacityUnits).", type: str}
        min_capacity: {description: The lowest number of capacity units., type: int}
        max_capacity: {description: The highest number of capacity units., type: int}
        policies:
          description: The target tracking policies.
          type: list
          elements: dict
          contains:
            policy_name: {description: The name of the policy., type: str}
            target_value: {description: The wanted utilisation in percent., type: float}
            scale_in_cooldown: {description: The seconds between two decreases., type: int}
            scale_out_cooldown: {description: The seconds between two increases., type: int}
            disable_scale_in: {description: Whether the capacity is never decreased., type: bool}
  sample:
    table_name: prod_user_locations
    targets:
      - resource_id: table/prod_user_locations
        scalable_dimension: dynamodb:table:WriteCapacityUnits
        min_capacity: 5
        max_capacity: 200
        policies:
          - policy_name: DynamoDBWriteCapacityUtilization:table/prod_user_locations
            target_value: 60.0
            scale_in_cooldown: 60
            scale_out_cooldown: 60
            disable_scale_in: false
settled:
  description:
    - Whether nothing is left to do and AWS is not at work on the resource.
    - False in check mode if something would change, and with O(wait=false) while AWS is still at work.
  returned: success
  type: bool
  sample: true
"""

from ansible_collections.mtk.backend.plugins.module_utils.domain import _scaling as scaling
from ansible_collections.mtk.backend.plugins.module_utils.domain._table_options import LIMITS as TABLE_LIMITS
from ansible_collections.mtk.backend.plugins.module_utils.domain._values import Observation
from ansible_collections.mtk.backend.plugins.module_utils.engine._module import run
from ansible_collections.mtk.backend.plugins.module_utils.engine._resource import Resource
from ansible_collections.mtk.backend.plugins.module_utils.resources import _dynamodb as dynamodb

LIMITS = {
    "type": "dict",
    "options": {
        "min_capacity": {"type": "int", "required": True},
        "max_capacity": {"type": "int", "required": True},
        "target_value": {"type": "float", "default": 70},
        "scale_in_cooldown": {"type": "int", "default": 60},
        "scale_out_cooldown": {"type": "int", "default": 60},
        "disable_scale_in": {"type": "bool", "default": False},
    },
}
OPTIONS = {
    "table_name": {"type": "str", "required": True},
    "replica": {"type": "bool", "default": False},
    "existing_only": {"type": "bool", "default": False},
    "environment": {"type": "str"},
    "read": LIMITS,
    "write": LIMITS,
    "indexes": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {"index_name": {"type": "str", "required": True}, "read": LIMITS, "write": LIMITS},
    },
}


class AutoScaling(Resource):
    """All scalable targets of one table in a region."""

    kind = "auto_scaling"
    identity = ("table_name",)
    managed = ("targets",)
    limits = {"table_name": TABLE_LIMITS["table_name"]}
    name_tag = False
    retry_codes = (
        "ConcurrentUpdateException",
        ("FailedResourceAccessException", "Rate exceeded"),
        ("ValidationException", "Unable to assume IAM role"),
    )

    def conflicts(self):
        return scaling.conflicts(self.params)

    def owned(self, have):
        """Return the table: targets have no tags. Where there is nothing to delete, nobody is asked."""
        if have is None and self.params["state"] == "absent":
            return []
        return dynamodb.claims(self.aws, self.params, replica=self.params["replica"])

    def read(self):
        nothing = {"table_name": self.params["table_name"], "targets": []}
        return super().read() or (nothing if self._existing() == set() else None)

    def siblings(self):
        table, service = self.params["table_name"], "application-autoscaling"
        listed = [
            self.aws.pages(service, f"describe_{key}", key, service_namespace="dynamodb")
            for key in ("scalable_targets", "scaling_policies")
        ]
        targets, foreign = self._own(self._with_new_indexes(scaling.found_targets(table, *listed)))
        if self.params["replica"] and self.params["state"] == "present":
            targets = [target for target in targets if not scaling.scales_writes(target)]
        found = {"table_name": table, "targets": sorted(targets, key=scaling.target_key), "_foreign": foreign}
        return [found] if targets else []

    def _own(self, targets):
        """Return the targets to manage, and those of indexes that others have added, which are kept.

        The targets of an index that does not exist any more are removed.
        """
        declared = scaling.resources(self.params["table_name"], self.params["indexes"])
        others = {target["resource_id"] for target in targets} - declared
        if self.params["state"] == "absent" or not others:
            return targets, []
        table = dynamodb.describe_table(self.aws, self.params["table_name"])
        kept = others & scaling.resources_of(table) if table else set()
        foreign = [target for target in targets if target["resource_id"] in kept]
        return [target for target in targets if target["resource_id"] not in kept], foreign

    def tolerated(self, have):
        for target in have.get("_foreign", []):
            reason = "the index was added by others, and the scaling of its capacity is kept"
            found = f"{target['resource_id']} {target['scalable_dimension']}"
            yield Observation("targets", None, found, "foreign", reason)

    def _with_new_indexes(self, targets):
        """Return the targets as they will be once the table has its indexes.

        DynamoDB itself creates a target for the writes of a new index, if the table has replicas.
        """
        name = self.params["table_name"]
        kept = self.params["indexes"] and self.params["state"] == "present"
        table = dynamodb.describe_table(self.aws, name) if kept else None
        if not (table and table.get("replicas")):
            return targets
        present = {index["index_name"] for index in table.get("global_secondary_indexes") or []}
        missing = [i["index_name"] for i in self.params["indexes"] if i["index_name"] not in present]
        given = scaling.by_key([scaling.given_target(name, index) for index in missing])
        return [*(target for target in targets if scaling.target_key(target) not in given), *given.values()]

    def is_me(self, sibling):
        return sibling["table_name"] == self.params["table_name"]

    def desired(self, have):
        given = (self.params[name] for name in ("table_name", "read", "write", "indexes", "replica"))
        wanted = scaling.wanted_targets(*given)
        existing, present = self._existing(), have["targets"] if have else []
        return {"targets": wanted if existing is None else scaling.limited(wanted, present, existing)}

    def _existing(self):
        """Return the resource ids of the existing table and indexes, with ``existing_only``; otherwise None."""
        if not self.params["existing_only"]:
            return None
        table = dynamodb.describe_table(self.aws, self.params["table_name"])
        return scaling.resources_of(table) if table else set()

    def create(self, want):
        self.update({"targets": []}, want)

    def update(self, have, changes):
        present, wanted = scaling.by_key(have["targets"]), scaling.by_key(changes["targets"])
        for place, target in wanted.items():
            self._register(target, present.get(place))
        for place, target in present.items():
            if place not in wanted:
                self._deregister(target)

    def delete(self, have):
        for target in have["targets"]:
            self._deregister(target)

    def _register(self, target, have):
        limits = {name: target[name] for name in ("min_capacity", "max_capacity")}
        if have is None or any(have[name] != value for name, value in limits.items()):
            self._call("register_scalable_target", target, **limits)
        name, present = target["policies"][0]["policy_name"], have["policies"] if have else []
        for extra in sorted({policy["policy_name"] for policy in present} - {name}):
            self._call("delete_scaling_policy", target, policy_name=extra)  # AWS takes one for each capacity
        if target["policies"][0] not in present:
            policy = {"policy_name": name, "policy_type": "TargetTrackingScaling"}
            config = scaling.tracking(target)
            self._call("put_scaling_policy", target, **policy, target_tracking_scaling_policy_configuration=config)

    def _deregister(self, target):
        self.aws.found(["ObjectNotFoundException"], lambda: self._call("deregister_scalable_target", target))

    def _call(self, operation, target, **params):
        return self.aws.call(
            "application-autoscaling",
            operation,
            service_namespace="dynamodb",
            resource_id=target["resource_id"],
            scalable_dimension=target["scalable_dimension"],
            **params,
        )


def main(context=None):
    run(AutoScaling, OPTIONS, context, tags=False)


if __name__ == "__main__":
    main()
