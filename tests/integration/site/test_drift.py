"""A plan names every change made outside the roles, and its apply repairs what the plan names."""

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
# The number of random cases. `make site` runs the same 6 cases of dev every time, `make drift` other cases of dev and
# prod in each run.
CASES = int(os.environ.get("DRIFT_CASES", "0"))
OFTEN = 6
pytestmark = pytest.mark.timeout(3600 + 60 * CASES)
SETTINGS = settings(
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    database=None,
    derandomize=not CASES,
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)
# Environment, seed and share of 30 cases. The two parts of dev take about as long as the part of prod.
PARTS = [
    pytest.param("dev", 1, 11, id="dev, first part"),
    pytest.param("dev", 2, 11, id="dev, second part", marks=pytest.mark.drift),
    pytest.param("prod", 3, 8, id="prod", marks=pytest.mark.drift),
]
Build = Callable[[str], Site]


class Case:
    """Drifts of an account, from the report to the repair."""

    def __init__(self, site: Site, drifts: Sequence[Drift], out: Path) -> None:
        self.site, self.drifts, self.out = site, drifts, out
        self.plan, self.report = out / "plan.json", out / "drift.json"
        self.touched = {subject: action for drift in drifts for subject, action in drift.touches.items()}
        made = [drift.do(site.aws, site.environment) for drift in drifts]
        self.foreign: list[Foreign] = [resource for resource in made if resource]
        for resource in self.foreign:
            resource.remember()
        self.names = Names().read(site.aws, REGIONS)

    def check_report(self) -> None:
        """Check that the report and the plan name the drifts and nothing else, and that reporting changes nothing."""
        files = ("-e", f"plan_out={self.plan}", "-e", f"drift_json={self.report}")
        played = self.site.play("playbooks/drift.yml", *files, expect=2 if self._fails() else 0)
        assert played.mutating == []
        assert planned(self.plan) == self.touched
        items = json.loads(self.report.read_text())["items"]
        # A resource that others added has no field; what they added to a resource of ours has one.
        added = {i["arn"] for i in items if i["owner"] == "foreign" and not i["field"]}
        assert {(i["owner"], _subject(i)) for i in items if not i["arn"]} == self._expected()
        assert added == {resource.arn for resource in self.foreign}

    def check_repair(self) -> None:
        """Check that the apply makes and reports the planned changes, and does not touch foreign resources."""
        before, done = len(self.site.aws.control.calls()), self.out / "done.json"
        self.site.play("site.yml", "-e", f"plan_file={self.plan}", "-e", f"plan_out={done}")
        calls = self.site.aws.control.calls(since=before, mutating=True)
        assert subjects(calls, self.names.read(self.site.aws, REGIONS)) == self.touched
        assert planned(done) == self.touched
        assert [resource.arn for resource in self.foreign if not resource.is_untouched()] == []

    def check_no_drift(self) -> None:
        """Check that no change is left."""
        after = self.out / "after.json"
        again = self.site.play("site.yml", "--check", "-e", f"plan_out={after}")
        assert (again.changed, again.mutating, planned(after)) == (0, [], {})

    def _fails(self) -> bool:
        """Return whether the report has a difference for which drift.yml fails by default."""
        owners = {owner for drift in self.drifts for owner in drift.observed.values()}
        return bool(self.touched or self.foreign or owners & {"foreign", "decision"})

    def _expected(self) -> set[tuple[str, Subject]]:
        observed = {(owner, subject) for drift in self.drifts for subject, owner in drift.observed.items()}
        return observed | {(OWNERS[action], subject) for subject, action in self.touched.items()}


def _subject(item: dict[str, Any]) -> Subject:
    return item["region"], item["resource"], item["name"]


@pytest.fixture(scope="module")
def states() -> set[str]:
    """Return the names of the states that this module has saved."""
    return set()


@pytest.fixture
def built(aws: Any, site: Build, states: set[str]) -> Build:
    """Return ``built("prod")``, which loads an account in which prod was applied a day ago."""

    def build(environment: str) -> Site:
        live, state = site(environment), f"drift-{environment}"
        if state not in states:
            aws.control.reset()
            live.play()
            aws.control.advance(DAY)
            aws.control.save(state)
            states.add(state)
        aws.control.load(state)
        return live

    return build


def apart(drifts: Sequence[Drift]) -> list[Drift]:
    """Return the drifts that do not interfere with earlier ones."""
    chosen: list[Drift] = []
    for drift in drifts:
        if not any(drift.interferes(other) for other in chosen):
            chosen.append(drift)
    return chosen


def together(drifts: Sequence[Drift]) -> list[list[Drift]]:
    """Split drifts greedily into groups without interference."""
    groups: list[list[Drift]] = []
    for drift in drifts:
        group = next((g for g in groups if not any(drift.interferes(other) for other in g)), None)
        if group is None:
            groups.append([drift])
        else:
            group.append(drift)
    return groups


def judge(live: Site, drifts: Sequence[Drift], out: Path) -> None:
    case = Case(live, drifts, out)
    case.check_report()
    case.check_repair()
    case.check_no_drift()


@pytest.mark.parametrize(("environment", "part", "share"), PARTS)
def test_random_drifts_are_reported_and_repaired_as_reported(built, tmp_path, environment, part, share):
    some = st.lists(st.sampled_from(catalogue(environment)), min_size=1, max_size=5, unique_by=repr).map(apart)

    @settings(SETTINGS, max_examples=share * CASES // 30 or OFTEN)
    @given(drifts=some)
    def case(drifts: list[Drift]) -> None:
        judge(built(environment), drifts, tmp_path)

    (case if CASES else seed(part)(case))()


def test_drifts_that_need_a_decision_are_reported_and_not_repaired(built, tmp_path):
    for group in together(catalogue("dev", decisions=True)):
        live = built("dev")
        case = Case(live, group, tmp_path)
        case.check_report()
        refused = live.play("site.yml", "-e", f"plan_file={case.plan}", expect=2)
        assert refused.mutating == []


@pytest.mark.drift
@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_every_drift_is_reported_and_repaired_as_reported(built, tmp_path, environment):
    for group in together(catalogue(environment)):
        try:
            judge(built(environment), group, tmp_path)
        except AssertionError as error:
            error.add_note(f"after {group}")
            raise
