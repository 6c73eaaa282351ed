"""EC2: the filters of all lists."""

from __future__ import annotations

from typing import Any

import pytest
from ec2_net import HERE, Net, by, refused
from emulator.promises import ec2 as promised
from promise import keeps


@pytest.fixture
def here(aws: Any) -> Any:
    return aws.client("ec2", HERE)


@pytest.fixture
def net(here: Any) -> Net:
    return Net(here)


LISTS = [o for o, given in promised.OPERATIONS.items() if {"Filters", "Filter"} & set(given.split())]
# Filters that match something in the network of the test below.
FOUND = [
    ("vpcs", "cidr", "10.0.*"),
    ("vpcs", "cidr-block-association.state", "associated"),
    ("vpcs", "cidr-block-association.cidr-block", "10.0.0.0/16"),
    ("vpcs", "dhcp-options-id", "dopt-*"),
    ("subnets", "cidr-block", "10.0.0.0/2?"),
    ("subnets", "availability-zone", "us-west-2a"),
    ("subnets", "default-for-az", "false"),
    ("subnets", "map-public-ip-on-launch", "false"),
    ("subnets", "available-ip-address-count", "250"),
    ("internet_gateways", "attachment.state", "available"),
    ("nat_gateways", "subnet-id", "subnet-*"),
    ("route_tables", "association.main", "true"),
    ("route_tables", "route.destination-cidr-block", "10.0.0.0/16"),
    ("route_tables", "route.gateway-id", "vpce-*"),
    ("route_tables", "route.origin", "CreateRouteTable"),
    ("route_tables", "route.state", "active"),
    ("security_groups", "ip-permission.protocol", "tcp"),
    ("security_groups", "ip-permission.to-port", "5432"),
    ("security_groups", "ip-permission.cidr", "10.*"),
    ("security_groups", "egress.ip-permission.cidr", "0.0.0.0/0"),
    ("security_groups", "ip-permission.group-id", "sg-*"),
    ("security_groups", "description", "default VPC security group"),
    ("network_acls", "default", "true"),
    ("network_acls", "association.subnet-id", "subnet-*"),
    ("vpn_gateways", "attachment.state", "attached"),
    ("vpn_gateways", "amazon-side-asn", "64512"),
    ("vpc_endpoints", "vpc-endpoint-state", "available"),
    ("vpc_endpoints", "vpc-endpoint-type", "Gateway"),
    ("vpc_endpoints", "service-name", "*.s3"),
    ("network_interfaces", "addresses.private-ip-address", "10.0.0.4"),
    ("network_interfaces", "requester-managed", "true"),
    ("network_interfaces", "association.public-ip", "*"),
    ("network_interfaces", "status", "in-use"),
]


@keeps("ec2.filters")
def test_filters_find_the_matching_resource(net: Net) -> None:
    net.attach()
    net.nat()
    service = f"com.amazonaws.{HERE}.s3"
    net.ec2.create_vpc_endpoint(VpcId=net.vpc, ServiceName=service, RouteTableIds=[net.table])
    vpn = net.ec2.create_vpn_gateway(Type="ipsec.1")["VpnGateway"]["VpnGatewayId"]
    net.ec2.attach_vpn_gateway(VpcId=net.vpc, VpnGatewayId=vpn)
    permission = {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}
    net.ec2.authorize_security_group_ingress(GroupId=net.group("g"), IpPermissions=[permission])
    for listing, name, value in FOUND:
        call = getattr(net.ec2, f"describe_{listing}")
        ours = by("attachment.vpc-id" if listing in ("internet_gateways", "vpn_gateways") else "vpc-id", net.vpc)

        def count(answer: dict[str, Any]) -> int:
            return next(len(v) for v in answer.values() if isinstance(v, list))

        found = count(call(Filters=ours + by(name, value)))
        assert 0 < found <= count(call(Filters=ours)), (listing, name)
        assert count(call(Filters=ours + by(name, "nothing", value))) == found
        assert count(call(Filters=ours + by(name, "nothing"))) == 0
        assert count(call(Filters=ours + by(name, value.swapcase()) if value.isalpha() else by(name, ""))) == 0


