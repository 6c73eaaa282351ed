"""Runs of prod without changes, compared with plain boto3 and amazon.aws, and a create without delays."""

from __future__ import annotations

import argparse
import contextlib
import json
import re
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from common import HERE, Address, Candidates, Timed, control, environ, idle, measure, play, run, slow_way, timed, warm
from report import figure, ratio, table

Trust = tuple[str, str]
RECAP = re.compile(r"^(\S+)\s+: ok=(\d+) .*skipped=(\d+)", re.M)
EMPTY = "- hosts: all\n  gather_facts: false\n  tasks: []\n"
LATENCIES = (0.0, 0.02, 0.05)
RESOURCES = re.compile(r"Apply of \w+: no changes, (\d+) unchanged")
KEPT_BY_A = 112  # 35 and the scaling of the table in each of three regions, two roles, a policy and the table


def build(aws: Address) -> tuple[Timed, Timed]:
    """Apply prod on an empty account, and again without changes, both without delays."""
    control(aws, "POST", "reset")
    direct = environ(AWS_ENDPOINT_URL=aws)
    return timed(play("site.yml"), direct), idle(play("site.yml"), direct)


def create(aws: Address, directory: Path, trust: Trust, args: argparse.Namespace) -> None:
    """Measure a create and a run without changes, both without delays."""
    rounds = []
    for _ in range(3):
        created, nothing = build(aws)
        rounds.append({"no-op": nothing, "create": created})
    table("Create without delays", rounds, "no-op")
    figure("create / no-op", ratio(rounds, "create", "no-op"))


def reads_of(aws: Address, directory: Path) -> tuple[Path, int]:
    """Write the reads of a run without changes to a file; return the file and their number."""
    build(aws)
    control(aws, "DELETE", "calls")
    idle(play("site.yml"), environ(AWS_ENDPOINT_URL=aws))
    calls = control(aws, "GET", "calls")
    file = directory / "reads.json"
    file.write_text(json.dumps([{k: c[k] for k in ("service", "operation", "region", "parameters")} for c in calls]))
    return file, len(calls)


def plain(file: Path, tls: str) -> list[str]:
    return [sys.executable, str(HERE / "reads.py"), str(file), tls]


def empty_tasks(recap: str) -> str:
    """Return a playbook of empty tasks, as many for each host as in the run with this recap."""
    tasks = {host: int(ok) + int(skipped) for host, ok, skipped in RECAP.findall(recap)}
    common = min(tasks.values())
    plays = {"all": common, **{host: number - common for host, number in tasks.items() if number > common}}
    head, task = "- hosts: {}\n  gather_facts: false\n  tasks:\n", "    - ansible.builtin.debug: {msg: nothing}\n"
    return "".join(head.format(hosts) + task * number for hosts, number in plays.items())


def no_op(aws: Address, directory: Path, trust: Trust, args: argparse.Namespace) -> None:
    """Compare a run without changes with plain boto3."""
    file, number = reads_of(aws, directory)
    empty, tasks = directory / "empty.yml", directory / "tasks.yml"
    empty.write_text(EMPTY)
    tasks.write_text(empty_tasks(run(play("site.yml"), environ(AWS_ENDPOINT_URL=aws))[1]))
    with slow_way(aws, args.latency, trust) as env:
        candidates: Candidates = {
            "R": lambda: timed(plain(file, "shared"), env),
            "N": lambda: timed(plain(file, "stock"), env),
            "no-op": lambda: idle(play("site.yml"), env),
            "check": lambda: idle(play("site.yml", "--check"), env),
            "empty tasks": lambda: timed(play(tasks), env),
            "empty play": lambda: timed(play(empty), env),
        }
        rounds = measure(warm(candidates), args.rounds)
    table(f"prod, {number} calls, https, {args.latency * 1000:.0f} ms per request", rounds, "R")
    for name, base in (("no-op", "R"), ("no-op", "N"), ("check", "no-op"), ("empty tasks", "R")):
        figure(f"{name} / {base}", ratio(rounds, name, base))
    figure("no-op / R, CPU", ratio(rounds, "no-op", "R", 1))


def amazon_aws(aws: Address, directory: Path, trust: Trust, args: argparse.Namespace) -> None:
    """Compare a run without changes with tasks of amazon.aws and community.aws for the same resources."""
    build(aws)
    with slow_way(aws, args.latency, trust) as env:
        theirs = {**env, "ANSIBLE_CONFIG": str(HERE / "amazon_aws.cfg")}
        candidates: Candidates = {
            "no-op": lambda: idle(play("site.yml"), env),
            "A": lambda: idle(play(HERE / "amazon_aws.yml"), theirs),
        }
        rounds = measure(warm(candidates), args.rounds_a)
        ours = RESOURCES.search(run(play("site.yml"), env)[1])
    if ours is None:
        raise SystemExit("The no-op run has no summary without changes: run the benchmark on an applied environment.")
    kept = int(ours.group(1))
    title = f"prod by amazon.aws, {KEPT_BY_A} resources of {kept}, {args.latency * 1000:.0f} ms per request"
    table(title, rounds, "no-op")
    figure("A / no-op", ratio(rounds, "A", "no-op"))
    figure("the same per resource", ratio(rounds, "A", "no-op") * kept / KEPT_BY_A)


def latencies(aws: Address, directory: Path, trust: Trust, args: argparse.Namespace) -> None:
    """Compare the same runs at several latencies."""
    file, _ = reads_of(aws, directory)
    runs: dict[str, Callable[[dict[str, str]], Timed]] = {
        "R": lambda env: timed(plain(file, "shared"), env),
        "no-op": lambda env: idle(play("site.yml"), env),
        "check": lambda env: idle(play("site.yml", "--check"), env),
    }
    candidates: dict[str, Callable[[], Timed]] = {}
    with contextlib.ExitStack() as stack:
        for latency in LATENCIES:
            env = stack.enter_context(slow_way(aws, latency, trust))
            for name, run_it in runs.items():
                candidates[f"{name} at {latency * 1000:.0f} ms"] = partial(run_it, env)
        rounds = measure(warm(candidates), args.rounds)
    table("prod at several latencies", rounds, "R at 50 ms")
    for latency in LATENCIES:
        at = f"at {latency * 1000:.0f} ms"
        for name, base in (("no-op", "R"), ("check", "no-op")):
            figure(f"{name} / {base} {at}", ratio(rounds, f"{name} {at}", f"{base} {at}"))
