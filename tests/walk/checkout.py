"""A copy of the checkout, in which a test may do what a reader does."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from .commands import ROOT


def copy_checkout(target: Path) -> Path:
    """Copy the files of the checkout, committed or not, with the virtual environment of the test."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60).stdout.split("\n")
    for name in filter(None, names):
        source = ROOT / name
        if source.is_symlink() or source.is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target / name, follow_symlinks=False)
    (target / ".venv").symlink_to(Path(sys.executable).parents[1])
    return target
