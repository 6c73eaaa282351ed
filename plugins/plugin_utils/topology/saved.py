# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads a plan that playbooks/plan.yml has written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ansible_collections.mtk.backend.plugins.module_utils.engine._validity import content_reasons
from ansible_collections.mtk.backend.plugins.plugin_utils import files

_REMEDY = "Make a plan with playbooks/plan.yml -e plan_out=FILE, and give that file."


class NoPlan(Exception):
    """Say that a file is not a plan."""


def plan(path: str) -> Mapping[str, Any]:
    """Return the plan document in a file. Raise :class:`NoPlan` if the file cannot be read or is not a plan."""
    try:
        found = json.loads(files.expanded(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise NoPlan(f"topology_plan is '{path}'; the file cannot be read ({error.strerror}). {_REMEDY}") from error
    except ValueError as error:
        raise NoPlan(f"topology_plan is '{path}'; the file is not JSON. {_REMEDY}") from error
    for reason in content_reasons(found):
        raise NoPlan(f"topology_plan is '{path}'; {reason[0]}. {_REMEDY}")
    return dict(found)
