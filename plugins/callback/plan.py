# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: plan
type: aggregate
short_description: End a run with its plan or with its changes, by resource
version_added: 0.1.0
author: MTK Backend contributors (@mtk)
description:
  - In check mode the summary is a plan. It lists by region and resource what would be created (C(+)), changed (C(~))
    and deleted (C(-)), what needs a decision (C(!)), and how long AWS usually takes for slow resources.
  - After an apply the summary lists the changes and how long they took.
  - A failed task does not hide the rest. The summary then says that it is incomplete.
  - The callback works beside any stdout callback, and in AWX. Beside a stdout callback that writes JSON, the summary is
    written to stderr.
  - While a module of this collection waits for AWS, a line reports the wait at intervals.
requirements:
  - enabled with C(callbacks_enabled = mtk.backend.plan) in ansible.cfg or C(ANSIBLE_CALLBACKS_ENABLED)
options:
  plan_out:
    description:
      - The file to which the summary is written as JSON, as described in C(docs/using/plan.md). The extra variable
        C(plan_out) has the same effect.
    type: path
    env: [{name: MTK_PLAN_OUT}]
    ini: [{section: callback_mtk_plan, key: plan_out}]
  progress:
    description: Whether to report waits. V(auto) means only on a terminal.
    type: str
    choices: [auto, "yes", "no"]
    default: auto
    env: [{name: MTK_PROGRESS}]
    ini: [{section: callback_mtk_plan, key: progress}]
  progress_interval:
    description: The seconds between two lines about the same wait.
    type: int
    default: 30
    env: [{name: MTK_PROGRESS_INTERVAL}]
    ini: [{section: callback_mtk_plan, key: progress_interval}]
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

from ansible import constants, context
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.callback import CallbackBase
from ansible.utils.color import stringc
from ansible_collections.mtk.backend.plugins.module_utils.aws import _cache
from ansible_collections.mtk.backend.plugins.plugin_utils import summary
from ansible_collections.mtk.backend.plugins.plugin_utils.command import apply_command
from ansible_collections.mtk.backend.plugins.plugin_utils.record import CACHE, RECORD

MACHINE_READ = ("json", "jsonl")  # the output of these callbacks has to stay JSON: the summary goes to stderr
VERDICT = "mtk_verdict"  # the tag of tasks that judge a plan; their failure does not make it incomplete


class CallbackModule(CallbackBase):
    """Collects what the modules of this collection return as ``plan``."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "mtk.backend.plan"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._start = time.monotonic()
        self._out = ""
        self._play: Any = None

    def set_options(self, task_keys: Any = None, var_options: Any = None, direct: Any = None) -> None:
        super().set_options(task_keys=task_keys, var_options=var_options, direct=direct)
        self._out = self.get_option("plan_out") or ""
        progress = self.get_option("progress")
        wanted = progress == "yes" or (progress == "auto" and sys.stdout.isatty())
        RECORD.collects = True
        RECORD.progress_interval = self.get_option("progress_interval") if wanted else 0

    def v2_playbook_on_play_start(self, play: Any) -> None:
        self._play = play
        self._out = play.get_variable_manager().extra_vars.get("plan_out", self._out)

    def v2_runner_on_start(self, host: Any, task: Any) -> None:
        if RECORD.environment is None:
            variables = self._play.get_variable_manager().get_vars(play=self._play, host=host)
            RECORD.environment = str(variables.get("mtk_environment", ""))
            planned = context.CLIARGS.get("check") or boolean(variables.get("mtk_check_mode", False), strict=False)
            RECORD.mode = "plan" if planned else "apply"  # until the first resource says so itself

    def v2_runner_on_ok(self, result: Any) -> None:
        for item in result.result.get("results") or [result.result]:
            if isinstance(item, dict) and "plan" in item:
                RECORD.add(item)
        RECORD.defers = RECORD.defers or bool(result.result.get("defers_decisions"))
        if result.result.get("changed") or result.result.get("failed"):
            self._void_cache(result)

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        self.v2_runner_on_ok(result)
        if not ignore_errors and VERDICT not in result.task.tags:
            self._fail(result)

    def v2_runner_on_unreachable(self, result: Any) -> None:
        self._fail(result)

    def v2_playbook_on_stats(self, stats: Any) -> None:
        document = RECORD.document()
        if not document["resources"] and document["complete"]:
            return
        to_stderr = constants.DEFAULT_STDOUT_CALLBACK.rsplit(".", 1)[-1] in MACHINE_READ
        command = apply_command(context.CLIARGS, self._out)
        seconds = time.monotonic() - self._start
        for line in ("", *summary.lines(document, stringc, command, seconds, not RECORD.errors_shown)):
            self._display.display(line, stderr=to_stderr)
        if self._out:
            self._write(document)

    def _write(self, document: dict[str, Any]) -> None:
        try:
            path = Path(self._out).expanduser()
            path.write_text(json.dumps(document, indent=1, default=str) + "\n", encoding="utf-8")
        except OSError as error:
            if document["complete"]:  # otherwise the check of the run has reported it
                self._display.error(f"plan_out is '{self._out}'; the file cannot be written ({error.strerror}).")

    @staticmethod
    def _void_cache(result: Any) -> None:
        """Void the run's cache after a change by a task of another collection: it may have changed anything in AWS."""
        if not str(result.task.resolved_action or result.task.action).startswith("mtk.backend."):
            _cache.void_all(CACHE)

    @staticmethod
    def _fail(result: Any) -> None:
        outcome = result.result
        failed = [item for item in outcome.get("results") or [] if isinstance(item, dict) and item.get("failed")]
        message = "; ".join(str(item.get("msg", "")) for item in failed) or str(outcome.get("msg", "failed"))
        RECORD.errors.append({"host": result.host.name, "task": result.task.get_name(), "message": message})
