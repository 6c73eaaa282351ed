# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The settings of the role dynamodb_global."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.mtk.backend.plugins.module_utils.domain import _rules_table as rules
from ansible_collections.mtk.backend.plugins.module_utils.domain import _setting_judges, _settings_run
from ansible_collections.mtk.backend.plugins.module_utils.domain._setting import (
    Role,
    Setting,
    Values,
    section,
)
from ansible_collections.mtk.backend.plugins.module_utils.domain._settings_internal import INTERNAL

ROLE = "dynamodb_global"
_TABLE = ("main", "table", "validate")
_DESTROY = (*_TABLE, "destroy", "remove_region")


def _capacity(kind: str, bound: str, words: str, default: int) -> Setting:
    return Setting(
        f"dynamodb_global_{kind}_{bound}_capacity",
        "int",
        f"The {words} of the table and of each index{', and the capacity at creation' if bound == 'min' else ''}.",
        default=default,
        minimum=1,
        unit="capacity units",
        entry_points=_TABLE,
    )


def _target(kind: str) -> Setting:
    return Setting(
        f"dynamodb_global_{kind}_target_value",
        "float",
        f"The target utilisation of the {kind} capacity. AWS recommends V(20) to V(90).",
        default=70,
        minimum=10,
        maximum=90,
        unit="percent",
        entry_points=_TABLE,
    )


