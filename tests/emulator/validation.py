"""The validation against a service's own model: required members, enums, ranges and patterns."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

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


class Fault(NamedTuple):
    """A value that the model does not allow. ``value`` is its text in AWS's message, or None if it is missing."""

    path: str
    value: str | None
    constraint: str

    def __str__(self) -> str:
        value = {None: " null", _SENSITIVE: ""}.get(self.value, f" '{self.value}'")
        return f"Value{value} at '{_lower(self.path)}' failed to satisfy constraint: {self.constraint}"


def validate(service: str, shape: Any, params: Mapping[str, Any]) -> None:
    """Raise the service's own error for the values in ``params`` that its model does not allow."""
    faults = list(_faults(shape, params, ""))
    if service == "dynamodb":
        from .dynamodb.wording import adapt  # avoids an import cycle

        faults = adapt(shape, params, faults)
    if not faults:
        return
    wrong, missing = _CODES.get(service, _DEFAULT)
    first = faults[0]
    if missing == "MissingParameter":
        if first.value is None:
            raise AwsError(missing, f"The request must contain the parameter {_parameter(service, first.path)}")
        raise AwsError(wrong, f"Value ({first.value}) for parameter {first.path} is invalid. {first.constraint}")
    if (service, first.path, first.constraint) in _OWN_WORDS:
        raise AwsError(wrong, _OWN_WORDS[service, first.path, first.constraint])
    count = "1 validation error" if len(faults) == 1 else f"{len(faults)} validation errors"
    raise AwsError(wrong, f"{count} detected: {'; '.join(map(str, faults))}")


def _parameter(service: str, path: str) -> str:
    """Return the name of a missing parameter, which EC2 spells its own way."""
    if service != "ec2":
        return path
    return "resourceIdSet" if path == "Resources" else _lower(path)


def _faults(shape: Any, value: Any, path: str) -> Iterator[Fault]:
    """Yield the violations of the model in a value and its members."""
    if shape.type_name == "structure" and isinstance(value, Mapping):
        for name in shape.required_members:
            if value.get(name) is None:
                yield Fault(_join(path, name), None, "Member must not be null")
        for name, member in shape.members.items():
            if value.get(name) is not None:
                yield from _faults(member, value[name], _join(path, name))
        return
    text = _SENSITIVE if shape.metadata.get("sensitive") else shown(shape, value)
    yield from (Fault(path, text, constraint) for constraint in _constraints(shape, value))
    if shape.type_name == "list" and isinstance(value, list):
        for number, item in enumerate(value, 1):
            yield from _faults(shape.member, item, f"{path}.{number}.member")
    elif shape.type_name == "map" and isinstance(value, Mapping):
        for key, item in value.items():
            yield from _faults(shape.key, key, f"{path}.key")
            yield from _faults(shape.value, item, f"{path}.{key}.member")


def shown(shape: Any, value: Any) -> str:
    """Return a value as AWS's messages spell it."""
    if isinstance(value, list):
        return f"[{', '.join(shown(shape.member, item) for item in value)}]"
    if not isinstance(value, Mapping):
        return str(value)
    if shape.type_name == "map":
        return f"{{{', '.join(f'{key}={shown(shape.value, item)}' for key, item in value.items())}}}"
    members = (f"{_lower(name)}={shown(shape.members[name], item)}" for name, item in value.items())
    return f"{shape.name}({', '.join(members)})"


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
