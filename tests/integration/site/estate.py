"""The resources in an account, listed with plain boto3."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from ansible_collections.mtk.backend.plugins.module_utils.domain._locks import TABLE

Row = tuple[str, str, str]


def _pages(client: Any, operation: str, key: str, **arguments: Any) -> Iterator[Any]:
    if client.can_paginate(operation):
        for page in client.get_paginator(operation).paginate(**arguments):
            yield from page[key]
    else:
        yield from getattr(client, operation)(**arguments)[key]


# The kind in estate() by module. test_registration.py requires a row for each module that a role uses.
KINDS = {
    "dynamodb_table": "table",
    "dynamodb_table_auto_scaling": "scalable_target",
    "dynamodb_table_replica": "table",
    "ec2_flow_log": "flow_log",
    "ec2_internet_gateway": "internet_gateway",
    "ec2_ipam": "ipam",
    "ec2_ipam_pool": "ipam_pool",
    "ec2_ipam_pool_allocation": "ipam_pool",  # deleted with its pool
    "ec2_ipam_pool_cidr": "ipam_pool",  # deleted with its pool
    "ec2_nat_gateway": "nat_gateway",
    "ec2_route_table": "route_table",
    "ec2_security_group": "security_group",
    "ec2_subnet": "subnet",
    "ec2_vpc": "vpc",
    "ec2_vpc_endpoint": "endpoint",
    "iam_managed_policy": "policy",
    "iam_role": "role",
    "kms_key": "key",
    "logs_log_group": "log_group",
    "rds_cluster": "cluster",
    "rds_cluster_param_group": "cluster_parameters",
    "rds_global_cluster": "global_cluster",
    "rds_instance": "instance",
    "rds_instance_param_group": "parameters",
    "rds_subnet_group": "subnet_group",
    "secretsmanager_secret": "secret",
}
_GONE = {"deleted", "deleting", "delete-complete"}
# By kind: service, operation, key of the response, field with the id or name.
_REGIONAL: dict[str, tuple[str, str, str, str]] = {
    "vpc": ("ec2", "describe_vpcs", "Vpcs", "VpcId"),
    "subnet": ("ec2", "describe_subnets", "Subnets", "SubnetId"),
    "route_table": ("ec2", "describe_route_tables", "RouteTables", "RouteTableId"),
    "security_group": ("ec2", "describe_security_groups", "SecurityGroups", "GroupId"),
    "internet_gateway": ("ec2", "describe_internet_gateways", "InternetGateways", "InternetGatewayId"),
    "nat_gateway": ("ec2", "describe_nat_gateways", "NatGateways", "NatGatewayId"),
    "address": ("ec2", "describe_addresses", "Addresses", "AllocationId"),
    "endpoint": ("ec2", "describe_vpc_endpoints", "VpcEndpoints", "VpcEndpointId"),
    "flow_log": ("ec2", "describe_flow_logs", "FlowLogs", "FlowLogId"),
    "ipam": ("ec2", "describe_ipams", "Ipams", "IpamId"),
    "ipam_pool": ("ec2", "describe_ipam_pools", "IpamPools", "IpamPoolId"),
    "log_group": ("logs", "describe_log_groups", "logGroups", "logGroupName"),
    "cluster": ("rds", "describe_db_clusters", "DBClusters", "DBClusterIdentifier"),
    "instance": ("rds", "describe_db_instances", "DBInstances", "DBInstanceIdentifier"),
    "subnet_group": ("rds", "describe_db_subnet_groups", "DBSubnetGroups", "DBSubnetGroupName"),
    "cluster_parameters": (
        "rds",
        "describe_db_cluster_parameter_groups",
        "DBClusterParameterGroups",
        "DBClusterParameterGroupName",
    ),
    "parameters": ("rds", "describe_db_parameter_groups", "DBParameterGroups", "DBParameterGroupName"),
    "secret": ("secretsmanager", "list_secrets", "SecretList", "Name"),
    "alias": ("kms", "list_aliases", "Aliases", "AliasName"),
}


def _regional(client: Callable[[str, str], Any], region: str) -> Iterator[Row]:
    for kind, (service, operation, key, name) in _REGIONAL.items():
        for item in _pages(client(service, region), operation, key):
            if item.get("State", "") not in _GONE:
                yield region, kind, item[name]
    # RDS makes automated snapshots every day; only manual ones are listed.
    snapshots = _pages(
        client("rds", region), "describe_db_cluster_snapshots", "DBClusterSnapshots", SnapshotType="manual"
    )
    for snapshot in snapshots:
        yield region, "snapshot", snapshot["DBClusterSnapshotIdentifier"]
    for table in _pages(client("dynamodb", region), "list_tables", "TableNames"):
        if table != TABLE:  # the run locks, which belong to no environment
            yield region, "table", table
    targets = _pages(
        client("application-autoscaling", region),
        "describe_scalable_targets",
        "ScalableTargets",
        ServiceNamespace="dynamodb",
    )
    for target in targets:
        yield region, "scalable_target", f"{target['ResourceId']} {target['ScalableDimension']}"
    kms = client("kms", region)
    for key in _pages(kms, "list_keys", "Keys"):
        state = kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]
        if state["KeyState"] != "PendingDeletion" and state["KeyManager"] == "CUSTOMER":
            yield region, "key", key["KeyId"]


def estate(aws: Any, regions: tuple[str, ...]) -> set[Row]:
    """Return the resources as (region, kind, id), without keys scheduled for deletion and AWS's own roles."""
    found = {row for region in regions for row in _regional(aws.client, region)}
    found |= {("global", "global_cluster", g["GlobalClusterIdentifier"]) for g in _global_clusters(aws)}
    iam = aws.client("iam")
    roles = [r for r in _pages(iam, "list_roles", "Roles") if not r["Path"].startswith("/aws-service-role/")]
    found |= {("global", "role", r["RoleName"]) for r in roles}
    return found | {
        ("global", "policy", p["PolicyName"]) for p in _pages(iam, "list_policies", "Policies", Scope="Local")
    }


def _global_clusters(aws: Any) -> list[dict[str, Any]]:
    return list(_pages(aws.client("rds"), "describe_global_clusters", "GlobalClusters"))


def count_by_kind(rows: set[Row]) -> dict[tuple[str, str], int]:
    """Return the number of resources by region and kind."""
    counts: dict[tuple[str, str], int] = {}
    for region, kind, _ in rows:
        counts[region, kind] = counts.get((region, kind), 0) + 1
    return counts
