"""The data plane: moto's, with AWS's checks of table states, keys and expressions."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from typing import Any

from moto.core.responses import ActionResult
from moto.dynamodb.exceptions import MockValidationException
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.models.table import Table
from moto.dynamodb.parsing.key_condition_expression import parse_expression
from moto.dynamodb.responses import DynamoHandler

from ..core import AwsError
from . import metering
from .expressions import Expression, check_expressions, check_placeholders
from .legacy import translate
from .metering import Attributes, Units, attributes_of, item_size
from .state import KEYLESS, find, invalid, state_of
from .streams import shards_of
from .values import PREFIX, normalized

EMPTY = (
    "One or more parameter values are not valid. {}The AttributeValue for a key attribute cannot contain an empty "
    "{} value. "
)
MAX_ITEM = 400 * 1024
Moto = Callable[[], ActionResult]
# The expressions of each operation, and the older parameters that cannot be mixed with them.
_CONDITION = (("ConditionExpression",), ("Expected",))
_EXPRESSIONS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "PutItem": _CONDITION,
    "DeleteItem": _CONDITION,
    "UpdateItem": (("UpdateExpression", "ConditionExpression"), ("AttributeUpdates", "Expected")),
    "GetItem": (("ProjectionExpression",), ("AttributesToGet",)),
    "Query": (
        ("ProjectionExpression", "FilterExpression", "KeyConditionExpression"),
        ("AttributesToGet", "QueryFilter", "ConditionalOperator", "KeyConditions"),
    ),
    "Scan": (("ProjectionExpression", "FilterExpression"), ("AttributesToGet", "ScanFilter", "ConditionalOperator")),
    "ConditionCheck": _CONDITION,
}
_COUNT = "1 validation error detected: "  # moto puts it before messages that do not have it


def check_changed(table: Table, key: dict[str, Any]) -> None:
    """Refuse an update that has left an item too large or with index keys of the wrong type."""
    attributes = stored(table, key)
    if item_size(attributes) > MAX_ITEM:
        raise invalid("Item size to update has exceeded the maximum allowed size")
    check_item(table, dict(attributes))


def types_of(table: Table) -> dict[str, str]:
    """Return the types of the key attributes by name."""
    return {definition["AttributeName"]: definition["AttributeType"] for definition in table.attr}


def _empty(value: dict[str, Any], what: str = "") -> str:
    return EMPTY.format(what, "binary" if "B" in value else "string")


def check_item(table: Table, item: dict[str, dict[str, Any]]) -> None:
    """Refuse an item whose index keys are empty or of another type than defined."""
    types = types_of(table)
    for index in table.all_indexes():
        for name in set(index.schema_key_attrs) & set(item):
            ((actual, value),) = item[name].items()
            if actual != types[name]:
                raise invalid(
                    f"{PREFIX}Type mismatch for Index Key {name} Expected: {types[name]} Actual: {actual} "
                    f"IndexName: {index.name}"
                )
            if not value:
                what = _empty(item[name], "A value specified for a secondary index key is not supported. ")
                raise invalid(f"{what}IndexName: {index.name}, IndexKey: {name}")


def check_key(table: Table, key: dict[str, Any]) -> None:
    """Refuse a key unless it has exactly the table's key attributes, of their types and not empty."""
    types = types_of(table)
    if {name: [*value] for name, value in key.items()} != {name: [types[name]] for name in table.table_key_attrs}:
        raise invalid("The provided key element does not match the schema")
    for name, value in key.items():
        if not next(iter(value.values())):
            raise invalid(f"{_empty(value)}Key: {name}")


def check_new(table: Table, item: dict[str, Any]) -> None:
    """Refuse an item that cannot be put."""
    if item_size(item) > MAX_ITEM:
        raise invalid("Item size has exceeded the maximum allowed size")
    types = types_of(table)
    for name in table.table_key_attrs:
        if name not in item:
            raise invalid(f"{PREFIX}Missing the key {name} in the item")
        (actual,) = item[name]
        if actual != types[name]:
            raise invalid(f"{PREFIX}Type mismatch for key {name} expected: {types[name]} actual: {actual}")
    check_key(table, key_of(table, item))
    check_item(table, item)


