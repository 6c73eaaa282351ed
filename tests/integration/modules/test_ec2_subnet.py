"""ec2_subnet."""

from __future__ import annotations

import re

import pytest
from ansible_collections.mtk.backend.plugins.module_utils.engine._module import Context

from .conftest import ModuleFailed, examples
from .network import network

NAME = "ec2_subnet"


def test_four_beats(aws, four_beats, gone):
    net = network(aws)
    params, remove = examples(NAME)
    subnet = four_beats(NAME, **params)["subnet"]
    assert (subnet["vpc_id"], subnet["state"]) == (net.vpc, "available")
    gone(NAME, **remove)
    left = aws.client("ec2").describe_subnets(Filters=[{"Name": "vpc-id", "Values": [net.vpc]}])["Subnets"]
    assert {s["SubnetId"] for s in left} == set(net.public)


def test_check_mode_on_an_empty_account(aws, run):
    params, remove = examples(NAME)
    planned = run(NAME, check=True, **{**params, "cidr_block": "(known after apply)"})
    assert planned["subnet"]["subnet_id"] == planned["subnet"]["vpc_id"] == "(known after apply)"
    assert planned["diff"]["after"]["cidr_block"] == "(known after apply)"
    with_id = {k: v for k, v in params.items() if k != "vpc_name"}
    assert run(NAME, check=True, **with_id, vpc_id="(known after apply)")["changed"]
    assert not run(NAME, **remove)["changed"]
    assert not aws.mutating()


def test_changes_and_drift(aws, run):
    network(aws)
    params = examples(NAME)[0]
    id = run(NAME, **params)["subnet"]["subnet_id"]
    ec2 = aws.client("ec2")
    ec2.modify_subnet_attribute(SubnetId=id, MapPublicIpOnLaunch={"Value": True})
    omitted = {name: value for name, value in params.items() if name != "map_public_ip_on_launch"}
    assert not run(NAME, **omitted)["changed"], "an omitted option is not changed"
    ec2.create_tags(Resources=[id], Tags=[{"Key": "mtk:tier", "Value": "public"}, {"Key": "by", "Value": "hand"}])
    drift = run(NAME, check=True, **params)["diff"]
    assert (drift["before"]["map_public_ip_on_launch"], drift["after"]["map_public_ip_on_launch"]) == (True, False)
    assert drift["before"]["tags"]["by"] == "hand"
    before = len(aws.mutating())
    run(NAME, **params)
    assert aws.mutating()[before:] == ["ec2:ModifySubnetAttribute", "ec2:DeleteTags", "ec2:CreateTags"]
    assert not run(NAME, **params)["changed"]


def test_a_block_with_host_bits_is_no_difference(aws, run):
    network(aws)
    params = examples(NAME)[0]
    run(NAME, **params)
    assert not run(NAME, **{**params, "cidr_block": "10.0.64.9/21"})["changed"]


def test_the_same_name_in_another_vpc_is_another_subnet(aws, run):
    network(aws)
    params = {k: v for k, v in examples(NAME)[0].items() if k != "vpc_name"}
    first = run(NAME, **params, vpc_name="dev_us-east-1_vpc")["subnet"]["subnet_id"]
    other = aws.client("ec2").create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    assert run(NAME, **params, vpc_id=other)["subnet"]["subnet_id"] != first


def test_an_overlapping_subnet_is_refused_in_the_plan(aws, run, worker):
    net = network(aws)
    params = {**examples(NAME)[0], "cidr_block": "10.0.0.0/20"}
    worker["context"] = Context(collects=True)
    before, mutating = len(aws.control.calls()), len(aws.mutating())
    planned = run(NAME, check=True, **params)
    looks = [call["operation"] for call in aws.control.calls(before)]
    assert looks == ["DescribeVpcs", "DescribeSubnets"], "no request more than for any other plan"
    plan = planned["plan"]
    assert (plan["action"], planned["changed"]) == ("refuse", False)
    assert re.search(
        rf"is 10.0.0.0/20; it overlaps {net.public[0]} \(dev_us-east-1_us-east-1a_public_subnet, 10.0.0.0/21\)",
        plan["reason"],
    )
    worker["context"] = Context()
    with pytest.raises(ModuleFailed, match="overlaps subnet-.*Give another cidr_block"):
        run(NAME, **params)
    assert len(aws.mutating()) == mutating


