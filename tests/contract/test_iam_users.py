"""IAM: users, groups, access keys and the simulation of policies."""

from __future__ import annotations

import json
from typing import Any

import pytest
from iam_callers import ACCOUNT, User, allow, client_of, deny, document, refusal, trust
from promise import keeps

MONITORING = "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"
ALLOW = document(allow("ec2:DescribeVpcs"))


@pytest.fixture
def iam(aws: Any) -> Any:
    return aws.client("iam")


@keeps("iam.users", "iam.ids", "iam.reserved-tags")
def test_users_are_created_tagged_listed_and_deleted(iam: Any) -> None:
    tags = [{"Key": "a", "Value": "1"}]
    user = iam.create_user(UserName="u", Path="/x/", Tags=tags, PermissionsBoundary=MONITORING)["User"]
    assert (user["Arn"], user["Tags"]) == (f"arn:aws:iam::{ACCOUNT}:user/x/u", tags)
    assert user["UserId"].startswith("AIDA") and len(user["UserId"]) == 21
    for name in ("u", "U"):
        code, status, message = refusal(iam.create_user, UserName=name)
        assert (code, status, message) == ("EntityAlreadyExists", 409, f"User with name {name} already exists.")
    assert iam.get_user(UserName="u")["User"]["PermissionsBoundary"] == {
        "PermissionsBoundaryType": "Policy",
        "PermissionsBoundaryArn": MONITORING,
    }
    iam.tag_user(UserName="u", Tags=[{"Key": "b", "Value": "2"}])
    iam.untag_user(UserName="u", TagKeys=["a"])
    assert iam.list_user_tags(UserName="u")["Tags"] == [{"Key": "b", "Value": "2"}]
    assert refusal(iam.tag_user, UserName="u", Tags=[{"Key": "aws:x", "Value": ""}])[0] == "InvalidInput"
    iam.create_user(UserName="v")
    (listed,) = iam.list_users(PathPrefix="/x/")["Users"]
    assert set(listed) == {"Path", "UserName", "UserId", "Arn", "CreateDate"}
    iam.delete_user(UserName="u")
    assert refusal(iam.get_user, UserName="u") == (
        "NoSuchEntity",
        404,
        "The user with name u cannot be found.",
    )


@keeps("iam.paging")
def test_users_groups_and_keys_come_in_pages(iam: Any) -> None:
    for name in ("u", "v"):
        iam.create_user(UserName=name)
        iam.create_group(GroupName=name)
        iam.create_access_key(UserName="u")
    for operation, field, given in (
        ("list_users", "Users", {}),
        ("list_groups", "Groups", {}),
        ("list_access_keys", "AccessKeyMetadata", {"UserName": "u"}),
    ):
        pages = list(iam.get_paginator(operation).paginate(**given, PaginationConfig={"PageSize": 1}))
        assert [len(page[field]) for page in pages] == [1, 1], operation
        assert [page["IsTruncated"] for page in pages] == [True, False], operation


@keeps("iam.users", "iam.shapes")
def test_the_permissions_boundary_of_a_user(iam: Any) -> None:
    iam.create_user(UserName="u")
    assert refusal(iam.delete_user_permissions_boundary, UserName="u")[0] == "NoSuchEntity"
    for arn in (MONITORING + "x", "arn:aws:iam::aws:policy/missing"):
        call = {"UserName": "u", "PermissionsBoundary": arn}
        assert refusal(iam.put_user_permissions_boundary, **call)[0] == "NoSuchEntity"
    iam.put_user_permissions_boundary(UserName="u", PermissionsBoundary=MONITORING)
    assert iam.get_policy(PolicyArn=MONITORING)["Policy"]["PermissionsBoundaryUsageCount"] == 1
    iam.delete_user_permissions_boundary(UserName="u")
    assert "PermissionsBoundary" not in iam.get_user(UserName="u")["User"]
    assert iam.get_policy(PolicyArn=MONITORING)["Policy"]["PermissionsBoundaryUsageCount"] == 0


