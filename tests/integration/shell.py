"""The AWS command line, as a user runs a command that a message names."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

AWS = Path(sys.executable).parent / "aws"


def commands(message: str) -> list[str]:
    """Return the commands in a message. Each stands on a line."""
    return [line.strip() for line in message.splitlines() if line.strip().startswith("aws ")]


def run(aws: Any, *lines: str, key: tuple[str, str] = ("local", "emulator-secret-key")) -> None:
    """Run commands one after another against the local AWS. ``key`` is the access key and its secret."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    keys = {"AWS_ACCESS_KEY_ID": key[0], "AWS_SECRET_ACCESS_KEY": key[1], "AWS_PAGER": ""}
    for line in lines:
        words = [str(AWS), "--endpoint-url", aws.url, *shlex.split(line)[1:]]
        done = subprocess.run(words, check=False, env={**kept, **keys}, text=True, capture_output=True, timeout=120)
        assert done.returncode == 0, f"{line}: {done.stderr}"
