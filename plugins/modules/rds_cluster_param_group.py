#!/usr/bin/python
# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: rds_cluster_param_group
version_added: 0.1.0
short_description: Manage a cluster parameter group
description:
  - Keeps a parameter group for DB clusters with exactly the parameters given; others that were set are reset.
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
- name: Force TLS and log slow statements
  mtk.backend.rds_cluster_param_group:
    region: us-east-1
    name: dev-aurora-cluster-parameters
    family: aurora-postgresql16
    description: Clusters of dev
    parameters:
      log_min_duration_statement: 500
      rds.force_ssl: 1
    tags:
      mtk:environment: dev

- name: Remove it
  mtk.backend.rds_cluster_param_group:
    region: us-east-1
    name: dev-aurora-cluster-parameters
    state: absent
"""

RETURN = r"""
db_cluster_parameter_group:
  description: The parameter group; empty where it does not exist.
  returned: success
  type: dict
  sample:
    db_cluster_parameter_group_arn: arn:aws:rds:us-east-1:123456789012:cluster-pg:dev-aurora-cluster-parameters
    description: Clusters of dev
    family: aurora-postgresql16
    name: dev-aurora-cluster-parameters
    parameters: {log_min_duration_statement: "500", rds.force_ssl: "1"}
    tags: {"mtk:environment": dev}
"""

from ansible_collections.mtk.backend.plugins.module_utils.engine._module import run
from ansible_collections.mtk.backend.plugins.module_utils.resources import _parameter_group


class ClusterParameterGroup(_parameter_group.ParameterGroup):
    """A parameter group for DB clusters."""

    kind = "db_cluster_parameter_group"
    scope = "db_cluster_"
    computed = ("db_cluster_parameter_group_arn",)


def main(context=None):
    run(ClusterParameterGroup, _parameter_group.OPTIONS, context)


if __name__ == "__main__":
    main()
