"""The permissions that a call needs: its own action, and those that AWS checks together with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from moto.iam.models import iam_backends

from ..core import dns_suffix
from ..iam.service_roles import has_role, role_path
from .resources import Call, ec2_arn, key_of, resources_of, secret_of

Keys = dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class Need:
    """A permission: an action on a resource, with additional condition keys."""

    action: str
    resource: str
    keys: Keys = field(default_factory=dict)
    region: str = ""  # the Region of the action, if it is another one than that of the call


# The action that tags a new resource, by service; in IAM by operation.
TAGGING = {
    **dict.fromkeys(
        ("dynamodb", "kms", "secretsmanager", "logs", "cloudwatch", "application-autoscaling"), "TagResource"
    ),
    "ssm": "AddTagsToResource",
    "rds": "AddTagsToResource",
    "sts": "TagSession",
}
IAM_TAGGING = {"CreateRole": "TagRole", "CreatePolicy": "TagPolicy", "CreateUser": "TagUser",
               "CreateInstanceProfile": "TagInstanceProfile"}  # fmt: skip
RDS_NEW = {
    "CreateDBInstance": "db",
    "CreateDBClusterSnapshot": "cluster-snapshot",
    "CreateGlobalCluster": "global-cluster",
}
CREATES = ("Create", "Put", "Register", "Restore", "Replicate", "AssumeRole")
# The parameter with a role that the service will assume, and the name of that service.
PASSED_ROLES = {
    "ec2": ("DeliverLogsPermissionArn", "vpc-flow-logs.amazonaws.com"),
    "rds": ("MonitoringRoleArn", "monitoring.rds.amazonaws.com"),
    "application-autoscaling": ("RoleARN", "application-autoscaling.amazonaws.com"),
}
# The service whose role an operation creates at its first use.
LINKED = {
    "ec2:CreateIpam": "ipam.amazonaws.com",
    "rds:CreateDBCluster": "rds.amazonaws.com",
    "rds:CreateDBInstance": "rds.amazonaws.com",
    "application-autoscaling:RegisterScalableTarget": "dynamodb.application-autoscaling.amazonaws.com",
}
# What the caller needs for a customer managed key that a service will use, by service, and the parameter with the key.
KEYS = {
    "rds": ("KmsKeyId", ("kms:DescribeKey", "kms:CreateGrant")),
    "dynamodb": (
        "KMSMasterKeyId",
        (
            "kms:DescribeKey",
            "kms:CreateGrant",
            "kms:Encrypt",
            "kms:Decrypt",
            "kms:ReEncryptFrom",
            "kms:ReEncryptTo",
            "kms:GenerateDataKey",
            "kms:GenerateDataKeyWithoutPlaintext",
        ),
    ),
    "secretsmanager": ("KmsKeyId", ("kms:GenerateDataKey", "kms:Decrypt")),
}
SECRET_ACTIONS = {
    "GetSecretValue": ("kms:Decrypt",),
    "PutSecretValue": ("kms:GenerateDataKey", "kms:Decrypt"),
    "UpdateSecret": ("kms:GenerateDataKey", "kms:Decrypt"),
}
REPLICA_ACTIONS = {
    "Create": ("CreateTable", "CreateTableReplica", "Scan", "Query", "UpdateItem", "PutItem", "GetItem", "DeleteItem",
               "BatchWriteItem"),
    "Delete": ("DeleteTable", "DeleteTableReplica"),
}  # fmt: skip
RESTORE_ACTIONS = ("BatchWriteItem", "DeleteItem", "GetItem", "PutItem", "Query", "Scan", "UpdateItem")
REPLICA_SCALING = ("DeleteScalingPolicy", "DeregisterScalableTarget", "DescribeScalableTargets",
                   "DescribeScalingActivities", "DescribeScalingPolicies", "PutScalingPolicy",
                   "RegisterScalableTarget")  # fmt: skip


def needs(call: Call) -> Iterator[Need]:
    """Yield the permissions that a call needs, its own first."""
    parts = _transaction(call)
    yield from parts
    for resource in resources_of(call) if not parts else ():
        yield Need(call.action, resource)
    yield from _tagging(call)
    yield from _passed_role(call)
    yield from _linked_role(call)
    yield from _keys(call)
    if call.service == "rds":
        yield from _managed_secret(call)
    if call.service == "dynamodb":
        yield from _replicas(call)
        yield from _restore(call)
    if call.action == "kms:ReplicateKey":
        region = str(call.parameters.get("ReplicaRegion"))
        yield Need("kms:CreateKey", "*", region=region)


def _transaction(call: Call) -> list[Need]:
    """Return the permissions of the parts of a DynamoDB transaction, which has no action of its own."""
    return [
        Need(f"dynamodb:{kind}Item", resource)
        for item in call.parameters.get("TransactItems") or ()
        for kind, part in item.items()
        for resource in resources_of(replace(call, operation="GetItem", parameters=part))
    ]


def _tagging(call: Call) -> Iterator[Need]:
    if call.service == "ec2":
        for specification in call.parameters.get("TagSpecifications") or ():
            if specification.get("Tags"):
                resource = ec2_arn(call, str(specification.get("ResourceType")), "*")
                yield Need("ec2:CreateTags", resource, {"ec2:createaction": (call.operation,)})
        return
    if not (call.parameters.get("Tags") or call.parameters.get("tags")) or not call.operation.startswith(CREATES):
        return
    tagging = IAM_TAGGING.get(call.operation) if call.service == "iam" else TAGGING.get(call.service)
    if tagging:
        yield Need(f"{call.service}:{tagging}", _new_resource(call))


def _new_resource(call: Call) -> str:
    resources, kind = resources_of(call), RDS_NEW.get(call.operation, "cluster")
    return next((resource for resource in resources if f":{kind}:" in resource), resources[0])


def _passed_role(call: Call) -> Iterator[Need]:
    if call.operation == "AddRoleToInstanceProfile":
        role = replace(call, operation="GetRole", parameters={"RoleName": call.parameters["RoleName"]})
        yield Need("iam:PassRole", resources_of(role)[0], {"iam:passedtoservice": ("ec2.amazonaws.com",)})
        return
    parameter, service = PASSED_ROLES.get(call.service, ("", ""))
    role_arn = call.parameters.get(parameter)
    if role_arn and ":role/aws-service-role/" not in role_arn:
        yield Need("iam:PassRole", role_arn, {"iam:passedtoservice": (service,)})


def _linked_role(call: Call) -> Iterator[Need]:
    service = LINKED.get(call.action)
    if call.operation == "UpdateTable" and any("Create" in update for update in _replica_updates(call)):
        service = "replication.dynamodb.amazonaws.com"
    if call.operation == "UpdateContributorInsights" and call.parameters.get("ContributorInsightsAction") == "ENABLE":
        service = "contributorinsights.dynamodb.amazonaws.com"
    if service and not has_role(iam_backends[call.account][call.partition], service):
        resource = call.arn(f"role{role_path(service)}", "iam", region="")
        yield Need("iam:CreateServiceLinkedRole", resource, {"iam:awsservicename": (service,)})


def _keys(call: Call) -> Iterator[Need]:
    """Yield what the caller needs of a customer managed key. AWS's managed keys allow it to every user of a service."""
    nothing: tuple[str, tuple[str, ...]] = ("", ())
    parameter, actions = KEYS.get(call.service, nothing)
    given = {**call.parameters, **(call.parameters.get("SSESpecification") or {})}.get(parameter)
    if call.service == "secretsmanager" and call.operation in SECRET_ACTIONS:
        actions = SECRET_ACTIONS[call.operation]
        given = given or _secret_key(call)
    yield from _key(call, given, actions)


