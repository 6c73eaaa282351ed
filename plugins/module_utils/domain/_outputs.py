# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The outputs of an environment: their names, and the document that docs/using/outputs.md describes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

SCHEMA_VERSION = 1
TEXT, NUMBER, LIST, MAP = "string", "number", "list of strings", "map of strings"
# The types as Terraform writes them.
_TERRAFORM: dict[str, Any] = {TEXT: "string", NUMBER: "number", LIST: ["list", "string"], MAP: ["map", "string"]}


class Output(NamedTuple):
    """An output. ``unless`` is a setting and a value with which the environment does not have it."""

    name: str
    role: str
    meaning: str
    type: str = TEXT
    unless: tuple[str, Any] = ("", None)


_NO_NAT = ("ipam_vpc_nat_gateway_mode", "none")
_NO_INSTANCES = ("aurora_instance_count", 0)
_NOT_GLOBAL = ("aurora_global", False)
# What an environment has once. Adding a name is a compatible change; to remove one or to change its meaning or type
# raises SCHEMA_VERSION.
SHARED = (
    Output("ipam_id", "ipam_vpc", "id of the IPAM", unless=("ipam_vpc_ipam_manage", False)),
    Output("flow_log_role_arn", "ipam_vpc", "ARN of the role that writes the flow logs"),
    Output(
        "monitoring_role_arn",
        "aurora",
        "ARN of the role of Enhanced Monitoring",
        unless=("aurora_monitoring_interval", 0),
    ),
    Output("global_cluster_identifier", "aurora", "identifier of the global database", unless=_NOT_GLOBAL),
    Output("global_cluster_arn", "aurora", "ARN of the global database", unless=_NOT_GLOBAL),
    Output(
        "global_writer_endpoint",
        "aurora",
        "endpoint that follows the writer of the global database from region to region",
        unless=_NOT_GLOBAL,
    ),
    Output("writer_region", "aurora", "region of the writer of the global database", unless=_NOT_GLOBAL),
    Output("table_regions", "dynamodb_global", "regions of the table", LIST),
)
# What each region has.
REGIONAL = (
    Output("vpc_id", "ipam_vpc", "id of the VPC"),
    Output("vpc_arn", "ipam_vpc", "ARN of the VPC"),
    Output("vpc_cidr_block", "ipam_vpc", "CIDR block of the VPC"),
    Output("ipam_pool_id", "ipam_vpc", "id of the IPAM pool of the environment in the region"),
    Output("ipam_pool_cidr_block", "ipam_vpc", "CIDR block of that pool"),
    Output("public_subnet_ids", "ipam_vpc", "ids of the public subnets, by zone", MAP),
    Output("private_subnet_ids", "ipam_vpc", "ids of the private subnets, by zone", MAP),
    Output("database_subnet_ids", "ipam_vpc", "ids of the subnets of the database, by zone", MAP),
    Output("public_subnet_cidr_blocks", "ipam_vpc", "CIDR blocks of the public subnets, by zone", MAP),
    Output("private_subnet_cidr_blocks", "ipam_vpc", "CIDR blocks of the private subnets, by zone", MAP),
    Output("database_subnet_cidr_blocks", "ipam_vpc", "CIDR blocks of the subnets of the database, by zone", MAP),
    Output("public_route_table_id", "ipam_vpc", "id of the route table of the public subnets"),
    Output("private_route_table_ids", "ipam_vpc", "ids of the route tables of the private subnets, by zone", MAP),
    Output("database_route_table_id", "ipam_vpc", "id of the route table of the subnets of the database"),
    Output("internet_gateway_id", "ipam_vpc", "id of the internet gateway"),
    Output("nat_gateway_ids", "ipam_vpc", "ids of the NAT gateways, by zone", MAP, _NO_NAT),
    Output("nat_gateway_public_ips", "ipam_vpc", "public addresses of the NAT gateways, by zone", MAP, _NO_NAT),
    Output("application_security_group_id", "ipam_vpc", "id of the security group of the application"),
    Output("database_security_group_id", "ipam_vpc", "id of the security group of the database"),
    Output("s3_endpoint_id", "ipam_vpc", "id of the gateway endpoint for S3"),
    Output("dynamodb_endpoint_id", "ipam_vpc", "id of the gateway endpoint for DynamoDB"),
    Output("flow_log_group_name", "ipam_vpc", "name of the log group of the flow logs"),
    Output("flow_log_group_arn", "ipam_vpc", "ARN of the log group of the flow logs"),
    Output("network_key_arn", "ipam_vpc", "ARN of the KMS key of the flow logs"),
    Output("cluster_identifier", "aurora", "identifier of the Aurora cluster"),
    Output("cluster_arn", "aurora", "ARN of the cluster"),
    Output("cluster_resource_id", "aurora", "id of the cluster in IAM policies for database authentication"),
    Output("cluster_endpoint", "aurora", "endpoint of the writer; in a secondary region it takes no connections"),
    Output("cluster_reader_endpoint", "aurora", "endpoint of the readers"),
    Output("cluster_port", "aurora", "port of the endpoints", NUMBER),
    Output("instance_endpoints", "aurora", "endpoints of the instances, by instance identifier", MAP, _NO_INSTANCES),
    Output("database_name", "aurora", "name of the database"),
    Output("engine_version", "aurora", "version of Aurora PostgreSQL"),
    Output("master_username", "aurora", "name of the master user"),
    Output("master_user_secret_arn", "aurora", "ARN of the secret with the password of the master user"),
    Output("aurora_log_group_name", "aurora", "name of the log group of PostgreSQL"),
    Output("aurora_log_group_arn", "aurora", "ARN of the log group of PostgreSQL"),
    Output("aurora_key_arn", "aurora", "ARN of the KMS key of the cluster"),
    Output("table_name", "dynamodb_global", "name of the table"),
    Output("table_arn", "dynamodb_global", "ARN of the table in the region"),
    Output("table_stream_arn", "dynamodb_global", "ARN of the stream of the table in the region"),
    Output(
        "table_key_arn",
        "dynamodb_global",
        "ARN of the KMS key of the table",
        unless=("dynamodb_global_kms_key_enabled", False),
    ),
)
ROLES = ("ipam_vpc", "aurora", "dynamodb_global")
Answer = Mapping[str, Any]


