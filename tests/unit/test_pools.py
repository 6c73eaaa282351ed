"""The address plan."""

from __future__ import annotations

from ipaddress import IPv4Network
from itertools import combinations

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.mtk.backend.plugins.filter.ipam_pools import ipam_pools
from ansible_collections.mtk.backend.plugins.filter.ipam_reservations import ipam_reservations
from ansible_collections.mtk.backend.plugins.module_utils.domain._names import resource_name
from ansible_collections.mtk.backend.plugins.module_utils.domain._pools import (
    SHARED,
    AddressPlan,
    PlanError,
    Reservation,
)
from hypothesis import given
from hypothesis import strategies as st

REGIONS = {"us-east-1": 0, "us-west-2": 1, "eu-west-1": 2}
ENVIRONMENTS = {"dev": 0, "qa": 1, "prod": 2}
PLAN = AddressPlan("10.0.0.0/8", REGIONS, ENVIRONMENTS)

slots = st.dictionaries(st.text("abcdefgh", min_size=1, max_size=4), st.integers(), min_size=1, max_size=4)


@st.composite
def plans(draw, regions=8, environments=4):
    """Generate address plans with valid slots."""

    def numbered(prefix, count):
        chosen = draw(st.lists(st.integers(0, count - 1), min_size=1, max_size=count, unique=True))
        return {f"{prefix}{index}": slot for index, slot in enumerate(chosen)}

    return AddressPlan("10.0.0.0/8", numbered("region-", regions), numbered("env-", environments), 11, 13)


def test_pools_of_an_environment():
    pools = PLAN.pools("prod", ["us-east-1", "us-west-2"])
    assert [(p.name, p.source_name, p.locale, p.cidr, p.environment) for p in pools] == [
        ("shared_ipam_top_pool", None, "", "10.0.0.0/8", SHARED),
        ("shared_us-east-1_ipam_pool", "shared_ipam_top_pool", "us-east-1", "10.0.0.0/12", SHARED),
        ("shared_us-west-2_ipam_pool", "shared_ipam_top_pool", "us-west-2", "10.16.0.0/12", SHARED),
        ("prod_us-east-1_ipam_pool", "shared_us-east-1_ipam_pool", "us-east-1", "10.8.0.0/14", "prod"),
        ("prod_us-west-2_ipam_pool", "shared_us-west-2_ipam_pool", "us-west-2", "10.24.0.0/14", "prod"),
    ]
    assert pools[3].name == resource_name("ipam_pool", "prod", "us-east-1")


@given(plans())
def test_pools_are_inside_their_source_and_do_not_overlap(plan):
    pools = {p.name: p for e in plan.environment_slots for p in plan.pools(e, plan.region_slots)}
    for pool in pools.values():
        assert pool.source_name is None or pool.network.subnet_of(pools[pool.source_name].network)
    for first, second in combinations(pools.values(), 2):
        assert first.source_name != second.source_name or not first.network.overlaps(second.network)


@given(plans(regions=7, environments=3))
def test_new_regions_and_environments_move_no_pool(plan):
    grown = AddressPlan(plan.top_cidr, {"new": 7, **plan.region_slots}, {"new": 3, **plan.environment_slots}, 11, 13)
    for environment in plan.environment_slots:
        before = plan.pools(environment, plan.region_slots)
        assert before == [p for p in grown.pools(environment, grown.region_slots) if p.locale != "new"]


@given(plans(), st.data())
def test_sources_come_first_and_only_needed_pools_are_listed(plan, data):
    environment = data.draw(st.sampled_from(sorted(plan.environment_slots)))
    regions = data.draw(st.lists(st.sampled_from(sorted(plan.region_slots)), unique=True))
    pools = plan.pools(environment, regions)
    assert {p.environment for p in pools} <= {SHARED, environment}
    assert {p.locale for p in pools} == {"", *regions}
    for index, pool in enumerate(pools):
        assert pool.source_name is None or pool.source_name in [p.name for p in pools[:index]]


