"""IPAM: allocations, VPCs and subnets from pools, and discovered resources."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from ipaddress import IPv4Network, ip_network
from typing import Any

import pytest
from emulator.ec2.ipam_models import Allocation, ipam_of
from ipam_site import (
    EU,
    HOME,
    UNKNOWN,
    WEST,
    allocations,
    cidrs,
    make_ipam,
    make_pool,
    make_world,
    refused,
    resource,
    where,
)
from promise import keeps


@pytest.fixture
def ec2(aws: Any) -> Any:
    return aws.client("ec2", HOME)


@pytest.fixture
def world(ec2: Any) -> dict[str, str]:
    return make_world(ec2)


@keeps("ec2.ipam-first-fit", "ec2.ipam-preview")
def test_the_first_free_block_is_allocated(aws: Any, world: dict[str, str]) -> None:
    west = aws.client("ec2", WEST)

    def allocate(**more: Any) -> str:
        answer = west.allocate_ipam_pool_cidr(IpamPoolId=world[WEST], **more)["IpamPoolAllocation"]
        return str(answer["Cidr"])

    assert allocate(NetmaskLength=24) == "10.16.0.0/24"
    assert allocate(NetmaskLength=16) == "10.17.0.0/16"
    assert allocate(NetmaskLength=17, PreviewNextCidr=True) == allocate(NetmaskLength=17) == "10.16.128.0/17"
    assert allocate(Cidr="10.20.0.0/16") == "10.20.0.0/16"
    assert allocate(NetmaskLength=16, DisallowedCidrs=["10.18.0.0/15"]) == "10.21.0.0/16"
    assert allocate(NetmaskLength=20, AllowedCidrs=["10.30.0.0/16"]) == "10.30.0.0/20"
    assert len(allocations(west, world[WEST])) == 6


@keeps("ec2.ipam-first-fit", "ec2.ipam-default-netmask", "ec2.ipam-not-filled")
@pytest.mark.parametrize(
    ("code", "more"),
    [
        ("InvalidParameterCombination", {}),
        ("InvalidParameterCombination", {"Cidr": "10.16.0.0/16", "NetmaskLength": 16}),
        ("InvalidParameterCombination", {"Cidr": "10.16.0.0/16", "DisallowedCidrs": ["10.17.0.0/16"]}),
        ("InvalidParameterCombination", {"Cidr": "10.16.0.0/16", "AllowedCidrs": ["10.16.0.0/12"]}),
        ("InvalidParameterValue", {"Cidr": "10.32.0.0/16"}),
        ("InvalidParameterValue", {"Cidr": UNKNOWN}),
        ("InvalidParameterValue", {"NetmaskLength": 33}),
        ("InvalidParameterValue", {"NetmaskLength": 11}),
        ("InvalidParameterValue", {"NetmaskLength": 16, "AllowedCidrs": ["10.32.0.0/12"]}),
    ],
)
def test_invalid_allocations_are_refused(
    aws: Any, world: dict[str, str], ec2: Any, code: str, more: dict[str, Any]
) -> None:
    refused(code, aws.client("ec2", WEST).allocate_ipam_pool_cidr, IpamPoolId=world[WEST], **more)
    assert not allocations(ec2, world[WEST])


@keeps("ec2.ipam-rules-bind-allocations", "ec2.ipam-default-netmask")
def test_allocations_follow_the_rules_of_the_pool(world: dict[str, str], ec2: Any) -> None:
    pool = {"IpamPoolId": world[HOME]}
    rules = {"AllocationMinNetmaskLength": 18, "AllocationMaxNetmaskLength": 22, "AllocationDefaultNetmaskLength": 20}
    ec2.modify_ipam_pool(**pool, **rules)
    assert ec2.allocate_ipam_pool_cidr(**pool)["IpamPoolAllocation"]["Cidr"] == "10.0.0.0/20"
    for more in ({"AllowedCidrs": ["10.0.0.0/12"]}, {"DisallowedCidrs": ["10.1.0.0/16"]}):
        refused("InvalidParameterCombination", ec2.allocate_ipam_pool_cidr, **pool, **more)
    for wrong in ({"NetmaskLength": 17}, {"NetmaskLength": 23}, {"Cidr": "10.1.0.0/16"}):
        refused("InvalidParameterValue", ec2.allocate_ipam_pool_cidr, **pool, **wrong)
    child = make_pool(ec2, world["scope"], 16, SourceIpamPoolId=world[HOME], Locale=HOME)
    assert cidrs(ec2, child) == [("10.1.0.0/16", "provisioned")]


@keeps("ec2.ipam-release")
def test_allocations_can_be_released(world: dict[str, str], ec2: Any) -> None:
    pool = {"IpamPoolId": world[HOME]}
    made = ec2.allocate_ipam_pool_cidr(**pool, NetmaskLength=16, Description="d")["IpamPoolAllocation"]
    assert (made["ResourceType"], made["Description"]) == ("custom", "d")
    right = {"Cidr": made["Cidr"], "IpamPoolAllocationId": made["IpamPoolAllocationId"]}
    ghost = "ipam-pool-alloc-" + "0" * 32
    for wrong in ({"Cidr": "10.1.0.0/16"}, {"IpamPoolAllocationId": ghost}):
        refused("InvalidParameterCombination", ec2.release_ipam_pool_allocation, **pool, **(right | wrong))
    carved = allocations(ec2, world["top"])[0]
    parent = {"IpamPoolId": world["top"], "Cidr": carved["Cidr"]}
    parent["IpamPoolAllocationId"] = carved["IpamPoolAllocationId"]
    refused("InvalidParameterCombination", ec2.release_ipam_pool_allocation, **parent)
    assert ec2.release_ipam_pool_allocation(**pool, **right)["Success"] is True
    assert not allocations(ec2, world[HOME])
    gone = {"IpamPoolAllocationId": made["IpamPoolAllocationId"]}
    refused("InvalidIpamPoolAllocationId.NotFound", ec2.get_ipam_pool_allocations, **pool, **gone)


def test_allocations_can_be_described_and_modified(aws: Any, world: dict[str, str], ec2: Any) -> None:
    west = aws.client("ec2", WEST)
    made = west.allocate_ipam_pool_cidr(IpamPoolId=world[WEST], NetmaskLength=16)["IpamPoolAllocation"]
    wanted = made["IpamPoolAllocationId"]
    west.modify_ipam_pool_allocation(IpamPoolAllocationId=wanted, Description="new")
    shown = west.describe_ipam_pool_allocations()["IpamPoolAllocations"]
    assert [(a["IpamPoolAllocationId"], a["Description"]) for a in shown] == [(wanted, "new")]
    assert len(ec2.describe_ipam_pool_allocations()["IpamPoolAllocations"]) == 4
    (same,) = west.describe_ipam_pool_allocations(IpamPoolAllocationIds=[wanted])["IpamPoolAllocations"]
    one = {"IpamPoolId": world[WEST], "IpamPoolAllocationId": wanted}
    assert west.get_ipam_pool_allocations(**one)["IpamPoolAllocations"] == [same]
    elsewhere = aws.client("ec2", EU).describe_ipam_pool_allocations
    refused("InvalidIpamPoolAllocationId.NotFound", elsewhere, IpamPoolAllocationIds=[wanted])


@keeps("ec2.client-token")
def test_a_client_token_makes_an_allocation_idempotent(world: dict[str, str], ec2: Any) -> None:
    asked = {"IpamPoolId": world[HOME], "NetmaskLength": 16, "ClientToken": "one"}
    first, again = (ec2.allocate_ipam_pool_cidr(**asked)["IpamPoolAllocation"] for _ in range(2))
    assert first == again and len(allocations(ec2, world[HOME])) == 1
    refused("IdempotentParameterMismatch", ec2.allocate_ipam_pool_cidr, **(asked | {"NetmaskLength": 17}))


@keeps("ec2.ipam-take-in-locale")
def test_allocations_are_made_in_the_locale(aws: Any, world: dict[str, str], ec2: Any) -> None:
    pool, west = {"IpamPoolId": world[WEST]}, aws.client("ec2", WEST)
    refused("InvalidParameterValue", ec2.allocate_ipam_pool_cidr, **pool, NetmaskLength=16)
    made = west.allocate_ipam_pool_cidr(**pool, NetmaskLength=16)["IpamPoolAllocation"]
    gone = {**pool, "Cidr": made["Cidr"], "IpamPoolAllocationId": made["IpamPoolAllocationId"]}
    refused("InvalidParameterValue", ec2.release_ipam_pool_allocation, **gone)
    assert west.release_ipam_pool_allocation(**gone)["Success"]
    assert ec2.allocate_ipam_pool_cidr(IpamPoolId=world["top"], NetmaskLength=16)


@keeps("ec2.ipam-recycled-later")
def test_a_released_block_is_not_allocated_again_at_once(aws: Any, world: dict[str, str], ec2: Any) -> None:
    aws.control.scale(1)
    pool = {"IpamPoolId": world[HOME]}
    made = ec2.allocate_ipam_pool_cidr(**pool, NetmaskLength=16)["IpamPoolAllocation"]
    ec2.release_ipam_pool_allocation(**pool, **{k: made[k] for k in ("Cidr", "IpamPoolAllocationId")})
    assert not allocations(ec2, world[HOME])
    preview = {**pool, "NetmaskLength": 16, "PreviewNextCidr": True}
    assert ec2.allocate_ipam_pool_cidr(**preview)["IpamPoolAllocation"]["Cidr"] == "10.1.0.0/16"
    refused("InvalidParameterValue", ec2.allocate_ipam_pool_cidr, **pool, Cidr=made["Cidr"])
    aws.control.advance(180)
    assert ec2.allocate_ipam_pool_cidr(**preview)["IpamPoolAllocation"]["Cidr"] == made["Cidr"]


@keeps("ec2.ipam-lists")
def test_allocations_come_in_pages(world: dict[str, str], ec2: Any) -> None:
    account = ec2.describe_ipams()["Ipams"][0]["OwnerId"]
    for block in list(IPv4Network("10.0.0.0/16").subnets(new_prefix=28))[
        :1001
    ]:  # directly in the state: a thousand calls take long
        ipam_of(account).add(Allocation(world[HOME], block, "custom", account))
    for operation, asked in (
        ("get_ipam_pool_allocations", {"IpamPoolId": world[HOME]}),
        ("describe_ipam_pool_allocations", {}),
    ):
        only = {**asked, "Filters": where("resource-type", "custom"), "MaxResults": 1000}
        first = getattr(ec2, operation)(**only)
        rest = getattr(ec2, operation)(**only, NextToken=first["NextToken"])
        assert (len(first["IpamPoolAllocations"]), len(rest["IpamPoolAllocations"])) == (1000, 1)
    assert (
        ec2.allocate_ipam_pool_cidr(IpamPoolId=world[HOME], NetmaskLength=28)["IpamPoolAllocation"]["Cidr"]
        == "10.0.62.144/28"
    )


@keeps("ec2.ipam-vpc")
def test_a_vpc_takes_its_block_from_a_pool(aws: Any, world: dict[str, str]) -> None:
    for region, expected in ((WEST, "10.16.0.0/20"), (EU, "10.32.0.0/20")):
        here = aws.client("ec2", region)
        vpc = here.create_vpc(Ipv4IpamPoolId=world[region], Ipv4NetmaskLength=20)["Vpc"]
        assert (vpc["CidrBlock"], vpc["State"]) == (expected, "pending")
        assert here.describe_vpcs(VpcIds=[vpc["VpcId"]])["Vpcs"][0]["State"] == "available"
        held = allocations(here, world[region])[0]
        assert (held["ResourceType"], held["ResourceId"], held["Cidr"]) == ("vpc", vpc["VpcId"], expected)
        assert (held["ResourceRegion"], held["ResourceOwner"]) == (region, vpc["OwnerId"])
    west = aws.client("ec2", WEST)
    assert west.create_vpc(Ipv4IpamPoolId=world[WEST], CidrBlock="10.17.0.0/16")["Vpc"]["CidrBlock"] == "10.17.0.0/16"


@keeps("ec2.ipam-vpc")
@pytest.mark.parametrize(
    ("code", "more"),
    [
        ("InvalidParameterCombination", {}),
        ("InvalidVpc.Range", {"Ipv4NetmaskLength": 15}),
        ("InvalidVpc.Range", {"Ipv4NetmaskLength": 29}),
        ("InvalidParameterValue", {"CidrBlock": "10.0.0.0/16"}),
        ("InvalidParameterCombination", {"Ipv4NetmaskLength": 20, "CidrBlock": "10.16.0.0/20"}),
    ],
)
def test_invalid_vpcs_from_a_pool_are_refused(aws: Any, world: dict[str, str], code: str, more: dict[str, Any]) -> None:
    west = aws.client("ec2", WEST)
    refused(code, west.create_vpc, Ipv4IpamPoolId=world[WEST], **more)
    assert not allocations(west, world[WEST])


@keeps("ec2.ipam-take-in-locale")
def test_a_vpc_needs_a_pool_of_its_region(aws: Any, world: dict[str, str], ec2: Any) -> None:
    for pool in ("top", WEST):
        refused("InvalidParameterValue", ec2.create_vpc, Ipv4IpamPoolId=world[pool], Ipv4NetmaskLength=20)
    west = aws.client("ec2", WEST)
    refused("InvalidIpamPoolId.NotFound", west.create_vpc, Ipv4IpamPoolId=world[EU], Ipv4NetmaskLength=20)
    refused("InvalidParameterCombination", west.create_vpc, CidrBlock="10.0.0.0/16", Ipv4NetmaskLength=20)


@keeps("ec2.ipam-resource-tags")
def test_a_vpc_needs_the_tags_of_its_pool(world: dict[str, str], ec2: Any) -> None:
    pool = {"Ipv4IpamPoolId": world[HOME], "Ipv4NetmaskLength": 20}
    wanted = [{"Key": "team", "Value": "db"}, {"Key": "stage", "Value": "x"}]
    ec2.modify_ipam_pool(IpamPoolId=world[HOME], AddAllocationResourceTags=wanted)
    refused("InvalidParameterValue", ec2.create_vpc, **pool)
    refused(
        "InvalidParameterValue", ec2.create_vpc, **pool, TagSpecifications=[{"ResourceType": "vpc", "Tags": wanted[:1]}]
    )
    assert ec2.create_vpc(**pool, TagSpecifications=[{"ResourceType": "vpc", "Tags": wanted}])["Vpc"]


@keeps("ec2.ipam-lingering", "ec2.ipam-deprovision-busy", "ec2.ipam-delete-order")
def test_the_allocation_of_a_deleted_vpc_remains_for_a_while(aws: Any, world: dict[str, str], ec2: Any) -> None:
    aws.control.scale(1)
    aws.control.advance(60)
    west = aws.client("ec2", WEST)
    vpc = west.create_vpc(Ipv4IpamPoolId=world[WEST], Ipv4NetmaskLength=16)["Vpc"]["VpcId"]
    west.delete_vpc(VpcId=vpc)
    assert allocations(west, world[WEST])[0]["ResourceId"] == vpc
    again = west.create_vpc(Ipv4IpamPoolId=world[WEST], Ipv4NetmaskLength=16)["Vpc"]
    assert again["CidrBlock"] == "10.17.0.0/16"
    west.delete_vpc(VpcId=again["VpcId"])
    ec2.deprovision_ipam_pool_cidr(IpamPoolId=world[WEST], Cidr="10.16.0.0/12")
    aws.control.advance(20)
    failed = ec2.get_ipam_pool_cidrs(IpamPoolId=world[WEST])["IpamPoolCidrs"][0]
    assert failed["State"] == "failed-deprovision" and "allocations" in failed["FailureReason"]["Message"]
    refused("DependencyViolation", ec2.delete_ipam_pool, IpamPoolId=world[WEST])
    aws.control.advance(1200)
    assert not allocations(west, world[WEST])
    ec2.deprovision_ipam_pool_cidr(IpamPoolId=world[WEST], Cidr="10.16.0.0/12")
    aws.control.advance(20)
    assert cidrs(ec2, world[WEST]) == [("10.16.0.0/12", "deprovisioned")]


@keeps("ec2.ipam-compliance", "ec2.ipam-discovers-later")
def test_resource_cidrs_show_management_compliance_and_overlap(aws: Any, world: dict[str, str], ec2: Any) -> None:
    west = aws.client("ec2", WEST)
    vpc = west.create_vpc(Ipv4IpamPoolId=world[WEST], Ipv4NetmaskLength=16)["Vpc"]["VpcId"]
    stray = west.create_vpc(CidrBlock="10.16.0.0/20")["Vpc"]["VpcId"]
    subnet = west.create_subnet(VpcId=vpc, CidrBlock="10.16.0.0/17")["Subnet"]["SubnetId"]

    def row(resource_id: str) -> dict[str, Any]:
        return resource(ec2, world["scope"], ResourceId=resource_id)[0]

    managed = row(vpc)
    assert (managed["ManagementState"], managed["ComplianceStatus"]) == ("managed", "compliant")
    assert (managed["IpamPoolId"], managed["OverlapStatus"], managed["IpUsage"]) == (world[WEST], "overlapping", 0.5)
    assert (row(stray)["ManagementState"], row(stray)["ComplianceStatus"]) == ("unmanaged", "unmanaged")
    ec2.modify_ipam_pool(IpamPoolId=world[WEST], AllocationMinNetmaskLength=20)
    assert row(vpc)["ComplianceStatus"] == "noncompliant"
    assert row(subnet)["ComplianceStatus"] == "unmanaged"
    alone = aws.client("ec2", EU).create_vpc(Ipv4IpamPoolId=world[EU], Ipv4NetmaskLength=24)["Vpc"]["VpcId"]
    assert row(alone)["OverlapStatus"] == "nonoverlapping"
    strays = [r for r in resource(ec2, world["scope"], ResourceType="vpc") if r["ResourceCidr"] == "172.31.0.0/16"]
    assert {r["OverlapStatus"] for r in strays} == {"overlapping"}
    ec2.provision_ipam_pool_cidr(IpamPoolId=world["top"], Cidr="192.168.0.0/16")
    lone = ec2.create_vpc(CidrBlock="192.168.0.0/24")["Vpc"]["VpcId"]
    assert row(lone)["OverlapStatus"] == "nonoverlapping"
    ec2.allocate_ipam_pool_cidr(IpamPoolId=world["top"], Cidr="192.168.0.0/20")
    assert row(lone)["OverlapStatus"] == "overlapping"


@keeps("ec2.ipam-never-twice")
def test_sixteen_clients_get_different_blocks(aws: Any, world: dict[str, str]) -> None:
    west = aws.client("ec2", WEST)
    aws.control.quota("vpcs", 30)

    def take(n: int) -> str:
        if n % 4 == 0:
            return str(west.create_vpc(Ipv4IpamPoolId=world[WEST], Ipv4NetmaskLength=20 + n % 3)["Vpc"]["CidrBlock"])
        answer = west.allocate_ipam_pool_cidr(IpamPoolId=world[WEST], NetmaskLength=20 + n % 5)
        return str(answer["IpamPoolAllocation"]["Cidr"])

    with ThreadPoolExecutor(16) as many:
        given = [ip_network(c) for c in many.map(take, range(96))]
    assert len(set(given)) == 96
    assert not any(a.overlaps(b) for i, a in enumerate(given) for b in given[i + 1 :])


@keeps("ec2.ipam-not-monitored")
def test_a_new_ipam_monitors_no_resources_yet(aws: Any, ec2: Any) -> None:
    aws.control.scale(1)
    scope = make_ipam(ec2)["PrivateDefaultScopeId"]
    aws.control.advance(20)
    pool = make_pool(ec2, scope, Locale=HOME)
    aws.control.advance(10)
    ec2.provision_ipam_pool_cidr(IpamPoolId=pool, Cidr="10.0.0.0/16")
    aws.control.advance(20)
    wanted = {"Ipv4IpamPoolId": pool, "Ipv4NetmaskLength": 24}
    assert "not monitored by IPAM" in refused("UnsupportedOperation", ec2.create_vpc, **wanted)
    assert not resource(ec2, scope)
    aws.control.advance(70)
    assert resource(ec2, scope)
    assert ec2.create_vpc(**wanted)["Vpc"]["CidrBlock"] == "10.0.0.0/24"


@keeps("ec2.ipam-discovers-later")
def test_vpcs_are_discovered_after_a_while(aws: Any, world: dict[str, str], ec2: Any) -> None:
    aws.control.scale(1)
    aws.control.advance(60)
    west, ask = aws.client("ec2", WEST), {"IpamScopeId": world["scope"], "ResourceType": "vpc"}
    tags = [{"ResourceType": "vpc", "Tags": [{"Key": "team", "Value": "db"}]}]
    vpc = west.create_vpc(Ipv4IpamPoolId=world[WEST], Ipv4NetmaskLength=20, TagSpecifications=tags)["Vpc"]
    assert not resource(ec2, world["scope"], ResourceId=vpc["VpcId"])
    aws.control.advance(300)
    (row,) = ec2.get_ipam_resource_cidrs(**ask, IpamPoolId=world[WEST])["IpamResourceCidrs"]
    assert (row["ResourceId"], row["ManagementState"], row["ResourceRegion"]) == (vpc["VpcId"], "managed", WEST)
    tag = {"Key": "team", "Value": "db"}
    for more in ({"ResourceTag": tag}, {"Filters": where("resource-cidr", "10.16.*")}):
        assert ec2.get_ipam_resource_cidrs(**ask, **more)["IpamResourceCidrs"] == [row]
    others = ec2.get_ipam_resource_cidrs(**ask, Filters=where("management-state", "unmanaged"))["IpamResourceCidrs"]
    assert {r["ResourceRegion"] for r in others} == {HOME, WEST, EU}
    everything = {"IpamScopeId": world["scope"], "ResourceOwner": vpc["OwnerId"]}
    first = ec2.get_ipam_resource_cidrs(**everything, MaxResults=5)
    rest = ec2.get_ipam_resource_cidrs(**everything, MaxResults=1000, NextToken=first["NextToken"])
    assert len(first["IpamResourceCidrs"]) == 5 and rest["IpamResourceCidrs"]


@keeps("ec2.ipam-auto-import")
def test_auto_import_allocates_the_blocks_of_discovered_vpcs(aws: Any, world: dict[str, str], ec2: Any) -> None:
    aws.control.scale(1)
    aws.control.advance(60)
    west, rules = aws.client("ec2", WEST), {"AllocationMinNetmaskLength": 24, "AutoImport": True, "Locale": WEST}
    small = west.create_vpc(CidrBlock="10.48.0.0/20")["Vpc"]["VpcId"]
    large = west.create_vpc(CidrBlock="10.48.0.0/16")["Vpc"]["VpcId"]
    over = west.create_vpc(CidrBlock="10.49.0.0/16")["Vpc"]["VpcId"]
    pool = make_pool(ec2, world["scope"], SourceIpamPoolId=world["top"], **rules)
    aws.control.advance(10)
    ec2.provision_ipam_pool_cidr(IpamPoolId=pool, Cidr="10.48.0.0/12")
    aws.control.advance(20)
    west.allocate_ipam_pool_cidr(IpamPoolId=pool, Cidr="10.49.0.0/24")
    given = west.allocate_ipam_pool_cidr(IpamPoolId=pool, NetmaskLength=24)["IpamPoolAllocation"]
    assert given["Cidr"] == "10.48.0.0/24"
    right = {k: given[k] for k in ("Cidr", "IpamPoolAllocationId")}
    west.release_ipam_pool_allocation(IpamPoolId=pool, **right)
    assert len(allocations(west, pool)) == 1
    aws.control.advance(600)
    assert [(a["Cidr"], a["ResourceId"]) for a in allocations(west, pool)[1:]] == [("10.48.0.0/16", large)]
    states = {v: resource(ec2, world["scope"], ResourceId=v)[0]["ComplianceStatus"] for v in (small, large, over)}
    assert states == {small: "unmanaged", large: "noncompliant", over: "unmanaged"}
    west.delete_vpc(VpcId=large)
    aws.control.advance(1200)
    assert [a["ResourceId"] for a in allocations(west, pool)[1:]] == [small]
    changed = ec2.modify_ipam_pool(IpamPoolId=pool, AutoImport=False)["IpamPool"]
    assert changed["AutoImport"] is False
    west.create_vpc(CidrBlock="10.50.0.0/16")
    aws.control.advance(1200)
    assert len(allocations(west, pool)) == 2
