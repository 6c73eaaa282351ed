"""ec2_ipam."""

from __future__ import annotations

import pytest

from .conftest import ModuleFailed, examples
from .ipam import ipam, pool

NAME = "ec2_ipam"


def regions(aws):
    return [r["RegionName"] for r in aws.client("ec2").describe_ipams()["Ipams"][0]["OperatingRegions"]]


def test_four_beats(aws, four_beats, gone):
    params, absent = examples(NAME)
    result = four_beats(NAME, **params)["ipam"]
    found = aws.client("ec2").describe_ipams()["Ipams"][0]
    assert (found["IpamId"], found["Tier"]) == (result["ipam_id"], "advanced")
    assert regions(aws) == ["us-east-1", "us-west-2"]
    gone(NAME, **absent)
    assert aws.client("ec2").describe_ipams()["Ipams"] == []


def test_the_module_waits_for_final_states(aws, run):
    aws.control.scale(0.01)
    params, absent = examples(NAME)
    assert run(NAME, **params)["ipam"]["state"] == "create-complete"
    assert run(NAME, **{**params, "description": "x"})["ipam"]["state"] == "modify-complete"
    assert run(NAME, **absent)["ipam"] == {}


def test_other_operating_regions_stay_unless_purged(aws, run):
    params = {"name": "ipam", "operating_regions": ["us-west-2"]}
    run(NAME, **params)
    assert regions(aws) == ["us-east-1", "us-west-2"]
    other = run(NAME, **{**params, "operating_regions": ["eu-west-1"]})
    assert other["diff"]["after"]["operating_regions"] == ["eu-west-1", "us-east-1", "us-west-2"]
    assert not run(NAME, **params)["changed"]
    assert run(NAME, **params, purge_operating_regions=True)["changed"]
    assert regions(aws) == ["us-east-1", "us-west-2"]
    assert not run(NAME, **params, purge_operating_regions=True)["changed"]


def test_change_and_drift(aws, run):
    params = {"name": "ipam", "description": "one", "tags": {"a": "1"}}
    ipam_id = run(NAME, **params)["ipam"]["ipam_id"]
    aws.client("ec2").modify_ipam(IpamId=ipam_id, Description="by hand")
    aws.client("ec2").create_tags(Resources=[ipam_id], Tags=[{"Key": "b", "Value": "2"}])
    drift = run(NAME, check=True, **params)["diff"]
    assert drift["before"] == {"description": "by hand", "tags": {"Name": "ipam", "a": "1", "b": "2"}}
    assert drift["after"] == {"description": "one", "tags": {"Name": "ipam", "a": "1"}}
    assert run(NAME, **params)["ipam"]["description"] == "one"
    assert not run(NAME, **params)["changed"]


@pytest.mark.parametrize("check", [True, False])
def test_a_second_ipam_is_refused_with_the_name_of_the_first(aws, run, check):
    ipam(aws, "another")
    with pytest.raises(ModuleFailed, match=r"one IPAM a region, and us-east-1 has 'another'\. Use that IPAM"):
        run(NAME, name="ipam", check=check)
    assert not run(NAME, name="another")["changed"]
    assert not run(NAME, name="ipam", state="absent")["changed"]


def test_delete_refuses_or_keeps_an_ipam_in_use(aws, run):
    pool(aws, ipam(aws)["PrivateDefaultScopeId"], "top")
    with pytest.raises(ModuleFailed, match="ipam ipam is in use by pool top: remove that first"):
        run(NAME, name="ipam", state="absent")
    for check in (True, False):
        kept = run(NAME, name="ipam", state="absent", in_use="keep", check=check)
        assert (kept["changed"], kept["ipam"]["in_use_by"]) == (False, ["pool top"])
