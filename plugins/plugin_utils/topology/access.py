# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Draw who can reach whom, as tables: the ways of the tiers to the Internet, and the rules of the security groups."""

from __future__ import annotations

from ansible_collections.mtk.backend.plugins.plugin_utils.topology import network, reach
from ansible_collections.mtk.backend.plugins.plugin_utils.topology.elements import Child, element
from ansible_collections.mtk.backend.plugins.plugin_utils.topology.estate import Estate
from ansible_collections.mtk.backend.plugins.plugin_utils.topology.reach import IN, OUT, Flow, Matrix, Peer
from ansible_collections.mtk.backend.plugins.plugin_utils.topology.signs import named, section, wide

_RULES = {(IN, OUT): "", (IN,): "rule of the target", (OUT,): "rule of the source"}


def access(estate: Estate, mode: str) -> Child:
    """Return the section with the ways to the Internet and the matrices of the security groups."""
    groups = estate.of("ec2_security_group")
    tiers = _tiers(estate)
    if not groups and not tiers:
        return None
    matrices = [_matrix(each, len(estate.regions)) for each in reach.matrices(estate)]
    unknown = [each.name for each in groups if not reach.is_known(each)]
    words = f"The rules of these security groups are not in this plan: {', '.join(unknown)}."
    changed = [element("li", f"{each.region} ", named(each, mode)) for each in groups if each.action != "none"]
    listed = [element("p", "Changed groups:"), element("ul", changed, class_="chips")] if changed else None
    note = element("p", words, class_="quiet") if unknown else None
    return section("Who can reach whom", tiers, matrices, note, listed, id="access")


def _tiers(estate: Estate) -> Child:
    rows: dict[tuple[str, str, str], list[str]] = {}
    for region in estate.regions:
        found = network.ways(network.zones(estate, region))
        for tier in (*network.TIERS, "other"):
            if tier in found:
                rows.setdefault((tier, *_directions(found[tier])), []).append(region)
    if not rows:
        return None
    head = [
        element("th", title, scope="col") for title in ("Subnets", "To the Internet", "From the Internet", "Regions")
    ]
    body = [
        element(
            "tr",
            element("th", tier.capitalize(), scope="row"),
            element("td", out),
            element("td", back, class_="exposed" if back.startswith("possible") else ""),
            element("td", ", ".join(regions), class_="quiet"),
        )
        for (tier, out, back), regions in rows.items()
    ]
    table = element("table", element("thead", element("tr", head)), element("tbody", body), class_="list")
    return [element("h3", "By route"), wide(table, "Routes to the Internet")]


def _directions(found: set[str]) -> tuple[str, str]:
    """Return in words what default routes allow, out and in."""
    out = " and ".join(sorted(found)) if found else "no"
    open_in = network.INTERNET in found
    return out, "possible, for what has a public address and a rule that allows it" if open_in else "no"


def _matrix(matrix: Matrix, regions: int) -> Child:
    where = "all regions" if len(matrix.regions) == regions > 1 else ", ".join(matrix.regions)
    title = element("h3", f"By security group: {where}")
    if not matrix.flows:
        return [title, element("p", "The security groups allow no traffic.")]
    head = element("tr", element("td", "from \\ to", class_="quiet"), [_head(peer, "col") for peer in matrix.targets])
    rows = [
        element("tr", _head(source, "row"), [_cell(matrix, source, target) for target in matrix.targets])
        for source in matrix.sources
    ]
    table = element("table", element("thead", head), element("tbody", rows), class_="list matrix")
    return [title, wide(table, f"Rules of security groups: {where}")]


def _head(peer: Peer, scope: str) -> Child:
    return element("th", peer.name, scope=scope, class_=_class(peer))


def _class(peer: Peer) -> str:
    return "exposed" if peer.is_internet else ""


def _cell(matrix: Matrix, source: Peer, target: Peer) -> Child:
    flows = matrix.flows.get((source, target), ())
    exposed = source.is_internet and flows
    note = element("div", "allowed from the Internet", class_="warn") if exposed else None
    return element("td", [_flow(each, source, target) for each in flows], note, class_="exposed" if exposed else "")


def _flow(flow: Flow, source: Peer, target: Peer) -> Child:
    """Return the traffic; between two groups of this environment also which of the two rules it needs are there."""
    ours = source.kind == target.kind == 3 and source != target
    missing = element("div", f"{_RULES[flow.rules]} only", class_="quiet") if ours and len(flow.rules) == 1 else None
    return element("div", element("span", flow.traffic, class_="traffic"), missing)
