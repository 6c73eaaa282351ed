# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The text of a failed task: what its result says to a person."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Mapping
from typing import Any

from ansible_collections.mtk.backend.plugins.module_utils.domain._settings_internal import INTERNAL

INDENT = "    "
NO_MESSAGE = "The task gives no message. Run again with -v to see its result."
# Ansible's words before an error that it finds itself, for example in a template.
_PREFIX = re.compile(r"^Task failed: (?:Finalization of task args for '[^']+' failed: )?")
# What a task of a role says if an earlier task of the role, whose result it uses, did not run.
_NOT_REGISTERED = re.compile(r"'((ipam_vpc|aurora|dynamodb_global)_\w+)' is undefined")
# What a task of a playbook says then.
_LEFT_OUT = re.compile(rf"'({'|'.join(sorted(INTERNAL['mtk']))})'(?: is undefined|$)")
_OUTPUTS = ("stderr", "stdout", "module_stderr", "module_stdout")  # of commands, and of modules that crash


def message(result: Mapping[str, Any]) -> str:
    """Return the message of a failed task or item, with the output of a command and the condition of an assertion."""
    text = _text(result.get("msg") or result.get("censored") or result.get("reason") or NO_MESSAGE)
    if unread := _NOT_REGISTERED.search(text):
        return (
            f"The task of the role {unread[2]} that registers {unread[1]} did not run. Run without --start-at-task, "
            "and select a role with --tags."
        )
    if left_out := _LEFT_OUT.search(text):
        return f"The task that registers {left_out[1]} did not run. Run without --start-at-task."
    if text == "Assertion failed" and "assertion" in result:
        text = f"{text}: {_text(result['assertion'])}"
    outputs = ((name, str(result.get(name) or "").strip()) for name in _OUTPUTS)
    return "\n".join([_PREFIX.sub("", text), *(f"{name}: {output}" for name, output in outputs if output)])


def is_ansible(result: Mapping[str, Any]) -> bool:
    """Return whether Ansible itself found the error, for example an undefined variable, and no module or action."""
    return bool(_PREFIX.match(str(result.get("msg", ""))))


def block(text: str, width: int) -> list[str]:
    """Return a message as indented lines: one line is wrapped, several lines are kept as they are."""
    lines = text.splitlines()
    if len(lines) > 1:
        return [f"{INDENT}{line}".rstrip() for line in lines]
    wrapper = textwrap.TextWrapper(
        width, initial_indent=INDENT, subsequent_indent=INDENT, break_long_words=False, break_on_hyphens=False
    )
    return wrapper.wrap(text)


def _text(value: Any) -> str:
    """Return a message that may be a list or a mapping, as assert and fail permit."""
    if isinstance(value, list):
        return "\n".join(map(_text, value))
    return json.dumps(value, default=str) if isinstance(value, Mapping) else str(value)
