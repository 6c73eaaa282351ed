"""The data plane: moto's, refused where a table is not there yet, checked for keys, replicated and streamed."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from typing import Any

from moto.core.responses import ActionResult
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler

from ..clock import CLOCK
from ..core import AwsError
from .state import backend, find, invalid, state_of, tables_of

NOT_FOUND = AwsError("ResourceNotFoundException", "Requested resource not found")
Moto = Callable[[], ActionResult]


def check_item(table: Table, item: dict[str, dict[str, Any]]) -> None:
    """Refuse an item whose index keys are empty or of another type than defined; such an index must not exist."""
    types = {definition["AttributeName"]: definition["AttributeType"] for definition in table.attr}
    for index in table.all_indexes():
        for name in index.schema_key_attrs:
            if name not in item:
                continue
            ((actual, value),) = item[name].items()
            if actual != types[name]:
                raise invalid(
                    f"One or more parameter values were invalid: Type mismatch for Index Key {name} "
                    f"Expected: {types[name]} Actual: {actual} IndexName: {index.name}"
                )
            if not value:
                raise invalid(
                    "One or more parameter values are not valid. A value specified for a secondary index key is not "
                    "supported. The AttributeValue for a key attribute cannot contain an empty string value. "
                    f"IndexName: {index.name}, IndexKey: {name}"
                )


def check_key(table: Table, key: dict[str, Any]) -> None:
    """Refuse a key that has not exactly the table's key attributes, each of its type and not empty."""
    types = {definition["AttributeName"]: definition["AttributeType"] for definition in table.attr}
    if {name: [*value] for name, value in key.items()} != {name: [types[name]] for name in table.table_key_attrs}:
        raise invalid("The provided key element does not match the schema")
    for name, value in key.items():
        if not next(iter(value.values())):
            raise invalid(
                "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an "
                f"empty string value. Key: {name}"
            )


def key_of(table: Table, item: dict[str, Any]) -> dict[str, Any]:
    """The key attributes of an item, which must be there."""
    for name in table.table_key_attrs:
        if name not in item:
            raise invalid(f"One or more parameter values were invalid: Missing the key {name} in the item")
    key = {name: item[name] for name in table.table_key_attrs}
    check_key(table, key)
    return key


def stored(table: Table, key: dict[str, Any]) -> Item | None:
    """The item of a key, if it is there."""
    hash_key = DynamoType(key[table.hash_key_attr])
    range_key = DynamoType(key[table.range_key_attr]) if table.range_key_attr else None
    return table.get_item(hash_key, range_key)


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
            if index and index not in {i.name for i in table.all_indexes()}:
                raise invalid(f"The table does not have the specified index: {index}")
            known = {i.name for i in table.global_indexes}
            if index and index in known and state_of(table).index(index).timeline.state not in ("ACTIVE", "UPDATING"):
                raise invalid(f"Cannot read from backfilling global secondary index: {index}")
        return tables

    def _write(self, tables: list[Table], moto: Moto) -> ActionResult:
        """Let moto write, and show what it did in every Region of a global table, and in its stream there."""
        noted = [len(streamed(table)) for table in tables]
        try:
            answer = moto()
        except Exception:
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
                if other is not table and other.stream_shard is not None:
                    other.stream_shard.repeat(streamed(table)[length:])
        return answer

    def put_item(self) -> ActionResult:
        """Write one item."""
        (table,) = self._ready([self.params["TableName"]])
        key_of(table, self.params["Item"])
        check_item(table, self.params["Item"])
        return self._write([table], super().put_item)

    def update_item(self) -> ActionResult:
        """Change one item, unless an index key gets a wrong type."""
        (table,), key = self._ready([self.params["TableName"]]), self.params["Key"]
        check_key(table, key)
        before, moto = copy.deepcopy(stored(table, key)), super().update_item

        def change() -> ActionResult:
            try:
                answer = moto()
                after = stored(table, key)
                check_item(table, after.to_json()["Attributes"] if after else {})
            except Exception:
                restore(table, key, before)
                raise
            return answer

        return self._write([table], change)

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
                item = (request.get("PutRequest") or {}).get("Item")
                if item is not None:
                    check_item(table, item)
                keys.append(key_of(table, item) if item is not None else request["DeleteRequest"]["Key"])
                check_key(table, keys[-1])
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
        answer = self._transact([action for item in self.params["TransactItems"] for action in item.values()])
        if token:
            tokens[token] = asked, CLOCK.now()
        return answer

    def _transact(self, actions: list[dict[str, Any]]) -> ActionResult:
        tables: dict[str, Table] = {}
        for action in actions:
            (table,) = self._ready([action["TableName"]])
            action["TableName"], tables[table.name] = table.name, table
            if "Item" in action:
                check_item(table, action["Item"])
            check_key(table, action["Key"] if "Key" in action else key_of(table, action["Item"]))
        before, moto = (
            {table.name: copy.deepcopy(table.items) for table in tables.values()},
            super().transact_write_items,
        )

        def change() -> ActionResult:
            answer = moto()
            try:
                for action in actions:
                    after = stored(tables[action["TableName"]], action["Key"]) if "Key" in action else None
                    check_item(tables[action["TableName"]], after.to_json()["Attributes"] if after else {})
            except AwsError:
                for table in tables.values():
                    table.items = before[table.name]
                raise
            return answer

        return self._write(list(tables.values()), change)

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
        return super().batch_get_item()

    def transact_get_items(self) -> ActionResult:
        """Read several items at one moment."""
        for item in self.params["TransactItems"]:
            check_key(self._ready([item["Get"]["TableName"]])[0], item["Get"]["Key"])
        return super().transact_get_items()

    def query(self) -> ActionResult:
        """Read the items of a key."""
        self._ready([self.params["TableName"]], self.params.get("IndexName"))
        return super().query()

    def scan(self) -> ActionResult:
        """Read all items."""
        self._ready([self.params["TableName"]], self.params.get("IndexName"))
        return super().scan()
