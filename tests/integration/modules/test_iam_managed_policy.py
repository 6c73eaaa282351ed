"""iam_managed_policy."""

from __future__ import annotations

import json

import pytest
from ansible_collections.mtk.backend.plugins.module_utils.engine._module import Context

from .conftest import ModuleFailed, examples

NAME = "iam_managed_policy"
ARN = "arn:aws:iam::123456789012:policy/dev"


def allow(*actions):
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": list(actions), "Resource": "*"}]}


TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
POLICY = {"policy_name": "dev", "policy_document": allow("logs:PutLogEvents")}


def document(aws):
    iam = aws.client("iam")
    version = iam.get_policy(PolicyArn=ARN)["Policy"]["DefaultVersionId"]
    return iam.get_policy_version(PolicyArn=ARN, VersionId=version)["PolicyVersion"]["Document"]


def test_four_beats(four_beats, gone):
    present, absent = examples(NAME)
    four_beats(NAME, **present)
    gone(NAME, **absent)


def test_changes_keep_five_versions_at_most(aws, run):
    run(NAME, **POLICY, tags={"a": "1"})
    for number in range(6):
        wanted = {**POLICY, "policy_document": allow(f"ec2:Describe{number}"), "tags": {"b": str(number)}}
        planned = run(NAME, check=True, **wanted)["diff"]
        assert run(NAME, **wanted)["diff"] == planned
        assert document(aws) == wanted["policy_document"]
    assert not run(NAME, **wanted)["changed"]
    assert len(aws.client("iam").list_policy_versions(PolicyArn=ARN)["Versions"]) == 5
    aws.client("iam").set_default_policy_version(PolicyArn=ARN, VersionId="v4")
    assert run(NAME, **wanted)["changed"]
    assert document(aws) == wanted["policy_document"]


def test_the_order_of_actions_makes_no_difference(run):
    run(NAME, policy_name="dev", policy_document=allow("a:B", "c:D"))
    assert not run(NAME, policy_name="dev", policy_document=json.dumps(allow("c:D", "a:B")))["changed"]
    assert not run(NAME, policy_name="dev")["changed"]


def test_invalid_options_and_policies_in_use_are_refused(aws, run):
    with pytest.raises(ModuleFailed, match="give policy_document"):
        run(NAME, policy_name="dev")
    run(NAME, **POLICY, description="x")
    with pytest.raises(ModuleFailed, match="cannot change description"):
        run(NAME, **POLICY, description="y")
    iam = aws.client("iam")
    iam.create_role(RoleName="r", AssumeRolePolicyDocument=json.dumps(TRUST))
    iam.attach_role_policy(RoleName="r", PolicyArn=ARN)
    with pytest.raises(ModuleFailed, match="attached to the role r. Detach it first"):
        run(NAME, policy_name="dev", state="absent")


def test_no_version_of_others_is_left(aws, run):
    wanted = {**POLICY, "purge_versions": True}
    run(NAME, **wanted)
    iam = aws.client("iam")
    for number in range(4):
        hostile = json.dumps(allow(f"iam:Hostile{number}"))
        iam.create_policy_version(PolicyArn=ARN, PolicyDocument=hostile, SetAsDefault=number == 3)
    planned = run(NAME, check=True, **wanted)["diff"]
    assert (planned["before"]["versions"], planned["after"]["versions"]) == (["v1", "v2", "v3", "v4", "v5"], ["v5"])
    assert planned["before"]["policy_document"] == allow("iam:Hostile3")
    assert run(NAME, **wanted)["policy"]["versions"] == ["v6"]
    assert document(aws) == POLICY["policy_document"]
    iam.create_policy_version(PolicyArn=ARN, PolicyDocument=json.dumps(allow("iam:Pass")))
    assert run(NAME, check=True, **wanted)["diff"]["before"]["versions"] == ["v6", "v7"]
    run(NAME, **wanted)
    assert [v["VersionId"] for v in iam.list_policy_versions(PolicyArn=ARN)["Versions"]] == ["v6"]
    assert not run(NAME, **wanted)["changed"]
    assert not run(NAME, **POLICY)["changed"]


def test_a_role_that_this_run_deletes_is_no_obstacle(aws, run, worker):
    iam, absent = aws.client("iam"), {"policy_name": "dev", "state": "absent"}
    run(NAME, **POLICY)
    iam.create_role(RoleName="r", AssumeRolePolicyDocument=json.dumps(TRUST))
    iam.attach_role_policy(RoleName="r", PolicyArn=ARN)
    worker["context"] = Context(collects=True)
    planned = run(NAME, **absent, check=True)["plan"]
    command = f"aws iam detach-role-policy --role-name r --policy-arn {ARN}"
    assert (planned["action"], f"({command})" in planned["reason"]) == ("refuse", True)
    worker["context"] = Context(collects=True, going=[("global", "r")])
    assert run(NAME, **absent, check=True)["plan"]["action"] == "delete"
    iam.detach_role_policy(RoleName="r", PolicyArn=ARN)
    assert run(NAME, **absent)["changed"]


def test_a_path_is_part_of_the_arn_and_stays(aws, run, four_beats, gone):
    four_beats(NAME, **POLICY, path="/mtk/dev/")
    assert aws.client("iam").list_policies(Scope="Local")["Policies"][0]["Arn"] == ARN.replace("/dev", "/mtk/dev/dev")
    changed = {**POLICY, "policy_document": allow("ec2:DescribeVpcs"), "tags": {"a": "1"}, "path": "/mtk/dev/"}
    assert run(NAME, **changed)["policy"]["path"] == "/mtk/dev/"
    assert not run(NAME, **changed)["changed"]
    gone(NAME, policy_name="dev", path="/mtk/dev/", state="absent")


def test_a_policy_with_another_path_is_found_by_its_name(aws, run, worker):
    run(NAME, **POLICY, path="/mtk/")
    mutating = len(aws.mutating())
    with pytest.raises(ModuleFailed, match="cannot change path from '/mtk/' to '/' on an existing policy dev"):
        run(NAME, **POLICY)
    worker["context"] = Context(collects=True)
    assert run(NAME, **POLICY, check=True)["plan"]["action"] == "refuse"
    worker["context"] = Context()
    assert aws.mutating()[mutating:] == []
    assert run(NAME, policy_name="dev", state="absent")["changed"]
    assert not aws.client("iam").list_policies(Scope="Local")["Policies"]
    assert not run(NAME, policy_name="dev", state="absent")["changed"]


def test_a_foreign_policy_with_another_path_is_left_alone(aws, run):
    aws.client("iam").create_policy(PolicyName="Dev", Path="/x/", PolicyDocument=json.dumps(allow("a:B")))
    wanted = {**POLICY, "policy_name": "Dev", "tags": {"mtk:environment": "dev"}}
    for more in ({}, {"state": "absent"}):
        with pytest.raises(ModuleFailed, match="exists and has no tag mtk:environment"):
            run(NAME, **wanted, **more)
