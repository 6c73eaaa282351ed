#!/usr/bin/python
# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: outputs_info
version_added: 0.1.0
short_description: Read the outputs of an environment in a region
author: MTK Backend contributors (@mtk)
description:
  - Return the endpoints, ids, ARNs and CIDR blocks of an environment in a region, and commands to look at them. No
    secret is read, only its ARN.
  - Only resources with the tag of the environment count. What does not exist is not returned, or is null.
  - In a run with the callback P(mtk.backend.plan#callback), P(mtk.backend.outputs#lookup) returns the outputs of all
    regions that were read, and the callback shows them.
options:
  environment:
    description: The value of the tag C(mtk:environment).
    type: str
    required: true
  home_region:
    description: The region that owns what spans regions, such as the IPAM, the secret and the table.
    type: str
    required: true
  wanted:
    description:
      - The names of the outputs that the environment has, as C(docs/using/outputs.md) lists them. All outputs of their
        roles are read. In the playbooks they follow from the settings, the groups of the region and C(--tags).
    type: list
    elements: str
    required: true
extends_documentation_fragment:
  - mtk.backend.info
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: Read the ids of the VPC and of the cluster of prod, with all outputs of their roles
  mtk.backend.outputs_info:
    region: us-east-1
    environment: prod
    home_region: us-east-1
    wanted: [vpc_id, cluster_endpoint]
"""

RETURN = r"""
outputs:
  description: The outputs of the region by name.
  returned: always
  type: dict
  contains:
    vpc_id: {description: An example of an output., type: str}
  sample:
    vpc_id: vpc-0d0fbfea99acf8d1e
shared:
  description: The outputs that the environment has once, by name.
  returned: always
  type: dict
  contains:
    table_regions: {description: An example of an output., type: list, elements: str}
  sample:
    table_regions: [us-east-1, us-west-2]
commands:
  description: Commands of the AWS CLI, and one of psql.
  returned: always
  type: list
  elements: dict
  contains:
    purpose: {description: What the command is for., type: str}
    command: {description: The command., type: str}
  sample:
    - purpose: List the subnets
      command: aws ec2 describe-subnets --region us-east-1 --filters Name=vpc-id,Values=vpc-0d0fbfea99acf8d1e
account:
  description: The id of the account.
  returned: always
  type: str
  sample: "123456789012"
partition:
  description: The partition of the account.
  returned: always
  type: str
  sample: aws
environment:
  description: The option O(environment).
  returned: always
  type: str
  sample: prod
home_region:
  description: The option O(home_region).
  returned: always
  type: str
  sample: us-east-1
region:
  description: The region that was read.
  returned: always
  type: str
  sample: us-east-1
wanted:
  description: The option O(wanted).
  returned: always
  type: list
  elements: str
  sample: [vpc_id, cluster_endpoint]
"""

from ansible_collections.mtk.backend.plugins.module_utils.aws._client import cli_options
from ansible_collections.mtk.backend.plugins.module_utils.domain._outputs_text import commands
from ansible_collections.mtk.backend.plugins.module_utils.engine._module import inform
from ansible_collections.mtk.backend.plugins.module_utils.resources._outputs import Outputs

OPTIONS = {
    "environment": {"type": "str", "required": True},
    "home_region": {"type": "str", "required": True},
    "wanted": {"type": "list", "elements": "str", "required": True},
}


def read(aws, params):
    values, shared, table = Outputs(aws, params["environment"], params["home_region"]).read(params["wanted"])
    return {
        **{name: params[name] for name in OPTIONS},
        "account": aws.account_id,
        "partition": aws.partition,
        "region": aws.region,
        "outputs": values,
        "shared": shared,
        "commands": commands(aws.region, values, shared, table, cli_options(params)),
    }


def main(context=None):
    inform(read, OPTIONS, context)


if __name__ == "__main__":
    main()