@keeps("iam.users")
def test_a_user_with_policies_keys_or_groups_cannot_be_deleted(iam: Any) -> None:
    iam.create_user(UserName="u")
    iam.put_user_policy(UserName="u", PolicyName="p", PolicyDocument=ALLOW)
    assert iam.get_user_policy(UserName="u", PolicyName="p")["PolicyDocument"] == json.loads(ALLOW)
    assert iam.list_user_policies(UserName="u")["PolicyNames"] == ["p"]
    assert refusal(iam.delete_user, UserName="u")[:2] == ("DeleteConflict", 409)
    iam.delete_user_policy(UserName="u", PolicyName="p")
    assert refusal(iam.get_user_policy, UserName="u", PolicyName="p") == (
        "NoSuchEntity",
        404,
        "The user policy with name p cannot be found.",
    )
    for _ in range(2):
        iam.attach_user_policy(UserName="u", PolicyArn=MONITORING)
    pages = iam.get_paginator("list_attached_user_policies").paginate(
        UserName="u", PathPrefix="/", PaginationConfig={"PageSize": 1, "StartingToken": None}
    )
    assert [policy["PolicyArn"] for page in pages for policy in page["AttachedPolicies"]] == [MONITORING]
    assert iam.get_policy(PolicyArn=MONITORING)["Policy"]["AttachmentCount"] == 1
    assert refusal(iam.delete_user, UserName="u")[0] == "DeleteConflict"
    iam.detach_user_policy(UserName="u", PolicyArn=MONITORING)
    assert refusal(iam.detach_user_policy, UserName="u", PolicyArn=MONITORING)[0] == "NoSuchEntity"
    key = iam.create_access_key(UserName="u")["AccessKey"]["AccessKeyId"]
    assert refusal(iam.delete_user, UserName="u")[2] == "Cannot delete entity, must delete access keys first."
    iam.delete_access_key(UserName="u", AccessKeyId=key)
    iam.create_group(GroupName="g")
    iam.add_user_to_group(GroupName="g", UserName="u")
    assert refusal(iam.delete_user, UserName="u")[0] == "DeleteConflict"
    iam.remove_user_from_group(GroupName="g", UserName="u")
    iam.delete_user(UserName="u")


@keeps("iam.users", "iam.ids")
def test_access_keys(aws: Any, iam: Any) -> None:
    user = User(aws)
    other = iam.create_access_key(UserName="u")["AccessKey"]
    assert other["AccessKeyId"].startswith("AKIA") and other["Status"] == "Active"
    assert refusal(iam.create_access_key, UserName="u")[0] == "LimitExceeded"
    iam.update_access_key(UserName="u", AccessKeyId=other["AccessKeyId"], Status="Inactive")
    listed = iam.list_access_keys(UserName="u")["AccessKeyMetadata"]
    assert [(key["AccessKeyId"], key["Status"]) for key in listed] == [
        (user.keys["AccessKeyId"], "Active"),
        (other["AccessKeyId"], "Inactive"),
    ]
    assert all("SecretAccessKey" not in key for key in listed)
    assert "LastUsedDate" not in iam.get_access_key_last_used(AccessKeyId=other["AccessKeyId"])["AccessKeyLastUsed"]
    user.client("sts").get_caller_identity()
    used = iam.get_access_key_last_used(AccessKeyId=user.keys["AccessKeyId"])
    assert (used["UserName"], used["AccessKeyLastUsed"]["ServiceName"]) == ("u", "sts")
    aws.control.enforce_iam()
    assert refusal(client_of(aws, other, "sts").get_caller_identity)[0] == "InvalidClientTokenId"
    missing = {"UserName": "u", "AccessKeyId": "AKIAAAAAAAAAAAAAAAAA"}
    assert iam.list_service_specific_credentials(UserName="u")["ServiceSpecificCredentials"] == []
    assert refusal(iam.list_service_specific_credentials, UserName="gone")[0] == "NoSuchEntity"
    assert refusal(iam.delete_access_key, **missing) == (
        "NoSuchEntity",
        404,
        "The Access Key with id AKIAAAAAAAAAAAAAAAAA cannot be found.",
    )


@keeps("iam.users")
def test_the_calling_user_is_meant_if_no_user_is_named(aws: Any, iam: Any) -> None:
    user = User(aws)
    own = user.client("iam")
    assert own.get_user()["User"]["Arn"] == user.arn
    key = own.create_access_key()["AccessKey"]["AccessKeyId"]
    own.update_access_key(AccessKeyId=key, Status="Inactive")
    assert [each["Status"] for each in own.list_access_keys()["AccessKeyMetadata"]] == ["Active", "Inactive"]
    own.delete_access_key(AccessKeyId=key)
    assert iam.get_user()["User"]["Arn"] == f"arn:aws:iam::{ACCOUNT}:root"
    assert iam.list_access_keys()["AccessKeyMetadata"] == []
    role = iam.create_role(RoleName="r", AssumeRolePolicyDocument=trust(user.arn))["Role"]["Arn"]
    session = user.client("sts").assume_role(RoleArn=role, RoleSessionName="me")["Credentials"]
    assert refusal(client_of(aws, session, "iam").get_user)[2] == (
        "Must specify userName when calling with non-User credentials"
    )
    aws.control.enforce_iam()
    user.may(allow("iam:GetUser", resource=f"arn:aws:iam::{ACCOUNT}:user/${{aws:username}}"))
    own.get_user()


