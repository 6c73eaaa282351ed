# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Draw what the plan changes, what needs a decision, and what differs without being changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from ansible_collections.mtk.backend.plugins.module_utils.engine import _document
from ansible_collections.mtk.backend.plugins.plugin_utils import drift
from ansible_collections.mtk.backend.plugins.plugin_utils.summary import duration
from ansible_collections.mtk.backend.plugins.plugin_utils.topology.elements import Child, element
from ansible_collections.mtk.backend.plugins.plugin_utils.topology.estate import Estate
from ansible_collections.mtk.backend.plugins.plugin_utils.topology.signs import badge, counts, section, value, wide

_MANY = 12  # changes of a region that are shown without being unfolded
Entry = Mapping[str, Any]


def decisions(document: Mapping[str, Any]) -> Child:
    """Return what somebody has to decide, in full; None if there is nothing to decide."""
    found = [each for each in document["resources"] if each["action"] == "refuse"]
    if not found:
        return None
    return section(
        "Decisions", element("ul", [_row(each, document["mode"]) for each in found], class_="rows"), id="decisions"
    )


def changes(document: Mapping[str, Any], regions: Sequence[str]) -> Child:
    """Return what changes, by region in the order of ``regions``."""
    mode = document["mode"]
    found = [each for each in document["resources"] if each["action"] not in ("none", "refuse")]
    if not found:
        words = "The plan changes nothing." if mode == "plan" else "The run has changed nothing."
        return section("Changes", element("p", words), id="changes")
    parts = []
    for region, entries in _by_region(found, regions):
        summary = element("summary", element("h3", region), " ", counts(entries, mode))
        rows = element("ul", [_row(each, mode) for each in entries], class_="rows")
        parts.append(element("details", summary, rows, open=len(entries) <= _MANY))
    return section("Changes", parts, id="changes")


def _row(entry: Entry, mode: str) -> Child:
    details = [
        [_difference(each) for each in entry["differences"]],
        element("p", str(entry["reason"])) if entry.get("reason") else None,
        [element("p", str(note)) for note in entry.get("notes", ())],
        [_leaves(each) for each in entry.get("leaves", ())],
    ]
    usual = entry.get("usual_seconds")
    time = element("span", f" AWS takes about {duration(usual)}", class_="quiet") if usual and mode == "plan" else None
    region = element("span", f"{entry['region']} ", class_="quiet") if entry["action"] == "refuse" else None
    kind = element("span", str(entry["resource"]), class_="type")
    head = element(
        "div", badge(entry["action"], mode), region, kind, " ", element("span", str(entry["name"]), class_="name"), time
    )
    return element("li", head, details)


def _difference(difference: Mapping[str, Any]) -> Child:
    field, key, before, after = (difference[name] for name in ("field", "key", "before", "after"))
    if key in ("-", "+"):
        word = element("del", value(before)) if key == "-" else element("ins", value(after))
        return element("div", f"{field}: {'removed' if key == '-' else 'added'} ", word, class_="difference")
    old, new = element("del", value(before)), element("ins", value(after))
    name = f"{field}.{key}" if key else str(field)
    return element("div", f"{name}: ", old, " \N{RIGHTWARDS ARROW} ", new, class_="difference")


def _leaves(left: Mapping[str, Any]) -> Child:
    until = f" until {left['until']}" if left["until"] else ""
    words = f"Leaves {left['resource']} {left['name']} in {left['region']}{until}. "
    return element(
        "p", words, ["To bring it back: ", element("code", str(left["restore"]))] if left["restore"] else None
    )


def observed(document: Mapping[str, Any], unmanaged: Iterable[Entry], denied: Iterable[str]) -> Child:
    """Return the differences that no apply repairs: what others added, what AWS changed, what waits for AWS.

    ``unmanaged`` and ``denied`` are as for the drift report.
    """
    seen = [{**each, "action": "none", "differences": []} for each in document["resources"]]
    report = drift.report({**document, "resources": seen}, unmanaged, denied)
    groups = []
    for owner, items in groupby(report["items"], key=lambda item: str(item["owner"])):
        rows = element("ul", [_seen(item) for item in items], class_="rows")
        groups.append([element("h3", owner.capitalize()), element("p", f"{drift.OWNERS[owner]}.".capitalize()), rows])
    regions = ", ".join(report["denied"])
    words = f"Not compared, because the credentials may not call tag:GetResources: {regions}."
    missing = element("p", words) if regions else None
    return section("Differences that an apply leaves alone", groups, missing, id="drift") if groups or missing else None


def _seen(item: Entry) -> Child:
    name = element("span", str(item["name"]), class_="name")
    kind = element("span", str(item["resource"]), class_="type")
    head = element("div", element("span", "*", class_="b seen"), f"{item['region']} ", kind, " ", name)
    field = item["field"]
    found = element(
        "div", f"{field}: found ", value(item["found"]), ", wanted ", value(item["wanted"]), class_="difference"
    )
    reason = str(item["reason"]) if item["reason"] not in drift.OWNERS.values() else ""
    return element("li", head, found if field else None, element("p", reason) if reason else None)


def problems(document: Mapping[str, Any]) -> Child:
    """Return why a document is not complete, and the notes of its run."""
    failed = [
        element("li", f"{each['host']}, {each['task']}: {each['message']}") for each in document.get("errors", ())
    ]
    notes = [element("p", str(note)) for note in document.get("notes", ())]
    if failed:
        words = "A task failed, and the tasks after it did not run. This page shows a part of the environment only."
        return element(
            "div", element("p", element("strong", "Incomplete. "), words), element("ul", failed), notes, class_="alert"
        )
    return element("div", notes, class_="alert") if notes else None


def _id(entry: Entry) -> Child:
    return [element("code", str(id)) for id in entry.get("ids", ())[:1]]


def _by_region(entries: Iterable[Entry], regions: Sequence[str]) -> Iterator[tuple[str, list[Entry]]]:
    def position(entry: Entry) -> tuple[int, tuple[str, str, str]]:
        return (regions.index(entry["region"]) if entry["region"] in regions else -1), _document.key(entry)

    for region, group in groupby(sorted(entries, key=position), key=lambda entry: str(entry["region"])):
        yield region, list(group)


def resources(document: Mapping[str, Any], estate: Estate) -> Child:
    """Return all resources of the plan with their ids, by region. Some may be absent, as wanted."""
    present = {_document.key(item.entry) for item in estate.items}
    mode, parts = document["mode"], []
    for region, entries in _by_region(document["resources"], estate.regions):
        rows = [
            element(
                "tr",
                element("td", badge(each["action"], mode)),
                element("td", str(each["resource"]), class_="type"),
                element("td", str(each["name"]), class_="name"),
                element("td", _id(each) if _document.key(each) in present else "no settings in this plan, or absent"),
            )
            for each in entries
        ]
        titles = ("Plan", "Type", "Name", "Id")
        head = element("thead", element("tr", [element("th", title, scope="col") for title in titles]))
        table = wide(element("table", head, element("tbody", rows), class_="list"), f"Resources in {region}")
        parts.append(element("details", element("summary", element("h3", region), f" {len(entries)} resources"), table))
    return section("All resources", parts, id="resources")
