# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names: ``{environment}_{region}_{zone}_{type}`` by one function, and the limits of AWS by one table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True)
class Rule:
    """The parts of a type's name, the limits of its physical identifier, and the tier in its tags."""

    parts: tuple[str, ...]
    separator: str = "_"
    length: int = 255
    prefix: str = ""
    tier: str = ""


ZONAL = Rule(("environment", "region", "zone"))
REGIONAL = Rule(("environment", "region"))
GLOBAL = Rule(("environment",))
# RDS takes letters, digits and single hyphens, at most 63, and stores them in lower case.
RDS_ZONAL = Rule(("environment", "region", "zone"), "-", 63)
RDS_REGIONAL = Rule(("environment", "region"), "-", 63)
RDS_GLOBAL = Rule(("environment",), "-", 63)
IAM = Rule(("environment",), length=64)
ALIAS = Rule(("environment", "region"), prefix="alias/")

RULES: dict[str, Rule] = {
    # network
    "ipam": Rule(()),
    "ipam_top_pool": GLOBAL,
    "ipam_pool": REGIONAL,
    "vpc": REGIONAL,
    "internet_gateway": REGIONAL,
    "public_subnet": replace(ZONAL, tier="public"),
    "private_subnet": replace(ZONAL, tier="private"),
    "database_subnet": replace(ZONAL, tier="database"),
    "nat_gateway": ZONAL,
    "public_route_table": REGIONAL,
    "private_route_table": ZONAL,
    "database_route_table": REGIONAL,
    "s3_endpoint": REGIONAL,
    "dynamodb_endpoint": REGIONAL,
    "application_security_group": REGIONAL,
    "database_security_group": REGIONAL,
    "flow_log": REGIONAL,
    "flow_log_group": REGIONAL,
    "flow_log_role": IAM,
    "flow_log_policy": IAM,
    "network_key": ALIAS,
    # Aurora
    "aurora_key": ALIAS,
    "aurora_subnet_group": RDS_REGIONAL,
    "aurora_cluster_parameter_group": RDS_REGIONAL,
    "aurora_instance_parameter_group": RDS_REGIONAL,
    "aurora_cluster": RDS_REGIONAL,
    "aurora_log_group": REGIONAL,
    "aurora_instance": RDS_ZONAL,
    "aurora_global_cluster": RDS_GLOBAL,
    "aurora_master_secret": GLOBAL,
    "aurora_monitoring_role": IAM,
    # DynamoDB: a global table has one name in all its regions
    "user_locations": GLOBAL,
    "dynamodb_key": ALIAS,
}


def canonical_name(type: str, environment: str, region: str = "", zone: str = "") -> str:
    """Return the name for the Name tag, without the parts that the type spans.

    Raise ValueError for a type without a rule, and for a missing part.

    >>> canonical_name("private_subnet", "prod", "us-east-1", "us-east-1a")
    'prod_us-east-1_us-east-1a_private_subnet'
    """
    rule = _rule(type)
    given = {"environment": environment, "region": region, "zone": zone}
    missing = [part for part in rule.parts if not given[part]]
    if missing:
        raise ValueError(f"the name of a {type} needs {', '.join(missing)}")
    return "_".join([*(given[part] for part in rule.parts), type])


def resource_name(type: str, environment: str, region: str = "", zone: str = "") -> str:
    """Return the physical identifier: the canonical name in the characters that the service allows.

    Raise ValueError for a name that is too long for the service.

    >>> resource_name("aurora_cluster", "prod", "us-east-1")
    'prod-us-east-1-aurora-cluster'
    """
    rule, name = _rule(type), _identifier(type, environment, region, zone)
    if len(name) > rule.length:
        raise ValueError(
            f"the name {name} has {len(name)} characters, and AWS allows {rule.length} for a {type}. Choose a shorter "
            "name for the environment."
        )
    return name


def excess(environment: str, region: str) -> tuple[str, int, int] | None:
    """Return the name that exceeds AWS's limit most, its length and the limit; None if all names are short enough."""
    zone = f"{region}a"
    found = [(_identifier(type, environment, region, zone), rule.length) for type, rule in RULES.items()]
    worst = max(found, key=lambda pair: len(pair[0]) - pair[1])
    return (worst[0], len(worst[0]), worst[1]) if len(worst[0]) > worst[1] else None


def _identifier(type: str, environment: str, region: str, zone: str) -> str:
    rule = _rule(type)
    name = canonical_name(type, environment, region, zone)
    if rule.separator != "_":
        name = name.replace("_", rule.separator).lower()
    return rule.prefix + name


def names(environment: str, region: str, zones: Iterable[str] = ()) -> dict[str, str | dict[str, str]]:
    """Return the physical identifier of every type; for types that lie in zones, one for each zone."""
    return _all(resource_name, environment, region, zones)


def named_tags(
    tags: Mapping[str, str], environment: str, region: str, zones: Iterable[str] = ()
) -> dict[str, dict[str, str] | dict[str, dict[str, str]]]:
    """Return ``tags`` for every type, with the tags of the type; for types that lie in zones, a set for each zone.

    The tags of a type are Name, which holds the canonical name, and mtk:tier for subnets.
    """

    def tagged(type: str, *parts: str) -> dict[str, str]:
        tier = {"mtk:tier": RULES[type].tier} if RULES[type].tier else {}
        return {**tags, **tier, "Name": canonical_name(type, *parts)}

    return _all(tagged, environment, region, zones)


def _all(of: Callable[..., Any], environment: str, region: str, zones: Iterable[str]) -> dict[str, Any]:
    where = list(zones)
    return {
        type: {zone: of(type, environment, region, zone) for zone in where}
        if "zone" in rule.parts
        else of(type, environment, region)
        for type, rule in RULES.items()
    }


def _rule(type: str) -> Rule:
    if type not in RULES:
        raise ValueError(f"there is no naming rule for '{type}'; known types: {', '.join(sorted(RULES))}")
    return RULES[type]
