"""`make demo`: plan an environment, apply it, apply it again, and show what was built."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import local_server as server
from local_server import CALLS, HOME, KEYS, ROOT, ask, say
from local_tables import WIDTH, built, continued, plan_table

MARK = HOME / "demo"  # the environment of the last demo, and the number of changing calls at its end
PLAN, OUTPUTS = HOME / "plan.json", HOME / "outputs.json"
BREAK = " \\\n    "  # continues a command on the next line, so that it fits into 80 columns and can be pasted
SHELL = dict(os.environ)  # of the user, before this command changes its own
LOCKS = "mtk_backend_run_locks"  # the table of the run locks
PROXIES = ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY")


def demo(environment: str, scale: float) -> None:
    """Plan, apply and apply again; fail if planning or the second apply changes anything."""
    command = f"make demo ENV={environment}"
    with server.alone(command):
        server.start(scale)
        begin_empty(environment, scale)
        with remembered(environment):
            _sections(environment)


def changes(calls: list[dict[str, Any]]) -> int:
    """Return the number of changing calls, without releases of the run lock, which may follow the end of a run.

    Taking the lock counts: a plan must not take it.
    """
    return sum(not _releases(call) for call in calls)


def _releases(call: dict[str, Any]) -> bool:
    """Return whether a call writes the item of a lock that nobody holds."""
    given = call["parameters"]
    return (call["operation"], given.get("TableName")) == ("PutItem", LOCKS) and "holder" not in given["Item"]


def mutating() -> int:
    return changes(ask("GET", "calls?mutating=true"))


def begin_empty(environment: str, scale: float) -> None:
    """Empty the account, but never throw away what somebody else than a demo built on it."""
    calls = mutating()
    last, _, at_end = (MARK.read_text().strip() if MARK.exists() else "").partition(" ")
    if calls and str(calls) != at_end:
        held = ", ".join(environments()) or "resources of no environment"
        sys.exit(
            f"The local AWS holds {held}. No demo built that, or it was killed, or it was changed after the demo.\n"
            "A demo begins with an empty account, so nothing was done. To go on without it, which loses it:\n"
            f"  make stop && make demo ENV={environment}"
        )
    if calls:
        say(f"The local AWS holds {last} of an earlier demo, unchanged since. It is emptied.")
    if server.is_older():
        say("It was started from an earlier version of this checkout, so it is started again.")
        server.stop()
        server.start(scale)
    ask("POST", "reset")


def environments() -> list[str]:
    """Return the names of the environments that the account has resources of."""
    regions = {call["region"] for call in ask("GET", "calls?mutating=true")}
    found = set()
    for region in regions:
        tags = _session().client("resourcegroupstaggingapi", region_name=region, endpoint_url=server.url())
        found |= set(tags.get_tag_values(Key="mtk:environment")["TagValues"])
    return sorted(found)


def _session() -> Any:
    import boto3  # here, because `make stop` and `make local` need none of it

    return boto3.Session(
        aws_access_key_id=KEYS["AWS_ACCESS_KEY_ID"], aws_secret_access_key=KEYS["AWS_SECRET_ACCESS_KEY"]
    )


@contextmanager
def remembered(environment: str) -> Iterator[None]:
    """Note at the end, however the demo ends, that the account holds nothing but this demo."""
    MARK.write_text(f"{environment} 0\n")
    try:
        yield
    except KeyboardInterrupt:
        say(f"\nInterrupted. The local AWS is still running at {server.url()}, with what was built so far.")
        say(f"To begin again: make demo ENV={environment}     To stop it: make stop")
        raise
    finally:
        if server.running():
            calls = changes(ask("GET", "calls?mutating=true"))
            MARK.write_text(f"{environment} {calls}\n")


def _sections(environment: str) -> None:
    heading(f"What this does: {environment} on a local AWS")
    say(f"""The local AWS is a program on this machine. It answers as AWS does, needs no
