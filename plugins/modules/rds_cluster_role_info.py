#!/usr/bin/python
# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: rds_cluster_role_info
version_added: 0.1.0
short_description: Tell the present role of a cluster, and its instances in the order of their deletion
author: MTK Backend contributors (@mtk)
description:
  - AWS decides which member of a global cluster is the writer, and which instance of a cluster. A failover or a
    switchover moves both.
  - AWS deletes the writer of a global cluster last, after all other members have left.
  - In an apply the module always asks AWS, and never uses an earlier answer of the run.
options:
  db_cluster_identifier:
    description: The name of the cluster.
    type: str
    required: true
  tags:
    description: The tags and their values. Instances that lack one of them are not listed.
    type: dict
    default: {}
extends_documentation_fragment:
  - mtk.backend.info
  - mtk.backend.connection
"""

EXAMPLES = r"""
- name: Read the role of the cluster and its instances
  mtk.backend.rds_cluster_role_info:
    region: us-east-1
    db_cluster_identifier: prod-us-east-1-aurora-cluster
    tags:
      mtk:environment: prod
"""

RETURN = r"""
is_reader:
  description:
    - Whether the cluster is a member of a global cluster, and another member is its writer.
    - False for the writer, for a cluster outside of global clusters, and for a cluster that does not exist.
  returned: always
  type: bool
  sample: false
instances:
  description: The names of the instances, the readers first and the writer last.
  returned: always
  type: list
  elements: str
  sample:
    - prod-us-east-1-us-east-1b-aurora-instance
    - prod-us-east-1-us-east-1a-aurora-instance
"""

from ansible_collections.mtk.backend.plugins.module_utils.domain import _aurora
from ansible_collections.mtk.backend.plugins.module_utils.engine._module import inform

OPTIONS = {
    "db_cluster_identifier": {"type": "str", "required": True},
    "tags": {"type": "dict", "default": {}},
}


def read(aws, params):
    name = params["db_cluster_identifier"].lower()
    clusters = aws.pages("rds", "describe_db_clusters", "db_clusters")
    cluster = next((found for found in clusters if found["db_cluster_identifier"] == name), None)
    if cluster is None:
        return {"is_reader": False, "instances": []}
    groups = aws.pages("rds", "describe_global_clusters", "global_clusters")
    place = _aurora.membership(groups, cluster["db_cluster_arn"])
    instances = aws.pages("rds", "describe_db_instances", "db_instances")
    tagged = {each["db_instance_identifier"] for each in instances if _has_tags(each, params["tags"])}
    order = [each for each in _aurora.deletion_order(cluster) if each in tagged]
    return {"is_reader": not place["is_writer"], "instances": order}


def _has_tags(instance, tags):
    wanted = {key: str(value) for key, value in tags.items()}
    return wanted.items() <= (instance.get("tags") or {}).items()


def main(context=None):
    inform(read, OPTIONS, context, fresh=True)


if __name__ == "__main__":
    main()
