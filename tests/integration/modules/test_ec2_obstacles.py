"""What stands in the way when a network is deleted: each obstacle is named, and its way on works."""

from __future__ import annotations

import re
import shlex

import pytest
from ansible_collections.mtk.backend.plugins.module_utils.engine._module import Context

from .conftest import ModuleFailed
from .network import network, tagged

IMAGE = {"ImageId": "ami-0123456789abcdef0", "MinCount": 1, "MaxCount": 1}
OWNER = {"mtk:environment": "dev"}
LAMBDA = "AWS Lambda VPC ENI-reports-0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f"


@pytest.fixture
def vpc(run):
    """Return a VPC without content."""
    return run("ec2_vpc", name="x", cidr_block="10.9.0.0/16", tags=OWNER)["vpc"]["vpc_id"]


@pytest.fixture
def refused(aws, run, worker):
    """Return ``refused(module, **params)``: the reason of a plan and of an apply, which send no write."""

    def reason(module, **params):
        worker["context"] = Context(collects=True)
        before, params = len(aws.mutating()), {**params, "state": "absent"}
        planned = run(module, check=True, **params)["plan"]
        assert planned["action"] == "refuse"
        with pytest.raises(ModuleFailed, match=re.escape(planned["reason"])):
            run(module, **params)
        assert len(aws.mutating()) == before
        return planned["reason"]

    return reason


def carry_out(aws, reason):
    """Carry out the command of the AWS CLI at the end of a refusal with boto3."""
    words = shlex.split(reason.rpartition("run again: ")[2])
    assert (words[0], words[1], words[3:5]) == ("aws", "ec2", ["--region", "us-east-1"])
    shape = aws.client("ec2").meta.service_model.operation_model(
        "".join(word.capitalize() for word in words[2].split("-"))
    )
    given = {}
    for option, value in zip(words[5::2], words[6::2], strict=True):
        name = "".join(word.capitalize() for word in option[2:].split("-"))
        name = next(member for member in shape.input_shape.members if member == name)
        given[name] = [value] if shape.input_shape.members[name].type_name == "list" else value
    getattr(aws.client("ec2"), words[2].replace("-", "_"))(**given)


def a_subnet(ec2, vpc):
    return ec2.create_subnet(VpcId=vpc, CidrBlock="10.9.0.0/24")["Subnet"]["SubnetId"]


def an_attached(ec2, vpc):
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    return gateway


def a_private(ec2, vpc):
    gateway = ec2.create_vpn_gateway(Type="ipsec.1")["VpnGateway"]["VpnGatewayId"]
    ec2.attach_vpn_gateway(VpnGatewayId=gateway, VpcId=vpc)
    return gateway


def an_egress_only(ec2, vpc):
    made = ec2.create_egress_only_internet_gateway(VpcId=vpc)["EgressOnlyInternetGateway"]
    return made["EgressOnlyInternetGatewayId"]


def a_peering(ec2, vpc):
    other = ec2.create_vpc(CidrBlock="10.8.0.0/16")["Vpc"]["VpcId"]
    made = ec2.create_vpc_peering_connection(VpcId=other, PeerVpcId=vpc)["VpcPeeringConnection"]
    return made["VpcPeeringConnectionId"]


def an_endpoint(ec2, vpc):
    service = "com.amazonaws.us-east-1.s3"
    return ec2.create_vpc_endpoint(VpcId=vpc, ServiceName=service)["VpcEndpoint"]["VpcEndpointId"]


CONTENT = {
    "subnet": a_subnet,
    "route table": lambda ec2, vpc: ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"],
    "network ACL": lambda ec2, vpc: ec2.create_network_acl(VpcId=vpc)["NetworkAcl"]["NetworkAclId"],
    "security group": lambda ec2, vpc: ec2.create_security_group(GroupName="g", Description="d", VpcId=vpc)["GroupId"],
    "internet gateway": an_attached,
    "virtual private gateway": a_private,
    "egress-only internet gateway": an_egress_only,
    "VPC peering connection": a_peering,
    "VPC endpoint": an_endpoint,
}