account, costs nothing, and forgets everything with make stop. The demo plans
{environment} on the empty account, applies the plan, applies it again, and shows what
was built. The whole output of each run is in .local-aws/*.log.""")

    heading(f"1. Plan {environment}: shows what would be created, and changes nothing")
    text = play(environment, "plan", "site.yml", "--check", "--diff")
    document = json.loads(PLAN.read_text())
    for line in plan_table(document):
        say(f"  {line}")
    say(result(text))
    expect_no_calls(0, "Planning")

    heading(f"2. Apply {environment}")
    say(result(play(environment, "apply", "site.yml")))
    done = mutating()
    say(f"Applying made {done} changing calls to AWS.")

    heading(f"3. Apply {environment} again: nothing is left to change")
    say(result(play(environment, "apply-again", "site.yml")))
    expect_no_calls(done, "Applying again")
    expect_promised_calls()

    heading("4. What was built")
    play(environment, "outputs", "playbooks/outputs.yml", "-e", f"outputs_json={OUTPUTS.relative_to(ROOT)}")
    outputs = json.loads(OUTPUTS.read_text())
    for line in built(outputs):
        say(line)

    heading("5. What to do next")
    say(next_steps(outputs))


def heading(text: str) -> None:
    say(f"\n{text}\n{'-' * len(text)}")


def play(environment: str, name: str, playbook: str, *arguments: str) -> str:
    """Run a playbook on the local AWS, show its progress, and return its output."""
    overlay = ["-i", f"inventories/{environment}", "-i", "inventories/local"]
    command = [str(Path(sys.executable).parent / "ansible-playbook"), playbook, *overlay, *arguments]
    say(f"$ .venv/bin/ansible-playbook {' '.join(command[1:6])}{' '.join([BREAK, *arguments]) if arguments else ''}")
    environ = os.environ | {"ANSIBLE_NOCOLOR": "1"}
    if name == "plan":
        environ["MTK_PLAN_OUT"] = str(PLAN)
    log = HOME / f"{name}.log"
    process = subprocess.Popen(
        command, cwd=ROOT, env=environ, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    try:
        text = _follow(process.stdout or (), log)
    except BaseException:
        process.terminate()  # Ctrl-C has reached it already; a closed pipe has not
        process.wait(timeout=60)
        raise
    if process.wait(timeout=60) != 0:
        state = "" if server.running() else "\nThe local AWS has stopped in the meantime."
        sys.exit(
            f"{text[-6000:]}\nansible-playbook failed (exit code {process.returncode}).{state}\n"
            f"Its whole output is in {log}. Correct the error, then run make demo ENV={environment} again."
        )
    return text


def _follow(lines: Any, log: Path) -> str:
    """Copy the output of a run into its log, and show the name of each play: on a terminal in one line."""
    terminal, text = sys.stdout.isatty(), []
    with log.open("w") as copy:
        for line in lines:
            text.append(line)
            copy.write(line)
            if line.startswith("PLAY ["):
                name = f"  {line[6:].split(']')[0]} ..."[: WIDTH - 1]
                print(f"\r{name:<{WIDTH - 1}}" if terminal else name, end="" if terminal else "\n", flush=True)
    if terminal:
        print(f"\r{' ' * (WIDTH - 1)}\r", end="", flush=True)
    return "".join(text)


def result(text: str) -> str:
    """Return the line of the summary that says what a run plans or has done."""
    lines = text.partition("PLAY RECAP")[2].splitlines()
    return next((line for line in reversed(lines) if line.startswith(("Plan of", "Apply of"))), "")


def expect_no_calls(before: int, what: str) -> None:
    extra = mutating() - before
    if extra:
        sys.exit(
            f"{what} made {extra} changing calls to AWS, but must make none. They are the last lines with "
            f'"mutating": true in {CALLS}; report them as a bug.'
        )
    say(f"{what} made 0 changing calls to AWS.")


def expect_promised_calls() -> None:
    others = {f"{c['service']}:{c['operation']}" for c in ask("GET", "calls") if c["tier"] != "promised"}
    if others:
        sys.exit(f"The runs made calls that the local AWS does not promise: {', '.join(sorted(others))}. See {CALLS}.")
    say("All calls were among those that the local AWS promises to answer as AWS does.")


def aws_commands(outputs: dict[str, Any]) -> Iterator[str]:
    """Return commands of the AWS CLI that work in any shell in the checkout: endpoint and keys are part of them."""
    offered = [each for each in outputs["commands"][outputs["home_region"]] if each["command"].startswith("aws ")]
    direct = f"NO_PROXY=127.0.0.1{BREAK}" if any(SHELL.get(name) for name in PROXIES) else ""
    keys = " ".join(f"{name}={value}" for name, value in KEYS.items())
    for service, most in (("ec2", 1), ("rds", 1), ("dynamodb", 2)):
        for each in [each for each in offered if each["command"].split()[1] == service][:most]:
            yield f"{each['purpose']}:\n  {direct}{keys}{BREAK}.venv/bin/{continued(each['command'])}"


def next_steps(outputs: dict[str, Any]) -> str:
    """Return commands that work as they are printed, in the directory of the checkout."""
    environment, looks = outputs["environment"], "\n\n".join(aws_commands(outputs))
    on = f"-i inventories/{environment} -i inventories/local"
    run = ".venv/bin/ansible-playbook"
    allowed = f"{BREAK}-e destroy_allowed=true" if environment == "prod" else ""
    profile = "\nThe local AWS has keys of its own, so first: unset AWS_PROFILE\n" if SHELL.get("AWS_PROFILE") else ""
    return f"""The local AWS is still running at {server.url()}, with {environment} on it.
{profile}
{looks}

Show all outputs, with more commands for every region:
  {run} playbooks/outputs.yml{BREAK}{on}

Plan a change, here of one setting (lasting changes belong into
inventories/{environment}/group_vars/all/):
  {run} site.yml {on}{BREAK}--check --diff -e ipam_vpc_flow_log_retention_in_days=60

Compare the account with the inventory:
  {run} playbooks/drift.yml{BREAK}{on}

Destroy {environment} (asks for the name of the environment):
  {run} playbooks/destroy.yml{BREAK}{on}{allowed}

Read the plan as the run printed it, and the calls to AWS:
  less .local-aws/plan.log
  less .local-aws/calls.jsonl

Try another environment:
  make demo ENV={"dev" if environment != "dev" else "prod"}

Stop the local AWS:
  make stop"""
