# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From names to ids: tasks name what another role, play, host or loop item made, and modules look it up."""

from __future__ import annotations

from typing import Any

from ansible_collections.mtk.backend.plugins.module_utils._plan import UNKNOWN
from ansible_collections.mtk.backend.plugins.module_utils._reconcile import Refused

# kind: operation, key of the answer, field of the id. All are found by their Name tag.
_EC2 = {
    "ipam": ("describe_ipams", "ipams", "ipam_id"),
    "ipam_scope": ("describe_ipam_scopes", "ipam_scopes", "ipam_scope_id"),
    "ipam_pool": ("describe_ipam_pools", "ipam_pools", "ipam_pool_id"),
    "vpc": ("describe_vpcs", "vpcs", "vpc_id"),
    "subnet": ("describe_subnets", "subnets", "subnet_id"),
    "route_table": ("describe_route_tables", "route_tables", "route_table_id"),
    "internet_gateway": ("describe_internet_gateways", "internet_gateways", "internet_gateway_id"),
    "nat_gateway": ("describe_nat_gateways", "nat_gateways", "nat_gateway_id"),
    "security_group": ("describe_security_groups", "security_groups", "group_id"),
}
_GONE = {"deleted", "deleting", "failed", "delete-complete", "delete-in-progress"}


def find(aws: Any, kind: str, name: str, region: str | None = None) -> dict[str, Any] | None:
    """The EC2 resource that bears ``name`` in its Name tag, or None. Raises Refused where several do."""
    operation, key = _EC2[kind][:2]
    listed = aws.pages("ec2", operation, key, region)  # all of them: the listing that the modules of this kind share
    found = [r for r in listed if (r.get("tags") or {}).get("Name") == name and r.get("state") not in _GONE]
    if len(found) > 1:
        raise Refused(f"{len(found)} resources of kind {kind} are named '{name}': remove or rename the others")
    return found[0] if found else None


def find_id(aws: Any, kind: str, name: str | None, region: str | None = None) -> Any:
    """The id of what bears ``name``; ``(known after apply)`` where nothing does yet; None for no name."""
    if name is None or name == UNKNOWN:
        return name
    asked = (kind, name, region)
    if asked not in aws.ids:
        found = find(aws, kind, name, region)
        if found is None:
            return UNKNOWN
        aws.ids[asked] = found[_EC2[kind][2]]  # a name stands for the same as long as a task runs
    return aws.ids[asked]


def key_arn(aws: Any, key: str | None, region: str | None = None) -> Any:
    """The ARN of a KMS key that is given as ARN, id or ``alias/...``, in the region where it is used."""
    if not key or key == UNKNOWN or key.startswith("arn:") and ":key/" in key:
        return key
    for alias in aws.pages("kms", "list_aliases", "aliases", region):
        if alias["alias_name"] == key and alias.get("target_key_id"):
            return f"{alias['alias_arn'].rpartition(':')[0]}:key/{alias['target_key_id']}"
    found = _key(aws, key, region)
    if found is None and key.startswith("alias/"):
        return _without_alias(aws, key, region)
    return UNKNOWN if found is None else found["arn"]


def _key(aws: Any, key: str, region: str | None) -> dict[str, Any] | None:
    found = aws.found(["NotFoundException"], lambda: aws.call("kms", "describe_key", region, key_id=key))
    return found["key_metadata"] if found else None


def _without_alias(aws: Any, alias: str, region: str | None) -> Any:
    """The key that lost its alias, or has not got it yet, and gets it from kms_key: it bears the alias as its Name."""
    named = []
    for listed in aws.pages("kms", "list_keys", "keys", region):
        key = _key(aws, listed["key_id"], region) or {}
        if key.get("key_manager") == "CUSTOMER" and key["key_state"] in ("Enabled", "Disabled"):
            tags = aws.call("kms", "list_resource_tags", region, key_id=key["key_id"]).get("tags") or {}
            named += [key["arn"]] if tags.get("Name") == alias.removeprefix("alias/") else []
    return named[0] if len(named) == 1 else UNKNOWN
