"""What a plan contains and what was built, as tables for people."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
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


def built(session: Any, url: str, environment: str, regions: Sequence[str]) -> Iterator[str]:
    """Return what AWS has of an environment, with a heading for each region."""
    for number, region in enumerate(regions):

        def client(service: str, region: str = region) -> Any:
            return session.client(service, region_name=region, endpoint_url=url)

        if number:
            yield ""
        yield region
        yield from rows(_network(client("ec2"), environment))
        yield from rows(_database(client("rds"), environment))
        yield from rows(_table(client("dynamodb"), environment))


def _network(ec2: Any, environment: str) -> Iterator[Row]:
    mine = [{"Name": "tag:mtk:environment", "Values": [environment]}]
    for vpc in ec2.describe_vpcs(Filters=mine)["Vpcs"]:
        inside = [{"Name": "vpc-id", "Values": [vpc["VpcId"]]}]
        yield "VPC", f"{vpc['VpcId']} with {vpc['CidrBlock']}"
        subnets = sorted(ec2.describe_subnets(Filters=inside)["Subnets"], key=lambda s: s["AvailabilityZone"])
        for tier in ("public", "private", "database"):
            blocks = [s["CidrBlock"] for s in subnets if _name(s).endswith(f"_{tier}_subnet")]
            yield "subnets", f"{tier}: {', '.join(blocks)}"
        yield "zones", ", ".join(sorted({s["AvailabilityZone"] for s in subnets}))
        gateways = ec2.describe_nat_gateways(Filters=inside)["NatGateways"]
        yield "NAT", ", ".join(g["NatGatewayAddresses"][0]["PublicIp"] for g in gateways)
        endpoints = ec2.describe_vpc_endpoints(Filters=inside)["VpcEndpoints"]
        yield "endpoints", ", ".join(sorted(e["ServiceName"].rsplit(".", 1)[-1] for e in endpoints))


def _name(resource: Mapping[str, Any]) -> str:
    return next((str(tag["Value"]) for tag in resource.get("Tags", []) if tag["Key"] == "Name"), "")


def _database(rds: Any, environment: str) -> Iterator[Row]:
    for cluster in rds.describe_db_clusters()["DBClusters"]:
        tags = {tag["Key"]: tag["Value"] for tag in cluster["TagList"]}
        if tags.get("mtk:environment") == environment:
            instances = [member["DBInstanceIdentifier"] for member in cluster["DBClusterMembers"]]
            yield "cluster", f"{cluster['DBClusterIdentifier']}, {cluster['Status']}"
            yield "instances", ", ".join(sorted(instances))
            yield "writer", cluster["Endpoint"]
            yield "readers", cluster["ReaderEndpoint"]


def _table(dynamodb: Any, environment: str) -> Iterator[Row]:
    for name in dynamodb.list_tables()["TableNames"]:
        if name == f"{environment}_user_locations":
            table = dynamodb.describe_table(TableName=name)["Table"]
            yield "table", table["TableArn"]
            indexes = table.get("GlobalSecondaryIndexes", [])
            yield "indexes", ", ".join(sorted(index["IndexName"] for index in indexes))
