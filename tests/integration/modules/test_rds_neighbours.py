"""Databases that others have stopped, opened or extended."""

from __future__ import annotations

import pytest

from .aurora import cluster, instance, key, subnet_group
from .conftest import ModuleFailed

OURS = {"mtk:environment": "dev"}
NAME = {"db_cluster_identifier": "main", "tags": OURS}
CLUSTER = {
    **NAME,
    "engine_version": "16.4",
    "master_username": "mtkadmin",
    "manage_master_user_password": True,
    "db_subnet_group_name": "dev-subnets",
    "serverless_v2_scaling_configuration": {"min_capacity": 0.5, "max_capacity": 2},
    "copy_tags_to_snapshot": True,
    "enable_http_endpoint": False,
}
INSTANCE = {
    "db_instance_identifier": "one",
    "db_cluster_identifier": "main",
    "db_instance_class": "db.serverless",
    "publicly_accessible": False,
    "ca_certificate_identifier": "rds-ca-rsa2048-g1",
    "tags": OURS,
}
GONE = {**NAME, "state": "absent", "skip_final_snapshot": True}
START = "aws rds start-db-cluster --region us-east-1 --db-cluster-identifier main"


@pytest.fixture
def rds(aws):
    return aws.client("rds")


@pytest.fixture(autouse=True)
def _built(aws, run):
    subnet_group(aws)
    run("rds_cluster", **CLUSTER)
    run("rds_instance", **INSTANCE)


def observed(result, owner):
    return [o for o in result["plan"].get("observations", []) if o["owner"] == owner]


# Somebody else's
@pytest.mark.parametrize("tags", [[], [{"Key": "mtk:environment", "Value": "qa"}]])
def test_no_instance_is_created_in_a_cluster_of_somebody_else(aws, run, rds, tags):
    subnet_group(aws, name="their-subnets")
    theirs = {"Engine": "aurora-postgresql", "DBSubnetGroupName": "their-subnets"}
    user = {"MasterUsername": "them", "ManageMasterUserPassword": True}
    capacity = {"MinCapacity": 0.5, "MaxCapacity": 2}
    rds.create_db_cluster(
        DBClusterIdentifier="theirs", **theirs, **user, Tags=tags, ServerlessV2ScalingConfiguration=capacity
    )
    params = {**INSTANCE, "db_instance_identifier": "two", "db_cluster_identifier": "theirs"}
    before = len(aws.mutating())
    for check in (True, False):
        with pytest.raises(ModuleFailed, match="Nothing is created in it.*-e adopt=rds_cluster:theirs"):
            run("rds_instance", check=check, **params)
    assert len(aws.mutating()) == before
    run("rds_instance", **params, adopt=["rds_cluster:theirs"])


@pytest.mark.parametrize("owner", [None, "qa"])
@pytest.mark.parametrize("option", ["db_subnet_group_name", "db_cluster_parameter_group_name", "kms_key_id"])
def test_no_cluster_is_created_with_a_key_or_a_group_of_somebody_else(aws, run, rds, option, owner):
    tags = [{"Key": "mtk:environment", "Value": owner}] if owner else []
    key(aws)
    rds.create_db_cluster_parameter_group(
        DBClusterParameterGroupName="theirs", DBParameterGroupFamily="aurora-postgresql16", Description="x", Tags=tags
    )
    (group,) = rds.describe_db_subnet_groups()["DBSubnetGroups"]
    subnets = [subnet["SubnetIdentifier"] for subnet in group["Subnets"]]
    rds.create_db_subnet_group(DBSubnetGroupName="theirs", DBSubnetGroupDescription="x", SubnetIds=subnets, Tags=tags)
    value = "alias/dev_aurora_key" if option == "kms_key_id" else "theirs"
    params = {**CLUSTER, "db_cluster_identifier": "two", "storage_encrypted": True, option: value}
    before = len(aws.mutating())
    with pytest.raises(ModuleFailed, match=f"{option} of db_cluster two is unknown.*{option} is '{value}'.*not belong"):
        run("rds_cluster", **params)
    assert len(aws.mutating()) == before
    kinds = {"db_subnet_group_name": "rds_subnet_group", "kms_key_id": "kms_key"}
    run("rds_cluster", **params, adopt=[f"{kinds.get(option, 'rds_cluster_param_group')}:{value}"])


