"""What stands in the way of a deletion of tables and replicas: each is refused before the first call."""

from __future__ import annotations

import pytest

from .conftest import ModuleFailed
from .test_dynamodb_table_replica import TABLE, WEST

NAME = {"table_name": TABLE["table_name"], "tags": {"mtk:environment": "prod"}, "state": "absent", "wait_timeout": 20}
REPLICA = {**NAME, "region_name": "us-west-2"}
SETTING = """-e '{"dynamodb_global_remove_replica_regions": ["us-west-2"]}'"""


@pytest.fixture(autouse=True)
def _global_table(run):
    run("dynamodb_table", **TABLE)
    run("dynamodb_table_replica", **WEST)


def refused(aws, run, name, match, **params):
    """Assert that the module refuses without a write, in check mode and in an apply. Return the message."""
    before = len(aws.control.calls())
    for mode in (True, False):
        with pytest.raises(ModuleFailed, match=match) as caught:
            run(name, check=mode, **params)
    assert aws.control.calls(since=before, mutating=True) == []
    return str(caught.value)


def protect(aws, region):
    aws.control.advance(60)  # protection has a cooldown
    aws.client("dynamodb", region).update_table(TableName=TABLE["table_name"], DeletionProtectionEnabled=True)
    aws.control.advance(60)


def test_all_obstacles_of_a_table_are_named_at_once(aws, run):
    protect(aws, "us-east-1")
    found = refused(aws, run, "dynamodb_table", "has replicas in us-west-2: remove them first", **NAME)
    assert SETTING in found
    assert "is protected from deletion. To delete it, give deletion_protection_enabled: false" in found
    assert "destroy_allowed: true in the inventory" in found
    run("dynamodb_table_replica", **REPLICA)
    assert "has replicas" not in refused(aws, run, "dynamodb_table", "is protected from deletion", **NAME)
    assert run("dynamodb_table", **NAME, deletion_protection_enabled=False)["changed"]


def test_a_protected_replica_is_deleted_only_if_the_task_says_so(aws, run):
    protect(aws, "us-west-2")
    refused(aws, run, "dynamodb_table_replica", "is protected from deletion", **REPLICA)
    assert run("dynamodb_table_replica", **REPLICA, deletion_protection_enabled=False)["changed"]


def test_a_replica_that_is_being_deleted_is_no_obstacle(aws, run):
    aws.control.scale(0.01)
    owner = aws.client("dynamodb")
    owner.update_table(TableName=TABLE["table_name"], ReplicaUpdates=[{"Delete": {"RegionName": "us-west-2"}}])
    assert run("dynamodb_table", check=True, **NAME)["changed"]
    assert run("dynamodb_table", **NAME)["changed"]
    assert owner.list_tables()["TableNames"] == []
