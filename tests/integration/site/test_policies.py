"""policies.yml, and the commands of docs/using/permissions.md that make and attach what it writes."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from access.unseen import TAGGING_SOURCE, UNSEEN
from ansible_collections.mtk.backend.plugins.module_utils.domain import _access

from .conftest import BIN, ROOT, Site, finish

PAGE = (ROOT / "docs/using/permissions.md").read_text()
SHELL_SECONDS = 280
pytestmark = pytest.mark.timeout(900)


def block(name: str) -> str:
    """Return the commands of the page that are marked with a name."""
    (found,) = re.findall(rf"<!-- runs: {name} -->\n```\n(.*?)```\n", PAGE, re.S)
    return str(found)


def shell(aws: Any, directory: Path, commands: str) -> str:
    """Run commands of the page as printed, from a directory that has the inventories and playbooks."""
    environ = Site(aws, "dev").environ(
        AWS_ENDPOINT_URL=aws.url,
        AWS_ACCESS_KEY_ID="local",
        AWS_SECRET_ACCESS_KEY="emulator-secret-key",
        AWS_DEFAULT_REGION="us-east-1",
        ANSIBLE_CONFIG=str(ROOT / "ansible.cfg"),
    )
    done = subprocess.run(
        ["sh", "-e", "-c", commands],
        cwd=directory,
        env=environ,
        text=True,
        capture_output=True,
        check=False,
        timeout=SHELL_SECONDS,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_commands_of_the_page_make_attach_and_update_the_policies(aws: Any, tmp_path: Path) -> None:
    for name in ("inventories", "playbooks", "plugins"):
        (tmp_path / name).symlink_to(ROOT / name)
    iam = aws.client("iam")
    iam.list_roles()  # loads IAM
    trust = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}],
    }
    iam.create_role(RoleName="mtk-dev-planner", AssumeRolePolicyDocument=json.dumps(trust))
    before = aws.control.calls()
    shell(aws, tmp_path, block("make"))
    assert aws.control.calls() == before, "policies.yml sends no request"
    written = json.loads((tmp_path / "policies/policies.json").read_text())
    attached = written["attach"]["planner"]
    for name in written["policies"]:
        path = tmp_path / f"policies/{name}.json"
        assert path.stat().st_mode & 0o777 == 0o600 and json.loads(path.read_text()) == written["policies"][name]
    here = {"111111111111": "123456789012"}  # the account of the local AWS
    shell(aws, tmp_path, block("attach").replace(*next(iter(here.items()))))
    shell(aws, tmp_path, block("update").replace(*next(iter(here.items()))))
    found = iam.list_attached_role_policies(RoleName="mtk-dev-planner")["AttachedPolicies"]
    assert sorted(each["PolicyName"] for each in found) == sorted(attached)
    updated = iam.get_policy(PolicyArn="arn:aws:iam::123456789012:policy/dev_planner_1")["Policy"]
    assert updated["DefaultVersionId"] == "v2"


def test_the_policies_are_those_of_the_inventory(aws: Any, site: Any, tmp_path: Path) -> None:
    settings = {
        "policies_dir": str(tmp_path),
        "region": "eu-central-1",
        "aurora_permissions_boundary": "arn:aws:iam::123456789012:policy/b",
        "outputs_ssm_prefix": "/mtk/prod",
    }
    played = site("prod").play("playbooks/policies.yml", "--check", "-e", json.dumps(settings))
    assert aws.control.calls() == [] and '"prod_builder_1"' in played.text
    regions = ["us-east-1", "us-west-2", "eu-west-1", "eu-central-1"]
    boundaries = {"aurora": settings["aurora_permissions_boundary"]}
    scope = _access.Scope("prod", "123456789012", regions, boundaries=boundaries, parameters="/mtk/prod")
    wanted = _access.policies(scope)
    written = json.loads((tmp_path / "policies.json").read_text())
    assert written["attach"] == {name: list(each) for name, each in wanted.attach.items()}
    assert written["policies"] == wanted.documents


def test_a_directory_that_does_not_exist_is_refused(site: Any, tmp_path: Path) -> None:
    missing = tmp_path / "missing"
    refused = site("dev").play("playbooks/policies.yml", "-e", f"policies_dir={missing}", expect=2)
    text = " ".join(refused.text.split())
    assert f"policies_dir is '{missing}'; it is not a directory. Create it, or name a directory." in text


def test_a_region_that_does_not_exist_is_refused(site: Any) -> None:
    refused = site("dev").play("playbooks/policies.yml", "-e", "region=eu-west", expect=2)
    assert "region eu-west is not an AWS region. Did you mean eu-west-" in " ".join(refused.text.split())
    site("dev").play("playbooks/policies.yml", "-e", "region=us-east-1")


def test_limit_without_the_primary_region_is_refused(site: Any) -> None:
    refused = site("prod").play("playbooks/policies.yml", "--limit", "us-west-2", expect=2)
    text = " ".join(refused.text.split())
    assert "--limit leaves out us-east-1, from whose settings the policies are made. Leave --limit out." in text
    assert "prod_planner_1" in site("prod").play("playbooks/policies.yml", "--limit", "us-east-1").text


def test_an_empty_directory_is_none(site: Any) -> None:
    """AWX and an unset shell variable give empty text, which is not the root of the file system."""
    played = site("dev").play("playbooks/policies.yml", "-e", "policies_dir=")
    assert "dev_planner_1" in played.text and not list(Path("/").glob("dev_*.json"))


def test_a_region_of_another_partition_is_refused(site: Any) -> None:
    refused = site("dev").play("playbooks/policies.yml", "-e", "region=cn-north-1", expect=2)
    assert "region cn-north-1 belongs to the partition aws-cn of AWS" in " ".join(refused.text.split())


def test_the_page_lists_what_the_calls_do_not_show() -> None:
    for row in UNSEEN:
        actions = ", ".join(f"`{action}`" for action in row.actions.split())
        assert f"| {actions} | {row.why} | [AWS]({row.source}) |" in PAGE
    assert TAGGING_SOURCE in PAGE


def test_an_environment_without_a_database_has_policies(site: Any, tmp_path: Path) -> None:
    """Its inventory may leave out the group, and what is computed from it."""
    shutil.copytree(ROOT / "inventories/dev", tmp_path / "dev")
    hosts = tmp_path / "dev/hosts.yml"
    hosts.write_text(hosts.read_text().partition("    database:")[0])
    command = [str(BIN / "ansible-playbook"), "playbooks/policies.yml", "-i", str(tmp_path / "dev")]
    code, stdout, _ = finish([*command, "-e", f"policies_dir={tmp_path}"], cwd=ROOT, env=site("dev").environ())
    assert code == 0, stdout
    assert "dev_flow_log_role" in (tmp_path / "policies.json").read_text()
