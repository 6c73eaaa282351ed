# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The settings of the role dynamodb_global."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.mtk.backend.plugins.module_utils.domain import _setting_judges, _settings_run
from ansible_collections.mtk.backend.plugins.module_utils.domain._setting import (
    MISSING,
    Fault,
    Role,
    Rule,
    Setting,
    Values,
    WrongType,
    did_you_mean,
)
from ansible_collections.mtk.backend.plugins.module_utils.domain._settings_internal import INTERNAL

ROLE = "dynamodb_global"
INDEXES = ("lat_long_index", "is_private_index", "is_real_index")
KEYS = ("user_id", "date_time", "lat_long", "is_private_key", "is_real_key")  # key attributes of table and indexes
_TABLE = ("main", "table", "validate")
_DESTROY = (*_TABLE, "destroy")


def _scaled_indexes(name: str, value: Sequence[Mapping[str, Any]]) -> Iterator[Fault]:
    for index, entry in enumerate(value):
        path = f"{name}[{index}]"
        for key in entry:
            if key not in ("index_name", "read", "write"):
                yield Fault(
                    {f"{path}.{key}": MISSING}, "is not a key of a scaled index", "Use index_name, read and write."
                )
        if entry.get("index_name") not in INDEXES:
            near = did_you_mean(str(entry.get("index_name")), INDEXES)
            remedy = f"Did you mean {near}?" if near else "Use one of these."
            values = {f"{path}.index_name": entry.get("index_name")}
            yield Fault(values, f"the indexes are {', '.join(INDEXES)}", remedy)
        for kind in ("read", "write"):
            if entry.get(kind) is not None:
                yield from _scaling(f"{path}.{kind}", entry[kind])
    listed = [entry["index_name"] for entry in value if isinstance(entry.get("index_name"), str)]
    for index_name in dict.fromkeys(listed):
        if listed.count(index_name) > 1:
            yield Fault({name: listed}, f"it lists {index_name} more than once", "Remove the repetition.")


_SCALING = {
    each.name: each
    for each in (
        Setting("min_capacity", "int", "", minimum=1, unit="capacity units"),
        Setting("max_capacity", "int", "", minimum=1, unit="capacity units"),
        Setting("target_value", "float", "", default=70, minimum=10, maximum=90, unit="percent"),
        Setting("scale_in_cooldown", "int", "", default=60, minimum=0, unit="seconds"),
        Setting("scale_out_cooldown", "int", "", default=60, minimum=0, unit="seconds"),
        Setting("disable_scale_in", "bool", "", default=False),
    )
}


def _scaling(path: str, given: Any) -> Iterator[Fault]:
    if not isinstance(given, Mapping):
        yield Fault({path: given}, "it must be a dictionary", f"Its keys are {', '.join(_SCALING)}.")
        return
    values = {}
    for key, raw in given.items():
        if key not in _SCALING:
            near = did_you_mean(str(key), _SCALING)
            remedy = f"Did you mean {near}?" if near else f"The keys are {', '.join(_SCALING)}."
            yield Fault({f"{path}.{key}": MISSING}, "is not a key of auto scaling", remedy)
            continue
        setting = Setting(**{**vars(_SCALING[key]), "name": f"{path}.{key}"})
        try:
            values[key] = setting.convert(raw)
        except WrongType as error:
            yield Fault({setting.name: raw}, *error.args)
            continue
        yield from setting.faults(values[key])
    for key in ("min_capacity", "max_capacity"):
        if key not in given:
            yield Fault({path: dict(given)}, f"auto scaling needs {key}", f"Add {key}.")
    yield from _ordered(values, f"{path}.min_capacity", f"{path}.max_capacity")


def _ordered(values: Mapping[str, Any], low: str, high: str) -> Iterator[Fault]:
    least, most = values.get("min_capacity"), values.get("max_capacity")
    if least is not None and most is not None and least > most:
        rule = "the minimum must not be above the maximum"
        yield Fault({low: least, high: most}, rule, "Lower the minimum or raise the maximum.")


def _request_units(name: str, value: int) -> Iterator[Fault]:
    if value != -1 and value < 1:
        rule = "a limit is 1 or more, and -1 means no limit"
        yield Fault({name: value}, rule, "Set it to such a number.")


def _capacity(kind: str, bound: str, words: str, default: int) -> Setting:
    return Setting(
        f"dynamodb_global_{kind}_{bound}_capacity",
        "int",
        f"The {words} of the table and of each index{', and the capacity at creation' if bound == 'min' else ''}.",
        default=default,
        minimum=1,
        unit="capacity units",
        section="Capacity",
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
        section="Capacity",
        entry_points=_TABLE,
    )


