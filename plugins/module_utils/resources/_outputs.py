# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads the outputs of an environment in a region.

The requests are those that the tasks of a run send as well, so in a run the cache answers most of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ansible_collections.mtk.backend.plugins.module_utils.aws._lookup import usable_key
from ansible_collections.mtk.backend.plugins.module_utils.domain._names import canonical_name, resource_name
from ansible_collections.mtk.backend.plugins.module_utils.domain._outputs import roles_of
from ansible_collections.mtk.backend.plugins.module_utils.domain._pools import SHARED
from ansible_collections.mtk.backend.plugins.module_utils.domain._values import OWNER_TAG, UNKNOWN
from ansible_collections.mtk.backend.plugins.module_utils.resources._dynamodb import describe_table, read_tags

TIERS = ("public", "private", "database")
LAYOUT_TAG = "mtk:flag-index-layout"
NO_TABLE: Mapping[str, Any] = {"keys": {}, "layout": ""}
_GONE = ("deleted", "deleting", "failed", "delete-in-progress", "delete-complete", "create-failed")
_STATES = ("state", "status", "db_instance_status")  # the fields in which EC2 and RDS say it
Item = Mapping[str, Any]
Values = dict[str, Any]


class Outputs:
    """The outputs of an environment as seen from one region. Only resources with the tag of the environment count."""

    def __init__(self, aws: Any, environment: str, home_region: str) -> None:
        self.aws, self.environment, self.home_region = aws, environment, home_region

    def read(self, wanted: Iterable[str]) -> tuple[Values, Values, Mapping[str, Any]]:
        """Return the outputs of the region, those that the environment has once, and the keys of the table.

        ``wanted`` are names of outputs. All outputs of their roles are read.
        """
        roles = roles_of(wanted)
        values: Values = {}
        shared: Values = {}
        table = NO_TABLE
        if "ipam_vpc" in roles:
            shared |= self._shared_network()
            values |= {**self._network(), **self._pool(), **self._logs_and_key("flow_log_group", "network_key")}
        if "aurora" in roles:
            shared |= self._shared_database()
            values |= self._database(shared)
        if "dynamodb_global" in roles:
            found, table = self._table()
            values |= found
            shared["table_regions"] = self._table_regions()
        return values, shared, table

    def _name(self, kind: str) -> str:
        return resource_name(kind, self.environment, self.aws.region)

    def _listed(self, service: str, key: str, region: str | None = None) -> list[Item]:
        """Return the resources of a listing that belong to the environment and are not on their way out."""
        listed = self.aws.pages(service, f"describe_{key}", key, region)
        return [each for each in listed if self._owns(each) and not _is_going(each)]

    def _owns(self, item: Item) -> bool:
        return (item.get("tags") or {}).get(OWNER_TAG) == self.environment

    def _shared_network(self) -> Values:
        ipams = self.aws.pages("ec2", "describe_ipams", "ipams", self.home_region)
        ours = [each for each in ipams if (each.get("tags") or {}).get(OWNER_TAG) == SHARED and not _is_going(each)]
        return {"ipam_id": _only(ours, "ipam_id"), "flow_log_role_arn": self._role("flow_log_role")}

    def _role(self, kind: str) -> str | None:
        name = resource_name(kind, self.environment)
        found = self.aws.found("NoSuchEntity", lambda: self.aws.call("iam", "get_role", role_name=name))
        role = found["role"] if found else None
        return str(role["arn"]) if role and self._owns(role) else None

    def _pool(self) -> Values:
        name = canonical_name("ipam_pool", self.environment, self.aws.region)
        pools = [each for each in self._listed("ec2", "ipam_pools", self.home_region) if _named(each) == name]
        pool = _only(pools, "ipam_pool_id")
        blocks = (
            self.aws.pages("ec2", "get_ipam_pool_cidrs", "ipam_pool_cidrs", self.home_region, ipam_pool_id=pool)
            if pool
            else []
        )
        provisioned = [each for each in blocks if each["state"] == "provisioned"]
        return {"ipam_pool_id": pool, "ipam_pool_cidr_block": _only(provisioned, "cidr")}

    def _network(self) -> Values:
        name = canonical_name("vpc", self.environment, self.aws.region)
        vpcs = [each for each in self._listed("ec2", "vpcs") if _named(each) == name]
        if len(vpcs) != 1:
            return {}
        (vpc,) = vpcs
        arn = f"arn:{self.aws.partition}:ec2:{self.aws.region}:{vpc['owner_id']}:vpc/{vpc['vpc_id']}"
        return {
            "vpc_id": vpc["vpc_id"],
            "vpc_arn": arn,
            "vpc_cidr_block": vpc["cidr_block"],
            **self._subnets(vpc["vpc_id"]),
            **self._routes(vpc["vpc_id"]),
            **self._gateways(vpc["vpc_id"]),
            **self._groups_and_endpoints(vpc["vpc_id"]),
        }

    def _subnets(self, vpc: str) -> Values:
        listed = [each for each in self._listed("ec2", "subnets") if each["vpc_id"] == vpc]
        found: Values = {}
        for tier in TIERS:
            of_tier = {each["availability_zone"]: each for each in listed if each["tags"].get("mtk:tier") == tier}
            found[f"{tier}_subnet_ids"] = _values(of_tier, "subnet_id")
            found[f"{tier}_subnet_cidr_blocks"] = _values(of_tier, "cidr_block")
        return found

    def _routes(self, vpc: str) -> Values:
        tables = {_named(each): each for each in self._listed("ec2", "route_tables") if each["vpc_id"] == vpc}
        found: Values = {
            f"{tier}_route_table_id": tables.get(self._name(f"{tier}_route_table"), {}).get("route_table_id")
            for tier in ("public", "database")
        }
        return {
            **found,
            "private_route_table_ids": _values(self._zonal("private_route_table", tables), "route_table_id"),
        }

    def _zonal(self, kind: str, named: Mapping[str, Item]) -> dict[str, Item]:
        """Return the resources of a kind by zone, from resources by their Name tags."""
        begin, end = f"{self.environment}_{self.aws.region}_", f"_{kind}"
        return {
            name.removeprefix(begin).removesuffix(end): item
            for name, item in named.items()
            if name.startswith(begin) and name.endswith(end)
        }

    def _gateways(self, vpc: str) -> Values:
        gateways = {_named(each): each for each in self._listed("ec2", "nat_gateways") if each["vpc_id"] == vpc}
        zonal = self._zonal("nat_gateway", gateways)
        addresses = {zone: (each.get("nat_gateway_addresses") or [{}])[0] for zone, each in zonal.items()}
        attached = [
            each
            for each in self._listed("ec2", "internet_gateways")
            if any(attachment["vpc_id"] == vpc for attachment in each.get("attachments") or ())
        ]
        return {
            "internet_gateway_id": _only(attached, "internet_gateway_id"),
            "nat_gateway_ids": _values(zonal, "nat_gateway_id"),
            "nat_gateway_public_ips": _values(addresses, "public_ip"),
        }

    def _groups_and_endpoints(self, vpc: str) -> Values:
        groups = {
            each["group_name"]: each["group_id"]
            for each in self._listed("ec2", "security_groups")
            if each["vpc_id"] == vpc
        }
        endpoints = {_named(each): each for each in self._listed("ec2", "vpc_endpoints") if each["vpc_id"] == vpc}
        return {
            **{
                f"{who}_security_group_id": groups.get(self._name(f"{who}_security_group"))
                for who in ("application", "database")
            },
            **{
                f"{service}_endpoint_id": endpoints.get(self._name(f"{service}_endpoint"), {}).get("vpc_endpoint_id")
                for service in ("s3", "dynamodb")
            },
        }

    def _logs_and_key(self, group: str, key: str) -> Values:
        return {**self._logs(group, self._name(group)), f"{key}_arn": self._key(key)}

    def _logs(self, output: str, name: str) -> Values:
        listed = self.aws.pages("logs", "describe_log_groups", "log_groups", log_group_name_prefix=name)
        arns = [each["arn"].removesuffix(":*") for each in listed if each["log_group_name"] == name]
        arn = next((each for each in arns if self._has_tag(each, self._log_tags)), None)
        return {f"{output}_name": name if arn else None, f"{output}_arn": arn}

    def _log_tags(self, arn: str) -> dict[str, str]:
        return dict(self.aws.call("logs", "list_tags_for_resource", resource_arn=arn).get("tags") or {})

    def _has_tag(self, arn: str, ask: Callable[[str], dict[str, str]]) -> bool:
        tags = self.aws.tags(arn, {OWNER_TAG: self.environment}, lambda: ask(arn))
        return bool(tags.get(OWNER_TAG) == self.environment)

    def _key(self, kind: str) -> str | None:
        found = usable_key(self.aws, self._name(kind), {"environment": self.environment})
        return None if found == UNKNOWN else str(found)

    def _shared_database(self) -> Values:
        name = resource_name("aurora_global_cluster", self.environment)
        listed = self._listed("rds", "global_clusters", self.home_region)
        found = next((each for each in listed if each["global_cluster_identifier"] == name), {})
        writers = [each for each in found.get("global_cluster_members") or () if each["is_writer"]]
        return {
            "monitoring_role_arn": self._role("aurora_monitoring_role"),
            "global_cluster_identifier": found.get("global_cluster_identifier"),
            "global_cluster_arn": found.get("global_cluster_arn"),
            "global_writer_endpoint": found.get("endpoint"),
            "writer_region": writers[0]["db_cluster_arn"].split(":")[3] if writers else None,
            "_database_name": found.get("database_name"),
        }

    def _database(self, shared: Values) -> Values:
        database = shared.pop("_database_name")  # a secondary cluster does not name it
        name = self._name("aurora_cluster")
        listed = [each for each in self._listed("rds", "db_clusters") if each["db_cluster_identifier"] == name]
        logs = self._logs("aurora_log_group", f"/aws/rds/cluster/{name}/postgresql")
        found: Values = {**logs, "aurora_key_arn": self._key("aurora_key")}
        for cluster in listed:
            instances = {
                each["db_instance_identifier"]: each.get("endpoint") or {}
                for each in self._listed("rds", "db_instances")
                if each.get("db_cluster_identifier") == name
            }
            found |= {
                "cluster_identifier": name,
                "cluster_arn": cluster["db_cluster_arn"],
                "cluster_resource_id": cluster.get("db_cluster_resource_id"),
                "cluster_endpoint": cluster.get("endpoint"),
                "cluster_reader_endpoint": cluster.get("reader_endpoint"),
                "cluster_port": cluster.get("port"),
                "instance_endpoints": _values(instances, "address"),
                "database_name": cluster.get("database_name") or database,
                "engine_version": cluster.get("engine_version"),
                "master_username": cluster.get("master_username"),
                "master_user_secret_arn": (cluster.get("master_user_secret") or {}).get("secret_arn"),
            }
        if not found.get("master_user_secret_arn"):
            found["master_user_secret_arn"] = self._secret()
        return found

    def _secret(self) -> str | None:
        """Return the ARN of the secret of the role. A copy in another region differs from it in the region only."""
        name, home = resource_name("aurora_master_secret", self.environment), self.home_region
        secret = self.aws.found(
            "ResourceNotFoundException",
            lambda: self.aws.call("secretsmanager", "describe_secret", home, secret_id=name),
        )
        if not secret or secret.get("deleted_date") or not self._owns(secret):
            return None
        copies = [each["region"] for each in secret.get("replication_status") or ()]
        if self.aws.region not in (home, *copies):
            return None
        return str(secret["arn"]).replace(f":{home}:", f":{self.aws.region}:", 1)

    def _table(self) -> tuple[Values, Mapping[str, Any]]:
        table, tags = self._table_with_tags(self.aws.region)
        found: Values = {"table_key_arn": self._key("dynamodb_key")}
        if table is None:
            return found, NO_TABLE
        indexes = {each["index_name"]: each["key_schema"] for each in table.get("global_secondary_indexes") or ()}
        schemas = {"": table["key_schema"], **indexes}
        keys = {index: schema[0]["attribute_name"] for index, schema in schemas.items()}
        found |= {
            "table_name": table["table_name"],
            "table_arn": table["table_arn"],
            "table_stream_arn": table.get("latest_stream_arn"),
        }
        return found, {"keys": keys, "layout": tags.get(LAYOUT_TAG, "")}

    def _table_with_tags(self, region: str) -> tuple[Item | None, dict[str, str]]:
        """Return the table and its tags; None if it is not the environment's or is on its way out."""
        table = describe_table(self.aws, self._name("user_locations"), region)
        if table is None or table["table_status"] == "DELETING":  # AWS then describes it without keys and indexes
            return None, {}
        tags = read_tags(self.aws, table["table_arn"], {OWNER_TAG: self.environment}, region)
        return (table, tags) if tags.get(OWNER_TAG) == self.environment else (None, {})

    def _table_regions(self) -> list[str] | None:
        table, _tags = self._table_with_tags(self.home_region)
        if table is None:
            return None
        replicas = [each for each in table.get("replicas") or () if each.get("replica_status") != "DELETING"]
        return sorted({self.home_region, *(each["region_name"] for each in replicas)})


def _is_going(item: Item) -> bool:
    """Return whether a resource is being deleted, or could not be created."""
    return any(item.get(field) in _GONE for field in _STATES)


def _named(item: Item) -> str:
    return str((item.get("tags") or {}).get("Name", ""))


def _only(items: list[Item], field: str) -> str | None:
    """Return a field of the only item; None if there are several or none."""
    return str(items[0][field]) if len(items) == 1 else None


def _values(items: Mapping[str, Item], field: str) -> dict[str, str] | None:
    """Return a field of all items that have it; None if none has it."""
    return {key: items[key][field] for key in sorted(items) if items[key].get(field)} or None