@pytest.mark.parametrize("kind", CONTENT)
def test_a_vpc_is_not_deleted_while_others_use_it(aws, run, vpc, refused, kind):
    found = CONTENT[kind](aws.client("ec2"), vpc)
    reason = refused("ec2_vpc", name="x", tags=OWNER)
    assert reason.startswith(f"vpc x still has the {kind} {found}"), reason
    carry_out(aws, reason)
    assert run("ec2_vpc", name="x", tags=OWNER, state="absent")["changed"]


def test_what_this_run_deletes_is_no_obstacle(aws, run, vpc, worker):
    subnet = a_subnet(aws.client("ec2"), vpc)
    worker["context"] = Context(collects=True, going=[("us-east-1", subnet)])
    assert run("ec2_vpc", name="x", tags=OWNER, state="absent", check=True)["plan"]["action"] == "delete"
    worker["context"] = Context(collects=True, going=[("us-west-2", subnet)])
    assert run("ec2_vpc", name="x", tags=OWNER, state="absent", check=True)["plan"]["action"] == "refuse"


@pytest.fixture
def subnet(run, vpc):
    return {"name": "s", "vpc_id": vpc, "cidr_block": "10.9.0.0/24", "availability_zone": "us-east-1a", "tags": OWNER}


HOLDERS = {
    LAMBDA: "the Lambda function reports, .* aws lambda update-function-configuration --region us-east-1 "
    "--function-name reports --vpc-config",
    "ELB app/shop/0a1b2c3d4e5f6071": "the load balancer app/shop/0a1b2c3d4e5f6071 .* aws elbv2 delete-load-balancer "
    "--region us-east-1 --load-balancer-arn arn:aws:elasticloadbalancing:us-east-1:123456789012:"
    "loadbalancer/app/shop/0a1b2c3d4e5f6071",
    "ELB old-shop": "the load balancer old-shop .* aws elb delete-load-balancer --region us-east-1 "
    "--load-balancer-name old-shop",
    "EFS mount target for fs-0a1b2c3d (fsmt-0a1b2c3d)": "the mount target fsmt-0a1b2c3d of the file system "
    "fs-0a1b2c3d .* aws efs delete-mount-target --region us-east-1 --mount-target-id fsmt-0a1b2c3d",
    "Network Interface for Transit Gateway Attachment tgw-attach-0a1b2c3d": "the transit gateway attachment "
    "tgw-attach-0a1b2c3d .* aws ec2 delete-transit-gateway-vpc-attachment --region us-east-1 "
    "--transit-gateway-attachment-id tgw-attach-0a1b2c3d",
    "by hand": r"the network interface eni-\w+ \(by hand\), which is attached to nothing. .* "
    r"aws ec2 delete-network-interface --region us-east-1 --network-interface-id eni-\w+",
}


@pytest.mark.parametrize("description", HOLDERS)
def test_a_subnet_is_not_deleted_while_an_interface_is_in_it(aws, run, subnet, refused, description):
    made = run("ec2_subnet", **subnet)["subnet"]
    ec2 = aws.client("ec2")
    eni = ec2.create_network_interface(SubnetId=made["subnet_id"], Description=description)["NetworkInterface"]
    reason = refused("ec2_subnet", **subnet)
    assert re.match(f"subnet s is in use by {HOLDERS[description]}", reason), reason
    ec2.delete_network_interface(NetworkInterfaceId=eni["NetworkInterfaceId"])
    assert run("ec2_subnet", **subnet, state="absent")["changed"]


def test_a_subnet_with_an_instance_of_others(aws, run, subnet, refused):
    made = run("ec2_subnet", **subnet)["subnet"]
    (instance,) = aws.client("ec2").run_instances(**IMAGE, SubnetId=made["subnet_id"])["Instances"]
    reason = refused("ec2_subnet", **subnet)
    assert f"subnet s is in use by the instance {instance['InstanceId']} (network interface eni-" in reason
    carry_out(aws, reason)
    assert run("ec2_subnet", **subnet, state="absent")["changed"]


