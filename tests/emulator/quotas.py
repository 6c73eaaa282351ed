"""The quotas of an account, with AWS's default values and refusals. A request to POST /_local/quota changes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Count = Callable[[Any, Mapping[str, Any]], int]


@dataclass(frozen=True)
class Quota:
    """A quota, and the refusal of a request beyond it.

    ``count`` returns how many resources the backend of a Region has, for the parameters of a request. Without
    ``call``, the service itself asks whether there is room, because it checks other things first.
    """

    name: str
    value: int
    code: str
    words: str
    source: str
    call: str = ""
    count: Count | None = None


def _maximum(of: str) -> str:
    return f"The maximum number of {of} has been reached."


def _reached(of: str) -> str:
    return f"You have already reached your quota of {{quota}} {of} per customer."


def _subnets(ec2: Any) -> list[Any]:
    return [subnet for zone in ec2.subnets.values() for subnet in zone.values()]


def _gateways_in_zone(ec2: Any, given: Mapping[str, Any]) -> int:
    zones = {subnet.id: subnet.availability_zone for subnet in _subnets(ec2)}
    wanted = zones.get(given.get("SubnetId", ""))
    taken = [nat for nat in ec2.nat_gateways.values() if nat.state not in ("failed", "deleted")]
    return sum(zones.get(nat.subnet_id) == wanted for nat in taken)


def _endpoints(kind: str) -> Count:
    def count(ec2: Any, given: Mapping[str, Any]) -> int:
        if (given.get("VpcEndpointType") or "Gateway") != kind:
            return 0
        found = [e for e in ec2.vpc_end_points.values() if e.vpc_endpoint_type == kind and e.state != "deleted"]
        return sum(kind == "Gateway" or endpoint.vpc_id == given.get("VpcId") for endpoint in found)

    return count


def _in_vpc(resources: str) -> Count:
    return lambda ec2, given: sum(r.vpc_id == given.get("VpcId") for r in getattr(ec2, resources).values())


def _routes(ec2: Any, given: Mapping[str, Any]) -> int:
    table = ec2.route_tables.get(given.get("RouteTableId"))
    return sum(not route.local for route in table.routes) if table else 0


def _flow_logs(ec2: Any, given: Mapping[str, Any]) -> int:
    wanted = given.get("ResourceIds") or []
    found = [log.resource_id for log in ec2.flow_logs.values()]
    return max((found.count(resource) for resource in wanted), default=0)


def _aliases(kms: Any, given: Mapping[str, Any]) -> int:
    return len(next((k.aliases for k in kms.keys.values() if given.get("TargetKeyId") in (k.id, k.arn)), ()))


def _alarms(cloudwatch: Any, given: Mapping[str, Any]) -> int:
    return 0 if given.get("AlarmName") in cloudwatch.alarms else len(cloudwatch.alarms)


# The words of all quotas of IAM, and the source of most quotas of EC2.
_OF_IAM, _OF_EC2 = "Cannot exceed quota for {name}: {quota}", "V quotas, V errors"
TABLE = (
    Quota("vpcs", 5, "VpcLimitExceeded", _maximum("VPCs"), "V quotas, I virt-s1/rhel-edge#3947",
          "ec2:CreateVpc", lambda ec2, given: len(ec2.vpcs)),
    Quota("subnets-per-vpc", 200, "SubnetLimitExceeded", _maximum("subnets"), _OF_EC2,
          "ec2:CreateSubnet", lambda ec2, given: sum(s.vpc_id == given.get("VpcId") for s in _subnets(ec2))),
    Quota("internet-gateways", 5, "InternetGatewayLimitExceeded", _maximum("internet gateways"), _OF_EC2,
          "ec2:CreateInternetGateway", lambda ec2, given: len(ec2.internet_gateways)),
    Quota("nat-gateways-per-zone", 5, "NatGatewayLimitExceeded",
          "Performing this operation would exceed the limit of {quota} NAT gateways", "V quotas, I eksctl#560",
          "ec2:CreateNatGateway", _gateways_in_zone),
    Quota("vpc-max-elastic-ips", 5, "AddressLimitExceeded", _maximum("addresses"), "V quotas, I terraform#6018",
          "ec2:AllocateAddress", lambda ec2, given: len(ec2.addresses)),
    Quota("security-groups", 2500, "SecurityGroupLimitExceeded",
          "The maximum number of security groups for VPC '{VpcId}' has been reached.", "V quotas, I hotsub#36",
          "ec2:CreateSecurityGroup", lambda ec2, given: sum(len(groups) for groups in ec2.groups.values())),
    Quota("rules-per-security-group", 60, "RulesPerSecurityGroupLimitExceeded",
          _maximum("rules per security group"), "V quotas, I aws-cloudfront-samples#53"),
    Quota("route-tables-per-vpc", 200, "RouteTableLimitExceeded", _maximum("route tables"), _OF_EC2,
          "ec2:CreateRouteTable", _in_vpc("route_tables")),
    Quota("routes-per-route-table", 50, "RouteLimitExceeded", _maximum("routes"), _OF_EC2, "ec2:CreateRoute", _routes),
    Quota("network-acls-per-vpc", 200, "NetworkAclLimitExceeded", _maximum("network acls"), _OF_EC2,
          "ec2:CreateNetworkAcl", _in_vpc("network_acls")),
    Quota("entries-per-network-acl", 20, "NetworkAclEntryLimitExceeded", _maximum("network acl entries"), _OF_EC2),
    Quota("network-interfaces", 5000, "NetworkInterfaceLimitExceeded", _maximum("network interfaces"), _OF_EC2,
          "ec2:CreateNetworkInterface", lambda ec2, given: len(ec2.enis)),
    Quota("gateway-endpoints", 20, "VpcEndpointLimitExceeded", _maximum("VPC endpoints"), _OF_EC2,
          "ec2:CreateVpcEndpoint", _endpoints("Gateway")),
    Quota("interface-endpoints-per-vpc", 50, "VpcEndpointLimitExceeded", _maximum("VPC endpoints"), _OF_EC2,
          "ec2:CreateVpcEndpoint", _endpoints("Interface")),
    Quota("flow-logs-per-resource", 2, "FlowLogsLimitExceeded", _maximum("flow logs"), _OF_EC2,
          "ec2:CreateFlowLogs", _flow_logs),
    Quota("DBClusters", 40, "DBClusterQuotaExceededFault", "DB Cluster quota exceeded", "A quotas, B"),
    Quota("DBInstances", 40, "InstanceQuotaExceeded", "DB Instance quota exceeded", "A quotas, I beats#38059"),
    Quota("DBSubnetGroups", 50, "DBSubnetGroupQuotaExceeded",
          _reached("DB subnet groups"), "A quotas, I keycloak#28998"),
    Quota("DBClusterParameterGroups", 50, "DBParameterGroupQuotaExceeded",
          _reached("DB cluster parameter groups"), "A quotas, B"),
    Quota("DBParameterGroups", 50, "DBParameterGroupQuotaExceeded",
          _reached("DB parameter groups"), "A quotas, B"),
    Quota("ManualClusterSnapshots", 100, "SnapshotQuotaExceeded", "Cannot create more than {quota} manual snapshots",
          "A quotas, I pbudzon/aws-maintenance#12"),
    Quota("keys", 100_000, "LimitExceededException", "The number of KMS keys has reached the quota of {quota}.",
          "K KMS quotas; the words are known", "kms:CreateKey", lambda kms, given: len(kms.keys)),
    Quota("aliases-per-key", 50, "LimitExceededException", "The number of aliases has reached the quota of {quota}.",
          "K KMS quotas; the words are known", "kms:CreateAlias", _aliases),
    Quota("tables", 2500, "LimitExceededException",
          "Subscriber limit exceeded: There is a limit of {quota} tables per subscriber", "D quotas, I terraform#14571",
          "dynamodb:CreateTable", lambda dynamodb, given: len(dynamodb.tables)),
    Quota("secrets", 500_000, "LimitExceededException", "The number of secrets has reached the quota of {quota}.",
          "K Secrets Manager quotas; the words are known",
          "secretsmanager:CreateSecret", lambda secrets, given: len(secrets.secrets.values())),
    Quota("log-groups", 1_000_000, "LimitExceededException", "Resource limit exceeded.",
          "K Logs quotas, I localstack", "logs:CreateLogGroup", lambda logs, given: len(logs.groups)),
    Quota("alarms", 5000, "LimitExceeded", "The quota for alarms for this customer has already been reached.",
          "K CloudWatch quotas, B", "cloudwatch:PutMetricAlarm", _alarms),
    Quota("RolesPerAccount", 1000, "LimitExceeded", _OF_IAM, "K IAM quotas, I openshift/release#69365",
          "iam:CreateRole", lambda iam, given: len(iam.roles)),
    Quota("PoliciesPerAccount", 1500, "LimitExceeded", _OF_IAM, "K IAM quotas",
          "iam:CreatePolicy", lambda iam, given: sum(":aws:policy/" not in arn for arn in iam.managed_policies)),
)  # fmt: skip
BY_NAME = {quota.name: quota for quota in TABLE}
BY_CALL: dict[tuple[str, str], list[Quota]] = {}
for _quota in TABLE:
    if _quota.call:
        BY_CALL.setdefault(tuple(_quota.call.split(":")), []).append(_quota)  # type: ignore[arg-type]
