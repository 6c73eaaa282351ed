# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The record of a run: what it has planned or done so far.

The callback ``mtk.backend.plan`` fills it in Ansible's main process. Workers are forked from that process for each
task, so an action or a lookup sees the results of all earlier tasks.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ansible import constants
from ansible.errors import AnsibleError
from ansible_collections.mtk.backend.plugins.module_utils.aws._lock_state import started
from ansible_collections.mtk.backend.plugins.module_utils.domain._kinds import KINDS
from ansible_collections.mtk.backend.plugins.module_utils.engine import _document

# The directory of the run's cache (module_utils/aws/_cache.py). Ansible removes it at the end of the run.
CACHE = str(Path(constants.DEFAULT_LOCAL_TMP) / "mtk.backend")

# This run, for the holders of its locks. Ansible imports this file in its main process, and workers inherit the values.
RUN_ID = uuid.uuid4().hex[:12]
RUN_PID = os.getpid()
RUN_STARTED = started(RUN_PID)


@dataclass
class Record:
    """The entries of all resources that the run's tasks have managed, and the tasks that failed."""

    collects: bool = False  # whether the callback is enabled
    defers: bool = False  # whether the run ends with a check for decisions, so that a refusal need not stop an apply
    errors_shown: bool = False  # whether the stdout callback shows each error as text: mtk.backend.console does
    progress_interval: int = 0  # seconds between two lines about the same wait; 0 for no lines
    environment: str | None = None  # the inventory's mtk_environment
    # When the run began, which is before its first read: the age of a plan counts from here.
    began: datetime = field(default_factory=lambda: datetime.now(UTC))
    accounts: set[tuple[str, str]] = field(default_factory=set)  # account and partition of the credentials
    mode: str = "plan"
    purpose: str = "apply"  # or "destroy"
    planned: list[_document.Entry] = field(default_factory=list)  # what a confirmed plan of a destroy deletes
    outputs: dict[str, dict[str, Any]] = field(default_factory=dict)  # what outputs_info has returned, by region
    report: list[str] = field(default_factory=list)  # what a deletion has left, as lines for the end of the run
    involved: bool = False  # whether a task of this collection has run; others have a summary only if a task fails
    # Tasks of other collections with check_mode: false, by Ansible's ids: they run in a plan, too.
    always_run: set[str] = field(default_factory=set)
    entries: dict[tuple[str, str, str], _document.Entry] = field(default_factory=dict)
    # The fields of the resources as the modules returned them: as they are, and in a plan as they would be.
    states: dict[tuple[str, str, str], dict[str, Any]] = field(default_factory=dict)
    errors: list[dict[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)  # what the run has to say beside its resources

    def add(self, result: Mapping[str, Any]) -> None:
        """Add the result of one task, or of one item of its loop."""
        entry = result["plan"]
        if "resource" not in entry:
            return
        self.mode = entry["mode"]
        found, key = result.get(KINDS.get(entry["resource"], "")), _document.key(entry)
        if isinstance(found, Mapping):  # a second task about a resource may know less of it
            self.states[key] = {**self.states.get(key, {}), **found}
        self.accounts |= {tuple(entry["account"])} if "account" in entry else set()
        diff = result.get("diff") or {}
        entry = {name: value for name, value in entry.items() if name not in ("mode", "account")}
        entry |= {"before": diff.get("before") or {}, "after": diff.get("after") or {}}
        self._merge(entry)

    def add_task(self, entry: _document.Entry) -> None:
        """Add the entry of a task of another collection."""
        self._merge(entry)

    def _merge(self, entry: _document.Entry) -> None:
        key = _document.key(entry)
        self.entries[key] = _document.merged(self.entries.get(key), entry)

    def refused(self) -> list[tuple[str, str, str]]:
        """Return region, resource and name of the resources that need a decision."""
        return [key for key, entry in self.entries.items() if entry["action"] == "refuse"]

    def going(self) -> list[tuple[str, str]]:
        """Return the regions and the names and ids of what the run deletes.

        A deletion that needs a decision counts: what stands in its way is reported once, and not again for all that
        depends on it.
        """
        entries = [entry for entry in self.entries.values() if not entry.get("left_behind")]  # these stay
        going = [entry for entry in entries if entry["action"] in ("delete", "refuse")]
        return [(entry["region"], name) for entry in going for name in (entry["name"], *entry.get("ids", ()))]

    def left(self) -> list[dict[str, Any]]:
        """Return what the deletions of the run leave behind."""
        return [left for entry in self.entries.values() for left in entry.get("leaves", ())]

    def begin_deletion(self) -> None:
        """Begin to carry out the plan that was recorded so far."""
        self.planned = [entry for entry in self.entries.values() if entry["action"] == "delete"]
        self.entries, self.mode = {}, "apply"

    def document(self) -> dict[str, Any]:
        """Return the document that docs/using/plan.md describes."""
        handled = {key for key, entry in self.entries.items() if entry["action"] != "refuse"}
        account, partition = next(iter(self.accounts)) if len(self.accounts) == 1 else (None, None)
        return _document.document(
            self.environment or "",
            self.mode,
            self.entries.values(),
            self.errors,
            purpose=self.purpose,
            notes=self.notes,
            remaining=[entry for entry in self.planned if _document.key(entry) not in handled],
            account=account,
            partition=partition,
            created_at=self.began.strftime("%Y-%m-%dT%H:%M:%SZ"),
        )


def require_callback(name: str) -> None:
    """Raise AnsibleError for a lookup without the callback mtk.backend.plan: what it returns would be empty."""
    if not RECORD.collects:
        raise AnsibleError(
            f"mtk.backend.{name} needs the callback mtk.backend.plan. The playbooks of this collection enable it; "
            "in others, set callbacks_enabled = mtk.backend.plan in section [defaults] of ansible.cfg."
        )


RECORD = Record()
