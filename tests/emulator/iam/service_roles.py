"""The service-linked roles of AWS's services."""

from __future__ import annotations

import json

from moto.iam.models import IAMBackend, Role, iam_backends
from moto.utilities.utils import get_partition

from ..admission import Missing
from ..core import AwsError

# The suffix of the role's name, and AWS's managed policy for the role.
ROLES = {
    "contributorinsights.dynamodb": (
        "DynamoDBCloudWatchContributorInsights",
        "DynamoDBCloudWatchContributorInsightsServiceRolePolicy",
    ),
    "dynamodb.application-autoscaling": (
        "ApplicationAutoScaling_DynamoDBTable",
        "AWSApplicationAutoscalingDynamoDBTablePolicy",
    ),
    "ipam": ("IPAM", "AWSIPAMServiceRolePolicy"),
    "rds": ("RDS", "AmazonRDSServiceRolePolicy"),
    "replication.dynamodb": ("DynamoDBReplication", "DynamoDBReplicationServiceRolePolicy"),
}


def role_path(service: str) -> str:
    """Return the path and name of the role of a service, as its ARN shows them; the name ``*`` if it is unknown."""
    known = ROLES.get(service.removesuffix(".amazonaws.com"))
    return f"/aws-service-role/{service}/{f'AWSServiceRoleFor{known[0]}' if known else '*'}"


def has_role(backend: IAMBackend, service: str) -> bool:
    """Return whether the role of a service exists."""
    return any(role.path == f"/aws-service-role/{service}/" for role in backend.get_roles())


def create_service_linked_role(backend: IAMBackend, service: str, description: str = "") -> Role:
    """Create the role of a service, and refuse an existing one."""
    if service.removesuffix(".amazonaws.com") not in ROLES:
        raise Missing(f"the service-linked role of {service}")
    suffix, policy = ROLES[service.removesuffix(".amazonaws.com")]
    name = f"AWSServiceRoleFor{suffix}"
    if any(role.name == name for role in backend.get_roles()):
        text = f"Service role name {name} has been taken in this account, please try a different suffix."
        raise AwsError("InvalidInput", text)
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    role = backend.create_role(name, trust, f"/aws-service-role/{service}/", None, description, [], 3600, service)
    backend.attach_role_policy(f"arn:{backend.partition}:iam::aws:policy/aws-service-role/{policy}", name)
    return role


def can_assume(account_id: str, region: str, service: str, arn: str) -> bool:
    """Return whether a service can assume a role: the role exists, trusts the service, and has spread to it."""
    roles = iam_backends[account_id][get_partition(region)].roles.values()
    found = [role for role in roles if role.arn == arn and service in str(role.assume_role_policy_document)]
    return any(not hasattr(role, "spread") or role.spread.settled for role in found)


def service_uses_its_role(account_id: str, region: str, service: str) -> None:
    """Create the role of a service at its first use, as AWS does."""
    backend = iam_backends[account_id][get_partition(region)]
    if not has_role(backend, service):
        create_service_linked_role(backend, service)
