# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The questions that a run asks AWS before its first write: does AWS offer what the settings ask for?

Each question is asked only for what the run may create or change. Listings that other tasks read come first, so that
the run's cache answers them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from ansible_collections.mtk.backend.plugins.module_utils.domain import _offers
from ansible_collections.mtk.backend.plugins.module_utils.domain._aurora import (
    parameter_text,
    pending_laid_over,
    version_to_keep,
)
from ansible_collections.mtk.backend.plugins.module_utils.domain._layout import Zone, choose_zones
from ansible_collections.mtk.backend.plugins.module_utils.domain._values import OWNER_TAG
from ansible_collections.mtk.backend.plugins.module_utils.engine._resource import aws_error
from ansible_collections.mtk.backend.plugins.module_utils.resources._ipam import alive, held, label

ENGINE = "aurora-postgresql"
# The role variables that set the options, as findings name them.
VARIABLES = {
    "zone_count": "ipam_vpc_zone_count",
    "zone_names": "ipam_vpc_zone_names",
    "nat_gateway_count": "ipam_vpc_nat_gateway_mode",
    "engine_version": "aurora_engine_version",
    "allow_major_version_upgrade": "aurora_allow_major_version_upgrade",
    "instance_class": "aurora_instance_class",
    "instance_count": "aurora_instance_count",
    "cluster_parameters": "aurora_parameters",
    "instance_parameters": "aurora_instance_parameters",
}
_DENIED = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError")
_NOT_AUTHENTICATED = ("AuthFailure", "InvalidClientTokenId", "OptInRequired", "SignatureDoesNotMatch")
_INVALID = ("InvalidParameterValue", "InvalidParameterCombination")
Rows = list[dict[str, Any]]


