# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rules of the settings of the role aurora."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.mtk.backend.plugins.module_utils.domain import _settings_run
from ansible_collections.mtk.backend.plugins.module_utils.domain._aurora_limits import overlap
from ansible_collections.mtk.backend.plugins.module_utils.domain._setting import (
    Fault,
    Rule,
)

SERVERLESS = "db.serverless"
ADVANCED_RETENTION = 465  # days that the mode advanced of Database Insights needs at least
# The first minor version of each major version that can pause. All versions from 17 on can.
_FIRST_PAUSING = {13: (13, 15), 14: (14, 12), 15: (15, 7), 16: (16, 3)}
# The same for a capacity of more than 128 ACU.
_FIRST_LARGE = {13: (13, 13), 14: (14, 10), 15: (15, 5), 16: (16, 1)}
_LARGE = 128
FORCED_PARAMETERS = {"rds.force_ssl": "1"}  # the default of the engine from version 17 on


def parameters(name: str, value: Mapping[Any, Any]) -> Iterator[Fault]:
    for key, content in value.items():
        path = f"{name}.{key}"
        if not isinstance(key, str) or not re.fullmatch(r"[a-z][a-z0-9_.]*", key):
            rule = "the name of a parameter consists of lower-case letters, digits, _ and ."
            yield Fault({path: content}, rule, "Write it as in PostgreSQL's documentation, for example log_statement.")
        elif isinstance(content, bool):
            rule = "YAML has read the value as a Boolean; AWS takes 1 and 0, or a word"
            yield Fault({path: content}, rule, "Write 1 or 0, or put the word in quotes.")
        elif not isinstance(content, (str, int, float)):
            yield Fault(
                {path: content}, "the value of a parameter is a text or a number", "Set it, or remove the parameter."
            )
        elif key in FORCED_PARAMETERS and str(content) != FORCED_PARAMETERS[key]:
            rule = f"the role sets {key} to {FORCED_PARAMETERS[key]}, because all connections need TLS"
            yield Fault({path: content}, rule, "Remove it.")


def _class_in_global(instance_class: str, is_global: bool) -> Iterator[Fault]:
    if is_global and instance_class != SERVERLESS and not instance_class.startswith("db.r"):
        rule = "AWS allows only memory-optimised classes (db.r...) and db.serverless in a global database"
        yield Fault({"aurora_instance_class": instance_class}, rule, "Use one of these, or set aurora_global to false.")


def _capacity(instance_class: str, low: float, high: float) -> Iterator[Fault]:
    if instance_class == SERVERLESS and low > high:
        values = {"aurora_serverless_v2_min_capacity": low, "aurora_serverless_v2_max_capacity": high}
        rule = "the maximum must be at least 1 and at least the minimum"
        yield Fault(values, rule, "Raise the maximum or lower the minimum.")


def _pause_in_global(instance_class: str, low: float, is_global: bool) -> Iterator[Fault]:
    if instance_class == SERVERLESS and low == 0 and is_global:
        remedy = (
            "Set it to 0.5 or more (AWS recommends 8 for the primary of a global database), or set aurora_global to "
            "false."
        )
        yield Fault({"aurora_serverless_v2_min_capacity": low}, "instances of a global database never pause", remedy)


def _pause_and_version(instance_class: str, low: float, version: str) -> Iterator[Fault]:
    words = _before(version, _FIRST_PAUSING)
    if instance_class == SERVERLESS and low == 0 and words:
        values = {"aurora_serverless_v2_min_capacity": low, "aurora_engine_version": version}
        remedy = f"Set aurora_engine_version to {words} or later, or aurora_serverless_v2_min_capacity to 0.5 or more."
        yield Fault(values, f"a version before {words} cannot pause", remedy)


def _capacity_and_version(instance_class: str, high: float, version: str) -> Iterator[Fault]:
    words = _before(version, _FIRST_LARGE)
    if instance_class == SERVERLESS and high > _LARGE and words:
        values = {"aurora_serverless_v2_max_capacity": high, "aurora_engine_version": version}
        remedy = f"Set aurora_engine_version to {words} or later, or aurora_serverless_v2_max_capacity to {_LARGE}."
        yield Fault(values, f"a version before {words} allows up to {_LARGE} ACU", remedy)


