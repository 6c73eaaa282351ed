# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The summary at the end of a run: what is to do, or what was done, by region and resource."""

from __future__ import annotations

import os
import re
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any

from ansible_collections.mtk.backend.plugins.module_utils.domain._settings_run import consents
from ansible_collections.mtk.backend.plugins.module_utils.domain._values import CONSENTS
from ansible_collections.mtk.backend.plugins.module_utils.engine import _document

SIGNS = {
    "create": ("+", "green"),
    "update": ("~", "yellow"),
    "replace": ("-/+", "red"),
    "refuse": ("!", "purple"),
    "delete": ("-", "red"),
    "keep": ("=", "blue"),
    "unknown": ("?", "purple"),
}
WORDS = {
    "plan": {
        "create": "to create",
        "update": "to change",
        "replace": "to replace",
        "refuse": "to decide",
        "delete": "to delete",
        "keep": "to keep",
        "unknown": "that cannot be planned",
    },
    "apply": {
        "create": "created",
        "update": "changed",
        "replace": "replaced",
        "refuse": "refused",
        "delete": "deleted",
        "keep": "kept",
        "unknown": "not run",
    },
}
_TITLES = {
    ("apply", "plan"): "Plan",
    ("apply", "apply"): "Apply",
    ("destroy", "plan"): "Plan of the deletion",
    ("destroy", "apply"): "Deletion",
}
LOUD = ("foreign", "decision")  # the owners of observations that a plan shows
WIDTH = 120
Paint = Callable[[str, str], str]


def lines(
    document: Mapping[str, Any],
    paint: Paint = lambda text, colour: text,
    how_to_apply: str = "",
    seconds: float = 0,
    messages: bool = True,
) -> Iterator[str]:
    """Return the summary of a plan document.

    ``paint`` colours a text. ``how_to_apply`` says how to apply a plan; ``seconds`` is the time of the run.
    ``messages`` is False if the output above contains the messages of the failed tasks.
    """
    changes = [entry for entry in document["resources"] if entry["action"] != "none"]
    for region, entries in groupby(changes, key=lambda entry: entry["region"]):
        yield f"  {region}"
        yield from _region(list(entries), document["mode"], paint)
    yield from _observed(document["resources"], paint)
    yield from _left(document)
    for error in document["errors"]:
        failed = f"    {paint('x', 'red')} {error['host']}, {error['task']}"
        yield from _block(f"{failed}: ", error["message"], 6) if messages else [failed]
    for note in document["notes"]:
        yield from _block("Note: ", note, 2)
    yield title(document, seconds)
    yield from next_step(document, how_to_apply)


def _observed(entries: Iterable[Mapping[str, Any]], paint: Paint) -> Iterator[str]:
    """Yield what others added to the resources, and what somebody has to look after. No plan changes it."""
    for entry in entries:
        for seen in entry.get("observations", []):
            if seen["owner"] in LOUD:
                prefix = f"    {paint('*', 'purple')} {entry['region']}  {entry['resource']}  "
                found = _document.text(seen["found"])
                yield from _block(prefix, f"{entry['name']}: {seen['field']} has {found}: {seen['reason']}", 6)


def unused(document: Mapping[str, Any], given: Mapping[str, Any]) -> Iterator[str]:
    """Return a line for each consent of the extra variables ``given`` that names no resource of a complete run."""
    for variable in CONSENTS if document["complete"] else ():
        for consent in consents(given.get(variable)):
            kind, name = consent.split(":", 1)
            if (kind, name) not in {(entry["resource"], entry["name"]) for entry in document["resources"]}:
                yield f"{variable} names {consent}, and this run has no such resource. Write it as the plan names it."


def title(document: Mapping[str, Any], seconds: float = 0) -> str:
    """Return the line of counts: ``Plan of dev: 39 to create, 1 to change, 2 unchanged.``"""
    counts, mode = document["counts"], document["mode"]
    destroys = document["purpose"] == "destroy"
    usual, rest = ("delete", "absent already") if destroys else ("create", "unchanged")
    parts = [f"{counts[action]} {word}" for action, word in WORDS[mode].items() if counts[action] or action == usual]
    body = ", ".join([*(parts if document["changes"] else ["no changes"]), f"{counts['none']} {rest}"])
    environment = f" of {document['environment']}" if document["environment"] else ""
    time = f" in {duration(seconds)}" if mode == "apply" and seconds >= 1 else ""
    name = _TITLES[document["purpose"], mode]
    return f"{name}{environment}: {body}{time}."


def next_step(document: Mapping[str, Any], how_to_apply: str = "") -> Iterator[str]:
    """Return the lines that say how to go on; none after a complete run without anything left to do."""
    planned = document["mode"] == "plan"
    if document["remaining"]:
        yield f"Not deleted yet: {len(document['remaining'])} of the planned resources."
        yield from _remaining(document["remaining"])
    if not document["complete"]:
        yield "Incomplete: a task failed, and the tasks after it did not run."
        verb = "make the plan again" if planned else "run the same command again; it continues where this run stopped"
        yield f"Next: correct the cause of the failure and {verb}."
    elif document["counts"]["refuse"]:
        yield "Next: decide what is marked with !; each entry says how to go on."
    elif planned and document["changes"] and how_to_apply:
        verb = "carry out" if document["purpose"] == "destroy" else "apply"
        yield f"Next: to {verb} this plan, {how_to_apply}"


