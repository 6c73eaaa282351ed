"""The collection as users install it, in a directory with an inventory of their own and no ansible.cfg."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from .conftest import BIN, ROOT, Played, finish

# One file instead of group_vars, another region and no ansible_connection.
INVENTORY = """
all:
  vars:
    mtk_environment: staging
    expected_account_id: "123456789012"
    destroy_allowed: true
    ipam_vpc_environment_slots: {dev: 0, qa: 1, prod: 2, staging: 3}
    ipam_vpc_regions: [eu-west-1]
    ipam_vpc_zone_count: 2
    ipam_vpc_nat_gateway_mode: single
    aurora_instance_count: 1
    aurora_accept_single_instance: true
    aurora_deletion_protection: false
    aurora_skip_final_snapshot: true
    dynamodb_global_deletion_protection_enabled: false
  children:
    primary: {hosts: {eu-west-1: {}}}
    secondary: {}
    network: {hosts: {eu-west-1: {}}}
    database: {hosts: {eu-west-1: {}}}
"""
ROLE = [
    {
        "name": "Manage the locations",
        "hosts": "localhost",
        "gather_facts": False,
        "vars": {
            "mtk_environment": "staging",
            "dynamodb_global_region": "eu-west-1",
            "dynamodb_global_kms_key_enabled": False,
        },
        "module_defaults": {"group/mtk.backend.aws": {"region": "eu-west-1"}},
        "roles": ["mtk.backend.dynamodb_global"],
    }
]
NO_SUMMARY = "This run ends without a summary of its changes"
Play = Callable[..., Played]


def ansible_galaxy(*arguments: str, cwd: Path) -> None:
    command = [str(BIN / "ansible-galaxy"), "collection", *arguments]
    done = subprocess.run(command, cwd=cwd, check=False, timeout=120, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="session")
def collections(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build and install the collection. amazon.aws is that of the Python packages."""
    stage = tmp_path_factory.mktemp("galaxy")
    ansible_galaxy("build", "--output-path", str(stage / "dist"), str(ROOT), cwd=stage)
    [tarball] = (stage / "dist").glob("*.tar.gz")
    ansible_galaxy("install", str(tarball), "--no-deps", "--offline", "--force", "-p", str(stage / "there"), cwd=stage)
    return stage / "there"


@pytest.fixture
def play(aws: Any, collections: Path, tmp_path: Path) -> Play:
    """Return ``play("mtk.backend.plan")``, which runs a playbook in a directory with nothing but an inventory."""
    (tmp_path / "hosts.yml").write_text(INVENTORY)

    def run(playbook: str, *arguments: str, expect: int = 0, **extra: str) -> Played:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "ANSIBLE_", "MTK_"))}
        environ = {
            **kept,
            "PATH": f"{BIN}:{os.environ['PATH']}",
            "HOME": str(tmp_path / "home"),
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_COLLECTIONS_PATH": str(collections),
            "AWS_ENDPOINT_URL": aws.url,
            "AWS_ACCESS_KEY_ID": "local",
            "AWS_SECRET_ACCESS_KEY": "emulator-secret-key",
            "AWS_EC2_METADATA_DISABLED": "true",
            **extra,
        }
        before = len(aws.mutating())
        command = [str(BIN / "ansible-playbook"), playbook, "-i", "hosts.yml", *arguments]
        code, stdout, stderr = finish(command, cwd=tmp_path, env=environ)
        assert code == expect, (stdout + stderr)[-8000:]
        return Played(code, stdout + stderr, aws.mutating()[before:])

    return run