def key_of(table: Table, item: dict[str, Any]) -> dict[str, Any]:
    """Return the key of an item."""
    return {name: item[name] for name in table.table_key_attrs}


def check_query(table: Table, params: dict[str, Any]) -> None:
    """Refuse wrong types in a query's key condition, and key attributes in its filter."""
    text, names = params.get("KeyConditionExpression"), params.get("ExpressionAttributeNames") or {}
    if not text:
        raise invalid("Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.")
    index, values = params.get("IndexName"), params.get("ExpressionAttributeValues") or {}
    schema = table.get_index(index).schema if index else table.schema
    if params.get("FilterExpression"):
        paths = Expression("FilterExpression", params["FilterExpression"], names, values).paths
        for name in {path[0].split("[")[0] for path in paths} & {key["AttributeName"] for key in schema}:
            text = f"Primary key attribute: {name}"
            raise invalid(f"Filter Expression can only contain non-primary key attributes: {text}")
    hashes, ranges, _ = parse_expression(text, values, names, schema)
    check_types(table, [*((name, "=", [value]) for name, value in hashes), *ranges])


def check_types(table: Table, conditions: list[tuple[str, str, list[dict[str, Any]]]]) -> None:
    """Refuse key conditions with values of another type than the key's, and ``begins_with`` on numbers."""
    types = types_of(table)
    for name, comparison, values in conditions:
        if any([*value] != [types[name]] for value in values):
            raise invalid(f"{PREFIX}Condition parameter type does not match schema type")
        if comparison == "BEGINS_WITH" and types[name] == "N":
            raise invalid(
                "Invalid KeyConditionExpression: Incorrect operand type for operator or function; "
                "operator or function: begins_with, operand type: N"
            )


def check_segments(params: dict[str, Any]) -> None:
    """Refuse the number of a segment that is not less than the number of segments."""
    segment, total = params.get("Segment"), params.get("TotalSegments")
    if segment is not None and total is not None and segment >= total:
        raise invalid(
            "The Segment parameter is zero-based and must be less than parameter TotalSegments: "
            f"Segment: {segment} is not less than TotalSegments: {total}"
        )


def moto_key(table: Table, key: dict[str, Any]) -> tuple[DynamoType, DynamoType | None]:
    """Return a key in moto's own types."""
    range_key = DynamoType(key[table.range_key_attr]) if table.range_key_attr else None
    return DynamoType(key[table.hash_key_attr]), range_key


def stored(table: Table, key: dict[str, Any]) -> Attributes:
    """Return the attributes of an item of the table; none if it does not exist."""
    return attributes_of(table.get_item(*moto_key(table, key)))


def understood(moto: Moto) -> ActionResult:
    """Return moto's answer without consumed capacity. Raise its refusals in AWS's words."""
    try:
        answer = moto()
    except MockValidationException as error:
        message = str(error.message)
        raise invalid(message if message.startswith(f"{_COUNT}Value ") else message.removeprefix(_COUNT)) from error
    except ValueError as error:
        raise invalid(f"Invalid expression: {error}") from error
    for name in ("ConsumedCapacity", "ConsumedCapacityUnits", "ItemCollectionMetrics"):
        answer.result.pop(name, None)
    return answer


class Before:
    """Items and streams as they are before a write, to undo it if it is refused."""

    def __init__(self, targets: list[tuple[Table, dict[str, Any]]]) -> None:
        self._items = [(t, moto_key(t, key), copy.deepcopy(t.get_item(*moto_key(t, key)))) for t, key in targets]
        self._lengths = [(shard, len(shard.records)) for table, _ in targets for shard in shards_of(table)]

    def restore(self) -> None:
        """Undo the write."""
        for table, key, item in self._items:
            table.delete_item(*key)
            if item is not None:
                table.put_item(item.to_json()["Attributes"])
        for shard, length in self._lengths:
            del shard.records[length:]


