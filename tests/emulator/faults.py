"""Faults on demand: calls that are refused or throttled, fail, answer late or not at all, and resources that fail."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from moto.core import DEFAULT_ACCOUNT_ID
from moto.utilities.utils import get_partition

from .access.refusals import not_authorized
from .access.resources import PREFIXES
from .calls import shown
from .names import is_named

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
REFUSED = ("throttle", "error", "denied")  # the effects of calls that are not carried out
EFFECTS = (*REFUSED, "late", "silent", "lost", "broken", "fail")
EVERY = "*"
MOST = 1e9  # of what the interface counts: a thousand million seconds are 31 years
MESSAGE = "injected fault"
ORGANIZATION = "with an explicit deny in a service control policy"
_TOKENS = ("ClientToken", "ClientRequestToken", "clientToken")


def number(name: str, value: Any, least: float = 0) -> float:
    """Return a number of the interface, or refuse its text: Python also reads ``nan`` and ``inf``."""
    try:
        found = float(value)
    except ValueError:
        found = math.nan
    if not math.isfinite(found) or abs(found) > MOST:
        raise ValueError(f"{name} is '{value}', but must be a number.")
    if found < least:
        raise ValueError(f"{name} is {found:g}, but cannot be negative.")
    return found


@dataclass
class Fault:
    """A fault of the next ``times`` calls of an operation, in one region or in all. 0 times: of all calls to come.

    With ``resource``, only calls that name this resource have the fault: by id, ARN, name or alias, or by its tag Name
    in EC2. With operation ``*``, all operations of the service have it.

    ``throttle``: the service's own error for too many calls. ``denied``: its error for a caller without permission.
    ``error``: an error with ``code`` and ``message``.
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
    resource: str = ""
    times: int = 1
    code: str = "InternalFailure"
    message: str = MESSAGE
    state: str = "failed"
    seconds: float = 0.0

    def __post_init__(self) -> None:
        if self.effect not in EFFECTS:
            raise ValueError(f"effect is '{self.effect}'; use one of: {', '.join(EFFECTS)}")
        self.times = int(number("times", 0 if str(self.times) == "always" else self.times))
        self.seconds = number("seconds", self.seconds)
        if self.service == EVERY and self.resource:
            raise ValueError("A fault of one resource needs the service of the resource.")
        if self.effect == "throttle":
            self.code = _THROTTLES.get(self.service, (400, "ThrottlingException"))[1]

    def hits(self, service: str, operation: str, region: str) -> bool:
        """Return whether calls of an operation in a region have the fault, if they name its resource."""
        return self.service == service and self.operation in (EVERY, operation) and self.region in ("", region)

    def of(self, operation: str, region: str) -> Fault:
        """Return the fault of a call. The caller is the account's owner, whom only an organization can deny calls."""
        if self.effect != "denied":
            return self
        caller = f"arn:{get_partition(region)}:iam::{DEFAULT_ACCOUNT_ID}:root"
        action = f"{PREFIXES.get(self.service, self.service)}:{operation}"
        refusal = not_authorized(self.service, caller, action, self.resource or "*", ORGANIZATION)
        own = self.message if self.message != MESSAGE else refusal.message
        return replace(self, code=refusal.code, message=own)

    @property
    def status(self) -> int | None:
        """Return the HTTP status of throttling, denials and AWS's own errors; None for the usual one of refusals."""
        if self.effect == "throttle":
            return _THROTTLES.get(self.service, (None, ""))[0]
        if self.effect == "denied":
            return 400 if self.code == "AccessDeniedException" else 403
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

    def take(self, service: str, operation: str, region: str, environ: Mapping[str, Any], body: bytes) -> Fault | None:
        """Return the pending fault of this call, if any, and count it down."""
        for fault in self._faults:
            if fault.hits(service, operation, region) and (
                not fault.resource or is_named(fault.resource, service, region, environ, body)
            ):
                if fault.times == 1:
                    self._faults.remove(fault)
                fault.times = max(fault.times - 1, 0)
                return fault.of(operation, region)
        return None

    def take_from_every(self, service: str, operation: str, region: str, request: Mapping[str, Any]) -> Fault | None:
        """Return the fault of every request, if there is one that this request did not have often enough."""
        for fault in self._faults:
            if fault.service == EVERY and fault.region in ("", region):
                plain = {name: value for name, value in request.items() if name not in _TOKENS}
                key = json.dumps([service, operation, region, shown(plain)], sort_keys=True)
                self._sent[key] = self._sent.get(key, 0) + 1
                return fault if self._sent[key] <= fault.times or not fault.times else None
        return None

    def left(self) -> list[dict[str, Any]]:
        """Return the pending faults."""
        return [asdict(fault) for fault in self._faults]

    def clear(self) -> None:
        """Drop all pending faults."""
        self._faults.clear()
        self._sent.clear()


FAULTS = Faults()
