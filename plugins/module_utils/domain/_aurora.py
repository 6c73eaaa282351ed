# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rules of Aurora as pure functions: versions, pending values, global clusters, fields that belong in one call."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from ansible_collections.mtk.backend.plugins.module_utils.domain._values import Observation

CREDENTIALS = ("master_username", "manage_master_user_password", "master_user_secret_kms_key_id", "database_name")
INSIGHTS = ("enable_performance_insights", "performance_insights_retention_period", "performance_insights_kms_key_id")
# Fields that Describe names otherwise than Create and Modify.
READS_AS = {
    "db_subnet_group_name": "db_subnet_group",
    "db_cluster_parameter_group_name": "db_cluster_parameter_group",
    "enable_iam_database_authentication": "iam_database_authentication_enabled",
    "enable_performance_insights": "performance_insights_enabled",
}


def version_parts(version: str) -> tuple[int, ...]:
    """Return ``"16.6"`` as ``(16, 6)``. Raise ValueError for a text that is not a version."""
    try:
        return tuple(int(part) for part in version.split("."))
    except ValueError:
        raise ValueError(
            f"engine_version '{version}' is not a version: give a major one ('16') or a full one ('16.6')"
        ) from None


def version_to_keep(wanted: str, running: str, allow_major: bool = False) -> str:
    """Return the version to ask for: the running one if it is recent enough within the wanted major version.

    Raise ValueError for a downgrade, and for a major upgrade that is not allowed.

    >>> version_to_keep("16", "16.6"), version_to_keep("16.8", "16.6")
    ('16.6', '16.8')
    """
    want, have = version_parts(wanted), version_parts(running)
    if want[0] < have[0]:
        raise ValueError(
            f"engine_version '{wanted}' is a downgrade from {running}, which AWS does not do in place. Give "
            f"'{have[0]}' or '{running}', or restore a snapshot into a new cluster."
        )
    if want[0] > have[0] and not allow_major:
        raise ValueError(
            f"engine_version '{wanted}' is a major upgrade from {running}. Set allow_major_version_upgrade: true and "
            "give the parameter groups of the new family."
        )
    return running if have >= want else wanted


def pending_laid_over(cluster: Mapping[str, Any]) -> dict[str, Any]:
    """Return a cluster or an instance as it will be when AWS has applied the pending values."""
    pending = dict(cluster.get("pending_modified_values") or {})
    logs = pending.pop("pending_cloudwatch_logs_exports", None) or {}
    enabled = set(cluster.get("enabled_cloudwatch_logs_exports") or [])
    exports = (enabled | set(logs.get("log_types_to_enable") or [])) - set(logs.get("log_types_to_disable") or [])
    pending.pop("master_user_password", None)
    return {**cluster, **pending, "enable_cloudwatch_logs_exports": sorted(exports)}


def cluster_fields(cluster: Mapping[str, Any]) -> dict[str, Any]:
    """Return a described cluster in the shape of the options."""
    have = pending_laid_over(cluster)
    secret = have.get("master_user_secret") or {}
    return {
        **have,
        **{option: have.get(field) for option, field in READS_AS.items()},
        "tags": have.get("tags") or {},
        "storage_type": have.get("storage_type") or "aurora",  # the default type reads back absent
        "manage_master_user_password": bool(secret),
        "master_user_secret_kms_key_id": secret.get("kms_key_id"),
        "enable_http_endpoint": bool(have.get("http_endpoint_enabled")),
        "vpc_security_group_ids": sorted(
            group["vpc_security_group_id"]
            for group in have.get("vpc_security_groups") or []
            if group.get("status") != "removing"
        ),
    }


def is_regrouping(cluster: Mapping[str, Any]) -> bool:
    """Return whether RDS is still adding or removing security groups."""
    return any(group.get("status") in ("adding", "removing") for group in cluster.get("vpc_security_groups") or [])


def consistent(want: Mapping[str, Any], is_copy: bool = False) -> dict[str, Any]:
    """Return ``want`` without the fields that AWS drops in this combination, and with the fields that it demands.

    A cluster that ``is_copy`` of a writer takes its credentials and its first database from it.
    """
    result = {name: value for name, value in want.items() if not (is_copy and name in CREDENTIALS)}
    scaling = dict(result.get("serverless_v2_scaling_configuration") or {})
    if scaling and scaling.get("min_capacity"):  # AWS keeps it only for a minimum of 0
        scaling.pop("seconds_until_auto_pause", None)
        result["serverless_v2_scaling_configuration"] = scaling
    if result.get("database_insights_mode") == "advanced":
        result = {"enable_performance_insights": True, "performance_insights_retention_period": 465, **result}
    if result.get("enable_performance_insights") is False:
        result = {name: value for name, value in result.items() if name not in INSIGHTS[1:]}
    if result.get("monitoring_interval") == 0:
        result.pop("monitoring_role_arn", None)
    return result


