"""Validation of CreateTable and of index definitions."""

from __future__ import annotations

import re
from typing import Any

from .describe import ON_DEMAND, PROVISIONED
from .state import invalid, limited
from .values import PREFIX

NAME = re.compile(r"^[a-zA-Z0-9_.-]{3,255}$")
MAX_UNITS, MAX_INDEXES, MAX_PROJECTED = 40000, 20, 100
MAX_PARTS = 4  # attributes in an index's HASH key, and as many in its RANGE key


def check_units(units: dict[str, Any], what: str) -> None:
    """Refuse capacity units above the quota."""
    for name in ("ReadCapacityUnits", "WriteCapacityUnits"):
        if units[name] > MAX_UNITS:
            raise limited(f"Subscriber limit exceeded: {name} of {what} cannot exceed {MAX_UNITS}")


def check_warm(index: dict[str, Any]) -> None:
    """Refuse the warm throughput of a new index, which the local AWS does not implement."""
    if index.get("WarmThroughput"):
        raise invalid("The local AWS does not implement WarmThroughput of a new index.")


def check_index_units(index: dict[str, Any], mode: str) -> None:
    """Refuse an index of a provisioned table without capacity, and one of an on-demand table with capacity."""
    check_warm(index)
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
    if not NAME.match(params["TableName"]):
        raise invalid(f"Invalid table name: {params['TableName']}")
    check_tags(params.get("Tags") or [])
    check_attributes(params["AttributeDefinitions"])
    check_schema(params["KeySchema"])
    mode: str = params.get("BillingMode") or PROVISIONED
    if params.get("ProvisionedThroughput") and mode == PROVISIONED:
        check_units(params["ProvisionedThroughput"], "the table")
    if params.get("OnDemandThroughput") and mode == PROVISIONED:
        raise invalid(f"{PREFIX}OnDemandThroughput needs BillingMode {ON_DEMAND}")
    _check_indexes(params.get("GlobalSecondaryIndexes") or [], mode)
    return mode


def _check_indexes(indexes: list[dict[str, Any]], mode: str) -> None:
    names = {index["IndexName"] for index in indexes}
    if len(names) < len(indexes):
        raise invalid(f"{PREFIX}Duplicate index name")
    if len(indexes) > MAX_INDEXES:
        raise invalid(f"{PREFIX}the per-table limit of secondary indexes is exceeded")
    check_projected([index.get("Projection") or {} for index in indexes])
    for index in indexes:
        check_projection(index)
        check_schema(index["KeySchema"], MAX_PARTS)
        check_index_units(index, mode)
