"""The data plane: moto's, refused where a table is not there yet, checked for keys, replicated and streamed."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterable
from typing import Any

from moto.core.responses import ActionResult
from moto.dynamodb.exceptions import TransactionCanceledException
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table
from moto.dynamodb.parsing.key_condition_expression import parse_expression
from moto.dynamodb.parsing.reserved_keywords import ReservedKeywords
from moto.dynamodb.responses import DynamoHandler

from ..clock import CLOCK
from ..core import AwsError
from .state import backend, find, invalid, state_of, tables_of

NOT_FOUND = AwsError("ResourceNotFoundException", "Requested resource not found")
HEAD = "One or more parameter values were invalid: "
EMPTY = (
    "One or more parameter values are not valid. {}The AttributeValue for a key attribute cannot contain an empty "
    "string value. "
)
Moto = Callable[[], ActionResult]
Target = tuple[Table, dict[str, Any]]
Check = Callable[[Table, dict[str, Any]], None]


class WrongType(AwsError):
    """A key of a wrong type: a plain refusal, but within a transaction a reason to cancel it."""

    def __init__(self, message: str) -> None:
        super().__init__("ValidationException", message)


def types_of(table: Table) -> dict[str, str]:
    """The types of the attributes that are keys."""
    return {definition["AttributeName"]: definition["AttributeType"] for definition in table.attr}


def check_value(value: dict[str, Any]) -> None:
    """A value has exactly one type; a set has members, each once."""
    if len(value) != 1:
        raise invalid("Supplied AttributeValue must contain exactly one of the supported datatypes")
    ((kind, held),) = value.items()
    if kind in ("SS", "NS", "BS") and len(set(held)) != max(len(held), 1):
        raise invalid(f"{HEAD}A set may not be empty, and holds no duplicates: {held}")
    for inner in held.values() if kind == "M" else held if kind == "L" else ():
        check_value(inner)


def check_item(table: Table, item: dict[str, dict[str, Any]]) -> None:
    """Refuse an item whose index keys are empty or of another type than defined; such an index must not exist."""
    types = types_of(table)
    for index in table.all_indexes():
        for name in set(index.schema_key_attrs) & set(item):
            ((actual, value),) = item[name].items()
            if actual != types[name]:
                raise WrongType(
                    f"{HEAD}Type mismatch for Index Key {name} Expected: {types[name]} Actual: {actual} "
                    f"IndexName: {index.name}"
                )
            if not value:
                what = EMPTY.format("A value specified for a secondary index key is not supported. ")
                raise invalid(f"{what}IndexName: {index.name}, IndexKey: {name}")


def check_key(table: Table, key: dict[str, Any]) -> None:
    """Refuse a key that has not exactly the table's key attributes, each of its type and not empty."""
    types = types_of(table)
    if {name: [*value] for name, value in key.items()} != {name: [types[name]] for name in table.table_key_attrs}:
        raise WrongType("The provided key element does not match the schema")
    for name, value in key.items():
        if not next(iter(value.values())):
            raise invalid(f"{EMPTY.format('')}Key: {name}")


def check_new(table: Table, item: dict[str, Any]) -> None:
    """Refuse an item that cannot be put."""
    for value in item.values():
        check_value(value)
    for name in table.table_key_attrs:
        if name not in item:
            raise invalid(f"{HEAD}Missing the key {name} in the item")
    check_key(table, key_of(table, item))
    check_item(table, item)


def key_of(table: Table, item: dict[str, Any]) -> dict[str, Any]:
    """The key of an item."""
    return {name: item[name] for name in table.table_key_attrs}


def check_action(table: Table, action: dict[str, Any]) -> None:
    """Refuse what a transaction cannot do."""
    if "Key" in action:
        check_key(table, action["Key"])
    else:
        check_new(table, action["Item"])


