"""The calls for instances and network interfaces, as far as they keep subnets, groups and gateways in use."""

from __future__ import annotations

import re
from copy import copy
from typing import Any

from moto.core.responses import ActionResult

from ..admission import Missing
from ..clock import CLOCK, Timeline
from ..core import AwsError, new_id
from .base import Ec2, answered, result, tag_dict
from .gateway_responses import DOCUMENTATION
from .instances import STATES, Instance
from .interfaces import free_address, refuse_if_managed, requested_address


class InstanceResponses(Ec2):
    """Instances and network interfaces."""

    def create_network_interface(self) -> ActionResult:
        self.require("SubnetId")
        eni = self._interface(self.params.get("Groups") or [], self.params.get("Description") or "")
        self.ec2.tags[eni.id] = tag_dict(self.params, "network-interface")
        shown = copy(eni)
        shown.status = "pending"
        return result(NetworkInterface=shown)

    def describe_network_interfaces(self) -> ActionResult:
        for eni in self.ec2.enis.values():
            public = {"Association": eni.association} if eni.public_ip else {}
            primary = eni.private_ip_addresses[0]
            eni.private_ip_addresses[0] = {k: v for k, v in primary.items() if k != "Association"} | public
        return answered(super().describe_network_interfaces())

    def _interface(self, groups: list[str], text: str) -> Any:
        """Create an interface in the subnet of the request. Without groups it gets the default group of the VPC."""
        subnet = self.ec2.get_subnet(self.params["SubnetId"])
        for group_id in groups:
            if self.ec2.get_security_group_from_id(group_id).vpc_id != subnet.vpc_id:
                text = f"You have specified two resources that belong to different networks: {group_id}, {subnet.id}."
                raise AwsError("InvalidParameter", text)
        wanted = self.params.get("PrivateIpAddress")
        address = requested_address(self.ec2, subnet, wanted) if wanted else free_address(self.ec2, subnet)
        return self.ec2.create_network_interface(subnet, address, group_ids=groups, description=text)

    def delete_network_interface(self) -> ActionResult:
        eni_id = self.params["NetworkInterfaceId"]
        eni = self.ec2.get_network_interface(eni_id)
        refuse_if_managed(eni)
        if eni.instance:
            raise AwsError("InvalidNetworkInterface.InUse", f"Interface: [{eni_id}] in use.")
        del self.ec2.enis[eni_id]
        return result(Return=True)

    def run_instances(self) -> ActionResult:
        params = self.params
        self.require("ImageId", "SubnetId")
        if (params["MinCount"], params["MaxCount"]) != (1, 1):
            raise Missing("more than one instance in a request")
        if not re.fullmatch(r"ami-[0-9a-f]{8,17}", params["ImageId"]):
            text = f'Invalid id: "{params["ImageId"]}" (expecting "ami-...")'
            raise AwsError("InvalidAMIID.Malformed", text)
        eni = self._interface(params.get("SecurityGroupIds") or [], "")
        instance = Instance(self.current_account, params["ImageId"], params.get("InstanceType") or "m1.small")
        eni.instance, eni.attachment_id, eni.status = instance, new_id("eni-attach"), "in-use"
        eni.attach_time, eni.delete_on_termination = CLOCK.datetime(), True
        if eni.subnet.map_public_ip_on_launch in (True, "true"):
            taken = {other.public_ip for other in self.ec2.enis.values()} | {a.public_ip for a in self.ec2.addresses}
            eni.public_ip = next(str(a) for b in DOCUMENTATION for a in b.hosts() if str(a) not in taken)
        return result(ReservationId=new_id("r"), OwnerId=self.current_account, Instances=[_shown(eni)])

    def terminate_instances(self) -> ActionResult:
        by_id = {eni.instance.id: eni for eni in self.ec2.enis.values() if eni.instance}
        changed = []
        for instance_id in self.params["InstanceIds"]:
            instance = by_id[instance_id].instance
            before = instance.state()
            if before["Name"] != "shutting-down":
                instance.timeline = Timeline(("shutting-down", 40), ("terminated", 0))
            after = {"Code": STATES["shutting-down"], "Name": "shutting-down"}
            changed.append({"InstanceId": instance_id, "PreviousState": before, "CurrentState": after})
        return result(TerminatingInstances=changed)


def _shown(eni: Any) -> dict[str, Any]:
    instance = eni.instance
    return {
        "InstanceId": instance.id,
        "ImageId": instance.image,
        "InstanceType": instance.kind,
        "State": {"Code": 0, "Name": "pending"},
        "SubnetId": eni.subnet_id,
        "VpcId": eni.vpc_id,
        "PrivateIpAddress": eni.private_ip_address,
        "NetworkInterfaces": [{"NetworkInterfaceId": eni.id}],
    }
