"""rds_instance."""

from __future__ import annotations

import pytest

from .aurora import cluster, instance, monitoring_role, subnet_group
from .conftest import ModuleFailed, examples

NAME = "rds_instance"
CLUSTER = "dev-us-east-1-aurora-cluster"


@pytest.fixture(autouse=True)
def _cluster(aws):
    subnet_group(aws)
    aws.client("rds").create_db_cluster(
        DBClusterIdentifier=CLUSTER,
        Engine="aurora-postgresql",
        EngineVersion="16.4",
        MasterUsername="mtkadmin",
        ManageMasterUserPassword=True,
        DBSubnetGroupName="dev-subnets",
        ServerlessV2ScalingConfiguration={"MinCapacity": 0.5, "MaxCapacity": 2},
        Tags=[{"Key": "mtk:environment", "Value": "dev"}],
    )


@pytest.fixture
def params():
    return examples(NAME)[0]


def the_instance(aws):
    (found,) = aws.client("rds").describe_db_instances()["DBInstances"]
    return found


def test_four_beats(aws, four_beats, gone, params):
    result = four_beats(NAME, **params)["db_instance"]
    assert result["db_instance_status"] == "available"
    assert cluster(aws)["DBClusterMembers"][0]["IsClusterWriter"]
    gone(NAME, **examples(NAME)[1])


def test_change_and_drift(aws, run, params):
    role = monitoring_role(aws)
    aws.client("rds").create_db_parameter_group(
        DBParameterGroupName="dev-pg", DBParameterGroupFamily="aurora-postgresql16", Description="x"
    )
    run(NAME, **params)
    aws.control.scale(0.001)
    changed = {
        **params,
        "db_instance_class": "db.r6g.large",
        "promotion_tier": 2,
        "db_parameter_group_name": "Dev-PG",
        "publicly_accessible": False,
        "auto_minor_version_upgrade": False,
        "ca_certificate_identifier": "rds-ca-ecc384-g1",
        "preferred_maintenance_window": "Sun:09:00-Sun:10:00",
        "monitoring_interval": 60,
        "monitoring_role_arn": role,
        "tags": {"a": "1"},
    }
    assert run(NAME, **changed)["diff"]["before"]["db_instance_class"] == "db.serverless"
    have = the_instance(aws)
    assert (have["DBInstanceClass"], have["DBInstanceStatus"]) == ("db.r6g.large", "available")
    assert have["CACertificateIdentifier"] == "rds-ca-ecc384-g1"
    assert have["TagList"] == [{"Key": "a", "Value": "1"}]
    assert aws.mutating().count("rds:ModifyDBInstance") == 1
    assert not run(NAME, **changed)["changed"]
    aws.client("rds").modify_db_instance(DBInstanceIdentifier=params["db_instance_identifier"], PromotionTier=7)
    assert run(NAME, check=True, **changed)["diff"]["before"]["promotion_tier"] == 7
    run(NAME, **changed)
    assert the_instance(aws)["PromotionTier"] == 2


def test_a_pending_instance_class_is_no_drift(aws, run, params):
    run(NAME, **params)
    later = {**params, "db_instance_class": "db.r6g.large", "apply_immediately": False}
    assert run(NAME, **later)["changed"]
    assert the_instance(aws)["DBInstanceClass"] == "db.serverless"
    assert not run(NAME, **later)["changed"]


def test_an_instance_that_is_being_created_is_not_changed(aws, run, params):
    aws.control.scale(1)
    assert run(NAME, **params, wait=False)["db_instance"]["db_instance_status"] == "creating"
    calls = aws.mutating()
    again = run(NAME, **params, wait=False)
    assert (again["changed"], again["db_instance"]["db_instance_status"]) == (False, "creating")
    assert not run(NAME, check=True, **params)["changed"]
    aws.control.scale(0.001)
    assert run(NAME, **params)["db_instance"]["db_instance_status"] == "available"
    assert aws.mutating() == calls


def test_the_module_waits_until_rds_knows_a_new_role(aws, run, params):
    aws.control.scale(0.2)
    watched = {"monitoring_interval": 30, "monitoring_role_arn": monitoring_role(aws)}
    run(NAME, **params, **watched, wait=False)
    asked = [call["error"] for call in aws.control.calls() if call["operation"] == "CreateDBInstance"]
    assert asked[0] == "InvalidParameterValue" and asked[-1] == ""
    assert the_instance(aws)["MonitoringInterval"] == 30


def test_without_wait_the_deletion_is_only_started(aws, run, params):
    run(NAME, **params)
    aws.control.scale(1)
    absent = examples(NAME)[1]
    assert run(NAME, **absent, wait=False)["changed"]
    aws.control.scale(0.001)
    assert not run(NAME, **absent)["changed"]
    assert aws.mutating().count("rds:DeleteDBInstance") == 1


def test_delete_refuses_the_last_instance_of_a_protected_cluster(aws, run, params):
    run(NAME, **params)
    instance(aws, CLUSTER, "two")
    aws.client("rds").modify_db_cluster(DBClusterIdentifier=CLUSTER, DeletionProtection=True)
    assert run(NAME, db_instance_identifier="two", state="absent")["changed"]
    absent = examples(NAME)[1]
    with pytest.raises(ModuleFailed, match="last instance of dev-us-east-1-aurora-cluster, which is protected"):
        run(NAME, **absent)
    assert run(NAME, **absent, deletion_protection=False)["changed"]


def test_missing_options_and_unsupported_changes_are_refused(run, params):
    with pytest.raises(ModuleFailed, match="give db_cluster_identifier and db_instance_class"):
        run(NAME, db_instance_identifier="one")
    run(NAME, **params)
    with pytest.raises(ModuleFailed, match="availability_zone from 'us-east-1a' to 'us-east-1b'"):
        run(NAME, **{**params, "availability_zone": "us-east-1b"})
