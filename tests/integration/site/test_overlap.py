"""Slow resources are created at the same time."""

from __future__ import annotations

import threading
import time

import pytest

from .conftest import REGIONS


def busy(aws):
    """Return the kinds of resources that AWS is creating in the primary region."""
    region = REGIONS[0]
    ec2, rds, dynamodb = (aws.client(s, region) for s in ("ec2", "rds", "dynamodb"))
    found = set()
    if any(n["State"] == "pending" for n in ec2.describe_nat_gateways()["NatGateways"]):
        found.add("gateway")
    if any(c["Status"] == "creating" for c in rds.describe_db_clusters()["DBClusters"]):
        found.add("database")
    if any(i["DBInstanceStatus"] == "creating" for i in rds.describe_db_instances()["DBInstances"]):
        found.add("database")
    for name in dynamodb.list_tables()["TableNames"]:
        table = dynamodb.describe_table(TableName=name)["Table"]
        if any(r["ReplicaStatus"] == "CREATING" for r in table.get("Replicas", [])):
            found.add("replica")
    return found


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_database_replicas_and_gateways_are_built_at_the_same_time(aws, site):
    seen, done = set(), threading.Event()

    def watch():
        while not done.is_set() and "rds:CreateDBCluster" not in aws.mutating():
            time.sleep(0.1)
        aws.control.scale(1)  # in real time from the first slow resource on, until all three are seen
        while not done.is_set():
            now = frozenset(busy(aws))
            seen.add(now)
            if len(now) == 3:
                aws.control.scale(0.005)
            time.sleep(0.25)

    aws.control.scale(0.005)
    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        site("qa").play()
    finally:
        done.set()
        watcher.join(timeout=60)
    assert {"database", "replica", "gateway"} in seen
