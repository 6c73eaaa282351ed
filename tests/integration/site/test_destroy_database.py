"""The deletion of the database and the table: AWS's order, and what stands in the way."""

from __future__ import annotations

import json
from typing import Any

import pytest

from .conftest import REGIONS

GLOBAL = "prod-aurora-global-cluster"
ALLOWED = ("-e", "destroy_allowed=true")
DESTROY = "playbooks/destroy.yml"


def cluster(aws: Any, region: str) -> str:
    """Return the ARN of the only cluster of a region."""
    (found,) = aws.client("rds", region).describe_db_clusters()["DBClusters"]
    return str(found["DBClusterArn"])


def snapshots(aws: Any) -> dict[str, list[str]]:
    """Return the names of the clusters with manual snapshots, by region."""
    kind = {"SnapshotType": "manual"}
    listed = {
        region: aws.client("rds", region).describe_db_cluster_snapshots(**kind)["DBClusterSnapshots"]
        for region in REGIONS
    }
    return {region: [each["DBClusterIdentifier"] for each in found] for region, found in listed.items() if found}


def databases(aws: Any) -> list[str]:
    clients = [aws.client("rds", region) for region in REGIONS]
    found = [each["DBClusterArn"] for rds in clients for each in rds.describe_db_clusters()["DBClusters"]]
    return found + [each["GlobalClusterArn"] for each in clients[0].describe_global_clusters()["GlobalClusters"]]


def deletions(aws: Any, *operations: str) -> list[tuple[str, str]]:
    """Return the operations that were called so far, each with its region."""
    calls = aws.control.calls(mutating=True)
    return [(call["operation"], call["region"]) for call in calls if call["operation"] in operations]


def destroy(site: Any, *arguments: str, expect: int = 0) -> Any:
    confirmed = ("-e", f"confirm_environment={site.environment}")
    return site.play(DESTROY, *confirmed, *ALLOWED, *arguments, expect=expect)


def planned(site: Any, tmp_path: Any, *arguments: str) -> list[dict[str, Any]]:
    """Return the entries of the plan of a deletion."""
    site.play(DESTROY, "--check", *ALLOWED, "-e", f"plan_out={tmp_path / 'plan.json'}", *arguments)
    entries: list[dict[str, Any]] = json.loads((tmp_path / "plan.json").read_text())["resources"]
    return entries


@pytest.mark.timeout(1800)
def test_the_cluster_that_aws_calls_the_writer_is_deleted_last_and_leaves_the_snapshot(aws, built, tmp_path):
    prod, writer = built("prod"), "us-west-2"
    aws.client("rds").switchover_global_cluster(
        GlobalClusterIdentifier=GLOBAL, TargetDbClusterIdentifier=cluster(aws, writer)
    )
    entries = planned(prod, tmp_path, "--tags", "aurora")
    clusters = [(entry["region"], entry["action"]) for entry in entries if entry["resource"] == "rds_cluster"]
    assert sorted(clusters) == [(region, "delete") for region in sorted(REGIONS)], "each is listed once"

    destroy(prod, "--tags", "aurora")
    order = deletions(aws, "RemoveFromGlobalCluster", "DeleteDBCluster")
    assert order[-2:] == [("RemoveFromGlobalCluster", writer), ("DeleteDBCluster", writer)]
    assert sorted(region for _name, region in order[:-2]) == ["eu-west-1", "eu-west-1", "us-east-1", "us-east-1"]
    assert snapshots(aws) == {writer: ["prod-us-west-2-aurora-cluster"]}
    assert databases(aws) == []
