# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs a module of this collection inside Ansible's own worker process, where boto3 is loaded already.

A module in a process of its own costs about a second, nearly all of it for a new Python that compiles and imports. The
module, its argument validation, check mode, censoring and result are the same. Tasks with async, on another host or as
another user run in the ordinary way; MTK_IN_PROCESS=false makes all tasks do so.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import io
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.module_utils.testing import patch_module_args
from ansible.plugins.action import ActionBase
from ansible.plugins.loader import filter_loader, test_loader
from ansible.template import Templar, trust_as_template
from ansible.utils.display import Display
from ansible_collections.mtk.backend.plugins.module_utils.aws import _client
from ansible_collections.mtk.backend.plugins.module_utils.domain._locks import LOCK_VARIABLE, Run
from ansible_collections.mtk.backend.plugins.module_utils.domain._settings_run import consents
from ansible_collections.mtk.backend.plugins.module_utils.domain._values import CONSENTS, Refused
from ansible_collections.mtk.backend.plugins.module_utils.engine._account import check_account
from ansible_collections.mtk.backend.plugins.module_utils.engine._module import GOING_VARIABLE, Context
from ansible_collections.mtk.backend.plugins.plugin_utils import approved, options, run_lock, summary
from ansible_collections.mtk.backend.plugins.plugin_utils.record import CACHE, RECORD

# Ansible imports this file once, in the parent of all workers. Every worker inherits what is loaded here.
for _loader in (filter_loader, test_loader):
    list(_loader.all())
_PLUGINS = Path(__file__).parents[1]
for _path in (_PLUGINS / "filter").glob("*.py"):
    filter_loader.get(f"mtk.backend.{_path.stem}")
for _path in (_PLUGINS / "modules").glob("[a-z]*.py"):
    importlib.import_module(f"ansible_collections.mtk.backend.plugins.modules.{_path.stem}")
OURS = "ansible_collections.mtk.backend."
_SERVICES = "ec2 rds dynamodb kms logs sts iam application-autoscaling secretsmanager resourcegroupstaggingapi"
_client.warm(*_SERVICES.split())


class ActionModule(ActionBase):
    """The action of every module of the collection; meta/runtime.yml names it."""

    _requires_connection = False
    _supports_async = True

    def run(self, tmp: Any = None, task_vars: Any = None) -> dict[str, Any]:
        result = super().run(tmp, task_vars)
        arguments = self._apply_run_variables(task_vars)
        refusal = self._approve(arguments, task_vars) or self._account_refusal(arguments, task_vars)
        found = refusal or self._execute(self._python_name(), arguments, task_vars)
        if found.get("failed") or (found.get("plan") or {}).get("reason"):
            found = options.reworded(found, options.variables_of(self._task.get_ds(), self._task.action, task_vars))
        return {**result, **found}

    def _execute(self, name: str, arguments: dict[str, Any], variables: Mapping[str, Any]) -> dict[str, Any]:
        """Run a module in this worker, or in the ordinary way, and return its result. ``name`` is its Python name."""
        lock = self._lock(variables)
        if not self._runs_in_process():
            passed = {LOCK_VARIABLE: lock.text()} if lock else {}
            if RECORD.purpose == "destroy":
                passed[GOING_VARIABLE] = json.dumps([RECORD.going(), RECORD.left()])
            if passed:
                self._task.environment = [*(self._task.environment or []), passed]
            background = bool(self._task.async_val)
            return dict(self._execute_module(None, arguments, task_vars=variables, wrap_async=background))
        self._update_module_args(self._task.action, arguments, variables)
        environment: dict[str, str] = {}
        self._compute_environment_string(environment)
        with environ(environment):
            return execute(name, arguments, _context(lock))

    def _lock(self, variables: Mapping[str, Any]) -> Run | None:
        """Return the run that takes a lock before it writes; None for a task without environment or home region."""
        name = self._task.action.rsplit(".", 1)[-1]
        reads = name.endswith(("_info", "_preflight")) and name != "aws_environment_info"
        regions = variables.get("groups", {}).get("primary")
        if reads or self._task.check_mode or not regions or "mtk_environment" not in variables:
            return None
        return run_lock.run(variables, self._templar.template, regions[0])

    def _account_refusal(self, arguments: Mapping[str, Any], variables: Mapping[str, Any]) -> dict[str, Any]:
        """Return the failure of a module of another collection with credentials of another account; empty if none.

        The modules of this collection check the account themselves. The answer is asked for once in a run.
        """
        expected = variables.get("expected_account_id")
        given = approved.given(variables, self._task, self._templar.template)
        ours = self._python_name().startswith(OURS)
        if (expected is None and given is None) or ours or self._task.action.endswith("_info"):
            return {}
        connection = {name: value for name, value in arguments.items() if name in _client.CONNECTION}
        if self._runs_in_process():
            found = self._execute(f"{OURS}plugins.modules.aws_caller_info", connection, variables)
        else:
            found = dict(self._execute_module("mtk.backend.aws_caller_info", connection, task_vars=variables))
        if found.get("failed"):
            return found
        try:
            if expected is not None:
                check_account(str(found["account"]), str(self._templar.template(expected)))
        except Refused as refusal:
            return {"failed": True, "changed": False, "msg": str(refusal)}
        planned = approved.account_refusal(given, found["account"], found["arn"].split(":")[1]) if given else ""
        return {"failed": True, "changed": False, "msg": planned} if planned else {}

    def _approve(self, arguments: dict[str, Any], variables: Mapping[str, Any]) -> dict[str, Any]:
        """Pass the approved plan of the run to a module. Return the failure if the run must not apply it."""
        given = approved.given(variables, self._task, self._templar.template)
        if given is None or not self._changes_resources():
            return {}
        refusal = approved.refusal(given, RECORD.purpose, writes=not self._task.check_mode)
        if refusal:
            return {"failed": True, "changed": False, "msg": refusal}
        if arguments.get("plan_file") is None:
            arguments["plan_file"] = approved.path(given)
        return {}

    def _changes_resources(self) -> bool:
        """Return whether the module manages a resource of this collection. Other modules have other options."""
        return not self._task.action.endswith(("_info", "_preflight")) and self._python_name().startswith(OURS)

    def _apply_run_variables(self, variables: Mapping[str, Any]) -> dict[str, Any]:
        """Apply the variables of the run: how to reach AWS, whether to plan only, the approved plan, and the account.

        Keywords of a play could do the same, but Ansible computes them again for each task and item, which takes long.
        """
        arguments, template = dict(self._task.args), self._templar.template
        if "mtk_aws_environment" in variables:
            self._task.environment = [template(variables["mtk_aws_environment"]), *(self._task.environment or [])]
        if approved.plans(variables, self._task, template):
            self._task.check_mode = True
        if not self._changes_resources():
            return arguments
        for option in ("expected_account_id", *CONSENTS):
            if option in variables and arguments.get(option) is None:
                value = template(variables[option])
                text = "" if value is None else str(value)
                arguments[option] = consents(value) if option in CONSENTS else text
        return arguments

    def _python_name(self) -> str:
        """Return the module to import. Names of this collection that redirect to amazon.aws lead there."""
        found = self._shared_loader_obj.module_loader.find_plugin_with_context(self._task.action)
        namespace, collection, name = found.resolved_fqcn.split(".")
        return f"ansible_collections.{namespace}.{collection}.plugins.modules.{name}"

    def _runs_in_process(self) -> bool:
        """Return whether the task may run in this worker."""
        elsewhere = self._task.async_val or self._play_context.become or self._task.delegate_to
        wanted = boolean(os.environ.get("MTK_IN_PROCESS", "true"))
        return wanted and not elsewhere and self._connection.transport == "local"


