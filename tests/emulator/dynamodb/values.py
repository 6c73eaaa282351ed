"""Attribute values: DynamoDB's checks of them, and the form in which it stores numbers."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from decimal import Context, Decimal, InvalidOperation
from functools import cache
from typing import Any

from ..core import AwsError
from ..requests import service_model
from .state import invalid

PREFIX = "One or more parameter values were invalid: "
_DIGITS, _LARGEST, _SMALLEST = 38, 125, -130
_EXACT = Context(prec=1000)
_EMPTY = {
    "SS": "An string set  may not be empty",  # with AWS's two spaces
    "NS": "An number set  may not be empty",
    "BS": "Binary sets should not be empty",
}


def number(text: Any) -> str:
    """Return a number as DynamoDB stores it: in decimal notation, without needless zeros."""
    try:
        value = Decimal(str(text)) if str(text) == str(text).strip() else Decimal("NaN")
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or "_" in str(text):
        raise invalid(f"The parameter cannot be converted to a numeric value: {text}")
    value = value.normalize(_EXACT)
    if not value:
        return "0"
    if len(value.as_tuple().digits) > _DIGITS:
        raise invalid("Attempting to store more than 38 significant digits in a Number")
    if value.adjusted() > _LARGEST:
        raise invalid("Number overflow. Attempting to store a number with magnitude larger than supported range")
    if value.adjusted() < _SMALLEST:
        raise invalid("Number underflow. Attempting to store a number with magnitude smaller than supported range")
    return f"{value:f}"


def attribute(value: Mapping[str, Any]) -> dict[str, Any]:
    """Return an attribute value with its numbers in DynamoDB's form. Refuse a value that DynamoDB refuses."""
    if len(value) != 1:
        what = "has more than one datatypes set" if value else "is empty"
        raise invalid(f"Supplied AttributeValue {what}, must contain exactly one of the supported datatypes")
    ((kind, held),) = value.items()
    if kind in _EMPTY:
        return {kind: _set(kind, held)}
    if kind == "N":
        return {kind: number(held)}
    if kind == "L":
        return {kind: [attribute(item) for item in held]}
    if kind == "M":
        return {kind: {name: attribute(item) for name, item in held.items()}}
    if kind == "NULL" and held is not True:
        raise invalid(f"{PREFIX}Null attribute value types must have the value of true")
    return {kind: held}


def _set(kind: str, held: list[Any]) -> list[Any]:
    if not held:
        raise invalid(f"{PREFIX}{_EMPTY[kind]}")
    found = [number(item) for item in held] if kind == "NS" else held
    if len(set(found)) < len(found):
        shown = {"SS": f" [{', '.join(map(str, held))}]", "BS": " [Base64 encoded values] of type BS"}.get(kind, "")
        raise invalid(f"{PREFIX}Input collection{shown} contains duplicates.")
    return found


def normalized(operation: str, params: dict[str, Any]) -> dict[str, Any]:
    """Return the parameters of an operation with all attribute values checked and in DynamoDB's form."""
    shape = service_model("dynamodb").operation_model(operation).input_shape
    found: dict[str, Any] = _walk(shape, params)
    return found


def _walk(shape: Any, value: Any) -> Any:
    if shape.name == "AttributeValue":
        return attribute(value)
    if not _holds_values(shape.name):
        return value
    if shape.type_name == "structure":
        return {
            name: _value_of_expression(item)
            if name == "ExpressionAttributeValues"
            else _walk(shape.members[name], item)
            for name, item in value.items()
        }
    if shape.type_name == "list":
        return [_walk(shape.member, item) for item in value]
    return {name: _walk(shape.value, item) for name, item in value.items()}


def _value_of_expression(values: dict[str, Any]) -> dict[str, Any]:
    found = {}
    for name, value in values.items():
        try:
            found[name] = attribute(value)
        except AwsError as error:
            text = f"ExpressionAttributeValues contains invalid value: {error.message} for key {name}"
            raise invalid(text) from error
    return found


@cache
def _holds_values(name: str) -> bool:
    """Return whether attribute values occur in a structure, list or map of DynamoDB's model."""
    return "AttributeValue" in _within(name)


@cache
def _within(name: str) -> frozenset[str]:
    shape = service_model("dynamodb").shape_for(name)
    if name == "AttributeValue":
        return frozenset({name})
    if shape.type_name == "structure":
        members = [member.name for member in shape.members.values()]
    elif shape.type_name == "list":
        members = [shape.member.name]
    else:
        members = [shape.value.name] if shape.type_name == "map" else []
    return frozenset({name}.union(*map(_within, members)))


def size_of(value: Any) -> int:
    """Return the bytes that DynamoDB counts for an attribute value in the form of the API."""
    ((kind, held),) = value.items()
    if kind == "S":
        return len(held.encode())
    if kind == "N":
        digits = len(Decimal(held).normalize(_EXACT).as_tuple().digits)
        return (digits + 1) // 2 + 1 + int(held.startswith("-"))
    if kind == "B":
        return len(held if isinstance(held, bytes) else base64.b64decode(held))
    if kind in _EMPTY:
        return sum(size_of({kind[0]: item}) for item in held)
    if kind == "L":
        return 3 + sum(1 + size_of(item) for item in held)
    if kind == "M":
        return 3 + sum(1 + len(name.encode()) + size_of(item) for name, item in held.items())
    return 1
