"""The local AWS of integration tests: LOCAL_AWS_LAG=3 LOCAL_AWS_SCALE=0.001 LOCAL_AWS_FAULT=lost pytest.

Without these variables there is no lag, AWS finishes everything at once, and every request is answered. With a fault,
every request of a module that changes something has it once.
"""

from __future__ import annotations

import os
from typing import Any

import pytest
from emulator.lag import AT_ONCE, JUDGE

LAG = int(os.environ.get("LOCAL_AWS_LAG", "0"))
SCALE = float(os.environ.get("LOCAL_AWS_SCALE", "0"))
FAULT = os.environ.get("LOCAL_AWS_FAULT", "")


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