@contextlib.contextmanager
def environ(extra: Mapping[str, str]) -> Iterator[None]:
    """Set the task's ``environment:`` for as long as the module runs."""
    before = {name: os.environ.get(name) for name in extra}
    os.environ.update({name: str(value) for name, value in extra.items()})
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _context(lock: Run | None) -> Context:
    """Return the context that the callback mtk.backend.plan asks for.

    Without the callback there is no cache: nothing would notice what tasks of other collections change.
    """
    progress = _progress(RECORD.progress_interval) if RECORD.progress_interval else Context.progress
    cache = CACHE if RECORD.collects else ""
    return Context(
        progress,
        RECORD.collects,
        RECORD.defers,
        cache,
        lock,
        say=Display().display,
        refused=RECORD.refused() if RECORD.defers else (),
        going=RECORD.going(),
        left=RECORD.left(),
    )


def _progress(interval: int) -> Callable[[str, Any, str, float], None]:
    """Return a function that displays the state of a wait every ``interval`` seconds."""
    last = time.monotonic()

    def display(kind: str, resource: Any, state: str, elapsed: float) -> None:
        nonlocal last
        if time.monotonic() - last < interval:
            return
        last = time.monotonic()
        usual = max(resource.usual.values(), default=0)
        hint = f"; AWS usually takes {summary.duration(usual)}" if usual else ""
        Display().display(
            f"  ... {kind} {resource.label} in {resource.region}: {state}, {summary.duration(elapsed)} so far{hint}"
        )

    return display


def execute(name: str, arguments: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """Run a module's main() and return what it would have printed. Modules of this collection receive the context."""
    module = importlib.import_module(name)
    main = functools.partial(module.main, context) if name.startswith(OURS) else module.main
    out = io.StringIO()
    ended = contextlib.suppress(SystemExit)  # exit_json and fail_json end a module with it
    with patch_module_args(arguments), contextlib.redirect_stdout(out), ended:
        main()
    printed = out.getvalue().strip().splitlines()
    if not printed:
        raise AnsibleActionFail(f"{name} ended without a result. Report this as a bug of the module.")
    return dict(json.loads(printed[-1]))


Templar(variables={}).template(trust_as_template("{{ 1 }}"))  # makes the lexer, which every worker would make again
with patch_module_args({}), contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
    AnsibleModule({}).exit_json()  # loads the code that parses arguments and results
