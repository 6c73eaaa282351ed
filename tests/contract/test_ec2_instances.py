"""EC2: instances, network interfaces and private gateways, which keep subnets, groups and VPCs in use."""

from __future__ import annotations

from typing import Any

import pytest
from ec2_net import HERE, ONE, UNKNOWN, Net, by, refused
from promise import keeps

IMAGE = {"ImageId": "ami-0123456789abcdef0", "InstanceType": "t3.micro", "MinCount": 1, "MaxCount": 1}
TAG = {"Key": "a", "Value": "b"}


@pytest.fixture
def net(aws: Any) -> Net:
    return Net(aws.client("ec2", HERE))


def shown(net: Net) -> list[dict[str, Any]]:
    found = net.ec2.describe_network_interfaces(Filters=by("vpc-id", net.vpc))["NetworkInterfaces"]
    return list(found)


@keeps("ec2.interface-created", "ec2.subnet-held", "ec2.sg-held")
def test_an_interface_keeps_its_subnet_and_its_groups_in_use(net: Net) -> None:
    group, tagged = net.group("g"), [{"ResourceType": "network-interface", "Tags": [TAG]}]
    asked = {"SubnetId": net.subnet, "Description": "by hand", "Groups": [group]}
    made = net.ec2.create_network_interface(**asked, TagSpecifications=tagged)["NetworkInterface"]
    (eni,) = shown(net)
    fields = (eni["NetworkInterfaceId"], eni["Status"], eni["Description"], eni["TagSet"])
    assert fields == (made["NetworkInterfaceId"], "available", "by hand", [TAG])
    assert not eni["RequesterManaged"] and "Attachment" not in eni
    refused("DependencyViolation", net.ec2.delete_subnet, SubnetId=net.subnet)
    refused("DependencyViolation", net.ec2.delete_security_group, GroupId=group)
    net.ec2.delete_network_interface(NetworkInterfaceId=made["NetworkInterfaceId"])
    missing = {"NetworkInterfaceId": made["NetworkInterfaceId"]}
    refused("InvalidNetworkInterfaceID.NotFound", net.ec2.delete_network_interface, **missing)
    net.ec2.delete_subnet(SubnetId=net.subnet)


@keeps("ec2.interface-created")
def test_invalid_interfaces_are_refused(net: Net) -> None:
    create, delete = net.ec2.create_network_interface, net.ec2.delete_network_interface
    stranger = Net(net.ec2)
    refused("InvalidParameter", create, SubnetId=net.subnet, Groups=[stranger.group("g")])
    refused("InvalidGroup.NotFound", create, SubnetId=net.subnet, Groups=[f"sg-{ONE}"])
    refused("InvalidSubnetID.NotFound", create, SubnetId=f"subnet-{ONE}")
    refused("InvalidParameterValue", create, SubnetId=net.subnet, PrivateIpAddress="10.9.0.9")
    create(SubnetId=net.subnet)
    (eni,) = shown(net)
    taken = eni["PrivateIpAddress"]
    refused("InvalidIPAddress.InUse", create, SubnetId=net.subnet, PrivateIpAddress=taken)
    assert [group["GroupName"] for group in eni["Groups"]] == ["default"]
    net.attach()
    nat = net.nat_shown(net.nat()["NatGatewayId"])["NatGatewayAddresses"][0]
    refused("AuthFailure", delete, NetworkInterfaceId=nat["NetworkInterfaceId"])
    refused("DryRunOperation", create, SubnetId=net.subnet, DryRun=True)


@keeps("ec2.instances", "ec2.igw-detach")
def test_an_instance_holds_an_interface_and_an_address(aws: Any, net: Net) -> None:
    aws.control.scale(1)
    net.attach()
    net.ec2.modify_subnet_attribute(SubnetId=net.subnet, MapPublicIpOnLaunch={"Value": True})
    group = net.group("g")
    (made,) = net.ec2.run_instances(**IMAGE, SubnetId=net.subnet, SecurityGroupIds=[group])["Instances"]
    instance = made["InstanceId"]
    (eni,) = shown(net)
    assert (made["State"]["Name"], made["VpcId"], eni["Status"]) == ("pending", net.vpc, "in-use")
    assert eni["Attachment"]["InstanceId"] == instance and eni["Association"]["PublicIp"]
    refused(
        "InvalidNetworkInterface.InUse", net.ec2.delete_network_interface, **{k: eni[k] for k in eni if "ceId" in k}
    )
    refused("DependencyViolation", net.detach)
    (change,) = net.ec2.terminate_instances(InstanceIds=[instance])["TerminatingInstances"]
    assert change["CurrentState"]["Name"] == "shutting-down"
    refused("DependencyViolation", net.ec2.delete_subnet, SubnetId=net.subnet)
    refused("DependencyViolation", net.detach)
    aws.control.advance(40)
    assert shown(net) == []
    refused("InvalidInstanceID.NotFound", net.ec2.terminate_instances, InstanceIds=[instance])
    net.detach()
    net.ec2.delete_security_group(GroupId=group)
    net.ec2.delete_subnet(SubnetId=net.subnet)


