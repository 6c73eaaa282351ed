"""The layout of subnets, which never move or overlap, and the choice of zones, which is the same in all accounts."""

from __future__ import annotations

import ipaddress
from typing import Any

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.mtk.backend.plugins.filter.network_zones import network_zones
from ansible_collections.mtk.backend.plugins.filter.subnet_layout import subnet_layout as subnet_layout_filter
from ansible_collections.mtk.backend.plugins.module_utils.domain._layout import (
    TIERS,
    Subnet,
    Zone,
    choose_zones,
    subnet_layout,
)
from ansible_collections.mtk.backend.plugins.module_utils.domain._values import UNKNOWN
from hypothesis import given
from hypothesis import strategies as st

ALL_ZONES = [Zone(f"us-east-1{'abcdefgh'[i]}", f"use1-az{(i * 3) % 8 + 1}") for i in range(8)]
VPCS = st.builds(
    lambda prefix, n: str(ipaddress.IPv4Network((int(n) >> (32 - prefix) << (32 - prefix), prefix))),
    st.integers(8, 23),
    st.ip_addresses(v=4),
)
ZONES = st.lists(st.sampled_from(ALL_ZONES), unique=True)
SOME_TIERS = st.lists(st.sampled_from(list(TIERS)), unique=True)


def layout(vpc: str, zones: list[Zone], tiers: list[str]) -> dict[str, Subnet]:
    return {subnet.name: subnet for subnet in subnet_layout(vpc, zones, tiers, "dev", "us-east-1")}


@given(VPCS, ZONES, ZONES, SOME_TIERS, SOME_TIERS)
def test_new_zones_and_tiers_move_no_subnet(
    vpc: str, zones: list[Zone], more: list[Zone], tiers: list[str], others: list[str]
) -> None:
    small = layout(vpc, zones, tiers)
    grown = layout(vpc, list({*more, *zones}), list({*others, *tiers}))
    assert small.items() <= grown.items()


@given(VPCS)
def test_all_slots_are_equal_disjoint_and_inside(vpc: str) -> None:
    outer = ipaddress.IPv4Network(vpc)
    blocks = [ipaddress.IPv4Network(s.cidr) for s in layout(vpc, ALL_ZONES, list(TIERS)).values()]
    assert len(blocks) == 24
    assert {block.prefixlen for block in blocks} == {outer.prefixlen + 5}
    assert all(block.subnet_of(outer) for block in blocks)
    assert not any(a.overlaps(b) for i, a in enumerate(blocks) for b in blocks[:i])
    assert len(set(blocks)) == 24


def test_the_slot_comes_from_the_zone_id() -> None:
    (subnet,) = subnet_layout("10.0.0.0/16", [Zone("us-east-1a", "use1-az4")], ["private"], "dev", "us-east-1")
    assert subnet == Subnet(
        "private", "us-east-1a", "use1-az4", "10.0.88.0/21", "dev_us-east-1_us-east-1a_private_subnet"
    )


@given(ZONES, SOME_TIERS)
def test_an_unknown_vpc_has_the_same_subnets_without_cidrs(zones: list[Zone], tiers: list[str]) -> None:
    known, unknown = layout("10.0.0.0/16", zones, tiers), layout(UNKNOWN, zones, tiers)
    assert list(known) == list(unknown)
    assert {subnet.cidr for subnet in unknown.values()} <= {UNKNOWN}


@pytest.mark.parametrize(
    ("vpc", "zone", "tier", "message"),
    [
        ("10.0.0.0/24", "use1-az1", "public", "needs /23 or larger"),
        ("10.0.0.1/16", "use1-az1", "public", "has host bits set"),
        ("10.0.0.0/16", "use1-az9", "public", "not that of an availability zone"),
        ("10.0.0.0/16", "usw2-lax1-az1", "public", "not that of an availability zone"),
        ("10.0.0.0/16", "use1-az1", "secret", "the tiers are public, private, database"),
    ],
)
def test_invalid_input_is_refused(vpc: str, zone: str, tier: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        subnet_layout(vpc, [Zone("x", zone)], [tier], "dev", "us-east-1")
    with pytest.raises(AnsibleFilterError, match=message):
        subnet_layout_filter(vpc, [{"zone_name": "x", "zone_id": zone}], "dev", "us-east-1", [tier])


def test_two_zones_in_one_slot_are_refused() -> None:
    with pytest.raises(ValueError, match="share a slot"):
        subnet_layout("10.0.0.0/16", [Zone("a", "use1-az1"), Zone("b", "use1-az1")], ["public"], "dev", "us-east-1")


def test_the_filter_returns_plain_data_and_refuses_incomplete_zones() -> None:
    zones = [{"zone_name": "us-east-1a", "zone_id": "use1-az4", "more": 1}]
    assert [s["cidr"] for s in subnet_layout_filter("10.0.0.0/16", zones, "dev", "us-east-1")] == [
        "10.0.24.0/21",
        "10.0.88.0/21",
        "10.0.152.0/21",
    ]
    with pytest.raises(AnsibleFilterError, match="zone_name and zone_id"):
        subnet_layout_filter("10.0.0.0/16", ["us-east-1a"], "dev", "us-east-1")


def zone(name: str, id: str, **more: Any) -> dict[str, Any]:
    defaults = {"zone_type": "availability-zone", "opt_in_status": "opt-in-not-required", "state": "available"}
    return {"zone_name": name, "zone_id": id, **defaults, **more}


OFFERED = [
    zone("us-east-1a", "use1-az4"),
    zone("us-east-1b", "use1-az1"),
    zone("us-east-1c", "use1-az2"),
    zone("us-east-1-bos-1a", "use1-bos1-az1", zone_type="local-zone", opt_in_status="not-opted-in"),
    zone("us-east-1d", "use1-az3", state="unavailable"),
]


def test_zones_are_chosen_by_id_and_special_ones_are_left_out() -> None:
    assert [z.zone_name for z in choose_zones(OFFERED, 3)] == ["us-east-1b", "us-east-1c", "us-east-1a"]
    assert network_zones(OFFERED, 1) == [{"zone_name": "us-east-1b", "zone_id": "use1-az1"}]


def test_named_zones_keep_their_order() -> None:
    assert [z.zone_id for z in choose_zones(OFFERED, 3, ["us-east-1a", "us-east-1b"])] == ["use1-az4", "use1-az1"]


def test_zones_that_lack_services_are_used_only_if_named() -> None:
    offered = [*OFFERED[:3], zone("us-east-1e", "use1-az3")]
    assert [z.zone_id for z in choose_zones(offered, 3)] == ["use1-az1", "use1-az2", "use1-az4"]
    assert [z.zone_id for z in choose_zones(offered, 1, ["us-east-1e"])] == ["use1-az3"]
    with pytest.raises(ValueError, match=r"the region has 3: .*; us-east-1e \(use1-az3\) lacks services"):
        choose_zones(offered, 4)


@pytest.mark.parametrize(("count", "names"), [(4, []), (0, []), (1, ["us-east-1-bos-1a"]), (1, ["us-east-1x"])])
def test_too_few_zones_are_refused(count: int, names: list[str]) -> None:
    with pytest.raises(AnsibleFilterError, match=r"the region has.*us-east-1b \(use1-az1\)"):
        network_zones(OFFERED, count, names)
