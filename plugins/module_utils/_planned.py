# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan of a whole run as a document: what every resource comes to, how it is read back, and what it permits.

Its shape is described in docs/plan.md and docs/plan.schema.json.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ansible_collections.mtk.backend.plugins.module_utils._plan import UNKNOWN, Difference, Plan
from ansible_collections.mtk.backend.plugins.module_utils._reconcile import Outcome, Refused, Resource

SCHEMA_VERSION = 1
ACTIONS = ("create", "update", "refuse", "delete", "none")
Entry = dict[str, Any]


def entry(kind: str, resource: Resource, outcome: Outcome, check: bool) -> Entry:
    """What a module returns as ``plan``; before and after are in its ``diff``."""
    action, have = outcome.plan.action, outcome.have or outcome.plan.before
    ids = [have[name] for name in resource.computed if isinstance(have.get(name), str) and have[name] != UNKNOWN]
    ids += resource.remains() if action == "create" else []
    told = {
        "mode": "plan" if check else "apply",
        "reason": outcome.refusal,
        "usual_seconds": resource.usual.get(action),
        "seconds": round(outcome.seconds, 1),
        "ids": ids,
        "observations": [observation._asdict() for observation in resource.observe(have)] if have else [],
    }
    return {**_head(kind, resource, action), **{name: value for name, value in told.items() if value}}


def _head(kind: str, resource: Resource, action: str) -> Entry:
    return {"resource": kind, "name": resource.label, "region": resource.region, "action": action}


def place(one: Mapping[str, Any]) -> tuple[str, str, str]:
    """What an entry is about."""
    return one["region"], one["resource"], one["name"]


def merged(first: Entry | None, later: Entry) -> Entry:
    """What two tasks that kept the same resource, one after the other, come to together."""
    if first is None or first["action"] == "none" or later["action"] == "refuse":
        return later if first is None else {**first, **later}
    if later["action"] == "none":
        return {**later, **first, "seconds": first.get("seconds", 0) + later.get("seconds", 0)}
    both = {**first, **later, "seconds": first.get("seconds", 0) + later.get("seconds", 0)}
    if first["action"] == "create" and later["action"] != "delete":
        both["action"] = "create"
    return {**both, "before": {**later["before"], **first["before"]}, "after": {**first["after"], **later["after"]}}


def differences(one: Mapping[str, Any]) -> list[Difference]:
    """The single differences of an update."""
    return Plan(one["action"], one.get("before") or {}, one.get("after") or {}).differences()


