# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The loop: read, plan, apply, settle. It knows neither Ansible nor boto3, and waits until the plan is empty."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from ansible_collections.mtk.backend.plugins.module_utils.aws._errors import is_unanswered
from ansible_collections.mtk.backend.plugins.module_utils.domain._values import (
    OWNER_TAG,
    UNKNOWN,
    Later,
    Refused,
    unknown_in,
)
from ansible_collections.mtk.backend.plugins.module_utils.engine._doubts import Doubts, Have, Sent, is_news, is_unclear
from ansible_collections.mtk.backend.plugins.module_utils.engine._plan import NOTHING, Plan, make_plan
from ansible_collections.mtk.backend.plugins.module_utils.engine._resource import Claim, Resource, aws_error


class NewFailure(Refused):
    """The resource has failed during this run."""


T = TypeVar("T")
Postponed = dict[str, Later]  # the fields that AWS takes in a later run only


@dataclass(frozen=True)
class Outcome:
    """The result of one run: the first plan, and the resource as it is (in check mode: as it would be).

    ``refusal`` says why there is no plan; nothing was changed. ``settled`` means that nothing is left to do and that
    AWS is not at work on the resource. ``seconds`` is the time that the run took. ``later`` says what AWS takes in a
    later run only.
    """

    plan: Plan
    have: Have
    refusal: str = ""
    settled: bool = False
    seconds: float = 0.0
    later: tuple[str, ...] = ()

    @property
    def changed(self) -> bool:
        return not self.plan.idle and self.plan.action != "refuse"


def plan_of(resource: Resource, have: Have, present: bool) -> Plan:
    """Return the plan for one resource. Raises :class:`Refused` where no plan is possible."""
    if not present:
        return _removal(resource, have)
    if have is not None and resource.status(have) == "failed":
        return _replacement(resource, have)
    plan = make_plan(resource.desired(have), have)
    missing = [name for name in resource.needed if not plan.after.get(name)] if plan.action == "create" else []
    if missing:
        raise Refused(f"{resource} does not exist. To create it, give {' and '.join(missing)}.")
    _refuse_fixed(resource, plan)
    return plan


def _removal(resource: Resource, have: Have) -> Plan:
    """Return the plan of a deletion. Raises :class:`Refused` if something stands in its way."""
    if have is None or resource.status(have) == "leaving":
        return NOTHING
    reason = resource.kept(have)
    if reason:
        return Plan("keep", {}, {}, reason)
    obstacles = list(resource.obstacles(have))
    if obstacles:
        raise Refused(" ".join(obstacles))
    return make_plan(None, _shown(resource, have))


def _refuse_fixed(resource: Resource, plan: Plan) -> None:
    """Raise :class:`Refused` if an update has fields that AWS cannot change, or does not know their values."""
    fixed = sorted(resource.immutable & set(plan.changes)) if plan.action == "update" else []
    unknown = [name for name in fixed if unknown_in(plan.after[name])]
    if unknown:  # a deletion, as the other message advises, would not help
        raise Refused(_unknown_message(resource, unknown))
    if fixed:
        changes = ", ".join(f"{name} from {plan.before[name]!r} to {plan.after[name]!r}" for name in fixed)
        raise Refused(
            f"AWS cannot change {changes} on an existing {resource}. Give the present value, or delete the resource "
            "and create it again. It is not replaced automatically."
        )


