"""ec2_ipam_scope."""

from __future__ import annotations

import pytest

from .conftest import ModuleFailed, examples
from .ipam import ipam, pool

NAME = "ec2_ipam_scope"


def test_four_beats(aws, four_beats, gone):
    params, absent = examples(NAME)
    made = ipam(aws)
    result = four_beats(NAME, **params)["ipam_scope"]
    assert (result["ipam_id"], result["is_default"]) == (made["IpamId"], False)
    gone(NAME, **absent)


def test_check_mode_on_an_empty_account(run):
    planned = run(NAME, name="x", ipam_name="ipam", check=True)
    assert planned["diff"]["after"]["ipam_id"] == "(known after apply)"
    with pytest.raises(ModuleFailed, match="ipam_id of ipam_scope x is unknown"):
        run(NAME, name="x", ipam_name="ipam")
    with pytest.raises(ModuleFailed, match="give ipam_name or ipam_id"):
        run(NAME, name="x")


def test_change_and_drift(aws, run):
    ipam(aws)
    params = {"name": "x", "ipam_name": "ipam", "description": "one"}
    scope = run(NAME, **params)["ipam_scope"]["ipam_scope_id"]
    aws.client("ec2").modify_ipam_scope(IpamScopeId=scope, Description="by hand")
    assert run(NAME, **params)["diff"]["before"]["description"] == "by hand"
    assert run(NAME, **params, tags={"a": "1"})["ipam_scope"]["tags"] == {"Name": "x", "a": "1"}
    with pytest.raises(ModuleFailed, match="AWS cannot change ipam_id from 'ipam-.*' to 'ipam-00000000000000000'"):
        run(NAME, name="x", ipam_id="ipam-00000000000000000")


def test_delete_refuses_a_scope_with_pools(aws, run):
    ipam(aws)
    scope = run(NAME, name="x", ipam_name="ipam")["ipam_scope"]["ipam_scope_id"]
    pool(aws, scope, "a")
    with pytest.raises(ModuleFailed, match="is in use by pool a"):
        run(NAME, name="x", state="absent")
