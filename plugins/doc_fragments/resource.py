# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Options of all modules that manage a resource."""

    DOCUMENTATION = r"""
options:
  state:
    description: Whether the resource must exist. V(present) creates or changes it. V(absent) deletes it.
    type: str
    choices: [present, absent]
    default: present
  wait:
    description:
      - Whether to wait until AWS has finished its work on the resource.
      - With V(false) the module starts the work and returns. Run the same task later with V(true) to wait for the rest.
    type: bool
    default: true
  wait_timeout:
    description: The longest time to wait, in seconds.
    type: int
    default: 1800
  plan_file:
    description:
      - The file of an approved plan that was written in check mode, see C(docs/using/plan.md). Changes that the plan
        does not contain are refused.
      - If not given, the plan that the variable C(plan_file) names is used, as with C(-e plan_file=...).
      - Ignored in check mode.
    type: path
  expected_account_id:
    description:
      - The id of the AWS account that the credentials must belong to. With credentials of another account the module
        fails before it changes anything.
      - If not given, the variable C(expected_account_id) is used. If neither is given, the account is not checked.
      - In check mode the account is checked if modules of the run share a cache.
    type: str
  adopt:
    description:
      - Resources to take over, each as C(<resource>:<name>), where the resource is the name of a module of this
        collection, for example C(ec2_vpc:dev_us-east-1_vpc).
      - If the tags of the task name an owner (C(mtk:environment)), and the resource exists without such a tag, it is
        refused unless it is listed here. It then gets the tags, and C(mtk:adopted), and keeps the tags of others.
      - If not given, the variable C(adopt) is used, a list or text with commas, as with C(-e adopt=...).
    type: list
    elements: str
    default: []
  replace:
    description:
      - Failed resources to delete and create again, each as C(<resource>:<name>). A failed resource that holds no data
        is replaced without being listed here.
      - If not given, the variable C(replace) is used.
    type: list
    elements: str
    default: []
  remove:
    description:
      - Resources from which to remove what others have added, each as C(<resource>:<name>), for example the routes of a
        route table. Without this consent such additions are reported and left alone.
      - If not given, the variable C(remove) is used.
    type: list
    elements: str
    default: []
  create_empty:
    description:
      - Clusters and tables to create empty although a backup of an earlier one of their name exists, each as
        C(<resource>:<name>). Without this consent the creation is refused with the command that restores the backup.
      - If not given, the variable C(create_empty) is used.
    type: list
    elements: str
    default: []
attributes:
  check_mode:
    support: full
    description: >-
      The module makes no changing call to AWS and returns the resource as it would be, with V((known after apply\)) for
      values that AWS decides.
  diff_mode:
    support: full
    description: The module returns the managed fields before and after.
"""

    TAGS = r"""
options:
  tags:
    description:
      - The tags of the resource. If not given, the tags are not changed.
      - Up to 50 tags, with Name. Keys have 1 to 128 characters and do not begin with C(aws:), values have up to 256.
        Both are texts. Write numbers and truth values in quotes.
      - If C(mtk:environment) is one of them, a resource with another value of this tag, or without it, is refused. See
        C(docs/using/ownership.md) for the exceptions, and O(adopt).
    type: dict
    aliases: [resource_tags]
  purge_tags:
    description: Whether to remove tags that O(tags) does not contain.
    type: bool
    default: true
"""
