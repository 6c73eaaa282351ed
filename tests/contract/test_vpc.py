"""EC2: VPCs, subnets, zones and regions."""

from __future__ import annotations

from typing import Any

import pytest
from ec2_net import HERE, UNKNOWN, Net, by, refused
from promise import keeps


@pytest.fixture(params=["us-east-1", "eu-west-1"])
def ec2(aws: Any, request: Any) -> Any:
    return aws.client("ec2", request.param)


@pytest.fixture
def here(aws: Any) -> Any:
    return aws.client("ec2", HERE)


@pytest.fixture
def net(here: Any) -> Net:
    return Net(here)


@keeps("ec2.vpc-states")
def test_vpcs_and_subnets_become_available_over_time(aws: Any, ec2: Any) -> None:
    aws.control.scale(1)
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]
    subnet = ec2.create_subnet(VpcId=vpc["VpcId"], CidrBlock="10.0.0.0/24")["Subnet"]
    assert (vpc["State"], subnet["State"]) == ("pending", "pending")
    assert ec2.describe_subnets(SubnetIds=[subnet["SubnetId"]])["Subnets"][0]["State"] == "pending"
    aws.control.advance(5)
    assert ec2.describe_vpcs(VpcIds=[vpc["VpcId"]])["Vpcs"][0]["State"] == "available"
    assert ec2.describe_subnets(SubnetIds=[subnet["SubnetId"]])["Subnets"][0]["State"] == "available"


@keeps("ec2.vpc-block")
def test_cidr_blocks_are_stored_in_canonical_form(here: Any) -> None:
    vpc = here.create_vpc(CidrBlock="10.0.1.2/16")["Vpc"]
    subnet = here.create_subnet(VpcId=vpc["VpcId"], CidrBlock="10.0.3.4/24")["Subnet"]
    assert (vpc["CidrBlock"], subnet["CidrBlock"]) == ("10.0.0.0/16", "10.0.3.0/24")
    for size in (16, 28):
        assert here.create_vpc(CidrBlock=f"10.0.0.0/{size}")["Vpc"]["CidrBlock"] == f"10.0.0.0/{size}"


@keeps("ec2.vpc-block", "ec2.vpc-tenancy")
@pytest.mark.parametrize(
    ("code", "asked"),
    [
        ("InvalidParameterValue", {"CidrBlock": UNKNOWN}),
        ("InvalidParameterValue", {"CidrBlock": "10.0.0.0"}),
        ("InvalidParameterValue", {"CidrBlock": "fd00::/56"}),
        ("InvalidVpc.Range", {"CidrBlock": "10.0.0.0/15"}),
        ("InvalidVpc.Range", {"CidrBlock": "10.0.0.0/29"}),
        ("InvalidVpc.Range", {"CidrBlock": "127.1.0.0/16"}),
        ("InvalidVpc.Range", {"CidrBlock": "169.254.0.0/24"}),
        ("InvalidParameterValue", {"CidrBlock": "10.0.0.0/16", "InstanceTenancy": "host"}),
        ("InvalidParameterValue", {"CidrBlock": "10.0.0.0/16", "InstanceTenancy": "shared"}),
        ("InvalidParameterCombination", {"Ipv4NetmaskLength": 16}),
        ("MissingParameter", {}),
    ],
)
def test_invalid_vpcs_are_refused(here: Any, code: str, asked: dict[str, Any]) -> None:
    refused(code, here.create_vpc, **asked)


@keeps("ec2.vpc-tenancy")
def test_the_tenancy_of_a_vpc_is_described(net: Net) -> None:
    vpc = net.ec2.create_vpc(CidrBlock="10.1.0.0/16", InstanceTenancy="dedicated")["Vpc"]
    (shown,) = net.ec2.describe_vpcs(VpcIds=[vpc["VpcId"]])["Vpcs"]
    assert vpc["InstanceTenancy"] == shown["InstanceTenancy"] == "dedicated"
    assert net.ec2.describe_vpcs(VpcIds=[net.vpc])["Vpcs"][0]["InstanceTenancy"] == "default"


