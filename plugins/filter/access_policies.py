# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: access_policies
version_added: 0.1.0
short_description: Build the IAM policies for the runs of an environment
author: MTK Backend contributors (@mtk)
description:
  - Build the least-privilege policies of the planner, the builder, the operator and the destroyer of an environment, as
    described in C(docs/using/permissions.md). Send no request.
  - A policy has at most 6,144 characters, as AWS requires of a managed policy. What needs more is several policies.
positional: account, regions
options:
  _input:
    description: The name of the environment.
    type: str
    required: true
  account:
    description: The id of the account.
    type: str
    required: true
  regions:
    description:
      - The regions of the environment, the home region first. It decides the partition, and has the run locks. A region
        may be listed twice.
    type: list
    elements: str
    required: true
  boundaries:
    description: The ARN of the permissions boundary by role, C(ipam_vpc) and C(aurora). Empty for none.
    type: dict
    default: {}
  paths:
    description: The IAM path by role, C(ipam_vpc) and C(aurora). Defaults to C(/).
    type: dict
    default: {}
  parameters:
    description: The path of the SSM parameters with the outputs, C(outputs_ssm_prefix). Empty for none.
    type: str
    default: ''
"""

EXAMPLES = r"""
- name: Show which policies the builder needs (dev_planner_1, dev_builder_1 and so on)
  ansible.builtin.debug:
    msg: "{{ ('dev' | mtk.backend.access_policies('111111111111', ['us-east-1'])).attach.builder }}"
"""

RETURN = r"""
_value:
  description: The policies.
  type: dict
  contains:
    policies: {description: The policy documents by name., type: dict}
    attach: {description: "The names of the policies to attach, by holder.", type: dict}
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.mtk.backend.plugins.module_utils.domain import _access
from ansible_collections.mtk.backend.plugins.module_utils.domain._rules_identity import partition_of


def access_policies(
    environment: str,
    account: str,
    regions: Sequence[str],
    boundaries: Mapping[str, str] | None = None,
    paths: Mapping[str, str] | None = None,
    parameters: str = "",
) -> dict[str, Any]:
    """Return the policies of an environment, and who needs which."""
    try:
        partition = partition_of(regions[0] if regions else "")
        each = list(dict.fromkeys(regions))
        scope = _access.Scope(environment, str(account), each, partition, boundaries or {}, paths or {}, parameters)
        found = _access.policies(scope)
    except ValueError as error:
        raise AnsibleFilterError(f"access_policies: {error}") from error
    return {"policies": dict(found.documents), "attach": {name: list(each) for name, each in found.attach.items()}}


class FilterModule:
    """The filter for Ansible."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"access_policies": access_policies}