class DataPlane(DynamoHandler):
    """Reads and writes of items."""

    body: dict[str, Any]
    params: dict[str, Any]

    def _begin(self, operation: str) -> None:
        """Check the parameters of a call in DynamoDB's order, before any table is looked up."""
        kinds, older = _EXPRESSIONS.get(operation, ((), ()))
        check_placeholders(self.params, kinds, older)
        self.params.update(normalized(operation, self.params))
        returned = self.params.get("ReturnValues", "NONE")
        if operation in ("PutItem", "DeleteItem") and returned not in ("ALL_OLD", "NONE"):
            raise invalid("ReturnValues can only be ALL_OLD or NONE")
        translate(self.params)
        check_expressions(self.params, kinds)

    def _begin_each(self, operation: str, parts: Callable[[], Iterable[tuple[str, dict[str, Any]]]]) -> None:
        """Check the parameters of a call that has several parts, each with expressions of its own."""
        for kind, part in parts():
            check_placeholders(part, *_EXPRESSIONS[kind])
        self.params.update(normalized(operation, self.params))
        for kind, part in parts():
            translate(part)
            check_expressions(part, _EXPRESSIONS[kind][0])

    def _ready(self, names: Iterable[str], index: str | None = None) -> list[Table]:
        tables = []
        for name in names:
            table = find(self.current_account, self.region, name)
            if table is None or state_of(table).status in ("CREATING", "DELETING"):
                raise AwsError("ResourceNotFoundException", "Requested resource not found")
            if state_of(table).status == KEYLESS:
                raise AwsError("AccessDeniedException", f"The KMS key of the table cannot be used: {table.name}")
            tables.append(table)
            if index and index not in {i.name for i in table.all_indexes()}:
                raise invalid(f"The table does not have the specified index: {index}")
            if index and state_of(table).index(index).timeline.state not in ("ACTIVE", "UPDATING"):
                raise invalid(f"Cannot read from backfilling global secondary index: {index}")
        return tables

    def _table_of(self, operation: str) -> Table:
        """Check a call on items of one table, and return the table."""
        self._begin(operation)
        return self._ready([self.params["TableName"]], self.params.get("IndexName"))[0]

    @property
    def _metered(self) -> str | None:
        """Return how the call asks for its consumed capacity: TOTAL, INDEXES or not at all."""
        mode = self.params.get("ReturnConsumedCapacity", "NONE")
        return None if mode == "NONE" else str(mode)

    def _meter(self, answer: ActionResult, table: Table, units: Units) -> ActionResult:
        if self._metered:
            shown = metering.consumed(self._metered, self.params["TableName"], table, units)
            answer.result["ConsumedCapacity"] = shown
        return answer

    def _write(self, table: Table, key: dict[str, Any], moto: Moto) -> ActionResult:
        """Write one item, and add to the answer what the write consumed."""
        before = stored(table, key) if self._metered else {}
        answer = understood(moto)
        if self._metered:
            self._meter(answer, table, metering.write_units(table, before, stored(table, key)))
        collection = metering.collection(table, key)
        if collection and self.params.get("ReturnItemCollectionMetrics") == "SIZE":
            answer.result["ItemCollectionMetrics"] = collection
        return answer

    def put_item(self) -> ActionResult:
        """Write one item."""
        table = self._table_of("PutItem")
        check_new(table, self.params["Item"])
        return self._write(table, key_of(table, self.params["Item"]), super().put_item)

    def update_item(self) -> ActionResult:
        """Change one item; undo the change if an index key got a wrong type."""
        table, key = self._table_of("UpdateItem"), self.params["Key"]
        check_key(table, key)
        if not self.params.get("UpdateExpression"):
            self.params["AttributeUpdates"] = {}  # makes moto create a missing item, as AWS does
        before = Before([(table, key)])
        try:
            answer = self._write(table, key, super().update_item)
            check_changed(table, key)
        except Exception:
            before.restore()
            raise
        return answer

    def delete_item(self) -> ActionResult:
        """Delete one item."""
        table = self._table_of("DeleteItem")
        check_key(table, self.params["Key"])
        return self._write(table, self.params["Key"], super().delete_item)

    def batch_write_item(self) -> ActionResult:
        """Put and delete at most 25 items; refuse duplicates."""
        self._begin("BatchWriteItem")
        asked = self.params["RequestItems"]
        tables = self._ready(asked)
        if sum(map(len, asked.values())) > 25:
            raise invalid("Too many items requested for the BatchWriteItem call")
        keys = [_written(table, requests) for table, requests in zip(tables, asked.values(), strict=True)]
        before = [[stored(table, key) for key in found] for table, found in zip(tables, keys, strict=True)]
        answer = understood(super().batch_write_item)
        capacity, collections = [], {}
        for name, table, found, old in zip(asked, tables, keys, before, strict=True):
            units: Units = {}
            for key, attributes in zip(found, old, strict=True):
                units = metering.added(units, metering.write_units(table, attributes, stored(table, key)))
            capacity.append(metering.consumed(self._metered or "TOTAL", name, table, units))
            collections[name] = [metering.collection(table, key) for key in found]
        if self._metered:
            answer.result["ConsumedCapacity"] = capacity
        if self.params.get("ReturnItemCollectionMetrics") == "SIZE":
            answer.result["ItemCollectionMetrics"] = {name: all_ for name, all_ in collections.items() if all_[0]}
        return answer

    def get_item(self) -> ActionResult:
        """Read one item."""
        table = self._table_of("GetItem")
        check_key(table, self.params["Key"])
        size = item_size(stored(table, self.params["Key"])) if self._metered else 0
        units = metering.read_units(size, bool(self.params.get("ConsistentRead")))
        return self._meter(understood(super().get_item), table, {"": units})

    def batch_get_item(self) -> ActionResult:
        """Read several items."""
        requests = lambda: [("GetItem", request) for request in self.params["RequestItems"].values()]  # noqa: E731
        self._begin_each("BatchGetItem", requests)
        asked = self.params["RequestItems"]
        capacity = []
        for name, table, request in zip(asked, self._ready(asked), asked.values(), strict=True):
            for key in request["Keys"]:
                check_key(table, key)
            consistent = bool(request.get("ConsistentRead"))
            sizes = [item_size(stored(table, key)) for key in request["Keys"]] if self._metered else []
            units = sum(metering.read_units(size, consistent) for size in sizes)
            capacity.append(metering.consumed(self._metered or "TOTAL", name, table, {"": units}))
        answer = understood(super().batch_get_item)
        if self._metered:
            answer.result["ConsumedCapacity"] = capacity
        return answer

    def query(self) -> ActionResult:
        """Read the items of a partition key."""
        table = self._table_of("Query")
        check_query(table, self.params)
        return self._metered_read(table, super().query)

    def scan(self) -> ActionResult:
        """Read all items."""
        self._begin("Scan")
        check_segments(self.params)
        (table,) = self._ready([self.params["TableName"]], self.params.get("IndexName"))
        return self._metered_read(table, super().scan)

    def _metered_read(self, table: Table, moto: Moto) -> ActionResult:
        answer = understood(moto)
        if not self._metered:
            return answer
        units = metering.read_units(self._evaluated(moto), bool(self.params.get("ConsistentRead")))
        return self._meter(answer, table, {self.params.get("IndexName") or "": units})

    def _evaluated(self, moto: Moto) -> int:
        """Return the size of all items that a Query or Scan reads: those before its filter and projection."""
        dropped = ("FilterExpression", "ProjectionExpression", "Select", "ReturnConsumedCapacity")
        whole, text = self.body, self.params.get("KeyConditionExpression")
        names, values = (whole.get(f"ExpressionAttribute{what}") or {} for what in ("Names", "Values"))
        used = Expression("KeyConditionExpression", text, names, values).used if text else []
        self.body = {name: value for name, value in whole.items() if name not in dropped}
        for what, given in (("Names", names), ("Values", values)):
            self.body.pop(f"ExpressionAttribute{what}", None)
            needed = {name: value for name, value in given.items() if name in used}
            self.body.update({f"ExpressionAttribute{what}": needed} if needed else {})
        try:
            return sum(map(item_size, moto().result["Items"]))
        finally:
            self.body = whole


def _written(table: Table, requests: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the keys that a batch writes in a table. Refuse invalid items and duplicates."""
    keys: list[dict[str, Any]] = []
    for request in requests:
        if len(request) != 1:
            raise invalid("Exactly one of PutRequest and DeleteRequest must be given")
        ((kind, action),) = request.items()
        if kind == "PutRequest":
            check_new(table, action["Item"])
            keys.append(key_of(table, action["Item"]))
        else:
            check_key(table, action["Key"])
            keys.append(action["Key"])
    if any(key in keys[:number] for number, key in enumerate(keys)):
        raise invalid("Provided list of item keys contains duplicates")
    return keys
