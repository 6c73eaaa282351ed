"""RDS: errors that real AWS was recorded to answer."""

from __future__ import annotations

from typing import Any

import pytest
from recorded import Recorded, check

ROWS = (
    Recorded(
        "rds:DescribeDBInstances",
        "unknown instance",
        "DBInstanceNotFound",
        404,
        "DBInstance {DBInstanceIdentifier} not found.",
        {"DBInstanceIdentifier": "mxtest"},
    ),
    Recorded(
        "rds:DescribeDBClusterParameterGroups",
        "unknown group",
        "DBParameterGroupNotFound",
        404,
        "DBClusterParameterGroup not found: {DBClusterParameterGroupName}",
        {"DBClusterParameterGroupName": "pg-cluster-test"},
    ),
    Recorded(
        "rds:DescribeDBParameterGroups",
        "unknown group",
        "DBParameterGroupNotFound",
        404,
        "DBParameterGroup not found: {DBParameterGroupName}",
        {"DBParameterGroupName": "pg-test"},
    ),
)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_errors_have_the_recorded_words(aws: Any, row: Recorded) -> None:
    check(aws, row)
