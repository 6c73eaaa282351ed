# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The approved plan for tasks of other collections: each runs in check mode first, and is refused if it is not planned.

The modules of this collection compare their plan themselves. Ansible has no hook before the action of a task, so the
loader of actions gets one. It acts only in runs that have an approved plan, or need one. Nothing else tells what a task
would do: its name, its arguments and the items of its loop have their values only in the worker.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from ansible.errors import AnsibleActionSkip
from ansible.plugins.loader import action_loader
from ansible_collections.mtk.backend.plugins.module_utils.domain._values import Refused
from ansible_collections.mtk.backend.plugins.module_utils.engine._approval import Approved
from ansible_collections.mtk.backend.plugins.plugin_utils import approved, foreign
from ansible_collections.mtk.backend.plugins.plugin_utils.record import RECORD

READS = ("_info", "_facts")  # modules of these names only read
Run = Callable[..., dict[str, Any]]


def install() -> None:
    """Guard every action that a worker loads from now on. Workers are forked from this process."""
    if not isinstance(action_loader.get, functools.partial):
        action_loader.get = functools.partial(_guarded, action_loader.get)


def _guarded(load: Callable[..., Any], name: str, *args: Any, **kwargs: Any) -> Any:
    """Load an action. If it is that of a task of another collection, its ``run`` is guarded."""
    action = load(name, *args, **kwargs)
    task = kwargs.get("task")
    if action is None or task is None or kwargs.get("class_only"):
        return action
    module = foreign.module_of(str(task.action), task._resolved_action)
    if module and not module.endswith(READS):
        action.run = functools.partial(run, action, action.run, module, load)
    return action


def run(
    action: Any, execute: Run, module: str, load: Callable[..., Any], tmp: Any = None, task_vars: Any = None
) -> dict[str, Any]:
    """Run an action if the approved plan contains what it would do. ``load`` loads actions without a guard."""
    task, template = action._task, action._templar.template
    given = approved.given(task_vars, task, template)
    if not (task.check_mode or task.get_play().check_mode or task._uuid in RECORD.always_run):
        # A task sets mtk_check_mode for itself or for those after it. The play has begun, and no keyword of it says so.
        task.check_mode = action._play_context.check_mode = approved.plans(task_vars, task, template)
    if task.check_mode or given is None:
        return execute(task_vars=task_vars)
    if refused := approved.refusal(given, RECORD.purpose, writes=True):
        return {"failed": True, "changed": False, "msg": refused}
    path = approved.path(given)
    if path is None:
        return execute(task_vars=task_vars)
    with _set(action_loader, get=load):  # an action that loads others, as template loads copy, is guarded as a whole
        planned = {} if task._uuid in RECORD.always_run else _planned(action, execute, task_vars)
        if planned.get("failed"):
            return planned
        if refusal := _refusal(path, module, task, _judged(task, planned, task_vars), task_vars, _NOT_RUN):
            return {"failed": True, "changed": False, "msg": refusal}
        done = execute(task_vars=task_vars)
        if refusal := _refusal(path, module, task, _judged(task, done, task_vars), task_vars, _HAS_RUN):
            return {**done, "failed": True, "msg": refusal}
    return done


_NOT_RUN = "The task was not run. Make and approve a new plan."
_HAS_RUN = "Its check mode did not show this change, so the change is made. Make a new plan, and look at the module."


def _refusal(
    path: str, module: str, task: Any, result: Mapping[str, Any], variables: Mapping[str, Any], outcome: str
) -> str:
    """Return why the approved plan does not permit what a result says; empty if it does."""
    fields = {name: getattr(task, name) for name in ("args", "name", "no_log", "when")}
    fields["check_mode"] = outcome == _NOT_RUN
    if outcome == _HAS_RUN:  # its details may differ from those of check mode, for example by an id
        result = {name: value for name, value in result.items() if name != "diff"}
    loop = variables.get("ansible_loop_var")
    item = {"ansible_loop_var": loop, str(loop): variables.get(str(loop))} if loop else {}
    host, ran = str(variables["inventory_hostname"]), task._uuid in RECORD.always_run
    entry = foreign.entry(module, fields, {**result, **item}, host, ran=ran)
    try:
        if entry:
            Approved(path).check_task(entry, outcome)
    except Refused as refused:
        return str(refused)
    return ""


def _planned(action: Any, execute: Run, task_vars: Any) -> dict[str, Any]:
    """Return the result of an action in check mode."""
    with _set(action._task, check_mode=True, async_val=0), _set(action._play_context, check_mode=True):
        try:
            return dict(execute(task_vars=task_vars))
        except AnsibleActionSkip as skipped:
            return {"skipped": True, "msg": str(skipped)}
        finally:
            action.cleanup()


def _judged(task: Any, result: dict[str, Any], variables: Mapping[str, Any]) -> dict[str, Any]:
    """Return a result with ``changed`` as ``changed_when`` of the task says."""
    if not task.changed_when or result.get("skipped"):
        return result
    known = {**variables, **({task.register: result} if task.register else {})}
    return {**result, "changed": task._resolve_conditional(task.changed_when, known)}


@contextmanager
def _set(target: Any, **values: Any) -> Iterator[None]:
    """Set attributes for as long as the context lasts."""
    before = {name: getattr(target, name, None) for name in values}
    for name, value in values.items():
        setattr(target, name, value)
    try:
        yield
    finally:
        for name, value in before.items():
            setattr(target, name, value)
