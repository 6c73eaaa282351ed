"""The duration of an apply of prod with the delays of AWS, compared with AWS's critical path."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from common import KEYS, Address, control, environ, play, timed
from critical_path import Gap, Steps, critical, gaps, length, losses, slack, split
from report import figure
from steps import Apply

REGIONS = ("us-east-1", "us-west-2", "eu-west-1")
SHOWN = 12


@dataclass(frozen=True)
class Run:
    """An apply: its time scale, begin and end in AWS's seconds, its calls, and the Name tags of its resources by id."""

    scale: float
    begun: float
    ended: float
    calls: list[dict[str, Any]]
    names: dict[str, str]

    @property
    def seconds(self) -> float:
        return self.ended - self.begun


def named(aws: str) -> dict[str, str]:
    """Return the Name tags of all tagged resources, by id."""
    found = {}
    for region in REGIONS:
        keys = {"aws_access_key_id": KEYS["AWS_ACCESS_KEY_ID"], "aws_secret_access_key": KEYS["AWS_SECRET_ACCESS_KEY"]}
        tagging = boto3.client("resourcegroupstaggingapi", region_name=region, endpoint_url=aws, **keys)
        for page in tagging.get_paginator("get_resources").paginate():
            for resource in page["ResourceTagMappingList"]:
                tags = {tag["Key"]: tag["Value"] for tag in resource["Tags"]}
                found[resource["ResourceARN"].rsplit("/", 1)[-1]] = tags.get("Name", "?")
    return found


def applied(aws: Address, scale: float) -> Run:
    """Apply prod to an empty account at a time scale."""
    control(aws, "POST", "reset")
    control(aws, "POST", f"clock?scale={scale}")
    begun = control(aws, "GET", "health")["now"]
    timed(play("site.yml"), environ(AWS_ENDPOINT_URL=aws))
    ended = control(aws, "GET", "health")["now"]
    calls = control(aws, "GET", "calls")
    run = Run(scale, begun, ended, calls, named(aws))
    control(aws, "POST", "clock?scale=0")
    return run


def between(calls: Iterable[Mapping[str, Any]], start: float, end: float) -> str:
    """Return the most frequent changes and reads of a period, as text."""
    during = [call for call in calls if start < call["time"] < end]
    changes = Counter(call["operation"] for call in during if call["mutating"]).most_common(4)
    asked = Counter(call["operation"] for call in during if not call["mutating"]).most_common(2)
    return ", ".join(f"{number} {name}" for name, number in [*changes, *asked])


def kind(step: str) -> str:
    """Return the kind of a step."""
    return step.partition(":")[0]


def needless(steps: Steps, begun: float) -> list[tuple[str, int, Gap]]:
    """Return the gaps that exceed the slack of their step: by kind the number and the largest."""
    room = slack(steps)
    found: dict[str, list[Gap]] = {}
    for gap in gaps(steps, begun):
        if gap.seconds > room[gap.step]:
            found.setdefault(kind(gap.step), []).append(gap)
    return [(name, len(several), several[0]) for name, several in found.items()]


def along(run: Run) -> list[Gap]:
    """Return the losses of a run along its critical path."""
    steps = Apply(run.calls, run.names).steps
    return losses(critical(steps), steps, run.begun, run.ended)


def parts(slow: Run, quick: Run) -> list[str]:
    """Split each loss of the slow run into waiting and work; return empty texts if the critical paths differ."""
    pairs = list(zip(along(slow), along(quick), strict=False))
    if any(kind(lost.step) != kind(other.step) for lost, other in pairs):
        return ["" for _ in pairs]
    found = (split((lost.seconds, other.seconds), (slow.scale, quick.scale)) for lost, other in pairs)
    return [f"= {waits:6.1f} of waiting + {work:5.1f} s of work" for waits, work in found]


def print_run(run: Run, quick: Run) -> float:
    """Print a run beside its critical path, and return the path's length."""
    steps = Apply(run.calls, run.names).steps
    chain = critical(steps)
    total, durations = length(chain), dict(chain)
    print(
        f"\nApply of prod, {run.scale:g} s per second of AWS: "
        f"{run.seconds:.0f} s of AWS, critical path {total:.0f} s of AWS"
    )
    print("  critical path and losses of the run along it (seconds of AWS):")
    for lost, part in zip(along(run), parts(run, quick), strict=False):
        print(f"    took {durations.get(lost.step, 0.0):5.1f}   lost {lost.seconds:6.1f} {part}   {lost.step}")
        if lost.seconds >= total / 100:
            print(f"        meanwhile: {between(run.calls, lost.moment, lost.moment + lost.seconds)}")
    print("  gaps longer than the slack of their step, the largest of each kind:")
    for name, number, gap in needless(steps, run.begun)[:SHOWN]:
        print(f"    {gap.seconds:6.1f}   {number} x {name}, after {gap.need}")
    return total


def critical_path(aws: Address, directory: Path, trust: tuple[str, str], args: argparse.Namespace) -> None:
    """Apply at two time scales, to separate the schedule, which grows with AWS's time, from the work."""
    slow, quick = applied(aws, args.scale), applied(aws, args.scale / 2)
    total = print_run(slow, quick)
    figure("apply / critical path", slow.seconds / total)
    schedule, own = split((slow.seconds, quick.seconds), (slow.scale, quick.scale))
    print(f"  with the run at {quick.scale:g}: {schedule:.0f} s of AWS for the schedule and {own:.0f} s of work")
    figure("the schedule's part alone", schedule / total)
    figure("the same with AWS's time", (schedule + own) / total)
