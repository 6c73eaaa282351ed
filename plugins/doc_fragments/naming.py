# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Options of the filters that build names and tags."""

    TYPE = r"""
options:
  _input:
    description: The type of the resource, for example V(aurora_cluster).
    type: str
    required: true
  environment:
    description: The name of the environment.
    type: str
    required: true
  region:
    description: The region. Required if the type is regional or zonal.
    type: str
    default: ""
  zone:
    description: The name of the zone. Required if the type is zonal.
    type: str
    default: ""
"""

    ENVIRONMENT = r"""
options:
  environment:
    description: The name of the environment.
    type: str
    required: true
"""

    REGION = r"""
options:
  region:
    description: The region.
    type: str
    required: true
"""

    ZONES = r"""
options:
  zones:
    description: The names of the zones. A zonal type has one entry for each zone.
    type: list
    elements: str
    default: []
"""
