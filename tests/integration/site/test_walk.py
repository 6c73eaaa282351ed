"""The commands of the documentation, run as they are printed, in a copy of the checkout and on the local AWS."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from walk.checkout import copy_checkout
from walk.commands import documented
from walk.rules import SHORT_RUNS, Walk, command_line, program, table

from .conftest import BIN, finish

KEYS = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "emulator-secret-key"}
SHORT = sorted({c.text for c in documented() if program(c) in SHORT_RUNS})
DIFFERENT = {"diff": 1}  # the exit codes of commands that succeed with another one than 0


@pytest.fixture
def checkout(aws, tmp_path):
    """Return a copy of the checkout in which `make local` has started the local AWS."""
    copy = copy_checkout(tmp_path / "checkout")
    (copy / ".local-aws").mkdir()
    (copy / ".local-aws/url").write_text(f"{aws.url}\n")
    return copy


@pytest.fixture
def shell(aws, tmp_path):
    """Return the environment variables of a newcomer's shell. Its `aws` calls the local AWS."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "ANSIBLE_", "MTK_"))}
    for name in ("home", "bin"):
        (tmp_path / name).mkdir()
    cli = tmp_path / "bin/aws"
    # With AWS's own endpoint, the AWS CLI needs no region for these two services.
    region = "case $1 in iam|sts) export AWS_DEFAULT_REGION=us-east-1;; esac"
    cli.write_text(f'#!/bin/sh\n{region}\nexec {BIN}/aws --endpoint-url {aws.url} "$@"\n')
    cli.chmod(0o755)
    path = f"{cli.parent}:{BIN}:{os.environ['PATH']}"
    return {**kept, **KEYS, "HOME": str(tmp_path / "home"), "PATH": path, "MTK_LOCAL_AWS_URL": aws.url}


def walks():
    return [pytest.param(w, id=w.name, marks=[] if w.ci else pytest.mark.walk) for w in table().walks]


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("walk", walks())
def test_the_commands_of_a_walk_run(aws, walk: Walk, checkout, shell, request):
    if walk.start != "empty":
        request.getfixturevalue("built")(walk.start)
    for step in walk.steps:
        if step.edit:
            edit(checkout / step.edit["file"], step.edit["replace"], step.edit["by"])
        line = command_line(step, values(aws))
        code, stdout, stderr = finish(["sh", "-c", line], cwd=checkout, env=shell)
        assert code == step.exit, f"{line}\n{(stdout + stderr)[-6000:]}"


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text, f"{path} does not contain {old!r}"
    path.write_text(text.replace(old, new))


def values(aws):
    """Return what the placeholders of a walk may be replaced by."""
    kms = aws.client("kms")
    keys = [kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"] for key in kms.list_keys()["Keys"]]
    vpcs = aws.client("ec2").describe_vpcs(Filters=[{"Name": "tag-key", "Values": ["mtk:environment"]}])["Vpcs"]
    return {
        "deleted_key": next((key["KeyId"] for key in keys if key["KeyState"] in ("PendingDeletion", "Disabled")), ""),
        "vpc": next((vpc["VpcId"] for vpc in vpcs), ""),
    }


@pytest.mark.walk
@pytest.mark.parametrize("command", SHORT)
def test_a_command_that_needs_no_aws_runs(command, checkout, shell):
    code, stdout, stderr = finish(["sh", "-c", command], cwd=checkout, env=shell)
    assert code == DIFFERENT.get(command.split()[0], 0), stderr
    assert stdout.strip()
