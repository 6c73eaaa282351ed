"""Quotas: each is refused in AWS's words when it is used up, and can be changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from ec2_net import Net, by, flow_role, refused
from emulator.quotas import TABLE
from promise import keeps
from rds_site import Site

Make = Callable[[int], Any]
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "rds.amazonaws.com"}, "Action": "sts:AssumeRole"},
        ],
    }
)
ALLOW = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})
KEY = {
    "AttributeDefinitions": [{"AttributeName": "a", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "a", "KeyType": "HASH"}],
    "BillingMode": "PAY_PER_REQUEST",
}
ALARM = {
    "Namespace": "AWS/RDS",
    "MetricName": "CPUUtilization",
    "Statistic": "Average",
    "Period": 60,
    "EvaluationPeriods": 1,
    "Threshold": 1.0,
    "ComparisonOperator": "GreaterThanThreshold",
}


def network(aws: Any) -> dict[str, tuple[Make, int]]:
    """Return for each quota of EC2 a function that makes the n-th resource, and how many there are."""
    net, role = Net(aws.client("ec2")), flow_role(aws)
    ec2, net_vpc, zone = net.ec2, {"VpcId": net.vpc}, "us-east-1a"
    logs = aws.client("logs")
    subnet = ec2.create_subnet(**net_vpc, CidrBlock="10.0.9.0/24", AvailabilityZone=zone)["Subnet"]["SubnetId"]
    net.attach()
    acl = ec2.create_network_acl(**net_vpc)["NetworkAcl"]["NetworkAclId"]
    group = net.group("rules")
    deny = {"Protocol": "-1", "RuleAction": "deny", "CidrBlock": "10.0.0.0/8"}

    for n in range(2):
        logs.create_log_group(logGroupName=f"/flow/{n}")

    def flow_log(n: int) -> Any:
        made = ec2.create_flow_logs(
            ResourceIds=[net.vpc], ResourceType="VPC", TrafficType="ALL", LogGroupName=f"/flow/{n}",
            DeliverLogsPermissionArn=role,
        )  # fmt: skip
        assert not made["Unsuccessful"]

    def rule(n: int) -> Any:
        ports = {"IpProtocol": "tcp", "FromPort": n, "ToPort": n, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[ports])

    def endpoint(name: str, kind: str) -> Any:
        service = f"com.amazonaws.us-east-1.{name}"
        ec2.create_vpc_endpoint(**net_vpc, ServiceName=service, VpcEndpointType=kind, PrivateDnsEnabled=False)

    names = ("logs", "kms", "sts", "secretsmanager")
    subnets = ec2.describe_subnets(Filters=by("vpc-id", net.vpc))["Subnets"]
    groups = ec2.describe_security_groups()["SecurityGroups"]
    gateways = ec2.describe_internet_gateways()["InternetGateways"]
    interfaces = ec2.describe_network_interfaces()["NetworkInterfaces"]
    assert not interfaces
    return {
        "subnets-per-vpc": (lambda n: ec2.create_subnet(**net_vpc, CidrBlock=f"10.0.{n + 20}.0/24"), len(subnets)),
        "internet-gateways": (lambda n: ec2.create_internet_gateway(), len(gateways)),
        "nat-gateways-per-zone": (
            lambda n: ec2.create_nat_gateway(SubnetId=subnet, ConnectivityType="private"), 0,
        ),
        "vpc-max-elastic-ips": (lambda n: ec2.allocate_address(), 1),
        "security-groups": (lambda n: net.group(f"g{n}"), len(groups)),
        "rules-per-security-group": (rule, 0),
        "route-tables-per-vpc": (lambda n: ec2.create_route_table(**net_vpc), 2),
        "routes-per-route-table": (
            lambda n: ec2.create_route(
                RouteTableId=net.table, DestinationCidrBlock=f"192.168.{n}.0/24", GatewayId=net.igw
            ), 0,
        ),
        "network-acls-per-vpc": (lambda n: ec2.create_network_acl(**net_vpc), 2),
        "entries-per-network-acl": (
            lambda n: ec2.create_network_acl_entry(NetworkAclId=acl, RuleNumber=n + 1, Egress=True, **deny), 0,
        ),
        "gateway-endpoints": (lambda n: endpoint(("s3", "dynamodb")[n], "Gateway"), 0),
        "interface-endpoints-per-vpc": (lambda n: endpoint(names[n], "Interface"), 0),
        "flow-logs-per-resource": (flow_log, 0),
        "vpcs": (lambda n: ec2.create_vpc(CidrBlock="10.0.0.0/16"), 2),
    }  # fmt: skip


def others(aws: Any) -> dict[str, tuple[Make, int]]:
    """Return for each quota of the other services a function that makes the n-th resource, and how many there are."""
    kms, dynamodb, secrets, logs, alarms, iam = (
        aws.client(s) for s in ("kms", "dynamodb", "secretsmanager", "logs", "cloudwatch", "iam")
    )
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    return {
        "keys": (lambda n: kms.create_key(), 1),
        "aliases-per-key": (lambda n: kms.create_alias(AliasName=f"alias/a{n}", TargetKeyId=key), 0),
        "tables": (lambda n: dynamodb.create_table(TableName=f"table-{n}", **KEY), 0),
        "secrets": (lambda n: secrets.create_secret(Name=f"s{n}", SecretString="x"), 0),
        "log-groups": (lambda n: logs.create_log_group(logGroupName=f"g{n}"), 0),
        "alarms": (lambda n: alarms.put_metric_alarm(AlarmName=f"a{n}", **ALARM), 0),
        "RolesPerAccount": (lambda n: iam.create_role(RoleName=f"r{n}", AssumeRolePolicyDocument=TRUST), 0),
        "PoliciesPerAccount": (lambda n: iam.create_policy(PolicyName=f"p{n}", PolicyDocument=ALLOW), 0),
    }


def database(aws: Any) -> dict[str, tuple[Make, int]]:
    """Return for each quota of RDS a function that makes the n-th resource, and how many there are."""
    site = Site(aws)
    site.create("c")
    group = {"DBParameterGroupFamily": "aurora-postgresql16", "Description": "d"}
    subnets = {"DBSubnetGroupDescription": "d", "SubnetIds": site.subnets}
    rds = site.rds
    return {
        "DBClusters": (lambda n: site.create(f"c{n}"), 1),
        "DBInstances": (lambda n: site.add(f"i{n}", "c"), 0),
        "DBSubnetGroups": (lambda n: rds.create_db_subnet_group(DBSubnetGroupName=f"g{n}", **subnets), 1),
        "DBParameterGroups": (lambda n: rds.create_db_parameter_group(DBParameterGroupName=f"p{n}", **group), 0),
        "DBClusterParameterGroups": (
            lambda n: rds.create_db_cluster_parameter_group(DBClusterParameterGroupName=f"p{n}", **group), 0,
        ),
        "ManualClusterSnapshots": (
            lambda n: rds.create_db_cluster_snapshot(DBClusterIdentifier="c", DBClusterSnapshotIdentifier=f"s{n}"), 0,
        ),
    }  # fmt: skip


STATUS = {"DBClusterQuotaExceededFault": 403, "LimitExceeded": 409}
UNUSED = {"network-interfaces"}  # nobody creates any here


@keeps("ec2.quotas", "ec2.address-quota", "rds.quotas")
@pytest.mark.parametrize("service", [network, database, others], ids=["ec2", "rds", "others"])
def test_a_used_up_quota_refuses_one_more_and_can_be_raised(aws: Any, service: Any) -> None:
    made = service(aws)
    rows = {row.name: row for row in TABLE}
    for name, (make, used) in made.items():
        aws.control.quota(name, used + 1)
        make(0)
        error = refused(rows[name].code, make, n=1).response
        words = rows[name].words.format(quota=used + 1, name=name, VpcId="VPC").partition("'")[0]
        assert error["Error"]["Message"].startswith(words), name
        expected = 400 if name == "alarms" else STATUS.get(rows[name].code, 400)
        assert error["ResponseMetadata"]["HTTPStatusCode"] == expected, name
        aws.control.quota(name, used + 2)
        make(1)
        aws.control.quota(name, 9999)


def test_every_quota_is_tested(aws: Any) -> None:
    tested = {*network(aws), *others(aws)}
    aws.control.reset()
    assert {row.name for row in TABLE} == tested | {*database(aws)} | UNUSED


@keeps("ec2.quotas")
def test_quotas_are_those_of_a_region(aws: Any) -> None:
    here, there = aws.client("ec2"), aws.client("ec2", "us-west-2")
    for _ in range(4):  # beside the default VPC
        here.create_vpc(CidrBlock="10.0.0.0/16")
    refused("DryRunOperation", here.create_vpc, CidrBlock="10.0.0.0/16", DryRun=True)
    refused("VpcLimitExceeded", here.create_vpc, CidrBlock="10.0.0.0/16")
    there.create_vpc(CidrBlock="10.0.0.0/16")
    aws.client("cloudwatch").put_metric_alarm(AlarmName="a", **ALARM)
    aws.control.quota("alarms", 1)
    aws.client("cloudwatch").put_metric_alarm(AlarmName="a", **ALARM)
    aws.control.reset()
    assert aws.control.ask("POST", "quota", name="secrets", value=3)["vpcs"] == 5


@keeps("ec2.zone-lacks")
def test_a_zone_can_lack_gateways_and_services(aws: Any) -> None:
    net = Net(aws.client("ec2"))
    zone = net.subnet_shown(net.subnet)["AvailabilityZone"]
    kms = "com.amazonaws.us-east-1.kms"
    other = "us-east-1b" if zone == "us-east-1a" else "us-east-1a"
    free = net.ec2.create_subnet(VpcId=net.vpc, CidrBlock="10.0.1.0/24", AvailabilityZone=other)["Subnet"]["SubnetId"]
    aws.control.ask("POST", "zone", name=zone, lacks=["nat-gateway", kms])
    net.attach()
    error = refused("NotAvailableInZone", net.nat).response
    assert error["Error"]["Message"] == "Nat Gateway is not available in this availability zone"
    assert net.nat(SubnetId=free)["SubnetId"] == free
    asked = {"VpcId": net.vpc, "VpcEndpointType": "Interface", "PrivateDnsEnabled": False}
    error = refused("InvalidParameter", net.ec2.create_vpc_endpoint, ServiceName=kms, SubnetIds=[net.subnet], **asked)
    assert error.response["Error"]["Message"] == (
        f"The VPC endpoint service {kms} does not support the availability zone of the subnet: {net.subnet}."
    )
    made = net.ec2.create_vpc_endpoint(ServiceName=kms, SubnetIds=[free], **asked)["VpcEndpoint"]["VpcEndpointId"]
    refused("InvalidParameter", net.ec2.modify_vpc_endpoint, VpcEndpointId=made, AddSubnetIds=[net.subnet])
    logs = "com.amazonaws.us-east-1.logs"
    net.ec2.create_vpc_endpoint(ServiceName=logs, SubnetIds=[net.subnet], **asked)


@keeps("ec2.zone-lacks", "rds.classes-zones")
def test_a_zone_can_lack_a_class(aws: Any) -> None:
    site = Site(aws)
    site.create("c")

    def zones() -> set[str]:
        asked = {"Engine": "aurora-postgresql", "DBInstanceClass": "db.r7g.large"}
        options = site.rds.describe_orderable_db_instance_options(**asked)["OrderableDBInstanceOptions"]
        return {zone["Name"] for option in options for zone in option["AvailabilityZones"]}

    assert "us-east-1c" in zones()
    aws.control.ask("POST", "zone", name="us-east-1c", lacks="db.r7g.large")
    assert "us-east-1c" not in zones() and "us-east-1b" in zones()
    asked = {"DBInstanceClass": "db.r7g.large", "AvailabilityZone": "us-east-1c"}
    refused("InvalidVPCNetworkStateFault", site.add, name="a", cluster="c", **asked)
    site.add("b", "c", DBInstanceClass="db.r6g.large", AvailabilityZone="us-east-1c")
    aws.control.reset()
    assert "us-east-1c" in zones()