def test_a_cluster_keeps_its_group_and_key_when_they_lose_their_tags(aws, run, rds):
    arn = key(aws)
    aws.client("kms").tag_resource(KeyId=arn, Tags=[{"TagKey": "mtk:environment", "TagValue": "dev"}])
    params = {
        **CLUSTER,
        "db_cluster_identifier": "two",
        "storage_encrypted": True,
        "kms_key_id": "alias/dev_aurora_key",
    }
    run("rds_cluster", **params)
    aws.client("kms").untag_resource(KeyId=arn, TagKeys=["mtk:environment"])
    assert not run("rds_cluster", **params)["changed"]


# Stopped
@pytest.mark.parametrize(("module", "params"), [("rds_cluster", CLUSTER), ("rds_instance", INSTANCE)])
def test_a_stopped_database_is_an_observation(aws, run, rds, module, params):
    rds.stop_db_cluster(DBClusterIdentifier="main")
    before = len(aws.mutating())
    for check in (True, False):
        result = run(module, check=check, **params)
        assert (result["changed"], result["settled"]) == (False, True)
        (seen,) = observed(result, "aws")
        assert (seen["found"], seen["wanted"]) == ("stopped", "available") and START in seen["reason"]
    assert len(aws.mutating()) == before


@pytest.mark.parametrize(
    ("module", "params", "change"),
    [
        ("rds_cluster", CLUSTER, {"backup_retention_period": 9}),
        ("rds_instance", INSTANCE, {"promotion_tier": 9}),
    ],
)
def test_a_stopped_database_is_not_changed(aws, run, rds, module, params, change):
    rds.stop_db_cluster(DBClusterIdentifier="main")
    (option,) = change
    for check in (True, False):
        before = len(aws.mutating())
        with pytest.raises(ModuleFailed, match=f"is stopped, and {option} would change.* {START}"):
            run(module, check=check, **{**params, **change})
        assert len(aws.mutating()) == before
    assert run(module, **{**params, "tags": {**OURS, "a": "b"}})["changed"], "AWS changes the tags of a stopped one"
    rds.start_db_cluster(DBClusterIdentifier="main")
    assert run(module, **{**params, **change, "tags": {**OURS, "a": "b"}})["changed"]


def test_a_cluster_that_is_being_stopped_is_awaited(aws, run, rds):
    aws.control.scale(1)
    aws.control.advance(1000)
    rds.stop_db_cluster(DBClusterIdentifier="main")
    assert not run("rds_cluster", check=True, **CLUSTER)["settled"]
    aws.control.scale(0.001)
    assert run("rds_cluster", **CLUSTER)["db_cluster"]["status"] == "stopped"


def test_a_stopped_cluster_gets_and_loses_no_instance(aws, run, rds):
    rds.stop_db_cluster(DBClusterIdentifier="main")
    before = len(aws.control.calls())
    for check in (True, False):
        with pytest.raises(ModuleFailed, match=f"rds_cluster main is stopped, .* no instance in it.* {START}"):
            run("rds_instance", check=check, **{**INSTANCE, "db_instance_identifier": "two"})
        with pytest.raises(ModuleFailed, match=f"is stopped. AWS deletes neither .* {START}"):
            run("rds_instance", check=check, **INSTANCE, state="absent")
        with pytest.raises(ModuleFailed, match=f"is stopped. AWS deletes neither .* {START}"):
            run("rds_cluster", check=check, **GONE)
    assert [call["operation"] for call in aws.control.calls(since=before, mutating=True)] == []


# Opened
def test_the_data_api_is_switched_off_again(aws, run, rds):
    rds.enable_http_endpoint(ResourceArn=cluster(aws)["DBClusterArn"])
    assert run("rds_cluster", check=True, **CLUSTER)["diff"]["before"]["enable_http_endpoint"] is True
    assert run("rds_cluster", **CLUSTER)["changed"]
    assert cluster(aws)["HttpEndpointEnabled"] is False
    assert not run("rds_cluster", **CLUSTER)["changed"]


@pytest.mark.parametrize(
    ("tampered", "option"),
    [
        ({"PubliclyAccessible": True}, "publicly_accessible"),
        ({"CACertificateIdentifier": "rds-ca-ecc384-g1"}, "ca_certificate_identifier"),
    ],
)
def test_access_to_an_instance_is_repaired(run, rds, tampered, option):
    rds.modify_db_instance(DBInstanceIdentifier="one", ApplyImmediately=True, **tampered)
    assert run("rds_instance", check=True, **INSTANCE)["diff"]["before"][option] not in (None, INSTANCE[option])
    assert run("rds_instance", **INSTANCE)["diff"]["after"][option] == INSTANCE[option]
    assert not run("rds_instance", check=True, **INSTANCE)["changed"]


