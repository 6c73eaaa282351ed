"""What stands in the way of a deletion of clusters and instances: each is refused before the first call."""

from __future__ import annotations

import shlex

import pytest
from ansible_collections.mtk.backend.plugins.module_utils.engine._module import Context

from .aurora import cluster, instance, key, subnet_group
from .conftest import ModuleFailed

OURS = {"mtk:environment": "dev"}
TAGS = [{"Key": "mtk:environment", "Value": "dev"}]
MAIN = {"db_cluster_identifier": "main", "tags": OURS, "state": "absent", "skip_final_snapshot": True}
WEST = {**MAIN, "region": "us-west-2", "db_cluster_identifier": "west"}
WORLD = {"global_cluster_identifier": "world", "tags": OURS, "state": "absent"}


@pytest.fixture
def rds(aws):
    return aws.client("rds")


@pytest.fixture
def refused(aws, run):
    """Return ``refused(module, text, **params)``: in check mode and in an apply the module refuses without a write."""

    def check(name, match, **params):
        before = len(aws.control.calls())
        for mode in (True, False):
            with pytest.raises(ModuleFailed, match=match) as caught:
                run(name, check=mode, **params)
        assert aws.control.calls(since=before, mutating=True) == []
        return str(caught.value)

    return check


@pytest.fixture
def alone(aws):
    """Create a cluster with two instances."""
    subnet_group(aws)
    made(aws, "us-east-1", "main", MasterUsername="mtkadmin", ManageMasterUserPassword=True)


@pytest.fixture
def world(aws, rds):
    """Create a global cluster with the writer main and the reader west, which has no tags yet."""
    version = rds.create_global_cluster(
        GlobalClusterIdentifier="world", Engine="aurora-postgresql", EngineVersion="16.4", Tags=TAGS
    )["GlobalCluster"]["EngineVersion"]
    user = {"MasterUsername": "mtkadmin", "MasterUserPassword": "correct-horse-battery"}
    for region, name, more in (("us-east-1", "main", user), ("us-west-2", "west", {})):
        subnet_group(aws, region)
        made(aws, region, name, EngineVersion=version, GlobalClusterIdentifier="world", **more)
    aws.client("rds", "us-west-2").remove_tags_from_resource(
        ResourceName=cluster(aws, "us-west-2")["DBClusterArn"], TagKeys=["mtk:environment"]
    )


def made(aws, region, name, **more):
    aws.client("rds", region).create_db_cluster(
        DBClusterIdentifier=name, Engine="aurora-postgresql", DBSubnetGroupName="dev-subnets", Tags=TAGS, **more
    )
    for number in ("one", "two"):
        instance(aws, name, f"{name}-{number}", region, Tags=TAGS)


def without_instances(aws, region, name):
    for number in ("two", "one"):
        aws.client("rds", region).delete_db_instance(DBInstanceIdentifier=f"{name}-{number}")


# The writer of a global cluster
def test_the_writer_names_members_that_stay(aws, run, refused, world):
    found = refused("rds_cluster", "still has west in us-west-2. Remove those first", **MAIN)
    command = found.partition("outside of the global cluster: ")[2]
    assert command.startswith("aws rds remove-from-global-cluster --region us-west-2 ")
    words = shlex.split(command)[3:]
    given = dict(zip(words[::2], words[1::2], strict=True))
    aws.client("rds", given["--region"]).remove_from_global_cluster(
        GlobalClusterIdentifier=given["--global-cluster-identifier"],
        DbClusterIdentifier=given["--db-cluster-identifier"],
    )
    without_instances(aws, "us-east-1", "main")
    assert run("rds_cluster", **MAIN)["changed"]
    assert cluster(aws, "us-west-2")["Status"] == "available"


def test_the_global_cluster_names_members_that_stay(aws, run, refused, world):
    found = refused("rds_global_cluster", "still has members: remove .*west in us-west-2 first", **WORLD)
    commands = [part.split()[-1] for part in found.partition("outside of the global cluster: ")[2].split(" && ")]
    assert commands == [cluster(aws, "us-west-2")["DBClusterArn"], cluster(aws)["DBClusterArn"]], "the writer is last"


def test_a_collected_plan_knows_which_members_go(run, world, worker):
    worker["context"] = Context(collects=True)
    for name, params in (("rds_cluster", MAIN), ("rds_global_cluster", WORLD)):
        assert run(name, check=True, **params)["plan"]["action"] == "refuse", "nothing deletes west"
    worker["context"] = Context(collects=True, going=[("us-west-2", "west")])
    assert run("rds_cluster", check=True, **MAIN)["plan"]["action"] == "delete"
    worker["context"] = Context(collects=True, going=[("us-west-2", "west"), ("us-east-1", "main")])
    assert run("rds_global_cluster", check=True, **WORLD)["plan"]["action"] == "delete"


