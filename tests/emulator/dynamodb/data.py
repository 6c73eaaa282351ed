"""The data plane: moto's, with AWS's checks of table states, keys and expressions."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterable
from typing import Any

from moto.core.responses import ActionResult
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.models.table import Table
from moto.dynamodb.parsing.key_condition_expression import parse_expression
from moto.dynamodb.parsing.reserved_keywords import ReservedKeywords
from moto.dynamodb.responses import DynamoHandler

from ..core import AwsError
from .checks import PREFIX
from .state import KEYLESS, find, invalid, state_of
from .streams import shards_of

EMPTY = (
    "One or more parameter values are not valid. {}The AttributeValue for a key attribute cannot contain an empty "
    "string value. "
)
Moto = Callable[[], ActionResult]


def types_of(table: Table) -> dict[str, str]:
    """Return the types of the key attributes by name."""
    return {definition["AttributeName"]: definition["AttributeType"] for definition in table.attr}


def check_value(value: dict[str, Any]) -> None:
    """Refuse a value of no or several types, an empty set and a set with duplicates."""
    if len(value) != 1:
        raise invalid("Supplied AttributeValue must contain exactly one of the supported datatypes")
    ((kind, held),) = value.items()
    if kind in ("SS", "NS", "BS") and len(set(held)) != max(len(held), 1):
        raise invalid(f"{PREFIX}A set may not be empty, and holds no duplicates: {held}")
    for inner in held.values() if kind == "M" else held if kind == "L" else ():
        check_value(inner)


def check_item(table: Table, item: dict[str, dict[str, Any]]) -> None:
    """Refuse an item whose index keys are empty or of another type than defined."""
    types = types_of(table)
    for index in table.global_indexes:
        for name in set(index.schema_key_attrs) & set(item):
            ((actual, value),) = item[name].items()
            if actual != types[name]:
                raise invalid(
                    f"{PREFIX}Type mismatch for Index Key {name} Expected: {types[name]} Actual: {actual} "
                    f"IndexName: {index.name}"
                )
            if not value:
                what = EMPTY.format("A value specified for a secondary index key is not supported. ")
                raise invalid(f"{what}IndexName: {index.name}, IndexKey: {name}")


def check_key(table: Table, key: dict[str, Any]) -> None:
    """Refuse a key unless it has exactly the table's key attributes, of their types and not empty."""
    types = types_of(table)
    if {name: [*value] for name, value in key.items()} != {name: [types[name]] for name in table.table_key_attrs}:
        raise invalid("The provided key element does not match the schema")
    for name, value in key.items():
        if not next(iter(value.values())):
            raise invalid(f"{EMPTY.format('')}Key: {name}")


def check_new(table: Table, item: dict[str, Any]) -> None:
    """Refuse an item that cannot be put."""
    for value in item.values():
        check_value(value)
    for name in table.table_key_attrs:
        if name not in item:
            raise invalid(f"{PREFIX}Missing the key {name} in the item")
    check_key(table, key_of(table, item))
    check_item(table, item)


def key_of(table: Table, item: dict[str, Any]) -> dict[str, Any]:
    """Return the key of an item."""
    return {name: item[name] for name in table.table_key_attrs}


def check_expressions(params: dict[str, Any]) -> None:
    """Refuse expressions with undefined names or values, and definitions that no expression uses."""
    text = " ".join(str(value) for name, value in params.items() if name.endswith("Expression"))
    for sign, what in ((":", "ExpressionAttributeValues"), ("#", "ExpressionAttributeNames")):
        used, given = set(re.findall(sign + r"\w+", text)), set(params.get(what) or {})
        if used - given:
            raise invalid(f"Invalid expression: not defined in {what}: {', '.join(sorted(used - given))}")
        if given - used:
            raise invalid(
                f"Value provided in {what} unused in expressions: keys: {{{', '.join(sorted(given - used))}}}"
            )


def words_of(expression: str) -> set[str]:
    """Return the attributes, placeholders, functions and operators of an expression."""
    return set(re.findall(r"(?<![:.#\w])#?[A-Za-z_]\w*", expression))


def check_query(table: Table, params: dict[str, Any]) -> None:
    """Refuse reserved words and wrong types in a query's key condition, and key attributes in its filter."""
    text, names = params.get("KeyConditionExpression"), params.get("ExpressionAttributeNames") or {}
    if not text:
        raise invalid("Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.")
    reserved = set(ReservedKeywords.get_reserved_keywords()) - {"AND", "BETWEEN"}
    for word in words_of(text):
        if word.upper() in reserved:
            raise invalid(f"Invalid KeyConditionExpression: Attribute name is a reserved keyword: {word}")
    index, values = params.get("IndexName"), params.get("ExpressionAttributeValues") or {}
    schema = table.get_index(index).schema if index else table.schema
    filtered = {names.get(word, word) for word in words_of(params.get("FilterExpression") or "")}
    for name in filtered & {key["AttributeName"] for key in schema}:
        raise invalid(f"Filter Expression can only contain non-primary key attributes: Primary key attribute: {name}")
    hashes, ranges, _ = parse_expression(text, values, names, schema)
    check_types(table, [*((name, "=", [value]) for name, value in hashes), *ranges])


