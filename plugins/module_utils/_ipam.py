# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the resources of IPAM have in common: their states, and that others may still use them."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Network
from typing import Any

from ansible_collections.mtk.backend.plugins.module_utils._ec2 import retag
from ansible_collections.mtk.backend.plugins.module_utils._lookup import find, find_id
from ansible_collections.mtk.backend.plugins.module_utils._plan import UNKNOWN
from ansible_collections.mtk.backend.plugins.module_utils._reconcile import Refused, Resource

IN_USE = {"type": "str", "choices": ["fail", "keep"], "default": "fail"}
POOL = {"ipam_pool_id": {"type": "str"}, "ipam_pool_name": {"type": "str"}}
GONE_CIDRS = {"deprovisioned", "failed-provision", "failed-import"}


class NotYet(Exception):
    """What stands in the way goes by itself."""


def pool_label(params: Mapping[str, Any]) -> str:
    """What a reader calls a block of a pool: the pool, and its CIDR or how long it is."""
    block = params["cidr"] or f"/{params['netmask_length']}"
    return f"{params['ipam_pool_name'] or params['ipam_pool_id']} {block}"


class IpamResource(Resource):
    """A resource of IPAM. While something uses it, ``state: absent`` refuses, or with ``in_use: keep`` leaves it."""

    ready = frozenset({"create-complete", "modify-complete"})
    failed = frozenset({"create-failed", "modify-failed", "delete-failed"})
    leaving = frozenset({"delete-in-progress"})
    retry_codes = ("ConcurrentMutationLimitExceeded", "IncorrectState", "DependencyViolation")

    def users(self, have: Mapping[str, Any]) -> list[str]:
        """What keeps it from being deleted and does not go by itself."""
        return []

    def drop(self, have: Mapping[str, Any]) -> None:
        """Send the deletion."""
        raise NotImplementedError

    def describe(self, sibling: dict[str, Any]) -> dict[str, Any]:
        named = {name: self.params[name] for name in self.identity}
        have = {"description": "", **sibling, **named, "tags": sibling.get("tags") or {}}
        return {**have, "in_use_by": self.users(have)} if self.params["state"] == "absent" else have

    def kept(self, have: Mapping[str, Any]) -> bool:
        return self.params.get("in_use") == "keep" and bool(have["in_use_by"])

    def delete(self, have: Mapping[str, Any]) -> None:
        if have["in_use_by"]:
            raise Refused(f"{self} is in use by {', '.join(have['in_use_by'])}: remove that first")
        self.drop(have)

    def is_not_yet(self, error: Exception) -> bool:
        return isinstance(error, NotYet) or super().is_not_yet(error)

    def retag(self, resource_id: str, have: Mapping[str, Any], changes: Mapping[str, Any]) -> None:
        """Bring the tags to what is wanted, where they differ."""
        if "tags" in changes:
            retag(self.aws, [resource_id], have["tags"], changes["tags"])

    def tags(self, want: Mapping[str, Any]) -> dict[str, str]:
        """The tags to create it with; without its Name it could not be found again."""
        return want.get("tags") or self.named({})


def alive(resources: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those that are not about to go."""
    return [r for r in resources if r["state"] not in ("delete-in-progress", "delete-complete")]


def label(resource: Mapping[str, Any], id_field: str) -> str:
    """Its name for people."""
    return str((resource.get("tags") or {}).get("Name") or resource[id_field])


def pools(aws: Any) -> list[dict[str, Any]]:
    """All pools that the region sees."""
    return [p for p in aws.pages("ec2", "describe_ipam_pools", "ipam_pools") if p["state"] != "delete-complete"]


def pool(aws: Any, params: Mapping[str, Any]) -> dict[str, Any] | None:
    """The pool that ``ipam_pool_id`` or ``ipam_pool_name`` means, or None where there is none."""
    if params["ipam_pool_name"]:
        return find(aws, "ipam_pool", params["ipam_pool_name"])
    wanted = params["ipam_pool_id"]
    return None if wanted == UNKNOWN else next((p for p in pools(aws) if p["ipam_pool_id"] == wanted), None)


def cidrs(aws: Any, pool_id: str) -> list[dict[str, Any]]:
    """The blocks of a pool that it has, shall get or is about to lose, and those it could not get."""
    missing = ["InvalidIpamPoolId.NotFound"]
    found = aws.found(missing, lambda: aws.pages("ec2", "get_ipam_pool_cidrs", "ipam_pool_cidrs", ipam_pool_id=pool_id))
    return [c for c in found or [] if c["state"] != "deprovisioned"]


def held(aws: Any, pool_id: str) -> list[dict[str, Any]]:
    """The blocks of a pool that count as its own."""
    return [c for c in cidrs(aws, pool_id) if c["state"] not in GONE_CIDRS | {"pending-deprovision"}]


def is_filling(aws: Any, pool_id: str) -> bool:
    """Whether a pool still waits for a block, so that a refused allocation is worth another try."""
    blocks = cidrs(aws, pool_id)
    return not blocks or any(c["state"] == "pending-provision" for c in blocks)


def allocations(aws: Any, pool_id: str, region: str | None = None) -> list[dict[str, Any]]:
    """What is taken from a pool; read from the pool's own region where it has one."""
    key = "ipam_pool_allocations"
    return list(aws.pages("ec2", "get_ipam_pool_allocations", key, region, ipam_pool_id=pool_id))


def inside(cidr: str, outer: str | None) -> bool:
    """Whether a block is part of another."""
    return outer is not None and IPv4Network(cidr).subnet_of(IPv4Network(outer))


def scope_id(aws: Any, params: Mapping[str, Any]) -> Any:
    """The scope that is given by id, by name, or as the default private scope of an IPAM; None where it is not."""
    if params["ipam_name"]:
        ipam = find(aws, "ipam", params["ipam_name"])
        return ipam["private_default_scope_id"] if ipam else UNKNOWN
    return params["ipam_scope_id"] or find_id(aws, "ipam_scope", params["ipam_scope_name"])