def wanted(outputs: Iterable[Output], values: Mapping[str, Any], roles: Iterable[str]) -> list[str]:
    """Return the names of the outputs of some roles that an environment has with these settings."""
    return [
        each.name
        for each in outputs
        if each.role in roles and not (each.unless[0] and values.get(each.unless[0]) == each.unless[1])
    ]


def roles_of(names: Iterable[str]) -> list[str]:
    """Return the roles of some outputs."""
    chosen = set(names)
    found = {each.role for each in (*SHARED, *REGIONAL) if each.name in chosen}
    return [role for role in ROLES if role in found]


def names(roles: Iterable[str]) -> list[str]:
    """Return the names of all outputs of some roles, whatever the settings: each of them may be an SSM parameter."""
    chosen = set(roles)
    return [each.name for each in (*SHARED, *REGIONAL) if each.role in chosen]


def document(environment: str, answers: Mapping[str, Answer]) -> dict[str, Any]:
    """Return the outputs of an environment.

    ``answers`` are the results of the module outputs_info by region. A value that does not exist is null. If the
    settings ask for it, ``missing`` names it as well.
    """
    found = [answers[region] for region in sorted(answers)]
    first: Answer = found[0] if found else {}
    asked = [name for answer in found for name in answer["wanted"]]
    shared = {each.name: first.get("shared", {}).get(each.name) for each in SHARED}
    regions = {
        region: {each.name: answers[region]["outputs"].get(each.name) for each in REGIONAL}
        for region in sorted(answers)
    }
    missing = [f"shared.{name}" for name, value in shared.items() if value is None and name in asked]
    missing += [
        f"{region}.{name}"
        for region, values in regions.items()
        for name, value in values.items()
        if value is None and name in answers[region]["wanted"]
    ]
    return {
        "schema_version": SCHEMA_VERSION,
        "environment": environment,
        "account": first.get("account"),
        "partition": first.get("partition"),
        "home_region": first.get("home_region"),
        "roles": roles_of(asked),
        "complete": not missing,
        "missing": missing,
        "shared": shared,
        "regions": regions,
        "commands": {region: list(answers[region]["commands"]) for region in sorted(answers)},
    }


def is_built(outputs: Mapping[str, Any]) -> bool:
    """Return whether any resource of the environment exists. The IPAM belongs to all environments."""
    sections = ({**outputs["shared"], "ipam_id": None}, *outputs["regions"].values())
    return any(value is not None for values in sections for value in values.values())


def terraform(outputs: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the outputs in the form of ``terraform output -json``. Those of regions are maps by region."""
    shared = {each.name: _terraform(outputs["shared"][each.name], _TERRAFORM[each.type]) for each in SHARED}
    regional = {
        each.name: _terraform(
            {region: values[each.name] for region, values in outputs["regions"].items()},
            ["map", _TERRAFORM[each.type]],
        )
        for each in REGIONAL
    }
    run = {name: _terraform(outputs[name], "string") for name in ("environment", "account", "partition", "home_region")}
    return {**run, **shared, **regional}


def _terraform(value: Any, kind: Any) -> dict[str, Any]:
    return {"sensitive": False, "type": kind, "value": value}


def parameters(outputs: Mapping[str, Any]) -> dict[str, list[dict[str, str]]]:
    """Return the outputs as SSM parameters of each region: name, value and state. Lists and maps are JSON.

    Those of the environment are in every region. What does not exist has the state absent.
    """
    read = [each for each in (*SHARED, *REGIONAL) if each.role in outputs["roles"]]
    found = {}
    for region, values in outputs["regions"].items():
        both = {**outputs["shared"], **values}
        found[region] = [
            {"name": each.name, "value": _text(both[each.name]), "state": "present"}
            if both[each.name] is not None
            else {"name": each.name, "value": "", "state": "absent"}
            for each in read
        ]
    return found


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True) if isinstance(value, (dict, list)) else str(value)
