#!/usr/bin/python
# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: aws_preflight
short_description: Check whether AWS offers what the settings ask for
version_added: 0.1.0
author: MTK Backend contributors (@mtk)
description:
  - Check in one region, before the first resource is created or changed, whether AWS offers what the settings ask
    for. The module only reads.
  - It asks only for what the run may create or change. If the resources exist as wanted, its only requests are
    listings that other tasks of the run read as well, and one request for the regions of the account.
  - A finding names the variable and its value, the rule, and what to do. With findings, the module fails. If the plan
    of the run is collected (check mode with the callback P(mtk.backend.plan#callback)), it succeeds instead, and the
    findings are an entry of the plan that needs a decision.
options:
  environment:
    description: The value of the tag C(mtk:environment) on the resources of the environment.
    type: str
    required: true
  home_region:
    description: The region in which to ask for the regions of the account. If not given, the region of the task.
    type: str
  zone_count:
    description: The number of zones of the network. Ignored if O(zone_names) is given.
    type: int
  zone_names:
    description: The names of the zones of the network.
    type: list
    elements: str
    default: []
  nat_gateway_count:
    description: The number of NAT gateways of the environment in the region. Each needs an Elastic IP address.
    type: int
  address_pools:
    description:
      - The IPAM pools of the address plan, parents before children. A pool that exists must have its block already, and
        the block of a new pool must not overlap that of another pool of its source.
    type: list
    elements: dict
    default: []
    suboptions:
      name: {description: The Name tag of the pool., type: str, required: true}
      source_name: {description: The Name tag of the source pool; empty for the top pool., type: str, default: ""}
      cidr: {description: The CIDR block., type: str, required: true}
      variables:
        description: The variables that determine the block, with their values. Findings name them.
        type: dict
        required: true
  permissions_boundaries:
    description:
      - The ARNs of the managed policies that limit new roles, by the variables that set them. Findings name them.
    type: dict
    default: {}
  engine_version:
    description: The version of Aurora PostgreSQL. A major version such as V(16) selects any of its minor versions.
    type: str
  allow_major_version_upgrade:
    description: Whether the version of an existing cluster may be raised to another major version.
    type: bool
    default: true
  instance_class:
    description: The class of the instances of the cluster.
    type: str
  instance_count:
    description: The number of instances of the cluster. The first zones by id get one instance each.
    type: int
  cluster_parameters:
    description: The parameters of the cluster parameter group.
    type: dict
    default: {}
  instance_parameters:
    description: The parameters of the instance parameter group.
    type: dict
    default: {}
  db_cluster_identifier:
    description: The cluster. If it exists, only its differences are checked. Without it, quotas are not checked.
    type: str
  cluster_parameter_group_name:
    description: The cluster parameter group. If it exists, only parameters that differ are checked.
    type: str
  instance_parameter_group_name:
    description: The instance parameter group. If it exists, only parameters that differ are checked.
    type: str
  variables:
    description:
      - The names of the variables that set the options, by option. Findings name these variables.
      - If not given, these are the variables of the roles C(ipam_vpc) and C(aurora).
    type: dict
    default: {}
extends_documentation_fragment:
  - mtk.backend.info
  - mtk.backend.connection
"""

EXAMPLES = r"""
- name: Check whether AWS offers what the settings of dev ask for
  mtk.backend.aws_preflight:
    region: us-east-1
    environment: dev
    zone_count: 2
    nat_gateway_count: 1
    engine_version: "16"
    instance_class: db.serverless
    instance_count: 2
    cluster_parameters:
      log_statement: ddl
      rds.force_ssl: 1
    db_cluster_identifier: dev-us-east-1-aurora-cluster
    cluster_parameter_group_name: dev-us-east-1-aurora-cluster-parameter-group-16
"""

RETURN = r"""
enabled:
  description: Whether the region exists and is enabled in the account.
  returned: always
  type: bool
  sample: true
plannable:
  description: Whether the region is enabled and has the zones, without which the network cannot be planned.
  returned: always
  type: bool
  sample: true
findings:
  description: What AWS does not offer, one text for each finding. For a region that is not enabled, the only finding.
  returned: always
  type: list
  elements: str
  sample:
    - >-
      aurora_engine_version is 16.5; Aurora PostgreSQL offers 16.4, 16.6, 16.8 in us-east-1. Use one of these.
unasked:
  description: The operations that the credentials may not call. What they would have shown was not checked.
  returned: always
  type: list
  elements: str
  sample: ["ec2:DescribeAccountAttributes"]
plan:
  description: The entry for the plan of the run; empty without findings and outside of check mode.
  returned: always
  type: dict
  contains:
    resource: {description: The name of the module., type: str}
    name: {description: The region., type: str}
    region: {description: The region., type: str}
    action: {description: V(refuse)., type: str}
    mode: {description: V(plan)., type: str}
    reason: {description: All findings., type: str}
  sample: {}
"""

from ansible_collections.mtk.backend.plugins.module_utils.engine._module import judge
from ansible_collections.mtk.backend.plugins.module_utils.resources._preflight import Preflight

POOL = {
    "name": {"type": "str", "required": True},
    "source_name": {"type": "str", "default": ""},
    "cidr": {"type": "str", "required": True},
    "variables": {"type": "dict", "required": True},
}
OPTIONS = {
    "environment": {"type": "str", "required": True},
    "home_region": {"type": "str"},
    "zone_count": {"type": "int"},
    "zone_names": {"type": "list", "elements": "str", "default": []},
    "nat_gateway_count": {"type": "int"},
    "address_pools": {"type": "list", "elements": "dict", "default": [], "options": POOL},
    "permissions_boundaries": {"type": "dict", "default": {}},
    "engine_version": {"type": "str"},
    "allow_major_version_upgrade": {"type": "bool", "default": True},
    "instance_class": {"type": "str"},
    "instance_count": {"type": "int"},
    "cluster_parameters": {"type": "dict", "default": {}},
    "instance_parameters": {"type": "dict", "default": {}},
    "db_cluster_identifier": {"type": "str"},
    "cluster_parameter_group_name": {"type": "str"},
    "instance_parameter_group_name": {"type": "str"},
    "variables": {"type": "dict", "default": {}},
}


def read(aws, params):
    return Preflight(aws, params).result()


def main(context=None):
    judge(read, OPTIONS, context)


if __name__ == "__main__":
    main()
