# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The map at the top of the topology page: regions side by side, with what AWS replicates between them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ansible_collections.mtk.backend.plugins.plugin_utils.topology import data
from ansible_collections.mtk.backend.plugins.plugin_utils.topology.elements import Child, element
from ansible_collections.mtk.backend.plugins.plugin_utils.topology.estate import Estate
from ansible_collections.mtk.backend.plugins.plugin_utils.topology.regions import role
from ansible_collections.mtk.backend.plugins.plugin_utils.topology.signs import section, sign

WIDTH, GAP, LINE, STEP = 226, 30, 19, 20  # of a box, between boxes, of a line of text, between two arrows
_ABOVE, _BELOW = "global", "table"


def overview(estate: Estate) -> Child:
    """Return the section with the map, and the map in words."""
    words = [element("p", sentence) for sentence in sentences(estate)]
    return section("Overview", element("figure", _map(estate), element("figcaption", words)), id="overview")


def replication(estate: Estate) -> tuple[tuple[str, list[str]], tuple[str, list[str]]]:
    """Return source and targets of the global database, and those of the table; the source is empty without them."""
    clusters = [each.region for each in estate.of("rds_cluster") if each.action != "delete"]
    source = next((region for region in clusters if data.writes(estate, region)), "")
    readers = [region for region in estate.regions if region in clusters and region != source]
    tables = [each.region for each in estate.of("dynamodb_table") if each.action != "delete"]
    copies = [each.region for each in estate.of("dynamodb_table_replica") if each.action != "delete"]
    replicas = [region for region in estate.regions if region in copies]
    joined = source if estate.of("rds_global_cluster") else ""
    return (joined, readers if joined else []), (tables[0], replicas) if tables and replicas else ("", [])


def sentences(estate: Estate) -> Iterable[str]:
    """Yield the replication between regions in words."""
    (source, readers), (table, replicas) = replication(estate)
    if readers:
        yield f"Aurora: {source} takes writes, and AWS copies them to {_and(readers)} (global database)."
    if replicas:
        yield f"Table: {_and([table, *replicas])} hold the same table, and each of them takes writes."
    clusters = estate.of("rds_cluster")
    member = estate.of("rds_global_cluster") or any(each.known("global_cluster_identifier") for each in clusters)
    if clusters and member and not any(data.writes(estate, each.region) for each in clusters):
        yield "Aurora: the writer of the global database is not in this part."
    elif not readers and not replicas:
        yield "Nothing is replicated between regions."


def _and(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _map(estate: Estate) -> Child:
    """Return the map as a drawing: arrows of the global database above the boxes, those of the table below."""
    (source, readers), (table, replicas) = replication(estate)
    content = {region: list(_lines(estate, region)) for region in estate.regions}
    height = 44 + LINE * max([len(lines) for lines in content.values()] or [0])
    top = 14 + STEP * len(readers)
    bottom = top + height
    boxes = [_box(region, content[region], role(estate, region), _x(estate, region), top, height) for region in content]
    arrows = [
        *(
            _arrow(estate, source, to, (i, len(readers)), top, -1, _ABOVE)
            for i, to in enumerate(_near(estate, source, readers))
        ),
        *(
            _arrow(estate, table, to, (i, len(replicas)), bottom, 1, _BELOW)
            for i, to in enumerate(_near(estate, table, replicas))
        ),
    ]
    width = len(content) * (WIDTH + GAP) - GAP + 4
    size = f"0 0 {width} {bottom + 14 + STEP * len(replicas)}"
    heads = [_head(_ABOVE), _head(_BELOW)]
    named = {"role": "group", "aria_label": " ".join(sentences(estate))}
    return element("svg", element("defs", heads), boxes, arrows, viewBox=size, width=width, class_="map", **named)


def _near(estate: Estate, source: str, targets: Iterable[str]) -> list[str]:
    order = list(estate.regions)
    return sorted(targets, key=lambda region: abs(order.index(region) - order.index(source)))


def _x(estate: Estate, region: str) -> int:
    return 2 + list(estate.regions).index(region) * (WIDTH + GAP)


def _lines(estate: Estate, region: str) -> Iterable[tuple[str, str]]:
    """Yield what a region has, each with the sign of the plan."""
    for vpc in estate.of("ec2_vpc", region):
        size = f"/{vpc.known('ipv4_netmask_length')}" if vpc.known("ipv4_netmask_length") else ""
        yield sign(vpc.action), f"VPC {vpc.known('cidr_block') or size}".strip()
    for cluster in estate.of("rds_cluster", region):
        count = len(estate.of("rds_instance", region))
        takes = {True: "Aurora writer", False: "Aurora reader", None: "Aurora"}[data.writes(estate, region)]
        yield sign(cluster.action), f"{takes}, {count} {'instance' if count == 1 else 'instances'}"
    for table in estate.of("dynamodb_table", region):
        count = len(table.state.get("global_secondary_indexes") or ())
        yield sign(table.action), f"Table, {count} indexes" if count else "Table"
    for replica in estate.of("dynamodb_table_replica", region):
        yield sign(replica.action), "Table replica"


def _box(region: str, lines: Iterable[tuple[str, str]], word: str, x: int, y: int, height: int) -> Child:
    texts = [
        element(
            "text",
            element("tspan", mark, x=x + 12, class_="mark") if mark else None,
            element("tspan", text, x=x + 30 if mark else x + 12),
            y=y + 46 + LINE * number,
        )
        for number, (mark, text) in enumerate(lines)
    ]
    title = element("text", region, x=x + 12, y=y + 23, class_="title")
    label = element("text", word, x=x + WIDTH - 12, y=y + 23, text_anchor="end", class_="role")
    frame = element("rect", x=x, y=y, width=WIDTH, height=height, rx=8)
    return element("a", frame, title, label, texts, href=f"#region-{region}", class_=f"box {word}")


def _arrow(estate: Estate, source: str, target: str, place: tuple[int, int], edge: int, way: int, kind: str) -> Child:
    """Return an arrow between two boxes: out of the edge, along it, and back to it. Later arrows lie further out."""
    number, count = place
    right = _x(estate, target) > _x(estate, source)
    begin = _x(estate, source) + WIDTH // 2 + (14 if right else -14) * (count - number)
    end = _x(estate, target) + WIDTH // 2 - (14 if right else -14)
    out = edge + way * (10 + STEP * number)
    ends = {"marker_end": f"url(#{kind}-head)"} | ({"marker_start": f"url(#{kind}-head)"} if kind == _BELOW else {})
    label = "Aurora global database" if kind == _ABOVE else "table replication"
    text = element("text", label, x=(begin + end) // 2, y=out + 4, text_anchor="middle", class_=f"label {kind}")
    path = f"M{begin},{edge + 2 * way} V{out} H{end} V{edge + 3 * way}"
    return [element("path", d=path, class_=f"arrow {kind}", **ends), text]


def _head(kind: str) -> Child:
    shape = element("path", d="M0,0 L8,4 L0,8 z")
    size = {"viewBox": "0 0 8 8", "markerWidth": 8, "markerHeight": 8, "refX": 7, "refY": 4}
    return element("marker", shape, id=f"{kind}-head", orient="auto-start-reverse", class_=f"head {kind}", **size)
