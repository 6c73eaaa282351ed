"""dynamodb_table_replica_info."""

from __future__ import annotations

import pytest

from .conftest import examples
from .test_dynamodb_table_replica import TABLE, WEST

NAME = "dynamodb_table_replica_info"


@pytest.mark.parametrize("check", [False, True])
def test_example_names_the_youngest_replica_first(aws, run, check):
    (example,) = examples(NAME)
    run("dynamodb_table", **TABLE)
    run("dynamodb_table_replica", **WEST)
    aws.control.advance(60)
    run("dynamodb_table_replica", **{**WEST, "region_name": "eu-west-1"})
    before = len(aws.mutating())
    result = run(NAME, check=check, **example)
    assert len(aws.mutating()) == before and not result["changed"]
    assert result["region_names"] == ["eu-west-1", "us-west-2"]
    given = {**example, "region_names": ["ap-south-1", "us-west-2"]}
    assert run(NAME, **given)["region_names"] == ["us-west-2", "ap-south-1"], "a region without the table is last"


def test_a_replica_created_from_another_replica_is_removed_before_it(aws, run):
    run("dynamodb_table", **TABLE)
    run("dynamodb_table_replica", **WEST)
    aws.control.advance(60)
    added = [{"Create": {"RegionName": "eu-west-1"}}]
    aws.client("dynamodb", "us-west-2").update_table(TableName=TABLE["table_name"], ReplicaUpdates=added)
    for region in run(NAME, table_name=TABLE["table_name"], region_names=["us-west-2", "eu-west-1"])["region_names"]:
        assert run("dynamodb_table_replica", **{**WEST, "region_name": region}, state="absent")["changed"]
