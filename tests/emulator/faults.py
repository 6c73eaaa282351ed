"""Faults on demand: a call is throttled, fails, answers late, loses its answer, or makes something that fails."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

# What each service says to a client that asks too often; HTTP status and code.
_THROTTLES = {
    "ec2": (503, "RequestLimitExceeded"),
    "rds": (400, "ThrottlingException"),
    "iam": (400, "Throttling"),
    "cloudwatch": (400, "Throttling"),
    "resourcegroupstaggingapi": (400, "ThrottledException"),
    "application-autoscaling": (400, "ConcurrentUpdateException"),
}
EFFECTS = ("throttle", "error", "late", "lost", "fail")


@dataclass
class Fault:
    """What befalls the next ``times`` calls of an operation, in one region or in all.

    ``throttle``: the service's own answer to too many calls. ``error``: ``code`` and ``message``. ``late``: the answer
    comes ``seconds`` later (real ones). ``lost``: it is done, and the connection breaks before the answer. ``fail``: it
    is accepted, and what it makes ends in ``state`` with ``message`` as the reason.
    """

    service: str
    operation: str
    effect: str
    region: str = ""
    times: int = 1
    code: str = "InternalFailure"
    message: str = "told to"
    state: str = "failed"
    seconds: float = 0.0

    def __post_init__(self) -> None:
        if self.effect not in EFFECTS:
            raise ValueError(f"there is no effect '{self.effect}'; there are: {', '.join(EFFECTS)}")
        self.times, self.seconds = int(self.times), float(self.seconds)
        if self.effect == "throttle":
            self.code = _THROTTLES.get(self.service, (400, "ThrottlingException"))[1]

    @property
    def status(self) -> int | None:
        """The HTTP status where it is not the usual one of the service's errors."""
        return _THROTTLES.get(self.service, (None, ""))[0] if self.effect == "throttle" else None


class Faults:
    """The faults that are still to come."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def add(self, **fields: Any) -> dict[str, Any]:
        """Tell the local AWS what shall go wrong."""
        self._faults.append(Fault(**fields))
        return asdict(self._faults[-1])

    def take(self, service: str, operation: str, region: str) -> Fault | None:
        """The fault that befalls this call, if any; one time less is left of it."""
        for fault in self._faults:
            if (fault.service, fault.operation) == (service, operation) and fault.region in ("", region):
                fault.times -= 1
                if fault.times <= 0:
                    self._faults.remove(fault)
                return fault
        return None

    def left(self) -> list[dict[str, Any]]:
        """What is still to come."""
        return [asdict(fault) for fault in self._faults]

    def clear(self) -> None:
        """Let nothing go wrong any more."""
        self._faults.clear()


FAULTS = Faults()
