"""IPAM: IPAMs and scopes, and the tags, filters and dry runs of all its resources."""

from __future__ import annotations

import re
from typing import Any

import pytest
from botocore.exceptions import ClientError
from ipam_site import (
    EU,
    GHOST,
    HOME,
    UNKNOWN,
    WEST,
    allocations,
    cidrs,
    make_ipam,
    make_pool,
    make_world,
    refused,
    state,
    where,
)
from promise import keeps


@pytest.fixture
def ec2(aws: Any) -> Any:
    return aws.client("ec2", HOME)


@pytest.fixture
def world(ec2: Any) -> dict[str, str]:
    return make_world(ec2)


@keeps("ec2.ipam-defaults", "ec2.ipam-arns")
def test_an_ipam_comes_with_scopes_and_a_discovery(aws: Any, ec2: Any) -> None:
    made = make_ipam(ec2, WEST, Description="all")
    assert made["State"] == "create-in-progress"
    shown = ec2.describe_ipams()["Ipams"][0]
    assert shown["State"] == "create-complete"
    assert [r["RegionName"] for r in shown["OperatingRegions"]] == [HOME, WEST]
    assert shown["IpamArn"] == f"arn:aws:ec2::{shown['OwnerId']}:ipam/{shown['IpamId']}"
    assert (shown["Tier"], shown["ScopeCount"], shown["Description"]) == ("advanced", 2, "all")
    assert (shown["EnablePrivateGua"], shown["MeteredAccount"]) == (False, "ipam-owner")
    for name, prefix in (("DefaultResourceDiscoveryId", ""), ("DefaultResourceDiscoveryAssociationId", "assoc-")):
        assert re.fullmatch(rf"ipam-res-disco-{prefix}[0-9a-f]{{17}}", shown[name])
    role = aws.client("iam").get_role(RoleName="AWSServiceRoleForIPAM")["Role"]
    assert role["Path"] == "/aws-service-role/ipam.amazonaws.com/"
    scopes = ec2.describe_ipam_scopes()["IpamScopes"]
    assert {(s["IpamScopeId"], s["IpamScopeType"], s["IsDefault"]) for s in scopes} == {
        (made["PublicDefaultScopeId"], "public", True),
        (made["PrivateDefaultScopeId"], "private", True),
    }


@keeps("ec2.ipam-one-per-region")
def test_a_region_has_one_ipam(aws: Any, ec2: Any) -> None:
    ipam = make_ipam(ec2)
    refused("ResourceLimitExceeded", ec2.create_ipam)
    other = make_ipam(aws.client("ec2", WEST), Tier="free")
    assert other["Tier"] == "free"
    assert [i["IpamId"] for i in ec2.describe_ipams()["Ipams"]] == [ipam["IpamId"]]
    refused("InvalidIpamId.NotFound", aws.client("ec2", EU).describe_ipams, IpamIds=[ipam["IpamId"]])
    assert not aws.client("ec2", EU).describe_ipams()["Ipams"]


@keeps(
    "ec2.ipam-states",
    "ec2.ipam-modify-complete",
    "ec2.ipam-not-filled",
    "ec2.ipam-deprovision-twice",
    "ec2.ipam-delete-order",
    "ec2.ipam-residue",
)
def test_states_change_over_time(aws: Any, ec2: Any) -> None:
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


@keeps("ec2.ipam-state-message")
def test_a_failed_pool_can_only_be_deleted(aws: Any, ec2: Any) -> None:
    scope = make_ipam(ec2)["PrivateDefaultScopeId"]
    aws.control.fault("ec2:CreateIpamPool", "fail", state="create-failed", message="on purpose")
    pool = make_pool(ec2, scope)
    (shown,) = ec2.describe_ipam_pools()["IpamPools"]
    assert (shown["State"], shown["StateMessage"]) == ("create-failed", "on purpose")
    refused("IncorrectState", ec2.provision_ipam_pool_cidr, IpamPoolId=pool, Cidr="10.0.0.0/8")
    refused("IncorrectState", ec2.modify_ipam_pool, IpamPoolId=pool, Description="x")
    ec2.delete_ipam_pool(IpamPoolId=pool)
    assert not ec2.describe_ipam_pools()["IpamPools"]


