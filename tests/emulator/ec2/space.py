"""Address arithmetic for the search of free blocks."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Network


def first_fit(space: Iterable[IPv4Network], taken: Iterable[IPv4Network], length: int) -> IPv4Network | None:
    """Return the lowest aligned block of ``length`` inside ``space`` that overlaps none of ``taken``."""
    used = sorted(taken, key=_start)
    for outer in sorted(space):
        found = _fit(outer, used, length)
        if found:
            return found
    return None


def _start(cidr: IPv4Network) -> int:
    return int(cidr.network_address)


def _fit(outer: IPv4Network, used: list[IPv4Network], length: int) -> IPv4Network | None:
    if length < outer.prefixlen:
        return None
    size, start = 1 << (32 - length), _start(outer)
    for other in used:
        last = int(other.broadcast_address)
        if start + size <= _start(other):
            break
        if last >= start:
            start = (last // size + 1) * size
    return IPv4Network((start, length)) if start + size - 1 <= int(outer.broadcast_address) else None


def inside(cidr: IPv4Network, space: Iterable[IPv4Network]) -> bool:
    """Return whether a block of ``space`` contains all of ``cidr``."""
    return any(cidr.subnet_of(outer) for outer in space)


def overlaps_any(cidr: IPv4Network, taken: Iterable[IPv4Network]) -> bool:
    """Return whether ``cidr`` overlaps any of ``taken``."""
    return any(cidr.overlaps(other) for other in taken)


def common(space: Iterable[IPv4Network], allowed: Iterable[IPv4Network]) -> list[IPv4Network]:
    """Return the parts of ``space`` that lie in ``allowed``."""
    wanted = list(allowed)
    smaller = [s if s.subnet_of(a) else a for s in space for a in wanted if s.overlaps(a)]
    return sorted(set(smaller))
