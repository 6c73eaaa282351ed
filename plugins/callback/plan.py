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
  - Tasks of other collections are in the summary as far as their C(changed) and C(diff) tell. In check mode, a task
    whose module has no check mode is listed with C(?).
  - In C(playbooks/plan.yml), C(playbooks/drift.yml) and C(playbooks/topology.yml), and wherever C(mtk_check_mode) is
    true, every task of every collection runs in check mode. A task with C(check_mode=false) runs nevertheless, and the
    summary says so.
  - With C(plan_file), a task of another collection is refused if the approved plan does not contain what it would do.
  - A failed task does not hide the rest. The summary then says that it is incomplete.
  - The callback works beside any stdout callback, and in AWX. Beside a stdout callback that writes JSON, the summary is
    written to stderr.
  - While a module of this collection waits for AWS, a line reports the wait at intervals.
requirements:
  - nothing in the playbooks of this collection, and in playbooks that import them
  - in other playbooks, C(callbacks_enabled = mtk.backend.plan) in ansible.cfg or C(ANSIBLE_CALLBACKS_ENABLED)
options:
  plan_out:
    description:
      - The file to which the summary is written as JSON, as described in C(docs/using/plan.md). The extra variable
        C(plan_out) has the same effect.
    type: path
    env: [{name: MTK_PLAN_OUT}]
    ini: [{section: callback_mtk_plan, key: plan_out}]
  progress:
    description: Whether to report waits. V(auto) means only on a terminal and in jobs of AWX and ansible-runner.
    type: str
    choices: [auto, "yes", "no"]
    default: auto
    env: [{name: MTK_PROGRESS}]
    ini: [{section: callback_mtk_plan, key: progress}]
  progress_interval:
    description:
      - The seconds between two lines about the same wait. If not given, 30 on a terminal, and 60 in a job of AWX or
        ansible-runner, which keeps every line.
    type: int
    env: [{name: MTK_PROGRESS_INTERVAL}]
    ini: [{section: callback_mtk_plan, key: progress_interval}]
