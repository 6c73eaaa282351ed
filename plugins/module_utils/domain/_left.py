# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Resources with the tag of the environment that no task of a run manages: which ones, and of which module."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from ansible_collections.mtk.backend.plugins.module_utils.domain._values import COMPONENT_TAG

STACK_TAG, STACK = "mtk:stack", "mtk-backend"
OUTPUTS = "outputs"  # the component of the SSM parameters that playbooks/outputs.yml manages, and site.yml does not
COMPONENTS = ("ipam_vpc", "aurora", "dynamodb_global")


class Kind(NamedTuple):
    """A kind of resource: the module that manages it, the settings that ask for it, and where its name comes from.

    ``named`` is ``tag`` (the tag Name), ``arn``, ``alias`` (of a key) or ``secret``. ``spans`` says that the home
    region manages the resource for all regions.
    """

    module: str
    settings: str
    named: str = "arn"
    spans: bool = False


_ZONES = "ipam_vpc_zone_count, ipam_vpc_zone_names"
_NETWORK = "the group network in hosts.yml"
_DATABASE = "the group database in hosts.yml"
_KEYS = {
    "ipam_vpc": _NETWORK,
    "aurora": _DATABASE,
    "dynamodb_global": "dynamodb_global_kms_key_enabled",
}
KINDS = {
    ("ec2", "elastic-ip"): Kind("ec2_nat_gateway", f"{_ZONES}, ipam_vpc_nat_gateway_mode", "tag"),
    ("ec2", "internet-gateway"): Kind("ec2_internet_gateway", _NETWORK, "tag"),
    ("ec2", "ipam-pool"): Kind("ec2_ipam_pool", "ipam_vpc_regions", "tag", spans=True),
    ("ec2", "natgateway"): Kind("ec2_nat_gateway", f"{_ZONES}, ipam_vpc_nat_gateway_mode", "tag"),
    ("ec2", "route-table"): Kind("ec2_route_table", f"{_ZONES}, {_NETWORK}", "tag"),
    ("ec2", "security-group"): Kind("ec2_security_group", _NETWORK, "tag"),
    ("ec2", "subnet"): Kind("ec2_subnet", _ZONES, "tag"),
    ("ec2", "vpc"): Kind("ec2_vpc", _NETWORK, "tag"),
    ("ec2", "vpc-endpoint"): Kind("ec2_vpc_endpoint", _NETWORK, "tag"),
    ("ec2", "vpc-flow-log"): Kind("ec2_flow_log", _NETWORK, "tag"),
    ("dynamodb", "table"): Kind("dynamodb_table", "dynamodb_global_replica_regions", spans=True),
    ("kms", "key"): Kind("kms_key", "", "alias"),
    ("logs", "log-group"): Kind("logs_log_group", _DATABASE),
    ("rds", "cluster"): Kind("rds_cluster", _DATABASE),
    ("rds", "cluster-pg"): Kind("rds_cluster_param_group", f"aurora_engine_version, {_DATABASE}"),
    ("rds", "db"): Kind("rds_instance", "aurora_instance_count, aurora_zone_names"),
    ("rds", "global-cluster"): Kind("rds_global_cluster", "aurora_global", spans=True),
    ("rds", "pg"): Kind("rds_instance_param_group", f"aurora_engine_version, {_DATABASE}"),
    ("rds", "subgrp"): Kind("rds_subnet_group", _DATABASE),
    ("secretsmanager", "secret"): Kind("secretsmanager_secret", "aurora_global", "secret", spans=True),
}
# AWS makes backups of a resource with the tags of the resource. They are kept on purpose.
_BACKUPS = frozenset({("rds", "cluster-snapshot"), ("rds", "snapshot"), ("rds", "cluster-auto-backup")})
REPLICA = "dynamodb_table_replica"


class Run(NamedTuple):
    """The part of an environment that a run covers: its region, the home region, the roles, and what it manages.

    An empty home region means that the run does not include it. ``managed`` are the ids and ARNs of the resources of
    the run, and ``<region> <module> <name>`` of the resources without an id.
    """

    region: str
    home: str
    components: Collection[str]
    managed: Collection[str]


class Found(NamedTuple):
    """A resource that no task of the run manages. ``owner`` is ``left`` or ``foreign``."""

    arn: str
    region: str
    resource: str
    name: str
    owner: str
    settings: str = ""


def parts(arn: str) -> tuple[str, str, str]:
    """Return the service, the kind and the id of a resource.

    >>> parts("arn:aws:rds:us-east-1:123456789012:db:dev-db")
    ('rds', 'db', 'dev-db')
    """
    service, resource = arn.split(":")[2], common(arn)
    kind, _slash, name = resource.replace(":", "/", 1).partition("/")
    return service, kind, name


