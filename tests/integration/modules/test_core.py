"""A resource and the reconcile loop with boto3 but without Ansible."""

from __future__ import annotations

import traceback

import pytest
from ansible_collections.mtk.backend.plugins.module_utils.aws._client import Aws
from ansible_collections.mtk.backend.plugins.module_utils.domain._values import Refused
from ansible_collections.mtk.backend.plugins.module_utils.engine._reconcile import reconcile
from ansible_collections.mtk.backend.plugins.modules.ec2_vpc import OPTIONS, Vpc


@pytest.fixture
def vpc(aws):
    def make(**params):
        return Vpc(Aws(aws.client, "us-west-2"), {**dict.fromkeys(OPTIONS), "tags": None, **params})

    return make


def test_a_vpc_is_planned_created_and_then_unchanged(aws, vpc):
    wanted = {"name": "x", "cidr_block": "10.0.0.0/16", "state": "present"}
    assert reconcile(vpc(**wanted), check=True).plan.action == "create"
    assert aws.mutating() == []
    made = reconcile(vpc(**wanted))
    assert made.changed and made.have["cidr_block"] == "10.0.0.0/16"
    assert not reconcile(vpc(**wanted)).changed


def test_siblings_are_read_in_one_call(aws, vpc):
    for number in range(3):
        reconcile(vpc(name=f"x{number}", cidr_block=f"10.{number}.0.0/16", state="present"))
    before = len(aws.control.calls())
    siblings = vpc(name="x1").siblings()
    assert len(aws.control.calls()) == before + 1
    assert {s["tags"].get("Name") for s in siblings} >= {"x0", "x1", "x2"}
    assert [s["cidr_block"] for s in siblings if vpc(name="x1").is_me(s)] == ["10.1.0.0/16"]


def test_a_refused_value_is_in_no_traceback(aws):
    """botocore's report contains the value, which may be a password."""
    secret, core = int("98765432101234"), Aws(aws.client, "us-east-1")
    with pytest.raises(Refused, match="invalid type of MasterUserPassword") as refused:
        core.call("rds", "modify_db_cluster", db_cluster_identifier="x", master_user_password=secret)
    with pytest.raises(Refused) as listed:
        core.pages("rds", "describe_db_clusters", "db_clusters", db_cluster_identifier=secret)
    for error in (refused.value, listed.value):
        assert str(secret) not in "".join(traceback.format_exception(error))
