# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The run lock of a module: taken before the first change of a run, and checked before each request that writes.

A run that changes nothing takes no lock. The locks of an environment come before those that environments share, so that
no two runs wait for each other.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from datetime import datetime

from ansible_collections.mtk.backend.plugins.module_utils.aws import _keeper
from ansible_collections.mtk.backend.plugins.module_utils.aws._cache import void_all
from ansible_collections.mtk.backend.plugins.module_utils.aws._client import Aws
from ansible_collections.mtk.backend.plugins.module_utils.aws._errors import error_code, explain
from ansible_collections.mtk.backend.plugins.module_utils.aws._lock_state import Held, State, boottime, is_alive
from ansible_collections.mtk.backend.plugins.module_utils.aws._locks import Locks
from ansible_collections.mtk.backend.plugins.module_utils.domain import _locks
from ansible_collections.mtk.backend.plugins.module_utils.domain._locks import Entry, Run, environment_lock
from ansible_collections.mtk.backend.plugins.module_utils.domain._values import Refused

DENIED = ("AccessDeniedException", "AccessDenied")


class LockRefused(Refused):
    """Another run holds a lock, or has taken it from this run."""


class RunLock:
    """The locks that one module needs.

    ``connect`` makes the table in the home region, with patience or without, and ``key`` tells connections apart.
    ``warn`` shows a warning at the end of the task, and ``say`` shows a line at once.
    """

    def __init__(
        self,
        run: Run,
        connect: Callable[[bool], Locks],
        key: str,
        *,
        shared: Iterable[str] = (),
        warn: Callable[[str], None] = lambda text: None,
        say: Callable[[str], None] = lambda text: None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.region = run.region
        self._run = run
        self._connect = connect
        self._locks = connect(True)
        self._names = (environment_lock(run.environment), *shared)
        self._state = State(run.directory, key)
        self._warn = warn
        self._say = say
        self._sleep = sleep
        self._begun = boottime()

    def look(self) -> None:
        """Refuse or wait, before the run reads anything, while another run holds the lock of the environment.

        Keep the serial of the lock: if the run finds it unchanged later, what it has read in between is still true.
        """
        lock = self._names[0]
        if not self._is_here():
            return
        self._state.create()
        with self._state.exclusive():
            if self._state.seen(lock) is None:
                try:
                    entry = self._await(lock)
                except self._locks.aws.errors:
                    return  # a run that changes nothing needs no permission to read the table
                self._state.see(lock, entry.serial)

    def secure(self, aws: Aws) -> bool:
        """Take the locks. Return whether what the module has read may be out of date since.

        ``aws`` is the module's: it knows who the caller is.
        """
        taken = [self._hold(lock, aws) for lock in self._names]
        return any(held.outdated and held.at > self._begun for held in taken)

    def check(self, aws: Aws) -> None:
        """Raise :class:`LockRefused` unless this run holds the locks. Called before each request that writes."""
        for lock in self._names:
            if not self._state.is_safe(lock):
                self._hold(lock, aws)

    def _hold(self, lock: str, aws: Aws) -> Held:
        """Return a lock, after taking it or making sure that this run still holds it."""
        held = self._state.held(lock)
        if held and self._state.is_safe(lock):
            return held
        if not self._is_here():
            return self._take(lock, aws)  # no process keeps the lease, so each write does
        if not is_alive(self._run.pid, self._run.started):
            raise LockRefused(_locks.ended(lock))
        self._state.create()
        with self._state.exclusive():
            held, sent = self._state.held(lock), boottime()
            if held is None:
                held = self._take(lock, aws)
                self._state.hold(lock, held)
            elif not self._state.is_safe(lock):
                self._renew(lock)
                self._state.renew(lock, sent)
            _keeper.ensure(self._state, self._run, lambda: self._connect(False))
        return held

    def _renew(self, lock: str) -> None:
        """Make sure that this run still holds a lock, which the keeper has not renewed in time."""
        trouble = self._state.trouble()
        if trouble:
            self._warn(f"The run lock of {_locks.label(lock)} could not be renewed in the background. {trouble}")
        entry = self._locks.renew(lock)
        if entry.holder != self._run.id:
            raise LockRefused(_locks.lost(entry))

    def _take(self, lock: str, aws: Aws) -> Held:
        """Take a lock as soon as no other run holds it."""
        serial, sent = None, 0.0
        while serial is None:
            entry = self._await(lock)
            if not entry.serial:
                self._locks.create_table()
            if self._run.deletes and lock == self._names[0]:
                self._ask_for_deletion()
            sent = boottime()
            serial = self._locks.take(entry, aws.caller_arn)
        theirs = entry.holder not in ("", self._run.id)
        if theirs:
            self._warn(_locks.broken(entry) if entry.holder == self._run.breaks else _locks.taken_over(entry))
        outdated = theirs or self._state.seen(lock) != entry.serial
        if outdated and self._is_here():
            void_all(self._run.directory)
        return Held(serial, sent, outdated)

    def _ask_for_deletion(self) -> None:
        """Refuse a run that may change the environment and not delete it, before it changes anything.

        AWS would refuse such a run only at the first deletion, after the deletion protection is lifted.
        """
        try:
            self._locks.read(_locks.deletion_right(self._run.environment))
        except self._locks.aws.errors as error:
            if error_code(error) not in DENIED:
                raise
            raise LockRefused(_locks.no_deletion(self._run.environment, explain(error))) from error

    def _await(self, lock: str) -> Entry:
        """Return a lock that no other run holds, after waiting as long as the run may."""
        start, told = boottime(), False
        while True:
            entry = self._locks.read(lock)
            if self._is_free(entry, self._locks.aws.now()):
                return entry
            waited, patience = boottime() - start, self._run.seconds(lock)
            if waited >= patience:
                raise LockRefused(_locks.held(entry, waited, self._run.breaks))
            if not told:
                self._say(f"  ... {_locks.waiting(entry, patience)}")
                told = True
            self._sleep(min(5.0, max(0.2, waited / 10)))

    def _is_free(self, entry: Entry, now: datetime) -> bool:
        return entry.holder in ("", self._run.id, self._run.breaks) or entry.is_expired(now)

    def _is_here(self) -> bool:
        """Return whether this is a process of the machine and the user of the run, and sees its directory."""
        return os.access(self._run.directory, os.W_OK)
