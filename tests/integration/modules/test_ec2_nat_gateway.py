"""ec2_nat_gateway."""

from __future__ import annotations

import pytest

from .conftest import ModuleFailed, examples
from .network import network

NAME = "ec2_nat_gateway"


def gateways(aws):
    found = aws.client("ec2").describe_nat_gateways()["NatGateways"]
    return [gateway for gateway in found if gateway["State"] not in ("deleted", "deleting")]


def addresses(aws):
    return aws.client("ec2").describe_addresses()["Addresses"]


def tags_of(thing):
    return {tag["Key"]: tag["Value"] for tag in thing["Tags"]}


def test_four_beats(aws, run, four_beats, gone):
    net = network(aws)
    start, finish, remove = examples(NAME)
    result = four_beats(NAME, **start)
    finished = run(NAME, **finish)
    assert not finished["changed"]
    assert finished["nat_gateway"]["state"] == "available"
    (gateway,), (address,) = gateways(aws), addresses(aws)
    assert gateway["SubnetId"] == net.public[0]
    assert tags_of(gateway) == tags_of(address) == result["nat_gateway"]["tags"]
    assert gateway["NatGatewayAddresses"][0]["AllocationId"] == address["AllocationId"]
    gone(NAME, **remove)
    assert not gateways(aws)
    assert not addresses(aws)


def test_a_missing_subnet_is_planned_but_not_applied(aws, run):
    start = examples(NAME)[0]
    assert run(NAME, check=True, **start)["nat_gateway"]["subnet_id"] == "(known after apply)"
    with pytest.raises(ModuleFailed, match="subnet_id of nat_gateway .* is unknown"):
        run(NAME, **start)
    assert not aws.mutating()


def test_the_address_of_an_interrupted_run_is_reused(aws, run):
    network(aws)
    start = examples(NAME)[0]
    tags = [{"ResourceType": "elastic-ip", "Tags": [{"Key": "Name", "Value": start["name"]}]}]
    left = aws.client("ec2").allocate_address(Domain="vpc", TagSpecifications=tags)
    result = run(NAME, **{**start, "wait": True})
    assert result["nat_gateway"]["allocation_id"] == left["AllocationId"]
    assert len(addresses(aws)) == 1


def test_a_plan_names_the_gateways_and_addresses_that_it_reuses_or_removes(aws, run):
    network(aws)
    start, _, remove = examples(NAME)
    have = run(NAME, **{**start, "wait": True})["nat_gateway"]
    assert {have["nat_gateway_id"], have["allocation_id"]} <= set(run(NAME, check=True, **remove)["plan"]["ids"])
    aws.client("ec2").delete_nat_gateway(NatGatewayId=have["nat_gateway_id"])
    plan = run(NAME, check=True, **start)["plan"]
    assert (plan["action"], plan["ids"]) == ("create", [have["nat_gateway_id"], have["allocation_id"]])


def test_an_interrupted_removal_is_finished(aws, run):
    network(aws)
    start, _, remove = examples(NAME)
    run(NAME, **{**start, "wait": True})
    aws.client("ec2").delete_nat_gateway(NatGatewayId=gateways(aws)[0]["NatGatewayId"])
    assert run(NAME, **remove)["changed"]
    assert not addresses(aws)
    assert not run(NAME, **remove)["changed"]


def test_a_pending_gateway_is_not_created_twice(aws, run):
    network(aws)
    aws.control.scale(0.01)
    start, finish, remove = examples(NAME)
    assert run(NAME, **start)["changed"]
    assert not run(NAME, **start)["changed"]
    assert run(NAME, **finish)["nat_gateway"]["state"] == "available"
    assert len(gateways(aws)) == len(addresses(aws)) == 1
    run(NAME, **remove)
    assert not gateways(aws) and not addresses(aws)


def test_tags_are_repaired_and_a_change_of_the_subnet_is_refused(aws, run):
    net = network(aws)
    params = {**examples(NAME)[0], "wait": True}
    gateway = run(NAME, **params)["nat_gateway"]
    team = [{"Key": "Team", "Value": "other"}]
    aws.client("ec2").create_tags(Resources=[gateway["nat_gateway_id"]], Tags=team)
    drift = run(NAME, **params)
    assert drift["diff"]["before"]["tags"]["Team"] == "other"
    assert "Team" not in tags_of(gateways(aws)[0])
    other = {key: value for key, value in params.items() if key != "subnet_name"}
    with pytest.raises(ModuleFailed, match="AWS cannot change subnet_id"):
        run(NAME, subnet_id=net.public[1], **other)


def test_a_private_gateway_needs_no_address(aws, run):
    net = network(aws)
    params = {"name": "private_nat", "subnet_id": net.public[0], "connectivity_type": "private"}
    run(NAME, **params)
    assert not run(NAME, **params)["changed"]
    assert not addresses(aws)


def test_a_failed_gateway_is_reported_and_can_be_removed(aws, run):
    net = network(aws, internet_gateway=False)  # AWS accepts the NAT gateway and fails it later
    params = {"name": "nat", "subnet_id": net.public[0]}
    with pytest.raises(ModuleFailed, match=r"Gateway\.NotAttached: .* Remove the cause and run again"):
        run(NAME, **params)
    assert run(NAME, name="nat", state="absent")["changed"]
    assert not addresses(aws)


def test_a_failed_gateway_is_replaced_with_its_address(aws, run):
    net = network(aws, internet_gateway=False)
    params = {"name": "nat", "subnet_id": net.public[0]}
    for _attempt in range(2):  # while the cause is there, each run tries once
        with pytest.raises(ModuleFailed, match=r"Gateway\.NotAttached"):
            run(NAME, **params)
    aws.client("ec2").attach_internet_gateway(VpcId=net.vpc, InternetGatewayId=net.internet_gateway)
    planned = run(NAME, **params, check=True)
    assert planned["plan"]["action"] == "replace" and "Gateway.NotAttached" in planned["plan"]["reason"]
    replaced = run(NAME, **params)
    assert replaced["plan"]["action"] == "replace" and replaced["nat_gateway"]["state"] == "available"
    assert [address["AllocationId"] for address in addresses(aws)] == [replaced["nat_gateway"]["allocation_id"]]
    assert not run(NAME, **params)["changed"]


def test_refuses_another_environments_gateway(aws, run):
    network(aws)
    start = examples(NAME)[0]
    run(NAME, **start)
    with pytest.raises(ModuleFailed, match="belongs to environment 'dev'"):
        run(NAME, **{**start, "tags": {"mtk:environment": "prod"}})