@keeps("ec2.instances", "ec2.ids")
def test_invalid_instances_are_refused(net: Net) -> None:
    run = net.ec2.run_instances
    refused("InvalidAMIID.Malformed", run, **{**IMAGE, "ImageId": UNKNOWN}, SubnetId=net.subnet)
    refused("InvalidSubnetID.NotFound", run, **IMAGE, SubnetId=f"subnet-{ONE}")
    refused("InvalidInstanceID.Malformed", net.ec2.terminate_instances, InstanceIds=[UNKNOWN])
    refused("DryRunOperation", run, **IMAGE, SubnetId=net.subnet, DryRun=True)
    (made,) = run(**IMAGE, SubnetId=net.subnet)["Instances"]
    refused("DryRunOperation", net.ec2.terminate_instances, InstanceIds=[made["InstanceId"]], DryRun=True)
    (eni,) = shown(net)
    refused(
        "DryRunOperation", net.ec2.delete_network_interface, NetworkInterfaceId=eni["NetworkInterfaceId"], DryRun=True
    )


@keeps("ec2.interface-created")
def test_an_interface_gets_the_requested_address(net: Net) -> None:
    made = net.ec2.create_network_interface(SubnetId=net.subnet, PrivateIpAddress="10.0.0.200")["NetworkInterface"]
    (eni,) = shown(net)
    assert made["PrivateIpAddress"] == eni["PrivateIpAddress"] == "10.0.0.200"


@keeps("ec2.vpn-gateway")
def test_virtual_private_gateways_are_found_by_tag_type_and_state(net: Net) -> None:
    tagged = [{"ResourceType": "vpn-gateway", "Tags": [TAG]}]
    gateway = net.ec2.create_vpn_gateway(Type="ipsec.1", TagSpecifications=tagged)["VpnGateway"]
    net.ec2.create_vpn_gateway(Type="ipsec.1")
    wanted = [*by("tag:a", "b"), *by("type", "ipsec.1"), {"Name": "state", "Values": ["pending", "available"]}]
    (found,) = net.ec2.describe_vpn_gateways(Filters=wanted)["VpnGateways"]
    assert (found["VpnGatewayId"], found["Tags"]) == (gateway["VpnGatewayId"], [TAG])
    assert net.ec2.describe_vpn_gateways(Filters=by("attachment.vpc-id", net.vpc))["VpnGateways"] == []


def attachments(net: Net, gateway: str) -> list[tuple[str, str]]:
    (found,) = net.ec2.describe_vpn_gateways(VpnGatewayIds=[gateway])["VpnGateways"]
    return [(each["VpcId"], each["State"]) for each in found.get("VpcAttachments", [])]


@keeps("ec2.vpn-gateway", "ec2.vpc-held")
def test_a_virtual_private_gateway_keeps_its_vpc_in_use(aws: Any, net: Net) -> None:
    aws.control.scale(1)
    vpc = net.ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    made = net.ec2.create_vpn_gateway(Type="ipsec.1")["VpnGateway"]
    gateway = {"VpnGatewayId": made["VpnGatewayId"]}
    assert made["State"] == "pending" and attachments(net, made["VpnGatewayId"]) == []
    refused("DryRunOperation", net.ec2.attach_vpn_gateway, **gateway, VpcId=vpc, DryRun=True)
    net.ec2.attach_vpn_gateway(**gateway, VpcId=vpc)
    assert attachments(net, made["VpnGatewayId"]) == [(vpc, "attaching")]
    aws.control.advance(10)
    assert attachments(net, made["VpnGatewayId"]) == [(vpc, "attached")]
    other = {"VpnGatewayId": net.ec2.create_vpn_gateway(Type="ipsec.1")["VpnGateway"]["VpnGatewayId"]}
    refused("VpnGatewayAttachmentLimitExceeded", net.ec2.attach_vpn_gateway, **other, VpcId=vpc)
    refused("IncorrectState", net.ec2.attach_vpn_gateway, **gateway, VpcId=net.vpc)
    refused("IncorrectState", net.ec2.delete_vpn_gateway, **gateway)
    refused("DependencyViolation", net.ec2.delete_vpc, VpcId=vpc)
    refused("InvalidVpnGatewayAttachment.NotFound", net.ec2.detach_vpn_gateway, **other, VpcId=vpc)
    refused("DryRunOperation", net.ec2.detach_vpn_gateway, **gateway, VpcId=vpc, DryRun=True)
    net.ec2.detach_vpn_gateway(**gateway, VpcId=vpc)
    assert attachments(net, made["VpnGatewayId"]) == [(vpc, "detaching")]
    aws.control.advance(20)
    assert attachments(net, made["VpnGatewayId"]) == [(vpc, "detached")]
    net.ec2.delete_vpn_gateway(**gateway)
    assert [g["State"] for g in net.ec2.describe_vpn_gateways(VpnGatewayIds=list(gateway.values()))["VpnGateways"]] == [
        "deleted"
    ]
    net.ec2.describe_vpcs()
    aws.control.advance(15)
    net.ec2.delete_vpc(VpcId=vpc)


