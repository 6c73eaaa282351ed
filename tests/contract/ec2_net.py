"""A network for the tests of EC2."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

UNKNOWN = "(known after apply)"
HERE = "us-west-2"
ONE = "00000000000000000"  # with a prefix, the id of a resource that does not exist


def refused(code: str, call: Any, **params: Any) -> ClientError:
    with pytest.raises(ClientError) as error:
        call(**params)
    assert error.value.response["Error"]["Code"] == code, error.value
    return error.value


def by(name: str, *values: str) -> list[dict[str, Any]]:
    """Return a list of one filter."""
    return [{"Name": name, "Values": list(values)}]


def flow_role(aws: Any, service: str = "vpc-flow-logs") -> str:
    """Create a role that a service may assume, and return its ARN."""
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": f"{service}.amazonaws.com"}}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    made = aws.client("iam").create_role(RoleName=f"for-{service}", AssumeRolePolicyDocument=policy)
    return str(made["Role"]["Arn"])


class Net:
    """A VPC with a subnet, an internet gateway, a route table and an address."""

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

    def group(self, name: str, vpc: str | None = None) -> str:
        asked = {"GroupName": name, "Description": "d", "VpcId": vpc or self.vpc}
        return str(self.ec2.create_security_group(**asked)["GroupId"])

    def subnet_shown(self, subnet: str) -> dict[str, Any]:
        shown: dict[str, Any] = self.ec2.describe_subnets(SubnetIds=[subnet])["Subnets"][0]
        return shown

    def routes(self, table: str | None = None) -> dict[str, tuple[str, str]]:
        found = self.ec2.describe_route_tables(RouteTableIds=[table or self.table])["RouteTables"][0]["Routes"]
        keys = ("DestinationCidrBlock", "DestinationPrefixListId")
        targets = ("GatewayId", "NatGatewayId")
        return {next(r[k] for k in keys if k in r): (next(r[t] for t in targets if t in r), r["State"]) for r in found}

    def main_table(self) -> dict[str, Any]:
        filters = by("association.main", "true") + by("vpc-id", self.vpc)
        shown: dict[str, Any] = self.ec2.describe_route_tables(Filters=filters)["RouteTables"][0]
        return shown
