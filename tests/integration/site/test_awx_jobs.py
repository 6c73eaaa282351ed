"""The jobs of AWX: the workflow from plan to verification, its refusals, and each playbook by itself."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.mtk.backend.plugins.module_utils.engine import _artifact, _document

from .awx import Awx, clone, content
from .conftest import BIN, REGIONS
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
    dev, before, empty = awx("dev"), content(project), estate(aws, REGIONS)
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

    unconfirmed = dev.launch("playbooks/destroy.yml", "destroy", expect=2)
    assert "no name was typed" in unconfirmed.words and unconfirmed.mutating == [], "a job cannot be asked"
    dev.launch("playbooks/destroy.yml", "destroy", template_vars={"confirm_environment": "dev"})
    left = estate(aws, REGIONS) - empty  # the lock table and the pools of all environments stay
    assert not {kind for _, kind, _ in left} & {"cluster", "instance", "vpc", "subnet", "nat_gateway"}
    assert "dev_user_locations" not in {name for _, _, name in left}
    assert content(project) == before, "no job writes into the project"


WAITING = """
- hosts: primary
  gather_facts: false
  module_defaults:
    group/mtk.backend.aws: {region: "{{ inventory_hostname }}"}
  tasks:
    - mtk.backend.ec2_ipam:
        name: waiting
        operating_regions: [us-east-1]
"""


def test_waits_are_reported_in_the_output_of_a_job(aws: Any, awx: Callable[[str], Awx], tmp_path: Path) -> None:
    (tmp_path / "waiting.yml").write_text(WAITING)
    aws.control.scale(0.3)  # an IPAM takes six seconds
    job = awx("dev").launch(str(tmp_path / "waiting.yml"), "waiting", MTK_PROGRESS_INTERVAL="1")
    assert re.search(r"\.\.\. ec2_ipam waiting in us-east-1: \S+, \d+ s so far; AWS usually takes 20 s", job.text)


def test_an_imported_inventory_has_the_same_groups_and_settings(
    awx: Callable[[str], Awx], project: Path, tmp_path
) -> None:
    """Templates survive the import, groups without hosts do, and what AWX adds to the hosts is no setting."""
    prod = awx("prod")
    sources = (project / "inventories/prod", prod.inventory(tmp_path / "hosts"))
    lists = (
        "ipam_vpc_regions",
        "aurora_replica_regions",
        "dynamodb_global_replica_regions",
        "ansible_python_interpreter",
    )
    message = "msg={{ [" + ", ".join(lists) + ", groups | dict2items | sort(attribute='key')] | to_json }}"
    found = []
    for source in sources:
        command = [str(BIN / "ansible"), "all", "-i", str(source), "-m", "ansible.builtin.debug", "-a", message, "-o"]
        shown = subprocess.run(command, cwd=project, capture_output=True, text=True, check=True, timeout=120)
        found.append(sorted(shown.stdout.splitlines()))
        command = [str(BIN / "ansible-inventory"), "-i", str(source), "--list"]
        listed = subprocess.run(command, cwd=project, capture_output=True, text=True, check=True, timeout=120)
        hosts = json.loads(listed.stdout)["_meta"]["hostvars"]
        found.append({h: {k: v for k, v in own.items() if not k.startswith("remote_")} for h, own in hosts.items()})
    assert found[:2] == found[2:] and len(found[0]) == len(found[1]) == 3
    assert "eu-west-1" in found[0][0] and awx("dev").groups()["secondary"] == []


def test_later_jobs_inherit_the_outputs_and_ignore_them(awx: Callable[[str], Awx], built: Callable[[str], Any]) -> None:
    built("dev")
    dev = awx("dev")
    given = dev.launch("playbooks/outputs.yml", "outputs", template_vars={"outputs_artifact": True}, artifacts={})
    assert list(given.artifacts) == ["mtk_outputs_artifact"] and given.mutating == []
    document = given.artifacts["mtk_outputs_artifact"]
    assert document["environment"] == "dev" and document["regions"]["us-east-1"]["vpc_id"].startswith("vpc-")

    verify = dev.launch("playbooks/plan.yml", "verify", artifacts=given.artifacts)
    assert "Plan of dev: no changes, " in verify.text
    old = {**document, "environment": "inherited"}
    again = dev.launch(
        "playbooks/outputs.yml",
        "outputs",
        template_vars={"outputs_artifact": True},
        artifacts={"mtk_outputs_artifact": old},
    )
    assert again.artifacts == given.artifacts, "the job reads AWS again"


def artifact(tmp_path: Path, document: dict[str, Any], **variables: Any) -> tuple[str, str]:
    """Return the option that gives a plan as AWX gives an artifact."""
    path = tmp_path / "extra.json"
    path.write_text(json.dumps({"mtk_plan_artifact": _artifact.pack(document), **variables}))
    return "-e", f"@{path}"


def retention(aws: Any, days: int) -> None:
    aws.client("logs").put_retention_policy(logGroupName=GROUP, retentionInDays=days)


def test_a_world_that_changed_after_the_approval_is_refused(aws, built, tmp_path) -> None:
    dev, path = built("dev"), tmp_path / "plan.json"
    retention(aws, 1)
    dev.play("playbooks/plan.yml", "--tags", "ipam_vpc", "-e", f"plan_out={path}")
    retention(aws, 3)
    approved = artifact(tmp_path, json.loads(path.read_text()), plan_required=True)
    refused = dev.play("site.yml", "--tags", "ipam_vpc", *approved, expect=2)
    words = " ".join(refused.text.split())
    assert "differs from the approved plan mtk_plan_artifact" in words and "retention_in_days: 3 -> 7" in words
    assert "Make and approve a new plan" in words and refused.mutating == []


OTHER = {"account": "999999999999", "partition": "aws"}
CHANGES = ("-e", "dynamodb_global_point_in_time_recovery_days=9")
START = ("--start-at-task", "mtk.backend.dynamodb_global : Check the settings")


@pytest.mark.parametrize("part", [(), START], ids=["whole", "start-at-task"])
def test_a_plan_of_another_account_and_an_old_one_are_refused(built, tmp_path, part) -> None:
    """They are refused at the begin of a run, and where it writes if its begin is left out."""
    old = _document.document("dev", "plan", [], [], **OTHER, created_at="2026-01-01T00:00:00Z")
    refused = built("dev").play("site.yml", *part, *artifact(tmp_path, old), *CHANGES, expect=2)
    words = " ".join(refused.text.split())
    assert "it is a plan of account 999999999999, and expected_account_id is 123456789012" in words
    assert "ago (2026-01-01T00:00:00Z), and plan_max_age is 86400 seconds" in words
    assert refused.mutating == []


def test_a_plan_of_another_account_is_refused_by_the_account_of_the_credentials(built, tmp_path) -> None:
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    other = _document.document("dev", "plan", [], [], **OTHER, created_at=now)
    options = artifact(tmp_path, other, expected_account_id="999999999999")
    refused = built("dev").play("site.yml", *options, *CHANGES, expect=2)
    words = " ".join(refused.text.split())
    assert "mtk_plan_artifact is a plan of account 999999999999 (partition aws), and the credentials belong to" in words
    assert refused.mutating == []


@pytest.mark.parametrize("part", [(), START], ids=["whole", "start-at-task"])
def test_apply_approved_cannot_be_launched_alone(built, part) -> None:
    refused = built("dev").play("site.yml", *part, *CHANGES, "-e", "plan_required=true", expect=2)
    assert "plan_required is true; neither plan_file nor mtk_plan_artifact gives" in " ".join(refused.text.split())
    assert refused.mutating == []
