"""The ids of EC2's resources: AWS's codes and words for malformed ids and for ids that do not exist."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ..core import AwsError

Store = Callable[[Any], Iterable[Any]]


@dataclass(frozen=True)
class Kind:
    """A type of resource. A type without the code ``missing`` is looked up by its own handlers."""

    prefix: str
    malformed: str
    missing: str = ""
    words: str = ""

    def not_found(self, ids: list[str]) -> AwsError:
        """Return the error for ids that do not exist."""
        if "{}" in self.words:
            return AwsError(self.missing, self.words.format(", ".join(ids)))
        text = f"The {self.words}{'s' if len(ids) > 1 else ''} '{', '.join(ids)}' do{'' if len(ids) > 1 else 'es'}"
        return AwsError(self.missing, f"{text} not exist")


_GROUP = Kind("sg", "InvalidGroupId.Malformed", "InvalidGroup.NotFound", "security group")
_VPC = Kind("vpc", "InvalidVpcID.Malformed", "InvalidVpcID.NotFound", "vpc ID")
_POOL = Kind("ipam-pool", "InvalidIpamPoolId.Malformed")
KINDS: dict[str, Kind] = {
    "VpcId": _VPC,
    "PeerVpcId": _VPC,
    "SubnetId": Kind("subnet", "InvalidSubnetID.Malformed", "InvalidSubnetID.NotFound", "subnet ID"),
    "GroupId": _GROUP,
    "Groups": _GROUP,
    "SecurityGroupId": _GROUP,
    "RouteTableId": Kind("rtb", "InvalidRouteTableId.Malformed", "InvalidRouteTableID.NotFound", "routeTable ID"),
    "NatGatewayId": Kind("nat", "NatGatewayMalformed", "NatGatewayNotFound", "The Nat Gateway {} was not found"),
    "InternetGatewayId": Kind(
        "igw", "InvalidInternetGatewayId.Malformed", "InvalidInternetGatewayID.NotFound", "internetGateway ID"
    ),
    "AllocationId": Kind("eipalloc", "InvalidElasticIpID.Malformed", "InvalidAllocationID.NotFound", "allocation ID"),
    "PublicIp": Kind("", "", "InvalidAddress.NotFound", "Address '{}' not found."),
    "VpcEndpointId": Kind("vpce", "InvalidVpcEndpointId.Malformed", "InvalidVpcEndpointId.NotFound", "Vpc Endpoint Id"),
    "FlowLogId": Kind("fl", "InvalidFlowLogId.Malformed", "InvalidFlowLogId.NotFound", "flow log ID"),
    "NetworkInterfaceId": Kind(
        "eni", "InvalidNetworkInterfaceId.Malformed", "InvalidNetworkInterfaceID.NotFound", "networkInterface ID"
    ),
    "InstanceId": Kind("i", "InvalidInstanceID.Malformed", "InvalidInstanceID.NotFound", "instance ID"),
    "NetworkAclId": Kind("acl", "InvalidNetworkAclId.Malformed", "InvalidNetworkAclID.NotFound", "networkAcl ID"),
    "VpcPeeringConnectionId": Kind(
        "pcx",
        "InvalidVpcPeeringConnectionId.Malformed",
        "InvalidVpcPeeringConnectionID.NotFound",
        "vpcPeeringConnection ID",
    ),
    "VpnGatewayId": Kind("vgw", "InvalidVpnGatewayID.Malformed", "InvalidVpnGatewayID.NotFound", "vpnGateway ID"),
    "EgressOnlyInternetGatewayId": Kind(
        "eigw", "InvalidEgressOnlyInternetGatewayId.Malformed", "InvalidGatewayID.NotFound", "eigw ID"
    ),
    "DhcpOptionsId": Kind("dopt", "InvalidDhcpOptionsId.Malformed", "InvalidDhcpOptionID.NotFound", "dhcpOption ID"),
    "PrefixListId": Kind("pl", "InvalidPrefixListId.Malformed", "InvalidPrefixListID.NotFound", "prefix list ID"),
    "SecurityGroupRuleId": Kind("sgr", "InvalidSecurityGroupRuleId.Malformed"),
    "IpamId": Kind("ipam", "InvalidIpamId.Malformed"),
    "IpamScopeId": Kind("ipam-scope", "InvalidIpamScopeId.Malformed"),
    "IpamPoolId": _POOL,
    "SourceIpamPoolId": _POOL,
    "Ipv4IpamPoolId": _POOL,
    "IpamPoolAllocationId": Kind("ipam-pool-alloc", "InvalidIpamPoolAllocationId.Malformed"),
}
STORES: dict[str, Store] = {
    "vpc": lambda ec2: ec2.vpcs,
    "subnet": lambda ec2: [i for zone in ec2.subnets.values() for i in zone],
    "sg": lambda ec2: [i for groups in ec2.groups.values() for i in groups],
    "sgr": lambda ec2: [
        r.id for gs in ec2.groups.values() for g in gs.values() for r in (*g.ingress_rules, *g.egress_rules)
    ],
    "rtb": lambda ec2: ec2.route_tables,
    "nat": lambda ec2: ec2.nat_gateways,
    "igw": lambda ec2: ec2.internet_gateways,
    "eipalloc": lambda ec2: [a.allocation_id for a in ec2.addresses],
    "": lambda ec2: [a.public_ip for a in ec2.addresses],  # an address is its own id and has no prefix
    "vpce": lambda ec2: ec2.vpc_end_points,
    "fl": lambda ec2: ec2.flow_logs,
    "eni": lambda ec2: ec2.enis,
    "i": lambda ec2: [eni.instance.id for eni in ec2.enis.values() if eni.instance],
    "acl": lambda ec2: ec2.network_acls,
    "pcx": lambda ec2: ec2.vpc_pcxs,
    "vgw": lambda ec2: ec2.vpn_gateways,
    "eigw": lambda ec2: ec2.egress_only_internet_gateways,
    "dopt": lambda ec2: ec2.dhcp_options_sets,
    "pl": lambda ec2: ec2.managed_prefix_lists,
}
# AWS's names of the types, by the prefix of their ids.
TYPES = {
    "eipalloc": "elastic-ip",
    "nat": "natgateway",
    "fl": "vpc-flow-log",
    "ipam-scope": "ipam-scope",
    "ipam-pool": "ipam-pool",
    "ipam-pool-alloc": "ipam-pool-allocation",
    "vpc": "vpc",
    "vpce": "vpc-endpoint",
    "subnet": "subnet",
    "sg": "security-group",
    "sgr": "security-group-rule",
    "rtb": "route-table",
    "igw": "internet-gateway",
    "acl": "network-acl",
    "pcx": "vpc-peering-connection",
    "eni": "network-interface",
    "ipam": "ipam",
    "dopt": "dhcp-options",
    "vgw": "vpn-gateway",
    "eigw": "egress-only-internet-gateway",
}
# The parameters of operations that refuse an id that does not exist in a way of their own.
_OWN_WAY = {
    "DeleteFlowLogs": ("FlowLogId",),
    "DeleteVpcEndpoints": ("VpcEndpointId",),
    "CreateVpcEndpoint": ("SecurityGroupId",),
    "ModifyVpcEndpoint": ("SecurityGroupId",),
    "AssociateDhcpOptions": ("DhcpOptionsId",),
    "CreateRoute": ("NatGatewayId",),
    "ReplaceRoute": ("NatGatewayId",),
}


def singular(parameter: str) -> str:
    """Return the name of the ids in a parameter: ``AddSubnetIds`` holds ids named ``SubnetId``."""
    name = re.sub(r"^(Add|Remove)(?=[A-Z]\w+Ids$)", "", parameter)
    return name[:-1] if name.endswith(("Ids", "Ips")) else name


def listed(value: Any) -> list[Any]:
    """Return the ids of a parameter, which is one id or a list."""
    return value if isinstance(value, list) else [value]


def check_id(parameter: str, resource_id: Any) -> None:
    """Refuse a malformed id, such as the placeholder of a value that is not known yet."""
    kind = KINDS.get(singular(parameter))
    if (parameter, resource_id) == ("DhcpOptionsId", "default"):
        return  # AWS's id of no DHCP options
    if kind and kind.prefix and not re.fullmatch(kind.prefix + r"-[0-9a-f]{8,32}", str(resource_id)):
        raise AwsError(kind.malformed, f'Invalid id: "{resource_id}" (expecting "{kind.prefix}-...")')


def check_exists(operation: str, params: Mapping[str, Any], backend: Any) -> None:
    """Refuse ids of resources that do not exist."""
    for parameter, value in params.items():
        name = singular(parameter)
        kind = KINDS.get(name)
        if kind and kind.missing and name not in _OWN_WAY.get(operation, ()):
            known = STORES[kind.prefix](backend)
            missing = [i for i in listed(value) if i not in known]
            if missing:
                raise kind.not_found(missing)
