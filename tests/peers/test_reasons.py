"""The reasons in docs/modules.md for which the roles do not use a module of amazon.aws or community.aws."""

from __future__ import annotations

import importlib
from typing import Any

import pytest
import yaml

from .beats import Run
from .site import TRUST, Site

_CLUSTER = {"cluster_id": "peer", "engine": "aurora-postgresql", "engine_version": "16.6", "username": "someone"}
_POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}],
}


def writes(aws: Any, run: Run, module: str, **given: Any) -> tuple[dict[str, Any], list[str]]:
    """Return a module's result and the operations with which it changed something."""
    before = len(aws.control.calls(mutating=True))
    result = run(module, **given)
    return result, [call["operation"] for call in aws.control.calls(mutating=True)[before:]]


def cluster(site: Site, **more: Any) -> dict[str, Any]:
    return {**_CLUSTER, "password": "not-a-secret", "db_subnet_group_name": site.subnet_group, **more}


@pytest.mark.parametrize(
    ("module", "absent"),
    [
        ("amazon.aws.ec2_vpc_net", ("ipam",)),
        ("amazon.aws.rds_cluster", ("manage_master", "insights")),
        ("community.aws.dynamodb_table", ("stream", "sse", "deletion_protection", "point_in_time")),
    ],
)
def test_options_are_missing(module: str, absent: tuple[str, ...]) -> None:
    namespace, collection, name = module.split(".")
    source = importlib.import_module(f"ansible_collections.{namespace}.{collection}.plugins.modules.{name}")
    options = yaml.safe_load(source.DOCUMENTATION)["options"]
    assert [option for option in options if any(word in option for word in absent)] == []


def test_a_vpc_is_identified_by_name_and_block(run: Run) -> None:
    first = run("amazon.aws.ec2_vpc_net", name="peer", cidr_block=["10.2.0.0/16"])
    second = run("amazon.aws.ec2_vpc_net", name="peer", cidr_block=["10.3.0.0/16"])
    assert first["vpc"]["id"] != second["vpc"]["id"]


def test_modules_of_one_resource_return_no_diff(run: Run, site: Site) -> None:
    created = [
        run("amazon.aws.ec2_vpc_subnet", vpc_id=site.vpc, cidr="10.0.9.0/24"),
        run("amazon.aws.ec2_vpc_igw", vpc_id=site.vpc),
        run("amazon.aws.iam_role", name="peer", assume_role_policy_document=TRUST),
        run("amazon.aws.iam_managed_policy", name="peer", policy=_POLICY),
        run(
            "amazon.aws.rds_subnet_group",
            state="present",
            name="peer",
            description="peer",
            subnets=[site.subnet, site.other_subnet],
        ),
        run(
            "amazon.aws.rds_cluster_param_group",
            name="peer",
            description="peer",
            db_parameter_group_family="aurora-postgresql16",
        ),
    ]
    assert all(result["changed"] and "diff" not in result for result in created), created


def test_another_address_is_allocated_once_the_first_belongs_to_a_gateway(aws: Any, run: Run, site: Site) -> None:
    address = {"in_vpc": True, "tags": {"Name": "peer"}, "tag_name": "Name", "tag_value": "peer"}
    reuse = {**address, "reuse_existing_ip_allowed": True}
    first = run("amazon.aws.ec2_eip", **reuse)
    gateway = {"subnet_id": site.public_subnet, "allocation_id": first["allocation_id"], "wait": True}
    run("amazon.aws.ec2_vpc_nat_gateway", **gateway)
    result, done = writes(aws, run, "amazon.aws.ec2_eip", **reuse)
    assert result["changed"] and "AllocateAddress" in done


def test_a_moved_subnet_has_no_route_table_until_the_next_run(aws: Any, run: Run, site: Site) -> None:
    table = {"vpc_id": site.vpc, "purge_subnets": True}
    run("amazon.aws.ec2_vpc_route_table", **table, tags={"Name": "one"}, subnets=[site.subnet])
    two = {**table, "tags": {"Name": "two"}}
    first = writes(aws, run, "amazon.aws.ec2_vpc_route_table", **two, subnets=[site.subnet])[1]
    second = writes(aws, run, "amazon.aws.ec2_vpc_route_table", **two, subnets=[site.subnet])[1]
    assert "DisassociateRouteTable" in first and "AssociateRouteTable" not in first
    assert second == ["AssociateRouteTable"]


def test_a_route_to_a_prefix_list_fails(run: Run, site: Site) -> None:
    routes = [{"dest": "pl-63a5400a", "gateway_id": site.gateway}]
    result = run("amazon.aws.ec2_vpc_route_table", vpc_id=site.vpc, tags={"Name": "peer"}, routes=routes)
    assert result.get("failed")


@pytest.mark.parametrize(
    ("module", "least"), [("amazon.aws.ec2_vpc_route_table", 5), ("amazon.aws.ec2_security_group", 3)]
)
def test_modules_sleep_after_a_change(
    aws: Any, run: Run, site: Site, monkeypatch: pytest.MonkeyPatch, module: str, least: int
) -> None:
    slept: list[float] = []
    advance = aws.control.advance
    monkeypatch.setattr(aws.control, "advance", lambda seconds: (slept.append(seconds), advance(seconds)))
    given = {"name": "peer", "description": "peer"} if "group" in module else {"tags": {"Name": "peer"}}
    assert run(module, vpc_id=site.vpc, **given)["changed"]
    assert max(slept) >= least


def test_another_route_table_creates_another_endpoint(aws: Any, run: Run, site: Site) -> None:
    endpoint = {"vpc_id": site.vpc, "service": "com.amazonaws.us-east-1.s3"}
    run("amazon.aws.ec2_vpc_endpoint", **endpoint, route_table_ids=[site.table_ids[0]])
    done = writes(aws, run, "amazon.aws.ec2_vpc_endpoint", **endpoint, route_table_ids=[site.table_ids[1]])[1]
    assert done == ["CreateVpcEndpoint"]


