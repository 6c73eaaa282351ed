# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report of a deletion as text: a sentence for the end of the run, and a page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ansible_collections.mtk.backend.plugins.module_utils.domain._left import Found

Item = Mapping[str, Any]


def counted(number: int, words: str) -> str:
    """Return a number of things.

    >>> counted(2, "KMS key pending deletion"), counted(3, "backup of the table")
    ('2 KMS keys pending deletion', '3 backups of the table')
    """
    if number == 1:
        return words if words.startswith("the ") else f"1 {words}"
    for noun in ("key", "secret", "snapshot", "backup", "resource", "table"):
        head, found, tail = words.partition(noun)
        if found:
            return f"{number} {head}{noun}s{tail.replace('that is', 'that are')}"
    return f"{number} {words}"


def ending(report: Mapping[str, Any]) -> str:
    """Return the sentence for the end of the run.

    For example: ``Left: 3 KMS keys pending deletion until 2026-12-07; nothing else of dev was found in 17 regions.``
    """
    intended = [item for item in report["resources"] if item["intended"]]
    other = [item for item in report["resources"] if not item["intended"]]
    where = f"in {len(report['regions'])} region{'s' if len(report['regions']) != 1 else ''}"
    environment = report["environment"]
    left = f"Left: {', '.join(_groups(intended))}; " if intended else ""
    rest = f"othing {'else ' if intended else ''}of {environment} was found {where}."
    if other:
        named = ", ".join(f"{i['resource']} {i['name']} in {i['region']}" for i in other[:3])
        more = f" and {len(other) - 3} more" if len(other) > 3 else ""
        verb = "is" if len(other) == 1 else "are"
        rest = f"{len(other)} of {environment} {verb} left and should not be: {named}{more}."
    else:
        rest = ("n" if intended else "N") + rest
    unseen = f" Not looked at: {', '.join(report['not_looked_at'])}." if report["not_looked_at"] else ""
    return f"{left}{rest}{unseen}"


def _groups(items: Iterable[Item]) -> Iterator[str]:
    """Yield the numbers of what is left, by kind, each with the last day."""
    found: dict[tuple[str, bool], list[str]] = {}
    for item in items:
        found.setdefault((item["words"], bool(item["until"])), []).append(item["until"])
    for (words, _ends), days in found.items():
        until = sorted({each for each in days if each})
        span = until[0] if len(until) == 1 else f"{until[0]} to {until[-1]}" if until else ""
        yield counted(len(days), words) + (f" until {span}" if span else "")


def lines(report: Mapping[str, Any]) -> list[str]:
    """Return the report as lines for a terminal and for a file."""
    intended = [item for item in report["resources"] if item["intended"]]
    other = [item for item in report["resources"] if not item["intended"]]
    found = []
    if other:
        found += ["Left, and should not be:", *(line for item in other for line in _lines(item, "!"))]
    if intended:
        found += ["Left, as intended:", *(line for item in intended for line in _lines(item, "="))]
    found += [f"Not looked at, because the credentials may not: {each}" for each in report["not_looked_at"]]
    return [*found, ending(report)]


def _lines(item: Item, sign: str) -> Iterator[str]:
    yield f"  {sign} {item['region']}  {item['resource']}  {item['name']}"
    until = f"; until {item['until']}" if item["until"] else "; until you delete it" if item["intended"] else ""
    yield f"      {item['reason'].rstrip('.')}{until}"
    if item["restore"]:
        yield f"      to bring it back: {item['restore']}"
    if item["remove"]:
        verb = "to delete it" if item["intended"] else "run the same command again; if it stays, delete it"
        yield f"      {verb}: {item['remove']}"


def outside(resources: Iterable[Found], environment: str) -> list[str]:
    """Return a sentence for each region outside of the inventory in which something of the environment is."""
    found: dict[str, list[str]] = {}
    for each in resources:
        found.setdefault(each.region, []).append(f"{each.resource} {each.name}")
    return [
        f"{region} is not in the inventory, and {len(names)} resource{'s' if len(names) > 1 else ''} of {environment} "
        f"{'are' if len(names) > 1 else 'is'} there: {', '.join(names[:3])}{' and more' if len(names) > 3 else ''}. "
        f"Nothing would delete {'them' if len(names) > 1 else 'it'}. To remove the region, run "
        f"playbooks/remove_region.yml -e region={region}. To keep it, add it to the inventory."
        for region, names in sorted(found.items())
    ]
