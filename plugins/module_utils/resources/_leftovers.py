# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A sweep: reads what is left of an environment, by tag in all regions, and by name and kind where something was.

AWS's listing of tagged resources keeps deleted ones for a while, and does not have all kinds. So each tagged resource
is looked up in the listing of its kind, and the other kinds are listed as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ansible_collections.mtk.backend.plugins.module_utils.domain import _leftovers as leftovers
from ansible_collections.mtk.backend.plugins.module_utils.domain._leftovers import Found
from ansible_collections.mtk.backend.plugins.module_utils.domain._locks import TABLE
from ansible_collections.mtk.backend.plugins.module_utils.domain._names import resource_name
from ansible_collections.mtk.backend.plugins.module_utils.domain._pools import SHARED
from ansible_collections.mtk.backend.plugins.module_utils.domain._values import OWNER_TAG
from ansible_collections.mtk.backend.plugins.module_utils.engine._resource import aws_error
from ansible_collections.mtk.backend.plugins.module_utils.resources._kept_data import data_of

WORKERS = 16
_DENIED = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError")
_ENABLED = ("opted-in", "opt-in-not-required")
# By the type in the ARN: the module, the key of the listing, and the field with the id.
EC2 = {
    "elastic-ip": (leftovers.ADDRESS, "addresses", "allocation_id"),
    "internet-gateway": ("ec2_internet_gateway", "internet_gateways", "internet_gateway_id"),
    "ipam": ("ec2_ipam", "ipams", "ipam_id"),
    "ipam-pool": ("ec2_ipam_pool", "ipam_pools", "ipam_pool_id"),
    "ipam-scope": ("ec2_ipam_scope", "ipam_scopes", "ipam_scope_id"),
    "natgateway": ("ec2_nat_gateway", "nat_gateways", "nat_gateway_id"),
    "network-acl": ("ec2_network_acl", "network_acls", "network_acl_id"),
    "network-interface": (leftovers.INTERFACE, "network_interfaces", "network_interface_id"),
    "route-table": ("ec2_route_table", "route_tables", "route_table_id"),
    "security-group": ("ec2_security_group", "security_groups", "group_id"),
    "subnet": ("ec2_subnet", "subnets", "subnet_id"),
    "vpc": ("ec2_vpc", "vpcs", "vpc_id"),
    "vpc-endpoint": ("ec2_vpc_endpoint", "vpc_endpoints", "vpc_endpoint_id"),
    "vpc-flow-log": ("ec2_flow_log", "flow_logs", "flow_log_id"),
}
UNTAGGED = ("elastic-ip", "vpc-flow-log")  # listed without the filter, to find them by name, too
_FILTER = {"nat_gateways": "filter", "flow_logs": "filter"}  # the name of the parameter, if it is not filters
# By the type in the ARN: the module, the key of the listing, the field with the name, the field with the ARN.
RDS = {
    "cluster": ("rds_cluster", "db_clusters", "db_cluster_identifier", "db_cluster_arn"),
    "db": ("rds_instance", "db_instances", "db_instance_identifier", "db_instance_arn"),
    "subgrp": ("rds_subnet_group", "db_subnet_groups", "db_subnet_group_name", "db_subnet_group_arn"),
    "cluster-pg": (
        "rds_cluster_param_group",
        "db_cluster_parameter_groups",
        "db_cluster_parameter_group_name",
        "db_cluster_parameter_group_arn",
    ),
    "pg": ("rds_instance_param_group", "db_parameter_groups", "db_parameter_group_name", "db_parameter_group_arn"),
}
# The types in ARNs whose resources are found by a listing of their service, and not by their tag alone.
LISTED = {
    "ec2": set(EC2),
    "rds": {*RDS, "cluster-snapshot", "global-cluster", "cluster-auto-backup"},
    "dynamodb": {"table"},
    "logs": {"log-group"},
    "kms": {"key"},
    "secretsmanager": {"secret"},
}
Rows = list[dict[str, Any]]


