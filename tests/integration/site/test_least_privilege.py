"""Runs with exactly the policies of a holder, on a local AWS that evaluates them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from access.matrix import Row, cells
from access.runs import CHANGES, LEAVING, destruction, inventory, removal
from access.runs import REGIONS as OF

from .conftest import REGIONS, Site
from .estate import estate
from .holders import Holder

pytestmark = pytest.mark.timeout(1800)


def said(text: str) -> str:
    return " ".join(text.split())


def test_a_planner_plans_and_cannot_apply(aws: Any) -> None:
    planner = Holder(aws, "dev", "planner")
    before = estate(aws, REGIONS)
    planned = planner.play("playbooks/plan.yml")
    assert "Plan of dev: 39 to create, 1 to change" in planned.text
    assert planner.refused(planned) == []
    applied = planner.play("site.yml", expect=2)
    assert applied.mutating == [] and estate(aws, REGIONS) == before
    assert aws.locking() == [] and set(planner.refused(applied)) == {"dynamodb:GetItem"}
    text = said(applied.text)
    assert f"User: {planner.arn} is not authorized to perform: dynamodb:GetItem on resource: arn:aws:dynamodb:" in text
    assert "docs/using/permissions.md says which policies a run needs." in text


def test_a_builder_applies_and_needs_nothing_more(aws: Any) -> None:
    builder = Holder(aws, "dev", "builder")
    first = builder.play("site.yml")
    assert "Apply of dev: 39 created, 1 changed" in first.text
    assert builder.refused(first) == []
    again = builder.play("site.yml")
    assert again.mutating == [] and builder.refused(again) == []


def test_an_operator_changes_and_cannot_destroy(built: Any, aws: Any) -> None:
    built("dev")
    operator = Holder(aws, "dev", "operator")
    changed = operator.play("site.yml", "-e", json.dumps(CHANGES))
    assert "rds:ModifyDBCluster" in changed.mutating and operator.refused(changed) == []
    before = estate(aws, REGIONS)
    refused = operator.play("playbooks/destroy.yml", *destruction("dev"), expect=2)
    assert estate(aws, REGIONS) == before and [c for c in refused.mutating if "Delete" in c] == operator.refused(
        refused
    )
    assert f"User: {operator.arn} is not authorized to perform:" in said(refused.text)


def test_a_destroyer_destroys(built: Any, aws: Any) -> None:
    built("dev")
    destroyer = Holder(aws, "dev", "destroyer")
    played = destroyer.play("playbooks/destroy.yml", *destruction("dev"))
    assert destroyer.refused(played) == []
    kinds = {row[1] for row in estate(aws, REGIONS)}
    assert not kinds & {"cluster", "instance", "nat_gateway", "flow_log", "ipam", "global_cluster"}


def _cells() -> Iterator[Any]:
    for row, environment, holder in cells():
        yield pytest.param(row, environment, holder, id=f"{row.run}-{environment}-{holder}")


def _arguments(row: Row, environment: str) -> list[str]:
    given = {
        "change": ["-e", json.dumps(CHANGES)],
        "destroy": destruction(environment),
        "remove_region": removal(environment),
    }
    return given.get(row.run, [])


def _account(aws: Any, built: Any, row: Row, environment: str, tmp_path: Path) -> str:
    """Prepare the account of a cell, and return the inventory of the run."""
    if not row.run.endswith("-empty"):
        built(environment)
    if row.run != "remove_region":
        return ""
    region = LEAVING[environment]
    if environment != "dev":
        return str(inventory(environment, tmp_path / "narrow", without=region))
    wide = inventory("dev", tmp_path / "wide", more=region)
    site = Site(aws, "dev")
    site.play("site.yml", "-i", str(wide))
    narrow = inventory("dev", tmp_path / "narrow", slots=True)
    return str(narrow)


@pytest.mark.access
@pytest.mark.parametrize(("row", "environment", "holder"), _cells())
def test_the_matrix_by_runs(aws: Any, built: Any, tmp_path: Path, row: Row, environment: str, holder: str) -> None:
    """A passing cell passes without a refusal. A refused one creates and deletes nothing, and says what is missing."""
    source = _account(aws, built, row, environment, tmp_path)
    regions = list(dict.fromkeys([*OF[environment], LEAVING[environment]]))
    acting, expected = Holder(aws, environment, holder, regions), row.expected(holder)
    before = estate(aws, tuple(regions))
    played = acting.play(
        f"playbooks/{row.playbook}.yml", *_arguments(row, environment), expect=2 if expected else 0, source=source
    )
    missing = {call.replace("resourcegroupstaggingapi:", "tag:") for call in acting.refused(played)}
    if not expected:
        assert missing == set()
        return
    assert missing & expected
    assert f"User: {acting.arn} is not authorized to perform:" in said(played.text)
    assert estate(aws, tuple(regions)) == before
