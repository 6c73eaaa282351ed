# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The resources of a plan document, with their fields, for the topology page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from ansible_collections.mtk.backend.plugins.module_utils.domain._values import UNKNOWN
from ansible_collections.mtk.backend.plugins.module_utils.engine import _document

GLOBAL = "global"
States = Mapping[tuple[str, str, str], Mapping[str, Any]]
# The section of the page that shows a type of resource. A type that is missing here is shown under 'Other resources'.
PLACES = {
    "ec2_ipam": "addresses",
    "ec2_ipam_scope": "addresses",
    "ec2_ipam_pool": "addresses",
    "ec2_ipam_pool_allocation": "addresses",
    "ec2_ipam_pool_cidr": "addresses",
    "ec2_vpc": "network",
    "ec2_subnet": "network",
    "ec2_internet_gateway": "network",
    "ec2_nat_gateway": "network",
    "ec2_route_table": "network",
    "ec2_vpc_endpoint": "network",
    "ec2_flow_log": "network",
    "ec2_security_group": "reach",
    "rds_cluster": "database",
    "rds_instance": "database",
    "rds_global_cluster": "database",
    "dynamodb_table": "table",
    "dynamodb_table_replica": "table",
    "dynamodb_table_auto_scaling": "table",
    "kms_key": "supporting",
    "logs_log_group": "supporting",
    "rds_cluster_param_group": "supporting",
    "rds_instance_param_group": "supporting",
    "rds_subnet_group": "supporting",
    "secretsmanager_secret": "supporting",
    "iam_role": "supporting",
    "iam_managed_policy": "supporting",
    # Decisions about a whole region, which belong to no resource
    "region": "decisions",
    "aws_preflight": "decisions",
    "aws_region_preflight": "decisions",
}


@dataclass(frozen=True)
class Item:
    """A resource: its entry in the plan, and its fields as they are or as they would be after an apply."""

    entry: Mapping[str, Any]
    state: Mapping[str, Any]

    @property
    def region(self) -> str:
        return str(self.entry["region"])

    @property
    def resource(self) -> str:
        return str(self.entry["resource"])

    @property
    def name(self) -> str:
        return str(self.entry["name"])

    @property
    def action(self) -> str:
        return str(self.entry["action"])

    @property
    def place(self) -> str:
        """The section of the page that shows the resource."""
        return PLACES.get(self.resource, "other")

    def text(self, field: str) -> str:
        """Return a field as text; empty if the field is not known to exist."""
        value = self.state.get(field)
        return "" if value is None else str(value)

    def known(self, field: str) -> str:
        """Return a field as text; empty if AWS decides its value during the apply."""
        value = self.text(field)
        return "" if value == UNKNOWN else value

    def zone(self) -> str:
        """Return the availability zone, which the name contains, too."""
        return self.known("availability_zone") or zone_in(self.name, self.region)


def zone_in(name: str, region: str) -> str:
    """Return the zone in a name of a resource; empty if the name has none.

    >>> zone_in("prod-us-east-1-us-east-1b-aurora-instance", "us-east-1")
    'us-east-1b'
    """
    area = re.escape(region)
    found = re.search(rf"(?:^|[-_]){area}[-_]({area}(?:-[a-z]+-\d+)?[a-z])[-_]", name)
    return found[1] if found else ""


@dataclass(frozen=True)
class Estate:
    """All resources of an environment. ``regions`` are those of the inventory and of the resources."""

    environment: str
    regions: tuple[str, ...]
    items: tuple[Item, ...]

    def of(self, resource: str, region: str = "") -> list[Item]:
        """Return the resources of a type, in one region or in all."""
        return [each for each in self._by_resource.get(resource, ()) if region in ("", each.region)]

    @cached_property
    def _by_resource(self) -> Mapping[str, list[Item]]:
        found: dict[str, list[Item]] = {}
        for item in self.items:
            found.setdefault(item.resource, []).append(item)
        return found

    def first(self, resource: str, region: str = "") -> Item | None:
        """Return the first resource of a type; None if the environment has none."""
        return next(iter(self.of(resource, region)), None)

    @property
    def home(self) -> str:
        """The region that manages what spans regions: the address plan and the table."""
        found = (self.first(each) for each in ("ec2_ipam", "ec2_ipam_pool", "dynamodb_table"))
        return next((each.region for each in found if each), "")


def estate(document: Mapping[str, Any], states: States, regions: Iterable[str] = ()) -> Estate:
    """Return the resources of a plan document. ``states`` are the fields of the resources by region, type and name.

    The primary region comes first. Without a state, the fields are those in the document: of what a plan creates,
    changes and deletes.
    """
    items = tuple(Item(entry, state(entry, states)) for entry in document["resources"] if exists(entry, states))
    found = dict.fromkeys([*regions, *(each.region for each in items if each.region != GLOBAL)])
    unordered = Estate(str(document["environment"]), tuple(found), items)
    return replace(unordered, regions=tuple(sorted(found, key=lambda region: region != unordered.home)))


def exists(entry: Mapping[str, Any], states: States) -> bool:
    """Return whether a resource exists or would exist. Without a change it may be one that is absent, as wanted."""
    return entry["action"] != "none" or bool(entry.get("ids") or states.get(_document.key(entry)))


def state(entry: Mapping[str, Any], states: States) -> Mapping[str, Any]:
    """Return the fields of a resource: what is known of it, and what its entry says it had or will have."""
    before, after = entry.get("before") or {}, entry.get("after") or {}
    known = states.get(_document.key(entry)) or {}
    if entry["action"] in ("delete", "refuse", "keep"):
        return {**after, **before, **known}
    return {**before, **known, **after}
