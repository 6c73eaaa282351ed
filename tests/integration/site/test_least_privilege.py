"""Runs with exactly the policies of a holder, on a local AWS that evaluates them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from access.matrix import GOES_ON, Row, cells
from access.recording import recording
from access.runs import CHANGES, LEAVING, destruction, inventory, known, publication, removal
from access.runs import REGIONS as OF
from ansible_collections.mtk.backend.plugins.module_utils.domain._locks import TABLE

from .conftest import REGIONS
from .estate import estate
from .holders import Elsewhere, Holder

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


def test_a_builder_applies_and_needs_what_is_recorded(aws: Any) -> None:
    """The recorded needs, by which tests/unit/test_access_needs.py judges the policies, are those of this apply."""
    builder = Holder(aws, "dev", "builder")
    with recording() as recorder:
        recorder.run = "site-empty"
        first = builder.play("site.yml")
        recorder.run = ""
    assert "Apply of dev: 39 created, 1 changed" in first.text
    assert builder.refused(first) == []
    needed, stored = recorder.needs["site-empty"], known("dev")["site-empty"]
    assert needed - stored == set(), "record the needs again: make access"
    writes = {need for need in stored if not need.action.partition(":")[2].startswith(("Describe", "Get", "List"))}
    assert writes - needed == set(), "record the needs again: make access"
    again = builder.play("site.yml")
    assert again.mutating == [] and builder.refused(again) == []


@pytest.mark.access
def test_an_operator_changes_and_cannot_destroy(built: Any, aws: Any) -> None:
    built("dev")
    operator = Holder(aws, "dev", "operator")
    changed = operator.play("site.yml", "-e", json.dumps(CHANGES))
    assert "rds:ModifyDBCluster" in changed.mutating and operator.refused(changed) == []
    harmless(aws, operator, "playbooks/destroy.yml", *destruction("dev"))


def protections(aws: Any, regions: Sequence[str] = REGIONS) -> dict[tuple[str, str], Any]:
    """Return the deletion protection of clusters and tables by region and name."""
    found: dict[tuple[str, str], Any] = {}
    for region in regions:
        rds, dynamodb = aws.client("rds", region), aws.client("dynamodb", region)
        for cluster in rds.describe_db_clusters()["DBClusters"]:
            found[region, cluster["DBClusterIdentifier"]] = cluster["DeletionProtection"]
        for name in {*dynamodb.list_tables()["TableNames"]} - {TABLE}:
            found[region, name] = dynamodb.describe_table(TableName=name)["Table"]["DeletionProtectionEnabled"]
    return found


def harmless(aws: Any, acting: Holder, playbook: str, *arguments: str, source: str = "") -> None:
    """Play a deletion that is refused: it writes nothing, takes no lock, and says who may do it."""
    before, kept = estate(aws, REGIONS), protections(aws)
    locks = len(aws.locking())
    refused = acting.play(playbook, *arguments, expect=2, source=source)
    assert refused.mutating == [] and aws.locking()[locks:] == []
    assert (estate(aws, REGIONS), protections(aws)) == (before, kept)
    text = said(refused.text)
    assert f"User: {acting.arn} is not authorized to perform: dynamodb:GetItem on resource:" in text
    assert "these credentials are not for the deletion of" in text and "docs/using/permissions.md" in text


@pytest.mark.access
@pytest.mark.parametrize("holder", ["builder", "operator"])
@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_a_refused_destroy_does_no_harm(built: Any, aws: Any, environment: str, holder: str) -> None:
    """All regions are refused before their first change. In prod, all data has deletion protection."""
    built(environment)
    assert environment == "dev" or all(protections(aws).values())
    acting = Holder(aws, environment, holder, OF[environment])
    harmless(aws, acting, "playbooks/destroy.yml", *destruction(environment))


@pytest.mark.access
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


def _arguments(row: Row, environment: str, directory: Path) -> list[str]:
    given = {
        "change": ["-e", json.dumps(CHANGES)],
        "destroy": destruction(environment),
        "outputs-ssm": publication(environment),
        "remove_region": removal(environment),
        "topology": ["-e", f"topology_html={directory / 'topology.html'}"],
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
    aws.control.reset()
    Elsewhere(aws, "dev", str(inventory("dev", tmp_path / "wide", more=region))).play()
    return str(inventory("dev", tmp_path / "narrow", was_global=True))


@pytest.mark.access
@pytest.mark.parametrize(("row", "environment", "holder"), _cells())
def test_the_matrix_by_runs(aws: Any, built: Any, tmp_path: Path, row: Row, environment: str, holder: str) -> None:
    """A passing cell passes without a refusal. A refused one creates and deletes nothing, and says what is missing."""
    source = _account(aws, built, row, environment, tmp_path)
    regions = list(dict.fromkeys([*OF[environment], LEAVING[environment]]))
    acting, expected = Holder(aws, environment, holder, regions), row.expected(holder)
    before, kept = estate(aws, tuple(regions)), protections(aws, regions)
    arguments = _arguments(row, environment, tmp_path)
    ends = bool(expected) and (row.run, holder) not in GOES_ON
    played = acting.play(f"playbooks/{row.playbook}.yml", *arguments, expect=2 if ends else 0, source=source)
    missing = {call.replace("resourcegroupstaggingapi:", "tag:") for call in acting.refused(played)}
    if not expected:
        assert missing == set()
        return
    assert missing & expected
    assert not ends or f"User: {acting.arn} is not authorized to perform:" in said(played.text)
    assert (estate(aws, tuple(regions)), protections(aws, regions)) == (before, kept)
