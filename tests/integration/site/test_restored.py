"""After a deletion, site.yml makes no empty database and no empty table beside backups: it says how to restore."""

from __future__ import annotations

import json

import pytest

from .. import shell
from .holders import Holder

pytestmark = pytest.mark.timeout(1800)
CLUSTER, TABLE = "dev-us-east-1-aurora-cluster", "dev_user_locations"
FINAL = ("-e", "confirm_environment=dev", "-e", "aurora_skip_final_snapshot=false")
ITEM = {"user_id": {"S": "u1"}, "date_time": {"S": "2026-01-02T03:04:05.006Z"}, "is_private": {"BOOL": True}}


def refused(path):
    """Return the reasons of the decisions in a plan or report, by resource."""
    found = json.loads(path.read_text())["resources"]
    return {entry["resource"]: entry["reason"] for entry in found if entry["action"] == "refuse"}


@pytest.mark.removal
def test_a_destroyed_environment_is_restored_with_the_commands_of_the_run(aws, built, tmp_path):
    """The policies of the builder suffice for all steps, also if the key of the table waits for its deletion."""
    owner, out, kms = built("dev"), tmp_path / "report.json", aws.client("kms")
    aws.client("dynamodb").put_item(TableName=TABLE, Item=ITEM)
    owner.play("playbooks/destroy.yml", *FINAL)
    key = kms.describe_key(KeyId="alias/dev_us-east-1_dynamodb_key")["KeyMetadata"]["KeyId"]
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    dev = Holder(aws, "dev", "builder")

    dev.play("playbooks/plan.yml", "-e", f"plan_out={out}", expect=2)
    planned = refused(out)
    assert {"rds_cluster", "dynamodb_table"} <= set(planned)
    assert "shows the commands" in planned["rds_cluster"], "the network that the commands name does not exist yet"

    dev.play("site.yml", "-e", f"plan_out={out}", expect=2)
    reasons = refused(out)
    assert aws.client("rds").describe_db_clusters()["DBClusters"] == []
    for kind in ("rds_cluster", "dynamodb_table"):
        shell.run(aws, *shell.commands(reasons[kind]), key=(dev.key["AccessKeyId"], dev.key["SecretAccessKey"]))
    restored = dev.play("site.yml")
    (cluster,) = aws.client("rds").describe_db_clusters()["DBClusters"]
    assert cluster["DBClusterIdentifier"] == CLUSTER and len(cluster["DBClusterMembers"]) == 1
    assert aws.client("dynamodb").scan(TableName=TABLE)["Items"] == [ITEM]
    assert dev.refused(restored) == []
    again = dev.play("site.yml")
    assert (again.changed, again.mutating) == (0, [])


@pytest.mark.removal
def test_an_environment_is_built_empty_with_consent(aws, built):
    dev = built("dev")
    dev.play("playbooks/destroy.yml", *FINAL)
    empty = f"rds_cluster:{CLUSTER},dynamodb_table:{TABLE}"
    dev.play("site.yml", "-e", f"create_empty={empty}")
    assert dev.play("site.yml").mutating == []
