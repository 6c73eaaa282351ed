"""The tarball for Galaxy: nothing superfluous, nothing missing, no dead links, and one version everywhere."""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
GALAXY = yaml.safe_load((ROOT / "galaxy.yml").read_text())
CHANGELOG = yaml.safe_load((ROOT / "changelogs/changelog.yaml").read_text())
# All that may be in the tarball. A file that no pattern matches is either added here or to build_ignore in galaxy.yml.
ALLOWED = (
    r"(MANIFEST|FILES)\.json",
    r"(README|CONTRIBUTING|CODE_OF_CONDUCT|SECURITY|SUPPORT)\.md",
    r"LICENSE|CHANGELOG\.rst|changelogs/changelog\.yaml",
    r"meta/(runtime|execution-environment)\.yml|meta/ee-(requirements|bindep)\.txt",
    r"plugins/(action|callback|filter|lookup|doc_fragments|plugin_utils)/\w+\.py|plugins/plugin_utils/topology/\w+\.py",
    r"plugins/modules/\w+\.py|plugins/modules/in_process\.yml|plugins/module_utils/\w+/\w+\.py",
    r"roles/\w+/README\.md|roles/\w+/(defaults|meta|tasks|vars|handlers)/[\w/]+\.yml|roles/\w+/templates/[\w./]+\.j2",
    r"playbooks/\w+\.yml|playbooks/stages/(tasks/)?\w+\.yml|playbooks/callback_plugins/mtk_backend_plan\.py",
    r"inventories/(dev|qa|prod)/(hosts\.yml|group_vars/all/\w+\.yml)",
    r"docs/[\w./-]+\.(md|json|yml|png|svg)",
    r"examples/[\w/-]+\.(py|yml|json)",
    r"extensions/ee/(execution-environment\.yml|bindep\.txt)",
    r"tests/config\.yml",
)
NEEDED = (
    "README.md",
    "LICENSE",
    "CHANGELOG.rst",
    "SECURITY.md",
    "changelogs/changelog.yaml",
    "meta/runtime.yml",
    "meta/execution-environment.yml",
    "playbooks/site.yml",
    "playbooks/plan.yml",
    "playbooks/drift.yml",
    "playbooks/destroy.yml",
    "playbooks/callback_plugins/mtk_backend_plan.py",
    "inventories/prod/hosts.yml",
    "inventories/prod/group_vars/all/environment.yml",
    "docs/using/plan.schema.json",
    "roles/aurora/meta/argument_specs.yml",
    "plugins/modules/ec2_vpc.py",
    "plugins/action/ec2_vpc.py",
)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Build the tarball; return the text of its files."""
    there = tmp_path_factory.mktemp("dist")
    galaxy = str(Path(sys.executable).parent / "ansible-galaxy")
    subprocess.run([galaxy, "collection", "build", "--output-path", there, ROOT], check=True, timeout=120)
    [path] = there.iterdir()
    with tarfile.open(path) as tarball:
        members = {member.name: tarball.extractfile(member) for member in tarball.getmembers() if member.isfile()}
        return {name: stream.read().decode(errors="replace") for name, stream in members.items() if stream}


def test_nothing_is_superfluous(files):
    superfluous = [name for name in files if not any(re.fullmatch(pattern, name) for pattern in ALLOWED)]
    assert not superfluous, "add these to build_ignore in galaxy.yml, or to ALLOWED if a user needs them"


def test_nothing_is_missing(files):
    assert set(NEEDED) <= set(files)
    used = ("plugins/**/*.py", "roles/**/*.yml", "playbooks/*.yml", "playbooks/stages/**/*.yml", "docs/**/*.md")
    wanted = {str(path.relative_to(ROOT)) for pattern in used for path in ROOT.glob(pattern)}
    assert wanted <= set(files)


def test_no_link_is_dead(files):
    """On Galaxy and in the installed collection, links lead to files of the tarball."""
    dead = []
    for name, text in files.items():
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text) if name.endswith(".md") else ():
            path = (ROOT / name).parent.joinpath(target).resolve()
            inside = "://" in target or any(Path(ROOT, file).is_relative_to(path) for file in files)
            dead += [] if inside else [f"{name}: {target}"]
    assert not dead, "link to files of the tarball, or to the repository by its URL"


def test_the_description_is_complete():
    for url in ("repository", "documentation", "homepage", "issues"):
        assert GALAXY[url].startswith("https://github.com/"), url
    assert GALAXY["license"] == ["GPL-3.0-or-later"] and GALAXY["authors"] and GALAXY["description"]
    assert all(re.fullmatch(r"[a-z][a-z0-9]*", tag) for tag in GALAXY["tags"])
    # Galaxy requires one of these tags.
    assert set(GALAXY["tags"]) & {"cloud", "infrastructure", "database", "networking"}


def test_required_versions_agree():
    """The README, Galaxy, Ansible and ansible-builder name the same versions."""
    core = yaml.safe_load((ROOT / "meta/runtime.yml").read_text())["requires_ansible"]
    [aws] = yaml.safe_load((ROOT / "requirements.yml").read_text())["collections"]
    boto3 = re.search(r"^boto3>=(\S+)", (ROOT / "meta/ee-requirements.txt").read_text(), re.M)
    readme = (ROOT / "README.md").read_text()
    assert core == ">=2.19.0" and "ansible-core 2.19 or newer" in readme
    assert GALAXY["dependencies"] == {"amazon.aws": aws["version"]}
    assert f"amazon.aws {aws['version'].removeprefix('>=')} or newer" in readme
    assert boto3 and f"boto3 {boto3[1]} or newer" in readme
    assert "Python 3.11 to 3.14" in readme


def test_version_and_changelog_agree():
    numbers = {name: tuple(map(int, name.split("."))) for name in [GALAXY["version"], *CHANGELOG["releases"]]}
    newest = max(CHANGELOG["releases"], key=lambda name: numbers[name])
    assert numbers[GALAXY["version"]] >= numbers[newest], "galaxy.yml has an older version than the changelog"
    headings = re.findall(r"^v(\d+\.\d+\.\d+)\n=+$", (ROOT / "CHANGELOG.rst").read_text(), re.M)
    remedy = "run: antsibull-changelog generate"
    assert headings == sorted(CHANGELOG["releases"], key=lambda name: numbers[name], reverse=True), remedy
