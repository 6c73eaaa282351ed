"""The operators of the element ``Condition`` of a policy."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

Values = Sequence[str] | None
Expand = Callable[[str], str | None]


@cache
def pattern(text: str, fold: bool = False) -> re.Pattern[str]:
    """Compile a pattern with AWS's wildcards ``*`` and ``?``, which a NUL before them makes literal."""
    parts = re.split(r"(\0?[*?])", text)
    wild = {"*": ".*", "?": "."}
    flags = re.DOTALL | (re.IGNORECASE if fold else 0)
    return re.compile("".join(wild.get(part) or re.escape(part.strip("\0")) for part in parts), flags)


def _like(actual: str, expected: str) -> bool:
    return bool(pattern(expected).fullmatch(actual))


def _moment(text: str) -> float:
    if re.fullmatch(r"\d+(\.\d+)?", text):
        return float(text)
    found = datetime.fromisoformat(text)
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


def _compared(convert: Callable[[str], float], holds: Callable[[float, float], bool]) -> Callable[[str, str], bool]:
    def test(actual: str, expected: str) -> bool:
        try:
            return holds(convert(actual), convert(expected))
        except ValueError:
            return False

    return test


def _in_network(actual: str, expected: str) -> bool:
    try:
        return ipaddress.ip_address(actual) in ipaddress.ip_network(expected, strict=False)
    except ValueError:
        return False


_ORDER: dict[str, Callable[[float, float], bool]] = {
    "Equals": lambda a, b: a == b,
    "LessThan": lambda a, b: a < b,
    "LessThanEquals": lambda a, b: a <= b,
    "GreaterThan": lambda a, b: a > b,
    "GreaterThanEquals": lambda a, b: a >= b,
}
_TESTS: dict[str, Callable[[str, str], bool]] = {
    "StringEquals": lambda actual, expected: actual == expected,
    "StringEqualsIgnoreCase": lambda actual, expected: actual.lower() == expected.lower(),
    "StringLike": _like,
    "ArnEquals": _like,
    "ArnLike": _like,
    "Bool": lambda actual, expected: actual.lower() == expected.lower(),
    "BinaryEquals": lambda actual, expected: actual == expected,
    "IpAddress": _in_network,
    **{f"Numeric{name}": _compared(float, holds) for name, holds in _ORDER.items()},
    **{f"Date{name}": _compared(_moment, holds) for name, holds in _ORDER.items()},
}
_NEGATED = {
    "NotIpAddress": "IpAddress",
    **{
        f"{kind}Not{how}": f"{kind}{how}"
        for kind in ("String", "Arn", "Numeric", "Date")
        for how in ("Equals", "EqualsIgnoreCase", "Like")
        if f"{kind}{how}" in _TESTS
    },
}


def met(block: Mapping[str, Any], value_of: Callable[[str], Values], expand: Expand) -> bool:
    """Return whether all conditions of a statement are met."""
    return all(
        _holds(operator, [expand(str(text)) for text in _texts(expected)], value_of(key))
        for operator, keys in block.items()
        for key, expected in keys.items()
    )


def _texts(expected: Any) -> list[str]:
    values = expected if isinstance(expected, list) else [expected]
    return [str(value).lower() if isinstance(value, bool) else str(value) for value in values]


def _holds(operator: str, expected: list[str | None], actual: Values) -> bool:
    many, _, name = operator.rpartition(":")
    if name == "Null":
        return (actual is None) == (str(expected[0]).lower() == "true")
    plain = name.removesuffix("IfExists")
    negated = plain in _NEGATED
    if actual is None:
        return many == "ForAllValues" or (many != "ForAnyValue" and (negated or plain != name))
    test = _TESTS.get(_NEGATED.get(plain, plain))
    if test is None:  # AWS accepts no policy with an unknown operator
        return False
    found = [any(test(value, text) for text in expected if text is not None) != negated for value in actual]
    return any(found) if many == "ForAnyValue" else all(found)
