"""A network for modules that refer to it, created without the modules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Network:
    """The ids of a network whose resources have the names of the modules' examples."""

    vpc: str
    internet_gateway: str
    public: list[str]


def tagged(kind: str, name: str) -> list[dict[str, Any]]:
    """Return the TagSpecifications of a new resource of EC2."""
    return [
        {"ResourceType": kind, "Tags": [{"Key": "Name", "Value": name}, {"Key": "mtk:environment", "Value": "dev"}]}
    ]


def network(aws: Any, internet_gateway: bool = True) -> Network:
    """Create a VPC with two public subnets and optionally an internet gateway."""
    ec2 = aws.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16", TagSpecifications=tagged("vpc", "dev_us-east-1_vpc"))["Vpc"]["VpcId"]
    gateway = ec2.create_internet_gateway(
        TagSpecifications=tagged("internet-gateway", "dev_us-east-1_internet_gateway")
    )["InternetGateway"]["InternetGatewayId"]
    if internet_gateway:
        ec2.attach_internet_gateway(VpcId=vpc, InternetGatewayId=gateway)
    public = [
        ec2.create_subnet(
            VpcId=vpc,
            CidrBlock=f"10.0.{8 * slot}.0/21",
            AvailabilityZone=zone,
            TagSpecifications=tagged("subnet", f"dev_us-east-1_{zone}_public_subnet"),
        )["Subnet"]["SubnetId"]
        for slot, zone in enumerate(("us-east-1a", "us-east-1b"))
    ]
    return Network(vpc, gateway, public)
