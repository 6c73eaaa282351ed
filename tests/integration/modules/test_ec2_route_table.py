"""ec2_route_table."""

from __future__ import annotations

import pytest

from .conftest import ModuleFailed, examples
from .network import network

NAME = "ec2_route_table"


def table(aws, id):
    return aws.client("ec2").describe_route_tables(RouteTableIds=[id])["RouteTables"][0]


def subnets(aws, id):
    return {a["SubnetId"] for a in table(aws, id)["Associations"] if "SubnetId" in a}


def routes(aws, id):
    return {
        r.get("DestinationCidrBlock") or r.get("DestinationPrefixListId"): r.get("NatGatewayId") or r.get("GatewayId")
        for r in table(aws, id)["Routes"]
    }


def nat(aws, subnet, name):
    ec2 = aws.client("ec2")
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    tags = [{"ResourceType": "natgateway", "Tags": [{"Key": "Name", "Value": name}]}]
    made = ec2.create_nat_gateway(SubnetId=subnet, AllocationId=address, TagSpecifications=tags)
    return made["NatGateway"]["NatGatewayId"]


def test_four_beats(aws, four_beats, gone):
    net = network(aws)
    params, remove = examples(NAME)
    id = four_beats(NAME, **params)["route_table"]["route_table_id"]
    assert subnets(aws, id) == set(net.public)
    assert routes(aws, id) == {"10.0.0.0/16": "local", "0.0.0.0/0": net.internet_gateway}
    gone(NAME, **remove)


def test_check_mode_on_an_empty_account(aws, run):
    planned = run(NAME, check=True, **examples(NAME)[0])["route_table"]
    assert planned["routes"] == [{"destination_cidr_block": "0.0.0.0/0", "gateway_id": "(known after apply)"}]
    assert not aws.mutating()


def test_no_route_leads_to_a_gateway_of_somebody_else(aws, run):
    net = network(aws)
    aws.client("ec2").delete_tags(Resources=[net.internet_gateway], Tags=[{"Key": "mtk:environment"}])
    params = examples(NAME)[0]
    with pytest.raises(ModuleFailed, match="routes of route_table .* is unknown.*not belong"):
        run(NAME, **params)
    name = params["routes"][0]["internet_gateway_name"]
    id = run(NAME, **params, adopt=[f"ec2_internet_gateway:{name}"])["route_table"]["route_table_id"]
    assert routes(aws, id)["0.0.0.0/0"] == net.internet_gateway


def test_omitted_options_are_not_changed(aws, run):
    net = network(aws)
    params = examples(NAME)[0]
    id = run(NAME, **params)["route_table"]["route_table_id"]
    assert not run(NAME, name=params["name"], vpc_id=net.vpc)["changed"]
    assert subnets(aws, id) == set(net.public)
    assert run(NAME, name=params["name"], vpc_id=net.vpc, routes=[], subnet_ids=[net.public[0]])["changed"]
    assert subnets(aws, id) == {net.public[0]}
    assert set(routes(aws, id)) == {"10.0.0.0/16"}


def test_a_subnet_is_moved_in_one_call(aws, run):
    net = network(aws)
    run(NAME, name="a", vpc_id=net.vpc, subnet_ids=net.public)
    before = len(aws.mutating())
    id = run(NAME, name="b", vpc_id=net.vpc, subnet_ids=net.public[:1])["route_table"]["route_table_id"]
    assert set(aws.mutating()[before:]) == {"ec2:CreateRouteTable", "ec2:ReplaceRouteTableAssociation"}
    assert subnets(aws, id) == {net.public[0]}
    assert not run(NAME, name="a", vpc_id=net.vpc, subnet_ids=net.public[1:])["changed"]


