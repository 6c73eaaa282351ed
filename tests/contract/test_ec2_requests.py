"""EC2: ids, dry runs, client tokens, tags, pages and waiters of all requests."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError, WaiterError
from ec2_net import HERE, ONE, UNKNOWN, Net, by, flow_role, refused
from emulator.promises import ec2 as promised
from emulator.requests import service_model
from promise import keeps

TAG = {"Key": "a", "Value": "b"}


@pytest.fixture
def here(aws: Any) -> Any:
    return aws.client("ec2", HERE)


@pytest.fixture
def net(here: Any) -> Net:
    return Net(here)


# The code for a malformed id, the code for an unknown id, the call, its parameter and the prefix of the id.
IDS = [
    ("InvalidVpcID.Malformed", "InvalidVpcID.NotFound", "describe_vpcs", "VpcIds", "vpc"),
    ("InvalidVpcID.Malformed", "InvalidVpcID.NotFound", "delete_vpc", "VpcId", "vpc"),
    ("InvalidVpcID.Malformed", "InvalidVpcID.NotFound", "create_route_table", "VpcId", "vpc"),
    ("InvalidSubnetID.Malformed", "InvalidSubnetID.NotFound", "describe_subnets", "SubnetIds", "subnet"),
    ("InvalidSubnetID.Malformed", "InvalidSubnetID.NotFound", "delete_subnet", "SubnetId", "subnet"),
    ("InvalidElasticIpID.Malformed", "InvalidAllocationID.NotFound", "release_address", "AllocationId", "eipalloc"),
    ("InvalidElasticIpID.Malformed", "InvalidAllocationID.NotFound", "describe_addresses", "AllocationIds", "eipalloc"),
    ("InvalidGroupId.Malformed", "InvalidGroup.NotFound", "describe_security_groups", "GroupIds", "sg"),
    ("InvalidRouteTableId.Malformed", "InvalidRouteTableID.NotFound", "delete_route_table", "RouteTableId", "rtb"),
    ("InvalidRouteTableId.Malformed", "InvalidRouteTableID.NotFound", "describe_route_tables", "RouteTableIds", "rtb"),
    (
        "InvalidInternetGatewayId.Malformed",
        "InvalidInternetGatewayID.NotFound",
        "delete_internet_gateway",
        "InternetGatewayId",
        "igw",
    ),
    (
        "InvalidInternetGatewayId.Malformed",
        "InvalidInternetGatewayID.NotFound",
        "describe_internet_gateways",
        "InternetGatewayIds",
        "igw",
    ),
    ("NatGatewayMalformed", "NatGatewayNotFound", "describe_nat_gateways", "NatGatewayIds", "nat"),
    ("NatGatewayMalformed", "NatGatewayNotFound", "delete_nat_gateway", "NatGatewayId", "nat"),
    (
        "InvalidVpcEndpointId.Malformed",
        "InvalidVpcEndpointId.NotFound",
        "describe_vpc_endpoints",
        "VpcEndpointIds",
        "vpce",
    ),
    ("InvalidFlowLogId.Malformed", "InvalidFlowLogId.NotFound", "describe_flow_logs", "FlowLogIds", "fl"),
    (
        "InvalidNetworkInterfaceId.Malformed",
        "InvalidNetworkInterfaceID.NotFound",
        "describe_network_interfaces",
        "NetworkInterfaceIds",
        "eni",
    ),
    ("InvalidNetworkAclId.Malformed", "InvalidNetworkAclID.NotFound", "describe_network_acls", "NetworkAclIds", "acl"),
    (
        "InvalidDhcpOptionsId.Malformed",
        "InvalidDhcpOptionID.NotFound",
        "describe_dhcp_options",
        "DhcpOptionsIds",
        "dopt",
    ),
    ("InvalidPrefixListId.Malformed", "InvalidPrefixListID.NotFound", "describe_prefix_lists", "PrefixListIds", "pl"),
    (
        "InvalidSecurityGroupRuleId.Malformed",
        "InvalidSecurityGroupRuleId.NotFound",
        "describe_security_group_rules",
        "SecurityGroupRuleIds",
        "sgr",
    ),
    ("InvalidVpnGatewayID.Malformed", "InvalidVpnGatewayID.NotFound", "describe_vpn_gateways", "VpnGatewayIds", "vgw"),
    (
        "InvalidEgressOnlyInternetGatewayId.Malformed",
        "InvalidGatewayID.NotFound",
        "describe_egress_only_internet_gateways",
        "EgressOnlyInternetGatewayIds",
        "eigw",
    ),
]


@keeps("ec2.ids")
@pytest.mark.parametrize(("malformed", "missing", "call", "parameter", "prefix"), IDS)
def test_malformed_and_unknown_ids_are_refused(
    here: Any, malformed: str, missing: str, call: str, parameter: str, prefix: str
) -> None:
    for code, value in ((malformed, UNKNOWN), (malformed, f"x{prefix}-{ONE}"), (missing, f"{prefix}-{ONE}")):
        asked = [value] if parameter.endswith("s") else value
        refused(code, getattr(here, call), **{parameter: asked})


@keeps("ec2.ids")
def test_resources_are_listed_by_id(net: Net) -> None:
    net.attach()
    net.nat()
    net.ec2.create_vpc_endpoint(VpcId=net.vpc, ServiceName=f"com.amazonaws.{HERE}.s3")
    net.ec2.create_vpn_gateway(Type="ipsec.1")
    net.ec2.create_egress_only_internet_gateway(VpcId=net.vpc)
    for _, _, call, parameter, _ in IDS:
        if call.startswith("describe") and call not in ("describe_nat_gateways", "describe_flow_logs"):
            ((_, listed), *_) = ((k, v) for k, v in getattr(net.ec2, call)().items() if isinstance(v, list))
            asked = [listed[0][parameter.removesuffix("s") if parameter != "GroupIds" else "GroupId"]]
            answer = getattr(net.ec2, call)(**{parameter: asked})
            assert listed[:1] in answer.values(), call


def sample(shape: Any, name: str) -> Any:
    """Return a value that fits a shape of the model."""
    from emulator.ec2.ids import KINDS

    if shape.type_name == "structure":
        wanted = shape.required_members or (list(shape.members)[:1] if name else [])
        return {n: sample(shape.members[n], n) for n in wanted}
    if shape.type_name == "list":
        return [sample(shape.member, name.removesuffix("s"))]
    if shape.type_name in ("boolean", "integer"):
        return {"boolean": True, "integer": 1}[shape.type_name]
    if shape.metadata.get("enum"):
        return shape.metadata["enum"][0]
    return f"{KINDS[name].prefix}-{ONE}" if name in KINDS else "10.0.0.0/16"


@keeps("ec2.dry-run")
@pytest.mark.parametrize("operation", [o for o, given in promised.OPERATIONS.items() if "DryRun" in given.split()])
def test_dry_runs_of_all_operations_are_answered(aws: Any, here: Any, operation: str) -> None:
    shape = service_model("ec2").operation_model(operation).input_shape
    call = next(n for n, o in here.meta.method_to_api_mapping.items() if o == operation)
    error = refused("DryRunOperation", getattr(here, call), DryRun=True, **sample(shape, ""))
    assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 412
    assert not aws.mutating()


@keeps("ec2.dry-run")
@pytest.mark.parametrize(
    ("call", "params", "listing"),
    [
        ("create_vpc", {"CidrBlock": "10.9.0.0/16"}, "describe_vpcs"),
        ("create_subnet", {"VpcId": "vpc", "CidrBlock": "10.0.9.0/24"}, "describe_subnets"),
        ("create_nat_gateway", {"SubnetId": "subnet", "AllocationId": "eip"}, "describe_nat_gateways"),
        ("delete_subnet", {"SubnetId": "subnet"}, "describe_subnets"),
        ("create_security_group", {"VpcId": "vpc", "GroupName": "g", "Description": "d"}, "describe_security_groups"),
    ],
)
def test_dry_runs_change_nothing(net: Net, call: str, params: dict[str, str], listing: str) -> None:
    def listed() -> dict[str, Any]:
        answer: dict[str, Any] = getattr(net.ec2, listing)()
        return {k: v for k, v in answer.items() if k != "ResponseMetadata"}

    before = listed()
    asked = {k: getattr(net, v, v) for k, v in params.items()}
    refused("DryRunOperation", getattr(net.ec2, call), DryRun=True, **asked)
    assert listed() == before


@keeps("ec2.client-token")
def test_client_tokens_make_requests_idempotent(net: Net) -> None:
    net.attach()
    service = {"VpcId": net.vpc, "ServiceName": f"com.amazonaws.{HERE}.s3"}
    for call, asked, listing, key in (
        (
            "create_nat_gateway",
            {"SubnetId": net.subnet, "AllocationId": net.eip},
            "describe_nat_gateways",
            "NatGateway",
        ),
        ("create_route_table", {"VpcId": net.vpc}, "describe_route_tables", "RouteTable"),
        ("create_vpc_endpoint", service, "describe_vpc_endpoints", "VpcEndpoint"),
    ):
        first = getattr(net.ec2, call)(**asked, ClientToken="x")
        count = len(getattr(net.ec2, listing)()[f"{key}s"])
        assert getattr(net.ec2, call)(**asked, ClientToken="x")[key][f"{key}Id"] == first[key][f"{key}Id"]
        assert len(getattr(net.ec2, listing)()[f"{key}s"]) == count
        more = {"TagSpecifications": [{"ResourceType": KINDS[call], "Tags": [TAG]}]}
        refused("IdempotentParameterMismatch", getattr(net.ec2, call), **asked, **more, ClientToken="x")


KINDS = {
    "create_vpc": "vpc",
    "create_subnet": "subnet",
    "create_internet_gateway": "internet-gateway",
    "create_nat_gateway": "natgateway",
    "allocate_address": "elastic-ip",
    "create_route_table": "route-table",
    "create_security_group": "security-group",
    "create_vpc_endpoint": "vpc-endpoint",
    "create_vpn_gateway": "vpn-gateway",
    "create_egress_only_internet_gateway": "egress-only-internet-gateway",
}


def one_of_each(aws: Any, net: Net) -> dict[str, str]:
    """Create a resource of each type, and return their ids by AWS's names of the types."""
    net.attach()
    rule = net.ec2.describe_security_group_rules()["SecurityGroupRules"][0]["SecurityGroupRuleId"]
    endpoint = net.ec2.create_vpc_endpoint(VpcId=net.vpc, ServiceName=f"com.amazonaws.{HERE}.s3")["VpcEndpoint"]
    log = {"LogGroupName": "g", "DeliverLogsPermissionArn": flow_role(aws), "TrafficType": "ALL"}
    ipam = net.ec2.create_ipam()["Ipam"]
    pool = net.ec2.create_ipam_pool(IpamScopeId=ipam["PrivateDefaultScopeId"], AddressFamily="ipv4")["IpamPool"]
    acl = net.ec2.describe_network_acls(Filters=by("vpc-id", net.vpc))["NetworkAcls"][0]
    nat = net.nat()["NatGatewayId"]
    (eni,) = net.ec2.describe_network_interfaces()["NetworkInterfaces"]
    return {
        "vpc": net.vpc,
        "subnet": net.subnet,
        "internet-gateway": net.igw,
        "route-table": net.table,
        "elastic-ip": net.eip,
        "natgateway": nat,
        "security-group": net.group("g"),
        "security-group-rule": rule,
        "vpc-endpoint": endpoint["VpcEndpointId"],
        "vpc-flow-log": net.ec2.create_flow_logs(ResourceIds=[net.vpc], ResourceType="VPC", **log)["FlowLogIds"][0],
        "network-acl": acl["NetworkAclId"],
        "network-interface": eni["NetworkInterfaceId"],
        "dhcp-options": net.ec2.describe_dhcp_options()["DhcpOptions"][0]["DhcpOptionsId"],
        "ipam": ipam["IpamId"],
        "ipam-scope": ipam["PrivateDefaultScopeId"],
        "ipam-pool": pool["IpamPoolId"],
    }


