# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run locks as values: what a run says about itself, what a lock's item holds, and the sentences about both.

An apply excludes another apply of the same environment; what environments share has locks of its own. Times are AWS's.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

TABLE = "mtk_backend_run_locks"
KEY = "lock"  # the key attribute of the table
TAGS = {"mtk:stack": "mtk-backend", "mtk:component": "run_lock"}  # and no environment: the table belongs to none
SHARED = "shared/"  # the beginning of the names of locks that span environments
IPAM = f"{SHARED}ipam"
LOCK_VARIABLE = "MTK_RUN_LOCK"  # the environment variable of a module in a process of its own: the run as text
LEASE = 120  # seconds after which a lock that was not renewed may be taken over
BEAT = 20  # seconds between two renewals
SHARED_TIMEOUT = 900  # seconds to wait for a shared lock, which other runs need for minutes


def environment_lock(environment: str) -> str:
    """Return the name of the lock of an environment."""
    return f"environment/{environment}"


def deletion_right(environment: str) -> str:
    """Return the key of the item that only those read who may delete an environment. Nobody writes the item."""
    return f"destruction/{environment}"


@dataclass(frozen=True)
class Run:
    """Hold what a run says about itself to its modules.

    ``region`` is the home region, which has the table. ``directory`` is the run's own, with the state of its locks.
    ``pid`` and ``started`` identify the process of ansible-playbook. ``timeout`` and ``breaks`` are the extra variables
    lock_timeout and break_lock. ``deletes`` says that the run deletes the environment, or a region of it.
    """

    id: str
    environment: str
    region: str
    directory: str
    pid: int
    started: str
    who: str
    command: str
    timeout: int | None = None
    breaks: str = ""
    deletes: bool = False

    def text(self) -> str:
        """Return the run as text, for modules in a process of their own."""
        return json.dumps(asdict(self))

    def seconds(self, lock: str) -> int:
        """Return how long to wait for a lock that another run holds."""
        if self.timeout is not None:
            return self.timeout
        return 0 if lock == environment_lock(self.environment) else SHARED_TIMEOUT


def run_of(text: str) -> Run | None:
    """Return the run of :meth:`Run.text`; None for an empty text."""
    return Run(**json.loads(text)) if text else None


@dataclass(frozen=True)
class Entry:
    """The item of a lock.

    ``serial`` grows whenever a run takes the lock, and stays when it is released: an equal serial means that no other
    run has held the lock in between. A lock without ``holder`` is free. ``expires`` are seconds since the epoch.
    """

    lock: str
    serial: int = 0
    holder: str = ""
    who: str = ""
    caller: str = ""
    command: str = ""
    since: str = ""
    expires: int = 0

    def is_expired(self, now: datetime) -> bool:
        """Return whether the holder has not renewed the lock in time. ``now`` is AWS's time."""
        return self.expires <= now.timestamp()

    def item(self) -> dict[str, dict[str, str]]:
        """Return the item as DynamoDB takes it, without empty attributes."""
        fields = {name: value for name, value in asdict(self).items() if value != ""}
        return {name: {"N" if isinstance(value, int) else "S": str(value)} for name, value in fields.items()}


def entry_of(lock: str, item: Mapping[str, Any] | None) -> Entry:
    """Return the entry that an item of the table holds; a free lock for None."""
    fields: dict[str, Any] = {}
    for name, typed in (item or {}).items():
        ((kind, value),) = typed.items()
        fields[name] = int(value) if kind == "N" else value
    known = {name: value for name, value in fields.items() if name in Entry.__dataclass_fields__}
    return Entry(**{**known, "lock": lock})


def label(lock: str) -> str:
    """Return a lock in words.

    >>> label("environment/dev"), label("shared/ipam")
    ('environment dev', 'what environments share (ipam)')
    """
    kind, name = lock.split("/", 1)
    return f"environment {name}" if kind == "environment" else f"what environments share ({name})"


def holder(entry: Entry) -> str:
    """Return who holds a lock, from where and since when."""
    return f"run {entry.holder} of {entry.who} ({entry.caller}; {entry.command}) since {entry.since}"


def held(entry: Entry, waited: float, breaks: str) -> str:
    """Return the refusal of a run that another run keeps from writing, with each way on."""
    time = datetime.fromtimestamp(entry.expires, UTC).isoformat().replace("+00:00", "Z")
    after = f", also after waiting {waited:.0f} s" if waited >= 1 else ""
    wrong = f" break_lock is {breaks}, which is not this run." if breaks else ""
    return (
        f"The run lock of {label(entry.lock)} is held by {holder(entry)}{after}.{wrong} This task has changed nothing. "
        f"Wait for that run with -e lock_timeout=SECONDS. If it was killed, its lock expires by itself at {time}, or "
        f"take it with -e break_lock={entry.holder} if you know that the run is dead."
    )


def no_deletion(environment: str, words: str) -> str:
    """Return the refusal of a run that may change an environment and not delete it. ``words`` are those about AWS."""
    return (
        f"This task has deleted nothing and changed nothing, because these credentials are not for the deletion of "
        f"{environment}: they may not read the item {deletion_right(environment)} of the table {TABLE}, which is for "
        f"those who delete. {words}"
    )


def waiting(entry: Entry, patience: int) -> str:
    """Return the line that a run shows when it begins to wait for a lock."""
    return f"waiting up to {patience} s for the run lock of {label(entry.lock)}, held by {holder(entry)}"


def lost(entry: Entry) -> str:
    """Return the refusal of a run whose lock another run has taken."""
    by = f"{holder(entry)} has taken it" if entry.holder else "another run has taken and released it since"
    return (
        f"This run has lost the run lock of {label(entry.lock)}: it was stopped or cut off from AWS for more than "
        f"{LEASE} s, and {by}. This task changes nothing more. When that run has ended, run the same command again."
    )


def ended(lock: str) -> str:
    """Return the refusal of a task whose ansible-playbook has ended before it."""
    return (
        f"ansible-playbook has ended, and with it the run lock of {label(lock)}. This task changes nothing more. Run "
        "the same command again."
    )


def taken_over(entry: Entry) -> str:
    """Return the warning about a lock whose holder did not release it."""
    return (
        f"The run lock of {label(entry.lock)} was held by {holder(entry)} and has expired: that run ended without "
        "releasing it. This run has taken it over, and continues where that run stopped."
    )


def broken(entry: Entry) -> str:
    """Return the warning about a lock that break_lock has taken from its holder."""
    return f"As break_lock says, this run has taken the run lock of {label(entry.lock)} from {holder(entry)}."