def check_types(table: Table, conditions: list[tuple[str, str, list[dict[str, Any]]]]) -> None:
    """Refuse key conditions with values of another type than the key's, and ``begins_with`` on numbers."""
    types = types_of(table)
    for name, comparison, values in conditions:
        if any([*value] != [types[name]] for value in values):
            raise invalid(f"{PREFIX}Condition parameter type does not match schema type")
        if comparison == "BEGINS_WITH" and types[name] == "N":
            raise invalid("Invalid KeyConditionExpression: Incorrect operand type; function: begins_with")


def moto_key(table: Table, key: dict[str, Any]) -> tuple[DynamoType, DynamoType | None]:
    """Return a key in moto's own types."""
    range_key = DynamoType(key[table.range_key_attr]) if table.range_key_attr else None
    return DynamoType(key[table.hash_key_attr]), range_key


def understood(moto: Moto) -> ActionResult:
    """Return moto's answer without consumed capacity. Raise AWS's error if moto cannot parse an expression."""
    try:
        answer = moto()
    except ValueError as error:
        raise invalid(f"Invalid expression: {error}") from error
    for name in ("ConsumedCapacity", "ConsumedCapacityUnits"):
        answer.result.pop(name, None)
    return answer


class DataPlane(DynamoHandler):
    """Reads and writes of items."""

    params: dict[str, Any]

    def _ready(self, names: Iterable[str], index: str | None = None) -> list[Table]:
        tables = []
        for name in names:
            table = find(self.current_account, self.region, name)
            if table is None or state_of(table).status in ("CREATING", "DELETING"):
                raise AwsError("ResourceNotFoundException", "Requested resource not found")
            if state_of(table).status == KEYLESS:
                raise AwsError("AccessDeniedException", f"The KMS key of the table cannot be used: {table.name}")
            tables.append(table)
            check_expressions(self.params)
            if index and index not in {i.name for i in table.global_indexes}:
                raise invalid(f"The table does not have the specified index: {index}")
            if index and state_of(table).index(index).timeline.state not in ("ACTIVE", "UPDATING"):
                raise invalid(f"Cannot read from backfilling global secondary index: {index}")
        return tables

    def put_item(self) -> ActionResult:
        """Write one item."""
        (table,) = self._ready([self.params["TableName"]])
        check_new(table, self.params["Item"])
        return understood(super().put_item)

    def update_item(self) -> ActionResult:
        """Change one item; undo the change if an index key got a wrong type."""
        (table,), key = self._ready([self.params["TableName"]]), self.params["Key"]
        check_key(table, key)
        if not self.params.get("UpdateExpression"):
            self.params["AttributeUpdates"] = {}  # makes moto create a missing item, as AWS does
        item_key = moto_key(table, key)
        before, lengths = copy.deepcopy(table.get_item(*item_key)), [(s, len(s.records)) for s in shards_of(table)]
        try:
            answer = understood(super().update_item)
            check_item(table, table.get_item(*item_key).to_json()["Attributes"])
        except Exception:
            table.delete_item(*item_key)
            if before is not None:
                table.put_item(before.to_json()["Attributes"])
            for shard, length in lengths:
                del shard.records[length:]
            raise
        return answer

    def delete_item(self) -> ActionResult:
        """Delete one item."""
        (table,) = self._ready([self.params["TableName"]])
        check_key(table, self.params["Key"])
        return understood(super().delete_item)

    def batch_write_item(self) -> ActionResult:
        """Put and delete at most 25 items; refuse duplicates."""
        tables = self._ready(self.params["RequestItems"])
        if sum(map(len, self.params["RequestItems"].values())) > 25:
            raise invalid("Too many items requested for the BatchWriteItem call")
        for table, requests in zip(tables, self.params["RequestItems"].values(), strict=True):
            keys = []
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
        return understood(super().batch_write_item)

    def get_item(self) -> ActionResult:
        """Read one item."""
        check_key(self._ready([self.params["TableName"]])[0], self.params["Key"])
        return super().get_item()

    def batch_get_item(self) -> ActionResult:
        """Read several items."""
        asked = self.params["RequestItems"]
        for table, request in zip(self._ready(asked), asked.values(), strict=True):
            for key in request["Keys"]:
                check_key(table, key)
        return understood(super().batch_get_item)

    def query(self) -> ActionResult:
        """Read the items of a partition key."""
        (table,) = self._ready([self.params["TableName"]], self.params.get("IndexName"))
        check_query(table, self.params)
        return understood(super().query)

    def scan(self) -> ActionResult:
        """Read all items."""
        self._ready([self.params["TableName"]], self.params.get("IndexName"))
        return understood(super().scan)