def common(arn: str) -> str:
    """Return the part of an ARN without region and account, which copies in several regions have in common."""
    return arn.split(":", 5)[-1].removesuffix(":*")


def is_ours(tags: Mapping[str, str]) -> bool:
    """Return whether a resource has the tags that the roles give to what they create."""
    return tags.get(STACK_TAG) == STACK and tags.get(COMPONENT_TAG) in COMPONENTS


def managed(entries: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return what the entries of a plan manage, as :class:`Run` describes it."""
    found: set[str] = set()
    for entry in entries:
        ids = entry.get("ids") or []
        found.update(common(each) for each in ids)
        if not ids or entry["resource"] in ("dynamodb_table", REPLICA):
            found.add(" ".join((entry["region"], entry["resource"], entry["name"])))
    return sorted(found)


def unmanaged(listed: Iterable[Mapping[str, Any]], run: Run) -> Iterator[Found]:
    """Yield the listed resources that no task of the run manages and that the run covers.

    ``listed`` are ARN and tags of the resources with the tag of the environment, as the tagging API lists them.
    """
    known = set(run.managed)
    for arn, tags in {each["resource_arn"]: each["tags"] for each in listed}.items():
        found = _judged(arn, tags, run)
        if found and not _is_managed(found, known) and not _is_backup(arn, tags):
            yield found


def _judged(arn: str, tags: Mapping[str, str], run: Run) -> Found | None:
    """Return a resource with its owner; None if it is in no part that the run covers."""
    service, kind, name = parts(arn)
    if tags.get(STACK_TAG) == STACK and tags.get(COMPONENT_TAG) == OUTPUTS:
        return None
    if not is_ours(tags) or (service, kind) not in KINDS:
        whole = set(run.components) >= set(COMPONENTS)
        label = tags.get("Name") or name
        return Found(arn, run.region, f"{service} {kind}", label, "foreign") if whole else None
    found = KINDS[service, kind]
    if tags[COMPONENT_TAG] not in run.components or (found.spans and not _is_covered(found, run)):
        return None
    module = REPLICA if found.module == "dynamodb_table" and run.region != run.home else found.module
    settings = found.settings or _KEYS[tags[COMPONENT_TAG]]
    return Found(arn, run.region, module, _name(found.named, name, tags), "left", settings)


def _is_covered(kind: Kind, run: Run) -> bool:
    """Return whether the run covers a resource that the home region manages. Copies of it count in that region only."""
    return bool(run.home) and (run.home == run.region or kind.module == "dynamodb_table")


def _is_managed(found: Found, known: set[str]) -> bool:
    named = {f"{region} {found.resource} {found.name}" for region in (found.region, "global")}
    if found.resource in ("dynamodb_table", REPLICA):  # the tables of all regions have the same id
        return bool(named & known)
    resource = common(found.arn)
    return bool({resource, parts(found.arn)[2], *named} & known)


def _is_backup(arn: str, tags: Mapping[str, str]) -> bool:
    service, kind, name = parts(arn)
    return (service, kind) in _BACKUPS and (name.startswith("rds:") or is_ours(tags))


def _name(named: str, name: str, tags: Mapping[str, str]) -> str:
    """Return the name of a resource as the plan shows it."""
    label = tags.get("Name") or name
    return {
        "tag": label,
        "alias": f"alias/{label.removeprefix('alias/')}",
        "secret": name.rpartition("-")[0],  # Secrets Manager adds six random characters
        "arn": name,
    }[named]


def removed(found: Iterable[Found], consents: Collection[str]) -> dict[str, list[str]]:
    """Return the names of the resources left behind that the user wants removed, by module."""
    names: dict[str, list[str]] = {}
    for each in found:
        consented = each.owner == "left" and each.resource != REPLICA and f"{each.resource}:{each.name}" in consents
        if consented and each.name not in names.setdefault(each.resource, []):
            names[each.resource].append(each.name)
    return {module: sorted(listed) for module, listed in names.items()}


def database_subnets(listed: Iterable[Mapping[str, Any]], gone: Collection[str]) -> list[str]:
    """Return the ids of the database subnets without those of the names ``gone``."""
    subnets = ((parts(each["resource_arn"]), each["tags"]) for each in listed)
    return sorted(
        subnet
        for (service, kind, subnet), tags in subnets
        if (service, kind) == ("ec2", "subnet") and is_ours(tags)
        if tags.get("mtk:tier") == "database" and tags.get("Name") not in gone
    )
