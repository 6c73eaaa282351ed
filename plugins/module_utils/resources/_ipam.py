# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The base of the modules of IPAM: states, use by other resources, pools and their blocks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from ipaddress import IPv4Network
from typing import Any

from ansible_collections.mtk.backend.plugins.module_utils.aws._client import ClientError
from ansible_collections.mtk.backend.plugins.module_utils.aws._lookup import find
from ansible_collections.mtk.backend.plugins.module_utils.aws._tags import write_tags
from ansible_collections.mtk.backend.plugins.module_utils.domain._locks import IPAM
from ansible_collections.mtk.backend.plugins.module_utils.domain._pools import SHARED
from ansible_collections.mtk.backend.plugins.module_utils.domain._values import OWNER_TAG, UNKNOWN, NotYet
from ansible_collections.mtk.backend.plugins.module_utils.engine._resource import Resource, aws_error

IN_USE = {"type": "str", "choices": ["fail", "keep"], "default": "fail"}
POOL = {"ipam_pool_name": ("ipam_pool_id", "ipam_pool")}  # the reference of the modules about a pool's blocks
# Where to look for the resource of an allocation: operation, key of the answer, name of the filter.
WHERE = {"vpc": ("describe_vpcs", "vpcs", "vpc-id"), "subnet": ("describe_subnets", "subnets", "subnet-id")}
GONE_CIDRS = {"deprovisioned", "failed-provision", "failed-import"}


