# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Shows the plan of a deletion, refuses it if anything stands in the way, and asks for the environment's name."""

from __future__ import annotations

from typing import Any

from ansible import context
from ansible.errors import AnsiblePromptInterrupt, AnsiblePromptNoninteractive
from ansible.plugins.action import ActionBase
from ansible.utils.color import stringc
from ansible.utils.display import Display
from ansible_collections.mtk.backend.plugins.module_utils.engine._document import refusal
from ansible_collections.mtk.backend.plugins.plugin_utils import summary
from ansible_collections.mtk.backend.plugins.plugin_utils.command import run_command
from ansible_collections.mtk.backend.plugins.plugin_utils.job import is_job
from ansible_collections.mtk.backend.plugins.plugin_utils.record import RECORD

OPTIONS = {
    "environment": {"type": "str", "required": True},
    "region": {"type": "str"},
    "confirmation": {"type": "str"},
    "allowed": {"type": "bool", "default": False},
}


class ActionModule(ActionBase):
    """The action of M(mtk.backend.confirm_destroy)."""

    _requires_connection = False
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: Any = None, task_vars: Any = None) -> dict[str, Any]:
        result = super().run(tmp, task_vars)
        options = self.validate_argument_spec(OPTIONS)[1]
        answer = {
            **result,
            "changed": False,
            "deletion_confirmed": False,
            "reports": False,
            "plan": _forbidden(options),
        }
        document = RECORD.document()
        if problem := _problem(document, bool(answer["plan"])):
            return {**answer, "failed": True, "msg": f"Nothing was deleted: {problem}"}
        if options["region"] and not document["changes"]:
            Display().display(f"There is nothing of {_words(options)}.")
            return answer
        kind, name, command = _confirmed(options)
        given = options["confirmation"]
        if self._task.check_mode:
            return answer
        if given is None and not document["changes"]:
            return {**answer, "reports": True}  # another run may create something meanwhile, which nobody has confirmed
        _show_plan(document)
        if given is None:
            given = _ask(kind, _words(options))
        if given != name:
            found = "no name was typed" if given == "" else f"the confirmation is '{given}'"
            message = (
                f"Nothing was deleted: {found}, and the {kind} is '{name}'. Run again and type that name, or give it "
                f"in advance: {command} -e confirm_{kind}={name}"
            )
            return {**answer, "failed": True, "msg": message}
        return {**answer, "deletion_confirmed": True, "reports": True}


def _problem(document: dict[str, Any], forbidden: bool) -> str:
    """Return why the plan must not be carried out, whatever the user says; empty if it may."""
    if context.CLIARGS.get("start_at_task"):
        return "--start-at-task leaves out a part of the plan. Run without it."
    if not document["complete"]:
        return "the plan is incomplete, because a task failed. Correct the cause of the failure and run again."
    obstacles = document["counts"]["refuse"] + forbidden
    if obstacles:
        things = "1 thing stands" if obstacles == 1 else f"{obstacles} things stand"
        return f"{things} in the way of the deletion. The summary marks each with ! and says what to do."
    return ""


def _confirmed(options: dict[str, Any]) -> tuple[str, str, str]:
    """Return what the user confirms, a region or an environment, its name, and the command of the run."""
    command, region = run_command(context.CLIARGS), options["region"]
    if region:
        return "region", region, f"{command} -e region={region}"
    return "environment", options["environment"], command


def _words(options: dict[str, Any]) -> str:
    return f"{options['environment']} in {options['region']}" if options["region"] else str(options["environment"])


def _forbidden(options: dict[str, Any]) -> dict[str, Any]:
    """Return the entry that stands in the way if the inventory does not allow the deletion; empty if it does."""
    if options["allowed"]:
        return {}
    name = options["environment"]
    reason = (
        f"destroy_allowed is false, so {name} is protected. To delete it, set destroy_allowed: true in "
        f"inventories/{name}/group_vars/all/environment.yml, in a commit that somebody else reviews, and run again."
    )
    return {**refusal("environment", "global", reason), "name": name}


def _show_plan(document: dict[str, Any]) -> None:
    for line in ("", *summary.lines(document, stringc)):
        Display().display(line)


def _ask(kind: str, what: str) -> str:
    """Return the name that the user types; empty without a terminal, and in a job of AWX, which nobody can answer."""
    if is_job():
        return ""
    question = f"\nThis deletes {what} with all its data. Type the name of the {kind} to continue:"
    try:
        return str(Display().prompt_until(question).decode(errors="replace")).strip()
    except (AnsiblePromptNoninteractive, AnsiblePromptInterrupt):
        return ""
