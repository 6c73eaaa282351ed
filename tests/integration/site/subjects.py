"""Which resource a call is about, said by the API alone: region, module that keeps it, name; and what is done to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

Subject = tuple[str, str, str]
Call = Mapping[str, Any]

# EC2: the parameter that says which one. Where it is missing, the request carries the Name tag of what it makes.
_EC2 = {
    "Vpc": ("ec2_vpc", "VpcId"),
    "VpcAttribute": ("ec2_vpc", "VpcId"),
    "Subnet": ("ec2_subnet", "SubnetId"),
    "SubnetAttribute": ("ec2_subnet", "SubnetId"),
    "RouteTable": ("ec2_route_table", "RouteTableId"),
    "Route": ("ec2_route_table", "RouteTableId"),
    "InternetGateway": ("ec2_internet_gateway", "InternetGatewayId"),
    "NatGateway": ("ec2_nat_gateway", "NatGatewayId"),
    "Address": ("ec2_nat_gateway", "AllocationId"),
    "VpcEndpoint": ("ec2_vpc_endpoint", "VpcEndpointId"),
    "VpcEndpoints": ("ec2_vpc_endpoint", "VpcEndpointIds"),
    "FlowLogs": ("ec2_flow_log", "FlowLogIds"),
    "SecurityGroup": ("ec2_security_group", "GroupId"),
    "SecurityGroupIngress": ("ec2_security_group", "GroupId"),
    "SecurityGroupEgress": ("ec2_security_group", "GroupId"),
    "SecurityGroupRuleDescriptionsIngress": ("ec2_security_group", "GroupId"),
    "SecurityGroupRuleDescriptionsEgress": ("ec2_security_group", "GroupId"),
    "Ipam": ("ec2_ipam", "IpamId"),
    "IpamPool": ("ec2_ipam_pool", "IpamPoolId"),
    "IpamPoolCidr": ("ec2_ipam_pool_cidr", "IpamPoolId"),
    "IpamPoolAllocation": ("ec2_ipam_pool_allocation", "IpamPoolAllocationId"),
}
_PREFIXES = {
    "vpc": "ec2_vpc",
    "subnet": "ec2_subnet",
    "rtb": "ec2_route_table",
    "igw": "ec2_internet_gateway",
    "nat": "ec2_nat_gateway",
    "eipalloc": "ec2_nat_gateway",
    "vpce": "ec2_vpc_endpoint",
    "fl": "ec2_flow_log",
    "sg": "ec2_security_group",
    "ipam": "ec2_ipam",
    "ipam-pool": "ec2_ipam_pool",
    "ipam-pool-alloc": "ec2_ipam_pool_allocation",
}
# Other services: what the name of a parameter, or the kind in an ARN, stands for.
_NAMED = {
    "rds": {
        "DBClusterIdentifier": "rds_cluster",
        "DBInstanceIdentifier": "rds_instance",
        "DBClusterParameterGroupName": "rds_cluster_param_group",
        "DBParameterGroupName": "rds_instance_param_group",
        "DBSubnetGroupName": "rds_subnet_group",
        "GlobalClusterIdentifier": "rds_global_cluster",
    },
    "iam": {"RoleName": "iam_role", "PolicyName": "iam_managed_policy", "PolicyArn": "iam_managed_policy"},
    "logs": {"logGroupName": "logs_log_group", "resourceArn": "logs_log_group"},
    "secretsmanager": {"Name": "secretsmanager_secret", "SecretId": "secretsmanager_secret"},
}
_RDS_ARNS = {
    "cluster": "rds_cluster",
    "db": "rds_instance",
    "cluster-pg": "rds_cluster_param_group",
    "pg": "rds_instance_param_group",
    "subgrp": "rds_subnet_group",
    "global-cluster": "rds_global_cluster",
}
OWNER = "us-east-1"  # the region that owns the table; to DynamoDB all its regions are alike
_GLOBAL = {"iam_role", "iam_managed_policy", "rds_global_cluster"}
# Calls that begin like a creation or deletion, and change what is there already.
_PARTS = {"CreateRoute", "DeleteRoute", "CreateTags", "DeleteTags", "CreatePolicyVersion", "DeletePolicyVersion"}
_PARTS |= {"AllocateAddress", "ReleaseAddress", "CreateAlias", "DeleteAlias", "DeleteScalingPolicy"}
_MAKES = ("Create", "Provision", "AllocateIpam", "RegisterScalable")
_REMOVES = ("Delete", "Deprovision", "ReleaseIpam", "ScheduleKeyDeletion", "DeregisterScalable")


class Names:
    """What ids are called, gathered from the account; ask for it before and after whatever makes or removes."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._scaled: dict[str, set[str]] = {}

    def learn(self, aws: Any, regions: Iterable[str]) -> Names:
        for region in regions:
            self._scaled.setdefault(region, _scaled(aws, region))
            ec2, kms = aws.client("ec2", region), aws.client("kms", region)
            for page in ec2.get_paginator("describe_tags").paginate(Filters=[{"Name": "key", "Values": ["Name"]}]):
                self._names |= {tag["ResourceId"]: tag["Value"] for tag in page["Tags"]}
            for group in ec2.describe_security_groups()["SecurityGroups"]:
                self._names[group["GroupId"]] = group["GroupName"]
            for table in ec2.describe_route_tables()["RouteTables"]:
                name = self._names.get(table["RouteTableId"], "")
                self._names |= {a["RouteTableAssociationId"]: name for a in table["Associations"]}
            for page in kms.get_paginator("list_aliases").paginate():
                self._names |= {a["TargetKeyId"]: a["AliasName"] for a in page["Aliases"] if "TargetKeyId" in a}
        return self

    def of(self, id_: str) -> str:
        return self._names.get(id_, id_)

    def was_scaled(self, region: str, table: str) -> bool:
        """Whether a table was scaled in a region when its names were first asked for."""
        return table in self._scaled[region]


