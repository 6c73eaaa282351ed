#!/usr/bin/env python3
"""The local AWS for people: start it, build an environment on it, stop it.

Runs in the project's virtual environment, with nothing but the standard library.
"""

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

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / ".local-aws"
URL, PID, LOG, CALLS = HOME / "url", HOME / "pid", HOME / "server.log", HOME / "calls.jsonl"
ENVIRONMENTS = ("dev", "qa", "prod")


def say(text: str = "") -> None:
    print(text, flush=True)


def ask(verb: str, path: str) -> object:
    """One request to the emulator's own interface. Raises OSError where nothing answers."""
    request = urllib.request.Request(f"{URL.read_text().strip()}/_local/{path}", method=verb)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def running() -> bool:
    """Whether the server that we started answers."""
    try:
        return isinstance(ask("GET", "health"), dict)
    except (OSError, ValueError):
        return False


def start(scale: float) -> None:
    """Start the server, unless it runs."""
    if running():
        ask("POST", f"clock?scale={scale}")
        say(f"The local AWS runs at {URL.read_text().strip()} (process {PID.read_text().strip()}).")
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
    ]
    with LOG.open("w") as log:
        server = subprocess.Popen(command, cwd=ROOT / "tests", stdout=log, stderr=log, start_new_session=True)
    PID.write_text(f"{server.pid}\n")
    deadline = time.monotonic() + 60
    while not running():
        if server.poll() is not None or time.monotonic() > deadline:
            sys.exit(f"The local AWS did not start; the end of {LOG}:\n{LOG.read_text()[-2000:]}")
        time.sleep(0.1)
    say(f"The local AWS answers at {URL.read_text().strip()} (process {server.pid}).")


def stop() -> None:
    """End the server that we started, and only that one."""
    if not PID.exists():
        say("Nothing runs.")
        return
    pid = int(PID.read_text())
    if running():
        os.kill(pid, signal.SIGTERM)
        while running():
            time.sleep(0.05)
        say(f"Stopped the local AWS (process {pid}).")
    else:
        say("Nothing runs.")
    PID.unlink()
    URL.unlink(missing_ok=True)


def play(environment: str, log: Path, *arguments: str) -> str:
    """Run site.yml on the local AWS, show its plays as they begin, and return all that it printed."""
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
    if process.wait() != 0:
        sys.exit(f"{text[-6000:]}\nThat failed (exit code {process.returncode}); all of it is in {log}.")
    return text


def summary(text: str) -> str:
    """What the run says of itself behind Ansible's recap."""
    return text.partition("PLAY RECAP")[2].partition("\n\n")[2].strip("\n")


def mutating() -> int:
    calls = ask("GET", "calls?mutating=true")
    return len(calls) if isinstance(calls, list) else 0


def expect_no_calls(before: int, what: str) -> None:
    extra = mutating() - before
    if extra:
        sys.exit(f"{what} made {extra} changing calls to AWS, and must make none: see {CALLS}")
    say(f"    {what} made 0 changing calls to AWS.")


def demo(environment: str, scale: float) -> None:
    """Plan, apply, apply again; each step says what it shows, and fails where that is not so."""
    start(scale)
    ask("POST", "reset")
    say("\n1. Plan it on the empty account (nothing is changed):")
    text = play(environment, HOME / "plan.log", "--check", "--diff")
    say(summary(text))
    expect_no_calls(0, "Planning")
    say("\n2. Apply it:")
    text = play(environment, HOME / "apply.log")
    say(summary(text).splitlines()[-1])
    done = mutating()
    say(f"    Applying made {done} changing calls to AWS.")
    say("\n3. Apply it again (nothing is left to do):")
    text = play(environment, HOME / "apply-again.log")
    say(summary(text).splitlines()[-1])
    expect_no_calls(done, "Applying again")
    say(f"\n{outputs(text)}\n")
    url = URL.read_text().strip()
    run, on = ".venv/bin/ansible-playbook", f"-i inventories/{environment} -i inventories/local"
    say(f"""What now? The local AWS goes on running at {url}, with {environment} on it.
  all that was printed     .local-aws/*.log
  every call, one a line   .local-aws/calls.jsonl
  plan a change            edit inventories/{environment}/group_vars/all/, then
                           {run} site.yml {on} --check --diff
  take it down             {run} playbooks/destroy.yml {on}
  another environment      make demo ENV=dev|qa|prod
  stop                     make stop""")


def outputs(text: str) -> str:
    """What the last plays of site.yml printed."""
    shown = text.partition("PLAY [Outputs")[2].split("\nPLAY RECAP", 1)[0].splitlines()
    return "\n".join(line for line in shown[1:] if line and not line.startswith(("PLAY [", "TASK [", "ok: [", "}")))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("command", choices=["start", "stop", "demo"])
    parser.add_argument("--environment", choices=ENVIRONMENTS, default="prod")
    parser.add_argument(
        "--scale", type=float, default=0.0, help="real seconds per second of AWS; 0: everything at once"
    )
    args = parser.parse_args()
    try:
        if args.command == "demo":
            demo(args.environment, args.scale)
        else:
            {"start": lambda: start(args.scale), "stop": stop}[args.command]()
    except urllib.error.URLError as error:
        sys.exit(f"The local AWS does not answer ({error}); see {LOG}")


if __name__ == "__main__":
    main()