"""

import atexit
import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ansible import constants, context
from ansible.errors import AnsibleError
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.callback import CallbackBase
from ansible.template import Templar
from ansible.utils.color import stringc
from ansible_collections.mtk.backend.plugins.module_utils.aws import _cache, _lock_state
from ansible_collections.mtk.backend.plugins.module_utils.domain import _outputs, _outputs_text
from ansible_collections.mtk.backend.plugins.module_utils.domain._locks import SHARED
from ansible_collections.mtk.backend.plugins.plugin_utils import files, foreign, guard, run_directory, summary
from ansible_collections.mtk.backend.plugins.plugin_utils.command import apply_command, outputs_command
from ansible_collections.mtk.backend.plugins.plugin_utils.job import how_to_apply, is_job
from ansible_collections.mtk.backend.plugins.plugin_utils.record import CACHE, RECORD

MACHINE_READ = ("json", "jsonl")  # the output of these callbacks has to stay JSON: the summary goes to stderr
PLAYBOOKS = Path(__file__).resolve().parents[2] / "playbooks"
# The playbooks that never write.
PLANNING = tuple(PLAYBOOKS / name for name in ("plan.yml", "drift.yml", "topology.yml"))
ACCOUNT = "mtk.backend.aws_environment_info"  # the module that reads the account, as the playbooks name it
OUTPUTS = "outputs_info"
OUTPUTS_PLAYBOOK = PLAYBOOKS / "outputs.yml"  # it shows all outputs at its end
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
        self._lock = -1  # of the run's directory; the run and its workers hold it
        self._plans = False  # whether the playbook never writes
        self._shows_all = False  # whether the playbook shows all outputs
        self._hosts: set[str] = set()  # those whose variables were read
        self._task = ""  # the name of the last task that began
        self._ended = False

    def set_options(self, task_keys: Any = None, var_options: Any = None, direct: Any = None) -> None:
        super().set_options(task_keys=task_keys, var_options=var_options, direct=direct)
        self._out = self.get_option("plan_out") or ""
        progress = self.get_option("progress")
        wanted = progress == "yes" or (progress == "auto" and (is_job() or sys.stdout.isatty()))
        interval = self.get_option("progress_interval") or (60 if is_job() else 30)
        RECORD.collects = True
        RECORD.progress_interval = interval if wanted else 0

    def v2_playbook_on_start(self, playbook: Any) -> None:
        self._plans = Path(playbook._file_name).resolve() in PLANNING
        self._shows_all = Path(playbook._file_name).resolve() == OUTPUTS_PLAYBOOK
        atexit.register(self._end_early, os.getpid())
        guard.install()
        self._lock = run_directory.open_directory(CACHE)
        run_directory.remove_leftovers(CACHE)

    def v2_playbook_on_play_start(self, play: Any) -> None:
        _lock_state.leave(CACHE, SHARED)  # other environments wait for what the previous play has locked
        self._play = play
        self._out = play.get_variable_manager().extra_vars.get("plan_out", self._out)
        variables = play.get_variable_manager().get_vars(play=play)
        if self._plans or _wants_check_mode(variables, play):
            _set_check_mode(play)

    def v2_playbook_on_task_start(self, task: Any, is_conditional: bool) -> None:
        self._task = task.get_name()

    def v2_playbook_on_handler_task_start(self, task: Any) -> None:
        self._task = task.get_name()

    def v2_runner_on_start(self, host: Any, task: Any) -> None:
        RECORD.involved |= str(task.action).startswith(foreign.OURS)
        if not self._play.check_mode and _runs_in_check_mode(self._play, task):
            RECORD.always_run.add(task._uuid)
        if host.name in self._hosts:
            return
        self._hosts.add(host.name)
        variables = self._play.get_variable_manager().get_vars(play=self._play, host=host)
        if _wants_check_mode(variables, self._play):
            _set_check_mode(self._play)
        if RECORD.environment is None:
            RECORD.environment = str(variables.get("mtk_environment", ""))
            RECORD.mode = "plan" if self._play.check_mode else "apply"  # until the first resource says so itself

    def v2_runner_on_ok(self, result: Any) -> None:
        self._take(result, failed=False)

    def _take(self, result: Any, *, failed: bool) -> None:
        """Record what a task returns. Ansible removes the field ``failed`` from the results that callbacks get."""
        for item in result.result.get("results") or [result.result]:
            if isinstance(item, dict) and "plan" in item:
                RECORD.add(item)
        RECORD.defers = RECORD.defers or bool(result.result.get("defers_decisions"))
        RECORD.purpose = result.result.get("run_purpose", RECORD.purpose)
        if result.task.action == ACCOUNT and not failed:
            RECORD.accounts.add((result.result["account"], result.result["partition"]))
        RECORD.report = result.result.get("report_lines", RECORD.report)
        RECORD.notes += result.result.get("run_notes", [])
        if str(result.task.action).rpartition(".")[2] == OUTPUTS and "outputs" in result.result:
            RECORD.outputs[result.result["region"]] = result.result
        if result.result.get("deletion_confirmed") and not RECORD.planned:
            RECORD.begin_deletion()
            _cache.void_all(CACHE)  # much may have changed while the user read the plan
        if result.result.get("changed") or failed:
            self._void_cache(result)
        if not result.task.loop:  # otherwise each item has been added
            self._add_task(result)

    def v2_runner_on_skipped(self, result: Any) -> None:
        if not result.task.loop:
            self._add_task(result, skipped=True)

    def v2_runner_item_on_ok(self, result: Any) -> None:
        self._add_task(result)

    def v2_runner_item_on_failed(self, result: Any) -> None:
        self._add_task(result)

    def v2_runner_item_on_skipped(self, result: Any) -> None:
        self._add_task(result, skipped=True)

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        self._take(result, failed=True)
        if not ignore_errors and VERDICT not in result.task.tags:
            self._fail(result)

    def v2_runner_on_unreachable(self, result: Any) -> None:
        self._fail(result)

    def _end_early(self, process: int) -> None:
        """Write the summary of a run that Ctrl-C or an error of Ansible has ended: Ansible then sends no statistics."""
        if self._ended or os.getpid() != process or not RECORD.involved:
            return
        message = "The run was stopped here, by Ctrl-C or by an error of Ansible. AWS may go on with what was begun."
        RECORD.errors.append({"host": "all hosts", "task": self._task, "message": message})
        RECORD.errors_shown = False
        self.v2_playbook_on_stats(None)

    def v2_playbook_on_stats(self, stats: Any) -> None:
        self._ended = True
        _lock_state.end(CACHE)
        document = RECORD.document()
        to_stderr = constants.DEFAULT_STDOUT_CALLBACK.rsplit(".", 1)[-1] in MACHINE_READ
        for line in self._outputs(document):
            self._display.display(line, stderr=to_stderr)
        if document["complete"] and not (RECORD.involved and document["resources"]):
            return
        command = how_to_apply(apply_command(context.CLIARGS, self._out))
        seconds = time.monotonic() - self._start
        given = self._play.get_variable_manager().extra_vars if self._play else {}
        notes = [*summary.unused(document, given), *(part for line in RECORD.report for part in summary.wrapped(line))]
        for line in ("", *summary.lines(document, stringc, command, seconds, not RECORD.errors_shown), *notes):
            self._display.display(line, stderr=to_stderr)
        if self._out:
            self._write(document)

    def _outputs(self, document: dict[str, Any]) -> list[str]:
        """Return the lines with the outputs: all of them in outputs.yml, and a few at the end of an apply."""
        if not RECORD.outputs or not document["complete"]:
            return []
        if not self._shows_all and document["mode"] == "plan":
            return []
        found = _outputs.document(RECORD.environment or "", RECORD.outputs)
        if self._shows_all:
            return ["", *_outputs_text.lines(found)]
        brief = _outputs_text.lines(found, _outputs_text.BRIEF, commands=False)
        return ["", *brief, f"All outputs: {outputs_command(context.CLIARGS)}"]

    def _write(self, document: dict[str, Any]) -> None:
        try:
            files.write(self._out, json.dumps(document, indent=1, default=str) + "\n")
        except OSError as error:
            if document["complete"]:  # otherwise the check of the run has reported it
                self._display.error(f"plan_out is '{self._out}'; the file cannot be written ({error.strerror}).")

    def _add_task(self, result: Any, *, skipped: bool = False) -> None:
        """Add a task of another collection, or one item of its loop, to the plan."""
        fields, module, planned = result.task_fields, _module_of(result), bool(self._play.check_mode)
        if not module or (fields.get("check_mode") and not planned):
            return  # a task with check_mode: true only asks
        ran = planned and not fields.get("check_mode")
        entry = foreign.entry(module, fields, {**result.result, "skipped": skipped}, result.host.name, ran=ran)
        if entry and ran and entry["action"] != "none":
            entry["notes"] = [*entry.get("notes", []), foreign.RAN]
        if entry:
            RECORD.add_task(entry)

    @staticmethod
    def _void_cache(result: Any) -> None:
        """Void the run's cache after a change by a task of another collection: it may have changed anything in AWS."""
        if _module_of(result) and not result.task_fields.get("check_mode"):
            _cache.void_all(CACHE)

    @staticmethod
    def _fail(result: Any) -> None:
        outcome = result.result
        failed = [item for item in outcome.get("results") or [] if isinstance(item, dict) and item.get("failed")]
        message = "; ".join(str(item.get("msg", "")) for item in failed) or str(outcome.get("msg", "failed"))
        RECORD.errors.append({"host": result.host.name, "task": result.task.get_name(), "message": message})


