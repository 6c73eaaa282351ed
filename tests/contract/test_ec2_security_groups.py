"""EC2: security groups and their rules."""

from __future__ import annotations

from typing import Any

import pytest
from ec2_net import HERE, ONE, Net, by, refused
from promise import keeps

POSTGRES = {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432}
BLOCK = [{"CidrIp": "10.0.0.0/16"}]


@pytest.fixture
def net(aws: Any) -> Net:
    return Net(aws.client("ec2", HERE))


@pytest.fixture
def group(net: Net) -> str:
    return net.group("g")


def shown(net: Net, group: str) -> dict[str, Any]:
    (found,) = net.ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"]
    return dict(found)


def rules(net: Net, group: str, egress: bool = False) -> list[dict[str, Any]]:
    found = net.ec2.describe_security_group_rules(Filters=by("group-id", group))["SecurityGroupRules"]
    return [r for r in found if r["IsEgress"] is egress]


@keeps("ec2.sg-names")
@pytest.mark.parametrize(
    ("code", "changed"),
    [
        ("InvalidGroup.Duplicate", {"GroupName": "g"}),
        ("InvalidParameterValue", {"GroupName": "default"}),
        ("InvalidParameterValue", {"GroupName": "sg-mine"}),
        ("InvalidParameterValue", {"GroupName": "a|b"}),
        ("InvalidParameterValue", {"GroupName": "a" * 256}),
        ("InvalidParameterValue", {"Description": "a\nb"}),
        ("InvalidVpcID.NotFound", {"VpcId": f"vpc-{ONE}"}),
    ],
)
def test_invalid_groups_are_refused(net: Net, group: str, code: str, changed: dict[str, Any]) -> None:
    asked = {"GroupName": "new", "Description": "d", "VpcId": net.vpc, **changed}
    refused(code, net.ec2.create_security_group, **asked)


@keeps("ec2.sg-names", "ec2.sg-egress")
def test_a_new_group_allows_all_egress(net: Net) -> None:
    spec = [{"ResourceType": "security-group", "Tags": [{"Key": "a", "Value": "b"}]}]
    made = net.ec2.create_security_group(GroupName="n", Description="d", VpcId=net.vpc, TagSpecifications=spec)
    assert made["Tags"] == spec[0]["Tags"] and made["SecurityGroupArn"].endswith(f"security-group/{made['GroupId']}")
    found = shown(net, made["GroupId"])
    assert found["IpPermissions"] == []
    (egress,) = found["IpPermissionsEgress"]
    assert (egress["IpProtocol"], egress["IpRanges"]) == ("-1", [{"CidrIp": "0.0.0.0/0"}])
    assert "FromPort" not in egress
    other = Net(net.ec2)
    assert other.group("n") != made["GroupId"]
    default = net.ec2.create_security_group(GroupName="n", Description="d")["GroupId"]
    (vpc,) = net.ec2.describe_vpcs(Filters=by("is-default", "true"))["Vpcs"]
    assert shown(net, default)["VpcId"] == vpc["VpcId"]


@keeps("ec2.sg-rule-same", "ec2.sg-all-or-none")
def test_equivalent_rules_are_duplicates(net: Net, group: str) -> None:
    allow = net.ec2.authorize_security_group_ingress
    text = [{"CidrIp": "10.0.0.1/16", "Description": "all of it"}]
    made = allow(GroupId=group, IpPermissions=[POSTGRES | {"IpRanges": text}])["SecurityGroupRules"]
    assert [(r["CidrIpv4"], r["FromPort"], r["Description"]) for r in made] == [("10.0.0.0/16", 5432, "all of it")]
    for same in (POSTGRES, POSTGRES | {"IpProtocol": "6"}, POSTGRES | {"IpProtocol": "TCP"}):
        refused("InvalidPermission.Duplicate", allow, GroupId=group, IpPermissions=[same | {"IpRanges": BLOCK}])
    new = {"IpProtocol": "tcp", "FromPort": 1, "ToPort": 2, "IpRanges": BLOCK}
    refused("InvalidPermission.Duplicate", allow, GroupId=group, IpPermissions=[new, POSTGRES | {"IpRanges": BLOCK}])
    refused("InvalidParameterValue", allow, GroupId=group, IpPermissions=[new, new])
    assert len(rules(net, group)) == 1
    revoke = net.ec2.revoke_security_group_ingress
    refused("InvalidPermission.NotFound", revoke, GroupId=group, IpPermissions=[POSTGRES | {"IpRanges": BLOCK}, new])
    assert len(rules(net, group)) == 1
    gone = revoke(GroupId=group, IpPermissions=[POSTGRES | {"IpRanges": BLOCK}])["RevokedSecurityGroupRules"]
    assert [g["SecurityGroupRuleId"] for g in gone] == [made[0]["SecurityGroupRuleId"]]
    assert rules(net, group) == []


