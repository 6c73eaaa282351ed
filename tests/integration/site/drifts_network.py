"""Drifts of addresses and networks."""

from __future__ import annotations

import json
from typing import Any

from .drifts import Deployment, Foreign, drift

ANYWHERE = "0.0.0.0/0"
ELSEWHERE = "192.0.2.0/24"
POSTGRES = {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432}


def tag(at: Deployment, kept: str, key: str, value: str) -> None:
    at.ec2.create_tags(Resources=[at.id(kept)], Tags=[{"Key": key, "Value": value}])


def untag(at: Deployment, kept: str, key: str) -> None:
    at.ec2.delete_tags(Resources=[at.id(kept)], Tags=[{"Key": key}])


def from_(block: str) -> list[dict[str, Any]]:
    return [{**POSTGRES, "IpRanges": [{"CidrIp": block}]}]


# Addresses
@drift("ipam", where="home")
def ipam_tag_changed(at: Deployment) -> None:
    tag(at, "ipam", "mtk:stack", "other")


@drift(where="home", beside=("ipam",))
def ipam_description_that_no_role_keeps(at: Deployment) -> None:
    at.ec2.modify_ipam(IpamId=at.id("ipam"), Description="by hand")


@drift("top pool", where="home")
def top_pool_description(at: Deployment) -> None:
    at.ec2.modify_ipam_pool(IpamPoolId=at.id("top pool"), Description="by hand")


@drift("region's pool", where="home")
def pool_of_the_region_lost_a_tag(at: Deployment) -> None:
    untag(at, "region's pool", "mtk:component")


@drift("pool", where="home")
def pool_without_allocation_tags(at: Deployment) -> None:
    tags = [{"Key": "mtk:environment", "Value": at.environment}]
    at.ec2.modify_ipam_pool(IpamPoolId=at.id("pool"), RemoveAllocationResourceTags=tags)


@drift("pool", where="home")
def pool_tag_added(at: Deployment) -> None:
    tag(at, "pool", "Owner", "somebody")


# VPC, subnets and gateways
@drift("vpc")
def vpc_tag_changed(at: Deployment) -> None:
    tag(at, "vpc", "mtk:stack", "other")


@drift("vpc")
def dns_hostnames_off(at: Deployment) -> None:
    at.ec2.modify_vpc_attribute(VpcId=at.id("vpc"), EnableDnsHostnames={"Value": False})


@drift("vpc")
def dns_off(at: Deployment) -> None:
    dns_hostnames_off(at)
    at.ec2.modify_vpc_attribute(VpcId=at.id("vpc"), EnableDnsSupport={"Value": False})


@drift("internet gateway")
def internet_gateway_tag_added(at: Deployment) -> None:
    tag(at, "internet gateway", "Owner", "somebody")


@drift("public subnet")
def public_subnet_tag_changed(at: Deployment) -> None:
    tag(at, "public subnet", "mtk:tier", "private")


@drift("public subnet")
def public_addresses_on_launch(at: Deployment) -> None:
    at.ec2.modify_subnet_attribute(SubnetId=at.id("public subnet"), MapPublicIpOnLaunch={"Value": True})


@drift("database subnet", beside=("subnet group", "instance"))
def public_addresses_in_a_database_subnet(at: Deployment) -> None:
    at.ec2.modify_subnet_attribute(SubnetId=at.id("database subnet"), MapPublicIpOnLaunch={"Value": True})


# Network ACLs
def _acl(at: Deployment) -> str:
    filters = [{"Name": "vpc-id", "Values": [at.id("vpc")]}, {"Name": "default", "Values": ["true"]}]
    (acl,) = at.ec2.describe_network_acls(Filters=filters)["NetworkAcls"]
    return str(acl["NetworkAclId"])


@drift("vpc")
def network_acl_denies_a_port(at: Deployment) -> None:
    entry = {"Protocol": "6", "PortRange": {"From": 5432, "To": 5432}, "CidrBlock": ANYWHERE, "RuleAction": "deny"}
    at.ec2.create_network_acl_entry(NetworkAclId=_acl(at), RuleNumber=50, Egress=False, **entry)