class Sweep:
    """The questions about all regions, asked from the home region. ``unasked`` collects what may not be read."""

    def __init__(self, aws: Any, environment: str) -> None:
        self.aws = aws
        self.environment = environment
        self.home = str(aws.region)
        self.unasked: set[str] = set()
        self._regions = self._pages("ec2", "describe_regions", "regions", self.home, all_regions=True)
        self.named = leftovers.name_pattern(environment, [each["region_name"] for each in self._regions]).match

    @property
    def enabled(self) -> list[str]:
        """The regions that the account has enabled."""
        return sorted(each["region_name"] for each in self._regions if each["opt_in_status"] in _ENABLED)

    def tagged(self, regions: Iterable[str]) -> dict[str, Rows]:
        """Return the resources with the tag of the environment, or of what environments share, by region."""
        listed = list(regions)
        filters = [{"key": OWNER_TAG, "values": [self.environment, SHARED]}]

        def ask(region: str) -> Rows:
            key = "resource_tag_mapping_list"
            found = self._pages("resourcegroupstaggingapi", "get_resources", key, region, tag_filters=filters)
            return [each for each in found if region == self.home or each["resource_arn"].split(":")[3]]

        return dict(zip(listed, self._together([(ask, region) for region in listed]), strict=True))

    def others(self) -> list[str]:
        """Return the other environments that have pools of the shared IPAM."""
        pools = self._pages("ec2", "describe_ipam_pools", "ipam_pools", self.home)
        owners = {_owner(each) for each in pools if each.get("state") not in leftovers.GOING}
        return sorted(owners - {"", SHARED, self.environment})

    def operating_regions(self) -> list[str]:
        """Return the regions that the IPAMs of the home region work in."""
        ipams = self._pages("ec2", "describe_ipams", "ipams", self.home)
        ours = [each for each in ipams if _owner(each) in (SHARED, self.environment)]
        return [region["region_name"] for each in ours for region in each.get("operating_regions") or []]

    def look(self, tagged: Mapping[str, Rows]) -> list[Found]:
        """Return what is left in the regions of ``tagged``, of which each is looked at closely."""
        questions: list[tuple[Callable[[Any], Any], Any]] = []
        for region, rows in tagged.items():
            place = Place(self, region, rows)
            kinds = [place.ec2, place.rds, place.snapshots, place.automated, place.tables, place.backups]
            kinds += [place.logs, place.scaling, place.keys, place.secrets, place.rest]
            questions += [(lambda kind: list(kind()), kind) for kind in kinds]
        if self.home in tagged:
            questions += [(lambda kind: list(kind()), kind) for kind in (self._roles, self._global_clusters)]
        return [found for answer in self._together(questions) for found in answer]

    def _roles(self) -> Iterator[Found]:
        for kind in ("flow_log_role", "aurora_monitoring_role"):
            name = resource_name(kind, self.environment)
            role = self._one("iam", "get_role", "role", "NoSuchEntity", role_name=name)
            if role:
                yield Found("iam_role", "global", name, role["arn"], _owner(role))
        name = resource_name("flow_log_policy", self.environment)
        policies = self._pages("iam", "list_policies", "policies", self.home, scope="Local")  # the ARN has a path
        for arn in (each["arn"] for each in policies if each["policy_name"] == name):
            policy = self._one("iam", "get_policy", "policy", "NoSuchEntity", policy_arn=arn)
            if policy:
                yield Found("iam_managed_policy", "global", name, arn, _owner(policy))

    def _global_clusters(self) -> Iterator[Found]:
        for each in self._pages("rds", "describe_global_clusters", "global_clusters", self.home):
            name = each["global_cluster_identifier"]
            if _owner(each) == self.environment or self.named(name):
                yield Found(
                    "rds_global_cluster", self.home, name, each["global_cluster_arn"], _owner(each), each["status"]
                )

    def _together(self, questions: Iterable[tuple[Callable[[Any], Any], Any]]) -> list[Any]:
        with ThreadPoolExecutor(WORKERS) as threads:
            return list(threads.map(lambda question: question[0](question[1]), questions))

    def _pages(self, service: str, operation: str, key: str, region: str, **params: Any) -> Rows:
        rows: Rows = self.asked(
            service, operation, region, [], lambda: self.aws.pages(service, operation, key, region, **params)
        )
        return rows

    def _one(self, service: str, operation: str, key: str, missing: str | list[str], **params: Any) -> Any:
        region = params.pop("region", self.home)

        def ask() -> Any:
            answer = self.aws.found(missing, lambda: self.aws.call(service, operation, region, **params))
            return answer and answer[key]

        return self.asked(service, operation, region, None, ask)

    def asked(self, service: str, operation: str, region: str, nothing: Any, ask: Callable[[], Any]) -> Any:
        """Return AWS's answer; ``nothing`` if the credentials may not ask, which is part of the report."""
        try:
            return ask()
        except self.aws.errors as error:
            if aws_error(error)[0] not in _DENIED:
                raise
            name = self.aws.client(service, region).meta.method_to_api_mapping[operation]
            self.unasked.add(f"{region} {service}:{name}")
            return nothing


