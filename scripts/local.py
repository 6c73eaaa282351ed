#!/usr/bin/env python3
"""Start the local AWS, build an environment on it, or stop it."""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / ".local-aws"
URL, TOKEN, PID = HOME / "url", HOME / "url.token", HOME / "pid"
LOG, CALLS = HOME / "server.log", HOME / "calls.jsonl"
ENVIRONMENTS = ("dev", "qa", "prod")
NOT_RUNNING = "The local AWS is not running. Start it with: make local"


def say(text: str = "") -> None:
    print(text, flush=True)


def ask(verb: str, path: str) -> Any:
    """Send a request to the control interface of the local AWS; raise OSError if it does not answer."""
    headers = {"Authorization": f"Bearer {TOKEN.read_text().strip()}"} if TOKEN.exists() else {}
    request = urllib.request.Request(f"{URL.read_text().strip()}/_local/{path}", method=verb, headers=headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def running() -> bool:
    """Return whether the server that this script started answers."""
    try:
        return isinstance(ask("GET", "health"), dict)
    except (OSError, ValueError):
        return False


def start(scale: float) -> None:
    """Start the server unless it is running, and set its time scale."""
    if running():
        ask("POST", f"clock?scale={scale}")
        say(f"The local AWS is already running at {URL.read_text().strip()} (process {PID.read_text().strip()}).")
        return
    HOME.mkdir(exist_ok=True)
    URL.unlink(missing_ok=True)
    say("Starting the local AWS on a free loopback port ...")
    command = [
        sys.executable,
        "-m",
        "emulator",
        "--url-file",
        str(URL),
        "--call-log",
        str(CALLS),
        "--scale",
        str(scale),
        "--unverified",
    ]
    with LOG.open("w") as log:
        server = subprocess.Popen(command, cwd=ROOT / "tests", stdout=log, stderr=log, start_new_session=True)
    PID.write_text(f"{server.pid}\n")
    deadline = time.monotonic() + 60
    while not running():
        if server.poll() is not None or time.monotonic() > deadline:
            server.kill()
            sys.exit(
                f"{LOG.read_text()[-2000:]}\nThe local AWS did not start; its log is above and in {LOG}.\n"
                "Fix the error there, then run the command again."
            )
        time.sleep(0.1)
    say(f"The local AWS is running at {URL.read_text().strip()} (process {server.pid}).")


def start_only(scale: float) -> None:
    start(scale)
    run, on = ".venv/bin/ansible-playbook site.yml", "-i inventories/dev -i inventories/local"
    say(f"""What to do next:
  plan dev                 {run} {on} --check --diff
  apply dev                {run} {on}
  stop the local AWS       make stop""")


def stop() -> None:
    """Stop the server that this script started, and no other."""
    if not PID.exists():
        say(NOT_RUNNING)
        return
    pid = int(PID.read_text())
    if running():
        os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + 60
        while running():
            if time.monotonic() > deadline:
                sys.exit(f"The local AWS (process {pid}) did not stop within 60 s. End it with: kill -9 {pid}")
            time.sleep(0.05)
        say(f"Stopped the local AWS (process {pid}). Start it again with: make local")
    else:
        say(NOT_RUNNING)
    PID.unlink()
    URL.unlink(missing_ok=True)


def play(environment: str, log: Path, *arguments: str) -> str:
    """Run site.yml on the local AWS, print the name of each play, and return the output."""
    overlay = ["-i", f"inventories/{environment}", "-i", "inventories/local"]
    command = [str(Path(sys.executable).parent / "ansible-playbook"), "site.yml", *overlay, *arguments]
    say(f"  $ {' '.join(['ansible-playbook', *command[1:]])}")
    lines = []
    process = subprocess.Popen(command, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    for line in process.stdout or ():
        lines.append(line)
        if line.startswith("PLAY ["):
            say(f"    {line[6:].split(']')[0]} ...")
    text = "".join(lines)
    log.write_text(text)
    if process.wait(timeout=60) != 0:
        sys.exit(
            f"{text[-6000:]}\nansible-playbook failed (exit code {process.returncode}).\n"
            f"Its whole output is in {log}. Fix the error, then run make demo ENV={environment} again."
        )
    return text


def summary(text: str) -> str:
    """Return the summary that the run prints after Ansible's recap."""
    return text.partition("PLAY RECAP")[2].partition("\n\n")[2].strip("\n")


def mutating() -> int:
    return len(ask("GET", "calls?mutating=true"))


def expect_no_calls(before: int, what: str) -> None:
    extra = mutating() - before
    if extra:
        sys.exit(
            f"{what} made {extra} changing calls to AWS, but must make none. They are the last lines with "
            f'"mutating": true in {CALLS}; report them as a bug.'
        )
    say(f"    {what} made 0 changing calls to AWS.")


def expect_promised_calls() -> None:
    others = {f"{c['service']}:{c['operation']}" for c in ask("GET", "calls") if c["tier"] != "promised"}
    if others:
        sys.exit(f"The runs made calls that the local AWS does not promise: {', '.join(sorted(others))}. See {CALLS}.")
    say("    The runs made only calls that the local AWS promises.")


def demo(environment: str, scale: float) -> None:
    """Plan, apply and apply again; fail if planning or the second apply changes anything."""
    start(scale)
    ask("POST", "reset")
    say(f"\n1. Plan {environment} on an empty account (changes nothing):")
    text = play(environment, HOME / "plan.log", "--check", "--diff")
    say(summary(text))
    expect_no_calls(0, "Planning")
    say(f"\n2. Apply {environment}:")
    text = play(environment, HOME / "apply.log")
    say(summary(text).splitlines()[-1])
    done = mutating()
    say(f"    Applying made {done} changing calls to AWS.")
    say(f"\n3. Apply {environment} again (no changes are left):")
    text = play(environment, HOME / "apply-again.log")
    say(summary(text).splitlines()[-1])
    expect_no_calls(done, "Applying again")
    expect_promised_calls()
    say(f"\n{outputs(text)}\n")
    url = URL.read_text().strip()
    run, on = ".venv/bin/ansible-playbook", f"-i inventories/{environment} -i inventories/local"
    say(f"""The local AWS is still running at {url}, with {environment} on it. What to do next:
  read the output          .local-aws/*.log
  read the calls to AWS    .local-aws/calls.jsonl
  plan a change            edit inventories/{environment}/group_vars/all/, then
                           {run} site.yml {on} --check --diff
  destroy {environment:<17}{run} playbooks/destroy.yml {on}
  try an environment       make demo ENV=dev|qa|prod
  stop the local AWS       make stop""")


def outputs(text: str) -> str:
    """Return the output of the last plays of site.yml."""
    shown = text.partition("PLAY [Outputs")[2].split("\nPLAY RECAP", 1)[0].splitlines()
    return "\n".join(line for line in shown[1:] if line and not line.startswith(("PLAY [", "TASK [", "ok: [", "}")))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("command", choices=["start", "stop", "demo"])
    parser.add_argument("--environment", choices=ENVIRONMENTS, default="prod")
    parser.add_argument(
        "--scale", type=float, default=0.0, help="real seconds per second of AWS's clock; 0: AWS finishes at once"
    )
    args = parser.parse_args()
    try:
        if args.command == "demo":
            demo(args.environment, args.scale)
        else:
            {"start": lambda: start_only(args.scale), "stop": stop}[args.command]()
    except urllib.error.URLError as error:
        sys.exit(f"The local AWS does not answer ({error}). Its log is {LOG}. Run make stop, then the command again.")


if __name__ == "__main__":
    main()