@keeps("ec2.tags")
def test_every_resource_can_be_tagged(aws: Any, net: Net) -> None:
    each = one_of_each(aws, net)
    net.ec2.create_tags(Resources=list(each.values()), Tags=[TAG, {"Key": "empty", "Value": ""}])
    rows = net.ec2.describe_tags(Filters=by("tag:a", "b"))["Tags"]
    assert {r["ResourceType"]: r["ResourceId"] for r in rows} == each
    for kind, resource_id in each.items():
        found = net.ec2.describe_tags(Filters=by("resource-type", kind) + by("key", "a"))["Tags"]
        assert [r["ResourceId"] for r in found] == [resource_id]
    net.ec2.delete_tags(Resources=[net.vpc], Tags=[{"Key": "a", "Value": "other"}])
    assert net.ec2.describe_vpcs(Filters=by("tag:a", "b"))["Vpcs"][0]["VpcId"] == net.vpc
    net.ec2.delete_tags(Resources=[net.vpc], Tags=[{"Key": "a"}])
    net.ec2.delete_tags(Resources=[each["ipam"], net.subnet])
    left = {r["ResourceId"] for r in net.ec2.describe_tags(Filters=by("key", "a"))["Tags"]}
    assert left == set(each.values()) - {net.vpc, net.subnet, each["ipam"]}