@keeps("ec2.ipam-state-message")
def test_changes_and_deletions_of_pools_can_fail(aws: Any, world: dict[str, str], ec2: Any) -> None:
    def fails(operation: str, failed: str, **params: Any) -> dict[str, Any]:
        aws.control.fault(f"ec2:{operation}IpamPool", "fail", state=failed, message="on purpose")
        getattr(ec2, f"{operation.lower()}_ipam_pool")(IpamPoolId=world[WEST], **params)
        shown: dict[str, Any] = ec2.describe_ipam_pools(IpamPoolIds=[world[WEST]])["IpamPools"][0]
        assert (shown["State"], shown["StateMessage"]) == (failed, "on purpose")
        return shown

    shown = fails("Modify", "modify-failed", Description="x", AllocationMinNetmaskLength=16)
    assert "Description" not in shown and "AllocationMinNetmaskLength" not in shown
    fails("Delete", "delete-failed", Cascade=True)
    assert ec2.modify_ipam_pool(IpamPoolId=world[WEST], Description="x")["IpamPool"]["Description"] == "x"
    assert "StateMessage" not in ec2.describe_ipam_pools(IpamPoolIds=[world[WEST]])["IpamPools"][0]


@keeps("ec2.ipam-regions", "ec2.ipam-region-in-use")
def test_operating_regions_are_added_and_removed(ec2: Any) -> None:
    ipam = make_ipam(ec2, WEST)["IpamId"]
    many = [{"RegionName": WEST}] * 51
    refused("InvalidParameterValue", ec2.modify_ipam, IpamId=ipam, AddOperatingRegions=many)
    ec2.modify_ipam(
        IpamId=ipam,
        AddOperatingRegions=[{"RegionName": EU}],
        RemoveOperatingRegions=[{"RegionName": WEST}],
    )
    shown = ec2.describe_ipams()["Ipams"][0]
    assert {r["RegionName"] for r in shown["OperatingRegions"]} == {HOME, EU}
    make_pool(ec2, shown["PrivateDefaultScopeId"], Locale=EU)
    remove = {"IpamId": ipam, "RemoveOperatingRegions": [{"RegionName": EU}]}
    refused("DependencyViolation", ec2.modify_ipam, **remove)
    for region in (HOME, WEST, "mars-1"):
        remove["RemoveOperatingRegions"] = [{"RegionName": region}]
        refused("InvalidParameterValue", ec2.modify_ipam, **remove)


@keeps("ec2.ipam-tier")
def test_the_free_tier_refuses_scopes_and_pools(ec2: Any) -> None:
    ipam = make_ipam(ec2)
    pool = make_pool(ec2, ipam["PrivateDefaultScopeId"])
    refused("UnsupportedOperation", ec2.modify_ipam, IpamId=ipam["IpamId"], Tier="free")
    ec2.delete_ipam_pool(IpamPoolId=pool)
    assert ec2.modify_ipam(IpamId=ipam["IpamId"], Tier="free")["Ipam"]["Tier"] == "free"
    refused("UnsupportedOperation", ec2.create_ipam_scope, IpamId=ipam["IpamId"])
    refused("UnsupportedOperation", make_pool, ec2=ec2, scope=ipam["PrivateDefaultScopeId"])
    assert ec2.modify_ipam(IpamId=ipam["IpamId"], Tier="advanced")["Ipam"]["Tier"] == "advanced"
    make_pool(ec2, ipam["PrivateDefaultScopeId"])


@keeps("ec2.ipam-default-scopes-stay", "ec2.ipam-quotas", "ec2.ipam-modify-complete", "ec2.ipam-delete-order")
def test_private_scopes_are_created_changed_and_deleted(ec2: Any) -> None:
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


@keeps("ec2.ipam-not-found")
@pytest.mark.parametrize(
    ("operation", "parameter", "prefix", "code"),
    [
        ("delete_ipam", "IpamId", "ipam-", "InvalidIpamId"),
        ("describe_ipams", "IpamIds", "ipam-", "InvalidIpamId"),
        ("delete_ipam_scope", "IpamScopeId", "ipam-scope-", "InvalidIpamScopeId"),
        ("get_ipam_resource_cidrs", "IpamScopeId", "ipam-scope-", "InvalidIpamScopeId"),
        ("delete_ipam_pool", "IpamPoolId", "ipam-pool-", "InvalidIpamPoolId"),
        ("get_ipam_pool_cidrs", "IpamPoolId", "ipam-pool-", "InvalidIpamPoolId"),
        (
            "modify_ipam_pool_allocation",
            "IpamPoolAllocationId",
            "ipam-pool-alloc-",
            "InvalidIpamPoolAllocationId",
        ),
    ],
)
def test_unknown_and_malformed_ids_are_refused(
    ec2: Any, operation: str, parameter: str, prefix: str, code: str
) -> None:
    for thing, kind in ((prefix + GHOST, "NotFound"), (UNKNOWN, "Malformed")):
        given = [thing] if parameter.endswith("s") else thing
        refused(f"{code}.{kind}", getattr(ec2, operation), **{parameter: given})