def test_drifted_routes_and_blackholes_are_replaced(aws, run):
    net = network(aws)
    ec2, old = aws.client("ec2"), nat(aws, net.public[0], "nat")
    params = {
        "name": "private",
        "vpc_id": net.vpc,
        "routes": [{"destination_cidr_block": "0.0.0.0/0", "nat_gateway_name": "nat"}],
    }
    id = run(NAME, **params)["route_table"]["route_table_id"]
    assert routes(aws, id)["0.0.0.0/0"] == old
    ec2.create_route(RouteTableId=id, DestinationCidrBlock="192.168.0.0/16", GatewayId=net.internet_gateway)
    ec2.delete_nat_gateway(NatGatewayId=old)
    new = nat(aws, net.public[0], "nat")
    drift = run(NAME, check=True, **params)["diff"]
    assert len(drift["before"]["routes"]) == 2
    before = len(aws.mutating())
    run(NAME, **params)
    assert aws.mutating()[before:] == ["ec2:DeleteRoute", "ec2:ReplaceRoute"]
    assert routes(aws, id) == {"10.0.0.0/16": "local", "0.0.0.0/0": new}


def test_routes_of_gateway_endpoints_are_not_touched(aws, run):
    net = network(aws)
    params = {"name": "private", "vpc_id": net.vpc, "routes": []}
    id = run(NAME, **params)["route_table"]["route_table_id"]
    aws.client("ec2").create_vpc_endpoint(
        VpcId=net.vpc, ServiceName="com.amazonaws.us-east-1.s3", RouteTableIds=[id], VpcEndpointType="Gateway"
    )
    there = routes(aws, id)
    assert any(str(target).startswith("vpce-") for target in there.values())
    assert not run(NAME, **params)["changed"]
    assert routes(aws, id) == there


def test_a_route_needs_one_destination_and_one_target(run):
    with pytest.raises(ModuleFailed, match="one of the following is required"):
        run(NAME, name="x", vpc_id="vpc-1", routes=[{"destination_cidr_block": "0.0.0.0/0"}])
    with pytest.raises(ModuleFailed, match="mutually exclusive"):
        run(
            NAME,
            name="x",
            vpc_id="vpc-1",
            routes=[{"destination_cidr_block": "0.0.0.0/0", "gateway_id": "igw-1", "nat_gateway_id": "nat-1"}],
        )


def test_invalid_options_and_foreign_tables_are_refused(aws, run):
    network(aws)
    params = examples(NAME)[0]
    with pytest.raises(ModuleFailed, match="routes of route_table .* is unknown"):
        run(NAME, **{**params, "routes": [{"destination_cidr_block": "0.0.0.0/0", "nat_gateway_name": "none"}]})
    run(NAME, **params)
    with pytest.raises(ModuleFailed, match="belongs to environment 'dev'"):
        run(NAME, **{**params, "tags": {"mtk:environment": "prod"}})


OWNED = {"mtk:environment": "dev"}


def peering(aws, vpc):
    ec2 = aws.client("ec2")
    peer = ec2.create_vpc(CidrBlock="192.168.0.0/16")["Vpc"]["VpcId"]
    made = ec2.create_vpc_peering_connection(VpcId=vpc, PeerVpcId=peer)["VpcPeeringConnection"]
    return ec2.accept_vpc_peering_connection(VpcPeeringConnectionId=made["VpcPeeringConnectionId"])[
        "VpcPeeringConnection"
    ]["VpcPeeringConnectionId"]