def _remaining(entries: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for (region, resource), found in groupby(entries, key=lambda entry: (entry["region"], entry["resource"])):
        yield from _block(f"    {region}  {resource}  ", together([entry["name"] for entry in found]), 6)


def _left(document: Mapping[str, Any]) -> Iterator[str]:
    """Yield what a planned deletion leaves behind, and how to bring it back."""
    found = [left for entry in document["resources"] for left in entry.get("leaves", ())]
    if found and document["mode"] == "plan":
        yield "  Left behind"
    for left in found if document["mode"] == "plan" else ():
        until = f", until {left['until']}" if left["until"] else ", until you delete it"
        key = f". It can be read with the key {left['key']} only" if left["key"] else ""
        restore = f". To bring it back: {left['restore']}" if left["restore"] else ""
        yield from _block(f"      {left['region']}  {left['resource']}  ", f"{left['name']}{until}{key}{restore}", 8)


def _region(entries: list[dict[str, Any]], mode: str, paint: Paint) -> Iterator[str]:
    width = max(len(entry["resource"]) for entry in entries)
    for (resource, action), found in groupby(entries, key=lambda entry: (entry["resource"], entry["action"])):
        group = list(found)
        sign, colour = SIGNS[action]
        prefix = f"{' ' * (5 - len(sign))}{paint(sign, colour)} {resource:{width}}  "
        if action in ("create", "delete"):
            names = together([entry["name"] for entry in group])
            yield from _block(prefix, f"{names}{_times(group, mode)}", width + 8)
            for note in (note for entry in group if action == "delete" for note in entry.get("notes", ())):
                yield from _block(" " * (width + 8), note, width + 8)
        else:
            for entry in group:
                yield from _block(prefix, f"{entry['name']}{_times([entry], mode)}", width + 8)
                yield from _details(entry, width + 8)


def together(names: list[str]) -> str:
    """Return names in as little space as is readable.

    >>> together(["prod_a_subnet", "prod_b_subnet"])
    '2: prod_{a, b}_subnet'
    """
    if len(names) == 1:
        return names[0]
    begin = _whole_words(os.path.commonprefix(names))
    rest = [name.removeprefix(begin) for name in names]
    end = _whole_words(os.path.commonprefix([name[::-1] for name in rest]))[::-1]
    middle = ", ".join(name[: len(name) - len(end)] for name in rest)
    return f"{len(names)}: {begin}{{{middle}}}{end}" if begin or end else f"{len(names)}: {middle}"


def _whole_words(text: str) -> str:
    """Return the part of a text that ends with a separator."""
    return re.sub(r"[^_/ ]*$", "", text)


def _details(entry: Mapping[str, Any], indent: int) -> Iterator[str]:
    for line in (entry.get("reason") or "").splitlines():  # a command stays on one line, to be copied
        yield from [" " * indent + line] if line.startswith("aws ") else _block(" " * indent, line, indent)
    for difference in _document.differences(entry):
        yield from _block(" " * indent, _document.words(difference).replace(" -> ", " → "), indent + 2)
    for note in entry.get("notes", []):
        yield from _block(" " * indent, note, indent)


def _times(group: Iterable[Mapping[str, Any]], mode: str) -> str:
    """Return how long AWS usually takes, or how long it took; nothing below a second."""
    name, verb = ("usual_seconds", "AWS takes about") if mode == "plan" else ("seconds", "took")
    longest = max(entry.get(name) or 0 for entry in group)
    return f" ({verb} {duration(longest)})" if longest >= 1 else ""


def duration(seconds: float) -> str:
    """Return seconds in words: ``7 min 30 s``."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if rest else f"{minutes} min"


def wrapped(line: str) -> list[str]:
    """Return a line broken to the width of a page. A command stays on one line, so that it can be copied.

    >>> wrapped("    to delete it: aws ec2 delete-vpc")
    ['    to delete it: aws ec2 delete-vpc']
    """
    if re.search(r": (aws|ansible-playbook) ", line):
        return [line]
    indent = " " * (len(line) - len(line.lstrip()))
    return textwrap.wrap(line, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False) or [""]


def _block(prefix: str, body: str, indent: int) -> list[str]:
    """Return a text behind a prefix, broken to the width of a page."""
    first, rest = " " * min(len(prefix), WIDTH // 2), " " * indent
    wrapper = textwrap.TextWrapper(
        WIDTH, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    )
    whole = re.sub(r"(?<=-e) (?=\w+=)", "\0", body)  # an argument of the command line stays on one line
    broken = [line.replace("\0", " ") for line in wrapper.wrap(whole)] or [""]
    return [prefix + broken[0].lstrip(), *broken[1:]]
