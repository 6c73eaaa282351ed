#!/usr/bin/python
# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: aws_environment_info
short_description: Say whose account this is, and read an environment's resources in a region at once
version_added: 0.1.0
author: MTK Backend contributors (@mtk)
description:
  - Asks AWS, with many requests at the same time, for what the tasks that follow in the run will ask. They find the
    answers remembered, as long as nothing in the run changes anything.
  - The resources are never needed, and only make a run faster. Only the identity is asked for where there is no memory,
    that is, where the module runs in a process of its own.
options:
  environment:
    description: The environment, as the tag C(mtk:environment) calls it.
    type: str
    required: true
  owner:
    description: Whether the region owns what spans regions (the IPAM, the secret of the master user).
    type: bool
    default: false
extends_documentation_fragment:
  - mtk.backend.info
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: Read what there is
  mtk.backend.aws_environment_info:
    region: us-east-1
    environment: prod
    owner: true
"""

RETURN = r"""
account:
  description: The account that the credentials belong to.
  returned: always
  type: str
  sample: "123456789012"
requests:
  description: How many requests about resources were asked for; 0 where nothing would be remembered.
  returned: always
  type: int
  sample: 24
"""

from ansible_collections.mtk.backend.plugins.module_utils.aws._prefetch import prefetch
from ansible_collections.mtk.backend.plugins.module_utils.engine._module import inform

OPTIONS = {"environment": {"type": "str", "required": True}, "owner": {"type": "bool", "default": False}}


def read(aws, params):
    requests = prefetch(aws, params["environment"], params["owner"]) if aws.caches else 0
    return {"account": aws.account_id, "requests": requests}


def main(context=None):
    inform(read, OPTIONS, context)


if __name__ == "__main__":
    main()