def _scaled(aws: Any, region: str) -> set[str]:
    """The tables that are scaled. DynamoDB itself scales the writes of replicas as the owner's."""
    found = aws.client("application-autoscaling", region).describe_scalable_targets(ServiceNamespace="dynamodb")
    targets = [t for t in found["ScalableTargets"] if region == OWNER or "Read" in t["ScalableDimension"]]
    return {target["ResourceId"].split("/")[1] for target in targets}


def subjects(calls: Iterable[Call], names: Names) -> dict[Subject, str]:
    """What the successful calls did, by resource: create, update or delete."""
    done: dict[Subject, str] = {}
    for call in calls:
        if call["error"]:
            continue
        subject, operation = _subject(call, names), call["operation"]
        action = "update"
        if operation not in _PARTS:
            action = "create" if operation.startswith(_MAKES) else action
            action = "delete" if operation.startswith(_REMOVES) else action
        if operation == "RegisterScalableTarget" and names.was_scaled(call["region"], subject[2]):
            action = "update"  # the same call registers and changes
        action = _action_of_replica(call) or action
        before = done.get(subject)
        done[subject] = action if before is None or action == "delete" else before if before != "update" else action
    return done


def _subject(call: Call, names: Names) -> Subject:
    service, region, asked = call["service"], call["region"], call["parameters"]
    kind, name = globals()[f"_{service.replace('-', '_')}"](call["operation"], asked, names)
    replica = _replica(asked)
    if replica or (kind == "dynamodb_table" and region != OWNER):
        kind, region = "dynamodb_table_replica", replica or region
    return "global" if kind in _GLOBAL else region, kind, name


def _replica(asked: Mapping[str, Any]) -> str:
    """The region of the replica that an UpdateTable is about."""
    for update in asked.get("ReplicaUpdates") or []:
        (change,) = update.values()
        return str(change["RegionName"])
    return ""


def _action_of_replica(call: Call) -> str:
    for update in call["parameters"].get("ReplicaUpdates") or []:
        return str(next(iter(update)).lower())
    return ""


