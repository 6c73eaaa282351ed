"""Runs with exactly the policies of a holder, on a local AWS that evaluates them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from access.runs import CHANGES, destruction

from .conftest import REGIONS
from .estate import estate
from .holders import Holder

pytestmark = pytest.mark.timeout(1800)
HOLDS_NO_LOCK = {"dynamodb:CreateTable", "dynamodb:PutItem"}


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
