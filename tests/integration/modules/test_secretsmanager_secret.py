"""secretsmanager_secret."""

from __future__ import annotations

import json

import pytest

from .conftest import ModuleFailed, examples

NAME = "secretsmanager_secret"
SECRET = {"secret_name": "dev_aurora_master_secret", "generate_secret_string": {"username": "mtk_admin"}}


def value(sm):
    return json.loads(sm.get_secret_value(SecretId=SECRET["secret_name"])["SecretString"])


def test_four_beats(aws, run, four_beats, gone):
    params, absent = examples(NAME)
    result = four_beats(NAME, **params)
    made = value(aws.client("secretsmanager"))
    assert made["username"] == "mtk_admin" and len(made["password"]) == 32
    assert not set(made["password"]) & set("/'\"@\\ ")
    assert made["password"] not in json.dumps(result)
    copies = aws.client("secretsmanager", "us-west-2").list_secrets()["SecretList"]
    assert [copy["Name"] for copy in copies] == [params["secret_name"]]
    gone(NAME, **absent)
    assert aws.client("secretsmanager", "us-west-2").list_secrets()["SecretList"] == []


def test_changes_keep_the_value(aws, run):
    sm = aws.client("secretsmanager")
    key = run("kms_key", alias="alias/k")["key"]["arn"]
    run(NAME, **SECRET, tags={"a": "1"})
    before = value(sm)
    params = {**SECRET, "description": "master", "kms_key_id": "alias/k", "tags": {"b": "2"}}
    assert run(NAME, **params)["secret"]["kms_key_id"] == key
    assert not run(NAME, **params)["changed"]
    sm.update_secret(SecretId=SECRET["secret_name"], Description="drifted")
    drift = run(NAME, check=True, **params)["diff"]
    assert (drift["before"]["description"], drift["after"]["description"]) == ("drifted", "master")
    run(NAME, **{**params, "generate_secret_string": {"username": "other"}})
    assert value(sm) == before
    assert sm.describe_secret(SecretId=SECRET["secret_name"])["Tags"] == [{"Key": "b", "Value": "2"}]


def test_replicas_are_added_and_removed(aws, run):
    run(NAME, **SECRET)

    def regions(*names):
        return {"replica_regions": [{"region": name} for name in names]}

    run(NAME, **SECRET, **regions("us-west-2", "eu-west-1"))
    result = run(NAME, **SECRET, **regions("us-west-2"))
    assert [r["region"] for r in result["secret"]["replica_regions"]] == ["us-west-2"]
    assert not run(NAME, **SECRET)["changed"], "omitted replicas are kept"
    assert not run(NAME, **SECRET, **regions("us-west-2"))["changed"]


def test_a_secret_scheduled_for_deletion_is_restored(aws, run):
    sm = aws.client("secretsmanager")
    run(NAME, **SECRET)
    before = value(sm)
    run(NAME, **SECRET, recovery_window_in_days=7, state="absent")
    assert not run(NAME, **SECRET, state="absent")["changed"]
    planned = run(NAME, **SECRET, check=True)
    assert planned["diff"]["before"] == {"scheduled_for_deletion": True}
    assert run(NAME, **SECRET)["changed"]
    assert value(sm) == before
    run(NAME, **SECRET, state="absent")
    assert run(NAME, **SECRET, state="absent", force_delete_without_recovery=True)["changed"]
    assert not run(NAME, **SECRET, state="absent", force_delete_without_recovery=True)["changed"]


def test_a_missing_key_is_planned_but_not_applied(run):
    planned = run(NAME, **SECRET, kms_key_id="alias/none", check=True)
    assert planned["diff"]["after"]["kms_key_id"] == "(known after apply)"
    with pytest.raises(ModuleFailed, match="kms_key_id of secret dev_aurora_master_secret is unknown"):
        run(NAME, **SECRET, kms_key_id="alias/none")


def test_refuses_another_environments_secret(run):
    run(NAME, **SECRET, tags={"mtk:environment": "prod"})
    with pytest.raises(ModuleFailed, match="belongs to environment 'prod'"):
        run(NAME, **SECRET, tags={"mtk:environment": "dev"})


def policy(principal):
    statement = {"Effect": "Allow", "Principal": principal, "Action": "secretsmanager:GetSecretValue", "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [statement]}


def test_the_resource_policy_is_managed(aws, run, four_beats):
    sm, ours = aws.client("secretsmanager"), policy({"AWS": "arn:aws:iam::123456789012:role/reader"})
    params = {**SECRET, "resource_policy": ours, "tags": {"mtk:environment": "dev"}}
    four_beats(NAME, **params)
    assert json.loads(sm.get_resource_policy(SecretId=SECRET["secret_name"])["ResourcePolicy"]) == ours
    theirs = policy({"AWS": "arn:aws:iam::999999999999:root"})
    sm.put_resource_policy(SecretId=SECRET["secret_name"], ResourcePolicy=json.dumps(theirs))
    assert run(NAME, check=True, **params)["diff"]["before"]["resource_policy"] == theirs
    assert run(NAME, **params)["secret"]["resource_policy"] == ours
    none = {**params, "resource_policy": {}}
    assert run(NAME, **none)["changed"] and not run(NAME, **none)["changed"]
    sm.put_resource_policy(SecretId=SECRET["secret_name"], ResourcePolicy=json.dumps(theirs))
    assert not run(NAME, **SECRET, tags=params["tags"])["changed"], "without the option the policy is not managed"
    run(NAME, **none, state="absent")
    assert run(NAME, **none)["secret"]["resource_policy"] == {}, "a restored secret gets its policy back"
    with pytest.raises(ModuleFailed, match="PublicPolicy"):
        run(NAME, **{**params, "resource_policy": policy("*")})


def test_a_copy_that_no_setting_names_stays(aws, run):
    two = [{"region": "us-west-2"}, {"region": "eu-west-1"}]
    run(NAME, **SECRET, replica_regions=two)
    params = {**SECRET, "replica_regions": two[:1], "purge_replica_regions": False}
    before = len(aws.mutating())
    found = run(NAME, **params)
    assert not found["changed"] and len(aws.mutating()) == before
    (observed,) = found["plan"]["observations"]
    assert (observed["found"], observed["owner"]) == ("eu-west-1", "foreign")
    assert observed["reason"].endswith(f"-e remove=secretsmanager_secret:{SECRET['secret_name']}")

    run(NAME, **params, removed_replica_regions=["eu-west-1"])
    assert [copy["region"] for copy in run(NAME, **SECRET)["secret"]["replica_regions"]] == ["us-west-2"]
    run(NAME, **SECRET, replica_regions=two)
    run(NAME, **params, remove=[f"secretsmanager_secret:{SECRET['secret_name']}"])
    assert [copy["region"] for copy in run(NAME, **SECRET)["secret"]["replica_regions"]] == ["us-west-2"]
