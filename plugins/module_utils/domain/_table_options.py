# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options of DynamoDB tables that AWS would refuse. Each function raises Refused: option, value, rule, remedy."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.mtk.backend.plugins.module_utils.domain._values import Refused, unknown_in

Fields = Mapping[str, Any]
NAME = re.compile(r"[a-zA-Z0-9_.-]{3,255}")
KEY_TYPES = ("S", "N", "B")
MOST_INDEXES, MOST_PROJECTED, MOST_TAGS = 20, 100, 50
RECOVERY = "point_in_time_recovery_specification"


def check_table(params: Fields, region: str) -> None:
    """Refuse options that no table can have."""
    check_name("table_name", params["table_name"])
    if params["state"] == "absent":
        return
    _check_indexes(params.get("global_secondary_indexes") or [])
    _check_keys(params)
    _check_capacities(params)
    _check_time_to_live(params)
    _check_region("sse_specification.kms_master_key_id", (params.get("sse_specification") or {}), region)
    _check_settings(params)


def check_replica(params: Fields) -> None:
    """Refuse options that no replica can have."""
    check_name("table_name", params["table_name"])
    if params["state"] != "absent":
        _check_region("kms_master_key_id", params, params["region_name"])
        _check_settings(params)


def check_name(option: str, name: str) -> None:
    """Refuse a name that AWS does not take for a table or an index."""
    if not unknown_in(name) and not NAME.fullmatch(name):
        raise Refused(
            f"{option} is '{name}'; AWS takes 3 to 255 characters: letters without accents, digits, _, . and -. Choose "
            "another name."
        )


def check_unique(option: str, names: Iterable[str]) -> None:
    """Refuse names that are given twice."""
    listed = list(names)
    twice = sorted({name for name in listed if listed.count(name) > 1})
    if twice:
        raise Refused(f"{option} lists {', '.join(twice)} more than once; each may be given once. Remove the others.")


def check_between(option: str, value: float | None, low: float, high: float, of: str) -> None:
    """Refuse a number outside of a range."""
    if value is not None and not low <= value <= high:
        raise Refused(f"{option} is {value}; AWS takes {low} to {high}{of}. Choose a value in this range.")


def check_at_least(option: str, value: int | None, low: int) -> None:
    """Refuse a number below a minimum."""
    if value is not None and value < low:
        raise Refused(f"{option} is {value}; AWS takes {low} or more. Choose a higher value.")


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


def _check_keys(params: Fields) -> None:
    definitions, schema = params.get("attribute_definitions"), params.get("key_schema")
    indexes = params.get("global_secondary_indexes")
    if schema is not None:
        _check_schema("key_schema", schema, 1)
    if not definitions:
        return
    check_unique("attribute_definitions", (definition["attribute_name"] for definition in definitions))
    for definition in definitions:
        _check_attribute("attribute_definitions", definition["attribute_name"])
    if schema is not None and indexes is not None:  # otherwise the existing table has the other keys
        fault = key_fault(definitions, [schema, *(index["key_schema"] for index in indexes)])
        if fault:
            raise Refused(f"table {params['table_name']}: {fault}")


def _check_schema(option: str, schema: Sequence[Fields], parts: int) -> None:
    kinds = [key["key_type"] for key in schema]
    if not 1 <= kinds.count("HASH") <= parts or kinds.count("RANGE") > parts:
        most = "one HASH attribute and at most one RANGE attribute"
        if parts > 1:
            most = f"1 to {parts} HASH attributes and at most {parts} RANGE attributes"
        given = f"{kinds.count('HASH')} HASH and {kinds.count('RANGE')} RANGE attributes"
        raise Refused(f"{option} has {given}; AWS takes {most}. Correct the key.")
    check_unique(option, (key["attribute_name"] for key in schema))


def _check_attribute(option: str, name: str) -> None:
    size = len(name.encode())
    if not 1 <= size <= 255:
        raise Refused(
            f"{option} has a name of {size} bytes; the name of an attribute has 1 to 255. Choose another name."
        )


def _check_indexes(indexes: Sequence[Fields]) -> None:
    if len(indexes) > MOST_INDEXES:
        raise Refused(
            f"global_secondary_indexes has {len(indexes)} indexes; a table has at most {MOST_INDEXES}. Remove some."
        )
    check_unique("global_secondary_indexes", (index["index_name"] for index in indexes))
    for index in indexes:
        check_name("index_name", index["index_name"])
        option = f"key_schema of index {index['index_name']}"
        _check_schema(option, index["key_schema"], 4)
        _check_projection(index)
    projected = sum(len(index["projection"].get("non_key_attributes") or []) for index in indexes)
    if projected > MOST_PROJECTED:
        raise Refused(
            f"non_key_attributes of all indexes are {projected}; a table has at most {MOST_PROJECTED}, and one in two "
            "indexes counts twice. Remove some, or use projection_type ALL."
        )


