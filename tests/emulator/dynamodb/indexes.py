"""Creation and deletion of a global secondary index of an existing table, on all its replicas."""

from __future__ import annotations

import copy
from typing import Any

from moto.dynamodb.models.table import GlobalSecondaryIndex, Table

from ..autoscaling.models import AUTOSCALING, key_of
from ..clock import Timeline
from ..core import AwsError
from .capacity import check_scaled, merged_on_demand
from .checks import (
    MAX_INDEXES,
    MAX_PARTS,
    check_attributes,
    check_index_units,
    check_projected,
    check_projection,
    check_schema,
)
from .describe import PROVISIONED, billing_mode
from .state import GONE, WRITE, IndexState, busy_index, invalid, limited, state_of, tables_of
from .values import PREFIX

ONLY_ONE = "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table"


def update(table: Table, params: dict[str, Any]) -> str:
    """Create or delete one index. Return its name."""
    changes = [u for u in params["GlobalSecondaryIndexUpdates"] if u.get("Create") or u.get("Delete")]
    if len(changes) != 1:
        raise limited(ONLY_ONE)
    create, delete = changes[0].get("Create"), changes[0].get("Delete")
    if create and delete:
        raise invalid(f"{PREFIX}Only one of Create, Update and Delete can be given for an index")
    busy = busy_index(table)
    if busy and (create or busy != delete["IndexName"] or _state(table, busy) == "DELETING"):
        raise limited(ONLY_ONE)
    if len(tables_of(table)) > 1:
        check_scaled(table, billing_mode(table))
    if create:
        _create(table, create, params.get("AttributeDefinitions") or [])
    else:
        _delete(table, delete["IndexName"])
    return str((create or delete)["IndexName"])


def _state(table: Table, index: str) -> str:
    return state_of(table).index(index).timeline.state


def _check_create(table: Table, spec: dict[str, Any], definitions: list[dict[str, str]]) -> None:
    if spec["IndexName"] in {index.name for index in table.global_indexes}:
        raise invalid(f"Attempting to create an index which already exists: {spec['IndexName']}")
    if len(table.global_indexes) >= MAX_INDEXES:
        raise limited(f"Subscriber limit exceeded: a table can have at most {MAX_INDEXES} global secondary indexes")
    check_projection(spec)
    check_projected([spec["Projection"], *(index.projection for index in table.global_indexes)])
    check_schema(spec["KeySchema"], MAX_PARTS)
    check_index_units(spec, billing_mode(table))
    check_attributes(definitions)
    known = {a["AttributeName"]: a["AttributeType"] for a in table.attr}
    for definition in definitions:
        name = definition["AttributeName"]
        if known.get(name, definition["AttributeType"]) != definition["AttributeType"]:
            raise invalid(f"{PREFIX}The type of the key attribute {name} cannot be changed")
    keys, given = ([each["AttributeName"] for each in part] for part in (spec["KeySchema"], definitions))
    missing = [name for name in keys if name not in given]
    if missing:
        raise invalid(
            f"{PREFIX}Some index key attributes are not defined in AttributeDefinitions. "
            f"Keys: [{', '.join(missing)}], AttributeDefinitions: [{', '.join(given)}]"
        )


def _create(table: Table, spec: dict[str, Any], definitions: list[dict[str, str]]) -> None:
    _check_create(table, spec, definitions)
    known = {a["AttributeName"] for a in table.attr}
    keys = {element["AttributeName"] for element in spec["KeySchema"]}
    new = [definition for definition in definitions if definition["AttributeName"] in keys - known]
    tables = tables_of(table)
    for replica in tables:
        replica.attr = [*replica.attr, *copy.deepcopy(new)]
        replica.global_indexes.append(GlobalSecondaryIndex.create(copy.deepcopy(spec), replica.table_key_attrs))
        state = IndexState(("CREATING", 30), ("BACKFILLING", 450), ("ACTIVE", 0))
        state.on_demand = merged_on_demand(None, spec.get("OnDemandThroughput") or {})
        state_of(replica).indexes[spec["IndexName"]] = state
        state_of(replica).become(30)
        if len(tables) > 1 and billing_mode(table) == PROVISIONED:
            _scale(replica, spec["IndexName"])


def _scale(table: Table, index: str) -> None:
    """Give an index write auto scaling from 1 to 10 units at 70 percent, as AWS does on a provisioned global table."""
    store, key = AUTOSCALING[table.account_id][table.region_name], key_of(table.name, index, WRITE)
    store.put_target(key, 1, 10)
    metric = {"PredefinedMetricType": "DynamoDBWriteCapacityUtilization"}
    config = {"PredefinedMetricSpecification": metric, "TargetValue": 70.0}
    store.put_policy(key, f"DynamoDBWriteCapacityUtilization:{key[0]}", config)


def _delete(table: Table, name: str) -> None:
    if name not in {index.name for index in table.global_indexes}:
        raise AwsError("ResourceNotFoundException", f"Requested resource not found: Index: {name}")
    tables = tables_of(table)
    seconds = 10 if len(tables) == 1 else 38
    for replica in tables:
        state_of(replica).index(name).timeline = Timeline(("DELETING", seconds), (GONE, 0))
        state_of(replica).become(seconds)
