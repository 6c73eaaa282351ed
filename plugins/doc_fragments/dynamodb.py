# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Options of several modules for DynamoDB."""

    DOCUMENTATION = r"""
options:
  table_name:
    description: The name of the table. All replicas of a global table have the same name.
    type: str
    required: true
"""

    SETTINGS = r"""
options:
  contract_tags:
    description:
      - The names of tags in O(tags) that applications rely on. If a table has another value, it is not changed, and the
        difference is a decision.
    type: list
    elements: str
    default: []
  table_class:
    description: The table class. A new replica has the class of the table, if not given.
    type: str
    choices: [STANDARD, STANDARD_INFREQUENT_ACCESS]
  deletion_protection_enabled:
    description:
      - Whether AWS refuses to delete the table in this region.
      - With O(state=absent), V(false) turns the protection off first. Otherwise a protected table is refused.
    type: bool
  point_in_time_recovery_specification:
    description: The continuous backups in this region.
    type: dict
    suboptions:
      point_in_time_recovery_enabled:
        description: Whether AWS makes continuous backups.
        type: bool
        required: true
      recovery_period_in_days:
        description: The number of days that can be restored, V(1) to V(35).
        type: int
  contributor_insights_enabled:
    description: Whether CloudWatch Contributor Insights records the most used keys.
    type: bool
  resource_policy:
    description:
      - The resource policy of the table in this region, compared by its meaning. C({}) removes the policy.
      - A JSON object with C(Statement) of up to 20480 characters. If not given, the policy is not changed.
    type: json
  stream_resource_policy:
    description: Like O(resource_policy), for the stream of the table in this region.
    type: json
"""
