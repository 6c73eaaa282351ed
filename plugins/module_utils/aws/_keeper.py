# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The keeper: a process that renews the locks of a run until ansible-playbook has ended, and then releases them.

The process of the task that takes the first lock forks it, so that it has the task's connection in memory, and nothing
about the credentials is written to a file or a command line. It leaves the process group and the session of the run, so
that it can release the locks after the run was killed.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
from collections.abc import Callable
from typing import Any

from ansible_collections.mtk.backend.plugins.module_utils.aws._errors import explain
from ansible_collections.mtk.backend.plugins.module_utils.aws._lock_state import State, boottime, is_alive
from ansible_collections.mtk.backend.plugins.module_utils.aws._locks import Locks
from ansible_collections.mtk.backend.plugins.module_utils.domain._locks import BEAT, Run

_POLL = 1.0  # seconds between two looks at ansible-playbook
_RETRY = 5  # seconds after a renewal that failed


def ensure(state: State, run: Run, connect: Callable[[], Locks]) -> None:
    """Wake the keeper of the locks, or start it. ``connect`` makes its own connection."""
    if state.signal():
        return
    with contextlib.suppress(FileExistsError):
        os.mkfifo(state.wake, 0o600)
    pipe = os.open(state.wake, os.O_RDWR | os.O_NONBLOCK)
    child = os.fork()
    if child:
        os.close(pipe)
        os.waitpid(child, 0)
        return
    try:
        _detach(pipe)
        keep(state, run, connect(), lambda: _listen(pipe))
    finally:
        os._exit(0)


def _end(number: int, frame: Any) -> None:
    """End the process with an exception, so that the locks are released."""
    raise SystemExit


def _detach(pipe: int) -> None:
    """Become a process of its own, without the files of the task."""
    os.setsid()
    if os.fork():
        os._exit(0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _end)
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nothing, standard)
    os.closerange(3, pipe)
    os.closerange(pipe + 1, os.sysconf("SC_OPEN_MAX"))
    os.chdir("/")


def _listen(pipe: int) -> None:
    """Wait until a process wakes the keeper, or a second."""
    if select.select([pipe], [], [], _POLL)[0]:
        os.read(pipe, 4096)


def keep(state: State, run: Run, locks: Locks, listen: Callable[[], None]) -> None:
    """Renew the locks of a run, release those that it leaves, and release all when ansible-playbook has ended."""
    mine: dict[str, int] = {}
    try:
        _watch(state, run, locks, listen, mine)
    except FileNotFoundError:
        pass  # Ansible has removed the directory: the run has ended
    finally:
        for lock in mine:
            state.leave(lock)
        for lock, serial in mine.items():
            with contextlib.suppress(*locks.aws.errors):
                locks.release(lock, serial)
                state.forget(lock)


def _watch(state: State, run: Run, locks: Locks, listen: Callable[[], None], mine: dict[str, int]) -> None:
    """Renew and release locks until ansible-playbook has ended. ``mine`` receives the serials of the locks held."""
    due = boottime() + BEAT
    while True:
        mine |= {lock: held.serial for lock, held in state.all_held().items()}
        _release(state, locks, mine)
        if not (is_alive(run.pid, run.started) and state.directory.exists()):
            return
        if boottime() >= due:
            due = boottime() + (BEAT if _renew(state, locks, run, mine) else _RETRY)
        listen()


def _release(state: State, locks: Locks, mine: dict[str, int]) -> None:
    """Release the locks that the run does not need any more. What fails is tried again."""
    for lock, held in state.leaving().items():
        with contextlib.suppress(*locks.aws.errors):
            locks.release(lock, held.serial)
            state.forget(lock)
            mine.pop(lock, None)


def _renew(state: State, locks: Locks, run: Run, mine: dict[str, int]) -> bool:
    """Renew the locks of the run. Return whether AWS has answered for all of them."""
    done = True
    for lock in mine:
        sent = boottime()
        try:
            entry = locks.renew(lock)
        except locks.aws.errors as error:
            state.report(explain(error))
            done = False
            continue
        if entry.holder == run.id:
            state.renew(lock, sent)
        else:
            state.lose(lock)
    return done
