"""The AWS CLI against the local AWS."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

AWS = Path(sys.executable).parent / "aws"


@pytest.fixture
def cli(aws, tmp_path):
    """Return ``cli("ec2 describe-vpcs")``, which runs a command and returns its parsed output, or else its stderr."""
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "emulator-secret-key",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
    }

    def run(command, *more, expect=0):
        done = subprocess.run(
            [AWS, "--endpoint-url", aws.url, *command.split(), *more],
            env=environ,
            text=True,
            capture_output=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == expect, done.stderr
        return json.loads(done.stdout) if done.stdout else done.stderr

    return run


def test_ipam_tutorial_of_aws_runs_and_cleans_up(cli):
    """Create an IPAM, three nested pools and a VPC from the last pool, and delete them."""
    ipam = cli("ec2 create-ipam --description tutorial --operating-regions RegionName=us-east-1 RegionName=us-west-2")[
        "Ipam"
    ]
    scope = f"--ipam-scope-id {ipam['PrivateDefaultScopeId']} --address-family ipv4"
    top = cli(f"ec2 create-ipam-pool {scope} --description top")["IpamPool"]["IpamPoolId"]
    cli(f"ec2 provision-ipam-pool-cidr --ipam-pool-id {top} --cidr 10.0.0.0/8")
    regional = cli(f"ec2 create-ipam-pool {scope} --source-ipam-pool-id {top} --locale us-east-1")["IpamPool"][
        "IpamPoolId"
    ]
    cli(f"ec2 provision-ipam-pool-cidr --ipam-pool-id {regional} --cidr 10.0.0.0/16")
    dev = cli(
        f"ec2 create-ipam-pool {scope} --source-ipam-pool-id {regional} --locale us-east-1 "
        "--allocation-default-netmask-length 24 --tag-specifications ResourceType=ipam-pool,Tags=[{Key=Name,Value=dev}]"
    )["IpamPool"]["IpamPoolId"]
    cli(f"ec2 provision-ipam-pool-cidr --ipam-pool-id {dev} --netmask-length 20")
    (cidr,) = cli(f"ec2 get-ipam-pool-cidrs --ipam-pool-id {dev}")["IpamPoolCidrs"]
    assert (cidr["Cidr"], cidr["State"]) == ("10.0.0.0/20", "provisioned")
    (found,) = cli("ec2 describe-ipam-pools --filters Name=tag:Name,Values=dev")["IpamPools"]
    assert found["IpamPoolId"] == dev and found["PoolDepth"] == 3
    vpc = cli(f"ec2 create-vpc --ipv4-ipam-pool-id {dev} --ipv4-netmask-length 24")["Vpc"]["VpcId"]
    (allocation,) = cli(f"ec2 get-ipam-pool-allocations --ipam-pool-id {dev}")["IpamPoolAllocations"]
    assert (allocation["ResourceId"], allocation["Cidr"]) == (vpc, "10.0.0.0/24")
    refused = cli(f"ec2 delete-ipam-pool --ipam-pool-id {dev}", expect=255)
    assert "An error occurred" in refused
    cli(f"ec2 delete-vpc --vpc-id {vpc}")
    cli(f"ec2 delete-ipam --ipam-id {ipam['IpamId']} --cascade")
    assert cli("ec2 describe-ipams")["Ipams"] == []


def test_the_cli_shows_a_table_its_items_and_its_replicas(cli):
    table = "--table-name user_locations"
    cli(
        f"dynamodb create-table {table} --billing-mode PAY_PER_REQUEST --attribute-definitions "
        "AttributeName=user_id,AttributeType=S AttributeName=date_time,AttributeType=S --key-schema "
        "AttributeName=user_id,KeyType=HASH AttributeName=date_time,KeyType=RANGE"
    )
    cli(f"dynamodb wait table-exists {table}")
    item = {"user_id": {"S": "u"}, "date_time": {"S": "2026-01-02T03:04:05.006Z"}, "is_private": {"BOOL": True}}
    cli(f"dynamodb put-item {table} --item", json.dumps(item))
    values = ("--expression-attribute-values", json.dumps({":u": {"S": "u"}}))
    found = cli(f"dynamodb query {table} --key-condition-expression", "user_id = :u", *values)
    assert found["Items"] == [item]
    cli(f"dynamodb update-table {table} --replica-updates", '[{"Create": {"RegionName": "us-west-2"}}]')
    (replica,) = cli(f"dynamodb describe-table {table}")["Table"]["Replicas"]
    assert replica["RegionName"] == "us-west-2"
    metric = cli(
        "cloudwatch get-metric-statistics --namespace AWS/DynamoDB --metric-name ConsumedReadCapacityUnits --period 60 "
        "--start-time 2026-01-01T00:00:00Z --end-time 2026-01-01T01:00:00Z --statistics Sum "
        "--dimensions Name=TableName,Value=user_locations"
    )
    assert metric["Datapoints"] == []
    assert (
        cli("application-autoscaling describe-scalable-targets --service-namespace dynamodb")["ScalableTargets"] == []
    )
    wrong = cli(f"dynamodb update-table {table} --billing-mode FREE", expect=255)
    assert "FREE" in wrong


def test_the_cli_shows_a_cluster_its_instances_and_its_secret(cli):
    vpc = cli("ec2 create-vpc --cidr-block 10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        cli(f"ec2 create-subnet --vpc-id {vpc} --cidr-block 10.0.{n}.0/24 --availability-zone us-east-1{zone}")[
            "Subnet"
        ]["SubnetId"]
        for n, zone in enumerate("ab")
    ]
    cli(
        "rds create-db-subnet-group --db-subnet-group-name g --db-subnet-group-description g "
        f"--subnet-ids {' '.join(subnets)}"
    )
    cli(
        "rds create-db-cluster --db-cluster-identifier mine --engine aurora-postgresql --engine-version 16.6 "
        "--master-username someone --manage-master-user-password --db-subnet-group-name g "
        "--serverless-v2-scaling-configuration MinCapacity=0.5,MaxCapacity=2 --tags Key=mtk:environment,Value=dev"
    )
    cli(
        "rds create-db-instance --db-instance-identifier mine-1 --db-cluster-identifier mine "
        "--engine aurora-postgresql --db-instance-class db.serverless"
    )
    cli("rds wait db-cluster-available --db-cluster-identifier mine")
    cli("rds wait db-instance-available --db-instance-identifier mine-1")
    (cluster,) = cli("rds describe-db-clusters --db-cluster-identifier mine")["DBClusters"]
    assert cluster["Endpoint"].startswith("mine.cluster-") and cluster["Status"] == "available"
    tagged = cli("resourcegroupstaggingapi get-resources --tag-filters Key=mtk:environment,Values=dev")
    assert [r["ResourceARN"] for r in tagged["ResourceTagMappingList"]] == [cluster["DBClusterArn"]]
    assert (
        cli(f"secretsmanager describe-secret --secret-id {cluster['MasterUserSecret']['SecretArn']}")["OwningService"]
        == "rds"
    )
    assert cli("logs describe-log-groups")["logGroups"] == []
    assert cli("kms list-aliases")["Aliases"]
    missing = cli("rds describe-db-clusters --db-cluster-identifier other", expect=255)
    assert "DBClusterNotFoundFault" in missing


def test_a_missing_operation_is_reported_by_the_cli(cli):
    answer = cli(
        "rds create-db-proxy --db-proxy-name a --engine-family POSTGRESQL --vpc-subnet-ids a "
        "--role-arn arn:aws:iam::123456789012:role/r",
        expect=255,
    )
    assert "The local AWS does not implement" in answer
