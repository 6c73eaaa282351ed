#!/usr/bin/python
# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: dynamodb_table_replica_info
version_added: 0.1.0
short_description: Sort the replicas of a table in the order of their deletion
author: MTK Backend contributors (@mtk)
description:
  - For 24 hours DynamoDB does not remove a region from which a replica was created, as long as that replica exists. A
    replica is younger than the region from which it was created, so the youngest replica can always be removed.
  - In an apply the module always asks AWS, and never uses an earlier answer of the run.
options:
  table_name:
    description: The name of the table.
    type: str
    required: true
  region_names:
    description: The regions of the replicas.
    type: list
    elements: str
    required: true
extends_documentation_fragment:
  - mtk.backend.info
  - mtk.backend.connection
"""

EXAMPLES = r"""
- name: Sort the replicas
  mtk.backend.dynamodb_table_replica_info:
    region: us-east-1
    table_name: prod_user_locations
    region_names: [us-west-2, eu-west-1]
"""

RETURN = r"""
region_names:
  description: The given regions, that of the youngest replica first, and regions without the table last.
  returned: always
  type: list
  elements: str
  sample: [eu-west-1, us-west-2]
"""

from ansible_collections.mtk.backend.plugins.module_utils.domain._time_limits import moment
from ansible_collections.mtk.backend.plugins.module_utils.engine._module import inform
from ansible_collections.mtk.backend.plugins.module_utils.resources._dynamodb import describe_table

OPTIONS = {
    "table_name": {"type": "str", "required": True},
    "region_names": {"type": "list", "elements": "str", "required": True},
}


def read(aws, params):
    ages = {region: _age(aws, params["table_name"], region) for region in params["region_names"]}
    return {"region_names": sorted(ages, key=lambda region: ages[region])}


def _age(aws, table, region):
    """Return the seconds since the creation of a table in a region; infinite if it has none."""
    created = (describe_table(aws, table, region) or {}).get("creation_date_time")
    return (aws.now() - moment(created)).total_seconds() if created else float("inf")


def main(context=None):
    inform(read, OPTIONS, context, fresh=True)


if __name__ == "__main__":
    main()
