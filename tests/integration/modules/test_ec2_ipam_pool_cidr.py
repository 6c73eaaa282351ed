"""ec2_ipam_pool_cidr."""

from __future__ import annotations

import pytest

from .conftest import ModuleFailed, examples
from .ipam import ipam, pool, tree

NAME = "ec2_ipam_pool_cidr"
DEV = {"ipam_pool_name": "dev_us-east-1_ipam_pool", "cidr": "10.0.0.0/14"}


def states(aws, pool_id):
    return [c["State"] for c in aws.client("ec2").get_ipam_pool_cidrs(IpamPoolId=pool_id)["IpamPoolCidrs"]]


def vpc(aws, pool_id):
    ec2 = aws.client("ec2")
    return ec2.create_vpc(Ipv4IpamPoolId=pool_id, Ipv4NetmaskLength=16)["Vpc"]["VpcId"]


def test_four_beats(aws, four_beats, gone):
    params, absent = examples(NAME)
    top = pool(aws, ipam(aws)["PrivateDefaultScopeId"], "shared_ipam_top_pool")
    assert four_beats(NAME, **params)["ipam_pool_cidr"]["ipam_pool_id"] == top
    gone(NAME, **absent)
    assert states(aws, top) == ["deprovisioned"]  # AWS still lists the deprovisioned block; the module ignores it


def test_a_deprovisioned_block_is_provisioned_again(aws, run):
    ids = tree(aws)
    run(NAME, **DEV, state="absent")
    assert run(NAME, **DEV)["changed"]
    assert states(aws, ids["dev"]) == ["deprovisioned", "provisioned"]
    aws.client("ec2").deprovision_ipam_pool_cidr(IpamPoolId=ids["dev"], Cidr="10.0.0.0/14")  # drift
    assert run(NAME, **DEV, check=True)["changed"]


def test_check_mode_on_an_empty_account(run):
    params, absent = examples(NAME)
    after = run(NAME, **params, check=True)["diff"]["after"]
    assert after["ipam_pool_id"] == after["ipam_pool_cidr_id"] == "(known after apply)"
    assert not run(NAME, **absent, check=True)["changed"]
    with pytest.raises(
        ModuleFailed, match="ipam_pool_id of ipam_pool_cidr 10.0.0.0/8 of shared_ipam_top_pool is unknown"
    ):
        run(NAME, **params)


def test_a_block_can_be_provisioned_by_length(aws, run):
    ids = tree(aws)
    pool(aws, ids["scope"], "x", SourceIpamPoolId=ids["dev"], Locale="us-east-1")
    aws.control.advance(60)
    aws.control.scale(0.01)
    params = {"ipam_pool_name": "x", "netmask_length": 20}
    found = run(NAME, **params)["ipam_pool_cidr"]
    assert (found["cidr"], found["state"]) == ("10.0.0.0/20", "provisioned")
    assert not run(NAME, **params)["changed"]
    assert run(NAME, **params, state="absent")["changed"]


@pytest.mark.parametrize("wait", [True, False])
def test_the_module_waits_for_the_block_of_the_source_pool(aws, run, wait):
    scope = ipam(aws)["PrivateDefaultScopeId"]
    top = pool(aws, scope, "top")
    below = pool(aws, scope, "below", SourceIpamPoolId=top)
    aws.control.scale(1)  # so that the block is still pending when the answer is read
    assert (
        run(NAME, ipam_pool_name="top", cidr="10.0.0.0/8", wait=False)["ipam_pool_cidr"]["state"] == "pending-provision"
    )
    if wait:
        aws.control.scale(0.01)
    found = run(NAME, ipam_pool_name="below", cidr="10.0.0.0/12", wait=wait)["ipam_pool_cidr"]
    assert found["state"] == ("provisioned" if wait else "pending-provision")
    aws.control.advance(60)
    assert (states(aws, top), states(aws, below)) == (["provisioned"], ["provisioned"])


def test_a_failed_provisioning_is_reported_and_tried_again_by_the_next_run(aws, run):
    ids = tree(aws)
    pool(aws, ids["scope"], "x", SourceIpamPoolId=ids["top"])
    aws.control.advance(60)
    aws.control.scale(0.01)
    params = {"ipam_pool_name": "x", "cidr": "10.1.0.0/16"}
    for _ in range(2):
        with pytest.raises(ModuleFailed, match="'failed-provision': cidr-not-available: The CIDR 10.1.0.0/16 is not"):
            run(NAME, **params)
    assert not run(NAME, **params, state="absent")["changed"]
    run(NAME, **DEV, state="absent")
    assert run(NAME, **params)["ipam_pool_cidr"]["state"] == "provisioned"


def test_the_module_waits_for_the_allocation_of_a_deleted_vpc(aws, run):
    ids = tree(aws)
    mine = vpc(aws, ids["dev"])
    aws.control.scale(1)
    aws.client("ec2").delete_vpc(VpcId=mine)  # AWS keeps the allocation for 20 minutes
    with pytest.raises(ModuleFailed, match=r"is 'provisioned' after .*AWS has not released vpc vpc-\w+ 10"):
        run(NAME, **DEV, state="absent", wait_timeout=1)
    assert states(aws, ids["dev"]) == ["provisioned"]  # the module has not requested a deprovisioning that would fail
    aws.control.scale(0.005)  # the rest of the 20 minutes passes in six seconds
    assert run(NAME, **DEV, state="absent")["changed"]
    assert states(aws, ids["dev"]) == ["deprovisioned"]


def test_a_failed_deprovisioning_is_requested_again(aws, run):
    ids = tree(aws)
    gone = vpc(aws, ids["dev"])
    ec2 = aws.client("ec2")
    ec2.deprovision_ipam_pool_cidr(IpamPoolId=ids["dev"], Cidr="10.0.0.0/14")
    assert states(aws, ids["dev"]) == ["failed-deprovision"]
    assert not run(NAME, **DEV)["changed"]  # the block is still in the pool
    ec2.delete_vpc(VpcId=gone)
    assert run(NAME, **DEV, state="absent")["changed"]
    assert states(aws, ids["dev"]) == ["deprovisioned"]


def test_delete_refuses_or_keeps_a_block_in_use(aws, run):
    ids = tree(aws)
    mine = vpc(aws, ids["dev"])
    with pytest.raises(ModuleFailed, match=f"in use by vpc {mine} 10.0.0.0/16: remove that first"):
        run(NAME, **DEV, state="absent")
    _, absent = examples(NAME)
    for check in (True, False):
        kept = run(NAME, **absent, check=check)
        users = [f"ipam-pool {ids['dev']} 10.0.0.0/14"]
        assert (kept["changed"], kept["ipam_pool_cidr"]["in_use_by"]) == (False, users)
    ec2 = aws.client("ec2")
    ec2.allocate_ipam_pool_cidr(IpamPoolId=ids["dev"], NetmaskLength=24)
    ec2.delete_vpc(VpcId=mine)
    with pytest.raises(ModuleFailed, match="in use by custom 10.1.0.0/24"):
        run(NAME, **DEV, state="absent")
