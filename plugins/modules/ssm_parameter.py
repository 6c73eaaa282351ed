#!/usr/bin/python
# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ssm_parameter
version_added: 0.1.0
short_description: Manage a parameter of Systems Manager Parameter Store
author: MTK Backend contributors (@mtk)
description:
  - Create, change and delete a parameter of type String and tier Standard, for values that are not secret. The
    value is in plans and results.
  - A parameter that exists with another type is not changed, because AWS cannot change a type.
options:
  name:
    description: The name of the parameter, with its path.
    type: str
    required: true
  value:
    description: The value, 1 to 4,096 characters. Required for O(state=present).
    type: str
extends_documentation_fragment:
  - mtk.backend.resource
  - mtk.backend.resource.tags
  - mtk.backend.connection
"""

EXAMPLES = r"""
- name: Manage a parameter with the id of the VPC
  mtk.backend.ssm_parameter:
    region: us-east-1
    name: /mtk/prod/vpc_id
    value: vpc-0d0fbfea99acf8d1e
    tags:
      mtk:environment: prod
"""

RETURN = r"""
parameter:
  description: The parameter.
  returned: always
  type: dict
  contains:
    name: {description: The name., type: str}
    value: {description: The value., type: str}
    type: {description: The type., type: str}
    version: {description: The number of times that the value was set., type: int}
    arn: {description: The ARN., type: str}
    tags: {description: The tags., type: dict}
  sample:
    name: /mtk/prod/vpc_id
    value: vpc-0d0fbfea99acf8d1e
    type: String
    version: 1
    arn: arn:aws:ssm:us-east-1:123456789012:parameter/mtk/prod/vpc_id
    tags:
      mtk:environment: prod
settled:
  description: Whether AWS is not at work on the resource.
  returned: always
  type: bool
  sample: true
"""

from ansible_collections.mtk.backend.plugins.module_utils.domain._limits import TagRules, text
from ansible_collections.mtk.backend.plugins.module_utils.engine._module import run
from ansible_collections.mtk.backend.plugins.module_utils.engine._resource import Resource

OPTIONS = {"name": {"type": "str", "required": True}, "value": {"type": "str"}}
TYPE = "String"


class Parameter(Resource):
    """A parameter of Parameter Store."""

    kind = "parameter"
    identity = ("name",)
    managed = ("value", "type")
    immutable = frozenset({"type"})
    needed = ("value",)
    computed = ("arn",)
    name_tag = False
    tag_rules = TagRules(common=True)
    limits = {
        "name": text(r"(?!/?(?i:aws|ssm))(/?[A-Za-z0-9_.-]+){1,15}", "parts of letters, digits and _.- divided by /"),
        "value": text(r"(?s:.){1,4096}", "1 to 4096 characters"),
    }

    def siblings(self):
        path = self.params["name"].rpartition("/")[0] or "/"
        return self.aws.pages("ssm", "get_parameters_by_path", "parameters", path=path)

    def is_me(self, sibling):
        return sibling["name"] == self.params["name"]

    def describe(self, sibling):
        return {**sibling, "tags": self.aws.tags(sibling["arn"], self.params["tags"], self._tags)}

    def _tags(self):
        return self._call("list_tags_for_resource", **self._target).get("tags") or {}

    @property
    def _target(self):
        return {"resource_type": "Parameter", "resource_id": self.params["name"]}

    def desired(self, have):
        return {**super().desired(have), "type": TYPE}

    def create(self, want):
        self._call("put_parameter", name=self.params["name"], **want)

    def update(self, have, changes):
        if "value" in changes:
            self._call("put_parameter", name=self.params["name"], value=changes["value"], overwrite=True)
        if "tags" in changes:
            gone = sorted(set(have["tags"]) - set(changes["tags"]))
            new = {key: value for key, value in changes["tags"].items() if have["tags"].get(key) != value}
            if gone:
                self._call("remove_tags_from_resource", **self._target, tag_keys=gone)
            if new:
                self._call("add_tags_to_resource", **self._target, tags=new)

    def delete(self, have):
        self._call("delete_parameter", name=self.params["name"])

    def _call(self, operation, **params):
        return self.aws.call("ssm", operation, **params)


def main(context=None):
    run(Parameter, OPTIONS, context)


if __name__ == "__main__":
    main()
