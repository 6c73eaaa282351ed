# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Limits of RDS for Aurora: names, windows, capacity, and options that AWS does not take together."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.mtk.backend.plugins.module_utils.domain._ec2_limits import ID_LISTS
from ansible_collections.mtk.backend.plugins.module_utils.domain._limits import (
    REGION,
    Check,
    between,
    count,
    each,
    every,
    fields,
    one_of,
    rule,
    shown,
    text,
)

POSTGRESQL = "aurora-postgresql"
# Words that PostgreSQL and RDS keep for themselves. AWS refuses them as names of users and databases.
RESERVED = (
    "admin", "all", "analyse", "analyze", "and", "any", "array", "as", "authorization", "current_user", "default",
    "false", "from", "group", "null", "or", "order", "primary", "public", "rdsadmin", "rdsproxyadmin", "rdsrepladmin",
    "rdstopmgr", "role", "select", "session_user", "table", "true", "user", "where",
)  # fmt: skip
PERFORMANCE_RETENTION = (7, *(31 * month for month in range(1, 24)), 731)  # days
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY, _WEEK = 24 * 60, 7 * 24 * 60
_CLOCK = r"([01][0-9]|2[0-3]):([0-5][0-9])"
BACKUP_WINDOW = rf"{_CLOCK}-{_CLOCK}"
MAINTENANCE_WINDOW = rf"({'|'.join(_DAYS)}):{_CLOCK}-({'|'.join(_DAYS)}):{_CLOCK}"
_NAME = r"[A-Za-z](-?[A-Za-z0-9])*"
_NAME_WORDS = "letters, digits and single hyphens, with a letter first and no hyphen at the end"


def span(window: str) -> tuple[int, int] | None:
    """Return the start and the length of a window in minutes, within a day or a week; None for any other text.

    >>> span("23:30-00:15"), span("mon:00:00-mon:00:30"), span("3:00-4:00")
    ((1410, 45), (0, 30), None)
    """
    daily, weekly = re.fullmatch(BACKUP_WINDOW, window), re.fullmatch(MAINTENANCE_WINDOW, window.lower())
    if daily:
        hour, minute, to_hour, to_minute = (int(part) for part in daily.groups())
        start, end, cycle = 60 * hour + minute, 60 * to_hour + to_minute, _DAY
    elif weekly:
        start, end = (
            _DAYS.index(day) * _DAY + 60 * int(hour) + int(minute)
            for day, hour, minute in (weekly.groups()[:3], weekly.groups()[3:])
        )
        cycle = _WEEK
    else:
        return None
    return start, (end - start) % cycle


def _is_no_window(pattern: str, longest: int, value: str) -> bool:
    found = span(value) if re.fullmatch(pattern, value.lower()) else None
    return found is None or not 30 <= found[1] < longest


def overlap(backup: str, maintenance: str) -> bool:
    """Return whether a daily backup window and a weekly maintenance window overlap. Texts of other forms do not."""
    first, second = span(backup), span(maintenance)
    if first is None or second is None:
        return False
    starts = (first[0] + day * _DAY for day in range(7))
    return any((second[0] - at) % _WEEK < first[1] or (at - second[0]) % _WEEK < second[1] for at in starts)


def _is_no_capacity(value: float) -> bool:
    return not 0 <= value <= 256 or value * 2 != int(value * 2)


def name(length: int = 63) -> Check:
    """Check a name of RDS."""
    return text(rf"(?=.{{1,{length}}}$){_NAME}", f"1 to {length} {_NAME_WORDS}", "Choose another name.")


