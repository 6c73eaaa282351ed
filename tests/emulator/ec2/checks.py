"""The checks before EC2 looks at any resource: malformed ids, reserved or misplaced tags, dry runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any

from ..core import AwsError
from .ids import check_id, listed

TAGGABLE = {
    "CreateVpc": "vpc",
    "CreateSubnet": "subnet",
    "CreateInternetGateway": "internet-gateway",
    "CreateNatGateway": "natgateway",
    "AllocateAddress": "elastic-ip",
    "CreateRouteTable": "route-table",
    "CreateNetworkAcl": "network-acl",
    "CreateVpcPeeringConnection": "vpc-peering-connection",
    "CreateSecurityGroup": "security-group",
    "AuthorizeSecurityGroupIngress": "security-group-rule",
    "AuthorizeSecurityGroupEgress": "security-group-rule",
    "CreateNetworkInterface": "network-interface",
    "CreateDhcpOptions": "dhcp-options",
    "CreateVpnGateway": "vpn-gateway",
    "CreateVpcEndpoint": "vpc-endpoint",
    "CreateFlowLogs": "vpc-flow-log",
    "CreateEgressOnlyInternetGateway": "egress-only-internet-gateway",
    "CreateIpam": "ipam",
    "CreateIpamScope": "ipam-scope",
    "CreateIpamPool": "ipam-pool",
    "AllocateIpamPoolCidr": "ipam-pool-allocation",
}
DELETED_BY = {
    "DeleteVpc": "VpcId",
    "DeleteSubnet": "SubnetId",
    "DeleteSecurityGroup": "GroupId",
    "DeleteInternetGateway": "InternetGatewayId",
    "DeleteRouteTable": "RouteTableId",
    "ReleaseAddress": "AllocationId",
    "DeleteFlowLogs": "FlowLogIds",
    "DeleteNetworkAcl": "NetworkAclId",
    "DeleteNetworkInterface": "NetworkInterfaceId",
    "DeleteDhcpOptions": "DhcpOptionsId",
    "DeleteVpcPeeringConnection": "VpcPeeringConnectionId",
    "DeleteVpnGateway": "VpnGatewayId",
    "DeleteEgressOnlyInternetGateway": "EgressOnlyInternetGatewayId",
}


class DryRun(AwsError):
    """The answer to a dry run that would have succeeded; AWS gives it the HTTP status 412."""

    def __init__(self) -> None:
        super().__init__("DryRunOperation", "Request would have succeeded, but DryRun flag is set.")


def check(operation: str, params: Mapping[str, Any]) -> None:
    """Check the ids and tags of a request, and answer a dry run."""
    for name, value in params.items():
        for resource_id in listed(value):
            check_id(name, resource_id)
    check_tags(params.get("Tags") if operation in ("CreateTags", "DeleteTags") else [])
    for spec in params.get("TagSpecifications") or []:
        _check_specification(operation, spec)
    if params.get("DryRun"):
        raise DryRun


def _check_specification(operation: str, spec: Mapping[str, Any]) -> None:
    kind, wanted = spec.get("ResourceType"), TAGGABLE.get(operation)
    if not kind:
        raise AwsError("InvalidParameterValue", "Tag specification resource type must have a value")
    if wanted and kind != wanted:
        raise AwsError("InvalidParameterValue", f"'{kind}' is not a valid taggable resource type for this operation.")
    if not spec.get("Tags"):
        raise AwsError("InvalidParameterValue", "Tag specification must have at least one tag")
    check_tags(spec["Tags"])


def check_tags(tags: Any) -> None:
    """Refuse reserved, overlong, duplicate or too many tags."""
    seen: set[str] = set()
    for tag in tags or []:
        key, value = tag.get("Key") or "", tag.get("Value") or ""
        if key.lower().startswith("aws:"):
            text = f"Value ( {key} ) for parameter key is invalid. "
            raise AwsError(
                "InvalidParameterValue", text + "Tag keys starting with 'aws:' are reserved for internal use"
            )
        if not key or len(key) > 128:
            raise AwsError("InvalidParameterValue", f"Tag key must be 1 to 128 characters long: '{key}'")
        if len(value) > 256:
            raise AwsError(
                "InvalidParameterValue", f"Tag value exceeds the maximum length of 256 characters: '{value}'"
            )
        if key in seen:
            raise AwsError("InvalidParameterValue", f"Duplicate tag key '{key}' specified.")
        seen.add(key)
    if len(seen) > 50:
        raise AwsError("TagLimitExceeded", "The maximum number of Tags for a resource has been reached.")


def canonical(cidr: str, parameter: str = "cidrBlock") -> str:
    """Return a block in the canonical form that EC2 gives to blocks of VPCs, subnets, routes and rules."""
    return str(block(cidr, parameter, strict=False))


def canonical_ipv6(cidr: str) -> str:
    """Return an IPv6 block in canonical form."""
    try:
        return str(IPv6Network(cidr, strict=False))
    except ValueError as error:
        raise AwsError("InvalidParameterValue", f"CIDR block {cidr} is malformed") from error


def block(cidr: Any, parameter: str = "cidr", strict: bool = True) -> IPv4Network:
    """Return an IPv4 block; ``strict`` refuses host bits."""
    try:
        found: IPv4Network | IPv6Network = ip_network(str(cidr), strict=strict)
    except ValueError:
        found = ip_network("::/0")
    if not isinstance(found, IPv4Network) or "/" not in str(cidr):
        text = f"Value ({cidr}) for parameter {parameter} is invalid. This is not a valid CIDR block."
        raise AwsError("InvalidParameterValue", text)
    return found


def deleted_ids(operation: str, params: Mapping[str, Any]) -> Iterator[str]:
    """Yield the ids of the resources that a successful request deletes."""
    if operation in DELETED_BY:
        yield from (i for i in listed(params.get(DELETED_BY[operation])) if i)