def test_security_groups_that_rds_is_removing_do_not_count(aws, run, rds):
    ec2 = aws.client("ec2")
    vpc = next(v["VpcId"] for v in ec2.describe_vpcs()["Vpcs"] if v["CidrBlock"] == "10.0.0.0/16")
    own, other = (ec2.create_security_group(GroupName=n, Description=n, VpcId=vpc)["GroupId"] for n in ("a", "b"))
    params = {**CLUSTER, "vpc_security_group_ids": [own]}
    run("rds_cluster", **params)
    aws.control.scale(1)
    aws.control.advance(1000)
    rds.modify_db_cluster(DBClusterIdentifier="main", VpcSecurityGroupIds=[other])
    shown = {g["VpcSecurityGroupId"]: g["Status"] for g in cluster(aws)["VpcSecurityGroups"]}
    assert shown == {own: "removing", other: "adding"}
    planned = run("rds_cluster", check=True, **params)["diff"]
    assert (planned["before"]["vpc_security_group_ids"], planned["after"]["vpc_security_group_ids"]) == ([other], [own])
    aws.control.scale(0.001)
    run("rds_cluster", **params)
    assert cluster(aws)["VpcSecurityGroups"] == [{"VpcSecurityGroupId": own, "Status": "active"}]


def test_a_new_password_is_not_pending(aws, run, rds):
    aws.control.scale(1)
    aws.control.advance(1000)
    rds.modify_db_cluster(
        DBClusterIdentifier="main", ManageMasterUserPassword=False, MasterUserPassword="correct-horse-battery"
    )
    assert cluster(aws)["PendingModifiedValues"] == {"MasterUserPassword": "****"}
    plan = run("rds_cluster", check=True, **CLUSTER)["plan"]
    assert "****" not in str(plan) and "observations" not in plan


def test_a_shared_snapshot_is_foreign(aws, run, rds):
    named = {"DBClusterSnapshotIdentifier": "by-hand"}
    share = {**named, "AttributeName": "restore"}
    rds.create_db_cluster_snapshot(**named, DBClusterIdentifier="main")
    assert "observations" not in run("rds_cluster", **CLUSTER)["plan"]
    rds.modify_db_cluster_snapshot_attribute(**share, ValuesToAdd=["all", "111122223333"])
    before = len(aws.mutating())
    result = run("rds_cluster", **CLUSTER)
    assert not result["changed"] and len(aws.mutating()) == before
    (seen,) = observed(result, "foreign")
    assert (seen["field"], seen["found"]) == ("snapshots.by-hand.restore", ["111122223333", "all"])
    command = "modify-db-cluster-snapshot-attribute --region us-east-1 --db-cluster-snapshot-identifier by-hand"
    assert f"{command} --attribute-name restore --values-to-remove 111122223333 all" in seen["reason"]
    rds.modify_db_cluster_snapshot_attribute(**share, ValuesToRemove=["all", "111122223333"])
    assert "observations" not in run("rds_cluster", **CLUSTER)["plan"]


def test_snapshots_cost_one_request_each(aws, run, rds):
    asked = "DescribeDBClusterSnapshotAttributes"

    def requests():
        before = len(aws.control.calls())
        run("rds_cluster", **CLUSTER)
        return [call["operation"] for call in aws.control.calls(since=before)].count(asked)

    assert requests() == 0
    for name in ("first", "second"):
        rds.create_db_cluster_snapshot(DBClusterSnapshotIdentifier=name, DBClusterIdentifier="main")
    assert requests() == 2


# Extended
def test_an_instance_of_others_is_reported_and_left_alone(aws, run, rds):
    instance(aws, "main", "by-hand")
    before = len(aws.mutating())
    result = run("rds_cluster", **CLUSTER)
    assert not result["changed"] and len(aws.mutating()) == before
    (seen,) = observed(result, "foreign")
    assert (seen["field"], seen["found"]) == ("db_cluster_members", "by-hand")
    assert "-e remove=rds_cluster:main" in seen["reason"]