def _check_projection(index: Fields) -> None:
    kind, attributes = index["projection"]["projection_type"], index["projection"].get("non_key_attributes") or []
    option = f"non_key_attributes of index {index['index_name']}"
    if (kind == "INCLUDE") != bool(attributes):
        need = "needs" if kind == "INCLUDE" else "takes no"
        raise Refused(
            f"{option} are {list(attributes)}; projection_type {kind} {need} non_key_attributes. Correct one of them."
        )
    if len(attributes) > 20:
        raise Refused(f"{option} are {len(attributes)}; AWS takes at most 20 for an index. Remove some.")
    for attribute in attributes:
        _check_attribute(option, attribute)


def _check_capacities(params: Fields) -> None:
    mode = params.get("billing_mode")
    parts = [("", params)]
    parts += [(f" of index {index['index_name']}", index) for index in params.get("global_secondary_indexes") or []]
    for of, part in parts:
        units, limits = part.get("provisioned_throughput") or {}, part.get("on_demand_throughput") or {}
        for unit, value in units.items():
            if mode != "PAY_PER_REQUEST":  # otherwise ignored
                check_at_least(f"provisioned_throughput.{unit}{of}", value, 1)
        for unit, value in limits.items():
            _check_maximum(f"on_demand_throughput.{unit}{of}", value, mode)


def _check_maximum(option: str, value: int | None, mode: str | None) -> None:
    if value is None or value == -1:
        return
    if value < 1:
        raise Refused(f"{option} is {value}; AWS takes -1 (no limit), or 1 or more. Choose one of these.")
    if mode == "PROVISIONED":
        raise Refused(
            f"{option} is {value}, and billing_mode is PROVISIONED; only PAY_PER_REQUEST has limits of request units. "
            "Give -1, or another billing_mode."
        )


def _check_time_to_live(params: Fields) -> None:
    ttl = params.get("time_to_live_specification") or {}
    name, option = ttl.get("attribute_name"), "time_to_live_specification.attribute_name"
    if not ttl.get("enabled"):
        return
    if name is None:
        raise Refused(f"{option} is missing; the time to live needs the attribute with the time of expiry. Give it.")
    _check_attribute(option, name)
    types = {d["attribute_name"]: d["attribute_type"] for d in params.get("attribute_definitions") or []}
    if types.get(name, "N") != "N":
        raise Refused(
            f"{option} is '{name}', a key attribute of type {types[name]}; the time of expiry is a number (N), and AWS "
            "ignores any other type. Use another attribute."
        )


def _check_region(option: str, fields: Fields, region: str) -> None:
    key = str(fields.get("kms_master_key_id") or "")
    if key.startswith("arn:") and key.split(":")[3] != region:
        raise Refused(
            f"{option} is '{key}', a key in {key.split(':')[3]}; AWS takes a key in {region}, the region of the table. "
            "Give a key of that region."
        )


def _check_settings(params: Fields) -> None:
    days = (params.get(RECOVERY) or {}).get("recovery_period_in_days")
    check_between(f"{RECOVERY}.recovery_period_in_days", days, 1, 35, " days")
    _check_tags(params.get("tags") or {})


def _check_tags(tags: Mapping[Any, Any]) -> None:
    if len(tags) > MOST_TAGS:
        raise Refused(f"tags has {len(tags)} tags; a table has at most {MOST_TAGS}. Remove some.")
    for key, value in tags.items():
        for what, text, most in (("key", key, 128), ("value", value, 256)):
            _check_tag_text(f"the {what} of tag {key!r}", text, most)
        if not key:
            raise Refused("tags has an empty key; a key has 1 to 128 characters. Remove the tag.")
        if key.lower().startswith("aws:"):
            raise Refused(f"tags has the key '{key}'; AWS reserves keys that begin with aws:. Choose another key.")


def _check_tag_text(what: str, text: Any, most: int) -> None:
    if not isinstance(text, str):
        kind = "null" if text is None else f"the {type(text).__name__} {text}"
        raise Refused(f"tags: {what} is {kind}; tags are strings. Put it into quotes.")
    if unknown_in(text):
        return
    if len(text) > most:
        raise Refused(f"tags: {what} has {len(text)} characters; AWS takes at most {most}. Shorten it.")
    wrong = sorted(
        {letter for letter in text if unicodedata.category(letter)[0] not in "LZN" and letter not in "_.:/=+-@"}
    )
    if wrong:
        raise Refused(
            f"tags: {what} contains {', '.join(map(repr, wrong))}; AWS takes letters, digits, spaces and _.:/=+-@. "
            "Remove the other characters."
        )
