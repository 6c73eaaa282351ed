# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The end of a run on one screen: what is to be done, or what was done, by region and resource."""

from __future__ import annotations

import os
import re
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any

from ansible_collections.mtk.backend.plugins.module_utils import _planned

SIGNS = {"create": ("+", "green"), "update": ("~", "yellow"), "refuse": ("!", "purple"), "delete": ("-", "red")}
WORDS = {
    "plan": {"create": "to create", "update": "to change", "refuse": "to decide", "delete": "to delete"},
    "apply": {"create": "created", "update": "changed", "refuse": "refused", "delete": "deleted"},
}
NOTHING = {"plan": "nothing to change", "apply": "nothing was to change"}
WIDTH = 120
Paint = Callable[[str, str], str]


def lines(document: Mapping[str, Any], paint: Paint = lambda text, colour: text) -> Iterator[str]:
    """The summary of a plan document. ``paint`` colours a text."""
    mode, touched = document["mode"], [one for one in document["resources"] if one["action"] != "none"]
    for region, entries in groupby(touched, key=lambda one: one["region"]):
        yield f"  {region}"
        yield from _region(list(entries), mode, paint)
    for error in document["errors"]:
        yield from _block(f"    {paint('x', 'red')} {error['host']}, {error['task']}: ", error["message"], 6)
    yield title(document)


def title(document: Mapping[str, Any]) -> str:
    """The last line: how many of each."""
    number, words = document["counts"], WORDS[document["mode"]]
    told = [f"{number[action]} {word}" for action, word in words.items() if number[action] or action == "create"]
    head = "Plan" if document["mode"] == "plan" else "Applied"
    environment = f" of {document['environment']}" if document["environment"] else ""
    body = ", ".join(told) if document["changes"] else NOTHING[document["mode"]]
    note = "" if document["complete"] else ". INCOMPLETE: what comes after a failed task is not in it"
    return f"{head}{environment}: {body}; {number['none']} as they shall be{note}."


def _region(entries: list[dict[str, Any]], mode: str, paint: Paint) -> Iterator[str]:
    width = max(len(one["resource"]) for one in entries)
    for (resource, action), found in groupby(entries, key=lambda one: (one["resource"], one["action"])):
        group = list(found)
        sign, colour = SIGNS[action]
        head = f"    {paint(sign, colour)} {resource:{width}}  "
        if action in ("create", "delete"):
            names = together([one["name"] for one in group])
            yield from _block(head, f"{names}{_times(group, mode)}", width + 8)
        else:
            for one in group:
                yield from _block(head, f"{one['name']}{_times([one], mode)}", width + 8)
                yield from _details(one, width + 8)


def together(names: list[str]) -> str:
    """Names on as little room as they can be read on: ``3: prod_{a, b, c}_subnet``."""
    if len(names) == 1:
        return names[0]
    begin = _whole_words(os.path.commonprefix(names))
    rest = [name[len(begin) :] for name in names]
    end = _whole_words(os.path.commonprefix([one[::-1] for one in rest]))[::-1]
    middle = ", ".join(one[: len(one) - len(end)] for one in rest)
    return f"{len(names)}: {begin}{{{middle}}}{end}" if begin or end else f"{len(names)}: {middle}"


def _whole_words(text: str) -> str:
    """As much of a text as ends with a separator."""
    return re.sub(r"[^_/ ]*$", "", text)


def _details(one: Mapping[str, Any], indent: int) -> Iterator[str]:
    if one.get("reason"):
        yield from _block(" " * indent, one["reason"], indent)
    for difference in _planned.differences(one):
        yield from _block(" " * indent, _planned.words(difference).replace(" -> ", " → "), indent + 2)


def _times(group: Iterable[Mapping[str, Any]], mode: str) -> str:
    """How long AWS usually takes, or how long it took, where that is worth a word."""
    name, verb = ("usual_seconds", "AWS takes about") if mode == "plan" else ("seconds", "took")
    longest = max(one.get(name) or 0 for one in group)
    return f" ({verb} {duration(longest)})" if longest >= 1 else ""


def duration(seconds: float) -> str:
    """Seconds as a person says them."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if rest else f"{minutes} min"


def _block(head: str, body: str, indent: int) -> list[str]:
    """Text behind a head, broken to the width of a page."""
    first, rest = " " * min(len(head), WIDTH // 2), " " * indent
    options = {"break_long_words": False, "break_on_hyphens": False}
    broken = textwrap.wrap(body, WIDTH, initial_indent=first, subsequent_indent=rest, **options) or [""]
    return [head + broken[0].lstrip(), *broken[1:]]
