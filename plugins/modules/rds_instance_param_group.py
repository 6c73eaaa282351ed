#!/usr/bin/python
# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: rds_instance_param_group
version_added: 0.1.0
short_description: Manage an instance parameter group
description:
  - Keeps a parameter group for DB instances with exactly the parameters given; others that were set are reset.
  - Dynamic parameters change at once, static ones with the next reboot.
author: MTK Backend contributors (@mtk)
options:
  name:
    description: The name, which AWS keeps in lower case; it identifies the group.
    type: str
    required: true
  family:
    description: The family, for example C(aurora-postgresql16). Needed to create it; AWS cannot change it later.
    type: str
  description:
    description: The description. AWS cannot change it later.
    type: str
  parameters:
    description: The parameters that are not to have the engine's default, all of them. Left alone where not given.
    type: dict
extends_documentation_fragment:
  - mtk.backend.resource
  - mtk.backend.resource.tags
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: Log slow statements
  mtk.backend.rds_instance_param_group:
    region: us-east-1
    name: dev-us-east-1-aurora-instance-parameter-group
    family: aurora-postgresql16
    description: Instances of dev
    parameters:
      log_min_duration_statement: 500
    tags:
      mtk:environment: dev

- name: Remove it
  mtk.backend.rds_instance_param_group:
    region: us-east-1
    name: dev-us-east-1-aurora-instance-parameter-group
    state: absent
"""

RETURN = r"""
db_parameter_group:
  description: The parameter group; empty where it does not exist.
  returned: success
  type: dict
  sample:
    db_parameter_group_arn: arn:aws:rds:us-east-1:123456789012:pg:dev-us-east-1-aurora-instance-parameter-group
    description: Instances of dev
    family: aurora-postgresql16
    name: dev-us-east-1-aurora-instance-parameter-group
    parameters: {log_min_duration_statement: "500"}
    tags: {"mtk:environment": dev}
"""

from ansible_collections.mtk.backend.plugins.module_utils import _aurora
from ansible_collections.mtk.backend.plugins.module_utils._module import run
from ansible_collections.mtk.backend.plugins.module_utils._reconcile import Refused, Resource

OPTIONS = {
    "name": {"type": "str", "required": True},
    "family": {"type": "str"},
    "description": {"type": "str"},
    "parameters": {"type": "dict"},
}


class ParameterGroup(Resource):
    """A parameter group for DB instances."""

    kind = "db_parameter_group"
    identity = ("name",)
    managed = ("family", "description", "parameters")
    immutable = frozenset({"family", "description"})
    computed = ("db_parameter_group_arn",)
    name_tag = False
    retry_codes = ("InvalidDBParameterGroupState",)  # in use for minutes after the last instance has gone

    def __init__(self, aws, params):
        super().__init__(aws, {**params, "name": params["name"].lower()})

    def siblings(self):
        return self.aws.pages("rds", "describe_db_parameter_groups", "db_parameter_groups")

    def is_me(self, sibling):
        return sibling["db_parameter_group_name"] == self.params["name"]

    def describe(self, sibling):
        arn = sibling["db_parameter_group_arn"]
        return {
            "db_parameter_group_arn": arn,
            "name": sibling["db_parameter_group_name"],
            "family": sibling["db_parameter_group_family"],
            "description": sibling["description"],
            "parameters": self._parameters(),
            "tags": self.aws.call("rds", "list_tags_for_resource", resource_name=arn).get("tags") or {},
        }

    def desired(self, have):
        want = super().desired(have)
        if "parameters" in want:  # all of them, so nothing is laid over what is set
            want["parameters"] = self._wanted()
        return want

    def create(self, want):
        if "family" not in want:
            raise Refused(f"{self} does not exist, and to create it needs family")
        self.aws.call(  # its parameters follow as an update
            "rds",
            "create_db_parameter_group",
            db_parameter_group_name=self.params["name"],
            db_parameter_group_family=want["family"],
            description=want.get("description") or self.params["name"],
            tags=want.get("tags"),
        )

    def update(self, have, changes):
        if "tags" in changes:
            _aurora.change_tags(self.aws, have["db_parameter_group_arn"], have["tags"], changes["tags"])
        if "parameters" in changes:
            present, wanted = have["parameters"], changes["parameters"]
            self._send("modify_db_parameter_group", {n: v for n, v in wanted.items() if present.get(n) != v})
            self._send("reset_db_parameter_group", {n: None for n in present if n not in wanted})

    def delete(self, have):
        self.aws.call("rds", "delete_db_parameter_group", db_parameter_group_name=self.params["name"])

    def _wanted(self):
        return {name: _aurora.parameter_text(value) for name, value in (self.params["parameters"] or {}).items()}

    def _described(self, **filters):
        name = self.params["name"]
        return self.aws.pages("rds", "describe_db_parameters", "parameters", db_parameter_group_name=name, **filters)

    def _parameters(self):
        """What was set, and of what is wanted also what the engine has by itself: such a value is not kept as set."""
        found = {p["parameter_name"]: p.get("parameter_value") for p in self._described(source="user")}
        wanted = self._wanted()
        if wanted.keys() <= found.keys():
            return found
        default = {p["parameter_name"]: p.get("parameter_value") for p in self._described()}
        return {**{name: default[name] for name in wanted if wanted[name] == default.get(name)}, **found}

    def _send(self, operation, values):
        if not values:
            return
        dynamic = {p["parameter_name"] for p in self._described() if p.get("apply_type") == "dynamic"}
        parameters = [
            {
                "parameter_name": name,
                "parameter_value": value,
                "apply_method": "immediate" if name in dynamic else "pending-reboot",
            }
            for name, value in sorted(values.items())
        ]
        for batch in _aurora.batches(parameters):
            self.aws.call("rds", operation, db_parameter_group_name=self.params["name"], parameters=batch)


def main():
    run(ParameterGroup, OPTIONS)


if __name__ == "__main__":
    main()
