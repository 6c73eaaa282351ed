# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What AWS has answered in this run, so that the tasks of a run that changes nothing ask for everything once.

An answer is kept in a file, because every task is a process of its own. It may only ever prove that nothing differs:
who finds a difference in what is remembered looks at AWS itself before acting (see ``_module.run``). A write of ours to
a service ends what is remembered of it.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

# What a write to one service changes in others.
_TOUCHED = {
    "application-autoscaling": ("dynamodb",),
    "dynamodb": ("application-autoscaling",),
    "kms": ("dynamodb", "rds", "logs", "secretsmanager"),
    "rds": ("secretsmanager", "logs"),
}
# What a write changes in its own region alone.
_REGIONAL = ("ec2", "kms", "logs")
# What answers alike in every region.
_OTHERS = "others.written"
_GLOBAL = ("iam", "sts")
_GLOBAL_OPERATIONS = ("describe_global_clusters",)
_SECRET = ("get_secret_value", "get_random_password")


class Forgotten(Exception):
    """What is remembered of a service does not hold any more: somebody has written to it in this run."""


class Memory:
    """Answers of AWS in a directory of this run; ``account`` tells credentials and endpoints apart."""

    def __init__(self, directory: str, account: str) -> None:
        self._directory = Path(directory) / hashlib.sha256(account.encode()).hexdigest()[:16]
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)

    def recall(
        self, service: str, operation: str, region: str, params: Any, ask: Callable[[], Any]
    ) -> tuple[Any, bool]:
        """The answer to a read, and whether it was remembered. Two tasks that ask for the same at once ask AWS once."""
        if operation in _SECRET or not self.knows(service, region):
            return ask(), False
        place = "" if service in _GLOBAL or operation in _GLOBAL_OPERATIONS else region
        request = json.dumps([operation, place, params], sort_keys=True, default=str)
        file = self._file(f"{service}-{hashlib.sha256(request.encode()).hexdigest()[:32]}")
        with file.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if file.exists():
                return json.loads(file.read_text(encoding="utf-8")), True
            answer = ask()
            new = file.with_suffix(f".{os.getpid()}")
            new.write_text(json.dumps(answer), encoding="utf-8")
            new.rename(file)
        return answer, False

    def knows(self, service: str, region: str) -> bool:
        """Whether answers of a service in a region still hold: as far as can be known, nobody has written to it."""
        marks = (_mark(service, ""), _mark(service, region))
        return not any(mark.exists() for mark in (*map(self._file, marks), self._directory.parent / _OTHERS))

    def void(self, service: str, operation: str, region: str) -> None:
        """Forget a service, and what a write to it changes elsewhere: in its region, or in all where it may reach."""
        where = region if service in _REGIONAL and "ipam" not in operation else ""
        for name in (service, "resourcegroupstaggingapi", *_TOUCHED.get(service, ())):
            self._file(_mark(name, where)).touch()

    def _file(self, name: str) -> Path:
        return self._directory / name


def _mark(service: str, region: str) -> str:
    """The name of the file that says that a service was written to; without a region, in every one."""
    return f"{service}@{region}.written"


def forget(directory: str) -> None:
    """End the memory of a run for all: a task that is none of ours has changed something, and nobody knows what."""
    Path(directory).mkdir(mode=0o700, parents=True, exist_ok=True)
    (Path(directory) / _OTHERS).touch()


def reads(operation: str) -> bool:
    """Whether an operation changes nothing."""
    return operation.startswith(("describe_", "list_", "get_"))
