# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The approved plan of a run: the variable that gives it, its file, and why the run must not apply it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from ansible.module_utils.parsing.convert_bool import boolean
from ansible_collections.mtk.backend.plugins.module_utils.domain._setting import Fault, WrongType
from ansible_collections.mtk.backend.plugins.module_utils.domain._settings_run import RUN
from ansible_collections.mtk.backend.plugins.module_utils.domain._values import Refused
from ansible_collections.mtk.backend.plugins.module_utils.engine import _artifact, _validity
from ansible_collections.mtk.backend.plugins.module_utils.engine._approval import ARTIFACT
from ansible_collections.mtk.backend.plugins.plugin_utils import files
from ansible_collections.mtk.backend.plugins.plugin_utils.record import CACHE, RECORD

FILE = "plan_file"
OUTSIDE = "mtk_outside_of_plan"  # of a play that no plan contains, such as that of playbooks/outputs.yml
_REMEDY = {
    FILE: "Write it with playbooks/plan.yml -e plan_out=FILE.",
    ARTIFACT: "Run playbooks/plan.yml -e plan_artifact=true in an earlier job of the workflow.",
}


@dataclass(frozen=True)
class Given:
    """The variables of a run or a task, with the function that resolves them."""

    variables: Mapping[str, Any]
    template: Callable[[Any], Any]
    plans: bool  # what plans() returns

    def text(self, name: str) -> str:
        """Return a variable as a text; empty if it is not set."""
        return str(self.template(self.variables[name])) if name in self.variables else ""

    def names(self) -> list[str]:
        """Return the variables that give an approved plan.

        plan.yml and drift.yml make a plan of their own. The later jobs of a workflow inherit the artifact, and some of
        them are plans: these leave it alone.
        """
        artifact = [] if self.plans or not self.text(ARTIFACT) else [ARTIFACT]
        return [*([FILE] if FILE in self.variables else []), *artifact]

    def max_age(self) -> int:
        """Return plan_max_age. The check of the run reports a wrong one; the default then holds."""
        setting = RUN.by_name["plan_max_age"]
        try:
            value = setting.convert(self.template(self.variables.get("plan_max_age", setting.default)))
        except WrongType:
            value = setting.default
        return int(setting.default if list(setting.faults(value)) else value)

    def requires(self) -> bool:
        """Return whether plan_required is true. The check of the run reports a wrong value; a plan is then required."""
        try:
            return bool(boolean(self.text("plan_required") or "false"))
        except TypeError:
            return True


def plans(variables: Mapping[str, Any], task: Any, template: Callable[[Any], Any]) -> bool:
    """Return whether mtk_check_mode is true, as in plan.yml and drift.yml. An extra variable cannot unset it."""
    sources = (variables, task.get_play().vars)
    return any(boolean(template(each.get("mtk_check_mode", False)), strict=False) for each in sources)


def given(variables: Mapping[str, Any], task: Any, template: Callable[[Any], Any]) -> Given | None:
    """Return what the variables say about an approved plan; None if they say nothing about it, or if the play says so.

    An extra variable cannot say so.
    """
    if task.get_play().vars.get(OUTSIDE) is True or not any(
        name in variables for name in (FILE, ARTIFACT, "plan_required")
    ):
        return None
    return Given(variables, template, plans=plans(variables, task, template))


def path(given: Given) -> str | None:
    """Return the file of the approved plan of a run; None if it has none.

    An artifact is written to the directory of the run first, where the modules read it.
    """
    names = given.names()
    if FILE in names or not names:
        return str(files.expanded(given.text(FILE))) if names else None
    text = given.text(ARTIFACT)
    target = Path(CACHE) / f"{ARTIFACT}.{hashlib.sha256(text.encode()).hexdigest()[:16]}.json"
    if not target.exists():
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        files.write(str(target), json.dumps(_artifact.unpack(text)))
    return str(target)


def faults(given: Given, purpose: str, *, writes: bool, now: datetime | None = None) -> Iterator[Fault]:
    """Return why a run must not apply the approved plan that it was given, or that it needs one.

    ``purpose`` is apply or destroy. ``writes`` says that the run is not in check mode. The age counts to the beginning
    of the run, so that a plan does not become too old in the middle of its apply.
    """
    hashes = set()
    for name in given.names():
        try:
            document = _read(name, given.text(name))
        except Refused as refused:
            yield Fault({name: _value(given, name)}, str(refused), _REMEDY[name])
            continue
        wanted = _wanted(given, purpose, now or RECORD.began)
        found = list(_validity.reasons(document, wanted))
        yield from (Fault({name: _value(given, name)}, rule, remedy) for rule, remedy in found)
        hashes |= set() if found else {document["hash"]}
    if len(hashes) > 1:
        remedy = f"Give one of them: leave out {FILE} in a workflow, or {ARTIFACT} elsewhere."
        yield Fault({FILE: _value(given, FILE), ARTIFACT: _value(given, ARTIFACT)}, "they are different plans", remedy)
    if writes and not given.plans and purpose == "apply" and not given.names() and given.requires():
        yield Fault({"plan_required": True}, f"neither {FILE} nor {ARTIFACT} gives an approved plan", _NEEDED)


_NEEDED = (
    "Start the workflow that plans first, or give the file of a plan with -e plan_file=FILE. To see a plan, use "
    "playbooks/plan.yml."
)


def refusal(given: Given, purpose: str, *, writes: bool) -> str:
    """Return why a task must not be carried out with the approved plan of its run; empty if it may.

    The check of the run has reported the same. A run that starts inside the playbooks has left out that check.
    """
    found = [str(fault) for fault in faults(given, purpose, writes=writes)]
    return " ".join([*found, "This task has changed nothing."]) if found else ""


def notes(given: Given) -> list[str]:
    """Return a sentence for the summary of the run: which plan was approved."""
    documents = [(name, _read(name, given.text(name))) for name in given.names()]
    return [
        f"The approved plan of this run was made at {document['created_at']} in account {document['account']}, "
        f"{document['hash']} ({name})."
        for name, document in documents
    ]


def account_refusal(given: Given, account: str, partition: str) -> str:
    """Return why the approved plan must not be applied in an account; empty if it may, or if there is no plan."""
    for name in given.names():
        reason = _validity.account_reason(_read(name, given.text(name)), account, partition)
        if reason:
            return f"{name} {reason}"
    return ""


def _wanted(given: Given, purpose: str, now: datetime) -> _validity.Wanted:
    account = given.text("expected_account_id")
    return _validity.Wanted(given.text("mtk_environment"), purpose, account, given.max_age(), now)


def _read(name: str, value: str) -> Any:
    """Return the document that a variable gives. Raise :class:`Refused` if it does not contain one."""
    if name == ARTIFACT:
        return _artifact.unpack(value)
    try:
        return json.loads(files.expanded(value).read_text(encoding="utf-8"))
    except OSError as error:
        raise Refused(f"the file cannot be read ({error.strerror})") from error
    except ValueError:
        return None


def _value(given: Given, name: str) -> Any:
    """Return the value of a variable for a message. That of an artifact says nothing to a person."""
    text = given.text(name)
    return text if name == FILE else f"{text[:12]}... ({len(text)} characters)" if len(text) > 12 else text
