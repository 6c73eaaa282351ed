"""The IPAM objects of an account, with their home regions and their states."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from ipaddress import IPv4Network
from typing import Any

from moto.core.base_backend import BaseBackend
from moto.utilities.utils import get_partition

from ..clock import Timeline
from ..core import AwsError, new_id, own_backend
from .base import tag_list
from .ipam_watch import vpc_cidrs
from .space import inside, overlaps_any

STORE_REGION = "us-east-1"
MONITORING = 120  # seconds until a new IPAM monitors the account
LINGER = 1200  # seconds until IPAM notices that a resource is deleted
RECYCLING = 180  # seconds until a released block can be allocated again
IMPORT = 600  # seconds until a pool imports the resources inside its blocks


@dataclass
class IpamObject:
    """An IPAM object with a state, which accepts a change only when the previous one has ended."""

    id: str
    account: str
    region: str
    seconds: float
    description: str = ""
    tags: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.timeline = Timeline(("create-in-progress", self.seconds), ("create-complete", 0))

    def start_modify(self, description: str | None) -> bool:
        """Start a change and return whether it succeeds. A given description changes with it."""
        self.timeline = Timeline(("modify-in-progress", self.seconds), ("modify-complete", 0))
        succeeds = self.timeline.steps[-1][0] == "modify-complete"
        if succeeds and description is not None:
            self.description = description
        return succeeds

    def start_delete(self) -> None:
        """Start the deletion."""
        self.timeline = Timeline(("delete-in-progress", self.seconds), ("delete-complete", 0))

    @property
    def gone(self) -> bool:
        """Return whether the object is deleted."""
        return self.timeline.state == "delete-complete"

    def check_ready(self, delete: bool = False) -> None:
        """Refuse a change before the previous one has ended. After a failed creation, only a deletion is possible."""
        state = self.timeline.state
        if not self.timeline.settled or (state == "create-failed" and not delete):
            raise AwsError("IncorrectState", f"The resource {self.id} is in the state {state}.")

    def arn(self, kind: str) -> str:
        """Return the ARN. ARNs of IPAM name no region."""
        return f"arn:{get_partition(self.region)}:ec2::{self.account}:{kind}/{self.id}"

    def shown(self, answer: bool) -> dict[str, Any]:
        """Return the fields of all descriptions; ``answer`` shows the state as the answer to the call does."""
        state = self.timeline.first if answer else self.timeline.state
        return {
            "OwnerId": self.account,
            "IpamRegion": self.region,
            "Description": self.description or None,
            "State": state,
            "StateMessage": self.timeline.reason or None if state.endswith("-failed") else None,
            "Tags": tag_list(self.tags),
        }


@dataclass
class Ipam(IpamObject):
    """An IPAM with its operating regions."""

    regions: set[str] = field(default_factory=set)
    tier: str = "advanced"
    public_scope: str = ""
    private_scope: str = ""
    discovery: str = field(default_factory=lambda: new_id("ipam-res-disco"))
    association: str = field(default_factory=lambda: new_id("ipam-res-disco-assoc"))

    def __post_init__(self) -> None:
        super().__post_init__()
        self.monitoring = Timeline(("associate-in-progress", MONITORING), ("associate-complete", 0))


@dataclass
class Scope(IpamObject):
    """A scope: an address space of its own."""

    ipam_id: str = ""
    kind: str = "private"
    default: bool = False


@dataclass
class PoolCidr:
    """A block of a pool, with the state of its provisioning."""

    cidr: IPv4Network | None
    length: int
    by_length: bool
    timeline: Timeline
    failure: dict[str, str] | None = None
    parent_allocation: str | None = None
    id: str = field(default_factory=lambda: new_id("ipam-pool-cidr"))

    @property
    def live(self) -> bool:
        """Return whether the block belongs to the pool, even while it is provisioned or deprovisioned."""
        last_state = self.timeline.steps[-1][0]
        return last_state != "failed-provision" and self.timeline.state != "deprovisioned"

    @property
    def usable(self) -> bool:
        """Return whether the block can be allocated from."""
        return self.timeline.state in ("provisioned", "failed-deprovision")

    def shown(self, answer: bool) -> dict[str, Any]:
        """Return the description. A block requested by length is unknown until it is provisioned."""
        state = self.timeline.first if answer else self.timeline.state
        return {
            "Cidr": None if self.by_length and state == "pending-provision" or not self.cidr else str(self.cidr),
            "State": state,
            "FailureReason": self.failure if state.startswith("failed") else None,
            "IpamPoolCidrId": self.id,
            "NetmaskLength": self.length,
        }


@dataclass
class Pool(IpamObject):
    """A pool: its blocks, and the rules for allocations from them."""

    scope_id: str = ""
    locale: str | None = None
    source_id: str | None = None
    depth: int = 1
    importing: Timeline | None = None
    minimum: int | None = None
    maximum: int | None = None
    default: int | None = None
    resource_tags: dict[str, str] = field(default_factory=dict)
    cidrs: list[PoolCidr] = field(default_factory=list)
    recycling: list[tuple[IPv4Network, Timeline]] = field(default_factory=list)

    def set_auto_import(self, enabled: bool) -> None:
        """Turn the automatic import of the resources inside the pool's blocks on or off."""
        if enabled != bool(self.importing):
            self.importing = Timeline(("waiting", IMPORT), ("importing", 0)) if enabled else None

    @property
    def space(self) -> list[IPv4Network]:
        """Return the blocks that can be allocated from."""
        return [c.cidr for c in self.cidrs if c.usable and c.cidr]

    def visible(self, region: str) -> bool:
        """Return whether the region is the pool's home region or locale."""
        return region in (self.region, self.locale)


