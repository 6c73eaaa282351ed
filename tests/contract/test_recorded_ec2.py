"""EC2: the errors that real AWS was recorded to answer."""

from __future__ import annotations

from typing import Any

import pytest
from ec2_net import HERE, ONE, Net, flow_role, refused
from promise import keeps
from recorded import Recorded, check

TAG = {"Key": "a", "Value": "b"}
SSH = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
UNKNOWN = {
    "vpc": (f"vpc-{ONE}", "InvalidVpcID.NotFound", "The vpc ID '{}' does not exist"),
    "subnet": (f"subnet-{ONE}", "InvalidSubnetID.NotFound", "The subnet ID '{}' does not exist"),
    "igw": (f"igw-{ONE}", "InvalidInternetGatewayID.NotFound", "The internetGateway ID '{}' does not exist"),
    "eni": (f"eni-{ONE}", "InvalidNetworkInterfaceID.NotFound", "The networkInterface ID '{}' does not exist"),
    "eipalloc": (f"eipalloc-{ONE}", "InvalidAllocationID.NotFound", "The allocation ID '{}' does not exist"),
    "sg": (f"sg-{ONE}", "InvalidGroup.NotFound", "The security group '{}' does not exist"),
}


def unknown(operation: str, parameter: str, prefix: str) -> Recorded:
    """Return the error for an id that does not exist."""
    missing, code, message = UNKNOWN[prefix]
    given = {parameter: [missing] if parameter.endswith("s") else missing}
    return Recorded(f"ec2:{operation}", "a missing resource", code, 400, message.format(missing), given)


def net_of(aws: Any) -> Net:
    return Net(aws.client("ec2"))


def attached_gateway(aws: Any) -> dict[str, Any]:
    net = net_of(aws)
    net.attach()
    return {"InternetGatewayId": net.igw}


def subnet_in_use(aws: Any) -> dict[str, Any]:
    net = net_of(aws)
    net.ec2.create_network_interface(SubnetId=net.subnet)
    return {"SubnetId": net.subnet}


def rule_twice(aws: Any) -> dict[str, Any]:
    net = net_of(aws)
    asked = {"GroupId": net.group("g"), "IpPermissions": [SSH]}
    net.ec2.authorize_security_group_ingress(**asked)
    return asked


def rule_without_protocol(aws: Any) -> dict[str, Any]:
    return {"GroupId": net_of(aws).group("g"), "IpPermissions": [{**SSH, "IpProtocol": ""}]}


def flow_log(**more: Any) -> Any:
    """Return the request for a flow log of a new VPC."""

    def request(aws: Any) -> dict[str, Any]:
        base = {"ResourceIds": [net_of(aws).vpc], "ResourceType": "VPC", "TrafficType": "ALL"}
        role = {"DeliverLogsPermissionArn": flow_role(aws)}
        return {**base, **role, **more}

    return request


