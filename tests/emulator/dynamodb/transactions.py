"""Transactions: moto's, with AWS's checks, and undone in every Region if they are cancelled."""

from __future__ import annotations

from typing import Any

from moto.core.base_backend import BaseBackend
from moto.core.responses import ActionResult
from moto.dynamodb.exceptions import TransactionCanceledException
from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoResult

from ..clock import CLOCK
from ..core import AwsError, own_backend
from . import metering
from .data import Before, DataPlane, check_item, check_key, check_new, key_of, moto_key, stored, understood
from .expressions import Projection
from .metering import Units, item_size
from .state import invalid

_KINDS = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "ConditionCheck": "ConditionCheck"}
_TWICE = "Transaction request cannot include multiple operations on one item"
_LARGEST = 4 * 1024 * 1024
_TOKEN_LIFE = 600
Part = tuple[str, dict[str, Any]]


class Tokens(BaseBackend):
    """The transactions of a Region by client request token, with their time."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.known: dict[str, tuple[float, Any]] = {}


TOKENS = own_backend("local-dynamodb-tokens", Tokens)


def _key(kind: str, table: Table, part: dict[str, Any]) -> dict[str, Any]:
    """Return the key of one action. Refuse an action whose key or item does not fit the table."""
    if kind == "Put":
        check_new(table, part["Item"])
        return key_of(table, part["Item"])
    check_key(table, part["Key"])
    found: dict[str, Any] = part["Key"]
    return found


class Transactions(DataPlane):
    """Reads and writes of several items at once."""

    def _actions(self) -> list[Part]:
        actions = self.params["TransactItems"]
        if any(len(action) != 1 for action in actions):
            raise invalid("TransactItems can only contain one of Check, Put, Update or Delete")
        return [next(iter(action.items())) for action in actions]

    def _keys(self, actions: list[Part], tables: list[Table]) -> list[dict[str, Any]]:
        """Return the keys of all actions. Cancel the transaction if one is wrong, refuse it if two are the same."""
        keys, reasons = [], []
        for (kind, part), table in zip(actions, tables, strict=True):
            try:
                keys.append(_key(kind, table, part))
                reasons.append((None, None, None))
            except AwsError as error:
                reasons.append(("ValidationError", error.message, None))  # type: ignore[arg-type]
        if len(keys) < len(actions):
            raise TransactionCanceledException(reasons)
        targets = [(table.name, key) for table, key in zip(tables, keys, strict=True)]
        if any(target in targets[:number] for number, target in enumerate(targets)):
            raise invalid(_TWICE)
        return keys

    def _consumed(self, actions: list[Part], tables: list[Table], units: list[Units]) -> list[dict[str, Any]]:
        """Return ConsumedCapacity of each table. A transaction consumes twice the units of the single calls."""
        totals: dict[str, Units] = {}
        for (_, part), consumed in zip(actions, units, strict=True):
            doubled = metering.added(consumed, consumed)
            totals[part["TableName"]] = metering.added(totals.get(part["TableName"], {}), doubled)
        known = {part["TableName"]: table for (_, part), table in zip(actions, tables, strict=True)}
        return [metering.consumed(self._metered or "TOTAL", name, known[name], total) for name, total in totals.items()]

    def transact_get_items(self) -> ActionResult:
        """Read up to 100 items of one moment."""
        self._begin_each("TransactGetItems", lambda: [("GetItem", part) for _, part in self._actions()])
        actions = self._actions()
        tables = self._ready(part["TableName"] for _, part in actions)
        found = []
        for (_, part), table, key in zip(actions, tables, self._keys(actions, tables), strict=True):
            paths = Projection(part.get("ProjectionExpression"), part.get("ExpressionAttributeNames")).parse()
            item = table.get_item(*moto_key(table, key), paths)
            found.append({"Item": item.attrs} if item else {})
        answer: dict[str, Any] = {"Responses": found}
        if self._metered:
            sizes = [item_size(stored(table, part["Key"])) for (_, part), table in zip(actions, tables, strict=True)]
            units: list[Units] = [{"": metering.read_units(size, True)} for size in sizes]
            answer["ConsumedCapacity"] = self._consumed(actions, tables, units)
        return DynamoResult(answer)

    def transact_write_items(self) -> ActionResult:
        """Write up to 100 items, or none of them."""
        self._begin_each("TransactWriteItems", lambda: [(_KINDS[kind], part) for kind, part in self._actions()])
        actions = self._actions()
        tables = self._ready(part["TableName"] for _, part in actions)
        if self._repeated():
            return ActionResult({})
        keys = self._keys(actions, tables)
        targets = list(zip(tables, keys, strict=True))
        before, old = Before(targets), [stored(*target) for target in targets]
        try:
            answer = understood(super().transact_write_items)
            new = [stored(*target) for target in targets]
            for table, attributes in zip(tables, new, strict=True):
                check_item(table, dict(attributes))
            if sum(max(item_size(a), item_size(b)) for a, b in zip(old, new, strict=True)) > _LARGEST:
                raise invalid("Transaction size has exceeded the maximum allowed size of 4 MB")
        except Exception:
            self.dynamodb_backend.tables.update({table.name: table for table in tables})  # moto put copies there
            before.restore()
            raise
        if self._metered:
            units = [metering.write_units(*written) for written in zip(tables, old, new, strict=True)]
            answer.result["ConsumedCapacity"] = self._consumed(actions, tables, units)
        if self.params.get("ReturnItemCollectionMetrics") == "SIZE":
            collections: dict[str, Any] = {}
            for (_, part), target in zip(actions, targets, strict=True):
                if collection := metering.collection(*target):
                    collections.setdefault(part["TableName"], []).append(collection)
            answer.result["ItemCollectionMetrics"] = collections
        if token := self.params.get("ClientRequestToken"):
            TOKENS[self.current_account][self.region].known[token] = (CLOCK.now(), self.params["TransactItems"])
        return answer

    def _repeated(self) -> bool:
        """Return whether a transaction with this token was made in the last 10 minutes. Refuse it with other items."""
        known = TOKENS[self.current_account][self.region].known
        made, items = known.get(self.params.get("ClientRequestToken", ""), (0.0, None))
        if items is None or CLOCK.now() - made > _TOKEN_LIFE:
            return False
        if items != self.params["TransactItems"]:
            text = "Request parameters do not match the parameters of an earlier request with this client token."
            raise AwsError("IdempotentParameterMismatchException", text)
        return True