@given(slots, slots)
def test_environments_never_overlap(regions, environments):
    plan = AddressPlan("10.0.0.0/8", regions, environments)
    try:
        pools = [p for e in environments for p in plan.pools(e, regions) if p.environment != SHARED]
    except PlanError:
        return
    assert not [pair for pair in combinations(pools, 2) if pair[0].network.overlaps(pair[1].network)]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"region_slots": {"us-east-1": 16}}, "region_slots: us-east-1: slot 16 is out of range.*0 to 15"),
        ({"region_slots": {"us-east-1": -1}}, "slot -1 is out of range"),
        ({"region_slots": {"us-west-2": 0}}, "region_slots: there is no slot for 'us-east-1'"),
        ({"region_slots": {"us-east-1": 0, "eu-west-1": 0}}, "us-east-1, eu-west-1 have the same slot 0"),
        ({"environment_slots": {"dev": 0, "qa": 4}}, "environment_slots: qa: slot 4 is out of range"),
        ({"environment_slots": {"dev": 1, "qa": 1}}, "dev, qa have the same slot 1"),
        ({"environment_slots": {"dev": 0, "shared": 1}}, "cannot be named 'shared'"),
        ({"environment_slots": {"qa": 1}}, "environment_slots: there is no slot for 'dev'"),
        ({"top_cidr": "10.0.0.1/8"}, "top_cidr: .*host bits"),
        ({"region_prefix": 7}, "region_prefix: /7 does not fit into 10.0.0.0/8"),
        ({"environment_prefix": 33}, "environment_prefix: /33 does not fit into 10.0.0.0/12"),
    ],
)
def test_an_invalid_address_plan_is_refused(change, message):
    fields = {"top_cidr": "10.0.0.0/8", "region_slots": REGIONS, "environment_slots": ENVIRONMENTS, **change}
    with pytest.raises(AnsibleFilterError, match=f"ipam_pools: .*{message}"):
        ipam_pools(["us-east-1"], "dev", **fields)


def test_reservations_go_to_the_smallest_pool_that_holds_them():
    blocks = [
        {"cidr": "10.1.0.0/16", "description": "old VPC"},  # in dev's block of us-east-1
        {"cidr": "10.12.0.0/16"},  # in us-east-1, in no environment's block
        {"cidr": "10.240.0.0/16", "description": "data centre"},  # in no region's block
        {"cidr": "10.4.0.0/16", "description": "qa's"},
        {"cidr": "10.16.0.0/16", "description": "dev's in us-west-2"},
    ]
    assert PLAN.reservations("dev", ["us-east-1"], blocks) == [
        Reservation("dev_us-east-1_ipam_pool", "dev", "10.1.0.0/16", "old VPC"),
        Reservation("shared_us-east-1_ipam_pool", SHARED, "10.12.0.0/16", "Reserved: 10.12.0.0/16"),
        Reservation("shared_ipam_top_pool", SHARED, "10.240.0.0/16", "data centre"),
    ]


@pytest.mark.parametrize(
    ("cidr", "message"),
    [
        ("10.0.0.0/13", r"covers dev_us-east-1_ipam_pool \(10.0.0.0/14\), qa_us-east-1_ipam_pool"),
        ("192.168.0.0/16", "is not inside 10.0.0.0/8"),
        ("10.0.0.0", None),
        ("nonsense", "reserved_cidrs: .*nonsense"),
    ],
)
def test_reservations_are_checked(cidr, message):
    arguments = {"regions": ["us-east-1"], "environment": "dev", "top_cidr": "10.0.0.0/8"}
    arguments |= {"region_slots": REGIONS, "environment_slots": ENVIRONMENTS}
    if message is None:
        assert IPv4Network(ipam_reservations([{"cidr": cidr}], **arguments)[0]["cidr"]).prefixlen == 32
        return
    with pytest.raises(AnsibleFilterError, match=message):
        ipam_reservations([{"cidr": cidr}], **arguments)
