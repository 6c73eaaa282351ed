# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The loop: read, plan, apply, settle. It knows neither Ansible nor boto3, and waits for nothing but an empty plan."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from ansible_collections.mtk.backend.plugins.module_utils._plan import (
    NOTHING,
    UNKNOWN,
    Plan,
    make_plan,
    merge_tags,
    overlay,
    unknown_in,
)

OWNER_TAG = "mtk:environment"


class Refused(Exception):
    """What cannot or must not be done. The message says which option, which value, and what to do instead."""


class Observation(NamedTuple):
    """A difference that is no work of ours: ``owner`` is aws (its doing) or pending (still to come)."""

    field: str
    wanted: Any
    found: Any
    owner: str
    reason: str


class Resource:
    """One AWS resource: five verbs and some data. Subclass it and run it with :func:`reconcile`.

    ``params`` are the module's options. What is read is one mapping in snake_case (``have``) that holds the options'
    fields in the options' shape beside all that AWS tells.
    """

    kind = ""  # the name of the result
    identity: Sequence[str] = ("name",)  # the options that say which one it is
    managed: Sequence[str] = ()  # the options whose values are compared and kept
    immutable: frozenset[str] = frozenset()  # of those, the ones AWS cannot change
    needed: Sequence[str] = ()  # those that a creation cannot do without
    computed: Sequence[str] = ()  # fields that AWS decides on creation; the first one is its id
    gradual: frozenset[str] = frozenset()  # those of which AWS takes one item a request
    secret: frozenset[str] = frozenset()  # options that are sent, and never compared, shown or returned
    status_field = "state"
    ready: frozenset[str] = frozenset({"available"})
    failed: frozenset[str] = frozenset({"failed"})
    leaving: frozenset[str] = frozenset({"deleting"})
    name_tag = True  # whether the Name tag is what tells it from its siblings
    usual: Mapping[str, int] = {}  # seconds that AWS usually takes, by action, where it takes long
    retry_codes: Sequence[
        str | tuple[str, str]
    ] = ()  # errors of AWS that say 'not yet'; with a text that the message holds

    def __init__(self, aws: Any, params: Mapping[str, Any]) -> None:
        self.aws = aws
        self.params = params

    # -- the verbs ---------------------------------------------------------------------------------------------------
    def siblings(self) -> list[dict[str, Any]]:
        """All resources of this kind in the region, from as few calls as AWS allows."""
        raise NotImplementedError

    def is_me(self, sibling: Mapping[str, Any]) -> bool:
        """Whether one of the siblings is this resource. By default: it bears our name in its Name tag."""
        return bool((sibling.get("tags") or {}).get("Name") == self.params["name"])

    def describe(self, sibling: dict[str, Any]) -> dict[str, Any]:
        """What is known of a found sibling, in the options' shape; more calls where a listing does not tell all."""
        return sibling

    def desired(self, have: Mapping[str, Any] | None) -> dict[str, Any]:
        """The managed fields as they shall be. An option that is not given is left alone."""
        want = {name: overlay(self.params[name], (have or {}).get(name)) for name in self.managed if self._given(name)}
        wanted = self.params.get("tags")
        if wanted is None and have is None and self.name_tag:
            wanted = {}  # without its Name it could not be found again
        tags = merge_tags(wanted, (have or {}).get("tags"), self.params.get("purge_tags", True))
        return want if tags is None else {**want, "tags": self.named(tags)}

    def create(self, want: Mapping[str, Any]) -> None:
        """Start the creation. Whatever AWS takes later, the loop sends as updates."""
        raise NotImplementedError

    def update(self, have: Mapping[str, Any], changes: Mapping[str, Any]) -> Iterable[str] | None:
        """Send one step towards ``changes``. Returns the fields that have to wait for a later one, if there are any."""
        raise NotImplementedError

    def delete(self, have: Mapping[str, Any]) -> None:
        """Start the deletion, or send the step that has to come before it."""
        raise NotImplementedError

    # -- what follows from the data ----------------------------------------------------------------------------------
    def named(self, tags: dict[str, str]) -> dict[str, str]:
        """Tags with the Name that identifies the resource; kinds with a name of their own leave them as they are."""
        return {**tags, "Name": self.params["name"]} if self.name_tag else tags

    def read(self) -> dict[str, Any] | None:
        """This resource, or None where it does not exist or cannot exist yet."""
        if any(unknown_in(self.params.get(name)) for name in self.identity):
            return None
        found = [sibling for sibling in self.siblings() if self.is_me(sibling)]
        if len(found) > 1:
            raise Refused(f"{len(found)} of {self} exist, and only one can be meant: remove or rename the others")
        return self.describe(found[0]) if found else None

    def status(self, have: Mapping[str, Any]) -> str:
        """ready, busy, failed or leaving."""
        state = have.get(self.status_field)
        if state is None or state in self.ready:
            return "ready"
        if state in self.failed:
            return "failed"
        return "leaving" if state in self.leaving else "busy"

    def reason(self, have: Mapping[str, Any]) -> str:
        """Why it failed, in AWS's words."""
        return str(have.get("state_message") or have.get("failure_message") or "AWS gives no reason")

    def kept(self, have: Mapping[str, Any]) -> bool:
        """Whether state absent leaves it alone, because others use it too."""
        return False

    def is_not_yet(self, error: Exception) -> bool:
        """Whether an error of AWS only says that the time has not come."""
        code, message = _aws_error(error)
        return any(r == code if isinstance(r, str) else r[0] == code and r[1] in message for r in self.retry_codes)

    @property
    def region(self) -> str:
        """The region that a reader looks for it in."""
        return str(self.aws.region)

    @property
    def label(self) -> str:
        """What tells it from the others of its kind in its region, to a reader."""
        told = (self.params.get(name) for name in self.identity if not name.endswith("_id"))
        return " ".join(str(value) for value in told if value is not None)

    def observe(self, have: Mapping[str, Any]) -> Iterable[Observation]:
        """What differs from the options and is let be: AWS's own doing, or a change that AWS has still to make."""
        return ()

    def remains(self) -> Sequence[str]:
        """The ids of what an earlier one has left, where it does not exist: creation takes it over, or AWS drops it."""
        return ()

    def _given(self, name: str) -> bool:
        return self.params.get(name) is not None

    def __str__(self) -> str:
        return f"{self.kind} {' '.join(str(self.params.get(name)) for name in self.identity)}"