def test_routes_of_others_are_reported_and_left_alone(aws, run):
    net = network(aws)
    ec2, pcx = aws.client("ec2"), peering(aws, net.vpc)
    params = {**examples(NAME)[0], "purge_routes": False}
    id = run(NAME, **params)["route_table"]["route_table_id"]
    by_hand = {"destination_cidr_block": "192.168.0.0/16", "vpc_peering_connection_id": pcx}
    ec2.create_route(RouteTableId=id, DestinationCidrBlock="192.168.0.0/16", VpcPeeringConnectionId=pcx)
    result = run(NAME, **params)
    (seen,) = result["plan"]["observations"]
    assert (result["changed"], seen["field"], seen["found"], seen["owner"]) == (False, "routes", by_hand, "foreign")
    assert "-e remove=ec2_route_table:dev_us-east-1_public_route_table" in seen["reason"]
    declared = {**params, "routes": [*params["routes"], by_hand]}
    result = run(NAME, **declared)
    assert (result["changed"], "observations" in result["plan"]) == (False, False)
    ec2.delete_route(RouteTableId=id, DestinationCidrBlock="192.168.0.0/16")
    assert run(NAME, **declared)["changed"]
    consent = {**params, "remove": ["ec2_route_table:dev_us-east-1_public_route_table"]}
    assert "observations" not in run(NAME, check=True, **consent)["plan"]
    assert run(NAME, **consent)["changed"]
    assert set(routes(aws, id)) == {"10.0.0.0/16", "0.0.0.0/0"}


def test_a_changed_target_is_repaired_beside_routes_of_others(aws, run):
    net = network(aws)
    ec2, pcx = aws.client("ec2"), peering(aws, net.vpc)
    params = {**examples(NAME)[0], "purge_routes": False}
    id = run(NAME, **params)["route_table"]["route_table_id"]
    ec2.create_route(RouteTableId=id, DestinationCidrBlock="192.168.0.0/16", VpcPeeringConnectionId=pcx)
    ec2.replace_route(RouteTableId=id, DestinationCidrBlock="0.0.0.0/0", VpcPeeringConnectionId=pcx)
    before = len(aws.mutating())
    run(NAME, **params)
    assert aws.mutating()[before:] == ["ec2:ReplaceRoute"]
    assert routes(aws, id)["0.0.0.0/0"] == net.internet_gateway


def test_a_default_route_of_earlier_settings_is_removed(aws, run):
    net = network(aws)
    params = {**examples(NAME)[0], "purge_routes": False}
    id = run(NAME, **params)["route_table"]["route_table_id"]
    aws.client("ec2").create_route(
        RouteTableId=id, DestinationCidrBlock="198.51.100.0/24", GatewayId=net.internet_gateway
    )
    result = run(NAME, **{**params, "routes": []})
    assert set(routes(aws, id)) == {"10.0.0.0/16", "198.51.100.0/24"}
    assert [seen["owner"] for seen in result["plan"]["observations"]] == ["foreign"]
    pcx = peering(aws, net.vpc)
    aws.client("ec2").create_route(RouteTableId=id, DestinationCidrBlock="0.0.0.0/0", VpcPeeringConnectionId=pcx)
    assert not run(NAME, **{**params, "routes": []})["changed"], "the way of others into the internet"


def test_the_subnets_of_other_settings_and_of_others_stay(aws, run):
    net = network(aws)
    params = {**examples(NAME)[0], "purge_subnets": False}
    foreign = aws.client("ec2").create_subnet(VpcId=net.vpc, CidrBlock="10.0.64.0/21")["Subnet"]["SubnetId"]
    table_id = run(NAME, **params)["route_table"]["route_table_id"]
    aws.client("ec2").associate_route_table(RouteTableId=table_id, SubnetId=foreign)
    first = {**params, "subnet_names": params["subnet_names"][:1]}
    before = len(aws.mutating())
    found = run(NAME, **first)
    assert not found["changed"] and len(aws.mutating()) == before
    (observed,) = found["plan"]["observations"]
    assert (observed["found"], observed["owner"]) == (foreign, "foreign")
    assert "-e remove=ec2_route_table:dev_us-east-1_public_route_table" in observed["reason"]

    run(NAME, **first, remove=["ec2_route_table:dev_us-east-1_public_route_table"])
    assert subnets(aws, table_id) == set(net.public), "the consent removes what others have added, and nothing else"
    run(NAME, **first, removed_subnet_names=params["subnet_names"][1:])
    assert subnets(aws, table_id) == {net.public[0]}
