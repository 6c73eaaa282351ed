#!/usr/bin/python
# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: aws_leftovers_info
short_description: Report what is left of an environment in all regions of the account
version_added: 0.1.0
author: MTK Backend contributors (@mtk)
description:
  - Look in all enabled regions of the account for resources with the tag C(mtk:environment) of the environment.
  - In the regions of O(regions), in those of the IPAM, and where such a resource is found, look for resources by name,
    too, and for those that AWS does not list by tag, such as IAM roles, backups, snapshots and Elastic IPs.
  - Snapshots and backups, their keys, keys and secrets whose deletion is scheduled, and what other environments use are
    left as intended. Everything else should not be there after a deletion.
  - What AWS is deleting, and what it has deleted and still lists, is not left.
  - A kind that the credentials may not read is reported as not looked at.
options:
  environment:
    description: The value of the tag C(mtk:environment).
    type: str
    required: true
  regions:
    description: The regions of the inventory.
    type: list
    elements: str
    default: []
  kept:
    description: What the deletion has kept, with C(resource), C(name) and C(reason). It is left as intended.
    type: list
    elements: dict
    default: []
extends_documentation_fragment:
  - mtk.backend.info
  - mtk.backend.connection
"""

EXAMPLES = r"""
- name: Report what is left of dev
  mtk.backend.aws_leftovers_info:
    region: us-east-1
    environment: dev
    regions: [us-east-1]
"""

RETURN = r"""
report:
  description: The report, as C(docs/using/destroy.md) describes it.
  returned: always
  type: dict
  contains:
    schema_version: {description: The version of the shape of the report., type: int}
    environment: {description: The environment., type: str}
    regions: {description: The regions that were looked at., type: list, elements: str}
    resources: {description: "What is left, with the region, the resource and the name.", type: list, elements: dict}
    not_looked_at: {description: "What the credentials may not read, and regions that are not enabled.", type: list}
  sample:
    environment: dev
    not_looked_at: []
    regions: [us-east-1]
    resources: []
    schema_version: 1
report_lines:
  description: The report for a terminal.
  returned: always
  type: list
  elements: str
  sample: ["Nothing of dev was found in 17 regions."]
ending:
  description: The sentence for the end of the run.
  returned: always
  type: str
  sample: Nothing of dev was found in 17 regions.
unexpected:
  description: The number of items that should not be left.
  returned: always
  type: int
  sample: 0
"""

from ansible_collections.mtk.backend.plugins.module_utils.domain import _leftovers_text
from ansible_collections.mtk.backend.plugins.module_utils.engine._module import inform
from ansible_collections.mtk.backend.plugins.module_utils.resources._leftovers import sweep

OPTIONS = {
    "environment": {"type": "str", "required": True},
    "regions": {"type": "list", "elements": "str", "default": []},
    "kept": {"type": "list", "elements": "dict", "default": []},
}


def read(aws, params):
    report = sweep(aws, params["environment"], params["regions"], params["kept"])
    return {
        "report": report,
        "report_lines": _leftovers_text.lines(report),
        "ending": _leftovers_text.ending(report),
        "unexpected": sum(not item["intended"] for item in report["resources"]),
    }


def main(context=None):
    inform(read, OPTIONS, context, fresh=True)


if __name__ == "__main__":
    main()