def _ec2(operation: str, asked: Mapping[str, Any], names: Names) -> tuple[str, str]:
    if operation in ("CreateTags", "DeleteTags"):
        id_ = asked["Resources"][0]  # further ones are parts of it, as the address of a NAT gateway
        return _PREFIXES[id_.rpartition("-")[0]], names.of(id_)
    if operation.endswith("RouteTable") and "AssociationId" in asked:
        return "ec2_route_table", names.of(asked["AssociationId"])
    if operation == "CreateSecurityGroup":
        return "ec2_security_group", asked["GroupName"]
    noun = operation
    for verb in ("Create", "Modify", "Delete", "Allocate", "Release", "Attach", "Detach", "Associate", "Disassociate"):
        noun = noun.removeprefix(verb)
    for verb in ("Authorize", "Revoke", "Update", "Provision", "Deprovision", "Replace"):
        noun = noun.removeprefix(verb)
    if operation == "AllocateIpamPoolCidr":
        noun = "IpamPoolAllocation"
    kind, key = _EC2[noun]
    if kind in ("ec2_ipam_pool_cidr", "ec2_ipam_pool_allocation"):
        return kind, f"{names.of(asked['IpamPoolId'])} {asked['Cidr']}"
    made = operation == f"Create{noun}" or operation == "AllocateAddress"
    if made and noun != "Route":
        tags = [tag for spec in asked["TagSpecifications"] for tag in spec["Tags"] if tag["Key"] == "Name"]
        return kind, tags[0]["Value"]
    ids = asked[key]
    return kind, names.of(ids[0] if isinstance(ids, list) else ids)


def _kms(operation: str, asked: Mapping[str, Any], names: Names) -> tuple[str, str]:
    if "AliasName" in asked:
        return "kms_key", asked["AliasName"]
    if operation == "CreateKey":
        (name,) = [tag["TagValue"] for tag in asked["Tags"] if tag["TagKey"] == "Name"]
        return "kms_key", f"alias/{name.removeprefix('alias/')}"
    return "kms_key", names.of(asked["KeyId"])


def _dynamodb(operation: str, asked: Mapping[str, Any], names: Names) -> tuple[str, str]:
    name = asked.get("TableName") or asked["ResourceArn"]
    return "dynamodb_table", name.rpartition("/")[2]


def _application_autoscaling(operation: str, asked: Mapping[str, Any], names: Names) -> tuple[str, str]:
    return "dynamodb_table_auto_scaling", asked["ResourceId"].split("/")[1]


def _named(service: str, asked: Mapping[str, Any]) -> tuple[str, str]:
    key = next(key for key in asked if key in _NAMED[service])
    return _NAMED[service][key], str(asked[key])


def _rds(operation: str, asked: Mapping[str, Any], names: Names) -> tuple[str, str]:
    if "ResourceName" in asked:
        kind, name = asked["ResourceName"].split(":", 5)[5].split(":", 1)
        return _RDS_ARNS[kind], name
    owner = {"CreateDBInstance": "DBInstanceIdentifier", "CreateDBCluster": "DBClusterIdentifier"}
    noun = operation
    for verb in ("Create", "Modify", "Delete", "Reset"):
        noun = noun.removeprefix(verb)
    first = {"DBInstance": "DBInstanceIdentifier", "DBCluster": "DBClusterIdentifier"}.get(noun, owner.get(operation))
    if first:
        return _NAMED["rds"][first], asked[first]
    return _named("rds", asked)


def _iam(operation: str, asked: Mapping[str, Any], names: Names) -> tuple[str, str]:
    key = "RoleName" if "RoleName" in asked else "PolicyName" if "PolicyName" in asked else "PolicyArn"
    return _NAMED["iam"][key], asked[key].rpartition("/")[2]


def _logs(operation: str, asked: Mapping[str, Any], names: Names) -> tuple[str, str]:
    kind, name = _named("logs", asked)
    return kind, name.split(":log-group:")[-1].removesuffix(":*")


def _secretsmanager(operation: str, asked: Mapping[str, Any], names: Names) -> tuple[str, str]:
    kind, name = _named("secretsmanager", asked)
    return kind, name.split(":secret:")[-1].rsplit("-", 1)[0] if name.startswith("arn:") else name