@dataclass(frozen=True)
class Outcome:
    """What came of it: the plan as it was made first, and the resource as it is (in check mode: as it would be)."""

    plan: Plan
    have: Mapping[str, Any] | None
    refusal: str = ""  # in check mode, why there is no plan
    settled: bool = False  # nothing is to be done, and AWS is not at work on it
    seconds: float = 0.0

    @property
    def changed(self) -> bool:
        return self.plan.action not in ("none", "refuse")


def plan_of(resource: Resource, have: Mapping[str, Any] | None, present: bool) -> Plan:
    """The plan for one resource, or why there cannot be one."""
    _refuse_foreign(resource, have)
    if not present:
        if have is not None and (resource.status(have) == "leaving" or resource.kept(have)):
            return NOTHING
        shown = (
            None
            if have is None
            else {k: have[k] for k in (*resource.computed, *resource.identity, *resource.managed, "tags") if k in have}
        )
        return make_plan(None, shown)
    plan = make_plan(resource.desired(have), have)
    missing = [name for name in resource.needed if not plan.after.get(name)] if plan.action == "create" else []
    if missing:
        raise Refused(f"{resource} does not exist, and to create it needs {' and '.join(missing)}")
    fixed = sorted(resource.immutable & set(plan.changes)) if plan.action == "update" else []
    if fixed:
        told = ", ".join(f"{name} from {plan.before[name]!r} to {plan.after[name]!r}" for name in fixed)
        raise Refused(
            f"AWS cannot change {told} on an existing {resource}. Give it the present value, or delete it and create "
            "it anew; that is never done by itself."
        )
    return plan


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
    """Bring one resource to what is wanted. A difference is sent once; if it comes back, AWS has not caught up yet.

    With ``wait=False`` it returns as soon as what was asked for has begun. ``approve`` sees the plan before anything is
    done and may refuse it; ``progress`` is told AWS's state and the seconds so far, again and again while it waits.
    Raises :class:`Refused`; in check mode the refusal of a plan is an outcome.
    """
    if check:
        return _foresee(resource, present, sleep)
    have = _look(resource, sleep)
    first = plan = plan_of(resource, have, present)
    if plan.action != "none":
        approve(plan)
    patience, sent = Patience(resource, timeout, progress, sleep, clock), set[str]()
    while True:
        status = _status(resource, have, present)
        if plan.action == "none" and (status == "ready" or not wait):
            break
        due = _due(resource, plan, sent) if status == "ready" or plan.action == "delete" else set()
        not_yet = _send(resource, plan, have, due, sent) if due else None
        if due and not_yet is None:
            pass  # look at once what came of it
        elif not wait and sent and present and have is not None:
            break
        else:
            patience.pause(plan, have, not_yet or "")
        have = _look(resource, sleep)
        plan = plan_of(resource, have, present)
    return Outcome(first, have, seconds=patience.elapsed)


