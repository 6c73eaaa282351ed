# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: awx_objects
version_added: 0.1.0
short_description: Check the variables of playbooks/awx.yml and return what it makes in AWX
author: MTK Backend contributors (@mtk)
description:
  - Check all variables that begin with C(awx_), and return the objects of AWX as options of the modules of C(awx.awx).
  - It reads the inventories of the environments, and sends no request.
  - The result contains no secrets.
  - It fails if C(awx.awx) is not installed, and says how to install it.
options: {}
attributes:
  action:
    description: The module runs on the controller.
    support: full
  check_mode:
    description: The module changes nothing.
    support: full
"""

EXAMPLES = r"""
- name: Check the variables
  mtk.backend.awx_objects:
  register: mtk_awx
"""

RETURN = r"""
name:
  description: The first word of all names.
  returned: always
  type: str
  sample: mtk
organization:
  description: The name of the organization.
  returned: always
  type: str
  sample: Default
project:
  description: The project.
  returned: always
  type: dict
  contains:
    name:
      description: The name of the project.
      type: str
    scm_url:
      description: The URL of the repository.
      type: str
    scm_branch:
      description: The branch, tag or commit; empty for the default branch.
      type: str
    credential:
      description: The name of a credential for the repository.
      type: str
    description:
      description: The description of the project.
      type: str
forks:
  description: The regions in which a job works at the same time.
  returned: always
  type: int
  sample: 10
update_secrets:
  description: Whether secrets are sent again.
  returned: always
  type: bool
  sample: false
execution_environment:
  description: The execution environment. If C(image) is empty, it has to exist.
  returned: always
  type: dict
  contains:
    name:
      description: The name of the execution environment.
      type: str
    image:
      description: The name of its image.
      type: str
    pull:
      description: When AWX pulls the image.
      type: str
    credential:
      description: The name of a credential for the registry.
      type: str
notification:
  description: The notification template without its configuration. If C(made) is false, it has to exist.
  returned: always
  type: dict
  contains:
    name:
      description: The name of the notification template.
      type: str
    type:
      description: The type of the notification.
      type: str
    state:
      description: C(exists) if a notification template that exists is left as it is, otherwise C(present).
      type: str
    defaults:
      description: The defaults of the fields of the type.
      type: dict
    made:
      description: Whether the playbook makes the notification template.
      type: bool
    attached:
      description: The names of the notification templates that are attached to templates.
      type: list
      elements: str
credentials:
  description: The credentials for AWS, without their keys.
  returned: always
  type: list
  elements: dict
inventories:
  description: The inventories with the paths of their sources.
  returned: always
  type: list
  elements: dict
job_templates:
  description: The job templates with their surveys.
  returned: always
  type: list
  elements: dict
workflows:
  description: The workflow job templates with their surveys.
  returned: always
  type: list
  elements: dict
nodes:
  description: The nodes of the workflows, successors first.
  returned: always
  type: list
  elements: dict
schedules:
  description: The schedules.
  returned: always
  type: list
  elements: dict
"""