@keeps("ec2.sg-rule-refused")
@pytest.mark.parametrize(
    ("code", "permission"),
    [
        ("InvalidParameterValue", {"IpProtocol": "tpc", "FromPort": 1, "ToPort": 2, "IpRanges": BLOCK}),
        ("InvalidParameterValue", {"IpProtocol": "256", "IpRanges": BLOCK}),
        ("InvalidParameterValue", {"IpProtocol": "icmp", "FromPort": -1, "ToPort": 65535, "IpRanges": BLOCK}),
        ("InvalidParameterValue", {"IpProtocol": "icmp", "FromPort": 256, "ToPort": -1, "IpRanges": BLOCK}),
        ("InvalidParameterValue", {"IpProtocol": "icmp", "FromPort": -1, "ToPort": 0, "IpRanges": BLOCK}),
        ("InvalidPermission.Malformed", {"IpProtocol": "", "IpRanges": BLOCK}),
        ("InvalidParameterValue", {"IpProtocol": "tcp", "IpRanges": BLOCK}),
        ("InvalidParameterValue", {"IpProtocol": "tcp", "FromPort": 2, "ToPort": 1, "IpRanges": BLOCK}),
        ("InvalidParameterValue", {"IpProtocol": "udp", "FromPort": 1, "ToPort": 65536, "IpRanges": BLOCK}),
        ("InvalidParameterValue", POSTGRES | {"IpRanges": [{"CidrIp": "10.0.0.0/33"}]}),
        ("InvalidParameterValue", POSTGRES | {"Ipv6Ranges": [{"CidrIpv6": "10.0.0.0/16"}]}),
        ("InvalidParameterValue", POSTGRES | {"IpRanges": [{"CidrIp": "10.0.0.0/16", "Description": "a" * 256}]}),
        ("InvalidParameterValue", POSTGRES | {"IpRanges": [{"CidrIp": "10.0.0.0/16", "Description": "it's"}]}),
        ("InvalidGroup.NotFound", POSTGRES | {"UserIdGroupPairs": [{"GroupId": f"sg-{ONE}"}]}),
        ("InvalidPrefixListID.NotFound", POSTGRES | {"PrefixListIds": [{"PrefixListId": f"pl-{ONE}"}]}),
        ("MissingParameter", POSTGRES),
    ],
)
def test_invalid_rules_are_refused(net: Net, group: str, code: str, permission: dict[str, Any]) -> None:
    for call in (net.ec2.authorize_security_group_ingress, net.ec2.authorize_security_group_egress):
        refused(code, call, GroupId=group, IpPermissions=[permission])
    assert rules(net, group) == []


@keeps("ec2.sg-rule-same")
@pytest.mark.parametrize(
    ("permission", "words"),
    [
        ({"IpProtocol": "-1"}, "peer: 10.0.0.0/16, ALL, ALLOW"),
        ({"IpProtocol": "icmp", "FromPort": -1, "ToPort": -1}, "peer: 10.0.0.0/16, ICMP, type: ALL, code: ALL, ALLOW"),
        ({"IpProtocol": "udp", "FromPort": 1, "ToPort": 2}, "peer: 10.0.0.0/16, UDP, from port: 1, to port: 2, ALLOW"),
    ],
)
def test_a_rule_that_exists_is_named(net: Net, group: str, permission: dict[str, Any], words: str) -> None:
    asked = {"GroupId": group, "IpPermissions": [permission | {"IpRanges": [{"CidrIp": "10.0.0.0/16"}]}]}
    net.ec2.authorize_security_group_ingress(**asked)
    error = refused("InvalidPermission.Duplicate", net.ec2.authorize_security_group_ingress, **asked)
    assert error.response["Error"]["Message"] == f'the specified rule "{words}" already exists'


