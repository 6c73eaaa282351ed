"""The jobs of AWX: the workflow from plan to verification, its refusals, and each playbook by itself."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.mtk.backend.plugins.module_utils.engine import _artifact, _document

from .awx import Awx, clone, content
from .conftest import REGIONS
from .estate import estate
from .subjects import Names, subjects

pytestmark = pytest.mark.timeout(1800)
GROUP = "dev_us-east-1_flow_log_group"
REQUIRED = {"plan_required": True}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return clone(tmp_path_factory.mktemp("awx") / "project")


@pytest.fixture
def awx(aws: Any, project: Path, tmp_path: Path) -> Callable[[str], Awx]:
    return lambda environment: Awx(aws, environment, project, tmp_path)


def test_a_workflow_applies_exactly_its_plan(aws: Any, awx: Callable[[str], Awx], project: Path) -> None:
    """plan, approval, apply-approved, verify, drift and destroy, on an empty account and with a read-only project."""
    dev, before = awx("dev"), content(project)
    plan = dev.launch("playbooks/plan.yml", "plan", template_vars={"plan_artifact": True}, artifacts={}, home=False)
    assert plan.mutating == [] and list(plan.artifacts) == ["mtk_plan_artifact"]
    text = plan.artifacts["mtk_plan_artifact"]
    document = _artifact.unpack(text)
    assert (document["environment"], document["account"], document["partition"]) == ("dev", "123456789012", "aws")
    assert f"made at {document['created_at']}, {document['hash']}, as {len(text)} characters" in plan.words
    assert "Plan of dev: 39 to create, 1 to change, 2 unchanged." in plan.text
    assert "Next: to apply this plan, approve it in the workflow of this job" in plan.words
    shown = [event for event in plan.events if event["event"] != "playbook_on_stats"]
    assert text not in plan.text and text not in json.dumps(shown), "only the artifact itself contains it"

    names = Names().read(aws, REGIONS)
    apply = dev.launch("site.yml", "apply-approved", template_vars=REQUIRED, artifacts=plan.artifacts)
    planned = {_document.key(entry): entry["action"] for entry in document["resources"] if entry["action"] != "none"}
    assert subjects(aws.control.calls(mutating=True), names.read(aws, REGIONS)) == planned
    assert "Apply of dev: 39 created, 1 changed, 2 unchanged" in apply.text
    assert f"made at {document['created_at']} in account 123456789012, {document['hash']}" in apply.words

    inherited = {**plan.artifacts, **apply.artifacts}
    exitcode = {"detailed_exitcode": True}
    verify = dev.launch("playbooks/plan.yml", "verify", template_vars=exitcode, artifacts=inherited)
    assert "Plan of dev: no changes, " in verify.text and verify.mutating == []
    assert verify.artifacts == {}
    drift = dev.launch("playbooks/drift.yml", "drift", artifacts=inherited)
    assert drift.mutating == []

    aws.control.scale(0)
    unconfirmed = dev.launch("playbooks/destroy.yml", "destroy", expect=2)
    assert "no name was typed" in unconfirmed.words and unconfirmed.mutating == [], "a job cannot be asked"
    dev.launch("playbooks/destroy.yml", "destroy", template_vars={"confirm_environment": "dev"})
    assert not [kind for _, kind, _ in estate(aws, REGIONS) if kind in ("cluster", "table", "subnet", "nat_gateway")]
    assert content(project) == before, "no job writes into the project"