SETTINGS = (
    *_settings_run.shared(ROLE)[1],
    Setting(
        "dynamodb_global_wait",
        "bool",
        "Whether to wait until AWS has completed all changes. To wait for changes that were started with V(false), "
        "run the same entry point again with V(true). A provisioned table is always awaited.",
        default=True,
        entry_points=_TABLE,
    ),
    Setting(
        "dynamodb_global_wait_timeout",
        "int",
        "Seconds to wait for the table or for a replica.",
        default=3600,
        minimum=1,
        by="a time to wait is",
        unit="seconds",
        entry_points=_DESTROY,
    ),
    *section(
        "Regions",
        Setting(
            "dynamodb_global_replica_regions",
            "list of str",
            "The regions with a replica. A replica in a region that is not listed is kept.",
            default=[],
            entry_points=_DESTROY,
            rule="names of other regions",
            judge=_setting_judges.regions,
        ),
        Setting(
            "dynamodb_global_remove_replica_regions",
            "list of str",
            "The regions whose replicas are deleted, even if protected. A replica is only deleted if its region is "
            "listed here.",
            default=[],
            entry_points=_DESTROY,
            rule="names of other regions",
            judge=_setting_judges.regions,
        ),
    ),
    *section(
        "Capacity",
        Setting(
            "dynamodb_global_billing_mode",
            "str",
            "The billing mode. Auto scaling needs V(PROVISIONED). The limits of request units need V(PAY_PER_REQUEST).",
            default="PAY_PER_REQUEST",
            choices=("PAY_PER_REQUEST", "PROVISIONED"),
            entry_points=_TABLE,
        ),
        Setting(
            "dynamodb_global_max_read_request_units",
            "int",
            "The maximum of read request units per second, of the table and of each index. V(-1) means no limit.",
            default=-1,
            rule="-1, or 1 or more",
            unit="request units per second",
            judge=rules.request_units,
            entry_points=_TABLE,
        ),
        Setting(
            "dynamodb_global_max_write_request_units",
            "int",
            "The maximum of write request units per second of the table. V(-1) means no limit.",
            default=-1,
            rule="-1, or 1 or more",
            unit="request units per second",
            judge=rules.request_units,
            entry_points=_TABLE,
        ),
        _capacity("read", "min", "minimum read capacity", 5),
        _capacity("read", "max", "maximum read capacity", 100),
        _target("read"),
        _capacity("write", "min", "minimum write capacity", 5),
        _capacity("write", "max", "maximum write capacity", 100),
        _target("write"),
        Setting(
            "dynamodb_global_scale_in_cooldown",
            "int",
            "Seconds between two decreases of the capacity.",
            default=60,
            minimum=0,
            unit="seconds",
            entry_points=_TABLE,
        ),
        Setting(
            "dynamodb_global_scale_out_cooldown",
            "int",
            "Seconds between two increases of the capacity.",
            default=60,
            minimum=0,
            unit="seconds",
            entry_points=_TABLE,
        ),
        Setting(
            "dynamodb_global_disable_scale_in",
            "bool",
            "Whether auto scaling never lowers the capacity.",
            default=False,
            entry_points=_TABLE,
        ),
        Setting(
            "dynamodb_global_scaled_indexes",
            "list of dict",
            "The indexes with auto scaling. Defaults to all three indexes, with the settings of the table. Each entry "
            "may have its own C(read) and C(write), as in M(mtk.backend.dynamodb_table_auto_scaling). A replica needs "
            "write scaling of all indexes.",
            default=[{"index_name": name} for name in rules.INDEXES],
            rule="entries with index_name, read and write",
            judge=rules.scaled_indexes,
            entry_points=_TABLE,
        ),
        Setting(
            "dynamodb_global_table_class",
            "str",
            "The class of the table and of its replicas.",
            default="STANDARD",
            choices=("STANDARD", "STANDARD_INFREQUENT_ACCESS"),
            entry_points=_TABLE,
        ),
    ),
    *section(
        "Indexes",
        Setting(
            "dynamodb_global_flag_index_layout",
            "str",
            "How writers fill the keys of the flag indexes, see docs/using/item-contract.md. The layout is stored in "
            "a tag. The indexes are the same in all layouts.",
            default="sharded",
            choices=("sharded", "sparse", "plain"),
            entry_points=_TABLE,
        ),
        Setting(
            "dynamodb_global_flag_index_shards",
            "int",
            "The number of index partitions for each value of a flag in layout V(sharded).",
            default=16,
            minimum=1,
            maximum=100,
            by="the item contract allows",
            entry_points=_TABLE,
        ),
        Setting(
            "dynamodb_global_accept_layout_change",
            "bool",
            "Whether the layout of the flag indexes or their number of shards may differ from that of the existing "
            "table. Move the applications and the items first, see docs/using/item-contract.md.",
            default=False,
            entry_points=_TABLE,
        ),
        Setting(
            "dynamodb_global_replace_indexes",
            "bool",
            "Whether an index may be deleted and created again if its definition differs.",
            default=False,
            entry_points=_TABLE,
        ),
    ),
    *section(
        "Protection",
        Setting(
            "dynamodb_global_kms_key_enabled",
            "bool",
            "Whether the table and its replicas are encrypted with KMS keys of this role instead of AWS's key.",
            default=True,
            entry_points=(*_TABLE, "key", "destroy_key"),
        ),
        Setting(
            "dynamodb_global_final_backup",
            "bool",
            "Whether to make an on-demand backup of the table before it is deleted. AWS keeps it until you delete it.",
            default=False,
            entry_points=("destroy", "validate"),
        ),
        Setting(
            "dynamodb_global_purge_data",
            "bool",
            "Whether the deletion gives up the backups that need the KMS key. Nobody can restore them then.",
            computed="whether C(purge_data) names the environment",
            entry_points=("destroy", "destroy_key", "validate"),
        ),
        Setting(
            "dynamodb_global_key_deletion_window",
            "int",
            "Days in which the deletion of the KMS key can be cancelled.",
            default=30,
            minimum=7,
            maximum=30,
            unit="days",
            entry_points=("destroy_key", "validate"),
        ),
        Setting(
            "dynamodb_global_deletion_protection_enabled",
            "bool",
            "Whether AWS refuses to delete the table and each replica.",
            default=True,
            entry_points=_TABLE,
        ),
        Setting(
            "dynamodb_global_point_in_time_recovery",
            "bool",
            "Whether the table and each replica have continuous backups.",
            default=True,
            entry_points=_TABLE,
        ),
        Setting(
            "dynamodb_global_point_in_time_recovery_days",
            "int",
            "Days to keep continuous backups.",
            default=35,
            minimum=1,
            maximum=35,
            unit="days",
            entry_points=_TABLE,
        ),
        Setting(
            "dynamodb_global_resource_policies",
            "dict",
            "The resource policies of the table, by region. A policy that others attach in another region, or to a "
            "stream, is removed.",
            default={},
            rule="policies with Statement, by region",
            judge=_setting_judges.policies,
            entry_points=_TABLE,
        ),
        Setting(
            "dynamodb_global_time_to_live_attribute",
            "str",
            "The attribute with the expiry time of an item, in seconds since 1970. If empty, items do not expire. AWS "
            "takes one change an hour.",
            default="",
            pattern=r"(?s:.{0,255})",
            rule="up to 255 characters, and no key attribute of the table or of an index",
            entry_points=_TABLE,
        ),
    ),
    *section(
        "Monitoring",
        Setting(
            "dynamodb_global_contributor_insights_enabled",
            "bool",
            "Whether CloudWatch Contributor Insights is enabled for the table and for each replica.",
            default=False,
            entry_points=_TABLE,
        ),
    ),
)


def _compute(values: Values, host: Mapping[str, Any]) -> Values:
    return _settings_run.shared(ROLE)[0](values, host)


TABLE = Role(ROLE, SETTINGS, rules.RULES, _compute, INTERNAL.get(ROLE, frozenset()), rules.OWNER_RULES)
