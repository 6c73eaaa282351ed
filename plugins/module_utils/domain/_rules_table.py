# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rules of the settings of the role dynamodb_global."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.mtk.backend.plugins.module_utils.domain import _settings_run
from ansible_collections.mtk.backend.plugins.module_utils.domain._setting import (
    MISSING,
    Fault,
    Rule,
    Setting,
    WrongType,
    did_you_mean,
)

INDEXES = ("lat_long_index", "is_private_index", "is_real_index")
KEYS = ("user_id", "date_time", "lat_long", "is_private_key", "is_real_key")  # key attributes of table and indexes


def scaled_indexes(name: str, value: Sequence[Mapping[str, Any]]) -> Iterator[Fault]:
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
    first, last = values.get("min_capacity"), values.get("max_capacity")
    if first is not None and last is not None and first > last:
        rule = "the minimum must not be above the maximum"
        yield Fault({low: first, high: last}, rule, "Lower the minimum or raise the maximum.")


def request_units(name: str, value: int) -> Iterator[Fault]:
    if value != -1 and value < 1:
        rule = "a limit is 1 or more, and -1 means no limit"
        yield Fault({name: value}, rule, "Set it to such a number.")


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
