# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The settings of the role aurora."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.mtk.backend.plugins.module_utils.domain import _setting_judges, _settings_run
from ansible_collections.mtk.backend.plugins.module_utils.domain._setting import Fault, Role, Rule, Setting, Values
from ansible_collections.mtk.backend.plugins.module_utils.domain._settings_internal import INTERNAL

ROLE = "aurora"
SERVERLESS = "db.serverless"
_MEMBER = ("main", "validate", "primary", "secondary")
_REGION = ("main", "validate", "region")
_SHARED = ("main", "validate", "shared")
_CAPACITY = ("main", "validate", "shared", "region", "primary", "secondary")
_COMMON = ("main", "validate", "shared", "primary", "secondary")
_PERFORMANCE_RETENTION = (7, *(31 * months for months in range(1, 24)), 731)
_ADVANCED_RETENTION = 465  # days that the mode advanced of Database Insights needs at least
# The first minor version of each major version that can pause. All versions from 17 on can.
_FIRST_PAUSING = {13: (13, 15), 14: (14, 12), 15: (15, 7), 16: (16, 3)}
# The same for a capacity of more than 128 ACU.
_FIRST_LARGE = {13: (13, 13), 14: (14, 10), 15: (15, 5), 16: (16, 1)}
_LARGE = 128
_RESERVED_USERS = (
    *("admin", "all", "analyse", "analyze", "and", "any", "array", "as", "authorization", "current_user", "default"),
    *(
        "false",
        "from",
        "group",
        "null",
        "or",
        "order",
        "primary",
        "public",
        "rdsadmin",
        "rdsproxyadmin",
        "rdsrepladmin",
    ),
    *("rdstopmgr", "role", "select", "session_user", "table", "true", "user", "where"),
)
FORCED_PARAMETERS = {"rds.force_ssl": "1"}  # the default of the engine from version 17 on


def _parameters(name: str, value: Mapping[Any, Any]) -> Iterator[Fault]:
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


