"""Faults on demand: calls that are throttled, fail, answer late or lose their answer, and resources that fail."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

# The HTTP status and error code with which each service throttles a client.
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
    """A fault of the next ``times`` calls of an operation, in one region or in all.

    ``throttle``: the service's own error for too many calls. ``error``: an error with ``code`` and ``message``.
    ``late``: the answer comes ``seconds`` of real time later. ``lost``: the call is carried out, and the connection
    breaks before the answer. ``fail``: the call is accepted, and the resource ends in ``state`` with the reason
    ``message``.
    """

    service: str
    operation: str
    effect: str
    region: str = ""
    times: int = 1
    code: str = "InternalFailure"
    message: str = "injected fault"
    state: str = "failed"
    seconds: float = 0.0

    def __post_init__(self) -> None:
        if self.effect not in EFFECTS:
            raise ValueError(f"effect is '{self.effect}'; use one of: {', '.join(EFFECTS)}")
        self.times, self.seconds = int(self.times), float(self.seconds)
        if self.effect == "throttle":
            self.code = _THROTTLES.get(self.service, (400, "ThrottlingException"))[1]

    @property
    def status(self) -> int | None:
        """Return the HTTP status of throttling; None for the usual status of the service's errors."""
        return _THROTTLES.get(self.service, (None, ""))[0] if self.effect == "throttle" else None


class Faults:
    """The pending faults."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def add(self, **fields: Any) -> dict[str, Any]:
        """Add a fault to the pending ones."""
        self._faults.append(Fault(**fields))
        return asdict(self._faults[-1])

    def take(self, service: str, operation: str, region: str) -> Fault | None:
        """Return the pending fault of this call, if any, and count it down."""
        for fault in self._faults:
            if (fault.service, fault.operation) == (service, operation) and fault.region in ("", region):
                fault.times -= 1
                if fault.times <= 0:
                    self._faults.remove(fault)
                return fault
        return None

    def left(self) -> list[dict[str, Any]]:
        """Return the pending faults."""
        return [asdict(fault) for fault in self._faults]

    def clear(self) -> None:
        """Drop all pending faults."""
        self._faults.clear()


FAULTS = Faults()
