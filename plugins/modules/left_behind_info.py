#!/usr/bin/python
# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: left_behind_info
version_added: 0.1.0
short_description: List the resources of an environment that no task of this run manages
author: MTK Backend contributors (@mtk)
description:
  - Return the resources in a region that have the tag of the environment and that no earlier task of this run has
    managed. Those with the tags of a role are V(left) behind, because the inventory asked for them once. All others are
    V(foreign).
  - With the callback P(mtk.backend.plan#callback), resources that are left behind are in the plan as decisions, except
    those that O(remove) names.
  - What is on its way out, such as a KMS key that waits for its deletion, and backups with the keys that they need are
    not returned. AWS does not list IAM roles and policies.
  - Nothing is returned if a task of the run has failed before, because the tasks after it did not run. The same is true
    for a run with C(--start-at-task).
options:
  environment:
    description: The value of the tag C(mtk:environment).
    type: str
    required: true
  home_region:
    description:
      - The region that owns what spans regions, such as pools, secrets and the global cluster. If it takes no part in
        the run, these are not returned.
    type: str
    default: ""
  components:
    description:
      - The values of the tag C(mtk:component) that the run covers. In the playbooks they follow from C(--tags).
    type: list
    elements: str
    default: [ipam_vpc, aurora, dynamodb_global]
  managed:
    description:
      - The ids and ARNs of the resources that are managed. In a playbook, those of the resources that the tasks so far
        have managed are added.
    type: list
    elements: str
    default: []
  remove:
    description:
      - The resources to return in RV(removed), as C(<module>:<name>). In the playbooks the extra variable C(remove).
    type: list
    elements: str
    default: []
extends_documentation_fragment:
  - mtk.backend.info
  - mtk.backend.connection
"""

EXAMPLES = r"""
- name: List what is left behind of prod
  mtk.backend.left_behind_info:
    region: us-east-1
    environment: prod
    home_region: us-east-1
"""

RETURN = r"""
resources:
  description: The resources, sorted by module and name.
  returned: always
  type: list
  elements: dict
  contains:
    arn: {description: The ARN of the resource., type: str}
    region: {description: The region that was asked., type: str}
    resource: {description: "The module that manages the resource; for V(foreign) ones service and kind.", type: str}
    name: {description: The name of the resource as the plan shows it., type: str}
    owner: {description: V(left) or V(foreign)., type: str}
    settings: {description: The variables that may have asked for the resource., type: str}
  sample:
    - arn: arn:aws:ec2:us-east-1:123456789012:vpc/vpc-0d0fbfea99acf8d1e
      name: prod_us-east-1_vpc
      owner: left
      region: us-east-1
      resource: ec2_vpc
      settings: the group network in hosts.yml
removed:
  description: The names of the resources that O(remove) names, by module.
  returned: always
  type: dict
  contains:
    ec2_subnet: {description: "An example of a module: the names of its resources.", type: list, elements: str}
  sample: {}
blocks:
  description: The CIDR blocks of the pools that O(remove) names.
  returned: always
  type: list
  elements: dict
  contains:
    pool: {description: The name of the pool., type: str}
    cidr: {description: The CIDR block., type: str}
  sample: []
database_subnets:
  description: The ids of the subnets of the database that O(remove) does not name.
  returned: always
  type: list
  elements: str
  sample: [subnet-0bb1c79de3EXAMPLE]
components:
  description: The components that the run covers.
  returned: in a playbook
  type: list
  elements: str
  sample: [ipam_vpc, aurora, dynamodb_global]
denied_regions:
  description: The region, if the credentials may not list resources there, so that nothing is returned.
  returned: always
  type: list
  elements: str
  sample: []
other_environments:
  description: The environments that have pools in the account, if nothing of this environment exists yet.
  returned: always
  type: list
  elements: str
  sample: []
"""

from ansible_collections.mtk.backend.plugins.module_utils.aws._existing import exists
from ansible_collections.mtk.backend.plugins.module_utils.domain import _left
from ansible_collections.mtk.backend.plugins.module_utils.domain._pools import SHARED
from ansible_collections.mtk.backend.plugins.module_utils.domain._values import OWNER_TAG
from ansible_collections.mtk.backend.plugins.module_utils.engine._module import inform
from ansible_collections.mtk.backend.plugins.module_utils.resources._kept_data import is_kept_key

OPTIONS = {
    "environment": {"type": "str", "required": True},
    "home_region": {"type": "str", "default": ""},
    "components": {"type": "list", "elements": "str", "default": list(_left.COMPONENTS)},
    "managed": {"type": "list", "elements": "str", "default": []},
    "remove": {"type": "list", "elements": "str", "default": []},
}


def other_environments(aws, environment):
    pools = aws.pages("ec2", "describe_ipam_pools", "ipam_pools")
    ours = (pool.get("tags") or {} for pool in pools)
    found = {tags.get(OWNER_TAG) for tags in ours if tags.get(_left.STACK_TAG) == _left.STACK}
    return sorted(found - {None, SHARED, environment})


def blocks(aws, names):
    """Return the blocks of the pools of these names. AWS deletes a pool only without blocks."""
    pools = [pool for pool in aws.pages("ec2", "describe_ipam_pools", "ipam_pools") if _name(pool) in names]
    return [
        {"pool": _name(pool), "cidr": block["cidr"]}
        for pool in pools
        for block in aws.pages("ec2", "get_ipam_pool_cidrs", "ipam_pool_cidrs", ipam_pool_id=pool["ipam_pool_id"])
        if block["state"] != "deprovisioned"
    ]


def _name(pool):
    return (pool.get("tags") or {}).get("Name")


def read(aws, params):
    tag = {"key": OWNER_TAG, "values": [params["environment"]]}
    request = ("resourcegroupstaggingapi", "get_resources", "resource_tag_mapping_list")
    listed = aws.found("AccessDeniedException", lambda: aws.pages(*request, tag_filters=[tag]))
    run = _left.Run(aws.region, params["home_region"], params["components"], params["managed"])
    found = [
        each
        for each in _left.unmanaged(listed or [], run)
        if exists(aws, each.arn) and not is_kept_key(aws, each.arn, aws.region)
    ]
    removed = _left.removed(found, params["remove"])
    is_new = listed == [] and params["home_region"] == aws.region
    return {
        "resources": [each._asdict() for each in sorted(found, key=lambda each: (each.resource, each.name, each.arn))],
        "removed": removed,
        "blocks": blocks(aws, removed["ec2_ipam_pool"]) if "ec2_ipam_pool" in removed else [],
        "database_subnets": _left.database_subnets(listed or [], removed.get("ec2_subnet", [])),
        "denied_regions": [aws.region] if listed is None else [],
        "other_environments": other_environments(aws, params["environment"]) if is_new else [],
    }


def main(context=None):
    inform(read, OPTIONS, context)


if __name__ == "__main__":
    main()
