"""Errors of IAM and STS that real AWS was recorded to answer."""

from __future__ import annotations

from typing import Any

import pytest
from emulator.iam import service_uses_its_role
from iam_callers import ACCOUNT, User, client_of, document
from recorded import Recorded, check

AWS_POLICY = "arn:aws:iam::aws:policy/AdministratorAccessDoesNotExist"
OWN_POLICY = f"arn:aws:iam::{ACCOUNT}:policy/non-existent-policy"
TRUST = document({"Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"})
NO_ROLE = "The role with name {RoleName} cannot be found."


def linked_role(aws: Any) -> dict[str, Any]:
    service_uses_its_role(ACCOUNT, "us-east-1", "rds.amazonaws.com")
    return {"RoleName": "AWSServiceRoleForRDS"}


def linked_twice(aws: Any) -> dict[str, Any]:
    linked_role(aws)
    return {"AWSServiceName": "rds.amazonaws.com"}


def profile(aws: Any) -> dict[str, Any]:
    aws.client("iam").create_instance_profile(InstanceProfileName="test")
    return {"InstanceProfileName": "test", "RoleName": "test"}


def group_with_user(aws: Any) -> dict[str, Any]:
    User(aws)
    aws.client("iam").create_group(GroupName="g")
    aws.client("iam").add_user_to_group(GroupName="g", UserName="u")
    return {"GroupName": "g"}


def some_role(policy_arn: str) -> Any:
    def request(aws: Any) -> dict[str, Any]:
        aws.client("iam").create_role(RoleName="r", AssumeRolePolicyDocument=TRUST)
        return {"RoleName": "r", "PolicyArn": policy_arn}

    return request


ROWS = [
    Recorded("iam:GetRole", "missing", "NoSuchEntity", 404, NO_ROLE, {"RoleName": "c7n-test-delete"}),
    Recorded("iam:SimulatePrincipalPolicy", "missing role", "NoSuchEntity", 404,
             "Unable to retrieve specified IAM entity.",
             {"PolicySourceArn": f"arn:aws:iam::{ACCOUNT}:role/x", "ActionNames": ["lambda:InvokeFunction"]}),
    Recorded("iam:DeleteRole", "service-linked", "UnmodifiableEntity", 400,
             "Cannot perform the operation on the protected role '{RoleName}' - this role is only modifiable by AWS",
             linked_role),
    Recorded("iam:DeleteInstanceProfile", "missing", "NoSuchEntity", 404,
             "Instance Profile {InstanceProfileName} cannot be found.", {"InstanceProfileName": "test"}),
    Recorded("iam:ListInstanceProfilesForRole", "missing role", "NoSuchEntity", 404, NO_ROLE, {"RoleName": "test"}),
    Recorded("iam:RemoveRoleFromInstanceProfile", "missing role", "NoSuchEntity", 404, NO_ROLE, profile),
    Recorded("iam:DeleteGroup", "with a user", "DeleteConflict", 409,
             "Cannot delete entity, must remove users from group first.", group_with_user),
    Recorded("iam:GetGroup", "missing", "NoSuchEntity", 404, "The group with name {GroupName} cannot be found.",
             {"GroupName": "sandbox_developers"}),
    Recorded("iam:DetachRolePolicy", "missing policy", "NoSuchEntity", 404, "Policy {PolicyArn} was not found.",
             some_role(AWS_POLICY)),
    Recorded("iam:GetPolicy", "missing", "NoSuchEntity", 404, "Policy {PolicyArn} was not found.",
             {"PolicyArn": AWS_POLICY}),
    Recorded("iam:GetPolicy", "missing in the account", "NoSuchEntity", 404,
             "Policy {PolicyArn} does not exist or is not attachable.", {"PolicyArn": OWN_POLICY}),
    Recorded("iam:GetPolicy", "no ARN", "ValidationError", 400, "Invalid ARN:  Could not be parsed!",
             {"PolicyArn": "longpolicynamebutnoarn"}),
    Recorded("iam:CreateRole", "a trust policy that is no JSON", "MalformedPolicyDocument", 400,
             "This policy contains invalid Json", {"RoleName": "r", "AssumeRolePolicyDocument": "no"}),
    Recorded("iam:AttachRolePolicy", "no ARN", "ValidationError", 400, "Invalid ARN:  Could not be parsed!",
             some_role("longpolicynamebutnoarn")),
    Recorded("iam:AttachRolePolicy", "missing policy", "NoSuchEntity", 404,
             "Policy {PolicyArn} does not exist or is not attachable.", some_role(OWN_POLICY)),
    Recorded("iam:DeletePolicy", "missing", "NoSuchEntity", 404, "Policy {PolicyArn} was not found.",
             {"PolicyArn": OWN_POLICY}),
    Recorded("iam:GetUser", "missing", "NoSuchEntity", 404, "The user with name {UserName} cannot be found.",
             {"UserName": "non-existent-user"}),
    Recorded("iam:CreateServiceLinkedRole", "existing", "InvalidInput", 400,
             "Service role name AWSServiceRoleForRDS has been taken in this account, please try a different suffix.",
             linked_twice),
]  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_iam_refuses_a_mistake_in_the_words_of_aws(aws: Any, row: Recorded) -> None:
    check(aws, row)


