# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The address map as drawings: each bar is a block, drawn to scale, with the blocks in it."""

from __future__ import annotations

from ansible_collections.mtk.backend.plugins.plugin_utils.topology import addresses, network
from ansible_collections.mtk.backend.plugins.plugin_utils.topology.addresses import Block
from ansible_collections.mtk.backend.plugins.plugin_utils.topology.elements import Child, element
from ansible_collections.mtk.backend.plugins.plugin_utils.topology.estate import Estate, Item
from ansible_collections.mtk.backend.plugins.plugin_utils.topology.signs import badge, named, section

_NARROW, _TINY = 0.11, 0.02  # the least parts of a bar in which a block and a short word are readable
_SHORT = {"public": "pub", "private": "priv", "database": "db"}
_GAPS = 3  # free blocks that are named


def address_map(estate: Estate, mode: str) -> Child:
    """Return the section with the address map."""
    roots = addresses.tree(estate)
    waiting = [element("p", _pending(each, mode)) for each in addresses.pending(estate)]
    others = [each for each in estate.items if each.resource in ("ec2_ipam", "ec2_ipam_scope")]
    chips = element(
        "ul", [element("li", badge(i.action, mode), f"{_word(i)} {i.name}") for i in others], class_="chips"
    )
    intro = (
        "Each bar is one block, drawn to scale; the next bars show the blocks in it. Empty parts are not used by this "
    )
    words = element("p", intro, "environment. In shared pools, other environments may use them.", class_="quiet")
    if not roots and not waiting and not others:
        return None
    return section(
        "Addresses", words, chips if others else None, [_nested(r, mode, 0) for r in roots], waiting, id="addresses"
    )


def _word(item: Item) -> str:
    return "IPAM" if item.resource == "ec2_ipam" else "Scope"


def _pending(vpc: Item, mode: str) -> Child:
    size = f"/{vpc.known('ipv4_netmask_length')}" if vpc.known("ipv4_netmask_length") else "block"
    return [
        named(vpc, mode),
        f": AWS chooses a {size} from its pool during the apply ",
        element("em", "(known after apply)"),
    ]


def _nested(block: Block, mode: str, depth: int) -> Child:
    """Return a block as a bar, followed by those of its blocks that contain others."""
    inner = [_nested(child, mode, depth + 1) for child in block.children if child.children or child.kind == "pool"]
    body = element("div", inner, class_="inner" if depth else "inner outermost") if inner else None
    heading = element(
        "div", badge(block.item.action, mode), element("code", str(block.network)), " ", block.name, class_="block"
    )
    return element("div", heading, _bar(block), element("p", _used(block), class_="quiet used"), body, class_="range")


def _used(block: Block) -> str:
    """Return in words how much of a block is used, and what is free."""
    free = block.gaps()
    listed = ", ".join(map(str, free[:_GAPS])) + (f" and {len(free) - _GAPS} more" if len(free) > _GAPS else "")
    return f"{block.share():.2%} used. Free: {listed}." if free else "Fully used."


def _bar(block: Block) -> Child:
    parts = [_part(block, child) for child in block.children]
    words = ", ".join(f"{child.network} {child.name}" for child in block.children) or "nothing"
    frame = element("rect", width="100%", height="100%", class_="free")
    return element("svg", frame, parts, class_="bar", role="img", aria_label=f"{block.network} contains {words}.")


def _part(block: Block, child: Block) -> Child:
    begin, width = block.span(child.network)
    title = element("title", f"{child.network} {child.name}")
    kind = f"{child.kind} {network.tier(child.item)}" if child.kind == "subnet" else child.kind
    box = element("rect", width="100%", height="100%", class_=f"part {kind}")
    text = element("text", _label(child, width), x=5, y=19)
    return element("svg", title, box, text, x=_percent(begin), width=_percent(max(width, 0.002)), height="100%")


def _label(block: Block, width: float) -> str:
    """Return what is readable in a part of a bar: the block, or only the tier or the region."""
    if width >= _NARROW:
        return str(block.network)
    if width < _TINY:
        return ""
    return _SHORT.get(network.tier(block.item), "") if block.kind == "subnet" else block.region


def _percent(part: float) -> str:
    return f"{part * 100:.4f}".rstrip("0").rstrip(".") + "%"
