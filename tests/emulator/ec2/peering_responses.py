"""The calls for VPC peering connections, as far as routes need them: both VPCs in one account and Region."""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult

from ..core import AwsError
from .base import Ec2, result, tag_dict, tags_in


class PeeringResponses(Ec2):
    """VPC peering connections."""

    def create_vpc_peering_connection(self) -> ActionResult:
        self.require("VpcId", "PeerVpcId")
        vpcs = [self.ec2.get_vpc(self.params[name]) for name in ("VpcId", "PeerVpcId")]
        tags = tag_dict(self.params, "vpc-peering-connection")
        connection = self.ec2.create_vpc_peering_connection(*vpcs, tags)
        return result(VpcPeeringConnection=self._peering_shown(connection))

    def accept_vpc_peering_connection(self) -> ActionResult:
        self.require("VpcPeeringConnectionId")
        connection = self.ec2.vpc_pcxs[self.params["VpcPeeringConnectionId"]]
        if connection.status["Code"] != "pending-acceptance":
            text = f"{connection.id} is not in the correct state for the request."
            raise AwsError("InvalidStateTransition", text)
        self.ec2.accept_vpc_peering_connection(connection.id)
        return result(VpcPeeringConnection=self._peering_shown(connection))

    def delete_vpc_peering_connection(self) -> ActionResult:
        self.ec2.delete_vpc_peering_connection(self.params["VpcPeeringConnectionId"])
        return result(Return=True)

    def describe_vpc_peering_connections(self) -> ActionResult:
        named = self.params.get("VpcPeeringConnectionIds")
        found = [self.ec2.vpc_pcxs[i] for i in named or self.ec2.vpc_pcxs]
        return result(VpcPeeringConnections=[self._peering_shown(connection) for connection in found])

    def _peering_shown(self, connection: Any) -> dict[str, Any]:
        return {
            "VpcPeeringConnectionId": connection.id,
            "RequesterVpcInfo": connection.requester_vpc_info,
            "AccepterVpcInfo": connection.accepter_vpc_info,
            "Status": connection.status,
            "Tags": tags_in(self.ec2, connection.id),
        }