@keeps("ec2.sg-rule-refused")
def test_unknown_groups_and_too_many_rules_are_refused(net: Net, group: str) -> None:
    allow, other = net.ec2.authorize_security_group_ingress, Net(net.ec2).group("theirs")
    theirs = [POSTGRES | {"UserIdGroupPairs": [{"GroupId": other}]}]
    refused("InvalidGroup.NotFound", allow, GroupId=group, IpPermissions=theirs)
    refused("InvalidGroup.NotFound", allow, GroupId=f"sg-{ONE}", IpPermissions=[POSTGRES | {"IpRanges": BLOCK}])
    refused("MissingParameter", allow, GroupId=group)
    refused("MissingParameter", net.ec2.revoke_security_group_ingress, GroupId=group)
    many = [POSTGRES | {"IpRanges": [{"CidrIp": f"10.0.{n}.0/24"} for n in range(60)]}]
    allow(GroupId=group, IpPermissions=many)
    one_more = [POSTGRES | {"IpRanges": BLOCK}]
    refused("RulesPerSecurityGroupLimitExceeded", allow, GroupId=group, IpPermissions=one_more)


@keeps("ec2.sg-rules-shown")
def test_rules_are_shown_in_both_forms(net: Net, group: str) -> None:
    storage = by("prefix-list-name", f"com.amazonaws.{HERE}.s3")
    (prefix_list,) = net.ec2.describe_prefix_lists(Filters=storage)["PrefixLists"]
    permission = POSTGRES | {
        "IpRanges": BLOCK,
        "Ipv6Ranges": [{"CidrIpv6": "fd00:0::1/64", "Description": "six"}],
        "UserIdGroupPairs": [{"GroupId": group, "Description": "us"}],
        "PrefixListIds": [{"PrefixListId": prefix_list["PrefixListId"], "Description": "storage"}],
    }
    everything = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "10.1.0.0/16"}]}
    spec = [{"ResourceType": "security-group-rule", "Tags": [{"Key": "a", "Value": "b"}]}]
    made = net.ec2.authorize_security_group_egress(
        GroupId=group, IpPermissions=[permission, everything], TagSpecifications=spec
    )["SecurityGroupRules"]
    assert len(made) == 5 and all(r["Tags"] == spec[0]["Tags"] for r in made)
    peers = {r.get("Description"): r for r in made}
    assert peers["six"]["CidrIpv6"] == "fd00::/64"
    assert peers["us"]["ReferencedGroupInfo"] == {"GroupId": group, "UserId": "123456789012"}
    assert peers["storage"]["PrefixListId"] == prefix_list["PrefixListId"]
    assert (made[-1]["FromPort"], made[-1]["ToPort"]) == (-1, -1)
    grouped = shown(net, group)["IpPermissionsEgress"]
    assert [(p["IpProtocol"], len(p["IpRanges"])) for p in grouped] == [("-1", 2), ("tcp", 1)]
    assert grouped[1]["UserIdGroupPairs"] == [{"Description": "us", "GroupId": group, "UserId": "123456789012"}]
    assert grouped[1]["PrefixListIds"][0]["Description"] == "storage"
    ids = [made[0]["SecurityGroupRuleId"]]
    assert net.ec2.describe_security_group_rules(SecurityGroupRuleIds=ids)["SecurityGroupRules"] == made[:1]
    net.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[everything], TagSpecifications=spec)
    tagged = net.ec2.describe_security_group_rules(Filters=by("tag:a", "b"))["SecurityGroupRules"]
    assert len(tagged) == 6
    net.ec2.revoke_security_group_egress(GroupId=group, IpPermissions=[everything])
    assert len(net.ec2.describe_tags(Filters=by("resource-type", "security-group-rule"))["Tags"]) == 5


@keeps("ec2.sg-rule-id")
def test_rules_can_be_revoked_by_id(net: Net, group: str) -> None:
    net.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[POSTGRES | {"IpRanges": BLOCK}])
    (rule,) = rules(net, group)
    ids, wrong = {"SecurityGroupRuleIds": [rule["SecurityGroupRuleId"]]}, {"SecurityGroupRuleIds": [f"sgr-{ONE}"]}
    refused("InvalidSecurityGroupRuleId.NotFound", net.ec2.revoke_security_group_ingress, GroupId=group, **wrong)
    refused("InvalidSecurityGroupRuleId.NotFound", net.ec2.revoke_security_group_egress, GroupId=group, **ids)
    refused("InvalidSecurityGroupRuleId.NotFound", net.ec2.describe_security_group_rules, **wrong)
    net.ec2.revoke_security_group_ingress(GroupId=group, **ids)
    (egress,) = rules(net, group, egress=True)
    net.ec2.revoke_security_group_egress(GroupId=group, SecurityGroupRuleIds=[egress["SecurityGroupRuleId"]])
    assert shown(net, group)["IpPermissions"] == shown(net, group)["IpPermissionsEgress"] == []


