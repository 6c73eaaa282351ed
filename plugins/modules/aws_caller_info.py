#!/usr/bin/python
# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: aws_caller_info
short_description: Show the identity of the credentials
version_added: 0.1.0
author: MTK Backend contributors (@mtk)
description:
  - Return the account, the ARN and the id of the caller, as M(amazon.aws.aws_caller_info) does. A run asks AWS only
    once.
extends_documentation_fragment:
  - mtk.backend.info
  - mtk.backend.connection
"""

EXAMPLES = r"""
- name: Show the identity of the credentials
  mtk.backend.aws_caller_info:
"""

RETURN = r"""
account:
  description: The id of the account.
  returned: always
  type: str
  sample: "123456789012"
arn:
  description: The ARN of the user or of the assumed role.
  returned: always
  type: str
  sample: arn:aws:iam::123456789012:root
user_id:
  description: The unique id of the caller.
  returned: always
  type: str
  sample: AKIAIOSFODNN7EXAMPLE
"""

from ansible_collections.mtk.backend.plugins.module_utils.engine._module import inform

OPTIONS = {}


def read(aws, params):
    return aws.call("sts", "get_caller_identity")


def main(context=None):
    inform(read, OPTIONS, context)


if __name__ == "__main__":
    main()
