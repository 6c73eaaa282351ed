"""The one clock of the local AWS: how long things take, and what time it is there."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class Clock:
    """Virtual seconds since the epoch.

    ``scale`` is how many real seconds one virtual second takes: 1 is real time, 0.01 makes a ten-minute cluster
    take six seconds, and 0 lets everything that takes time be done at once.
    """

    def __init__(self, scale: float = 0.0) -> None:
        self._real = self._virtual = time.time()
        self.scale = scale
        self.done_until = 0.0  # what began by then, while everything was done at once, is done
        self.hurry = False  # whether the next timelines end at once
        self.doom: tuple[str, str] | None = None  # the state and the reason in which the next timeline shall end
        self.begun: list[Timeline] = []  # the timelines that began with the present request

    def now(self) -> float:
        """Virtual seconds since the epoch."""
        elapsed = time.time() - self._real
        return self._virtual + (elapsed / self.scale if self.scale else elapsed)

    def set_scale(self, scale: float) -> None:
        """Go on from the present virtual moment at another pace."""
        if scale < 0:
            raise ValueError(f"a time scale cannot be negative: {scale}")
        now = self.now()
        if self.scale == 0:
            self.done_until = now
        self._virtual, self._real, self.scale = now, time.time(), scale

    def reset(self) -> None:
        """Go back to the real moment, at the same pace."""
        self._real = self._virtual = time.time()
        self.done_until = 0.0

    def taken(self) -> dict[str, float]:
        """How long what began with the present request takes, by the state in which it ends."""
        lines = sorted((line for line in self.begun if len(line.steps) > 1), key=lambda line: line.end)
        return {line.steps[-1][0]: line.end - line.start for line in lines}

    def advance(self, seconds: float) -> None:
        """Move the clock forward by virtual ``seconds``."""
        self._virtual += seconds

    def over(self, start: float, end: float) -> bool:
        """Whether something that began at ``start`` and takes until ``end`` is done."""
        return self.scale == 0 or start <= self.done_until or self.now() >= end

    def datetime(self) -> datetime:
        """The virtual moment, in UTC."""
        return datetime.fromtimestamp(self.now(), UTC)


CLOCK = Clock()


class Timeline:
    """The states a resource passes through: ``Timeline(("creating", 60), ("available", 0))``.

    Each step is a state and how many virtual seconds it lasts; the last one stays.
    """

    def __init__(self, *steps: tuple[str, float]) -> None:
        self.steps = steps
        self.start = CLOCK.now()
        self.reason = ""  # why it ends in a failed state, where it was told to
        if CLOCK.doom and len(steps) > 1:
            (state, self.reason), CLOCK.doom = CLOCK.doom, None
            self.steps = (*steps[:-1], (state, 0))
        if CLOCK.hurry:
            self.steps = self.steps[-1:]
        CLOCK.begun.append(self)

    @property
    def end(self) -> float:
        """The virtual moment at which the last state is reached."""
        return self.start + sum(seconds for _, seconds in self.steps[:-1])

    @property
    def state(self) -> str:
        """The state now. With a scale of 0 that is the last one."""
        if self.settled:
            return self.steps[-1][0]
        left = CLOCK.now() - self.start
        for state, seconds in self.steps[:-1]:
            if left < seconds:
                return state
            left -= seconds
        return self.steps[-1][0]

    @property
    def first(self) -> str:
        """The state that the answer to the request itself shows."""
        return self.steps[0][0]

    @property
    def settled(self) -> bool:
        """Whether the last state is reached."""
        return CLOCK.over(self.start, self.end)
