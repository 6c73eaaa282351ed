# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Prefetch the answers that the tasks of a run need about an environment in a region, in three waves of requests.

Prefetching only saves time. A module sends the request itself if it is missing here; a request that no module needs
costs time. A test compares the two.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

from ansible_collections.mtk.backend.plugins.module_utils.domain._names import resource_name
from ansible_collections.mtk.backend.plugins.module_utils.domain._values import OWNER_TAG

WORKERS = 32
SHARED = "shared"  # the value of the environment tag on resources that all environments share


class Request(NamedTuple):
    """One read: a listing with all its pages if ``key`` names its items, otherwise one call."""

    service: str
    operation: str
    key: str
    params: dict[str, Any]


# The listing that each module reads: the key of the answer, which is the name of the operation without "describe_".
EC2 = {
    "ec2_flow_log": "flow_logs",
    "ec2_internet_gateway": "internet_gateways",
    "ec2_nat_gateway": "nat_gateways",
    "ec2_route_table": "route_tables",
    "ec2_security_group": "security_groups",
    "ec2_subnet": "subnets",
    "ec2_vpc": "vpcs",
    "ec2_vpc_endpoint": "vpc_endpoints",
}
EC2_OF_OWNER = {"ec2_ipam": "ipams", "ec2_ipam_pool": "ipam_pools"}
RDS = {
    "rds_cluster": "db_clusters",
    "rds_cluster_param_group": "db_cluster_parameter_groups",
    "rds_global_cluster": "global_clusters",
    "rds_instance": "db_instances",
    "rds_instance_param_group": "db_parameter_groups",
    "rds_subnet_group": "db_subnet_groups",
}
# Modules whose resources are read one by one, see details() and global_listings(), or by listings of other services.
OTHERS = (
    "dynamodb_table",
    "dynamodb_table_auto_scaling",
    "dynamodb_table_replica",
    "ec2_ipam_pool_allocation",
    "ec2_ipam_pool_cidr",
    "iam_managed_policy",
    "iam_role",
    "kms_key",
    "logs_log_group",
    "secretsmanager_secret",
)
_TAGGED = ("resourcegroupstaggingapi", "get_resources", "resource_tag_mapping_list")
_SCALING = {"service_namespace": "dynamodb"}
_ROLES = ("flow_log_role", "aurora_monitoring_role")


def listings(environment: str, owner: bool) -> list[Request]:
    """Return the first wave: requests without ids. ``owner`` is true for the region that owns what spans regions."""
    ec2 = ["availability_zones", "network_acls", *EC2.values(), *(EC2_OF_OWNER.values() if owner else ())]
    return [
        Request(*_TAGGED, {"tag_filters": [{"key": OWNER_TAG, "values": [environment]}]}),
        *(Request("ec2", f"describe_{key}", key, {}) for key in ec2),
        *(Request("rds", f"describe_{key}", key, {}) for key in RDS.values()),
        *(
            Request("application-autoscaling", f"describe_{key}", key, _SCALING)
            for key in ("scalable_targets", "scaling_policies")
        ),
        Request("kms", "list_aliases", "aliases", {}),
        Request("sts", "get_caller_identity", "", {}),
        *(global_listings(environment) if owner else ()),
    ]


def global_listings(environment: str) -> Iterator[Request]:
    """Yield the requests to IAM, which has no regions."""
    for role in (resource_name(kind, environment) for kind in _ROLES):
        yield Request("iam", "get_role", "", {"role_name": role})
        yield Request("iam", "list_attached_role_policies", "attached_policies", {"role_name": role})
        yield Request("iam", "list_role_policies", "policy_names", {"role_name": role})


def details(arn: str, tags: Mapping[str, str], owner: bool) -> Iterator[Request]:
    """Yield the second wave: requests about one resource, whose ARN and tags the first wave has returned."""
    service, resource = arn.split(":")[2], arn.split(":", 5)[5]
    kind, name = (*resource.replace(":", "/", 1).split("/", 1), "")[:2]
    if (service, kind) == ("ec2", "vpc"):
        for attribute in ("enableDnsSupport", "enableDnsHostnames"):
            yield Request("ec2", "describe_vpc_attribute", "", {"vpc_id": name, "attribute": attribute})
    elif (service, kind) == ("kms", "key"):
        yield from _key_details(name)
    elif service == "logs":
        prefix = {"log_group_name_prefix": resource.removeprefix("log-group:")}
        yield Request("logs", "describe_log_groups", "log_groups", prefix)
    elif service == "dynamodb":
        yield from _table_details(arn, name, owner)
    elif service == "rds":
        yield from _database_details(kind, name)
    elif service == "secretsmanager" and owner:
        for operation in ("describe_secret", "get_resource_policy"):
            yield Request("secretsmanager", operation, "", {"secret_id": name.rpartition("-")[0]})