@keeps("ec2.ipam-tags")
def test_all_resources_of_ipam_can_be_tagged(aws: Any, ec2: Any) -> None:
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


@keeps("ec2.ipam-lists")
def test_pools_are_filtered_and_listed_in_pages(world: dict[str, str], ec2: Any) -> None:
    def found(name: str, *values: str) -> list[str]:
        return [p["IpamPoolId"] for p in ec2.describe_ipam_pools(Filters=where(name, *values))["IpamPools"]]

    assert found("locale", WEST, EU) == [world[WEST], world[EU]]
    assert found("locale", "us-*") == [world[HOME], world[WEST]]
    assert found("source-ipam-pool-id", world["top"]) == [world[r] for r in (HOME, WEST, EU)]
    assert found("auto-import", "false", "true") == [world[k] for k in ("top", HOME, WEST, EU)]
    assert found("tag-key", "*") == []
    refused("InvalidParameterValue", found, name="colour")
    for _ in range(2):
        make_pool(ec2, world["scope"])
    pages = ec2.get_paginator("describe_ipam_pools").paginate(PaginationConfig={"PageSize": 5})
    assert [len(p["IpamPools"]) for p in pages] == [5, 1]
    refused("InvalidNextToken", ec2.describe_ipam_pools, NextToken="soon")


@keeps("ec2.ipam-lists")
@pytest.mark.parametrize(
    ("operation", "right", "wrong"),
    [
        ("describe_ipams", where("tier", "adv?nced"), where("tier", "free")),
        ("describe_ipam_scopes", where("is-default", "true"), where("ipam-scope-type", "other")),
        ("describe_ipam_pool_allocations", where("resource-type", "ipam-pool"), where("resource-type", "vpc")),
    ],
)
def test_every_list_can_be_filtered(
    world: dict[str, str], ec2: Any, operation: str, right: list[dict[str, Any]], wrong: list[dict[str, Any]]
) -> None:
    def found(filters: list[dict[str, Any]]) -> int:
        answer = getattr(ec2, operation)(Filters=filters, MaxResults=1000)
        return len(next(v for k, v in answer.items() if k.startswith("Ipam")))

    assert found(right) and not found(wrong)


@keeps("ec2.ipam-cascade")
@pytest.mark.parametrize("kind", ["ipam", "pool"])
def test_cascade_deletes_pools_and_keeps_their_vpcs(aws: Any, world: dict[str, str], ec2: Any, kind: str) -> None:
    vpc = aws.client("ec2", WEST).create_vpc(Ipv4IpamPoolId=world[WEST], Ipv4NetmaskLength=20)["Vpc"]["VpcId"]
    if kind == "ipam":
        ec2.delete_ipam(IpamId=world["ipam"], Cascade=True)
        assert not ec2.describe_ipams()["Ipams"]
    else:
        ec2.delete_ipam_pool(IpamPoolId=world[WEST], Cascade=True)
        assert {a["ResourceId"] for a in allocations(ec2, world["top"])} == {world[HOME], world[EU]}
        ec2.delete_ipam_pool(IpamPoolId=world["top"], Cascade=True)
    assert not ec2.describe_ipam_pools()["IpamPools"]
    assert aws.client("ec2", WEST).describe_vpcs(VpcIds=[vpc])["Vpcs"]