def test_a_key_keeps_its_alias_and_comes_back(aws: Any, run: Run) -> None:
    nothing = {"changed", "deprecations", "invocation", "warnings"}
    assert run("amazon.aws.kms_key", check=True, alias="peer").keys() <= nothing
    key = run("amazon.aws.kms_key", alias="peer")["key_id"]
    run("amazon.aws.kms_key", alias="peer", state="absent")
    kms = aws.client("kms")
    assert [a["TargetKeyId"] for a in kms.list_aliases()["Aliases"] if a["AliasName"] == "alias/peer"] == [key]
    assert run("amazon.aws.kms_key", alias="peer")["key_id"] == key
    assert kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "Enabled"


def test_a_log_group_changes_in_check_mode_and_is_deleted(aws: Any, run: Run) -> None:
    run("amazon.aws.cloudwatchlogs_log_group", log_group_name="peer", retention=30)
    done = writes(aws, run, "amazon.aws.cloudwatchlogs_log_group", check=True, log_group_name="peer", retention=60)[1]
    assert done == ["PutRetentionPolicy"]
    result = run("amazon.aws.cloudwatchlogs_log_group", log_group_name="peer", retention=1096)
    assert result.get("failed")
    assert aws.client("logs").describe_log_groups()["logGroups"] == []


def test_iam_that_lags_makes_a_policy_fail(aws: Any, run: Run) -> None:
    aws.control.lag(3)
    result = run("amazon.aws.iam_managed_policy", name="peer", policy=_POLICY)
    assert result.get("failed") and "NoSuchEntity" in str(result.get("error", result["msg"])), result


def test_a_cluster_parameter_that_is_no_longer_listed_stays(aws: Any, run: Run) -> None:
    group = {"name": "peer", "description": "peer", "db_parameter_group_family": "aurora-postgresql16"}
    one = {"parameter_name": "rds.force_ssl", "parameter_value": "0", "apply_method": "immediate"}
    run("amazon.aws.rds_cluster_param_group", **group, parameters=[one])
    done = writes(aws, run, "amazon.aws.rds_cluster_param_group", **group, parameters=[])[1]
    assert done == []


def test_check_mode_hides_a_changed_parameter(run: Run) -> None:
    group = {"name": "peer", "description": "peer", "engine": "aurora-postgresql16", "state": "present"}
    run("amazon.aws.rds_instance_param_group", **group, params={"log_min_duration_statement": "500"})
    changed = {"log_min_duration_statement": "1000"}
    assert not run("amazon.aws.rds_instance_param_group", check=True, **group, params=changed)["changed"]
    assert run("amazon.aws.rds_instance_param_group", **group, params=changed)["changed"]


def test_a_cluster_with_security_groups_changes_on_every_run(aws: Any, run: Run, site: Site) -> None:
    given = cluster(site, vpc_security_group_ids=[site.group])
    run("amazon.aws.rds_cluster", **given)
    result, done = writes(aws, run, "amazon.aws.rds_cluster", **given)
    assert result["changed"] and done == ["ModifyDBCluster"]


@pytest.mark.parametrize(
    "option",
    [
        {"enable_iam_database_authentication": True},
        {"serverless_v2_scaling_configuration": {"min_capacity": 0.5, "max_capacity": 2.0}},
    ],
    ids=["IAM authentication", "Serverless v2"],
)
def test_an_option_makes_the_next_run_of_a_cluster_fail(run: Run, site: Site, option: dict[str, Any]) -> None:
    run("amazon.aws.rds_cluster", **cluster(site))
    result = run("amazon.aws.rds_cluster", **cluster(site), **option)
    assert result.get("failed") and "KeyError" in result["msg"], result


def test_a_cluster_that_is_created_cannot_be_continued(aws: Any, run: Run, site: Site) -> None:
    given = cluster(site, vpc_security_group_ids=[site.group], wait=False)
    aws.control.scale(1000)
    run("amazon.aws.rds_cluster", **given)
    result = run("amazon.aws.rds_cluster", **given)
    assert result.get("failed") and "InvalidDBClusterState" in str(result), result


def test_an_instance_that_is_created_cannot_be_continued(aws: Any, run: Run, site: Site) -> None:
    given = {
        "id": "peer",
        "cluster_id": site.cluster,
        "engine": "aurora-postgresql",
        "instance_type": "db.r6g.large",
        "state": "present",
        "wait": False,
    }
    aws.control.scale(1000)
    run("amazon.aws.rds_instance", **given)
    for check in (False, True):
        result = run("amazon.aws.rds_instance", check=check, **given)
        assert result.get("failed") and "Endpoint" in result["msg"], result


def test_a_table_ignores_changed_indexes_and_undoes_auto_scaling(aws: Any, run: Run) -> None:
    index = {"name": "by_team", "type": "global_all", "hash_key_name": "team", "read_capacity": 5, "write_capacity": 5}
    table = {"name": "peer", "hash_key_name": "id", "read_capacity": 5, "write_capacity": 5}
    run("community.aws.dynamodb_table", **table, indexes=[index])
    other = {**index, "type": "global_keys_only"}
    assert not run("community.aws.dynamodb_table", **table, indexes=[other])["changed"]
    scaled = {"ReadCapacityUnits": 9, "WriteCapacityUnits": 5}
    aws.client("dynamodb").update_table(TableName="peer", ProvisionedThroughput=scaled)
    done = writes(aws, run, "community.aws.dynamodb_table", **table, indexes=[index])[1]
    assert done == ["UpdateTable"]
