"""What others have put into the network is told before the first deletion, with the way on."""

from __future__ import annotations

import contextlib
import json
import re
import shlex
import subprocess

import pytest

pytestmark = pytest.mark.timeout(3600)
DESTROY = "playbooks/destroy.yml"
IMAGE = {"ImageId": "ami-0123456789abcdef0", "MinCount": 1, "MaxCount": 1}


@pytest.fixture
def refused(tmp_path):
    """Return ``refused(site, ...)``: the reasons of a deletion that is refused before it deletes anything."""

    def reasons(site, *arguments):
        report, locks = tmp_path / "report.json", len(site.aws.locking())
        confirmed = ("-e", f"confirm_environment={site.environment}", "-e", f"plan_out={report}")
        played = site.play(DESTROY, *confirmed, *arguments, expect=2)
        assert "Nothing was deleted" in played.text and played.mutating == []
        assert site.aws.locking()[locks:] == []
        entries = json.loads(report.read_text())["resources"]
        return {(each["resource"], each["name"]): each["reason"] for each in entries if each["action"] == "refuse"}

    return reasons


def found(aws, kind, name):
    """Return a resource of EC2 by its Name tag."""
    listed = getattr(aws.client("ec2"), f"describe_{kind}s")(Filters=[{"Name": "tag:Name", "Values": [name]}])
    (resource,) = next(value for value in listed.values() if isinstance(value, list))
    return resource


def run(aws, command):
    """Carry out a command of the AWS CLI for EC2 with boto3."""
    words = shlex.split(command)
    assert (words[:2], words[3:5]) == (["aws", "ec2"], ["--region", "us-east-1"])
    client = aws.client("ec2")
    operation = client.meta.method_to_api_mapping[words[2].replace("-", "_")]
    members = client.meta.service_model.operation_model(operation).input_shape.members
    given = {}
    for option, value in zip(words[5::2], words[6::2], strict=True):
        name = "".join(part.capitalize() for part in option[2:].split("-"))
        given[name] = [value] if members[name].type_name == "list" else value
    getattr(client, words[2].replace("-", "_"))(**given)


def commands(reason):
    """Return the commands of a reason, in its order."""
    return re.findall(r"\((aws [^)]+)\)", reason)


