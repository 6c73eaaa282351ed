"""ec2_security_group."""

from __future__ import annotations

import pytest

from .conftest import ModuleFailed, examples
from .network import network

NAME = "ec2_security_group"
HTTPS = {"ip_protocol": "tcp", "from_port": 443, "to_port": 443}
WEB = {**HTTPS, "cidr_ipv4": "0.0.0.0/0"}


def group(aws, id):
    return aws.client("ec2").describe_security_groups(GroupIds=[id])["SecurityGroups"][0]


def params(**more):
    return {"group_name": "app", "description": "The application", "vpc_name": "dev_us-east-1_vpc", **more}


def test_four_beats(aws, four_beats, gone):
    net = network(aws)
    present, remove, _ = examples(NAME)
    made = group(aws, four_beats(NAME, **present)["security_group"]["group_id"])
    assert made["VpcId"] == net.vpc
    assert made["IpPermissionsEgress"] == []
    assert [r["IpRanges"] for r in made["IpPermissions"]] == [
        [{"CidrIp": "10.0.64.0/18", "Description": "Application"}]
    ]
    gone(NAME, **remove)


def test_check_mode_on_an_empty_account(aws, run):
    present, remove, default = examples(NAME)
    rule = {**HTTPS, "referenced_group_name": "none"}
    planned = run(NAME, check=True, **{**present, "rules": [rule]})
    assert planned["security_group"]["group_id"] == "(known after apply)"
    assert planned["diff"]["after"]["rules"][0]["referenced_group_id"] == "(known after apply)"
    assert run(NAME, check=True, **default)["changed"]
    assert not run(NAME, **remove)["changed"]
    assert not aws.mutating()


def test_omitted_options_are_not_changed(aws, run):
    network(aws)
    id = run(NAME, **params())["security_group"]["group_id"]
    assert len(group(aws, id)["IpPermissionsEgress"]) == 1, "AWS's own rule for a new group"
    run(NAME, **params(rules=[WEB]))
    assert not run(NAME, **params())["changed"]
    assert not run(NAME, group_name="app", vpc_name="dev_us-east-1_vpc")["changed"]
    assert len(group(aws, id)["IpPermissions"]) == 1


def test_drifted_rules_are_repaired_and_new_rules_come_first(aws, run):
    network(aws)
    wanted = params(rules=[WEB], rules_egress=[{"ip_protocol": "all", "cidr_ipv4": "10.0.0.7/8"}])
    id = run(NAME, **wanted)["security_group"]["group_id"]
    assert group(aws, id)["IpPermissionsEgress"][0]["IpRanges"] == [{"CidrIp": "10.0.0.0/8"}]
    ec2 = aws.client("ec2")
    ec2.revoke_security_group_ingress(GroupId=id, IpPermissions=group(aws, id)["IpPermissions"])
    by_hand = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    ec2.authorize_security_group_ingress(GroupId=id, IpPermissions=[by_hand])
    drift = run(NAME, check=True, **wanted)["diff"]
    assert [r["from_port"] for r in drift["before"]["rules"]] == [22]
    assert [r["from_port"] for r in drift["after"]["rules"]] == [443]
    before = len(aws.mutating())
    run(NAME, **wanted)
    assert aws.mutating()[before:] == ["ec2:AuthorizeSecurityGroupIngress", "ec2:RevokeSecurityGroupIngress"]
    assert not run(NAME, **wanted)["changed"]


def test_equivalent_rules_are_no_difference(aws, run):
    network(aws)
    prefix_list = aws.client("ec2").describe_prefix_lists()["PrefixLists"][0]["PrefixListId"]
    spelled = [
        {"ip_protocol": "6", "from_port": 80, "to_port": 80, "cidr_ipv4": "10.1.2.3/16"},
        {"ip_protocol": "TCP", "from_port": 80, "to_port": 80, "cidr_ipv4": "10.1.0.0/16"},
        {"ip_protocol": "-1", "from_port": 0, "to_port": 0, "prefix_list_id": prefix_list},
        {"ip_protocol": "icmp", "cidr_ipv4": "10.1.0.0/16"},
        {"ip_protocol": "udp", "from_port": 53, "to_port": 53, "cidr_ipv6": "2001:DB8:0::1/32"},
    ]
    rules = run(NAME, **params(rules=spelled))["security_group"]["rules"]
    assert len(rules) == 4
    assert {"ip_protocol": "-1", "prefix_list_id": prefix_list} in rules
    assert {"ip_protocol": "icmp", "from_port": -1, "to_port": -1, "cidr_ipv4": "10.1.0.0/16"} in rules
    assert not run(NAME, **params(rules=spelled[::-1]))["changed"]


def test_the_description_of_a_rule_changes_in_place(aws, run):
    network(aws)
    id = run(NAME, **params(rules=[{**WEB, "description": "old"}]))["security_group"]["group_id"]
    assert not run(NAME, **params(rules=[WEB]))["changed"]
    before = len(aws.mutating())
    run(NAME, **params(rules=[{**WEB, "description": "new"}]))
    assert aws.mutating()[before:] == ["ec2:UpdateSecurityGroupRuleDescriptionsIngress"]
    assert group(aws, id)["IpPermissions"][0]["IpRanges"][0]["Description"] == "new"


