"""IPAM: pools and their CIDRs."""

from __future__ import annotations

from typing import Any

import pytest
from ipam_site import (
    EU,
    HOME,
    WEST,
    allocations,
    cidrs,
    make_ipam,
    make_pool,
    make_world,
    refused,
    where,
)
from promise import keeps


@pytest.fixture
def ec2(aws: Any) -> Any:
    return aws.client("ec2", HOME)


@pytest.fixture
def world(ec2: Any) -> dict[str, str]:
    return make_world(ec2)


@keeps("ec2.ipam-overlap-fails-later", "ec2.ipam-deprovision-twice")
def test_provisioning_and_deprovisioning_can_fail(aws: Any, world: dict[str, str], ec2: Any) -> None:
    pool = {"IpamPoolId": world[EU]}
    aws.control.fault("ec2:ProvisionIpamPoolCidr", "fail", state="failed-provision", message="on purpose")
    ec2.provision_ipam_pool_cidr(**pool, Cidr="10.64.0.0/16")
    aws.control.fault("ec2:DeprovisionIpamPoolCidr", "fail", state="failed-deprovision", message="on purpose")
    ec2.deprovision_ipam_pool_cidr(**pool, Cidr="10.32.0.0/12")
    found = {c["Cidr"]: c for c in ec2.get_ipam_pool_cidrs(**pool)["IpamPoolCidrs"]}
    why = {"Code": "cidr-not-available", "Message": "on purpose"}
    assert [(c["State"], c["FailureReason"]) for c in found.values()] == [
        ("failed-deprovision", why),
        ("failed-provision", why),
    ]
    assert "10.64.0.0/16" not in {a["Cidr"] for a in allocations(ec2, world["top"])}
    for cidr in found:
        ec2.deprovision_ipam_pool_cidr(**pool, Cidr=cidr)
    assert {s for _, s in cidrs(ec2, world[EU])} == {"deprovisioned"}


@keeps("ec2.ipam-arns")
def test_a_pool_describes_its_source_and_scope(world: dict[str, str], ec2: Any) -> None:
    shown = ec2.describe_ipam_pools(IpamPoolIds=[world[WEST]])["IpamPools"][0]
    assert "IpamScopeId" not in shown and "IpamId" not in shown
    assert shown["IpamScopeArn"].endswith(f":ipam-scope/{world['scope']}")
    assert shown["IpamArn"].endswith(f":ipam/{world['ipam']}")
    assert (shown["Locale"], shown["PoolDepth"], shown["SourceIpamPoolId"]) == (WEST, 2, world["top"])
    assert (shown["IpamRegion"], shown["AutoImport"]) == (HOME, False)


@keeps("ec2.ipam-seen-in-locale")
def test_pools_are_listed_in_their_home_region_and_locale(aws: Any, world: dict[str, str]) -> None:
    def seen(region: str) -> set[str]:
        return {p["IpamPoolId"] for p in aws.client("ec2", region).describe_ipam_pools()["IpamPools"]}

    assert seen(HOME) == {world["top"], world[HOME], world[WEST], world[EU]}
    assert seen(WEST) == {world[WEST]}
    assert seen("ap-south-1") == set()
    west = aws.client("ec2", WEST)
    refused("InvalidIpamPoolId.NotFound", west.get_ipam_pool_allocations, IpamPoolId=world[EU])
    refused("InvalidIpamPoolId.NotFound", west.modify_ipam_pool, IpamPoolId=world[WEST], Description="x")
    refused("InvalidIpamPoolId.NotFound", west.delete_ipam_pool, IpamPoolId=world[WEST])
    refused("InvalidIpamPoolId.NotFound", west.provision_ipam_pool_cidr, IpamPoolId=world[WEST], NetmaskLength=16)


@keeps("ec2.ipam-locale", "ec2.ipam-netmask-rules", "ec2.ipam-auto-import")
@pytest.mark.parametrize(
    ("code", "more"),
    [
        ("InvalidParameterValue", {"Locale": "ap-south-1"}),
        ("InvalidParameterValue", {"AllocationMinNetmaskLength": 33}),
        ("InvalidParameterCombination", {"AllocationMinNetmaskLength": 20, "AllocationMaxNetmaskLength": 18}),
        ("InvalidParameterCombination", {"AllocationMaxNetmaskLength": 20, "AllocationDefaultNetmaskLength": 22}),
        ("InvalidParameterCombination", {"AutoImport": True}),
        ("InvalidIpamPoolId.NotFound", {"SourceIpamPoolId": "ipam-pool-00000000000000000"}),
        ("InvalidIpamPoolId.Malformed", {"SourceIpamPoolId": "(known after apply)"}),
    ],
)
def test_invalid_pools_are_refused(ec2: Any, code: str, more: dict[str, Any]) -> None:
    scope = make_ipam(ec2, WEST)["PrivateDefaultScopeId"]
    refused(code, make_pool, ec2=ec2, scope=scope, **more)
    assert not ec2.describe_ipam_pools()["IpamPools"]