@keeps("ec2.vpc-brings", "ec2.sg-egress")
def test_a_new_vpc_has_a_route_table_an_acl_and_a_security_group(net: Net) -> None:
    assert net.routes(net.main_table()["RouteTableId"]) == {"10.0.0.0/16": ("local", "active")}
    (acl,) = net.ec2.describe_network_acls(Filters=by("vpc-id", net.vpc))["NetworkAcls"]
    assert acl["IsDefault"] and [a["SubnetId"] for a in acl["Associations"]] == [net.subnet]
    (group,) = net.ec2.describe_security_groups(Filters=by("vpc-id", net.vpc))["SecurityGroups"]
    assert (group["GroupName"], group["Description"]) == ("default", "default VPC security group")
    assert group["IpPermissions"][0]["UserIdGroupPairs"] == [{"GroupId": group["GroupId"], "UserId": "123456789012"}]
    assert group["IpPermissionsEgress"][0]["IpRanges"] == [{"CidrIp": "0.0.0.0/0"}]
    (vpc,) = net.ec2.describe_vpcs(VpcIds=[net.vpc])["Vpcs"]
    (options,) = net.ec2.describe_dhcp_options(DhcpOptionsIds=[vpc["DhcpOptionsId"]])["DhcpOptions"]
    assert {c["Key"]: c["Values"][0]["Value"] for c in options["DhcpConfigurations"]} == {
        "domain-name": "us-west-2.compute.internal",
        "domain-name-servers": "AmazonProvidedDNS",
    }


@keeps("ec2.dhcp-options")
def test_dhcp_options_serve_several_vpcs_until_none_uses_them(net: Net) -> None:
    other = Net(net.ec2)
    servers = [
        {"Key": "domain-name-servers", "Values": ["10.0.0.2"]},
        {"Key": "domain-name", "Values": ["example.com"]},
    ]
    spec = [{"ResourceType": "dhcp-options", "Tags": [{"Key": "a", "Value": "b"}]}]
    created = net.ec2.create_dhcp_options(DhcpConfigurations=servers, TagSpecifications=spec)["DhcpOptions"]
    options = {"DhcpOptionsId": created["DhcpOptionsId"]}
    assert (created["DhcpConfigurations"], created["Tags"]) == (
        [
            {"Key": "domain-name", "Values": [{"Value": "example.com"}]},
            {"Key": "domain-name-servers", "Values": [{"Value": "10.0.0.2"}]},
        ],
        [{"Key": "a", "Value": "b"}],
    )
    refused("DryRunOperation", net.ec2.create_dhcp_options, DhcpConfigurations=servers, DryRun=True)
    refused("DryRunOperation", net.ec2.associate_dhcp_options, **options, VpcId=net.vpc, DryRun=True)
    for vpc in (net.vpc, other.vpc):
        net.ec2.associate_dhcp_options(**options, VpcId=vpc)
    found = net.ec2.describe_vpcs(Filters=by("dhcp-options-id", created["DhcpOptionsId"]))["Vpcs"]
    assert {vpc["VpcId"] for vpc in found} == {net.vpc, other.vpc}
    refused("DependencyViolation", net.ec2.delete_dhcp_options, **options)
    for vpc in (net.vpc, other.vpc):
        net.ec2.associate_dhcp_options(DhcpOptionsId="default", VpcId=vpc)
    assert net.ec2.describe_vpcs(VpcIds=[net.vpc])["Vpcs"][0]["DhcpOptionsId"] == "default"
    refused("DryRunOperation", net.ec2.delete_dhcp_options, **options, DryRun=True)
    net.ec2.delete_dhcp_options(**options)
    refused("InvalidDhcpOptionID.NotFound", net.ec2.associate_dhcp_options, **options, VpcId=net.vpc)


@keeps("ec2.default-vpc")
def test_every_region_has_a_default_vpc(here: Any) -> None:
    (vpc,) = here.describe_vpcs(Filters=by("is-default", "true"))["Vpcs"]
    assert vpc["CidrBlock"] == "172.31.0.0/16"
    subnets = here.describe_subnets(Filters=by("vpc-id", vpc["VpcId"]))["Subnets"]
    assert len(subnets) == 4 and all(s["DefaultForAz"] and s["MapPublicIpOnLaunch"] for s in subnets)
    (gateway,) = here.describe_internet_gateways(Filters=by("attachment.vpc-id", vpc["VpcId"]))["InternetGateways"]
    (table,) = here.describe_route_tables(Filters=by("vpc-id", vpc["VpcId"]))["RouteTables"]
    assert gateway["InternetGatewayId"] in [r["GatewayId"] for r in table["Routes"]]
    assert here.describe_network_interfaces()["NetworkInterfaces"] == []


