"""EC2: internet gateways, NAT gateways, elastic addresses and routes."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from typing import Any

import pytest
from ec2_net import HERE, ONE, Net, by, refused
from promise import keeps


@pytest.fixture(params=["us-east-1", "eu-west-1"])
def ec2(aws: Any, request: Any) -> Any:
    return aws.client("ec2", request.param)


@pytest.fixture
def net(aws: Any) -> Net:
    return Net(aws.client("ec2", HERE))


@keeps("ec2.nat-states", "ec2.nat-deleted", "ec2.address-in-use", "ec2.subnet-held", "ec2.igw-detach")
def test_a_nat_gateway_is_created_and_deleted_over_time(aws: Any, ec2: Any) -> None:
    aws.control.scale(1)
    net = Net(ec2)
    net.attach()
    made = net.nat()
    nat = made["NatGatewayId"]
    assert (made["State"], net.nat_shown(nat)["State"]) == ("pending", "pending")
    ec2.create_route(RouteTableId=net.table, DestinationCidrBlock="0.0.0.0/0", NatGatewayId=nat)
    aws.control.advance(120)
    shown = net.nat_shown(nat)
    assert shown["State"] == "available" and shown["NatGatewayAddresses"][0]["AllocationId"] == net.eip
    assert net.routes()["0.0.0.0/0"] == (nat, "active")
    refused("AuthFailure", ec2.release_address, AllocationId=net.eip)
    address = ec2.describe_addresses(AllocationIds=[net.eip])["Addresses"][0]
    assert address["NetworkInterfaceId"] == shown["NatGatewayAddresses"][0]["NetworkInterfaceId"]
    refused("DependencyViolation", ec2.delete_subnet, SubnetId=net.subnet)
    refused("DependencyViolation", net.detach)
    ec2.delete_nat_gateway(NatGatewayId=nat)
    assert net.nat_shown(nat)["State"] == "deleting" and "DeleteTime" in net.nat_shown(nat)
    refused("AuthFailure", ec2.release_address, AllocationId=net.eip)
    refused("DependencyViolation", net.detach)
    aws.control.advance(60)
    assert net.nat_shown(nat)["State"] == "deleted"
    refused("AuthFailure", ec2.release_address, AllocationId=net.eip)
    aws.control.advance(5)
    assert net.routes()["0.0.0.0/0"] == (nat, "blackhole")
    refused("NatGatewayNotFound", ec2.delete_nat_gateway, NatGatewayId=nat)
    route = {"RouteTableId": net.table, "DestinationCidrBlock": "1.0.0.0/8", "NatGatewayId": nat}
    refused("InvalidNatGatewayID.NotFound", ec2.create_route, **route)
    ec2.release_address(AllocationId=net.eip)
    net.detach()
    ec2.delete_subnet(SubnetId=net.subnet)
    aws.control.advance(3600)
    assert not ec2.describe_nat_gateways()["NatGateways"]
    assert net.routes()["0.0.0.0/0"] == (nat, "blackhole")


@keeps("ec2.nat-fails")
def test_a_nat_gateway_fails_after_it_was_accepted(aws: Any, net: Net) -> None:
    nat = net.nat()
    assert nat["State"] == "pending" and "FailureCode" not in nat
    shown = net.nat_shown(nat["NatGatewayId"])
    assert (shown["State"], shown["FailureCode"]) == ("failed", "Gateway.NotAttached")
    assert "no Internet gateway attached" in shown["FailureMessage"]
    net.attach()
    aws.control.fault("ec2:CreateNatGateway", "fail", state="failed", message="no luck")
    shown = net.nat_shown(net.nat()["NatGatewayId"])
    assert (shown["FailureCode"], shown["FailureMessage"]) == ("InternalError", "no luck")
    assert net.nat_shown(net.nat()["NatGatewayId"])["State"] == "available"
    assert net.nat_shown(net.nat()["NatGatewayId"])["FailureCode"] == "Resource.AlreadyAssociated"
    states = net.ec2.describe_nat_gateways(Filters=by("state", "failed"))["NatGateways"]
    assert len(states) == 3


@keeps("ec2.nat-refused")
def test_invalid_nat_gateways_are_refused(net: Net) -> None:
    refused("MissingParameter", net.ec2.create_nat_gateway, SubnetId=net.subnet)
    refused("InvalidParameterCombination", net.nat, ConnectivityType="private")
    refused("InvalidAllocationID.NotFound", net.nat, AllocationId=f"eipalloc-{ONE}")
    refused("InvalidSubnetID.NotFound", net.nat, SubnetId=f"subnet-{ONE}")
    private = net.ec2.create_nat_gateway(SubnetId=net.subnet, ConnectivityType="private")["NatGateway"]
    shown = net.nat_shown(private["NatGatewayId"])
    assert shown["State"] == "available" and "AllocationId" not in shown["NatGatewayAddresses"][0]


@keeps("ec2.interfaces")
def test_a_nat_gateway_has_a_network_interface(net: Net) -> None:
    net.attach()
    nat = net.nat()["NatGatewayId"]
    (shown,) = net.ec2.describe_network_interfaces(Filters=by("vpc-id", net.vpc))["NetworkInterfaces"]
    assert (shown["InterfaceType"], shown["Description"]) == ("nat_gateway", f"Interface for NAT Gateway {nat}")
    assert (shown["PrivateIpAddress"], shown["Groups"]) == ("10.0.0.4", [])
    assert shown["Association"]["AllocationId"] == net.eip


@keeps("ec2.address-example", "ec2.address-in-use")
def test_elastic_addresses_are_allocated_and_released(net: Net) -> None:
    spec = [{"ResourceType": "elastic-ip", "Tags": [{"Key": "a", "Value": "b"}]}]
    made = net.ec2.allocate_address(TagSpecifications=spec)
    (shown,) = net.ec2.describe_addresses(PublicIps=[made["PublicIp"]])["Addresses"]
    assert (shown["AllocationId"], shown["Domain"]) == (made["AllocationId"], "vpc")
    assert shown["Tags"] == spec[0]["Tags"] and "NetworkInterfaceId" not in shown
    addresses = [ip_address(a["PublicIp"]) for a in net.ec2.describe_addresses()["Addresses"]]
    assert len(set(addresses)) == 2 and all(a in ip_network("203.0.113.0/24") for a in addresses)
    net.ec2.release_address(AllocationId=net.eip)
    refused("InvalidAllocationID.NotFound", net.ec2.release_address, AllocationId=net.eip)
    refused("InvalidParameterValue", net.ec2.allocate_address, Domain="standard")


@keeps("ec2.igw-one", "ec2.igw-detach", "ec2.route-blackhole")
def test_internet_gateways_are_attached_and_detached(net: Net) -> None:
    refused("Gateway.NotAttached", net.detach)
    net.attach()
    refused("Resource.AlreadyAssociated", net.attach)
    (shown,) = net.ec2.describe_internet_gateways(InternetGatewayIds=[net.igw])["InternetGateways"]
    assert shown["Attachments"] == [{"State": "available", "VpcId": net.vpc}]
    second = net.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    attach = {"InternetGatewayId": second, "VpcId": net.vpc}
    message = str(refused("InvalidParameterValue", net.ec2.attach_internet_gateway, **attach))
    assert "already has an internet gateway attached" in message
    refused("DependencyViolation", net.ec2.delete_internet_gateway, InternetGatewayId=net.igw)
    refused("DependencyViolation", net.ec2.delete_vpc, VpcId=net.vpc)
    net.ec2.create_route(RouteTableId=net.table, DestinationCidrBlock="0.0.0.0/0", GatewayId=net.igw)
    net.detach()
    assert net.routes()["0.0.0.0/0"] == (net.igw, "blackhole")
    net.ec2.delete_internet_gateway(InternetGatewayId=net.igw)
    assert net.routes()["0.0.0.0/0"] == (net.igw, "blackhole")


@keeps("ec2.route-refused")
def test_invalid_routes_are_refused(net: Net) -> None:
    table = {"RouteTableId": net.table, "DestinationCidrBlock": "0.0.0.0/0"}
    create, replace = net.ec2.create_route, net.ec2.replace_route
    refused("InvalidNatGatewayID.NotFound", create, **table, NatGatewayId=f"nat-{ONE}")
    refused("InvalidInternetGatewayID.NotFound", create, **table, GatewayId=f"igw-{ONE}")
    refused("InvalidParameterValue", create, **table, GatewayId=net.igw)
    refused("InvalidParameterValue", create, **table, GatewayId="local")
    refused("MissingParameter", create, **table)
    refused("MissingParameter", create, RouteTableId=net.table, GatewayId=net.igw)
    net.attach()
    refused("InvalidParameterValue", replace, **table, GatewayId=net.igw)
    create(**table, GatewayId=net.igw)
    refused("RouteAlreadyExists", create, **table, GatewayId=net.igw)
    local = {"RouteTableId": net.table, "DestinationCidrBlock": "10.0.0.0/16"}
    refused("InvalidParameterValue", net.ec2.delete_route, **local)
    refused("InvalidParameterValue", replace, **local, GatewayId=net.igw)
    refused("RouteAlreadyExists", create, **local, GatewayId=net.igw)
    net.ec2.delete_route(**table)
    refused("InvalidRoute.NotFound", net.ec2.delete_route, **table)


@keeps("ec2.route-replaced", "ec2.vpc-block")
def test_routes_can_be_replaced(net: Net) -> None:
    net.attach()
    nat = net.nat()["NatGatewayId"]
    table = {"RouteTableId": net.table, "DestinationCidrBlock": "1.2.3.4/8"}
    assert net.ec2.create_route(**table, GatewayId=net.igw)["Return"] is True
    net.ec2.replace_route(**table, NatGatewayId=nat)
    assert net.routes()["1.0.0.0/8"] == (nat, "active")
    net.ec2.replace_route(**table, GatewayId=net.igw)
    assert net.routes()["1.0.0.0/8"] == (net.igw, "active")


@keeps("ec2.route-table-association")
def test_route_tables_are_associated_with_subnets(net: Net) -> None:
    associate, move = net.ec2.associate_route_table, net.ec2.replace_route_table_association
    made = associate(RouteTableId=net.table, SubnetId=net.subnet)
    assert made["AssociationState"] == {"State": "associated"}
    assert associate(RouteTableId=net.table, SubnetId=net.subnet)["AssociationId"] == made["AssociationId"]
    second = net.ec2.create_route_table(VpcId=net.vpc)["RouteTable"]["RouteTableId"]
    refused("Resource.AlreadyAssociated", associate, RouteTableId=second, SubnetId=net.subnet)
    refused("DependencyViolation", net.ec2.delete_route_table, RouteTableId=net.table)
    moved = move(AssociationId=made["AssociationId"], RouteTableId=second)["NewAssociationId"]
    (found,) = net.ec2.describe_route_tables(Filters=by("association.subnet-id", net.subnet))["RouteTables"]
    assert (found["RouteTableId"], found["Associations"][0]["RouteTableAssociationId"]) == (second, moved)
    refused("InvalidAssociationID.NotFound", move, AssociationId=made["AssociationId"], RouteTableId=net.table)
    net.ec2.disassociate_route_table(AssociationId=moved)
    refused("InvalidAssociationID.NotFound", net.ec2.disassociate_route_table, AssociationId=moved)

    main = net.main_table()
    refused("DependencyViolation", net.ec2.delete_route_table, RouteTableId=main["RouteTableId"])
    main_id = {"AssociationId": main["Associations"][0]["RouteTableAssociationId"]}
    refused("InvalidParameterValue", net.ec2.disassociate_route_table, **main_id)
    other = Net(net.ec2)
    refused("InvalidParameterValue", move, **main_id, RouteTableId=other.table)
    refused("InvalidParameterValue", associate, RouteTableId=other.table, SubnetId=net.subnet)
    move(**main_id, RouteTableId=second)
    assert net.main_table()["RouteTableId"] == second
    net.ec2.delete_route_table(RouteTableId=main["RouteTableId"])
    associate(RouteTableId=net.table, SubnetId=net.subnet)
    net.ec2.delete_subnet(SubnetId=net.subnet)
    net.ec2.delete_route_table(RouteTableId=net.table)
