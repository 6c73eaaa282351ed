"""What is promised of IAM."""

from __future__ import annotations

from . import Rule, Service

OPERATIONS: dict[str, str] = {
    "AttachRolePolicy": "PolicyArn RoleName",
    "CreatePolicy": "Description PolicyDocument PolicyName Tags",
    "CreateRole": "AssumeRolePolicyDocument Description Path RoleName Tags",
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
