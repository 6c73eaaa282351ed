"""The resources that IPAM discovers in its operating regions."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network, ip_network
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.models import ec2_backends

from ..clock import Timeline
from ..core import AwsError
from . import ipam_pools
from .base import result, tags_in
from .ipam_models import Ipam, Pool, Scope
from .ipam_responses import IpamBase
from .ipam_watch import vpc_cidrs

DISCOVERY = 300  # seconds until IPAM discovers a new VPC


class IpamResourceResponses(IpamBase):
    """Discovered resources."""

    def create_vpc(self) -> ActionResult:
        answer: ActionResult = super().create_vpc()
        created: Any = answer.result
        created["Vpc"].discovery = Timeline(("unknown", DISCOVERY), ("discovered", 0))
        return answer

    def get_ipam_resource_cidrs(self) -> ActionResult:
        scope = self.ipam.scope(self.params["IpamScopeId"], self.region)
        if scope.kind == "public" or self.params.get("ResourceType") not in (None, "vpc", "subnet"):
            raise AwsError("UnsupportedOperation", "The local AWS does not implement resource CIDRs but private ones.")
        return result(IpamResourceCidrs=[i for i in self._resources(scope) if self._matches_request(i)])

    def _matches_request(self, item: dict[str, Any]) -> bool:
        names = {"IpamPoolId": "IpamPoolId", "ResourceId": "ResourceId", "ResourceType": "ResourceType"}
        names["ResourceOwner"] = "ResourceOwnerId"
        tag = self.params.get("ResourceTag")
        if tag and {"Key": tag["Key"], "Value": tag.get("Value", "")} not in item["ResourceTags"]:
            return False
        given = {key: self.params[name] for name, key in names.items() if self.params.get(name)}
        return all(item.get(key) == value for key, value in given.items())

    def _resources(self, scope: Scope) -> list[dict[str, Any]]:
        """Return the VPCs and subnets of a scope, with their overlap with other VPCs and custom allocations."""
        ipam = self.ipam.ipams[scope.ipam_id]
        found = [item for item in self._discovered(ipam) if item["IpamScopeId"] == scope.id]
        pools = {p.id for p in self.ipam.pools_in(scope.id)}
        taken = [(i["ResourceId"], ip_network(i["ResourceCidr"])) for i in found if i["ResourceType"] == "vpc"]
        taken += [(a.id, a.cidr) for a in self.ipam.allocations.values() if a.kind == "custom" and a.pool_id in pools]
        for item in found:
            cidr = ip_network(item["ResourceCidr"])
            overlapped = [holder for holder, other in taken if holder != item["VpcId"] and cidr.overlaps(other)]
            item["OverlapStatus"] = "overlapping" if overlapped else "nonoverlapping"
        return found

    def _discovered(self, ipam: Ipam) -> Iterator[dict[str, Any]]:
        for region in sorted(ipam.regions) if ipam.monitoring.settled else ():
            for vpc, cidr in vpc_cidrs(self.current_account, region):
                yield from self._vpc_and_subnets(ipam, ec2_backends[self.current_account][region], vpc, cidr)

    def _vpc_and_subnets(self, ipam: Ipam, backend: Any, vpc: Any, cidr: IPv4Network) -> Iterator[dict[str, Any]]:
        pool_ids = [a.pool_id for a in self.ipam.allocations.values() if a.resource_id == vpc.id]
        pool = self.ipam.pools[pool_ids[0]] if pool_ids else None
        base: dict[str, Any] = {
            "IpamId": ipam.id,
            "IpamScopeId": pool.scope_id if pool else ipam.private_scope,
            "ResourceRegion": backend.region_name,
            "ResourceOwnerId": self.current_account,
            "VpcId": vpc.id,
        }
        subnets = [s for s in backend.describe_subnets() if s.vpc_id == vpc.id]
        used = sum(IPv4Network(s.cidr_block).num_addresses for s in subnets) / cidr.num_addresses
        yield base | self._row(backend, vpc.id, "vpc", cidr, used, pool)
        for subnet in subnets:
            block = IPv4Network(subnet.cidr_block)
            taken = 1 - subnet.available_ip_address_count / block.num_addresses
            row = self._row(backend, subnet.id, "subnet", block, taken, None)
            yield base | row | {"AvailabilityZoneId": subnet.availability_zone_id}

    def _row(
        self, backend: Any, resource_id: str, kind: str, cidr: IPv4Network, used: float, pool: Pool | None
    ) -> dict[str, Any]:
        tags = tags_in(backend, resource_id)
        plain = {t["Key"]: t["Value"] for t in tags}
        state = "managed" if pool else "unmanaged"
        compliance = "compliant" if pool and ipam_pools.compliant(pool, cidr, plain) else "noncompliant"
        return {
            "IpamPoolId": pool.id if pool else None,
            "ResourceId": resource_id,
            "ResourceName": plain.get("Name"),
            "ResourceCidr": str(cidr),
            "ResourceType": kind,
            "ResourceTags": tags,
            "IpUsage": round(used, 4),
            "ComplianceStatus": compliance if state == "managed" else state,
            "ManagementState": state,
        }
