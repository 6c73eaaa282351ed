"""ec2_vpc."""

from __future__ import annotations

import pytest

from .conftest import ModuleFailed, examples
from .ipam import pool, tree

NAME = "ec2_vpc"


def named(aws, name="dev_us-east-1_vpc"):
    flt = [{"Name": "tag:Name", "Values": [name]}]
    return aws.client("ec2").describe_vpcs(Filters=flt)["Vpcs"]


def test_four_beats(aws, four_beats, gone):
    params, absent = examples(NAME)
    tree(aws)
    result = four_beats(NAME, **params)["vpc"]
    assert [v["CidrBlock"] for v in named(aws)] == [result["cidr_block"]] == ["10.0.0.0/16"]
    gone(NAME, **absent)
    assert named(aws) == []


def test_check_mode_on_an_empty_account(run):
    params, absent = examples(NAME)
    after = run(NAME, **params, check=True)["diff"]["after"]
    assert after["ipv4_ipam_pool_id"] == after["cidr_block"] == after["vpc_id"] == "(known after apply)"
    assert not run(NAME, **absent, check=True)["changed"]
    with pytest.raises(ModuleFailed, match="ipv4_ipam_pool_id of vpc dev_us-east-1_vpc is unknown"):
        run(NAME, **params)
    with pytest.raises(ModuleFailed, match="give ipv4_ipam_pool_name or cidr_block"):
        run(NAME, name="x")


def test_an_existing_vpc_keeps_its_block_from_the_pool(aws, run):
    tree(aws)
    params, _ = examples(NAME)
    first = run(NAME, **params)["vpc"]["cidr_block"]
    run(NAME, **{**params, "name": "other"})
    assert run(NAME, **params)["vpc"]["cidr_block"] == first
    assert len(named(aws)) == 1


def test_change_and_drift(aws, run):
    params = {"name": "x", "cidr_block": "10.9.0.0/16", "enable_dns_support": True, "enable_dns_hostnames": True}
    vpc = run(NAME, **params, instance_tenancy="default")["vpc"]
    aws.client("ec2").modify_vpc_attribute(VpcId=vpc["vpc_id"], EnableDnsHostnames={"Value": False})
    drift = run(NAME, **params, check=True)["diff"]
    assert (drift["before"]["enable_dns_hostnames"], drift["after"]["enable_dns_hostnames"]) == (False, True)
    assert run(NAME, **params)["vpc"]["enable_dns_hostnames"]
    off = {"enable_dns_support": False, "enable_dns_hostnames": False}
    assert run(NAME, **{**params, **off}, tags={"a": "1"})["vpc"]["tags"] == {"Name": "x", "a": "1"}
    assert not run(NAME, **{**params, **off})["changed"]
    assert run(NAME, **params)["vpc"]["enable_dns_support"]


def test_changes_that_aws_does_not_support_are_refused(aws, run):
    tree(aws)
    params, _ = examples(NAME)
    run(NAME, **params)
    with pytest.raises(ModuleFailed, match="AWS cannot change ipv4_netmask_length from 16 to 20"):
        run(NAME, **{**params, "ipv4_netmask_length": 20})
    with pytest.raises(ModuleFailed, match="AWS cannot change cidr_block from '10.0.0.0/16' to '10.1.0.0/16'"):
        run(NAME, name=params["name"], cidr_block="10.1.0.0/16")


def test_the_module_waits_for_the_block_of_the_pool_only(aws, run):
    ids = tree(aws)
    pool(aws, ids["scope"], "x", SourceIpamPoolId=ids["dev"], Locale="us-east-1")
    aws.control.advance(60)  # finish everything that is in progress
    aws.control.scale(0.2)  # provisioning takes 20 seconds of AWS, so 4 real seconds
    run("ec2_ipam_pool_cidr", ipam_pool_name="x", cidr="10.2.0.0/16", wait=False)
    params = {"ipv4_ipam_pool_name": "x", "ipv4_netmask_length": 16}
    assert run(NAME, name="a", **params)["vpc"]["cidr_block"] == "10.2.0.0/16"
    with pytest.raises(ModuleFailed, match="too big for the pool"):
        run(NAME, name="b", **params)


def test_delete_refuses_a_vpc_with_network_acls(aws, run):
    vpc, ec2 = run(NAME, name="x", cidr_block="10.9.0.0/16")["vpc"]["vpc_id"], aws.client("ec2")
    acl = ec2.create_network_acl(VpcId=vpc)["NetworkAcl"]["NetworkAclId"]
    with pytest.raises(ModuleFailed, match=f"vpc x still has the network ACL {acl}"):
        run(NAME, name="x", state="absent")
    ec2.delete_network_acl(NetworkAclId=acl)
    assert run(NAME, name="x", state="absent")["changed"]


def test_delete_refuses_a_vpc_with_subnets(aws, run):
    vpc = run(NAME, name="x", cidr_block="10.9.0.0/16")["vpc"]["vpc_id"]
    subnet = aws.client("ec2").create_subnet(VpcId=vpc, CidrBlock="10.9.0.0/24")["Subnet"]["SubnetId"]
    with pytest.raises(ModuleFailed, match=f"vpc x still has the subnet {subnet}"):
        run(NAME, name="x", state="absent")


def test_refuses_another_environments_vpc(run):
    run(NAME, name="x", cidr_block="10.9.0.0/16", tags={"mtk:environment": "prod"})
    with pytest.raises(ModuleFailed, match="belongs to environment 'prod'"):
        run(NAME, name="x", tags={"mtk:environment": "dev"})


def test_the_default_network_acl_is_restored(aws, run):
    params = {"name": "x", "cidr_block": "10.0.0.0/16", "default_network_acl": True}
    vpc = run(NAME, **params)["vpc"]
    assert [entry["rule_number"] for entry in vpc["default_network_acl_entries"]] == [100, 100]
    ec2 = aws.client("ec2")
    (acl,) = ec2.describe_network_acls(Filters=[{"Name": "vpc-id", "Values": [vpc["vpc_id"]]}])["NetworkAcls"]
    entry = {"NetworkAclId": acl["NetworkAclId"], "Protocol": "-1", "CidrBlock": "0.0.0.0/0"}
    ec2.create_network_acl_entry(**entry, RuleNumber=50, Egress=False, RuleAction="deny")
    ec2.replace_network_acl_entry(
        **{**entry, "CidrBlock": "10.0.0.0/8"}, RuleNumber=100, Egress=False, RuleAction="allow"
    )
    ec2.delete_network_acl_entry(NetworkAclId=acl["NetworkAclId"], RuleNumber=100, Egress=True)
    before = len(aws.mutating())
    assert not run(NAME, name="x", cidr_block="10.0.0.0/16")["changed"]
    found = run(NAME, check=True, **params)["diff"]["before"]["default_network_acl_entries"]
    assert [(e["rule_number"], e["rule_action"], e["cidr_block"]) for e in found] == [
        (50, "deny", "0.0.0.0/0"),
        (100, "allow", "10.0.0.0/8"),
    ]
    run(NAME, **params)
    assert aws.mutating()[before:] == [
        "ec2:ReplaceNetworkAclEntry",
        "ec2:CreateNetworkAclEntry",
        "ec2:DeleteNetworkAclEntry",
    ]
    assert not run(NAME, **params)["changed"]
