# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The table of run locks: one item for each lock, changed by conditional writes only.

The first run that needs a lock creates the table in the home region. Each write says which item it replaces, so that of
two runs that want the same lock, one gets it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from ansible_collections.mtk.backend.plugins.module_utils.aws._client import Aws
from ansible_collections.mtk.backend.plugins.module_utils.aws._errors import is_unanswered
from ansible_collections.mtk.backend.plugins.module_utils.domain._locks import (
    KEY,
    LEASE,
    TABLE,
    TAGS,
    Entry,
    Run,
    entry_of,
)

_MISSING = ["ResourceNotFoundException", "TableNotFoundException"]
_CREATION_SECONDS = 300
_ATTEMPTS = 3  # at a request whose answer is lost
# Answers to a repeated creation, and to one that another run was faster with.
_EXISTS = ["ResourceInUseException", "TableAlreadyExistsException"]


class Locks:
    """The locks as one run sees them. ``aws`` is AWS in the home region."""

    def __init__(self, aws: Aws, run: Run, sleep: Callable[[float], None] = time.sleep) -> None:
        self.aws = aws
        self._run = run
        self._sleep = sleep

    def read(self, lock: str) -> Entry:
        """Return a lock as it is now. Without a table, no lock is held."""
        answer = self.aws.found(_MISSING, lambda: self._call("get_item", key=_key(lock), consistent_read=True))
        return entry_of(lock, (answer or {}).get("item"))

    def take(self, seen: Entry, caller: str) -> int | None:
        """Take a lock that was ``seen``, and return its new serial; None if another run was faster."""
        now = self.aws.now()
        mine = Entry(
            lock=seen.lock,
            serial=seen.serial + 1,
            holder=self._run.id,
            who=self._run.who,
            caller=caller,
            command=self._run.command,
            since=now.isoformat(timespec="seconds").replace("+00:00", "Z"),
            expires=_expiry(now),
        )
        return mine.serial if self._replace(seen, mine) else None

    def renew(self, lock: str) -> Entry:
        """Extend the lease of a lock, if this run still holds it. Return the lock as it is then."""
        seen = self.read(lock)
        if seen.holder != self._run.id:
            return seen
        later = replace(seen, expires=_expiry(self.aws.now()))
        return later if self._replace(seen, later) else self.read(lock)

    def release(self, lock: str, serial: int) -> None:
        """Release a lock, if this run still holds it as it took it."""
        seen = self.read(lock)
        while (seen.holder, seen.serial) == (self._run.id, serial):
            if self._replace(seen, Entry(lock, serial)):
                return
            seen = self.read(lock)

    def create_table(self) -> None:
        """Create the table unless it exists, and wait until AWS takes items."""
        status = self._status()
        if status is None:
            self.aws.found(
                _EXISTS,
                lambda: self._call(
                    "create_table",
                    attribute_definitions=[{"attribute_name": KEY, "attribute_type": "S"}],
                    key_schema=[{"attribute_name": KEY, "key_type": "HASH"}],
                    billing_mode="PAY_PER_REQUEST",
                    tags=TAGS,
                ),
            )
        for pause in (0.0, *[1.0] * _CREATION_SECONDS):
            if status not in (None, "CREATING"):
                return
            self._sleep(pause)
            status = self._status()

    def _status(self) -> str | None:
        answer = self.aws.found(_MISSING, lambda: self._call("describe_table"))
        return str(answer["table"]["table_status"]) if answer else None

    def _replace(self, seen: Entry, new: Entry) -> bool:
        """Write ``new`` in place of ``seen``. Return False if another run has changed the item since."""
        values = {":serial": {"N": str(seen.serial)}, ":expires": {"N": str(seen.expires)}}
        condition: dict[str, Any] = {"condition_expression": "attribute_not_exists(serial)"}
        if seen.serial:
            same = "serial = :serial AND expires = :expires"
            condition = {"condition_expression": same, "expression_attribute_values": values}
        written = self.aws.found(
            "ConditionalCheckFailedException",
            lambda: self._call("put_item", item=new.item(), **condition) or {"done": True},
        )
        # A first attempt whose answer is lost may have written the item.
        return written is not None or self.read(new.lock) == new

    def _call(self, operation: str, **params: Any) -> dict[str, Any]:
        """Send a request, again if its answer is lost: the table has one name, and an item is written once."""
        for _attempt in range(_ATTEMPTS - 1):
            try:
                return self.aws.call("dynamodb", operation, table_name=TABLE, **params)
            except Exception as error:
                if not is_unanswered(error):
                    raise
        return self.aws.call("dynamodb", operation, table_name=TABLE, **params)


def _key(lock: str) -> dict[str, dict[str, str]]:
    return {KEY: {"S": lock}}


def _expiry(now: datetime) -> int:
    return int(now.timestamp()) + LEASE
