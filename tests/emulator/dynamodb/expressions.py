"""The grammar of expressions. moto evaluates them, but accepts more and refuses in other words than DynamoDB."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from moto.dynamodb.parsing.reserved_keywords import ReservedKeywords

from ..core import AwsError
from .state import invalid

_TOKEN = re.compile(r"[#:]?\w+|<>|<=|>=|\S")
_WORD = re.compile(r"#\w+|[A-Za-z_]\w*")
_LONGEST = 4096  # bytes
_COMPARATORS = ("=", "<>", "<", "<=", ">", ">=")
_CONDITIONS = {
    "attribute_exists": 1, "attribute_not_exists": 1, "attribute_type": 2, "begins_with": 2, "contains": 2,
}  # fmt: skip
_FUNCTIONS = {**_CONDITIONS, "size": 1, "if_not_exists": 2, "list_append": 2}
_OPERATORS = {"AND", "OR", "NOT", "BETWEEN", "IN"}
_RESERVED: frozenset[str] = frozenset(ReservedKeywords.get_reserved_keywords())
Names = Mapping[str, str]


class Expression:
    """A parsed expression with the placeholders that it uses."""

    def __init__(self, kind: str, text: str, names: Names, values: Mapping[str, Any]) -> None:
        self.kind, self._text = kind, text
        self._names, self._values = names, values
        self._tokens = [(match.group(), match.start(), match.end()) for match in _TOKEN.finditer(text)]
        self._at = 0
        self._called: list[tuple[str, int]] = []
        self._plain: list[str] = []
        self.used: list[str] = []
        self.paths: list[list[str]] = []
        if len(text.encode()) > _LONGEST:
            size = f"expression size: {len(text.encode())}"
            raise self.error(f"Expression size has exceeded the maximum allowed size; {size}")
        if not self._tokens:
            raise self.error("The expression can not be empty;")
        parse = {"UpdateExpression": self._update, "ProjectionExpression": self._projection}
        parse.get(kind, self._condition)()
        if self._peek():
            raise self._syntax()
        self._check()

    def error(self, text: str) -> AwsError:
        """Return the refusal of the expression."""
        return invalid(f"Invalid {self.kind}: {text}")

    def _syntax(self) -> AwsError:
        token = self._peek() or "<EOF>"
        around = self._tokens[max(self._at - 1, 0) : self._at + 2]
        return self.error(f'Syntax error; token: "{token}", near: "{self._text[around[0][1] : around[-1][2]]}"')

    def _check(self) -> None:
        for name in self._plain:
            if name.upper() in _RESERVED:
                raise self.error(f"Attribute name is a reserved keyword; reserved keyword: {name}")
        for name, count in self._called:
            if name not in _FUNCTIONS or (name in ("if_not_exists", "list_append")) != (self.kind[0] == "U"):
                raise self.error(f"Invalid function name; function: {name}")
            if count != _FUNCTIONS[name]:
                raise self.error(
                    "Incorrect number of operands for operator or function; "
                    f"operator or function: {name}, number of operands: {count}"
                )
        for used in self.used:
            if used.startswith("#") and used not in self._names:
                raise self.error(
                    f"An expression attribute name used in the document path is not defined; attribute name: {used}"
                )
            if used.startswith(":") and used not in self._values:
                raise self.error(
                    f"An expression attribute value used in expression is not defined; attribute value: {used}"
                )

    def _peek(self, ahead: int = 0) -> str:
        at = self._at + ahead
        return self._tokens[at][0] if at < len(self._tokens) else ""

    def _take(self) -> str:
        self._at += 1
        return self._tokens[self._at - 1][0]

    def _next_is(self, *words: str) -> bool:
        return self._peek().upper() in words

    def _skip(self, *words: str) -> bool:
        """Skip one of the words, if it is next. Return whether it was."""
        found = self._next_is(*words)
        self._at += found
        return found

    def _expect(self, word: str) -> None:
        if not self._skip(word):
            raise self._syntax()

    def _listed(self, parse: Callable[[], Any]) -> int:
        """Parse elements between commas. Return their number."""
        parse()
        count = 1
        while self._skip(","):
            parse()
            count += 1
        return count

    def _condition(self) -> None:
        self._factor()
        while self._skip("AND", "OR"):
            self._factor()

    def _factor(self) -> None:
        while self._skip("NOT"):
            pass
        if self._skip("("):
            self._condition()
            self._expect(")")
            return
        function = self._operand()
        if not self._compared():
            if function not in _CONDITIONS:
                raise self._misplaced(function) if function else self._syntax()
        elif function in _CONDITIONS:
            raise self._misplaced(function)

    def _misplaced(self, function: str) -> AwsError:
        return self.error(f"The function is not allowed to be used this way in an expression; function: {function}")

    def _compared(self) -> bool:
        """Parse the comparison after an operand, if there is one."""
        if self._skip(*_COMPARATORS):
            self._operand()
        elif self._skip("BETWEEN"):
            self._operand()
            self._expect("AND")
            self._operand()
        elif self._skip("IN"):
            self._expect("(")
            self._listed(self._operand)
            self._expect(")")
        else:
            return False
        return True

    def _operand(self) -> str:
        """Parse a value, path or function. Return the name of the function."""
        if self._peek().startswith(":"):
            self._value()
            return ""
        if self._peek(1) != "(" or self._peek().upper() in _OPERATORS or not _WORD.fullmatch(self._peek()):
            self._path()
            return ""
        name = self._take()
        self._at += 1
        self._called.append((name, self._listed(self._operand)))
        self._expect(")")
        return name

    def _value(self) -> None:
        if not re.fullmatch(r":\w+", self._peek()):
            raise self._syntax()
        self.used.append(self._take())

    def _path(self) -> None:
        path = [self._name()]
        while self._next_is(".", "["):
            if self._take() == ".":
                path.append(self._name())
                continue
            if not self._peek().isdecimal():
                raise self._syntax()
            path[-1] += f"[{self._take()}]"
            self._expect("]")
        self.paths.append(path)

    def _name(self) -> str:
        name = self._peek()
        if not _WORD.fullmatch(name) or (self.kind[0] not in "UP" and name.upper() in _OPERATORS):
            raise self._syntax()
        (self.used if name.startswith("#") else self._plain).append(name)
        self._at += 1
        return self._names.get(name, name)

    def _projection(self) -> None:
        self._listed(self._path)

    def _update(self) -> None:
        sections = {"SET": self._assignment, "REMOVE": self._path, "ADD": self._pair, "DELETE": self._pair}
        if self._peek().upper() not in sections:
            raise self._syntax()
        while self._peek().upper() in sections:
            self._listed(sections[self._take().upper()])

    def _pair(self) -> None:
        self._path()
        self._value()

    def _assignment(self) -> None:
        self._path()
        self._expect("=")
        self._sum()

    def _sum(self) -> None:
        self._term()
        if self._skip("+", "-"):
            self._term()

    def _term(self) -> None:
        if not self._skip("("):
            self._operand()
            return
        self._sum()
        self._expect(")")


def check_expressions(params: Mapping[str, Any], kinds: tuple[str, ...]) -> None:
    """Refuse the expressions of a request, and names and values that none of them uses."""
    names, values = params.get("ExpressionAttributeNames"), params.get("ExpressionAttributeValues")
    used = {
        name
        for kind in kinds
        if params.get(kind) is not None
        for name in Expression(kind, params[kind], names or {}, values or {}).used
    }
    for what, given in (("Names", names), ("Values", values)):
        unused = [name for name in given or {} if name not in used]
        if unused:
            text = f"Value provided in ExpressionAttribute{what} unused in expressions: keys: {{{', '.join(unused)}}}"
            raise invalid(text)


def check_placeholders(params: Mapping[str, Any], kinds: tuple[str, ...], older: tuple[str, ...]) -> None:
    """Refuse a mixture of expressions and older parameters, and names and values without an expression."""
    new, old = ([name for name in given if params.get(name) is not None] for given in (kinds, older))
    if new and old:
        raise invalid(
            "Can not use both expression and non-expression parameters in the same request: "
            f"Non-expression parameters: {{{', '.join(old)}}} Expression parameters: {{{', '.join(new)}}}"
        )
    with_values = [kind for kind in kinds if kind != "ProjectionExpression"]
    for what, sign, allowed in (("Names", "#", kinds), ("Values", ":", with_values)):
        _check_given(f"ExpressionAttribute{what}", sign, params, list(allowed))


def _check_given(name: str, sign: str, params: Mapping[str, Any], kinds: list[str]) -> None:
    given = params.get(name)
    if given is None:
        return
    if all(params.get(kind) is None for kind in kinds):
        absent = f": {' and '.join(kinds)} {'is' if len(kinds) == 1 else 'are'} null" if sign == ":" else ""
        raise invalid(f"{name} can only be specified when using expressions{absent}")
    if not given:
        raise invalid(f"{name} must not be empty")
    for key in given:
        if not re.fullmatch(rf"{sign}\w+", key):
            raise invalid(f'{name} contains invalid key: Syntax error; key: "{key}"')


class Projection:
    """A projection expression for moto, whose own class does not know elements of lists behind placeholders."""

    def __init__(self, text: str | None, names: Names | None) -> None:
        self._parsed = Expression("ProjectionExpression", text, names or {}, {}) if text else None
        self.expr_attr_names_found = self._parsed.used if self._parsed else []

    def parse(self) -> list[list[str]]:
        """Return the paths. Refuse those that overlap."""
        paths = self._parsed.paths if self._parsed else []
        for number, path in enumerate(paths):
            for other in paths[:number]:
                if self._parsed and path[: len(other)] == other[: len(path)]:
                    raise self._parsed.error(
                        "Two document paths overlap with each other; must remove or rewrite one of these paths; "
                        f"path one: [{', '.join(other)}], path two: [{', '.join(path)}]"
                    )
        return paths