def _module_of(result: Any) -> str:
    """Return the module of another collection that the task of a result has run; empty for other tasks."""
    fields = result.task_fields
    return foreign.module_of(str(fields.get("action") or result.task.action), fields.get("_resolved_action"))


def _wants_check_mode(variables: Any, play: Any) -> bool:
    """Return whether ``mtk_check_mode`` is true. An extra variable cannot unset that of a play."""
    given = [source["mtk_check_mode"] for source in (variables, play.vars) if "mtk_check_mode" in source]
    try:
        return any(boolean(Templar(variables=variables).template(value), strict=False) for value in given)
    except AnsibleError:
        return True  # the check of the run names the fault


def _set_check_mode(play: Any) -> None:
    """Let every task of a play run in check mode, unless the task, its block or its role says otherwise.

    A keyword of the play with a template would do the same, but Ansible computes it again for each task and item.
    """
    for each in _copies(play):
        each.check_mode = True


def _runs_in_check_mode(play: Any, task: Any) -> bool:
    """Return whether a task, its block or its role has ``check_mode: false``: whether it runs in a plan, too."""
    for each in _copies(play):
        each.check_mode = True
    runs = task.check_mode is False
    for each in _copies(play):
        each.check_mode = False
    return runs


def _copies(play: Any) -> Iterator[Any]:
    """Yield the play that Ansible runs, and the play that it is a copy of, to which its blocks and roles belong."""
    yield play
    for block in (*play.pre_tasks, *play.tasks, *play.post_tasks, *play.handlers, *play.roles):
        if getattr(block, "_play", None) is not None:
            yield block._play