@keeps("ec2.subnet-block", "ec2.subnet-zone")
def test_invalid_subnets_are_refused(net: Net) -> None:
    create = net.ec2.create_subnet
    refused("InvalidSubnet.Range", create, VpcId=net.vpc, CidrBlock="10.1.0.0/24")
    refused("InvalidSubnet.Range", create, VpcId=net.vpc, CidrBlock="10.0.1.0/29")
    refused("InvalidSubnet.Conflict", create, VpcId=net.vpc, CidrBlock="10.0.0.128/25")
    refused("InvalidParameterValue", create, VpcId=net.vpc, CidrBlock=UNKNOWN)
    refused("MissingParameter", create, VpcId=net.vpc)
    zone = {"VpcId": net.vpc, "CidrBlock": "10.0.1.0/24"}
    refused("InvalidParameterValue", create, **zone, AvailabilityZone="eu-west-1a")
    refused("InvalidParameterValue", create, **zone, AvailabilityZoneId="euw1-az1")
    refused("InvalidParameterValue", create, **zone, AvailabilityZone="us-west-2a", AvailabilityZoneId="usw2-az1")


@keeps("ec2.subnet-zone")
def test_a_subnet_can_name_its_zone_by_id(net: Net) -> None:
    asked = {"VpcId": net.vpc, "CidrBlock": "10.0.9.0/24", "AvailabilityZoneId": "usw2-az3"}
    made = net.ec2.create_subnet(**asked)["Subnet"]
    assert (made["AvailabilityZone"], made["AvailabilityZoneId"]) == ("us-west-2c", "usw2-az3")
    assert (made["MapPublicIpOnLaunch"], made["DefaultForAz"]) == (False, False)


@keeps("ec2.subnet-addresses")
def test_network_interfaces_use_up_the_addresses_of_a_subnet(aws: Any, net: Net) -> None:
    aws.control.quota("nat-gateways-per-zone", 20)
    small = net.ec2.create_subnet(VpcId=net.vpc, CidrBlock="10.0.1.0/28")["Subnet"]
    assert small["AvailableIpAddressCount"] == 11
    private = {"SubnetId": small["SubnetId"], "ConnectivityType": "private"}
    made = [net.ec2.create_nat_gateway(**private)["NatGateway"] for _ in range(11)]
    addresses = [net.nat_shown(m["NatGatewayId"])["NatGatewayAddresses"][0]["PrivateIp"] for m in made]
    assert addresses == [f"10.0.1.{n}" for n in range(4, 15)]
    assert net.subnet_shown(small["SubnetId"])["AvailableIpAddressCount"] == 0
    full = {"VpcId": net.vpc, "VpcEndpointType": "Interface", "SubnetIds": [small["SubnetId"]]}
    service = {"ServiceName": f"com.amazonaws.{HERE}.logs", "PrivateDnsEnabled": False}
    refused("InsufficientFreeAddressesInSubnet", net.ec2.create_vpc_endpoint, **full, **service)
    assert not net.ec2.describe_vpc_endpoints()["VpcEndpoints"]
    public = net.nat(SubnetId=small["SubnetId"])["NatGatewayId"]
    assert net.nat_shown(public)["FailureCode"] == "InsufficientFreeAddressesInSubnet"
    net.ec2.delete_nat_gateway(NatGatewayId=made[0]["NatGatewayId"])
    assert net.subnet_shown(small["SubnetId"])["AvailableIpAddressCount"] == 1