class Preflight:
    """The questions about one region. ``unasked`` collects the operations that the credentials may not call."""

    def __init__(self, aws: Any, params: Mapping[str, Any]) -> None:
        self.aws = aws
        self.params = params
        self.variables = {**VARIABLES, **(params.get("variables") or {})}
        self.unasked: list[str] = []

    def result(self) -> dict[str, Any]:
        """Return what the module returns: what the region offers, the findings, and what was not asked."""
        disabled = self._region()
        zones = [] if disabled else self._zones()
        others = [] if disabled else [finding for ask in self._others() for finding in ask()]
        return {
            "enabled": not disabled,
            "plannable": not (disabled or zones),
            "findings": [*disabled, *zones, *others],
            "unasked": sorted(set(self.unasked)),
        }

    def _others(self) -> tuple[Callable[[], list[str]], ...]:
        """Return the questions besides region and zones."""
        return (self._addresses, self._address_plan, self._boundaries, self._database, self._parameters)

    def _region(self) -> list[str]:
        home = self.params.get("home_region") or self.aws.region
        try:
            regions = self._pages("ec2", "describe_regions", "regions", home, all_regions=True)
        except self.aws.errors as error:
            code = aws_error(error)[0] or type(error).__name__
            if code not in (*_NOT_AUTHENTICATED, "EndpointConnectionError"):
                raise
            return [
                f"AWS refuses the credentials in Region {home} ({code}). Correct the name of the Region, enable it in "
                "the settings of the account, or use other credentials."
            ]
        return [] if regions is None else _offers.judge_region(self.aws.region, regions)

    # The network.

    def _zones(self) -> list[str]:
        count, names = self.params.get("zone_count"), self.params.get("zone_names") or []
        available = self._available() if count or names else None
        if available is None:
            return []
        return _offers.judge_zones(self.variables, self.aws.region, available, count, names)

    def _available(self) -> Rows | None:
        return self._pages("ec2", "describe_availability_zones", "availability_zones")

    def _chosen_zones(self) -> list[Zone]:
        """Return the zones of the network by id; none if they are not known or not offered."""
        count, names = self.params.get("zone_count"), self.params.get("zone_names") or []
        try:
            chosen = choose_zones(self._available() or [], count or 0, names)
        except ValueError:
            return []
        return sorted(chosen, key=lambda zone: zone.slot)

    def _addresses(self) -> list[str]:
        count = self.params.get("nat_gateway_count") or 0
        gateways = self._pages("ec2", "describe_nat_gateways", "nat_gateways") if count else []
        present = [g for g in gateways or [] if self._is_own(g) and g["state"] in ("pending", "available")]
        if gateways is None or len(present) >= count:
            return []
        addresses = self._pages("ec2", "describe_addresses", "addresses")
        attributes = self._pages("ec2", "describe_account_attributes", "account_attributes")
        quota = [a for a in attributes or [] if a["attribute_name"] == "vpc-max-elastic-ips"]
        if addresses is None or not quota:
            return []
        most = int(quota[0]["attribute_values"][0]["attribute_value"])
        owned = sum(map(self._is_own, addresses))
        return _offers.judge_addresses(self.variables, self.aws.region, count, owned, len(addresses), most)

    def _is_own(self, resource: Mapping[str, Any]) -> bool:
        """Return whether a resource has the environment's tag, or the environment's name and no owner."""
        tags, environment = resource.get("tags") or {}, self.params["environment"]
        named = str(tags.get("Name", "")).startswith(f"{environment}_{self.aws.region}_")
        return bool(tags.get(OWNER_TAG, environment if named else "") == environment)

    def _address_plan(self) -> list[str]:
        """Return the findings on pools that exist with other blocks, or whose blocks other pools have."""
        wanted = self.params.get("address_pools") or []
        found = self._pages("ec2", "describe_ipam_pools", "ipam_pools") if wanted else None
        names = {p["ipam_pool_id"]: label(p, "ipam_pool_id") for p in found or []}
        places = {
            p["ipam_pool_id"]: (names.get(p.get("source_ipam_pool_id"), ""), label(p, "ipam_pool_id"))
            for p in alive(found or [])
        }
        asked = {(pool["source_name"], pool["name"]) for pool in wanted}
        filling = {source for source, _name in asked - set(places.values()) if source}
        blocks: dict[str, dict[str, list[str]]] = {}
        for pool_id, (source, name) in places.items():
            if source in filling or (source, name) in asked:
                blocks.setdefault(source, {})[name] = self._blocks(pool_id)
        return _offers.judge_pools(wanted, blocks)

    def _blocks(self, pool_id: str) -> list[str]:
        rows = self._read("ec2", "get_ipam_pool_cidrs", lambda: held(self.aws, pool_id))
        return [str(row["cidr"]) for row in rows or [] if row.get("cidr")]

    # The roles.

    def _boundaries(self) -> list[str]:
        """Return a finding for each permissions boundary that is not a policy of the account. A role needs it to exist.

        AWS refuses a missing boundary only when a role is created or changed.
        """
        wanted: dict[str, list[str]] = {}
        for variable, arn in (self.params.get("permissions_boundaries") or {}).items():
            wanted.setdefault(arn, []).append(variable)
        return [_offers.missing_boundary(variables, arn) for arn, variables in wanted.items() if self._is_missing(arn)]

    def _is_missing(self, arn: str) -> bool:
        ask = partial(self.aws.call, "iam", "get_policy", policy_arn=arn)
        found = self._read("iam", "get_policy", lambda: self.aws.found("NoSuchEntity", ask) or {"policy": None})
        return found is not None and found["policy"] is None

    # The database.

    def _database(self) -> list[str]:
        asked = [self.params.get(name) for name in ("engine_version", "instance_class", "instance_count")]
        clusters = self._pages("rds", "describe_db_clusters", "db_clusters") if any(asked) else None
        if clusters is None:
            return []
        name = (self.params.get("db_cluster_identifier") or "").lower()
        cluster = next((pending_laid_over(c) for c in clusters if c["db_cluster_identifier"] == name), None)
        findings, versions = self._version(cluster)
        if findings:
            return findings
        instances = self._pages("rds", "describe_db_instances", "db_instances") if cluster else []
        if instances is None:
            return []
        members = [pending_laid_over(i) for i in instances if i.get("db_cluster_identifier") == name]
        upgrade = cluster is None or cluster["engine_version"] not in versions
        return [*self._class(members, versions, upgrade), *self._quotas(cluster, members)]

    def _version(self, cluster: Mapping[str, Any] | None) -> tuple[list[str], list[str]]:
        """Return the finding, and the versions that the cluster may run after the run."""
        wanted, running = str(self.params.get("engine_version") or ""), str((cluster or {}).get("engine_version") or "")
        if running and wanted and not self.params.get("allow_major_version_upgrade", True):
            refused = _offers.judge_major_upgrade(self.variables, self.aws.region, wanted, running)
            if refused:
                return refused, []
        if running and (not wanted or _is_kept(wanted, running)):
            return [], [running]
        offered = self._pages("rds", "describe_db_engine_versions", "db_engine_versions", engine=ENGINE)
        if offered is None:
            return [], []
        versions = [str(version["engine_version"]) for version in offered]
        own = next((version for version in offered if version["engine_version"] == running), None)
        targets = own and {str(target["engine_version"]) for target in own.get("valid_upgrade_target") or []}
        if not wanted:
            return [], versions
        findings = _offers.judge_version(self.variables, self.aws.region, wanted, versions, targets)
        return findings, _offers.satisfying(wanted, versions)

    def _class(self, members: Rows, versions: list[str], upgrade: bool) -> list[str]:
        """Return the findings on the class, if an instance is created or gets another class or version."""
        wanted, count = self.params.get("instance_class"), self.params.get("instance_count") or 0
        others = [member for member in members if member.get("db_instance_class") != wanted]
        if not wanted or not (upgrade or others or len(members) < count):
            return []
        options = self._orderable(db_instance_class=wanted)
        if options is None:
            return []
        fitting = [o for o in options if not versions or o["engine_version"] in versions]
        if not fitting:
            newest = {"engine_version": _offers.newest(versions)} if versions else {}
            offered = {o["db_instance_class"] for o in (self._orderable(**newest) if newest else None) or []}
            return _offers.judge_class(self.variables, self.aws.region, wanted, versions, offered)
        offering = {str(zone["name"]) for option in fitting for zone in option.get("availability_zones") or []}
        return _offers.judge_class_zones(self.variables, wanted, self._instance_zones(members, others), offering)

    def _orderable(self, **asked: Any) -> Any:
        """Return the orderable options. AWS may refuse an unknown class instead of returning no option."""
        operation, key = "describe_orderable_db_instance_options", "orderable_db_instance_options"
        asked = {"engine": ENGINE, "vpc": True, **asked}
        return self._read(
            "rds", operation, lambda: self._unless_invalid(lambda: self.aws.pages("rds", operation, key, **asked)) or []
        )

    def _instance_zones(self, members: Rows, others: Rows) -> list[tuple[str, str]]:
        """Return the zones, as name and id, in which an instance is created or gets another class."""
        taken = {member.get("availability_zone") for member in members}
        moving = {member.get("availability_zone") for member in others}
        chosen = self._chosen_zones()
        due = [zone for zone in chosen[: self.params.get("instance_count")] if zone.zone_name not in taken]
        due += [zone for zone in chosen if zone.zone_name in moving]
        return [(zone.zone_name, zone.zone_id) for zone in due]

    def _quotas(self, cluster: Mapping[str, Any] | None, members: Rows) -> list[str]:
        name, count = self.params.get("db_cluster_identifier"), self.params.get("instance_count") or 0
        missing = {"DBClusters": 0 if cluster or not name else 1, "DBInstances": max(0, count - len(members))}
        if not name or not any(missing.values()):
            return []
        quotas = self._pages("rds", "describe_account_attributes", "account_quotas") or []
        causes = {"DBClusters": name, "DBInstances": f"{self.variables['instance_count']} is {count} and"}
        return [
            finding
            for quota in quotas
            if (kind := quota["account_quota_name"]) in causes
            for finding in _offers.judge_quota(causes[kind], self.aws.region, missing[kind], quota)
        ]

    # The parameters.

    def _parameters(self) -> list[str]:
        return [*self._parameters_of("cluster_", "db_cluster_"), *self._parameters_of("instance_", "db_")]

    def _parameters_of(self, option: str, scope: str) -> list[str]:
        """Return the findings on the parameters that differ from those of the parameter group."""
        wanted = self.params.get(f"{option}parameters") or {}
        name = (self.params.get(f"{option}parameter_group_name") or "").lower()
        groups = self._pages("rds", f"describe_{scope}parameter_groups", f"{scope}parameter_groups") if wanted else None
        if groups is None:
            return []
        group = next((g for g in groups if g[f"{scope}parameter_group_name"] == name), None)
        me = {f"{scope}parameter_group_name": name}
        if group:
            described = self._pages("rds", f"describe_{scope}parameters", "parameters", **me, source="user")
            present = {p["parameter_name"]: p.get("parameter_value") for p in described or []}
            wanted = {key: value for key, value in wanted.items() if present.get(key) != parameter_text(value)}
        if not wanted:
            return []
        family = self._family(group)
        if group:
            rows = self._pages("rds", f"describe_{scope}parameters", "parameters", **me)
        else:
            rows = self._defaults(scope, family) if family else None
        kind = f"{'a cluster' if 'cluster' in scope else 'an instance'} parameter of {family}"
        return _offers.judge_parameters(self.variables[f"{option}parameters"], kind, wanted, rows) if rows else []

    def _family(self, group: Mapping[str, Any] | None) -> str:
        if group:
            return str(group["db_parameter_group_family"])
        major = str(self.params.get("engine_version") or "").split(".", maxsplit=1)[0]
        return f"{ENGINE}{major}" if major else ""

    def _defaults(self, scope: str, family: str) -> Rows:
        """Return the parameters of a family. Their pages are nested in the answer."""
        operation = f"describe_engine_default_{'cluster_' if 'cluster' in scope else ''}parameters"
        rows: Rows = []
        page = self._read("rds", operation, partial(self._default_page, operation, family))
        while page:
            rows += page.get("parameters") or []
            if not page.get("marker"):
                return rows
            page = self._read("rds", operation, partial(self._default_page, operation, family, page["marker"]))
        return []  # parts of the list would make the other parameters look unknown

    def _default_page(self, operation: str, family: str, marker: str | None = None) -> dict[str, Any]:
        given = {"db_parameter_group_family": family, "marker": marker}
        answer = self._unless_invalid(lambda: self.aws.call("rds", operation, **given))
        return dict(answer["engine_defaults"]) if answer else {}  # the finding on the version names an unknown family

    # The requests.

    def _pages(self, service: str, operation: str, key: str, region: str | None = None, **params: Any) -> Rows | None:
        """Return a listing; None if the credentials may not read it."""
        found: Rows | None = self._read(
            service, operation, lambda: self.aws.pages(service, operation, key, region, **params)
        )
        return found

    def _unless_invalid(self, ask: Callable[[], Any]) -> Any:
        """Return an answer; None if AWS refuses a value of the request."""
        return self.aws.found(list(_INVALID), ask)

    def _read(self, service: str, operation: str, ask: Callable[[], Any]) -> Any:
        try:
            return ask()
        except self.aws.errors as error:
            if aws_error(error)[0] not in _DENIED:
                raise
            names = self.aws.client(service).meta.method_to_api_mapping
            self.unasked.append(f"{service}:{names[operation]}")
            return None


def _is_kept(wanted: str, running: str) -> bool:
    """Return whether a cluster keeps its version. A downgrade is refused by the task of the cluster."""
    try:
        return version_to_keep(wanted, running, allow_major=True) == running
    except ValueError:
        return True