class Place:
    """The questions about one region. ``rows`` are the resources that AWS lists by tag."""

    def __init__(self, sweep: Sweep, region: str, rows: Rows) -> None:
        self.sweep = sweep
        self.region = region
        self.owners = {each["resource_arn"].removesuffix(":*"): each["tags"].get(OWNER_TAG, "") for each in rows}
        self.tags = {each["resource_arn"]: each["tags"] for each in rows}

    def _pages(self, service: str, operation: str, key: str, **params: Any) -> Rows:
        return self.sweep._pages(service, operation, key, self.region, **params)

    def _one(self, service: str, operation: str, key: str, missing: list[str], **params: Any) -> Any:
        return self.sweep._one(service, operation, key, missing, region=self.region, **params)

    def _tagged(self, service: str) -> Iterator[tuple[str, str]]:
        """Yield the types and ARNs of the tagged resources of a service."""
        for arn in self.owners:
            if arn.split(":")[2] == service:
                yield _type(arn), arn

    def _is_ours(self, owner: str, name: str) -> bool:
        return owner in (self.sweep.environment, SHARED) or (not owner and bool(self.sweep.named(name)))

    def rest(self) -> Iterator[Found]:
        """Yield the tagged resources of kinds that no other question is about."""
        for arn, owner in self.owners.items():
            service, kind = arn.split(":")[2], _type(arn)
            if kind not in LISTED.get(service, ()):
                name = self.tags[arn].get("Name") if arn in self.tags else None
                yield Found(f"{service}_{kind}".replace("-", "_"), self.region, name or arn, arn, owner)

    def ec2(self) -> Iterator[Found]:
        kinds = {kind for kind, arn in self._tagged("ec2") if kind in EC2}
        for kind in sorted({*kinds, *UNTAGGED}):
            resource, key, identity = EC2[kind]
            wanted = [{"name": f"tag:{OWNER_TAG}", "values": [self.sweep.environment, SHARED]}]
            narrow = {} if kind in UNTAGGED else {_FILTER.get(key, "filters"): wanted}
            rows = self._pages("ec2", f"describe_{key}", key, **narrow)
            yield from self._ec2_rows(resource, identity, rows)
            if kind == "vpc":
                yield from self._interfaces([row[identity] for row in rows])

    def _ec2_rows(self, resource: str, identity: str, rows: Rows) -> Iterator[Found]:
        for row in rows:
            tags = row.get("tags") or {}
            name = tags.get("Name") or row.get("group_name") or row[identity]
            if self._is_ours(_owner(row), name) and not row.get("is_default"):
                yield Found(resource, self.region, name, row[identity], _owner(row), _state(row))

    def _interfaces(self, vpcs: list[str]) -> Iterator[Found]:
        """Yield the network interfaces in VPCs that are left. They are the reason why AWS does not delete a VPC."""
        where = [{"name": "vpc-id", "values": vpcs}]
        rows = self._pages("ec2", "describe_network_interfaces", "network_interfaces", filters=where) if vpcs else []
        for row in rows:
            name = row.get("description") or row["network_interface_id"]
            yield Found(leftovers.INTERFACE, self.region, name, row["network_interface_id"], self.sweep.environment)

    def rds(self) -> Iterator[Found]:
        for resource, key, name, arn in RDS.values():
            for row in self._pages("rds", f"describe_{key}", key):
                owner = _owner(row) or self.owners.get(row[arn], "")
                if self._is_ours(owner, row[name]):
                    yield Found(resource, self.region, row[name], row[arn], owner, _state(row))

    def snapshots(self) -> Iterator[Found]:
        for row in self._pages("rds", "describe_db_cluster_snapshots", "db_cluster_snapshots"):
            owner, cluster, name = _owner(row), row["db_cluster_identifier"], row["db_cluster_snapshot_identifier"]
            if row["snapshot_type"] != "automated" and self._is_ours(owner, cluster):  # see automated()
                made, key = leftovers.day(row.get("snapshot_create_time")), row.get("kms_key_id") or ""
                yield Found(leftovers.SNAPSHOT, self.region, name, name, owner, "manual", "", made, key, cluster)

    def automated(self) -> Iterator[Found]:
        key = "db_cluster_automated_backups"
        for row in self._pages("rds", f"describe_{key}", key):
            cluster = row["db_cluster_identifier"]
            if row.get("status") == "retained" and self.sweep.named(cluster):
                latest = (row.get("restore_window") or {}).get("latest_time")
                until = leftovers.day(latest, int(row.get("backup_retention_period") or 0))
                yield Found(
                    leftovers.AUTOMATED,
                    self.region,
                    cluster,
                    row["db_cluster_resource_id"],
                    self.sweep.environment,
                    until=until,
                    made=leftovers.day(latest),
                    key=row.get("kms_key_id") or "",
                    of=cluster,
                )

    def tables(self) -> Iterator[Found]:
        names = self.sweep.asked("dynamodb", "list_tables", self.region, [], self._table_names)
        for name in names:
            lock = name == TABLE and self.region == self.sweep.home
            arns = [arn for kind, arn in self._tagged("dynamodb") if arn.endswith(f":table/{name}")]
            owner = self.owners[arns[0]] if arns else ""
            if lock or self._is_ours(owner, name):
                missing = ["ResourceNotFoundException"]
                table = self._one("dynamodb", "describe_table", "table", missing, table_name=name) or {}
                state = table.get("table_status", "DELETED")
                yield Found("dynamodb_table", self.region, name, table.get("table_arn", name), owner, state)

    def _table_names(self) -> list[str]:
        return list(self.sweep.aws.pages("dynamodb", "list_tables", "table_names", self.region))

    def backups(self) -> Iterator[Found]:
        for row in self._pages("dynamodb", "list_backups", "backup_summaries", backup_type="ALL"):
            if self.sweep.named(row["table_name"]) and row.get("backup_status") != "DELETED":
                key = self._key_of(row["backup_arn"])
                made, until = (leftovers.day(row.get(f"backup_{n}_date_time")) for n in ("creation", "expiry"))
                yield Found(
                    leftovers.BACKUP,
                    self.region,
                    row["backup_name"],
                    row["backup_arn"],
                    self.sweep.environment,
                    row.get("backup_type", ""),
                    until,
                    made,
                    key,
                    row["table_name"],
                )

    def _key_of(self, backup: str) -> str:
        """Return the key that encrypts a backup."""
        missing = ["BackupNotFoundException"]
        found = self._one("dynamodb", "describe_backup", "backup_description", missing, backup_arn=backup) or {}
        features = found.get("source_table_feature_details") or {}
        return str((features.get("sse_description") or {}).get("kms_master_key_arn") or "")

    def logs(self) -> Iterator[Found]:
        for prefix in (f"{self.sweep.environment}_", f"/aws/rds/cluster/{self.sweep.environment}-"):
            rows = self._pages("logs", "describe_log_groups", "log_groups", log_group_name_prefix=prefix)
            for row in rows:
                arn = row["arn"].removesuffix(":*")
                owner, name = self.owners.get(arn, ""), row["log_group_name"]
                if self._is_ours(owner, name):
                    yield Found("logs_log_group", self.region, name, arn, owner)

    def scaling(self) -> Iterator[Found]:
        key = "scalable_targets"
        rows = self._pages("application-autoscaling", f"describe_{key}", key, service_namespace="dynamodb")
        for row in rows:
            if self.sweep.named(row["resource_id"]):
                name, dimension = row["resource_id"], row["scalable_dimension"]
                yield Found("dynamodb_table_auto_scaling", self.region, name, dimension, self.sweep.environment)

    def keys(self) -> Iterator[Found]:
        for kind, arn in self._tagged("kms"):
            key_id = arn.rsplit("/", 1)[-1]
            found = self._one("kms", "describe_key", "key_metadata", ["NotFoundException"], key_id=key_id)
            if kind == "key" and found:
                name = self.tags[arn].get("Name") or found.get("description") or key_id
                yield self._key(arn, name, found)
        own = {arn.rsplit("/", 1)[-1] for _kind, arn in self._tagged("kms")}
        for alias in self._pages("kms", "list_aliases", "aliases"):
            # The alias of a key of the environment stays as long as the key does.
            if self.sweep.named(alias["alias_name"]) and alias.get("target_key_id") not in own:
                yield Found(leftovers.ALIAS, self.region, alias["alias_name"], owner=self.sweep.environment)

    def _key(self, arn: str, name: str, found: Mapping[str, Any]) -> Found:
        """Return a key with the data that needs it, unless its deletion is scheduled."""
        state, until = found["key_state"], leftovers.day(found.get("deletion_date"))
        needs = [] if until else data_of(self.sweep.aws, arn, self.region)
        days = [need.until for need in needs]
        last = max(days) if days and all(days) else until
        needed = ", ".join(map(str, needs))
        return Found(leftovers.KEY, self.region, name, found["key_id"], self.owners[arn], state, last, of=needed)

    def secrets(self) -> Iterator[Found]:
        wanted = [{"key": "name", "values": [f"{self.sweep.environment}_"]}]
        key = "secret_list"
        rows = self._pages("secretsmanager", "list_secrets", key, include_planned_deletion=True, filters=wanted)
        for row in rows:
            scheduled, owner = row.get("deleted_date"), _owner(row)
            if self._is_ours(owner, row["name"]):
                yield Found(
                    leftovers.SECRET,
                    self.region,
                    row["name"],
                    row["arn"],
                    owner,
                    "scheduled" if scheduled else "",
                    leftovers.day(scheduled),
                    key=row.get("kms_key_id") or "",
                )