def test_members_that_are_going_are_no_obstacle(aws, run, rds, world):
    west = cluster(aws, "us-west-2")["DBClusterArn"]
    aws.client("rds", "us-west-2").add_tags_to_resource(ResourceName=west, Tags=TAGS)
    without_instances(aws, "us-west-2", "west")
    without_instances(aws, "us-east-1", "main")
    aws.control.lag(3)
    aws.control.scale(0.001)
    run("rds_cluster", **WEST)
    run("rds_cluster", **MAIN)
    run("rds_global_cluster", **WORLD)
    aws.control.lag(0)
    assert rds.describe_global_clusters()["GlobalClusters"] == rds.describe_db_clusters()["DBClusters"] == []


# Protection
def test_protection_is_lifted_only_if_the_task_says_so(aws, run, rds, alone, refused):
    rds.modify_db_cluster(DBClusterIdentifier="main", DeletionProtection=True)
    found = refused("rds_cluster", "is protected from deletion.* set deletion_protection: false", **MAIN)
    assert "destroy_allowed: true in the inventory" in found
    last = {"db_instance_identifier": "main-one", "tags": OURS, "state": "absent"}
    rds.delete_db_instance(DBInstanceIdentifier="main-two")
    refused("rds_instance", "is the last instance of main, which is protected", **last)
    assert run("rds_instance", **last, deletion_protection=False)["changed"]
    assert run("rds_cluster", **MAIN, deletion_protection=False)["changed"]


def test_a_plan_counts_the_instances_that_go_before_as_gone(run, rds, alone, worker):
    rds.modify_db_cluster(DBClusterIdentifier="main", DeletionProtection=True)
    last = {"db_instance_identifier": "main-one", "tags": OURS, "state": "absent"}
    assert run("rds_instance", check=True, **last)["plan"]["action"] == "delete", "main-two stays"
    worker["context"] = Context(collects=True, going=[("us-east-1", "main-two")])
    assert run("rds_instance", check=True, **last)["plan"]["action"] == "refuse"


# States
def test_all_obstacles_are_named_at_once(aws, rds, alone, refused):
    rds.modify_db_cluster(DBClusterIdentifier="main", DeletionProtection=True)
    instance(aws, "main", "by-hand")
    rds.stop_db_cluster(DBClusterIdentifier="main")
    found = refused("rds_cluster", "is protected from deletion", **MAIN)
    assert "is stopped. AWS deletes neither" in found and "contains DB instances: by-hand" in found


def test_a_snapshot_in_progress_is_awaited(aws, run, rds, alone):
    without_instances(aws, "us-east-1", "main")
    aws.control.scale(0.01)
    aws.control.advance(1000)
    rds.create_db_cluster_snapshot(DBClusterSnapshotIdentifier="by-hand", DBClusterIdentifier="main")
    assert run("rds_cluster", check=True, **MAIN)["changed"]
    assert run("rds_cluster", **MAIN)["changed"]


@pytest.mark.parametrize("state", ["Disabled", "PendingDeletion"])
def test_a_final_snapshot_needs_the_key(aws, run, rds, refused, state):
    subnet_group(aws)
    arn, kms = key(aws), aws.client("kms")
    user = {"MasterUsername": "mtkadmin", "MasterUserPassword": "correct-horse-battery"}
    made(aws, "us-east-1", "main", StorageEncrypted=True, KmsKeyId=arn, **user)
    without_instances(aws, "us-east-1", "main")
    if state == "Disabled":
        kms.disable_key(KeyId=arn)
    else:
        kms.schedule_key_deletion(KeyId=arn)
    final = {**MAIN, "skip_final_snapshot": False}
    found = refused("rds_cluster", f"needs the KMS key {arn}, and the state of the key is {state}", **final)
    cancel = f"aws kms cancel-key-deletion --region us-east-1 --key-id {arn}"
    assert (cancel in found) == (state == "PendingDeletion")
    assert f"aws kms enable-key --region us-east-1 --key-id {arn}" in found
    assert run("rds_cluster", check=True, **MAIN)["changed"], "without a snapshot the key is not needed"
    if state == "PendingDeletion":
        kms.cancel_key_deletion(KeyId=arn)
    kms.enable_key(KeyId=arn)
    assert run("rds_cluster", **final)["changed"]
    assert len(rds.describe_db_cluster_snapshots()["DBClusterSnapshots"]) == 1


def test_a_final_snapshot_is_given_up_with_the_named_option(aws, run, rds):
    subnet_group(aws)
    arn = key(aws)
    user = {"MasterUsername": "mtkadmin", "MasterUserPassword": "correct-horse-battery"}
    made(aws, "us-east-1", "main", StorageEncrypted=True, KmsKeyId=arn, **user)
    without_instances(aws, "us-east-1", "main")
    aws.client("kms").disable_key(KeyId=arn)
    assert run("rds_cluster", **MAIN)["changed"]
    assert rds.describe_db_clusters()["DBClusters"] == []
