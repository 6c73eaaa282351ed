# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files with plans and reports. They may hold names and settings that are not for everybody."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path


def write(path: str, text: str) -> None:
    """Write a file that only its owner may read. A reader sees the old content or the new one, and no half of it.

    The text goes to a temporary file, which is renamed. A symbolic link stays, and the file that it names is replaced.
    An existing file keeps its owner. Anything else than a file, such as a pipe, is written to directly.
    """
    target = resolved(path)
    if target.exists() and not target.is_file():
        target.write_text(text, encoding="utf-8")
        return
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")  # with mode 0600
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as new:
            new.write(text)
            new.flush()
            os.fsync(new.fileno())
            _keep_owner(target, new.fileno())
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def expanded(path: str) -> Path:
    """Return a path with the home that ``~`` means; as it is if there is no such home.

    pathlib raises an error for a user that does not exist, and for one without a home.
    """
    return Path(os.path.expanduser(path))  # noqa: PTH111


def resolved(path: str) -> Path:
    """Return the file that a path names, behind symbolic links."""
    return expanded(path).resolve()


def _keep_owner(target: Path, handle: int) -> None:
    """Give a new file the owner of the file that it replaces. Only root may do so."""
    with contextlib.suppress(FileNotFoundError, PermissionError):
        present, new = target.stat(), os.fstat(handle)
        if (present.st_uid, present.st_gid) != (new.st_uid, new.st_gid):
            os.fchown(handle, present.st_uid, present.st_gid)
