"""The calls for IPAM pools and their blocks."""

from __future__ import annotations

from copy import copy
from typing import Any

from moto.core.responses import ActionResult

from ..core import AwsError, new_id
from . import ipam_pools
from .base import result, tag_dict, tag_list
from .ipam_models import Pool, Scope
from .ipam_responses import IpamBase, limit

MAX_POOLS, MAX_DEPTH = 50, 10
RULES = {
    "AllocationMinNetmaskLength": "minimum",
    "AllocationMaxNetmaskLength": "maximum",
    "AllocationDefaultNetmaskLength": "default",
}


class IpamPoolResponses(IpamBase):
    """IPAM pools and their blocks."""

    def _pool_shown(self, pool: Pool, answer: bool = False) -> dict[str, Any]:
        scope = self.ipam.scopes[pool.scope_id]
        return pool.shown(answer) | {
            "IpamPoolId": pool.id,
            "SourceIpamPoolId": pool.source_id,
            "IpamPoolArn": pool.arn("ipam-pool"),
            "IpamScopeArn": scope.arn("ipam-scope"),
            "IpamScopeType": scope.kind,
            "IpamArn": self.ipam.ipams[scope.ipam_id].arn("ipam"),
            "Locale": pool.locale or "None",
            "PoolDepth": pool.depth,
            "AutoImport": bool(pool.importing),
            "AddressFamily": "ipv4",
            **{name: getattr(pool, field) for name, field in RULES.items()},
            "AllocationResourceTags": tag_list(pool.resource_tags),
        }

    def create_ipam_pool(self) -> ActionResult:
        params = self.params
        if params["AddressFamily"] != "ipv4":
            raise AwsError("UnsupportedOperation", "The local AWS does not implement IPv6 pools.")
        scope = self.ipam.scope(params["IpamScopeId"], self.region)
        locale = None if params.get("Locale") in (None, "", "None") else params["Locale"]
        self._check_scope(scope, locale)
        source = self._source(scope, locale)
        self._check_import(locale)
        pool = Pool(
            new_id("ipam-pool"),
            self.current_account,
            self.region,
            10,
            params.get("Description") or "",
            tag_dict(params, "ipam-pool"),
            scope_id=scope.id,
            locale=locale,
            source_id=source.id if source else None,
            depth=source.depth + 1 if source else 1,
            resource_tags={t["Key"]: t.get("Value", "") for t in params.get("AllocationResourceTags") or []},
        )
        for name, field in RULES.items():
            setattr(pool, field, params.get(name))
        pool.set_auto_import(bool(params.get("AutoImport")))
        limit("levels of pools", pool.depth - 1, MAX_DEPTH)
        ipam_pools.check_rules(pool)
        self.ipam.pools[pool.id] = pool
        return result(IpamPool=self._pool_shown(pool, answer=True))

    def _check_scope(self, scope: Scope, locale: str | None) -> None:
        scope.check_ready()
        ipam = self.ipam.ipams[scope.ipam_id]
        ipam.check_ready()
        if scope.kind == "public":
            raise AwsError("UnsupportedOperation", "The local AWS does not implement pools of public scopes.")
        if ipam.tier == "free":
            raise AwsError("UnsupportedOperation", "An IPAM of the free tier has no pools in private scopes.")
        if locale and locale not in ipam.regions:
            text = f"The locale '{locale}' is not an operating Region of the IPAM {ipam.id}."
            raise AwsError("InvalidParameterValue", text)
        limit("pools", len(self.ipam.pools_in(scope.id)), MAX_POOLS)

    def _check_import(self, locale: str | None) -> None:
        if self.params.get("AutoImport") and not locale:
            raise AwsError("InvalidParameterCombination", "AutoImport needs a pool that has a locale.")

    def _source(self, scope: Scope, locale: str | None) -> Pool | None:
        if not self.params.get("SourceIpamPoolId"):
            return None
        source = self.ipam.pool(self.params["SourceIpamPoolId"], self.region, home=True)
        source.check_ready()
        if source.scope_id != scope.id:
            raise AwsError("InvalidParameterValue", f"The source pool {source.id} is in another scope.")
        if source.locale and locale != source.locale:
            text = f"The locale must be that of the source pool, {source.locale}."
            raise AwsError("InvalidParameterValue", text)
        return source

    def describe_ipam_pools(self) -> ActionResult:
        named = self.params.get("IpamPoolIds")
        if named:
            found = [self.ipam.pool(i, self.region) for i in named]
        else:
            found = [p for p in self.ipam.pools.values() if p.visible(self.region)]
        return result(IpamPools=[self._pool_shown(p) for p in found])

    def modify_ipam_pool(self) -> ActionResult:
        params = self.params
        pool = self.ipam.pool(params["IpamPoolId"], self.region, home=True)
        pool.check_ready()
        self._check_import(pool.locale)
        wanted = copy(pool)
        if params.get("ClearAllocationDefaultNetmaskLength"):
            if params.get("AllocationDefaultNetmaskLength") is not None:
                raise AwsError("InvalidParameterCombination", "A default netmask length cannot be cleared and set.")
            wanted.default = None
        for name, field in RULES.items():
            setattr(wanted, field, getattr(wanted, field) if params.get(name) is None else params[name])
        ipam_pools.check_rules(wanted)
        if pool.start_modify(params.get("Description")):
            for field in RULES.values():
                setattr(pool, field, getattr(wanted, field))
            self._modify_rest(pool)
        return result(IpamPool=self._pool_shown(pool, answer=True))

    def _modify_rest(self, pool: Pool) -> None:
        if self.params.get("AutoImport") is not None:
            pool.set_auto_import(self.params["AutoImport"])
        for tag in self.params.get("RemoveAllocationResourceTags") or []:
            pool.resource_tags.pop(tag["Key"], None)
        for tag in self.params.get("AddAllocationResourceTags") or []:
            pool.resource_tags[tag["Key"]] = tag.get("Value", "")

    def delete_ipam_pool(self) -> ActionResult:
        pool = self.ipam.pool(self.params["IpamPoolId"], self.region, home=True)
        pool.check_ready(delete=True)
        if not self.params.get("Cascade"):
            busy = any(c.live for c in pool.cidrs) or self.ipam.allocations_of(pool.id) or self.ipam.children(pool.id)
            if busy:
                text = f"The pool {pool.id} has CIDRs, allocations or pools in it and cannot be deleted."
                raise AwsError("DependencyViolation", text)
        self._delete_tree(pool)
        return result(IpamPool=self._pool_shown(pool, answer=True))

    def _delete_tree(self, pool: Pool) -> None:
        pool.start_delete()
        for child in self.ipam.children(pool.id):
            self._delete_tree(child)

    def provision_ipam_pool_cidr(self) -> ActionResult:
        pool = self.ipam.pool(self.params["IpamPoolId"], self.region, home=True)
        added = ipam_pools.provision(self.ipam, pool, self.params.get("Cidr"), self.params.get("NetmaskLength"))
        return result(IpamPoolCidr=added.shown(answer=True))

    def deprovision_ipam_pool_cidr(self) -> ActionResult:
        self.require("Cidr")
        pool = self.ipam.pool(self.params["IpamPoolId"], self.region, home=True)
        return result(IpamPoolCidr=ipam_pools.deprovision(self.ipam, pool, self.params["Cidr"]).shown(answer=True))

    def get_ipam_pool_cidrs(self) -> ActionResult:
        pool = self.ipam.pool(self.params["IpamPoolId"], self.region)
        return result(IpamPoolCidrs=[c.shown(answer=False) for c in pool.cidrs])
