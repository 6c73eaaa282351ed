# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: console
type: stdout
short_description: Show each error once, as text
version_added: 0.1.0
author: MTK Backend contributors (@mtk)
description:
  - This callback shows what P(ansible.builtin.default#callback) shows, except for failed tasks and items. Their message
    is shown once, wrapped and indented, without the rest of the result. A message of several lines keeps its lines.
  - For an error that Ansible finds itself, such as an undefined variable, the place in the YAML files is shown, too.
  - If several hosts fail with the same message in a task, it is shown for the first of them.
  - The result as a whole follows with C(-v), and Ansible's own report of the error with C(-vvv) or if tracebacks are
    enabled. The argument spec of a role is never shown.
  - The callback P(mtk.backend.plan#callback) then names the failed tasks in its summary, without their messages.
requirements:
  - set as stdout callback in the configuration, with C(stdout_callback = mtk.backend.console) in ansible.cfg or with
    C(ANSIBLE_STDOUT_CALLBACK)
extends_documentation_fragment:
  - default_callback
  - result_format_callback
"""

import sys
from collections.abc import Iterator
from typing import Any

from ansible import constants
from ansible.plugins.callback.default import CallbackModule as Default
from ansible_collections.mtk.backend.plugins.plugin_utils import failure
from ansible_collections.mtk.backend.plugins.plugin_utils.record import RECORD
from ansible_collections.mtk.backend.plugins.plugin_utils.summary import WIDTH

_SPEC = "argument_spec_data"  # the field of a failed argument check that holds the whole spec


class CallbackModule(Default):
    """The default callback with short errors."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "stdout"
    CALLBACK_NAME = "mtk.backend.console"

    def __init__(self) -> None:
        super().__init__()
        self._shown: dict[tuple[str, str], str] = {}  # the first host that showed a message, by task and message

    def set_options(self, task_keys: Any = None, var_options: Any = None, direct: Any = None) -> None:
        super().set_options(task_keys=task_keys, var_options=var_options, direct=direct)
        RECORD.errors_shown = True

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        self._begin(result)
        if result.task.loop and "results" in result.result:
            self._process_items(result)  # each item has shown its own error
        else:
            if self._display.verbosity < 2 and self.get_option("show_task_path_on_failure"):
                self._print_task_path(result.task)
            self._show(result, "fatal", "FAILED")
        if ignore_errors:
            self._display.display("...ignoring", color=constants.COLOR_SKIP)

    def v2_runner_item_on_failed(self, result: Any) -> None:
        self._begin(result)
        self._show(result, "failed", "FAILED", f" (item={self._get_item_label(result.result)})")

    def v2_runner_on_unreachable(self, result: Any) -> None:
        self._begin(result)
        self._show(result, "fatal", "UNREACHABLE")
        if result.task.ignore_unreachable:
            self._display.display("...ignoring", color=constants.COLOR_SKIP)

    def _begin(self, result: Any) -> None:
        """Show the task if it was not shown yet, and its warnings."""
        if self._last_task_banner != result.task._uuid:
            self._print_task_banner(result.task)
        self._handle_warnings(result.result)

    def _show(self, result: Any, verb: str, state: str, item: str = "") -> None:
        """Show one error: the host, the message, and with -v the result."""
        stderr = bool(self.get_option("display_failed_stderr"))
        origin, traceback = _report(getattr(self, "_current_task_result", None))
        text, host = failure.message(result.result), f"[{self.host_label(result)}]{item}"
        first = self._shown.setdefault((result.task._uuid, text), host)
        lines = [f"{verb}: {host}: {state}!"]
        if first != host:
            lines[0] += f" The same as {first}."
        else:
            lines += failure.block(text, self._width())
            lines += failure.block(origin if failure.is_ansible(result.result) else "", self._width())
        if self._display.verbosity >= 3 or traceback:
            self._handle_exception(result.result, use_stderr=stderr)
        self._clean_results(result.result, result.task.action)
        if self._display.verbosity:
            shown = {name: value for name, value in result.result.items() if name != _SPEC}
            lines.append(f"{failure.INDENT}=> {self._dump_results(shown)}")
        colour = constants.COLOR_UNREACHABLE if state == "UNREACHABLE" else constants.COLOR_ERROR
        self._display.display("\n".join(lines), color=colour, stderr=stderr)

    def _width(self) -> int:
        return min(self._display.columns, WIDTH) if sys.stdout.isatty() else WIDTH


def _report(result: Any) -> tuple[str, bool]:
    """Return the innermost place that Ansible's report of an error names, and whether the report has a traceback."""
    origin, traceback = "", False
    for event in _events(getattr(result, "exception", None)):
        lines = str(getattr(event, "formatted_source_context", None) or "").splitlines()
        origin = lines[0] if lines and lines[0].startswith("Origin: ") else origin
        traceback = traceback or bool(getattr(event, "formatted_traceback", None))
    return origin, traceback


def _events(summary: Any) -> Iterator[Any]:
    """Yield the events of an error, from the task to its cause."""
    event = getattr(summary, "event", None)
    while event is not None:
        yield event
        event = getattr(getattr(event, "chain", None), "event", None)
