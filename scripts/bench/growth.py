"""The growth of a run without changes with the number of regions, subnets, pools and tables."""

from __future__ import annotations

import argparse
import contextlib
import json
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

from common import HERE, ROOT, Address, Timed, control, environ, idle, measure, play, slow_way, timed
from report import figure, ratio, table

REGIONS = ("us-east-1", "us-west-2", "eu-west-1", "eu-central-1", "us-east-2", "ap-southeast-2")
SIZES = {"regions": (1, 3, 6), "subnets": (9, 36, 90), "pools": (3, 30, 100), "tables": (1, 5, 20)}
BASES = {"regions": 3}  # the others use their smallest size


def inventory(directory: Path, number: int) -> Path:
    """Write an inventory like prod's with a number of regions, as JSON, and return its directory."""
    made = directory / f"prod-{number}"
    if made.exists():
        return made
    shutil.copytree(ROOT / "inventories/prod/group_vars", made / "group_vars")
    first, *others = REGIONS[:number]
    groups = {"primary": [first], "secondary": others, "network": [first, *others], "database": [first, *others]}
    children = {name: {"hosts": dict.fromkeys(hosts, {})} for name, hosts in groups.items()}
    (made / "hosts.yml").write_text(json.dumps({"all": {"children": children}}))
    slots = {region: slot for slot, region in enumerate(REGIONS)}
    (made / "group_vars/all/slots.yml").write_text(json.dumps({"ipam_vpc_region_slots": slots}))
    return made


def command(what: str, number: int, directory: Path) -> list[str]:
    if what == "regions":
        return play("site.yml", inventory=inventory(directory, number))
    return play(HERE / f"growth_{what}.yml", "-e", f"count={number}")


def size(what: str, number: int) -> str:
    return f"{number} {what}"


def grow(what: str, aws: Address, directory: Path, trust: tuple[str, str], args: argparse.Namespace) -> None:
    """Measure all sizes of a kind, each applied on an empty account and read through its own proxy."""
    with contextlib.ExitStack() as stack:
        candidates: dict[str, Callable[[], Timed]] = {}
        for number in SIZES[what]:
            run = command(what, number, directory)
            control(aws, "POST", "reset")
            timed(run, environ(AWS_ENDPOINT_URL=aws))
            env = stack.enter_context(slow_way(aws, args.latency, trust))
            idle(run, env)
            candidates[size(what, number)] = partial(idle, run, env)
        rounds = measure(candidates, args.rounds)
    base = size(what, BASES.get(what, SIZES[what][0]))
    table(f"Growth in {what}, {args.latency * 1000:.0f} ms per request", rounds, base)
    for name in candidates:
        if name != base:
            figure(f"{name} / {base}", ratio(rounds, name, base))


def growth(aws: Address, directory: Path, trust: tuple[str, str], args: argparse.Namespace) -> None:
    for what in SIZES:
        grow(what, aws, directory, trust, args)