@dataclass
class Allocation:
    """A block taken from a pool."""

    pool_id: str
    cidr: IPv4Network
    kind: str
    owner: str
    resource_id: str | None = None
    region: str | None = None
    description: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    id: str = field(default_factory=lambda: new_id("ipam-pool-alloc", 32))
    release: Timeline | None = None

    def shown(self) -> dict[str, Any]:
        """Return the description."""
        return {
            "Cidr": str(self.cidr),
            "IpamPoolAllocationId": self.id,
            "Description": self.description or None,
            "ResourceId": self.resource_id,
            "ResourceType": self.kind,
            "ResourceRegion": self.region,
            "ResourceOwner": self.owner,
            "Tags": tag_list(self.tags),
        }


class IpamBackend(BaseBackend):
    """All IPAM objects of an account."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.ipams: dict[str, Ipam] = {}
        self.scopes: dict[str, Scope] = {}
        self.pools: dict[str, Pool] = {}
        self.allocations: dict[str, Allocation] = {}

    def settle(self) -> None:
        """Drop deleted objects, released allocations and recycled blocks, and import the VPCs that are due."""
        self.ipams = {k: i for k, i in self.ipams.items() if not i.gone}
        self.scopes = {k: s for k, s in self.scopes.items() if s.ipam_id in self.ipams and not s.gone}
        for pool in [p for p in self.pools.values() if p.gone or p.scope_id not in self.scopes]:
            del self.pools[pool.id]
            self._drop(a.id for a in self.allocations.values() if pool.id in (a.pool_id, a.resource_id))
        self._drop(a.id for a in self.allocations.values() if a.release and a.release.settled)
        for cidr in [c for p in self.pools.values() for c in p.cidrs if c.timeline.state == "deprovisioned"]:
            self._drop([cidr.parent_allocation or ""])
        for pool in self.pools.values():
            pool.recycling = [r for r in pool.recycling if not r[1].settled]
            if pool.importing and pool.importing.settled:
                self._import(pool)

    def _import(self, pool: Pool) -> None:
        """Allocate the blocks of discovered VPCs inside a pool; AWS does not apply the pool's rules to them."""
        if self.ipams[self.scopes[pool.scope_id].ipam_id].private_scope != pool.scope_id:
            return  # IPAM puts discovered resources into the default scope
        known = {(a.resource_id, a.cidr) for a in self.allocations.values()}
        blocks = [(cidr, vpc.id) for vpc, cidr in vpc_cidrs(self.account_id, pool.locale or "")]
        found = [(cidr, vpc_id) for cidr, vpc_id in blocks if (vpc_id, cidr) not in known]
        # The largest first, because AWS imports the larger of two blocks that overlap.
        for cidr, vpc_id in sorted(found, key=lambda item: item[0].prefixlen):
            if inside(cidr, pool.space) and not overlaps_any(cidr, self.taken(pool.id)):
                self.add(Allocation(pool.id, cidr, "vpc", self.account_id, vpc_id, pool.locale))

    def add(self, allocation: Allocation) -> Allocation:
        """Add an allocation, and return it."""
        self.allocations[allocation.id] = allocation
        return allocation

    def _drop(self, ids: Iterable[str]) -> None:
        for allocation_id in list(ids):
            self.allocations.pop(allocation_id, None)

    def ipam(self, ipam_id: str, region: str) -> Ipam:
        """Return the IPAM, which is known in its home region only."""
        found = self.ipams.get(ipam_id)
        if not found or found.region != region:
            raise AwsError("InvalidIpamId.NotFound", f"The ipam ID '{ipam_id}' does not exist")
        return found

    def scope(self, scope_id: str, region: str) -> Scope:
        """Return the scope, which is known in its home region only."""
        found = self.scopes.get(scope_id)
        if not found or found.region != region:
            raise AwsError("InvalidIpamScopeId.NotFound", f"The ipam-scope ID '{scope_id}' does not exist")
        return found

    def pool(self, pool_id: str, region: str, home: bool = False) -> Pool:
        """Return the pool, known in its home region and its locale; ``home`` accepts the home region only."""
        found = self.pools.get(pool_id)
        if not found or not found.visible(region) or (home and found.region != region):
            raise AwsError("InvalidIpamPoolId.NotFound", f"The ipam-pool ID '{pool_id}' does not exist")
        return found

    def allocation(self, allocation_id: str, region: str) -> Allocation:
        """Return the allocation, which is known in the regions of its pool."""
        found = self.allocations.get(allocation_id)
        if not found or not self.pools[found.pool_id].visible(region):
            text = f"The ipam-pool-allocation ID '{allocation_id}' does not exist"
            raise AwsError("InvalidIpamPoolAllocationId.NotFound", text)
        return found

    def allocations_of(self, pool_id: str) -> list[Allocation]:
        """Return the allocations from a pool, including those that are being released."""
        return [a for a in self.allocations.values() if a.pool_id == pool_id]

    def taken(self, pool_id: str) -> list[IPv4Network]:
        """Return the blocks that a pool cannot allocate: allocated ones and recently released ones."""
        return [a.cidr for a in self.allocations_of(pool_id)] + [cidr for cidr, _ in self.pools[pool_id].recycling]

    def children(self, pool_id: str) -> list[Pool]:
        """Return the pools whose source is this pool."""
        return [p for p in self.pools.values() if p.source_id == pool_id]

    def pools_in(self, scope_id: str) -> list[Pool]:
        """Return the pools of a scope."""
        return [p for p in self.pools.values() if p.scope_id == scope_id]

    def tagged(self, resource_id: str, region: str) -> dict[str, str] | None:
        """Return the changeable tags of an IPAM object, or None if the region does not know the object."""
        ipam_or_scope: IpamObject | None = self.ipams.get(resource_id) or self.scopes.get(resource_id)
        if ipam_or_scope:
            return ipam_or_scope.tags if ipam_or_scope.region == region else None
        if resource_id in self.pools:
            return self.pools[resource_id].tags if self.pools[resource_id].visible(region) else None
        if resource_id.startswith("ipam-res-disco"):
            raise AwsError("UnsupportedOperation", "The local AWS does not implement tags of resource discoveries.")
        found = self.allocations.get(resource_id)
        return found.tags if found and self.pools[found.pool_id].visible(region) else None


_BACKENDS = own_backend("local-ipam", IpamBackend)


def ipam_of(account: str) -> IpamBackend:
    """Return the IPAM objects of an account, brought up to date."""
    backend: IpamBackend = _BACKENDS[account][STORE_REGION]
    backend.settle()
    return backend
