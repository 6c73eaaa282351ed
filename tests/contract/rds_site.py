"""A region with a network for the tests of RDS, and helpers to create clusters and instances in it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

EAST, WEST = "us-east-1", "us-west-2"
PASSWORD = "correct-horse-battery"
VALUE, COMBINATION = "InvalidParameterValue", "InvalidParameterCombination"
SCALING = {"MinCapacity": 0.5, "MaxCapacity": 4}


def refused(code: str, call: Any, **kwargs: Any) -> str:
    """Check that AWS refuses a call with an error code, and return the message."""
    with pytest.raises(ClientError) as caught:
        pytest.fail(f"accepted {kwargs}: {call(**kwargs)}")
    assert caught.value.response["Error"]["Code"] == code, f"{kwargs}: {caught.value}"
    return str(caught.value.response["Error"]["Message"])


class Site:
    """One region with a VPC, three subnets and a subnet group."""

    def __init__(self, aws: Any, region: str = EAST) -> None:
        self.region, self.rds, self.ec2, self.kms = region, *(aws.client(s, region) for s in ("rds", "ec2", "kms"))
        self.secrets = aws.client("secretsmanager", region)
        self.vpc = self.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        self.subnets = [
            self.ec2.create_subnet(VpcId=self.vpc, CidrBlock=f"10.0.{n}.0/24", AvailabilityZone=region + zone)[
                "Subnet"
            ]["SubnetId"]
            for n, zone in enumerate("abc")
        ]
        self.rds.create_db_subnet_group(
            DBSubnetGroupName="Data", DBSubnetGroupDescription="data", SubnetIds=self.subnets
        )

    def create(self, name: str = "main", **kwargs: Any) -> Any:
        args = {
            "DBClusterIdentifier": name,
            "Engine": "aurora-postgresql",
            "EngineVersion": "17.6",
            "DBSubnetGroupName": "data",
            "MasterUsername": "dbadmin",
            "MasterUserPassword": PASSWORD,
            **kwargs,
        }
        return self.rds.create_db_cluster(**{k: v for k, v in args.items() if v is not None})["DBCluster"]

    def add(self, name: str = "one", cluster: str = "main", **kwargs: Any) -> Any:
        args = {"DBInstanceClass": "db.r6g.large", "Engine": "aurora-postgresql", **kwargs}
        return self.rds.create_db_instance(DBInstanceIdentifier=name, DBClusterIdentifier=cluster, **args)["DBInstance"]

    def cluster(self, name: str = "main") -> Any:
        return self.rds.describe_db_clusters(DBClusterIdentifier=name)["DBClusters"][0]

    def instance(self, name: str = "one") -> Any:
        return self.rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0]

    def modify(self, now: bool = True, **kwargs: Any) -> Any:
        answer = self.rds.modify_db_cluster(DBClusterIdentifier="main", ApplyImmediately=now, **kwargs)
        return answer["DBCluster"]

    def key(self) -> str:
        return str(self.kms.create_key()["KeyMetadata"]["Arn"])


def monitoring_role(aws: Any) -> str:
    iam = aws.client("iam")
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "monitoring.rds.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
    role = iam.create_role(RoleName="watch", AssumeRolePolicyDocument=json.dumps(trust))["Role"]
    policy = "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"
    iam.attach_role_policy(RoleName="watch", PolicyArn=policy)
    return str(role["Arn"])
