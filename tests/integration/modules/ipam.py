"""IPAMs and pools for modules that refer to them, created without the modules."""

from __future__ import annotations

from typing import Any

SHARED = {"mtk:environment": "shared"}


def tagged(kind: str, name: str, **tags: str) -> list[dict[str, Any]]:
    """Return the TagSpecifications of a new resource of EC2."""
    return [{"ResourceType": kind, "Tags": [{"Key": k, "Value": v} for k, v in {"Name": name, **tags}.items()]}]


def ipam(aws: Any, name: str = "ipam", *regions: str) -> dict[str, Any]:
    """Create an IPAM in us-east-1."""
    operating = [{"RegionName": region} for region in ("us-east-1", "us-west-2", *regions)]
    ec2 = aws.client("ec2")
    return dict(ec2.create_ipam(OperatingRegions=operating, TagSpecifications=tagged("ipam", name, **SHARED))["Ipam"])


def pool(aws: Any, scope: str, name: str, cidr: str | None = None, **more: Any) -> str:
    """Create a pool, with a block if a CIDR is given, and return its id."""
    owner = name.partition("_")[0]
    owned = {"mtk:environment": owner} if owner in ("dev", "shared") else {}
    ec2, tags = aws.client("ec2"), tagged("ipam-pool", name, **owned)
    made = ec2.create_ipam_pool(IpamScopeId=scope, AddressFamily="ipv4", TagSpecifications=tags, **more)
    found = str(made["IpamPool"]["IpamPoolId"])
    if cidr:
        ec2.provision_ipam_pool_cidr(IpamPoolId=found, Cidr=cidr)
    return found


def tree(aws: Any) -> dict[str, str]:
    """Create the pools of the examples, a top pool and a pool of dev with blocks, and return their ids by name."""
    scope = ipam(aws)["PrivateDefaultScopeId"]
    top = pool(aws, scope, "shared_ipam_top_pool", "10.0.0.0/8")
    dev = pool(aws, scope, "dev_us-east-1_ipam_pool", "10.0.0.0/14", SourceIpamPoolId=top, Locale="us-east-1")
    return {"scope": scope, "top": top, "dev": dev}
