"""The calls for virtual private gateways, as far as they keep a VPC in use."""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult

from ..clock import Timeline
from ..core import AwsError, new_id
from .base import Ec2, result, tag_dict, tags_in


class VpnGateway:
    """A virtual private gateway with at most one VPC."""

    def __init__(self) -> None:
        self.id = new_id("vgw")
        self.timeline = Timeline(("pending", 5), ("available", 0))
        self.vpc_id = ""
        self.attachment = Timeline(("detached", 0))

    def holds(self, vpc_id: str) -> bool:
        """Return whether the gateway keeps a VPC in use."""
        return self.vpc_id == vpc_id and self.attachment.state != "detached"

    def get_filter_value(self, name: str, method: str = "") -> str:
        """Return nothing to moto's own check of DeleteVpc, which does not know the states of attachments."""
        return ""

    def shown(self, tags: list[dict[str, str]]) -> dict[str, Any]:
        """Return the gateway as EC2 shows it. A detached VPC stays listed."""
        attached = [{"VpcId": self.vpc_id, "State": self.attachment.state}] if self.vpc_id else []
        return {
            "VpnGatewayId": self.id,
            "State": self.timeline.state,
            "Type": "ipsec.1",
            "VpcAttachments": attached,
            "AmazonSideAsn": 64512,
            "Tags": tags,
        }


class PrivateGatewayResponses(Ec2):
    """Virtual private gateways."""

    def create_vpn_gateway(self) -> ActionResult:
        gateway = VpnGateway()
        self.ec2.vpn_gateways[gateway.id] = gateway
        self.ec2.tags[gateway.id] = tag_dict(self.params, "vpn-gateway")
        return result(VpnGateway=self._vpn_shown(gateway) | {"State": gateway.timeline.first})

    def _vpn_shown(self, gateway: VpnGateway) -> dict[str, Any]:
        return gateway.shown(tags_in(self.ec2, gateway.id))

    def _gateway(self) -> VpnGateway:
        gateway: VpnGateway = self.ec2.vpn_gateways[self.params["VpnGatewayId"]]
        return gateway

    def attach_vpn_gateway(self) -> ActionResult:
        gateway, vpc_id = self._gateway(), self.params["VpcId"]
        if gateway.vpc_id and gateway.attachment.state != "detached":
            raise AwsError("IncorrectState", f"{gateway.id} is attached to {gateway.vpc_id}.")
        if any(other.holds(vpc_id) for other in self.ec2.vpn_gateways.values()):
            text = f"The VPC {vpc_id} already has a virtual private gateway."
            raise AwsError("VpnGatewayAttachmentLimitExceeded", text)
        gateway.vpc_id, gateway.attachment = vpc_id, Timeline(("attaching", 10), ("attached", 0))
        return result(VpcAttachment={"VpcId": vpc_id, "State": gateway.attachment.first})

    def detach_vpn_gateway(self) -> ActionResult:
        gateway, vpc_id = self._gateway(), self.params["VpcId"]
        if not gateway.holds(vpc_id):
            text = f"The attachment with vpn gateway ID '{gateway.id}' and vpc ID '{vpc_id}' does not exist"
            raise AwsError("InvalidVpnGatewayAttachment.NotFound", text)
        if gateway.attachment.state == "attached":
            gateway.attachment = Timeline(("detaching", 20), ("detached", 0))
        return result(Return=True)

    def delete_vpn_gateway(self) -> ActionResult:
        gateway = self._gateway()
        if gateway.holds(gateway.vpc_id):
            raise AwsError("IncorrectState", f"The vpnGateway '{gateway.id}' is attached to a VPC.")
        gateway.timeline = Timeline(("deleted", 0))
        return result(Return=True)

    def describe_vpn_gateways(self) -> ActionResult:
        named = self.params.get("VpnGatewayIds")
        found = [self.ec2.vpn_gateways[i] for i in named or self.ec2.vpn_gateways]
        return result(VpnGateways=[self._vpn_shown(gateway) for gateway in found])
