#!/usr/bin/env python3
"""Fill .venv from a lock file, with uv or pip; say what happens meanwhile, and what to do if it fails."""

from __future__ import annotations

import fcntl
import queue
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
LOCKS = {"run": "requirements.txt", "dev": "requirements-dev.txt"}
PURPOSES = {"run": "to run playbooks and the local AWS", "dev": "to run tests and checks"}
# The commands that create .venv and install into it.
UV = (
    ["uv", "venv", "--no-python-downloads", "--python", "{python}", str(VENV)],
    ["uv", "pip", "install", "--python", str(VENV / "bin/python"), "--requirement"],
)
PIP = (
    ["{python}", "-m", "venv", str(VENV)],
    [
        *(str(VENV / "bin/python"), "-m", "pip", "install", "--disable-pip-version-check", "--no-compile"),
        *("--progress-bar", "off", "--no-input", "--requirement"),
    ],
)
# Not the one in .venv, which is removed first: make puts .venv/bin on PATH, and so does its script activate.
PYTHON = getattr(sys, "_base_executable", "") or sys.executable
EVERY = 10.0  # seconds between two lines about the progress

# What the installers say when something is wrong, and the way on. The first match counts.
ADVICE = (
    (
        r"No space left on device|os error 28|Disk quota exceeded",
        "The disk is full. The packages for runs take about 600 MB. Free some space. TMPDIR may name a directory for "
        "temporary files on another disk.",
    ),
    (
        r"ProxyError|[Cc]annot connect to proxy|Tunnel connection failed|tunnel error",
        "The proxy does not answer, or refuses. Set https_proxy to the proxy of your network, or unset it.",
    ),
    (
        r"CERTIFICATE_VERIFY_FAILED|invalid peer certificate|UnknownIssuer|SSLError",
        "The certificate of the package index was not accepted. If your network has its own certificate authority, "
        "name its file: PIP_CERT=FILE for pip, SSL_CERT_FILE=FILE for uv.",
    ),
    (
        r"THESE PACKAGES DO NOT MATCH THE HASHES|[Hh]ash mismatch",
        "A package is not the one of the lock file. The download was cut off, or the index delivers other files. Use "
        "the index pypi.org.",
    ),
    (
        r"Name or service not known|name resolution|nodename nor servname|dns error|NewConnectionError|"
        r"Network is unreachable|Connection refused|[Ff]ailed to (fetch|connect)|error sending request|timed out|"
        r"Timeout",
        "The package index cannot be reached. Check the network. Behind a proxy, set https_proxy; for a mirror inside "
        "your network, set PIP_INDEX_URL for pip or UV_DEFAULT_INDEX for uv.",
    ),
    (
        r"Permission denied|Read-only file system|os error (13|30)",
        "A file or directory cannot be written. Make sure that you may write in this checkout and in your home.",
    ),
    (
        r"ensurepip is not available|No module named '?(venv|ensurepip)",
        "This Python cannot create virtual environments. Install its module venv. On Debian: "
        "apt-get install python3-venv",
    ),
    (
        r"No matching distribution|no version of|No solution found|is not compatible",
        "The package index does not answer, or lacks a package of the lock file for this Python. Check the network and "
        "https_proxy. If PIP_INDEX_URL or UV_DEFAULT_INDEX names a mirror, the mirror may be incomplete.",
    ),
)


class Failed(Exception):
    """An installation did not succeed; the text is the output of the installer."""


def advice(output: str) -> str:
    """Return what to do about the output of a failed installer."""
    return next((text for pattern, text in ADVICE if re.search(pattern, output)), "")


def step(line: str) -> str:
    """Return what a line of pip's or uv's output says about the progress, or an empty text."""
    for pattern, text in (
        (r"\s*Collecting ([\w.-]+)(?:\[\w+\])?==", "fetching {}"),
        (r"\s*(?:Using cached|Downloading) ([A-Za-z0-9_.]+)-\d\S* \((.+)\)", "downloading {} ({})"),
        (r"Downloading ([\w.-]+) \((.+)\)", "downloading {} ({})"),  # uv
        (r"\s*(WARNING: Retrying)", "waiting for the package index"),
        (r"(Installing collected packages)", "writing the files of all packages, the longest step"),
        (r"(Prepared|Resolved) (\d+) packages", "writing the files of {1} packages"),
    ):
        if found := re.match(pattern, line):
            return text.format(*found.groups())
    return ""


def run(command: list[str], first: str, every: float = EVERY) -> None:
    """Run an installer, and print its latest step every few seconds; raise :class:`Failed` with its output."""
    lines: queue.Queue[str | None] = queue.Queue()
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    ) as process:
        threading.Thread(target=_read, args=(process, lines), daemon=True).start()
        output = list(_progress(lines, first, every))
    if process.returncode != 0:
        raise Failed("".join(output))