def check_expressions(params: dict[str, Any]) -> None:
    """Every name and value of an expression is given, and none that is not used."""
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
    """The attributes and names, and the functions and operators, of an expression."""
    return set(re.findall(r"(?<![:.#\w])#?[A-Za-z_]\w*", expression))


def check_query(table: Table, params: dict[str, Any]) -> None:
    """A query's conditions name no reserved words, and compare keys with values of their types; its filter no keys."""
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
    """A condition compares a key with values of its type, and by their beginning only what has one."""
    types = types_of(table)
    for name, comparison, values in conditions:
        if any([*value] != [types[name]] for value in values):
            raise invalid(f"{HEAD}Condition parameter type does not match schema type")
        if comparison == "BEGINS_WITH" and types[name] == "N":
            raise invalid("Invalid KeyConditionExpression: Incorrect operand type; function: begins_with")


def stored(table: Table, key: dict[str, Any]) -> Item | None:
    """The item of a key, if it is there."""
    hash_key = DynamoType(key[table.hash_key_attr])
    range_key = DynamoType(key[table.range_key_attr]) if table.range_key_attr else None
    return table.get_item(hash_key, range_key)


def check_stored(table: Table, key: dict[str, Any]) -> None:
    """Refuse what a write has made of an item."""
    item = stored(table, key)
    check_item(table, item.to_json()["Attributes"] if item else {})


def restore(table: Table, key: dict[str, Any], before: Item | None) -> None:
    """Put back what was there before a write that must not be."""
    hash_key = DynamoType(key[table.hash_key_attr])
    if table.range_key_attr is None:
        holder, name = table.items, hash_key
    else:
        holder, name = table.items[hash_key], DynamoType(key[table.range_key_attr])
    holder.pop(name, None)
    if before is not None:
        holder[name] = before


def streamed(table: Table) -> list[dict[str, Any]]:
    """The records of a table's stream; none where it has no stream."""
    found: list[dict[str, Any]] = table.stream_shard.records if table.stream_shard else []
    return found


def check_all(check: Check, targets: list[Target], transaction: bool) -> None:
    """Check what is written: a wrong type cancels a transaction, anything else refuses it."""
    reasons: list[tuple[str | None, str | None, None]] = []
    for target in targets:
        try:
            check(*target)
            reasons.append((None, None, None))
        except WrongType as wrong:
            if not transaction:
                raise
            reasons.append(("ValidationError", wrong.message, None))
    if any(code for code, _, _ in reasons):
        raise TransactionCanceledException(reasons)


