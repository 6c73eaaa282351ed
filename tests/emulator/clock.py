"""The clock of the local AWS, and the timelines of states that run on it."""

from __future__ import annotations

import datetime as real
import sys
import time
from datetime import UTC, datetime, tzinfo
from types import SimpleNamespace
from typing import Any

from moto.core import utils

DAY = 86400  # seconds


class Clock:
    """A clock of virtual seconds since the epoch.

    ``scale`` is the number of real seconds per virtual second: 1 is real time, 0.01 makes a ten-minute cluster take
    six seconds, and 0 ends every timeline at once.
    """

    def __init__(self, scale: float = 0.0) -> None:
        self._real = self._virtual = time.time()
        self.scale = scale
        self.done_until = 0.0  # timelines that began before this moment, at scale 0, are over
        self.at_once = False  # whether new timelines end at once
        self.next_failure: tuple[str, str] | None = None  # the last state and the reason of the next timeline
        self.begun: list[Timeline] = []  # the timelines that the present request began

    def now(self) -> float:
        """Return the virtual seconds since the epoch."""
        elapsed = time.time() - self._real
        return self._virtual + (elapsed / self.scale if self.scale else elapsed)

    def set_scale(self, scale: float) -> None:
        """Change the pace from the present virtual moment on."""
        if scale < 0:
            raise ValueError(f"a time scale cannot be negative: {scale}")
        now = self.now()
        if self.scale == 0:
            self.done_until = now
        self._virtual, self._real, self.scale = now, time.time(), scale

    def reset(self) -> None:
        """Set the clock to the real time, at the same pace."""
        self._real = self._virtual = time.time()
        self.done_until = 0.0

    def durations(self) -> dict[str, float]:
        """Return the virtual seconds of each timeline that the present request began, by final state."""
        lines = sorted((line for line in self.begun if len(line.steps) > 1), key=lambda line: line.end)
        return {line.steps[-1][0]: line.end - line.start for line in lines}

    def advance(self, seconds: float) -> None:
        """Move the clock forward by ``seconds`` of virtual time."""
        self._virtual += seconds

    def over(self, start: float, end: float) -> bool:
        """Return whether a process that lasts from ``start`` to ``end`` is over."""
        return self.scale == 0 or start <= self.done_until or self.now() >= end

    def datetime(self) -> datetime:
        """Return the virtual moment in UTC."""
        return datetime.fromtimestamp(self.now(), UTC)


CLOCK = Clock()


class _Virtual(datetime):
    """Python's class, with the virtual moment as the present one."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Any:
        return datetime.fromtimestamp(CLOCK.now(), tz)


_TIME = SimpleNamespace(**{**vars(time), "time": CLOCK.now})
_DATETIME = SimpleNamespace(**{**vars(real), "datetime": _Virtual})


def rule_moto() -> None:
    """Let the loaded services of moto take the time from the clock: most call ``utcnow``, some ``time.time``."""
    utils.datetime = _DATETIME
    for name, module in list(sys.modules.items()):
        if name.startswith("moto.") and getattr(module, "time", None) is time:
            module.time = _TIME  # type: ignore[attr-defined]


class Timeline:
    """The states a resource passes through: ``Timeline(("creating", 60), ("available", 0))``.

    Each step is a state and its duration in virtual seconds; the last state stays.
    """

    def __init__(self, *steps: tuple[str, float]) -> None:
        self.steps = steps
        self.start = CLOCK.now()
        self.reason = ""  # the reason of an injected failure
        if CLOCK.next_failure and len(steps) > 1:
            (state, self.reason), CLOCK.next_failure = CLOCK.next_failure, None
            self.steps = (*steps[:-1], (state, 0))
        if CLOCK.at_once:
            self.steps = self.steps[-1:]
        CLOCK.begun.append(self)

    @property
    def end(self) -> float:
        """Return the virtual moment at which the last state is reached."""
        return self.start + sum(seconds for _, seconds in self.steps[:-1])

    @property
    def state(self) -> str:
        """Return the present state, which is the last state at scale 0."""
        if self.settled:
            return self.steps[-1][0]
        elapsed = CLOCK.now() - self.start
        for state, seconds in self.steps[:-1]:
            if elapsed < seconds:
                return state
            elapsed -= seconds
        return self.steps[-1][0]

    @property
    def first(self) -> str:
        """Return the first state, which the answer to the request shows."""
        return self.steps[0][0]

    @property
    def settled(self) -> bool:
        """Return whether the last state is reached."""
        return CLOCK.over(self.start, self.end)
