# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The settings of the role aurora."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.mtk.backend.plugins.module_utils.domain import _rules_database as rules
from ansible_collections.mtk.backend.plugins.module_utils.domain import _setting_judges, _settings_run
from ansible_collections.mtk.backend.plugins.module_utils.domain._aurora_limits import (
    BACKUP_WINDOW,
    MAINTENANCE_WINDOW,
    PERFORMANCE_RETENTION,
    RESERVED,
)
from ansible_collections.mtk.backend.plugins.module_utils.domain._limits import (
    LOG_RETENTION,
    POLICY_ARN,
    POLICY_PATH,
    REGION,
)
from ansible_collections.mtk.backend.plugins.module_utils.domain._setting import (
    Role,
    Setting,
    Values,
    section,
)
from ansible_collections.mtk.backend.plugins.module_utils.domain._settings_internal import INTERNAL

ROLE = "aurora"
_MEMBER = ("main", "validate", "primary", "secondary")
_REGION = ("main", "validate", "region")
_SHARED = ("main", "validate", "shared")
_CAPACITY = ("main", "validate", "shared", "region", "primary", "secondary")
_COMMON = ("main", "validate", "shared", "primary", "secondary")

SETTINGS = (
    *_settings_run.shared(ROLE)[1],
    Setting(
        "aurora_wait",
        "bool",
        "Whether to wait until AWS has completed all changes. To wait for changes that were started with V(false), "
        "run the same entry point again with V(true).",
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
    *section(
        "Capacity",
        Setting(
            "aurora_instance_class",
            "str",
            "The class of the instances, C(db.serverless) or for example C(db.r7g.large). AWS allows only C(db.r...) "
            "and C(db.serverless) in a global database. Whether AWS offers the class is asked in the plan.",
            default=rules.SERVERLESS,
            pattern=r"db\.(serverless|[a-z0-9-]+\.[a-z0-9]+)",
            rule="a class is db.serverless, or has three parts",
            permits="db.serverless, or a class of three parts",
            example="db.r7g.large",
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
            entry_points=_MEMBER,
        ),
        Setting(
            "aurora_instance_count",
            "int",
            "The number of instances of the cluster, each in a zone of its own. If the number becomes smaller, no "
            "instance is deleted. V(0) in a secondary region is a cluster without instances, which cannot be "
            "promoted.",
            default=2,
            minimum=0,
            maximum=16,
            entry_points=_CAPACITY,
        ),
        Setting(
            "aurora_accept_single_instance",
            "bool",
            "Whether fewer than two instances are accepted. They are not a Multi-AZ cluster.",
            default=False,
            entry_points=("main", "validate", "shared", "region"),
        ),
        Setting(
            "aurora_zone_names",
            "list of str",
            "The names of the zones, in the order in which they get instances. Defaults to the zones of the database "
            "subnets, ordered by zone id.",
            default=[],
            entry_points=_MEMBER,
            rule="names of zones of the region",
            judge=_setting_judges.zones,
        ),
        Setting(
            "aurora_network_subnets",
            "list of dict",
            "The database subnets that this run has created or plans, as M(mtk.backend.ec2_subnet) returns them. They "
            "are added to the subnets of the VPC with the tags C(mtk:environment), C(mtk:stack) and C(mtk:tier) of "
            "database subnets.",
            default=[],
            entry_points=_REGION,
        ),
    ),
    *section(
        "Global database",
        Setting(
            "aurora_global",
            "bool",
            "Whether the cluster is a member of a global database.",
            default=False,
            entry_points=_CAPACITY,
        ),
        Setting(
            "aurora_replica_regions",
            "list of str",
            "The regions with a copy of the secret of the master user.",
            default=[],
            entry_points=_SHARED,
            rule="names of regions",
            judge=_setting_judges.regions,
        ),
        Setting(
            "aurora_removed_region",
            "str",
            "A region that left the inventory, whose copy of the secret of the master user is deleted.",
            default="",
            entry_points=("remove_region",),
            pattern=f"{REGION}|",
            rule="it is not the name of a region",
            permits="the name of a region",
            remedy="Write it as eu-west-1.",
        ),
        Setting(
            "aurora_global_source_db_cluster_identifier",
            "str",
            "The name or ARN of an existing cluster to create the global database from. If empty, the global database "
            "is created empty.",
            default="",
            pattern=r"|[a-zA-Z](-?[a-zA-Z0-9]){0,62}|arn:aws[a-z-]*:rds:[a-z0-9-]+:\d{12}:cluster:[a-zA-Z0-9-]+",
            rule="it must be the name or the ARN of a cluster",
            permits="the name or the ARN of a cluster",
            example="dev-us-east-1-aurora-cluster",
            entry_points=_SHARED,
        ),
    ),
    *section(
        "Engine",
        Setting(
            "aurora_engine_version",
            "str",
            "A major version (V(16)) or a full version (V(16.6)). A later version of the same major version is kept. "
            "A downgrade is refused. Whether AWS offers the version is asked in the plan.",
            default="16",
            pattern=r"[1-9][0-9](\.[0-9]{1,2})?",
            rule="a version is a major version, or a major and a minor version",
            permits="a major version, or a major and a minor version",
            remedy='Write it in quotes, for example "16" or "16.6".',
            entry_points=(*_CAPACITY, "destroy_region"),
        ),
        Setting(
            "aurora_allow_major_version_upgrade",
            "bool",
            "Whether the cluster may be upgraded to another major version.",
            default=False,
            entry_points=_COMMON,
        ),
        Setting(
            "aurora_auto_minor_version_upgrade",
            "bool",
            "Whether AWS may upgrade to minor versions. AWS does not do so in a global database.",
            default=True,
            entry_points=_MEMBER,
        ),
        Setting(
            "aurora_engine_lifecycle_support",
            "str",
            "Whether the cluster enters paid extended support when the standard support of its version ends.",
            default="open-source-rds-extended-support-disabled",
            choices=("open-source-rds-extended-support", "open-source-rds-extended-support-disabled"),
            entry_points=_COMMON,
        ),
        Setting(
            "aurora_parameters",
            "dict",
            "The parameters of the cluster by name, in addition to C(rds.force_ssl). Parameters that are not listed "
            "are reset. By default, DDL statements and statements that take a second or more are logged.",
            default={"log_min_duration_statement": 1000, "log_statement": "ddl"},
            entry_points=_REGION,
            rule="parameters that AWS lets be changed; asked in the plan",
            judge=rules.parameters,
        ),
        Setting(
            "aurora_instance_parameters",
            "dict",
            "The parameters of the instances by name. Parameters that are not listed are reset.",
            default={},
            entry_points=_REGION,
            rule="parameters that AWS lets be changed; asked in the plan",
            judge=rules.parameters,
        ),
    ),
    *section(
        "Access",
        Setting(
            "aurora_database_name",
            "str",
            "The name of the first database. AWS cannot change it later.",
            default="mtk",
            pattern=rf"(?!(?i:{'|'.join(RESERVED)})$)[a-zA-Z][a-zA-Z0-9_]{{0,62}}",
            rule="AWS allows 1 to 63 letters, digits and _, beginning with a letter, and no reserved word such as user",
            permits="1 to 63 letters, digits and _, beginning with a letter; no reserved word",
            example="mtk",
            entry_points=("main", "validate", "primary"),
        ),
        Setting(
            "aurora_port",
            "int",
            "The port of the database.",
            default=5432,
            minimum=1150,
            maximum=65535,
            entry_points=("main", "validate", "primary", "secondary"),
        ),
        Setting(
            "aurora_master_username",
            "str",
            "The name of the master user. AWS cannot change it later.",
            default="mtkadmin",
            pattern=rf"(?!(?i:{'|'.join(RESERVED)})$)[a-zA-Z][a-zA-Z0-9]{{0,62}}",
            rule="AWS allows 1 to 63 letters and digits, beginning with a letter, and no reserved word such as admin",
            permits="1 to 63 letters and digits, beginning with a letter; no reserved word",
            example="mtkadmin",
            entry_points=("main", "validate", "shared", "primary"),
        ),
        Setting(
            "aurora_manage_master_user_password",
            "bool",
            "Whether RDS manages and rotates the password of the master user. RDS cannot manage the password of a "
            "global database. With V(false) the role creates a secret.",
            computed="true, and false if O(aurora_global) is true",
            entry_points=("main", "validate", "shared", "region", "primary"),
        ),
        Setting(
            "aurora_enable_iam_database_authentication",
            "bool",
            "Whether IAM principals can log in.",
            default=True,
            entry_points=_MEMBER,
        ),
        Setting(
            "aurora_enable_http_endpoint",
            "bool",
            "Whether the Data API is on, with which SQL reaches the database through HTTPS, past the network.",
            default=False,
            entry_points=_MEMBER,
        ),
        Setting(
            "aurora_ca_certificate_identifier",
            "str",
            "The certificate authority of the TLS certificates of the instances.",
            default="rds-ca-rsa2048-g1",
            choices=("rds-ca-rsa2048-g1", "rds-ca-rsa4096-g1", "rds-ca-ecc384-g1"),
            entry_points=_MEMBER,
        ),
    ),
    *section(
        "Storage, backup and protection",
        Setting(
            "aurora_storage_type",
            "str",
            "The storage type of the cluster.",
            default="aurora",
            choices=("aurora", "aurora-iopt1"),
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
            entry_points=_MEMBER,
        ),
        Setting(
            "aurora_preferred_backup_window",
            "str",
            "The daily time range in which AWS makes backups, in UTC.",
            default="03:00-04:00",
            pattern=BACKUP_WINDOW,
            rule="a time range of at least 30 minutes is written as hh:mm-hh:mm",
            permits="hh:mm-hh:mm, at least 30 minutes",
            remedy='Write it in quotes, for example "03:00-04:00".',
            judge=_setting_judges.window,
            entry_points=_MEMBER,
        ),
        Setting(
            "aurora_preferred_maintenance_window",
            "str",
            "The weekly time range in which AWS maintains the cluster, in UTC.",
            default="sun:05:00-sun:06:00",
            normal=str.lower,
            pattern=MAINTENANCE_WINDOW,
            rule="a weekly time range of at least 30 minutes and less than 24 hours is written as ddd:hh:mm-ddd:hh:mm",
            permits="ddd:hh:mm-ddd:hh:mm, at least 30 minutes and less than 24 hours",
            example="sun:05:00-sun:06:00",
            judge=_setting_judges.window,
            entry_points=_MEMBER,
        ),
        Setting(
            "aurora_apply_immediately",
            "bool",
            "Whether changes are made at once instead of in the maintenance window.",
            default=True,
            entry_points=_MEMBER,
        ),
        Setting(
            "aurora_deletion_protection",
            "bool",
            "Whether AWS refuses to delete the cluster and the global cluster. The destroy entry points turn the "
            "protection off if the inventory sets destroy_allowed.",
            default=True,
            entry_points=_COMMON,
        ),
        Setting(
            "aurora_skip_final_snapshot",
            "bool",
            "Whether to delete the cluster without a final snapshot, also when a failed cluster is replaced.",
            default=False,
            entry_points=("destroy_cluster", *_MEMBER),
        ),
        Setting(
            "aurora_delete_automated_backups",
            "bool",
            "Whether to delete the automated backups together with the cluster.",
            default=True,
            entry_points=("destroy_cluster", "validate"),
        ),
        Setting(
            "aurora_purge_data",
            "bool",
            "Whether the deletion gives up the snapshots and backups that need the KMS key. Nobody can restore them "
            "then.",
            computed="whether C(purge_data) names the environment",
            entry_points=("destroy_cluster", "destroy_region", "validate"),
        ),
        Setting(
            "aurora_key_deletion_window",
            "int",
            "Days in which the deletion of the KMS key can be cancelled.",
            default=30,
            minimum=7,
            maximum=30,
            unit="days",
            entry_points=("destroy_region", "validate"),
        ),
        Setting(
            "aurora_secret_resource_policy",
            "dict",
            "The resource policy of the secret of the master user. A policy that others attach is removed.",
            default={},
            rule="a policy with Statement",
            judge=_setting_judges.policy,
            entry_points=("shared", "validate"),
        ),
        Setting(
            "aurora_secret_recovery_window",
            "int",
            "Days in which the deletion of the secret can be cancelled.",
            default=30,
            minimum=7,
            maximum=30,
            unit="days",
            entry_points=("destroy_shared", "validate"),
        ),
    ),
    *section(
        "Monitoring",
        Setting(
            "aurora_database_insights_mode",
            "str",
            "The mode of Database Insights for all instances.",
            default="standard",
            choices=("standard", "advanced"),
            entry_points=_MEMBER,
        ),
        Setting(
            "aurora_performance_insights_retention_period",
            "int",
            "Days to keep performance data.",
            computed=f"7, and {rules.ADVANCED_RETENTION} if O(aurora_database_insights_mode=advanced)",
            choices=PERFORMANCE_RETENTION,
            unit="days",
            entry_points=_MEMBER,
        ),
        Setting(
            "aurora_monitoring_interval",
            "int",
            "Seconds between two samples of Enhanced Monitoring. V(0) turns it off.",
            default=60,
            choices=(0, 1, 5, 10, 15, 30, 60),
            unit="seconds",
            entry_points=_COMMON,
        ),
        Setting(
            "aurora_permissions_boundary",
            "str",
            "The ARN of the permissions boundary of the Enhanced Monitoring role. If empty, the role has none, and a "
            "boundary that somebody has set is removed.",
            default="",
            entry_points=("shared", "validate"),
            pattern=f"({POLICY_ARN})?",
            rule="it is not the ARN of a managed policy",
            permits="the ARN of a managed policy",
            example="'arn:aws:iam::123456789012:policy/boundary'",
        ),
        Setting(
            "aurora_iam_path",
            "str",
            "The path of the Enhanced Monitoring role. AWS cannot change it later.",
            default="/",
            entry_points=("shared", "validate"),
            pattern=POLICY_PATH,
            rule="a path has up to 512 letters, digits and /_+=,.@-, and begins and ends with a slash",
            permits="up to 512 letters, digits and /_+=,.@- between two slashes",
            example="'/mtk/'",
        ),
        Setting(
            "aurora_log_retention_in_days",
            "int",
            "Days to keep the log of the database. V(0) keeps it for ever.",
            default=30,
            choices=LOG_RETENTION,
            unit="days",
            entry_points=_REGION,
        ),
    ),
)


def _compute(values: Values, host: Mapping[str, Any]) -> Values:
    advanced = values.get("aurora_database_insights_mode") == "advanced"
    return {
        **_settings_run.shared(ROLE)[0](values, host),
        "aurora_manage_master_user_password": not values.get("aurora_global", False),
        "aurora_performance_insights_retention_period": rules.ADVANCED_RETENTION if advanced else 7,
    }


AURORA = Role(ROLE, SETTINGS, rules.RULES, _compute, INTERNAL.get(ROLE, frozenset()), rules.OWNER_RULES)
