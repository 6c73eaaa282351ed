"""Changes of access by others: drift names each of them, and an apply repairs them. Additions of others stay."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from . import drifts_keys, drifts_network
from .conftest import Site
from .drifts import HOME, Deployment, subject

pytestmark = pytest.mark.timeout(1800)
Built = Callable[[str], Site]
# What is changed, and the resource that drift names as changed.
TAMPERINGS = (
    (drifts_keys.role_allowed_everything, "flow log role"),
    (drifts_keys.role_got_a_policy, "monitoring role"),
    (drifts_keys.role_got_a_boundary, "monitoring role"),
    (drifts_keys.sessions_for_half_a_day, "monitoring role"),
    (drifts_keys.policy_with_a_second_version, "flow log policy"),
    (drifts_network.endpoint_policy_replaced, "dynamodb endpoint"),
    (drifts_network.public_addresses_on_launch, "public subnet"),
    (drifts_network.public_addresses_in_a_database_subnet, "database subnet"),
    (drifts_network.network_acl_denies_a_port, "vpc"),
    (drifts_network.private_subnet_in_another_network_acl, "private subnet"),
    (drifts_network.default_group_opened, "default group"),
    (drifts_network.database_subnet_in_the_public_table, "database table"),
)
POSTGRES = {"ip_protocol": "tcp", "from_port": 5432, "to_port": 5432, "cidr_ipv4": "0.0.0.0/0"}


def report(live: Site, path: Path, expect: int) -> list[dict[str, Any]]:
    """Return the items of a drift report."""
    played = live.play("playbooks/drift.yml", "-e", f"drift_json={path}", expect=expect)
    assert played.mutating == []
    items: list[dict[str, Any]] = json.loads(path.read_text())["items"]
    return items


@pytest.mark.slow
def test_changes_of_access_are_named_and_repaired(built: Built, aws: Any, tmp_path: Path) -> None:
    live, at = built("dev"), Deployment(aws, "dev", HOME)
    for tamper, _ in TAMPERINGS:
        tamper(at)
    found = {(i["region"], i["resource"], i["name"]) for i in report(live, tmp_path / "a", 2) if i["owner"] == "ours"}
    assert {subject(kept, "dev", HOME) for _, kept in TAMPERINGS} <= found
    live.play("site.yml")
    assert report(live, tmp_path / "b", 0) == []


def test_additions_of_others_are_reported_and_stay_until_they_are_declared_or_removed(
    built: Built, aws: Any, tmp_path: Path
) -> None:
    live, at = built("dev"), Deployment(aws, "dev", HOME)
    drifts_network.route_to_a_peered_network(at)
    drifts_network.database_open_to_all(at)
    group, table = subject("database group", "dev", HOME)[1:], subject("private table", "dev", HOME)[1:]
    items = report(live, tmp_path / "a", 2)
    assert {(i["owner"], i["resource"], i["name"]) for i in items} == {("foreign", *group), ("foreign", *table)}
    played = live.play("site.yml")
    assert played.mutating == []
    assert "others added this rule" in played.text and '"cidr_ipv4": "0.0.0.0/0"' in played.text
    (route,) = [i["found"] for i in items if i["field"] == "routes"]
    declared = {
        "ipam_vpc_extra_routes": [{"tier": "private", "region": HOME, "zone": f"{HOME}b", **route}],
        "ipam_vpc_extra_rules": [{"group": "database", "direction": "ingress", **POSTGRES}],
    }
    again = live.play("site.yml", "-e", json.dumps(declared))
    assert again.mutating == [] and "others added" not in again.text
    consent = ",".join(":".join(resource) for resource in (group, table))
    assert live.play("site.yml", "-e", f"remove={consent}").mutating == [
        "ec2:RevokeSecurityGroupIngress",
        "ec2:DeleteRoute",
    ]
    assert report(live, tmp_path / "b", 0) == []


@pytest.mark.slow
def test_a_declared_route_and_rule_are_made_and_changed(built: Built, aws: Any) -> None:
    live, at = built("dev"), Deployment(aws, "dev", HOME)
    peer = at.ec2.create_vpc(CidrBlock="192.168.0.0/16")["Vpc"]["VpcId"]
    made = at.ec2.create_vpc_peering_connection(VpcId=at.id("vpc"), PeerVpcId=peer)["VpcPeeringConnection"]
    at.ec2.accept_vpc_peering_connection(VpcPeeringConnectionId=made["VpcPeeringConnectionId"])
    route = {
        "tier": "database",
        "destination_cidr_block": "192.168.0.0/16",
        "vpc_peering_connection_id": made["VpcPeeringConnectionId"],
    }
    rule = {"group": "database", "direction": "ingress", **POSTGRES, "cidr_ipv4": "192.168.0.0/16"}
    both = {"ipam_vpc_extra_routes": [route], "ipam_vpc_extra_rules": [rule]}
    assert live.play("site.yml", "-e", json.dumps(both)).mutating == [
        "ec2:AuthorizeSecurityGroupIngress",
        "ec2:CreateRoute",
    ]
    assert live.play("site.yml", "-e", json.dumps(both)).mutating == []
    changed = {**both, "ipam_vpc_extra_rules": [{**rule, "cidr_ipv4": "192.168.1.0/24"}]}
    assert live.play("site.yml", "-e", json.dumps(changed)).mutating == [
        "ec2:AuthorizeSecurityGroupIngress",
        "ec2:RevokeSecurityGroupIngress",
    ]
