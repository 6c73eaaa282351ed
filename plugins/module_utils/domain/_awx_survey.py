# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Surveys of AWX that ask for settings, and what their answers mean.

AWX passes an empty text for an optional question of type text without an answer, and its form offers no empty choice.
An extra variable hides the variable of the inventory, so the answers have names of their own: ``survey_<setting>``.
An answer that is not empty takes the place of the setting.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ansible_collections.mtk.backend.plugins.module_utils.domain._setting import MISSING, Fault, Setting, did_you_mean

PREFIX = "survey_"
INVENTORY = "(inventory)"  # the choice that leaves a setting as the inventory has it
VARIES = "(not the same in all regions, or known in a run only)"  # the value of an inventory
_LONG = 200  # characters of a value that a question shows
_NUMBERS = {"int": "integer", "float": "float"}
_JSON = ("dict", "list of dict")


def survey(title: str, settings: Iterable[Setting], present: Mapping[str, Any]) -> dict[str, Any]:
    """Return a survey of AWX that asks for settings; empty if there are none.

    ``present`` are the values of the inventory by the names of the settings. AWX would pass a default of a question
    in place of a later value of the inventory, so no question has a default: its description shows the value.
    """
    questions = [question(setting, present) for setting in settings]
    if not questions:
        return {}
    words = "A question without an answer means the value of the inventory. Answers hold for this job only."
    return {"name": title, "description": words, "spec": questions}


def question(setting: Setting, present: Mapping[str, Any]) -> dict[str, Any]:
    """Return the question that asks for a setting."""
    found = {
        "question_name": setting.name,
        "question_description": _description(setting, present),
        "variable": PREFIX + setting.name,
        "type": _NUMBERS.get(setting.type, "text"),
        "required": False,
    }
    choices = ("true", "false") if setting.type == "bool" else tuple(str(choice) for choice in setting.choices)
    if choices:
        # The form of AWX offers no empty choice. AWX takes choices as lines of text.
        found.update(type="multiplechoice", choices="\n".join([INVENTORY, *choices]), default=INVENTORY)
    elif setting.type in _NUMBERS:  # AWX takes whole numbers as limits only
        found.update(min=_limit(setting.minimum, math.floor), max=_limit(setting.maximum, math.ceil))
    elif setting.type in _JSON:
        found.update(type="textarea")
    return found


def _limit(value: float | None, rounded: Any) -> int | None:
    return None if value is None else int(rounded(value))


def _description(setting: Setting, present: Mapping[str, Any]) -> str:
    words = re.sub(r"[OVCM]\((.*?)(?:=.*?)?(?:#module:\w+)?\)", r"\1", setting.description)
    parts = [words]
    if setting.allowed:
        parts.append(f"Allowed: {setting.allowed.rstrip('.')}{f' {setting.unit}' if setting.unit else ''}.")
    if setting.type in _JSON:
        parts.append("Write it as JSON.")
    elif setting.type == "list of str":
        parts.append("Separate several by commas.")
    if setting.type == "str" and re.fullmatch(r"[\d.]+", str(setting.default)):
        parts.append(f'Put it in quotes: "{setting.default}".')
    if setting.name in present:
        parts.append(f"Inventory: {_shown(present[setting.name])}.")
    elif setting.computed:
        parts.append("Inventory: not set.")
    else:
        parts.append(f"Default: {_shown(setting.default)}.")
    return " ".join(parts)


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) and value else json.dumps(value, default=str, ensure_ascii=False)
    return text if len(text) <= _LONG else f"{text[:_LONG]}..."


def answered(variables: Mapping[str, Any], names: Iterable[str]) -> Mapping[str, Any]:
    """Return variables in which the answers of a survey have taken the place of the settings.

    >>> answered({"aurora_port": 5432, "survey_aurora_port": 6000, "survey_aurora_global": ""}, ["aurora_port"])
    {'aurora_port': 6000, 'survey_aurora_port': 6000, 'survey_aurora_global': ''}
    """
    given = {name: _unquoted(variables[PREFIX + name]) for name in names if PREFIX + name in variables}
    return (
        {**variables, **{name: value for name, value in given.items() if not _is_empty(value)}} if given else variables
    )


def _is_empty(value: Any) -> bool:
    return value is None or (isinstance(value, str) and value.strip() in ("", INVENTORY))


def _unquoted(value: Any) -> Any:
    """Return an answer without quotes around it. Without them, Ansible reads 16.10 as a number, also from AWX."""
    quoted = re.fullmatch(r"""\s*(["'])((?:(?!\1).)*)\1\s*""", value) if isinstance(value, str) else None
    return quoted[2] if quoted else value


def unknown_answers(given: Iterable[str], names: Iterable[str]) -> Iterator[Fault]:
    """Return a fault for each answer that belongs to no setting."""
    known = list(names)
    for name in given:
        if name.startswith(PREFIX) and name.removeprefix(PREFIX) not in known:
            near = did_you_mean(name.removeprefix(PREFIX), known)
            remedy = f"Did you mean {PREFIX}{near}?" if near else "Remove the question from the survey."
            yield Fault({name: MISSING}, "is the answer to no setting of a role", remedy)
