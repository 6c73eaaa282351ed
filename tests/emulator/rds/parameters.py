"""The parameters of Aurora PostgreSQL: allowed values, defaults, groups and apply types, from ``parameters.txt``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from ..core import AwsError

_FORMULA = re.compile(r"(LEAST|GREATEST|SUM)?\(?.*\{[\w/*+, ()-]+\}.*\)?")
_SPAN = re.compile(r"(-?[\d.]+)-(-?[\d.e+]+)")
_NUMBERS = {"integer": re.compile(r"-?\d+"), "float": re.compile(r"-?\d+(\.\d+)?(e[+-]?\d+)?")}


@dataclass(frozen=True)
class Parameter:
    """A parameter. An empty ``allowed`` accepts any text; an empty ``default`` means that AWS shows no value."""

    name: str
    apply: str
    kind: str
    source: str
    modifiable: bool
    allowed: str
    default: str

    def accepts(self, given: str) -> bool:
        """Return whether AWS accepts a value. Names are not case-sensitive: AWS's own defaults differ in case."""
        if not self.allowed or not given:
            return True
        if self.kind in _NUMBERS:
            return self._accepts_number(given)
        names = self.allowed.lower().split(",")
        items = given.lower().split(",") if self.kind == "list" else [given.lower()]
        return all(item.strip() in names for item in items)

    def _accepts_number(self, given: str) -> bool:
        span = _SPAN.fullmatch(self.allowed)
        if _FORMULA.fullmatch(given) or span is None:
            return True
        inside = _NUMBERS[self.kind].fullmatch(given) and float(span[1]) <= float(given) <= float(span[2])
        return bool(inside)


@cache
def table(family: str, scope: str) -> Mapping[str, Parameter]:
    """Return the parameters of the groups of a family, for clusters (which have all) or for instances."""
    major, found = int(family[-2:]), {}
    for line in Path(__file__).with_name("parameters.txt").read_text().splitlines():
        if line.startswith("#"):
            continue
        name, groups, apply, kind, source, modifiable, families, allowed, default = line.split("|")
        first, last = families.split("-")
        if int(first) <= major <= int(last) and (scope == "cluster" or groups == "both"):
            found[name] = Parameter(name, apply, kind, source, modifiable == "yes", allowed, default)
    if scope == "cluster" and major >= 17:
        found["rds.force_ssl"] = replace(found["rds.force_ssl"], default="1")
    return found


def check(change: Mapping[str, Any], family: str, scope: str, with_value: bool = True) -> Parameter:
    """Return the parameter of an element of a Modify or Reset call. Refuse an invalid element."""
    parameter = table(family, scope).get(str(change.get("ParameterName")))
    if parameter is None:
        text = f"Could not find parameter with name: {change.get('ParameterName')}"
        raise AwsError("InvalidParameterValue", text)
    method = change.get("ApplyMethod")
    if method not in ("immediate", "pending-reboot"):
        raise AwsError("InvalidParameterValue", f"Invalid apply method '{method}' for {parameter.name}.")
    if not parameter.modifiable:
        raise AwsError("InvalidParameterValue", f"The parameter {parameter.name} cannot be modified.")
    if method == "immediate" and parameter.apply == "static":
        raise AwsError("InvalidParameterCombination", "cannot use immediate apply method for static parameter")
    if with_value:
        _require_value(parameter, change.get("ParameterValue"))
    return parameter


def _require_value(parameter: Parameter, given: str | None) -> None:
    if given is None:
        raise AwsError("InvalidParameterValue", f"The parameter ParameterValue of {parameter.name} must be provided.")
    if not parameter.accepts(given):
        text = f"Invalid parameter value: {given} for: {parameter.name} allowed values are: {parameter.allowed}"
        raise AwsError("InvalidParameterValue", text)


def describe(parameter: Parameter, scope: str, changed: tuple[str, str] | None) -> dict[str, Any]:
    """Return a parameter as Describe shows it. ``changed`` holds the user's value and apply method."""
    value, method = changed or (parameter.default, "pending-reboot")
    return {
        "ParameterName": parameter.name,
        **({"ParameterValue": value} if value else {}),
        "Description": _description(parameter),
        "Source": "user" if changed else parameter.source,
        "ApplyType": parameter.apply,
        "DataType": parameter.kind,
        **({"AllowedValues": parameter.allowed} if parameter.allowed else {}),
        "IsModifiable": parameter.modifiable,
        "ApplyMethod": method,
        **({"SupportedEngineModes": ["provisioned"]} if scope == "cluster" else {}),
    }


def _description(parameter: Parameter) -> str:
    """Return a description in the place of AWS's own, which the local AWS does not repeat."""
    subject = re.sub(r"[._]", " ", parameter.name)
    return f"{'Enables or disables' if parameter.kind == 'boolean' else 'Sets'} {subject}."
