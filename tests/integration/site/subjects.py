"""The resource that an AWS call changes (region, module, name), and the action, derived from the call alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from lock_calls import locks

Subject = tuple[str, str, str]
Call = Mapping[str, Any]

# EC2: the module and the parameter with the id, by the noun of the operation. Creations have a Name tag instead.
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
    "NetworkAclEntry": ("ec2_vpc", "NetworkAclId"),
    "NetworkAclAssociation": ("ec2_subnet", "AssociationId"),
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
# Other services: the module by the parameter that holds the name, or by the resource type in an ARN.
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
    "logs": dict.fromkeys(("logGroupName", "resourceArn", "logGroupIdentifier"), "logs_log_group"),
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
OWNER = "us-east-1"  # the region that owns the table; DynamoDB itself makes no difference between the regions
_GLOBAL = {"iam_role", "iam_managed_policy", "rds_global_cluster"}
# Calls that have the verb of a creation or deletion, but change an existing resource.
_UPDATES = {"CreateRoute", "DeleteRoute", "CreateTags", "DeleteTags", "CreatePolicyVersion", "DeletePolicyVersion"}
_UPDATES |= {"CreateNetworkAclEntry", "DeleteNetworkAclEntry", "DeleteRolePolicy", "DeleteRolePermissionsBoundary"}
_UPDATES |= {"AllocateAddress", "ReleaseAddress", "CreateAlias", "DeleteAlias", "DeleteScalingPolicy"}
_UPDATES |= {"DeleteResourcePolicy"}
_CREATIONS = ("Create", "Provision", "AllocateIpam", "RegisterScalable")
_DELETIONS = ("Delete", "Deprovision", "ReleaseIpam", "ScheduleKeyDeletion", "DeregisterScalable")


class Names:
    """The names of resources by id. Read them before and after each run that creates or deletes resources."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._scaled: dict[str, set[str]] = {}

    def read(self, aws: Any, regions: Iterable[str]) -> Names:
        for region in regions:
            self._scaled.setdefault(region, _scaled_tables(aws, region))
            ec2, kms = aws.client("ec2", region), aws.client("kms", region)
            for page in ec2.get_paginator("describe_tags").paginate(Filters=[{"Name": "key", "Values": ["Name"]}]):
                self._names |= {tag["ResourceId"]: tag["Value"] for tag in page["Tags"]}
            for group in ec2.describe_security_groups()["SecurityGroups"]:
                self._names[group["GroupId"]] = group["GroupName"]
            for table in ec2.describe_route_tables()["RouteTables"]:
                name = self._names.get(table["RouteTableId"], "")
                self._names |= {a["RouteTableAssociationId"]: name for a in table["Associations"]}
            for acl in ec2.describe_network_acls()["NetworkAcls"]:
                self._names[acl["NetworkAclId"]] = self._names.get(acl["VpcId"], "")
                links = ((link["NetworkAclAssociationId"], link["SubnetId"]) for link in acl["Associations"])
                self._names |= {link: self._names.get(subnet, subnet) for link, subnet in links}
            for page in kms.get_paginator("list_aliases").paginate():
                self._names |= {a["TargetKeyId"]: a["AliasName"] for a in page["Aliases"] if "TargetKeyId" in a}
        return self

    def by_id(self, id_: str) -> str:
        return self._names.get(id_, id_)

    def was_scaled(self, region: str, table: str) -> bool:
        """Return whether the table was scaled in the region when the names were first read."""
        return table in self._scaled[region]


def _scaled_tables(aws: Any, region: str) -> set[str]:
    """Return the scaled tables. Write targets count at the owner only: DynamoDB copies them to the replicas."""
    found = aws.client("application-autoscaling", region).describe_scalable_targets(ServiceNamespace="dynamodb")
    targets = [t for t in found["ScalableTargets"] if region == OWNER or "Read" in t["ScalableDimension"]]
    return {target["ResourceId"].split("/")[1] for target in targets}


def subjects(calls: Iterable[Call], names: Names) -> dict[Subject, str]:
    """Return the action of the successful calls on each resource: create, update, replace or delete."""
    actions: dict[Subject, str] = {}
    for call in calls:
        if call["error"] or locks(call):
            continue
        subject, operation = _subject(call, names), call["operation"]
        action = "update"
        if operation not in _UPDATES:
            action = "create" if operation.startswith(_CREATIONS) else action
            action = "delete" if operation.startswith(_DELETIONS) else action
        if operation == "RegisterScalableTarget" and names.was_scaled(call["region"], subject[2]):
            action = "update"  # the same call registers and changes
        action = _replica_action(call) or action
        earlier = actions.get(subject)
        if earlier in (None, "update") or action == "delete":
            actions[subject] = action
        elif (earlier, action) == ("delete", "create"):
            actions[subject] = "replace"
    return actions


def _subject(call: Call, names: Names) -> Subject:
    service, region, parameters = call["service"], call["region"], call["parameters"]
    kind, name = globals()[f"_{service.replace('-', '_')}"](call["operation"], parameters, names)
    replica = _replica_region(parameters)
    if replica or (kind == "dynamodb_table" and region != OWNER):
        kind, region = "dynamodb_table_replica", replica or region
    return "global" if kind in _GLOBAL else region, kind, name


