"""Each module of the tables checks, applies, changes and deletes its resource.

A module that does something else for a reason of its own is listed with that reason. Everything else is a fault of the
local AWS.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from .beats import AGAIN, APPLY, CHANGE, CHECK, CHECK_AGAIN, DELETE, EXPECTED, GONE, Run, filled, outcome
from .data import DATA
from .kinds import Kind, Parameters
from .network import NETWORK
from .site import Site

KINDS: tuple[Kind, ...] = (*NETWORK, *DATA)


def _steps(kind: Kind) -> Iterator[tuple[str, Parameters]]:
    """Yield each beat with its parameters."""
    for beat in (CHECK, APPLY, AGAIN, CHECK_AGAIN):
        yield beat, kind.create
    if kind.change:
        yield CHANGE, {**kind.create, **kind.change}
    for beat in (DELETE, GONE):
        yield beat, {**kind.delete, **kind.absent}


def _info_faults(kind: Kind, run: Run, site: Site, made: dict[str, Any]) -> Iterator[str]:
    for info in kind.infos:
        read = run(info.module, **filled(info.parameters, site=site, made=made))
        if read.get("failed") or not read.get(info.key):
            yield f"{info.module}: {read.get('msg') or f'{info.key} is empty'}"


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_beats(aws: Any, run: Run, site: Site, kind: Kind) -> None:
    made: dict[str, Any] = {}
    found: list[str] = []
    for beat, template in _steps(kind):
        parameters = filled(template, site=site, made=made)
        before = len(aws.control.calls(mutating=True))
        result = run(kind.module, check=beat in (CHECK, CHECK_AGAIN), **parameters)
        made = result if beat == APPLY else made
        writes = [call["operation"] for call in aws.control.calls(mutating=True)[before:]]
        done = outcome(beat, result, writes)
        expected = kind.deviations[beat][0] if beat in kind.deviations else f"{EXPECTED[beat]}$"
        if not re.match(expected, done):
            found.append(f"{beat}: {done}")
            if beat == APPLY:
                break
        if beat == AGAIN:
            found.extend(_info_faults(kind, run, site, made))
    assert not found, "\n".join(found)