@keeps("ec2.vpc-attributes", "ec2.subnet-attributes")
def test_attributes_of_vpcs_and_subnets_can_be_changed(net: Net) -> None:
    modify, on, off = net.ec2.modify_vpc_attribute, {"Value": True}, {"Value": False}

    def value(name: str) -> bool:
        answer = net.ec2.describe_vpc_attribute(VpcId=net.vpc, Attribute=name)
        return bool(answer[name[0].upper() + name[1:]]["Value"])

    assert (value("enableDnsSupport"), value("enableDnsHostnames")) == (True, False)
    both = {"EnableDnsSupport": on, "EnableDnsHostnames": on}
    refused("InvalidParameterCombination", modify, VpcId=net.vpc, **both)
    refused("InvalidParameterCombination", modify, VpcId=net.vpc)
    modify(VpcId=net.vpc, EnableDnsSupport=off)
    refused("InvalidParameterCombination", modify, VpcId=net.vpc, EnableDnsHostnames=on)
    modify(VpcId=net.vpc, EnableDnsSupport=on)
    modify(VpcId=net.vpc, EnableDnsHostnames=on)
    assert value("enableDnsHostnames") is True
    change = net.ec2.modify_subnet_attribute
    refused("InvalidParameterCombination", change, SubnetId=net.subnet)
    for value in (True, False):
        change(SubnetId=net.subnet, MapPublicIpOnLaunch={"Value": value})
        assert net.subnet_shown(net.subnet)["MapPublicIpOnLaunch"] is value
    change(SubnetId=net.subnet, AssignIpv6AddressOnCreation=off)
    assert net.subnet_shown(net.subnet)["AssignIpv6AddressOnCreation"] is False
    refused("InvalidParameterValue", change, SubnetId=net.subnet, AssignIpv6AddressOnCreation=on)
    both = {"AssignIpv6AddressOnCreation": off, "MapPublicIpOnLaunch": off}
    refused("InvalidParameterCombination", change, SubnetId=net.subnet, **both)


@keeps("ec2.vpc-held")
def test_delete_refuses_a_vpc_in_use(net: Net) -> None:
    def held() -> None:
        refused("DependencyViolation", net.ec2.delete_vpc, VpcId=net.vpc)

    def default() -> dict[str, Any]:
        (found,) = net.ec2.describe_security_groups(Filters=by("vpc-id", net.vpc) + by("group-name", "default"))[
            "SecurityGroups"
        ]
        return dict(found)

    net.ec2.revoke_security_group_egress(
        GroupId=default()["GroupId"], IpPermissions=[{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
    )
    group = net.group("g")
    net.attach()
    service = f"com.amazonaws.{HERE}.s3"
    endpoint = net.ec2.create_vpc_endpoint(VpcId=net.vpc, ServiceName=service)["VpcEndpoint"]["VpcEndpointId"]
    held()
    assert default()["IpPermissionsEgress"] == []
    net.ec2.delete_subnet(SubnetId=net.subnet)
    held()
    net.ec2.delete_route_table(RouteTableId=net.table)
    held()
    net.detach()
    held()
    net.ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint])
    held()
    net.ec2.delete_security_group(GroupId=group)
    net.ec2.delete_vpc(VpcId=net.vpc)
    refused("InvalidVpcID.NotFound", net.ec2.delete_vpc, VpcId=net.vpc)


@keeps("ec2.vpc-held")
def test_delete_refuses_a_vpc_for_a_while_after_its_last_resource(aws: Any, here: Any) -> None:
    aws.control.scale(1)
    never = here.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    here.delete_vpc(VpcId=never)
    vpc = here.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = here.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    group = here.create_security_group(GroupName="g", Description="d", VpcId=vpc)["GroupId"]
    here.delete_subnet(SubnetId=subnet)
    aws.control.advance(60)
    refused("DependencyViolation", here.delete_vpc, VpcId=vpc)
    here.delete_security_group(GroupId=group)
    aws.control.advance(10)
    refused("DependencyViolation", here.delete_vpc, VpcId=vpc)
    aws.control.advance(5)
    here.delete_vpc(VpcId=vpc)


