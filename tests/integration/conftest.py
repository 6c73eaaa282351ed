"""The local AWS of integration tests: LOCAL_AWS_LAG=3 LOCAL_AWS_SCALE=0.001 LOCAL_AWS_FAULT=lost pytest.

Without these variables there is no lag, AWS finishes everything at once, and every request is answered. With a fault,
every request of a module that changes something has it once.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from emulator.lag import AT_ONCE, JUDGE

LAG = int(os.environ.get("LOCAL_AWS_LAG", "0"))
SCALE = float(os.environ.get("LOCAL_AWS_SCALE", "0"))
FAULT = os.environ.get("LOCAL_AWS_FAULT", "")


@contextmanager
def promised_calls_only() -> Iterator[None]:
    """Fail if a call goes beyond what the local AWS promises, even if the product tolerates the refusal."""
    from emulator.calls import CALLS

    others, add = [], CALLS.add

    def watching(**call: Any) -> None:
        if call["tier"] == "unverified":
            others.append(f"{call['service']}:{call['operation']}")
        add(**call)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(CALLS, "add", watching)
        yield
    assert others == [], "the local AWS does not promise these calls"


@pytest.fixture(autouse=True)
def _promised_calls_only(request: pytest.FixtureRequest) -> Iterator[None]:
    if request.node.get_closest_marker("unverified"):
        yield
        return
    with promised_calls_only():
        yield


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "unverified: the test makes calls that the local AWS does not promise")


@pytest.fixture
def aws(aws: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return an empty local AWS that lags for the modules but not for the clients of the tests."""
    monkeypatch.setattr(aws, "user_agent", f"{JUDGE} {AT_ONCE}-{SCALE:g}")
    monkeypatch.setattr(aws, "_clients", {})
    aws.control.lag(LAG)
    aws.control.scale(SCALE)
    if FAULT:
        aws.control.fault("*:*", FAULT, code="InternalError")
    return aws
