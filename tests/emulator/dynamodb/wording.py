"""The words in which DynamoDB refuses a request that its model does not allow."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..validation import Fault, shown
from .state import invalid

_NAME, _LONGEST, _SHORTEST = re.compile(r"[a-zA-Z0-9_.-]+"), 255, 3
# The order in which DynamoDB lists the values of an enum, where its model has another one.
_ENUMS = {
    "[ALL_ATTRIBUTES, ALL_PROJECTED_ATTRIBUTES, SPECIFIC_ATTRIBUTES, COUNT]": (
        "[SPECIFIC_ATTRIBUTES, COUNT, ALL_ATTRIBUTES, ALL_PROJECTED_ATTRIBUTES]"
    ),
    "[NONE, ALL_OLD, UPDATED_OLD, ALL_NEW, UPDATED_NEW]": "[ALL_NEW, UPDATED_OLD, ALL_OLD, NONE, UPDATED_NEW]",
    "[S, N, B]": "[B, N, S]",
}
_BATCH = (
    "Map value must satisfy constraint: [Member must have length less than or equal to 25, "
    "Member must have length greater than or equal to 1]"
)


def adapt(shape: Any, params: Mapping[str, Any], faults: list[Fault]) -> list[Fault]:
    """Return the faults of a request in DynamoDB's words. A fault in the name of the table hides all others."""
    operation = shape.name.removesuffix("Input")
    for fault in faults:
        _refuse(operation, fault)
    if operation == "BatchWriteItem" and any(fault.path.startswith("RequestItems.") for fault in faults):
        whole = shown(shape.members["RequestItems"], params["RequestItems"])
        faults = [Fault("RequestItems", whole, _BATCH)]
    if operation == "CreateTable" and len(params.get("KeySchema") or ()) > 2:
        keys = shown(shape.members["KeySchema"], params["KeySchema"])
        faults = [*faults, Fault("KeySchema", keys, "Member must have length less than or equal to 2")]
    if operation == "CreateTable":  # the model has them optional, for copies of global tables of other accounts
        missing = [name for name in ("AttributeDefinitions", "KeySchema") if params.get(name) is None]
        faults = [*faults, *(Fault(name, None, "Member must not be null") for name in missing)]
    named = [fault for fault in faults if fault.path == "TableName"] or list(_name_faults(operation, params))
    return named or [_reordered(fault) for fault in faults]


def _refuse(operation: str, fault: Fault) -> None:
    """Raise the errors of DynamoDB that do not have the form of the other violations of its model."""
    if operation == "CreateTable" and fault.path == "TableName" and fault.value is None:
        raise invalid("The parameter 'TableName' is required but was not present in the request")
    if operation in ("BatchGetItem", "BatchWriteItem") and (fault.path, fault.value) == ("RequestItems", "{}"):
        raise invalid(f"The requestItems parameter is required for {operation}")
    keys = operation == "BatchGetItem" and re.fullmatch(r"RequestItems\.(.+)\.member\.Keys", fault.path)
    if keys or (operation == "Query" and fault.path == "Limit"):
        raise invalid(
            f"1 validation error detected: Value at '{fault.path}' failed to satisfy constraint: {fault.constraint}"
        )


def _name_faults(operation: str, params: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield the faults of a table's name. The model allows ARNs in its place, which may be longer."""
    name = params.get("TableName")
    if not isinstance(name, str) or name.startswith("arn:"):
        return
    if operation == "CreateTable" and len(name) < _SHORTEST:
        yield Fault("TableName", name, f"Member must have length greater than or equal to {_SHORTEST}")
    if len(name) > _LONGEST:
        yield Fault("TableName", name, f"Member must have length less than or equal to {_LONGEST}")
    if not _NAME.fullmatch(name):
        yield Fault("TableName", name, f"Member must satisfy regular expression pattern: {_NAME.pattern}")


def _reordered(fault: Fault) -> Fault:
    text, _, values = fault.constraint.partition(": ")
    return fault._replace(constraint=f"{text}: {_ENUMS.get(values, values)}") if values else fault
