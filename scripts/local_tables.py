"""Show what a plan contains and what was built, as tables for people."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

WIDTH = 80
SIGNS = {"create": "+", "update": "~", "replace": "-/+", "delete": "-", "refuse": "!", "unknown": "?"}
Row = tuple[str, str]


def plan_table(document: Mapping[str, Any]) -> list[str]:
    """Return the changes of a plan: a row for each type of resource, a column for each region."""
    changes = [entry for entry in document["resources"] if entry["action"] in SIGNS]
    if not changes:
        return ["No changes."]
    regions = sorted({e["region"] for e in changes}, key=lambda name: (name == "global", name))
    counts = Counter((e["resource"], SIGNS[e["action"]], e["region"]) for e in changes)
    first = max(len("resource"), *(len(e["resource"]) for e in changes))
    lines = [f"{'resource':{first}}" + "".join(f"  {region:>10}" for region in regions)]
    for resource, sign in sorted({(resource, sign) for resource, sign, _ in counts}):
        cells = (counts[resource, sign, region] for region in regions)
        texts = (f"{sign} {count}" if count else "" for count in cells)
        lines.append((f"{resource:{first}}" + "".join(f"  {text:>10}" for text in texts)).rstrip())
    return lines


def rows(pairs: Iterable[Row]) -> Iterator[str]:
    """Return names and values in two columns. A value without spaces stays whole, so that it can be copied."""
    for name, value in pairs:
        width = max(WIDTH, 12 + max(map(len, value.split()), default=0))
        yield from textwrap.wrap(
            f"  {name:<9} {value or 'none'}",
            width,
            subsequent_indent=" " * 12,
            break_long_words=False,
            break_on_hyphens=False,
        )


def continued(command: str, indent: str = "    ") -> str:
    """Return a command in lines of at most 80 columns, broken before its options, which a shell joins again."""
    first, *options = command.split(" --")
    lines = [first]
    for option in options:
        if len(lines[-1]) + len(option) + 5 + len(indent) <= WIDTH:
            lines[-1] += f" --{option}"
        else:
            lines.append(f"--{option}")
    return f" \\\n{indent}".join(lines)


def built(outputs: Mapping[str, Any]) -> Iterator[str]:
    """Return what AWS has of an environment, with a heading for each region, from the document of outputs.yml."""
    for region, values in outputs["regions"].items():
        yield region
        yield from rows(_region(values, outputs["shared"]["writer_region"] in (None, region)))
        yield ""
    if endpoint := outputs["shared"].get("global_writer_endpoint"):
        yield "all regions"
        yield from rows([("writer", endpoint)])


def _region(values: Mapping[str, Any], writes: bool) -> Iterator[Row]:
    if values["vpc_id"]:
        yield "VPC", f"{values['vpc_id']} with {values['vpc_cidr_block']}"
        for tier in ("public", "private", "database"):
            yield "subnets", f"{tier}: {', '.join((values[f'{tier}_subnet_cidr_blocks'] or {}).values())}"
        yield "zones", ", ".join(values["private_subnet_cidr_blocks"] or {})
        yield "NAT", ", ".join((values["nat_gateway_public_ips"] or {}).values())
        yield "endpoints", ", ".join(name for name in ("s3", "dynamodb") if values[f"{name}_endpoint_id"])
    if values["cluster_identifier"]:
        yield "cluster", f"{values['cluster_identifier']}, version {values['engine_version']}"
        yield "instances", ", ".join(values["instance_endpoints"] or {})
        if writes:  # the endpoint of a reader of the global database takes no connections
            yield "writer", values["cluster_endpoint"]
        yield "readers", values["cluster_reader_endpoint"]
    if values["table_arn"]:
        yield "table", values["table_arn"]
