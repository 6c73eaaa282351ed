# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Resources that are left behind, as entries of a plan: what left the inventory is shown, and stays."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from ansible_collections.mtk.backend.plugins.module_utils.domain._left import REPLICA
from ansible_collections.mtk.backend.plugins.module_utils.engine._document import Entry
from ansible_collections.mtk.backend.plugins.module_utils.engine._reconcile import consent


def entries(resources: Iterable[Mapping[str, Any]], removed: Mapping[str, Collection[str]], mode: str) -> list[Entry]:
    """Return an entry for each resource that is left behind and stays. ``mode`` is plan or apply."""
    found: dict[tuple[str, str], Entry] = {}
    for each in resources:
        resource, name = each["resource"], each["name"]
        if each["owner"] != "left" or name in removed.get(resource, ()):
            continue
        entry = found.setdefault((resource, name), _entry(each, mode))
        entry["ids"].append(each["arn"])
    return list(found.values())


def _entry(each: Mapping[str, Any], mode: str) -> Entry:
    heading = {name: each[name] for name in ("resource", "name", "region")}
    return {**heading, "action": "refuse", "mode": mode, "reason": reason(each), "left_behind": True, "ids": []}


def reason(each: Mapping[str, Any]) -> str:
    """Return why a resource is a decision, and how to go on."""
    text = "Left behind: no setting of this inventory asks for it any more"
    if each["settings"]:
        text += f" (probably {each['settings']})"
    return f"{text}. It stays as it is. {_way_on(each)}"


def _way_on(each: Mapping[str, Any]) -> str:
    if each["resource"] == REPLICA:
        return (
            "To delete it with its data: add its region to dynamodb_global_remove_replica_regions, for example with "
            f"""-e '{{"dynamodb_global_remove_replica_regions": ["{each["region"]}"]}}'"""
        )
    return f"To delete it: {consent('remove', '{resource}:{name}'.format(**each))}"


def notes(answer: Mapping[str, Any], found: Iterable[Entry], planned: bool) -> Iterator[str]:
    """Yield what the run has to say beside its resources.

    ``answer`` is that of the module left_behind_info, and ``found`` are the entries of what is left behind.
    """
    listed = [entry for entry in found if entry["resource"] != REPLICA]
    if len(listed) > 1 and planned:
        named = ",".join(f"{entry['resource']}:{entry['name']}" for entry in listed)
        yield f"To delete all that is left behind in {listed[0]['region']}: -e remove={named}"
    for region in answer["denied_regions"]:
        yield (
            f"{region}: the credentials may not list resources by their tags (tag:GetResources), so it was not checked "
            "whether anything is left behind."
        )
    others = answer["other_environments"]
    if others and planned:
        yield (
            f"Other environments in this account: {', '.join(others)}. If one of them was renamed to this one, its "
            "resources stay, and this run does not manage them."
        )