@keeps("ec2.filters")
@pytest.mark.parametrize("operation", LISTS)
def test_all_documented_filters_are_implemented(here: Any, operation: str) -> None:
    from emulator.ec2.listing import _known

    call = getattr(here, next(n for n, o in here.meta.method_to_api_mapping.items() if o == operation))
    refused("InvalidParameterValue", call, Filters=by("colour", "blue"))
    assert _known(operation)
    for name in _known(operation):
        answer = call(Filters=by(name, "nothing has this"))
        assert next(v for v in answer.values() if isinstance(v, list)) == [], name


@keeps("ec2.filters")
def test_filters_with_other_names_and_forms(net: Net) -> None:
    """A group of a rule by its name, a protocol by its name, a boolean of the default VPC, and literal wildcards."""
    ingress, egress = net.group("holder"), net.group("star*")
    rule = [{"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": egress}]}]
    net.ec2.authorize_security_group_ingress(GroupId=ingress, IpPermissions=rule)

    def groups(name: str, value: str) -> list[str]:
        found = net.ec2.describe_security_groups(Filters=by("vpc-id", net.vpc) + by(name, value))["SecurityGroups"]
        return [group["GroupId"] for group in found]

    assert groups("ip-permission.group-name", "st?r*") == [ingress]
    assert groups("egress.ip-permission.group-name", "star*") == []
    assert (groups("group-name", "star\\*"), groups("group-name", "h\\*")) == ([egress], [])
    assert (groups("group-name", "star[*]"), groups("group-name", "*\\")) == ([], [])
    acl = net.ec2.describe_network_acls(Filters=by("vpc-id", net.vpc))["NetworkAcls"][0]["NetworkAclId"]
    entry = {"RuleNumber": 1, "Egress": True, "Protocol": "6", "RuleAction": "deny", "CidrBlock": "10.0.0.0/8"}
    net.ec2.create_network_acl_entry(NetworkAclId=acl, PortRange={"From": 7, "To": 9}, **entry)
    for name, value in (("protocol", "tcp"), ("protocol", "6"), ("port-range.to", "9"), ("cidr", "10.0.0.0/8")):
        (found,) = net.ec2.describe_network_acls(Filters=by(f"entry.{name}", value))["NetworkAcls"]
        assert found["NetworkAclId"] == acl
    (default,) = net.ec2.describe_vpcs(Filters=by("isDefault", "true"))["Vpcs"]
    assert net.ec2.describe_vpcs(Filters=by("cidr-block", "172.31.*"))["Vpcs"] == [default]
    for name, value in (("cidr", "10.*"), ("cidrBlock", "10.0.0.0/24"), ("availabilityZone", "us-west-2a")):
        (subnet,) = net.ec2.describe_subnets(Filters=by("vpc-id", net.vpc) + by(name, value))["Subnets"]
        assert subnet["SubnetId"] == net.subnet
    for name, value in (("vpcId", net.vpc), ("cidrBlock", "10.*"), ("dhcpOptionsId", default["DhcpOptionsId"])):
        assert net.vpc in [vpc["VpcId"] for vpc in net.ec2.describe_vpcs(Filters=by(name, value))["Vpcs"]]
    for name, value in (("vpcId", net.vpc), ("subnetId", net.subnet), ("availableIpAddressCount", "25?")):
        found = net.ec2.describe_subnets(Filters=by("vpc-id", net.vpc) + by(name, value))["Subnets"]
        assert [subnet["SubnetId"] for subnet in found] == [net.subnet]
    (address,) = net.ec2.describe_addresses(Filters=by("domain", "vpc"))["Addresses"]
    assert address["AllocationId"] == net.eip
