"""The data plane: moto's, refused where a table is not there yet, checked for index keys, and replicated."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from typing import Any

from moto.core.responses import ActionResult
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler

from ..core import AwsError
from .state import backend, find, invalid, state_of, tables_of

NOT_FOUND = AwsError("ResourceNotFoundException", "Requested resource not found")
Moto = Callable[[], ActionResult]


def check_item(table: Table, item: dict[str, dict[str, Any]]) -> None:
    """Refuse an item whose index keys are of another type than defined."""
    types = {definition["AttributeName"]: definition["AttributeType"] for definition in table.attr}
    for index in table.all_indexes():
        for name in index.schema_key_attrs:
            actual = next(iter(item[name])) if item.get(name) else None
            if actual and actual != types[name]:
                raise invalid(
                    f"One or more parameter values were invalid: Type mismatch for Index Key {name} "
                    f"Expected: {types[name]} Actual: {actual} IndexName: {index.name}"
                )


def check_key(table: Table, key: dict[str, Any]) -> None:
    """Refuse a key that has not exactly the table's key attributes."""
    if set(key) != set(table.table_key_attrs):
        raise invalid("The provided key element does not match the schema")


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
            known = {i.name for i in table.global_indexes}
            if index and index in known and state_of(table).index(index).timeline.state not in ("ACTIVE", "UPDATING"):
                raise invalid(f"Cannot read from backfilling global secondary index: {index}")
        return tables

    def _write(self, tables: list[Table], moto: Moto) -> ActionResult:
        """Let moto write, and show what it did in every Region of a global table."""
        try:
            return moto()
        finally:
            for table in tables:
                mine = backend(self.current_account, self.region).tables[table.name]
                for other in tables_of(mine):
                    other.items = mine.items

    def put_item(self) -> ActionResult:
        """Write one item."""
        tables = self._ready([self.params["TableName"]])
        check_item(tables[0], self.params["Item"])
        return self._write(tables, super().put_item)

    def update_item(self) -> ActionResult:
        """Change one item, unless an index key gets a wrong type."""
        tables, key = self._ready([self.params["TableName"]]), self.params["Key"]
        check_key(tables[0], key)
        before = copy.deepcopy(stored(tables[0], key))
        answer = self._write(tables, super().update_item)
        after = stored(tables[0], key)
        try:
            check_item(tables[0], after.to_json()["Attributes"] if after else {})
        except AwsError:
            restore(tables[0], key, before)
            raise
        return answer

    def delete_item(self) -> ActionResult:
        """Delete one item."""
        return self._write(self._ready([self.params["TableName"]]), super().delete_item)

    def batch_write_item(self) -> ActionResult:
        """Write and delete several items."""
        tables = self._ready(self.params["RequestItems"])
        for table, requests in zip(tables, self.params["RequestItems"].values(), strict=True):
            for request in requests:
                check_item(table, (request.get("PutRequest") or {}).get("Item") or {})
        return self._write(tables, super().batch_write_item)

    def transact_write_items(self) -> ActionResult:
        """Write several items, or none."""
        actions = [action for item in self.params["TransactItems"] for action in item.values()]
        names = {action["TableName"]: self._ready([action["TableName"]])[0] for action in actions}
        for action in actions:
            check_item(names[action["TableName"]], action.get("Item") or {})
            if "Key" in action:
                check_key(names[action["TableName"]], action["Key"])
        before = {table.name: copy.deepcopy(table.items) for table in names.values()}
        tables = list(names.values())
        answer = self._write(tables, super().transact_write_items)
        try:
            for action in actions:
                after = stored(names[action["TableName"]], action["Key"]) if "Key" in action else None
                check_item(names[action["TableName"]], after.to_json()["Attributes"] if after else {})
        except AwsError:
            for table in tables:
                table.items = before[table.name]
            self._write(tables, lambda: answer)
            raise
        return answer

    def _statements(self, moto: Moto) -> ActionResult:
        """PartiQL names its tables in text: look at all of them afterwards."""
        return self._write(list(backend(self.current_account, self.region).tables.values()), moto)

    def execute_statement(self) -> ActionResult:
        """One statement of PartiQL."""
        return self._statements(super().execute_statement)

    def execute_transaction(self) -> ActionResult:
        """Several statements of PartiQL, or none."""
        return self._statements(super().execute_transaction)

    def batch_execute_statement(self) -> ActionResult:
        """Several statements of PartiQL."""
        return self._statements(super().batch_execute_statement)

    def get_item(self) -> ActionResult:
        """Read one item."""
        self._ready([self.params["TableName"]])
        return super().get_item()

    def batch_get_item(self) -> ActionResult:
        """Read several items."""
        self._ready(self.params["RequestItems"])
        return super().batch_get_item()

    def transact_get_items(self) -> ActionResult:
        """Read several items at one moment."""
        self._ready(item["Get"]["TableName"] for item in self.params["TransactItems"])
        return super().transact_get_items()

    def query(self) -> ActionResult:
        """Read the items of a key."""
        self._ready([self.params["TableName"]], self.params.get("IndexName"))
        return super().query()

    def scan(self) -> ActionResult:
        """Read all items."""
        self._ready([self.params["TableName"]], self.params.get("IndexName"))
        return super().scan()
