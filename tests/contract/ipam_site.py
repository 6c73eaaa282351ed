"""An IPAM with pools for the contract tests, and helpers to read it."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

HOME, WEST, EU = "us-east-1", "us-west-2", "eu-west-1"
GHOST = "0" * 17
UNKNOWN = "(known after apply)"


def refused(code: str, call: Any, **params: Any) -> str:
    with pytest.raises(ClientError) as error:
        call(**params)
    assert error.value.response["Error"]["Code"] == code, error.value
    return str(error.value)


def make_ipam(ec2: Any, *regions: str, **more: Any) -> dict[str, Any]:
    made: dict[str, Any] = ec2.create_ipam(OperatingRegions=[{"RegionName": r} for r in regions], **more)["Ipam"]
    return made


def make_pool(ec2: Any, scope: str, cidr: str | int | None = None, **more: Any) -> str:
    pool = ec2.create_ipam_pool(IpamScopeId=scope, AddressFamily="ipv4", **more)["IpamPool"]["IpamPoolId"]
    if isinstance(cidr, int):
        ec2.provision_ipam_pool_cidr(IpamPoolId=pool, NetmaskLength=cidr)
    elif cidr:
        ec2.provision_ipam_pool_cidr(IpamPoolId=pool, Cidr=cidr)
    return str(pool)


def cidrs(ec2: Any, pool: str) -> list[tuple[Any, str]]:
    return [(c.get("Cidr"), c["State"]) for c in ec2.get_ipam_pool_cidrs(IpamPoolId=pool)["IpamPoolCidrs"]]


def allocations(ec2: Any, pool: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ec2.get_ipam_pool_allocations(IpamPoolId=pool)["IpamPoolAllocations"]
    return found


def state(ec2: Any, kind: str, thing: str) -> str:
    name = {"ipam": "ipams", "scope": "ipam_scopes", "pool": "ipam_pools"}[kind]
    key = {"ipam": "IpamIds", "scope": "IpamScopeIds", "pool": "IpamPoolIds"}[kind]
    answer = getattr(ec2, f"describe_{name}")(**{key: [thing]})
    return str(next(v for k, v in answer.items() if k.startswith("Ipam"))[0]["State"])


def make_world(ec2: Any) -> dict[str, str]:
    """Create an IPAM, a top pool with 10.0.0.0/8 and a pool with a /12 per region; return their ids."""
    ipam = make_ipam(ec2, HOME, WEST, EU)
    scope = ipam["PrivateDefaultScopeId"]
    top = make_pool(ec2, scope, "10.0.0.0/8")
    children = {r: make_pool(ec2, scope, 12, SourceIpamPoolId=top, Locale=r) for r in (HOME, WEST, EU)}
    return {"ipam": ipam["IpamId"], "public": ipam["PublicDefaultScopeId"], "scope": scope, "top": top, **children}


def resource(ec2: Any, scope: str, **asked: str) -> list[dict[str, Any]]:
    """Return the resource CIDRs of a scope."""
    found: list[dict[str, Any]] = ec2.get_ipam_resource_cidrs(IpamScopeId=scope, **asked)["IpamResourceCidrs"]
    return found


def where(name: str, *values: str) -> list[dict[str, Any]]:
    """Return a list of one filter."""
    return [{"Name": name, "Values": list(values)}]
