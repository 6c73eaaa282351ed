"""The parameters that expressions replaced in 2014, written as expressions."""

from __future__ import annotations

from typing import Any

_COMPARISONS = {
    "EQ": "{name} = {0}",
    "NE": "{name} <> {0}",
    "LE": "{name} <= {0}",
    "LT": "{name} < {0}",
    "GE": "{name} >= {0}",
    "GT": "{name} > {0}",
    "NULL": "attribute_not_exists({name})",
    "NOT_NULL": "attribute_exists({name})",
    "CONTAINS": "contains({name}, {0})",
    "NOT_CONTAINS": "NOT contains({name}, {0})",
    "BEGINS_WITH": "begins_with({name}, {0})",
    "BETWEEN": "{name} BETWEEN {0} AND {1}",
}
_CONDITIONS = {
    "Expected": "ConditionExpression",
    "KeyConditions": "KeyConditionExpression",
    "QueryFilter": "FilterExpression",
    "ScanFilter": "FilterExpression",
}
_SECTIONS = {"PUT": "SET {} = {}", "ADD": "ADD {} {}", "DELETE": "DELETE {} {}"}


class _Translation:
    """The expressions of a request, with the placeholders that they need."""

    def __init__(self, params: dict[str, Any]) -> None:
        self._params = params
        self._names: dict[str, str] = params.setdefault("ExpressionAttributeNames", {})
        self._values: dict[str, Any] = params.setdefault("ExpressionAttributeValues", {})

    def name(self, attribute: str) -> str:
        found = f"#legacy{len(self._names)}"
        self._names[found] = attribute
        return found

    def value(self, value: Any) -> str:
        found = f":legacy{len(self._values)}"
        self._values[found] = value
        return found

    def condition(self, attribute: str, given: dict[str, Any]) -> str:
        """Return a condition on an attribute as an expression."""
        operator, values = given.get("ComparisonOperator"), given.get("AttributeValueList") or []
        if operator is None:
            operator, values = ("NULL", []) if given.get("Exists") is False else ("EQ", [given["Value"]])
        name, shown = self.name(attribute), [self.value(value) for value in values]
        if operator == "IN":
            return f"{name} IN ({', '.join(shown)})"
        return _COMPARISONS[operator].format(*shown, name=name)

    def change(self, attribute: str, given: dict[str, Any]) -> str:
        """Return the change of an attribute as a section of an update expression."""
        name, action = self.name(attribute), given.get("Action", "PUT")
        if "Value" not in given:
            return f"REMOVE {name}"
        return _SECTIONS[action].format(name, self.value(given["Value"]))

    def finish(self) -> None:
        """Leave no empty placeholders behind."""
        for name in ("ExpressionAttributeNames", "ExpressionAttributeValues"):
            if not self._params[name]:
                del self._params[name]


def translate(params: dict[str, Any]) -> None:
    """Replace the old parameters of a request with expressions."""
    translation = _Translation(params)
    operator = f" {params.pop('ConditionalOperator', 'AND')} "
    for old, new in _CONDITIONS.items():
        given = params.pop(old, None)
        if given:
            joined = " AND " if old == "KeyConditions" else operator
            params[new] = joined.join(translation.condition(name, item) for name, item in given.items())
    attributes = params.pop("AttributesToGet", None)
    if attributes:
        params["ProjectionExpression"] = ", ".join(map(translation.name, attributes))
    changes = [translation.change(*change) for change in (params.pop("AttributeUpdates", None) or {}).items()]
    if changes:
        by_section: dict[str, list[str]] = {}
        for section, _, rest in (change.partition(" ") for change in changes):
            by_section.setdefault(section, []).append(rest)
        params["UpdateExpression"] = " ".join(f"{section} {', '.join(rest)}" for section, rest in by_section.items())
    translation.finish()
