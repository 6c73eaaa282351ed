"""Whatever is done behind the roles' back, the plan names it, and the apply of that plan does what it says."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from .conftest import REGIONS, Site
from .drifts import OWNERS, Drift, Foreign, catalogue
from .subjects import Names, Subject, subjects
from .test_plan import planned

DAY = 86400
# How many cases altogether: as many in each run of `make site`, and the same ones; others in each run of `make drift`.
CASES = int(os.environ.get("DRIFT_CASES", "0"))
pytestmark = pytest.mark.timeout(3600 + 60 * CASES)
SETTINGS = settings(
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    database=None,
    derandomize=not CASES,
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)
# Environment and cases of 30. Two parts of dev take about as long as the one of prod.
PARTS = [
    pytest.param("dev", 1, 11, id="dev, first part"),
    pytest.param("dev", 2, 11, id="dev, second part"),
    pytest.param("prod", 3, 8, id="prod"),
]
Build = Callable[[str], Site]


class Case:
    """Drifts of one account, from the report to the repair."""

    def __init__(self, site: Site, drifts: Sequence[Drift], out: Path) -> None:
        self.site, self.drifts, self.out = site, drifts, out
        self.plan, self.report = out / "plan.json", out / "drift.json"
        self.touched = {subject: action for drift in drifts for subject, action in drift.touches.items()}
        made = [drift.do(site.aws, site.environment) for drift in drifts]
        self.foreign: list[Foreign] = [one for one in made if one]
        for one in self.foreign:
            one.remember()
        self.names = Names().learn(site.aws, REGIONS)

    def is_told(self) -> None:
        """The report and the plan hold what was done and nothing else, and nothing is done about it yet."""
        files = ("-e", f"plan_out={self.plan}", "-e", f"drift_json={self.report}")
        told = self.site.play("playbooks/drift.yml", *files, expect=2 if self.touched or self.foreign else 0)
        assert told.mutating == []
        assert planned(self.plan) == self.touched
        items = json.loads(self.report.read_text())["items"]
        assert {(i["owner"], _place(i)) for i in items if i["owner"] != "foreign"} == self._expected()
        assert {i["name"] for i in items if i["owner"] == "foreign"} == {one.arn for one in self.foreign}

    def is_repaired(self) -> None:
        """The apply of that plan does what it says, and to nothing that is another's, and tells the same."""
        before, done = len(self.site.aws.control.calls()), self.out / "done.json"
        self.site.play("site.yml", "-e", f"plan_file={self.plan}", "-e", f"plan_out={done}")
        calls = self.site.aws.control.calls(since=before, mutating=True)
        assert subjects(calls, self.names.learn(self.site.aws, REGIONS)) == self.touched
        assert planned(done) == self.touched
        assert [one.arn for one in self.foreign if not one.is_untouched()] == []

    def stays_repaired(self) -> None:
        """There is nothing left to do."""
        after = self.out / "after.json"
        again = self.site.play("site.yml", "--check", "-e", f"plan_out={after}")
        assert (again.changed, again.mutating, planned(after)) == (0, [], {})

    def _expected(self) -> set[tuple[str, Subject]]:
        observed = {(owner, subject) for drift in self.drifts for subject, owner in drift.observed.items()}
        return observed | {(OWNERS[action], subject) for subject, action in self.touched.items()}


def _place(item: dict[str, Any]) -> Subject:
    return item["region"], item["resource"], item["name"]


@pytest.fixture(scope="module")
def states(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the built environments of this module are kept."""
    return tmp_path_factory.mktemp("states")


@pytest.fixture
def built(aws: Any, site: Build, states: Path) -> Build:
    """``built("prod")``: an account that has held prod for a day, and nothing else."""

    def build(environment: str) -> Site:
        live, state = site(environment), states / environment
        if not state.exists():
            aws.control.reset()
            live.play()
            aws.control.advance(DAY)
            aws.control.ask("POST", "save", path=state)
        aws.control.ask("POST", "load", path=state)
        return live

    return build


def apart(drifts: Sequence[Drift]) -> list[Drift]:
    """Those that leave the ones before them what they are."""
    chosen: list[Drift] = []
    for drift in drifts:
        if not any(drift.interferes(other) for other in chosen):
            chosen.append(drift)
    return chosen


def together(drifts: Sequence[Drift]) -> list[list[Drift]]:
    """All drifts, in as few groups that go together as come easily."""
    groups: list[list[Drift]] = []
    for drift in drifts:
        place = next((g for g in groups if not any(drift.interferes(other) for other in g)), None)
        if place is None:
            groups.append([drift])
        else:
            place.append(drift)
    return groups


def judge(live: Site, drifts: Sequence[Drift], out: Path) -> None:
    case = Case(live, drifts, out)
    case.is_told()
    case.is_repaired()
    case.stays_repaired()


@pytest.mark.parametrize(("environment", "part", "share"), PARTS)
def test_drift_is_told_and_repaired_as_told(built, tmp_path, environment, part, share):
    some = st.lists(st.sampled_from(catalogue(environment)), min_size=1, max_size=5, unique_by=repr).map(apart)

    @settings(SETTINGS, max_examples=share * (CASES or 30) // 30)
    @given(drifts=some)
    def case(drifts: list[Drift]) -> None:
        judge(built(environment), drifts, tmp_path)

    (case if CASES else seed(part)(case))()


def test_what_needs_a_decision_is_told_and_let_be(built, tmp_path):
    live = built("dev")
    (group,) = together(catalogue("dev", decisions=True))
    case = Case(live, group, tmp_path)
    case.is_told()
    refused = live.play("site.yml", "-e", f"plan_file={case.plan}", expect=2)
    assert refused.mutating == []


@pytest.mark.drift
@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_every_drift_is_told_and_repaired_as_told(built, tmp_path, environment):
    for group in together(catalogue(environment)):
        try:
            judge(built(environment), group, tmp_path)
        except AssertionError as error:
            error.add_note(f"after {group}")
            raise
