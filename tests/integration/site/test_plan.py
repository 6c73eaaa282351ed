"""What check mode says is what apply does: compared through the calls that AWS got."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from .conftest import REGIONS, ROOT
from .subjects import Names, subjects

SCHEMA = json.loads((ROOT / "docs/plan.schema.json").read_text())


def planned(path: Path) -> dict:
    """What a plan file says is to be done, by resource."""
    whole = json.loads(path.read_text())
    jsonschema.validate(whole, SCHEMA)
    assert whole["complete"], whole["errors"]
    entries = {(one["region"], one["resource"], one["name"]): one["action"] for one in whole["resources"]}
    return {subject: action for subject, action in entries.items() if action != "none"}


@pytest.mark.parametrize("environment", ["dev", "qa", "prod"])
def test_what_is_planned_is_what_is_done(aws, site, environment, tmp_path):
    live, plan, report = site(environment), tmp_path / "plan.json", tmp_path / "report.json"
    played = live.play("playbooks/plan.yml", "-e", f"plan_out={plan}")
    assert played.mutating == [] and played.failed == 0
    expected = planned(plan)
    names = Names().learn(aws, REGIONS)

    live.play("site.yml", "-e", f"plan_file={plan}", "-e", f"plan_out={report}")
    done = subjects(aws.control.calls(mutating=True), names.learn(aws, REGIONS))
    assert done == expected
    assert planned(report) == expected, "the report of an apply says what was done"
