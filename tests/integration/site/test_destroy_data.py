"""Data that outlives an environment: it can be restored after a destroy, and its keys stay until it is gone."""

from __future__ import annotations

import pytest

from .conftest import REGIONS

DAY = 86400
EAST, WEST, EUROPE = REGIONS
NAME = "prod_user_locations"
ITEM = {"user_id": {"S": "u1"}, "date_time": {"S": "2026-01-02T03:04:05.006Z"}}
DESTROY = ("playbooks/destroy.yml", "-e", "destroy_allowed=true")
PURGE = "aurora_skip_final_snapshot=false aurora_delete_automated_backups=false purge_data=dev"


def destroy(site, *arguments, expect=0):
    return site.play(*DESTROY, "-e", f"confirm_environment={site.environment}", *arguments, expect=expect)


def states(aws, environment):
    """Return the states of the environment's keys by region and component, such as ("us-east-1", "aurora")."""
    found = {}
    for region in REGIONS:
        kms = aws.client("kms", region)
        for key in kms.list_keys()["Keys"]:
            tags = {tag["TagKey"]: tag["TagValue"] for tag in kms.list_resource_tags(KeyId=key["KeyId"])["Tags"]}
            if tags.get("mtk:environment") == environment:
                metadata = kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]
                found[region, tags["mtk:component"]] = metadata["KeyState"]
    return found


def waiting(aws, environment):
    """Return the keys that wait for their deletion."""
    return {key for key, state in states(aws, environment).items() if state == "PendingDeletion"}


def subnet_group(aws):
    """Create a network for a restored cluster: that of the environment is deleted."""
    ec2 = aws.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{number}.0/24", AvailabilityZone=EAST + zone)["Subnet"]
        for number, zone in enumerate("bc")
    ]
    ids = [subnet["SubnetId"] for subnet in subnets]
    aws.client("rds").create_db_subnet_group(DBSubnetGroupName="restored", DBSubnetGroupDescription="x", SubnetIds=ids)


def restore_database(aws):
    """Restore the cluster from its final snapshot and from its automated backups, and delete both again."""
    rds = aws.client("rds")
    subnet_group(aws)
    (snapshot,) = rds.describe_db_cluster_snapshots(SnapshotType="manual")["DBClusterSnapshots"]
    (backup,) = rds.describe_db_cluster_automated_backups()["DBClusterAutomatedBackups"]
    target = {"DBSubnetGroupName": "restored", "DBClusterIdentifier": "from-snapshot"}
    rds.restore_db_cluster_from_snapshot(
        **target, Engine="aurora-postgresql", SnapshotIdentifier=snapshot["DBClusterSnapshotIdentifier"]
    )
    target["DBClusterIdentifier"] = "from-backups"
    source = {"SourceDbClusterResourceId": backup["DbClusterResourceId"], "UseLatestRestorableTime": True}
    rds.restore_db_cluster_to_point_in_time(**target, **source)
    for name in ("from-snapshot", "from-backups"):
        rds.delete_db_cluster(DBClusterIdentifier=name, SkipFinalSnapshot=True)


def restore_tables(aws):
    """Restore the table from the backup of each region, and delete it again."""
    for region in REGIONS:
        dynamodb = aws.client("dynamodb", region)
        (backup,) = dynamodb.list_backups(TableName=NAME, BackupType="SYSTEM")["BackupSummaries"]
        dynamodb.restore_table_from_backup(TargetTableName=NAME, BackupArn=backup["BackupArn"])
        assert dynamodb.scan(TableName=NAME)["Items"] == [ITEM]
        dynamodb.delete_table(TableName=NAME)


@pytest.mark.removal
@pytest.mark.timeout(3600)
def test_the_data_of_prod_can_be_restored_until_it_expires(aws, built):
    prod = built("prod")
    aws.client("dynamodb").put_item(TableName=NAME, Item=ITEM)
    kept = {(region, component) for region in REGIONS for component in ("aurora", "dynamodb_global")}
    destroy(prod)
    assert waiting(aws, "prod") == {(region, "ipam_vpc") for region in REGIONS}
    assert {key for key, state in states(aws, "prod").items() if state == "Enabled"} == kept

    aws.control.advance(20 * DAY)
    restore_database(aws)
    restore_tables(aws)

    aws.control.advance(16 * DAY)
    (final,) = aws.client("dynamodb").list_backups(TableName=NAME)["BackupSummaries"]
    aws.client("dynamodb").delete_backup(BackupArn=final["BackupArn"])
    second = destroy(prod)
    assert set(second.mutating) == {"kms:DeleteAlias", "kms:ScheduleKeyDeletion"}
    assert waiting(aws, "prod") == kept - {(EAST, "aurora")}
    words = " ".join(second.text.split())  # the summary breaks lines
    assert "until you delete it" in words and "-e purge_data=prod" in words

    destroy(prod, "-e", "purge_data=prod")
    assert waiting(aws, "prod") == kept


@pytest.mark.removal
@pytest.mark.timeout(1800)
def test_a_purge_leaves_no_data_and_no_key(aws, built):
    dev = built("dev")
    refused = destroy(dev, "-e", "purge_data=prod", expect=2)
    assert refused.mutating == [] and "purge_data is 'prod'; it must be dev" in refused.text
    planned = destroy(dev, "--check", "-e", "aurora_skip_final_snapshot=false")
    for words in ("Left behind", "dev-us-east-1-aurora-cluster-final-(known after apply)", "-e purge_data=dev"):
        assert words in " ".join(planned.text.split())
    planned = destroy(dev, "--check", "-e", PURGE)
    assert "dev_user_locations$DeletedTableBackup (unreadable from now on)" in " ".join(planned.text.split())
    destroy(dev, "-e", PURGE)
    rds = aws.client("rds")
    assert rds.describe_db_cluster_snapshots()["DBClusterSnapshots"] == []
    assert rds.describe_db_cluster_automated_backups()["DBClusterAutomatedBackups"] == []
    assert set(states(aws, "dev").values()) == {"PendingDeletion"}
