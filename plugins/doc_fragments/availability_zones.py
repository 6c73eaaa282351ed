# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Options of the filters that choose availability zones."""

    DOCUMENTATION = r"""
options:
  _input:
    description: The RV(mtk.backend.aws_az_info#module:availability_zones) of M(mtk.backend.aws_az_info).
    type: list
    elements: dict
    required: true
  names:
    description: The names of the zones to use, in this order. If not given, the filter chooses the zones.
    type: list
    elements: str
    default: []
"""