def _type(arn: str) -> str:
    return arn.split(":", 5)[5].replace(":", "/").split("/", 1)[0]


def _owner(row: Mapping[str, Any]) -> str:
    return str((row.get("tags") or {}).get(OWNER_TAG) or "")


def _state(row: Mapping[str, Any]) -> str:
    found = next((row[name] for name in ("state", "status", "db_instance_status") if name in row), "")
    return found if isinstance(found, str) else ""


def sweep(aws: Any, environment: str, regions: Iterable[str], kept: Iterable[Mapping[str, Any]] = ()) -> dict[str, Any]:
    """Return the report about all regions of the account. ``regions`` are those of the inventory.

    ``kept`` are the entries of what the deletion has kept, with the reasons.
    """
    found = Sweep(aws, environment)
    enabled = found.enabled
    tagged = found.tagged(enabled)
    close = {found.home, *regions, *found.operating_regions(), *(region for region in enabled if tagged[region])}
    left = found.look({region: tagged[region] for region in enabled if region in close})
    return {
        "schema_version": 1,
        "environment": environment,
        "regions": enabled,
        "resources": leftovers.judged(left, environment, found.others(), kept),
        "not_looked_at": [
            *(f"{region} (the region is not enabled)" for region in sorted(set(regions) - set(enabled))),
            *sorted(found.unasked),
        ],
    }