@keeps("ec2.dry-run")
def test_dry_runs_change_nothing(world: dict[str, str], ec2: Any) -> None:
    scope, pool, page = {"IpamScopeId": world["scope"]}, {"IpamPoolId": world[HOME]}, {"NextToken": "0"}
    allocation = {"IpamPoolAllocationId": "ipam-pool-alloc-" + GHOST}
    calls: dict[str, dict[str, Any]] = {
        "create_ipam": {},
        "create_ipam_pool": {**scope, "AddressFamily": "ipv4"},
        "create_ipam_scope": {"IpamId": world["ipam"]},
        "modify_ipam": {"IpamId": world["ipam"], "Description": "x"},
        "modify_ipam_scope": {**scope, "Description": "x"},
        "modify_ipam_pool": {**pool, "Description": "x"},
        "modify_ipam_pool_allocation": allocation,
        "provision_ipam_pool_cidr": {**pool, "NetmaskLength": 16},
        "deprovision_ipam_pool_cidr": {**pool, "Cidr": "10.0.0.0/12"},
        "allocate_ipam_pool_cidr": {**pool, "NetmaskLength": 16},
        "release_ipam_pool_allocation": {**pool, **allocation, "Cidr": "10.0.0.0/16"},
        "delete_ipam_pool": {**pool, "Cascade": True},
        "delete_ipam_scope": scope,
        "delete_ipam": {"IpamId": world["ipam"], "Cascade": True},
        "describe_ipams": page,
        "describe_ipam_scopes": page,
        "describe_ipam_pools": page,
        "describe_ipam_pool_allocations": page,
        "get_ipam_pool_allocations": pool,
        "get_ipam_pool_cidrs": pool,
        "get_ipam_resource_cidrs": scope,
    }
    before = ec2.describe_ipams()["Ipams"], ec2.describe_ipam_pools()["IpamPools"], cidrs(ec2, world[HOME])
    for operation, params in calls.items():
        refused("DryRunOperation", getattr(ec2, operation), **params, DryRun=True)
    assert before == (ec2.describe_ipams()["Ipams"], ec2.describe_ipam_pools()["IpamPools"], cidrs(ec2, world[HOME]))


def test_save_and_load_keep_pools(aws: Any, world: dict[str, str], ec2: Any) -> None:
    before = ec2.describe_ipam_pools()["IpamPools"]
    aws.control.save("pools")
    aws.control.reset()
    assert not ec2.describe_ipam_pools()["IpamPools"]
    aws.control.load("pools")
    assert ec2.describe_ipam_pools()["IpamPools"] == before


@keeps(
    "ec2.ipam-no-ipv6",
    "ec2.ipam-no-public",
    "ec2.ipam-no-organizations",
    "ec2.ipam-no-discoveries",
    "ec2.ipam-no-planning",
    "ec2.ipam-no-changes",
    "ec2.ipam-no-history",
)
def test_missing_operations_and_parameters_are_refused(world: dict[str, str], ec2: Any) -> None:
    public, private = {"IpamScopeId": world["public"]}, {"IpamScopeId": world["scope"]}
    watched = {"CurrentIpamScopeId": world["scope"], "ResourceId": "vpc-" + GHOST, "ResourceCidr": "10.0.0.0/16"}
    discovery = ec2.describe_ipams()["Ipams"][0]["DefaultResourceDiscoveryId"]
    calls: list[tuple[str, dict[str, Any]]] = [
        ("create_ipam_pool", {**private, "AddressFamily": "ipv6"}),
        ("create_ipam_pool", {**public, "AddressFamily": "ipv4"}),
        ("create_ipam_pool", {**private, "AddressFamily": "ipv4", "PublicIpSource": "amazon"}),
        ("create_vpc", {"CidrBlock": "10.0.0.0/16", "Ipv6IpamPoolId": world[HOME], "Ipv6NetmaskLength": 56}),
        ("get_ipam_resource_cidrs", public),
        ("get_ipam_resource_cidrs", {**private, "ResourceType": "eip"}),
        ("create_ipam_pool", {**private, "AddressFamily": "ipv4", "SourceResource": {"ResourceType": "vpc"}}),
        ("create_ipam", {"EnablePrivateGua": True}),
        ("describe_ipam_resource_discoveries", {}),
        ("describe_ipam_resource_discovery_associations", {}),
        ("modify_ipam_resource_cidr", {**watched, "ResourceRegion": HOME, "Monitored": False}),
        ("create_ipam", {"MeteredAccount": "resource-owner"}),
        ("create_ipam_resource_discovery", {}),
        ("enable_ipam_organization_admin_account", {"DelegatedAdminAccountId": "111122223333"}),
        ("create_tags", {"Resources": [discovery], "Tags": [{"Key": "a", "Value": "b"}]}),
        ("get_ipam_address_history", {**private, "Cidr": "10.0.0.0/16"}),
    ]
    for operation, params in calls:
        with pytest.raises(ClientError, match="does not implement"):
            getattr(ec2, operation)(**params)
