"""Routes and rules that others add, and those that the inventory declares."""

from __future__ import annotations

import pytest
from ansible_collections.mtk.backend.plugins.module_utils.domain import _routes

ENI = {"network_interface_id": "eni-1"}
TO = {"destination_cidr_block": "10.9.0.0/16"}


@pytest.mark.parametrize(
    ("route", "target"),
    [
        ({"nat_gateway_id": "nat-1"}, {"nat_gateway_id": "nat-1"}),
        ({"core_network_arn": "arn:aws:networkmanager::1:core-network/c-1"}, None),
        ({"carrier_gateway_id": "cagw-1"}, None),
        ({"local_gateway_id": "lgw-1"}, None),
        ({"odb_network_arn": "arn:aws:odb:us-east-1:1:odb-network/o-1"}, None),
        ({"gateway_id": "vpce-1"}, {"vpc_endpoint_id": "vpce-1"}),
        ({"instance_id": "i-1", "instance_owner_id": "1", "network_interface_id": "eni-1"}, ENI),
        ({"a_target_of_next_year_id": "x-1"}, None),
        ({}, None),
    ],
)  # fmt: skip
def test_a_route_is_compared_whatever_its_target(route, target):
    shown = {**TO, **route, "origin": "CreateRoute", "state": "active"}
    assert _routes.is_created(shown)
    assert _routes.plain(shown) == {**TO, **(route if target is None else target)}
    assert _routes.by_destination([shown, {"destination_prefix_list_id": "pl-1", "gateway_id": "igw-1"}])


@pytest.mark.parametrize(
    "route",
    [
        {**TO, "gateway_id": "local", "origin": "CreateRouteTable"},
        {**TO, "gateway_id": "vgw-1", "origin": "EnableVgwRoutePropagation"},
        {"destination_prefix_list_id": "pl-1", "gateway_id": "vpce-1", "origin": "CreateRoute"},
    ],
)
def test_routes_of_aws_are_nobodys(route):
    assert not _routes.is_created(route)


@pytest.mark.parametrize(
    ("route", "gateway"),
    [
        ({"destination_cidr_block": "0.0.0.0/0", "nat_gateway_id": "nat-1"}, "nat-1"),
        ({"destination_ipv6_cidr_block": "::/0", "gateway_id": "igw-1"}, "igw-1"),
        ({"destination_cidr_block": "0.0.0.0/0", "transit_gateway_id": "tgw-1"}, ""),
        ({"destination_cidr_block": "0.0.0.0/0", "gateway_id": "vgw-1"}, ""),
        ({**TO, "nat_gateway_id": "nat-1"}, ""),
    ],
)
def test_only_a_default_route_to_a_gateway_may_be_of_earlier_settings(route, gateway):
    assert _routes.default_gateway(route) == gateway


def test_declared_routes_are_selected_by_place():
    pcx = {**TO, "vpc_peering_connection_id": "pcx-1"}
    declared = [
        {"tier": "private", **pcx},
        {"tier": "private", "region": "us-west-2", **pcx},
        {"tier": "private", "zone": "us-east-1b", **pcx, "destination_cidr_block": "10.8.0.0/16"},
        {"tier": "database", **pcx},
    ]
    assert _routes.extra_routes(declared, "private", "us-east-1", "us-east-1a") == [pcx]
    assert len(_routes.extra_routes(declared, "private", "us-east-1", "us-east-1b")) == 2
    assert len(_routes.extra_routes(declared, "private", "us-west-2", "us-west-2a")) == 2
    assert _routes.extra_routes(declared, "database", "us-east-1") == [pcx]
    assert _routes.extra_routes(declared, "public", "us-east-1") == []


def test_declared_rules_are_selected_by_group_and_direction():
    rule = {"ip_protocol": "tcp", "from_port": 1, "to_port": 2, "cidr_ipv4": "10.0.0.0/8"}
    declared = [
        {"group": "database", "direction": "ingress", **rule},
        {"group": "database", "direction": "egress", "region": "us-west-2", **rule},
    ]
    assert _routes.extra_rules(declared, "database", "ingress", "us-east-1") == [rule]
    assert _routes.extra_rules(declared, "database", "egress", "us-west-2") == [rule]
    for group, direction in (("database", "egress"), ("application", "ingress")):
        assert _routes.extra_rules(declared, group, direction, "us-east-1") == []
