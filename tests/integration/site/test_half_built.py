"""After an apply that failed anywhere, the account can be planned, and the next apply does what the plan says."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from typing import Any

import lock_calls
import pytest
from emulator.calls import is_mutating
from emulator.faults import FAULTS, Fault

from .conftest import REGIONS, Site
from .subjects import Names, subjects
from .test_plan import planned

pytestmark = pytest.mark.timeout(3600)
# The approximate number of mutating calls of an apply.
CALLS = {"dev": 60, "qa": 90, "prod": 260}
SEEDS = int(os.environ.get("DRIFT_SEEDS", "10"))
# `make drift` also runs the marked cases.
CUTS = [
    pytest.param(environment, seed, marks=[] if (environment, seed) == ("dev", 0) else [pytest.mark.drift])
    for environment in CALLS
    for seed in range(SEEDS)
]


class Cut:
    """A fault that refuses every mutating call after the first ``left`` ones. A run can still release its lock."""

    def __init__(self, left: int) -> None:
        self.left = left

    def take(self, service: str, operation: str, *_: object) -> Fault | None:
        counts = is_mutating(operation, b"") and (service, operation) != lock_calls.WRITE
        self.left -= counts
        denied = self.left < 0 and counts
        return Fault(service, operation, "error", code="AccessDenied", message="cut off") if denied else None


@pytest.mark.parametrize(("environment", "seed"), CUTS)
def test_an_apply_on_a_half_built_account_does_what_its_plan_says(
    aws: Any, site: Callable[[str], Site], monkeypatch: pytest.MonkeyPatch, tmp_path, environment: str, seed: int
) -> None:
    live, plan = site(environment), tmp_path / "plan.json"
    cut = random.Random(seed).randrange(1, CALLS[environment])
    with monkeypatch.context() as patch:
        patch.setattr(FAULTS, "take", Cut(cut).take)
        live.play(expect=2)
    begun = aws.control.calls(mutating=True)
    assert len([call for call in begun if not call["error"] and call["operation"] != "PutItem"]) == cut

    played = live.play("playbooks/plan.yml", "-e", f"plan_out={plan}")
    assert (played.mutating, played.failed) == ([], 0), f"cut after {cut} calls"
    names, before = Names().read(aws, REGIONS), len(aws.control.calls())
    live.play("site.yml", "-e", f"plan_file={plan}")
    done = subjects(aws.control.calls(since=before, mutating=True), names.read(aws, REGIONS))
    assert done == planned(plan), f"cut after {cut} calls"
