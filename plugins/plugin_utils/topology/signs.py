# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Draw what several sections of the topology page share: the signs of a plan, values, and lists of facts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.mtk.backend.plugins.module_utils.domain._values import UNKNOWN
from ansible_collections.mtk.backend.plugins.module_utils.engine import _document
from ansible_collections.mtk.backend.plugins.plugin_utils.summary import SIGNS, WORDS
from ansible_collections.mtk.backend.plugins.plugin_utils.topology.elements import Child, element
from ansible_collections.mtk.backend.plugins.plugin_utils.topology.estate import Item

MINUS = "\N{MINUS SIGN}"
_SHOWN = {"-": MINUS, "-/+": f"{MINUS}/+"}
LONGEST = 2000  # characters of a value


def sign(action: str) -> str:
    """Return the sign of an action as the page shows it; empty for an unchanged resource."""
    found = SIGNS.get(action, ("", ""))[0]
    return _SHOWN.get(found, found)


def badge(action: str, mode: str = "plan", count: int | None = None) -> Child:
    """Return the sign of an action with its meaning for screen readers; None for an unchanged resource."""
    if action not in SIGNS:
        return None
    word = WORDS[mode][action]
    if count is None:
        hidden = element("span", f" {word} ", class_="sr")
        return element(
            "span", element("span", sign(action), aria_hidden="true"), hidden, class_=f"b {action}", title=word
        )
    return element("span", f"{sign(action)} {count} {word}", class_=f"b {action}")


def value(found: Any) -> Child:
    """Return a value as text: JSON on one line, and the words for a value that AWS decides apart from others."""
    if found is None:
        return element("span", "none", class_="quiet")
    if found == UNKNOWN:
        return element("em", UNKNOWN)
    text = found if isinstance(found, str) else _document.text(found)
    return element("code", text if len(text) <= LONGEST else f"{text[:LONGEST]} ... ({len(text)} characters)")


def address(item: Item, field: str, mask: str = "") -> Child:
    """Return a CIDR block; if AWS decides it during the apply, its size, if that is known, and these words."""
    found = item.known(field)
    if found:
        return element("code", found)
    if item.text(field) != UNKNOWN:
        return element("span", "not in this plan", class_="quiet")
    size = f"/{item.known(mask)} " if mask and item.known(mask) else ""
    return [size, element("em", UNKNOWN)]


def facts(rows: Iterable[tuple[str, Child]]) -> Child:
    """Return names with their values, without those that have none."""
    shown = [(name, found) for name, found in rows if found]
    return element(
        "dl",
        [element("div", element("dt", name), element("dd", found)) for name, found in shown],
    )


def named(item: Item, mode: str, *more: Child) -> Child:
    """Return the name of a resource with its sign."""
    return [badge(item.action, mode), element("span", item.name, class_="name"), [[" ", each] for each in more if each]]


def counts(entries: Iterable[Mapping[str, Any]], mode: str) -> Child:
    """Return a sign with a number for each action that changes something."""
    number = _document.counts(entries)
    return [badge(action, mode, number[action]) for action in SIGNS if number[action]]


def wide(table: Child, label: str) -> Child:
    """Return a table that scrolls by itself if it is wider than the page."""
    return element("div", table, class_="wide", tabindex="0", role="region", aria_label=label)


def section(title: str, *children: Child, id: str) -> Child:
    """Return a section with a heading to which the page's menu leads."""
    return element("section", element("h2", title, id=f"{id}-title"), children, id=id, aria_labelledby=f"{id}-title")
