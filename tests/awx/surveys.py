"""Surveys and schedules as AWX checks them, and the variables that a job gets from the answers of a survey."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from dateutil.rrule import rrulestr

TYPES: dict[str, Any] = {
    "textarea": str,
    "text": str,
    "password": str,
    "multiplechoice": str,
    "multiselect": str,
    "integer": int,
    "float": (float, int),
}


_SURVEY = (("name", str, "string"), ("description", str, "string"), ("spec", list, "list of items"))
_QUESTION = tuple((name, str, "string") for name in ("type", "question_name", "variable"))


def survey_error(spec: Mapping[str, Any]) -> str:
    """Return why AWX refuses a survey; empty if it takes it."""
    for name, expected, label in (
        ("name", str, "string"),
        ("description", str, "string"),
        ("spec", list, "list of items"),
    ):
        if name not in spec:
            return f"Field '{name}' is missing from survey spec."
        if not isinstance(spec[name], expected):
            return f"Expected {label} for field '{name}', received {type(spec[name]).__name__} type."
    if not spec["spec"]:
        return "'spec' doesn't contain any items."
    seen: set[str] = set()
    for index, item in enumerate(spec["spec"]):
        error = next(_item_errors(str(index), item, seen), "")
        if error:
            return error
        seen.add(item["variable"])
    return ""


def _item_errors(index: str, item: Any, seen: set[str]) -> Iterator[str]:
    if not isinstance(item, dict):
        yield f"Survey question {index} is not a json object."
        return
    for name, expected, label in (*_QUESTION, ("required", bool, "boolean")):
        if name not in item:
            yield f"'{name}' missing from survey question {index}"
        elif not isinstance(item[name], expected):
            yield f"'{name}' in survey question {index} expected to be {label}."
    if item.get("variable") in seen:
        yield f"'variable' '{item['variable']}' duplicated in survey question {index}."
    if item.get("type") not in TYPES:
        allowed = ", ".join(TYPES)
        yield f"'{item.get('type')}' in survey question {index} is not one of '{allowed}' allowed question types."
    else:
        yield from _value_errors(index, item)


def _value_errors(index: str, item: Mapping[str, Any]) -> Iterator[str]:
    if item.get("default", "") != "" and not isinstance(item["default"], TYPES[item["type"]]):
        yield f"Default value {item['default']} in survey question {index} expected to be {item['type']}."
    for bound in ("min", "max"):
        if item.get(bound) is not None and not isinstance(item[bound], int):
            yield f"The {bound} limit in survey question {index} expected to be integer."
    yield from _choice_errors(index, item)
    if str(item.get("default", "")).startswith("$encrypted$"):
        yield f"$encrypted$ is a reserved keyword, may not be used for new default in position {index}."


def _choice_errors(index: str, item: Mapping[str, Any]) -> Iterator[str]:
    if item["type"] not in ("multiselect", "multiplechoice"):
        return
    if "choices" not in item:
        yield f"Survey question {index} of type {item['type']} must specify choices."
        return
    defaults = _lines(item.get("default", ""))
    if item["type"] == "multiplechoice" and len(defaults) > 1:
        yield "Multiple Choice (Single Select) can only have one default value."
    if any(default not in item["choices"] for default in defaults):
        yield "Default choice must be answered from the choices listed."


def _lines(value: Any) -> list[str]:
    return [line for line in value.splitlines() if line.strip()] if isinstance(value, str) else list(value)


def launched(spec: Mapping[str, Any], answers: Mapping[str, Any], extra_vars: str = "") -> dict[str, Any]:
    """Return the extra variables of a job whose survey got these answers. Raise ValueError as AWX refuses a launch."""
    items = spec.get("spec", [])
    errors = [error for item in items for error in _answer_errors(item, answers)]
    unasked = set(answers) - {item["variable"] for item in items}
    if unasked:
        errors.append(f"Variables {', '.join(sorted(unasked))} are not allowed on launch.")
    if errors:
        raise ValueError("; ".join(errors))
    found = json.loads(extra_vars or "{}")
    for item in items:
        name, default = item["variable"], item.get("default")
        if default is not None and not list(_answer_errors(item, {name: default})):
            found[name] = default
    return {**found, **answers}


def _answer_errors(item: Mapping[str, Any], data: Mapping[str, Any]) -> Iterator[str]:
    name = item["variable"]
    if name not in data:
        if item["required"]:
            yield f"'{name}' value missing"
        return
    value, kind = data[name], item["type"]
    if kind in ("text", "textarea", "password"):
        if not isinstance(value, str):
            yield f"Value {value} for '{name}' expected to be a string."
        else:
            yield from _range_errors(item, len(value))
    elif kind in ("integer", "float"):
        if type(value) not in ((int,) if kind == "integer" else (int, float)):
            yield f"Value {value} for '{name}' expected to be an {kind}."
        else:
            yield from _range_errors(item, value)
    else:
        chosen = value if kind == "multiselect" and isinstance(value, list) else [value]
        for each in chosen:
            if each not in _lines(item["choices"]):
                yield f"Value {each} for '{name}' expected to be one of {_lines(item['choices'])}."


def _range_errors(item: Mapping[str, Any], size: float) -> Iterator[str]:
    if item.get("min") not in ("", None) and size < item["min"]:
        yield f"'{item['variable']}' value is too small (must be at least {item['min']})."
    if item.get("max") not in ("", None) and size > item["max"]:
        yield f"'{item['variable']}' value is too large (must be no more than {item['max']})."


def rrule_errors(value: str) -> list[str]:
    """Return why AWX refuses the rule of a schedule."""
    errors = []
    starts = re.findall(r".*?(DTSTART(;[^:]+)?\:[0-9]+T[0-9]+Z?)", value)
    if not starts:
        errors.append("Valid DTSTART required in rrule. Value should start with: DTSTART:YYYYMMDDTHHMMSSZ")
    if re.findall(r".*?(DTSTART:[0-9]+T[0-9]+) ", value):
        errors.append("DTSTART cannot be a naive datetime.  Specify ;TZINFO= or YYYYMMDDTHHMMSSZZ.")
    if len(starts) > 1:
        errors.append("Multiple DTSTART is not supported.")
    if "rrule:" not in value.lower():
        errors.append("One or more rule required in rrule.")
    for rule in re.findall(r".*?(RULE\:[^\s]*)", value):
        errors += _rule_errors(rule)
    try:
        rules = rrulestr(value, forceset=True)._rrule  # type: ignore[union-attr]
        if any(rule._dtstart is not None and rule._dtstart.tzinfo is None for rule in rules):
            errors.append("rrule parsing failed validation: A valid TZID must be provided (e.g., America/New_York)")
    except Exception as error:  # noqa: BLE001  dateutil raises many types
        errors.append(f"rrule parsing failed validation: {error}")
    return errors


def _rule_errors(rule: str) -> Iterator[str]:
    if "interval" not in rule.lower():
        yield f"INTERVAL required in rrule: {rule}"
    elif "secondly" in rule.lower():
        yield f"SECONDLY is not supported: {rule}"
    if "COUNT" in rule and "UNTIL" in rule:
        yield f"RRULE may not contain both COUNT and UNTIL: {rule}"
