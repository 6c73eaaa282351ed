"""Eventual consistency: the first reads after a write still see the world before it."""

from __future__ import annotations

import pickle
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from moto.core.base_backend import BackendDict

from . import state

_READS = re.compile(r"(Describe|Get|List)[A-Z]")
# AWS answers these from the state as it is, or from nothing that a control plane writes.
_CONSISTENT = {
    "GetItem", "GetRecords", "GetShardIterator", "GetCallerIdentity", "GetSecretValue", "GetRandomPassword",
    "GetPasswordData",
}  # fmt: skip
JUDGE = "local-aws-judge"  # in the User-Agent of clients that see, and change, what is there without any lag
AT_ONCE = "at-once"  # beside it, with a time scale: at that scale, what they make is done at once
_LARGE = "iam"  # every managed policy is in it: kept only for IAM's own calls


def lags(operation: str) -> bool:
    """Whether an operation may be answered from an older state."""
    return bool(_READS.match(operation)) and operation not in _CONSISTENT


class _World:
    """All that there was at one moment, but for what is too large to keep."""

    def __init__(self, skip: str) -> None:
        self.skip = skip
        self._pickled: bytes | None = pickle.dumps(state.backends(skip))
        self._backends: list[tuple[str, str, str, Any]] = []

    @contextmanager
    def again(self) -> Iterator[None]:
        """Be in it for as long as it lasts."""
        if self._pickled:
            self._backends, self._pickled = pickle.loads(self._pickled), None
        known = [k for k in BackendDict._instances if state.name_of(k) != self.skip]
        now = [(k[account], dict(regions)) for k in known for account, regions in k.items()]
        try:
            for regions, _ in now:
                dict.clear(regions)
            for name, account, region, backend in self._backends:
                dict.__setitem__(state.backend_dict(name)[account], region, backend)
            yield
        finally:
            for regions, backends in now:
                dict.clear(regions)
                dict.update(regions, backends)


class Lag:
    """After a write, the next ``reads`` reads of that service in that region see what was there before."""

    def __init__(self) -> None:
        self.reads = 0
        self._before: dict[tuple[str, str], tuple[_World, int]] = {}

    def writes(self, service: str, region: str) -> None:
        """Remember the world before a write."""
        if self.reads:
            self._before[service, region] = (_World("" if service == _LARGE else _LARGE), self.reads)

    @contextmanager
    def world(self, service: str, region: str, operation: str) -> Iterator[None]:
        """The world as this read sees it."""
        key = (service, region)
        if not lags(operation) or key not in self._before:
            yield
            return
        before, left = self._before.pop(key)
        if left > 1:
            self._before[key] = (before, left - 1)
        with before.again():
            yield

    def settle(self) -> None:
        """Let every read see everything that was written until now."""
        self._before.clear()

    def clear(self) -> None:
        """Let no read lag any more."""
        self.reads = 0
        self.settle()


LAG = Lag()
