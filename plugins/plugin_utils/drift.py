# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The drift report: the differences between the account and the inventory, each with its owner."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ansible_collections.mtk.backend.plugins.module_utils.engine import _document

OWNERS = {
    "ours": "changed outside of this collection; an apply repairs it",
    "gone": "in the inventory, and missing in the account; an apply creates it",
    "decision": "an apply would refuse it until somebody decides",
    "left": "the inventory does not ask for it any more; it stays until somebody removes it",
    "foreign": "added by others, to the environment or to one of its resources; nothing changes it",
    "aws": "changed by AWS itself; nothing changes it",
    "pending": "accepted by AWS, and not done yet",
    "unknown": "a task whose module has no check mode: whether it would change something is not known",
}
_OWNER = {
    "update": "ours",
    "replace": "ours",
    "delete": "ours",
    "create": "gone",
    "refuse": "decision",
    "unknown": "unknown",
}
_ELSEWHERE = (
    "{region} is not in the inventory; to delete what is there, run: playbooks/remove_region.yml -e region={region}"
)


def report(
    document: Mapping[str, Any], unmanaged: Iterable[Mapping[str, Any]], denied: Iterable[str] = ()
) -> dict[str, Any]:
    """Return the drift report of a plan document.

    ``unmanaged`` are the resources with the environment's tag that no task manages, as the modules left_behind_info and
    aws_other_regions_info return them. ``denied`` are the regions that the credentials may not list.
    """
    items = [item for entry in document["resources"] for item in (*_differences(entry), *_observations(entry))]
    items += _unmanaged(unmanaged)
    items.sort(key=lambda item: (list(OWNERS).index(item["owner"]), item["region"], item["resource"], item["name"]))
    counts = {owner: sum(item["owner"] == owner for item in items) for owner in OWNERS}
    heading = {name: document[name] for name in ("schema_version", "environment", "complete", "errors")}
    return {**heading, "counts": counts, "items": items, "denied": sorted(set(denied))}


def _differences(entry: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    found = _document.differences(entry)
    for field, key, before, after in found:
        yield _item(entry, "ours", f"{field}.{key}" if key else field, after, before)
    if not found and entry["action"] not in _document.IDLE:
        reason = entry.get("reason") or " ".join(entry.get("notes", ()))
        left = {"arn": entry["ids"][0]} if entry.get("left_behind") else {}
        yield {**_item(entry, "left" if left else _OWNER[entry["action"]], reason=reason), **left}


def _observations(entry: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for observed in entry.get("observations", []):
        yield _item(
            entry, observed["owner"], observed["field"], observed["wanted"], observed["found"], observed["reason"]
        )


def _item(
    entry: Mapping[str, Any], owner: str, field: str = "", wanted: Any = None, found: Any = None, reason: str = ""
) -> dict[str, Any]:
    return {
        "owner": owner,
        **{name: entry[name] for name in ("region", "resource", "name")},
        "arn": entry.get("arn", ""),
        "field": field,
        "wanted": wanted,
        "found": found,
        "reason": reason or OWNERS[owner],
    }


def _unmanaged(resources: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield what no task manages. The plan contains what is left behind in a region of the inventory."""
    for each in {each["arn"]: each for each in resources}.values():
        if each["owner"] == "foreign":
            yield _item(each, "foreign")
        elif each.get("elsewhere"):
            yield _item(each, "left", reason=_ELSEWHERE.format(**each))


def lines(drift: Mapping[str, Any]) -> list[str]:
    """Return the report as lines for a terminal."""
    items = [f"{i['owner']:8}  {i['region']}  {i['resource']}  {i['name']}{_text(i)}" for i in drift["items"]]
    return [*items, *_not_compared(drift)]


def _not_compared(drift: Mapping[str, Any]) -> list[str]:
    regions = ", ".join(drift["denied"])
    return [f"Not compared, because the credentials may not call tag:GetResources: {regions}."] if regions else []


def markdown(drift: Mapping[str, Any]) -> str:
    """Return the report as a page."""
    counts = ", ".join(f"{number} {owner}" for owner, number in drift["counts"].items() if number) or "no drift"
    page = [f"# Drift of {drift['environment']}", "", f"Found: {counts}."]
    if not drift["complete"]:
        page += ["", "**Incomplete**: a task failed, and the tasks after it did not run."]
    page += [line for text in _not_compared(drift) for line in ("", text)]
    for owner, meaning in OWNERS.items():
        items = [item for item in drift["items"] if item["owner"] == owner]
        if items:
            page += ["", f"## {owner.capitalize()}", "", f"{meaning[0].upper()}{meaning[1:]}.", ""]
            page += [f"- {i['region']} `{i['resource']}` `{i['name']}`{_text(i)}" for i in items]
    return "\n".join(page) + "\n"


def _text(item: Mapping[str, Any]) -> str:
    wanted, found = (_document.text(item[name]) for name in ("wanted", "found"))
    field = f": {item['field']} is {found}, wanted {wanted}" if item["field"] else ""
    reason = f" ({item['reason']})" if item["reason"] not in OWNERS.values() else ""
    return field + reason
