"""The rules of composite alarms: ``ALARM(cpu) AND NOT (OK("disk") OR FALSE)``."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from ..core import AwsError

_TOKEN = re.compile(
    r"""\s*(?:(?P<state>ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*(?P<name>"[^"]+"|'[^']+'|[^\s()"']+)\s*\)"""
    r"""|(?P<word>AND|OR|NOT|TRUE|FALSE)\b|(?P<bracket>[()]))"""
)
Rule = tuple[Any, ...]  # an operator and its operands, or a state and the name of an alarm


@cache
def parse(text: str) -> Rule:
    """Return the tree of a rule. Refuse a rule with an error of syntax."""
    if text != text.strip():
        raise invalid("AlarmRule must not contain leading or trailing whitespace or be null")
    tokens = _tokens(text)
    rule = _either(tokens)
    if tokens:
        raise _unexpected(tokens)
    return rule


def names(rule: Rule) -> set[str]:
    """Return the names of the alarms in a rule."""
    parts = rule[1:]
    return {name for part in parts for name in ([part] if isinstance(part, str) else names(part))}


def holds(rule: Rule, states: Mapping[str, str]) -> bool:
    """Return whether a rule holds with these states by alarm."""
    operator, *parts = rule
    if operator == "AND":
        return all(holds(part, states) for part in parts)
    if operator == "OR":
        return any(holds(part, states) for part in parts)
    if operator == "NOT":
        return not holds(parts[0], states)
    return bool(operator == "TRUE" or (parts and states.get(parts[0]) == operator))


def invalid(message: str) -> AwsError:
    """Return CloudWatch's error for settings that it does not accept."""
    return AwsError("ValidationError", message)


def _tokens(text: str) -> list[Rule]:
    tokens: list[Rule] = []
    position = 0
    while position < len(text):
        token = _TOKEN.match(text, position)
        if token is None:
            raise invalid(f"AlarmRule contains an error of syntax at position {position}: {text[position:]}")
        name = (token["name"] or "").strip("\"'")
        tokens.append((token["state"], name.split(":alarm:")[-1]) if token["state"] else (token[0].strip(),))
        position = token.end()
    return tokens


def _unexpected(tokens: list[Rule]) -> AwsError:
    return invalid(f"AlarmRule contains an error of syntax at {tokens[0][0] if tokens else 'its end'}")


def _either(tokens: list[Rule]) -> Rule:
    return _joined("OR", tokens, lambda: _joined("AND", tokens, lambda: _one(tokens)))


def _joined(operator: str, tokens: list[Rule], part: Callable[[], Rule]) -> Rule:
    parts = [part()]
    while tokens and tokens[0] == (operator,):
        tokens.pop(0)
        parts.append(part())
    return (operator, *parts)


def _one(tokens: list[Rule]) -> Rule:
    if not tokens or tokens[0] in (("AND",), ("OR",), (")",)):
        raise _unexpected(tokens)
    token = tokens.pop(0)
    if token == ("NOT",):
        return ("NOT", _one(tokens))
    if token != ("(",):
        return token
    rule = _either(tokens)
    if not tokens or tokens.pop(0) != (")",):
        raise _unexpected(tokens)
    return rule
