"""ec2_ipam_pool."""

from __future__ import annotations

import pytest

from .conftest import ModuleFailed, examples
from .ipam import ipam, pool, tree

NAME = "ec2_ipam_pool"


def test_four_beats(aws, four_beats, gone):
    top, child, absent = examples(NAME)
    made = ipam(aws)
    parent = four_beats(NAME, **top)["ipam_pool"]
    assert parent["ipam_scope_id"] == made["PrivateDefaultScopeId"]
    result = four_beats(NAME, **child)["ipam_pool"]
    assert (result["source_ipam_pool_id"], result["locale"]) == (parent["ipam_pool_id"], "us-west-2")
    assert result["allocation_resource_tags"] == {"mtk:environment": "dev"}
    gone(NAME, **child)
    gone(NAME, **absent)


def test_check_mode_on_an_empty_account(run):
    _, child, absent = examples(NAME)
    after = run(NAME, **child, check=True)["diff"]["after"]
    assert {after["ipam_scope_id"], after["source_ipam_pool_id"]} == {"(known after apply)"}
    assert not run(NAME, **absent, check=True)["changed"]
    with pytest.raises(ModuleFailed, match="ipam_scope_id, source_ipam_pool_id of ipam_pool .* are unknown"):
        run(NAME, **child)
    with pytest.raises(ModuleFailed, match="give ipam_name, ipam_scope_name or ipam_scope_id"):
        run(NAME, name="x")


def test_the_module_waits_for_final_states(aws, run):
    aws.control.scale(0.01)
    run("ec2_ipam", name="ipam", operating_regions=["us-west-2"])
    top, child, absent = examples(NAME)
    run(NAME, **top, wait=False)
    assert run(NAME, **child)["ipam_pool"]["state"] == "create-complete"  # after waiting for its source pool
    changed = run(NAME, **{**child, "description": "new", "tags": {**child["tags"], "b": "2"}})["ipam_pool"]
    assert changed["state"] == "modify-complete"
    assert changed["tags"] == {"Name": child["name"], **child["tags"], "b": "2"}
    run(NAME, **{**child, "state": "absent"})
    assert run(NAME, **absent)["ipam_pool"] == {}


def test_change_and_drift(aws, run):
    scope = ipam(aws)["PrivateDefaultScopeId"]
    params = {"name": "x", "ipam_scope_id": scope, "locale": "us-east-1", "allocation_default_netmask_length": 16}
    params |= {"allocation_resource_tags": {"a": "1", "b": "2"}, "auto_import": False}
    found = run(NAME, **params)["ipam_pool"]
    changed = {"allocation_resource_tags": {"b": "3"}, "allocation_default_netmask_length": 0, "auto_import": True}
    after = run(NAME, **{**params, **changed})["ipam_pool"]
    assert {name: after[name] for name in changed} == changed
    assert not run(NAME, **{**params, **changed})["changed"]
    aws.client("ec2").modify_ipam_pool(IpamPoolId=found["ipam_pool_id"], AllocationDefaultNetmaskLength=20)
    drift = run(NAME, check=True, name="x", allocation_default_netmask_length=0)["diff"]["before"]
    assert drift["allocation_default_netmask_length"] == 20


def test_changes_that_aws_does_not_support_are_refused(aws, run):
    tree(aws)
    with pytest.raises(ModuleFailed, match="AWS cannot change locale from 'us-east-1' to 'us-west-2'"):
        run(NAME, name="dev_us-east-1_ipam_pool", locale="us-west-2")
    with pytest.raises(ModuleFailed, match="source_ipam_pool_id from"):
        run(NAME, name="dev_us-east-1_ipam_pool", source_ipam_pool_name="dev_us-east-1_ipam_pool")


def test_delete_refuses_or_keeps_a_pool_in_use(aws, run):
    ids = tree(aws)
    params = {"name": "shared_ipam_top_pool", "state": "absent"}
    users = ["pool dev_us-east-1_ipam_pool", "block 10.0.0.0/8"]
    with pytest.raises(ModuleFailed, match="in use by pool dev_us-east-1_ipam_pool, block 10.0.0.0/8"):
        run(NAME, **params)
    for check in (True, False):
        kept = run(NAME, **params, in_use="keep", check=check)
        assert (kept["changed"], kept["ipam_pool"]["in_use_by"]) == (False, users)
    ec2 = aws.client("ec2")
    ec2.deprovision_ipam_pool_cidr(IpamPoolId=ids["dev"], Cidr="10.0.0.0/14")
    ec2.delete_ipam_pool(IpamPoolId=ids["dev"])
    ec2.deprovision_ipam_pool_cidr(IpamPoolId=ids["top"], Cidr="10.0.0.0/8")
    assert run(NAME, **params, in_use="keep")["changed"]


def test_refuses_another_environments_pool(aws, run):
    scope = ipam(aws)["PrivateDefaultScopeId"]
    run(NAME, name="x", ipam_scope_id=scope, tags={"mtk:environment": "prod"})
    with pytest.raises(ModuleFailed, match="belongs to environment 'prod'"):
        run(NAME, name="x", tags={"mtk:environment": "dev"})


def test_two_pools_with_the_same_name_are_refused(aws, run):
    scope = ipam(aws)["PrivateDefaultScopeId"]
    pool(aws, scope, "x")
    pool(aws, scope, "x")
    with pytest.raises(ModuleFailed, match="2 resources match ipam_pool x"):
        run(NAME, name="x")
