"""The operations of IPAM pools: provisioning, deprovisioning, allocation and release of blocks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from ipaddress import IPv4Network
from typing import Any

from ..clock import Timeline
from ..core import AwsError
from .checks import block
from .ipam_models import LINGER, RECYCLING, Allocation, IpamBackend, Pool, PoolCidr
from .space import common, first_fit, inside, overlaps_any

PROVISION, DEPROVISION = 20, 20  # seconds
MAX_CIDRS = 50


def check_rules(pool: Pool) -> None:
    """Refuse allocation rules that contradict each other."""
    given = [n for n in (pool.minimum, pool.default, pool.maximum) if n is not None]
    if any(not 0 <= n <= 32 for n in given):
        raise AwsError("InvalidParameterValue", "A netmask length of an IPv4 pool must be between 0 and 32.")
    if given != sorted(given):
        text = "The netmask lengths of the allocation rules must satisfy: minimum <= default <= maximum."
        raise AwsError("InvalidParameterCombination", text)


def provision(ipam: IpamBackend, pool: Pool, cidr: str | None, length: int | None) -> PoolCidr:
    """Start to add a block to a pool. The block's final state shows whether it was available."""
    pool.check_ready()
    if (cidr is None) == (length is None):
        raise AwsError("InvalidParameterCombination", "Specify either Cidr or NetmaskLength, and not both.")
    if length is not None and not pool.source_id:
        raise AwsError("InvalidParameterCombination", "NetmaskLength needs a pool that takes its CIDRs from a pool.")
    wanted = block(cidr) if cidr is not None else None
    chosen, failure = _choose(ipam, pool, wanted, length)
    shown = chosen or wanted
    added = PoolCidr(
        cidr=shown,
        length=shown.prefixlen if shown else int(length or 0),
        by_length=length is not None,
        timeline=Timeline(("pending-provision", PROVISION), ("failed-provision" if failure else "provisioned", 0)),
        failure=failure,
    )
    if not added.live and not failure:
        added.failure = _unavailable(added.timeline.reason)
    if chosen and added.live and pool.source_id:
        carved = ipam.add(Allocation(pool.source_id, chosen, "ipam-pool", pool.account, pool.id, pool.region))
        added.parent_allocation = carved.id
    pool.cidrs.append(added)
    return added


def _unavailable(text: str) -> dict[str, str]:
    return {"Code": "cidr-not-available", "Message": text}


def _choose(
    ipam: IpamBackend, pool: Pool, wanted: IPv4Network | None, length: int | None
) -> tuple[IPv4Network | None, dict[str, str] | None]:
    if sum(c.live for c in pool.cidrs) >= MAX_CIDRS:
        return None, {"Code": "limit-exceeded", "Message": f"The pool already has {MAX_CIDRS} CIDRs."}
    if pool.source_id:
        source = ipam.pools[pool.source_id]
        found = _free(ipam, source, wanted) if wanted else first_fit(source.space, ipam.taken(source.id), length or 0)
    else:
        others = [c.cidr for p in ipam.pools_in(pool.scope_id) if not p.source_id for c in p.cidrs if c.live and c.cidr]
        found = wanted if wanted and not overlaps_any(wanted, others) else None
    if found:
        return found, None
    return None, _unavailable(f"The CIDR {wanted or f'of netmask length {length}'} is not available.")


def _free(ipam: IpamBackend, pool: Pool, cidr: IPv4Network) -> IPv4Network | None:
    return cidr if inside(cidr, pool.space) and not overlaps_any(cidr, ipam.taken(pool.id)) else None


def deprovision(ipam: IpamBackend, pool: Pool, cidr: str) -> PoolCidr:
    """Start to remove a block from a pool, which fails later if the block has allocations."""
    pool.check_ready()
    wanted = block(cidr)
    found = [c for c in pool.cidrs if c.cidr == wanted and c.timeline.state != "deprovisioned"]
    if not found:
        raise AwsError("IncorrectState", f"The CIDR {cidr} is not provisioned to the pool {pool.id}.")
    target = found[-1]
    if not target.timeline.settled:
        raise AwsError("IncorrectState", f"The CIDR {cidr} is in the state {target.timeline.state}.")
    busy = target.usable and overlaps_any(wanted, [a.cidr for a in ipam.allocations_of(pool.id)])
    end = "failed-deprovision" if busy else "deprovisioned"
    target.timeline = Timeline(("pending-deprovision", DEPROVISION), (end, 0))
    text = "The CIDR has one or more allocations." if busy else target.timeline.reason
    target.failure = _unavailable(text) if text else None
    return target


