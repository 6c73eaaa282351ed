"""Every promised listing through boto3's paginators, in pages as small as the service allows."""

from __future__ import annotations

import json

import pytest
from botocore import xform_name
from emulator.promises import services

TRUST = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
# These need a name that their models do not require; the last one has no pages.
APART = ("describe_log_streams", "filter_log_events", "describe_vpc_endpoint_services")
ALLOW = {"Effect": "Allow", "Action": "ec2:DescribeVpcs", "Resource": "*"}


def document(statement):
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.fixture
def some(aws):
    """Create seven resources of several kinds, which is more than a page."""
    ec2, iam, dynamodb = aws.client("ec2"), aws.client("iam"), aws.client("dynamodb")
    tags = [{"Key": "mtk:environment", "Value": "dev"}]
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    ipam = ec2.create_ipam()["Ipam"]
    for n in range(7):
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{n}.0/24")
        ec2.create_security_group(GroupName=f"g{n}", Description="g", VpcId=vpc)
        ec2.create_ipam_pool(IpamScopeId=ipam["PrivateDefaultScopeId"], AddressFamily="ipv4")
        iam.create_role(RoleName=f"r{n}", AssumeRolePolicyDocument=document(TRUST), Tags=tags)
        iam.create_policy(PolicyName=f"p{n}", PolicyDocument=document(ALLOW))
        aws.client("logs").create_log_group(logGroupName=f"/g/{n}", tags={"a": "1"})
        aws.client("kms").create_key(Tags=[{"TagKey": "a", "TagValue": "1"}])
        aws.client("secretsmanager").create_secret(Name=f"s{n}", SecretString="x")
        dynamodb.create_table(
            TableName=f"table{n}",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": "a", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "a", "KeyType": "HASH"}],
            Tags=tags,
        )


def smallest(client, operation):
    """Return the smallest page that the service's model allows, or None if the size of pages cannot be set."""
    paginator = client.get_paginator(operation)
    name = paginator._pagination_cfg.get("limit_key")
    if name is None:
        return None
    shape = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[operation]).input_shape
    floor = {"rds": 20, "ec2": 5}.get(
        client.meta.service_model.service_name, 1
    )  # only the text of the documentation of RDS and EC2 says so
    return max(floor, shape.members[name].metadata.get("min", 1))


@pytest.mark.parametrize("service", services())
def test_every_listing_comes_in_pages(aws, some, service):
    client, paged = aws.client(service), 0
    for operation in map(xform_name, services()[service].operations):
        if not client.can_paginate(operation):
            continue
        model = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[operation])
        given = {"ServiceNamespace": "dynamodb"} if "ServiceNamespace" in model.input_shape.required_members else {}
        if set(model.input_shape.required_members) - set(given) or operation in APART:
            continue  # the tests of the service list what needs the name of a resource
        paginator = client.get_paginator(operation)
        size = smallest(client, operation)
        whole = paginator.paginate(**given).build_full_result()
        parts = paginator.paginate(**given, PaginationConfig={"PageSize": size} if size else {}).build_full_result()
        assert parts == whole, operation
        paged += 1
    assert paged or service in ("sts", "dynamodbstreams")