def modification(have: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of a Modify call: deltas where AWS takes deltas, and the fields that AWS wants together."""
    args = dict(changes)
    if "enable_cloudwatch_logs_exports" in args:
        wanted, present = set(args.pop("enable_cloudwatch_logs_exports")), set(have["enable_cloudwatch_logs_exports"])
        args["cloudwatch_logs_export_configuration"] = {
            "enable_log_types": sorted(wanted - present) or None,
            "disable_log_types": sorted(present - wanted) or None,
        }
    if (
        args.get("database_insights_mode") == "advanced"
    ):  # AWS refuses the mode without them, even if they are set already
        args = {**{name: have.get(name) for name in INSIGHTS[:2]}, **args}
    elif args.keys() & set(INSIGHTS[1:]):
        args = {"enable_performance_insights": have.get("enable_performance_insights"), **args}
    if args.get("monitoring_interval"):
        args = {"monitoring_role_arn": have.get("monitoring_role_arn"), **args}
    elif "monitoring_role_arn" in args:
        args = {"monitoring_interval": have.get("monitoring_interval"), **args}
    return args


def upgraded(wanted: Any, have: Mapping[str, Any]) -> list[Observation]:
    """Return an observation if AWS has raised the minor version beyond the wanted one."""
    running = have.get("engine_version")
    if not wanted or not running or "." not in str(wanted) or version_parts(running) <= version_parts(wanted):
        return []
    reason = "AWS upgrades minor versions by itself (auto_minor_version_upgrade) and offers no downgrade"
    return [Observation("engine_version", wanted, running, "aws", reason)]


def pending(have: Mapping[str, Any]) -> list[Observation]:
    """Return the changes that wait for the maintenance window or for a reboot."""
    window = have.get("preferred_maintenance_window")
    reason = f"AWS applies it in the maintenance window {window}; apply_immediately: true applies it now"
    values = dict(have.get("pending_modified_values") or {})
    values.pop("master_user_password", None)  # RDS shows **** while it sets a password, which no module compares
    found = [Observation(name, value, None, "pending", reason) for name, value in values.items() if value]
    groups = [
        (g.get("db_parameter_group_name"), g.get("parameter_apply_status"))
        for g in have.get("db_parameter_groups") or []
    ]
    groups += [
        (m["db_instance_identifier"], m.get("db_cluster_parameter_group_status"))
        for m in have.get("db_cluster_members") or []
    ]
    reboot = "static parameters take effect when the instance is rebooted"
    waiting = [name for name, status in groups if status == "pending-reboot"]
    return found + [Observation("parameters", name, "pending-reboot", "pending", reboot) for name in waiting]


def members_of(global_cluster: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the clusters of a global cluster, with their regions and their present roles."""
    members = global_cluster.get("global_cluster_members") or []
    return [
        {
            "db_cluster_arn": member["db_cluster_arn"],
            "db_cluster_identifier": member["db_cluster_arn"].split(":")[6],
            "region": member["db_cluster_arn"].split(":")[3],
            "is_writer": bool(member.get("is_writer")),
        }
        for member in members
    ]


def member(global_cluster: Mapping[str, Any], arn: str) -> dict[str, Any] | None:
    """Return one member of a global cluster, or None."""
    return next((m for m in members_of(global_cluster) if m["db_cluster_arn"] == arn), None)


def membership(global_clusters: Iterable[Mapping[str, Any]], arn: str) -> dict[str, Any]:
    """Return the place of a cluster in its global cluster: ``global_cluster_identifier``, ``is_writer``, others.

    A cluster outside of global clusters is its own writer and has no other members.
    """
    group = next((g for g in global_clusters if member(g, arn)), {})
    me = member(group, arn)
    return {
        "global_cluster_identifier": group.get("global_cluster_identifier"),
        "is_writer": me["is_writer"] if me else True,
        "other_members": [m for m in members_of(group) if m != me],
    }


def deletion_order(cluster: Mapping[str, Any]) -> list[str]:
    """Return the names of the instances of a cluster, the writer last: RDS would make a reader the next writer."""
    members = cluster.get("db_cluster_members") or []
    ordered = sorted(members, key=lambda each: (bool(each.get("is_cluster_writer")), each["db_instance_identifier"]))
    return [each["db_instance_identifier"] for each in ordered]


def writer_of(global_cluster: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the writing member of a global cluster, or None while it has no member."""
    return next((m for m in members_of(global_cluster) if m["is_writer"]), None)


def major_upgrade(changes: Mapping[str, Any], running: str, parameter_group: str | None) -> dict[str, Any]:
    """Return the arguments that AWS wants beside a new engine version: for a major upgrade, the instances' group."""
    wanted = changes.get("engine_version")
    if not wanted or wanted.split(".")[0] == running.split(".")[0]:
        return {}
    return {"allow_major_version_upgrade": True, "db_instance_parameter_group_name": parameter_group}


def final_snapshot_identifier(cluster: str, now: datetime) -> str:
    """Return a unique name for the final snapshot, within AWS's 63 characters."""
    suffix = now.strftime("-final-%Y%m%d%H%M%S")
    return cluster[: 63 - len(suffix)].rstrip("-") + suffix


def parameter_text(value: Any) -> str:
    """Return a parameter's value as the text that AWS keeps."""
    return str(int(value)) if isinstance(value, bool) else str(value)


def batches(items: Sequence[Any], size: int = 20) -> Iterator[Sequence[Any]]:
    """Split a sequence into parts of at most ``size``: RDS takes 20 parameters a call."""
    return (items[start:][:size] for start in range(0, len(items), size))


def instance_zones(count: int, subnets: Iterable[Mapping[str, Any]], offered: Iterable[str]) -> list[str]:
    """Return the zones that get an instance: the zones of the subnets by id, or ``offered`` without subnets.

    One more instance takes the next zone and moves none. Raise ValueError if there are too few zones.
    """
    zones = {subnet["availability_zone_id"]: subnet["availability_zone"] for subnet in subnets}
    usable = [zones[zone_id] for zone_id in sorted(zones)] or list(offered)
    if not 0 <= count <= len(usable):
        raise ValueError(
            f"{count} instances need {count} zones: give 0 to {len(usable)}, one for each of {', '.join(usable)}"
        )
    return usable[:count]