@keeps("ec2.tags-refused")
def test_invalid_tags_are_refused(net: Net) -> None:
    create, reserved = net.ec2.create_tags, [{"Key": "aws:x", "Value": "1"}]
    refused("InvalidParameterValue", create, Resources=[net.vpc], Tags=reserved)
    refused("InvalidParameterValue", net.ec2.delete_tags, Resources=[net.vpc], Tags=[{"Key": "aws:x"}])
    refused("InvalidParameterValue", create, Resources=[net.vpc], Tags=[{"Key": "a" * 129, "Value": ""}])
    refused("InvalidParameterValue", create, Resources=[net.vpc], Tags=[{"Key": "a", "Value": "b" * 257}])
    refused("InvalidParameterValue", create, Resources=[net.vpc], Tags=[TAG, TAG])
    vpc, make = {"CidrBlock": "10.9.0.0/16"}, net.ec2.create_vpc
    refused("InvalidParameterValue", make, **vpc, TagSpecifications=[{"ResourceType": "vpc", "Tags": reserved}])
    refused("InvalidParameterValue", make, **vpc, TagSpecifications=[{"ResourceType": "subnet", "Tags": [TAG]}])
    refused("InvalidParameterValue", make, **vpc, TagSpecifications=[{"ResourceType": "vpc", "Tags": []}])
    for prefix in ("nat", "vpce", "fl", "eipalloc", "sgr", "acl", "eni", "dopt", "pl", "i"):
        refused("InvalidID", create, Resources=[f"{prefix}-{ONE}"], Tags=[TAG])
    refused("InvalidVpcID.NotFound", create, Resources=[net.vpc, f"vpc-{ONE}"], Tags=[TAG])
    many = [{"Key": str(n), "Value": ""} for n in range(50)]
    create(Resources=[net.vpc], Tags=many)
    create(Resources=[net.vpc], Tags=many)
    refused("TagLimitExceeded", create, Resources=[net.vpc], Tags=[TAG])
    assert len(net.ec2.describe_tags()["Tags"]) == 50