LOG_GROUP = "arn:aws:logs:us-east-1:123456789012:log-group:g"
ROWS = [
    unknown("DescribeVpcs", "VpcIds", "vpc"),
    unknown("DescribeSubnets", "SubnetIds", "subnet"),
    unknown("DeleteSubnet", "SubnetId", "subnet"),
    unknown("DescribeInternetGateways", "InternetGatewayIds", "igw"),
    unknown("DescribeNetworkInterfaces", "NetworkInterfaceIds", "eni"),
    unknown("DeleteNetworkInterface", "NetworkInterfaceId", "eni"),
    unknown("DescribeAddresses", "AllocationIds", "eipalloc"),
    unknown("ReleaseAddress", "AllocationId", "eipalloc"),
    unknown("DescribeSecurityGroups", "GroupIds", "sg"),
    unknown("DeleteSecurityGroup", "GroupId", "sg"),
    Recorded(
        "ec2:CreateTags",
        "no resource",
        "MissingParameter",
        400,
        "The request must contain the parameter resourceIdSet",
        {"Resources": [], "Tags": [TAG]},
    ),
    Recorded(
        "ec2:DeleteInternetGateway",
        "still attached",
        "DependencyViolation",
        400,
        "The internetGateway '{InternetGatewayId}' has dependencies and cannot be deleted.",
        attached_gateway,
    ),
    Recorded(
        "ec2:DeleteSubnet",
        "with a network interface",
        "DependencyViolation",
        400,
        "The subnet '{SubnetId}' has dependencies and cannot be deleted.",
        subnet_in_use,
    ),
    Recorded(
        "ec2:AuthorizeSecurityGroupIngress",
        "a rule that exists",
        "InvalidPermission.Duplicate",
        400,
        'the specified rule "peer: 0.0.0.0/0, TCP, from port: 22, to port: 22, ALLOW" already exists',
        rule_twice,
    ),
    Recorded(
        "ec2:AuthorizeSecurityGroupIngress",
        "an empty protocol",
        "InvalidPermission.Malformed",
        400,
        'Unsupported IP protocol ""  - supported: [tcp, udp, icmp]',
        rule_without_protocol,
    ),
    Recorded(
        "ec2:CreateFlowLogs",
        "two destinations",
        "InvalidParameter",
        400,
        "Please only provide LogGroupName or only provide LogDestination.",
        flow_log(LogGroupName="g", LogDestination=LOG_GROUP),
    ),
    Recorded(
        "ec2:CreateFlowLogs",
        "no destination",
        "InvalidParameter",
        400,
        "LogDestination can't be empty if LogGroupName is not provided.",
        flow_log(),
    ),
    Recorded(
        "ec2:CreateFlowLogs",
        "no destination and a role that cannot be assumed",
        "InvalidParameter",
        400,
        "LogDestination can't be empty if LogGroupName is not provided.",
        flow_log(DeliverLogsPermissionArn="arn:aws:iam::123456789012:role/none"),
    ),
    Recorded(
        "ec2:CreateFlowLogs",
        "a log group with the type s3",
        "InvalidParameter",
        400,
        "LogDestination type must be cloud-watch-logs if LogGroupName is provided.",
        flow_log(LogGroupName="g", LogDestinationType="s3"),
    ),
]


@keeps("ec2.words")
@pytest.mark.parametrize("row", ROWS, ids=str)
def test_the_recorded_error_is_answered_to_the_letter(aws: Any, row: Recorded) -> None:
    check(aws, row)


# Parameters of the other type of endpoint, and AWS's words as far as its users reported them.
SUBNETS = "Subnet IDs are only supported for Interface and GatewayLoadBalancer type VPC Endpoints."
TABLES = "Route table IDs are only supported for Gateway type VPC Endpoint."
OTHER_TYPE = [
    ("Gateway", "SubnetIds", SUBNETS),
    ("Gateway", "SecurityGroupIds", ""),
    ("Gateway", "PrivateDnsEnabled", ""),
    ("Interface", "RouteTableIds", TABLES),
]


@keeps("ec2.endpoint-type")
@pytest.mark.parametrize(("kind", "parameter", "message"), OTHER_TYPE)
def test_an_endpoint_refuses_the_parameters_of_the_other_type(
    aws: Any, kind: str, parameter: str, message: str
) -> None:
    net = Net(aws.client("ec2", HERE))
    values = {"SubnetIds": [net.subnet], "SecurityGroupIds": [net.group("g")], "RouteTableIds": [net.table]}
    asked = {"VpcEndpointType": kind, parameter: values.get(parameter, True)}
    service = f"com.amazonaws.{HERE}.s3"
    error = refused("InvalidParameter", net.ec2.create_vpc_endpoint, VpcId=net.vpc, ServiceName=service, **asked)
    assert message in error.response["Error"]["Message"]


@keeps("ec2.words")
def test_several_missing_ids_are_named_together(aws: Any) -> None:
    ec2 = aws.client("ec2", HERE)
    error = refused("InvalidSubnetID.NotFound", ec2.describe_subnets, SubnetIds=[f"subnet-{ONE}", "subnet-12345678"])
    assert error.response["Error"]["Message"] == f"The subnet IDs 'subnet-{ONE}, subnet-12345678' do not exist"
    error = refused("InvalidAddress.NotFound", ec2.describe_addresses, PublicIps=["203.0.113.99"])
    assert error.response["Error"]["Message"] == "Address '203.0.113.99' not found."