def counts(entries: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """How many entries there are of each action."""
    found = dict.fromkeys(ACTIONS, 0)
    for one in entries:
        found[one["action"]] += 1
    return found


def document(environment: str, mode: str, entries: Iterable[Entry], errors: list[dict[str, str]]) -> dict[str, Any]:
    """The whole. ``mode`` is plan or apply; ``errors`` are tasks that failed and hide what comes after them."""
    listed = [{**one, "differences": [d._asdict() for d in differences(one)]} for one in entries]
    number = counts(listed)
    return {
        "schema_version": SCHEMA_VERSION,
        "environment": environment,
        "mode": mode,
        "complete": not errors,
        "changes": any(number[action] for action in ACTIONS if action != "none"),
        "counts": number,
        "resources": sorted(listed, key=place),
        "errors": errors,
    }


class Approved:
    """A plan that somebody has read and approved. Raises :class:`Refused` where the file holds none."""

    def __init__(self, path: str) -> None:
        self.path = path
        try:
            whole = json.loads(Path(path).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise Refused(f"plan_file: {path} cannot be read as a plan: {error}") from error
        version = whole.get("schema_version") if isinstance(whole, dict) else None
        if version != SCHEMA_VERSION:
            raise Refused(f"plan_file: {path} has schema_version {version}, and {SCHEMA_VERSION} is known: plan anew")
        if whole["mode"] != "plan" or not whole["complete"]:
            raise Refused(f"plan_file: {path} is no complete plan: make one with check mode, and without errors")
        self._entries = {place(one): one for one in whole["resources"]}

    def check(self, kind: str, resource: Resource, plan: Plan) -> None:
        """Raise :class:`Refused` unless the file contains all that ``plan`` would do."""
        planned = self._entries.get(place(_head(kind, resource, plan.action)), {"action": "none"})
        strange = list(_unplanned(planned, plan))
        if strange:
            raise Refused(
                f"{resource} in {resource.region} is not as it was planned in {self.path}, which says "
                f"{planned['action']}. Now {plan.action} would do what the plan does not contain: "
                f"{'; '.join(strange)}. Nothing was done to it. Make and approve a new plan."
            )


def _unplanned(planned: Mapping[str, Any], plan: Plan) -> Iterable[str]:
    """What a plan does beyond a planned entry, in words."""
    if plan.action == "delete" or planned["action"] not in ("create", "update"):
        return [] if plan.action == planned["action"] else [plan.action]
    if plan.action == "create" and planned["action"] == "update":
        return ["create"]
    allowed = differences(planned) if planned["action"] == "update" else _creation(planned.get("after") or {})
    return [words(done) for done in _parts(planned, plan) if not any(fits(list(one), _plain(done)) for one in allowed)]


def _parts(planned: Mapping[str, Any], plan: Plan) -> list[Difference]:
    """The single differences that have to be planned ones.

    What was planned as a creation may be there by now, half done, or be done in two tasks. A field that then comes to
    what was planned is as planned; of another one, each item has to be.
    """
    if planned["action"] == "update":
        return plan.differences()
    strange = {
        name: v for name, v in plan.changes.items() if not fits((planned.get("after") or {}).get(name), _plain(v))
    }
    if plan.action == "create":
        return _creation(strange)
    return [d._replace(before=None if d.key != "-" else d.before) for d in plan.differences() if d.field in strange]


def _creation(fields: Mapping[str, Any]) -> list[Difference]:
    """A creation as single differences."""
    nothing = {name: type(value)() if isinstance(value, (dict, list)) else None for name, value in fields.items()}
    return Plan("update", nothing, fields).differences()


def fits(planned: Any, actual: Any) -> bool:
    """Whether a value is the planned one; what was known only after apply may be anything."""
    if isinstance(planned, str) and UNKNOWN in planned:
        pattern = ".*".join(re.escape(part) for part in planned.split(UNKNOWN))
        return planned == UNKNOWN or (isinstance(actual, str) and re.fullmatch(pattern, actual) is not None)
    if isinstance(planned, Mapping) and isinstance(actual, Mapping):
        return planned.keys() == actual.keys() and all(fits(planned[key], actual[key]) for key in planned)
    if isinstance(planned, list) and isinstance(actual, list):
        if planned == [UNKNOWN]:  # how many there will be is not known either
            return True
        return len(planned) == len(actual) and _pair(planned, actual)
    return bool(planned == actual)


def _pair(planned: list[Any], actual: list[Any]) -> bool:
    """Whether each actual item has a planned one of its own; equal ones first, since unknown ones fit many."""
    left, others = list(planned), []
    for item in actual:
        if item in left:
            left.remove(item)
        else:
            others.append(item)
    for item in others:
        mate = next((at for at, one in enumerate(left) if fits(one, item)), None)
        if mate is None:
            return False
        del left[mate]
    return True


def _plain(value: Any) -> Any:
    """A value as it looks after a way through JSON."""
    return json.loads(json.dumps(value, default=str))


def words(difference: Difference) -> str:
    """One difference for a reader: ``tags.Owner: "a" -> "b"``, ``routes: + {...}``."""
    field, key, before, after = difference
    if key in ("-", "+") and (before is None or after is None):
        return f"{field}: {key} {text(before if key == '-' else after)}"
    return f"{field}{'.' + key if key else ''}: {text(before)} -> {text(after)}"


def text(value: Any) -> str:
    """A value on one line; what is only known after apply stands bare."""
    return str(value) if value == UNKNOWN else json.dumps(value, default=str, ensure_ascii=False)