def _key(call: Call, given: Any, actions: tuple[str, ...]) -> Iterator[Need]:
    key = key_of(call, given) if given else None
    if key and key.key_manager != "AWS":
        via = {"kms:viaservice": (f"{call.service}.{call.region}.{dns_suffix(call.partition)}",)}
        for action in actions:
            grant = {"kms:grantisforawsresource": ("true",)} if action == "kms:CreateGrant" else {}
            yield Need(action, key.arn, {**via, **grant})


def _secret_key(call: Call) -> str | None:
    secret = secret_of(call, str(call.parameters.get("SecretId")))
    return getattr(secret, "kms_key_id", None)


def _managed_secret(call: Call) -> Iterator[Need]:
    """Yield what a master password in Secrets Manager needs."""
    if str(call.parameters.get("ManageMasterUserPassword")).lower() == "true":
        resource = call.arn("secret:rds!cluster-*", "secretsmanager")
        yield Need("secretsmanager:CreateSecret", resource)
        yield Need("secretsmanager:TagResource", resource)
    if str(call.parameters.get("RotateMasterUserPassword")).lower() == "true":
        yield Need("secretsmanager:RotateSecret", call.arn("secret:rds!cluster-*", "secretsmanager"))
    actions = ("kms:DescribeKey", "kms:Decrypt", "kms:GenerateDataKey", "kms:CreateGrant")
    yield from _key(call, call.parameters.get("MasterUserSecretKmsKeyId"), actions)


def _replica_updates(call: Call) -> list[dict[str, Any]]:
    return list(call.parameters.get("ReplicaUpdates") or ())


def _replicas(call: Call) -> Iterator[Need]:
    """Yield what a change of replicas needs in the Regions of the replicas."""
    for update in _replica_updates(call):
        for change, actions in REPLICA_ACTIONS.items():
            if change in update:
                region = str(update[change].get("RegionName"))
                resource = resources_of(replace(call, region=region, operation="DescribeTable"))[0]
                for action in actions:
                    yield Need(f"dynamodb:{action}", resource, region=region)
        if call.operation == "UpdateTableReplicaAutoScaling":
            region = str(update.get("RegionName"))
            resource = call.arn("scalable-target/*", "application-autoscaling", region)
            for action in REPLICA_SCALING:
                listed = action.startswith("Describe")
                yield Need(f"application-autoscaling:{action}", "*" if listed else resource, region=region)


def _restore(call: Call) -> Iterator[Need]:
    if call.operation in ("RestoreTableFromBackup", "RestoreTableToPointInTime"):
        resource = call.arn(f"table/{call.parameters.get('TargetTableName')}")
        for action in RESTORE_ACTIONS:
            yield Need(f"dynamodb:{action}", resource)
