"""Eventual consistency: the first reads after a write still see the state before it."""

from __future__ import annotations

import pickle
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from moto.core.base_backend import BackendDict

from . import state

_READS = re.compile(r"(Describe|Get|List)[A-Z]")
# AWS answers these consistently, or from data that no control plane writes.
_CONSISTENT = {
    "GetItem", "GetRecords", "GetShardIterator", "GetCallerIdentity", "GetSecretValue", "GetRandomPassword",
    "GetPasswordData",
}  # fmt: skip
JUDGE = "local-aws-judge"  # in the User-Agent of clients that read and write without any lag
AT_ONCE = "at-once"  # beside JUDGE, with a time scale: at that scale, those clients' timelines end at once
_LARGE = "iam"  # with every managed policy: kept only for IAM's own calls


def lags(operation: str) -> bool:
    """Return whether an operation may be answered from an older state."""
    return bool(_READS.match(operation)) and operation not in _CONSISTENT


class _Snapshot:
    """The state of all backends at one moment, except those of the service ``skip``."""

    def __init__(self, skip: str) -> None:
        self.skip = skip
        self._pickled: bytes | None = pickle.dumps(state.backends(skip))
        self._backends: list[tuple[str, str, str, Any]] = []

    @contextmanager
    def restored(self) -> Iterator[None]:
        """Put the snapshot in place of the present state until the context ends."""
        if self._pickled:
            self._backends, self._pickled = pickle.loads(self._pickled), None
        known = [k for k in BackendDict._instances if state.name_of(k) != self.skip]
        present = [(k[account], dict(regions)) for k in known for account, regions in k.items()]
        try:
            for regions, _ in present:
                dict.clear(regions)
            for name, account, region, backend in self._backends:
                dict.__setitem__(state.backend_dict(name)[account], region, backend)
            yield
        finally:
            for regions, backends in present:
                dict.clear(regions)
                dict.update(regions, backends)


class Lag:
    """The lag: after a write, the next ``reads`` reads of the service in the region see the state before it."""

    def __init__(self) -> None:
        self.reads = 0
        self._before: dict[tuple[str, str], tuple[_Snapshot, int]] = {}

    def writes(self, service: str, region: str) -> None:
        """Keep a snapshot of the state before a write."""
        if self.reads:
            self._before[service, region] = (_Snapshot("" if service == _LARGE else _LARGE), self.reads)

    @contextmanager
    def view(self, service: str, region: str, operation: str) -> Iterator[None]:
        """Show a read the state before the last write as long as the lag lasts."""
        key = (service, region)
        if not lags(operation) or key not in self._before:
            yield
            return
        before, left = self._before.pop(key)
        if left > 1:
            self._before[key] = (before, left - 1)
        with before.restored():
            yield

    def settle(self) -> None:
        """End the lag of all writes so far."""
        self._before.clear()

    def clear(self) -> None:
        """Turn the lag off."""
        self.reads = 0
        self.settle()


LAG = Lag()
