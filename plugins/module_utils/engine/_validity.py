# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Judge whether a plan document may be applied: by this run, in this account, today."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ansible_collections.mtk.backend.plugins.module_utils.domain._setting import shown
from ansible_collections.mtk.backend.plugins.module_utils.engine._document import SCHEMA_VERSION, digest

SKEW = 300  # seconds that the clocks of two machines may differ
Reason = tuple[str, str]  # what is wrong, and what to do

_WRITE = "Write it with playbooks/plan.yml -e plan_out=FILE."
_AGAIN = "Make and approve a new plan."


@dataclass(frozen=True)
class Wanted:
    """The plan that a run may apply. ``account`` is empty if the run expects none; ages are in seconds."""

    environment: str
    purpose: str
    account: str
    max_age: int
    now: datetime


def content_reasons(document: Any) -> Iterator[Reason]:
    """Return why a document is not an unchanged plan of this version; nothing if it is."""
    if not isinstance(document, Mapping) or "schema_version" not in document:
        yield "the file does not contain a plan", _WRITE
    elif document["schema_version"] != SCHEMA_VERSION:
        version = shown(document["schema_version"])
        yield f"it has schema_version {version}, and this version of the collection reads {SCHEMA_VERSION}", _AGAIN
    elif missing := [name for name in ("account", "partition", "created_at", "hash") if name not in document]:
        yield f"an earlier version of the collection has made it, without {', '.join(missing)}", _AGAIN
    elif document["hash"] != digest(document):
        yield (
            "its content does not have the hash that it names: it was edited or cut off",
            f"Apply it as playbooks/plan.yml wrote it. {_AGAIN}",
        )


def reasons(document: Any, wanted: Wanted) -> Iterator[Reason]:
    """Return why a run must not apply a document; nothing if it may."""
    found = list(content_reasons(document))
    yield from found
    if found:
        return
    expected = {"mode": "plan", "purpose": wanted.purpose, "complete": True, "environment": wanted.environment}
    wrong = [f"{name}: {shown(document.get(name))}" for name, value in expected.items() if document.get(name) != value]
    if wrong:
        yield f"the file is not a complete plan of {wanted.environment} ({', '.join(wrong)})", _WRITE
    elif wanted.account and not document["account"]:
        yield (
            "it names no account: the run that made it did not read the account",
            f"{_AGAIN} Do not use --start-at-task.",
        )
    elif wanted.account and document["account"] != wanted.account:
        yield f"it is a plan of account {document['account']}, and expected_account_id is {wanted.account}", _AGAIN
    yield from age_reasons(document["created_at"], wanted)


def age_reasons(created_at: Any, wanted: Wanted) -> Iterator[Reason]:
    """Return why the age of a plan forbids it; nothing if it does not."""
    try:
        age = (wanted.now - datetime.strptime(created_at, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)).total_seconds()
    except (TypeError, ValueError):
        yield f"its created_at is {shown(created_at)}, which is no time such as 2026-11-30T12:00:00Z", _AGAIN
        return
    if age > wanted.max_age:
        remedy = f"{_AGAIN} A greater plan_max_age permits older plans."
        yield f"it was made {_words(age)} ago ({created_at}), and plan_max_age is {wanted.max_age} seconds", remedy
    elif age < -SKEW:
        remedy = f"Correct the clock of this machine, or of the one that made the plan. {_AGAIN}"
        yield f"it was made {_words(-age)} in the future ({created_at})", remedy


def account_reason(document: Mapping[str, Any], account: str, partition: str) -> str:
    """Return why a plan must not be applied with credentials of an account; empty if it may.

    Playbooks of others that do not read the account make plans without one.
    """
    planned = document["account"], document["partition"]
    if planned in ((account, partition), (None, None)):
        return ""
    return (
        f"is a plan of account {planned[0]} (partition {planned[1]}), and the credentials belong to account {account} "
        f"(partition {partition}). This task has changed nothing. Use credentials of the account of the plan, or make "
        "and approve a new plan."
    )


def _words(seconds: float) -> str:
    """Return an age in words: ``26 h 5 min``."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [(hours, "h"), (minutes, "min"), (0 if hours else rest, "s")]
    return " ".join(f"{number} {unit}" for number, unit in parts if number) or "0 s"