@keeps("ec2.tags")
@pytest.mark.parametrize("call", KINDS)
def test_resources_can_be_tagged_at_creation(net: Net, call: str) -> None:
    params: dict[str, dict[str, Any]] = {
        "create_vpc": {"CidrBlock": "10.9.0.0/16"},
        "create_subnet": {"VpcId": net.vpc, "CidrBlock": "10.0.9.0/24"},
        "create_nat_gateway": {"SubnetId": net.subnet, "AllocationId": net.eip},
        "create_route_table": {"VpcId": net.vpc},
        "create_security_group": {"VpcId": net.vpc, "GroupName": "g", "Description": "d"},
        "create_vpc_endpoint": {"VpcId": net.vpc, "ServiceName": f"com.amazonaws.{HERE}.s3"},
        "create_vpn_gateway": {"Type": "ipsec.1"},
        "create_egress_only_internet_gateway": {"VpcId": net.vpc, "ClientToken": "x"},
    }
    spec = [{"ResourceType": KINDS[call], "Tags": [TAG]}]
    getattr(net.ec2, call)(**params.get(call, {}), TagSpecifications=spec)
    assert [r["ResourceType"] for r in net.ec2.describe_tags(Filters=by("key", "a"))["Tags"]] == [KINDS[call]]


@keeps("ec2.tags")
def test_tags_are_deleted_with_their_resource(here: Any) -> None:
    spec = [{"ResourceType": "vpc", "Tags": [TAG]}]
    vpc = here.create_vpc(CidrBlock="10.9.0.0/16", TagSpecifications=spec)["Vpc"]["VpcId"]
    here.delete_vpc(VpcId=vpc)
    assert not here.describe_tags()["Tags"]


PAGED = [o for o, given in promised.OPERATIONS.items() if "MaxResults" in given.split()]


