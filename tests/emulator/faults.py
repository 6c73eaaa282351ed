"""Faults on demand: calls that are throttled, fail, answer late or lose their answer, and resources that fail."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from .calls import shown

# The HTTP status and error code with which each service throttles a client.
_THROTTLES = {
    "ec2": (503, "RequestLimitExceeded"),
    "rds": (400, "ThrottlingException"),
    "iam": (400, "Throttling"),
    "cloudwatch": (400, "Throttling"),
    "resourcegroupstaggingapi": (400, "ThrottledException"),
    "application-autoscaling": (400, "ConcurrentUpdateException"),
}
# The codes of errors that are AWS's own, with their HTTP status.
_OWN_ERRORS = {
    **dict.fromkeys(
        (
            "InternalError",
            "InternalFailure",
            "InternalServerError",
            "InternalServiceError",
            "InternalServiceErrorException",
            "KMSInternalException",
            "ServiceFailure",
        ),
        500,
    ),
    **dict.fromkeys(("ServiceUnavailable", "ServiceUnavailableException", "Unavailable"), 503),
}
EFFECTS = ("throttle", "error", "late", "silent", "lost", "broken", "fail")
DONE = ("late", "silent", "lost", "broken")  # the effects of calls that are carried out
EVERY = "*"
_TOKENS = ("ClientToken", "ClientRequestToken", "clientToken")


@dataclass
class Fault:
    """A fault of the next ``times`` calls of an operation, in one region or in all.

    ``throttle``: the service's own error for too many calls. ``error``: an error with ``code`` and ``message``.
    ``late``: the answer comes ``seconds`` of real time later. ``silent``: the call is carried out, and no answer comes
    until the client closes the connection. ``lost``: the call is carried out, and the connection breaks before the
    answer. ``broken``: the call is carried out, and the answer is an error with ``code`` and ``message``. ``fail``: the
    call is accepted, and the resource ends in ``state`` with the reason ``message``.

    With service and operation ``*``, the fault is one of every request that has changed something: the first ``times``
    that it is sent with the same parameters, apart from its client token. Requests of the clients of tests have none.
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
        """Return the HTTP status of throttling and of AWS's own errors; None for the usual status of refusals."""
        if self.effect == "throttle":
            return _THROTTLES.get(self.service, (None, ""))[0]
        return _OWN_ERRORS.get(self.code)


class Faults:
    """The pending faults."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._sent: dict[str, int] = {}  # how often a request had the fault of every request

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

    def take_from_every(self, service: str, operation: str, region: str, request: Mapping[str, Any]) -> Fault | None:
        """Return the fault of every request, if there is one that this request did not have often enough."""
        for fault in self._faults:
            if fault.service == EVERY and fault.region in ("", region):
                plain = {name: value for name, value in request.items() if name not in _TOKENS}
                key = json.dumps([service, operation, region, shown(plain)], sort_keys=True)
                self._sent[key] = self._sent.get(key, 0) + 1
                return fault if self._sent[key] <= fault.times else None
        return None

    def left(self) -> list[dict[str, Any]]:
        """Return the pending faults."""
        return [asdict(fault) for fault in self._faults]

    def clear(self) -> None:
        """Drop all pending faults."""
        self._faults.clear()
        self._sent.clear()


FAULTS = Faults()