@keeps("ec2.sg-descriptions")
def test_descriptions_of_rules_can_be_updated(net: Net, group: str) -> None:
    for way, egress in (("ingress", False), ("egress", True)):
        getattr(net.ec2, f"authorize_security_group_{way}")(
            GroupId=group, IpPermissions=[POSTGRES | {"UserIdGroupPairs": [{"GroupId": group}]}]
        )
        update = getattr(net.ec2, f"update_security_group_rule_descriptions_{way}")
        described = POSTGRES | {"UserIdGroupPairs": [{"GroupId": group, "Description": "us"}]}
        update(GroupId=group, IpPermissions=[described])
        assert [r["Description"] for r in rules(net, group, egress) if r["FromPort"] == 5432] == ["us"]
        update(GroupId=group, IpPermissions=[POSTGRES | {"UserIdGroupPairs": [{"GroupId": group}]}])
        assert not any("Description" in r for r in rules(net, group, egress))
        refused("InvalidPermission.NotFound", update, GroupId=group, IpPermissions=[POSTGRES | {"IpRanges": BLOCK}])
        with_ports = {"IpProtocol": "-1", "FromPort": 0, "ToPort": 0, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
        refused("InvalidParameterValue", update, GroupId=group, IpPermissions=[with_ports])


@keeps("ec2.sg-held")
def test_groups_in_use_cannot_be_deleted(net: Net, group: str) -> None:
    two = net.group("two")
    permission = [POSTGRES | {"UserIdGroupPairs": [{"GroupId": group}]}]
    net.ec2.authorize_security_group_ingress(GroupId=two, IpPermissions=permission)
    refused("DependencyViolation", net.ec2.delete_security_group, GroupId=group)
    service = {"ServiceName": f"com.amazonaws.{HERE}.logs", "VpcEndpointType": "Interface", "PrivateDnsEnabled": False}
    made = net.ec2.create_vpc_endpoint(VpcId=net.vpc, **service, SubnetIds=[net.subnet], SecurityGroupIds=[two])
    refused("DependencyViolation", net.ec2.delete_security_group, GroupId=two)
    net.ec2.delete_vpc_endpoints(VpcEndpointIds=[made["VpcEndpoint"]["VpcEndpointId"]])
    filters = by("group-name", "default") + by("vpc-id", net.vpc)
    default = net.ec2.describe_security_groups(Filters=filters)["SecurityGroups"][0]["GroupId"]
    refused("CannotDelete", net.ec2.delete_security_group, GroupId=default)
    net.ec2.authorize_security_group_ingress(
        GroupId=two, IpPermissions=[POSTGRES | {"UserIdGroupPairs": [{"GroupId": two}]}]
    )
    net.ec2.delete_security_group(GroupId=two)
    net.ec2.delete_security_group(GroupId=group)
    refused("InvalidGroup.NotFound", net.ec2.delete_security_group, GroupId=group)


@keeps("ec2.sg-rules-shown")
def test_groups_of_the_default_vpc_are_found_by_name(net: Net) -> None:
    ids = [net.ec2.create_security_group(GroupName=name, Description="d")["GroupId"] for name in ("one", "two")]
    net.group("one")
    find = net.ec2.describe_security_groups
    assert [g["GroupId"] for g in find(GroupNames=["two", "one"])["SecurityGroups"]] == ids[::-1]
    assert [g["GroupId"] for g in find(GroupNames=["one"], GroupIds=ids[1:])["SecurityGroups"]] == ids[::-1]
    error = refused("InvalidGroup.NotFound", find, GroupNames=["three"])
    (vpc,) = net.ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"]
    text = f"The security group 'three' does not exist in default VPC '{vpc['VpcId']}'"
    assert error.response["Error"]["Message"] == text