def next_free(ipam: IpamBackend, pool: Pool, params: Mapping[str, Any]) -> IPv4Network:
    """Return the block for an allocation, by ``Cidr``, ``NetmaskLength`` or the pool's default length."""
    pool.check_ready()
    cidr, length = params.get("Cidr"), params.get("NetmaskLength")
    allowed, disallowed = params.get("AllowedCidrs"), params.get("DisallowedCidrs")
    if cidr and (length is not None or allowed or disallowed):
        text = "Cidr cannot be combined with NetmaskLength, AllowedCidrs or DisallowedCidrs."
        raise AwsError("InvalidParameterCombination", text)
    if cidr:
        return _exactly(ipam, pool, block(cidr))
    if length is None and (allowed or disallowed):
        raise AwsError("InvalidParameterCombination", "AllowedCidrs and DisallowedCidrs need a NetmaskLength.")
    wanted = pool.default if length is None else int(length)
    if wanted is None:
        text = "Specify Cidr or NetmaskLength: the pool has no default netmask length."
        raise AwsError("InvalidParameterCombination", text)
    _check_size(pool, wanted)
    space = common(pool.space, _blocks(allowed)) if allowed else pool.space
    found = first_fit(space, ipam.taken(pool.id) + _blocks(disallowed), wanted)
    if not found:
        raise AwsError("InvalidParameterValue", "The allocation size is too big for the pool.")
    return found


def _blocks(cidrs: Sequence[str] | None) -> list[IPv4Network]:
    return [block(c) for c in cidrs or []]


def _exactly(ipam: IpamBackend, pool: Pool, cidr: IPv4Network) -> IPv4Network:
    _check_size(pool, cidr.prefixlen)
    if not _free(ipam, pool, cidr):
        raise AwsError("InvalidParameterValue", f"The CIDR {cidr} is not available in the pool {pool.id}.")
    return cidr


def _check_size(pool: Pool, length: int) -> None:
    low, high = pool.minimum, pool.maximum
    if not 0 <= length <= 32 or (low is not None and length < low) or (high is not None and length > high):
        text = f"The netmask length {length} does not satisfy the allocation rules of the pool {pool.id}."
        raise AwsError("InvalidParameterValue", text)


def check_locale(pool: Pool, region: str) -> None:
    """Refuse an allocation outside the pool's locale. VPCs cannot use a pool without a locale."""
    if pool.locale != region:
        text = f"The locale of the pool {pool.id} is {pool.locale or 'None'}, and not the Region {region}."
        raise AwsError("InvalidParameterValue", text)


def allocate_to_vpc(
    ipam: IpamBackend, pool: Pool, region: str, params: Mapping[str, Any], tags: Mapping[str, str]
) -> Allocation:
    """Allocate the block of a VPC before the VPC is created."""
    check_locale(pool, region)
    if not ipam.ipams[ipam.scopes[pool.scope_id].ipam_id].monitoring.settled:
        raise AwsError("UnsupportedOperation", f"The account {pool.account} is not monitored by IPAM.")
    missing = [k for k, v in pool.resource_tags.items() if tags.get(k) != v]
    if missing:
        text = f"The resource lacks tags that the pool {pool.id} requires: {', '.join(missing)}"
        raise AwsError("InvalidParameterValue", text)
    chosen = next_free(ipam, pool, {"Cidr": params.get("CidrBlock"), "NetmaskLength": params.get("Ipv4NetmaskLength")})
    if not 16 <= chosen.prefixlen <= 28:
        raise AwsError("InvalidVpc.Range", f"The CIDR '{chosen}' is invalid.")
    return ipam.add(Allocation(pool.id, chosen, "vpc", pool.account, None, region))


def release(ipam: IpamBackend, pool: Pool, allocation: Allocation) -> None:
    """Release a custom allocation. Its block can be allocated again after some minutes."""
    del ipam.allocations[allocation.id]
    pool.recycling.append((allocation.cidr, Timeline(("released", RECYCLING), ("free", 0))))


def release_later(ipam: IpamBackend, vpc_id: str) -> None:
    """Release the block of a deleted VPC, whose deletion IPAM notices only after a while."""
    for allocation in ipam.allocations.values():
        if allocation.resource_id == vpc_id:
            allocation.release = Timeline(("held", LINGER), ("released", 0))


def compliant(pool: Pool, cidr: IPv4Network, tags: Mapping[str, str]) -> bool:
    """Return whether a VPC's block satisfies the present rules of its pool."""
    low, high = pool.minimum or 0, 32 if pool.maximum is None else pool.maximum
    return low <= cidr.prefixlen <= high and all(tags.get(k) == v for k, v in pool.resource_tags.items())
