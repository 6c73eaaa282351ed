# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A plan is a value: what is, what shall be, and what follows from it. Nothing here knows Ansible or AWS."""

from __future__ import annotations

import json
from collections.abc import Container, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

# Stands for every value that AWS decides on creation. It travels through tasks like any id.
UNKNOWN = "(known after apply)"


@dataclass(frozen=True)
class Plan:
    """What one step has to do.

    ``action`` is none, create, update, delete or refuse; ``before`` and ``after`` hold the managed fields.
    """

    action: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]

    @property
    def changes(self) -> dict[str, Any]:
        """The fields that differ, with the value they shall have."""
        return {name: value for name, value in self.after.items() if value != self.before.get(name)}

    def differences(self, gradual: Container[str] = ()) -> list[Difference]:
        """The single differences between before and after of an update.

        Mappings differ by key and lists by item, so that what is seen half done differs in nothing new. Fields that are
        ``gradual`` differ as a whole: what is seen half done is the next difference.
        """
        found: list[Difference] = []
        for name, after in self.changes.items() if self.action == "update" else ():
            before = self.before.get(name)
            found += [Difference(name, "", before, after)] if name in gradual else _differences(name, before, after)
        return found

    def steps(self, gradual: Container[str] = ()) -> dict[str, frozenset[str]]:
        """The single differences by field, as text that is equal for equal ones. Creation and deletion are one each."""
        if self.action != "update":
            return {} if self.action == "none" else {self.action: frozenset({_text(self.action, self.before)})}
        differences = self.differences(gradual)
        return {name: frozenset(_text(*d) for d in differences if d.field == name) for name in self.changes}


class Difference(NamedTuple):
    """One difference in a field: of the whole of it, of a ``key`` of a mapping, or an item ('-' or '+') of a list."""

    field: str
    key: str
    before: Any
    after: Any


def _differences(name: str, before: Any, after: Any) -> list[Difference]:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        pairs = ((k, before.get(k), after.get(k)) for k in dict.fromkeys([*before, *after]))
        return [Difference(name, str(key), old, new) for key, old, new in pairs if old != new]
    if isinstance(before, (list, tuple)) and isinstance(after, (list, tuple)):
        here, there = ({_text(item): item for item in items} for items in (before, after))
        if here.keys() != there.keys():
            gone = [Difference(name, "-", item, None) for text, item in here.items() if text not in there]
            return gone + [Difference(name, "+", None, item) for text, item in there.items() if text not in here]
    return [Difference(name, "", before, after)]


def _text(*values: Any) -> str:
    return json.dumps(values, sort_keys=True, default=str)


NOTHING = Plan("none", {}, {})


def make_plan(want: Mapping[str, Any] | None, have: Mapping[str, Any] | None) -> Plan:
    """The plan that leads from ``have`` to ``want``; None stands for a resource that does not (or shall not) exist."""
    if want is None:
        return Plan("delete", have, {}) if have is not None else NOTHING
    if have is None:
        return Plan("create", {}, want)
    before = {name: have.get(name) for name in want}
    return Plan("update", before, want) if before != dict(want) else NOTHING


def overlay(given: Any, have: Any) -> Any:
    """What ``given`` asks for, laid over ``have``: in mappings, what is not given (or None) stays as it is."""
    if not isinstance(given, Mapping) or not isinstance(have, Mapping):
        return _without_none(given)
    return {**have, **{k: overlay(v, have.get(k)) for k, v in given.items() if v is not None}}


def _without_none(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {k: _without_none(v) for k, v in value.items() if v is not None}
    if isinstance(value, list):
        return [_without_none(v) for v in value]
    return value


def unknown_in(value: Any) -> bool:
    """Whether a value is, or contains, one that is known only after apply."""
    if isinstance(value, Mapping):
        return any(unknown_in(v) for v in value.values())
    if isinstance(value, (list, tuple)):
        return any(unknown_in(v) for v in value)
    return bool(value == UNKNOWN)


def merge_tags(wanted: Mapping[str, Any] | None, have: Mapping[str, str] | None, purge: bool) -> dict[str, str] | None:
    """The tags a resource shall bear; None where tags are not managed. AWS keeps values as strings."""
    if wanted is None:
        return None
    text = {str(k): str(v) for k, v in wanted.items()}
    return text if purge else {**(have or {}), **text}
