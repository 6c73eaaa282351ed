"""rds_global_cluster."""

from __future__ import annotations

import pytest

from .aurora import cluster, instance, subnet_group
from .conftest import ModuleFailed, examples

NAME = "rds_global_cluster"
EMPTY = {"global_cluster_identifier": "Dev-Global", "engine_version": "16.4"}
GONE = {"global_cluster_identifier": "dev-global", "state": "absent"}


def primary(aws, **more):
    subnet_group(aws)
    aws.client("rds").create_db_cluster(
        DBClusterIdentifier="dev-cluster",
        Engine="aurora-postgresql",
        EngineVersion="16.4",
        MasterUsername="mtkadmin",
        MasterUserPassword="correct-horse-battery",
        DBSubnetGroupName="dev-subnets",
        **more,
    )
    instance(aws, "dev-cluster", "one")


def groups(aws):
    return aws.client("rds").describe_global_clusters()["GlobalClusters"]


def test_four_beats(four_beats, gone):
    present, absent = examples(NAME)
    result = four_beats(NAME, **present)["global_cluster"]
    assert result["engine_version"].startswith("16.")
    gone(NAME, **absent)


def test_change_and_drift(aws, run):
    run(NAME, **EMPTY)
    wanted = {**EMPTY, "deletion_protection": True, "tags": {"a": "1"}}
    assert run(NAME, **wanted)["diff"]["before"] == {
        "deletion_protection": False,
        "engine_version": "16.4",
        "tags": {},
    }
    assert groups(aws)[0]["DeletionProtection"]
    aws.client("rds").modify_global_cluster(GlobalClusterIdentifier="dev-global", DeletionProtection=False)
    assert run(NAME, check=True, **wanted)["changed"]
    assert run(NAME, **wanted)["changed"]
    assert not run(NAME, **wanted)["changed"]


def test_a_global_cluster_can_be_created_from_a_cluster(aws, run, four_beats):
    with pytest.raises(ModuleFailed, match="is 'dev-cluster', and us-east-1 has no cluster"):
        run(NAME, **EMPTY, source_db_cluster_identifier="dev-cluster")
    primary(aws)
    four_beats(NAME, **EMPTY, source_db_cluster_identifier="Dev-Cluster", tags={"a": "1"})
    result = run(NAME, **EMPTY)["global_cluster"]
    assert result["writer_region"] == "us-east-1"
    assert result["members"] == [
        {
            "db_cluster_arn": cluster(aws)["DBClusterArn"],
            "db_cluster_identifier": "dev-cluster",
            "region": "us-east-1",
            "is_writer": True,
        }
    ]


def test_delete_refuses_a_global_cluster_with_members(aws, run):
    run(NAME, **EMPTY)
    primary(aws, GlobalClusterIdentifier="dev-global")
    assert run(NAME, check=True, **GONE)["changed"]
    with pytest.raises(ModuleFailed, match="still has members: remove dev-cluster in us-east-1 first"):
        run(NAME, **GONE)


def test_deletion_protection_is_removed_only_if_the_task_says_so(aws, run):
    run(NAME, **EMPTY, deletion_protection=True)
    for check in (True, False):
        with pytest.raises(ModuleFailed, match="set deletion_protection: false"):
            run(NAME, check=check, **GONE)
    aws.control.scale(0.001)
    assert run(NAME, **GONE, deletion_protection=False)["changed"]
    assert groups(aws) == []


def test_all_members_are_upgraded_together(aws, run):
    primary(aws)
    run(NAME, **EMPTY, source_db_cluster_identifier="dev-cluster")
    with pytest.raises(ModuleFailed, match="downgrade"):
        run(NAME, **{**EMPTY, "engine_version": "15"})
    with pytest.raises(ModuleFailed, match="allow_major_version_upgrade"):
        run(NAME, **{**EMPTY, "engine_version": "17"})
    aws.control.scale(0.001)
    assert run(NAME, **{**EMPTY, "engine_version": "16.6"})["global_cluster"]["engine_version"] == "16.6"
    assert cluster(aws)["EngineVersion"] == "16.6"


def test_changes_that_aws_does_not_support_are_refused(run):
    run(NAME, **EMPTY)
    with pytest.raises(ModuleFailed, match="AWS cannot change storage_encrypted from False to True"):
        run(NAME, **EMPTY, storage_encrypted=True)


def test_a_global_cluster_is_dissolved_with_consent(aws, run):
    run(NAME, **EMPTY, deletion_protection=True)
    primary(aws, GlobalClusterIdentifier="dev-global")
    dissolve = {**GONE, "dissolve": True, "deletion_protection": False}
    member = {"db_cluster_identifier": "dev-cluster", "global_cluster_identifier": ""}
    for check in (True, False):
        assert run(NAME, check=check, **dissolve)["plan"]["action"] == "keep"
        with pytest.raises(ModuleFailed, match="is a member of global cluster dev-global") as refusal:
            run("rds_cluster", check=check, **member)
        assert "-e remove=rds_global_cluster:dev-global" in str(refusal.value)
    assert len(groups(aws)[0]["GlobalClusterMembers"]) == 1

    aws.control.scale(0.001)
    left = "Cluster arn:aws:rds:us-east-1:123456789012:cluster:dev-cluster is not found in global cluster dev-global"
    aws.control.fault("rds:RemoveFromGlobalCluster", "error", code="InvalidParameterValue", message=left)
    remove = {"remove": ["rds_global_cluster:dev-global"]}
    assert run(NAME, check=True, **dissolve, **remove)["plan"]["action"] == "delete"
    assert not run("rds_cluster", check=True, **member, **remove)["changed"]
    assert run(NAME, **dissolve, **remove)["changed"]
    assert groups(aws) == []
    assert not run("rds_cluster", **member, **remove)["changed"]
    assert not run(NAME, **dissolve)["changed"]
    assert cluster(aws)["Status"] == "available"