SETTINGS = (
    *_settings_run.shared(ROLE)[1],
    Setting(
        "aurora_wait",
        "bool",
        "Whether to wait until AWS has completed all changes. To wait for changes that were started with V(false), run "
        "the same entry point again with V(true).",
        default=True,
        entry_points=_MEMBER,
    ),
    Setting(
        "aurora_wait_timeout",
        "int",
        "Seconds to wait for the cluster or for an instance.",
        default=7200,
        minimum=1,
        by="a time to wait is",
        unit="seconds",
        entry_points=(*_MEMBER, "destroy_cluster"),
    ),
    Setting(
        "aurora_instance_class",
        "str",
        "The class of the instances, C(db.serverless) or for example C(db.r7g.large). AWS allows only C(db.r...) and "
        "C(db.serverless) in a global database. Whether AWS offers the class is asked in the plan.",
        default=SERVERLESS,
        pattern=r"db\.(serverless|[a-z0-9-]+\.[a-z0-9]+)",
        rule="a class is db.serverless, or has three parts",
        example="db.r7g.large",
        section="Capacity",
        entry_points=_CAPACITY,
    ),
    Setting(
        "aurora_serverless_v2_min_capacity",
        "float",
        "The minimum capacity of a serverless instance in ACU. With V(0) an idle instance pauses, which is not "
        "possible in a global database. AWS recommends at least V(2) with Performance Insights, and V(8) for the "
        "primary of a global database.",
        default=0.5,
        minimum=0,
        maximum=256,
        step=0.5,
        unit="ACU",
        section="Capacity",
        entry_points=_CAPACITY,
    ),
    Setting(
        "aurora_serverless_v2_max_capacity",
        "float",
        "The maximum capacity of a serverless instance in ACU.",
        default=4,
        minimum=1,
        maximum=256,
        step=0.5,
        unit="ACU",
        section="Capacity",
        entry_points=_CAPACITY,
    ),
    Setting(
        "aurora_serverless_v2_seconds_until_auto_pause",
        "int",
        "Idle seconds before a pause. Only used if the minimum capacity is V(0).",
        default=300,
        minimum=300,
        maximum=86400,
        unit="seconds",
        section="Capacity",
        entry_points=_MEMBER,
    ),
    Setting(
        "aurora_instance_count",
        "int",
        "The number of instances of the cluster, each in a zone of its own. If the number becomes smaller, no instance "
        "is deleted. V(0) in a secondary region is a cluster without instances, which cannot be promoted.",
        default=2,
        minimum=0,
        maximum=16,
        section="Capacity",
        entry_points=_CAPACITY,
    ),
    Setting(
        "aurora_accept_single_instance",
        "bool",
        "Whether fewer than two instances are accepted. They are not a Multi-AZ cluster.",
        default=False,
        section="Capacity",
        entry_points=("main", "validate", "shared", "region"),
    ),
    Setting(
        "aurora_zone_names",
        "list of str",
        "The names of the zones, in the order in which they get instances. Defaults to the zones of the database "
        "subnets, ordered by zone id.",
        default=[],
        section="Capacity",
        entry_points=_MEMBER,
        rule="names of zones of the region",
        judge=_setting_judges.zones,
    ),
    Setting(
        "aurora_network_subnets",
        "list of dict",
        "The database subnets that this run has created or plans, as M(mtk.backend.ec2_subnet) returns them. They are "
        "added to the subnets that AWS lists under the name of a database subnet.",
        default=[],
        section="Capacity",
        entry_points=_REGION,
    ),
    Setting(
        "aurora_global",
        "bool",
        "Whether the cluster is a member of a global database.",
        default=False,
        section="Global database",
        entry_points=_CAPACITY,
    ),
    Setting(
        "aurora_replica_regions",
        "list of str",
        "The regions with a copy of the secret of the master user.",
        default=[],
        section="Global database",
        entry_points=_SHARED,
        rule="names of regions",
        judge=_setting_judges.regions,
    ),
    Setting(
        "aurora_global_source_db_cluster_identifier",
        "str",
        "The name or ARN of an existing cluster to create the global database from. If empty, the global database is "
        "created empty.",
        default="",
        pattern=r"|[a-zA-Z](-?[a-zA-Z0-9]){0,62}|arn:aws[a-z-]*:rds:[a-z0-9-]+:\d{12}:cluster:[a-zA-Z0-9-]+",
        rule="it must be the name or the ARN of a cluster",
        example="dev-us-east-1-aurora-cluster",
        section="Global database",
        entry_points=_SHARED,
    ),
    Setting(
        "aurora_engine_version",
        "str",
        "A major version (V(16)) or a full version (V(16.6)). A later version of the same major version is kept. A "
        "downgrade is refused. Whether AWS offers the version is asked in the plan.",
        default="16",
        pattern=r"[1-9][0-9](\.[0-9]{1,2})?",
        rule="a version is a major version, or a major and a minor version",
        remedy='Write it in quotes, for example "16" or "16.6".',
        section="Engine",
        entry_points=(*_CAPACITY, "outputs", "destroy_region"),
    ),
    Setting(
        "aurora_allow_major_version_upgrade",
        "bool",
        "Whether the cluster may be upgraded to another major version.",
        default=False,
        section="Engine",
        entry_points=_COMMON,
    ),
    Setting(
        "aurora_auto_minor_version_upgrade",
        "bool",
        "Whether AWS may upgrade to minor versions. AWS does not do so in a global database.",
        default=True,
        section="Engine",
        entry_points=_MEMBER,
    ),
    Setting(
        "aurora_engine_lifecycle_support",
        "str",
        "Whether the cluster enters paid extended support when the standard support of its version ends.",
        default="open-source-rds-extended-support-disabled",
        choices=("open-source-rds-extended-support", "open-source-rds-extended-support-disabled"),
        section="Engine",
        entry_points=_COMMON,
    ),
    Setting(
        "aurora_parameters",
        "dict",
        "The parameters of the cluster by name, in addition to C(rds.force_ssl). Parameters that are not listed are "
        "reset. By default, DDL statements and statements that take a second or more are logged.",
        default={"log_min_duration_statement": 1000, "log_statement": "ddl"},
        section="Engine",
        entry_points=_REGION,
        rule="parameters that AWS lets be changed; asked in the plan",
        judge=_parameters,
    ),
    Setting(
        "aurora_instance_parameters",
        "dict",
        "The parameters of the instances by name. Parameters that are not listed are reset.",
        default={},
        section="Engine",
        entry_points=_REGION,
        rule="parameters that AWS lets be changed; asked in the plan",
        judge=_parameters,
    ),
    Setting(
        "aurora_database_name",
        "str",
        "The name of the first database. AWS cannot change it later.",
        default="mtk",
        pattern=r"[a-zA-Z][a-zA-Z0-9_]{0,62}",
        rule="AWS allows 1 to 63 letters, digits and _, beginning with a letter",
        section="Access",
        entry_points=("main", "validate", "primary", "outputs"),
    ),
    Setting(
        "aurora_port",
        "int",
        "The port of the database.",
        default=5432,
        minimum=1150,
        maximum=65535,
        section="Access",
        entry_points=("main", "validate", "primary", "secondary", "outputs"),
    ),
    Setting(
        "aurora_master_username",
        "str",
        "The name of the master user. AWS cannot change it later.",
        default="mtkadmin",
        pattern=rf"(?!(?i:{'|'.join(_RESERVED_USERS)})$)[a-zA-Z][a-zA-Z0-9]{{0,62}}",
        rule="AWS allows 1 to 63 letters and digits, beginning with a letter, and no reserved word such as admin",
        example="mtkadmin",
        section="Access",
        entry_points=("main", "validate", "shared", "primary", "outputs"),
    ),
    Setting(
        "aurora_manage_master_user_password",
        "bool",
        "Whether RDS manages and rotates the password of the master user. RDS cannot manage the password of a global "
        "database. With V(false) the role creates a secret.",
        computed="true, and false if O(aurora_global) is true",
        section="Access",
        entry_points=("main", "validate", "shared", "region", "primary"),
    ),
    Setting(
        "aurora_enable_iam_database_authentication",
        "bool",
        "Whether IAM principals can log in.",
        default=True,
        section="Access",
        entry_points=_MEMBER,
    ),
    Setting(
        "aurora_ca_certificate_identifier",
        "str",
        "The certificate authority of the TLS certificates of the instances.",
        default="rds-ca-rsa2048-g1",
        choices=("rds-ca-rsa2048-g1", "rds-ca-rsa4096-g1", "rds-ca-ecc384-g1"),
        section="Access",
        entry_points=_MEMBER,
    ),
    Setting(
        "aurora_storage_type",
        "str",
        "The storage type of the cluster.",
        default="aurora",
        choices=("aurora", "aurora-iopt1"),
        section="Storage, backup and protection",
        entry_points=_MEMBER,
    ),
    Setting(
        "aurora_backup_retention_period",
        "int",
        "Days to keep backups.",
        default=7,
        minimum=1,
        maximum=35,
        unit="days",
        section="Storage, backup and protection",
        entry_points=_MEMBER,
    ),
    Setting(
        "aurora_preferred_backup_window",
        "str",
        "The daily time range in which AWS makes backups, in UTC.",
        default="03:00-04:00",
        pattern=_setting_judges.BACKUP_WINDOW,
        rule="a time range of at least 30 minutes is written as hh:mm-hh:mm",
        remedy='Write it in quotes, for example "03:00-04:00".',
        judge=_setting_judges.window,
        section="Storage, backup and protection",
        entry_points=_MEMBER,
    ),
    Setting(
        "aurora_preferred_maintenance_window",
        "str",
        "The weekly time range in which AWS maintains the cluster, in UTC.",
        default="sun:05:00-sun:06:00",
        normal=str.lower,
        pattern=_setting_judges.MAINTENANCE_WINDOW,
        rule="a weekly time range of 30 minutes to 24 hours is written as ddd:hh:mm-ddd:hh:mm",
        example="sun:05:00-sun:06:00",
        judge=_setting_judges.window,
        section="Storage, backup and protection",
        entry_points=_MEMBER,
    ),
    Setting(
        "aurora_apply_immediately",
        "bool",
        "Whether changes are made at once instead of in the maintenance window.",
        default=True,
        section="Storage, backup and protection",
        entry_points=_MEMBER,
    ),
    Setting(
        "aurora_deletion_protection",
        "bool",
        "Whether AWS refuses to delete the cluster and the global cluster. The destroy entry points turn the "
        "protection off.",
        default=True,
        section="Storage, backup and protection",
        entry_points=_COMMON,
    ),
    Setting(
        "aurora_skip_final_snapshot",
        "bool",
        "Whether to delete the cluster without a final snapshot.",
        default=False,
        section="Storage, backup and protection",
        entry_points=("destroy_cluster", "validate"),
    ),
    Setting(
        "aurora_delete_automated_backups",
        "bool",
        "Whether to delete the automated backups together with the cluster.",
        default=True,
        section="Storage, backup and protection",
        entry_points=("destroy_cluster", "validate"),
    ),
    Setting(
        "aurora_key_deletion_window",
        "int",
        "Days in which the deletion of the KMS key can be cancelled.",
        default=30,
        minimum=7,
        maximum=30,
        unit="days",
        section="Storage, backup and protection",
        entry_points=("destroy_region", "validate"),
    ),
    Setting(
        "aurora_secret_recovery_window",
        "int",
        "Days in which the deletion of the secret can be cancelled.",
        default=30,
        minimum=7,
        maximum=30,
        unit="days",
        section="Storage, backup and protection",
        entry_points=("destroy_shared", "validate"),
    ),
    Setting(
        "aurora_database_insights_mode",
        "str",
        "The mode of Database Insights for all instances.",
        default="standard",
        choices=("standard", "advanced"),
        section="Monitoring",
        entry_points=_MEMBER,
    ),
    Setting(
        "aurora_performance_insights_retention_period",
        "int",
        "Days to keep performance data.",
        computed=f"7, and {_ADVANCED_RETENTION} if O(aurora_database_insights_mode=advanced)",
        choices=_PERFORMANCE_RETENTION,
        unit="days",
        section="Monitoring",
        entry_points=_MEMBER,
    ),
    Setting(
        "aurora_monitoring_interval",
        "int",
        "Seconds between two samples of Enhanced Monitoring. V(0) turns it off.",
        default=60,
        choices=(0, 1, 5, 10, 15, 30, 60),
        unit="seconds",
        section="Monitoring",
        entry_points=_COMMON,
    ),
    Setting(
        "aurora_log_retention_in_days",
        "int",
        "Days to keep the log of the database. V(0) keeps it for ever.",
        default=30,
        choices=_setting_judges.LOG_RETENTION,
        unit="days",
        section="Monitoring",
        entry_points=_REGION,
    ),
)


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
    if _setting_judges.overlap(backup, maintenance):
        values = {"aurora_preferred_backup_window": backup, "aurora_preferred_maintenance_window": maintenance}
        yield Fault(values, "AWS does not allow the two to overlap", "Move one of them.")


