"""Validation of CreateTable and of index definitions."""

from __future__ import annotations

from typing import Any

from .describe import ON_DEMAND, PROVISIONED
from .state import READ, WRITE, invalid, limited
from .values import PREFIX

MAX_UNITS, MAX_INDEXES, MAX_LOCAL, MAX_PROJECTED = 40000, 20, 5, 100
MAX_PARTS = 4  # attributes in an index's HASH key, and as many in its RANGE key


def check_units(units: dict[str, Any], what: str) -> None:
    """Refuse capacity units above the quota."""
    for name in (READ, WRITE):
        if units[name] > MAX_UNITS:
            raise limited(f"Subscriber limit exceeded: {name} of {what} cannot exceed {MAX_UNITS}")


def check_index_units(index: dict[str, Any], mode: str) -> None:
    """Refuse an index of a provisioned table without capacity, and one of an on-demand table with capacity."""
    if index.get("WarmThroughput"):
        raise invalid("The local AWS does not implement WarmThroughput of a new index.")
    units, name = index.get("ProvisionedThroughput"), index["IndexName"]
    if mode == ON_DEMAND and units:
        raise invalid(
            f"{PREFIX}ProvisionedThroughput should not be specified for index: {name} when BillingMode is {mode}"
        )
    if mode == PROVISIONED and not units:
        raise invalid(f"{PREFIX}ProvisionedThroughput must be specified for index: {name}")
    if mode == PROVISIONED and index.get("OnDemandThroughput"):
        raise invalid(f"{PREFIX}OnDemandThroughput of index {name} needs BillingMode {ON_DEMAND}")
    if units:
        check_units(units, f"index {name}")


def check_projection(index: dict[str, Any]) -> None:
    """Refuse a projection INCLUDE without attributes, and any other type with attributes."""
    projection = index.get("Projection") or {}
    kind, attributes = projection.get("ProjectionType"), projection.get("NonKeyAttributes")
    if kind is None:
        raise invalid(f"{PREFIX}Unknown ProjectionType: {kind}")
    if kind == "INCLUDE" and not attributes:
        raise invalid(f"{PREFIX}ProjectionType is INCLUDE, but NonKeyAttributes is not specified")
    if kind != "INCLUDE" and attributes:
        raise invalid(f"{PREFIX}ProjectionType is {kind}, but NonKeyAttributes is specified")


def check_projected(projections: list[dict[str, Any]]) -> None:
    """Refuse more non-key attributes in all indexes of a table than the quota."""
    if sum(len(projection.get("NonKeyAttributes") or []) for projection in projections) > MAX_PROJECTED:
        raise invalid(f"{PREFIX}The number of NonKeyAttributes across all indexes exceeds {MAX_PROJECTED}")


def check_schema(schema: list[dict[str, str]], parts: int = 1) -> None:
    """Refuse a key with RANGE before HASH, with duplicate attributes, or with more than ``parts`` of either type."""
    names = [element["AttributeName"] for element in schema]
    kinds = [element["KeyType"] for element in schema]
    if kinds[0] != "HASH":
        raise invalid("Invalid KeySchema: The first KeySchemaElement is not a HASH key type")
    if kinds != sorted(kinds):
        raise invalid("Invalid KeySchema: A HASH key element must not come after a RANGE key element")
    if max(kinds.count("HASH"), kinds.count("RANGE")) > parts:
        raise invalid(f"Invalid KeySchema: There can be at most {parts} HASH and {parts} RANGE key elements")
    if len(set(names)) < len(names):
        raise invalid(
            "Invalid KeySchema: Both the Hash Key and the Range Key element in the KeySchema have the same name"
        )


def check_attributes(definitions: list[dict[str, str]]) -> None:
    """Refuse attributes that are defined twice."""
    names = [definition["AttributeName"] for definition in definitions]
    if len(set(names)) < len(names):
        raise invalid(f"{PREFIX}Duplicate AttributeName in AttributeDefinitions")


def check_tags(tags: list[dict[str, str]]) -> None:
    """Refuse more than 50 tags, duplicate keys and keys that AWS reserves."""
    names = [tag["Key"] for tag in tags]
    if len(set(names)) < len(names):
        raise invalid("There are duplicate tag keys")
    if len(names) > 50:
        raise invalid("The number of tags exceeds the limit of 50")
    if any(name.lower().startswith("aws:") for name in names):
        raise invalid("Tag keys that begin with aws: are reserved")


def check_create(params: dict[str, Any]) -> str:
    """Refuse invalid tables that moto would accept. Return the billing mode."""
    check_tags(params.get("Tags") or [])
    check_attributes(params["AttributeDefinitions"])
    if len(params["AttributeDefinitions"]) < len(params["KeySchema"]):
        raise invalid("Invalid KeySchema: Some index key attribute have no definition")
    check_schema(params["KeySchema"])
    mode: str = params.get("BillingMode") or PROVISIONED
    if params.get("ProvisionedThroughput") and mode == PROVISIONED:
        check_units(params["ProvisionedThroughput"], "the table")
    if params.get("OnDemandThroughput") and mode == PROVISIONED:
        text = f"{next(iter(params['OnDemandThroughput']))} for OnDemandThroughput cannot be specified"
        raise invalid(f"{PREFIX}{text} when table BillingMode is {mode}.")
    local = params.get("LocalSecondaryIndexes") or []
    _check_local(params["KeySchema"], local)
    _check_indexes(params.get("GlobalSecondaryIndexes") or [], local, mode)
    return mode


def _check_local(table: list[dict[str, str]], indexes: list[dict[str, Any]]) -> None:
    """Refuse local indexes without the table's HASH key, or of a table without a RANGE key."""
    if indexes and len(table) < 2:
        text = "Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex"
        raise invalid(f"{PREFIX}{text}")
    for index in indexes:
        check_projection(index)
        check_schema(index["KeySchema"])
        name, own, schema = index["IndexName"], table[0]["AttributeName"], index["KeySchema"]
        if schema[0]["AttributeName"] != own:
            raise invalid(
                f"{PREFIX}Index KeySchema does not have the same leading hash key as table KeySchema for index: "
                f"{name}. index hash key: {schema[0]['AttributeName']}, table hash key: {own}"
            )
        if len(schema) < 2:
            raise invalid(f"{PREFIX}Index KeySchema does not have a range key for index: {name}")
    if len(indexes) > MAX_LOCAL:
        raise invalid(f"{PREFIX}Number of LocalSecondaryIndexes exceeds per-table limit of {MAX_LOCAL}")


def _check_indexes(indexes: list[dict[str, Any]], local: list[dict[str, Any]], mode: str) -> None:
    names = [index["IndexName"] for index in [*local, *indexes]]
    for number, name in enumerate(names):
        if name in names[:number]:
            raise invalid(f"{PREFIX}Duplicate index name: {name}")
    if len(indexes) > MAX_INDEXES:
        raise invalid(f"{PREFIX}the per-table limit of secondary indexes is exceeded")
    check_projected([index.get("Projection") or {} for index in [*local, *indexes]])
    for index in indexes:
        check_projection(index)
        check_schema(index["KeySchema"], MAX_PARTS)
        check_index_units(index, mode)