def understood(moto: Moto) -> ActionResult:
    """moto's answer without what was not asked for, or AWS's to an expression that moto cannot read."""
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
            if table is None or state_of(table).timeline.state in ("CREATING", "DELETING"):
                raise NOT_FOUND
            tables.append(table)
            check_expressions(self.params)
            if index and index not in {i.name for i in table.all_indexes()}:
                raise invalid(f"The table does not have the specified index: {index}")
            known = {i.name for i in table.global_indexes}
            if index and index in known and state_of(table).index(index).timeline.state not in ("ACTIVE", "UPDATING"):
                raise invalid(f"Cannot read from backfilling global secondary index: {index}")
        return tables

    def _write(
        self, tables: list[Table], moto: Moto, targets: Iterable[Target] = (), transaction: bool = False
    ) -> ActionResult:
        """Let moto write, and show it in every Region of a global table and in its stream; or undo it.

        ``targets`` are the tables and keys of items of which only moto knows what they will be.
        """
        targets, noted = list(targets), [len(streamed(table)) for table in tables]
        before = [copy.deepcopy(stored(*target)) for target in targets]
        try:
            answer = understood(moto)
            check_all(check_stored, targets, transaction)
        except Exception:
            for target, item in zip(targets, before, strict=True):
                restore(*target, item)
            for table, length in zip(tables, noted, strict=True):
                del streamed(table)[length:]
            raise
        finally:
            for table in tables:
                mine = backend(self.current_account, self.region).tables[table.name]
                for other in tables_of(mine):
                    other.items = mine.items
        for table, length in zip(tables, noted, strict=True):
            for other in tables_of(table):
                for record in streamed(table)[length:] if other is not table and other.stream_shard else ():
                    other.stream_shard.take(record)
        return answer

    def put_item(self) -> ActionResult:
        """Write one item."""
        (table,) = self._ready([self.params["TableName"]])
        check_new(table, self.params["Item"])
        return self._write([table], super().put_item)

    def update_item(self) -> ActionResult:
        """Change one item, unless an index key gets a wrong type."""
        (table,), key = self._ready([self.params["TableName"]]), self.params["Key"]
        check_key(table, key)
        if not self.params.get("UpdateExpression"):
            self.params["AttributeUpdates"] = {}  # for moto: no change, but the item is there afterwards
        return self._write([table], super().update_item, [(table, key)])

    def delete_item(self) -> ActionResult:
        """Delete one item."""
        (table,) = self._ready([self.params["TableName"]])
        check_key(table, self.params["Key"])
        return self._write([table], super().delete_item)

    def batch_write_item(self) -> ActionResult:
        """Write and delete several items, at most 25 and each once."""
        tables = self._ready(self.params["RequestItems"])
        if sum(map(len, self.params["RequestItems"].values())) > 25:
            raise invalid("Too many items requested for the BatchWriteItem call")
        for table, requests in zip(tables, self.params["RequestItems"].values(), strict=True):
            keys = []
            for request in requests:
                if len(request) != 1:
                    raise invalid("Exactly one of PutRequest and DeleteRequest must be given")
                ((kind, one),) = request.items()
                check_action(table, one)
                keys.append(key_of(table, one["Item"]) if kind == "PutRequest" else one["Key"])
            if any(key in keys[:number] for number, key in enumerate(keys)):
                raise invalid("Provided list of item keys contains duplicates")
        return self._write(tables, super().batch_write_item)

    def transact_write_items(self) -> ActionResult:
        """Write several items, or none; the same request again within ten minutes does nothing."""
        token, asked = self.params.get("ClientRequestToken"), repr(self.params["TransactItems"])
        tokens: dict[str, tuple[str, float]] = self.dynamodb_backend.__dict__.setdefault("local_tokens", {})
        known, moment = tokens.get(token or "", ("", 0.0))
        if known and CLOCK.now() - moment < 600:
            if known == asked:
                return ActionResult({})
            raise AwsError("IdempotentParameterMismatchException", "The token was used with other parameters")
        if any(len(item) != 1 for item in self.params["TransactItems"]):
            raise invalid("TransactItems can only contain one of Check, Put, Update or Delete")
        actions = [action for item in self.params["TransactItems"] for action in item.values()]
        targets = [(self._ready([action["TableName"]])[0], action) for action in actions]
        for table, action in targets:
            check_expressions(action)
            action["TableName"] = table.name  # moto undoes nothing in a table that is named by its ARN
        check_all(check_action, targets, True)
        keys = [(table, action.get("Key") or key_of(table, action["Item"])) for table, action in targets]
        tables = list({table.name: table for table, _ in targets}.values())
        answer = self._write(tables, super().transact_write_items, keys, True)
        if token:
            tokens[token] = asked, CLOCK.now()
        return answer

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

    def transact_get_items(self) -> ActionResult:
        """Read several items at one moment."""
        for item in self.params["TransactItems"]:
            check_key(self._ready([item["Get"]["TableName"]])[0], item["Get"]["Key"])
        return super().transact_get_items()

    def query(self) -> ActionResult:
        """Read the items of a key."""
        (table,) = self._ready([self.params["TableName"]], self.params.get("IndexName"))
        check_query(table, self.params)
        return understood(super().query)

    def scan(self) -> ActionResult:
        """Read all items."""
        self._ready([self.params["TableName"]], self.params.get("IndexName"))
        return understood(super().scan)
