"""The resources that AWS checks for a call, found in its parameters: a table of parameters and ARNs per service."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from moto.utilities.utils import get_partition

PREFIXES = {"resourcegroupstaggingapi": "tag", "dynamodbstreams": "dynamodb"}  # all others: boto3's name


@dataclass(frozen=True)
class Call:
    """A call of an operation with its parameters."""

    service: str
    operation: str
    region: str
    account: str
    parameters: Mapping[str, Any]

    @property
    def partition(self) -> str:
        return str(get_partition(self.region))

    @property
    def prefix(self) -> str:
        """Return the name of the service in actions and ARNs."""
        return PREFIXES.get(self.service, self.service)

    @property
    def action(self) -> str:
        return f"{self.prefix}:{self.operation}"

    def arn(self, resource: str, service: str = "", region: str | None = None) -> str:
        """Return an ARN in the account; an ARN stays as it is."""
        if resource.startswith("arn:"):
            return resource
        place = self.region if region is None else region
        return f"arn:{self.partition}:{service or self.prefix}:{place}:{self.account}:{resource}"


# EC2: the types of the resources that an operation checks, with a plus those that it creates. Every other operation
# checks the resources whose ids it names.
EC2 = {
    "AllocateAddress": "+elastic-ip ipam-pool",
    "AuthorizeSecurityGroupEgress": "+security-group-rule security-group",
    "AuthorizeSecurityGroupIngress": "+security-group-rule security-group",
    "CreateEgressOnlyInternetGateway": "+egress-only-internet-gateway vpc",
    "CreateFlowLogs": "+vpc-flow-log vpc subnet network-interface",
    "CreateInternetGateway": "+internet-gateway",
    "CreateIpam": "+ipam",
    "CreateIpamPool": "+ipam-pool ipam-scope",
    "CreateIpamScope": "+ipam-scope ipam",
    "CreateNatGateway": "+natgateway subnet elastic-ip",
    "CreateNetworkAcl": "+network-acl vpc",
    "CreateNetworkInterface": "+network-interface subnet security-group",
    "CreateRoute": "route-table",
    "CreateRouteTable": "+route-table vpc",
    "CreateSecurityGroup": "+security-group vpc",
    "CreateSubnet": "+subnet vpc ipam-pool",
    "CreateVpc": "+vpc ipam-pool",
    "CreateVpcEndpoint": "+vpc-endpoint vpc route-table security-group subnet",
    "CreateVpcPeeringConnection": "+vpc-peering-connection vpc",
    "CreateVpnGateway": "+vpn-gateway",
    "DeleteRoute": "route-table",
    "ReplaceRoute": "route-table",
    "RevokeSecurityGroupEgress": "security-group",
    "RevokeSecurityGroupIngress": "security-group",
    "RunInstances": "+instance +network-interface +volume image subnet security-group",
    "UpdateSecurityGroupRuleDescriptionsEgress": "security-group",
    "UpdateSecurityGroupRuleDescriptionsIngress": "security-group",
}
EC2_READS_WITH_RESOURCES = ("DescribeVpcAttribute", "GetIpam")
PEERS = {"IpPermissions", "SecurityGroupRuleDescriptions"}  # parameters whose ids are not checked
EC2_TYPES = {"ami": "image", "i": "instance"}  # which have no tags here
KEY_ID_LENGTH = 36  # a ciphertext begins with the id of its key
EC2_ID = re.compile(r"([a-z]+(?:-[a-z]+)*)-[0-9a-f]{8,17}")

# The other services: for each type of resource its ARN and the parameters that name it.
RDS = {
    "cluster": (
        "cluster:{}",
        "DBClusterIdentifier DbClusterIdentifier SourceDBClusterIdentifier TargetDbClusterIdentifier",
    ),
    "db": ("db:{}", "DBInstanceIdentifier"),
    "cluster-pg": ("cluster-pg:{}", "DBClusterParameterGroupName"),
    "pg": ("pg:{}", "DBParameterGroupName DBInstanceParameterGroupName"),
    "subgrp": ("subgrp:{}", "DBSubnetGroupName"),
    "og": ("og:{}", "OptionGroupName"),
    "cluster-snapshot": (
        "cluster-snapshot:{}",
        "DBClusterSnapshotIdentifier FinalDBSnapshotIdentifier SnapshotIdentifier"
        " SourceDBClusterSnapshotIdentifier TargetDBClusterSnapshotIdentifier",
    ),
    "global-cluster": ("global-cluster:{}", "GlobalClusterIdentifier"),
    "cluster-auto-backup": ("cluster-auto-backup:{}", "DbClusterResourceId"),
    "es": ("es:{}", "SubscriptionName"),
    "": ("{}", "ResourceName ResourceArn"),
}
TABLES: dict[str, dict[str, tuple[str, str]]] = {
    "rds": RDS,
    "dynamodb": {
        "table": ("table/{}", "TableName TargetTableName SourceTableName"),
        "": ("{}", "ResourceArn BackupArn StreamArn SourceTableArn ShardIterator"),
    },
    "kms": {"alias": ("{}", "AliasName"), "key": ("key/{}", "KeyId TargetKeyId")},
    "secretsmanager": {"secret": ("secret:{}", "SecretId Name")},
    "logs": {
        "log-group": ("log-group:{}:log-stream:", "logGroupName logGroupIdentifier"),
        "": ("{}", "resourceArn resourceIdentifier"),
    },
    "cloudwatch": {"alarm": ("alarm:{}", "AlarmName AlarmNames"), "": ("{}", "ResourceARN")},
    "ssm": {"parameter": ("parameter/{}", "Name Names Path ResourceId")},
    "application-autoscaling": {"scalable-target": ("scalable-target/*", "ResourceId")},
    "sts": {"": ("{}", "RoleArn")},
}
TABLES["dynamodbstreams"] = TABLES["dynamodb"]
# What a listing without a name checks.
ALL = {
    "rds:DescribeDBClusters": "cluster:*",
    "rds:DescribeDBInstances": "db:*",
    "rds:DescribeDBClusterParameterGroups": "cluster-pg:*",
    "rds:DescribeDBParameterGroups": "pg:*",
    "rds:DescribeDBSubnetGroups": "subgrp:*",
    "rds:DescribeDBClusterSnapshots": "cluster-snapshot:*",
    "rds:DescribeDBClusterAutomatedBackups": "cluster-auto-backup:*",
    "rds:DescribeGlobalClusters": "global-cluster:*",
    "cloudwatch:DescribeAlarms": "alarm:*",
    "dynamodb:ListTables": "table/*",
    "logs:DescribeLogGroups": "log-group::log-stream:",
}
NO_RESOURCE = {
    "rds:DescribeDBEngineVersions", "rds:DescribeOrderableDBInstanceOptions", "dynamodb:ListStreams",
    "application-autoscaling:DescribeScalableTargets", "application-autoscaling:DescribeScalingPolicies",
    "application-autoscaling:DescribeScalingActivities", "secretsmanager:ListSecrets", "kms:ListAliases",
    "dynamodb:ListBackups", "sts:GetCallerIdentity",
}  # fmt: skip
# What RDS checks in place of a parameter that is left out.
RDS_DEFAULTS = {"cluster-pg": "default.{engine}{major}", "og": "default:{engine}-{major}", "subgrp": "default"}
RDS_REQUIRED = {"CreateDBCluster", "RestoreDBClusterFromSnapshot", "RestoreDBClusterToPointInTime"}


def resources_of(call: Call) -> list[str]:
    """Return the ARNs that AWS checks for the action of a call; ``*`` if the action has no resources."""
    finder: dict[str, Callable[[Call], Iterator[str]]] = {"ec2": _ec2, "iam": _iam}
    found = list(dict.fromkeys(finder.get(call.service, _from_table)(call)))
    if found:
        return found
    every = ALL.get(call.action)
    return [call.arn(every, region="" if every.startswith("global") else None)] if every else ["*"]


def _ids(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _ids(item)
    elif isinstance(value, Mapping):
        for name, item in value.items():
            if name not in PEERS:
                yield from _ids(item)


def ec2_arn(call: Call, kind: str, resource_id: str) -> str:
    """Return the ARN of an EC2 resource. Those of IPAM name no Region, those of images no account."""
    if kind == "image":
        return f"arn:{call.partition}:ec2:{call.region}::image/{resource_id}"
    return call.arn(f"{kind}/{resource_id}", region="" if kind.startswith("ipam") else None)


def _ec2(call: Call) -> Iterator[str]:
    from ..ec2.ids import TYPES

    if call.operation.startswith(("Describe", "Get")) and not call.operation.startswith(EC2_READS_WITH_RESOURCES):
        return
    asked = EC2.get(call.operation)
    kinds = asked.split() if asked else None
    for kind in kinds or ():
        # A rule is checked only if it gets tags.
        if kind.startswith("+") and (kind != "+security-group-rule" or call.parameters.get("TagSpecifications")):
            yield ec2_arn(call, kind[1:], "*")
    for resource_id in (*_ids(call.parameters), *_route_table(call)):
        match = EC2_ID.fullmatch(resource_id)
        found = {**TYPES, **EC2_TYPES}.get(match[1], "") if match else ""
        if found and found != "ipam-pool-allocation" and (kinds is None or found in kinds):
            yield ec2_arn(call, found, resource_id)


def _route_table(call: Call) -> Iterator[str]:
    """Yield the route table of an association that is ended."""
    from moto.ec2.models import ec2_backends

    association = call.parameters.get("AssociationId") if call.operation == "DisassociateRouteTable" else None
    for table in ec2_backends[call.account][call.region].route_tables.values():
        if association in table.all_associations_ids:
            yield table.id


def _from_table(call: Call) -> Iterator[str]:
    if call.action in NO_RESOURCE:
        return
    table = TABLES.get(call.service, {})
    for kind, (template, names) in table.items():
        region = "" if kind == "global-cluster" else None
        for name in names.split():
            for value in _values(call, kind, name):
                yield call.arn(value if value.startswith("arn:") else template.format(value), region=region)
    if call.service == "rds" and call.operation in RDS_REQUIRED:
        yield from _rds_defaults(call)
    if call.service == "dynamodb":
        yield from _items(call)
    if call.service == "kms" and (unnamed := _unnamed_key(call)):
        yield unnamed.arn


def _unnamed_key(call: Call) -> Any:
    """Return the KMS key of a call that does not name it: the one that an alias has until now, or of a ciphertext."""
    if call.operation in ("DeleteAlias", "UpdateAlias"):
        return key_of(call, str(call.parameters.get("AliasName")))
    blob = call.parameters.get("CiphertextBlob")
    if call.operation != "Decrypt" or not isinstance(blob, str) or call.parameters.get("KeyId"):
        return None
    try:
        return key_of(call, b64decode(blob)[:KEY_ID_LENGTH].decode())
    except ValueError:
        return None  # no ciphertext: KMS refuses it


def _values(call: Call, kind: str, name: str) -> Iterator[str]:
    given = call.parameters.get(name)
    for value in given if isinstance(given, list) else [given]:
        if not isinstance(value, str):
            continue
        if call.service == "rds" and not value.startswith("arn:"):
            yield value.lower()  # RDS does not tell upper from lower case
        elif (call.service, kind) in (("kms", "key"), ("secretsmanager", "secret")):
            yield _looked_up(call, value)
        elif call.action in ("dynamodb:Query", "dynamodb:Scan") and "IndexName" in call.parameters:
            base = value.partition(":table/")[2] or value
            yield f"{base}/index/{call.parameters['IndexName']}"
        elif name == "ShardIterator":
            yield value.partition("|")[0]
        elif call.service == "ssm":
            yield value.removeprefix("/")  # the ARN of /mtk/dev ends with parameter/mtk/dev
        elif call.service == "logs" and value.startswith("arn:") and kind == "log-group":
            yield value.partition(":log-group:")[2].removesuffix(":*")
        else:
            yield value


def _looked_up(call: Call, value: str) -> str:
    if call.operation == "CreateSecret":
        return f"{value}-AbCdEf"  # AWS adds six characters of its own to the name
    found = key_of(call, value) if call.service == "kms" else secret_of(call, value)
    return str(found.arn) if found else value


def key_of(call: Call, key_id: str) -> Any:
    """Return the KMS key of an id, ARN, alias or ARN of an alias; None if it does not exist."""
    from moto.kms.models import kms_backends

    region = key_id.split(":")[3] if key_id.startswith("arn:") and key_id.count(":") > 4 else call.region
    backend = kms_backends[call.account][region]
    wanted = backend.get_key_id(backend.get_alias_name(key_id))
    if wanted.startswith("alias/"):
        wanted = next((key.id for key in backend.keys.values() if wanted in key.aliases), "")
    return backend.keys.get(wanted)


def secret_of(call: Call, secret_id: str) -> Any:
    """Return the secret of a name or ARN; None if it does not exist."""
    from moto.secretsmanager.models import secretsmanager_backends

    try:
        return secretsmanager_backends[call.account][call.region].secrets.get(secret_id)
    except KeyError:
        return None


def _items(call: Call) -> Iterator[str]:
    """Yield the tables of a batch of items."""
    items = call.parameters.get("RequestItems", {})
    for table in items if isinstance(items, Mapping) else ():
        yield call.arn(table if table.startswith("arn:") else f"table/{table}")


def _rds_defaults(call: Call) -> Iterator[str]:
    engine, version = call.parameters.get("Engine", "*"), str(call.parameters.get("EngineVersion", "*"))
    for kind, default in RDS_DEFAULTS.items():
        template, names = RDS[kind]
        if not set(names.split()) & set(call.parameters):
            yield call.arn(template.format(default.format(engine=engine, major=version.partition(".")[0])))


def _iam(call: Call) -> Iterator[str]:
    """Yield the entity of the call: the first of these parameters."""
    from moto.iam.models import iam_backends

    from ..iam.service_roles import role_path

    backend, given = iam_backends[call.account][call.partition], call.parameters
    entities: tuple[tuple[str, str, Any], ...] = (
        ("InstanceProfileName", "instance-profile", backend.instance_profiles.values()),
        ("GroupName", "group", backend.groups.values()),
        ("RoleName", "role", backend.roles.values()),
        ("UserName", "user", backend.users.values()),
        ("PolicyName", "policy", ()),
    )
    for parameter, kind, known in entities:
        if name := given.get(parameter):
            arn = next((entity.arn for entity in known if entity.name == name), None)
            yield arn or call.arn(f"{kind}{given.get('Path') or '/'}{name}", region="")
            return
    key = backend.access_keys.get(str(given.get("AccessKeyId")))
    if key and key.user_name in backend.users:
        yield backend.users[key.user_name].arn
    elif service := given.get("AWSServiceName"):
        yield call.arn(f"role{role_path(service)}", region="")
    elif arn := given.get("PolicyArn") or given.get("PolicySourceArn"):
        yield str(arn)
    elif listed := re.fullmatch(r"List(Role|User|Group)s|ListPolicies|ListInstanceProfiles", call.operation):
        kind = (listed[1] or ("policy" if "Policies" in call.operation else "instance-profile")).lower()
        yield call.arn(f"{kind}{given.get('PathPrefix') or '/'}", region="")