@keeps("ec2.ipam-locale")
def test_a_child_pool_has_the_locale_of_its_parent(world: dict[str, str], ec2: Any) -> None:
    for locale in ({"Locale": EU}, {}):
        child = {"SourceIpamPoolId": world[WEST], **locale}
        refused("InvalidParameterValue", make_pool, ec2=ec2, scope=world["scope"], **child)
    made = make_pool(ec2, world["scope"], 16, SourceIpamPoolId=world[WEST], Locale=WEST)
    assert ec2.describe_ipam_pools(IpamPoolIds=[made])["IpamPools"][0]["PoolDepth"] == 3


@keeps("ec2.ipam-quotas")
def test_pools_are_nested_ten_deep_at_most(ec2: Any) -> None:
    scope = make_ipam(ec2)["PrivateDefaultScopeId"]
    pool: dict[str, str] = {}
    for _ in range(10):
        pool = {"SourceIpamPoolId": make_pool(ec2, scope, **pool)}
    refused("ResourceLimitExceeded", make_pool, ec2=ec2, scope=scope, **pool)


@keeps("ec2.ipam-quotas")
def test_a_scope_has_fifty_pools_and_a_pool_fifty_cidrs_at_most(ec2: Any) -> None:
    scope = make_ipam(ec2)["PrivateDefaultScopeId"]
    pool = [make_pool(ec2, scope) for _ in range(50)][0]
    refused("ResourceLimitExceeded", make_pool, ec2=ec2, scope=scope)
    for n in range(51):
        ec2.provision_ipam_pool_cidr(IpamPoolId=pool, Cidr=f"10.{n}.0.0/16")
    last = ec2.get_ipam_pool_cidrs(IpamPoolId=pool, Filters=where("state", "failed-*"))["IpamPoolCidrs"]
    assert [(c["Cidr"], c["FailureReason"]["Code"]) for c in last] == [("10.50.0.0/16", "limit-exceeded")]
    pages = ec2.get_paginator("get_ipam_pool_cidrs").paginate(IpamPoolId=pool, PaginationConfig={"PageSize": 20})
    assert [len(p["IpamPoolCidrs"]) for p in pages] == [20, 20, 11]


@keeps("ec2.ipam-netmask-rules", "ec2.ipam-modify-complete")
def test_a_pool_can_be_modified(ec2: Any) -> None:
    scope = make_ipam(ec2)["PrivateDefaultScopeId"]
    rules = {"AllocationMinNetmaskLength": 16, "AllocationDefaultNetmaskLength": 20, "AllocationMaxNetmaskLength": 22}
    tags = [{"Key": "z", "Value": "0"}]
    pool = make_pool(ec2, scope, **rules, AllocationResourceTags=tags, Description="first")
    shown = ec2.describe_ipam_pools()["IpamPools"][0]
    assert (shown["Description"], shown["AllocationResourceTags"]) == ("first", tags)
    assert {name: shown[name] for name in rules} == rules
    answer = ec2.modify_ipam_pool(
        IpamPoolId=pool,
        Description="x",
        AllocationMaxNetmaskLength=24,
        ClearAllocationDefaultNetmaskLength=True,
        AddAllocationResourceTags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}],
    )["IpamPool"]
    assert answer["State"] == "modify-in-progress"
    ec2.modify_ipam_pool(IpamPoolId=pool, RemoveAllocationResourceTags=[{"Key": "a", "Value": "1"}, *tags])
    shown = ec2.describe_ipam_pools(IpamPoolIds=[pool])["IpamPools"][0]
    assert (shown["State"], shown["Description"]) == ("modify-complete", "x")
    assert (shown["AllocationMinNetmaskLength"], shown["AllocationMaxNetmaskLength"]) == (16, 24)
    assert "AllocationDefaultNetmaskLength" not in shown
    assert shown["AllocationResourceTags"] == [{"Key": "b", "Value": "2"}]
    refused("InvalidParameterCombination", ec2.modify_ipam_pool, IpamPoolId=pool, AutoImport=True)
    wrong = {"IpamPoolId": pool, "AllocationDefaultNetmaskLength": 28}
    refused("InvalidParameterCombination", ec2.modify_ipam_pool, **wrong)
    assert "AllocationDefaultNetmaskLength" not in ec2.describe_ipam_pools()["IpamPools"][0]


