# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find out whether a listed resource still exists: for a while, the tagging API also lists what is deleted or leaving.

The listings are those that the modules of a run read, so in most runs they are in the run's cache.
"""

from __future__ import annotations

from typing import Any

from ansible_collections.mtk.backend.plugins.module_utils.domain._left import parts

# kind: operation, key of the answer, field that ends with the id.
_LISTINGS = {
    ("ec2", "internet-gateway"): ("describe_internet_gateways", "internet_gateways", "internet_gateway_id"),
    ("ec2", "ipam-pool"): ("describe_ipam_pools", "ipam_pools", "ipam_pool_id"),
    ("ec2", "natgateway"): ("describe_nat_gateways", "nat_gateways", "nat_gateway_id"),
    ("ec2", "route-table"): ("describe_route_tables", "route_tables", "route_table_id"),
    ("ec2", "security-group"): ("describe_security_groups", "security_groups", "group_id"),
    ("ec2", "subnet"): ("describe_subnets", "subnets", "subnet_id"),
    ("ec2", "vpc"): ("describe_vpcs", "vpcs", "vpc_id"),
    ("ec2", "vpc-endpoint"): ("describe_vpc_endpoints", "vpc_endpoints", "vpc_endpoint_id"),
    ("ec2", "vpc-flow-log"): ("describe_flow_logs", "flow_logs", "flow_log_id"),
    ("rds", "cluster"): ("describe_db_clusters", "db_clusters", "db_cluster_arn"),
    ("rds", "cluster-pg"): (
        "describe_db_cluster_parameter_groups",
        "db_cluster_parameter_groups",
        "db_cluster_parameter_group_arn",
    ),
    ("rds", "db"): ("describe_db_instances", "db_instances", "db_instance_arn"),
    ("rds", "global-cluster"): ("describe_global_clusters", "global_clusters", "global_cluster_arn"),
    ("rds", "pg"): ("describe_db_parameter_groups", "db_parameter_groups", "db_parameter_group_arn"),
    ("rds", "subgrp"): ("describe_db_subnet_groups", "db_subnet_groups", "db_subnet_group_arn"),
}
_STATES = ("state", "status", "db_instance_status")
_LEAVING = frozenset({"deleted", "deleting", "delete-complete", "delete-in-progress"})  # AWS also writes Deleted
_LEAVING_KEYS = frozenset({"PendingDeletion", "PendingReplicaDeletion"})


def exists(aws: Any, arn: str, region: str | None = None) -> bool:
    """Return whether a resource exists and is not on its way out. What may not be read counts as existing."""
    service, kind, name = parts(arn)
    try:
        if (service, kind) in _LISTINGS:
            return _is_listed(aws, service, _LISTINGS[service, kind], name, region)
        asked = {"kms": _key, "secretsmanager": _secret, "dynamodb": _table}.get(service)
        return asked(aws, name, region) if asked else True
    except aws.errors:
        return True


def _is_listed(aws: Any, service: str, listing: tuple[str, str, str], name: str, region: str | None) -> bool:
    operation, key, field = listing
    listed = aws.pages(service, operation, key, region)
    return any(each[field].rpartition(":")[2] == name and not _is_leaving(each) for each in listed)  # an id, or an ARN


def _is_leaving(described: dict[str, Any]) -> bool:
    return any(str(described.get(field)).lower() in _LEAVING for field in _STATES)


def _key(aws: Any, key_id: str, region: str | None) -> bool:
    answer = aws.found("NotFoundException", lambda: aws.call("kms", "describe_key", region, key_id=key_id))
    return bool(answer) and answer["key_metadata"]["key_state"] not in _LEAVING_KEYS


def _secret(aws: Any, name: str, region: str | None) -> bool:
    request = ("secretsmanager", "describe_secret", region)
    secret = name.rpartition("-")[0]
    answer = aws.found("ResourceNotFoundException", lambda: aws.call(*request, secret_id=secret))
    return bool(answer) and not answer.get("deleted_date")


def _table(aws: Any, name: str, region: str | None) -> bool:
    request = ("dynamodb", "describe_table", region)
    answer = aws.found("ResourceNotFoundException", lambda: aws.call(*request, table_name=name))
    return bool(answer) and not _is_leaving({"status": answer["table"]["table_status"]})
