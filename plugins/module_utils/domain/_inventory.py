# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rules of an inventory: groups and hosts, lists of regions that agree with them, settings of several roles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Network
from typing import Any

from ansible_collections.mtk.backend.plugins.module_utils.domain._names import resource_name
from ansible_collections.mtk.backend.plugins.module_utils.domain._pools import SHARED, AddressPlan, PlanError, Pool
from ansible_collections.mtk.backend.plugins.module_utils.domain._rules_database import FORCED_PARAMETERS
from ansible_collections.mtk.backend.plugins.module_utils.domain._rules_identity import partition_of, wanted_boundaries
from ansible_collections.mtk.backend.plugins.module_utils.domain._setting import (
    MISSING,
    Fault,
    Values,
    did_you_mean,
    shown,
)

GROUPS = ("primary", "secondary", "network", "database")
# The settings of the address plan, in the order of AddressPlan.
ADDRESS_PLAN = (
    *("ipam_vpc_top_cidr", "ipam_vpc_region_slots", "ipam_vpc_environment_slots"),
    *("ipam_vpc_region_prefix", "ipam_vpc_environment_prefix"),
)
# Settings that describe what spans regions.
SAME = (
    *ADDRESS_PLAN,
    *("aurora_global", "aurora_engine_version", "aurora_database_name", "aurora_master_username"),
    "dynamodb_global_kms_key_enabled",
)


