"""Rules of AWS and of the engine that no test of a single module shows."""

from __future__ import annotations

import pytest

from .aurora import instance, subnet_group
from .conftest import ModuleFailed, examples

TABLE = {
    "table_name": "places",
    "attribute_definitions": [{"attribute_name": "id", "attribute_type": "S"}],
    "key_schema": [{"attribute_name": "id", "key_type": "HASH"}],
    "tags": {},
}
CLUSTER = {
    "db_cluster_identifier": "dev-cluster",
    "engine_version": "16.4",
    "master_username": "mtkadmin",
    "manage_master_user_password": True,
    "db_subnet_group_name": "dev-subnets",
    "serverless_v2_scaling_configuration": {"min_capacity": 0.5, "max_capacity": 2},
    "tags": {},
}


def calls(aws, operation):
    return [call["parameters"] for call in aws.control.calls() if call["operation"] == operation]


def test_throttled_calls_are_repeated(aws, run):
    aws.control.fault("ec2:DescribeVpcs", "error", code="RequestLimitExceeded", times=2)
    aws.control.fault("ec2:CreateVpc", "error", code="RequestLimitExceeded", times=1)
    assert run("ec2_vpc", name="dev_vpc", cidr_block="10.0.0.0/16", tags={})["changed"]
    assert len(calls(aws, "CreateVpc")) == 2


@pytest.mark.parametrize(
    ("module", "params"),
    [
        ("ec2_subnet", {"name": "(known after apply)", "cidr_block": "10.0.0.0/24"}),
        ("ec2_security_group", {"group_name": "(known after apply)", "description": "x", "rules": []}),
        ("ec2_route_table", {"name": "(known after apply)", "routes": []}),
        ("ec2_internet_gateway", {"name": "(known after apply)"}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_unknown_name_is_planned_as_a_creation(aws, run, module, params):
    planned = run(module, check=True, vpc_name="later", **params)
    assert planned["changed"] and not planned["settled"]
    assert planned["plan"]["action"] == "create" and planned["diff"]["after"]["vpc_id"] == "(known after apply)"
    assert aws.mutating() == []


@pytest.mark.parametrize(
    ("module", "params", "message"),
    [
        ("ec2_subnet", {"name": "x", "cidr_block": "10.0.0.0/24", "vpc_name": "no"}, "vpc_name is 'no'"),
        ("ec2_route_table", {"name": "x", "vpc_id": "vpc-1", "subnet_names": ["no"]}, r"subnet_names is \['no'\]"),
        ("ec2_nat_gateway", {"name": "x", "subnet_name": "no"}, "subnet_name is 'no'"),
        ("ec2_ipam_pool", {"name": "x", "ipam_name": "no"}, "ipam_name is 'no'"),
        (
            "ec2_vpc",
            {"name": "x", "ipv4_ipam_pool_name": "no", "ipv4_netmask_length": 16},
            "ipv4_ipam_pool_name is 'no'",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) and value.startswith("ec2") else "",
)
def test_unused_name_is_refused_with_its_option(aws, run, module, params, message):
    with pytest.raises(ModuleFailed, match=message):
        run(module, **params)
    assert aws.mutating() == []


def test_id_and_name_exclude_each_other(run):
    with pytest.raises(ModuleFailed, match="mutually exclusive: vpc_id|vpc_name"):
        run("ec2_subnet", name="x", vpc_id="vpc-1", vpc_name="x", cidr_block="10.0.0.0/24")
    with pytest.raises(ModuleFailed, match="mutually exclusive: ipam_scope_id|ipam_scope_name|ipam_name"):
        run("ec2_ipam_pool", name="x", ipam_scope_name="x", ipam_name="x")


def test_pending_changes_are_not_settled(aws, run):
    """RDS shows 'available' for some seconds after a change, with the new values still pending."""
    subnet_group(aws)
    run("rds_cluster", **CLUSTER)
    params = {**examples("rds_instance")[0], "db_cluster_identifier": "dev-cluster", "tags": {}}
    assert run("rds_instance", **params)["settled"]
    aws.control.scale(1)
    bigger = {**params, "db_instance_class": "db.r6g.large", "wait": False}
    assert not run("rds_instance", **bigger)["settled"]
    (found,) = aws.client("rds").describe_db_instances()["DBInstances"]
    assert (found["DBInstanceClass"], found["DBInstanceStatus"]) != ("db.r6g.large", "available")


def test_nothing_to_do_is_settled(aws, run):
    params = {"name": "dev_vpc", "cidr_block": "10.0.0.0/16", "tags": {}}
    assert not run("ec2_vpc", check=True, **params)["settled"]
    assert run("ec2_vpc", **params)["settled"]
    assert run("ec2_vpc", check=True, **params)["settled"]
    assert run("ec2_vpc", **{**params, "state": "absent"})["settled"]


def test_major_upgrade_sends_the_parameter_group_of_the_instances(aws, run):
    subnet_group(aws)
    run("rds_cluster", **CLUSTER)
    instance(aws, "dev-cluster", "one")
    group = {"DBParameterGroupName": "pg17", "DBParameterGroupFamily": "aurora-postgresql17"}
    aws.client("rds").create_db_parameter_group(**group, Description="x")
    major = {"engine_version": "17.4", "allow_major_version_upgrade": True, "db_instance_parameter_group_name": "pg17"}
    run("rds_cluster", **{**CLUSTER, **major})
    (sent,) = calls(aws, "ModifyDBCluster")
    assert (sent["DBInstanceParameterGroupName"], sent["AllowMajorVersionUpgrade"]) == ("pg17", True)


def test_minor_upgrade_sends_no_parameter_group(aws, run):
    subnet_group(aws)
    run("rds_cluster", **CLUSTER)
    instance(aws, "dev-cluster", "one")
    run("rds_cluster", **{**CLUSTER, "engine_version": "16.6", "db_instance_parameter_group_name": "pg16"})
    (sent,) = calls(aws, "ModifyDBCluster")
    assert "DBInstanceParameterGroupName" not in sent and "AllowMajorVersionUpgrade" not in sent


def test_fields_that_verbs_exchange_are_not_returned(run):
    run("ec2_vpc", name="dev_vpc", cidr_block="10.0.0.0/16", tags={})
    for module, params in (
        ("ec2_security_group", {"group_name": "default", "rules": [], "rules_egress": []}),
        ("ec2_route_table", {"name": "x", "tags": {}}),
    ):
        for check in (False, True):
            result = run(module, check=check, vpc_name="dev_vpc", **params)
            assert not [name for name in result[module.removeprefix("ec2_")] if name.startswith("_")]
