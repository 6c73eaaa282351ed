"""EC2: network ACLs, and peering connections with their routes."""

from __future__ import annotations

from typing import Any

import pytest
from ec2_net import HERE, ONE, Net, by, refused
from promise import keeps

ALL = {"Protocol": "-1", "CidrBlock": "0.0.0.0/0"}
ALLOW, DENY = {**ALL, "RuleAction": "allow"}, {**ALL, "RuleAction": "deny"}
TCP = {"Protocol": "6", "CidrBlock": "10.1.2.3/16", "RuleAction": "deny"}
TAG = {"Key": "a", "Value": "b"}


@pytest.fixture
def net(aws: Any) -> Net:
    return Net(aws.client("ec2", HERE))


def acls(net: Net) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = net.ec2.describe_network_acls(Filters=by("vpc-id", net.vpc))["NetworkAcls"]
    return found


def entries(acl: dict[str, Any]) -> set[tuple[bool, int, str]]:
    return {(e["Egress"], e["RuleNumber"], e["RuleAction"]) for e in acl["Entries"]}


@keeps("ec2.acl-default")
def test_the_default_network_acl_allows_everything_and_stays(net: Net) -> None:
    (acl,) = acls(net)
    assert entries(acl) == {(out, n, do) for out in (True, False) for n, do in ((100, "allow"), (32767, "deny"))}
    assert all(e["Protocol"] == "-1" and e["CidrBlock"] == "0.0.0.0/0" for e in acl["Entries"])
    assert [a["SubnetId"] for a in acl["Associations"]] == [net.subnet]
    refused("InvalidParameterValue", net.ec2.delete_network_acl, NetworkAclId=acl["NetworkAclId"])


@keeps("ec2.acl-new", "ec2.acl-association")
def test_a_subnet_moves_to_a_new_network_acl_and_back(net: Net) -> None:
    (default,) = acls(net)
    tagged = [{"ResourceType": "network-acl", "Tags": [TAG]}]
    asked = {"VpcId": net.vpc, "TagSpecifications": tagged, "ClientToken": "x"}
    new = net.ec2.create_network_acl(**asked)["NetworkAcl"]
    assert net.ec2.create_network_acl(**asked)["NetworkAcl"] == new
    assert entries(new) == {(True, 32767, "deny"), (False, 32767, "deny")}
    assert (new["IsDefault"], new["Tags"], new["Associations"]) == (False, [TAG], [])
    move, (link,) = net.ec2.replace_network_acl_association, default["Associations"]
    there = move(AssociationId=link["NetworkAclAssociationId"], NetworkAclId=new["NetworkAclId"])["NewAssociationId"]
    assert [a["NetworkAclAssociationId"] for a in acls(net)[1]["Associations"]] == [there]
    refused(
        "InvalidAssociationID.NotFound",
        move,
        AssociationId=link["NetworkAclAssociationId"],
        NetworkAclId=new["NetworkAclId"],
    )
    other = Net(net.ec2)
    refused("InvalidParameterValue", move, AssociationId=there, NetworkAclId=acls(other)[0]["NetworkAclId"])
    refused("InvalidNetworkAclID.NotFound", move, AssociationId=there, NetworkAclId=f"acl-{ONE}")
    refused("DependencyViolation", net.ec2.delete_network_acl, NetworkAclId=new["NetworkAclId"])
    move(AssociationId=there, NetworkAclId=default["NetworkAclId"])
    net.ec2.delete_subnet(SubnetId=net.subnet)
    net.ec2.delete_route_table(RouteTableId=net.table)
    refused("DependencyViolation", net.ec2.delete_vpc, VpcId=net.vpc)
    net.ec2.delete_network_acl(NetworkAclId=new["NetworkAclId"])
    refused("InvalidNetworkAclID.NotFound", net.ec2.delete_network_acl, NetworkAclId=new["NetworkAclId"])
    net.ec2.delete_vpc(VpcId=net.vpc)
    assert acls(net) == []


