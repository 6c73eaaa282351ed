# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Approved plans: a plan that was read and approved, and what it permits."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ansible_collections.mtk.backend.plugins.module_utils.domain._values import UNKNOWN, Refused
from ansible_collections.mtk.backend.plugins.module_utils.engine._document import (
    differences,
    heading,
    key,
    words,
)
from ansible_collections.mtk.backend.plugins.module_utils.engine._plan import Difference, Plan
from ansible_collections.mtk.backend.plugins.module_utils.engine._resource import Resource
from ansible_collections.mtk.backend.plugins.module_utils.engine._validity import account_reason, content_reasons

ARTIFACT = "mtk_plan_artifact"  # the variable with a plan of an earlier job, and the beginning of the name of its file


class Approved:
    """A plan that was approved. Raises :class:`Refused` if its file is not a complete and unchanged plan."""

    def __init__(self, path: str) -> None:
        self.path = ARTIFACT if Path(path).name.startswith(f"{ARTIFACT}.") else path
        try:
            document = json.loads(Path(path).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise Refused(f"plan_file {path} cannot be read: {error}. Give a file written by plan_out.") from error
        for rule, remedy in content_reasons(document):
            raise Refused(f"plan_file is {path}; {rule}. {remedy}")
        if document["mode"] != "plan" or not document["complete"]:
            raise Refused(f"plan_file {path} is not a complete plan. Make a new one, without failed tasks.")
        self._document = document
        self._entries = {key(entry): entry for entry in document["resources"]}

    def check_account(self, account: str, partition: str) -> None:
        """Raise :class:`Refused` unless the plan was made in the account of the credentials."""
        reason = account_reason(self._document, account, partition)
        if reason:
            raise Refused(f"The approved plan {self.path} {reason}")

    def check(self, kind: str, resource: Resource, plan: Plan) -> None:
        """Raise :class:`Refused` unless the file contains all that ``plan`` would do."""
        planned = self._entries.get(key(heading(kind, resource, plan.action)), {"action": "none"})
        unplanned = list(_unplanned(planned, plan))
        if unplanned:
            raise Refused(
                f"{resource} in {resource.region} differs from the approved plan {self.path}. The plan says "
                f"{planned['action']}; now the action is {plan.action}, with changes that the plan does not contain: "
                f"{'; '.join(unplanned)}. The resource was not changed. Make and approve a new plan."
            )

    def check_task(self, entry: Mapping[str, Any], outcome: str) -> None:
        """Raise :class:`Refused` unless the file contains what a task of another collection changes.

        A planned task without check mode or without details was approved for whatever it does. ``outcome`` says whether
        the task was run, and how to go on.
        """
        planned = self._entries.get(key(entry), {"action": "no such task"})
        if planned["action"] == "unknown" or (planned["action"] != "no such task" and entry["action"] == "none"):
            return
        allowed = [list(each) for each in differences(planned)]
        found = differences(_plain(entry))
        changes = [words(each) for each in found if not any(fits(one, list(each)) for one in allowed)]
        if planned["action"] == entry["action"] and not (allowed and changes):
            return
        details = "; ".join(changes) or " ".join(entry.get("notes", ()))
        raise Refused(
            f"{entry['resource']} {entry['name']} in {entry['region']} differs from the approved plan {self.path}. The "
            f"plan says {planned['action']}; now the action is {entry['action']}. {details} {outcome}"
        )


def _unplanned(planned: Mapping[str, Any], plan: Plan) -> Iterable[str]:
    """Return the changes of a plan that a planned entry does not contain, as lines of text."""
    if planned["action"] == "delete" and _only_empties(plan):
        return []
    if plan.action == "delete" or planned["action"] not in ("create", "update", "replace"):
        return [] if plan.action == planned["action"] else [plan.action]
    if plan.action == "replace" and planned["action"] != "replace":
        return ["replace"]
    if plan.action == "create" and planned["action"] == "update":
        return ["create"]
    allowed = differences(planned) if planned["action"] == "update" else _creation(planned.get("after") or {})
    return [
        words(done) for done in _parts(planned, plan) if not any(fits(list(each), _plain(done)) for each in allowed)
    ]


def _only_empties(plan: Plan) -> bool:
    """Return whether an update only empties lists, such as the rules of a security group before its deletion."""
    return plan.action == "update" and all(value == [] for value in plan.changes.values())


def _parts(planned: Mapping[str, Any], plan: Plan) -> list[Difference]:
    """Return the single differences that the approved plan has to contain.

    A planned creation or replacement may be half done by now, or be done by two tasks. A field that ends with the
    planned value is as planned. Of any other field, each item has to be planned.
    """
    if planned["action"] == "update":
        return plan.differences()
    others = {
        name: v for name, v in plan.changes.items() if not fits((planned.get("after") or {}).get(name), _plain(v))
    }
    if plan.action != "update":
        return _creation(others)
    return [d._replace(before=None if d.key != "-" else d.before) for d in plan.differences() if d.field in others]


def _creation(fields: Mapping[str, Any]) -> list[Difference]:
    """Return the fields of a creation as single differences."""
    nothing = {name: type(value)() if isinstance(value, (dict, list)) else None for name, value in fields.items()}
    return Plan("update", nothing, fields).differences()


def fits(planned: Any, actual: Any) -> bool:
    """Return whether a value is the planned one. ``(known after apply)`` in the plan permits any value."""
    if isinstance(planned, str) and UNKNOWN in planned:
        pattern = ".*".join(re.escape(part) for part in planned.split(UNKNOWN))
        return planned == UNKNOWN or (isinstance(actual, str) and re.fullmatch(pattern, actual) is not None)
    if isinstance(planned, Mapping) and isinstance(actual, Mapping):
        return planned.keys() == actual.keys() and all(fits(planned[key], actual[key]) for key in planned)
    if isinstance(planned, list) and isinstance(actual, list):
        if planned == [UNKNOWN]:  # the number of items is not known either
            return True
        return len(planned) == len(actual) and _pair(planned, actual)
    return bool(planned == actual)


def _pair(planned: list[Any], actual: list[Any]) -> bool:
    """Return whether each actual item has a planned item of its own.

    Equal items are paired first, because an unknown planned item fits many.
    """
    left, others = list(planned), []
    for item in actual:
        if item in left:
            left.remove(item)
        else:
            others.append(item)
    for item in others:
        mate = next((index for index, each in enumerate(left) if fits(each, item)), None)
        if mate is None:
            return False
        del left[mate]
    return True


def _plain(value: Any) -> Any:
    """Return a value as JSON gives it back."""
    return json.loads(json.dumps(value, default=str))
