"""What IPAM finds in its operating regions: the default resource discovery, resource CIDRs, subnets of planned VPCs."""

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
from .ipam_models import IGNORING, Ipam, Pool, Scope
from .ipam_responses import IpamBase, listed, tag_dict
from .ipam_watch import vpc_cidrs

DISCOVERY = 300  # until IPAM finds a new VPC


class IpamResourceResponses(IpamBase):
    """Resource discoveries and watched resources."""

    def describe_ipam_resource_discoveries(self) -> ActionResult:
        found = [self._discovery_shown(i) for i in self._discovered("IpamResourceDiscoveryId", "discovery")]
        keys = ("OwnerId", "IpamResourceDiscoveryId", "IpamResourceDiscoveryArn", "IpamResourceDiscoveryRegion")
        return listed(found, self.params, "IpamResourceDiscoveries", *keys, "IsDefault", "State")

    def describe_ipam_resource_discovery_associations(self) -> ActionResult:
        found = [
            self._association_shown(i) for i in self._discovered("IpamResourceDiscoveryAssociationId", "association")
        ]
        keys = ("OwnerId", "IpamResourceDiscoveryAssociationId", "IpamResourceDiscoveryAssociationArn", "IpamArn")
        more = ("IpamResourceDiscoveryId", "IpamId", "IpamRegion", "IsDefault", "ResourceDiscoveryStatus", "State")
        return listed(found, self.params, "IpamResourceDiscoveryAssociations", *keys, *more)

    def _discovered(self, name: str, field: str) -> list[Ipam]:
        """The IPAMs of the region whose discoveries or associations are asked for; each has one of both."""
        plural = name[:-1] + "ies" if name.endswith("y") else name + "s"
        by_id = {getattr(i, field): i for i in self.ipam.ipams.values() if i.region == self.region}
        wanted = self.params.get(plural)
        for missing in [i for i in wanted or [] if i not in by_id]:
            raise AwsError(f"Invalid{name}.NotFound", f"The ID '{missing}' does not exist")
        return [by_id[i] for i in wanted] if wanted else list(by_id.values())

    def _discovery_shown(self, ipam: Ipam) -> dict[str, Any]:
        return {
            "OwnerId": ipam.account,
            "IpamResourceDiscoveryId": ipam.discovery,
            "IpamResourceDiscoveryArn": f"arn:aws:ec2::{ipam.account}:ipam-resource-discovery/{ipam.discovery}",
            "IpamResourceDiscoveryRegion": ipam.region,
            "OperatingRegions": [{"RegionName": r} for r in sorted(ipam.regions)],
            "IsDefault": True,
            "State": ipam.timeline.state,
        }

    def _association_shown(self, ipam: Ipam) -> dict[str, Any]:
        state, kind = ipam.timeline.state, "ipam-resource-discovery-association"
        return {
            "OwnerId": ipam.account,
            "IpamResourceDiscoveryAssociationId": ipam.association,
            "IpamResourceDiscoveryAssociationArn": f"arn:aws:ec2::{ipam.account}:{kind}/{ipam.association}",
            "IpamResourceDiscoveryId": ipam.discovery,
            "IpamId": ipam.id,
            "IpamArn": ipam.arn("ipam"),
            "IpamRegion": ipam.region,
            "IsDefault": True,
            "ResourceDiscoveryStatus": "active",
            "State": state.replace("delete", "disassociate") if "delete" in state else ipam.monitoring.state,
        }

    def create_vpc(self) -> ActionResult:
        answer: ActionResult = super().create_vpc()
        made: Any = answer.result
        made["Vpc"].discovery = Timeline(("unknown", DISCOVERY), ("discovered", 0))
        return answer

    def create_subnet(self) -> ActionResult:
        """A subnet whose block comes from a pool that plans its VPC gets an allocation there."""
        params = self.params
        if not params.get("Ipv4IpamPoolId"):
            if params.get("Ipv4NetmaskLength") is not None:
                raise AwsError("InvalidParameterCombination", "Ipv4NetmaskLength needs Ipv4IpamPoolId.")
            plain: ActionResult = super().create_subnet()
            return plain
        pool = self.ipam.pool(params.pop("Ipv4IpamPoolId"), self.region)
        held = ipam_pools.allocate_to_subnet(self.ipam, pool, self.region, params, tag_dict(params, "subnet"))
        params["CidrBlock"] = str(held.cidr)
        params.pop("Ipv4NetmaskLength", None)
        try:
            answer: ActionResult = super().create_subnet()
        except Exception:
            del self.ipam.allocations[held.id]
            raise
        made: Any = answer.result
        held.resource_id = made["Subnet"].id
        return answer

    def delete_subnet(self) -> ActionResult:
        answer: ActionResult = super().delete_subnet()
        ipam_pools.release_later(self.ipam, self.params["SubnetId"], self.region)
        return answer

    def get_ipam_resource_cidrs(self) -> ActionResult:
        scope = self.ipam.scope(self.params["IpamScopeId"], self.region)
        if scope.kind == "public" or self.params.get("ResourceType") not in (None, "vpc", "subnet"):
            raise AwsError("UnsupportedOperation", "The local AWS does not implement resource CIDRs but private ones.")
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
        """VPCs and subnets of the operating regions that are in a scope, and whether they overlap another VPC or what
        is reserved there.
        """
        ipam = self.ipam.ipams[scope.ipam_id]
        found = [item for item in self._watched(ipam) if item["IpamScopeId"] == scope.id]
        pools = {p.id for p in self.ipam.pools_in(scope.id)}
        taken = [(i["ResourceId"], ip_network(i["ResourceCidr"])) for i in found if i["ResourceType"] == "vpc"]
        taken += [(a.id, a.cidr) for a in self.ipam.allocations.values() if a.kind == "custom" and a.pool_id in pools]
        for item in found:
            cidr = ip_network(item["ResourceCidr"])
            met = [holder for holder, other in taken if holder != item["VpcId"] and cidr.overlaps(other)]
            if item["ManagementState"] != "ignored":
                item["OverlapStatus"] = "overlapping" if met else "nonoverlapping"
        return found

    def _watched(self, ipam: Ipam) -> Iterator[dict[str, Any]]:
        for region in sorted(ipam.regions) if ipam.monitoring.settled else ():
            for vpc, cidr in vpc_cidrs(self.current_account, region):
                yield from self._vpc_and_subnets(ipam, ec2_backends[self.current_account][region], vpc, cidr)

    def _vpc_and_subnets(self, ipam: Ipam, backend: Any, vpc: Any, cidr: IPv4Network) -> Iterator[dict[str, Any]]:
        pool = self._pool_of(vpc.id, cidr)
        default = self.ipam.moved.get((vpc.id, str(cidr)), ipam.private_scope)
        base: dict[str, Any] = {
            "IpamId": ipam.id,
            "IpamScopeId": pool.scope_id if pool else default,
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
            row = self._row(backend, subnet.id, "subnet", block, taken, self._pool_of(subnet.id, block))
            yield base | row | {"AvailabilityZoneId": subnet.availability_zone_id}

    def _pool_of(self, resource_id: str, cidr: IPv4Network) -> Pool | None:
        """The pool that a resource's block comes from."""
        held = [a for a in self.ipam.allocations.values() if (a.resource_id, a.cidr) == (resource_id, cidr)]
        return self.ipam.pools[held[0].pool_id] if held else None

    def _row(
        self, backend: Any, resource_id: str, kind: str, cidr: IPv4Network, used: float, pool: Pool | None
    ) -> dict[str, Any]:
        tags = tags_in(backend, resource_id)
        plain = {t["Key"]: t["Value"] for t in tags}
        state = "managed" if pool else "unmanaged"
        if (resource_id, str(cidr)) in self.ipam.ignored:
            state = "ignored"
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
            "OverlapStatus": "ignored",
        }

    def modify_ipam_resource_cidr(self) -> ActionResult:
        params = self.params
        scope = self.ipam.scope(params["CurrentIpamScopeId"], self.region)
        key, region = (params["ResourceId"], params["ResourceCidr"]), params["ResourceRegion"]

        def rows() -> list[dict[str, Any]]:
            items = self._resources(scope)
            return [i for i in items if (i["ResourceId"], i["ResourceCidr"], i["ResourceRegion"]) == (*key, region)]

        before = rows()
        if not before:
            text = f"IPAM does not know {key[0]} with the CIDR {key[1]} in this scope and the Region {region}."
            raise AwsError("InvalidParameterValue", text)
        self._move(scope, before[0])
        if params["Monitored"]:
            self.ipam.ignored.discard(key)
        else:
            self.ipam.ignored.add(key)
            for held in [a for a in self.ipam.allocations.values() if (a.resource_id, str(a.cidr)) == key]:
                held.release_in(IGNORING)
        return result(IpamResourceCidr=(rows() or before)[0])

    def _move(self, scope: Scope, row: dict[str, Any]) -> None:
        """Let a VPC's CIDR be in another private scope, once no pool of this one holds it."""
        if not self.params.get("DestinationIpamScopeId"):
            return
        target = self.ipam.scope(self.params["DestinationIpamScopeId"], self.region)
        if row["ResourceType"] != "vpc" or target.kind == "public" or target.ipam_id != scope.ipam_id:
            raise AwsError("InvalidParameterValue", "Only CIDRs of VPCs move, from one private scope to another.")
        self.ipam.moved[row["ResourceId"], row["ResourceCidr"]] = target.id