@keeps("ec2.pages")
def test_listings_come_in_pages(aws: Any, net: Net) -> None:
    """The pages contain every entry once; an unknown token is refused."""
    log = {"LogGroupName": "g", "DeliverLogsPermissionArn": flow_role(aws), "TrafficType": "ALL"}
    for name in ("vpc-max-elastic-ips", "vpcs", "internet-gateways", "nat-gateways-per-zone"):
        aws.control.quota(name, 10)
    for number in range(1, 7):
        other = Net(net.ec2)
        other.attach()
        other.nat()
        net.ec2.create_vpc_endpoint(VpcId=other.vpc, ServiceName=f"com.amazonaws.{HERE}.s3")
        net.ec2.create_vpc_peering_connection(VpcId=other.vpc, PeerVpcId=net.vpc)
        net.ec2.create_egress_only_internet_gateway(VpcId=other.vpc)
        net.ec2.create_flow_logs(ResourceIds=[other.vpc], ResourceType="VPC", **log)
        net.ec2.create_tags(Resources=[other.vpc], Tags=[{"Key": str(number), "Value": ""}])
    for operation in PAGED:
        call = next(n for n, o in net.ec2.meta.method_to_api_mapping.items() if o == operation)
        model = service_model("ec2").operation_model(operation)
        least = model.input_shape.members["MaxResults"].metadata.get("min", 2)
        key = next(n for n, s in model.output_shape.members.items() if s.type_name == "list")
        everything = getattr(net.ec2, call)()[key]
        pages = [p[key] for p in net.ec2.get_paginator(call).paginate(PaginationConfig={"PageSize": least})]
        assert [i for page in pages for i in page] == everything, operation
        assert [len(p) for p in pages[:-1]] == [least] * (len(pages) - 1), operation
        assert 0 < len(pages[-1]) <= least and (len(pages) > 1 or operation == "DescribeDhcpOptions"), operation
        refused("InvalidNextToken", getattr(net.ec2, call), NextToken="nonsense")


@keeps("ec2.pages")
def test_invalid_page_sizes_are_refused(here: Any) -> None:
    refused("InvalidParameterValue", here.describe_vpcs, MaxResults=1001)


@keeps("ec2.waiters")
def test_waiters_of_boto3_work(aws: Any, net: Net) -> None:
    net.attach()
    group = net.group("g")
    aws.control.scale(0.001)
    nat = net.nat()["NatGatewayId"]
    quick = {"WaiterConfig": {"Delay": 0, "MaxAttempts": 1000}}
    for name, asked in (
        ("vpc_exists", {"VpcIds": [net.vpc]}),
        ("vpc_available", {"VpcIds": [net.vpc]}),
        ("subnet_available", {"SubnetIds": [net.subnet]}),
        ("security_group_exists", {"GroupIds": [group]}),
        ("internet_gateway_exists", {"InternetGatewayIds": [net.igw]}),
        ("nat_gateway_available", {"NatGatewayIds": [nat]}),
    ):
        net.ec2.get_waiter(name).wait(**asked, **quick)
    assert net.nat_shown(nat)["State"] == "available"
    net.ec2.delete_nat_gateway(NatGatewayId=nat)
    net.ec2.get_waiter("nat_gateway_deleted").wait(NatGatewayIds=[nat], **quick)
    aws.control.advance(5)  # AWS frees the address a little later
    net.detach()
    failed = net.nat()["NatGatewayId"]
    with pytest.raises(WaiterError, match="terminal failure"):
        net.ec2.get_waiter("nat_gateway_available").wait(NatGatewayIds=[failed], **quick)


