# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The state of a run's locks on this machine: files in a directory of the run, which its processes share.

The time is the machine's since it started, and goes on while the machine sleeps. It only says how old a renewal is; who
may take a lock is decided by AWS's time.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from ansible_collections.mtk.backend.plugins.module_utils.domain._locks import LEASE

_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
_PREFIX = "lock-"  # of the directories of the states, one for each connection
_HELD, _RENEWED, _SEEN, _LEAVING = "held", "renewed", "seen", "leaving"  # the suffixes of a lock's files
_MARGIN = 10  # seconds before the end of the lease, for the request that is about to be sent


def boottime() -> float:
    """Return the seconds since this machine started."""
    return time.clock_gettime(_CLOCK)


@dataclass(frozen=True)
class Held:
    """A lock that this run has taken: its serial, when, and whether what was read before may be out of date."""

    serial: int
    at: float
    outdated: bool


class State:
    """The state of the locks that were taken with one connection."""

    def __init__(self, directory: str, key: str) -> None:
        self.directory = Path(directory) / f"{_PREFIX}{key[:16]}"

    def create(self) -> None:
        """Create the directory."""
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)

    @contextlib.contextmanager
    def exclusive(self) -> Iterator[None]:
        """Let one process at a time take locks."""
        with (self.directory / "flock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    @property
    def wake(self) -> Path:
        """The named pipe by which a process wakes the keeper of the locks."""
        return self.directory / "wake"

    def held(self, lock: str) -> Held | None:
        """Return a lock as this run has taken it; None if it has not."""
        text = self._read(lock, _HELD)
        return Held(**json.loads(text)) if text else None

    def all_held(self) -> dict[str, Held]:
        """Return the locks that this run has taken."""
        found = {lock: self.held(lock) for lock in self._locks(_HELD)}
        return {lock: held for lock, held in found.items() if held}

    def leaving(self) -> dict[str, Held]:
        """Return the locks that this run no longer needs, and that are to be released."""
        texts = {lock: self._read(lock, _LEAVING) for lock in self._locks(_LEAVING)}
        return {lock: Held(**json.loads(text)) for lock, text in texts.items() if text}

    def hold(self, lock: str, held: Held) -> None:
        """Keep that this run has taken a lock."""
        self.renew(lock, held.at)
        self._write(lock, _HELD, json.dumps(asdict(held)))

    def renew(self, lock: str, at: float) -> None:
        """Keep when the last successful renewal was sent."""
        self._write(lock, _RENEWED, repr(at))

    def lose(self, lock: str) -> None:
        """Keep that another run has taken the lock: no task may rely on the last renewal."""
        self.renew(lock, 0.0)

    def is_safe(self, lock: str) -> bool:
        """Return whether this run holds the lock for certain, without asking AWS."""
        text = self._read(lock, _RENEWED) if self._read(lock, _HELD) else ""
        return bool(text) and boottime() - float(text) < LEASE - _MARGIN

    def leave(self, lock: str) -> None:
        """Keep that this run does not need a lock any more."""
        with contextlib.suppress(FileNotFoundError):
            self._file(lock, _HELD).rename(self._file(lock, _LEAVING))

    def forget(self, lock: str) -> None:
        """Forget a lock that was released."""
        for suffix in (_RENEWED, _LEAVING):
            self._file(lock, suffix).unlink(missing_ok=True)

    def seen(self, lock: str) -> int | None:
        """Return the serial of a lock when the run began; None if the run did not look."""
        text = self._read(lock, _SEEN)
        return int(text) if text else None

    def see(self, lock: str, serial: int) -> None:
        """Keep the serial of a lock when the run began."""
        self._write(lock, _SEEN, str(serial))

    def trouble(self) -> str:
        """Return what keeps the keeper from renewing, once."""
        text = self._read("keeper", "trouble")
        self._file("keeper", "trouble").unlink(missing_ok=True)
        return text

    def report(self, trouble: str) -> None:
        """Keep what keeps the keeper from renewing."""
        self._write("keeper", "trouble", trouble)

    def signal(self) -> bool:
        """Wake the keeper. Return False if there is no keeper."""
        try:
            pipe = os.open(self.wake, os.O_WRONLY | os.O_NONBLOCK)
        except OSError:  # there is no pipe, or nobody reads it
            return False
        with contextlib.suppress(BlockingIOError):  # the pipe is full: the keeper will wake up
            os.write(pipe, b".")
        os.close(pipe)
        return True

    def _locks(self, suffix: str) -> list[str]:
        return [path.stem.replace("+", "/") for path in self.directory.glob(f"*.{suffix}")]

    def _file(self, lock: str, suffix: str) -> Path:
        return self.directory / f"{lock.replace('/', '+')}.{suffix}"

    def _read(self, lock: str, suffix: str) -> str:
        try:
            return self._file(lock, suffix).read_text(encoding="utf-8")
        except OSError:  # it does not exist, or belongs to another user
            return ""

    def _write(self, lock: str, suffix: str, text: str) -> None:
        new = self._file(lock, f"{suffix}.{os.getpid()}")
        new.write_text(text, encoding="utf-8")
        new.rename(self._file(lock, suffix))


def states(directory: str) -> list[State]:
    """Return the states in the directory of a run, one for each connection."""
    found = Path(directory).glob(f"{_PREFIX}*")
    return [State(directory, path.name.removeprefix(_PREFIX)) for path in found]


def leave(directory: str, beginning: str) -> list[State]:
    """Let the keepers release the locks of this run whose names begin with a text. Return the states that had any."""
    left = []
    for state in states(directory):
        locks = [lock for lock in state.all_held() if lock.startswith(beginning)]
        for lock in locks:
            state.leave(lock)
        if locks:
            state.signal()
            left.append(state)
    return left


def end(directory: str, patience: float = 5.0) -> None:
    """Release the locks of this run, and wait a moment until that is done. The keepers end with the run."""
    waiting = leave(directory, "")
    until = boottime() + patience
    while boottime() < until and any(state.leaving() and state.signal() for state in waiting):
        time.sleep(0.02)


def started(pid: int) -> str:
    """Return when a process started, in the words of the system; empty if it has ended."""
    try:
        words = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return "" if Path("/proc/self/stat").exists() else _exists(pid)
    return "" if words[0] in ("Z", "X") else words[19]


def _exists(pid: int) -> str:
    """Return a constant for a living process, on a system that does not say when it started."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return ""
    except PermissionError:
        pass
    return "alive"


def is_alive(pid: int, start: str) -> bool:
    """Return whether the process that started then still runs."""
    return bool(start) and started(pid) == start
