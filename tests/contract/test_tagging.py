"""The Resource Groups Tagging API for every resource that the local AWS can create."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError
from ec2_net import flow_role
from promise import keeps

ACCOUNT = "123456789012"
EC2 = f"arn:aws:ec2:us-east-1:{ACCOUNT}"
IPAM = f"arn:aws:ec2::{ACCOUNT}"
RDS = f"arn:aws:rds:us-east-1:{ACCOUNT}"
AURORA = {"Engine": "aurora-postgresql"}
FAMILY = {"DBParameterGroupFamily": "aurora-postgresql17", "Description": "x"}
TABLE = {
    "TableName": "mtk",
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
}
ALARM = {
    "AlarmName": "a",
    "Namespace": "n",
    "MetricName": "m",
    "Statistic": "Sum",
    "Period": 60,
    "EvaluationPeriods": 1,
    "Threshold": 1.0,
    "ComparisonOperator": "GreaterThanThreshold",
}


def refused(code: str, call: Any, **params: Any) -> None:
    with pytest.raises(ClientError) as error:
        call(**params)
    assert error.value.response["Error"]["Code"] == code, error.value


def listed(tagging: Any, size: int = 100, **params: Any) -> dict[str, dict[str, str]]:
    pages = tagging.get_paginator("get_resources").paginate(**params, PaginationConfig={"PageSize": size})
    rows = [row for page in pages for row in page["ResourceTagMappingList"]]
    return {row["ResourceARN"]: {tag["Key"]: tag["Value"] for tag in row["Tags"]} for row in rows}


def network(aws: Any) -> dict[str, str]:
    """Create a resource of each kind in EC2, and return their types by ARN."""
    ec2, logs = aws.client("ec2"), aws.client("logs")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{n}.0/24", AvailabilityZone=f"us-east-1{zone}")["Subnet"]
        for n, zone in enumerate("ab")
    ]
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    nat = ec2.create_nat_gateway(SubnetId=subnets[0]["SubnetId"], AllocationId=address)["NatGateway"]["NatGatewayId"]
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    group = ec2.create_security_group(GroupName="g", Description="x", VpcId=vpc)["GroupId"]
    endpoint = ec2.create_vpc_endpoint(VpcId=vpc, ServiceName="com.amazonaws.us-east-1.dynamodb")["VpcEndpoint"]
    logs.create_log_group(logGroupName="/flow")
    role = flow_role(aws)
    flow = ec2.create_flow_logs(
        ResourceIds=[vpc],
        ResourceType="VPC",
        TrafficType="ALL",
        LogGroupName="/flow",
        DeliverLogsPermissionArn=role,
    )["FlowLogIds"][0]
    ipam = ec2.create_ipam(OperatingRegions=[{"RegionName": "us-east-1"}])["Ipam"]
    pool = ec2.create_ipam_pool(IpamScopeId=ipam["PrivateDefaultScopeId"], AddressFamily="ipv4")["IpamPool"]
    made = {
        f"vpc/{vpc}": "vpc",
        f"subnet/{subnets[0]['SubnetId']}": "subnet",
        f"internet-gateway/{gateway}": "internet-gateway",
        f"elastic-ip/{address}": "elastic-ip",
        f"natgateway/{nat}": "natgateway",
        f"route-table/{table}": "route-table",
        f"security-group/{group}": "security-group",
        f"vpc-endpoint/{endpoint['VpcEndpointId']}": "vpc-endpoint",
        f"vpc-flow-log/{flow}": "vpc-flow-log",
    }
    ours = {
        f"ipam/{ipam['IpamId']}": "ipam",
        f"ipam-scope/{ipam['PrivateDefaultScopeId']}": "ipam-scope",
        f"ipam-pool/{pool['IpamPoolId']}": "ipam-pool",
    }
    return {f"{EC2}:{end}": f"ec2:{kind}" for end, kind in made.items()} | {
        f"{IPAM}:{end}": f"ec2:{kind}" for end, kind in ours.items()
    }


def databases(aws: Any) -> dict[str, str]:
    """Create a resource of each kind in RDS, and return their types by ARN."""
    rds, ec2 = aws.client("rds"), aws.client("ec2")
    subnets = [s["SubnetId"] for s in ec2.describe_subnets()["Subnets"] if not s["DefaultForAz"]]
    rds.create_db_subnet_group(DBSubnetGroupName="s", DBSubnetGroupDescription="x", SubnetIds=subnets)
    rds.create_db_cluster_parameter_group(DBClusterParameterGroupName="c", **FAMILY)
    rds.create_db_parameter_group(DBParameterGroupName="p", **FAMILY)
    master = {"MasterUsername": "dbadmin", "MasterUserPassword": "correct-horse-battery"}
    rds.create_db_cluster(DBClusterIdentifier="c", DBSubnetGroupName="s", **AURORA, **master)
    rds.create_db_instance(DBInstanceIdentifier="i", DBClusterIdentifier="c", DBInstanceClass="db.r6g.large", **AURORA)
    rds.create_db_cluster_snapshot(DBClusterIdentifier="c", DBClusterSnapshotIdentifier="s")
    rds.create_global_cluster(GlobalClusterIdentifier="g", **AURORA)
    ends = ("cluster:c", "db:i", "cluster-snapshot:s", "subgrp:s", "cluster-pg:c", "pg:p")
    found = {f"{RDS}:{end}": f"rds:{end.split(':')[0]}" for end in ends}
    return {**found, f"arn:aws:rds::{ACCOUNT}:global-cluster:g": "rds:global-cluster"}


@pytest.fixture
def made(aws: Any) -> dict[str, str]:
    """Create a resource of every kind without tags, and return their types by ARN."""
    found = network(aws) | databases(aws)
    found[aws.client("dynamodb").create_table(**TABLE)["TableDescription"]["TableArn"]] = "dynamodb:table"
    found[aws.client("kms").create_key()["KeyMetadata"]["Arn"]] = "kms:key"
    found[aws.client("logs").describe_log_groups()["logGroups"][0]["logGroupArn"]] = "logs:log-group"
    found[aws.client("secretsmanager").create_secret(Name="s", SecretString="x")["ARN"]] = "secretsmanager:secret"
    aws.client("cloudwatch").put_metric_alarm(**ALARM)
    found[f"arn:aws:cloudwatch:us-east-1:{ACCOUNT}:alarm:a"] = "cloudwatch:alarm"
    return found


@keeps("resourcegroupstaggingapi.types", "resourcegroupstaggingapi.never-tagged", "resourcegroupstaggingapi.changes")
def test_every_resource_can_be_tagged_and_found(aws: Any, made: dict[str, str]) -> None:
    tagging, arns = aws.client("resourcegroupstaggingapi"), sorted(made)
    assert listed(tagging) == {}
    for start in (0, 20):
        some = arns[start : start + 20]
        assert tagging.tag_resources(ResourceARNList=some, Tags={"a": "1", "b": ""})["FailedResourcesMap"] == {}
    assert listed(tagging) == {arn: {"a": "1", "b": ""} for arn in made}
    for arn, kind in made.items():
        assert arn in listed(tagging, ResourceTypeFilters=[kind]), kind
        assert arn in listed(tagging, ResourceTypeFilters=[kind.split(":")[0], "s3"])
    assert listed(tagging, ResourceTypeFilters=["s3"]) == {}
    for start in (0, 20):
        some = arns[start : start + 20]
        assert tagging.untag_resources(ResourceARNList=some, TagKeys=["a", "b"])["FailedResourcesMap"] == {}
    assert listed(tagging) == {arn: {} for arn in made}
    vpc = next(arn for arn in made if ":vpc/" in arn)
    assert aws.client("ec2").describe_tags(Filters=[{"Name": "resource-id", "Values": [vpc[-21:]]}])["Tags"] == []


@keeps("resourcegroupstaggingapi.never-tagged")
def test_a_resource_untagged_by_its_service_stays_listed(aws: Any) -> None:
    tagging, ec2, kms = aws.client("resourcegroupstaggingapi"), aws.client("ec2"), aws.client("kms")
    spec = [{"ResourceType": "vpc", "Tags": [{"Key": "a", "Value": "1"}]}]
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16", TagSpecifications=spec)["Vpc"]["VpcId"]
    key = kms.create_key(Tags=[{"TagKey": "a", "TagValue": "1"}])["KeyMetadata"]["Arn"]
    kms.create_key()
    ec2.delete_tags(Resources=[vpc], Tags=[{"Key": "a"}])
    kms.untag_resource(KeyId=key, TagKeys=["a"])
    assert listed(tagging) == {f"{EC2}:vpc/{vpc}": {}, key: {}}
    ec2.delete_vpc(VpcId=vpc)
    assert listed(tagging) == {key: {}}


@keeps(
    "resourcegroupstaggingapi.tag-filters", "resourcegroupstaggingapi.paging", "resourcegroupstaggingapi.keys-values"
)
def test_resources_keys_and_values_are_filtered_and_listed_in_pages(aws: Any) -> None:
    tagging, kms = aws.client("resourcegroupstaggingapi"), aws.client("kms")
    keys = []
    for n in range(5):
        tags = [{"TagKey": "n", "TagValue": str(n)}, {"TagKey": "even" if n % 2 == 0 else "odd", "TagValue": ""}]
        keys.append(kms.create_key(Tags=tags)["KeyMetadata"]["Arn"])
    assert set(listed(tagging, size=2)) == set(keys)
    first = tagging.get_resources(ResourcesPerPage=3)
    then = tagging.get_resources(ResourcesPerPage=3, PaginationToken=first["PaginationToken"])
    assert (len(then["ResourceTagMappingList"]), then["PaginationToken"]) == (2, "")
    assert set(listed(tagging, TagFilters=[{"Key": "even"}])) == {keys[0], keys[2], keys[4]}
    both = [{"Key": "even"}, {"Key": "n", "Values": ["1", "2", "4"]}]
    assert set(listed(tagging, TagFilters=both)) == {keys[2], keys[4]}
    found = tagging.get_resources(ResourceARNList=[keys[1], keys[1] + "0"])["ResourceTagMappingList"]
    assert [row["ResourceARN"] for row in found] == [keys[1]]
    refused("InvalidParameterException", tagging.get_resources, ResourceARNList=keys, ResourcesPerPage=10)
    refused("InvalidParameterException", tagging.get_resources, ResourcesPerPage=101)
    for call, more in ((tagging.get_resources, {}), (tagging.get_tag_keys, {}), (tagging.get_tag_values, {"Key": "n"})):
        refused("PaginationTokenExpiredException", call, PaginationToken="nonsense", **more)
        assert call(PaginationToken="1", **more)["PaginationToken"] == ""
    pages = tagging.get_paginator("get_tag_keys").paginate()
    assert [key for page in pages for key in page["TagKeys"]] == ["even", "n", "odd"]
    pages = tagging.get_paginator("get_tag_values").paginate(Key="n")
    assert [value for page in pages for value in page["TagValues"]] == list("01234")
    assert listed(aws.client("resourcegroupstaggingapi", "eu-west-1")) == {}


@keeps("resourcegroupstaggingapi.changes", "resourcegroupstaggingapi.compliance")
def test_failed_changes_are_reported_per_resource(aws: Any) -> None:
    tagging = aws.client("resourcegroupstaggingapi")
    here, there = (aws.client("kms", r).create_key()["KeyMetadata"]["Arn"] for r in ("us-east-1", "eu-west-1"))
    unknown = [there, here + "0", f"{EC2}:vpc/vpc-0", f"{RDS}:cluster:none", "arn:aws:s3:::bucket"]
    for call, params in ((tagging.tag_resources, {"Tags": {"a": "1"}}), (tagging.untag_resources, {"TagKeys": ["a"]})):
        failed = call(ResourceARNList=[here, *unknown], **params)["FailedResourcesMap"]
        assert {arn: failure["ErrorCode"] for arn, failure in failed.items()} == dict.fromkeys(
            unknown, "InvalidParameterException"
        )
        refused("InvalidParameterException", call, ResourceARNList=["key"], **params)
    assert listed(tagging) == {here: {}}
    refused("InvalidParameterException", tagging.tag_resources, ResourceARNList=[here], Tags={"aws:x": ""})
    for call, params in ((tagging.get_compliance_summary, {}), (tagging.get_resources, {"TagsPerPage": 100})):
        with pytest.raises(ClientError, match="does not implement"):
            call(**params)
