"""Address arithmetic: which block of a given size is free."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Network


def first_fit(space: Iterable[IPv4Network], taken: Iterable[IPv4Network], length: int) -> IPv4Network | None:
    """The lowest aligned block of ``length`` inside ``space`` that meets none of ``taken``."""
    used = sorted(taken)
    for outer in sorted(space):
        found = _fit(outer, [u for u in used if u.overlaps(outer)], length)
        if found:
            return found
    return None


def _fit(outer: IPv4Network, used: list[IPv4Network], length: int) -> IPv4Network | None:
    if length < outer.prefixlen:
        return None
    size = 1 << (32 - length)
    start, end = int(outer.network_address), int(outer.broadcast_address)
    while start + size - 1 <= end:
        candidate = IPv4Network((start, length))
        met = [int(u.broadcast_address) for u in used if u.overlaps(candidate)]
        if not met:
            return candidate
        start = (max(met) // size + 1) * size
    return None


def inside(cidr: IPv4Network, space: Iterable[IPv4Network]) -> bool:
    """Whether one block of ``space`` holds all of ``cidr``."""
    return any(cidr.subnet_of(outer) for outer in space)


def meets(cidr: IPv4Network, taken: Iterable[IPv4Network]) -> bool:
    """Whether ``cidr`` overlaps any of ``taken``."""
    return any(cidr.overlaps(other) for other in taken)


def common(space: Iterable[IPv4Network], allowed: Iterable[IPv4Network]) -> list[IPv4Network]:
    """The parts of ``space`` that lie in ``allowed``."""
    wanted = list(allowed)
    smaller = [s if s.subnet_of(a) else a for s in space for a in wanted if s.overlaps(a)]
    return sorted(set(smaller))
