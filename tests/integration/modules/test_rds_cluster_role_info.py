"""rds_cluster_role_info."""

from __future__ import annotations

import pytest
from ansible_collections.mtk.backend.plugins.module_utils.engine._module import Context

from .aurora import cluster, instance, subnet_group
from .conftest import examples

NAME = "rds_cluster_role_info"
PROD = [{"Key": "mtk:environment", "Value": "prod"}]
FIRST, SECOND = "prod-us-east-1-aurora-cluster", "prod-us-west-2-aurora-cluster"


@pytest.fixture
def rds(aws):
    """Create a global cluster with two members, and return the client of the writer's region."""
    client = aws.client("rds")
    made = client.create_global_cluster(
        GlobalClusterIdentifier="world", Engine="aurora-postgresql", EngineVersion="16.4"
    )["GlobalCluster"]
    common = {"Engine": "aurora-postgresql", "EngineVersion": made["EngineVersion"], "GlobalClusterIdentifier": "world"}
    user = {"MasterUsername": "mtkadmin", "MasterUserPassword": "correct-horse-battery"}
    for region, name, more in (("us-east-1", FIRST, user), ("us-west-2", SECOND, {})):
        subnet_group(aws, region)
        aws.client("rds", region).create_db_cluster(
            DBClusterIdentifier=name, DBSubnetGroupName="dev-subnets", **common, **more
        )
        for zone in "ab":
            instance(aws, name, f"prod-{region}-{region}{zone}-aurora-instance", region, Tags=PROD)
    return client


@pytest.mark.parametrize("check", [False, True])
def test_example_names_the_writer_last(aws, run, rds, check):
    (example,) = examples(NAME)
    instance(aws, FIRST, "added-by-hand")
    before = len(aws.mutating())
    result = run(NAME, check=check, **example)
    assert len(aws.mutating()) == before and not result["changed"]
    names = [f"prod-us-east-1-us-east-1{zone}-aurora-instance" for zone in "ba"]
    assert (result["is_reader"], result["instances"]) == (False, names)
    everything = run(NAME, **{**example, "tags": {}})["instances"]
    assert everything == ["added-by-hand", *names]
    rds.failover_db_cluster(DBClusterIdentifier=FIRST, TargetDBInstanceIdentifier=names[0])
    assert run(NAME, **example)["instances"] == names[::-1]


def test_the_roles_follow_a_switchover(aws, run, rds):
    west = {"db_cluster_identifier": SECOND, "region": "us-west-2"}
    assert run(NAME, **west)["is_reader"]
    target = cluster(aws, "us-west-2")["DBClusterArn"]
    rds.switchover_global_cluster(GlobalClusterIdentifier="world", TargetDbClusterIdentifier=target)
    assert not run(NAME, **west)["is_reader"]
    assert run(NAME, db_cluster_identifier=FIRST)["is_reader"]


def test_an_apply_does_not_use_earlier_answers_of_the_run(aws, run, rds, worker, tmp_path):
    worker["context"] = Context(cache=str(tmp_path / "cache"))
    given = {"db_cluster_identifier": FIRST}
    assert not run(NAME, check=True, **given)["is_reader"]
    target = cluster(aws, "us-west-2")["DBClusterArn"]
    rds.switchover_global_cluster(GlobalClusterIdentifier="world", TargetDbClusterIdentifier=target)
    assert run(NAME, **given)["is_reader"]


def test_a_cluster_outside_of_global_clusters_and_a_missing_one_are_no_readers(aws, run, rds):
    arn = cluster(aws, "us-west-2")["DBClusterArn"]
    rds.remove_from_global_cluster(GlobalClusterIdentifier="world", DbClusterIdentifier=arn)
    assert not run(NAME, db_cluster_identifier=SECOND, region="us-west-2")["is_reader"]
    found = run(NAME, db_cluster_identifier="none")
    assert (found["is_reader"], found["instances"]) == (False, [])
