# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""HTML as text. Every text and every attribute is escaped, because names come from tags that anybody may write."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Union

from markupsafe import Markup, escape

Child = Union[str, Markup, None, Iterable["Child"]]
_VOID = ("meta", "br")
# HTML has no such characters, and a lone surrogate cannot be written to a file.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def element(tag: str, *children: Child, **attributes: Any) -> Markup:
    """Return an element. A trailing or inner ``_`` of an attribute is dropped or becomes ``-``.

    >>> element("td", "a < b", class_="cell", data_tier="public")
    Markup('<td class="cell" data-tier="public">a &lt; b</td>')
    """
    given = "".join(_attribute(key, value) for key, value in attributes.items())
    start = Markup(f"<{tag}{given}>")  # noqa: S704 (the attributes are escaped)
    return start if tag in _VOID else start + join(children) + Markup(f"</{tag}>")  # noqa: S704


def join(children: Iterable[Child], separator: str = "") -> Markup:
    """Return children one after the other; nested ones too, without those that are None."""
    return Markup(separator).join(_flat(children))  # noqa: S704 (a separator is a constant)


def _flat(children: Iterable[Child]) -> Iterable[Markup]:
    for child in children:
        if isinstance(child, str):
            yield child if isinstance(child, Markup) else escape(clean(child))
        elif child is not None:
            yield from _flat(child)


def _attribute(key: str, value: Any) -> str:
    name = key.rstrip("_").replace("_", "-")
    if value is None or value is False:
        return ""
    return f" {name}" if value is True else f' {name}="{escape(clean(str(value)))}"'


def clean(text: str) -> str:
    """Return a text without characters that HTML does not have."""
    return _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)
