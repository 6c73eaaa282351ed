"""Comparisons and sums of values by their types, which moto compares as Python values."""

from __future__ import annotations

from decimal import Context, Decimal
from typing import Any

from moto.dynamodb import comparisons as moto
from moto.dynamodb import responses
from moto.dynamodb.exceptions import IncorrectDataType
from moto.dynamodb.models.dynamo_type import DynamoType

from .expressions import Projection
from .values import number

_SUMS = Context(prec=38)


def _same(item: Any, *operands: Any) -> bool:
    """Return whether all operands exist in the item and have one type."""
    kinds = {operand.get_type(item) for operand in operands}
    return len(kinds) == 1 and None not in kinds


def _typed(comparator: type[Any]) -> type[Any]:
    """Return a comparator of moto's that is false for values of different types."""

    def expr(self: Any, item: Any) -> bool:
        return _same(item, self.lhs, self.rhs) and bool(comparator.expr(self, item))

    return type(comparator.__name__, (comparator,), {"expr": expr})


class _NotEqual(moto.OpNotEqual):
    def expr(self, item: Any) -> bool:
        return not _same(item, self.lhs, self.rhs) or bool(super().expr(item))


class _BeginsWith(moto.FuncBeginsWith):
    def expr(self, item: Any) -> bool:
        if not _same(item, self.attr, self.substr) or self.attr.get_type(item) not in ("S", "B"):
            return False
        return bool(self.attr.expr(item).startswith(self.substr.expr(item)))


class _Between(moto.FuncBetween):
    def expr(self, item: Any) -> bool:
        return _same(item, self.attr, self.start, self.end) and super().expr(item)


class _In(moto.FuncIn):
    def expr(self, item: Any) -> bool:
        value = self.attr.expr(item)
        return any(_same(item, self.attr, option) and value == option.expr(item) for option in self.possible_values)


class _Size(moto.FuncSize):
    def get_type(self, item: Any) -> str | None:
        """Return the type of a size; None for an attribute without one."""
        return "N" if self.attr.get_type(item) in ("S", "SS", "NS", "B", "BS", "L", "M") else None

    def expr(self, item: Any) -> Any:
        value = self.attr.expr(item) if self.get_type(item) else None
        return len(value.encode("utf-16-le")) // 2 if isinstance(value, str) else None if value is None else len(value)


def _sum(sign: int) -> Any:
    def add(self: DynamoType, other: DynamoType) -> DynamoType:
        if not (self.is_number() and other.is_number()):
            raise IncorrectDataType()
        return DynamoType({"N": number(_SUMS.add(Decimal(self.value), sign * Decimal(other.value)))})

    return add


def adapt() -> None:
    """Replace moto's comparisons, sums and projections."""
    for name, comparator in list(moto.COMPARATOR_CLASS.items()):
        moto.COMPARATOR_CLASS[name] = _typed(comparator)
    moto.COMPARATOR_CLASS["<>"] = _NotEqual
    moto.FUNC_CLASS.update(begins_with=_BeginsWith, size=_Size)
    moto.FuncBetween, moto.FuncIn = _Between, _In
    DynamoType.__add__, DynamoType.__sub__ = _sum(1), _sum(-1)
    responses.ProjectionExpressionParser = Projection