@keeps("iam.groups", "iam.ids")
def test_groups_have_users_and_policies(iam: Any) -> None:
    iam.create_user(UserName="u")
    group = iam.create_group(GroupName="g", Path="/x/")["Group"]
    assert (group["Arn"], group["GroupId"][:4]) == (f"arn:aws:iam::{ACCOUNT}:group/x/g", "AGPA")
    assert refusal(iam.create_group, GroupName="g")[2] == "Group with name g already exists."
    iam.add_user_to_group(GroupName="g", UserName="u")
    assert [user["UserName"] for user in iam.get_group(GroupName="g")["Users"]] == ["u"]
    assert [found["GroupName"] for found in iam.list_groups_for_user(UserName="u")["Groups"]] == ["g"]
    assert iam.list_groups(PathPrefix="/y/")["Groups"] == []
    assert [found["GroupName"] for found in iam.list_groups(PathPrefix="/x/")["Groups"]] == ["g"]
    iam.remove_user_from_group(GroupName="g", UserName="u")
    assert refusal(iam.remove_user_from_group, GroupName="g", UserName="u")[0] == "NoSuchEntity"
    iam.put_group_policy(GroupName="g", PolicyName="p", PolicyDocument=ALLOW)
    assert iam.list_group_policies(GroupName="g")["PolicyNames"] == ["p"]
    assert iam.get_group_policy(GroupName="g", PolicyName="p")["PolicyDocument"] == json.loads(ALLOW)
    assert refusal(iam.delete_group, GroupName="g")[:2] == ("DeleteConflict", 409)
    iam.delete_group_policy(GroupName="g", PolicyName="p")
    assert refusal(iam.get_group_policy, GroupName="g", PolicyName="p")[2] == (
        "The group policy with name p cannot be found."
    )
    iam.attach_group_policy(GroupName="g", PolicyArn=MONITORING)
    pages = iam.get_paginator("list_attached_group_policies").paginate(
        GroupName="g", PathPrefix="/", PaginationConfig={"PageSize": 1}
    )
    assert [policy["PolicyArn"] for page in pages for policy in page["AttachedPolicies"]] == [MONITORING]
    assert refusal(iam.delete_group, GroupName="g")[2] == "Cannot delete entity, must detach all policies first."
    iam.detach_group_policy(GroupName="g", PolicyArn=MONITORING)
    iam.delete_group(GroupName="g")


def test_attached_policies_of_users_and_groups_are_listed_in_pages(iam: Any) -> None:
    iam.create_user(UserName="u")
    iam.create_group(GroupName="g")
    arns = [iam.create_policy(PolicyName=f"p{n}", PolicyDocument=ALLOW)["Policy"]["Arn"] for n in range(2)]
    for arn in arns:
        iam.attach_user_policy(UserName="u", PolicyArn=arn)
        iam.attach_group_policy(GroupName="g", PolicyArn=arn)
    for listing, whose in (
        ("list_attached_user_policies", {"UserName": "u"}),
        ("list_attached_group_policies", {"GroupName": "g"}),
    ):
        pages = iam.get_paginator(listing).paginate(**whose, PaginationConfig={"PageSize": 1})
        assert [policy["PolicyArn"] for page in pages for policy in page["AttachedPolicies"]] == arns