MAINTENANCE: Mapping[str, Check] = {
    "preferred_maintenance_window": rule(
        lambda value: _is_no_window(MAINTENANCE_WINDOW, _DAY, value),
        "AWS takes ddd:hh:mm-ddd:hh:mm in UTC, 30 minutes at least and less than 24 hours",
        "Correct it, for example sun:05:00-sun:06:00.",
    ),
}
CLUSTER: Mapping[str, Check] = {
    "db_cluster_identifier": name(),
    "final_db_snapshot_identifier": name(255),
    "port": between(1150, 65535),
    "backup_retention_period": between(1, 35, "days"),
    "preferred_backup_window": rule(
        lambda value: _is_no_window(BACKUP_WINDOW, _DAY + 1, value),
        "AWS takes hh:mm-hh:mm in UTC, 30 minutes at least",
        "Correct it, for example 03:00-04:00.",
    ),
    **MAINTENANCE,
    "performance_insights_retention_period": one_of(*PERFORMANCE_RETENTION),
    "serverless_v2_scaling_configuration": fields(
        min_capacity=rule(_is_no_capacity, "AWS takes 0 to 256 ACU in steps of 0.5", "Correct it."),
        max_capacity=rule(
            lambda value: value < 1 or _is_no_capacity(value), "AWS takes 1 to 256 ACU in steps of 0.5", "Correct it."
        ),
        seconds_until_auto_pause=between(300, 86400, "seconds"),
    ),
    "source_region": text(REGION, "the name of a region"),
}
INSTANCE: Mapping[str, Check] = {
    "db_instance_identifier": name(),
    "db_instance_class": text(r"db\.[A-Za-z0-9.-]+", "a class that begins with db., for example db.serverless"),
    "promotion_tier": between(0, 15),
    **MAINTENANCE,
}
SUBNET_GROUP: Mapping[str, Check] = {
    "name": text(
        "(?i)(?!default$)[a-z][a-z0-9._ -]{0,254}",
        "up to 255 letters, digits, spaces and ._-, with a letter first, and not default",
        "Choose another name.",
    ),
    "subnet_ids": every(count(20), ID_LISTS["subnet_ids"]),
}
PARAMETER_GROUP: Mapping[str, Check] = {
    "name": name(255),
    "parameters": lambda option, value: (
        f"{option}.{key} is {shown(given)}; AWS takes texts and numbers. Correct it, or remove the parameter."
        for key, given in (value or {}).items()
        if given is None or isinstance(given, (dict, list))
    ),
}


def _is_reserved(value: str) -> bool:
    return value.lower() in RESERVED


_POSTGRESQL: Mapping[str, Check] = {
    "engine_version": text(
        r"\d+(\.\d+)*", "a major version ('16') or a full one ('16.6'); this module knows no other form"
    ),
    "database_name": every(
        text("[A-Za-z][A-Za-z0-9_]{0,62}", "1 to 63 letters, digits and underscores, with a letter first"),
        rule(_is_reserved, "the engine reserves this word", "Choose another name."),
    ),
    "master_username": every(
        text("[A-Za-z][A-Za-z0-9_]{0,62}", "1 to 63 letters and digits, with a letter first"),
        rule(
            lambda value: _is_reserved(value) or value.lower().startswith("pg_"),
            "the engine reserves this word",
            "Choose another name.",
        ),
    ),
    "enable_cloudwatch_logs_exports": each(one_of("iam-db-auth-error", "instance", "postgresql")),
}


def engine_faults(params: Mapping[str, Any]) -> Iterator[str]:
    """Yield the broken rules that hold for Aurora PostgreSQL, which is the engine if the options name none."""
    if params.get("engine") in (None, POSTGRESQL):
        for option, check in _POSTGRESQL.items():
            yield from check(option, params.get(option))


def cluster_faults(params: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong among the options of a cluster."""
    yield from engine_faults(params)
    backup, maintenance = (params.get(f"preferred_{kind}_window") for kind in ("backup", "maintenance"))
    if backup and maintenance and overlap(backup, maintenance):
        yield (
            f"preferred_backup_window is {backup} and preferred_maintenance_window is {maintenance}; AWS takes no "
            "windows that overlap. Move one of them."
        )
    scaling = params.get("serverless_v2_scaling_configuration") or {}
    low, high = scaling.get("min_capacity"), scaling.get("max_capacity")
    if low is not None and high is not None and low > high:
        yield f"min_capacity is {low} and max_capacity is {high}; AWS takes no greater minimum. Correct one of them."
    if params.get("database_insights_mode") == "advanced":
        yield from _advanced_insights(params)
    if params.get("global_cluster_identifier") and params.get("manage_master_user_password"):
        yield (
            "manage_master_user_password is true and global_cluster_identifier is "
            f"{shown(params['global_cluster_identifier'])}; RDS manages no password of a member of a global cluster. "
            "Give master_user_secret_name instead."
        )


def _advanced_insights(params: Mapping[str, Any]) -> Iterator[str]:
    if params.get("enable_performance_insights") is False:
        yield (
            "database_insights_mode is advanced and enable_performance_insights is false; AWS takes the mode only with "
            "Performance Insights. Correct one of them."
        )
    days = params.get("performance_insights_retention_period")
    if days is not None and days < 465:
        yield (
            f"database_insights_mode is advanced and performance_insights_retention_period is {days}; AWS takes the "
            "mode with 465 days at least. Correct one of them."
        )
