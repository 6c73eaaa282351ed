# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The directory of a run, which holds the run's cache. Ansible removes it at the end, unless the run is killed."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

LOCK = "run.lock"  # a file that the run and its workers hold locked for as long as any of them lives
_PARENT = re.compile(r"ansible-local-(\d+)[a-z0-9_]{8}")  # Ansible's own temporary directory of a process


def open_directory(directory: str) -> int:
    """Make the directory of this run, readable for its user only, and lock it. Return the lock's file descriptor."""
    path = Path(directory)
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.chmod(0o700)
    handle = os.open(path / LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    fcntl.flock(handle, fcntl.LOCK_SH)
    return handle


def remove_leftovers(directory: str) -> None:
    """Remove the directories of killed runs beside that of this run."""
    own = Path(directory)
    for left in _leftovers(own):
        shutil.rmtree(left, ignore_errors=True)  # does not follow symbolic links
        with contextlib.suppress(OSError):  # Ansible's directory stays if there is anything else in it
            left.parent.rmdir()


def _leftovers(own: Path) -> Iterator[Path]:
    """Yield the directories that are provably those of killed runs of this user.

    The process is dead and nobody holds the lock: a process in another container is not visible, but its lock is.
    """
    with contextlib.suppress(OSError):
        for parent in sorted(own.parent.parent.iterdir()):
            named = _PARENT.fullmatch(parent.name)
            left = parent / own.name
            if named is None or left == own or _lives(int(named[1])):
                continue
            if _is_own(parent) and _is_own(left) and _is_unlocked(left / LOCK):
                yield left


def _is_own(directory: Path) -> bool:
    """Return whether this is a directory of this user, and no symbolic link."""
    with contextlib.suppress(OSError):
        found = directory.lstat()
        return stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid()
    return False


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        pass  # a process of another user
    return True


def _is_unlocked(lock: Path) -> bool:
    """Return whether a lock exists, and no process holds it."""
    try:
        handle = os.open(lock, os.O_RDWR | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    finally:
        os.close(handle)
    return True
