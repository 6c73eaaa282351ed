"""The resources that a module needs before it can create its own. Each is created at its first use."""

from __future__ import annotations

import json
from functools import cached_property
from typing import Any

TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "rds.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


class Site:
    """A VPC and its parts, a cluster, a table, and the names that the tables of kinds use."""

    def __init__(self, aws: Any) -> None:
        self._aws = aws
        self._ec2, self._rds = aws.client("ec2"), aws.client("rds")

    @cached_property
    def vpc(self) -> str:
        vpc = self._ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        self._ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
        return str(vpc)

    @cached_property
    def other_vpc(self) -> str:
        return str(self._ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"])

    def _subnet(self, number: int, zone: str) -> str:
        made = self._ec2.create_subnet(
            VpcId=self.vpc, CidrBlock=f"10.0.{number}.0/24", AvailabilityZone=f"us-east-1{zone}"
        )
        return str(made["Subnet"]["SubnetId"])

    @cached_property
    def subnet(self) -> str:
        return self._subnet(1, "a")

    @cached_property
    def other_subnet(self) -> str:
        return self._subnet(2, "b")

    @cached_property
    def gateway(self) -> str:
        gateway = self._ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        self._ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=self.vpc)
        return str(gateway)

    @cached_property
    def public_subnet(self) -> str:
        return self.subnet if self.gateway else ""

    @cached_property
    def allocation(self) -> str:
        return str(self._ec2.allocate_address(Domain="vpc")["AllocationId"])

    @cached_property
    def table_ids(self) -> list[str]:
        return [self._ec2.create_route_table(VpcId=self.vpc)["RouteTable"]["RouteTableId"] for number in range(2)]

    @cached_property
    def group(self) -> str:
        return str(self._ec2.create_security_group(VpcId=self.vpc, GroupName="site", Description="site")["GroupId"])

    @cached_property
    def interface(self) -> str:
        made = self._ec2.create_network_interface(SubnetId=self.subnet)
        return str(made["NetworkInterface"]["NetworkInterfaceId"])

    @cached_property
    def interface_of_a_public_subnet(self) -> str:
        return self.interface if self.gateway else ""

    @cached_property
    def key(self) -> str:
        return str(self._aws.client("kms").create_key()["KeyMetadata"]["Arn"])

    @cached_property
    def role(self) -> str:
        self._aws.client("iam").create_role(RoleName="site", AssumeRolePolicyDocument=json.dumps(TRUST))
        return "site"

    @cached_property
    def policy(self) -> str:
        document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:List*", "Resource": "*"}]}
        made = self._aws.client("iam").create_policy(PolicyName="site", PolicyDocument=json.dumps(document))
        return str(made["Policy"]["Arn"])

    @cached_property
    def subnet_group(self) -> str:
        self._rds.create_db_subnet_group(
            DBSubnetGroupName="site",
            DBSubnetGroupDescription="site",
            SubnetIds=[self.subnet, self.other_subnet],
        )
        return "site"

    @cached_property
    def cluster(self) -> str:
        self._rds.create_db_cluster(
            DBClusterIdentifier="site",
            Engine="aurora-postgresql",
            EngineVersion="16.6",
            MasterUsername="someone",
            MasterUserPassword="not-a-secret",
            DBSubnetGroupName=self.subnet_group,
        )
        return "site"

    @cached_property
    def dynamodb_table(self) -> str:
        self._aws.client("dynamodb").create_table(
            TableName="site",
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            ProvisionedThroughput={"ReadCapacityUnits": 5, "WriteCapacityUnits": 5},
        )
        return "site"
