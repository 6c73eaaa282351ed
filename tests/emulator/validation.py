"""The validation against a service's own model: required members, enums, ranges and patterns."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from .core import AwsError

# The error codes of each service for a value that its model does not allow, and for a missing member.
_CODES = {
    "ec2": ("InvalidParameterValue", "MissingParameter"),
    "rds": ("InvalidParameterValue", "MissingParameter"),
    "iam": ("ValidationError", "ValidationError"),
    "sts": ("ValidationError", "ValidationError"),
    "logs": ("InvalidParameterException", "InvalidParameterException"),
    "resourcegroupstaggingapi": ("InvalidParameterException", "InvalidParameterException"),
    "cloudwatch": ("InvalidParameterValue", "MissingParameter"),
}
# The words of a service for a member, where they differ from those of its other members.
_OWN_WORDS = {
    ("logs", "logGroupName", "Member must have length less than or equal to 512"): (
        "Invalid LogGroup or LogStream, both must have length less than or equal to 512."
    ),
}
_SENSITIVE = "***"  # in place of a value that AWS never repeats
_DEFAULT = ("ValidationException", "ValidationException")


def validate(service: str, shape: Any, params: Mapping[str, Any]) -> None:
    """Raise the service's own error for the first value in ``params`` that its model does not allow."""
    wrong, missing = _CODES.get(service, _DEFAULT)
    for path, value, constraint in _faults(shape, params, ""):
        if value is None:
            if missing == "MissingParameter":
                name = ("resourceIdSet" if path == "Resources" else _lower(path)) if service == "ec2" else path
                raise AwsError(missing, f"The request must contain the parameter {name}")
            text = f"1 validation error detected: Value null at '{_lower(path)}' failed to satisfy constraint: "
            raise AwsError(missing, f"{text}Member must not be null")
        if missing == "MissingParameter":
            raise AwsError(wrong, f"Value ({value}) for parameter {path} is invalid. {constraint}")
        if (service, path, constraint) in _OWN_WORDS:
            raise AwsError(wrong, _OWN_WORDS[service, path, constraint])
        quoted = "" if value is _SENSITIVE else f" '{value}'"
        raise AwsError(
            wrong,
            f"1 validation error detected: Value{quoted} at '{_lower(path)}' failed to satisfy constraint: "
            f"{constraint}",
        )


def _faults(shape: Any, value: Any, path: str) -> Iterator[tuple[str, Any, str]]:
    """Yield the path, the value (None if missing) and the violated constraint of each fault."""
    if shape.type_name == "structure" and isinstance(value, Mapping):
        for name in shape.required_members:
            if value.get(name) is None:
                yield _join(path, name), None, ""
        for name, member in shape.members.items():
            if value.get(name) is not None:
                yield from _faults(member, value[name], _join(path, name))
        return
    shown = _SENSITIVE if shape.metadata.get("sensitive") else value
    yield from ((path, shown, text) for text in _constraints(shape, value))
    if shape.type_name == "list" and isinstance(value, list):
        for number, item in enumerate(value, 1):
            yield from _faults(shape.member, item, f"{path}.{number}.member")
    elif shape.type_name == "map" and isinstance(value, Mapping):
        for key, item in value.items():
            yield from _faults(shape.key, key, f"{path}.key")
            yield from _faults(shape.value, item, f"{path}.{key}.member")


def _constraints(shape: Any, value: Any) -> Iterator[str]:
    limits, kind = shape.metadata, shape.type_name
    if kind == "blob" and isinstance(value, str):
        value = base64.b64decode(value)
    size = len(value) if kind in ("string", "list", "map", "blob") else value
    measure = {"string": "length ", "list": "length ", "map": "length ", "blob": "length "}.get(kind, "value ")
    if isinstance(size, (int, float)) and not isinstance(size, bool):
        if "min" in limits and size < limits["min"]:
            yield f"Member must have {measure}greater than or equal to {limits['min']}"
        if "max" in limits and size > limits["max"]:
            yield f"Member must have {measure}less than or equal to {limits['max']}"
    if kind != "string":
        return
    if limits.get("enum") and value not in limits["enum"]:
        yield f"Member must satisfy enum value set: [{', '.join(limits['enum'])}]"
    pattern = _pattern(limits.get("pattern"))
    if pattern and not pattern.fullmatch(value):
        yield f"Member must satisfy regular expression pattern: {limits['pattern']}"


@cache
def _pattern(text: str | None) -> re.Pattern[str] | None:
    """Return a compiled pattern of the model; None if it is absent or in a dialect that Python does not know."""
    try:
        return re.compile(text) if text else None
    except re.error:
        return None


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _lower(path: str) -> str:
    return ".".join(part[:1].lower() + part[1:] for part in path.split("."))