@dataclass(frozen=True)
class Inventory:
    """The groups of an inventory, and the regions that AWS's SDK knows.

    ``environments`` are the values of mtk_environment by the inventory source that sets it.
    """

    groups: Mapping[str, Sequence[str]]
    known_regions: frozenset[str] = frozenset()
    environments: Mapping[str, str] = field(default_factory=dict)

    def hosts(self, group: str) -> list[str]:
        """Return the hosts of a group; none if there is no such group."""
        return list(self.groups.get(group, ()))

    def faults(self) -> Iterator[Fault]:
        """Return the faults of groups and hosts."""
        yield from self._sources()
        if not self.hosts("all"):
            yield Fault(
                {"the inventory": MISSING},
                "has no hosts",
                "Check the path behind -i: each host of an inventory is an AWS region, for example -i inventories/dev.",
            )
            return
        yield from self._names()
        yield from self._partitions()
        misspelt = list(self._misspelt_groups())
        yield from misspelt
        if misspelt:
            return  # what the groups lack follows from their names
        yield from self._primary()
        for host in self.hosts("all"):
            member = [group for group in GROUPS[:2] if host in self.hosts(group)]
            if len(member) != 1:
                rule = "each region is in one of the groups primary and secondary"
                values = {f"host {host}": MISSING}
                found = f"is in {' and '.join(member) if member else 'none of them'}, and {rule}"
                yield Fault(values, found, "Move it in hosts.yml.")
        for host in self.hosts("database"):
            if host not in self.hosts("network"):
                rule = "is in the group database and not in network, and a database needs a VPC"
                yield Fault(
                    {f"host {host}": MISSING}, rule, "Add it to network in hosts.yml, or remove it from database."
                )

    def _sources(self) -> Iterator[Fault]:
        found = self.environments
        if len(set(found.values())) > 1:
            listed = ", ".join(f"{name} ({source})" for source, name in found.items())
            rule = f"belong to several environments: {listed}. A run has one environment"
            yield Fault(
                {"the inventories": MISSING}, rule, "Give one of them with -i, beside inventories/local if you use it."
            )

    def _names(self) -> Iterator[Fault]:
        for host in self.hosts("all"):
            if self._is_unknown(host):
                near = did_you_mean(host.strip().casefold().replace("_", "-"), self.known_regions)
                remedy = (
                    f"Did you mean {near}?" if near else "Correct it in hosts.yml, or update boto3 for a new region."
                )
                yield Fault({f"host {host}": MISSING}, "is not an AWS region, and each host is one", remedy)

    def _partitions(self) -> Iterator[Fault]:
        partitions = {host: partition_of(host) for host in self.hosts("all") if not self._is_unknown(host)}
        if len(set(partitions.values())) > 1:
            listed = ", ".join(f"{host} ({partition})" for host, partition in partitions.items())
            rule = f"have regions of several partitions of AWS: {listed}. An account belongs to one partition"
            yield Fault({"the hosts": MISSING}, rule, "Make an inventory for each partition.")

    def _is_unknown(self, host: Any) -> bool:
        return bool(self.known_regions) and host not in self.known_regions

    def repeats(self, fault: Fault) -> bool:
        """Return whether a fault only says of a host in a list that it is no region, which is reported already."""
        values = [*fault.values.values()]
        return len(values) == 1 and values[0] in self.hosts("all") and self._is_unknown(values[0])

    def _misspelt_groups(self) -> Iterator[Fault]:
        """Return the faults of groups whose names resemble those of this collection. Other groups are permitted."""
        for group in self.groups:
            near = did_you_mean(group.casefold(), GROUPS, 0.8)
            if near and group not in GROUPS and self.hosts(group) and not self.hosts(near):
                rule = f"is not a group of this collection, and {near} has no hosts"
                yield Fault({f"the group {group}": MISSING}, rule, f"Did you mean {near}?")

    def _primary(self) -> Iterator[Fault]:
        primary = self.hosts("primary")
        if len(primary) != 1:
            found = f"has {len(primary)} hosts{f' ({chr(44).join(primary)})' if primary else ''}"
            rule = f"{found}, and exactly one region owns what spans regions"
            yield Fault(
                {"the group primary": MISSING}, rule, "Put one region into primary and the others into secondary."
            )

    def removed(self, region: str) -> Iterator[Fault]:
        """Return the fault of a region that cannot be removed from the environment."""
        name, playbook = f"region {region}", "playbooks/remove_region.yml"
        if not region:
            remedy = f"Name the region that {playbook} removes, for example -e region=eu-west-1."
            yield Fault({"region": MISSING}, "is not set", remedy)
        elif self._is_unknown(region):
            near = did_you_mean(region.strip().casefold().replace("_", "-"), self.known_regions)
            remedy = f"Did you mean {near}?" if near else "Write it as eu-west-1."
            yield Fault({name: MISSING}, "is not an AWS region", remedy)
        elif partition_of(region) not in {partition_of(host) for host in self.hosts("all")}:
            rule = f"belongs to the partition {partition_of(region)} of AWS, and no host of the inventory does"
            yield Fault({name: MISSING}, rule, "Name a region of the partition of the environment.")
        elif region in self.hosts("primary"):
            rule = "is the primary region, which owns what spans regions (the table, the address plan), and stays"
            remedy = "Delete the whole environment with playbooks/destroy.yml, or name another region."
            yield Fault({name: MISSING}, rule, remedy)
        elif region in self.hosts("all"):
            remedy = "Take it out of hosts.yml and of lists of regions in group_vars first, and run again."
            rule = f"is a region of the inventory, and {playbook} removes regions that left it"
            yield Fault({name: MISSING}, rule, remedy)

    def lists(self, values: Values, host: str) -> Iterator[Fault]:
        """Return the faults of the lists of regions of a host that owns what spans regions."""
        secondary = self.hosts("secondary")
        others = [region for region in self.hosts("database") if region != host]
        yield from _agree("ipam_vpc_regions", values, self.hosts("network"), "the group network", "groups['network']")
        if values.get("aurora_manage_master_user_password") is False:
            words = "the group database without the primary region"
            expression = "groups['database'] | reject('in', groups['primary'])"
            yield from _agree("aurora_replica_regions", values, others, words, expression)
        removed = values.get("dynamodb_global_remove_replica_regions", [])
        kept = [region for region in secondary if region not in removed]
        replicas = values.get("dynamodb_global_replica_regions", [])
        if set(replicas) & set(removed):
            return  # reported by the rules of the role
        words = "the group secondary without the removed replicas"
        yield from _agree("dynamodb_global_replica_regions", values, kept, words, "groups['secondary']")
        if others and values.get("aurora_global") is False:
            rule = f"the group database has {len(others) + 1} regions, and several regions need a global database"
            remedy = "Set aurora_global to true, or leave one region in the group database."
            yield Fault({"aurora_global": False}, rule, remedy)


def _agree(name: str, values: Values, wanted: Sequence[str], words: str, expression: str) -> Iterator[Fault]:
    given = values.get(name)
    if given is None or set(given) == set(wanted):
        return
    missing, extra = sorted(set(wanted) - set(given)), sorted(set(given) - set(wanted))
    differences = [f"it lacks {', '.join(missing)}"] if missing else []
    differences += [f"{', '.join(extra)} {'is' if len(extra) == 1 else 'are'} not there"] if extra else []
    remedy = f'Set it to "{{{{ {expression} }}}}"' if wanted else "Set it to []"
    yield Fault(
        {name: list(given)}, f"it must be {words}: {' and '.join(differences)}", f"{remedy}, or correct hosts.yml."
    )