FLOW = {"ResourceIds": [f"vpc-{ONE}"], "ResourceType": "VPC", "TrafficType": "ALL"}
PORTS = {"IpProtocol": "tcp", "FromPort": 1, "ToPort": 2}
ENDPOINT = {"VpcId": "vpc", "ServiceName": f"com.amazonaws.{HERE}.s3"}
ROUTE = {"RouteTableId": "table", "DestinationCidrBlock": "0.0.0.0/0"}
BEYOND = [
    ("create_vpc", {"CidrBlock": "10.0.0.0/16", "AmazonProvidedIpv6CidrBlock": True}),
    ("create_subnet", {"VpcId": "vpc", "Ipv6CidrBlock": "fd00::/64"}),
    ("associate_vpc_cidr_block", {"VpcId": "vpc", "CidrBlock": "10.1.0.0/16"}),
    ("modify_vpc_attribute", {"VpcId": "vpc", "EnableNetworkAddressUsageMetrics": {"Value": True}}),
    ("associate_subnet_cidr_block", {"SubnetId": "subnet", "Ipv6CidrBlock": "fd00::/64"}),
    ("create_nat_gateway", {"VpcId": "vpc", "AvailabilityMode": "regional"}),
    ("create_nat_gateway", {"SubnetId": "subnet", "SecondaryAllocationIds": ["eip"]}),
    ("create_route", ROUTE | {"NetworkInterfaceId": f"eni-{ONE}"}),
    ("create_route", {"RouteTableId": "table", "DestinationPrefixListId": f"pl-{ONE}", "GatewayId": "igw"}),
    ("replace_route", ROUTE | {"LocalTarget": True}),
    ("associate_route_table", {"RouteTableId": "table", "GatewayId": "igw"}),
    ("modify_subnet_attribute", {"SubnetId": "subnet", "EnableDns64": {"Value": True}}),
    ("create_subnet_cidr_reservation", {"SubnetId": "subnet", "Cidr": "10.0.0.0/28", "ReservationType": "prefix"}),
    ("allocate_address", {"PublicIpv4Pool": "pool"}),
    ("authorize_security_group_ingress", {"GroupId": "group", "IpPermissions": "named"}),
    ("authorize_security_group_ingress", {"GroupId": "group", "IpPermissions": "foreign"}),
    ("create_vpc_endpoint", ENDPOINT | {"VpcEndpointType": "GatewayLoadBalancer"}),
    ("create_vpc_endpoint", ENDPOINT | {"IpAddressType": "dualstack"}),
    ("create_flow_logs", FLOW | {"LogDestinationType": "s3", "LogDestination": "arn:aws:s3:::b"}),
    ("create_flow_logs", FLOW | {"ResourceIds": [f"tgw-{ONE}"], "ResourceType": "TransitGateway"}),
    ("create_flow_logs", FLOW | {"ResourceIds": [f"eni-{ONE}"], "ResourceType": "NetworkInterface"}),
    ("describe_vpc_endpoint_services", {}),
    ("modify_security_group_rules", {"GroupId": "group", "SecurityGroupRules": [{"SecurityGroupRuleId": "sgr-1"}]}),
    ("associate_address", {"AllocationId": "eip", "NetworkInterfaceId": f"eni-{ONE}"}),
    ("create_subnet", {"VpcId": "vpc", "Ipv4IpamPoolId": f"ipam-pool-{ONE}", "Ipv4NetmaskLength": 24}),
    (
        "attach_network_interface",
        {"NetworkInterfaceId": "eni-00000000000000000", "InstanceId": "i-00000000000000000", "DeviceIndex": 1},
    ),
    ("modify_vpc_tenancy", {"VpcId": "vpc", "InstanceTenancy": "default"}),
    ("describe_managed_prefix_lists", {}),
    ("describe_instances", {}),
    ("create_transit_gateway", {}),
    ("create_default_vpc", {}),
]
PERMISSIONS = {
    "named": [PORTS | {"UserIdGroupPairs": [{"GroupName": "g"}]}],
    "foreign": [PORTS | {"UserIdGroupPairs": [{"GroupId": f"sg-{ONE}", "UserId": "999999999999"}]}],
}


@keeps(
    "ec2.ipv6",
    "ec2.vpc-beyond",
    "ec2.nat-beyond",
    "ec2.route-beyond",
    "ec2.subnet-beyond",
    "ec2.address-beyond",
    "ec2.sg-beyond",
    "ec2.endpoint-beyond",
    "ec2.flow-log-beyond",
    "ec2.network-beyond",
)
def test_missing_operations_and_parameters_are_refused(net: Net) -> None:
    known = {n: getattr(net, n) for n in ("vpc", "subnet", "table", "igw", "eip")} | PERMISSIONS
    known["group"] = net.group("g")
    for call, params in BEYOND:
        asked = {k: known.get(v, v) if isinstance(v, str) else v for k, v in params.items()}
        try:
            getattr(net.ec2, call)(**asked)
        except ClientError as error:
            assert "The local AWS does not implement" in str(error), f"{call} {params}: {error}"
        else:
            pytest.fail(f"{call} {params} is implemented: remove the row from BEYOND")