@keeps("ec2.ipam-overlap-fails-later", "ec2.ipam-deprovision-twice")
def test_overlapping_cidrs_of_a_scope_fail_after_they_were_accepted(ec2: Any) -> None:
    ipam = make_ipam(ec2)
    make_pool(ec2, ipam["PrivateDefaultScopeId"], "10.0.0.0/8")
    second = make_pool(ec2, ipam["PrivateDefaultScopeId"])
    answer = ec2.provision_ipam_pool_cidr(IpamPoolId=second, Cidr="10.128.0.0/16")["IpamPoolCidr"]
    assert answer["State"] == "pending-provision" and "FailureReason" not in answer
    failed = ec2.get_ipam_pool_cidrs(IpamPoolId=second)["IpamPoolCidrs"][0]
    assert (failed["State"], failed["FailureReason"]["Code"]) == ("failed-provision", "cidr-not-available")
    ec2.deprovision_ipam_pool_cidr(IpamPoolId=second, Cidr="10.128.0.0/16")
    assert cidrs(ec2, second) == [("10.128.0.0/16", "deprovisioned")]
    scope = ec2.create_ipam_scope(IpamId=ipam["IpamId"])["IpamScope"]["IpamScopeId"]
    assert cidrs(ec2, make_pool(ec2, scope, "10.128.0.0/16")) == [("10.128.0.0/16", "provisioned")]


@keeps("ec2.ipam-carves", "ec2.ipam-netmask-cidr", "ec2.ipam-overlap-fails-later")
def test_child_pools_take_cidrs_from_their_source(world: dict[str, str], ec2: Any) -> None:
    assert [cidrs(ec2, world[r])[0][0] for r in (HOME, WEST, EU)] == ["10.0.0.0/12", "10.16.0.0/12", "10.32.0.0/12"]
    held = allocations(ec2, world["top"])
    assert {(a["Cidr"], a["ResourceType"], a["ResourceId"]) for a in held} == {
        ("10.0.0.0/12", "ipam-pool", world[HOME]),
        ("10.16.0.0/12", "ipam-pool", world[WEST]),
        ("10.32.0.0/12", "ipam-pool", world[EU]),
    }
    answer = ec2.provision_ipam_pool_cidr(IpamPoolId=world[EU], NetmaskLength=16)["IpamPoolCidr"]
    assert "Cidr" not in answer and answer["NetmaskLength"] == 16
    for cidr in ("10.16.0.0/16", "192.168.0.0/16"):
        ec2.provision_ipam_pool_cidr(IpamPoolId=world[EU], Cidr=cidr)
        assert (cidr, "failed-provision") in cidrs(ec2, world[EU])
    ec2.provision_ipam_pool_cidr(IpamPoolId=world[EU], NetmaskLength=8)
    assert (None, "failed-provision") in cidrs(ec2, world[EU])


@keeps("ec2.ipam-deprovision-busy", "ec2.ipam-carves", "ec2.ipam-residue", "ec2.ipam-deprovision-twice")
def test_deprovisioning_frees_the_source_and_leaves_an_entry(world: dict[str, str], ec2: Any) -> None:
    refused("DependencyViolation", ec2.delete_ipam_pool, IpamPoolId=world["top"])
    ec2.deprovision_ipam_pool_cidr(IpamPoolId=world["top"], Cidr="10.0.0.0/8")
    assert cidrs(ec2, world["top"]) == [("10.0.0.0/8", "failed-deprovision")]
    for region in (HOME, WEST, EU):
        ec2.deprovision_ipam_pool_cidr(IpamPoolId=world[region], Cidr=cidrs(ec2, world[region])[0][0])
        assert cidrs(ec2, world[region])[0][1] == "deprovisioned"
        ec2.delete_ipam_pool(IpamPoolId=world[region])
    assert not allocations(ec2, world["top"])
    ec2.deprovision_ipam_pool_cidr(IpamPoolId=world["top"], Cidr="10.0.0.0/8")
    assert cidrs(ec2, world["top"]) == [("10.0.0.0/8", "deprovisioned")]
    refused("IncorrectState", ec2.deprovision_ipam_pool_cidr, IpamPoolId=world["top"], Cidr="10.0.0.0/8")
    ec2.delete_ipam_pool(IpamPoolId=world["top"])


@keeps("ec2.ipam-netmask-cidr")
@pytest.mark.parametrize(
    ("code", "more"),
    [
        ("InvalidParameterCombination", {}),
        ("InvalidParameterCombination", {"Cidr": "11.0.0.0/8", "NetmaskLength": 8}),
        ("InvalidParameterCombination", {"NetmaskLength": 8}),
        ("InvalidParameterValue", {"Cidr": "11.0.0.1/8"}),
        ("InvalidParameterValue", {"Cidr": "(known after apply)"}),
        ("InvalidParameterValue", {"Cidr": "fd00::/8"}),
    ],
)
def test_invalid_cidrs_are_refused(world: dict[str, str], ec2: Any, code: str, more: dict[str, Any]) -> None:
    refused(code, ec2.provision_ipam_pool_cidr, IpamPoolId=world["top"], **more)