class IpamResource(Resource):
    """A resource of IPAM. While it is in use, ``state: absent`` refuses, or with ``in_use: keep`` leaves it alone."""

    ready = frozenset({"create-complete", "modify-complete"})
    failed = frozenset({"create-failed", "modify-failed", "delete-failed"})
    leaving = frozenset({"delete-in-progress"})
    shared_locks = (IPAM,)  # all environments of the account share the tree of pools
    retry_codes = ("ConcurrentMutationLimitExceeded", "IncorrectState", "DependencyViolation")

    def users(self, have: Mapping[str, Any]) -> list[str]:
        """Return the resources that prevent the deletion and have to be removed first."""
        return []

    def pools_inside(self, have: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
        """Return the pools that get addresses from this resource, directly or through other pools."""
        return []

    def drop(self, have: Mapping[str, Any]) -> None:
        """Send the deletion."""
        raise NotImplementedError

    def describe(self, sibling: dict[str, Any]) -> dict[str, Any]:
        named = {name: self.params[name] for name in self.identity}
        have = {"description": "", **sibling, **named, "tags": sibling.get("tags") or {}}
        return {**have, "in_use_by": self.users(have)} if self.params["state"] == "absent" else have

    def kept(self, have: Mapping[str, Any]) -> str:
        users = have["in_use_by"] if self.params.get("in_use") == "keep" else []
        return self.use(have, users, "it") if users else ""

    def use(self, have: Mapping[str, Any], users: list[str], what: str) -> str:
        """Return who uses ``what``: the environments, if it is known whose the users are."""
        owners = environments(pool for pool in self.pools_inside(have) if not self.is_going(pool["ipam_pool_id"]))
        if owners:
            return ", ".join(f"environment {owner} uses {what} (pool {pool})" for owner, pool in owners.items())
        return f"{', '.join(users)} {'uses' if len(users) == 1 else 'use'} {what}"

    def obstacles(self, have: Mapping[str, Any]) -> Iterator[str]:
        if have["in_use_by"]:
            yield f"{self} is in use by {', '.join(have['in_use_by'])}: remove that first, and run again."

    def delete(self, have: Mapping[str, Any]) -> None:
        self.drop(have)

    def is_held(self, allocation: Mapping[str, Any]) -> bool:
        """Return whether an allocation's resource exists and stays. Allocations outlive VPCs, subnets and pools."""
        kind, resource = allocation["resource_type"], allocation.get("resource_id")
        if kind == "ipam-pool":
            blocks = [block for block in held(self.aws, str(resource)) if inside(block["cidr"], allocation["cidr"])]
            return any(not self.is_going(block["ipam_pool_cidr_id"]) for block in blocks)
        if kind not in WHERE:
            return not self.is_going(allocation["ipam_pool_allocation_id"])
        region, (operation, key, name) = allocation.get("resource_region"), WHERE[kind]
        if self.is_going(resource, region=region):
            return False
        filters = [{"name": name, "values": [resource]}]
        return bool(self.aws.pages("ec2", operation, key, region, filters=filters))

    def retag(self, resource_id: str, have: Mapping[str, Any], changes: Mapping[str, Any]) -> None:
        """Change the tags, if they differ."""
        if "tags" in changes:
            write_tags(self.aws, "ec2", [resource_id], have["tags"], changes["tags"])

    def tags(self, want: Mapping[str, Any]) -> dict[str, str]:
        """Return the tags for the creation. Without its Name the resource could not be found again."""
        return want.get("tags") or self.named({})


def block_label(params: Mapping[str, Any]) -> str:
    """Return the name of a pool's block as the plan shows it: the pool, and the CIDR or the length."""
    block = params["cidr"] or f"/{params['netmask_length']}"
    return f"{params['ipam_pool_name'] or params['ipam_pool_id']} {block}"


def alive(resources: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the resources that are not being deleted."""
    return [r for r in resources if r["state"] not in ("delete-in-progress", "delete-complete")]


def label(resource: Mapping[str, Any], id_field: str) -> str:
    """Return the Name tag of a resource; its id if it has none."""
    return str((resource.get("tags") or {}).get("Name") or resource[id_field])


def environments(found: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return the environments to which pools belong, each with the name of one of its pools."""
    owners = {str((p.get("tags") or {}).get(OWNER_TAG, SHARED)): label(p, "ipam_pool_id") for p in found}
    return {owner: owners[owner] for owner in sorted(owners.keys() - {SHARED})}


def descendants(aws: Any, pool_ids: Iterable[str]) -> list[dict[str, Any]]:
    """Return the pools that get their addresses from the named pools, directly or through other pools."""
    listed, found, above = alive(pools(aws)), list[dict[str, Any]](), set(pool_ids)
    while below := [p for p in listed if p.get("source_ipam_pool_id") in above]:
        found += below
        above = {p["ipam_pool_id"] for p in below}
    return found


def pools(aws: Any) -> list[dict[str, Any]]:
    """Return all pools that the region sees."""
    return [p for p in aws.pages("ec2", "describe_ipam_pools", "ipam_pools") if p["state"] != "delete-complete"]


def pool(aws: Any, params: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the pool that ``ipam_pool_id`` or ``ipam_pool_name`` names, or None if it does not exist."""
    if params["ipam_pool_name"]:
        return find(aws, "ipam_pool", params["ipam_pool_name"], params=params)
    wanted = params["ipam_pool_id"]
    return None if wanted == UNKNOWN else next((p for p in pools(aws) if p["ipam_pool_id"] == wanted), None)


def locale(pool_found: Mapping[str, Any] | None) -> str | None:
    """Return the region of a pool's allocations; None if the pool has no locale."""
    region = (pool_found or {}).get("locale")
    return None if region in (None, "None") else str(region)


def cidrs(aws: Any, pool_id: str) -> list[dict[str, Any]]:
    """Return the blocks of a pool: provisioned, pending or failed."""
    missing = ["InvalidIpamPoolId.NotFound"]
    found = aws.found(missing, lambda: aws.pages("ec2", "get_ipam_pool_cidrs", "ipam_pool_cidrs", ipam_pool_id=pool_id))
    return [c for c in found or [] if c["state"] != "deprovisioned"]


def held(aws: Any, pool_id: str) -> list[dict[str, Any]]:
    """Return the blocks that a pool holds."""
    return [c for c in cidrs(aws, pool_id) if c["state"] not in GONE_CIDRS | {"pending-deprovision"}]


def allocate(aws: Any, pool_id: str, request: Callable[[], Any]) -> None:
    """Send a request that takes a block from a pool. Raise NotYet if AWS refuses while the pool waits for its block."""
    blocks = cidrs(aws, pool_id)
    filling = not blocks or any(c["state"] == "pending-provision" for c in blocks)
    try:
        request()
    except ClientError as error:
        if filling and aws_error(error)[0] == "InvalidParameterValue":
            raise NotYet(str(error)) from error
        raise


def allocations(aws: Any, pool_id: str, region: str | None = None) -> list[dict[str, Any]]:
    """Return the allocations of a pool. AWS lists them in the pool's locale."""
    key = "ipam_pool_allocations"
    return list(aws.pages("ec2", "get_ipam_pool_allocations", key, region, ipam_pool_id=pool_id))


def inside(cidr: str, outer: str | None) -> bool:
    """Return whether a block is part of another."""
    return outer is not None and IPv4Network(cidr).subnet_of(IPv4Network(outer))
