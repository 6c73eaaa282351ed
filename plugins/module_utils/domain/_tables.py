# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tables of DynamoDB as values: described fields, wanted fields, and the next UpdateTable request."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible_collections.mtk.backend.plugins.module_utils.domain._values import Observation, overlay

PROVISIONED, ON_DEMAND = "PROVISIONED", "PAY_PER_REQUEST"
KEY_TYPES = ("S", "N", "B")
UNITS = ("read_capacity_units", "write_capacity_units")
UNLIMITED = {"max_read_request_units": -1, "max_write_request_units": -1}
TABLE = ""  # the key of the table itself, beside the names of its indexes
Fields = Mapping[str, Any]


def facts(table: Fields) -> dict[str, Any]:
    """Return a described table with the options' fields in the options' shape, beside all other fields."""
    throughput = table.get("provisioned_throughput") or {}
    # AWS omits the mode on tables that were created as provisioned, and sometimes on tables with a replica.
    idle = not any(throughput.get(unit) for unit in UNITS)
    mode = (table.get("billing_mode_summary") or {}).get("billing_mode") or (ON_DEMAND if idle else PROVISIONED)
    indexes = table.get("global_secondary_indexes") or []
    stream = table.get("stream_specification") or {}
    shown = {k: v for k, v in table.items() if k not in ("provisioned_throughput", "on_demand_throughput")}
    return {
        **shown,
        **_capacity(table, mode),
        "key_schema": ordered_keys(table.get("key_schema") or []),
        "billing_mode": mode,
        "global_secondary_indexes": sorted((_index_facts(i, mode) for i in indexes), key=_name),
        "index_status": {index["index_name"]: index["index_status"] for index in indexes},
        "stream_specification": dict(stream) if stream.get("stream_enabled") else {"stream_enabled": False},
        "sse_specification": _sse(table.get("sse_description") or {}),
        "table_class": (table.get("table_class_summary") or {}).get("table_class", "STANDARD"),
        "deletion_protection_enabled": bool(table.get("deletion_protection_enabled")),
        "replicas": sorted(table.get("replicas") or [], key=lambda replica: str(replica["region_name"])),
    }


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


def ordered_keys(schema: Sequence[Fields]) -> list[dict[str, Any]]:
    """Return a key schema with its HASH attributes first. The order of the attributes of one type matters to AWS."""
    return [dict(key) for kind in ("HASH", "RANGE") for key in schema if key["key_type"] == kind]


def wanted_capacity(
    given: Fields, have: Fields | None, mode: str, scaled: Sequence[str], seed: Fields
) -> dict[str, Any]:
    """Return the capacity of a table or an index in ``mode``.

    Units that auto scaling moves (``scaled``) and units that are not given keep their present value. ``seed`` is used
    for a capacity that is neither given nor present.
    """
    have = have or {}
    if mode == ON_DEMAND:
        limits = overlay(given.get("on_demand_throughput") or {}, have.get("on_demand_throughput") or UNLIMITED)
        return {"on_demand_throughput": limits}
    present = have.get("provisioned_throughput") or {}
    wanted_units = {k: v for k, v in (given.get("provisioned_throughput") or {}).items() if v is not None}
    units = {**seed, **present, **wanted_units}
    return {"provisioned_throughput": {u: present[u] if u in scaled and u in present else units[u] for u in UNITS}}


def scaled_away(params: Fields, have: Fields) -> list[Observation]:
    """Return an observation for each capacity that auto scaling has moved away from the given value."""
    found, given = [], {index["index_name"]: index for index in params.get("global_secondary_indexes") or []}
    parts = [
        (TABLE, params, have),
        *((i["index_name"], given.get(i["index_name"], {}), i) for i in have["global_secondary_indexes"]),
    ]
    for name, options, present in parts:
        units, moved = options.get("provisioned_throughput") or {}, present.get("provisioned_throughput") or {}
        for unit in have.get("auto_scaled", {}).get(name, []):
            if units.get(unit) is not None and unit in moved and moved[unit] != units[unit]:
                field = f"provisioned_throughput.{unit}" if name == TABLE else f"{name}.provisioned_throughput.{unit}"
                found.append(Observation(field, units[unit], moved[unit], "aws", "auto scaling moves it with the load"))
    return found


