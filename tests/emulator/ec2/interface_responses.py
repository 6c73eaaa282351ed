"""The calls for network interfaces."""

from __future__ import annotations

from moto.core.responses import ActionResult

from ..core import AwsError
from .base import Ec2, answered
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
        return answered(super().create_network_interface())

    def delete_network_interface(self) -> ActionResult:
        eni = self.ec2.get_network_interface(self.params["NetworkInterfaceId"])
        if eni.status == "in-use" or eni.public_ip:
            raise AwsError("InvalidParameterValue", f"Network interface '{eni.id}' is currently in use.")
        return answered(super().delete_network_interface())
