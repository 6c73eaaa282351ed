"""A VPC made by hand, for modules that need one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Network:
    """The ids of what was made; all bear the names that the modules' examples use."""

    vpc: str
    internet_gateway: str
    public: list[str]


def tagged(kind: str, name: str) -> list[dict[str, Any]]:
    """Tags for a resource of EC2 that is about to be made."""
    return [
        {"ResourceType": kind, "Tags": [{"Key": "Name", "Value": name}, {"Key": "mtk:environment", "Value": "dev"}]}
    ]


def network(aws: Any, internet_gateway: bool = True) -> Network:
    """A VPC with two public subnets, and an internet gateway that is attached unless told otherwise."""
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
