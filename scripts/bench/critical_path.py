"""The least that AWS makes an apply take, whatever the schedule, and where a run lost time against it.

Everything here is in AWS's seconds, as the local AWS's clock counts them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    """Something that AWS was asked for: when it was sent, when it was usable, and the steps that it waits for."""

    name: str
    sent: float
    usable: float
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Gap:
    """A step that was sent ``seconds`` after the ``moment`` when the last thing that it needed was usable."""

    step: str
    need: str
    moment: float
    seconds: float


Steps = Mapping[str, Step]
BEGIN, END = "the begin of the run", "the end of the run"


def last_need(step: Step, steps: Steps, begun: float) -> tuple[str, float]:
    """What a step had to wait for until the last, and when that was usable."""
    met = [(steps[name].usable, name) for name in step.needs if name in steps]
    moment, name = max(met, default=(begun, BEGIN))
    return name, moment


def duration(step: Step, steps: Steps) -> float:
    """How long AWS takes for a step once it is sent and all that it needs is usable: some calls are taken before."""
    return round(step.usable - max(step.sent, last_need(step, steps, step.sent)[1]), 1)


def critical(steps: Steps) -> list[tuple[str, float]]:
    """The longest chain of durations, from its first step to its last, each with its duration."""
    best: dict[str, tuple[float, str | None]] = {}

    def finish(name: str) -> float:
        if name not in best:
            before = [(finish(need), need) for need in steps[name].needs if need in steps]
            moment, need = max(before, default=(0.0, None))
            best[name] = (moment + duration(steps[name], steps), need)
        return best[name][0]

    name: str | None = max(steps, key=finish, default=None)
    chain = []
    while name is not None:
        chain.append((name, duration(steps[name], steps)))
        name = best[name][1]
    return chain[::-1]


def length(chain: list[tuple[str, float]]) -> float:
    return sum(seconds for _, seconds in chain)


def gaps(steps: Steps, begun: float) -> list[Gap]:
    """How much later than it could have been each step was sent, the largest gap first."""
    found = []
    for step in steps.values():
        need, moment = last_need(step, steps, begun)
        found.append(Gap(step.name, need, moment, max(0.0, step.sent - moment)))
    return sorted(found, key=lambda one: -one.seconds)


def losses(chain: list[tuple[str, float]], steps: Steps, begun: float, ended: float) -> list[Gap]:
    """All that a run took beyond the critical path: the gaps along it, and what came after its last step."""
    found, need, moment = [], BEGIN, begun
    for name, _ in chain:
        found.append(Gap(name, need, moment, max(0.0, steps[name].sent - moment)))
        need, moment = name, steps[name].usable
    return [*found, Gap(END, need, moment, ended - moment)]


def split(seconds: tuple[float, float], scales: tuple[float, float]) -> tuple[float, float]:
    """Of what took so many of AWS's seconds at two time scales: those that AWS takes at any scale, and real seconds."""
    real = [one * scale for one, scale in zip(seconds, scales, strict=True)]
    waits = (real[0] - real[1]) / (scales[0] - scales[1])
    return waits, real[0] - waits * scales[0]


def slack(steps: Steps) -> dict[str, float]:
    """How much later than at once each step may be usable without the critical path being any longer."""
    total = length(critical(steps))
    tail: dict[str, float] = dict.fromkeys(steps, 0.0)
    early: dict[str, float] = {}
    for name in ordered(steps):
        early[name] = duration(steps[name], steps) + max(
            (early[need] for need in steps[name].needs if need in steps), default=0.0
        )
    for name in reversed(ordered(steps)):
        for need in steps[name].needs:
            if need in steps:
                tail[need] = max(tail[need], tail[name] + duration(steps[name], steps))
    return {name: total - early[name] - tail[name] for name in steps}


def ordered(steps: Steps) -> list[str]:
    """All names, each after those that it needs."""
    done: dict[str, None] = {}

    def visit(name: str) -> None:
        if name in steps and name not in done:
            for need in steps[name].needs:
                visit(need)
            done[name] = None

    for name in steps:
        visit(name)
    return list(done)