def printed_command(played: Played) -> list[str]:
    """Return the command that a plan prints as the next one."""
    [printed] = [line for line in played.text.splitlines() if line.startswith("Next: ")]
    return printed.partition(", run: ")[2].split()


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_plan_apply_drift_and_destroy(play, tmp_path):
    plan = play("mtk.backend.plan", "-e", "plan_out=plan.json")
    assert plan.mutating == []
    assert "Plan of staging: 39 to create" in plan.text
    planned = json.loads((tmp_path / "plan.json").read_text())
    assert {entry["region"] for entry in planned["resources"]} == {"eu-west-1", "global"}

    command = printed_command(plan)
    assert command[:4] == ["ansible-playbook", "mtk.backend.site", "-i", "hosts.yml"]
    apply = play(command[1], *command[4:])
    assert "Apply of staging: 39 created" in apply.text
    assert NO_SUMMARY not in apply.text

    drift = play("mtk.backend.drift")
    assert (drift.changed, drift.mutating) == (0, [])
    assert "Plan of staging: no changes" in drift.text

    destroy = play("mtk.backend.destroy", "-e", "confirm_environment=staging")
    assert "Deletion of staging: " in destroy.text
    assert "nothing else of staging was found" in " ".join(destroy.text.split())


@pytest.mark.timeout(900)
def test_plan_and_apply_end_with_a_summary(play):
    """The tests of CI run a part of the site only."""
    plan = play("mtk.backend.plan", "--tags", "dynamodb_global")
    assert "Plan of staging: 2 to create" in plan.text
    assert plan.mutating == []
    command = printed_command(plan)
    assert command[:4] == ["ansible-playbook", "mtk.backend.site", "-i", "hosts.yml"]
    apply = play(command[1], *command[4:])
    assert "Apply of staging: 2 created" in apply.text
    assert NO_SUMMARY not in plan.text + apply.text


def test_the_summary_is_shown_once_if_the_configuration_enables_the_callback(play):
    plan = play("mtk.backend.plan", "--tags", "dynamodb_global", ANSIBLE_CALLBACKS_ENABLED="mtk.backend.plan")
    assert plan.text.count("Plan of staging: 2 to create") == 1


def test_own_playbook_with_the_site(play, tmp_path):
    """The options of the callback hold, too."""
    (tmp_path / "own.yml").write_text(yaml.safe_dump([{"import_playbook": "mtk.backend.site"}]))
    plan = play("own.yml", "--check", "--tags", "dynamodb_global", MTK_PLAN_OUT="out.json")
    assert "Plan of staging: 2 to create" in plan.text
    assert "run: ansible-playbook own.yml -i hosts.yml --tags dynamodb_global" in plan.text
    assert json.loads((tmp_path / "out.json").read_text())["counts"]["create"] == 2


@pytest.mark.timeout(900)
def test_own_playbook_with_a_role(play, tmp_path):
    """Ansible loads no callback for a role of a collection, so the user enables it. A warning says how."""
    (tmp_path / "own.yml").write_text(yaml.safe_dump(ROLE))
    plan = play("own.yml", "--check")
    words = " ".join(plan.text.split())
    assert f"{NO_SUMMARY}. Set callbacks_enabled = mtk.backend.plan in section [defaults] of ansible.cfg, or" in words
    assert words.count(NO_SUMMARY) == 1
    assert plan.mutating == []

    (tmp_path / "ansible.cfg").write_text("[defaults]\ncallbacks_enabled = mtk.backend.plan\n")
    plan = play("own.yml", "--check")
    assert "Plan of staging: 1 to create" in plan.text
    apply = play("own.yml")
    assert "Apply of staging: 1 created" in apply.text
    assert apply.mutating.count("dynamodb:CreateTable") == 1
    assert NO_SUMMARY not in plan.text + apply.text
    again = play("own.yml")
    assert (again.changed, again.mutating) == (0, [])


def test_own_playbook_with_the_check_of_the_run(play, tmp_path):
    """A plan without entries because the callback is not enabled must not look like an empty plan."""
    checks = [{"hosts": "all", "gather_facts": False, "tasks": [{"mtk.backend.check_run": {}}]}]
    (tmp_path / "own.yml").write_text(yaml.safe_dump(checks))
    refused = play("own.yml", expect=2)
    assert "The callback mtk.backend.plan is not enabled" in refused.text
    assert refused.mutating == []
    play("own.yml", ANSIBLE_CALLBACKS_ENABLED="mtk.backend.plan")
