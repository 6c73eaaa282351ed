# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs a module of this collection inside Ansible's own worker process, where boto3 is loaded already.

A module in a process of its own costs about a second, nearly all of it a new Python that compiles and imports. Nothing
else differs: it is the same module, with the same argument validation, check mode, censoring and result. What cannot be
done in here (async, another host, another user) is left to the ordinary way, and all is with MTK_IN_PROCESS=false.
"""

from __future__ import annotations

import contextlib
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
from ansible_collections.mtk.backend.plugins.module_utils import _boto, _module
from ansible_collections.mtk.backend.plugins.plugin_utils import summary
from ansible_collections.mtk.backend.plugins.plugin_utils.record import MEMORY, RECORD

# Ansible imports this file once, in the parent of all workers: what is loaded here is inherited by every task.
for _loader in (filter_loader, test_loader):
    list(_loader.all())
_PLUGINS = Path(__file__).parents[1]
for _path in (_PLUGINS / "filter").glob("*.py"):
    filter_loader.get(f"mtk.backend.{_path.stem}")
for _path in (_PLUGINS / "modules").glob("[a-z]*.py"):
    importlib.import_module(f"ansible_collections.mtk.backend.plugins.modules.{_path.stem}")
_SERVICES = "ec2 rds dynamodb kms logs sts iam application-autoscaling secretsmanager resourcegroupstaggingapi"
_boto.warm(*_SERVICES.split())


class ActionModule(ActionBase):
    """The action of every module of the collection; meta/runtime.yml names it."""

    _requires_connection = False
    _supports_async = True

    def run(self, tmp: Any = None, task_vars: Any = None) -> dict[str, Any]:
        result = super().run(tmp, task_vars)
        arguments = self._heed(task_vars)
        if not self._here():
            background = bool(self._task.async_val)
            return {**result, **self._execute_module(None, arguments, task_vars=task_vars, wrap_async=background)}
        self._update_module_args(self._task.action, arguments, task_vars)
        environment: dict[str, str] = {}
        self._compute_environment_string(environment)
        _lend_surroundings()
        with environ(environment):
            return {**result, **execute(self._python_name(), arguments)}

    def _heed(self, variables: Mapping[str, Any]) -> dict[str, Any]:
        """What a run is told by variables holds for every task: how to reach AWS, only to plan, the plan to keep to.

        A play could say it by keywords, which Ansible computes anew for each task and item, often enough to be felt.
        """
        arguments, template = dict(self._task.args), self._templar.template
        if "mtk_aws_environment" in variables:
            self._task.environment = [template(variables["mtk_aws_environment"]), *(self._task.environment or [])]
        if boolean(template(variables.get("mtk_check_mode", False))):
            self._task.check_mode = True
        if "plan_file" in variables and not self._task.action.endswith("_info"):
            arguments.setdefault("plan_file", template(variables["plan_file"]))
        return arguments

    def _python_name(self) -> str:
        """Where the module is imported from; names of ours that stand for one of amazon.aws lead there."""
        found = self._shared_loader_obj.module_loader.find_plugin_with_context(self._task.action)
        namespace, collection, name = found.resolved_fqcn.split(".")
        return f"ansible_collections.{namespace}.{collection}.plugins.modules.{name}"

    def _here(self) -> bool:
        """Whether this worker is where the task has to run."""
        elsewhere = self._task.async_val or self._play_context.become or self._task.delegate_to
        wanted = boolean(os.environ.get("MTK_IN_PROCESS", "true"))
        return wanted and not elsewhere and self._connection.transport == "local"


@contextlib.contextmanager
def environ(extra: Mapping[str, str]) -> Iterator[None]:
    """The task's ``environment:`` for as long as the module runs."""
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


def _lend_surroundings() -> None:
    """What the callback mtk.backend.plan asks for: lines while a module waits, and refusals as parts of the plan."""
    given = _module.SURROUNDINGS
    given.collects = RECORD.collects
    given.memory = MEMORY if RECORD.collects else ""  # without the callback nobody sees what other tasks change
    if RECORD.progress_interval:
        given.progress = _teller(RECORD.progress_interval)


def _teller(interval: int) -> Callable[[str, Any, str, float], None]:
    """Tells how a wait stands, each ``interval`` seconds."""
    told = time.monotonic()

    def tell(kind: str, resource: Any, state: str, elapsed: float) -> None:
        nonlocal told
        if time.monotonic() - told < interval:
            return
        told = time.monotonic()
        usual = max(resource.usual.values(), default=0)
        hint = f"; AWS usually takes {summary.duration(usual)}" if usual else ""
        Display().display(
            f"  ... {kind} {resource.label} in {resource.region}: {state}, {summary.duration(elapsed)} so far{hint}"
        )

    return tell


def execute(name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Run a module's main() and return what it would have printed."""
    module = importlib.import_module(name)
    out = io.StringIO()
    ended = contextlib.suppress(SystemExit)  # how exit_json and fail_json end a module
    with patch_module_args(arguments), contextlib.redirect_stdout(out), ended:
        module.main()
    printed = out.getvalue().strip().splitlines()
    if not printed:
        raise AnsibleActionFail(f"{name} ended without a result")
    return dict(json.loads(printed[-1]))


Templar(variables={}).template(trust_as_template("{{ 1 }}"))  # makes the lexer, which each worker would make anew
with patch_module_args({}), contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
    AnsibleModule({}).exit_json()  # loads what takes arguments and results apart
