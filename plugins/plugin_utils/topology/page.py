# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The topology page: a plan document, with the fields of the resources, as one HTML file."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.mtk.backend.plugins.plugin_utils import summary
from ansible_collections.mtk.backend.plugins.plugin_utils.topology import access, changes, overview, ranges
from ansible_collections.mtk.backend.plugins.plugin_utils.topology.elements import Child, element
from ansible_collections.mtk.backend.plugins.plugin_utils.topology.estate import Estate, States, estate
from ansible_collections.mtk.backend.plugins.plugin_utils.topology.regions import regions as region_cards
from ansible_collections.mtk.backend.plugins.plugin_utils.topology.signs import badge, counts, section, sign
from ansible_collections.mtk.backend.plugins.plugin_utils.topology.style import STYLE
from markupsafe import Markup

Document = Mapping[str, Any]
_MENU = (
    ("decisions", "Decisions"),
    ("overview", "Overview"),
    ("changes", "Changes"),
    ("drift", "Differences"),
    ("regions", "Regions"),
    ("addresses", "Addresses"),
    ("access", "Access"),
    ("other", "Other"),
    ("resources", "All resources"),
)


def of_run(
    document: Document,
    states: States,
    *,
    regions: Iterable[str] = (),
    unmanaged: Iterable[Mapping[str, Any]] = (),
    denied: Iterable[str] = (),
) -> str:
    """Return the page of a run that has read AWS.

    ``states`` are the fields of the resources. ``unmanaged`` and ``denied`` are as for the drift report: what no task
    manages, and the regions that the credentials may not list.
    """
    source = "Read from AWS. Resources are shown as they would be after an apply."
    return _page(document, estate(document, states, regions), source, unmanaged, denied)


def of_plan(document: Document) -> str:
    """Return the page of a saved plan."""
    unchanged = sum(1 for each in document["resources"] if each["action"] == "none")
    source = "From a saved plan; AWS was not asked."
    if unchanged:
        source += f" A plan holds the names and ids of unchanged resources ({unchanged}), and not their settings."
    return _page(document, estate(document, {}), source, (), ())


def _page(
    document: Document, found: Estate, source: str, unmanaged: Iterable[Mapping[str, Any]], denied: Iterable[str]
) -> str:
    mode = document["mode"]
    parts = {
        "decisions": changes.decisions(document),
        "overview": overview.overview(found) if found.regions else None,
        "changes": changes.changes(document, found.regions),
        "drift": changes.observed(document, unmanaged, denied),
        "regions": region_cards(found, mode),
        "addresses": ranges.address_map(found, mode),
        "access": access.access(found, mode),
        "other": _other(found, mode),
        "resources": changes.resources(document, found),
    }
    links = [element("a", title, href=f"#{name}") for name, title in _MENU if parts[name]]
    main = element("main", changes.problems(document), parts.values())
    body = element("body", _header(document, source), element("nav", links, aria_label="Sections"), main, _legend(mode))
    page = element("html", _head(str(document["environment"])), body, lang="en")
    return f"<!DOCTYPE html>\n{page}\n"


def _head(environment: str) -> Child:
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=policy),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("meta", name="referrer", content="no-referrer"),
        element("title", f"Topology of {environment}"),
        element("style", Markup(STYLE)),  # noqa: S704 (a constant)
    )


def _header(document: Document, source: str) -> Child:
    account, time = document.get("account"), document.get("created_at")
    known = [f"Account {account}" if account else None, f"Plan of {time}" if time else None, source]
    return element(
        "header",
        element("h1", str(document["environment"]) or "No environment", element("span", "topology", class_="role")),
        element("p", element("strong", summary.title(document))),
        element("p", counts(document["resources"], document["mode"])),
        element("p", " \N{MIDDLE DOT} ".join(filter(None, known)), class_="quiet"),
    )


def _other(found: Estate, mode: str) -> Child:
    """Return the resources that no other section shows, such as those of other collections."""
    items = [each for each in found.items if each.place == "other"]
    rows = [
        element("li", f"{i.region} ", badge(i.action, mode), element("span", i.resource, class_="type"), f" {i.name}")
        for i in items
    ]
    return section("Other resources", element("ul", rows, class_="plain"), id="other") if rows else None


def _legend(mode: str) -> Child:
    signs = [(badge(action, mode), words) for action, words in summary.WORDS[mode].items() if sign(action)]
    found = [element("li", mark, " ", words) for mark, words in signs]
    found.append(element("li", element("span", "*", class_="b seen"), " differs, and an apply leaves it alone"))
    words = "No sign: unchanged. (known after apply): AWS decides the value."
    return element("footer", element("ul", found, class_="chips", aria_label="Signs"), element("p", words))