@keeps("iam.shapes", "iam.ids")
def test_the_fields_of_roles_and_policies(aws: Any, iam: Any) -> None:
    user = User(aws)
    role = iam.create_role(
        RoleName="r", AssumeRolePolicyDocument=document({"Principal": {"AWS": user.arn}, "Action": "sts:AssumeRole"})
    )["Role"]
    assert set(role) == {"Path", "RoleName", "RoleId", "Arn", "CreateDate", "AssumeRolePolicyDocument"}
    assert role["RoleId"].startswith("AROA")
    assert iam.get_role(RoleName="r")["Role"]["RoleLastUsed"] == {}
    session = user.client("sts").assume_role(RoleArn=role["Arn"], RoleSessionName="me")["Credentials"]
    assert session["AccessKeyId"].startswith("ASIA")
    client_of(aws, session, "ec2", "eu-west-1").describe_vpcs()
    used = iam.get_role(RoleName="r")["Role"]["RoleLastUsed"]
    assert (set(used), used["Region"]) == ({"LastUsedDate", "Region"}, "eu-west-1")
    policy = iam.create_policy(PolicyName="p", PolicyDocument=ALLOW)["Policy"]
    assert policy["PolicyId"].startswith("ANPA") and policy["PermissionsBoundaryUsageCount"] == 0
    version = iam.create_policy_version(PolicyArn=policy["Arn"], PolicyDocument=ALLOW)["PolicyVersion"]
    listed = iam.list_policy_versions(PolicyArn=policy["Arn"])["Versions"]
    assert [set(each) for each in (version, *listed)] == [{"VersionId", "IsDefaultVersion", "CreateDate"}] * 3


@keeps("iam.shapes")
def test_a_role_in_an_instance_profile_has_few_fields(iam: Any) -> None:
    policy = document({"Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"})
    role = iam.create_role(RoleName="r", AssumeRolePolicyDocument=policy)["Role"]
    iam.create_instance_profile(InstanceProfileName="p")
    iam.add_role_to_instance_profile(InstanceProfileName="p", RoleName="r")
    (listed,) = iam.list_instance_profiles_for_role(RoleName="r")["InstanceProfiles"]
    for shown in (listed, iam.get_instance_profile(InstanceProfileName="p")["InstanceProfile"]):
        assert set(shown["Roles"][0]) == set(role)


@keeps("iam.shapes")
def test_dates_follow_the_clock_of_the_local_aws(aws: Any, iam: Any) -> None:
    before = iam.create_user(UserName="u")["User"]["CreateDate"]
    aws.control.advance(86400)
    after = iam.create_policy(PolicyName="p", PolicyDocument=ALLOW)["Policy"]["CreateDate"]
    assert (after - before).total_seconds() > 86000


@keeps("iam.simulation")
def test_policies_are_simulated(iam: Any) -> None:
    iam.create_user(UserName="u")
    iam.put_user_policy(UserName="u", PolicyName="p", PolicyDocument=ALLOW)
    arn, vpc = f"arn:aws:iam::{ACCOUNT}:user/u", f"arn:aws:ec2:us-east-1:{ACCOUNT}:vpc/vpc-1"
    both = ["ec2:DescribeVpcs", "ec2:CreateVpc"]

    def decisions(call: Any, **asked: Any) -> list[str]:
        return [result["EvalDecision"] for result in call(**asked)["EvaluationResults"]]

    def principal(**more: Any) -> list[str]:
        return decisions(iam.simulate_principal_policy, PolicySourceArn=arn, ActionNames=both, **more)

    assert principal() == ["allowed", "implicitDeny"]
    assert principal(PolicyInputList=[document(deny("ec2:DescribeVpcs"), allow("ec2:*"))]) == [
        "explicitDeny",
        "allowed",
    ]
    assert principal(PermissionsBoundaryPolicyInputList=[document(allow("rds:*"))]) == ["implicitDeny"] * 2
    where = {"Condition": {"StringEquals": {"aws:RequestedRegion": "us-east-1"}}}
    regional = document(allow("ec2:*", resource=vpc, **where))
    key = {"ContextKeyName": "aws:RequestedRegion", "ContextKeyType": "string", "ContextKeyValues": ["us-east-1"]}
    assert principal(PolicyInputList=[regional], ResourceArns=[vpc], ContextEntries=[key]) == ["allowed"] * 2
    custom = {"PolicyInputList": [regional], "ActionNames": ["ec2:DeleteVpc"], "ResourceArns": [vpc]}
    assert decisions(iam.simulate_custom_policy, **custom, ContextEntries=[key]) == ["allowed"]
    (missing,) = iam.simulate_custom_policy(**custom)["EvaluationResults"]
    assert (missing["EvalDecision"], missing["MissingContextValues"]) == ("implicitDeny", ["aws:RequestedRegion"])
    bounded = {"PermissionsBoundaryPolicyInputList": [document(allow("rds:*"))], "ContextEntries": [key]}
    (result,) = iam.simulate_custom_policy(**custom, **bounded)["EvaluationResults"]
    assert result["PermissionsBoundaryDecisionDetail"] == {"AllowedByPermissionsBoundary": False}
    assert refusal(iam.simulate_principal_policy, PolicySourceArn=arn + "x", ActionNames=both)[0] == "NoSuchEntity"