@drift("vpc")
def network_acl_allows_less(at: Deployment) -> None:
    entry = {"Protocol": "-1", "CidrBlock": ELSEWHERE, "RuleAction": "allow"}
    at.ec2.replace_network_acl_entry(NetworkAclId=_acl(at), RuleNumber=100, Egress=True, **entry)


@drift("private subnet", beside=("second private table",))
def private_subnet_in_another_network_acl(at: Deployment) -> None:
    found = at.ec2.describe_network_acls(NetworkAclIds=[_acl(at)])["NetworkAcls"][0]["Associations"]
    (link,) = [a["NetworkAclAssociationId"] for a in found if a["SubnetId"] == at.id("private subnet")]
    other = at.ec2.create_network_acl(VpcId=at.id("vpc"))["NetworkAcl"]["NetworkAclId"]
    at.ec2.replace_network_acl_association(AssociationId=link, NetworkAclId=other)


@drift("database subnet", beside=("subnet group", "instance"))
def database_subnet_without_its_tier(at: Deployment) -> None:
    untag(at, "database subnet", "mtk:tier")


@drift("database subnet", beside=("subnet group", "instance"))
def database_subnet_without_its_component(at: Deployment) -> None:
    untag(at, "database subnet", "mtk:component")


@drift("second private table", create=("private subnet",))
def private_subnet_deleted(at: Deployment) -> None:
    at.ec2.delete_subnet(SubnetId=at.id("private subnet"))


@drift("nat gateway")
def nat_gateway_tag_changed(at: Deployment) -> None:
    tag(at, "nat gateway", "mtk:component", "other")


@drift("private table", "second private table", create=("nat gateway",), only="dev")
def only_nat_gateway_deleted(at: Deployment) -> None:
    at.ec2.delete_nat_gateway(NatGatewayId=at.id("nat gateway"))


@drift("private table", create=("nat gateway",), only="prod")
def one_nat_gateway_deleted(at: Deployment) -> None:
    only_nat_gateway_deleted(at)


@drift(delete=("second nat gateway",), only="dev")
def nat_gateway_of_a_zone_that_needs_none(at: Deployment) -> None:
    tags = [*at.mine, {"Key": "Name", "Value": at.name("second nat gateway")}]
    address = {"ResourceType": "elastic-ip", "Tags": tags}
    allocation = at.ec2.allocate_address(Domain="vpc", TagSpecifications=[address])["AllocationId"]
    made = {"SubnetId": at.id("public subnet"), "AllocationId": allocation}
    at.ec2.create_nat_gateway(**made, TagSpecifications=[{**address, "ResourceType": "natgateway"}])


# Route tables
@drift(observed={"public table": "foreign"})
def route_added(at: Deployment) -> None:
    way = {"RouteTableId": at.id("public table"), "GatewayId": at.id("internet gateway")}
    at.ec2.create_route(DestinationCidrBlock=ELSEWHERE, **way)


@drift(observed={"private table": "foreign"})
def route_to_a_peered_network(at: Deployment) -> None:
    peer = at.ec2.create_vpc(CidrBlock="192.168.0.0/16")["Vpc"]["VpcId"]
    made = at.ec2.create_vpc_peering_connection(VpcId=at.id("vpc"), PeerVpcId=peer)["VpcPeeringConnection"]
    peering = {"VpcPeeringConnectionId": made["VpcPeeringConnectionId"]}
    at.ec2.accept_vpc_peering_connection(**peering)
    at.ec2.create_route(RouteTableId=at.id("private table"), DestinationCidrBlock="192.168.0.0/16", **peering)


@drift("public table")
def way_to_the_internet_deleted(at: Deployment) -> None:
    at.ec2.delete_route(RouteTableId=at.id("public table"), DestinationCidrBlock=ANYWHERE)


@drift("second private table")
def private_subnet_led_to_the_internet_gateway(at: Deployment) -> None:
    way = {"RouteTableId": at.id("second private table"), "GatewayId": at.id("internet gateway")}
    at.ec2.replace_route(DestinationCidrBlock=ANYWHERE, **way)