def test_interfaces_of_a_foreign_subnet_are_told_with_the_vpc(aws, vpc, refused):
    ec2 = aws.client("ec2")
    (instance,) = ec2.run_instances(**IMAGE, SubnetId=a_subnet(ec2, vpc))["Instances"]
    reason = refused("ec2_vpc", name="x", tags=OWNER)
    assert f"vpc x is in use by the instance {instance['InstanceId']}" in reason
    assert "vpc x still has the subnet subnet-" in reason


def test_interfaces_of_deleted_gateways_and_endpoints_are_waited_for(aws, run, subnet):
    """AWS keeps the interface of a NAT gateway and of an endpoint for a while."""
    made, ec2 = run("ec2_subnet", **subnet)["subnet"], aws.client("ec2")
    aws.control.scale(0.02)
    nat = ec2.create_nat_gateway(SubnetId=made["subnet_id"], ConnectivityType="private")["NatGateway"]["NatGatewayId"]
    service, where = "com.amazonaws.us-east-1.logs", {"VpcId": made["vpc_id"], "SubnetIds": [made["subnet_id"]]}
    endpoint = ec2.create_vpc_endpoint(
        **where, ServiceName=service, VpcEndpointType="Interface", PrivateDnsEnabled=False
    )["VpcEndpoint"]["VpcEndpointId"]
    aws.control.advance(300)
    with pytest.raises(ModuleFailed, match=f"the NAT gateway {nat}.*the VPC endpoint {endpoint}"):
        run("ec2_subnet", **subnet, state="absent")
    ec2.delete_nat_gateway(NatGatewayId=nat)
    ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint])
    assert run("ec2_subnet", **subnet, state="absent")["changed"]


def test_an_internet_gateway_is_not_detached_from_addresses_in_use(aws, run, refused):
    net, ec2 = network(aws), aws.client("ec2")
    params = {"name": "dev_us-east-1_internet_gateway", "tags": OWNER}
    ec2.modify_subnet_attribute(SubnetId=net.public[0], MapPublicIpOnLaunch={"Value": True})
    ec2.run_instances(**IMAGE, SubnetId=net.public[0])
    ec2.run_instances(**IMAGE, SubnetId=net.public[1])  # without a public address
    reason = refused("ec2_internet_gateway", **params)
    assert reason.count("is in use by the instance") == 1
    carry_out(aws, reason)
    assert run("ec2_internet_gateway", **params, state="absent")["changed"]


def test_a_group_is_not_deleted_while_a_rule_of_others_names_it(aws, run, vpc, refused):
    params = {"group_name": "g", "vpc_id": vpc, "tags": OWNER}
    group = run("ec2_security_group", **params, description="d")["security_group"]["group_id"]
    ec2 = aws.client("ec2")
    other = ec2.create_security_group(GroupName="other", Description="d", VpcId=vpc)["GroupId"]
    traffic = {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "UserIdGroupPairs": [{"GroupId": group}]}
    ec2.authorize_security_group_ingress(GroupId=other, IpPermissions=[traffic])
    reason = refused("ec2_security_group", **params)
    assert f"security_group g is named in an ingress rule of the security group {other} (other). " in reason
    assert (
        f"aws ec2 revoke-security-group-ingress --region us-east-1 --group-id {other} --security-group-rule" in reason
    )
    carry_out(aws, reason)
    assert run("ec2_security_group", **params, state="absent")["changed"]


def test_a_group_of_the_same_owner_is_no_obstacle_in_a_plan(aws, run, vpc):
    """The roles remove the rules of their groups before the groups."""
    params = {"group_name": "g", "vpc_id": vpc, "tags": OWNER}
    group = run("ec2_security_group", **params, description="d")["security_group"]["group_id"]
    made = aws.client("ec2").create_security_group(
        GroupName="other", Description="d", VpcId=vpc, TagSpecifications=tagged("security-group", "other")
    )
    traffic = {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": group}]}
    aws.client("ec2").authorize_security_group_egress(GroupId=made["GroupId"], IpPermissions=[traffic])
    assert run("ec2_security_group", **params, state="absent", check=True)["changed"]