def occupy(aws):
    """Let others use the network of dev in every way."""
    ec2 = aws.client("ec2")
    vpc = found(aws, "vpc", "dev_us-east-1_vpc")["VpcId"]
    own = found(aws, "subnet", "dev_us-east-1_us-east-1b_private_subnet")["SubnetId"]
    ec2.create_network_interface(SubnetId=own, Description="AWS Lambda VPC ENI-reports")
    ec2.run_instances(**IMAGE, SubnetId=own)
    ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.250.0/24")
    ec2.create_route_table(VpcId=vpc)
    ec2.create_network_acl(VpcId=vpc)
    other = ec2.create_security_group(GroupName="of-others", Description="d", VpcId=vpc)["GroupId"]
    (application,) = ec2.describe_security_groups(
        Filters=[{"Name": "group-name", "Values": ["dev_us-east-1_application_security_group"]}]
    )["SecurityGroups"]
    traffic = {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": application["GroupId"]}]}
    ec2.authorize_security_group_ingress(GroupId=other, IpPermissions=[traffic])
    ec2.create_egress_only_internet_gateway(VpcId=vpc)
    gateway = ec2.create_vpn_gateway(Type="ipsec.1")["VpnGateway"]["VpnGatewayId"]
    ec2.attach_vpn_gateway(VpnGatewayId=gateway, VpcId=vpc)
    ec2.create_vpc_endpoint(VpcId=vpc, ServiceName="com.amazonaws.us-east-1.s3")
    neighbour = ec2.create_vpc(CidrBlock="172.16.0.0/16")["Vpc"]["VpcId"]
    ec2.create_vpc_peering_connection(VpcId=neighbour, PeerVpcId=vpc)


SUBNET = ("ec2_subnet", "dev_us-east-1_us-east-1b_private_subnet")
GROUP = ("ec2_security_group", "dev_us-east-1_application_security_group")
VPC = ("ec2_vpc", "dev_us-east-1_vpc")
IN_THE_VPC = (
    *("subnet", "route table", "network ACL", "security group", "egress-only internet gateway"),
    *("virtual private gateway", "VPC endpoint", "VPC peering connection"),
)


def test_a_network_that_others_use_is_not_touched(aws, built, refused):
    dev = built("dev")
    occupy(aws)
    reasons = refused(dev)
    assert set(reasons) == {SUBNET, GROUP, VPC}, "each obstacle is told once"
    assert "is in use by the Lambda function reports" in reasons[SUBNET]
    assert "is in use by the instance i-" in reasons[SUBNET]
    assert "is named in an ingress rule of the security group sg-" in reasons[GROUP]
    for kind in IN_THE_VPC:
        assert f"vpc dev_us-east-1_vpc still has the {kind} " in reasons[VPC], kind

    ec2 = aws.client("ec2")
    for eni in ec2.describe_network_interfaces()["NetworkInterfaces"]:
        if eni["Description"].startswith("AWS Lambda"):  # AWS deletes it after the function has left the VPC
            ec2.delete_network_interface(NetworkInterfaceId=eni["NetworkInterfaceId"])
    ways = [command for reason in (GROUP, VPC) for command in commands(reasons[reason])]
    ways += [command for command in commands(reasons[SUBNET]) if "terminate-instances" in command]
    for command in ways:
        run(aws, command)
    dev.destroy()
    assert aws.client("ec2").describe_vpcs(Filters=[{"Name": "is-default", "Values": ["false"]}])["Vpcs"] == [
        vpc for vpc in ec2.describe_vpcs()["Vpcs"] if vpc["CidrBlock"] == "172.16.0.0/16"
    ]


def test_the_network_is_not_deleted_under_a_living_database(aws, built, refused):
    dev = built("dev")
    reasons = refused(dev, "--tags", "ipam_vpc")
    way = "Delete the database first with --tags aurora, or together with the network: leave out --tags."
    assert reasons[VPC] == f"rds_cluster dev-us-east-1-aurora-cluster lives in vpc dev_us-east-1_vpc. {way}"
    del reasons[VPC]
    ((resource, subnet),) = reasons
    assert (resource, subnet.endswith("_database_subnet")) == ("ec2_subnet", True)
    assert reasons[resource, subnet].endswith(way)
    confirmed = ("-e", "confirm_environment=dev")
    dev.play(DESTROY, *confirmed, "--tags", "aurora")
    dev.play(DESTROY, *confirmed, "--tags", "ipam_vpc")
    assert not aws.client("ec2").describe_vpcs(Filters=[{"Name": "is-default", "Values": ["false"]}])["Vpcs"]


@pytest.mark.removal
def test_what_appears_after_the_plan_is_told_at_once(aws, built):
    """Others start an instance in the network while it is being deleted."""
    dev = built("dev")
    subnet = found(aws, "subnet", "dev_us-east-1_us-east-1b_private_subnet")["SubnetId"]
    deletion = dev.start(DESTROY, "-e", "confirm_environment=dev")
    while "ec2:DeleteFlowLogs" not in aws.mutating() and deletion.poll() is None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            deletion.wait(0.1)
    (instance,) = aws.client("ec2").run_instances(**IMAGE, SubnetId=subnet)["Instances"]
    text, _ = deletion.communicate(timeout=600)
    assert deletion.returncode == 2
    assert f"is in use by the instance {instance['InstanceId']}" in " ".join(text.split())
    aws.client("ec2").terminate_instances(InstanceIds=[instance["InstanceId"]])
    dev.destroy()