def _foresee(resource: Resource, present: bool, sleep: Callable[[float], None]) -> Outcome:
    """What an apply would do, or refuse to do."""
    have = None
    try:
        have = _look(resource, sleep)
        plan = plan_of(resource, have, present)
        status = _status(resource, have, present)
    except Refused as refusal:
        return Outcome(Plan("refuse", {}, {}), have or predict(resource, make_plan({}, None), None), str(refusal))
    return Outcome(plan, predict(resource, plan, have), settled=plan.action == "none" and status == "ready")


def _look(resource: Resource, sleep: Callable[[float], None]) -> dict[str, Any] | None:
    """Read it. What is listed and cannot be found goes or comes just now: look again, and never take it for absent."""
    for pause in (0.05, 0.2, 1.0, 5.0):
        try:
            return resource.read()
        except Exception as error:
            if not _is_gone(error):
                raise
        sleep(pause)
    return resource.read()


def _due(resource: Resource, plan: Plan, sent: set[str]) -> set[str]:
    """The fields that hold a difference which was not sent yet."""
    return {name for name, steps in plan.steps(resource.gradual).items() if steps - sent}


def predict(resource: Resource, plan: Plan, have: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """The resource as it would be after ``plan``."""
    if plan.action == "none":
        return have
    if plan.action == "delete":
        return None
    if plan.action == "update":
        return {**(have or {}), **plan.after}
    identity = {name: resource.params.get(name) for name in resource.identity}
    return {**{name: UNKNOWN for name in resource.computed}, **identity, **plan.after}


def _aws_error(error: Exception) -> tuple[str, str]:
    """AWS's code and message; empty where it is another error."""
    details = getattr(error, "response", {}).get("Error", {})
    return details.get("Code", ""), details.get("Message", "")


def _is_gone(error: Exception) -> bool:
    """Whether AWS says that something does not exist."""
    return bool(re.search("NotFound|NoSuch", _aws_error(error)[0]))


def _status(resource: Resource, have: Mapping[str, Any] | None, present: bool) -> str:
    if have is None:
        return "ready"
    status = resource.status(have)
    if status == "failed" and present:
        raise Refused(f"{resource} is '{have.get(resource.status_field)}': {resource.reason(have)}")
    return status


def _send(resource: Resource, plan: Plan, have: Mapping[str, Any] | None, due: set[str], sent: set[str]) -> str | None:
    """Apply what is due of a plan and remember it. Returns None, or AWS's words where it says 'not yet'."""
    unknown = sorted(name for name, value in plan.after.items() if unknown_in(value))
    if plan.action != "delete" and unknown:
        raise Refused(
            f"{', '.join(unknown)} of {resource} is not known: what it names does not exist. Create that first, or "
            "correct the name."
        )
    left: Iterable[str] | None = None
    try:
        if plan.action == "create":
            resource.create(plan.after)
        elif plan.action == "update":
            left = resource.update(have or {}, {name: plan.after[name] for name in due})
        else:
            resource.delete(have or {})
    except Exception as error:
        gone = plan.action == "delete" and _is_gone(error)
        if not (gone or resource.is_not_yet(error)):
            raise
        return str(error)
    steps = plan.steps(resource.gradual)
    sent.update(step for name in due - set(left or ()) for step in steps[name])
    return None


class Patience:
    """Waits a tenth of the time that has passed: prompt where AWS is quick, sparing where it is slow."""

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
        self._sleep = sleep
        self._clock = clock
        self._start = clock()

    @property
    def elapsed(self) -> float:
        return self._clock() - self._start

    def pause(self, plan: Plan, have: Mapping[str, Any] | None, answer: str) -> None:
        """Tell how it stands and wait, or raise :class:`Refused` when the time is over."""
        elapsed = self.elapsed
        state = None if have is None else str(have.get(self._resource.status_field) or "there")
        if elapsed > self._timeout:
            now = "does not exist" if state is None else f"is '{state}'"
            left = (
                f"; still to come: {plan.action} {', '.join(sorted(plan.changes))}".rstrip() if plan != NOTHING else ""
            )
            told = f". AWS said last: {answer}" if answer else ""
            raise Refused(
                f"{self._resource} {now} after {self._timeout:g} s{left}{told}. Run again to go on, or raise "
                "wait_timeout."
            )
        self._progress(answer or state or "not there", elapsed)
        self._sleep(min(10.0, max(0.05, elapsed / 10)))


def _refuse_foreign(resource: Resource, have: Mapping[str, Any] | None) -> None:
    owner = ((have or {}).get("tags") or {}).get(OWNER_TAG)
    mine = (resource.params.get("tags") or {}).get(OWNER_TAG)
    if owner and mine and owner != mine:
        raise Refused(
            f"{resource} belongs to environment '{owner}' (tag {OWNER_TAG}), not to '{mine}'. Choose another name, or "
            f"run with the inventory of '{owner}'."
        )
