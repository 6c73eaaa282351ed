"""ec2_ipam_pool_allocation."""

from __future__ import annotations

import pytest

from .conftest import ModuleFailed, examples
from .ipam import ipam, pool, tree

NAME = "ec2_ipam_pool_allocation"


def test_four_beats(aws, four_beats, gone):
    params, absent = examples(NAME)
    top = pool(aws, ipam(aws)["PrivateDefaultScopeId"], "shared_ipam_top_pool", "10.0.0.0/8")
    result = four_beats(NAME, **params)["ipam_pool_allocation"]
    assert (result["ipam_pool_id"], result["netmask_length"]) == (top, 16)
    gone(NAME, **absent)


def test_check_mode_on_an_empty_account(run):
    params, absent = examples(NAME)
    assert run(NAME, **params, check=True)["diff"]["after"]["ipam_pool_id"] == "(known after apply)"
    assert not run(NAME, **absent, check=True)["changed"]


def test_an_allocation_by_length_is_made_in_the_region_of_the_pool(aws, run):
    ids = tree(aws)
    pool(aws, ids["scope"], "west", "10.16.0.0/14", SourceIpamPoolId=ids["top"], Locale="us-west-2")
    params = {"ipam_pool_name": "west", "netmask_length": 24, "description": "laboratory"}
    assert run(NAME, **params)["ipam_pool_allocation"]["cidr"] == "10.16.0.0/24"
    assert not run(NAME, **params)["changed"]
    assert {c["region"] for c in aws.control.calls() if c["operation"] == "AllocateIpamPoolCidr"} == {"us-west-2"}
    with pytest.raises(ModuleFailed, match="AWS cannot change netmask_length from 24 to 25"):
        run(NAME, **{**params, "netmask_length": 25})
    assert run(NAME, **params, state="absent")["changed"]


def test_change_and_drift(aws, run):
    tree(aws)
    params = {"ipam_pool_name": "dev_us-east-1_ipam_pool", "cidr": "10.1.0.0/16", "description": "one"}
    found = run(NAME, **params, tags={"a": "1"})["ipam_pool_allocation"]
    assert found["tags"] == {"a": "1"}
    allocation = found["ipam_pool_allocation_id"]
    aws.client("ec2").modify_ipam_pool_allocation(IpamPoolAllocationId=allocation, Description="by hand")
    assert run(NAME, **params)["diff"]["before"]["description"] == "by hand"
    assert run(NAME, **params, tags={})["ipam_pool_allocation"]["tags"] == {}


def test_the_module_waits_for_the_block_of_the_pool_only(aws, run):
    ids = tree(aws)
    pool(aws, ids["scope"], "x", SourceIpamPoolId=ids["dev"], Locale="us-east-1")
    aws.control.advance(60)  # finish everything that is in progress
    aws.control.scale(0.2)  # provisioning takes 20 seconds of AWS, so 4 real seconds
    run("ec2_ipam_pool_cidr", ipam_pool_name="x", cidr="10.2.0.0/16", wait=False)
    params = {"ipam_pool_name": "x", "description": "a", "netmask_length": 16}
    assert run(NAME, **params)["ipam_pool_allocation"]["cidr"] == "10.2.0.0/16"
    with pytest.raises(ModuleFailed, match="too big for the pool"):
        run(NAME, **{**params, "description": "b"})


def test_the_allocation_stays_while_the_pool_is_in_use(aws, run):
    ids = tree(aws)
    params, absent = examples(NAME)
    run(NAME, **params)
    assert not run(NAME, **absent, keep_while_pool_in_use=True)["changed"]
    aws.client("ec2").deprovision_ipam_pool_cidr(IpamPoolId=ids["dev"], Cidr="10.0.0.0/14")
    assert run(NAME, **absent, keep_while_pool_in_use=True)["changed"]
