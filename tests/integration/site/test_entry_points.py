"""site.yml gives the same result from the checkout, from elsewhere, as mtk.backend.site and in AWX."""

from __future__ import annotations

import os
import shutil
import subprocess

import ansible_runner
import pytest

from .conftest import BIN, REGIONS, ROOT, RUN_SECONDS
from .estate import estate


@pytest.fixture
def clone(tmp_path):
    """Clone the committed files, as AWX does."""
    project = tmp_path / "project"
    subprocess.run(["git", "clone", "-q", str(ROOT), str(project)], check=True, timeout=60)
    return project


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_every_entry_point_gives_the_same_result(aws, site, clone, tmp_path):
    dev = site("dev")
    first = dev.play()
    assert first.changed
    built = estate(aws, REGIONS)

    refused = dev.play(str(ROOT / "site.yml"), cwd=tmp_path, expect=2)
    assert "set ANSIBLE_CALLBACKS_ENABLED=mtk.backend.plan" in " ".join(refused.text.split())
    elsewhere = dev.play(str(ROOT / "site.yml"), cwd=tmp_path, ANSIBLE_CALLBACKS_ENABLED="mtk.backend.plan")
    assert (elsewhere.changed, elsewhere.mutating) == (0, [])
    by_name = dev.play("mtk.backend.site")
    assert (by_name.changed, by_name.mutating) == (0, [])

    before = len(aws.mutating())
    shutil.copytree(clone / "inventories/dev", tmp_path / "inventory")
    runner = ansible_runner.run(
        private_data_dir=str(tmp_path),
        playbook="site.yml",
        inventory=[str(clone / "inventories/dev"), str(clone / "inventories/local")],
        envvars={"MTK_LOCAL_AWS_URL": aws.url, "PATH": f"{BIN}:{os.environ['PATH']}"},
        quiet=True,
        timeout=RUN_SECONDS,
    )
    assert runner.status == "successful", runner.stdout.read()[-6000:]
    assert runner.stats["changed"] == {}
    assert "Apply of dev: no changes, " in runner.stdout.read()
    assert aws.mutating()[before:] == []
    assert estate(aws, REGIONS) == built


def test_another_account_is_refused_before_any_change(site):
    dev = site("dev")
    refused = dev.play("site.yml", "-e", "expected_account_id=999999999999", expect=2)
    assert "belong to account 123456789012" in refused.text.replace("\n", " ")
    assert refused.mutating == []


def test_destroy_refuses_the_name_of_another_environment(site):
    refused = site("dev").play("playbooks/destroy.yml", "-e", "confirm_environment=prod", expect=2)
    assert "Nothing was deleted" in refused.text
    assert refused.mutating == []