def wanted_index(given: Fields, have: Fields | None, mode: str, scaled: Sequence[str], seed: Fields) -> dict[str, Any]:
    """Return the wanted index."""
    projection = given["projection"]
    attributes = projection.get("non_key_attributes")
    return {
        "index_name": given["index_name"],
        "key_schema": ordered_keys(given["key_schema"]),
        "projection": {
            "projection_type": projection["projection_type"],
            **({"non_key_attributes": sorted(attributes)} if attributes else {}),
        },
        **wanted_capacity(given, have, mode, scaled, seed),
    }


def same_index(index: Fields, other: Fields) -> bool:
    """Return whether two indexes have the same keys and projection, which AWS cannot change."""
    return all(index[field] == other[field] for field in ("key_schema", "projection"))


def next_request(have: Fields, changes: Fields, definitions: Sequence[Fields]) -> dict[str, Any] | None:
    """Return the arguments of the next UpdateTable, or None. AWS takes one kind of change a call."""
    for step in STEPS:
        request = step(have, changes, definitions)
        if request:
            return request
    return None


def left(changes: Fields, request: Fields | None) -> set[str]:
    """Return the fields of ``changes`` that an UpdateTable request has not sent; none without a request."""
    if not request:
        return set()
    done = set(request)
    if "global_secondary_index_updates" in request:
        done.add("global_secondary_indexes")
    if "billing_mode" in request:  # capacities are compared once the mode has switched
        done |= {"provisioned_throughput", "on_demand_throughput", "global_secondary_indexes"}
    return set(changes) - done


def _billing(have: Fields, changes: Fields, definitions: Sequence[Fields]) -> dict[str, Any]:
    """Switch the billing mode. A switch to provisioned carries the capacity of the table and of every index."""
    if "billing_mode" not in changes:
        return {}
    request = {"billing_mode": changes["billing_mode"]}
    if changes["billing_mode"] == ON_DEMAND:
        return request
    table = changes["provisioned_throughput"]
    wanted = _by_name(changes.get("global_secondary_indexes") or [])
    units = {
        name: wanted.get(name, {}).get("provisioned_throughput", table)
        for name in _by_name(have["global_secondary_indexes"])
    }
    updates = [{"update": {"index_name": n, "provisioned_throughput": u}} for n, u in units.items()]
    return {
        **request,
        "provisioned_throughput": table,
        **({"global_secondary_index_updates": updates} if updates else {}),
    }


def _limits(have: Fields, changes: Fields, definitions: Sequence[Fields]) -> dict[str, Any]:
    if "on_demand_throughput" not in changes:
        return {}
    return {"billing_mode": ON_DEMAND, "on_demand_throughput": changes["on_demand_throughput"]}


def _throughput(have: Fields, changes: Fields, definitions: Sequence[Fields]) -> dict[str, Any]:
    """Change the capacities of table and indexes that differ. AWS refuses capacities that do not differ."""
    request: dict[str, Any] = {}
    if "provisioned_throughput" in changes:
        request["provisioned_throughput"] = changes["provisioned_throughput"]
    present, updates = _by_name(have["global_secondary_indexes"]), []
    for index in changes.get("global_secondary_indexes") or []:
        old = present.get(index["index_name"])
        if old and same_index(index, old):
            new = {
                k: index[k] for k in ("provisioned_throughput", "on_demand_throughput") if index.get(k) != old.get(k)
            }
            updates += [{"update": {"index_name": index["index_name"], **new}}] if new else []
    return {**request, **({"global_secondary_index_updates": updates} if updates else {})}


