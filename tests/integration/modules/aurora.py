"""Resources that the Aurora modules refer to, created without the modules."""

from __future__ import annotations

from typing import Any


def subnet_group(aws: Any, region: str = "us-east-1", name: str = "dev-subnets") -> str:
    """Create a VPC named ``dev_vpc`` with a security group ``database`` and a subnet group; return the VPC's id."""
    ec2 = aws.client("ec2", region)
    tags = [{"ResourceType": "vpc", "Tags": [{"Key": "Name", "Value": "dev_vpc"}]}]
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16", TagSpecifications=tags)["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{i}.0/24", AvailabilityZone=region + zone)["Subnet"]["SubnetId"]
        for i, zone in enumerate("abc")
    ]
    ec2.create_security_group(GroupName="database", Description="database", VpcId=vpc)
    aws.client("rds", region).create_db_subnet_group(
        DBSubnetGroupName=name,
        DBSubnetGroupDescription=name,
        SubnetIds=subnets,
        Tags=[{"Key": "mtk:environment", "Value": "dev"}],
    )
    return str(vpc)


def key(aws: Any, region: str = "us-east-1") -> str:
    """Create a key with the alias ``alias/dev_aurora_key``, and return its ARN."""
    kms = aws.client("kms", region)
    made = kms.create_key()["KeyMetadata"]
    kms.create_alias(AliasName="alias/dev_aurora_key", TargetKeyId=made["KeyId"])
    return str(made["Arn"])


def master_secret(aws: Any, region: str = "us-east-1") -> str:
    """Create a secret with the master user's name and password, and return its name."""
    text = '{"username": "mtkadmin", "password": "correct-horse-battery"}'
    aws.client("secretsmanager", region).create_secret(Name="dev_master", SecretString=text)
    return "dev_master"


def monitoring_role(aws: Any) -> str:
    """Create a role that RDS can use for Enhanced Monitoring, and return its ARN."""
    iam = aws.client("iam")
    trust = (
        '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", '
        '"Principal": {"Service": "monitoring.rds.amazonaws.com"}}]}'
    )
    role = iam.create_role(RoleName="dev_monitoring", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    iam.attach_role_policy(
        RoleName="dev_monitoring", PolicyArn="arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"
    )
    return str(role)


def cluster(aws: Any, region: str = "us-east-1") -> dict[str, Any]:
    """Return the only cluster of a region, as AWS describes it."""
    (found,) = aws.client("rds", region).describe_db_clusters()["DBClusters"]
    return dict(found)


def instance(aws: Any, of: str, name: str, region: str = "us-east-1", **more: Any) -> None:
    """Create an instance of a cluster."""
    aws.client("rds", region).create_db_instance(
        DBInstanceIdentifier=name,
        DBClusterIdentifier=of,
        DBInstanceClass=more.pop("DBInstanceClass", "db.r6g.large"),
        Engine="aurora-postgresql",
        **more,
    )