def _replica_region(parameters: Mapping[str, Any]) -> str:
    """Return the region of the replica that an UpdateTable changes."""
    for update in parameters.get("ReplicaUpdates") or []:
        (change,) = update.values()
        return str(change["RegionName"])
    return ""


def _replica_action(call: Call) -> str:
    for update in call["parameters"].get("ReplicaUpdates") or []:
        return str(next(iter(update)).lower())
    return ""


def _ec2(operation: str, parameters: Mapping[str, Any], names: Names) -> tuple[str, str]:
    if operation in ("CreateTags", "DeleteTags"):
        id_ = parameters["Resources"][0]  # the other ids are parts, such as the address of a NAT gateway
        return _PREFIXES[id_.rpartition("-")[0]], names.by_id(id_)
    if operation.endswith("RouteTable") and "AssociationId" in parameters:
        return "ec2_route_table", names.by_id(parameters["AssociationId"])
    if operation == "CreateSecurityGroup":
        return "ec2_security_group", parameters["GroupName"]
    noun = operation
    for verb in ("Create", "Modify", "Delete", "Allocate", "Release", "Attach", "Detach", "Associate", "Disassociate"):
        noun = noun.removeprefix(verb)
    for verb in ("Authorize", "Revoke", "Update", "Provision", "Deprovision", "Replace"):
        noun = noun.removeprefix(verb)
    if operation == "AllocateIpamPoolCidr":
        noun = "IpamPoolAllocation"
    kind, key = _row(noun)
    if kind in ("ec2_ipam_pool_cidr", "ec2_ipam_pool_allocation"):
        return kind, f"{names.by_id(parameters['IpamPoolId'])} {parameters['Cidr']}"
    creates = operation == f"Create{noun}" or operation == "AllocateAddress"
    if creates and "TagSpecifications" in parameters:
        tags = [tag for spec in parameters["TagSpecifications"] for tag in spec["Tags"] if tag["Key"] == "Name"]
        return kind, tags[0]["Value"]
    ids = parameters[key]
    return kind, names.by_id(ids[0] if isinstance(ids, list) else ids)


def _row(noun: str) -> tuple[str, str]:
    assert noun in _EC2, f"add {noun}, its module and the parameter with its id to _EC2 in subjects.py"
    return _EC2[noun]


def _kms(operation: str, parameters: Mapping[str, Any], names: Names) -> tuple[str, str]:
    if "AliasName" in parameters:
        return "kms_key", parameters["AliasName"]
    if operation == "CreateKey":
        (name,) = [tag["TagValue"] for tag in parameters["Tags"] if tag["TagKey"] == "Name"]
        return "kms_key", f"alias/{name.removeprefix('alias/')}"
    return "kms_key", names.by_id(parameters["KeyId"])


def _dynamodb(operation: str, parameters: Mapping[str, Any], names: Names) -> tuple[str, str]:
    name = parameters.get("TableName") or parameters["ResourceArn"]
    return "dynamodb_table", name.split(":table/")[-1].split("/")[0]  # the ARN of a table or of its stream


def _application_autoscaling(operation: str, parameters: Mapping[str, Any], names: Names) -> tuple[str, str]:
    return "dynamodb_table_auto_scaling", parameters["ResourceId"].split("/")[1]


def _named(service: str, parameters: Mapping[str, Any]) -> tuple[str, str]:
    key = next(key for key in parameters if key in _NAMED[service])
    return _NAMED[service][key], str(parameters[key])


def _rds(operation: str, parameters: Mapping[str, Any], names: Names) -> tuple[str, str]:
    arn = parameters.get("ResourceName") or parameters.get("ResourceArn")  # of the calls on tags and on the Data API
    if arn:
        kind, name = arn.split(":", 5)[5].split(":", 1)
        return _RDS_ARNS[kind], name
    noun = operation
    for verb in ("Create", "Modify", "Delete", "Reset"):
        noun = noun.removeprefix(verb)
    # Requests about instances and clusters name groups, too.
    key = {"DBInstance": "DBInstanceIdentifier", "DBCluster": "DBClusterIdentifier"}.get(noun)
    if key:
        return _NAMED["rds"][key], parameters[key]
    return _named("rds", parameters)


def _iam(operation: str, parameters: Mapping[str, Any], names: Names) -> tuple[str, str]:
    key = "RoleName" if "RoleName" in parameters else "PolicyName" if "PolicyName" in parameters else "PolicyArn"
    return _NAMED["iam"][key], parameters[key].rpartition("/")[2]


def _logs(operation: str, parameters: Mapping[str, Any], names: Names) -> tuple[str, str]:
    kind, name = _named("logs", parameters)
    return kind, name.split(":log-group:")[-1].removesuffix(":*")


def _secretsmanager(operation: str, parameters: Mapping[str, Any], names: Names) -> tuple[str, str]:
    kind, name = _named("secretsmanager", parameters)
    return kind, name.split(":secret:")[-1].rsplit("-", 1)[0] if name.startswith("arn:") else name
