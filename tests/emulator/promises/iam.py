"""What is promised of IAM."""

from __future__ import annotations

from . import Rule, Service

OPERATIONS: dict[str, str] = {
    "CreatePolicyVersion": "PolicyArn PolicyDocument SetAsDefault",
    "DeletePolicyVersion": "PolicyArn VersionId",
    "PutRolePolicy": "PolicyDocument PolicyName RoleName",
    "SetDefaultPolicyVersion": "PolicyArn VersionId",
    "TagPolicy": "PolicyArn Tags",
    "TagRole": "RoleName Tags",
    "UntagPolicy": "PolicyArn TagKeys",
    "UntagRole": "RoleName TagKeys",
    "UpdateAssumeRolePolicy": "PolicyDocument RoleName",
    "UpdateRole": "Description MaxSessionDuration RoleName",
    "AttachRolePolicy": "PolicyArn RoleName",
    "CreatePolicy": "Path Description PolicyDocument PolicyName Tags",
    "CreateRole": "AssumeRolePolicyDocument MaxSessionDuration Description Path RoleName Tags",
    "DeletePolicy": "PolicyArn",
    "DeleteRole": "RoleName",
    "DetachRolePolicy": "PolicyArn RoleName",
    "GetPolicy": "PolicyArn",
    "GetPolicyVersion": "PolicyArn VersionId",
    "GetRole": "RoleName",
    "ListAccountAliases": "",
    "ListAttachedRolePolicies": "RoleName",
    "ListEntitiesForPolicy": "PolicyArn",
    "ListInstanceProfilesForRole": "RoleName",
    "ListPolicies": "Marker Scope",
    "ListPolicyVersions": "PolicyArn",
    "ListRolePolicies": "RoleName",
    "ListRoles": "",
}
RULES: tuple[Rule, ...] = ()
SERVICE = Service("IAM", OPERATIONS, RULES)