def _key_details(key_id: str) -> Iterator[Request]:
    for operation in ("describe_key", "get_key_rotation_status"):
        yield Request("kms", operation, "", {"key_id": key_id})
    yield Request("kms", "get_key_policy", "", {"key_id": key_id, "policy_name": "default"})


def _database_details(kind: str, name: str) -> Iterator[Request]:
    if kind in ("cluster-pg", "pg"):
        scope = "db_cluster" if kind == "cluster-pg" else "db"
        group = {f"{scope}_parameter_group_name": name, "source": "user"}
        yield Request("rds", f"describe_{scope}_parameters", "parameters", group)
    elif kind == "cluster-snapshot" and not name.startswith("rds:"):  # RDS's own snapshots are never shared
        snapshot = {"db_cluster_snapshot_identifier": name}
        yield Request("rds", "describe_db_cluster_snapshot_attributes", "", snapshot)


def _table_details(arn: str, name: str, owner: bool) -> Iterator[Request]:
    yield Request("dynamodb", "get_resource_policy", "", {"resource_arn": arn})
    operations = ("describe_table", "describe_continuous_backups", "describe_contributor_insights")
    for operation in (*operations, *(("describe_time_to_live",) if owner else ())):
        yield Request("dynamodb", operation, "", {"table_name": name})


def stream_policy(answer: Any) -> Request | None:
    """Return the request about the policy of a described table's stream, which only the description names."""
    stream = ((answer or {}).get("table") or {}).get("latest_stream_arn") if isinstance(answer, dict) else None
    return Request("dynamodb", "get_resource_policy", "", {"resource_arn": stream}) if stream else None


def prefetch(aws: Any, environment: str, owner: bool) -> int:
    """Send the requests and return their number. An error is left to the module that sends the same request."""
    with ThreadPoolExecutor(WORKERS) as threads:
        first = listings(environment, owner)
        answers = dict(zip((r.operation for r in first), threads.map(lambda r: _ask(aws, r), first), strict=True))
        tagged = answers["get_resources"] or []
        second = [request for entry in tagged for request in details(entry["resource_arn"], entry["tags"], owner)]
        pools = (p for p in answers.get("describe_ipam_pools") or [] if _owner(p) in (environment, SHARED))
        second += [
            Request("ec2", "get_ipam_pool_cidrs", "ipam_pool_cidrs", {"ipam_pool_id": p["ipam_pool_id"]}) for p in pools
        ]
        policy = [threads.submit(_ask_policy, aws, environment)] if owner else []
        described = threads.map(lambda r: _ask(aws, r), second)
        third = [request for request in map(stream_policy, described) if request]
        list(threads.map(lambda r: _ask(aws, r), third))
    return len(first) + len(second) + len(third) + sum(future.result() for future in policy)


def _ask_policy(aws: Any, environment: str) -> int:
    """Read the policy of the flow logs, its versions and its document. Return the number of requests.

    The document has a version, which only the description of the policy names.
    """
    arn = f"arn:{aws.partition}:iam::{aws.account_id}:policy/{resource_name('flow_log_policy', environment)}"
    policy = (_ask(aws, Request("iam", "get_policy", "", {"policy_arn": arn})) or {}).get("policy")
    if policy:
        version = {"policy_arn": arn, "version_id": policy["default_version_id"]}
        _ask(aws, Request("iam", "get_policy_version", "", version))
        _ask(aws, Request("iam", "list_policy_versions", "versions", {"policy_arn": arn}))
    return 3 if policy else 1


def _owner(resource: dict[str, Any]) -> Any:
    return (resource.get("tags") or {}).get(OWNER_TAG)


def _ask(aws: Any, request: Request) -> Any:
    service, operation, key, params = request
    try:
        return aws.pages(service, operation, key, **params) if key else aws.call(service, operation, **params)
    except aws.errors:
        return None
