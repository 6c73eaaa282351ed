# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The types of notifications of AWX: their fields, the defaults that AWX adds, and which fields are secrets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.mtk.backend.plugins.module_utils.domain._setting import HIDDEN, MISSING, Fault, did_you_mean

REQUIRED: Any = object()  # AWX has no default for the field
SECRET = "secret"
# Of each type, the fields with their Python types (AWX converts nothing) and defaults. A second run would see a
# difference if a field that AWX adds were not sent.
TYPES: dict[str, dict[str, tuple[Any, Any]]] = {
    "webhook": {
        "url": (str, REQUIRED),
        "http_method": (str, "POST"),
        "disable_ssl_verification": (bool, False),
        "username": (str, ""),
        "password": (SECRET, ""),
        "headers": (dict, {}),
    },
    "slack": {"token": (SECRET, REQUIRED), "channels": (list, REQUIRED)},
    "mattermost": {"mattermost_url": (str, REQUIRED), "mattermost_no_verify_ssl": (bool, False)},
    "rocketchat": {"rocketchat_url": (str, REQUIRED), "rocketchat_no_verify_ssl": (bool, False)},
    "pagerduty": {
        "subdomain": (str, REQUIRED),
        "token": (SECRET, REQUIRED),
        "service_key": (str, REQUIRED),
        "client_name": (str, "mtk"),
    },
    "email": {
        "host": (str, REQUIRED),
        "port": (int, 25),
        "username": (str, ""),
        "password": (SECRET, ""),
        "use_tls": (bool, False),
        "use_ssl": (bool, False),
        "sender": (str, REQUIRED),
        "recipients": (list, REQUIRED),
        "timeout": (int, 30),
    },
}
_WORDS = {str: "text", bool: "true or false", int: "a whole number", list: "a list", dict: "a dictionary"}


def defaults(kind: str) -> dict[str, Any]:
    """Return the defaults of the fields of a type.

    >>> defaults("mattermost")
    {'mattermost_no_verify_ssl': False}
    """
    return {field: entry[1] for field, entry in TYPES[kind].items() if entry[1] is not REQUIRED}


def is_name(value: Any) -> bool:
    """Return whether a value is the name of an object as AWX stores it, which is without white space at its ends."""
    return isinstance(value, str) and bool(value) and value == value.strip()


def secrets(kind: str, given: Mapping[str, Any]) -> bool:
    """Return whether a configuration has a secret, which AWX stores and never shows."""
    return any(given.get(field) for field, entry in TYPES[kind].items() if entry[0] is SECRET)


def notification(name: str, value: Mapping[str, Any]) -> Iterator[Fault]:
    """Return the faults of a notification: the name of one that exists, or a type with its configuration."""
    if not value:
        return
    known = ("name", "type", "configuration")
    for key in (str(key) for key in value if key not in known):
        near = did_you_mean(key, known)
        remedy = f"Did you mean {near}?" if near else f"Use {', '.join(known)}."
        yield Fault({f"{name}.{key}": MISSING}, "is not a key of a notification", remedy)
    if "name" in value and not is_name(value["name"]):
        rule = "it must be text without white space at its ends"
        yield Fault({f"{name}.name": value["name"]}, rule, "Correct it, or remove it.")
    if set(value) == {"name"}:
        return
    kind = value.get("type")
    if not isinstance(kind, str) or kind not in TYPES:
        near = did_you_mean(str(kind), TYPES)
        rule = f"the types are {', '.join(sorted(TYPES))}"
        remedy = f"Did you mean {near}?" if near else "Set it, or only name, for a notification template that exists."
        yield Fault({f"{name}.type": kind}, rule, remedy)
    elif not isinstance(value.get("configuration"), Mapping):
        rule = "is not set" if "configuration" not in value else "is not a dictionary"
        fields = [field for field, entry in TYPES[kind].items() if entry[1] is REQUIRED]
        yield Fault({f"{name}.configuration": MISSING}, rule, f"A {kind} notification needs {', '.join(fields)}.")
    else:
        yield from _fields(f"{name}.configuration", TYPES[kind], value["configuration"])


def _has_type(value: Any, expected: type) -> bool:
    # To Python, true and false are whole numbers, too.
    return isinstance(value, expected) and (expected is bool or not isinstance(value, bool))


def _fields(path: str, known: Mapping[str, tuple[Any, Any]], given: Mapping[str, Any]) -> Iterator[Fault]:
    for key in (str(key) for key in given if key not in known):
        near = did_you_mean(key, known)
        remedy = f"Did you mean {near}?" if near else f"Use {', '.join(known)}."
        yield Fault({f"{path}.{key}": MISSING}, "is not a field of this type", remedy)
    for field, (type_, default) in known.items():
        expected = str if type_ is SECRET else type_
        value = given.get(field, default)
        if value is REQUIRED:
            yield Fault({f"{path}.{field}": MISSING}, "is not set", "Set it; AWX has no default.")
        elif not _has_type(value, expected) or (default is REQUIRED and not value):
            # A text or a dictionary may be a secret: a URL, a header, a key at the wrong place.
            shown = value if expected in (bool, int, list) and not isinstance(value, Mapping) else HIDDEN
            yield Fault({f"{path}.{field}": shown}, f"it must be {_WORDS[expected]}", "Correct it.")
