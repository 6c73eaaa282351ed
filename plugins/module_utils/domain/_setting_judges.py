# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Judgements about values with a structure, which several settings share: tags, CIDR blocks, regions, time windows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from ipaddress import IPv4Network
from typing import Any

from ansible_collections.mtk.backend.plugins.module_utils.domain._aurora_limits import span
from ansible_collections.mtk.backend.plugins.module_utils.domain._limits import REGION, TAG_LETTER
from ansible_collections.mtk.backend.plugins.module_utils.domain._setting import MISSING, Fault, visible

ZONE = REGION + r"[a-z]"
PRIVATE = tuple(IPv4Network(block) for block in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"))
_TAG_WORDS = "AWS allows letters, digits, spaces and _ . : / = + - @ in tags"
_OWN_TAGS = 5  # Name, mtk:environment, mtk:stack, mtk:component, and mtk:tier or mtk:flag-index-layout
_DAY = 24 * 60  # minutes


def tags(name: str, value: Mapping[Any, Any]) -> Iterator[Fault]:
    """Return the faults of tags that a user gives."""
    for key, content in value.items():
        yield from _tag(f"{name}.{key}", key, content)
    if len(value) > 50 - _OWN_TAGS:
        rule = f"AWS allows 50 tags for a resource, and the roles add up to {_OWN_TAGS}"
        yield Fault({f"the number of tags in {name}": len(value)}, rule, "Remove tags.")
    folded: dict[str, list[str]] = {}
    for key in value:
        folded.setdefault(str(key).casefold(), []).append(str(key))
    for keys in folded.values():
        if len(keys) > 1:
            rule = "IAM does not distinguish upper and lower case in the keys of tags, so these are the same key"
            yield Fault({f"{name}.{key}": value[key] for key in keys}, rule, f"Keep one of {', '.join(keys)}.")


def _tag(path: str, key: Any, value: Any) -> Iterator[Fault]:
    for part, what in ((key, "key"), (value, "value")):
        if not isinstance(part, str):
            rule = f"the {what} of a tag is text, and YAML has read something else than what was written"
            yield Fault({path: value}, rule, f"Put the {what} in quotes, as it was written.")
            return
    if re.match(r"(aws|rds):", key, re.I):
        rule = "AWS reserves keys that begin with aws:, and RDS those that begin with rds:"
        yield Fault({path: value}, rule, "Choose another key.")
    elif re.fullmatch(r"name|mtk:.*", key, re.I | re.S):
        rule = "the roles set the tags Name and mtk:..., and IAM does not distinguish upper and lower case"
        yield Fault({path: value}, rule, "Remove it, or choose another key.")
    elif not 1 <= len(key) <= 128 or len(value) > 256:
        rule = "AWS allows 1 to 128 characters for the key of a tag, and up to 256 for its value"
        yield Fault({path: value}, rule, "Shorten it.")
    elif wrong := set(re.sub(TAG_LETTER, "", key + value)):
        yield Fault({path: value}, _TAG_WORDS, f"Remove {' '.join(map(visible, sorted(wrong)))} from the tag.")


def network(name: str, value: str) -> tuple[IPv4Network | None, list[Fault]]:
    """Return an IPv4 block, or its fault."""
    try:
        return IPv4Network(value), []
    except ValueError:
        pass
    try:
        block = str(IPv4Network(value, strict=False))
    except ValueError:
        return None, [Fault({name: value}, "it is not an IPv4 CIDR block", "Write it as 10.0.0.0/16.")]
    return None, [Fault({name: value}, "a block begins with its first address", f"Did you mean {block}?")]


def is_private(block: IPv4Network) -> bool:
    """Return whether a block lies in the private ranges, or in the range that carriers share."""
    return any(block.subnet_of(each) for each in PRIVATE)


def not_private(name: str, block: IPv4Network) -> Fault:
    """Return the fault of a block with public addresses."""
    ranges = ", ".join(map(str, PRIVATE))
    return Fault(
        {name: str(block)}, f"the addresses belong to others; private ranges are {ranges}", "Choose one of them."
    )


def regions(name: str, value: Iterable[str]) -> Iterator[Fault]:
    """Return the faults of a list of regions."""
    yield from _unique(name, value, "region")
    for index, region in enumerate(value):
        if not re.fullmatch(REGION, region):
            yield Fault({f"{name}[{index}]": region}, "it is not the name of a region", "Write it as us-east-1.")


def zones(name: str, value: Iterable[str]) -> Iterator[Fault]:
    """Return the faults of a list of availability zones."""
    yield from _unique(name, value, "zone")
    for index, zone in enumerate(value):
        if not re.fullmatch(ZONE, zone):
            yield Fault({f"{name}[{index}]": zone}, "it is not the name of a zone", "Write it as us-east-1a.")


def _unique(name: str, value: Iterable[str], what: str) -> Iterator[Fault]:
    items = list(value)
    for item in dict.fromkeys(items):
        if items.count(item) > 1:
            yield Fault({name: items}, f"it lists the {what} {item} more than once", "Remove the repetition.")


def window(name: str, value: str) -> Iterator[Fault]:
    """Return the fault of a window of the right form whose length AWS does not allow."""
    minutes = (span(value) or (0, 0))[1]
    if minutes < 30:
        yield Fault({name: value}, "AWS needs at least 30 minutes", "Set a later end.")
    elif not value[0].isdigit() and minutes >= _DAY:
        yield Fault({name: value}, "AWS allows less than 24 hours", "Set an earlier end.")


def not_set(name: str, remedy: str) -> Fault:
    """Return the fault of a variable that has to be set."""
    return Fault({name: MISSING}, "is not set", remedy)


def policy(name: str, value: Mapping[Any, Any]) -> Iterator[Fault]:
    """Return the fault of a resource policy; an empty one means no policy."""
    if value and "Statement" not in value:
        yield Fault({name: dict(value)}, "a policy has the key Statement", "Correct the policy, or set it to {}.")


def policies(name: str, value: Mapping[Any, Any]) -> Iterator[Fault]:
    """Return the faults of resource policies by region."""
    yield from regions(name, [str(region) for region in value])
    for region, content in value.items():
        if isinstance(content, Mapping):
            yield from policy(f"{name}.{region}", content)
        else:
            yield Fault({f"{name}.{region}": content}, "a policy is a mapping with the key Statement", "Correct it.")
