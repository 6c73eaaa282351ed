"""VPCs and what lives in them: states, dependencies and refusals, seen through boto3 in several regions."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

UNKNOWN = "(known after apply)"


def refused(code: str, call: Any, **params: Any) -> ClientError:
    with pytest.raises(ClientError) as error:
        call(**params)
    assert error.value.response["Error"]["Code"] == code, error.value
    return error.value


@pytest.fixture(params=["us-east-1", "eu-west-1"])
def ec2(aws: Any, request: Any) -> Any:
    return aws.client("ec2", request.param)


@pytest.fixture
def here(aws: Any) -> Any:
    return aws.client("ec2", "us-west-2")


class Net:
    """A VPC with a subnet, an internet gateway and a route table."""

    def __init__(self, ec2: Any) -> None:
        self.ec2 = ec2
        self.vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        self.subnet = ec2.create_subnet(VpcId=self.vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
        self.igw = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        self.table = ec2.create_route_table(VpcId=self.vpc)["RouteTable"]["RouteTableId"]
        self.eip = ec2.allocate_address(Domain="vpc")["AllocationId"]

    def attach(self) -> None:
        self.ec2.attach_internet_gateway(InternetGatewayId=self.igw, VpcId=self.vpc)

    def detach(self) -> None:
        self.ec2.detach_internet_gateway(InternetGatewayId=self.igw, VpcId=self.vpc)

    def nat(self, **more: Any) -> dict[str, Any]:
        asked = {"SubnetId": self.subnet, "AllocationId": self.eip, **more}
        made: dict[str, Any] = self.ec2.create_nat_gateway(**asked)["NatGateway"]
        return made

    def nat_shown(self, nat: str) -> dict[str, Any]:
        shown: dict[str, Any] = self.ec2.describe_nat_gateways(NatGatewayIds=[nat])["NatGateways"][0]
        return shown

    def routes(self) -> dict[str, tuple[str, str]]:
        found = self.ec2.describe_route_tables(RouteTableIds=[self.table])["RouteTables"][0]["Routes"]
        keys = ("DestinationCidrBlock", "DestinationPrefixListId")
        targets = ("GatewayId", "NatGatewayId")
        return {next(r[k] for k in keys if k in r): (next(r[t] for t in targets if t in r), r["State"]) for r in found}


@pytest.fixture
def net(here: Any) -> Net:
    return Net(here)


def test_states_of_vpc_and_subnet(aws: Any, ec2: Any) -> None:
    aws.control.scale(1)
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]
    subnet = ec2.create_subnet(VpcId=vpc["VpcId"], CidrBlock="10.0.0.0/24")["Subnet"]
    assert (vpc["State"], subnet["State"]) == ("pending", "pending")
    assert ec2.describe_subnets(SubnetIds=[subnet["SubnetId"]])["Subnets"][0]["State"] == "pending"
    aws.control.advance(5)
    assert ec2.describe_vpcs(VpcIds=[vpc["VpcId"]])["Vpcs"][0]["State"] == "available"
    assert ec2.describe_subnets(SubnetIds=[subnet["SubnetId"]])["Subnets"][0]["State"] == "available"


def test_blocks_become_canonical(here: Any) -> None:
    vpc = here.create_vpc(CidrBlock="10.0.1.2/16")["Vpc"]
    subnet = here.create_subnet(VpcId=vpc["VpcId"], CidrBlock="10.0.3.4/24")["Subnet"]
    assert (vpc["CidrBlock"], subnet["CidrBlock"]) == ("10.0.0.0/16", "10.0.3.0/24")


@pytest.mark.parametrize(
    ("code", "cidr"),
    [
        ("InvalidParameterValue", UNKNOWN),
        ("InvalidParameterValue", "10.0.0.0"),
        ("InvalidVpc.Range", "10.0.0.0/15"),
        ("InvalidVpc.Range", "10.0.0.0/29"),
    ],
)
def test_vpcs_refused(here: Any, code: str, cidr: str) -> None:
    refused(code, here.create_vpc, CidrBlock=cidr)
    refused("MissingParameter", here.create_vpc)


def test_subnets_refused(net: Net) -> None:
    create = net.ec2.create_subnet
    refused("InvalidSubnet.Range", create, VpcId=net.vpc, CidrBlock="10.1.0.0/24")
    refused("InvalidSubnet.Range", create, VpcId=net.vpc, CidrBlock="10.0.1.0/29")
    refused("InvalidSubnet.Conflict", create, VpcId=net.vpc, CidrBlock="10.0.0.128/25")
    pool = {"VpcId": net.vpc, "Ipv4IpamPoolId": "ipam-pool-00000000000000000"}
    refused("UnsupportedOperation", create, **pool, Ipv4NetmaskLength=24)
    zone = {"VpcId": net.vpc, "CidrBlock": "10.0.1.0/24"}
    refused("InvalidParameterValue", create, **zone, AvailabilityZone="eu-west-1a")
    refused("InvalidParameterValue", create, **zone, AvailabilityZoneId="euw1-az1")


def test_zones(net: Net) -> None:
    zones = net.ec2.describe_availability_zones()["AvailabilityZones"]
    assert {z["ZoneId"] for z in zones} == {"usw2-az1", "usw2-az2", "usw2-az3", "usw2-az4"}
    asked = {"VpcId": net.vpc, "CidrBlock": "10.0.9.0/24", "AvailabilityZoneId": "usw2-az3"}
    made = net.ec2.create_subnet(**asked)["Subnet"]
    assert (made["AvailabilityZone"], made["AvailabilityZoneId"]) == ("us-west-2c", "usw2-az3")
    assert (made["MapPublicIpOnLaunch"], made["DefaultForAz"]) == (False, False)


@pytest.mark.parametrize(
    ("code", "call", "params"),
    [
        ("InvalidVpcID.Malformed", "describe_vpcs", {"VpcIds": [UNKNOWN]}),
        ("InvalidVpcID.Malformed", "create_subnet", {"VpcId": UNKNOWN, "CidrBlock": "10.0.0.0/24"}),
        ("InvalidVpcID.NotFound", "create_subnet", {"VpcId": "vpc-00000000", "CidrBlock": "10.0.0.0/24"}),
        ("InvalidSubnetID.Malformed", "create_nat_gateway", {"SubnetId": UNKNOWN}),
        ("InvalidElasticIpID.Malformed", "release_address", {"AllocationId": UNKNOWN}),
        ("InvalidGroupId.Malformed", "describe_security_groups", {"GroupIds": [UNKNOWN]}),
        ("InvalidRouteTableId.Malformed", "delete_route_table", {"RouteTableId": UNKNOWN}),
        ("InvalidInternetGatewayId.Malformed", "delete_internet_gateway", {"InternetGatewayId": UNKNOWN}),
        ("NatGatewayMalformed", "describe_nat_gateways", {"NatGatewayIds": [UNKNOWN]}),
        ("NatGatewayNotFound", "describe_nat_gateways", {"NatGatewayIds": ["nat-00000000000000000"]}),
        ("InvalidVpcEndpointId.Malformed", "modify_vpc_endpoint", {"VpcEndpointId": UNKNOWN}),
        ("InvalidIpamPoolId.Malformed", "create_vpc", {"Ipv4IpamPoolId": UNKNOWN}),
    ],
)
def test_ids_refused(here: Any, code: str, call: str, params: dict[str, Any]) -> None:
    refused(code, getattr(here, call), **params)


@pytest.mark.parametrize(
    ("call", "params", "listing"),
    [
        ("create_vpc", {"CidrBlock": "10.9.0.0/16"}, "describe_vpcs"),
        ("create_subnet", {"VpcId": "vpc", "CidrBlock": "10.0.9.0/24"}, "describe_subnets"),
        ("create_internet_gateway", {}, "describe_internet_gateways"),
        ("create_nat_gateway", {"SubnetId": "subnet", "AllocationId": "eip"}, "describe_nat_gateways"),
        ("allocate_address", {}, "describe_addresses"),
        ("create_route_table", {"VpcId": "vpc"}, "describe_route_tables"),
        ("create_security_group", {"VpcId": "vpc", "GroupName": "g", "Description": "d"}, "describe_security_groups"),
        ("create_vpc_endpoint", {"VpcId": "vpc", "ServiceName": "s"}, "describe_vpc_endpoints"),
    ],
)
def test_dry_runs(net: Net, call: str, params: dict[str, str], listing: str) -> None:
    def listed() -> dict[str, Any]:
        answer: dict[str, Any] = getattr(net.ec2, listing)()
        return {k: v for k, v in answer.items() if k != "ResponseMetadata"}

    before = listed()
    asked = {k: getattr(net, v, v) for k, v in params.items()}
    error = refused("DryRunOperation", getattr(net.ec2, call), DryRun=True, **asked)
    assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 412
    assert listed() == before


def test_tags(net: Net) -> None:
    nat, tag = net.nat()["NatGatewayId"], {"Key": "a", "Value": "b"}
    net.ec2.create_tags(Resources=[nat, net.eip, net.vpc], Tags=[tag])
    rows = net.ec2.describe_tags(Filters=[{"Name": "tag:a", "Values": ["b"]}])["Tags"]
    assert {(r["ResourceId"], r["ResourceType"]) for r in rows} == {
        (nat, "natgateway"),
        (net.eip, "elastic-ip"),
        (net.vpc, "vpc"),
    }
    found = net.ec2.describe_nat_gateways(Filters=[{"Name": "tag:a", "Values": ["b"]}])["NatGateways"]
    assert [(n["NatGatewayId"], n["Tags"]) for n in found] == [(nat, [tag])]
    by_type = [{"Name": "resource-type", "Values": ["elastic-ip"]}]
    assert [r["ResourceId"] for r in net.ec2.describe_tags(Filters=by_type)["Tags"]] == [net.eip]
    net.ec2.delete_tags(Resources=[net.vpc], Tags=[{"Key": "a", "Value": "other"}])
    assert net.ec2.describe_vpcs(VpcIds=[net.vpc])["Vpcs"][0]["Tags"] == [tag]
    reserved = [{"Key": "aws:x", "Value": "1"}]
    refused("InvalidParameterValue", net.ec2.create_tags, Resources=[net.vpc], Tags=reserved)
    spec = [{"ResourceType": "vpc", "Tags": reserved}]
    refused("InvalidParameterValue", net.ec2.create_vpc, CidrBlock="10.9.0.0/16", TagSpecifications=spec)
    spec = [{"ResourceType": "subnet", "Tags": [tag]}]
    refused("InvalidParameterValue", net.ec2.create_vpc, CidrBlock="10.9.0.0/16", TagSpecifications=spec)
    refused("InvalidID", net.ec2.create_tags, Resources=["nat-00000000000000000"], Tags=[tag])


def test_tags_of_the_deleted_are_gone(here: Any) -> None:
    spec = [{"ResourceType": "vpc", "Tags": [{"Key": "a", "Value": "b"}]}]
    vpc = here.create_vpc(CidrBlock="10.9.0.0/16", TagSpecifications=spec)["Vpc"]["VpcId"]
    here.delete_vpc(VpcId=vpc)
    assert not here.describe_tags()["Tags"]


def test_nat_gateway_lives_and_dies(aws: Any, ec2: Any) -> None:
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
    refused("InvalidIPAddress.InUse", ec2.release_address, AllocationId=net.eip)
    address = ec2.describe_addresses(AllocationIds=[net.eip])["Addresses"][0]
    refused("AuthFailure", ec2.disassociate_address, AssociationId=address["AssociationId"])
    refused("DependencyViolation", ec2.delete_subnet, SubnetId=net.subnet)
    refused("DependencyViolation", net.detach)
    ec2.delete_nat_gateway(NatGatewayId=nat)
    assert net.nat_shown(nat)["State"] == "deleting" and "DeleteTime" in net.nat_shown(nat)
    refused("InvalidIPAddress.InUse", ec2.release_address, AllocationId=net.eip)
    refused("DependencyViolation", net.detach)
    aws.control.advance(60)
    assert net.nat_shown(nat)["State"] == "deleted"
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


def test_nat_gateway_fails_later(net: Net) -> None:
    nat = net.nat()
    assert nat["State"] == "pending" and "FailureCode" not in nat
    shown = net.nat_shown(nat["NatGatewayId"])
    assert (shown["State"], shown["FailureCode"]) == ("failed", "Gateway.NotAttached")
    net.attach()
    assert net.nat_shown(net.nat()["NatGatewayId"])["State"] == "available"
    assert net.nat_shown(net.nat()["NatGatewayId"])["FailureCode"] == "Resource.AlreadyAssociated"


def test_nat_gateways_refused(net: Net) -> None:
    refused("MissingParameter", net.ec2.create_nat_gateway, SubnetId=net.subnet)
    refused("InvalidParameterCombination", net.nat, ConnectivityType="private")
    refused("InvalidAllocationID.NotFound", net.nat, AllocationId="eipalloc-00000000000000000")
    refused("InvalidSubnetID.NotFound", net.nat, SubnetId="subnet-00000000000000000")
    refused("UnsupportedOperation", net.nat, SecondaryAllocationIds=[net.eip])
    private = net.ec2.create_nat_gateway(SubnetId=net.subnet, ConnectivityType="private")["NatGateway"]
    assert net.nat_shown(private["NatGatewayId"])["State"] == "available"


def test_nat_client_token(net: Net) -> None:
    net.attach()
    assert net.nat(ClientToken="x")["NatGatewayId"] == net.nat(ClientToken="x")["NatGatewayId"]
    assert len(net.ec2.describe_nat_gateways()["NatGateways"]) == 1


def test_internet_gateways(net: Net) -> None:
    net.attach()
    refused("Resource.AlreadyAssociated", net.attach)
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


def test_routes_refused(net: Net) -> None:
    table = {"RouteTableId": net.table, "DestinationCidrBlock": "0.0.0.0/0"}
    create = net.ec2.create_route
    refused("InvalidNatGatewayID.NotFound", create, **table, NatGatewayId="nat-00000000000000000")
    refused("InvalidInternetGatewayID.NotFound", create, **table, GatewayId="igw-00000000000000000")
    refused("InvalidParameterValue", create, **table, GatewayId=net.igw)
    refused("MissingParameter", create, **table)
    net.attach()
    create(**table, GatewayId=net.igw)
    refused("RouteAlreadyExists", create, **table, GatewayId=net.igw)
    local = {"RouteTableId": net.table, "DestinationCidrBlock": "10.0.0.0/16"}
    refused("InvalidParameterValue", net.ec2.delete_route, **local)
    net.ec2.delete_route(**table)
    refused("InvalidRoute.NotFound", net.ec2.delete_route, **table)


def test_route_tables(net: Net) -> None:
    associate = net.ec2.associate_route_table
    associate(RouteTableId=net.table, SubnetId=net.subnet)
    second = net.ec2.create_route_table(VpcId=net.vpc)["RouteTable"]["RouteTableId"]
    refused("Resource.AlreadyAssociated", associate, RouteTableId=second, SubnetId=net.subnet)
    refused("DependencyViolation", net.ec2.delete_route_table, RouteTableId=net.table)
    main = [{"Name": "association.main", "Values": ["true"]}, {"Name": "vpc-id", "Values": [net.vpc]}]
    main_id = net.ec2.describe_route_tables(Filters=main)["RouteTables"][0]["RouteTableId"]
    refused("DependencyViolation", net.ec2.delete_route_table, RouteTableId=main_id)
    net.ec2.delete_subnet(SubnetId=net.subnet)
    net.ec2.delete_route_table(RouteTableId=net.table)


def test_gateway_endpoint(net: Net) -> None:
    service = f"com.amazonaws.{net.ec2.meta.region_name}.dynamodb"
    other = net.ec2.create_route_table(VpcId=net.vpc)["RouteTable"]["RouteTableId"]
    asked = {"VpcId": net.vpc, "ServiceName": service}
    made = net.ec2.create_vpc_endpoint(**asked, RouteTableIds=[other])["VpcEndpoint"]
    assert (made["VpcEndpointType"], made["State"].lower()) == ("Gateway", "available")
    endpoint = made["VpcEndpointId"]
    assert len(net.routes()) == 1
    net.ec2.modify_vpc_endpoint(VpcEndpointId=endpoint, AddRouteTableIds=[net.table], RemoveRouteTableIds=[other])
    prefix_list = next(d for d, (target, _) in net.routes().items() if target == endpoint)
    assert prefix_list.startswith("pl-")
    assert net.ec2.describe_vpc_endpoints()["VpcEndpoints"][0]["RouteTableIds"] == [net.table]
    by_hand = {"RouteTableId": net.table, "DestinationPrefixListId": prefix_list}
    refused("InvalidParameterValue", net.ec2.delete_route, **by_hand)
    refused("RouteAlreadyExists", net.ec2.create_vpc_endpoint, **asked, RouteTableIds=[net.table])
    gone = net.ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint, "vpce-00000000000000000"])["Unsuccessful"]
    assert [(g["ResourceId"], g["Error"]["Code"]) for g in gone] == [
        ("vpce-00000000000000000", "InvalidVpcEndpoint.NotFound")
    ]
    assert len(net.routes()) == 1 and not net.ec2.describe_vpc_endpoints()["VpcEndpoints"]
    refused("InvalidServiceName", net.ec2.create_vpc_endpoint, VpcId=net.vpc, ServiceName=service + "x")


def test_interface_endpoint(aws: Any, net: Net) -> None:
    service = f"com.amazonaws.{net.ec2.meta.region_name}.secretsmanager"
    asked = {"VpcId": net.vpc, "ServiceName": service, "VpcEndpointType": "Interface", "SubnetIds": [net.subnet]}
    refused("InvalidParameter", net.ec2.create_vpc_endpoint, **asked)
    net.ec2.modify_vpc_attribute(VpcId=net.vpc, EnableDnsHostnames={"Value": True})
    aws.control.scale(1)
    endpoint = net.ec2.create_vpc_endpoint(**asked)["VpcEndpoint"]

    def state() -> list[str]:
        return [e["State"].lower() for e in net.ec2.describe_vpc_endpoints()["VpcEndpoints"]]

    assert (endpoint["State"].lower(), state()) == ("pending", ["pending"])
    aws.control.advance(60)
    assert state() == ["available"]
    refused("DependencyViolation", net.ec2.delete_subnet, SubnetId=net.subnet)
    net.ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint["VpcEndpointId"]])
    assert state() == ["deleting"]
    aws.control.advance(30)
    assert state() == []
    net.ec2.delete_subnet(SubnetId=net.subnet)


def test_vpc_attributes(net: Net) -> None:
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
    subnet = {"SubnetId": net.subnet, "MapPublicIpOnLaunch": on, "AssignIpv6AddressOnCreation": on}
    refused("InvalidParameterCombination", net.ec2.modify_subnet_attribute, **subnet)


def test_security_groups(net: Net) -> None:
    def group(name: str) -> str:
        asked = {"GroupName": name, "Description": "d", "VpcId": net.vpc}
        return str(net.ec2.create_security_group(**asked)["GroupId"])

    one, two = group("one"), group("two")
    rule = {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432}
    permission = [rule | {"UserIdGroupPairs": [{"GroupId": one}]}]
    net.ec2.authorize_security_group_ingress(GroupId=two, IpPermissions=permission)
    refused("DependencyViolation", net.ec2.delete_security_group, GroupId=one)
    refused(
        "InvalidPermission.Duplicate", net.ec2.authorize_security_group_ingress, GroupId=two, IpPermissions=permission
    )
    host_bits = [rule | {"IpRanges": [{"CidrIp": "10.0.0.1/16"}]}]
    net.ec2.authorize_security_group_ingress(GroupId=one, IpPermissions=host_bits)
    shown = net.ec2.describe_security_groups(GroupIds=[one])["SecurityGroups"][0]
    assert shown["IpPermissions"][0]["IpRanges"] == [{"CidrIp": "10.0.0.0/16"}]
    refused("DependencyViolation", net.ec2.delete_vpc, VpcId=net.vpc)
    default = [{"Name": "group-name", "Values": ["default"]}, {"Name": "vpc-id", "Values": [net.vpc]}]
    default_id = net.ec2.describe_security_groups(Filters=default)["SecurityGroups"][0]["GroupId"]
    refused("CannotDelete", net.ec2.delete_security_group, GroupId=default_id)
    net.ec2.delete_security_group(GroupId=two)
    net.ec2.delete_security_group(GroupId=one)


def test_vpc_goes_last(net: Net) -> None:
    refused("DependencyViolation", net.ec2.delete_vpc, VpcId=net.vpc)
    net.ec2.delete_subnet(SubnetId=net.subnet)
    refused("DependencyViolation", net.ec2.delete_vpc, VpcId=net.vpc)
    net.ec2.delete_route_table(RouteTableId=net.table)
    net.ec2.delete_vpc(VpcId=net.vpc)
    refused("InvalidVpcID.NotFound", net.ec2.delete_vpc, VpcId=net.vpc)


ROLE = "arn:aws:iam::123456789012:role/flow"


def test_flow_logs(aws: Any, net: Net) -> None:
    aws.client("logs", "us-west-2").create_log_group(logGroupName="/flow")
    asked: dict[str, Any] = {
        "ResourceIds": [net.vpc],
        "ResourceType": "VPC",
        "TrafficType": "ALL",
        "LogGroupName": "/flow",
        "DeliverLogsPermissionArn": ROLE,
        "MaxAggregationInterval": 60,
        "TagSpecifications": [{"ResourceType": "vpc-flow-log", "Tags": [{"Key": "a", "Value": "b"}]}],
    }
    made = net.ec2.create_flow_logs(**asked)
    assert len(made["FlowLogIds"]) == 1 and not made["Unsuccessful"]
    again = net.ec2.create_flow_logs(**(asked | {"ResourceIds": [net.vpc]}))
    assert [u["Error"]["Code"] for u in again["Unsuccessful"]] == ["FlowLogAlreadyExists"]
    shown = net.ec2.describe_flow_logs(Filters=[{"Name": "resource-id", "Values": [net.vpc]}])["FlowLogs"]
    assert len(shown) == 1
    assert (shown[0]["FlowLogStatus"], shown[0]["DeliverLogsStatus"]) == ("ACTIVE", "SUCCESS")
    assert (shown[0]["MaxAggregationInterval"], shown[0]["LogGroupName"]) == (60, "/flow")
    assert shown[0]["Tags"] == [{"Key": "a", "Value": "b"}]
    assert not net.ec2.describe_flow_logs(Filters=[{"Name": "resource-id", "Values": ["vpc-00000000"]}])["FlowLogs"]
    del asked["LogGroupName"]
    by_arn = {"LogDestination": "arn:aws:logs:us-west-2:123456789012:log-group:/flow:*"}
    assert net.ec2.create_flow_logs(**asked, **by_arn)["Unsuccessful"]
    net.ec2.delete_flow_logs(FlowLogIds=made["FlowLogIds"])
    assert not net.ec2.describe_flow_logs()["FlowLogs"]


@pytest.mark.parametrize(
    ("code", "changed"),
    [
        ("InvalidParameter", {"MaxAggregationInterval": 61}),
        ("InvalidParameter", {"DeliverLogsPermissionArn": None}),
        ("InvalidParameter", {"DeliverLogsPermissionArn": "flow"}),
        ("InvalidParameter", {"ResourceIds": [UNKNOWN]}),
        ("MissingParameter", {"TrafficType": None}),
        ("InvalidVpcID.NotFound", {"ResourceIds": ["vpc-00000000"]}),
        ("UnsupportedOperation", {"LogDestinationType": "kinesis-data-firehose"}),
    ],
)
def test_flow_logs_refused(net: Net, code: str, changed: dict[str, Any]) -> None:
    asked = {"ResourceIds": [net.vpc], "ResourceType": "VPC", "TrafficType": "ALL", "LogGroupName": "/flow"}
    asked |= {"DeliverLogsPermissionArn": ROLE, **changed}
    refused(code, net.ec2.create_flow_logs, **{k: v for k, v in asked.items() if v is not None})
    assert not net.ec2.describe_flow_logs()["FlowLogs"]
