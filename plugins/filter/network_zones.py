# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: network_zones
version_added: 0.1.0
short_description: Choose the zones of a network
author: MTK Backend contributors (@mtk)
description:
  - Choose availability zones of a region in the order of their ids, which is the same in every account. Local zones and
    zones that require an opt-in are left out. Zones that lack newer instance classes and several services, such as
    C(use1-az3), are used only if O(names) contains them.
  - The filter fails if the region has fewer zones.
positional: count, names
options:
  count:
    description: The number of zones. Ignored if O(names) is given.
    type: int
    required: true
extends_documentation_fragment:
  - mtk.backend.availability_zones
"""

EXAMPLES = r"""
- name: List the zones of the region
  mtk.backend.aws_az_info:
    region: us-east-1
  register: zone_info

- name: Show the first two zones
  ansible.builtin.debug:
    msg: "{{ zone_info.availability_zones | mtk.backend.network_zones(2) }}"
"""

RETURN = r"""
_value:
  description: The zones.
  type: list
  elements: dict
  contains:
    zone_name: {description: The name of the zone., type: str}
    zone_id: {description: The id of the zone., type: str}
  sample:
    - zone_name: us-east-1c
      zone_id: use1-az1
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.mtk.backend.plugins.module_utils.domain import _layout


def network_zones(
    available: Iterable[Mapping[str, Any]], count: int, names: Sequence[str] = ()
) -> list[dict[str, Any]]:
    """Return the zones that a network uses."""
    try:
        return [asdict(zone) for zone in _layout.choose_zones(available, int(count), names)]
    except ValueError as error:
        raise AnsibleFilterError(f"network_zones: {error}; set another zone count, or name the zones") from error


class FilterModule:
    """The filter for Ansible."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"network_zones": network_zones}
