# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Database and table of a region, as parts of its card."""

from __future__ import annotations

from ansible_collections.mtk.backend.plugins.plugin_utils.topology.elements import Child, element
from ansible_collections.mtk.backend.plugins.plugin_utils.topology.estate import Estate, Item
from ansible_collections.mtk.backend.plugins.plugin_utils.topology.signs import badge, facts, named, value

_ROLES = {True: "takes writes", False: "readers only", None: ""}


def writes(estate: Estate, region: str) -> bool | None:
    """Return whether the cluster of a region takes writes; None if the plan does not say it.

    AWS says it of a cluster that exists. Of the new members of a global database, the primary one names the database.
    The page of a part of the environment, after ``--limit`` or ``--tags``, does not know the home region.
    """
    cluster, shared = estate.first("rds_cluster", region), estate.first("rds_global_cluster")
    state = cluster.state if cluster else {}
    if isinstance(state.get("is_writer"), bool):
        return bool(state["is_writer"])
    if shared and shared.known("writer_region"):
        return shared.known("writer_region") == region
    if state.get("global_cluster_identifier"):
        return bool(state.get("database_name"))
    if state or estate.home:
        return len(estate.of("rds_cluster")) == 1 or region == estate.home
    return None


def instance_role(estate: Estate, instance: Item) -> str:
    """Return writer or reader; instance if AWS decides it during the apply."""
    for cluster in estate.of("rds_cluster", instance.region):
        for member in cluster.state.get("db_cluster_members") or ():
            if member["db_instance_identifier"] == instance.name:
                return "writer" if member["is_cluster_writer"] and writes(estate, instance.region) else "reader"
    return "instance"


def instance(estate: Estate, item: Item, mode: str) -> Child:
    """Return an instance as a part of the subnet in which it runs."""
    size = item.known("db_instance_class").removeprefix("db.")
    words = f"Aurora {instance_role(estate, item)}"
    small = element("span", f" {size}", class_="quiet") if size else None
    return element("div", badge(item.action, mode), words, small, class_="runs db", title=item.name)


def database(estate: Estate, region: str, mode: str) -> Child:
    """Return the clusters of a region with their facts."""
    clusters = estate.of("rds_cluster", region)
    return [[element("h4", "Aurora ", named(each, mode)), _cluster(estate, each, mode)] for each in clusters]


def _cluster(estate: Estate, cluster: Item, mode: str) -> Child:
    scaling = cluster.state.get("serverless_v2_scaling_configuration") or {}
    capacity = f"{scaling['min_capacity']:g} to {scaling['max_capacity']:g} ACU" if "min_capacity" in scaling else ""
    shared = estate.first("rds_global_cluster")
    instances = estate.of("rds_instance", cluster.region)
    version = cluster.known("engine_version")
    return facts(
        [
            ("Engine", f"{cluster.known('engine')} {version}".strip()),
            ("Role", _ROLES[writes(estate, cluster.region)]),
            ("Global database", named(shared, mode) if shared else ""),
            ("Instances", [[element("div", named(each, mode, _where(estate, each)))] for each in instances]),
            ("Capacity", capacity),
            ("Backups", _days(cluster.known("backup_retention_period"))),
            ("Deletion protection", _yes(cluster.state.get("deletion_protection"))),
            ("Endpoint", value(cluster.text("endpoint")) if cluster.text("endpoint") else ""),
            ("Reader endpoint", value(cluster.text("reader_endpoint")) if cluster.text("reader_endpoint") else ""),
        ]
    )


def _where(estate: Estate, item: Item) -> Child:
    words = ", ".join(filter(None, (instance_role(estate, item), item.zone())))
    return element("span", words, class_="quiet")


def _days(count: str) -> str:
    return "" if not count else f"{count} {'day' if count == '1' else 'days'}"


def _yes(flag: object) -> str:
    return "" if flag is None else ("yes" if flag is True else "no")


def table(estate: Estate, region: str, mode: str) -> Child:
    """Return the table of a region, or its replica, with its facts."""
    found = [*estate.of("dynamodb_table", region), *estate.of("dynamodb_table_replica", region)]
    return [[element("h4", "Table ", named(each, mode)), _table_facts(estate, each, mode)] for each in found]


def _table_facts(estate: Estate, table: Item, mode: str) -> Child:
    recovery = table.state.get("point_in_time_recovery_specification") or {}
    indexes = [str(each["index_name"]) for each in table.state.get("global_secondary_indexes") or ()]
    replicas = [region for region in estate.regions if estate.of("dynamodb_table_replica", region)]
    scaling = estate.of("dynamodb_table_auto_scaling", table.region)
    is_replica = table.resource == "dynamodb_table_replica"
    billing = {"PAY_PER_REQUEST": "on demand", "PROVISIONED": "provisioned"}.get(table.known("billing_mode"), "")
    return facts(
        [
            ("Role", "replica" if is_replica else ""),
            ("Capacity", billing),
            ("Auto scaling", [[badge(each.action, mode), _scaled(each)] for each in scaling]),
            ("Indexes", ", ".join(indexes)),
            ("Replicas", ", ".join(replicas) if not is_replica else ""),
            ("Recovery", _days(str(recovery.get("recovery_period_in_days") or ""))),
            ("Deletion protection", _yes(table.state.get("deletion_protection_enabled"))),
        ]
    )


def _scaled(item: Item) -> str:
    """Return the least and the greatest capacity over the table and its indexes."""
    targets = item.state.get("targets") or ()
    if not targets:
        return "on"
    low, high = min(t["min_capacity"] for t in targets), max(t["max_capacity"] for t in targets)
    return f"{low} to {high} units"
