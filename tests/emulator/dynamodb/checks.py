"""What CreateTable and the definition of an index must look like."""

from __future__ import annotations

import re
from typing import Any

from ..core import AwsError
from .describe import ON_DEMAND, PROVISIONED
from .state import invalid, limited

NAME = re.compile(r"^[a-zA-Z0-9_.-]{3,255}$")
KEY_TYPES = ("S", "N", "B")
MAX_UNITS, MAX_INDEXES, MAX_LOCAL_INDEXES = 40000, 20, 5
HEAD = "One or more parameter values were invalid: "
NOT_HERE = ("VectorIndexes", "GlobalTableSourceArn", "GlobalTableSettingsReplicationMode", "VectorIndexUpdates",
            "DisassociationProtectionEnabled", "GlobalTableWitnessUpdates")  # fmt: skip


def check_implemented(params: dict[str, Any]) -> None:
    """Say what is not implemented instead of ignoring it."""
    for name in NOT_HERE:
        if params.get(name) is not None:
            raise invalid(f"The local AWS does not implement {name}.")
    if params.get("MultiRegionConsistency") == "STRONG":
        raise invalid("The local AWS does not implement MultiRegionConsistency STRONG.")


def check_enum(params: dict[str, Any], name: str, allowed: tuple[str, ...]) -> None:
    """One of the allowed values, where one is given."""
    value = params.get(name)
    if value is not None and value not in allowed:
        raise invalid(
            f"1 validation error detected: Value '{value}' at '{name[0].lower()}{name[1:]}' failed to satisfy "
            f"constraint: Member must satisfy enum value set: [{', '.join(allowed)}]"
        )


def check_units(units: dict[str, Any], what: str) -> None:
    """Capacity units of at least 1 and at most the quota."""
    for name in ("ReadCapacityUnits", "WriteCapacityUnits"):
        value = units.get(name)
        if value is None or value < 1:
            raise invalid(f"{HEAD}{name} of {what} must be at least 1")
        if value > MAX_UNITS:
            raise limited(f"Subscriber limit exceeded: {name} of {what} cannot exceed {MAX_UNITS}")


def check_index_units(index: dict[str, Any], mode: str) -> None:
    """A provisioned table's index needs a capacity; an on-demand one has none."""
    units, name = index.get("ProvisionedThroughput"), index["IndexName"]
    if mode == ON_DEMAND and units:
        raise invalid(
            f"{HEAD}ProvisionedThroughput should not be specified for index: {name} when BillingMode is {mode}"
        )
    if mode == PROVISIONED and not units:
        raise invalid(f"{HEAD}ProvisionedThroughput must be specified for index: {name}")
    if mode == PROVISIONED and index.get("OnDemandThroughput"):
        raise invalid(f"{HEAD}OnDemandThroughput of index {name} needs BillingMode {ON_DEMAND}")
    if units:
        check_units(units, f"index {name}")


def check_projection(index: dict[str, Any]) -> None:
    """INCLUDE names attributes, the other types do not."""
    projection = index.get("Projection") or {}
    kind, attributes = projection.get("ProjectionType"), projection.get("NonKeyAttributes")
    if kind not in ("ALL", "KEYS_ONLY", "INCLUDE"):
        raise invalid(f"{HEAD}Unknown ProjectionType: {kind}")
    if kind == "INCLUDE" and not attributes:
        raise invalid(f"{HEAD}ProjectionType is INCLUDE, but NonKeyAttributes is not specified")
    if kind != "INCLUDE" and attributes:
        raise invalid(f"{HEAD}ProjectionType is {kind}, but NonKeyAttributes is specified")


def check_schema(schema: list[dict[str, str]]) -> None:
    """A key starts with a HASH attribute and names none twice."""
    names = [element["AttributeName"] for element in schema]
    if schema[0]["KeyType"] != "HASH":
        raise invalid("Invalid KeySchema: The first KeySchemaElement is not a HASH key type")
    if len(set(names)) < len(names):
        raise invalid(
            "Invalid KeySchema: Both the Hash Key and the Range Key element in the KeySchema have the same name"
        )


def check_attributes(definitions: list[dict[str, str]]) -> None:
    """Keys are strings, numbers or binaries, each defined once."""
    names = [definition["AttributeName"] for definition in definitions]
    if len(set(names)) < len(names):
        raise invalid(f"{HEAD}Duplicate AttributeName in AttributeDefinitions")
    for definition in definitions:
        check_enum(definition, "AttributeType", KEY_TYPES)


def check_tags(tags: list[dict[str, str]]) -> None:
    """At most 50 tags, each once, none of them AWS's own."""
    names = [tag["Key"] for tag in tags]
    if len(set(names)) < len(names):
        raise invalid("There are duplicate tag keys")
    if len(names) > 50:
        raise invalid("The number of tags exceeds the limit of 50")
    if any(name.lower().startswith("aws:") for name in names):
        raise invalid("Tag keys that begin with aws: are reserved")


def check_create(params: dict[str, Any]) -> str:
    """Everything about a new table that moto lets pass. Answers its billing mode."""
    check_implemented(params)
    if not NAME.match(params["TableName"]):
        raise invalid(f"Invalid table name: {params['TableName']}")
    check_enum(params, "BillingMode", (ON_DEMAND, PROVISIONED))
    check_enum(params, "TableClass", ("STANDARD", "STANDARD_INFREQUENT_ACCESS"))
    check_tags(params.get("Tags") or [])
    check_attributes(params["AttributeDefinitions"])
    check_schema(params["KeySchema"])
    mode: str = params.get("BillingMode") or PROVISIONED
    if params.get("ProvisionedThroughput") and mode == PROVISIONED:
        check_units(params["ProvisionedThroughput"], "the table")
    if params.get("OnDemandThroughput") and mode == PROVISIONED:
        raise invalid(f"{HEAD}OnDemandThroughput needs BillingMode {ON_DEMAND}")
    _check_indexes(params, mode)
    return mode


def _check_indexes(params: dict[str, Any], mode: str) -> None:
    globals_, locals_ = params.get("GlobalSecondaryIndexes") or [], params.get("LocalSecondaryIndexes") or []
    names = [index["IndexName"] for index in [*globals_, *locals_]]
    if len(set(names)) < len(names):
        raise invalid(f"{HEAD}Duplicate index name")
    if len(globals_) > MAX_INDEXES or len(locals_) > MAX_LOCAL_INDEXES:
        raise AwsError("ValidationException", f"{HEAD}the per-table limit of secondary indexes is exceeded")
    for index in [*globals_, *locals_]:
        check_projection(index)
        check_schema(index["KeySchema"])
    for index in globals_:
        check_index_units(index, mode)
    if locals_ and len(params["KeySchema"]) < 2:
        raise invalid(f"{HEAD}Table KeySchema does not have a range key, which is required with a LocalSecondaryIndex")
    for index in locals_:
        if index["KeySchema"][0]["AttributeName"] != params["KeySchema"][0]["AttributeName"]:
            raise invalid(f"{HEAD}Index KeySchema does not have the same leading hash key as table KeySchema")
