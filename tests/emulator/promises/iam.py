"""The rules of IAM."""

from __future__ import annotations

from . import Rule, Service

OPERATIONS: dict[str, str] = {
    "AddRoleToInstanceProfile": "InstanceProfileName RoleName",
    "AttachRolePolicy": "PolicyArn RoleName",
    "CreateInstanceProfile": "InstanceProfileName Path Tags",
    "CreatePolicy": "Description Path PolicyDocument PolicyName Tags",
    "CreatePolicyVersion": "PolicyArn PolicyDocument SetAsDefault",
    "CreateRole": (
        "AssumeRolePolicyDocument Description MaxSessionDuration Path PermissionsBoundary RoleName Tags"
    ),
    "CreateServiceLinkedRole": "AWSServiceName Description",
    "DeleteInstanceProfile": "InstanceProfileName",
    "DeletePolicy": "PolicyArn",
    "DeletePolicyVersion": "PolicyArn VersionId",
    "DeleteRole": "RoleName",
    "DeleteRolePermissionsBoundary": "RoleName",
    "DeleteRolePolicy": "PolicyName RoleName",
    "DetachRolePolicy": "PolicyArn RoleName",
    "GetInstanceProfile": "InstanceProfileName",
    "GetPolicy": "PolicyArn",
    "GetPolicyVersion": "PolicyArn VersionId",
    "GetRole": "RoleName",
    "GetRolePolicy": "PolicyName RoleName",
    "ListAccountAliases": "MaxItems",
    "ListAttachedRolePolicies": "Marker MaxItems PathPrefix RoleName",
    "ListEntitiesForPolicy": "EntityFilter PolicyArn",
    "ListInstanceProfilesForRole": "RoleName",
    "ListPolicies": "Marker MaxItems OnlyAttached PathPrefix Scope",
    "ListPolicyTags": "Marker MaxItems PolicyArn",
    "ListPolicyVersions": "PolicyArn",
    "ListRolePolicies": "RoleName",
    "ListRoleTags": "Marker MaxItems RoleName",
    "ListRoles": "Marker MaxItems PathPrefix",
    "PutRolePermissionsBoundary": "PermissionsBoundary RoleName",
    "PutRolePolicy": "PolicyDocument PolicyName RoleName",
    "RemoveRoleFromInstanceProfile": "InstanceProfileName RoleName",
    "SetDefaultPolicyVersion": "PolicyArn VersionId",
    "TagPolicy": "PolicyArn Tags",
    "TagRole": "RoleName Tags",
    "UntagPolicy": "PolicyArn TagKeys",
    "UntagRole": "RoleName TagKeys",
    "UpdateAssumeRolePolicy": "PolicyDocument RoleName",
    "UpdateRole": "Description MaxSessionDuration RoleName",
}
RULES: tuple[Rule, ...] = (
    Rule("role-names", "A role name is unique in the account, regardless of case and path (`EntityAlreadyExists`).", "K CreateRole"),
    Rule("role-settings", "A role has a path, a description, tags and a maximum session duration (3,600 to 43,200 s, by default 3,600). UpdateRole keeps the settings that it does not name.", "K UpdateRole"),
    Rule("documents", "IAM refuses invalid trust and permission policies (`MalformedPolicyDocument`).", "K CreateRole"),
    Rule("role-deletion", "DeleteRole refuses a role with attached or inline policies, or in an instance profile (`DeleteConflict`).", "K DeleteRole"),
    Rule("attachments", "A role has at most ten managed policies (`LimitExceeded`). Attaching a policy again changes nothing. Detaching a policy that is not attached is refused (`NoSuchEntity`).", "K quotas"),
    Rule("boundary", "A role has at most one permissions boundary, which is a managed policy that exists (`NoSuchEntity`). GetRole shows it, and the boundary can be replaced and removed.", "K PutRolePermissionsBoundary"),
    Rule("policy-deletion", "DeletePolicy refuses a policy that is attached or has more than one version (`DeleteConflict`).", "K DeletePolicy"),
    Rule("policy-versions", "A policy has at most five versions (`LimitExceeded`). The default version cannot be deleted (`DeleteConflict`).", "K CreatePolicyVersion"),
    Rule("aws-policies", "The policies that AWS manages exist, as in a new account, and cannot be changed (`AccessDenied`).", "known"),
    Rule("reserved-tags", "IAM refuses `aws:` tags (`InvalidInput`).", "known"),
    Rule("service-linked", "Service-linked roles have AWS's names, paths and policies. A second one for the same service is refused (`InvalidInput`), and so is any change (`UnmodifiableEntity`).", "K CreateServiceLinkedRole"),
    Rule("spreading", "Services cannot assume a new role for some seconds (10 here).", "I TF 29323; the time is known"),
    Rule("paging", "Roles, policies, attachments and tags are listed in pages of `MaxItems`.", "B"),
    Rule("principals", "Users, groups, access keys, identity providers, permissions boundaries of users, and the simulation of policies.", "B", missing=True),
    Rule("service-linked-deletion", "The deletion of a service-linked role, which AWS refuses while its service uses it.", "K DeleteServiceLinkedRole", missing=True),
)  # fmt: skip
SERVICE = Service("IAM", OPERATIONS, RULES)