def test_groups_can_reference_themselves_and_each_other(aws, run):
    network(aws)
    port = {"ip_protocol": "tcp", "from_port": 5432, "to_port": 5432, "description": "Database"}
    itself, other = {**port, "referenced_group_name": "app"}, {**port, "referenced_group_name": "db"}
    app = run(NAME, **params(rules=[itself]))["security_group"]
    assert [r["referenced_group_id"] for r in app["rules"]] == [app["group_id"]]
    with pytest.raises(ModuleFailed, match="rules_egress of security_group app is unknown"):
        run(NAME, **params(rules_egress=[other]))
    db = run(NAME, **params(group_name="db", rules=[itself], rules_egress=[]))["security_group"]
    app = run(NAME, **params(rules_egress=[other]))["security_group"]
    assert app["rules_egress"][0]["referenced_group_id"] == db["group_id"]
    assert not run(NAME, **params(rules=[itself], rules_egress=[other]))["changed"]
    with pytest.raises(ModuleFailed, match="security_group db is named in an egress rule"):
        run(NAME, **params(group_name="db", state="absent", wait_timeout=0))
    run(NAME, **params(rules=[], rules_egress=[]))
    for name in ("db", "app"):
        assert run(NAME, **params(group_name=name, state="absent"))["changed"]


def test_the_default_group_is_emptied_and_not_deleted(aws, run):
    net = network(aws)
    default = examples(NAME)[2]
    id = run(NAME, **default)["security_group"]["group_id"]
    assert "ec2:CreateSecurityGroup" not in aws.mutating()
    assert group(aws, id)["IpPermissions"] == group(aws, id)["IpPermissionsEgress"] == []
    assert group(aws, id)["VpcId"] == net.vpc
    assert not run(NAME, **default)["changed"]
    with pytest.raises(ModuleFailed, match="AWS deletes this group with its VPC"):
        run(NAME, **default, state="absent")


def test_invalid_options_and_foreign_groups_are_refused(aws, run):
    network(aws)
    with pytest.raises(ModuleFailed, match="give description"):
        run(NAME, group_name="x", vpc_name="dev_us-east-1_vpc")
    with pytest.raises(ModuleFailed, match="mutually exclusive"):
        run(NAME, **params(rules=[{**WEB, "prefix_list_id": "pl-1"}]))
    with pytest.raises(ModuleFailed, match="from_port"):
        run(NAME, **params(rules=[{"ip_protocol": "tcp", "cidr_ipv4": "0.0.0.0/0"}]))
    with pytest.raises(ModuleFailed, match="cidr_ipv4 is 'everywhere'; AWS takes an IPv4 block"):
        run(NAME, **params(rules=[{**WEB, "cidr_ipv4": "everywhere"}]))
    run(NAME, **params(tags={"mtk:environment": "dev"}))
    with pytest.raises(ModuleFailed, match="AWS cannot change description"):
        run(NAME, **params(description="Another"))
    with pytest.raises(ModuleFailed, match="vpc_id of .* is unknown, .* or does not belong to this environment"):
        run(NAME, **params(tags={"mtk:environment": "prod"}))
    with pytest.raises(ModuleFailed, match="AWS refuses AuthorizeSecurityGroupIngress \\(InvalidGroup"):
        run(NAME, **params(rules=[{**HTTPS, "referenced_group_id": "sg-0123456789abcdef0"}]))


OWNED = {"tags": {"mtk:environment": "dev"}, "purge_rules": False, "purge_rules_egress": False}
SSH = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}


def test_rules_of_others_are_reported_and_left_alone(aws, run):
    network(aws)
    wanted = params(rules=[WEB], rules_egress=[], **OWNED)
    id = run(NAME, **wanted)["security_group"]["group_id"]
    assert group(aws, id)["IpPermissionsEgress"] == [], "AWS's own rule for a new group"
    aws.client("ec2").authorize_security_group_ingress(GroupId=id, IpPermissions=[SSH])
    result = run(NAME, **wanted)
    (seen,) = result["plan"]["observations"]
    assert (result["changed"], seen["field"], seen["found"]["from_port"], seen["owner"]) == (
        False,
        "rules",
        22,
        "foreign",
    )
    assert "-e remove=ec2_security_group:app" in seen["reason"]
    by_hand = {"ip_protocol": "tcp", "from_port": 22, "to_port": 22, "cidr_ipv4": "0.0.0.0/0"}
    declared = run(NAME, **{**wanted, "rules": [WEB, by_hand]})
    assert (declared["changed"], "observations" in declared["plan"]) == (False, False)
    removed = run(NAME, **wanted, remove=["ec2_security_group:app"])
    assert removed["changed"] and "observations" not in removed["plan"]
    assert [p["FromPort"] for p in group(aws, id)["IpPermissions"]] == [443]


def test_rules_of_earlier_settings_are_removed(aws, run):
    network(aws)
    port = {"ip_protocol": "tcp", "from_port": 5432, "to_port": 5432, "referenced_group_name": "app"}
    egress = {"ip_protocol": "icmp", "cidr_ipv4": "10.0.0.0/8"}
    id = run(NAME, **params(rules=[WEB, port], rules_egress=[egress], **OWNED))["security_group"]["group_id"]
    aws.client("ec2").authorize_security_group_ingress(GroupId=id, IpPermissions=[SSH])
    wanted = params(rules=[{**port, "from_port": 5433, "to_port": 5433}], rules_egress=[], **OWNED)
    assert run(NAME, check=True, **wanted)["changed"]
    result = run(NAME, **wanted)
    assert sorted(p["FromPort"] for p in group(aws, id)["IpPermissions"]) == [22, 5433]
    assert group(aws, id)["IpPermissionsEgress"] == []
    assert [seen["found"]["from_port"] for seen in result["plan"]["observations"]] == [22]


def test_only_a_group_with_more_rules_costs_another_request(aws, run):
    network(aws)
    wanted = params(rules=[WEB], rules_egress=[], **OWNED)
    run(NAME, **wanted)
    before = len(aws.control.calls())
    run(NAME, **wanted)
    assert "DescribeSecurityGroupRules" not in [call["operation"] for call in aws.control.calls(since=before)]
