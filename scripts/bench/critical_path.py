"""The shortest possible apply, given the durations of AWS, and the losses of a run against it.

All times are seconds of the local AWS's clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    """A request to AWS: when it was sent, when its result was usable, and the steps that it needs."""

    name: str
    sent: float
    usable: float
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Gap:
    """The ``seconds`` between the ``moment`` when the last need of a step was usable and the step's request."""

    step: str
    need: str
    moment: float
    seconds: float


Steps = Mapping[str, Step]
BEGIN, END = "the begin of the run", "the end of the run"


def last_need(step: Step, steps: Steps, begun: float) -> tuple[str, float]:
    """Return the need of a step that was usable last, and the moment."""
    met = [(steps[name].usable, name) for name in step.needs if name in steps]
    moment, name = max(met, default=(begun, BEGIN))
    return name, moment


def duration(step: Step, steps: Steps) -> float:
    """Return AWS's time for a step after its request and its needs; AWS accepts some requests before their needs."""
    return round(step.usable - max(step.sent, last_need(step, steps, step.sent)[1]), 1)


def critical(steps: Steps) -> list[tuple[str, float]]:
    """Return the longest chain of steps with their durations, in order."""
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
    """Return the delay of each step after its needs, the largest first."""
    found = []
    for step in steps.values():
        need, moment = last_need(step, steps, begun)
        found.append(Gap(step.name, need, moment, max(0.0, step.sent - moment)))
    return sorted(found, key=lambda gap: -gap.seconds)


def losses(chain: list[tuple[str, float]], steps: Steps, begun: float, ended: float) -> list[Gap]:
    """Return the gaps along the critical path, and the time after its last step."""
    found, need, moment = [], BEGIN, begun
    for name, _ in chain:
        found.append(Gap(name, need, moment, max(0.0, steps[name].sent - moment)))
        need, moment = name, steps[name].usable
    return [*found, Gap(END, need, moment, ended - moment)]


def split(seconds: tuple[float, float], scales: tuple[float, float]) -> tuple[float, float]:
    """Split a time, measured at two time scales, into seconds of AWS at any scale and real seconds of work."""
    real = [measured * scale for measured, scale in zip(seconds, scales, strict=True)]
    waits = (real[0] - real[1]) / (scales[0] - scales[1])
    return waits, real[0] - waits * scales[0]


def slack(steps: Steps) -> dict[str, float]:
    """Return the delay of each step that does not lengthen the critical path."""
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
    """Return all names, each after its needs."""
    done: dict[str, None] = {}

    def visit(name: str) -> None:
        if name in steps and name not in done:
            for need in steps[name].needs:
                visit(need)
            done[name] = None

    for name in steps:
        visit(name)
    return list(done)