def test_a_cluster_with_instances_of_others_is_deleted_with_consent_only(aws, run, rds):
    instance(aws, "main", "by-hand")
    run("rds_instance", **INSTANCE, state="absent", wait=False)
    for check in (True, False):
        before = len(aws.mutating())
        with pytest.raises(ModuleFailed, match="contains DB instances: by-hand.* -e remove=rds_cluster:main"):
            run("rds_cluster", check=check, **GONE)
        assert len(aws.mutating()) == before
    aws.control.scale(0.001)
    assert run("rds_cluster", **GONE, remove=["rds_cluster:main"])["changed"]
    assert rds.describe_db_clusters()["DBClusters"] == rds.describe_db_instances()["DBInstances"] == []


def test_a_plan_of_a_deletion_counts_our_instances_as_deleted(run):
    assert run("rds_cluster", check=True, **GONE)["plan"]["action"] == "delete"


def test_a_member_that_others_added_to_a_global_cluster_is_foreign(aws, run, rds):
    subnet_group(aws, "us-west-2")
    params = {"global_cluster_identifier": "world", "engine": "aurora-postgresql", "engine_version": "16", "tags": OURS}
    run("rds_global_cluster", **params)
    for region, more in (
        ("us-east-1", {"MasterUsername": "mtkadmin", "MasterUserPassword": "correct-horse-battery"}),
        ("us-west-2", {}),
    ):
        name, tags = f"in-{region}", [{"Key": "mtk:environment", "Value": "dev"}] if more else []
        aws.client("rds", region).create_db_cluster(
            DBClusterIdentifier=name, Engine="aurora-postgresql", GlobalClusterIdentifier="world", Tags=tags,
            EngineVersion=rds.describe_global_clusters()["GlobalClusters"][0]["EngineVersion"],
            DBSubnetGroupName="dev-subnets", **more,
        )  # fmt: skip
        instance(aws, name, f"{name}-one", region)
    result = run("rds_global_cluster", **params)
    (seen,) = observed(result, "foreign")
    assert not result["changed"] and (seen["field"], seen["found"]) == ("members", "in-us-west-2 in us-west-2")
    absent = {"global_cluster_identifier": "world", "state": "absent", "tags": OURS}
    with pytest.raises(ModuleFailed, match="still has members: remove in-us-west-2 in us-west-2 first"):
        run("rds_global_cluster", check=True, **absent)


# Restored
def test_a_restored_cluster_and_its_instances_are_ours_by_the_key(aws, run, rds):
    arn = key(aws)
    run("rds_cluster", **{**CLUSTER, "db_cluster_identifier": "second", "storage_encrypted": True, "kms_key_id": arn})
    rds.create_db_cluster_snapshot(DBClusterSnapshotIdentifier="last", DBClusterIdentifier="second")
    rds.delete_db_cluster(DBClusterIdentifier="second", SkipFinalSnapshot=True)
    rds.restore_db_cluster_from_snapshot(
        DBClusterIdentifier="second", SnapshotIdentifier="last", Engine="aurora-postgresql",
        DBSubnetGroupName="dev-subnets", ServerlessV2ScalingConfiguration={"MinCapacity": 0.5, "MaxCapacity": 2},
    )  # fmt: skip
    instance(aws, "second", "restored", DBInstanceClass="db.serverless")
    wanted = {**CLUSTER, "db_cluster_identifier": "second", "storage_encrypted": True}
    with pytest.raises(ModuleFailed, match="adopt=rds_cluster:second"):
        run("rds_cluster", check=True, **wanted)
    of_it = {**INSTANCE, "db_instance_identifier": "restored", "db_cluster_identifier": "second"}
    ours = {**wanted, "kms_key_id": "alias/dev_aurora_key"}
    for module, params in (("rds_cluster", ours), ("rds_instance", of_it)):
        with pytest.raises(ModuleFailed, match=f"adopt={module}:"):
            run(module, check=True, **params, state="absent")
    with pytest.raises(ModuleFailed, match="adopt=rds_instance:restored"):
        run("rds_instance", check=True, **of_it)
    aws.client("kms").tag_resource(KeyId=arn, Tags=[{"TagKey": "mtk:environment", "TagValue": "dev"}])
    assert run("rds_instance", check=True, **of_it)["changed"], "the key of the storage is ours"
    assert run("rds_cluster", **ours)["changed"]
    assert run("rds_instance", **of_it)["changed"]
    assert not run("rds_instance", **of_it)["changed"]