SETTINGS = (
    *_settings_run.shared(ROLE)[1],
    Setting(
        "dynamodb_global_wait",
        "bool",
        "Whether to wait until AWS has completed all changes. To wait for changes that were started with V(false), run "
        "the same entry point again with V(true). A provisioned table is always awaited.",
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
    Setting(
        "dynamodb_global_replica_regions",
        "list of str",
        "The regions with a replica. A replica in a region that is not listed is kept.",
        default=[],
        section="Regions",
        entry_points=(*_DESTROY, "outputs"),
        rule="names of other regions",
        judge=_setting_judges.regions,
    ),
    Setting(
        "dynamodb_global_remove_replica_regions",
        "list of str",
        "The regions whose replicas are deleted, even if protected. A replica is only deleted if its region is listed "
        "here.",
        default=[],
        section="Regions",
        entry_points=_DESTROY,
        rule="names of other regions",
        judge=_setting_judges.regions,
    ),
    Setting(
        "dynamodb_global_billing_mode",
        "str",
        "The billing mode. Auto scaling needs V(PROVISIONED). The limits of request units need V(PAY_PER_REQUEST).",
        default="PAY_PER_REQUEST",
        choices=("PAY_PER_REQUEST", "PROVISIONED"),
        section="Capacity",
        entry_points=_TABLE,
    ),
    Setting(
        "dynamodb_global_max_read_request_units",
        "int",
        "The maximum of read request units per second, of the table and of each index. V(-1) means no limit.",
        default=-1,
        rule="-1, or 1 or more",
        unit="request units per second",
        judge=_request_units,
        section="Capacity",
        entry_points=_TABLE,
    ),
    Setting(
        "dynamodb_global_max_write_request_units",
        "int",
        "The maximum of write request units per second of the table. V(-1) means no limit.",
        default=-1,
        rule="-1, or 1 or more",
        unit="request units per second",
        judge=_request_units,
        section="Capacity",
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
        section="Capacity",
        entry_points=_TABLE,
    ),
    Setting(
        "dynamodb_global_scale_out_cooldown",
        "int",
        "Seconds between two increases of the capacity.",
        default=60,
        minimum=0,
        unit="seconds",
        section="Capacity",
        entry_points=_TABLE,
    ),
    Setting(
        "dynamodb_global_disable_scale_in",
        "bool",
        "Whether auto scaling never lowers the capacity.",
        default=False,
        section="Capacity",
        entry_points=_TABLE,
    ),
    Setting(
        "dynamodb_global_scaled_indexes",
        "list of dict",
        "The indexes with auto scaling. Defaults to all three indexes, with the settings of the table. Each entry may "
        "have its own C(read) and C(write), as in M(mtk.backend.dynamodb_table_auto_scaling). A replica needs write "
        "scaling of all indexes.",
        default=[{"index_name": name} for name in INDEXES],
        rule="entries with index_name, read and write",
        judge=_scaled_indexes,
        section="Capacity",
        entry_points=_TABLE,
    ),
    Setting(
        "dynamodb_global_table_class",
        "str",
        "The class of the table and of its replicas.",
        default="STANDARD",
        choices=("STANDARD", "STANDARD_INFREQUENT_ACCESS"),
        section="Capacity",
        entry_points=_TABLE,
    ),
    Setting(
        "dynamodb_global_flag_index_layout",
        "str",
        "How writers fill the keys of the flag indexes, see docs/using/item-contract.md. The layout is stored in a "
        "tag. The indexes are the same in all layouts.",
        default="sharded",
        choices=("sharded", "sparse", "plain"),
        section="Indexes",
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
        section="Indexes",
        entry_points=_TABLE,
    ),
    Setting(
        "dynamodb_global_replace_indexes",
        "bool",
        "Whether an index may be deleted and created again if its definition differs.",
        default=False,
        section="Indexes",
        entry_points=_TABLE,
    ),
    Setting(
        "dynamodb_global_kms_key_enabled",
        "bool",
        "Whether the table and its replicas are encrypted with KMS keys of this role instead of AWS's key.",
        default=True,
        section="Protection",
        entry_points=(*_TABLE, "key", "destroy_key"),
    ),
    Setting(
        "dynamodb_global_key_deletion_window",
        "int",
        "Days in which the deletion of the KMS key can be cancelled.",
        default=30,
        minimum=7,
        maximum=30,
        unit="days",
        section="Protection",
        entry_points=("destroy_key", "validate"),
    ),
    Setting(
        "dynamodb_global_deletion_protection_enabled",
        "bool",
        "Whether AWS refuses to delete the table and each replica.",
        default=True,
        section="Protection",
        entry_points=_TABLE,
    ),
    Setting(
        "dynamodb_global_point_in_time_recovery",
        "bool",
        "Whether the table and each replica have continuous backups.",
        default=True,
        section="Protection",
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
        section="Protection",
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
        section="Protection",
        entry_points=_TABLE,
    ),
    Setting(
        "dynamodb_global_contributor_insights_enabled",
        "bool",
        "Whether CloudWatch Contributor Insights is enabled for the table and for each replica.",
        default=False,
        section="Monitoring",
        entry_points=_TABLE,
    ),
)


def _owner(region: str, replicas: Sequence[str], removed: Sequence[str]) -> Iterator[Fault]:
    rule = f"{region} owns the table, and the owner is not a replica"
    for name, listed in (("replica_regions", replicas), ("remove_replica_regions", removed)):
        if region in listed:
            yield Fault({f"dynamodb_global_{name}": list(listed)}, rule, f"Remove {region} from the list.")


def _kept_and_removed(replicas: Sequence[str], removed: Sequence[str]) -> Iterator[Fault]:
    both = sorted(set(replicas) & set(removed))
    if both:
        values = {
            "dynamodb_global_replica_regions": list(replicas),
            "dynamodb_global_remove_replica_regions": list(removed),
        }
        rule = f"both contain {', '.join(both)}, and a replica is either kept or deleted"
        yield Fault(values, rule, "Remove it from one of the lists.")


def _order(kind: str) -> Any:
    def rule(low: int, high: int) -> Iterator[Fault]:
        prefix = f"dynamodb_global_{kind}"
        yield from _ordered(
            {"min_capacity": low, "max_capacity": high}, f"{prefix}_min_capacity", f"{prefix}_max_capacity"
        )

    return rule


def _limits_and_mode(mode: str, reads: int, writes: int) -> Iterator[Fault]:
    names = {"dynamodb_global_max_read_request_units": reads, "dynamodb_global_max_write_request_units": writes}
    for name, value in names.items():
        if mode == "PROVISIONED" and value != -1:
            values = {name: value, "dynamodb_global_billing_mode": mode}
            yield Fault(
                values, "AWS limits request units only in mode PAY_PER_REQUEST", f"Remove {name}, or change the mode."
            )


def _time_to_live(attribute: str) -> Iterator[Fault]:
    if attribute in KEYS:
        values = {"dynamodb_global_time_to_live_attribute": attribute}
        rule = "it is a key attribute of the table or of an index, which is text, and AWS expects a number"
        yield Fault(values, rule, "Choose another attribute, for example expires_at.")


def _scaled_replicas(mode: str, replicas: Sequence[str], indexes: Sequence[Mapping[str, Any]]) -> Iterator[Fault]:
    missing = sorted(set(INDEXES) - {str(entry["index_name"]) for entry in indexes})
    if mode == "PROVISIONED" and replicas and missing:
        values = {"dynamodb_global_scaled_indexes": [entry["index_name"] for entry in indexes]}
        rule = "AWS refuses replicas of a provisioned table unless the writes of all indexes are scaled"
        yield Fault(values, rule, f"Add {', '.join(missing)}.")


_REPLICAS, _REMOVED = "dynamodb_global_replica_regions", "dynamodb_global_remove_replica_regions"
_MODE, _SCALED = "dynamodb_global_billing_mode", "dynamodb_global_scaled_indexes"
RULES: tuple[Rule, ...] = (
    (("dynamodb_global_environment", "dynamodb_global_region"), _settings_run.names("dynamodb_global_environment")),
    (("dynamodb_global_read_min_capacity", "dynamodb_global_read_max_capacity"), _order("read")),
    (("dynamodb_global_write_min_capacity", "dynamodb_global_write_max_capacity"), _order("write")),
    (
        (_MODE, "dynamodb_global_max_read_request_units", "dynamodb_global_max_write_request_units"),
        _limits_and_mode,
    ),
    (("dynamodb_global_time_to_live_attribute",), _time_to_live),
    ((_REPLICAS, _REMOVED), _kept_and_removed),
    ((_MODE, _REPLICAS, _SCALED), _scaled_replicas),
)
# Rules for the region that owns the table. Other regions run the role for their keys, with the same lists.
OWNER_RULES: tuple[Rule, ...] = ((("dynamodb_global_region", _REPLICAS, _REMOVED), _owner),)


def _compute(values: Values, host: Mapping[str, Any]) -> Values:
    return _settings_run.shared(ROLE)[0](values, host)


TABLE = Role(ROLE, SETTINGS, RULES, _compute, INTERNAL.get(ROLE, frozenset()), OWNER_RULES)