def network_and_database(values: Values) -> Iterator[Fault]:
    """Return the faults of settings of the network and of the database of a host that has both."""
    names = ("ipam_vpc_database_port", "aurora_port")
    if all(name in values for name in names) and values[names[0]] != values[names[1]]:
        rule = "the security groups open the port of the database"
        yield Fault({name: values[name] for name in names}, rule, "Set both to the same port.")
    if "ipam_vpc_zone_count" not in values or "ipam_vpc_zone_names" not in values:
        return
    zones = len(values["ipam_vpc_zone_names"]) or values["ipam_vpc_zone_count"]
    setting = "ipam_vpc_zone_names" if values["ipam_vpc_zone_names"] else "ipam_vpc_zone_count"
    if zones < 2:
        rule = "a database needs subnets in at least 2 zones"
        yield Fault({setting: values[setting]}, rule, "Use 2 zones or more.")
    elif not values.get("aurora_zone_names") and values.get("aurora_instance_count", 0) > zones:
        found = {"aurora_instance_count": values["aurora_instance_count"], setting: values[setting]}
        yield Fault(found, "each instance has a zone of its own", "Use more zones, or fewer instances.")
    for zone in values.get("aurora_zone_names", []):
        if values["ipam_vpc_zone_names"] and zone not in values["ipam_vpc_zone_names"]:
            found = {
                "aurora_zone_names": values["aurora_zone_names"],
                "ipam_vpc_zone_names": values["ipam_vpc_zone_names"],
            }
            yield Fault(found, f"the network has no subnet in {zone}", "Use the zones of the network.")


def vpc_in_pool(values: Values) -> Iterator[Fault]:
    """Return the fault of a VPC outside the pool of its environment and region."""
    names = (
        *("ipam_vpc_vpc_cidr", "ipam_vpc_environment", "ipam_vpc_region", "ipam_vpc_top_cidr", "ipam_vpc_region_slots"),
        *("ipam_vpc_environment_slots", "ipam_vpc_region_prefix", "ipam_vpc_environment_prefix"),
    )
    if not all(name in values for name in names) or not values["ipam_vpc_vpc_cidr"]:
        return
    cidr, environment, region, *plan = (values[name] for name in names)
    try:
        pool = AddressPlan(*plan).pools(environment, [region])[-1]
    except PlanError:
        return  # the rules of the address plan report it
    if not IPv4Network(cidr).subnet_of(pool.network):
        rule = f"it is not inside the pool {pool.name} ({pool.cidr})"
        yield Fault({"ipam_vpc_vpc_cidr": cidr}, rule, "Use a block of this pool, or leave it empty.")


def left_out(hosts: Sequence[str], taken: Sequence[str]) -> Iterator[Fault]:
    """Return the fault of a deletion that --limit restricts to a part of the regions. ``taken`` are the hosts in it."""
    missing = [host for host in hosts if host not in taken]
    if missing:
        names = ", ".join(missing)
        yield Fault(
            {"--limit": MISSING},
            f"leaves out {names}, and what spans regions (the table, the global database, the address plan) cannot be "
            "deleted in part",
            "Leave it out to delete the environment. To delete a region, take it out of the inventory and run "
            "playbooks/remove_region.yml.",
        )


def run_tags(chosen: Iterable[str], option: str, known: Iterable[str]) -> Iterator[Fault]:
    """Return a fault for each tag of ``--tags`` or ``--skip-tags`` that no task has."""
    for tag in chosen:
        if tag not in known:
            near = did_you_mean(tag, known)
            remedy = f"Did you mean {near}?" if near else "Use ipam_vpc, aurora or dynamodb_global."
            yield Fault({f"{option} {tag}": MISSING}, "selects no task", remedy)


def merged(faults: Mapping[str, Sequence[Fault]]) -> list[Fault]:
    """Return the faults of several hosts, each once, with its hosts unless all hosts have it."""
    by_text: dict[str, tuple[Fault, list[str]]] = {}
    for host, found in faults.items():
        for fault in found:
            by_text.setdefault(str(fault), (fault, []))[1].append(host)
    return [
        fault if len(set(hosts)) == len(faults) else replace(fault, hosts=tuple(dict.fromkeys(hosts)))
        for fault, hosts in by_text.values()
    ]


def environments(values: Mapping[str, Any]) -> Iterator[Fault]:
    """Return the fault of hosts with different environments."""
    rule, remedy = "a run has one environment", "Set it once, in group_vars/all/environment.yml."
    yield from _same("mtk_environment", values, rule, remedy)


