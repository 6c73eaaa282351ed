"""The calls for allocations from IPAM pools."""

from __future__ import annotations

from moto.core.responses import ActionResult

from ..core import AwsError
from . import ipam_pools
from .base import result, tag_dict
from .ipam_models import Allocation, Pool
from .ipam_responses import IpamBase


class IpamCidrResponses(IpamBase):
    """Allocations from IPAM pools."""

    def allocate_ipam_pool_cidr(self) -> ActionResult:
        params = self.params
        pool = self._pool()
        chosen = ipam_pools.next_free(self.ipam, pool, params)
        if params.get("PreviewNextCidr"):
            return result(IpamPoolAllocation={"Cidr": str(chosen)})
        text, tags = params.get("Description") or "", tag_dict(params, "ipam-pool-allocation")
        allocation = Allocation(pool.id, chosen, "custom", pool.account, None, self.region, text, tags)
        return result(IpamPoolAllocation=self.ipam.add(allocation).shown())

    def _pool(self) -> Pool:
        """Return the pool, which must be called in its locale, or in its home region if it has no locale."""
        pool = self.ipam.pool(self.params["IpamPoolId"], self.region)
        if pool.locale:
            ipam_pools.check_locale(pool, self.region)
        return pool

    def release_ipam_pool_allocation(self) -> ActionResult:
        pool = self._pool()
        found = self.ipam.allocations.get(self.params["IpamPoolAllocationId"])
        if not found or found.pool_id != pool.id or str(found.cidr) != self.params["Cidr"]:
            raise AwsError("InvalidParameterCombination", "No allocation found")
        if found.kind != "custom":
            text = f"The allocation {found.id} belongs to a resource and is released with it."
            raise AwsError("InvalidParameterCombination", text)
        ipam_pools.release(self.ipam, pool, found)
        return result(Success=True)

    def get_ipam_pool_allocations(self) -> ActionResult:
        pool = self.ipam.pool(self.params["IpamPoolId"], self.region)
        wanted = self.params.get("IpamPoolAllocationId")
        found = self.ipam.allocations_of(pool.id)
        if wanted:
            allocation = self.ipam.allocation(wanted, self.region)
            found = [a for a in found if a is allocation]
        return result(IpamPoolAllocations=[a.shown() for a in found])

    def describe_ipam_pool_allocations(self) -> ActionResult:
        wanted = self.params.get("IpamPoolAllocationIds")
        if wanted:
            found = [self.ipam.allocation(i, self.region) for i in wanted]
        else:
            pools = [p.id for p in self.ipam.pools.values() if p.visible(self.region)]
            found = [a for a in self.ipam.allocations.values() if a.pool_id in pools]
        return result(IpamPoolAllocations=[a.shown() for a in found])

    def modify_ipam_pool_allocation(self) -> ActionResult:
        found = self.ipam.allocation(self.params["IpamPoolAllocationId"], self.region)
        if self.params.get("Description") is not None:
            found.description = self.params["Description"]
        return result(IpamPoolAllocation=found.shown())
