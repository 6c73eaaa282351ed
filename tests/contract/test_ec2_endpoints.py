"""EC2: VPC endpoints and flow logs."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ec2_net import HERE, ONE, UNKNOWN, Net, by, flow_role, refused
from promise import keeps

POLICY = json.dumps({"Statement": [{"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}]})
SECRETS = f"com.amazonaws.{HERE}.secretsmanager"


@pytest.fixture
def net(aws: Any) -> Net:
    return Net(aws.client("ec2", HERE))


def shown(net: Net) -> dict[str, Any]:
    (found,) = net.ec2.describe_vpc_endpoints()["VpcEndpoints"]
    return dict(found)


@keeps("ec2.endpoint-gateway", "ec2.endpoint-unsuccessful", "ec2.route-endpoint")
def test_a_gateway_endpoint_adds_routes_to_its_route_tables(net: Net) -> None:
    service = f"com.amazonaws.{HERE}.dynamodb"
    other = net.ec2.create_route_table(VpcId=net.vpc)["RouteTable"]["RouteTableId"]
    asked = {"VpcId": net.vpc, "ServiceName": service}
    made = net.ec2.create_vpc_endpoint(**asked, RouteTableIds=[other])["VpcEndpoint"]
    assert (made["VpcEndpointType"], made["State"], made["PrivateDnsEnabled"]) == ("Gateway", "available", False)
    endpoint = made["VpcEndpointId"]
    assert len(net.routes()) == 1
    modify = net.ec2.modify_vpc_endpoint
    modify(VpcEndpointId=endpoint, AddRouteTableIds=[net.table], RemoveRouteTableIds=[other])
    prefix_list = next(d for d, (target, _) in net.routes().items() if target == endpoint)
    (known,) = net.ec2.describe_prefix_lists(PrefixListIds=[prefix_list])["PrefixLists"]
    assert known["PrefixListName"] == service
    assert shown(net)["RouteTableIds"] == [net.table]
    by_hand = {"RouteTableId": net.table, "DestinationPrefixListId": prefix_list}
    refused("InvalidParameterValue", net.ec2.delete_route, **by_hand)
    refused("RouteAlreadyExists", net.ec2.create_vpc_endpoint, **asked, RouteTableIds=[net.table])
    refused("InvalidParameter", net.ec2.create_vpc_endpoint, **asked, RouteTableIds=[Net(net.ec2).table])
    refused("InvalidParameter", modify, VpcEndpointId=endpoint, AddSubnetIds=[net.subnet])
    refused("InvalidRouteTableID.NotFound", modify, VpcEndpointId=endpoint, AddRouteTableIds=[f"rtb-{ONE}"])
    refused("InvalidVpcEndpointId.NotFound", modify, VpcEndpointId=f"vpce-{ONE}", PolicyDocument=POLICY)
    gone = net.ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint, f"vpce-{ONE}"])["Unsuccessful"]
    assert [(g["ResourceId"], g["Error"]["Code"]) for g in gone] == [(f"vpce-{ONE}", "InvalidVpcEndpoint.NotFound")]
    assert len(net.routes()) == 1 and not net.ec2.describe_vpc_endpoints()["VpcEndpoints"]


@keeps("ec2.endpoint-service", "ec2.endpoint-policy")
def test_services_and_policies_of_endpoints_are_checked(net: Net) -> None:
    create, asked = net.ec2.create_vpc_endpoint, {"VpcId": net.vpc, "ServiceName": f"com.amazonaws.{HERE}.s3"}
    for service in (f"com.amazonaws.{HERE}.s4", "com.amazonaws.eu-west-1.s3", SECRETS):
        refused("InvalidServiceName", create, VpcId=net.vpc, ServiceName=service)
    interface = {"VpcEndpointType": "Interface", "ServiceName": f"com.amazonaws.{HERE}.nothing"}
    refused("InvalidServiceName", create, VpcId=net.vpc, **interface)
    for policy in ("{", "[]", "{}"):
        refused("InvalidPolicyDocument", create, **asked, PolicyDocument=policy)
    endpoint = create(**asked, PolicyDocument=POLICY)["VpcEndpoint"]["VpcEndpointId"]
    assert json.loads(shown(net)["PolicyDocument"]) == json.loads(POLICY)
    refused("InvalidPolicyDocument", net.ec2.modify_vpc_endpoint, VpcEndpointId=endpoint, PolicyDocument="{")
    net.ec2.modify_vpc_endpoint(VpcEndpointId=endpoint, ResetPolicy=True)
    assert json.loads(shown(net)["PolicyDocument"])["Statement"][0]["Effect"] == "Allow"
    net.ec2.modify_vpc_endpoint(VpcEndpointId=endpoint, PolicyDocument=POLICY)
    assert json.loads(shown(net)["PolicyDocument"]) == json.loads(POLICY)
    net.ec2.modify_vpc_endpoint(VpcEndpointId=endpoint, ResetPolicy=True)
    assert json.loads(shown(net)["PolicyDocument"])["Statement"][0]["Effect"] == "Allow"


@keeps("ec2.endpoint-states", "ec2.endpoint-private-dns", "ec2.subnet-held")
def test_an_interface_endpoint_is_created_and_deleted_over_time(aws: Any, net: Net) -> None:
    asked = {"VpcId": net.vpc, "ServiceName": SECRETS, "VpcEndpointType": "Interface", "SubnetIds": [net.subnet]}
    refused("InvalidParameter", net.ec2.create_vpc_endpoint, **asked)
    net.ec2.modify_vpc_attribute(VpcId=net.vpc, EnableDnsHostnames={"Value": True})
    aws.control.scale(1)
    endpoint = net.ec2.create_vpc_endpoint(**asked)["VpcEndpoint"]
    assert endpoint["State"] == shown(net)["State"] == "pending"
    aws.control.advance(60)
    assert (shown(net)["State"], shown(net)["PrivateDnsEnabled"]) == ("available", True)
    refused("InvalidParameter", net.ec2.create_vpc_endpoint, **asked)
    refused("DependencyViolation", net.ec2.delete_subnet, SubnetId=net.subnet)
    net.ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint["VpcEndpointId"]])
    assert shown(net)["State"] == "deleting"
    aws.control.advance(30)
    assert not net.ec2.describe_vpc_endpoints()["VpcEndpoints"]
    net.ec2.delete_subnet(SubnetId=net.subnet)


@keeps("ec2.endpoint-states")
def test_creation_of_an_interface_endpoint_can_fail(aws: Any, net: Net) -> None:
    aws.control.fault("ec2:CreateVpcEndpoint", "fail", state="failed", message="no luck")
    asked = {"VpcId": net.vpc, "ServiceName": SECRETS, "VpcEndpointType": "Interface", "PrivateDnsEnabled": False}
    assert net.ec2.create_vpc_endpoint(**asked)["VpcEndpoint"]["State"] == "pending"
    assert (shown(net)["State"], shown(net)["LastError"]["Message"]) == ("failed", "no luck")


@keeps("ec2.endpoint-subnets", "ec2.endpoint-private-dns", "ec2.interfaces")
def test_an_interface_endpoint_has_a_network_interface_per_subnet(net: Net) -> None:
    one, two, create = net.group("one"), net.group("two"), net.ec2.create_subnet
    twin = create(VpcId=net.vpc, CidrBlock="10.0.1.0/24")["Subnet"]["SubnetId"]
    far = create(VpcId=net.vpc, CidrBlock="10.0.2.0/24", AvailabilityZone="us-west-2b")["Subnet"]["SubnetId"]
    other = Net(net.ec2)
    asked = {"VpcId": net.vpc, "ServiceName": SECRETS, "VpcEndpointType": "Interface", "PrivateDnsEnabled": False}
    make, modify = net.ec2.create_vpc_endpoint, net.ec2.modify_vpc_endpoint
    refused("DuplicateSubnetsInSameZone", make, **asked, SubnetIds=[net.subnet, twin])
    refused("InvalidParameter", make, **asked, SubnetIds=[other.subnet])
    refused("InvalidParameter", make, **asked, SecurityGroupIds=[other.group("theirs")])
    refused("InvalidSecurityGroupID.NotFound", make, **asked, SecurityGroupIds=[f"sg-{ONE}"])
    endpoint = make(**asked, SubnetIds=[net.subnet], SecurityGroupIds=[one])["VpcEndpoint"]["VpcEndpointId"]

    def faces() -> list[tuple[str, list[str]]]:
        found = net.ec2.describe_network_interfaces(Filters=by("interface-type", "vpc_endpoint"))["NetworkInterfaces"]
        assert {f["NetworkInterfaceId"] for f in found} == set(shown(net)["NetworkInterfaceIds"])
        return sorted((f["SubnetId"], [g["GroupId"] for g in f["Groups"]]) for f in found)

    assert faces() == [(net.subnet, [one])]
    refused("InvalidParameter", modify, VpcEndpointId=endpoint, AddRouteTableIds=[net.table])
    refused("DuplicateSubnetsInSameZone", modify, VpcEndpointId=endpoint, AddSubnetIds=[twin])
    modify(VpcEndpointId=endpoint, AddSubnetIds=[far], AddSecurityGroupIds=[two], RemoveSecurityGroupIds=[one])
    assert faces() == sorted([(net.subnet, [two]), (far, [two])])
    modify(VpcEndpointId=endpoint, RemoveSubnetIds=[net.subnet])
    assert faces() == [(far, [two])]
    assert [g["GroupId"] for g in shown(net)["Groups"]] == [two]
    refused("DependencyViolation", net.ec2.delete_security_group, GroupId=two)
    refused("InvalidParameter", modify, VpcEndpointId=endpoint, PrivateDnsEnabled=True)
    net.ec2.modify_vpc_attribute(VpcId=net.vpc, EnableDnsHostnames={"Value": True})
    modify(VpcEndpointId=endpoint, PrivateDnsEnabled=True)
    assert shown(net)["PrivateDnsEnabled"] is True
    storage = {**asked, "ServiceName": f"com.amazonaws.{HERE}.s3"}
    refused("InvalidParameter", make, **(storage | {"PrivateDnsEnabled": True}))
    make(VpcId=net.vpc, ServiceName=storage["ServiceName"])
    assert make(**(storage | {"PrivateDnsEnabled": True}))["VpcEndpoint"]["PrivateDnsEnabled"] is True


@keeps("ec2.flow-log-unsuccessful", "ec2.flow-log-fixed", "ec2.flow-log-destination")
def test_flow_logs_are_created_found_and_deleted(aws: Any, net: Net) -> None:
    aws.client("logs", HERE).create_log_group(logGroupName="/flow")
    asked: dict[str, Any] = {
        "ResourceIds": [net.vpc],
        "ResourceType": "VPC",
        "TrafficType": "ALL",
        "LogGroupName": "/flow",
        "LogDestinationType": "cloud-watch-logs",
        "LogFormat": "${srcaddr} ${dstaddr}",
        "DeliverLogsPermissionArn": flow_role(aws),
        "MaxAggregationInterval": 60,
        "TagSpecifications": [{"ResourceType": "vpc-flow-log", "Tags": [{"Key": "a", "Value": "b"}]}],
    }
    made = net.ec2.create_flow_logs(**asked, ClientToken="x")
    assert len(made["FlowLogIds"]) == 1 and not made["Unsuccessful"]
    assert net.ec2.create_flow_logs(**asked, ClientToken="x")["FlowLogIds"] == made["FlowLogIds"]
    again = net.ec2.create_flow_logs(**(asked | {"ResourceIds": [net.vpc]}))
    assert [u["Error"]["Code"] for u in again["Unsuccessful"]] == ["FlowLogAlreadyExists"]
    found = net.ec2.describe_flow_logs(Filters=by("resource-id", net.vpc))["FlowLogs"]
    assert len(found) == 1
    assert (found[0]["FlowLogStatus"], found[0]["DeliverLogsStatus"]) == ("ACTIVE", "SUCCESS")
    assert (found[0]["MaxAggregationInterval"], found[0]["LogGroupName"]) == (60, "/flow")
    assert found[0]["Tags"] == [{"Key": "a", "Value": "b"}] and found[0]["LogFormat"] == asked["LogFormat"]
    assert not net.ec2.describe_flow_logs(Filters=by("resource-id", f"vpc-{ONE}"))["FlowLogs"]
    assert net.ec2.describe_flow_logs(FlowLogIds=made["FlowLogIds"])["FlowLogs"] == found
    del asked["LogGroupName"]
    by_arn = {"LogDestination": "arn:aws:logs:us-west-2:123456789012:log-group:/flow:*"}
    assert net.ec2.create_flow_logs(**asked, **by_arn)["Unsuccessful"]
    elsewhere = asked | {"LogGroupName": "/other", "ResourceIds": [net.subnet], "ResourceType": "Subnet"}
    lost = net.ec2.create_flow_logs(**elsewhere)["FlowLogIds"]
    (failed,) = net.ec2.describe_flow_logs(Filters=by("deliver-log-status", "FAILED"))["FlowLogs"]
    assert (failed["FlowLogId"], failed["DeliverLogsErrorMessage"]) == (lost[0], "Access error")
    aws.client("iam").delete_role(RoleName="for-vpc-flow-logs")
    (broken,) = net.ec2.describe_flow_logs(FlowLogIds=made["FlowLogIds"])["FlowLogs"]
    assert (broken["FlowLogStatus"], broken["DeliverLogsStatus"]) == ("ACTIVE", "FAILED")
    gone = net.ec2.delete_flow_logs(FlowLogIds=[*made["FlowLogIds"], f"fl-{ONE}"])["Unsuccessful"]
    assert [(g["ResourceId"], g["Error"]["Code"]) for g in gone] == [(f"fl-{ONE}", "InvalidFlowLogId.NotFound")]
    net.ec2.delete_subnet(SubnetId=net.subnet)
    assert not net.ec2.describe_flow_logs()["FlowLogs"]


@keeps("ec2.flow-log-refused")
@pytest.mark.parametrize(
    ("code", "changed"),
    [
        ("InvalidParameter", {"MaxAggregationInterval": 61}),
        ("InvalidParameter", {"DeliverLogsPermissionArn": None}),
        ("InvalidParameter", {"DeliverLogsPermissionArn": "flow"}),
        ("InvalidParameter", {"DeliverLogsPermissionArn": "arn:aws:iam::123456789012:role/nobody"}),
        ("InvalidParameter", {"DeliverLogsPermissionArn": "arn:aws:iam::123456789012:role/for-rds"}),
        ("InvalidParameter", {"ResourceIds": [UNKNOWN]}),
        ("InvalidParameter", {"LogDestination": f"arn:aws:logs:{HERE}:123456789012:log-group:/flow"}),
        ("InvalidParameter", {"LogGroupName": None, "LogDestination": "arn:aws:logs:eu-west-1:1:log-group:/flow"}),
        ("InvalidParameter", {"LogGroupName": None}),
        ("InvalidParameterValue", {"TrafficType": "SOME"}),
        ("MissingParameter", {"TrafficType": None}),
        ("InvalidVpcID.NotFound", {"ResourceIds": ["vpc-00000000"]}),
    ],
)
def test_invalid_flow_logs_are_refused(aws: Any, net: Net, code: str, changed: dict[str, Any]) -> None:
    asked = {"ResourceIds": [net.vpc], "ResourceType": "VPC", "TrafficType": "ALL", "LogGroupName": "/flow"}
    flow_role(aws, "rds")
    asked |= {"DeliverLogsPermissionArn": flow_role(aws), **changed}
    refused(code, net.ec2.create_flow_logs, **{k: v for k, v in asked.items() if v is not None})
    assert not net.ec2.describe_flow_logs()["FlowLogs"]


@keeps("ec2.flow-log-refused", "iam.spreading")
def test_a_new_role_is_not_assumable_at_once(aws: Any, net: Net) -> None:
    aws.control.scale(1)
    asked = {"ResourceIds": [net.vpc], "ResourceType": "VPC", "TrafficType": "ALL", "LogGroupName": "/flow"}
    asked["DeliverLogsPermissionArn"] = flow_role(aws)
    message = refused("InvalidParameter", net.ec2.create_flow_logs, **asked)
    assert "Unable to assume given IAM role" in str(message)
    aws.control.advance(10)
    assert net.ec2.create_flow_logs(**asked)["FlowLogIds"]