@keeps("ec2.vpn-gateway", "ec2.egress-only")
def test_unknown_private_gateways_are_refused(net: Net) -> None:
    vpn, egress = {"VpnGatewayId": f"vgw-{ONE}"}, {"EgressOnlyInternetGatewayId": f"eigw-{ONE}"}
    refused("InvalidVpnGatewayID.NotFound", net.ec2.attach_vpn_gateway, **vpn, VpcId=net.vpc)
    refused("InvalidVpnGatewayID.NotFound", net.ec2.delete_vpn_gateway, **vpn)
    refused("InvalidVpnGatewayID.NotFound", net.ec2.describe_vpn_gateways, VpnGatewayIds=list(vpn.values()))
    missing = "InvalidGatewayID.NotFound"
    refused(missing, net.ec2.delete_egress_only_internet_gateway, **egress)
    asked = {"EgressOnlyInternetGatewayIds": list(egress.values())}
    refused(missing, net.ec2.describe_egress_only_internet_gateways, **asked)
    for call, params in (
        (net.ec2.create_vpn_gateway, {"Type": "ipsec.1"}),
        (net.ec2.delete_vpn_gateway, vpn),
        (net.ec2.describe_vpn_gateways, {}),
        (net.ec2.create_egress_only_internet_gateway, {"VpcId": net.vpc}),
        (net.ec2.delete_egress_only_internet_gateway, egress),
        (net.ec2.describe_egress_only_internet_gateways, {}),
    ):
        refused("DryRunOperation", call, **params, DryRun=True)


@keeps("ec2.egress-only", "ec2.vpc-held")
def test_an_egress_only_gateway_keeps_its_vpc_in_use(net: Net) -> None:
    vpc = net.ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    refused("InvalidVpcID.NotFound", net.ec2.create_egress_only_internet_gateway, VpcId=f"vpc-{ONE}")
    made = net.ec2.create_egress_only_internet_gateway(VpcId=vpc)["EgressOnlyInternetGateway"]
    gateway = {"EgressOnlyInternetGatewayId": made["EgressOnlyInternetGatewayId"]}
    asked = {"EgressOnlyInternetGatewayIds": list(gateway.values())}
    assert net.ec2.describe_egress_only_internet_gateways(**asked)["EgressOnlyInternetGateways"] == [made]
    assert made["Attachments"] == [{"State": "attached", "VpcId": vpc}]
    refused("DependencyViolation", net.ec2.delete_vpc, VpcId=vpc)
    net.ec2.delete_egress_only_internet_gateway(**gateway)
    net.ec2.delete_vpc(VpcId=vpc)


@keeps("ec2.peering", "ec2.vpc-held")
def test_a_peering_connection_keeps_both_vpcs_in_use(net: Net) -> None:
    vpcs = [net.ec2.create_vpc(CidrBlock=f"10.{n}.0.0/16")["Vpc"]["VpcId"] for n in (1, 2)]
    made = net.ec2.create_vpc_peering_connection(VpcId=vpcs[0], PeerVpcId=vpcs[1])["VpcPeeringConnection"]
    peering = {"VpcPeeringConnectionId": made["VpcPeeringConnectionId"]}
    for vpc in vpcs:
        refused("DependencyViolation", net.ec2.delete_vpc, VpcId=vpc)
    net.ec2.accept_vpc_peering_connection(**peering)
    refused("DependencyViolation", net.ec2.delete_vpc, VpcId=vpcs[0])
    net.ec2.delete_vpc_peering_connection(**peering)
    for vpc in vpcs:
        net.ec2.delete_vpc(VpcId=vpc)
