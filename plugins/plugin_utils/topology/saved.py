# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads a plan that playbooks/plan.yml has written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansible_collections.mtk.backend.plugins.module_utils.engine._document import SCHEMA_VERSION

_REMEDY = "Make a plan with playbooks/plan.yml -e plan_out=FILE, and give that file."


class NoPlan(Exception):
    """Say that a file is not a plan."""


def plan(path: str) -> Mapping[str, Any]:
    """Return the plan document in a file. Raise :class:`NoPlan` if the file cannot be read or is not a plan."""
    try:
        found = json.loads(Path(path).expanduser().read_text(encoding="utf-8"))
    except OSError as error:
        raise NoPlan(f"topology_plan is '{path}'; the file cannot be read ({error.strerror}). {_REMEDY}") from error
    except ValueError as error:
        raise NoPlan(f"topology_plan is '{path}'; the file is not JSON. {_REMEDY}") from error
    if not (isinstance(found, Mapping) and "resources" in found and "environment" in found):
        raise NoPlan(f"topology_plan is '{path}'; the file is not a plan. {_REMEDY}")
    version = found.get("schema_version")
    if version != SCHEMA_VERSION:
        raise NoPlan(
            f"topology_plan is '{path}'; the plan has version {version} of the format, and this release reads version "
            f"{SCHEMA_VERSION}. {_REMEDY}"
        )
    return found
