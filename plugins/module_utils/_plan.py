# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A plan is a value: what is, what shall be, and what follows from it. Nothing here knows Ansible or AWS."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# Stands for every value that AWS decides on creation. It travels through tasks like any id.
UNKNOWN = "(known after apply)"


@dataclass(frozen=True)
class Plan:
    """What one step has to do.

    ``action`` is none, create, update or delete; ``before`` and ``after`` hold the managed fields.
    """

    action: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]

    @property
    def changes(self) -> dict[str, Any]:
        """The fields that differ, with the value they shall have."""
        return {name: value for name, value in self.after.items() if value != self.before.get(name)}

    @property
    def key(self) -> str:
        """Equal for equal plans."""
        return json.dumps([self.action, self.before, self.after], sort_keys=True, default=str)


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