def _shown(resource: Resource, have: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a resource that a plan shows before its deletion."""
    fields = (*resource.computed, *resource.identity, *resource.managed, "tags")
    return {name: have[name] for name in fields if name in have}


def _replacement(resource: Resource, have: Mapping[str, Any]) -> Plan:
    """Return the plan that replaces a failed resource. Raises :class:`Refused` where that is somebody's decision."""
    failure = f"{resource} is '{have.get(resource.status_field)}': {resource.reason(have).rstrip('. ')}."
    if resource.is_expendable(have) or resource.consents("replace"):
        return Plan("replace", _shown(resource, have), resource.desired(None), failure)
    named = consent("replace", f"{resource.resource}:{resource.label}")
    raise Refused(
        f"{failure} It is not replaced automatically, because that may lose data. Remove the cause, or have it deleted "
        f"and created again with {named}."
    )


def consent(variable: str, name: str) -> str:
    """Return the argument of the command line with which a user consents.

    >>> consent("adopt", "ec2_vpc:dev_us-east-1_vpc")
    '-e adopt=ec2_vpc:dev_us-east-1_vpc'
    """
    if re.fullmatch(r"[\w.:/@-]+", name):
        return f"-e {variable}={name}"
    return f"""-e '{json.dumps({variable: [name]})}'"""


def reconcile(
    resource: Resource,
    *,
    present: bool = True,
    check: bool = False,
    wait: bool = True,
    timeout: float = 600,
    approve: Callable[[Plan], None] = lambda plan: None,
    progress: Callable[[str, float], None] = lambda state, elapsed: None,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> Outcome:
    """Bring one resource to the wanted state. A difference is sent once; if it comes back, AWS has not caught up yet.

    With ``wait=False`` return as soon as AWS has accepted the changes. ``approve`` receives the plan before anything is
    done and may refuse it. ``progress`` receives AWS's state and the seconds so far, again and again during a wait.
    A resource that cannot be planned, or that ends failed, is an outcome with a refusal. Raises :class:`Refused` for
    other failures.
    """
    faults = list(resource.faults(present)) or (list(resource.conflicts()) if present else [])
    if faults:  # AWS is not asked
        return Outcome(Plan("refuse", {}, {}), predict(resource, make_plan({}, None), None), " ".join(faults))
    have, first, refusal = _steadily(lambda: _first_look(resource, present, check), sleep)
    if refusal:
        return Outcome(first, have, refusal)
    if check:
        try:
            if not first.idle:
                approve(first)
        except Refused as refusal:  # an approved plan does not contain it
            return Outcome(Plan("refuse", {}, {}), have, str(refusal))
        settled = first.idle and _status(resource, have, {}) == "ready"
        return Outcome(first, predict(resource, first, have), settled=settled)
    if not first.idle:
        approve(first)
    patience = Patience(resource, timeout, progress, sleep, clock)
    sent, postponed = Sent(), Postponed()
    try:
        have, settled = _carry_out(resource, first, have, (present, wait), patience, (sent, postponed))
    except NewFailure as failure:
        return Outcome(Plan("refuse", {}, {}), _predicted_creation(resource), str(failure), seconds=patience.elapsed)
    return _outcome(Outcome(first, have, settled=settled, seconds=patience.elapsed), sent, postponed)


def _carry_out(
    resource: Resource,
    first: Plan,
    have: Have,
    mode: tuple[bool, bool],
    patience: Patience,
    record: tuple[Sent, Postponed],
) -> tuple[Have, bool]:
    """Send the plan's differences until none is left. Return the resource, and whether it is settled.

    ``mode`` is whether the resource is to exist, and whether to wait. ``record`` receives what was sent, and what AWS
    takes in a later run only.
    """
    (present, wait), (sent, postponed), plan = mode, record, first

    def look_once() -> tuple[Have, Plan]:
        found = resource.read()
        if "create" not in sent:  # AWS may list a new resource before its tags
            _refuse_foreign(resource, found)
        return found, _without(plan_of(resource, found, present), postponed)

    def look() -> tuple[Have, Plan]:
        return _steadily(look_once, patience.sleep)

    doubts = Doubts(resource, look, patience.sleep)
    while True:
        _refuse_new_failure(resource, plan, first, sent)
        status = _status(resource, have, sent)
        if plan.idle and (status == "ready" or not wait):
            break
        due = _due(resource, plan, sent) if status == "ready" or plan.action in ("delete", "replace") else set()
        answer = _send(resource, plan, have, due, sent, postponed) if due else None
        if isinstance(answer, Exception):
            have, plan = doubts.settle(answer, plan, due, sent)
            continue
        if due and answer is None:
            pass  # read the result at once
        elif not wait and sent and present and have is not None and status != "leaving":
            break
        else:
            patience.pause(plan, have, answer or "")
        have, plan = look()
    return have, plan.idle and status == "ready" and not postponed


def _without(plan: Plan, postponed: Postponed) -> Plan:
    """Return an update without the fields that AWS takes in a later run only."""
    if plan.action != "update" or not postponed:
        return plan
    before, after = ({k: v for k, v in side.items() if k not in postponed} for side in (plan.before, plan.after))
    return make_plan(after, before)


def _outcome(outcome: Outcome, sent: Sent, postponed: Postponed) -> Outcome:
    """Return the outcome with what AWS takes later; a refusal if AWS has taken nothing."""
    later = tuple(dict.fromkeys(str(each) for each in postponed.values()))
    begun = sent.keys() - postponed.keys() or any(each.begun for each in postponed.values())
    if later and not begun:
        return replace(outcome, plan=Plan("refuse", {}, {}), refusal=" ".join(later))
    return replace(outcome, later=later)


def _first_look(resource: Resource, present: bool, check: bool) -> tuple[Have, Plan, str]:
    """Return the resource, the plan, and why there is no plan. An empty text means that there is one."""
    have: Have = None
    try:
        found = resource.read()
        have = found if check else None  # a plan compares with what exists; an apply must not use it
        _refuse_foreign(resource, found)
        have = found
        first = plan_of(resource, have, present)
        _refuse_empty(resource, first)
        if not check:
            _refuse_before_decision(resource, first)
            _refuse_unknown(resource, first)
    except Refused as refusal:
        return have or _predicted_creation(resource), Plan("refuse", {}, {}), str(refusal)
    return have, first, ""


def _steadily(look: Callable[[], T], sleep: Callable[[float], None]) -> T:
    """Return what ``look`` returns. Look again if AWS lists a resource and then does not find it: it comes or goes.

    A new resource must not count as absent, and one in deletion must not fail the task.
    """
    for pause in (0.05, 0.2, 1.0, 5.0):
        try:
            return look()
        except Exception as error:
            if not _is_gone(error):
                raise
        sleep(pause)
    return look()


def _due(resource: Resource, plan: Plan, sent: Sent) -> set[str]:
    """Return the fields with a difference that was not sent yet."""
    return {name for name, steps in plan.steps(resource.gradual).items() if steps - sent.get(name, set())}


def predict(resource: Resource, plan: Plan, have: Have) -> Have:
    """Return the resource as it would be after ``plan``."""
    if plan.idle:
        return have
    if plan.action == "delete":
        return None
    if plan.action == "update":
        return {**(have or {}), **plan.after}
    identity = {name: resource.params.get(name) for name in resource.identity}
    return {**{name: UNKNOWN for name in resource.computed}, **identity, **plan.after}


def _predicted_creation(resource: Resource) -> Have:
    """Return the resource as it would be after a creation, as far as its wanted fields are known."""
    try:
        wanted = resource.desired(None)
    except Refused:
        wanted = {}
    return predict(resource, make_plan(wanted, None), None)


def _is_gone(error: Exception) -> bool:
    return bool(re.search("NotFound|NoSuch", aws_error(error)[0])) or is_news(error, deletes=True)


def _status(resource: Resource, have: Have, sent: Sent) -> str:
    if have is None:
        return "ready"
    status = resource.status(have)
    return "busy" if status == "ready" and sent and resource.is_unfinished(have, sent.keys()) else status


def _send(
    resource: Resource, plan: Plan, have: Have, due: set[str], sent: Sent, postponed: Postponed
) -> str | Exception | None:
    """Send the fields that are due and record them in ``sent``.

    Return AWS's words if it answers 'not yet', and the error if it is unclear what AWS has done. Fields that AWS takes
    in a later run only are recorded in ``postponed``.
    """
    _refuse_unknown(resource, plan)
    waiting: Iterable[str] | None = None
    try:
        if plan.action == "create":
            resource.create(plan.after)
        elif plan.action == "update":
            waiting = resource.update(have or {}, {name: plan.after[name] for name in due})
        else:
            resource.delete(have or {})
    except Later as later:
        if plan.action != "update":
            raise
        postponed.update(dict.fromkeys(later.fields, later))
        waiting = due - later.fields
    except Exception as error:
        if not is_unanswered(error) and resource.is_not_yet(error, have):
            return str(error)
        if is_unclear(error, plan.action in ("delete", "replace")):
            return error
        raise
    steps = plan.steps(resource.gradual)
    for name in due - set(waiting or ()):
        sent.setdefault(name, set()).update(steps[name])
    return None


def _refuse_new_failure(resource: Resource, plan: Plan, first: Plan, sent: Sent) -> None:
    """Raise :class:`NewFailure` if the resource has failed during this run. A replacement is always planned before."""
    lingers = plan.steps().get("replace", frozenset()) <= sent.get("replace", set())
    if plan.action == "replace" and plan != first and not (lingers and "replace" in sent):
        raise NewFailure(f"{plan.reason} Remove the cause and run again.")


def _refuse_before_decision(resource: Resource, plan: Plan) -> None:
    """Raise :class:`Refused` for a change to a resource that uses a refused one."""
    causes = list(resource.waits_for()) if not plan.idle and plan.action != "delete" else []
    if causes:
        more = f" and {len(causes) - 1} more" if len(causes) > 1 else ""
        raise Refused(
            f"{resource} uses {causes[0]}{more}, which {'need' if more else 'needs'} a decision first. Decide about "
            f"{'them' if more else 'it'}, and run again."
        )


def _refuse_empty(resource: Resource, plan: Plan) -> None:
    """Raise :class:`Refused` for the creation of an empty resource while the data of an earlier one can be restored."""
    if plan.action != "create" or resource.consents("create_empty"):
        return
    earlier = resource.earlier_data()
    if earlier:
        empty = consent("create_empty", f"{resource.resource}:{resource.label}")
        raise Refused(
            f"{resource} does not exist, and {earlier.found} of it does. It is not created, because it would be empty. "
            f"To create it empty, run with {empty}. To restore it instead, {earlier.restore}"
        )


def _refuse_unknown(resource: Resource, plan: Plan) -> None:
    """Raise :class:`Refused` if the plan has values that are not known, because a resource that it names is missing."""
    unknown = sorted(name for name, value in plan.after.items() if unknown_in(value))
    if plan.action != "delete" and unknown:
        raise Refused(_unknown_message(resource, unknown))


def _unknown_message(resource: Resource, fields: list[str]) -> str:
    names = [
        f"{option} is {resource.params[option]!r}"
        for option, (id_option, _kind) in resource.references.items()
        if id_option in fields and resource.params.get(option) is not None
    ]
    plain = {name: resource.params.get(name) for name in fields}
    names += [f"{name} is {value!r}" for name, value in plain.items() if isinstance(value, str) and value != UNKNOWN]
    given = f" ({', '.join(names)})" if names else ""
    return (
        f"{', '.join(fields)} of {resource} {'is' if len(fields) == 1 else 'are'} unknown, because the named resource "
        f"does not exist{given}, or does not belong to this environment. Create that resource first, or correct the "
        "name. If the plan marks that resource with !, decide about it first."
    )


class Patience:
    """Waits a tenth of the time that has passed: short waits where AWS is quick, few reads where it is slow."""

    def __init__(
        self,
        resource: Resource,
        timeout: float,
        progress: Callable[[str, float], None],
        sleep: Callable[[float], None],
        clock: Callable[[], float],
    ) -> None:
        self._resource = resource
        self._timeout = timeout
        self._progress = progress
        self.sleep = sleep
        self._clock = clock
        self._start = clock()

    @property
    def elapsed(self) -> float:
        return self._clock() - self._start

    def pause(self, plan: Plan, have: Have, answer: str) -> None:
        """Report the state and wait. Raises :class:`Refused` when the timeout has passed."""
        elapsed = self.elapsed
        state = None if have is None else str(have.get(self._resource.status_field) or "present")
        if elapsed > self._timeout:
            raise Refused(self._timed_out(plan, state, answer))
        self._progress(answer or state or "not created yet", elapsed)
        self.sleep(min(10.0, max(0.05, elapsed / 10)))

    def _timed_out(self, plan: Plan, state: str | None, answer: str) -> str:
        found = "does not exist" if state is None else f"is '{state}'"
        left = "" if plan == NOTHING else f"; still to do: {plan.action} {', '.join(sorted(plan.changes))}".rstrip()
        last = f". AWS's last answer: {answer}" if answer else ""
        return (
            f"{self._resource} {found} after {self._timeout:g} s{left}{last}. Run again to continue, or raise "
            "wait_timeout."
        )


def _refuse_foreign(resource: Resource, have: Have) -> None:
    """Raise :class:`Refused` unless the resource, or what it is a part of, has the owner of the options."""
    if resource.owner is None:
        return
    for claim in resource.owned(have):
        owner = claim.tags.get(OWNER_TAG)
        if owner is not None and owner != resource.owner:
            raise Refused(
                f"{claim} belongs to environment '{owner}' (tag {OWNER_TAG}), not to '{resource.owner}'. Choose "
                f"another name, or run with the inventory of '{owner}'."
            )
        if owner is None and not _is_taken(resource, claim, have):
            raise Refused(
                f"{claim} exists and has no tag {OWNER_TAG}, so it may belong to somebody else. Nothing changes it. "
                f"Rename it or the wanted resource. Or, if it belongs to environment '{resource.owner}', take it over "
                f"with {consent('adopt', claim.consent)}."
            )


def _is_taken(resource: Resource, claim: Claim, have: Have) -> bool:
    """Return whether a resource without an owner is taken over, or is one of the exceptions of its kind."""
    adopted = claim.consent in (resource.params.get("adopt") or ()) or resource.adopts(have)
    return adopted or (have is not None and resource.belongs(have))
