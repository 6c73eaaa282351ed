# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Judgements on what AWS offers: pure functions over AWS's answers that return findings, one sentence or two each.

A finding names the variable and its value, the rule, and what to do.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from ipaddress import IPv4Network
from typing import Any

from ansible_collections.mtk.backend.plugins.module_utils.domain._aurora import parameter_text, version_parts
from ansible_collections.mtk.backend.plugins.module_utils.domain._layout import LIMITED_ZONES, listed, offered_zones
from ansible_collections.mtk.backend.plugins.module_utils.domain._setting import did_you_mean

_NUMBER = r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?"
_SPAN = re.compile(rf"({_NUMBER})(?:-({_NUMBER}))?")
_FORMULA = re.compile(r"\{[A-Za-z]")  # {DBInstanceClassMemory/12038}


def judge_region(region: str, regions: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return a finding if a Region does not exist or is not enabled. ``regions`` are all Regions of the partition."""
    statuses = {str(each["region_name"]): str(each.get("opt_in_status")) for each in regions}
    if region not in statuses:
        hint = _similar(region, statuses)
        return [f"AWS has no Region {region}. Correct the name of the host in the inventory.{hint}"]
    if statuses[region] == "not-opted-in":
        return [
            f"Region {region} is not enabled (opt-in status: not-opted-in); AWS refuses all requests there. Enable the "
            "Region in the settings of the account, or remove it from the inventory."
        ]
    return []


def _similar(name: str, names: Iterable[str]) -> str:
    """Return a question with the nearest name, or nothing."""
    near = did_you_mean(name, names)
    return f" Did you mean {near}?" if near else ""


def judge_zones(
    variables: Mapping[str, str],
    region: str,
    available: Iterable[Mapping[str, Any]],
    count: int | None,
    names: Sequence[str],
) -> list[str]:
    """Return a finding if a Region does not offer the named zones, or has too few zones.

    ``available`` is the answer of DescribeAvailabilityZones.
    """
    offered = offered_zones(available)
    unknown = [name for name in names if name not in {zone.zone_name for zone in offered}]
    if unknown:
        return [
            f"{variables['zone_names']} contains {', '.join(unknown)}; the zones of {region} are: {listed(offered)}. "
            "Use zones of this list."
        ]
    usable = [zone for zone in offered if zone.zone_id not in LIMITED_ZONES]
    if names or not count or count <= len(usable):
        return []
    limited = [zone for zone in offered if zone not in usable]
    rest = f" Only {variables['zone_names']} can choose {listed(limited)}, which lacks services." if limited else ""
    return [
        f"{variables['zone_count']} is {count}; {region} has {len(usable)} usable zones: {listed(usable)}. Set it to "
        f"{len(usable)} or less, or use another Region.{rest}"
    ]


def judge_pools(pools: Iterable[Mapping[str, Any]], blocks: Mapping[str, Mapping[str, Sequence[str]]]) -> list[str]:
    """Return a finding for each pool whose block differs from the one in AWS, or is taken by another pool.

    ``pools`` are the pools of the address plan, parents first: name, source_name, cidr, and the variables that set the
    block. ``blocks`` are the blocks in AWS by the name of the source pool and of the pool.
    """
    findings: dict[str, str] = {}
    for pool in pools:
        name, source, cidr = pool["name"], pool["source_name"], pool["cidr"]
        siblings = blocks.get(source, {})
        own = siblings.get(name, ())
        if source in findings:
            findings[name] = ""  # its block follows from the block of its source pool
        elif own and cidr not in own:
            findings[name] = (
                f"{_set_by(pool)}, so the pool {name} would have the block {cidr}; it has {', '.join(own)}, and the "
                "address plan of an account cannot be changed. Set the variables as at the first apply."
            )
        elif not own and (others := _overlapping(cidr, siblings)):
            findings[name] = (
                f"{_set_by(pool)}, so the pool {name} would have the block {cidr}; it overlaps {', '.join(others)}. "
                "Use a free slot, and the same slots in every environment of the account."
            )
    return [text for text in findings.values() if text]


def _set_by(pool: Mapping[str, Any]) -> str:
    return " and ".join(f"{name} is {value}" for name, value in pool["variables"].items())


def _overlapping(cidr: str, siblings: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the pools of the same source that have a block which overlaps ``cidr``."""
    new = IPv4Network(cidr)
    return [f"{name} ({block})" for name, own in siblings.items() for block in own if IPv4Network(block).overlaps(new)]


def judge_addresses(
    variables: Mapping[str, str], region: str, count: int, owned: int, used: int, quota: int
) -> list[str]:
    """Return a finding if the quota leaves too few Elastic IP addresses. ``owned`` of ``count`` exist already."""
    missing = count - owned
    if missing <= 0 or used + missing <= quota:
        return []
    return [
        f"{variables['nat_gateway_count']} needs {missing} more Elastic IP address{'es' if missing > 1 else ''} in "
        f"{region}; {used} of "
        f"{quota} (quota vpc-max-elastic-ips) are in use. Set it to single or none, release unused addresses, or raise "
        "the quota."
    ]


def missing_boundary(variables: Sequence[str], arn: str) -> str:
    """Return the finding on a permissions boundary that does not exist."""
    named = " and ".join(f"{name} is {arn}" for name in variables)
    return (
        f"{named}; IAM has no such policy, and refuses roles with this boundary. Create the policy first, or correct "
        "the ARN."
    )


def judge_quota(cause: str, region: str, missing: int, quota: Mapping[str, Any]) -> list[str]:
    """Return a finding if a quota of RDS leaves room for fewer than ``missing``. ``cause`` says what needs them."""
    used, most = int(quota["used"]), int(quota["max"])
    if missing <= 0 or used + missing <= most:
        return []
    what = {"DBClusters": "clusters", "DBInstances": "instances"}[quota["account_quota_name"]]
    return [
        f"{cause} needs {missing} more DB {what if missing > 1 else what[:-1]} in {region}; {used} of {most} (quota "
        f"{quota['account_quota_name']}) are in use. Delete unused ones, or raise the quota."
    ]


def satisfying(wanted: str, versions: Iterable[str]) -> list[str]:
    """Return the versions that a full version or a major version selects. Special versions must be named in full.

    >>> satisfying("16", ["15.8", "16.4", "16.4-limitless", "16.8"])
    ['16.4', '16.8']
    """
    return [v for v in versions if v == wanted or (v.startswith(f"{wanted}.") and "-" not in v)]


def judge_version(
    variables: Mapping[str, str], region: str, wanted: str, versions: Sequence[str], targets: Collection[str] | None
) -> list[str]:
    """Return a finding if AWS does not offer a version, or offers no upgrade to it.

    ``targets`` are the versions to which the running one can be upgraded; None without a cluster.
    """
    found = satisfying(wanted, versions)
    if not found:
        same = satisfying(wanted.split(".")[0], versions)
        return [
            f"{variables['engine_version']} is {wanted}; Aurora PostgreSQL offers {_numbered(same or versions)} in "
            f"{region}. Use one of these."
        ]
    if targets is None or any(version in targets for version in found):
        return []
    return [
        f"{variables['engine_version']} is {wanted}; AWS offers no upgrade of the running version to it, only to "
        f"{_numbered(targets) or 'no version'}. Use one of these."
    ]


def _numbered(versions: Iterable[str]) -> str:
    return ", ".join(sorted(versions, key=_sort_key))


def _sort_key(version: str) -> tuple[int, ...]:
    return version_parts(re.sub(r"[^\d.].*", "", version))  # 16.4-limitless


def newest(versions: Iterable[str]) -> str:
    """Return the newest of some versions."""
    return max(versions, key=_sort_key)


def judge_major_upgrade(variables: Mapping[str, str], region: str, wanted: str, running: str) -> list[str]:
    """Return the finding on a major upgrade that the settings do not allow, before its parameter groups are created."""
    if not (wanted.split(".")[0].isdigit() and int(wanted.split(".")[0]) > int(running.split(".")[0])):
        return []
    return [
        f"{variables['engine_version']} is {wanted}, and the cluster in {region} runs {running}; that is a major "
        f"upgrade. Set {variables['allow_major_version_upgrade']} to true to have it, or keep version "
        f"{running.split('.')[0]}."
    ]


def judge_class(
    variables: Mapping[str, str], region: str, wanted: str, versions: Sequence[str], offered: Iterable[str]
) -> list[str]:
    """Return the finding for a class that AWS does not offer for ``versions``. ``offered`` are the other classes."""
    majors = {each.split(".")[0] for each in versions}
    version = f" {versions[0] if len(versions) == 1 else majors.pop()}" if len(majors) == 1 else ""
    choice = f" offers {_families(offered, wanted)}" if offered else " does not offer it"
    return [
        f"{variables['instance_class']} is {wanted}; Aurora PostgreSQL{version}{choice} in {region}. Use "
        f"{'one of these' if offered else 'another class'}."
    ]


def _families(classes: Iterable[str], wanted: str) -> str:
    """Return classes as a text: those of the wanted family, or else the families."""
    found = sorted(set(classes))
    same = [name for name in found if name.rpartition(".")[0] == wanted.rpartition(".")[0] != "db"]
    families = [f"{name.rpartition('.')[0]}.*" if name.count(".") > 1 else name for name in found]
    return ", ".join(same or dict.fromkeys(families))


def judge_class_zones(
    variables: Mapping[str, str], instance_class: str, zones: Iterable[tuple[str, str]], offering: Collection[str]
) -> list[str]:
    """Return a finding if AWS does not offer a class in the zones, given as name and id, that get an instance."""
    lacking = [f"{name} ({zone_id})" for name, zone_id in zones if name not in offering]
    if not lacking:
        return []
    return [
        f"{variables['instance_class']} is {instance_class}; AWS offers this class in {', '.join(sorted(offering))}, "
        f"not in {', '.join(lacking)}. Name other zones in {variables['zone_names']}, or use another class."
    ]


def judge_parameters(
    variable: str, kind: str, wanted: Mapping[str, Any], described: Iterable[Mapping[str, Any]]
) -> list[str]:
    """Return a finding for each parameter that AWS would refuse.

    ``described`` are all parameters of a ``kind``, such as ``a cluster parameter of aurora-postgresql16``.
    """
    rows = {str(row["parameter_name"]): row for row in described}
    texts = {name: parameter_text(value) for name, value in wanted.items()}
    return [finding for name, text in texts.items() for finding in _judge_parameter(variable, kind, name, text, rows)]


def _judge_parameter(
    variable: str, kind: str, name: str, text: str, rows: Mapping[str, Mapping[str, Any]]
) -> list[str]:
    row = rows.get(name)
    if row is None:
        return [
            f"{variable} contains {name}, which is not {kind}. Names are case-sensitive. Correct or remove it."
            f"{_similar(name.lower(), rows)}"
        ]
    if row.get("parameter_value") == text:
        return []
    if row.get("is_modifiable") is False:
        return [f"{variable} contains {name}; AWS does not let users change this parameter. Remove it."]
    if not is_allowed(text, str(row.get("allowed_values") or ""), str(row.get("data_type") or "")):
        return [f"{variable} sets {name} to {text}; AWS allows {row['allowed_values']}. Use an allowed value."]
    return []


def is_allowed(text: str, allowed: str, data_type: str = "string") -> bool:
    """Return whether AWS takes a parameter's value. What cannot be judged is allowed.

    ``allowed`` is AllowedValues: names or numbers, and for numbers also ranges such as ``-1-2147483647``.

    >>> is_allowed("-1", "-1-2147483647", "integer"), is_allowed("some", "none,ddl,mod,all")
    (True, False)
    """
    if not allowed or not text:
        return True
    if data_type in ("integer", "float"):
        return bool(_FORMULA.search(text)) or _in_spans(text, allowed, data_type)
    names = [name.strip() for name in allowed.lower().split(",")]  # AWS's own defaults differ from them in case
    given = [item.strip() for item in text.lower().split(",")] if data_type == "list" else [text.lower()]
    return all(item in names for item in given)


def _in_spans(text: str, allowed: str, data_type: str) -> bool:
    spans = [_SPAN.fullmatch(span.strip()) for span in allowed.split(",")]
    if not re.fullmatch(r"-?\d+" if data_type == "integer" else _NUMBER, text):
        return False
    return any(span is None or float(span[1]) <= float(text) <= float(span[2] or span[1]) for span in spans)