@drift("database table")
def way_out_of_the_database(at: Deployment) -> None:
    way = {"RouteTableId": at.id("database table"), "NatGatewayId": at.id("nat gateway")}
    at.ec2.create_route(DestinationCidrBlock=ANYWHERE, **way)


@drift("database table")
def database_subnet_disassociated(at: Deployment) -> None:
    at.ec2.disassociate_route_table(AssociationId=_association(at, "database subnet"))


@drift("database table", "public table")
def database_subnet_in_the_public_table(at: Deployment) -> None:
    moved = {"AssociationId": _association(at, "database subnet"), "RouteTableId": at.id("public table")}
    at.ec2.replace_route_table_association(**moved)


@drift("private table")
def private_table_lost_a_tag(at: Deployment) -> None:
    untag(at, "private table", "mtk:component")


@drift("s3 endpoint", "dynamodb endpoint", create=("private table",))
def private_table_deleted(at: Deployment) -> None:
    table = at.id("private table")
    (found,) = at.ec2.describe_route_tables(RouteTableIds=[table])["RouteTables"]
    for association in found["Associations"]:
        at.ec2.disassociate_route_table(AssociationId=association["RouteTableAssociationId"])
    at.ec2.delete_route_table(RouteTableId=table)


def _association(at: Deployment, subnet: str) -> str:
    wanted = [{"Name": "association.subnet-id", "Values": [at.id(subnet)]}]
    (table,) = at.ec2.describe_route_tables(Filters=wanted)["RouteTables"]
    (one,) = [a for a in table["Associations"] if a.get("SubnetId") == at.id(subnet)]
    return str(one["RouteTableAssociationId"])


# Endpoints
@drift(create=("s3 endpoint",))
def endpoint_deleted(at: Deployment) -> None:
    at.ec2.delete_vpc_endpoints(VpcEndpointIds=[at.id("s3 endpoint")])


@drift("dynamodb endpoint")
def endpoint_without_a_route_table(at: Deployment) -> None:
    gone = [at.id("private table")]
    at.ec2.modify_vpc_endpoint(VpcEndpointId=at.id("dynamodb endpoint"), RemoveRouteTableIds=gone)


@drift("s3 endpoint")
def endpoint_in_the_database_table(at: Deployment) -> None:
    more = [at.id("database table")]
    at.ec2.modify_vpc_endpoint(VpcEndpointId=at.id("s3 endpoint"), AddRouteTableIds=more)


@drift("dynamodb endpoint")
def endpoint_policy_replaced(at: Deployment) -> None:
    deny = {"Effect": "Deny", "Principal": "*", "Action": "dynamodb:DeleteTable", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [deny]})
    at.ec2.modify_vpc_endpoint(VpcEndpointId=at.id("dynamodb endpoint"), PolicyDocument=policy)


@drift("dynamodb endpoint")
def endpoint_tag_added(at: Deployment) -> None:
    tag(at, "dynamodb endpoint", "Owner", "somebody")


# Security groups
@drift(observed={"database group": "foreign"})
def database_open_to_all(at: Deployment) -> None:
    at.ec2.authorize_security_group_ingress(GroupId=at.id("database group"), IpPermissions=from_(ANYWHERE))


@drift("database group")
def application_shut_out(at: Deployment) -> None:
    pair = [{"GroupId": at.id("application group")}]
    rule = [{**POSTGRES, "UserIdGroupPairs": pair}]
    at.ec2.revoke_security_group_ingress(GroupId=at.id("database group"), IpPermissions=rule)


@drift(observed={"application group": "foreign"})
def application_may_reach_more(at: Deployment) -> None:
    at.ec2.authorize_security_group_egress(GroupId=at.id("application group"), IpPermissions=from_(ELSEWHERE))


@drift("application group")
def rule_described_anew(at: Deployment) -> None:
    https = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}
    rule = [{**https, "IpRanges": [{"CidrIp": ANYWHERE, "Description": "by hand"}]}]
    group = at.id("application group")
    at.ec2.update_security_group_rule_descriptions_egress(GroupId=group, IpPermissions=rule)


