"""IPAM: states, hierarchy, allocation and refusals, seen through boto3 in several regions."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_network
from typing import Any

import pytest
from botocore.exceptions import ClientError

HOME, WEST, EU = "us-east-1", "us-west-2", "eu-west-1"


def refused(code: str, call: Any, **params: Any) -> str:
    with pytest.raises(ClientError) as error:
        call(**params)
    assert error.value.response["Error"]["Code"] == code, error.value
    return str(error.value)


def make_ipam(ec2: Any, *regions: str, **more: Any) -> dict[str, Any]:
    made: dict[str, Any] = ec2.create_ipam(OperatingRegions=[{"RegionName": r} for r in regions], **more)["Ipam"]
    return made


def make_pool(ec2: Any, scope: str, cidr: str | int | None = None, **more: Any) -> str:
    pool = ec2.create_ipam_pool(IpamScopeId=scope, AddressFamily="ipv4", **more)["IpamPool"]["IpamPoolId"]
    if isinstance(cidr, int):
        ec2.provision_ipam_pool_cidr(IpamPoolId=pool, NetmaskLength=cidr)
    elif cidr:
        ec2.provision_ipam_pool_cidr(IpamPoolId=pool, Cidr=cidr)
    return str(pool)


def cidrs(ec2: Any, pool: str) -> list[tuple[Any, str]]:
    return [(c.get("Cidr"), c["State"]) for c in ec2.get_ipam_pool_cidrs(IpamPoolId=pool)["IpamPoolCidrs"]]


def allocations(ec2: Any, pool: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ec2.get_ipam_pool_allocations(IpamPoolId=pool)["IpamPoolAllocations"]
    return found


def state(ec2: Any, kind: str, thing: str) -> str:
    name = {"ipam": "ipams", "scope": "ipam_scopes", "pool": "ipam_pools"}[kind]
    key = {"ipam": "IpamIds", "scope": "IpamScopeIds", "pool": "IpamPoolIds"}[kind]
    answer = getattr(ec2, f"describe_{name}")(**{key: [thing]})
    return str(next(v for k, v in answer.items() if k.startswith("Ipam"))[0]["State"])


@pytest.fixture
def ec2(aws: Any) -> Any:
    return aws.client("ec2", HOME)


@pytest.fixture
def world(ec2: Any) -> dict[str, str]:
    """An IPAM, a top pool 10.0.0.0/8 and one pool per region with a /12."""
    ipam = make_ipam(ec2, HOME, WEST, EU)
    scope = ipam["PrivateDefaultScopeId"]
    top = make_pool(ec2, scope, "10.0.0.0/8")
    children = {r: make_pool(ec2, scope, 12, SourceIpamPoolId=top, Locale=r) for r in (HOME, WEST, EU)}
    return {"ipam": ipam["IpamId"], "scope": scope, "top": top, **children}


def test_ipam_comes_with_scopes_and_discovery(ec2: Any) -> None:
    made = make_ipam(ec2, WEST, Description="all")
    assert made["State"] == "create-in-progress"
    shown = ec2.describe_ipams()["Ipams"][0]
    assert shown["State"] == "create-complete"
    assert [r["RegionName"] for r in shown["OperatingRegions"]] == [HOME, WEST]
    assert shown["IpamArn"] == f"arn:aws:ec2::{shown['OwnerId']}:ipam/{shown['IpamId']}"
    assert (shown["Tier"], shown["ScopeCount"], shown["Description"]) == ("advanced", 2, "all")
    assert shown["DefaultResourceDiscoveryId"].startswith("ipam-res-disco-")
    assert shown["DefaultResourceDiscoveryAssociationId"].startswith("ipam-res-disco-assoc-")
    scopes = ec2.describe_ipam_scopes()["IpamScopes"]
    assert {(s["IpamScopeId"], s["IpamScopeType"], s["IsDefault"]) for s in scopes} == {
        (made["PublicDefaultScopeId"], "public", True),
        (made["PrivateDefaultScopeId"], "private", True),
    }


def test_one_ipam_per_region(aws: Any, ec2: Any) -> None:
    ipam = make_ipam(ec2)
    refused("ResourceLimitExceeded", ec2.create_ipam)
    make_ipam(aws.client("ec2", WEST))
    assert [i["IpamId"] for i in ec2.describe_ipams()["Ipams"]] == [ipam["IpamId"]]
    refused("InvalidIpamId.NotFound", aws.client("ec2", EU).describe_ipams, IpamIds=[ipam["IpamId"]])
    assert not aws.client("ec2", EU).describe_ipams()["Ipams"]


def test_states_pass(aws: Any, ec2: Any) -> None:
    aws.control.scale(1)
    ipam = make_ipam(ec2)
    assert state(ec2, "ipam", ipam["IpamId"]) == "create-in-progress"
    refused("IncorrectState", ec2.modify_ipam, IpamId=ipam["IpamId"], Description="x")
    pool = {"IpamScopeId": ipam["PrivateDefaultScopeId"], "AddressFamily": "ipv4"}
    refused("IncorrectState", ec2.create_ipam_pool, **pool)
    aws.control.advance(20)
    assert state(ec2, "ipam", ipam["IpamId"]) == "create-complete"
    assert ec2.modify_ipam(IpamId=ipam["IpamId"], Description="x")["Ipam"]["State"] == "modify-in-progress"
    aws.control.advance(20)
    assert state(ec2, "ipam", ipam["IpamId"]) == "modify-complete"
    made = make_pool(ec2, ipam["PrivateDefaultScopeId"])
    assert state(ec2, "pool", made) == "create-in-progress"
    refused("IncorrectState", ec2.provision_ipam_pool_cidr, IpamPoolId=made, Cidr="10.0.0.0/8")
    aws.control.advance(10)
    answer = ec2.provision_ipam_pool_cidr(IpamPoolId=made, Cidr="10.0.0.0/8")["IpamPoolCidr"]
    assert (answer["State"], cidrs(ec2, made)) == ("pending-provision", [("10.0.0.0/8", "pending-provision")])
    message = refused("InvalidParameterValue", ec2.allocate_ipam_pool_cidr, IpamPoolId=made, NetmaskLength=16)
    assert "allocation size is too big" in message
    aws.control.advance(20)
    assert cidrs(ec2, made) == [("10.0.0.0/8", "provisioned")]
    ec2.deprovision_ipam_pool_cidr(IpamPoolId=made, Cidr="10.0.0.0/8")
    assert cidrs(ec2, made) == [("10.0.0.0/8", "pending-deprovision")]
    refused("IncorrectState", ec2.deprovision_ipam_pool_cidr, IpamPoolId=made, Cidr="10.0.0.0/8")
    refused("DependencyViolation", ec2.delete_ipam_pool, IpamPoolId=made)
    aws.control.advance(20)
    assert ec2.delete_ipam_pool(IpamPoolId=made)["IpamPool"]["State"] == "delete-in-progress"
    assert state(ec2, "pool", made) == "delete-in-progress"
    refused("DependencyViolation", ec2.delete_ipam, IpamId=ipam["IpamId"])
    aws.control.advance(10)
    refused("InvalidIpamPoolId.NotFound", ec2.describe_ipam_pools, IpamPoolIds=[made])
    assert ec2.delete_ipam(IpamId=ipam["IpamId"])["Ipam"]["State"] == "delete-in-progress"
    aws.control.advance(20)
    assert not ec2.describe_ipams()["Ipams"] and not ec2.describe_ipam_scopes()["IpamScopes"]


def test_operating_regions_are_deltas(ec2: Any) -> None:
    ipam = make_ipam(ec2, WEST)["IpamId"]
    ec2.modify_ipam(
        IpamId=ipam, AddOperatingRegions=[{"RegionName": EU}], RemoveOperatingRegions=[{"RegionName": WEST}]
    )
    shown = ec2.describe_ipams()["Ipams"][0]
    assert {r["RegionName"] for r in shown["OperatingRegions"]} == {HOME, EU}
    make_pool(ec2, shown["PrivateDefaultScopeId"], Locale=EU)
    remove = {"IpamId": ipam, "RemoveOperatingRegions": [{"RegionName": EU}]}
    refused("DependencyViolation", ec2.modify_ipam, **remove)
    for region in (HOME, WEST, "mars-1"):
        remove["RemoveOperatingRegions"] = [{"RegionName": region}]
        refused("InvalidParameterValue", ec2.modify_ipam, **remove)


def test_tier(ec2: Any) -> None:
    ipam = make_ipam(ec2)
    pool = make_pool(ec2, ipam["PrivateDefaultScopeId"])
    refused("UnsupportedOperation", ec2.modify_ipam, IpamId=ipam["IpamId"], Tier="free")
    ec2.delete_ipam_pool(IpamPoolId=pool)
    assert ec2.modify_ipam(IpamId=ipam["IpamId"], Tier="free")["Ipam"]["Tier"] == "free"
    refused("UnsupportedOperation", ec2.create_ipam_scope, IpamId=ipam["IpamId"])
    refused("UnsupportedOperation", make_pool, ec2=ec2, scope=ipam["PrivateDefaultScopeId"])


def test_scopes(ec2: Any) -> None:
    ipam = make_ipam(ec2)
    made = ec2.create_ipam_scope(IpamId=ipam["IpamId"], Description="lab")["IpamScope"]
    assert (made["State"], made["IpamScopeType"], made["IsDefault"]) == ("create-in-progress", "private", False)
    scope = made["IpamScopeId"]
    assert ec2.modify_ipam_scope(IpamScopeId=scope, Description="x")["IpamScope"]["Description"] == "x"
    assert state(ec2, "scope", scope) == "modify-complete"
    refused("DependencyViolation", ec2.delete_ipam, IpamId=ipam["IpamId"])
    pool = make_pool(ec2, scope)
    refused("DependencyViolation", ec2.delete_ipam_scope, IpamScopeId=scope)
    refused("OperationNotPermitted", ec2.delete_ipam_scope, IpamScopeId=ipam["PrivateDefaultScopeId"])
    ec2.delete_ipam_pool(IpamPoolId=pool)
    ec2.delete_ipam_scope(IpamScopeId=scope)
    refused("InvalidIpamScopeId.NotFound", ec2.describe_ipam_scopes, IpamScopeIds=[scope])
    for _ in range(3):
        ec2.create_ipam_scope(IpamId=ipam["IpamId"])
    refused("ResourceLimitExceeded", ec2.create_ipam_scope, IpamId=ipam["IpamId"])


def test_pool_description(world: dict[str, str], ec2: Any) -> None:
    shown = ec2.describe_ipam_pools(IpamPoolIds=[world[WEST]])["IpamPools"][0]
    assert "IpamScopeId" not in shown and "IpamId" not in shown
    assert shown["IpamScopeArn"].endswith(f":ipam-scope/{world['scope']}")
    assert shown["IpamArn"].endswith(f":ipam/{world['ipam']}")
    assert (shown["Locale"], shown["PoolDepth"], shown["SourceIpamPoolId"]) == (WEST, 2, world["top"])
    assert (shown["IpamRegion"], shown["AutoImport"]) == (HOME, False)


def test_pools_show_in_home_and_locale(aws: Any, world: dict[str, str]) -> None:
    def seen(region: str) -> set[str]:
        return {p["IpamPoolId"] for p in aws.client("ec2", region).describe_ipam_pools()["IpamPools"]}

    assert seen(HOME) == {world["top"], world[HOME], world[WEST], world[EU]}
    assert seen(WEST) == {world[WEST]}
    assert seen("ap-south-1") == set()
    west = aws.client("ec2", WEST)
    refused("InvalidIpamPoolId.NotFound", west.get_ipam_pool_allocations, IpamPoolId=world[EU])
    refused("InvalidIpamPoolId.NotFound", west.modify_ipam_pool, IpamPoolId=world[WEST], Description="x")
    refused("InvalidIpamPoolId.NotFound", west.provision_ipam_pool_cidr, IpamPoolId=world[WEST], NetmaskLength=16)


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
        ("UnsupportedOperation", {"PublicIpSource": "byoip"}),
    ],
)
def test_pools_refused(ec2: Any, code: str, more: dict[str, Any]) -> None:
    scope = make_ipam(ec2, WEST)["PrivateDefaultScopeId"]
    refused(code, make_pool, ec2=ec2, scope=scope, **more)
    assert not ec2.describe_ipam_pools()["IpamPools"]


def test_child_has_the_locale_of_its_parent(world: dict[str, str], ec2: Any) -> None:
    for locale in ({"Locale": EU}, {}):
        child = {"SourceIpamPoolId": world[WEST], **locale}
        refused("InvalidParameterValue", make_pool, ec2=ec2, scope=world["scope"], **child)
    made = make_pool(ec2, world["scope"], 16, SourceIpamPoolId=world[WEST], Locale=WEST)
    assert ec2.describe_ipam_pools(IpamPoolIds=[made])["IpamPools"][0]["PoolDepth"] == 3


def test_depth_limit(ec2: Any) -> None:
    scope = make_ipam(ec2)["PrivateDefaultScopeId"]
    pool: dict[str, str] = {}
    for _ in range(10):
        pool = {"SourceIpamPoolId": make_pool(ec2, scope, **pool)}
    refused("ResourceLimitExceeded", make_pool, ec2=ec2, scope=scope, **pool)


def test_modify_pool(ec2: Any) -> None:
    scope = make_ipam(ec2)["PrivateDefaultScopeId"]
    pool = make_pool(ec2, scope, AllocationMinNetmaskLength=16, AllocationDefaultNetmaskLength=20)
    answer = ec2.modify_ipam_pool(
        IpamPoolId=pool,
        Description="x",
        AllocationMaxNetmaskLength=24,
        ClearAllocationDefaultNetmaskLength=True,
        AddAllocationResourceTags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}],
    )["IpamPool"]
    assert answer["State"] == "modify-in-progress"
    ec2.modify_ipam_pool(IpamPoolId=pool, RemoveAllocationResourceTags=[{"Key": "a", "Value": "1"}])
    shown = ec2.describe_ipam_pools(IpamPoolIds=[pool])["IpamPools"][0]
    assert (shown["State"], shown["Description"]) == ("modify-complete", "x")
    assert (shown["AllocationMinNetmaskLength"], shown["AllocationMaxNetmaskLength"]) == (16, 24)
    assert "AllocationDefaultNetmaskLength" not in shown
    assert shown["AllocationResourceTags"] == [{"Key": "b", "Value": "2"}]
    wrong = {"IpamPoolId": pool, "AllocationDefaultNetmaskLength": 28}
    refused("InvalidParameterCombination", ec2.modify_ipam_pool, **wrong)
    assert "AllocationDefaultNetmaskLength" not in ec2.describe_ipam_pools()["IpamPools"][0]


def test_overlap_in_a_scope_fails_later(ec2: Any) -> None:
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


def test_children_carve_from_their_source(world: dict[str, str], ec2: Any) -> None:
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


def test_deprovision_frees_the_source_and_leaves_a_residue(world: dict[str, str], ec2: Any) -> None:
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
def test_provisioning_refused(world: dict[str, str], ec2: Any, code: str, more: dict[str, Any]) -> None:
    refused(code, ec2.provision_ipam_pool_cidr, IpamPoolId=world["top"], **more)


def test_allocation_is_first_fit(aws: Any, world: dict[str, str]) -> None:
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


@pytest.mark.parametrize(
    ("code", "more"),
    [
        ("InvalidParameterCombination", {}),
        ("InvalidParameterCombination", {"Cidr": "10.16.0.0/16", "NetmaskLength": 16}),
        ("InvalidParameterCombination", {"Cidr": "10.16.0.0/16", "DisallowedCidrs": ["10.17.0.0/16"]}),
        ("InvalidParameterValue", {"Cidr": "10.32.0.0/16"}),
        ("InvalidParameterValue", {"NetmaskLength": 11}),
        ("InvalidParameterValue", {"NetmaskLength": 16, "AllowedCidrs": ["10.32.0.0/12"]}),
    ],
)
def test_allocation_refused(world: dict[str, str], ec2: Any, code: str, more: dict[str, Any]) -> None:
    refused(code, ec2.allocate_ipam_pool_cidr, IpamPoolId=world[WEST], **more)
    assert not allocations(ec2, world[WEST])


def test_allocation_rules(world: dict[str, str], ec2: Any) -> None:
    pool = {"IpamPoolId": world[HOME]}
    rules = {"AllocationMinNetmaskLength": 18, "AllocationMaxNetmaskLength": 22, "AllocationDefaultNetmaskLength": 20}
    ec2.modify_ipam_pool(**pool, **rules)
    assert ec2.allocate_ipam_pool_cidr(**pool)["IpamPoolAllocation"]["Cidr"] == "10.0.0.0/20"
    for wrong in ({"NetmaskLength": 17}, {"NetmaskLength": 23}, {"Cidr": "10.1.0.0/16"}):
        refused("InvalidParameterValue", ec2.allocate_ipam_pool_cidr, **pool, **wrong)
    child = make_pool(ec2, world["scope"], 16, SourceIpamPoolId=world[HOME], Locale=HOME)
    assert cidrs(ec2, child) == [("10.1.0.0/16", "provisioned")]


def test_release(world: dict[str, str], ec2: Any) -> None:
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


def test_allocations_described_and_modified(aws: Any, world: dict[str, str], ec2: Any) -> None:
    west = aws.client("ec2", WEST)
    made = west.allocate_ipam_pool_cidr(IpamPoolId=world[WEST], NetmaskLength=16)["IpamPoolAllocation"]
    wanted = made["IpamPoolAllocationId"]
    west.modify_ipam_pool_allocation(IpamPoolAllocationId=wanted, Description="new")
    shown = west.describe_ipam_pool_allocations()["IpamPoolAllocations"]
    assert [(a["IpamPoolAllocationId"], a["Description"]) for a in shown] == [(wanted, "new")]
    assert len(ec2.describe_ipam_pool_allocations()["IpamPoolAllocations"]) == 4
    elsewhere = aws.client("ec2", EU).describe_ipam_pool_allocations
    refused("InvalidIpamPoolAllocationId.NotFound", elsewhere, IpamPoolAllocationIds=[wanted])


def test_client_token(world: dict[str, str], ec2: Any) -> None:
    asked = {"IpamPoolId": world[HOME], "NetmaskLength": 16, "ClientToken": "one"}
    first, again = (ec2.allocate_ipam_pool_cidr(**asked)["IpamPoolAllocation"] for _ in range(2))
    assert first == again and len(allocations(ec2, world[HOME])) == 1
    refused("IdempotentParameterMismatch", ec2.allocate_ipam_pool_cidr, **(asked | {"NetmaskLength": 17}))


def test_tags(aws: Any, ec2: Any) -> None:
    def spec(kind: str) -> list[dict[str, Any]]:
        return [{"ResourceType": kind, "Tags": [{"Key": "made", "Value": kind}]}]

    ipam = make_ipam(ec2, WEST, TagSpecifications=spec("ipam"))
    scope = ec2.create_ipam_scope(IpamId=ipam["IpamId"], TagSpecifications=spec("ipam-scope"))["IpamScope"]
    tags = spec("ipam-pool")
    pool = make_pool(ec2, scope["IpamScopeId"], "10.0.0.0/8", Locale=WEST, TagSpecifications=tags)
    west = aws.client("ec2", WEST)
    asked = {"IpamPoolId": pool, "NetmaskLength": 16, "TagSpecifications": spec("ipam-pool-allocation")}
    made = west.allocate_ipam_pool_cidr(**asked)["IpamPoolAllocation"]
    ids = [ipam["IpamId"], scope["IpamScopeId"], pool, made["IpamPoolAllocationId"]]
    ec2.create_tags(Resources=ids, Tags=[{"Key": "more", "Value": "x"}, {"Key": "made", "Value": "changed"}])
    west.delete_tags(Resources=[pool], Tags=[{"Key": "more"}, {"Key": "made", "Value": "other"}])
    expected = [{"Key": "made", "Value": "changed"}, {"Key": "more", "Value": "x"}]
    assert ec2.describe_ipams()["Ipams"][0]["Tags"] == expected
    assert ec2.describe_ipam_pools()["IpamPools"][0]["Tags"] == expected[:1]
    assert allocations(west, pool)[0]["Tags"] == expected
    rows = ec2.describe_tags(Filters=[{"Name": "key", "Values": ["ma*"]}, {"Name": "resource-id", "Values": ids}])[
        "Tags"
    ]
    types = ["ipam", "ipam-scope", "ipam-pool", "ipam-pool-allocation"]
    assert [(r["ResourceId"], r["ResourceType"]) for r in rows] == list(zip(ids, types, strict=True))
    refused("InvalidID", west.create_tags, Resources=[ipam["IpamId"]], Tags=[{"Key": "a", "Value": "b"}])
    found = ec2.describe_ipams(Filters=[{"Name": "tag:made", "Values": ["changed"]}])["Ipams"]
    assert len(found) == 1
    assert not ec2.describe_ipams(Filters=[{"Name": "tag:made", "Values": ["ipam"]}])["Ipams"]
    refused("InvalidParameterValue", ec2.create_ipam_scope, IpamId=ipam["IpamId"], TagSpecifications=spec("vpc"))


def test_filters_and_pages(world: dict[str, str], ec2: Any) -> None:
    def found(name: str, *values: str) -> list[str]:
        answer = ec2.describe_ipam_pools(Filters=[{"Name": name, "Values": list(values)}])
        return [p["IpamPoolId"] for p in answer["IpamPools"]]

    assert found("locale", WEST, EU) == [world[WEST], world[EU]]
    assert found("source-ipam-pool-id", world["top"]) == [world[r] for r in (HOME, WEST, EU)]
    assert found("auto-import", "false", "true") == [world[k] for k in ("top", HOME, WEST, EU)]
    refused("InvalidParameterValue", found, name="colour")
    pages = ec2.get_paginator("describe_ipam_pools").paginate(PaginationConfig={"PageSize": 5})
    assert sum(len(p["IpamPools"]) for p in pages) == 4
    first = ec2.describe_ipam_pools(MaxResults=5)
    assert "NextToken" not in first


@pytest.mark.parametrize("kind", ["ipam", "pool"])
def test_cascade(aws: Any, world: dict[str, str], ec2: Any, kind: str) -> None:
    vpc = aws.client("ec2", WEST).create_vpc(Ipv4IpamPoolId=world[WEST], Ipv4NetmaskLength=20)["Vpc"]["VpcId"]
    if kind == "ipam":
        ec2.delete_ipam(IpamId=world["ipam"], Cascade=True)
        assert not ec2.describe_ipams()["Ipams"]
    else:
        ec2.delete_ipam_pool(IpamPoolId=world["top"], Cascade=True)
    assert not ec2.describe_ipam_pools()["IpamPools"]
    assert aws.client("ec2", WEST).describe_vpcs(VpcIds=[vpc])["Vpcs"]


def test_dry_run(ec2: Any) -> None:
    refused("DryRunOperation", ec2.create_ipam, DryRun=True)
    assert not ec2.describe_ipams()["Ipams"]


def test_vpc_from_a_pool(aws: Any, world: dict[str, str]) -> None:
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
def test_vpc_from_a_pool_refused(aws: Any, world: dict[str, str], code: str, more: dict[str, Any]) -> None:
    west = aws.client("ec2", WEST)
    refused(code, west.create_vpc, Ipv4IpamPoolId=world[WEST], **more)
    assert not allocations(west, world[WEST])


def test_vpc_needs_a_pool_of_its_region(aws: Any, world: dict[str, str], ec2: Any) -> None:
    for pool in ("top", WEST):
        refused("InvalidParameterValue", ec2.create_vpc, Ipv4IpamPoolId=world[pool], Ipv4NetmaskLength=20)
    west = aws.client("ec2", WEST)
    refused("InvalidIpamPoolId.NotFound", west.create_vpc, Ipv4IpamPoolId=world[EU], Ipv4NetmaskLength=20)
    refused("InvalidParameterCombination", west.create_vpc, CidrBlock="10.0.0.0/16", Ipv4NetmaskLength=20)


def test_vpc_needs_the_tags_of_its_pool(world: dict[str, str], ec2: Any) -> None:
    pool = {"Ipv4IpamPoolId": world[HOME], "Ipv4NetmaskLength": 20}
    wanted = [{"Key": "team", "Value": "db"}, {"Key": "stage", "Value": "x"}]
    ec2.modify_ipam_pool(IpamPoolId=world[HOME], AddAllocationResourceTags=wanted)
    refused("InvalidParameterValue", ec2.create_vpc, **pool)
    refused(
        "InvalidParameterValue", ec2.create_vpc, **pool, TagSpecifications=[{"ResourceType": "vpc", "Tags": wanted[:1]}]
    )
    assert ec2.create_vpc(**pool, TagSpecifications=[{"ResourceType": "vpc", "Tags": wanted}])["Vpc"]


def test_vpc_allocation_lingers(aws: Any, world: dict[str, str], ec2: Any) -> None:
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


def test_second_block_of_a_vpc(world: dict[str, str], ec2: Any) -> None:
    vpc = ec2.create_vpc(Ipv4IpamPoolId=world[HOME], Ipv4NetmaskLength=20)["Vpc"]["VpcId"]
    added = ec2.associate_vpc_cidr_block(VpcId=vpc, Ipv4IpamPoolId=world[HOME], Ipv4NetmaskLength=20)
    assert added["CidrBlockAssociation"]["CidrBlock"] == "10.0.16.0/20"
    assert [a["ResourceId"] for a in allocations(ec2, world[HOME])] == [vpc, vpc]
    ec2.disassociate_vpc_cidr_block(AssociationId=added["CidrBlockAssociation"]["AssociationId"])
    assert [a["Cidr"] for a in allocations(ec2, world[HOME])] == ["10.0.0.0/20"]


def test_resource_cidrs(aws: Any, world: dict[str, str], ec2: Any) -> None:
    west = aws.client("ec2", WEST)
    vpc = west.create_vpc(Ipv4IpamPoolId=world[WEST], Ipv4NetmaskLength=16)["Vpc"]["VpcId"]
    stray = west.create_vpc(CidrBlock="10.16.0.0/20")["Vpc"]["VpcId"]
    west.create_subnet(VpcId=vpc, CidrBlock="10.16.0.0/17")

    def row(resource: str) -> dict[str, Any]:
        scope = {"IpamScopeId": world["scope"], "ResourceId": resource}
        found: list[dict[str, Any]] = ec2.get_ipam_resource_cidrs(**scope)["IpamResourceCidrs"]
        return found[0]

    managed = row(vpc)
    assert (managed["ManagementState"], managed["ComplianceStatus"]) == ("managed", "compliant")
    assert (managed["IpamPoolId"], managed["OverlapStatus"], managed["IpUsage"]) == (world[WEST], "overlapping", 0.5)
    assert (row(stray)["ManagementState"], row(stray)["ComplianceStatus"]) == ("unmanaged", "unmanaged")
    ec2.modify_ipam_pool(IpamPoolId=world[WEST], AllocationMinNetmaskLength=20)
    assert row(vpc)["ComplianceStatus"] == "noncompliant"
    ignore = {"ResourceId": vpc, "ResourceCidr": "10.16.0.0/16", "ResourceRegion": WEST, "Monitored": False}
    ec2.modify_ipam_resource_cidr(CurrentIpamScopeId=world["scope"], **ignore)
    assert row(vpc)["ManagementState"] == "ignored" and not allocations(west, world[WEST])


def test_two_regions_at_once_never_share_a_block(aws: Any, world: dict[str, str]) -> None:
    clients = {r: aws.client("ec2", r) for r in (HOME, WEST)}
    shared = make_pool(clients[HOME], world["scope"], 12, SourceIpamPoolId=world["top"], Locale=WEST)

    def allocate(n: int) -> str:
        ec2 = clients[HOME if n % 2 else WEST]
        answer = ec2.allocate_ipam_pool_cidr(IpamPoolId=shared, NetmaskLength=22)
        return str(answer["IpamPoolAllocation"]["Cidr"])

    with ThreadPoolExecutor(8) as many:
        given = [ip_network(c) for c in many.map(allocate, range(48))]
    assert len(set(given)) == 48
    assert not any(a.overlaps(b) for i, a in enumerate(given) for b in given[i + 1 :])


def test_save_and_load(aws: Any, world: dict[str, str], ec2: Any, tmp_path: Any) -> None:
    before = ec2.describe_ipam_pools()["IpamPools"]
    aws.control.ask("POST", "save", path=tmp_path / "state")
    aws.control.reset()
    assert not ec2.describe_ipam_pools()["IpamPools"]
    aws.control.ask("POST", "load", path=tmp_path / "state")
    assert ec2.describe_ipam_pools()["IpamPools"] == before
