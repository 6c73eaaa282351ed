"""The workflows of CI, the hooks of pre-commit and the check of a release name what exists."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from release import faults

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
MAKEFILE = (ROOT / "Makefile").read_text()
TARGETS = set(re.findall(r"^([a-z]+):.*## ", MAKEFILE, re.M))
# What no workflow runs by its name: commands for people, and measurements.
BY_HAND = {"help", "demo", "local", "stop", "test", "docs", "lock", "clean", "bench"}
WORKFLOWS = {path.stem: yaml.safe_load(path.read_text()) for path in (ROOT / ".github/workflows").glob("*.yml")}
JOBS = [(name, job) for name, flow in WORKFLOWS.items() for job in flow["jobs"].values()]
HOOKS = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]


def commands(job: dict) -> list[str]:
    """Return the commands of a job, for each entry of its matrix."""
    found = [step["run"] for step in job["steps"] if "run" in step]
    for key, values in job.get("strategy", {}).get("matrix", {}).items():
        found = [command.replace(f"${{{{ matrix.{key} }}}}", str(value)) for command in found for value in values]
    return list(dict.fromkeys(found))


def test_workflows_are_found():
    assert {"ci", "nightly"} <= set(WORKFLOWS)
    assert "bash .ci/run" in commands(WORKFLOWS["ci"]["jobs"]["run"])


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_workflow_has_a_trigger_and_may_only_read(name):
    flow = WORKFLOWS[name]
    assert set(flow) <= {"name", "on", "permissions", "concurrency", "jobs", "env"} and flow["name"] and flow["on"]
    assert flow["permissions"] == {"contents": "read"}


@pytest.mark.parametrize(("name", "job"), JOBS, ids=[f"{name}-{job['name']}" for name, job in JOBS])
def test_a_job_runs_commands_that_exist(name, job):
    assert set(job) <= {"name", "runs-on", "timeout-minutes", "strategy", "steps", "needs", "env"}
    assert job["runs-on"] == "ubuntu-24.04" and 0 < job["timeout-minutes"] <= 360
    for step in job["steps"]:
        assert ("uses" in step) != ("run" in step), step
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", step.get("uses", f"a/b@{'0' * 40}")), "pin the commit"
    for command in commands(job):
        program, *arguments = shlex.split(command)
        known = TARGETS if program == "make" else {str(p.relative_to(ROOT)) for p in ROOT.glob(".ci/*")}
        assert program in ("make", "bash") and arguments and set(arguments) <= known, command


def test_every_target_is_run_somewhere():
    recipe = re.search(r"^test:.*\n((?:\t.*\n)+)", MAKEFILE, re.M)[1]
    tested = {word for line in recipe.splitlines() for word in line.split() if word in TARGETS}
    nightly = {c.split()[1] for job in WORKFLOWS["nightly"]["jobs"].values() for c in commands(job)}
    assert TARGETS - BY_HAND - tested - nightly == set(), "add these to .github/workflows/nightly.yml"
    assert not nightly & tested, "make test runs these already"


def test_hooks_use_the_tools_of_the_virtual_environment():
    assert [repo["repo"] for repo in HOOKS] == ["local"], "hooks from elsewhere need the network"
    for hook in HOOKS[0]["hooks"]:
        words = shlex.split(hook["entry"])
        [tool] = [word for word in words if word.startswith(".venv/bin/")]
        assert hook["language"] == "system" and (BIN / Path(tool).name).exists(), hook["id"]
        assert all((ROOT / word).exists() for word in words if word.startswith("scripts/"))


def test_the_configuration_of_the_hooks_is_valid():
    config = str(ROOT / ".pre-commit-config.yaml")
    subprocess.run([str(BIN / "pre-commit"), "validate-config", config], check=True, timeout=60)


@pytest.fixture
def release(tmp_path):
    """Return the files of a version that can be released."""
    (tmp_path / "changelogs/fragments").mkdir(parents=True)
    (tmp_path / "galaxy.yml").write_text("version: 1.2.3\n")
    (tmp_path / "changelogs/changelog.yaml").write_text("releases: {1.2.3: {}}\n")
    (tmp_path / "CHANGELOG.rst").write_text("Notes\n\nv1.2.3\n======\n")
    return tmp_path


def test_a_release_with_one_version_everywhere(release):
    assert list(faults(release, "v1.2.3")) == []


@pytest.mark.parametrize(
    ("file", "text", "fault"),
    [
        ("galaxy.yml", "version: 1.3.0\n", "The tag is v1.2.3, and version in galaxy.yml is 1.3.0"),
        ("changelogs/changelog.yaml", "releases: {1.2.2: {}}\n", "The changelog has no version 1.2.3"),
        ("CHANGELOG.rst", "Notes\n", "CHANGELOG.rst has no version 1.2.3"),
        ("changelogs/fragments/wish.yml", "---\n", "Fragments are left: wish.yml"),
    ],
)
def test_a_release_that_does_not_agree(release, file, text, fault):
    (release / file).write_text(text)
    assert [found for found in faults(release, "v1.2.3") if found.startswith(fault)]


@pytest.mark.slow
def test_the_steps_of_a_release(tmp_path):
    """antsibull-changelog makes of this checkout a version that can be released."""
    for name in ("plugins", "roles", "changelogs", "meta"):
        shutil.copytree(ROOT / name, tmp_path / "ansible_collections/mtk/backend" / name)
    there = tmp_path / "ansible_collections/mtk/backend"
    for name in ("galaxy.yml", "CHANGELOG.rst"):
        shutil.copy(ROOT / name, there)
    version = f"v{yaml.safe_load((there / 'galaxy.yml').read_text())['version']}"
    assert any("Fragments are left" in fault for fault in faults(there, version)) or not list(faults(there, version))
    command = [str(BIN / "antsibull-changelog"), "release", "--update-existing"]
    subprocess.run(command, cwd=there, check=True, timeout=240, capture_output=True)
    assert list(faults(there, version)) == []