def _insights(mode: str, days: int) -> Iterator[Fault]:
    if mode == "advanced" and days < _ADVANCED_RETENTION:
        values = {"aurora_performance_insights_retention_period": days, "aurora_database_insights_mode": mode}
        remedy = f"Set the period to {_ADVANCED_RETENTION} or more, or the mode to 'standard'."
        yield Fault(values, f"the mode advanced needs at least {_ADVANCED_RETENTION} days", remedy)


def _zones(zones: Sequence[str], count: int, region: str) -> Iterator[Fault]:
    for index, zone in enumerate(zones):
        if zone[:-1] != region:
            values = {f"aurora_zone_names[{index}]": zone}
            yield Fault(values, f"it is not a zone of {region}", f"Write it as {region}a, or remove it.")
    if zones and count > len(zones):
        found = {"aurora_instance_count": count, "aurora_zone_names": list(zones)}
        yield Fault(found, "each instance has a zone of its own", "Name more zones, or lower the number of instances.")


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


def _compute(values: Values, host: Mapping[str, Any]) -> Values:
    advanced = values.get("aurora_database_insights_mode") == "advanced"
    return {
        **_settings_run.shared(ROLE)[0](values, host),
        "aurora_manage_master_user_password": not values.get("aurora_global", False),
        "aurora_performance_insights_retention_period": _ADVANCED_RETENTION if advanced else 7,
    }


AURORA = Role(ROLE, SETTINGS, RULES, _compute, INTERNAL.get(ROLE, frozenset()), OWNER_RULES)
