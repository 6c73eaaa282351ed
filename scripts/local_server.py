"""The process of the local AWS: start, ask, stop. Its files are in .local-aws/."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / ".local-aws"
URL, TOKEN, PID = HOME / "url", HOME / "url.token", HOME / "pid"
CODE = HOME / "code"  # the checksum of the code that the running server was started from
LOG, CALLS = HOME / "server.log", HOME / "calls.jsonl"
NOT_RUNNING = "The local AWS is not running. Start it with: make local"
KEYS = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "emulator-secret-key"}
# A proxy of the user's network does not lead to the loopback interface of this machine.
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def say(text: str = "") -> None:
    print(text, flush=True)


def ask(verb: str, path: str) -> Any:
    """Send a request to the control interface of the local AWS; raise OSError if it does not answer."""
    headers = {"Authorization": f"Bearer {TOKEN.read_text().strip()}"} if TOKEN.exists() else {}
    request = urllib.request.Request(f"{url()}/_local/{path}", method=verb, headers=headers)
    with _DIRECT.open(request, timeout=30) as answer:
        return json.load(answer)


def url() -> str:
    return URL.read_text().strip()


def running() -> bool:
    """Return whether the server that this script started answers."""
    try:
        return isinstance(ask("GET", "health"), dict)
    except (OSError, ValueError):
        return False


def code() -> str:
    """Return a checksum of the code of the local AWS, of its libraries and of the place of the checkout."""
    files = sorted((ROOT / "tests/emulator").rglob("*.py"))
    content = b"".join(p.read_bytes() for p in (*files, ROOT / "requirements.txt"))
    return hashlib.sha256(str(ROOT).encode() + content).hexdigest()


def is_older() -> bool:
    """Return whether the running server was started from other code than the present one."""
    return not CODE.exists() or CODE.read_text().strip() != code()


@contextmanager
def alone(what: str) -> Iterator[None]:
    """Let no second process of this kind run at the same time in this checkout."""
    HOME.mkdir(exist_ok=True)
    with (HOME / "lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            holder = lock.read().strip() or "another command"
            sys.exit(f"{holder} is running in this checkout. Wait until it has ended, then run {what} again.")
        lock.truncate(0)
        lock.write(f"{what} (process {os.getpid()})")
        lock.flush()
        yield


def start(scale: float) -> None:
    """Start the server unless it is running, and set its time scale."""
    if running():
        ask("POST", f"clock?scale={scale}")
        say(f"The local AWS is already running at {url()} (process {PID.read_text().strip()}).")
        if is_older():
            say("It was started from an earlier version of this checkout. To start the present version,")
            say("which loses what was built on it: make stop && make local")
        return
    HOME.mkdir(exist_ok=True)
    URL.unlink(missing_ok=True)
    say("Starting the local AWS on a free loopback port ...")
    command = [sys.executable, "-m", "emulator", "--url-file", str(URL), "--call-log", str(CALLS)]
    command += ["--scale", str(scale), "--unverified"]
    with LOG.open("w") as log:
        # A session of its own and no file of the terminal: the server outlives the terminal, and no pipe waits for it.
        server = subprocess.Popen(
            command,
            cwd=ROOT / "tests",
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        PID.write_text(f"{server.pid}\n")
        CODE.write_text(f"{code()}\n")
        _wait_for(server)
    except BaseException:  # also after Ctrl-C: `make stop` would not find it
        server.kill()
        raise
    say(f"The local AWS is running at {url()} (process {server.pid}).")


def _wait_for(server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while not running():
        if server.poll() is not None or time.monotonic() > deadline:
            sys.exit(
                f"{LOG.read_text()[-2000:]}\nThe local AWS did not start; its log is above and in {LOG}.\n"
                "Correct the error there, then run the command again."
            )
        time.sleep(0.1)


def stop() -> None:
    """Stop the server that this script started, and no other."""
    if not PID.exists() or not running():
        say(NOT_RUNNING)
    else:
        pid = int(PID.read_text())
        os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + 60
        while running():
            if time.monotonic() > deadline:
                sys.exit(f"The local AWS (process {pid}) did not stop within 60 s. End it with: kill -9 {pid}")
            time.sleep(0.05)
        say(f"Stopped the local AWS (process {pid}). What was built on it is gone. Start it again with: make local")
    PID.unlink(missing_ok=True)
    URL.unlink(missing_ok=True)
