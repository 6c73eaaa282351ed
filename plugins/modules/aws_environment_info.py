#!/usr/bin/python
# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: aws_environment_info
short_description: Read the resources of an environment in a region into the run's cache
version_added: 0.1.0
author: MTK Backend contributors (@mtk)
description:
  - Return the account, and read all resources of an environment in a region with many requests at the same time. Later
    tasks of the run find the answers in the run's cache until a task changes the service.
  - The cache only makes a run faster. Without a cache, that is if the module runs in a process of its own, the module
    reads only the account.
  - In a run of the playbooks that may write, fail or wait while another run holds the run lock of the environment, see
    C(docs/using/locks.md).
options:
  environment:
    description: The value of the tag C(mtk:environment).
    type: str
    required: true
  home_region:
    description:
      - The region in which to ask for the account. If not given, the region of the task, which then has to be enabled.
    type: str
  owner:
    description: Whether the region contains resources that span regions, such as the IPAM and the master user's secret.
    type: bool
    default: false
extends_documentation_fragment:
  - mtk.backend.info
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: Read the resources of prod in the first region
  mtk.backend.aws_environment_info:
    region: us-east-1
    environment: prod
    owner: true
"""

RETURN = r"""
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
requests:
  description: The number of requests about resources; V(0) without a cache.
  returned: always
  type: int
  sample: 24
"""

from ansible_collections.mtk.backend.plugins.module_utils.aws._prefetch import prefetch
from ansible_collections.mtk.backend.plugins.module_utils.engine._module import inform

OPTIONS = {
    "environment": {"type": "str", "required": True},
    "home_region": {"type": "str"},
    "owner": {"type": "bool", "default": False},
}


def read(aws, params):
    # First and alone, so that what is wrong with credentials or the connection is reported at once. The region of the
    # task may not be enabled in the account.
    caller = aws.call("sts", "get_caller_identity", params["home_region"])
    requests = prefetch(aws, params["environment"], params["owner"]) if aws.caches else 0
    return {"account": caller["account"], "partition": caller["arn"].split(":")[1], "requests": requests}


def main(context=None):
    inform(read, OPTIONS, context, begins=True)


if __name__ == "__main__":
    main()
