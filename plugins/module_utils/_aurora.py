# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rules of Aurora as pure functions: versions, pending values, what goes together in one call."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from ansible_collections.mtk.backend.plugins.module_utils._reconcile import Observation

CREDENTIALS = ("master_username", "manage_master_user_password", "master_user_secret_kms_key_id", "database_name")
INSIGHTS = ("enable_performance_insights", "performance_insights_retention_period", "performance_insights_kms_key_id")
# The names that Describe has for what Create and Modify call otherwise.
READS_AS = {
    "db_subnet_group_name": "db_subnet_group",
    "db_cluster_parameter_group_name": "db_cluster_parameter_group",
    "enable_iam_database_authentication": "iam_database_authentication_enabled",
    "enable_performance_insights": "performance_insights_enabled",
    "enable_http_endpoint": "http_endpoint_enabled",
}


def version_parts(version: str) -> tuple[int, ...]:
    """``"16.6"`` as ``(16, 6)``. Raises ValueError for what is no version."""
    try:
        return tuple(int(part) for part in version.split("."))
    except ValueError:
        raise ValueError(
            f"engine_version '{version}' is not a version: give a major one ('16') or a full one ('16.6')"
        ) from None


def version_to_keep(wanted: str, running: str, allow_major: bool = False) -> str:
    """The version to ask for: the running one where it is recent enough within the wanted major version.

    Raises ValueError for a downgrade, and for a major upgrade that is not allowed.
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
    """A cluster or an instance as it will be when AWS has applied what is pending."""
    pending = dict(cluster.get("pending_modified_values") or {})
    logs = pending.pop("pending_cloudwatch_logs_exports", None) or {}
    enabled = set(cluster.get("enabled_cloudwatch_logs_exports") or [])
    exports = (enabled | set(logs.get("log_types_to_enable") or [])) - set(logs.get("log_types_to_disable") or [])
    pending.pop("master_user_password", None)
    return {**cluster, **pending, "enable_cloudwatch_logs_exports": sorted(exports)}


def cluster_fields(cluster: Mapping[str, Any]) -> dict[str, Any]:
    """A described cluster in the shape of the options."""
    have = pending_laid_over(cluster)
    secret = have.get("master_user_secret") or {}
    return {
        **have,
        **{option: have.get(field) for option, field in READS_AS.items()},
        "tags": have.get("tags") or {},
        "storage_type": have.get("storage_type") or "aurora",  # the default type reads back absent
        "manage_master_user_password": bool(secret),
        "master_user_secret_kms_key_id": secret.get("kms_key_id"),
        "vpc_security_group_ids": sorted(g["vpc_security_group_id"] for g in have.get("vpc_security_groups") or []),
    }


def consistent(want: Mapping[str, Any]) -> dict[str, Any]:
    """What is wanted without what AWS forgets beside it, and with what AWS demands beside it."""
    result = dict(want)
    scaling = dict(result.get("serverless_v2_scaling_configuration") or {})
    if scaling and scaling.get("min_capacity"):  # only a cluster that scales down to nothing keeps it
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
    """The arguments of a Modify call: deltas where AWS takes deltas, and together what has to come together."""
    args = dict(changes)
    if "enable_cloudwatch_logs_exports" in args:
        wanted, present = set(args.pop("enable_cloudwatch_logs_exports")), set(have["enable_cloudwatch_logs_exports"])
        args["cloudwatch_logs_export_configuration"] = {
            "enable_log_types": sorted(wanted - present) or None,
            "disable_log_types": sorted(present - wanted) or None,
        }
    if args.get("database_insights_mode") == "advanced":  # refused without them, even where they are so already
        args = {**{name: have.get(name) for name in INSIGHTS[:2]}, **args}
    elif args.keys() & set(INSIGHTS[1:]):
        args = {"enable_performance_insights": have.get("enable_performance_insights"), **args}
    if args.get("monitoring_interval"):
        args = {"monitoring_role_arn": have.get("monitoring_role_arn"), **args}
    elif "monitoring_role_arn" in args:
        args = {"monitoring_interval": have.get("monitoring_interval"), **args}
    return args


def upgraded(wanted: Any, have: Mapping[str, Any]) -> list[Observation]:
    """The minor version, where AWS has raised it beyond the wanted one."""
    running = have.get("engine_version")
    if not wanted or not running or "." not in str(wanted) or version_parts(running) <= version_parts(wanted):
        return []
    reason = "AWS upgrades minor versions by itself (auto_minor_version_upgrade), and takes none back"
    return [Observation("engine_version", wanted, running, "aws", reason)]


def pending(have: Mapping[str, Any]) -> list[Observation]:
    """What AWS has accepted and does in the maintenance window, and what waits for a reboot."""
    window = have.get("preferred_maintenance_window")
    reason = f"AWS does it in the maintenance window {window}; apply_immediately: true does it now"
    values = have.get("pending_modified_values") or {}
    found = [Observation(name, value, None, "pending", reason) for name, value in values.items() if value]
    groups = [
        (g.get("db_parameter_group_name"), g.get("parameter_apply_status"))
        for g in have.get("db_parameter_groups") or []
    ]
    groups += [
        (m["db_instance_identifier"], m.get("db_cluster_parameter_group_status"))
        for m in have.get("db_cluster_members") or []
    ]
    told = "static parameters take effect when the instance is rebooted"
    waiting = [name for name, status in groups if status == "pending-reboot"]
    return found + [Observation("parameters", name, "pending-reboot", "pending", told) for name in waiting]


def members_of(global_cluster: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The clusters of a global cluster, with their regions and the roles they have now."""
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
    """One cluster of a global cluster, or None where it is not in it."""
    return next((m for m in members_of(global_cluster) if m["db_cluster_arn"] == arn), None)