INVALID = [
    *(Recorded("sts:AssumeRole", arn, "ValidationError", 400, "{RoleArn} is invalid", {"RoleArn": arn})
      for arn in ("nothing-valid-in-here", "arn::b:::something/test-role", "arn:a::::something/test-role",
                  "arn:a:::something/test-role", "arn:a:a::aaaaaaaaaa:")),
    Recorded("sts:AssumeRole", "session name", "ValidationError", 400,
             "1 validation error detected: Value 'Session1:2' at 'roleSessionName' failed to satisfy constraint: "
             "Member must satisfy regular expression pattern: [\\w+=,.@-]*",
             {"RoleSessionName": "Session1:2"}),
    Recorded("sts:AssumeRole", "transitive tag key without its tag", "InvalidParameterValue", 400,
             "The specified transitive tag key must be included in the requested tags.",
             {"TransitiveTagKeys": ["a"]}),
    Recorded("sts:AssumeRole", "tag keys that differ in case", "InvalidParameterValue", 400,
             "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
             {"Tags": [{"Key": "a", "Value": "1"}, {"Key": "A", "Value": "2"}]}),
]  # fmt: skip


class Caller:
    """An ``aws`` for ``check`` with the keys of a user or a session."""

    def __init__(self, aws: Any, keys: dict[str, Any]) -> None:
        self.aws, self.keys = aws, keys

    def client(self, service: str) -> Any:
        return client_of(self.aws, self.keys, service)


def user_and_role(aws: Any) -> tuple[Caller, dict[str, Any]]:
    user = User(aws)
    policy = document({"Principal": {"AWS": user.arn}, "Action": ["sts:AssumeRole", "sts:TagSession"]})
    role = aws.client("iam").create_role(RoleName="r", AssumeRolePolicyDocument=policy)["Role"]
    return Caller(aws, user.keys), {"RoleArn": role["Arn"], "RoleSessionName": "me"}


@pytest.mark.parametrize("row", INVALID, ids=str)
def test_sts_refuses_a_mistake_in_the_words_of_aws(aws: Any, row: Recorded) -> None:
    caller, valid = user_and_role(aws)
    check(caller, Recorded(row.call, row.mistake, row.code, row.status, row.message, {**valid, **row.request}))


def test_sts_refuses_to_change_an_inherited_session_tag(aws: Any) -> None:
    caller, valid = user_and_role(aws)
    trusting = document(
        {"Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": ["sts:AssumeRole", "sts:TagSession"]}
    )
    aws.client("iam").update_assume_role_policy(RoleName="r", PolicyDocument=trusting)
    tag = {"Tags": [{"Key": "a", "Value": "1"}]}
    session = caller.client("sts").assume_role(**valid, **tag, TransitiveTagKeys=["a"])["Credentials"]
    text = (
        "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from "
        "the calling session."
    )
    check(
        Caller(aws, session),
        Recorded("sts:AssumeRole", "inherited tag", "InvalidParameterValue", 400, text, {**valid, **tag}),
    )
