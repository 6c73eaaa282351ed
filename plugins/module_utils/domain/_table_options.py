# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options of DynamoDB tables that AWS never takes: a sentence for each, with option, value, rule and remedy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.mtk.backend.plugins.module_utils.domain._limits import (
    Check,
    between,
    count,
    distinct,
    fields,
    policy_or_none,
    rule,
    shown,
    text,
)

Fields = Mapping[str, Any]
KEY_TYPES = ("S", "N", "B")
INDEXES, TTL = "global_secondary_indexes", "time_to_live_specification"
MOST_PROJECTED = 100  # non-key attributes in all indexes of a table


def at_least(low: int) -> Check:
    """Check a number against a minimum."""
    return rule(lambda value: value < low, f"AWS takes {low} or more", "Give a higher number.")


def _name() -> Check:
    return text(
        r"[a-zA-Z0-9_.-]{3,255}", "3 to 255 letters without accents, digits, _, . and -", "Choose another name."
    )


def _attribute() -> Check:
    return rule(lambda name: not 1 <= len(name.encode()) <= 255, "AWS takes 1 to 255 bytes", "Choose another name.")


def _maximum() -> Check:
    words = "AWS takes -1 (no limit), or 1 or more"
    return rule(lambda value: value < 1 and value != -1, words, "Give one of these numbers.")


# The values that AWS takes, by option.
LIMITS: Mapping[str, Check] = {
    "table_name": _name(),
    "index_name": _name(),
    "attribute_name": _attribute(),
    "point_in_time_recovery_specification": fields(recovery_period_in_days=between(1, 35, "days")),
    "provisioned_throughput": fields(read_capacity_units=at_least(1), write_capacity_units=at_least(1)),
    "on_demand_throughput": fields(max_read_request_units=_maximum(), max_write_request_units=_maximum()),
}
REGIONAL = {
    **{name: LIMITS[name] for name in ("table_name", "point_in_time_recovery_specification")},
    **dict.fromkeys(("resource_policy", "stream_resource_policy"), policy_or_none(20480)),
}


def table_conflicts(params: Fields, region: str) -> Iterator[str]:
    """Yield the broken rules of the options of a table."""
    indexes = params.get(INDEXES) or []
    yield from _index_faults(indexes)
    yield from _definition_faults(params)
    if params.get("key_schema") is not None:
        yield from _schema_faults("key_schema", params["key_schema"], 1)
    for of, part in (("", params), *((f"index {index['index_name']}: ", index) for index in indexes)):
        yield from _capacity_faults(of, part, params.get("billing_mode"))
    yield from _expiry_faults(params)
    yield from key_region_faults(
        "sse_specification.kms_master_key_id", (params.get("sse_specification") or {}).get("kms_master_key_id"), region
    )


def key_region_faults(option: str, key: str | None, region: str) -> Iterator[str]:
    """Yield the rule that a table's key is in its region, if it is broken. Only an ARN contains a region."""
    parts = str(key).split(":")
    if parts[0] == "arn" and parts[3:4] != [region]:
        yield f"{option} is {shown(key)}; AWS takes a key in {region}, the region of the table. Give a key of it."


def key_fault(definitions: Sequence[Fields], schemas: Sequence[Sequence[Fields]]) -> str | None:
    """Return why attribute definitions and keys do not match, or None. ``schemas`` are the table's and the indexes'."""
    for definition in definitions:
        if definition["attribute_type"] not in KEY_TYPES:
            name, kind = definition["attribute_name"], definition["attribute_type"]
            return (
                f"attribute_definitions gives {name} the type '{kind}', but keys are S, N or B only. Keep the Boolean "
                f"as data and give the index a string that is derived from it, such as {name}_key = 'true#07' "
                "(docs/using/item-contract.md)."
            )
    defined = {definition["attribute_name"] for definition in definitions}
    used = {key["attribute_name"] for schema in schemas for key in schema}
    if used - defined:
        return f"attribute_definitions lacks {', '.join(sorted(used - defined))}, which key_schema or an index uses"
    if defined - used:
        return f"attribute_definitions names {', '.join(sorted(defined - used))}, which no key uses: define keys only"
    return None


