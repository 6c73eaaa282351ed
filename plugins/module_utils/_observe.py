# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tasks of a run will ask about an environment in a region, asked at once and in two waves.

It is only a matter of speed: what is missing here is asked for by the module that needs it, and what is here in vain
costs a request. A test holds the two together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

from ansible_collections.mtk.backend.plugins.module_utils._naming import resource_name
from ansible_collections.mtk.backend.plugins.module_utils._reconcile import OWNER_TAG

WORKERS = 32
SHARED = "shared"  # the environment of what all environments share


class Request(NamedTuple):
    """One read: a listing with all its pages where ``key`` names its items, or else one call."""

    service: str
    operation: str
    key: str
    params: dict[str, Any]


_EC2 = "vpcs subnets route_tables internet_gateways nat_gateways vpc_endpoints security_groups flow_logs"
_RDS = "db_clusters db_instances db_subnet_groups db_cluster_parameter_groups db_parameter_groups global_clusters"
_TAGGED = ("resourcegroupstaggingapi", "get_resources", "resource_tag_mapping_list")
_SCALING = {"service_namespace": "dynamodb"}
_ROLES = ("flow_log_role", "aurora_monitoring_role")
_SERVICE_KEYS = ("ipam_vpc", "aurora")  # the components whose keys a service may use, by a policy of their own
COMPONENT_TAG = "mtk:component"


def listings(environment: str, owner: bool) -> list[Request]:
    """The first wave: what needs no id. ``owner`` is the region that owns what spans regions."""
    of_ec2 = ["availability_zones", *_EC2.split(), *(("ipams", "ipam_pools") if owner else ())]
    return [
        Request(*_TAGGED, {"tag_filters": [{"key": OWNER_TAG, "values": [environment]}]}),
        *(Request("ec2", f"describe_{key}", key, {}) for key in of_ec2),
        *(Request("rds", f"describe_{key}", key, {}) for key in _RDS.split()),
        *(
            Request("application-autoscaling", f"describe_{key}", key, _SCALING)
            for key in ("scalable_targets", "scaling_policies")
        ),
        Request("kms", "list_aliases", "aliases", {}),
        Request("sts", "get_caller_identity", "", {}),
        *(global_listings(environment) if owner else ()),
    ]


def global_listings(environment: str) -> Iterator[Request]:
    """What IAM, which has no regions, tells of roles by their names."""
    for role in (resource_name(kind, environment) for kind in _ROLES):
        yield Request("iam", "get_role", "", {"role_name": role})
        yield Request("iam", "list_attached_role_policies", "attached_policies", {"role_name": role})


def details(arn: str, tags: Mapping[str, str], owner: bool) -> Iterator[Request]:
    """The second wave: what AWS tells of one resource only when it is asked for it by name."""
    service, resource = arn.split(":")[2], arn.split(":", 5)[5]
    kind, name = (*resource.replace(":", "/", 1).split("/", 1), "")[:2]
    if (service, kind) == ("ec2", "vpc"):
        for attribute in ("enableDnsSupport", "enableDnsHostnames"):
            yield Request("ec2", "describe_vpc_attribute", "", {"vpc_id": name, "attribute": attribute})
    elif (service, kind) == ("kms", "key"):
        yield from _of_key(name, tags)
    elif service == "logs":
        prefix = {"log_group_name_prefix": resource.removeprefix("log-group:")}
        yield Request("logs", "describe_log_groups", "log_groups", prefix)
    elif service == "dynamodb":
        yield from _of_table(name, owner)
    elif kind in ("cluster-pg", "pg"):
        scope = "db_cluster" if kind == "cluster-pg" else "db"
        group = {f"{scope}_parameter_group_name": name, "source": "user"}
        yield Request("rds", f"describe_{scope}_parameters", "parameters", group)
    elif service == "secretsmanager" and owner:
        yield Request("secretsmanager", "describe_secret", "", {"secret_id": name.rpartition("-")[0]})


def _of_key(key_id: str, tags: Mapping[str, str]) -> Iterator[Request]:
    for operation in ("describe_key", "get_key_rotation_status"):
        yield Request("kms", operation, "", {"key_id": key_id})
    if tags.get(COMPONENT_TAG) in _SERVICE_KEYS:
        yield Request("kms", "get_key_policy", "", {"key_id": key_id, "policy_name": "default"})


def _of_table(name: str, owner: bool) -> Iterator[Request]:
    of_table = ("describe_table", "describe_continuous_backups", "describe_contributor_insights")
    for operation in (*of_table, *(("describe_time_to_live",) if owner else ())):
        yield Request("dynamodb", operation, "", {"table_name": name})


def observe(aws: Any, environment: str, owner: bool) -> int:
    """Ask, and return how many requests that were. An error is left to the module that asks for the same."""
    with ThreadPoolExecutor(WORKERS) as threads:
        first = listings(environment, owner)
        answers = dict(zip((r.operation for r in first), threads.map(lambda r: _ask(aws, r), first), strict=True))
        tagged = answers["get_resources"] or []
        second = [request for one in tagged for request in details(one["resource_arn"], one["tags"], owner)]
        pools = (p for p in answers.get("describe_ipam_pools") or [] if _owner(p) in (environment, SHARED))
        second += [
            Request("ec2", "get_ipam_pool_cidrs", "ipam_pool_cidrs", {"ipam_pool_id": p["ipam_pool_id"]}) for p in pools
        ]
        policy = [threads.submit(_ask_policy, aws, environment)] if owner else []
        list(threads.map(lambda r: _ask(aws, r), second))
    return len(first) + len(second) + sum(one.result() for one in policy)


def _ask_policy(aws: Any, environment: str) -> int:
    """The policy of the flow logs, whose document is found only by the version that its description names."""
    arn = f"arn:{aws.partition}:iam::{aws.account_id}:policy/{resource_name('flow_log_policy', environment)}"
    policy = (_ask(aws, Request("iam", "get_policy", "", {"policy_arn": arn})) or {}).get("policy")
    if policy:
        version = {"policy_arn": arn, "version_id": policy["default_version_id"]}
        _ask(aws, Request("iam", "get_policy_version", "", version))
    return 2 if policy else 1


def _owner(one: dict[str, Any]) -> Any:
    return (one.get("tags") or {}).get(OWNER_TAG)


def _ask(aws: Any, request: Request) -> Any:
    service, operation, key, params = request
    try:
        return aws.pages(service, operation, key, **params) if key else aws.call(service, operation, **params)
    except aws.errors:
        return None
