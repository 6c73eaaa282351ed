"""ec2_vpc_endpoint."""

from __future__ import annotations

import json

import pytest

from .conftest import ModuleFailed, examples
from .network import network, tagged

NAME = "ec2_vpc_endpoint"


def endpoints(aws):
    found = aws.client("ec2").describe_vpc_endpoints()["VpcEndpoints"]
    return [endpoint for endpoint in found if endpoint["State"].lower() not in ("deleted", "deleting")]


def tables(aws, vpc, *names):
    return [
        aws.client("ec2").create_route_table(VpcId=vpc, TagSpecifications=tagged("route-table", name))["RouteTable"][
            "RouteTableId"
        ]
        for name in names
    ]


def test_four_beats(aws, four_beats, gone):
    (table,) = tables(aws, network(aws).vpc, "dev_us-east-1_public_route_table")
    params, remove = examples(NAME)
    four_beats(NAME, **params)
    (endpoint,) = endpoints(aws)
    assert endpoint["ServiceName"] == "com.amazonaws.us-east-1.dynamodb"
    assert endpoint["RouteTableIds"] == [table]
    assert json.loads(endpoint["PolicyDocument"])["Statement"][0]["Action"] == "dynamodb:*"
    gone(NAME, **remove)
    assert not endpoints(aws)


def test_check_mode_on_an_empty_account(aws, run):
    planned = run(NAME, check=True, **examples(NAME)[0])["vpc_endpoint"]
    assert planned["vpc_id"] == planned["vpc_endpoint_id"] == "(known after apply)"
    assert planned["route_table_ids"] == ["(known after apply)"]
    assert not aws.mutating()


def test_route_tables_are_added_and_removed_in_place(aws, run):
    net = network(aws)
    a, b, c = tables(aws, net.vpc, "a", "b", "c")
    params = {"name": "s3", "vpc_id": net.vpc, "service_name": "s3"}
    id = run(NAME, route_table_names=["a", "b"], **params)["vpc_endpoint"]["vpc_endpoint_id"]
    assert not run(NAME, route_table_ids=[b, a], **params)["changed"]
    assert not run(NAME, **params)["changed"]
    before = len(aws.mutating())
    assert run(NAME, route_table_names=["c", "b"], **params)["changed"]
    assert aws.mutating()[before:] == ["ec2:ModifyVpcEndpoint"]
    (endpoint,) = endpoints(aws)
    assert endpoint["VpcEndpointId"] == id
    assert set(endpoint["RouteTableIds"]) == {b, c}


def test_equivalent_policies_are_no_difference_and_drift_is_repaired(aws, run):
    tables(aws, network(aws).vpc, "dev_us-east-1_public_route_table")
    params = examples(NAME)[0]
    id = run(NAME, **params)["vpc_endpoint"]["vpc_endpoint_id"]
    same = {
        "Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Principal": {"AWS": ["*"]}, "Action": ["dynamodb:*"], "Resource": ["*"]},
    }
    assert not run(NAME, **{**params, "policy": same})["changed"]
    aws.client("ec2").modify_vpc_endpoint(
        VpcEndpointId=id, PolicyDocument=json.dumps({**same, "Statement": {**same["Statement"], "Action": "*"}})
    )
    drift = run(NAME, **params)
    assert drift["diff"]["before"]["policy"]["Statement"]["Action"] == "*"
    assert not run(NAME, **params)["changed"]


def test_an_interface_endpoint_can_be_changed(aws, run):
    net = network(aws)
    group = aws.client("ec2").create_security_group(GroupName="g", Description="g", VpcId=net.vpc)["GroupId"]
    params = {
        "name": "sts",
        "vpc_id": net.vpc,
        "service_name": "sts",
        "vpc_endpoint_type": "Interface",
        "security_group_ids": [group],
        "private_dns_enabled": False,
    }
    assert run(NAME, subnet_ids=net.public, **params)["changed"]
    assert not run(NAME, subnet_ids=net.public[::-1], **params)["changed"]
    assert run(NAME, subnet_ids=net.public[:1], **params)["vpc_endpoint"]["subnet_ids"] == net.public[:1]


def test_unsupported_changes_and_foreign_endpoints_are_refused(aws, run):
    net = network(aws)
    tables(aws, net.vpc, "dev_us-east-1_public_route_table")
    params = examples(NAME)[0]
    run(NAME, **params)
    with pytest.raises(ModuleFailed, match="AWS cannot change service_name"):
        run(NAME, **{**params, "service_name": "s3"})
    with pytest.raises(ModuleFailed, match="belongs to environment 'dev'"):
        run(NAME, **{**params, "tags": {"mtk:environment": "prod"}})


def test_a_replaced_default_policy_is_noticed(aws, run):
    tables(aws, network(aws).vpc, "dev_us-east-1_public_route_table")
    params = {name: value for name, value in examples(NAME)[0].items() if name != "policy"}
    id = run(NAME, **params)["vpc_endpoint"]["vpc_endpoint_id"]
    full = {
        "Version": "2008-10-17",
        "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}],
    }
    assert not run(NAME, **params, policy=full)["changed"]
    deny = json.dumps({**full, "Statement": [{**full["Statement"][0], "Effect": "Deny"}]})
    aws.client("ec2").modify_vpc_endpoint(VpcEndpointId=id, PolicyDocument=deny)
    assert not run(NAME, **params)["changed"]
    assert run(NAME, **params, policy=full)["vpc_endpoint"]["policy"] == full


def test_the_route_tables_of_other_settings_and_of_others_stay(aws, run):
    net = network(aws)
    mine, left, moved = tables(aws, net.vpc, "mine", "left", "moved")
    foreign = aws.client("ec2").create_route_table(VpcId=net.vpc)["RouteTable"]["RouteTableId"]
    params = {"name": "s3", "vpc_id": net.vpc, "service_name": "s3", "tags": {"mtk:environment": "dev"}}
    run(NAME, route_table_ids=[mine, left, moved, foreign], **params)
    params |= {"route_table_ids": [mine], "purge_route_tables": False}
    before = len(aws.mutating())
    found = run(NAME, **params)
    assert not found["changed"] and len(aws.mutating()) == before
    (observed,) = found["plan"]["observations"]
    assert (observed["found"], observed["owner"]) == (foreign, "foreign")
    assert observed["reason"].endswith("-e remove=ec2_vpc_endpoint:s3")

    run(NAME, **params, removed_route_table_ids=[moved], remove=["ec2_vpc_endpoint:s3"])
    assert set(endpoints(aws)[0]["RouteTableIds"]) == {mine, left}