def _before(version: str, first_versions: Mapping[int, tuple[int, ...]]) -> str:
    """Return the first version that can do it; empty if this version can. A major version is its latest version."""
    parts = tuple(int(part) for part in version.split("."))
    first = first_versions.get(parts[0], (17,))
    return ".".join(map(str, first)) if parts[: len(first)] < first[: len(parts)] else ""


def _single_instance(count: int, accepted: bool) -> Iterator[Fault]:
    if count < 2 and not accepted:
        remedy = "Set it to 2 or more, or set aurora_accept_single_instance to true."
        yield Fault({"aurora_instance_count": count}, "a Multi-AZ cluster needs at least 2 instances", remedy)


def _managed_password(is_global: bool, managed: bool) -> Iterator[Fault]:
    if is_global and managed:
        rule = "RDS cannot manage the password of a global database"
        remedy = "Set it to false (the role then creates a secret), or set aurora_global to false."
        yield Fault({"aurora_manage_master_user_password": managed}, rule, remedy)


def _windows(backup: str, maintenance: str) -> Iterator[Fault]:
    if overlap(backup, maintenance):
        values = {"aurora_preferred_backup_window": backup, "aurora_preferred_maintenance_window": maintenance}
        yield Fault(values, "AWS does not allow the two to overlap", "Move one of them.")


def _insights(mode: str, days: int) -> Iterator[Fault]:
    if mode == "advanced" and days < ADVANCED_RETENTION:
        values = {"aurora_performance_insights_retention_period": days, "aurora_database_insights_mode": mode}
        remedy = f"Set the period to {ADVANCED_RETENTION} or more, or the mode to 'standard'."
        yield Fault(values, f"the mode advanced needs at least {ADVANCED_RETENTION} days", remedy)


def _zones(zones: Sequence[str], count: int, region: str) -> Iterator[Fault]:
    for index, zone in enumerate(zones):
        if zone[:-1] != region:
            found = {f"aurora_zone_names[{index}]": zone}
            yield Fault(found, f"it is not a zone of {region}", f"Write it as {region}a, or remove it.")
    if zones and count > len(zones):
        values = {"aurora_instance_count": count, "aurora_zone_names": list(zones)}
        yield Fault(values, "each instance has a zone of its own", "Name more zones, or lower the number of instances.")


def _source(source: str, is_global: bool) -> Iterator[Fault]:
    if source and not is_global:
        values = {"aurora_global_source_db_cluster_identifier": source, "aurora_global": is_global}
        yield Fault(
            values, "only a global database is created from a cluster", "Set aurora_global to true, or remove it."
        )


def _owner_region(regions: Sequence[str], region: str) -> Iterator[Fault]:
    if region in regions:
        rule = f"{region} has the secret itself, and no copy"
        yield Fault({"aurora_replica_regions": list(regions)}, rule, f"Remove {region} from the list.")


_MIN, _MAX = "aurora_serverless_v2_min_capacity", "aurora_serverless_v2_max_capacity"
RULES: tuple[Rule, ...] = (
    (("aurora_environment", "aurora_region"), _settings_run.names("aurora_environment")),
    (("aurora_instance_class", "aurora_global"), _class_in_global),
    (("aurora_instance_class", _MIN, _MAX), _capacity),
    (("aurora_instance_class", _MIN, "aurora_global"), _pause_in_global),
    (("aurora_instance_class", _MIN, "aurora_engine_version"), _pause_and_version),
    (("aurora_instance_class", _MAX, "aurora_engine_version"), _capacity_and_version),
    (("aurora_instance_count", "aurora_accept_single_instance"), _single_instance),
    (("aurora_global", "aurora_manage_master_user_password"), _managed_password),
    (("aurora_preferred_backup_window", "aurora_preferred_maintenance_window"), _windows),
    (("aurora_database_insights_mode", "aurora_performance_insights_retention_period"), _insights),
    (("aurora_zone_names", "aurora_instance_count", "aurora_region"), _zones),
    (("aurora_global_source_db_cluster_identifier", "aurora_global"), _source),
)
# Rules for the region that owns the database. The other regions have the same lists.
OWNER_RULES: tuple[Rule, ...] = ((("aurora_replica_regions", "aurora_region"), _owner_region),)