@keeps("ec2.subnet-held")
def test_delete_refuses_subnets_and_security_groups_of_aurora(aws: Any, net: Net) -> None:
    other = net.ec2.create_subnet(VpcId=net.vpc, CidrBlock="10.0.1.0/24", AvailabilityZone="us-west-2b")["Subnet"]
    group, rds = net.group("db"), aws.client("rds", HERE)
    ids = [net.subnet, other["SubnetId"]]
    rds.create_db_subnet_group(DBSubnetGroupName="g", DBSubnetGroupDescription="d", SubnetIds=ids)
    rds.create_db_cluster(
        DBClusterIdentifier="c",
        Engine="aurora-postgresql",
        MasterUsername="dbadmin",
        MasterUserPassword="correct-horse",
        DBSubnetGroupName="g",
        VpcSecurityGroupIds=[group],
        ServerlessV2ScalingConfiguration={"MinCapacity": 0.5, "MaxCapacity": 1},
    )
    assert net.ec2.describe_network_interfaces()["NetworkInterfaces"] == []
    asked = {"DBClusterIdentifier": "c", "Engine": "aurora-postgresql", "DBInstanceClass": "db.serverless"}
    rds.create_db_instance(DBInstanceIdentifier="i", AvailabilityZone="us-west-2b", **asked)
    (shown,) = net.ec2.describe_network_interfaces(Filters=by("vpc-id", net.vpc))["NetworkInterfaces"]
    assert (shown["SubnetId"], shown["Description"]) == (other["SubnetId"], "RDSNetworkInterface")
    assert (shown["Status"], shown["RequesterManaged"]) == ("in-use", True)
    assert [g["GroupId"] for g in shown["Groups"]] == [group]
    refused("DependencyViolation", net.ec2.delete_subnet, SubnetId=other["SubnetId"])
    refused("DependencyViolation", net.ec2.delete_security_group, GroupId=group)
    net.ec2.delete_subnet(SubnetId=net.subnet)  # a subnet group alone does not hold its subnets
    rds.create_db_instance(DBInstanceIdentifier="j", AvailabilityZone="us-west-2a", **asked)
    assert len(net.ec2.describe_network_interfaces()["NetworkInterfaces"]) == 1
    rds.delete_db_instance(DBInstanceIdentifier="j")
    rds.delete_db_instance(DBInstanceIdentifier="i")
    rds.delete_db_cluster(DBClusterIdentifier="c", SkipFinalSnapshot=True)
    net.ec2.delete_subnet(SubnetId=other["SubnetId"])
    net.ec2.delete_security_group(GroupId=group)


@keeps("ec2.zones")
def test_availability_zones_are_described_and_filtered(here: Any) -> None:
    zones = here.describe_availability_zones()["AvailabilityZones"]
    assert {z["ZoneId"] for z in zones} == {"usw2-az1", "usw2-az2", "usw2-az3", "usw2-az4"}
    assert {(z["OptInStatus"], z["ZoneType"]) for z in zones} == {("opt-in-not-required", "availability-zone")}

    def named(**asked: Any) -> list[str]:
        return [z["ZoneName"] for z in here.describe_availability_zones(**asked)["AvailabilityZones"]]

    assert named(ZoneNames=["us-west-2b"]) == named(ZoneIds=["usw2-az1"]) == ["us-west-2b"]
    assert named(Filters=by("zone-id", "usw2-az1") + by("state", "available")) == ["us-west-2b"]
    assert named(Filters=by("zone-type", "local-zone")) == []
    refused("InvalidParameterValue", here.describe_availability_zones, ZoneNames=["us-east-1a"])


@keeps("ec2.regions")
def test_regions_are_described_and_filtered(here: Any) -> None:
    def named(**asked: Any) -> list[str]:
        return [r["RegionName"] for r in here.describe_regions(**asked)["Regions"]]

    assert len(named()) == 17 and "us-west-2" in named() and "ap-east-1" not in named()
    assert "ap-east-1" in named(AllRegions=True)
    assert named(RegionNames=["eu-west-1"]) == ["eu-west-1"]
    assert named(Filters=by("opt-in-status", "not-opted-in")) == []
    assert "ap-east-1" in named(AllRegions=True, Filters=by("opt-in-status", "not-opted-in"))
    assert named(Filters=by("region-name", "eu-west-?")) == ["eu-west-1", "eu-west-2", "eu-west-3"]
    refused("InvalidParameterValue", here.describe_regions, RegionNames=["eu-west-9"])
