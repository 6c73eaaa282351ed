# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Messages of modules in the words of a role: its variable instead of the option that a task of the role sets."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_SETTING = re.compile(r"\{\{ (ipam_vpc|aurora|dynamodb_global)_settings\.(\w+)(?: or omit)? \}\}")
_VARIABLE = re.compile(r"\{\{ (\w+) \}\}")
_WORDS = frozenset({"environment", "parameters", "purge_data", "tags"})  # options that messages also use as plain words


def variables_of(task: Mapping[str, Any] | None, action: str, variables: Mapping[str, Any]) -> dict[str, str]:
    """Return the variable of a role that sets each option of a task, as the task is written.

    >>> variables_of({"mtk.backend.x": {"port": "{{ aurora_settings.port }}"}}, "mtk.backend.x", {})
    {'port': 'aurora_port'}
    """
    written = (task or {}).get(action)
    found = {}
    for option, value in written.items() if isinstance(written, Mapping) else ():
        named = _VARIABLE.fullmatch(str(value))
        setting = _SETTING.fullmatch(str(variables.get(named[1], "")) if named else str(value))
        if setting and option not in _WORDS:
            found[option] = f"{setting[1]}_{setting[2]}"
    return found


def reworded(result: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Return the result of a module whose refusal names variables instead of options."""
    changed = dict(result)
    if changed.get("failed") and isinstance(changed.get("msg"), str):
        changed["msg"] = _replaced(changed["msg"], names)
    plan = changed.get("plan")
    if isinstance(plan, Mapping) and plan.get("reason"):
        changed["plan"] = {**plan, "reason": _replaced(plan["reason"], names)}
    return changed


def _replaced(text: str, names: Mapping[str, str]) -> str:
    if not names:
        return text
    pattern = rf"(?<![\w.-])({'|'.join(sorted(map(re.escape, names), key=len, reverse=True))})(?![\w-])"
    return re.sub(pattern, lambda match: names[match[1]], text)
