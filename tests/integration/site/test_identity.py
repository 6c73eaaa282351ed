"""IAM roles and policies with a path and a permissions boundary, from the plan to the deletion."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from .conftest import ROOT, Site, finish

pytestmark = pytest.mark.timeout(1800)
BOUNDARY = "arn:aws:iam::123456789012:policy/limits/boundary"
PATHS = {"ipam_vpc_iam_path": "/mtk/dev/", "aurora_iam_path": "/mtk/"}
BOUNDARIES = dict.fromkeys(("ipam_vpc_permissions_boundary", "aurora_permissions_boundary"), BOUNDARY)
ALL = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}'


def extra(*variables: dict[str, str]) -> tuple[str, str]:
    return "-e", json.dumps({name: value for each in variables for name, value in each.items()})


def roles(aws: Any) -> dict[str, tuple[str, str]]:
    """Return the path and the boundary of each role that is not AWS's own."""
    iam = aws.client("iam")
    names = [role["RoleName"] for role in iam.list_roles()["Roles"] if "/aws-service-role/" not in role["Path"]]
    found = [iam.get_role(RoleName=name)["Role"] for name in names]
    return {
        r["RoleName"]: (r["Path"], (r.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn", ""))
        for r in found
    }


def documented_commands(heading: str) -> str:
    """Return the commands of a section of settings.md."""
    text = (ROOT / "docs/using/settings.md").read_text(encoding="utf-8").split(f"### {heading}\n")[1]
    found = re.search(r"```\n(.*?)```", text, re.S)
    assert found
    return found[1]


def test_another_path_needs_a_decision_and_the_documented_way_leads_there(
    built: Callable[[str], Site], aws: Any
) -> None:
    live = built("dev")
    planned = live.play("playbooks/plan.yml", *extra(PATHS, BOUNDARIES), expect=2)
    words = " ".join(planned.text.split())
    assert planned.mutating == []
    assert f"aurora_permissions_boundary is {BOUNDARY}; IAM has no such policy" in words
    for kind, name, variable in (
        ("role", "dev_flow_log_role", "ipam_vpc_iam_path"),
        ("policy", "dev_flow_log_policy", "ipam_vpc_iam_path"),
        ("role", "dev_aurora_monitoring_role", "aurora_iam_path"),
    ):
        change = f"AWS cannot change {variable} from '/' to '{PATHS[variable]}' on an existing {kind} {name}."
        assert f"{change} Give the present value, or delete the resource and create it again." in words

    keys = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "x", "AWS_ENDPOINT_URL": aws.url}
    keys["AWS_DEFAULT_REGION"] = "us-east-1"  # with an endpoint of its own, the AWS CLI asks for it
    script = f"set -e\n{documented_commands('Another path for the IAM roles')}"
    aws.client("iam").create_policy(PolicyName="boundary", Path="/limits/", PolicyDocument=ALL)
    code, _, errors = finish(["sh", "-c", script], cwd=ROOT, env=live.environ(**keys))
    assert code == 0, errors
    assert roles(aws) == {}
    live.play("site.yml", *extra(PATHS, BOUNDARIES))
    assert roles(aws) == {
        "dev_flow_log_role": ("/mtk/dev/", BOUNDARY),
        "dev_aurora_monitoring_role": ("/mtk/", BOUNDARY),
    }
    again = live.play("playbooks/plan.yml", *extra(PATHS, BOUNDARIES, {"detailed_exitcode": "true"}))
    assert again.mutating == []  # and the exit code says that nothing differs
    aws.client("iam").delete_role_permissions_boundary(RoleName="dev_flow_log_role")
    drift = live.play("playbooks/drift.yml", *extra(PATHS, BOUNDARIES), expect=2)
    assert BOUNDARY in drift.text and "dev_flow_log_role" in drift.text
    live.destroy()  # without the paths: roles and policies are found by their names
    assert roles(aws) == {}
    left = aws.client("iam").list_policies(Scope="Local")["Policies"]
    assert [policy["PolicyName"] for policy in left] == ["boundary"]


def test_an_apply_stops_before_the_first_change_if_the_boundary_is_missing(site: Callable[[str], Site]) -> None:
    refused = site("dev").play("site.yml", *extra(BOUNDARIES), expect=2)
    assert refused.mutating == []
    assert "IAM has no such policy, and refuses roles with this boundary" in " ".join(refused.text.split())


def test_a_boundary_of_another_account_is_refused_before_the_first_request(
    site: Callable[[str], Site], aws: Any
) -> None:
    arn = BOUNDARY.replace("123456789012", "999999999999")
    refused = site("dev").play("site.yml", "--check", "-e", f"aurora_permissions_boundary={arn}", expect=2)
    words = " ".join(refused.text.split())
    assert f"aurora_permissions_boundary is '{arn}' and expected_account_id is '123456789012'" in words
    assert aws.control.calls() == []