def final_snapshot_identifier(cluster: str, now: datetime) -> str:
    """A name for the last snapshot that no earlier one can have, within AWS's 63 characters."""
    suffix = now.strftime("-final-%Y%m%d%H%M%S")
    return cluster[: 63 - len(suffix)].rstrip("-") + suffix


def parameter_text(value: Any) -> str:
    """A parameter's value as AWS keeps it."""
    return str(int(value)) if isinstance(value, bool) else str(value)


def batches(items: Sequence[Any], size: int = 20) -> Iterator[Sequence[Any]]:
    """Runs of at most ``size``: RDS takes no more parameters in one call."""
    return (items[start : start + size] for start in range(0, len(items), size))


def instance_zones(count: int, subnets: Iterable[Mapping[str, Any]], offered: Iterable[str]) -> list[str]:
    """The names of the zones that get an instance: those of the subnets by id, or ``offered`` before there are any.

    Another instance takes the next zone and moves none. Raises ValueError where there are too few zones.
    """
    zones = {subnet["availability_zone_id"]: subnet["availability_zone"] for subnet in subnets}
    usable = [zones[zone_id] for zone_id in sorted(zones)] or list(offered)
    if not 0 <= count <= len(usable):
        raise ValueError(f"{count} instances do not fit: give 0 to {len(usable)}, one for each of {', '.join(usable)}")
    return usable[:count]


def read_tags(aws: Any, arn: str, wanted: Mapping[str, Any] | None) -> dict[str, str]:
    """The tags of what RDS does not show with its tags."""
    found: dict[str, str] = aws.tags(
        arn, wanted, lambda: aws.call("rds", "list_tags_for_resource", resource_name=arn).get("tags") or {}
    )
    return found


def change_tags(aws: Any, arn: str, have: Mapping[str, str], want: Mapping[str, str]) -> None:
    """Give an RDS resource exactly the tags it shall have."""
    gone = sorted(set(have) - set(want))
    if gone:
        aws.call("rds", "remove_tags_from_resource", resource_name=arn, tag_keys=gone)
    new = {key: value for key, value in want.items() if have.get(key) != value}
    if new:
        aws.call("rds", "add_tags_to_resource", resource_name=arn, tags=new)


def last_event(aws: Any, source_type: str, identifier: str) -> str:
    """What RDS last told about a cluster or an instance; empty where it told nothing in the last day."""
    asked = {"source_type": source_type, "source_identifier": identifier, "duration": 1440}
    events = aws.found(["AccessDenied"], lambda: aws.pages("rds", "describe_events", "events", **asked))
    return str(events[-1].get("message", "")) if events else ""
