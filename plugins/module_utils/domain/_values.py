# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The words that all layers share: the unknown value, a refusal, an observation, the tags that carry identity."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

# The value of everything that AWS decides on creation. It travels through tasks like any id.
UNKNOWN = "(known after apply)"
OWNER_TAG = "mtk:environment"
COMPONENT_TAG = "mtk:component"
# The options that name resources for which the user consents to what is otherwise refused.
CONSENTS = ("adopt", "replace", "remove", "create_empty")
ADOPTED_TAG = "mtk:adopted"  # on a resource that was taken over: the tags of others are kept


class Refused(Exception):
    """An operation that cannot or must not be done. The message names option, value, rule and remedy."""


class Later(Refused):
    """A change that AWS takes in a later run only, because it limits such changes by time.

    ``fields`` are the fields that have to wait; all other changes of the resource go on. ``begun`` says that the first
    step of the change was made.
    """

    def __init__(self, message: str, fields: Iterable[str], begun: bool = False) -> None:
        super().__init__(message)
        self.fields = frozenset(fields)
        self.begun = begun


class NotYet(Exception):
    """An operation that AWS would refuse now and accept later, without anybody's help."""


class Observation(NamedTuple):
    """A difference that no apply repairs.

    ``owner`` is ``aws`` (AWS's own doing), ``pending`` (AWS has accepted the change and has still to make it),
    ``foreign`` (others have added it to the resource) or ``decision`` (somebody has to act, and no apply can).
    """

    field: str
    wanted: Any
    found: Any
    owner: str
    reason: str


def unknown_in(value: Any) -> bool:
    """Return whether a value is, or contains, :data:`UNKNOWN`."""
    if isinstance(value, Mapping):
        return any(unknown_in(v) for v in value.values())
    if isinstance(value, (list, tuple)):
        return any(unknown_in(v) for v in value)
    return bool(value == UNKNOWN)


def overlay(given: Any, have: Any) -> Any:
    """Return ``have`` with the values of ``given`` laid over it; None and missing keys leave ``have`` unchanged.

    >>> overlay({"a": 1, "b": None}, {"b": 2, "c": 3})
    {'b': 2, 'c': 3, 'a': 1}
    """
    if not isinstance(given, Mapping) or not isinstance(have, Mapping):
        return _without_none(given)
    return {**have, **{k: overlay(v, have.get(k)) for k, v in given.items() if v is not None}}


def _without_none(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {k: _without_none(v) for k, v in value.items() if v is not None}
    if isinstance(value, list):
        return [_without_none(v) for v in value]
    return value
