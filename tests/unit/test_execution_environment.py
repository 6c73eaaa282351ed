"""The definition of the execution environment: ansible-builder takes it, and its context has all that runs need."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
DEFINITION = yaml.safe_load((ROOT / "extensions/ee/execution-environment.yml").read_text())


@pytest.fixture(scope="module")
def context(tmp_path_factory):
    """Return the build context, made from a copy of the definition beside an empty archive of the collection."""
    top = tmp_path_factory.mktemp("ee")
    shutil.copytree(ROOT / "extensions/ee", top / "extensions/ee")
    shutil.copytree(ROOT / "meta", top / "meta")
    (top / "build").mkdir()
    (top / "build/mtk-backend.tar.gz").touch()
    command = [BIN / "ansible-builder", "create", "--context", "context", "--output-filename", "Containerfile"]
    done = subprocess.run(command, cwd=top / "extensions/ee", capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return top / "extensions/ee/context"


def test_the_context_has_the_requirements(context):
    built = context / "_build"
    assert (built / "files/mtk-backend.tar.gz").exists()
    assert (built / "bindep.txt").read_text() == (ROOT / "extensions/ee/bindep.txt").read_text()
    assert (built / "requirements.txt").read_text() == (ROOT / "meta/ee-requirements.txt").read_text()
    collections = {
        each["name"]: each for each in yaml.safe_load((built / "requirements.yml").read_text())["collections"]
    }
    assert set(collections) == {"files/mtk-backend.tar.gz", "amazon.aws", "community.aws"}
    lowest = yaml.safe_load((ROOT / "galaxy.yml").read_text())["dependencies"]["amazon.aws"].removeprefix(">=")
    assert numbers(collections["amazon.aws"]["version"]) >= numbers(lowest)


def numbers(version):
    return [int(part) for part in version.split(".")]


def test_the_image_has_what_awx_needs(context):
    text = (context / "Containerfile").read_text()
    image = DEFINITION["images"]["base_image"]["name"]
    assert re.search(r":[\w.-]*\d", image), "the tag of the base image is pinned"
    packages = [DEFINITION["dependencies"][name]["package_pip"] for name in ("ansible_core", "ansible_runner")]
    for needed in (image, *packages, "python3.12", "/runner"):
        assert needed in text, needed
    assert all(re.fullmatch(r"[a-z-]+==[\d.]+", package) for package in packages)


def test_ansible_core_is_the_one_of_the_lock_file():
    lock = (ROOT / "requirements.txt").read_text()
    assert f"{DEFINITION['dependencies']['ansible_core']['package_pip']} ; python_full_version >= '3.12'" in lock


def test_the_collection_names_its_requirements():
    """ansible-builder finds them in the installed collection, too."""
    done = subprocess.run(
        [BIN / "ansible-builder", "introspect", "--sanitize", str(ROOT / "collections")],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert "boto3>=1.44" in done.stdout, done.stdout + done.stderr
