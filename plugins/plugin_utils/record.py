# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run has planned or done so far.

The callback ``mtk.backend.plan`` fills it in Ansible's main process. Workers are forked from that process for each
task, so that an action or a lookup sees everything that ended before its task began.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ansible import constants
from ansible_collections.mtk.backend.plugins.module_utils import _planned

# What the tasks of this run have read (module_utils/_memory.py). Ansible removes it at the end of the run.
MEMORY = str(Path(constants.DEFAULT_LOCAL_TMP) / "mtk.backend")


@dataclass
class Record:
    """The entries of all resources that the run's tasks were about, and what failed."""

    collects: bool = False  # whether the callback is enabled
    progress_interval: int = 0  # seconds between two lines about the same wait; 0 for none
    environment: str | None = None  # as the inventory calls it
    mode: str = "plan"
    entries: dict[tuple[str, str, str], _planned.Entry] = field(default_factory=dict)
    errors: list[dict[str, str]] = field(default_factory=list)

    def add(self, result: Mapping[str, Any]) -> None:
        """Take in the result of one task, or of one item of its loop."""
        one = result["plan"]
        if "resource" not in one:
            return
        self.mode = one["mode"]
        diff = result.get("diff") or {}
        one = {name: value for name, value in one.items() if name != "mode"}
        one |= {"before": diff.get("before") or {}, "after": diff.get("after") or {}}
        place = _planned.place(one)
        self.entries[place] = _planned.merged(self.entries.get(place), one)

    def document(self) -> dict[str, Any]:
        """All of it, as docs/plan.md describes it."""
        return _planned.document(self.environment or "", self.mode, self.entries.values(), self.errors)


RECORD = Record()