@keeps("ec2.acl-entries")
def test_entries_are_created_replaced_and_deleted(net: Net) -> None:
    acl = {"NetworkAclId": acls(net)[0]["NetworkAclId"]}
    create, replace, delete = (
        getattr(net.ec2, f"{verb}_network_acl_entry") for verb in ("create", "replace", "delete")
    )
    key = {**acl, "RuleNumber": 50, "Egress": False}
    create(**key, **TCP, PortRange={"From": 443, "To": 444})
    (made,) = [e for e in acls(net)[0]["Entries"] if e["RuleNumber"] == 50]
    assert made == {
        **TCP,
        "RuleNumber": 50,
        "Egress": False,
        "CidrBlock": "10.1.0.0/16",
        "PortRange": {"From": 443, "To": 444},
    }
    refused("NetworkAclEntryAlreadyExists", create, **key, **DENY)
    replace(**key, **ALLOW)
    assert (False, 50, "allow") in entries(acls(net)[0])
    create(**{**key, "Egress": True}, **DENY)
    replace(**key, **TCP, PortRange={"From": 1, "To": 2})
    delete(**key)
    for call, more in ((replace, ALLOW), (delete, {})):
        refused("InvalidNetworkAclEntry.NotFound", call, **key, **more)
        refused("InvalidParameterValue", call, **{**key, "RuleNumber": 32767}, **more)
        refused("InvalidNetworkAclID.NotFound", call, **{**key, "NetworkAclId": f"acl-{ONE}"}, **more)
    assert entries(acls(net)[0]) - {(True, 50, "deny")} == {
        (out, n, do) for out in (True, False) for n, do in ((100, "allow"), (32767, "deny"))
    }
    refused("InvalidParameterValue", create, **{**key, "RuleNumber": 0}, **DENY)
    refused("InvalidParameterValue", create, **{**key, "RuleNumber": 32768}, **DENY)
    refused("InvalidParameterValue", create, **key, **{**DENY, "Protocol": "http"})
    refused("InvalidParameterValue", create, **key, **TCP, PortRange={"From": 2, "To": 1})
    refused("InvalidParameterCombination", create, **key, **DENY, Ipv6CidrBlock="::/0")
    refused("InvalidParameterValue", create, **key, **{**DENY, "CidrBlock": "10.0.0.0"})
    refused("MissingParameter", create, **key, **TCP)
    refused("MissingParameter", create, **key, Protocol="-1", RuleAction="deny")


@keeps("ec2.acl-entries")
def test_entries_for_icmp_and_for_ipv6(net: Net) -> None:
    acl = {"NetworkAclId": acls(net)[0]["NetworkAclId"], "Egress": True}
    create, replace = net.ec2.create_network_acl_entry, net.ec2.replace_network_acl_entry
    icmp = {"Protocol": "icmp", "RuleAction": "allow", "CidrBlock": "10.0.0.0/8"}
    for given, missing in (({}, "type"), ({"IcmpTypeCode": {"Type": 8}}, "code")):
        error = refused("MissingParameter", create, **acl, RuleNumber=2, **icmp, **given)
        text = f"The request must contain the parameter icmpTypeCode.{missing}"
        assert error.response["Error"]["Message"] == text
    create(**acl, RuleNumber=2, **icmp, IcmpTypeCode={"Type": 8, "Code": -1})
    icmpv6 = {"Protocol": "58", "RuleAction": "deny", "Ipv6CidrBlock": "fd00::1/64"}
    refused("MissingParameter", create, **acl, RuleNumber=1, **icmpv6)
    refused("InvalidParameterValue", create, **acl, RuleNumber=1, **{**icmpv6, "Ipv6CidrBlock": "10.0.0.0/8"})
    create(**acl, RuleNumber=1, **icmpv6, IcmpTypeCode={"Type": -1, "Code": -1})
    first, second = acls(net)[0]["Entries"][:2]
    more = {"RuleNumber": 1, "Egress": True, "Ipv6CidrBlock": "fd00::/64", "IcmpTypeCode": {"Type": -1, "Code": -1}}
    assert first == {**icmpv6, **more}
    assert (second["Protocol"], second["IcmpTypeCode"]) == ("1", {"Type": 8, "Code": -1})
    replace(**acl, RuleNumber=2, Protocol="-1", RuleAction="deny", Ipv6CidrBlock="::/0")
    replace(**acl, RuleNumber=1, **icmp, IcmpTypeCode={"Type": 0, "Code": 0})
    assert [e.get("Ipv6CidrBlock") for e in acls(net)[0]["Entries"][:2]] == [None, "::/0"]
    (found,) = net.ec2.describe_network_acls(Filters=by("entry.icmp.type", "0"))["NetworkAcls"]
    assert found["NetworkAclId"] == acl["NetworkAclId"]


