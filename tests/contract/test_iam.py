"""IAM and STS: roles, policies, versions, service-linked roles and the caller."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from emulator.iam import service_uses_its_role
from promise import keeps

ACCOUNT = "123456789012"
MONITORING = "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"
LINKED = "arn:aws:iam::aws:policy/aws-service-role/"


def document(**fields: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **fields}]})


TRUST = document(Principal={"Service": "rds.amazonaws.com"}, Action="sts:AssumeRole")
ALLOW = document(Action="logs:PutLogEvents", Resource="*")


def refused(code: str, call: Any, **params: Any) -> None:
    with pytest.raises(ClientError) as error:
        call(**params)
    assert error.value.response["Error"]["Code"] == code, error.value


@pytest.fixture
def iam(aws: Any) -> Any:
    client = aws.client("iam")
    client.create_role(RoleName="r", AssumeRolePolicyDocument=TRUST)
    return client


def make_policy(iam: Any, name: str = "p", **more: Any) -> str:
    return str(iam.create_policy(PolicyName=name, PolicyDocument=ALLOW, **more)["Policy"]["Arn"])


@keeps("iam.aws-policies")
def test_managed_policies_exist_after_every_reset(aws: Any, iam: Any) -> None:
    iam.attach_role_policy(RoleName="r", PolicyArn=MONITORING)
    assert iam.get_policy(PolicyArn=MONITORING)["Policy"]["AttachmentCount"] == 1
    aws.control.reset()
    assert iam.get_policy(PolicyArn=MONITORING)["Policy"]["AttachmentCount"] == 0
    assert iam.list_roles()["Roles"] == []
    refused("AccessDenied", iam.delete_policy, PolicyArn=MONITORING)
    refused("AccessDenied", iam.create_policy_version, PolicyArn=MONITORING, PolicyDocument=ALLOW)


@keeps("iam.role-names", "iam.role-settings", "iam.documents")
def test_roles_are_created_updated_and_deleted(iam: Any) -> None:
    for name in ("r", "R"):
        refused("EntityAlreadyExists", iam.create_role, RoleName=name, AssumeRolePolicyDocument=TRUST, Path="/x/")
    for wrong in ("no", "{}", ALLOW, TRUST.replace("sts:", "rds:")):
        refused("MalformedPolicyDocument", iam.create_role, RoleName="s", AssumeRolePolicyDocument=wrong)
        refused("MalformedPolicyDocument", iam.update_assume_role_policy, RoleName="r", PolicyDocument=wrong)
    for wrong in ("no", TRUST):
        refused("MalformedPolicyDocument", iam.put_role_policy, RoleName="r", PolicyName="i", PolicyDocument=wrong)
        refused("MalformedPolicyDocument", iam.create_policy, PolicyName="p", PolicyDocument=wrong)
    tags = [{"Key": "a", "Value": "1"}]
    given = {"Description": "d", "MaxSessionDuration": 7200, "Path": "/mtk/", "Tags": tags}
    iam.create_role(RoleName="s", AssumeRolePolicyDocument=TRUST, **given)
    role = iam.get_role(RoleName="s")["Role"]
    assert {name: role[name] for name in given} == given
    assert (role["Arn"], role["AssumeRolePolicyDocument"]) == (
        f"arn:aws:iam::{ACCOUNT}:role/mtk/s",
        json.loads(TRUST),
    )
    iam.update_role(RoleName="s", Description="e")
    iam.update_role(RoleName="s", MaxSessionDuration=3600)
    role = iam.get_role(RoleName="s")["Role"]
    assert (role["Description"], role["MaxSessionDuration"]) == ("e", 3600)
    assert iam.get_role(RoleName="r")["Role"]["MaxSessionDuration"] == 3600
    other = document(Principal={"Service": "ec2.amazonaws.com"}, Action="sts:AssumeRole")
    iam.update_assume_role_policy(RoleName="s", PolicyDocument=other)
    assert iam.get_role(RoleName="s")["Role"]["AssumeRolePolicyDocument"] == json.loads(other)
    refused("ValidationError", iam.update_role, RoleName="s", MaxSessionDuration=43201)
    refused("NoSuchEntity", iam.get_role, RoleName="none")
    iam.get_waiter("role_exists").wait(RoleName="s", WaiterConfig={"MaxAttempts": 1})


@keeps("iam.boundary")
def test_the_permissions_boundary_of_a_role(iam: Any) -> None:
    policy = make_policy(iam)
    iam.create_role(RoleName="b", AssumeRolePolicyDocument=TRUST, PermissionsBoundary=policy)

    def boundary() -> Any:
        return iam.get_role(RoleName="b")["Role"].get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")

    assert boundary() == policy
    iam.put_role_permissions_boundary(RoleName="b", PermissionsBoundary=MONITORING)
    assert boundary() == MONITORING
    missing = {"PermissionsBoundary": MONITORING + "x"}
    refused("NoSuchEntity", iam.put_role_permissions_boundary, RoleName="b", **missing)
    refused("NoSuchEntity", iam.create_role, RoleName="c", AssumeRolePolicyDocument=TRUST, **missing)
    iam.delete_role_permissions_boundary(RoleName="b")
    assert boundary() is None
    refused("NoSuchEntity", iam.delete_role_permissions_boundary, RoleName="b")
    refused("NoSuchEntity", iam.put_role_permissions_boundary, RoleName="none", PermissionsBoundary=policy)


@keeps("iam.role-deletion")
def test_a_role_with_policies_or_profiles_cannot_be_deleted(iam: Any) -> None:
    refused("NoSuchEntity", iam.attach_role_policy, RoleName="r", PolicyArn=MONITORING + "x")
    iam.attach_role_policy(RoleName="r", PolicyArn=MONITORING)
    refused("DeleteConflict", iam.delete_role, RoleName="r")
    iam.detach_role_policy(RoleName="r", PolicyArn=MONITORING)
    iam.put_role_policy(RoleName="r", PolicyName="i", PolicyDocument=ALLOW)
    assert iam.list_role_policies(RoleName="r")["PolicyNames"] == ["i"]
    assert iam.get_role_policy(RoleName="r", PolicyName="i")["PolicyDocument"] == json.loads(ALLOW)
    refused("DeleteConflict", iam.delete_role, RoleName="r")
    refused("NoSuchEntity", iam.delete_role_policy, RoleName="r", PolicyName="none")
    iam.delete_role_policy(RoleName="r", PolicyName="i")
    iam.create_instance_profile(InstanceProfileName="i", Path="/x/", Tags=[{"Key": "a", "Value": "1"}])
    iam.add_role_to_instance_profile(InstanceProfileName="i", RoleName="r")
    profiles = iam.list_instance_profiles_for_role(RoleName="r")["InstanceProfiles"]
    assert [profile["InstanceProfileName"] for profile in profiles] == ["i"]
    assert iam.get_instance_profile(InstanceProfileName="i")["InstanceProfile"]["Roles"][0]["RoleName"] == "r"
    refused("DeleteConflict", iam.delete_role, RoleName="r")
    refused("DeleteConflict", iam.delete_instance_profile, InstanceProfileName="i")
    iam.remove_role_from_instance_profile(InstanceProfileName="i", RoleName="r")
    iam.delete_instance_profile(InstanceProfileName="i")
    iam.delete_role(RoleName="r")
    refused("NoSuchEntity", iam.delete_role, RoleName="r")


@keeps("iam.attachments", "iam.policy-deletion")
def test_a_role_has_ten_attached_policies_at_most(iam: Any) -> None:
    arns = [make_policy(iam, f"p{n}") for n in range(11)]
    for _ in range(2):
        iam.attach_role_policy(RoleName="r", PolicyArn=arns[0])
    assert iam.get_policy(PolicyArn=arns[0])["Policy"]["AttachmentCount"] == 1
    for entity in ("Role", "User"):
        found = iam.list_entities_for_policy(PolicyArn=arns[0], EntityFilter=entity)
        assert [role["RoleName"] for role in found["PolicyRoles"]] == (["r"] if entity == "Role" else [])
    refused("DeleteConflict", iam.delete_policy, PolicyArn=arns[0])
    for arn in arns[1:10]:
        iam.attach_role_policy(RoleName="r", PolicyArn=arn)
    refused("LimitExceeded", iam.attach_role_policy, RoleName="r", PolicyArn=arns[10])
    refused("NoSuchEntity", iam.detach_role_policy, RoleName="r", PolicyArn=arns[10])
    iam.delete_policy(PolicyArn=arns[10])
    refused("NoSuchEntity", iam.get_policy, PolicyArn=arns[10])
    refused("EntityAlreadyExists", iam.create_policy, PolicyName="p0", PolicyDocument=ALLOW)


@keeps("iam.policy-versions")
def test_a_policy_has_five_versions_at_most(iam: Any) -> None:
    arn = make_policy(iam, Path="/mtk/", Description="d", Tags=[{"Key": "a", "Value": "1"}])
    assert (arn, iam.get_policy(PolicyArn=arn)["Policy"]["Description"]) == (
        f"arn:aws:iam::{ACCOUNT}:policy/mtk/p",
        "d",
    )
    other = document(Action="logs:CreateLogStream", Resource="*")
    for default in (True, False, False, False):
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=other, SetAsDefault=default)
    refused("LimitExceeded", iam.create_policy_version, PolicyArn=arn, PolicyDocument=ALLOW)
    refused("DeleteConflict", iam.delete_policy_version, PolicyArn=arn, VersionId="v2")
    refused("NoSuchEntity", iam.delete_policy_version, PolicyArn=arn, VersionId="v9")
    refused("DeleteConflict", iam.delete_policy, PolicyArn=arn)
    iam.set_default_policy_version(PolicyArn=arn, VersionId="v1")
    assert iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"] == "v1"
    assert iam.get_policy_version(PolicyArn=arn, VersionId="v2")["PolicyVersion"]["Document"] == json.loads(other)
    versions = {v["VersionId"]: v["IsDefaultVersion"] for v in iam.list_policy_versions(PolicyArn=arn)["Versions"]}
    assert list(versions) == ["v5", "v4", "v3", "v2", "v1"] and [v for v in versions if versions[v]] == ["v1"]
    for version in ("v2", "v3", "v4", "v5"):
        iam.delete_policy_version(PolicyArn=arn, VersionId=version)
    iam.delete_policy(PolicyArn=arn)


@keeps("iam.paging", "iam.reserved-tags")
def test_roles_and_policies_are_tagged_and_listed_in_pages(iam: Any) -> None:
    tags = [{"Key": key, "Value": ""} for key in "abc"]
    arn = make_policy(iam)
    for tag, untag, listed, whose in (
        (iam.tag_role, iam.untag_role, "list_role_tags", {"RoleName": "r"}),
        (iam.tag_policy, iam.untag_policy, "list_policy_tags", {"PolicyArn": arn}),
    ):
        tag(**whose, Tags=tags)
        untag(**whose, TagKeys=["b"])
        pages = iam.get_paginator(listed).paginate(**whose, PaginationConfig={"PageSize": 1})
        assert [t["Key"] for page in pages for t in page["Tags"]] == ["a", "c"]
        refused("InvalidInput", tag, **whose, Tags=[{"Key": "aws:x", "Value": ""}])
    iam.create_role(RoleName="s", AssumeRolePolicyDocument=TRUST, Path="/mtk/")
    for policy in (arn, MONITORING):
        iam.attach_role_policy(RoleName="r", PolicyArn=policy)

    def found(operation: str, field: str, **params: Any) -> list[str]:
        pages = iam.get_paginator(operation).paginate(**params, PaginationConfig={"PageSize": 1})
        return sorted(item["Arn" if "Arn" in item else "PolicyArn"] for page in pages for item in page[field])

    assert len(found("list_roles", "Roles")) == 2
    assert found("list_roles", "Roles", PathPrefix="/mtk/") == [f"arn:aws:iam::{ACCOUNT}:role/mtk/s"]
    assert found("list_attached_role_policies", "AttachedPolicies", RoleName="r", PathPrefix="/") == [arn, MONITORING]
    assert found("list_policies", "Policies", OnlyAttached=True, PathPrefix="/service-role/") == [MONITORING]
    assert found("list_policies", "Policies", Scope="Local") == [arn]
    refused("ValidationError", iam.list_roles, Marker="nonsense")
    refused("NoSuchEntity", iam.list_entities_for_policy, PolicyArn=arn + "x")
    assert iam.list_account_aliases()["AccountAliases"] == []


@keeps("iam.service-linked", "iam.service-linked-deletion", "iam.principals")
@pytest.mark.parametrize(
    ("service", "end", "policy"),
    [
        ("rds", "RDS", "AmazonRDSServiceRolePolicy"),
        ("replication.dynamodb", "DynamoDBReplication", "DynamoDBReplicationServiceRolePolicy"),
        (
            "dynamodb.application-autoscaling",
            "ApplicationAutoScaling_DynamoDBTable",
            "AWSApplicationAutoscalingDynamoDBTablePolicy",
        ),
        ("ipam", "IPAM", "AWSIPAMServiceRolePolicy"),
    ],
)
def test_service_linked_roles_cannot_be_changed(iam: Any, service: str, end: str, policy: str) -> None:
    principal, name = f"{service}.amazonaws.com", f"AWSServiceRoleFor{end}"
    service_uses_its_role(ACCOUNT, "us-east-1", principal)
    service_uses_its_role(ACCOUNT, "eu-west-1", principal)
    role = iam.get_role(RoleName=name)["Role"]
    assert role["Arn"] == f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/{principal}/{name}"
    attached = iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
    assert [a["PolicyArn"] for a in attached] == [LINKED + policy]
    refused("InvalidInput", iam.create_service_linked_role, AWSServiceName=principal)
    for call, params in (
        (iam.delete_role, {}),
        (iam.detach_role_policy, {"PolicyArn": LINKED + policy}),
        (iam.update_role, {"Description": "x"}),
    ):
        refused("UnmodifiableEntity", call, RoleName=name, **params)
    other = "contributorinsights.dynamodb.amazonaws.com"
    assert iam.create_service_linked_role(AWSServiceName=other, Description="x")["Role"]["Description"] == "x"
    for call, params in (
        (iam.create_service_linked_role, {"AWSServiceName": "ecs.amazonaws.com"}),
        (iam.delete_service_linked_role, {"RoleName": name}),
        (iam.create_login_profile, {"UserName": "u", "Password": "p"}),
        (iam.list_saml_providers, {}),
    ):
        with pytest.raises(ClientError, match="does not implement"):
            call(**params)


@keeps("sts.caller", "sts.identity-providers")
def test_a_key_that_iam_did_not_issue_belongs_to_the_owner(aws: Any) -> None:
    for region in ("us-east-1", "eu-west-1"):
        caller = aws.client("sts", region).get_caller_identity()
        assert (caller["Account"], caller["Arn"]) == (ACCOUNT, f"arn:aws:iam::{ACCOUNT}:root")
    with pytest.raises(ClientError, match="does not implement"):
        aws.client("sts").get_federation_token(Name="me")