def test_an_overlapping_subnet_without_a_name_can_become_this_one(aws, run):
    net = network(aws)
    params = {**examples(NAME)[0], "cidr_block": "10.0.0.0/21"}
    tag = {"Key": "Name", "Value": "dev_us-east-1_us-east-1a_public_subnet"}
    aws.client("ec2").delete_tags(Resources=net.public[:1], Tags=[tag])
    with pytest.raises(ModuleFailed, match=f"without a Name tag.*set its Name tag to {params['name']}"):
        run(NAME, check=True, **params)
    aws.client("ec2").create_tags(Resources=net.public[:1], Tags=[{**tag, "Value": params["name"]}])
    assert run(NAME, **params)["subnet"]["subnet_id"] == net.public[0]


def test_an_existing_subnet_is_not_compared_with_others(aws, run):
    network(aws)
    params = examples(NAME)[0]
    run(NAME, **params)
    with pytest.raises(ModuleFailed, match="AWS cannot change cidr_block"):
        run(NAME, check=True, **{**params, "cidr_block": "10.0.0.0/21"})
    assert not run(NAME, check=True, **{**params, "state": "absent", "name": "other"})["changed"]


def test_invalid_options_and_unsupported_changes_are_refused(aws, run):
    params, remove = examples(NAME)
    with pytest.raises(ModuleFailed, match="vpc_id of subnet .* is unknown"):
        run(NAME, **params)
    network(aws)
    with pytest.raises(ModuleFailed, match="cidr_block is '10.0.64'; AWS takes an IPv4 block"):
        run(NAME, **{**params, "cidr_block": "10.0.64"})
    id = run(NAME, **params)["subnet"]["subnet_id"]
    with pytest.raises(ModuleFailed, match="AWS cannot change availability_zone .*, cidr_block"):
        run(NAME, **{**params, "cidr_block": "10.0.72.0/21", "availability_zone": "us-east-1b"})
    with pytest.raises(ModuleFailed, match="vpc_id of .* is unknown, .* or does not belong to this environment"):
        run(NAME, **{**params, "tags": {"mtk:environment": "prod"}})
    ec2 = aws.client("ec2")
    nat = ec2.create_nat_gateway(SubnetId=id, ConnectivityType="private")["NatGateway"]["NatGatewayId"]
    with pytest.raises(ModuleFailed, match=f"is in use by the NAT gateway {nat}"):
        run(NAME, **remove)
    ec2.delete_nat_gateway(NatGatewayId=nat)
    assert run(NAME, **remove)["changed"]


def test_a_subnet_in_another_network_acl_is_moved_back(aws, run):
    net = network(aws)
    params = {**examples(NAME)[0], "assign_ipv6_address_on_creation": False}
    id = run(NAME, **params)["subnet"]["subnet_id"]
    ec2 = aws.client("ec2")
    vpc = [{"Name": "vpc-id", "Values": [net.vpc]}]
    (default,) = ec2.describe_network_acls(Filters=vpc)["NetworkAcls"]
    (link,) = [a["NetworkAclAssociationId"] for a in default["Associations"] if a["SubnetId"] == id]
    other = ec2.create_network_acl(VpcId=net.vpc)["NetworkAcl"]["NetworkAclId"]
    ec2.replace_network_acl_association(AssociationId=link, NetworkAclId=other)
    assert not run(NAME, **{**params, "default_network_acl": False})["changed"]
    planned = run(NAME, check=True, **params)["diff"]
    sides = planned["before"]["network_acl_id"], planned["after"]["network_acl_id"]
    assert sides == (other, default["NetworkAclId"])
    before = len(aws.mutating())
    run(NAME, **params)
    assert aws.mutating()[before:] == ["ec2:ReplaceNetworkAclAssociation"]
    assert not run(NAME, **params)["changed"]
