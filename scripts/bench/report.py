"""The printed ratios of a run, with their bars."""

from __future__ import annotations

import statistics
from dataclasses import dataclass

from common import Round


@dataclass(frozen=True)
class Bar:
    """The limit of a figure. A missed bar does not stop the benchmark."""

    limit: float
    at_least: bool = False

    def beside(self, figure: float) -> str:
        holds = figure >= self.limit if self.at_least else figure <= self.limit
        return f"bar {'>=' if self.at_least else '<='} {self.limit:g}: {'met' if holds else 'MISSED'}"


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
    """Return the median of the rounds' ratios of wall time (0), CPU time (1) or memory (2)."""
    return statistics.median(found[name][what] / found[base][what] for found in rounds)


def table(title: str, rounds: list[Round], base: str) -> None:
    """Print all candidates as ratios to one of them."""
    print(f"\n{title} (n = {len(rounds)})")
    for name in rounds[0]:
        seconds, memory = (statistics.median(found[name][i] for found in rounds) for i in (0, 2))
        wall, cpu = ratio(rounds, name, base), ratio(rounds, name, base, 1)
        print(f"  {name:22} {wall:6.2f} x {base}   CPU {cpu:6.2f} x   ({seconds:.2f} s, {memory:.0f} MB)")


def figure(name: str, value: float) -> None:
    """Print a figure with its bar, if any."""
    bar = BARS.get(name)
    print(f"  {name + ':':26} {value:6.2f}   {bar.beside(value) if bar else ''}".rstrip(), flush=True)
