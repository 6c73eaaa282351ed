"""The deletion of the database and the table: AWS's order, and what stands in the way."""

from __future__ import annotations

import json
from typing import Any

import pytest

from .conftest import REGIONS
from .estate import count_by_kind, estate

GLOBAL = "prod-aurora-global-cluster"
ALLOWED = ("-e", "destroy_allowed=true")
DESTROY = "playbooks/destroy.yml"
# The kinds of resources of a part of the environment, by tag.
PARTS = {
    "aurora": {
        *("cluster", "instance", "cluster_parameters", "parameters", "subnet_group", "log_group", "alias", "key"),
        *("role", "secret"),
    },
    "dynamodb_global": {"table", "alias", "key", "scalable_target"},
}


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


def tables(aws: Any, environment: str) -> list[str]:
    listed = [aws.client("dynamodb", region).list_tables()["TableNames"] for region in REGIONS]
    return [name for names in listed for name in names if name.startswith(environment)]


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


@pytest.mark.removal
@pytest.mark.timeout(1800)
def test_the_cluster_that_aws_calls_the_writer_is_deleted_last_and_leaves_the_snapshot(aws, built, tmp_path):
    prod, writer = built("prod"), "us-west-2"
    aws.client("rds").switchover_global_cluster(
        GlobalClusterIdentifier=GLOBAL, TargetDbClusterIdentifier=cluster(aws, writer)
    )
    west = aws.client("rds", writer)
    (reader,) = [
        m for m in west.describe_db_clusters()["DBClusters"][0]["DBClusterMembers"] if not m["IsClusterWriter"]
    ]
    west.failover_db_cluster(
        DBClusterIdentifier=f"prod-{writer}-aurora-cluster", TargetDBInstanceIdentifier=reader["DBInstanceIdentifier"]
    )
    entries = planned(prod, tmp_path, "--tags", "aurora")
    clusters = [(entry["region"], entry["action"]) for entry in entries if entry["resource"] == "rds_cluster"]
    assert sorted(clusters) == [(region, "delete") for region in sorted(REGIONS)], "each is listed once"

    destroy(prod, "--tags", "aurora")
    order = deletions(aws, "RemoveFromGlobalCluster", "DeleteDBCluster")
    assert order[-2:] == [("RemoveFromGlobalCluster", writer), ("DeleteDBCluster", writer)]
    assert sorted(region for _name, region in order[:-2]) == ["eu-west-1", "eu-west-1", "us-east-1", "us-east-1"]
    calls = [call for call in aws.control.calls(mutating=True) if call["operation"] == "DeleteDBInstance"]
    last = [call["parameters"]["DBInstanceIdentifier"] for call in calls if call["region"] == writer][-1]
    assert last == reader["DBInstanceIdentifier"], "a failover has made it the writer"
    assert snapshots(aws) == {writer: ["prod-us-west-2-aurora-cluster"]}
    assert databases(aws) == []


def refused(site: Any, *arguments: str) -> str:
    """Return the output of a destroy that deletes nothing, because something stands in the way."""
    run = destroy(site, *arguments, expect=2)
    assert run.mutating == [], "nothing is deleted as long as something stands in the way"
    assert "Nothing was deleted" in run.text
    return " ".join(run.text.split())


@pytest.mark.removal
@pytest.mark.timeout(1800)
def test_instances_that_others_added_are_named_and_deleted_with_consent_only(aws, built):
    dev, rds, name = built("dev"), aws.client("rds"), "dev-us-east-1-aurora-cluster"
    rds.create_db_instance(
        DBInstanceIdentifier="by-hand",
        DBClusterIdentifier=name,
        DBInstanceClass="db.r6g.large",
        Engine="aurora-postgresql",
    )
    aws.control.ask("DELETE", "calls")
    text = refused(dev)
    assert "contains DB instances: by-hand" in text and f"-e remove=rds_cluster:{name}" in text
    planned = dev.play("playbooks/destroy.yml", "--check", "-e", f"remove=rds_cluster:{name}", "--tags", "aurora")
    assert f"Instances that others added to {name}, and that are deleted with it: by-hand." in " ".join(
        planned.text.split()
    )
    destroy(dev, "-e", f"remove=rds_cluster:{name}", "--tags", "aurora")
    assert databases(aws) == rds.describe_db_instances()["DBInstances"] == []


@pytest.mark.removal
@pytest.mark.timeout(1800)
def test_a_stopped_cluster_is_named_with_the_command_that_starts_it(aws, built):
    dev, rds, name = built("dev"), aws.client("rds"), "dev-us-east-1-aurora-cluster"
    rds.stop_db_cluster(DBClusterIdentifier=name)
    text = refused(dev)
    assert f"aws rds start-db-cluster --region us-east-1 --db-cluster-identifier {name}" in text
    rds.start_db_cluster(DBClusterIdentifier=name)
    destroy(dev, "--tags", "aurora")
    assert databases(aws) == []


