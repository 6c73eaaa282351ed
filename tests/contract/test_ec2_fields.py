"""EC2: the fields that answers of real AWS always have."""

from __future__ import annotations

from typing import Any

import pytest
from ec2_net import HERE, Net, flow_role
from promise import keeps


@pytest.fixture
def net(aws: Any) -> Net:
    return Net(aws.client("ec2", HERE))


ENDPOINT = {
    "ServiceRegion": HERE,
    "IpAddressType": "ipv4",
    "RequesterManaged": False,
    "State": "available",
    "PrivateDnsEnabled": False,
}


@keeps("ec2.fields")
def test_subnets_zones_and_route_tables(net: Net) -> None:
    subnet = net.subnet_shown(net.subnet)
    assert (subnet["EnableDns64"], subnet["MapCustomerOwnedIpOnLaunch"], subnet["Ipv6Native"]) == (False,) * 3
    assert subnet["BlockPublicAccessStates"] == {"InternetGatewayBlockMode": "off"}
    zones = net.ec2.describe_availability_zones()["AvailabilityZones"]
    assert {(zone["GroupLongName"], zone["GroupName"]) for zone in zones} == {("US West (Oregon) 1", "us-west-2-zg-1")}
    made = net.ec2.create_route_table(VpcId=net.vpc)
    assert (
        made["RouteTable"]
        == net.ec2.describe_route_tables(RouteTableIds=[made["RouteTable"]["RouteTableId"]])["RouteTables"][0]
    )
    assert (made["RouteTable"]["PropagatingVgws"], bool(made["ClientToken"])) == ([], True)


@keeps("ec2.fields", "ec2.endpoint-dns")
def test_endpoints(net: Net) -> None:
    names = {kind: {"VpcId": net.vpc, "VpcEndpointType": kind} for kind in ("Gateway", "Interface")}
    gateway = net.ec2.create_vpc_endpoint(**names["Gateway"], ServiceName=f"com.amazonaws.{HERE}.s3")["VpcEndpoint"]
    assert ENDPOINT.items() <= gateway.items()
    assert (gateway["DnsOptions"], gateway["DnsEntries"]) == ({"DnsRecordIpType": "service-defined"}, [])
    for attribute in ("EnableDnsSupport", "EnableDnsHostnames"):
        net.ec2.modify_vpc_attribute(VpcId=net.vpc, **{attribute: {"Value": True}})
    asked = {"ServiceName": f"com.amazonaws.{HERE}.logs", "SubnetIds": [net.subnet]}
    endpoint = net.ec2.create_vpc_endpoint(**names["Interface"], **asked)["VpcEndpoint"]
    assert endpoint["DnsOptions"] == {"DnsRecordIpType": "ipv4"}
    regional, zonal, private = endpoint["DnsEntries"]
    assert regional["DnsName"].startswith(f"{endpoint['VpcEndpointId']}-")
    assert regional["DnsName"].endswith(f".logs.{HERE}.vpce.amazonaws.com")
    assert zonal["DnsName"] == regional["DnsName"].replace(".logs.", f"-{HERE}a.logs.")
    assert private["DnsName"] == f"logs.{HERE}.amazonaws.com"
    assert zonal["HostedZoneId"] == regional["HostedZoneId"] != private["HostedZoneId"]
    assert {entry["HostedZoneId"][0] for entry in endpoint["DnsEntries"]} == {"Z"}
    net.ec2.modify_vpc_endpoint(VpcEndpointId=endpoint["VpcEndpointId"], PrivateDnsEnabled=False)
    (shown,) = net.ec2.describe_vpc_endpoints(VpcEndpointIds=[endpoint["VpcEndpointId"]])["VpcEndpoints"]
    assert shown["DnsEntries"] == [regional, zonal]


@keeps("ec2.fields")
def test_flow_logs_show_the_destination_that_was_given(aws: Any, net: Net) -> None:
    arn = f"arn:aws:logs:{HERE}:123456789012:log-group:g"
    asked = {"ResourceIds": [net.vpc], "ResourceType": "VPC", "TrafficType": "ALL"}
    made = net.ec2.create_flow_logs(**asked, LogDestination=arn, DeliverLogsPermissionArn=flow_role(aws))
    (log,) = net.ec2.describe_flow_logs(FlowLogIds=made["FlowLogIds"])["FlowLogs"]
    assert (log["LogDestination"], log["LogGroupName"]) == (arn, "g")
    assert (log["DeliverLogsErrorMessage"], log["FlowLogStatus"]) == ("Access error", "ACTIVE")
    assert made["ClientToken"]


@keeps("ec2.nat-address")
def test_a_new_nat_gateway_names_only_its_allocation(net: Net) -> None:
    net.attach()
    made = net.nat()
    assert (made["State"], made["NatGatewayAddresses"]) == ("pending", [{"AllocationId": net.eip}])
    (address,) = net.nat_shown(made["NatGatewayId"])["NatGatewayAddresses"]
    (eip,) = net.ec2.describe_addresses(AllocationIds=[net.eip])["Addresses"]
    assert address["NetworkInterfaceId"] == eip["NetworkInterfaceId"]
    assert (address["PublicIp"], address["PrivateIp"]) == (eip["PublicIp"], eip["PrivateIpAddress"])


@keeps("ec2.fields", "ec2.filters")
def test_network_interfaces(net: Net) -> None:
    made = net.ec2.create_network_interface(SubnetId=net.subnet, Description="d")["NetworkInterface"]
    (shown,) = net.ec2.describe_network_interfaces(NetworkInterfaceIds=[made["NetworkInterfaceId"]])[
        "NetworkInterfaces"
    ]
    assert (shown, made["Status"]) == ({**made, "Status": "available"}, "pending")
    always = {"AvailabilityZone", "Groups", "MacAddress", "OwnerId", "PrivateIpAddresses", "SourceDestCheck", "TagSet"}
    assert always <= shown.keys() and shown["Operator"] == {"Managed": False}
    net.attach()
    nat = net.nat_shown(net.nat()["NatGatewayId"])["NatGatewayAddresses"][0]
    found = [{"Name": "addresses.association.public-ip", "Values": [nat["PublicIp"]]}]
    (shown,) = net.ec2.describe_network_interfaces(Filters=found)["NetworkInterfaces"]
    assert shown["PrivateIpAddresses"][0]["Association"] == shown["Association"]
    assert shown["NetworkInterfaceId"] == nat["NetworkInterfaceId"]
