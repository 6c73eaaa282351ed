"""The calls for allocations, and the view of the resources that IPAM watches."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network, ip_network
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.models import ec2_backends

from ..core import AwsError
from . import ipam_pools
from .base import result, tags_in
from .ipam_models import Allocation, Ipam, Scope
from .ipam_responses import IpamBase, listed, tag_dict

KEYS = ("Cidr", "IpamPoolAllocationId", "Description", "ResourceId", "ResourceType", "ResourceRegion", "ResourceOwner")


class IpamCidrResponses(IpamBase):
    """Allocations and watched resources."""

    def allocate_ipam_pool_cidr(self) -> ActionResult:
        params = self.params
        pool = self.ipam.pool(params["IpamPoolId"], self.region)
        chosen = ipam_pools.next_free(self.ipam, pool, params)
        if params.get("PreviewNextCidr"):
            return result(IpamPoolAllocation={"Cidr": str(chosen)})
        text, tags = params.get("Description") or "", tag_dict(params, "ipam-pool-allocation")
        made = Allocation(pool.id, chosen, "custom", pool.account, None, self.region, text, tags)
        self.ipam.allocations[made.id] = made
        return result(IpamPoolAllocation=made.shown())

    def release_ipam_pool_allocation(self) -> ActionResult:
        pool = self.ipam.pool(self.params["IpamPoolId"], self.region)
        found = self.ipam.allocations.get(self.params["IpamPoolAllocationId"])
        if not found or found.pool_id != pool.id or str(found.cidr) != self.params["Cidr"]:
            raise AwsError("InvalidParameterCombination", "No allocation found")
        if found.kind != "custom":
            text = f"The allocation {found.id} belongs to a resource and is released with it."
            raise AwsError("InvalidParameterCombination", text)
        del self.ipam.allocations[found.id]
        return result(Success=True)

    def get_ipam_pool_allocations(self) -> ActionResult:
        pool = self.ipam.pool(self.params["IpamPoolId"], self.region)
        wanted = self.params.get("IpamPoolAllocationId")
        found = self.ipam.allocations_of(pool.id)
        if wanted:
            found = [a for a in found if a.id == wanted]
            if not found:
                self._no_allocation(wanted)
        return listed([a.shown() for a in found], self.params, "IpamPoolAllocations", *KEYS)

    def describe_ipam_pool_allocations(self) -> ActionResult:
        wanted = self.params.get("IpamPoolAllocationIds")
        if wanted:
            found = [self.ipam.allocation(i, self.region) for i in wanted]
        else:
            pools = [p.id for p in self.ipam.pools.values() if p.visible(self.region)]
            found = [a for a in self.ipam.allocations.values() if a.pool_id in pools]
        return listed([a.shown() for a in found], self.params, "IpamPoolAllocations", *KEYS)

    def modify_ipam_pool_allocation(self) -> ActionResult:
        found = self.ipam.allocation(self.params["IpamPoolAllocationId"], self.region)
        if self.params.get("Description") is not None:
            found.description = self.params["Description"]
        return result(IpamPoolAllocation=found.shown())

    def _no_allocation(self, allocation_id: str) -> None:
        text = f"The ipam-pool-allocation ID '{allocation_id}' does not exist"
        raise AwsError("InvalidIpamPoolAllocationId.NotFound", text)

    def get_ipam_resource_cidrs(self) -> ActionResult:
        scope = self.ipam.scope(self.params["IpamScopeId"], self.region)
        items = [i for i in self._resources(scope) if self._asked(i)]
        keys = ("ResourceId", "ResourceCidr", "ResourceType", "ResourceRegion", "ResourceOwnerId", "IpamPoolId")
        more = ("VpcId", "ManagementState", "ComplianceStatus", "OverlapStatus", "ResourceName")
        return listed(items, self.params, "IpamResourceCidrs", *keys, *more)

    def _asked(self, item: dict[str, Any]) -> bool:
        names = {"IpamPoolId": "IpamPoolId", "ResourceId": "ResourceId", "ResourceType": "ResourceType"}
        names["ResourceOwner"] = "ResourceOwnerId"
        tag = self.params.get("ResourceTag")
        if tag and {"Key": tag["Key"], "Value": tag.get("Value", "")} not in item["ResourceTags"]:
            return False
        return all(not self.params.get(asked) or item.get(key) == self.params[asked] for asked, key in names.items())

    def _resources(self, scope: Scope) -> list[dict[str, Any]]:
        """VPCs and subnets of the operating regions; those without an allocation are in the default private scope."""
        ipam = self.ipam.ipams[scope.ipam_id]
        found = [item for item in self._watched(ipam) if item["IpamScopeId"] == scope.id]
        vpcs = [(i["ResourceId"], ip_network(i["ResourceCidr"])) for i in found if i["ResourceType"] == "vpc"]
        for item in found:
            cidr = ip_network(item["ResourceCidr"])
            met = [v for v, other in vpcs if v != item["VpcId"] and cidr.overlaps(other)]
            if item["ManagementState"] != "ignored":
                item["OverlapStatus"] = "overlapping" if met else "nonoverlapping"
        return found

    def _watched(self, ipam: Ipam) -> Iterator[dict[str, Any]]:
        for region in sorted(ipam.regions):
            backend = ec2_backends[self.current_account][region]
            for vpc in backend.vpcs.values():
                for association in vpc.cidr_block_association_set:
                    if association["cidr_block_state"]["state"] != "disassociated":
                        cidr = IPv4Network(association["cidr_block"])
                        yield from self._vpc_and_subnets(ipam, backend, vpc, cidr)

    def _vpc_and_subnets(self, ipam: Ipam, backend: Any, vpc: Any, cidr: IPv4Network) -> Iterator[dict[str, Any]]:
        held = [a for a in self.ipam.allocations.values() if a.resource_id == vpc.id and a.cidr == cidr]
        pool = self.ipam.pools[held[0].pool_id] if held else None
        base: dict[str, Any] = {
            "IpamId": ipam.id,
            "IpamScopeId": pool.scope_id if pool else ipam.private_scope,
            "IpamPoolId": pool.id if pool else None,
            "ResourceRegion": backend.region_name,
            "ResourceOwnerId": self.current_account,
            "VpcId": vpc.id,
        }
        subnets = [
            s for s in backend.describe_subnets() if s.vpc_id == vpc.id and IPv4Network(s.cidr_block).subnet_of(cidr)
        ]
        used = sum(IPv4Network(s.cidr_block).num_addresses for s in subnets) / cidr.num_addresses
        yield base | self._row(backend, vpc.id, "vpc", cidr, used, pool)
        for subnet in subnets:
            block = IPv4Network(subnet.cidr_block)
            taken = 1 - subnet.available_ip_address_count / block.num_addresses
            row = self._row(backend, subnet.id, "subnet", block, taken, None)
            yield base | row | {"IpamPoolId": None, "AvailabilityZoneId": subnet.availability_zone_id}

    def _row(
        self, backend: Any, resource_id: str, kind: str, cidr: IPv4Network, used: float, pool: Any
    ) -> dict[str, Any]:
        tags = tags_in(backend, resource_id)
        plain = {t["Key"]: t["Value"] for t in tags}
        state = "managed" if pool else "unmanaged"
        if (resource_id, str(cidr)) in self.ipam.ignored:
            state = "ignored"
        compliance = "compliant" if pool and ipam_pools.compliant(pool, cidr, plain) else "noncompliant"
        return {
            "ResourceId": resource_id,
            "ResourceName": plain.get("Name"),
            "ResourceCidr": str(cidr),
            "ResourceType": kind,
            "ResourceTags": tags,
            "IpUsage": round(used, 4),
            "ComplianceStatus": compliance if state == "managed" else state,
            "ManagementState": state,
            "OverlapStatus": "ignored",
        }

    def modify_ipam_resource_cidr(self) -> ActionResult:
        self.refuse("DestinationIpamScopeId")
        params = self.params
        scope = self.ipam.scope(params["CurrentIpamScopeId"], self.region)
        key = (params["ResourceId"], params["ResourceCidr"])

        def rows() -> list[dict[str, Any]]:
            items = self._resources(scope)
            return [i for i in items if (i["ResourceId"], i["ResourceCidr"]) == key]

        if not rows():
            raise AwsError(
                "InvalidParameterValue", f"IPAM does not know {key[0]} with the CIDR {key[1]} in this scope."
            )
        if params["Monitored"]:
            self.ipam.ignored.discard(key)
        else:
            self.ipam.ignored.add(key)
            for held in [a for a in self.ipam.allocations.values() if (a.resource_id, str(a.cidr)) == key]:
                del self.ipam.allocations[held.id]
        shown = rows()
        return result(IpamResourceCidr=shown[0] if shown else None)
