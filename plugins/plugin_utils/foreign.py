# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tasks of other collections in the plan of a run: what their results tell about what they change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible.plugins.loader import module_loader
from ansible_collections.mtk.backend.plugins.module_utils.engine import _document

OURS = "mtk.backend."
REDIRECT = "mtk.backend.in_process"  # the action of modules of other collections under names of this collection
# Actions that change nothing but the run itself.
_OF_THE_RUN = frozenset(
    {
        *("add_host", "assert", "async_status", "debug", "fail", "gather_facts", "group_by", "include_vars", "meta"),
        *(
            "import_playbook",
            "import_role",
            "import_tasks",
            "include_role",
            "include_tasks",
            "pause",
            "ping",
            "set_fact",
        ),
        *("set_stats", "setup", "validate_argument_spec", "wait_for", "wait_for_connection"),
    }
)
# The options that name what a task changes; the first one given counts.
_NAMING = ("name", "resource", "arn", "dest", "path", "id")
NO_DETAILS = "The module gives no details."
HIDDEN = "no_log hides the details."
NO_CHECK_MODE = "The module has no check mode, so it is not known whether the task would change anything."
RAN = "The task has check_mode: false, so it ran: the change is made."


def module_of(action: str, resolved: str | None = None) -> str:
    """Return the full name of the module of another collection that a task runs; empty for other tasks.

    ``action`` is the action as the task names it, ``resolved`` what Ansible has found under that name.
    """
    name = str(resolved or action)
    if name == REDIRECT or (name.startswith(OURS) and not resolved):
        name = _redirected(action)
    builtin, last = name.rpartition(".")[::2]
    if name.startswith(OURS) or (last in _OF_THE_RUN and builtin in ("", "ansible.builtin", "ansible.legacy")):
        return ""
    return name


def _redirected(action: str) -> str:
    """Return the module to which a name of this collection redirects, or the name itself."""
    return str(module_loader.find_plugin_with_context(action).resolved_fqcn or action)


def entry(
    module: str, task: Mapping[str, Any], result: Mapping[str, Any], host: str, *, ran: bool = False
) -> _document.Entry | None:
    """Return the entry of a task, or None if it changes nothing.

    ``task`` are the fields of the task with final values, ``result`` is the result as a callback receives it. ``ran``
    says that the task runs in a plan, too: its entry is in the plan even if it has changed nothing.
    """
    if cannot_be_planned(task, result):
        return {**_heading(module, task, result, host, "unknown"), "before": {}, "after": {}, "notes": [NO_CHECK_MODE]}
    if result.get("skipped") or not (ran or result.get("changed")):
        return None
    if not result.get("changed"):
        return {**_heading(module, task, result, host, "none"), "before": {}, "after": {}}
    before, after = ({}, {}) if _is_hidden(task, result) else _before_and_after(result.get("diff"))
    found: _document.Entry = {**_heading(module, task, result, host, "update"), "before": before, "after": after}
    notes = [HIDDEN] if _is_hidden(task, result) else [NO_DETAILS]
    return found if _document.differences(found) else {**found, "notes": notes}


def cannot_be_planned(task: Mapping[str, Any], result: Mapping[str, Any]) -> bool:
    """Return whether Ansible or the module skipped the task because of check mode, and not because of a condition.

    The result of a task with ``no_log`` does not say why it was skipped: any condition is taken for the cause.
    """
    if not (task.get("check_mode") and result.get("skipped")):
        return False
    if _is_hidden(task, result) and task.get("when"):
        return False
    return not any(name in result for name in ("false_condition", "skip_reason", "skipped_reason"))


def _heading(
    module: str, task: Mapping[str, Any], result: Mapping[str, Any], host: str, action: str
) -> _document.Entry:
    arguments = task.get("args") or {}
    region = arguments.get("region")
    name = _name(module, task, result)
    return {"resource": module, "name": name, "region": region if isinstance(region, str) else host, "action": action}


def _name(module: str, task: Mapping[str, Any], result: Mapping[str, Any]) -> str:
    """Return the option that names what the task changes, or the task's name and the item of its loop."""
    title = str(task.get("name") or module)
    if _is_hidden(task, result):
        return title
    for value in _naming(task.get("args") or {}):
        if isinstance(value, str) and value and "\n" not in value:
            return value
    item = result.get(str(result.get("ansible_loop_var")))
    return f"{title} ({item})" if isinstance(item, (str, int)) and "\n" not in str(item) else title


def _naming(arguments: Mapping[str, Any]) -> Iterator[Any]:
    yield arguments.get("name")
    own = (option for option in arguments if not option.startswith("_"))  # Ansible adds others for the module
    yield from (arguments[option] for option in own if option.endswith(("_name", "_identifier")))
    yield from (arguments.get(option) for option in _NAMING)


def _is_hidden(task: Mapping[str, Any], result: Mapping[str, Any]) -> bool:
    return bool(task.get("no_log")) or "censored" in result


def _before_and_after(diff: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the fields before and after, from the diff of a module: a mapping or a list of mappings.

    Text differs by line. A module may give a prepared text instead.
    """
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for part in diff if isinstance(diff, list) else [diff]:
        if not isinstance(part, Mapping):
            continue
        old, new = part.get("before"), part.get("after")
        if isinstance(old, Mapping) or isinstance(new, Mapping):
            before |= _fields(old)
            after |= _fields(new)
        elif old is not None or new is not None:
            name = str(part.get("after_header") or part.get("before_header") or "content")
            before[name], after[name] = _lines(old), _lines(new)
        elif part.get("prepared"):
            before["content"], after["content"] = [], _lines(part["prepared"])
    # A field that is missing afterwards is gone: None says so.
    return before, {**{name: None for name in before if name not in after}, **after}


def _fields(value: Any) -> dict[str, Any]:
    return {str(name): each for name, each in value.items()} if isinstance(value, Mapping) else {}


def _lines(value: Any) -> list[str]:
    return str("" if value is None else value).splitlines()
