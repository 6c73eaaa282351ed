# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What differs from the inventory, and whose doing that is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ansible_collections.mtk.backend.plugins.module_utils import _planned

OWNERS = {
    "ours": "somebody changed what the roles keep; an apply puts it right",
    "gone": "what the roles keep does not exist; an apply makes it",
    "decision": "an apply would be refused until somebody decides",
    "foreign": "bears the environment's tag, and no role keeps it; nothing touches it",
    "aws": "AWS's own doing; nothing touches it",
    "pending": "AWS has accepted it, and has still to do it",
}
_OWNER = {"update": "ours", "delete": "ours", "create": "gone", "refuse": "decision"}


def report(document: Mapping[str, Any], tagged: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The drift report of a plan document. ``tagged`` are all resources with the environment's tag: region and arn."""
    items = [item for one in document["resources"] for item in (*_differences(one), *_observations(one))]
    items += _foreign(document["resources"], tagged)
    items.sort(key=lambda item: (list(OWNERS).index(item["owner"]), item["region"], item["resource"], item["name"]))
    counts = {owner: sum(item["owner"] == owner for item in items) for owner in OWNERS}
    told = {name: document[name] for name in ("schema_version", "environment", "complete", "errors")}
    return {**told, "counts": counts, "items": items}


def _differences(one: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    if one["action"] == "update":
        for field, key, before, after in _planned.differences(one):
            yield _item(one, "ours", f"{field}.{key}" if key else field, after, before)
    elif one["action"] != "none":
        yield _item(one, _OWNER[one["action"]], reason=one.get("reason", ""))


def _observations(one: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for seen in one.get("observations", []):
        yield _item(one, seen["owner"], seen["field"], seen["wanted"], seen["found"], seen["reason"])


def _item(
    one: Mapping[str, Any], owner: str, field: str = "", wanted: Any = None, found: Any = None, reason: str = ""
) -> dict[str, Any]:
    place = {name: one[name] for name in ("region", "resource", "name")}
    return {
        "owner": owner,
        **place,
        "field": field,
        "wanted": wanted,
        "found": found,
        "reason": reason or OWNERS[owner],
    }


def _foreign(entries: Iterable[Mapping[str, Any]], tagged: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    kept = {_resource(one) for entry in entries for one in entry.get("ids", [])}
    for found in {found["arn"]: found for found in tagged}.values():
        resource = _resource(found["arn"])
        automated = ":cluster-snapshot:rds:" in found["arn"]  # made by RDS every day, with the cluster's tags
        if not automated and not {resource, resource.replace(":", "/").rsplit("/", 1)[-1]} & kept:
            service = found["arn"].split(":")[2]
            yield _item({"region": found["region"], "resource": service, "name": found["arn"]}, "foreign")


def _resource(arn: str) -> str:
    """What an ARN names, without its Region: a copy elsewhere is the same thing. An id names itself."""
    return arn.split(":", 5)[-1].removesuffix(":*")


def lines(whole: Mapping[str, Any]) -> list[str]:
    """The report for a terminal."""
    return [f"{i['owner']:8}  {i['region']}  {i['resource']}  {i['name']}{_what(i)}" for i in whole["items"]]


def markdown(whole: Mapping[str, Any]) -> str:
    """The report as a page."""
    told = ", ".join(f"{number} {owner}" for owner, number in whole["counts"].items() if number) or "none"
    head = [f"# Drift of {whole['environment']}", "", f"Found: {told}."]
    if not whole["complete"]:
        head += ["", "**Incomplete**: a task failed, and what comes after it was not looked at."]
    for owner, meaning in OWNERS.items():
        mine = [item for item in whole["items"] if item["owner"] == owner]
        if mine:
            head += ["", f"## {owner.capitalize()}", "", f"{meaning[0].upper()}{meaning[1:]}.", ""]
            head += [f"- {i['region']} `{i['resource']}` `{i['name']}`{_what(i)}" for i in mine]
    return "\n".join(head) + "\n"


def _what(item: Mapping[str, Any]) -> str:
    wanted, found = (_planned.text(item[name]) for name in ("wanted", "found"))
    field = f": {item['field']} is {found}, wanted {wanted}" if item["field"] else ""
    reason = f" ({item['reason']})" if item["reason"] not in OWNERS.values() else ""
    return field + reason
