"""iam_role."""

from __future__ import annotations

import json

import pytest

from .conftest import ModuleFailed, examples

NAME = "iam_role"
MONITORING = "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"


def trust(service):
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return {"Version": "2012-10-17", "Statement": [statement]}


ALLOW = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "a:B", "Resource": "*"}]})
ROLE = {"role_name": "dev", "assume_role_policy_document": trust("rds.amazonaws.com")}


def test_four_beats(aws, four_beats, gone):
    present, absent = examples(NAME)
    four_beats(NAME, **present)
    role = aws.client("iam").get_role(RoleName="dev_aurora_monitoring_role")["Role"]
    assert role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] == {"Service": "monitoring.rds.amazonaws.com"}
    gone(NAME, **absent)


def test_change_and_drift(aws, run):
    run(NAME, **ROLE, description="x", managed_policy_arns=[MONITORING], tags={"a": "1", "b": "2"})
    iam = aws.client("iam")
    other = iam.create_policy(PolicyName="other", PolicyDocument=ALLOW)["Policy"]["Arn"]
    wanted = {
        **ROLE,
        "assume_role_policy_document": trust("ec2.amazonaws.com"),
        "description": "y",
        "max_session_duration": 7200,
        "managed_policy_arns": [other],
        "tags": {"a": "1", "c": "3"},
    }
    planned = run(NAME, check=True, **wanted)["diff"]
    assert planned["before"]["managed_policy_arns"] == [MONITORING]
    assert run(NAME, **wanted)["diff"] == planned
    assert not run(NAME, **wanted)["changed"]
    iam.attach_role_policy(RoleName="dev", PolicyArn=MONITORING)
    iam.untag_role(RoleName="dev", TagKeys=["c"])
    drift = run(NAME, check=True, **wanted)["diff"]["before"]
    assert drift["managed_policy_arns"] == sorted([MONITORING, other]) and drift["tags"] == {"a": "1"}
    role = run(NAME, **wanted)["role"]
    assert (role["managed_policy_arns"], role["tags"], role["max_session_duration"]) == ([other], wanted["tags"], 7200)


def test_omitted_options_are_not_changed(aws, run):
    run(NAME, **ROLE, managed_policy_arns=[MONITORING], tags={"a": "1"})
    assert not run(NAME, role_name="dev")["changed"]
    reordered = {**ROLE["assume_role_policy_document"], "Version": "2012-10-17"}
    assert not run(NAME, role_name="dev", assume_role_policy_document=json.dumps(reordered))["changed"]


def test_invalid_options_and_foreign_roles_are_refused(aws, run):
    with pytest.raises(ModuleFailed, match="give assume_role_policy_document"):
        run(NAME, role_name="dev")
    with pytest.raises(ModuleFailed, match="NoSuchEntity"):  # without retries, as policies of AWS do not appear later
        run(NAME, **ROLE, managed_policy_arns=["arn:aws:iam::aws:policy/NoSuch"])
    with pytest.raises(ModuleFailed, match="cannot change path"):
        run(NAME, **ROLE, path="/x/")
    aws.client("iam").tag_role(RoleName="dev", Tags=[{"Key": "mtk:environment", "Value": "prod"}])
    with pytest.raises(ModuleFailed, match="belongs to environment 'prod'"):
        run(NAME, **ROLE, tags={"mtk:environment": "dev"}, state="absent")
    aws.client("iam").put_role_policy(RoleName="dev", PolicyName="mine", PolicyDocument=ALLOW)
    with pytest.raises(ModuleFailed, match="the inline policy mine. Delete it first"):
        run(NAME, **ROLE, state="absent")


def test_access_added_by_hand_is_shown_by_name_and_removed(aws, run):
    wanted = {**ROLE, "managed_policy_arns": [], "inline_policies": {}, "permissions_boundary": "", "tags": {"a": "1"}}
    run(NAME, **wanted)
    iam = aws.client("iam")
    iam.put_role_policy(RoleName="dev", PolicyName="evil", PolicyDocument=ALLOW)
    iam.attach_role_policy(RoleName="dev", PolicyArn=MONITORING)
    iam.put_role_permissions_boundary(RoleName="dev", PermissionsBoundary=MONITORING)
    before = run(NAME, check=True, **wanted)["diff"]["before"]
    assert before["inline_policies"] == {"evil": json.loads(ALLOW)}
    assert (before["managed_policy_arns"], before["permissions_boundary"]) == ([MONITORING], MONITORING)
    mutating = len(aws.mutating())
    run(NAME, **wanted)
    assert aws.mutating()[mutating:] == [
        "iam:DeleteRolePermissionsBoundary",
        "iam:DetachRolePolicy",
        "iam:DeleteRolePolicy",
    ]
    assert not run(NAME, **wanted)["changed"]


def test_inline_policies_and_the_boundary_are_managed_if_given(aws, run):
    other = json.loads(ALLOW.replace("a:B", "c:D"))
    given = {"inline_policies": {"one": json.loads(ALLOW)}, "permissions_boundary": MONITORING}
    run(NAME, **ROLE, **given)
    role = run(NAME, **ROLE, inline_policies={"one": other, "two": other})["role"]
    assert (role["inline_policies"], role["permissions_boundary"]) == ({"one": other, "two": other}, MONITORING)
    assert not run(NAME, **ROLE)["changed"]
    with pytest.raises(ModuleFailed, match="inline_policies.one is"):
        run(NAME, **ROLE, inline_policies={"one": {"Version": "2012-10-17"}})
    run(NAME, role_name="dev", inline_policies={}, state="absent")
    assert not aws.client("iam").list_roles()["Roles"]


def test_path_and_boundary_change_drift_and_delete(aws, run, four_beats, gone):
    wanted = {**ROLE, "path": "/mtk/", "permissions_boundary": MONITORING}
    four_beats(NAME, **wanted)
    iam = aws.client("iam")
    role = iam.get_role(RoleName="dev")["Role"]
    assert role["Arn"] == "arn:aws:iam::123456789012:role/mtk/dev"
    assert role["PermissionsBoundary"]["PermissionsBoundaryArn"] == MONITORING
    own = iam.create_policy(PolicyName="boundary", PolicyDocument=ALLOW)["Policy"]["Arn"]
    mutating = len(aws.mutating())
    assert run(NAME, **{**wanted, "permissions_boundary": own})["role"]["permissions_boundary"] == own
    assert aws.mutating()[mutating:] == ["iam:PutRolePermissionsBoundary"]
    iam.delete_role_permissions_boundary(RoleName="dev")
    assert run(NAME, check=True, **wanted)["diff"]["before"]["permissions_boundary"] == ""
    assert run(NAME, **wanted)["changed"]
    assert not run(NAME, **{**ROLE, "path": "/mtk/"})["changed"]  # not given: the boundary stays
    assert run(NAME, **{**wanted, "permissions_boundary": ""})["role"]["permissions_boundary"] == ""
    with pytest.raises(ModuleFailed, match="cannot change path from '/mtk/' to '/' on an existing role dev"):
        run(NAME, **ROLE, path="/")
    gone(NAME, role_name="dev", state="absent")
