# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan of a whole run as a document: an entry for each resource.

docs/using/plan.md and docs/using/plan.schema.json describe its shape.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.mtk.backend.plugins.module_utils.domain._values import UNKNOWN
from ansible_collections.mtk.backend.plugins.module_utils.engine._plan import Difference, Plan
from ansible_collections.mtk.backend.plugins.module_utils.engine._reconcile import Outcome
from ansible_collections.mtk.backend.plugins.module_utils.engine._resource import Resource

SCHEMA_VERSION = 1
# An entry of action "unknown" is a task of another collection whose module has no check mode.
# "keep" is a resource that is wanted absent, and stays.
ACTIONS = ("create", "update", "replace", "refuse", "delete", "unknown", "keep", "none")
IDLE = ("keep", "none")
Entry = dict[str, Any]


def entry(kind: str, resource: Resource, outcome: Outcome, check: bool) -> Entry:
    """Return what a module returns as ``plan``. Before and after are in the module's ``diff``."""
    action, have = outcome.plan.action, outcome.have or outcome.plan.before
    known = (each.get(name) for name in resource.computed for each in (have, outcome.plan.before))
    ids = list(dict.fromkeys(filter(_is_id, known)))
    ids += resource.leftovers() if action == "create" else []
    notes = resource.notes(outcome.plan) if check and action == "update" else outcome.later
    if check and action == "delete":
        notes = tuple(resource.takes_along(have))
    details = {
        "mode": "plan" if check else "apply",
        "reason": outcome.refusal or outcome.plan.reason,
        "notes": list(notes),
        "usual_seconds": resource.usual.get(action),
        "seconds": round(outcome.seconds, 1),
        "ids": ids,
        "leaves": [left._asdict() for left in resource.leaves(have)] if action == "delete" else [],
        "observations": [observation._asdict() for observation in resource.tolerated(have)] if have else [],
    }
    return {**heading(kind, resource, action), **{name: value for name, value in details.items() if value}}


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and value != UNKNOWN


def heading(kind: str, resource: Resource, action: str) -> Entry:
    """Return the fields that every entry has."""
    return {"resource": kind, "name": resource.label, "region": resource.region, "action": action}


def refusal(kind: str, region: str, reason: str) -> Entry:
    """Return the entry of a plan that AWS cannot carry out in a region. It belongs to no single resource."""
    return {"resource": kind, "name": region, "region": region, "action": "refuse", "mode": "plan", "reason": reason}


KEY = ("region", "resource", "name")


def key(entry: Mapping[str, Any]) -> tuple[str, str, str]:
    """Return region, resource and name, which identify an entry."""
    return entry["region"], entry["resource"], entry["name"]


def merged(first: Entry | None, later: Entry) -> Entry:
    """Return the entry of two tasks that managed the same resource, one after the other."""
    if first is None or first["action"] in IDLE or later["action"] == "refuse":
        return later if first is None else {**first, **later}
    if later["action"] == "none":
        return {**later, **first, "seconds": first.get("seconds", 0) + later.get("seconds", 0)}
    both = {**first, **later, "seconds": first.get("seconds", 0) + later.get("seconds", 0)}
    if first["action"] in ("create", "replace") and later["action"] != "delete":
        both["action"] = first["action"]
    return {**both, "before": {**later["before"], **first["before"]}, "after": {**first["after"], **later["after"]}}


def differences(entry: Mapping[str, Any]) -> list[Difference]:
    """Return the single differences of an update."""
    return Plan(entry["action"], entry.get("before") or {}, entry.get("after") or {}).differences()


def counts(entries: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """Return the number of entries by action."""
    found = dict.fromkeys(ACTIONS, 0)
    for each in entries:
        found[each["action"]] += 1
    return found


def document(
    environment: str,
    mode: str,
    entries: Iterable[Entry],
    errors: list[dict[str, str]],
    *,
    purpose: str = "apply",
    notes: Iterable[str] = (),
    remaining: Iterable[Entry] = (),
    account: str | None = None,
    partition: str | None = None,
    created_at: str = "",
) -> dict[str, Any]:
    """Return the document of a run. ``mode`` is plan or apply; ``purpose`` is apply or destroy.

    ``account`` and ``partition`` are None if the run did not read them. ``created_at`` is the time in UTC as in
    ``2026-11-30T12:00:00Z``. ``errors`` are failed tasks. They make the document incomplete: the tasks after them did
    not run. ``remaining`` are the entries of a confirmed plan of a destroy that were not carried out. ``notes`` are
    sentences about the whole run.
    """
    listed = [{**each, "differences": [d._asdict() for d in differences(each)]} for each in entries]
    number = counts(listed)
    content = {
        "schema_version": SCHEMA_VERSION,
        "environment": environment,
        "account": account,
        "partition": partition,
        "created_at": created_at,
        "mode": mode,
        "purpose": purpose,
        "complete": not errors,
        "changes": any(number[action] for action in ACTIONS if action not in IDLE),
        "counts": number,
        "resources": sorted(listed, key=key),
        "errors": errors,
        "notes": list(notes),
        "remaining": [dict(zip(KEY, key(each), strict=True)) for each in sorted(remaining, key=key)],
    }
    return {**content, "hash": digest(content)}


def canonical(document: Mapping[str, Any]) -> str:
    """Return a document as JSON that does not depend on the order of fields: sorted and without white space."""
    plain = json.loads(json.dumps(document, default=str))  # keys that are no text become text
    return json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(document: Mapping[str, Any]) -> str:
    """Return the SHA-256 of the canonical JSON of a document without its field ``hash``.

    >>> digest({"environment": "dev"}) == digest({"environment": "dev", "hash": "sha256:0"})
    True
    """
    content = {name: value for name, value in document.items() if name != "hash"}
    return "sha256:" + hashlib.sha256(canonical(content).encode("utf-8", "surrogatepass")).hexdigest()


def words(difference: Difference) -> str:
    """Return a difference as a line of text: ``tags.Owner: "a" -> "b"``, ``routes: + {...}``."""
    field, key, before, after = difference
    if key in ("-", "+") and (before is None or after is None):
        return f"{field}: {key} {text(before if key == '-' else after)}"
    return f"{field}{'.' + key if key else ''}: {text(before)} -> {text(after)}"


def text(value: Any) -> str:
    """Return a value on one line as JSON; ``(known after apply)`` without quotes."""
    return str(value) if value == UNKNOWN else json.dumps(value, default=str, ensure_ascii=False)