def _stream(have: Fields, changes: Fields, definitions: Sequence[Fields]) -> dict[str, Any]:
    """Change the stream. AWS changes the view type only of a stream that was turned off."""
    if "stream_specification" not in changes:
        return {}
    both = have["stream_specification"]["stream_enabled"] and changes["stream_specification"]["stream_enabled"]
    return {"stream_specification": {"stream_enabled": False} if both else changes["stream_specification"]}


def _indexes(have: Fields, changes: Fields, definitions: Sequence[Fields]) -> dict[str, Any]:
    """Change one index: first delete, then create. AWS takes one index a call."""
    if "global_secondary_indexes" not in changes:
        return {}
    present, wanted = _by_name(have["global_secondary_indexes"]), _by_name(changes["global_secondary_indexes"])
    for name, old in present.items():
        if name not in wanted or not same_index(wanted[name], old):
            return {"global_secondary_index_updates": [{"delete": {"index_name": name}}]}
    for name, new in wanted.items():
        if name not in present:
            keys = {key["attribute_name"] for key in new["key_schema"]}
            known = {definition["attribute_name"] for definition in have["attribute_definitions"]}
            added = [dict(d) for d in definitions if d["attribute_name"] in keys - known]
            return {
                "attribute_definitions": [*have["attribute_definitions"], *added],
                "global_secondary_index_updates": [{"create": _without_limits(new)}],
            }
    return {}


def _field(field: str) -> Step:
    """Return a step that sends one field as it is."""
    return lambda have, changes, definitions: {field: changes[field]} if field in changes else {}


Step = Callable[[Fields, Fields, Sequence[Fields]], dict[str, Any]]
STEPS: tuple[Step, ...] = (
    _billing,
    _limits,
    _throughput,
    _stream,
    _field("sse_specification"),
    _indexes,
    _field("table_class"),
    _field("deletion_protection_enabled"),
)


def creation(want: Fields, definitions: Sequence[Fields]) -> dict[str, Any]:
    """Return the arguments of CreateTable."""
    request = {k: want[k] for k in CREATED if k in want}
    if not request.get("stream_specification", {}).get("stream_enabled"):
        request.pop("stream_specification", None)
    indexes = [_without_limits(index) for index in request.pop("global_secondary_indexes", [])]
    if indexes:
        request["global_secondary_indexes"] = indexes
    return {**_without_limits(request), "attribute_definitions": [dict(d) for d in definitions]}


CREATED = (
    "key_schema",
    "global_secondary_indexes",
    "billing_mode",
    "provisioned_throughput",
    "on_demand_throughput",
    "stream_specification",
    "sse_specification",
    "table_class",
    "deletion_protection_enabled",
    "tags",
)


def _without_limits(fields: Fields) -> dict[str, Any]:
    """Return the fields without on-demand maxima that are not set."""
    return {k: v for k, v in fields.items() if (k, v) != ("on_demand_throughput", UNLIMITED)}


def _index_facts(index: Fields, mode: str) -> dict[str, Any]:
    return wanted_index({**index, **_capacity(index, mode)}, None, mode, (), {})


def _capacity(fields: Fields, mode: str) -> dict[str, Any]:
    if mode == ON_DEMAND:
        return {"on_demand_throughput": {**UNLIMITED, **(fields.get("on_demand_throughput") or {})}}
    throughput = fields.get("provisioned_throughput") or {}
    return {"provisioned_throughput": {unit: throughput.get(unit) for unit in UNITS}}


def _sse(description: Fields) -> dict[str, Any]:
    if description.get("status") not in ("ENABLED", "ENABLING", "UPDATING"):
        return {"enabled": False}
    return {"enabled": True, "kms_master_key_id": description.get("kms_master_key_arn")}


def _by_name(indexes: Sequence[Fields]) -> dict[str, Fields]:
    return {_name(index): index for index in indexes}


def _name(index: Fields) -> str:
    return str(index["index_name"])
