# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A plan as a value: the present and the wanted fields, and what follows from them. Pure: no Ansible, no AWS."""

from __future__ import annotations

import json
from collections.abc import Container, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple


@dataclass(frozen=True)
class Plan:
    """The work for one resource.

    ``action`` is create, update, replace, delete, keep, refuse or none; ``before`` and ``after`` hold the managed
    fields. ``reason`` says why a resource is replaced, or why it is kept although it is wanted absent.
    """

    action: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    reason: str = ""

    @property
    def idle(self) -> bool:
        """True if there is nothing to do."""
        return self.action in ("none", "keep")

    @property
    def changes(self) -> dict[str, Any]:
        """The fields that differ, with their wanted values."""
        return {name: value for name, value in self.after.items() if value != self.before.get(name)}

    def differences(self, gradual: Container[str] = ()) -> list[Difference]:
        """Return the single differences between before and after of an update.

        Mappings differ by key and lists by item, so that a half-done update shows no new difference. Fields that are
        ``gradual`` differ as a whole: a half-done update of such a field is a new difference, to be sent next.
        """
        found: list[Difference] = []
        for name, after in self.changes.items() if self.action == "update" else ():
            before = self.before.get(name)
            found += [Difference(name, "", before, after)] if name in gradual else _differences(name, before, after)
        return found

    def steps(self, gradual: Container[str] = ()) -> dict[str, frozenset[str]]:
        """Return the differences by field, as texts that are equal for equal differences.

        A creation, a replacement and a deletion are one difference each, under the name of the action.
        """
        if self.action != "update":
            return {} if self.idle else {self.action: frozenset({_text(self.action, self.before)})}
        differences = self.differences(gradual)
        return {name: frozenset(_text(*d) for d in differences if d.field == name) for name in self.changes}


class Difference(NamedTuple):
    """One difference in a field.

    ``key`` is empty for the whole field, a mapping's key, - or + for an item of a list, or the path to a field in an
    item that AWS changes in place: its name and the field.
    """

    field: str
    key: str
    before: Any
    after: Any


# The indexes of a table: the field that names one, and the fields that AWS changes without building the index again.
ITEM_NAME = "index_name"
IN_PLACE = ("provisioned_throughput", "on_demand_throughput")


def _differences(name: str, before: Any, after: Any) -> list[Difference]:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        pairs = ((k, before.get(k), after.get(k)) for k in dict.fromkeys([*before, *after]))
        return [Difference(name, str(key), old, new) for key, old, new in pairs if old != new]
    if isinstance(before, (list, tuple)) and isinstance(after, (list, tuple)):
        old, new = ({_text(item): item for item in items} for items in (before, after))
        if old.keys() != new.keys():
            gone = [item for text, item in old.items() if text not in new]
            added = [item for text, item in new.items() if text not in old]
            return _item_differences(name, gone, added)
    return [Difference(name, "", before, after)]


def _item_differences(name: str, gone: list[Any], added: list[Any]) -> list[Difference]:
    """Return the differences of the items of a list that differ: by field if AWS changes an item in place."""
    left, changed = list(added), list[Difference]()
    for item in list(gone):
        new = next((other for other in left if _is_changed_in_place(item, other)), None)
        if new is not None:
            gone.remove(item)
            left.remove(new)
            changed += _fields_of_item(name, item, new)
    removed = [Difference(name, "-", item, None) for item in gone]
    return [*removed, *(Difference(name, "+", None, item) for item in left), *changed]


def _is_changed_in_place(item: Any, other: Any) -> bool:
    if not (isinstance(item, Mapping) and isinstance(other, Mapping) and ITEM_NAME in item):
        return False
    fixed = {key for key in (*item, *other) if key not in IN_PLACE}
    return all(item.get(key) == other.get(key) for key in fixed)


def _fields_of_item(name: str, item: Mapping[str, Any], other: Mapping[str, Any]) -> list[Difference]:
    found = []
    for field in (field for field in IN_PLACE if item.get(field) != other.get(field)):
        for _name, key, before, after in _differences(field, item.get(field), other.get(field)):
            path = ".".join(part for part in (str(item[ITEM_NAME]), field, key) if part)
            found.append(Difference(name, path, before, after))
    return found


def _text(*values: Any) -> str:
    return json.dumps(values, sort_keys=True, default=str)


NOTHING = Plan("none", {}, {})


def make_plan(want: Mapping[str, Any] | None, have: Mapping[str, Any] | None) -> Plan:
    """Return the plan that leads from ``have`` to ``want``. None means that the resource does not exist or must not.

    >>> make_plan({"colour": "red"}, {"colour": "blue", "id": 7})
    Plan(action='update', before={'colour': 'blue'}, after={'colour': 'red'})
    """
    if want is None:
        return Plan("delete", have, {}) if have is not None else NOTHING
    if have is None:
        return Plan("create", {}, want)
    before = {name: have.get(name) for name in want}
    return Plan("update", before, want) if before != dict(want) else NOTHING


def merge_tags(wanted: Mapping[str, Any] | None, have: Mapping[str, str] | None, purge: bool) -> dict[str, str] | None:
    """Return the wanted tags as strings, as AWS keeps them; None if tags are not managed."""
    if wanted is None:
        return None
    text = {str(k): str(v) for k, v in wanted.items()}
    return text if purge else {**(have or {}), **text}