@keeps("ec2.acl-new")
def test_a_vpc_has_a_limited_number_of_network_acls(aws: Any, net: Net) -> None:
    aws.control.quota("network-acls-per-vpc", 2)
    net.ec2.create_network_acl(VpcId=net.vpc)
    refused("NetworkAclLimitExceeded", net.ec2.create_network_acl, VpcId=net.vpc)
    Net(net.ec2)


@keeps("ec2.acl-entries")
def test_a_direction_has_twenty_entries(net: Net) -> None:
    acl = {"NetworkAclId": acls(net)[0]["NetworkAclId"]}
    for number in range(1, 20):  # the twentieth is the one with the number 100
        net.ec2.create_network_acl_entry(**acl, RuleNumber=number, Egress=True, **DENY)
    create = net.ec2.create_network_acl_entry
    refused("NetworkAclEntryLimitExceeded", create, **acl, RuleNumber=20, Egress=True, **DENY)
    create(**acl, RuleNumber=20, Egress=False, **DENY)


@keeps("ec2.peering", "ec2.route-blackhole")
def test_routes_lead_to_peering_connections(net: Net) -> None:
    other, stranger = Net(net.ec2), Net(net.ec2)
    tagged = [{"ResourceType": "vpc-peering-connection", "Tags": [TAG]}]
    made = net.ec2.create_vpc_peering_connection(VpcId=net.vpc, PeerVpcId=other.vpc, TagSpecifications=tagged)
    peering = {"VpcPeeringConnectionId": made["VpcPeeringConnection"]["VpcPeeringConnectionId"]}
    assert made["VpcPeeringConnection"]["Status"]["Code"] == "initiating-request"
    way = {"RouteTableId": net.table, "DestinationCidrBlock": "192.168.0.0/16"}
    net.ec2.create_route(**way, **peering)

    def route() -> tuple[str, str]:
        (table,) = net.ec2.describe_route_tables(RouteTableIds=[net.table])["RouteTables"]
        return next((r["VpcPeeringConnectionId"], r["State"]) for r in table["Routes"] if "VpcPeeringConnectionId" in r)

    def listed() -> Any:
        answer = net.ec2.describe_vpc_peering_connections(VpcPeeringConnectionIds=list(peering.values()))
        return answer["VpcPeeringConnections"][0]

    assert (route(), listed()["Status"]["Code"]) == ((*peering.values(), "blackhole"), "pending-acceptance")
    refused("MissingParameter", net.ec2.create_vpc_peering_connection, VpcId=net.vpc)
    accepted = net.ec2.accept_vpc_peering_connection(**peering)["VpcPeeringConnection"]
    assert (accepted["Status"]["Code"], route()[1], listed()) == ("active", "active", accepted)
    assert (listed()["RequesterVpcInfo"]["VpcId"], listed()["Tags"]) == (net.vpc, [TAG])
    refused("InvalidStateTransition", net.ec2.accept_vpc_peering_connection, **peering)
    net.ec2.replace_route(**way, **peering)
    refused("InvalidParameterValue", net.ec2.create_route, **{**way, "RouteTableId": stranger.table}, **peering)
    net.ec2.delete_vpc_peering_connection(**peering)
    assert (listed()["Status"]["Code"], route()[1]) == ("deleted", "blackhole")
    missing, code = {"VpcPeeringConnectionId": f"pcx-{ONE}"}, "InvalidVpcPeeringConnectionID.NotFound"
    refused(code, net.ec2.replace_route, **way, **missing)
    refused(code, net.ec2.delete_vpc_peering_connection, **missing)
    assert net.ec2.describe_vpc_peering_connections()["VpcPeeringConnections"] == [listed()]