@drift("database group")
def security_group_lost_a_tag(at: Deployment) -> None:
    untag(at, "database group", "mtk:stack")


@drift("default group")
def default_group_opened(at: Deployment) -> None:
    vpc = [{"Name": "vpc-id", "Values": [at.id("vpc")]}, {"Name": "group-name", "Values": ["default"]}]
    (group,) = at.ec2.describe_security_groups(Filters=vpc)["SecurityGroups"]
    at.ec2.authorize_security_group_ingress(GroupId=group["GroupId"], IpPermissions=from_(ELSEWHERE))


# Flow logs
@drift(create=("flow log",))
def flow_log_deleted(at: Deployment) -> None:
    at.ec2.delete_flow_logs(FlowLogIds=[at.id("flow log")])


@drift("flow log")
def flow_log_tag_changed(at: Deployment) -> None:
    tag(at, "flow log", "mtk:component", "other")


# What needs a decision
@drift(refuse=("flow log",))
def flow_log_of_rejected_traffic_only(at: Deployment) -> None:
    (old,) = at.ec2.describe_flow_logs(FlowLogIds=[at.id("flow log")])["FlowLogs"]
    at.ec2.delete_flow_logs(FlowLogIds=[old["FlowLogId"]])
    same = {"LogGroupName": old["LogGroupName"], "DeliverLogsPermissionArn": old["DeliverLogsPermissionArn"]}
    what = {"ResourceIds": [at.id("vpc")], "ResourceType": "VPC", "TrafficType": "REJECT"}
    tagged = [{"ResourceType": "vpc-flow-log", "Tags": old["Tags"]}]
    at.ec2.create_flow_logs(**same, **what, MaxAggregationInterval=600, TagSpecifications=tagged)


@drift(refuse=("public table",))
def route_table_without_its_environment(at: Deployment) -> None:
    untag(at, "public table", "mtk:environment")


@drift(refuse=("application group",))
def security_group_of_another_environment(at: Deployment) -> None:
    tag(at, "application group", "mtk:environment", "qa")


# What no role keeps
def _new(at: Deployment, kind: str, id_: str, operation: str, key: str, ids: str) -> Foreign:
    look = getattr(at.ec2, operation)
    return Foreign(at.arn("ec2", f"{kind}/{id_}"), lambda: look(**{ids: [id_]})[key])


@drift(foreign=True)
def foreign_vpc(at: Deployment) -> Foreign:
    vpc = at.ec2.create_vpc(CidrBlock="172.20.0.0/16", TagSpecifications=at.spec("vpc"))["Vpc"]["VpcId"]
    return _new(at, "vpc", vpc, "describe_vpcs", "Vpcs", "VpcIds")


@drift(foreign=True, beside=("vpc",))
def foreign_subnet(at: Deployment) -> Foreign:
    (vpc,) = at.ec2.describe_vpcs(VpcIds=[at.id("vpc")])["Vpcs"]
    block = ".".join([*vpc["CidrBlock"].split(".")[:2], "255.0/24"])
    tags = [*at.mine, {"Key": "mtk:tier", "Value": "database"}]
    tagged = [{"ResourceType": "subnet", "Tags": tags}]
    made = at.ec2.create_subnet(VpcId=vpc["VpcId"], CidrBlock=block, TagSpecifications=tagged)["Subnet"]
    return _new(at, "subnet", made["SubnetId"], "describe_subnets", "Subnets", "SubnetIds")


@drift(foreign=True, beside=("vpc",))
def foreign_group(at: Deployment) -> Foreign:
    named = {"GroupName": "foreign", "Description": "by hand", "VpcId": at.id("vpc")}
    group = at.ec2.create_security_group(**named, TagSpecifications=at.spec("security-group"))["GroupId"]
    return _new(at, "security-group", group, "describe_security_groups", "SecurityGroups", "GroupIds")


@drift(foreign=True)
def foreign_address(at: Deployment) -> Foreign:
    made = at.ec2.allocate_address(Domain="vpc", TagSpecifications=at.spec("elastic-ip"))["AllocationId"]
    return _new(at, "elastic-ip", made, "describe_addresses", "Addresses", "AllocationIds")