def named_once(option: str, items: Iterable[Fields], field: str) -> Iterator[str]:
    """Yield the names that several items of a list have."""
    yield from distinct(f"{option} ({field})", [item[field] for item in items])


def _definition_faults(params: Fields) -> Iterator[str]:
    definitions, schema, indexes = params.get("attribute_definitions"), params.get("key_schema"), params.get(INDEXES)
    if not definitions:
        return
    yield from named_once("attribute_definitions", definitions, "attribute_name")
    for definition in definitions:
        yield from LIMITS["attribute_name"]("attribute_name", definition["attribute_name"])
    if schema is not None and indexes is not None:  # otherwise the existing table has the other keys
        fault = key_fault(definitions, [schema, *(index["key_schema"] for index in indexes)])
        if fault:
            yield fault


def _schema_faults(option: str, schema: Sequence[Fields], parts: int) -> Iterator[str]:
    kinds = [key["key_type"] for key in schema]
    if not 1 <= kinds.count("HASH") <= parts or kinds.count("RANGE") > parts:
        most = "one HASH attribute and at most one RANGE attribute"
        if parts > 1:
            most = f"1 to {parts} HASH attributes and at most {parts} RANGE attributes"
        given = f"{kinds.count('HASH')} HASH and {kinds.count('RANGE')} RANGE attributes"
        yield f"{option} has {given}; AWS takes {most}. Correct the key."
    yield from named_once(option, schema, "attribute_name")


def _index_faults(indexes: Sequence[Fields]) -> Iterator[str]:
    yield from count(20)(INDEXES, indexes)
    yield from named_once(INDEXES, indexes, "index_name")
    for index in indexes:
        yield from LIMITS["index_name"]("index_name", index["index_name"])
        yield from _schema_faults(f"index {index['index_name']}: key_schema", index["key_schema"], 4)
        yield from _projection_faults(f"index {index['index_name']}: ", index["projection"])
    projected = sum(len(index["projection"].get("non_key_attributes") or []) for index in indexes)
    if projected > MOST_PROJECTED:
        yield (
            f"{INDEXES} has {projected} non_key_attributes; AWS takes up to {MOST_PROJECTED} for a table, and counts "
            "an attribute of two indexes twice. Remove some, or use projection_type ALL."
        )


def _projection_faults(of: str, projection: Fields) -> Iterator[str]:
    kind, attributes = projection["projection_type"], projection.get("non_key_attributes") or []
    option = f"{of}non_key_attributes"
    if (kind == "INCLUDE") != bool(attributes):
        need = "needs" if kind == "INCLUDE" else "takes no"
        yield f"{option} is {shown(attributes)}; projection_type {kind} {need} non_key_attributes. Correct one of them."
    yield from count(20)(option, attributes)
    for attribute in attributes:
        yield from LIMITS["attribute_name"](option, attribute)


def _capacity_faults(of: str, part: Fields, mode: str | None) -> Iterator[str]:
    limits = part.get("on_demand_throughput")
    yield from LIMITS["on_demand_throughput"](f"{of}on_demand_throughput", limits)
    if mode != "PAY_PER_REQUEST":  # otherwise the capacity is ignored
        yield from LIMITS["provisioned_throughput"](f"{of}provisioned_throughput", part.get("provisioned_throughput"))
    for name, value in (limits or {}).items() if mode == "PROVISIONED" else ():
        if value is not None and value >= 1:
            yield (
                f"{of}on_demand_throughput.{name} is {value}, and billing_mode is PROVISIONED; only PAY_PER_REQUEST "
                "has limits of request units. Give -1, or another billing_mode."
            )


def _expiry_faults(params: Fields) -> Iterator[str]:
    expiry, option = params.get(TTL) or {}, f"{TTL}.attribute_name"
    name = expiry.get("attribute_name")
    if not expiry.get("enabled"):
        return
    if name is None:
        yield f"{option} is missing; the time to live needs the attribute with the time of expiry. Give it."
    yield from LIMITS["attribute_name"](option, name)
    types = {each["attribute_name"]: each["attribute_type"] for each in params.get("attribute_definitions") or []}
    if types.get(name, "N") != "N":
        yield (
            f"{option} is {shown(name)}, a key attribute of type {types[name]}; the time of expiry is a number (N), "
            "and AWS ignores any other type. Use another attribute."
        )
