"""The capacity that reads and writes consume, and the sizes of item collections."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from moto.dynamodb.models.dynamo_type import Item
from moto.dynamodb.models.table import SecondaryIndex, Table

from .values import size_of

_READ, _WRITE = 4096, 1024  # bytes per unit
Attributes = Mapping[str, Any]
Units = dict[str, float]  # by index; "" is the table itself


def item_size(attributes: Attributes) -> int:
    """Return the size of an item in bytes."""
    return sum(len(name.encode()) + size_of(value) for name, value in attributes.items())


def attributes_of(item: Item | None) -> Attributes:
    """Return the attributes of an item of moto's; none if it does not exist."""
    found: Attributes = item.to_json()["Attributes"] if item else {}
    return found


def read_units(size: int, consistent: bool) -> float:
    """Return the units of reading ``size`` bytes. An eventually consistent read costs half."""
    return max(1, math.ceil(size / _READ)) * (1.0 if consistent else 0.5)


def write_units(table: Table, before: Attributes, after: Attributes) -> Units:
    """Return the units of a write of the table and of the indexes whose entries it changes."""
    units = {"": _write(max(item_size(before), item_size(after)))}
    for index in table.all_indexes():
        old, new = _entry(table, index, before), _entry(table, index, after)
        if old != new:
            moved = old and new and any(old[name] != new[name] for name in index.schema_key_attrs)
            sizes = [item_size(entry) for entry in (old, new) if entry]
            units[index.name] = sum(map(_write, sizes)) if moved else _write(max(sizes))
    return units


def _write(size: int) -> float:
    return float(max(1, math.ceil(size / _WRITE)))


def _entry(table: Table, index: SecondaryIndex, attributes: Attributes) -> Attributes:
    """Return what an index holds of an item; nothing without the attributes of its key."""
    keys = {*index.schema_key_attrs, *table.table_key_attrs}
    if not keys <= set(attributes):
        return {}
    projection = index.projection
    if projection.get("ProjectionType") == "ALL":
        return attributes
    held = keys | set(projection.get("NonKeyAttributes") or ())
    return {name: value for name, value in attributes.items() if name in held}


def consumed(mode: str, name: str, table: Table, units: Units) -> dict[str, Any]:
    """Return ConsumedCapacity of a call on one table. ``mode`` is TOTAL or INDEXES."""
    shown: dict[str, Any] = {"TableName": name, "CapacityUnits": sum(units.values())}
    if mode == "INDEXES":
        shown["Table"] = {"CapacityUnits": units.get("", 0.0)}
        for kind, indexes in (("Global", table.global_indexes), ("Local", table.indexes)):
            found = {i.name: {"CapacityUnits": units[i.name]} for i in indexes if i.name in units}
            if found:
                shown[f"{kind}SecondaryIndexes"] = found
    return shown


def added(left: Units, right: Units) -> Units:
    """Return the sum of the units of two calls."""
    return {name: left.get(name, 0.0) + right.get(name, 0.0) for name in {**left, **right}}


def collection(table: Table, key: Attributes) -> dict[str, Any] | None:
    """Return ItemCollectionMetrics of an item; None for a table without local indexes, which has no collections."""
    if not table.indexes:
        return None
    name = str(table.hash_key_attr)
    return {"ItemCollectionKey": {name: key[name]}, "SizeEstimateRangeGB": [0.0, 1.0]}