def _read(process: subprocess.Popen[str], lines: queue.Queue[str | None]) -> None:
    for line in process.stdout or ():
        lines.put(line)
    lines.put(None)


def _progress(lines: queue.Queue[str | None], latest: str, every: float) -> Iterator[str]:
    """Yield the lines of an installer until it ends, and print the latest step from time to time."""
    start = time.monotonic()
    due = start + every
    while True:
        try:
            line = lines.get(timeout=max(0.0, due - time.monotonic()))
        except queue.Empty:
            say(f"  {time.monotonic() - start:3.0f} s: {latest} ...")
            due = time.monotonic() + every
            continue
        if line is None:
            return
        latest = step(line) or latest
        yield line
        if time.monotonic() >= due:
            say(f"  {time.monotonic() - start:3.0f} s: {latest} ...")
            due = time.monotonic() + every


def say(text: str) -> None:
    print(text, flush=True)


def cksum(path: Path) -> str:
    """Return what scripts/venv.sh compares: the output of `cksum < FILE`."""
    with path.open("rb") as file:
        return subprocess.run(["cksum"], stdin=file, capture_output=True, text=True, check=True).stdout.strip()


@contextmanager
def alone() -> Iterator[None]:
    """Let two commands of this checkout not fill .venv at the same time."""
    with (ROOT / LOCKS["run"]).open() as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another command is filling .venv. Waiting until it has ended ...")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def is_filled(kind: str) -> bool:
    """Return whether .venv works and was filled from the present lock file."""
    mark, python, script = VENV / kind, VENV / "bin/python", VENV / "bin/ansible-playbook"
    if not mark.exists() or mark.read_text().strip() != cksum(ROOT / LOCKS[kind]):
        return False
    if not VENV.is_symlink() and not (script.exists() and f"{VENV}/".encode() in script.read_bytes()):
        return False  # the checkout was moved or copied
    return python.exists() and subprocess.run([python, "-c", ""], check=False).returncode == 0


def uv_works() -> bool:
    return shutil.which("uv") is not None and subprocess.run(["uv", "--version"], capture_output=True).returncode == 0


def remove() -> None:
    """Remove what is left of an earlier or interrupted installation."""
    if VENV.is_symlink():
        VENV.unlink()
    elif VENV.exists():
        say("What is left of an earlier or interrupted installation is removed first.")
        shutil.rmtree(VENV)


def mend_scripts() -> None:
    """Let scripts with a space in their first line, which the kernel does not allow, start by way of a shell."""
    python = f"{VENV}/bin/python"
    first = f"#!{python}\n".encode()
    for script in (VENV / "bin").iterdir() if " " in python else ():
        content = b"" if script.is_symlink() or not script.is_file() else script.read_bytes()
        if content.startswith(first):
            start = f"#!/bin/sh\n'''exec' \"{python}\" \"$0\" \"$@\"\n' '''\n".encode()
            script.write_bytes(start + content.removeprefix(first))


def fill(kind: str) -> None:
    """Create .venv if it has to be created, and install the packages of the lock file."""
    version = ".".join(map(str, sys.version_info[:3]))
    extends = kind == "dev" and is_filled("run")
    uv, requirements = uv_works(), ROOT / LOCKS[kind]
    number = len(re.findall(r"^[\w.-]+(?:\[[\w,]+\])?==", requirements.read_text(), re.M))
    verb = "Adding packages" if extends else "Creating a virtual environment"
    say(f"{verb} in .venv, {PURPOSES[kind]}: {number} packages for Python {version}, with {'uv' if uv else 'pip'}.")
    say("This happens once, and takes seconds with uv, one to three minutes with pip.")
    create, install = UV if uv else PIP
    if not extends:
        remove()
        run([part.format(python=PYTHON) for part in create], "creating the empty environment")
    run([*install, str(requirements)], "asking the package index")
    mend_scripts()
    if kind == "dev":
        (VENV / "run").write_text(cksum(ROOT / LOCKS["run"]) + "\n")  # requirements-dev.txt contains requirements.txt
    (VENV / kind).write_text(cksum(requirements) + "\n")
    say("The virtual environment is complete.")


def main(kind: str) -> None:
    again = "Then run the same command again: it removes what is incomplete and starts over."
    try:
        with alone():
            if not is_filled(kind):
                fill(kind)
    except KeyboardInterrupt:
        sys.exit("\nInterrupted. Run the same command again: it removes what is incomplete and starts over.")
    except (Failed, OSError) as error:
        output = str(error)
        last = "\n".join(f"  {line[:150]}" for line in output.strip().splitlines()[-8:])
        help_ = advice(output) or "The lines above are the last words of the installer. Correct what they name."
        sys.exit(f"The installation failed:\n{last}\n{help_}\n{again}")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "run")
