"""The condition keys of a call: those of the request, of the resource's tags, and of each service."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

from moto.dynamodb.models import dynamodb_backends
from moto.iam.models import iam_backends

from ..clock import CLOCK
from .conditions import Values
from .policies import Principal
from .resources import Call, key_of, secret_of

Keys = Mapping[str, tuple[str, ...]]
# The keys of a service that hold the value of a parameter.
PARAMETERS = {
    "iam:PolicyARN": "PolicyArn",
    "iam:PermissionsBoundary": "PermissionsBoundary",
    "iam:AWSServiceName": "AWSServiceName",
    "sts:ExternalId": "ExternalId",
    "sts:RoleSessionName": "RoleSessionName",
    "rds:DatabaseEngine": "Engine",
    "rds:DatabaseName": "DatabaseName",
    "rds:DatabaseClass": "DBInstanceClass",
    "rds:StorageEncrypted": "StorageEncrypted",
    "rds:ManageMasterUserPassword": "ManageMasterUserPassword",
    "secretsmanager:SecretId": "SecretId",
    "secretsmanager:Name": "Name",
    "secretsmanager:KmsKeyId": "KmsKeyId",
    "secretsmanager:ForceDeleteWithoutRecovery": "ForceDeleteWithoutRecovery",
    "secretsmanager:RecoveryWindowInDays": "RecoveryWindowInDays",
    "secretsmanager:BlockPublicPolicy": "BlockPublicPolicy",
    "kms:KeySpec": "KeySpec",
    "kms:KeyUsage": "KeyUsage",
    "kms:KeyOrigin": "Origin",
    "kms:MultiRegion": "MultiRegion",
    "kms:ReplicaRegion": "ReplicaRegion",
    "kms:ScheduleKeyDeletionPendingWindowInDays": "PendingWindowInDays",
    "kms:BypassPolicyLockoutSafetyCheck": "BypassPolicyLockoutSafetyCheck",
    "kms:GranteePrincipal": "GranteePrincipal",
    "kms:RetiringPrincipal": "RetiringPrincipal",
    "cloudwatch:namespace": "Namespace",
    "application-autoscaling:service-namespace": "ServiceNamespace",
    "application-autoscaling:scalable-dimension": "ScalableDimension",
}


@cache
def _parameters(service: str) -> Mapping[str, str]:
    return {key.lower(): name for key, name in PARAMETERS.items() if key.startswith(f"{service}:")}


def request_keys(call: Call, principal: Principal, address: str) -> dict[str, tuple[str, ...]]:
    """Return the condition keys of a request that are the same for each of its resources."""
    tags = dict(request_tags(call))
    removed = call.parameters.get("TagKeys") or call.parameters.get("tagKeys") or ()
    keys: dict[str, tuple[str, ...]] = {
        **principal.keys,
        "aws:requestedregion": ("us-east-1" if call.service == "iam" else call.region,),
        "aws:currenttime": (datetime.fromtimestamp(CLOCK.now(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),),
        "aws:epochtime": (str(int(CLOCK.now())),),
        "aws:securetransport": ("true",),  # clients of AWS use TLS
        "aws:sourceip": (address,),
        "aws:principalisawsservice": ("false",),
        **{f"aws:requesttag/{key.lower()}": (value,) for key, value in tags.items()},
    }
    if tags or removed:
        keys["aws:tagkeys"] = (*tags, *removed)
    for key, name in _parameters(call.service).items():
        if isinstance(value := call.parameters.get(name), (str, int, bool)):
            keys[key] = (str(value).lower() if isinstance(value, bool) else str(value),)
    return {**keys, **_encryption_context(call), **_leading_keys(call)}


def _leading_keys(call: Call) -> dict[str, tuple[str, ...]]:
    """Return the partition key of the item that a request of DynamoDB names."""
    item = call.parameters.get("Key") or call.parameters.get("Item")
    name = str(call.parameters.get("TableName")).rpartition("/")[2]
    table = dynamodb_backends[call.account][call.region].tables.get(name) if call.service == "dynamodb" else None
    if table is None or not isinstance(item, Mapping) or table.hash_key_attr not in item:
        return {}
    return {"dynamodb:leadingkeys": tuple(map(str, item[table.hash_key_attr].values()))}


def _encryption_context(call: Call) -> dict[str, tuple[str, ...]]:
    context = call.parameters.get("EncryptionContext") if call.service == "kms" else None
    if not context or not isinstance(context, Mapping):
        return {}
    each = {f"kms:encryptioncontext:{key.lower()}": (str(value),) for key, value in context.items()}
    return {**each, "kms:encryptioncontextkeys": tuple(context)}


def request_tags(call: Call) -> Iterator[tuple[str, str]]:
    """Yield the tags that a call sets."""
    given = call.parameters
    for name in ("Tags", "tags", "TagList"):
        yield from _tags(given.get(name))
    for specification in given.get("TagSpecifications") or ():
        yield from _tags(specification.get("Tags"))


def _tags(tags: Any) -> Iterator[tuple[str, str]]:
    if isinstance(tags, Mapping):
        yield from ((str(key), str(value)) for key, value in tags.items())
    for tag in tags if isinstance(tags, list) else ():
        key, value = tag.get("Key", tag.get("TagKey")), tag.get("Value", tag.get("TagValue"))
        if key is not None:
            yield str(key), str(value or "")


def values(call: Call, arn: str, keys: Keys) -> Callable[[str], Values]:
    """Return a function that returns the values of a condition key for one resource. It reads tags only if asked."""

    def value_of(key: str) -> Values:
        wanted = key.lower()
        if wanted in keys:
            return keys[wanted]
        kind, slash, tag = wanted.partition("/")
        if slash and kind == "rds:req-tag":
            return keys.get(f"aws:requesttag/{tag}")
        if slash and (kind.endswith(":resourcetag") or (kind.startswith("rds:") and kind.endswith("-tag"))):
            return _one({name.lower(): value for name, value in resource_tags(call, arn).items()}.get(tag))
        if wanted == "iam:permissionsboundary":
            return _one(_boundary(call, arn))
        if wanted == "aws:resourceaccount":
            return _one(arn.split(":")[4] if arn.count(":") > 4 else None)
        return _of_key(call, arn, wanted)

    return value_of


def _one(value: str | None) -> Values:
    return None if value is None else (value,)


def _of_key(call: Call, arn: str, wanted: str) -> Values:
    """Return the values of the condition keys of KMS that describe a key."""
    if not wanted.startswith("kms:") or arn.split(":")[2:3] != ["kms"]:
        return None
    key = key_of(call, arn)
    given = call.parameters.get("KeyId")
    found: dict[str, Values] = {"kms:calleraccount": (call.account,)}
    if key:
        found["kms:resourcealiases"] = tuple(key.aliases) or None
        found["kms:keyspec"], found["kms:keyusage"] = (key.key_spec,), (key.key_usage,)
        found["kms:keyorigin"], found["kms:multiregion"] = (key.origin,), (str(key.multi_region).lower(),)
    if isinstance(given, str) and "alias/" in given:
        found["kms:requestalias"] = (given[given.index("alias/") :],)
    return found.get(wanted)


def resource_tags(call: Call, arn: str) -> Mapping[str, str]:
    """Return the tags of a resource; a resource that does not exist yet has none."""
    parts = arn.split(":")
    if len(parts) < 6 or arn.endswith("/*"):
        return {}
    if parts[2] == "iam":
        return _iam_tags(call, arn)
    region = parts[3] or call.region
    if parts[2] == "secretsmanager":
        secret = secret_of(call, arn)
        return dict(_tags(secret.tags)) if secret and getattr(secret, "tags", None) else {}
    from ..tagging.resources import resources

    found = resources(call.account, region).get(arn.removesuffix(":log-stream:"))
    return found[1].tags if found else {}


def _boundary(call: Call, arn: str) -> str | None:
    """Return the ARN of the boundary that a role or user has; a request that sets one is asked before."""
    backend = iam_backends[call.account][call.partition]
    entities: tuple[Any, ...] = (*backend.roles.values(), *backend.users.values())
    entity = next((entity for entity in entities if entity.arn == arn), None)
    return getattr(entity, "permissions_boundary_arn", None) or None


def _iam_tags(call: Call, arn: str) -> Mapping[str, str]:
    backend = iam_backends[call.account][call.partition]
    policy = backend.managed_policies.get(arn)
    if policy:
        return {tag["Key"]: tag["Value"] for tag in policy.tags.values()}
    entities: tuple[Any, ...] = (*backend.roles.values(), *backend.users.values(), *backend.instance_profiles.values())
    entity = next((entity for entity in entities if entity.arn == arn), None)
    return dict(_tags(entity.tags)) if entity else {}