def same(values: Mapping[str, Values]) -> Iterator[Fault]:
    """Return the faults of settings that differ between hosts and describe what spans regions."""
    for name in SAME:
        found = {host: each[name] for host, each in values.items() if name in each}
        if name == "aurora_engine_version":  # AWS upgrades minor versions region by region, the secondary ones first
            found = {host: version.split(".")[0] for host, version in found.items()}
        rule, remedy = "it describes what spans regions", "Set it once, in group_vars/all."
        yield from _same(name, found, rule, remedy)


def _same(name: str, values: Mapping[str, Any], rule: str, remedy: str) -> Iterator[Fault]:
    by_value: dict[str, tuple[Any, list[str]]] = {}
    for host, value in values.items():
        by_value.setdefault(shown(value), (value, []))[1].append(host)
    if len(by_value) > 1:
        found = {f"{name} of {', '.join(hosts)}": value for value, hosts in by_value.values()}
        yield Fault(found, rule, remedy)


def own_names(values: Values, roles: Iterable[str], environment: str | None, host: str) -> Iterator[Fault]:
    """Return the faults of roles whose environment or region differs from those of the run and of the host."""
    for role in roles:
        name, region = f"{role}_environment", f"{role}_region"
        if environment and values.get(name, environment) != environment:
            found = {name: values[name], "mtk_environment": environment}
            yield Fault(found, "a run manages one environment", f"Remove {name}.")
        if values.get(region, host) != host:
            yield Fault({region: values[region]}, f"each host is its region, and this is {host}", f"Remove {region}.")


def selected_roles(roles: Iterable[str], run_tags: Iterable[str], skip_tags: Iterable[str]) -> list[str]:
    """Return the roles whose tasks ``--tags`` and ``--skip-tags`` select."""
    chosen, skipped = set(run_tags), set(skip_tags)
    return [role for role in roles if chosen & {role, "all", "tagged"} and not skipped & {role, "all", "tagged"}]


def address_pools(values: Values) -> list[dict[str, Any]]:
    """Return the pools of an environment, parents first, with their blocks and the settings that determine them."""
    top, regions, environments, region_prefix, environment_prefix = (values[name] for name in ADDRESS_PLAN)
    environment = values["ipam_vpc_environment"]
    plan = AddressPlan(top, regions, environments, region_prefix, environment_prefix)

    def settings(pool: Pool) -> dict[str, Any]:
        if pool.source_name is None:
            return {"ipam_vpc_top_cidr": shown(top)}
        if pool.environment == SHARED:
            slot = {f"ipam_vpc_region_slots.{pool.locale}": regions[pool.locale]}
            return {**slot, "ipam_vpc_region_prefix": region_prefix}
        slot = {f"ipam_vpc_environment_slots.{environment}": environments[environment]}
        return {**slot, "ipam_vpc_environment_prefix": environment_prefix}

    return [
        {"name": pool.name, "source_name": pool.source_name or "", "cidr": pool.cidr, "variables": settings(pool)}
        for pool in plan.pools(environment, values["ipam_vpc_regions"])
    ]


def asked(values: Values, roles: Iterable[str], *, owner: bool = False) -> dict[str, Any]:
    """Return what M(mtk.backend.aws_preflight) has to ask for the settings of a host: the options of that module.

    ``owner`` says whether the host owns what spans regions.
    """
    found: dict[str, Any] = {}
    if owner and (boundaries := wanted_boundaries(values, roles)):
        found["permissions_boundaries"] = boundaries
    if owner and "ipam_vpc" in roles and "ipam_vpc_regions" in values:
        found["address_pools"] = address_pools(values)
    if "ipam_vpc" in roles and "ipam_vpc_zone_count" in values:
        names = values["ipam_vpc_zone_names"]
        zones = len(names) or values["ipam_vpc_zone_count"]
        gateways = {"none": 0, "single": 1, "per_zone": zones}[values["ipam_vpc_nat_gateway_mode"]]
        found |= {"zone_names": names, "nat_gateway_count": gateways}
        found |= {} if names else {"zone_count": zones}
    if "aurora" in roles and "aurora_engine_version" in values:
        environment, region = values["aurora_environment"], values["aurora_region"]
        major = values["aurora_engine_version"].split(".")[0]
        names = ("engine_version", "allow_major_version_upgrade", "instance_class", "instance_count")
        found |= {name: values[f"aurora_{name}"] for name in names}
        found |= {
            "cluster_parameters": {**values["aurora_parameters"], **FORCED_PARAMETERS},
            "instance_parameters": values["aurora_instance_parameters"],
            "db_cluster_identifier": resource_name("aurora_cluster", environment, region),
        }
        for kind in ("cluster", "instance"):
            group = resource_name(f"aurora_{kind}_parameter_group", environment, region)
            found[f"{kind}_parameter_group_name"] = f"{group}-{major}"
    return found