@pytest.mark.removal
@pytest.mark.timeout(1800)
def test_a_replica_that_no_setting_names_is_named_and_deleted_by_the_named_setting(aws, built):
    dev, table = built("dev"), {"TableName": "dev_user_locations"}
    key = aws.client("kms", "us-west-2").create_key()["KeyMetadata"]["Arn"]
    added = [{"Create": {"RegionName": "us-west-2", "KMSMasterKeyId": key}}]
    aws.client("dynamodb").update_table(**table, ReplicaUpdates=added)
    text = refused(dev)
    setting = '{"dynamodb_global_remove_replica_regions": ["us-west-2"]}'
    assert "has replicas in us-west-2" in text and setting in text
    destroy(dev, "-e", setting, "--tags", "dynamodb_global")
    assert tables(aws, "dev") == []


@pytest.mark.removal
@pytest.mark.timeout(1800)
def test_a_member_outside_of_the_inventory_is_named_and_can_go_on_alone(aws, built):
    prod, region = built("prod"), "ap-south-1"
    ec2, rds = aws.client("ec2", region), aws.client("rds", region)
    vpc = ec2.create_vpc(CidrBlock="10.99.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.99.{i}.0/24", AvailabilityZone=region + zone)["Subnet"]["SubnetId"]
        for i, zone in enumerate("abc")
    ]
    rds.create_db_subnet_group(DBSubnetGroupName="x", DBSubnetGroupDescription="x", SubnetIds=subnets)
    (world,) = rds.describe_global_clusters()["GlobalClusters"]
    key = aws.client("kms", region).create_key()["KeyMetadata"]["Arn"]
    made = rds.create_db_cluster(
        DBClusterIdentifier="by-hand", Engine="aurora-postgresql", EngineVersion=world["EngineVersion"], KmsKeyId=key,
        DBSubnetGroupName="x", GlobalClusterIdentifier=GLOBAL, StorageEncrypted=True, SourceRegion="us-east-1",
    )["DBCluster"]  # fmt: skip
    aws.control.ask("DELETE", "calls")
    text = refused(prod)
    command = f"aws rds remove-from-global-cluster --region {region} --global-cluster-identifier {GLOBAL} "
    assert f"{command}--db-cluster-identifier {made['DBClusterArn']}" in text
    rds.remove_from_global_cluster(GlobalClusterIdentifier=GLOBAL, DbClusterIdentifier=made["DBClusterArn"])
    destroy(prod, "--tags", "aurora")
    assert databases(aws) == [], "nothing is left in the regions of the inventory"
    assert [each["Status"] for each in rds.describe_db_clusters()["DBClusters"]] == ["available"]


@pytest.mark.removal
@pytest.mark.timeout(1800)
def test_an_inventory_that_does_not_allow_the_deletion_keeps_its_protection(aws, built, tmp_path):
    prod = built("prod")
    out = ("-e", f"plan_out={tmp_path / 'plan.json'}")
    run = prod.play(DESTROY, "-e", "confirm_environment=prod", *out, expect=2)
    assert run.mutating == []
    entries = json.loads((tmp_path / "plan.json").read_text())["resources"]
    protected = {entry["resource"] for entry in entries if "is protected from deletion" in (entry.get("reason") or "")}
    assert protected >= {"rds_cluster", "rds_global_cluster", "dynamodb_table", "dynamodb_table_replica"}


@pytest.mark.timeout(1800)
def test_the_source_of_a_younger_replica_is_removed_after_it(aws, built):
    prod, table = built("prod"), {"TableName": "prod_user_locations"}
    europe = aws.client("dynamodb", "eu-west-1")
    key = europe.describe_table(**table)["Table"]["SSEDescription"]["KMSMasterKeyArn"]
    aws.control.advance(60)
    europe.update_table(**table, DeletionProtectionEnabled=False)
    aws.control.advance(60)
    aws.client("dynamodb").update_table(**table, ReplicaUpdates=[{"Delete": {"RegionName": "eu-west-1"}}])
    aws.control.advance(60)
    added = [{"Create": {"RegionName": "eu-west-1", "KMSMasterKeyId": key}}]
    aws.client("dynamodb", "us-west-2").update_table(**table, ReplicaUpdates=added)
    aws.control.advance(60)
    destroy(prod, "--tags", "dynamodb_global")
    assert tables(aws, "prod") == []


@pytest.mark.removal
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("tag", ["aurora", "dynamodb_global"])
def test_a_part_is_taken_away_as_a_whole(aws, built, tag):
    """The rest stays as it was, and an apply builds the part again."""
    dev = built("dev")
    before = estate(aws, REGIONS)
    destroy(dev, "--tags", tag)
    left = estate(aws, REGIONS)
    assert {kind for _region, kind, *_ in before - left} <= PARTS[tag]
    # A table leaves a system backup, so a new, empty one needs consent.
    empty = ("-e", "create_empty=dynamodb_table:dev_user_locations") if tag == "dynamodb_global" else ()
    dev.play("site.yml", *empty)
    again = estate(aws, REGIONS)
    assert count_by_kind(again) == count_by_kind(before)
