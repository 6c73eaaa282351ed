"""What is printed: ratios of one run, and each bar beside its figure."""

from __future__ import annotations

import statistics
from dataclasses import dataclass

from common import Round


@dataclass(frozen=True)
class Bar:
    """What a figure has to reach, and whether it does. A bar that does not hold ends no run."""

    limit: float
    at_least: bool = False

    def beside(self, figure: float) -> str:
        holds = figure >= self.limit if self.at_least else figure <= self.limit
        return f"bar {'>=' if self.at_least else '<='} {self.limit:g}: {'holds' if holds else 'DOES NOT HOLD'}"


BARS = {
    "no-op / R": Bar(2.5),
    "check / no-op": Bar(1.10),
    "create / no-op": Bar(3.0),
    "A / no-op": Bar(15, at_least=True),
    "6 regions / 3 regions": Bar(2.2),
    "90 subnets / 9 subnets": Bar(3),
    "30 pools / 3 pools": Bar(3),
    "20 tables / 1 tables": Bar(3),
    "apply / critical path": Bar(1.10),
}


def ratio(rounds: list[Round], name: str, base: str, what: int = 0) -> float:
    """The median of the rounds' ratios: of the wall (0), of the CPU (1) or of memory (2)."""
    return statistics.median(one[name][what] / one[base][what] for one in rounds)


def table(title: str, rounds: list[Round], base: str) -> None:
    """All candidates of some rounds beside one of them."""
    print(f"\n{title} (n = {len(rounds)})")
    for name in rounds[0]:
        seconds, memory = (statistics.median(one[name][i] for one in rounds) for i in (0, 2))
        wall, cpu = ratio(rounds, name, base), ratio(rounds, name, base, 1)
        print(f"  {name:22} {wall:6.2f} x {base}   CPU {cpu:6.2f} x   ({seconds:.2f} s, {memory:.0f} MB)")


def figure(name: str, value: float) -> None:
    """One figure, and its bar if it has one."""
    bar = BARS.get(name)
    print(f"  {name + ':':26} {value:6.2f}   {bar.beside(value) if bar else ''}".rstrip(), flush=True)
