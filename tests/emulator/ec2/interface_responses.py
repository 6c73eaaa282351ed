"""The calls for network interfaces."""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult

from ..core import AwsError
from .base import Ec2, result, tags_in
from .interfaces import free_address


class InterfaceResponses(Ec2):
    """Network interfaces, of the account's own and of what AWS runs."""

    def create_network_interface(self) -> ActionResult:
        params, subnet = self.params, self.ec2.get_subnet(self.params["SubnetId"])
        for group_id in params.get("Groups") or []:
            group = self.ec2.get_security_group_from_id(group_id)
            if group is None or group.vpc_id != subnet.vpc_id:
                raise AwsError("InvalidGroup.NotFound", f"The security group '{group_id}' does not exist")
        params["PrivateIpAddress"] = free_address(self.ec2, subnet)
        answer: Any = super().create_network_interface()
        return result(NetworkInterface=self._interface_shown(answer.result["NetworkInterface"]))

    def describe_network_interfaces(self) -> ActionResult:
        found = self.ec2.get_all_network_interfaces(self.params.get("NetworkInterfaceIds"))
        return result(NetworkInterfaces=[self._interface_shown(e) for e in found])

    def delete_network_interface(self) -> ActionResult:
        eni = self.ec2.get_network_interface(self.params["NetworkInterfaceId"])
        if eni.status == "in-use" or eni.public_ip:
            raise AwsError("InvalidParameterValue", f"Network interface '{eni.id}' is currently in use.")
        answer: ActionResult = super().delete_network_interface()
        return answer

    def _interface_shown(self, eni: Any) -> dict[str, Any]:
        address = next((a for a in self.ec2.addresses if a.eni is eni), None)
        association = address and {
            "Association": {
                "AllocationId": address.allocation_id,
                "AssociationId": address.association_id,
                "IpOwnerId": self.current_account,
                "PublicIp": address.public_ip,
            }
        }
        private = {"PrivateIpAddress": eni.private_ip_address, **(association or {})}
        return {
            "NetworkInterfaceId": eni.id,
            "VpcId": eni.subnet.vpc_id,
            "SubnetId": eni.subnet.id,
            "AvailabilityZone": eni.subnet.availability_zone,
            "AvailabilityZoneId": eni.subnet.availability_zone_id,
            "Description": eni.description,
            "InterfaceType": eni.interface_type,
            "MacAddress": eni.mac_address,
            "OwnerId": self.current_account,
            "RequesterManaged": eni.requester_managed,
            "SourceDestCheck": eni.source_dest_check,
            "Status": eni.status,
            "Groups": [{"GroupId": g.id, "GroupName": g.name} for g in eni.group_set],
            "PrivateIpAddresses": [{"Primary": True, **private}],
            "TagSet": tags_in(self.ec2, eni.id),
            **private,
        }
