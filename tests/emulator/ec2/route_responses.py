"""The calls for route tables and their routes."""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult

from ..core import AwsError
from .base import Ec2, answered, result, tags_in
from .checks import canonical
from .ids import KINDS, check_id

TARGETS = ("GatewayId", "NatGatewayId", "VpcPeeringConnectionId")
ROUTE = {
    "DestinationCidrBlock": "destination_cidr_block",
    "DestinationPrefixListId": "destination_prefix_list_id",
    "GatewayId": "gateway_id",
    "NatGatewayId": "nat_gateway_id",
    "VpcPeeringConnectionId": "vpc_peering_connection_id",
    "Origin": "origin",
}


def blackhole(backend: Any, route: Any) -> bool:
    """Return whether the target of a route is deleted or detached."""
    if route.nat_gateway:
        nat = backend.nat_gateways.get(route.nat_gateway.id)
        return nat is None or nat.state in ("deleting", "deleted", "failed")
    if route.vpc_pcx:
        return bool(route.vpc_pcx.status["Code"] != "active")
    gateway = route.gateway
    if gateway is not None and gateway.id.startswith("igw-"):
        return gateway.id not in backend.internet_gateways or gateway.vpc is None
    return False


class RouteResponses(Ec2):
    """Route tables and routes."""

    def create_route(self) -> ActionResult:
        table = self._check_route()
        wanted = self.params["DestinationCidrBlock"]
        if any(r.destination_cidr_block == wanted for r in table.routes):
            raise AwsError("RouteAlreadyExists", f"The route identified by {wanted} already exists.")
        super().create_route()
        return result(Return=True)

    def replace_route(self) -> ActionResult:
        table = self._check_route()
        wanted = self.params["DestinationCidrBlock"]
        if any(r.local and r.destination_cidr_block == wanted for r in table.routes):
            raise AwsError("InvalidParameterValue", f"cannot replace local route {wanted} in route table {table.id}")
        return answered(super().replace_route())

    def _check_route(self) -> Any:
        """Refuse an invalid route, and return its table."""
        params = self.params
        table = self.ec2.get_route_table(params["RouteTableId"])
        self.require("DestinationCidrBlock")
        params["DestinationCidrBlock"] = canonical(params["DestinationCidrBlock"], "destinationCidrBlock")
        if sum(bool(params.get(n)) for n in TARGETS) != 1:
            text = "The request must contain exactly one of gatewayId, natGatewayId, networkInterfaceId, "
            raise AwsError("MissingParameter", f"{text}vpcPeeringConnectionId, transitGatewayId or vpcEndpointId.")
        self._check_gateway(table)
        self._check_nat(table)
        self._check_peering(table)
        return table

    def _check_gateway(self, table: Any) -> None:
        gateway_id = self.params.get("GatewayId")
        if not gateway_id:
            return
        if not gateway_id.startswith("igw-"):
            raise AwsError("InvalidParameterValue", f"invalid value for parameter gateway-id: {gateway_id}")
        check_id("InternetGatewayId", gateway_id)
        gateway = self.ec2.internet_gateways.get(gateway_id)
        if gateway is None:
            raise KINDS["InternetGatewayId"].not_found([gateway_id])
        if not gateway.vpc or gateway.vpc.id != table.vpc_id:
            text = f"route table {table.id} and network gateway {gateway_id} belong to different networks"
            raise AwsError("InvalidParameterValue", text)

    def _check_nat(self, table: Any) -> None:
        nat_id = self.params.get("NatGatewayId")
        if not nat_id:
            return
        nat = self.ec2.nat_gateways.get(nat_id)
        if nat is None or nat.state in ("failed", "deleting", "deleted"):
            raise AwsError("InvalidNatGatewayID.NotFound", f"The natGateway ID '{nat_id}' does not exist")
        if nat.vpc_id != table.vpc_id:
            text = f"route table {table.id} and NAT gateway {nat_id} belong to different networks"
            raise AwsError("InvalidParameterValue", text)

    def _check_peering(self, table: Any) -> None:
        peering_id = self.params.get("VpcPeeringConnectionId")
        if not peering_id:
            return
        connection = self.ec2.vpc_pcxs[peering_id]
        if connection.status["Code"] == "deleted":
            raise KINDS["VpcPeeringConnectionId"].not_found([peering_id])
        if table.vpc_id not in (connection.vpc.id, connection.peer_vpc.id):
            text = f"route table {table.id} and interface {peering_id} belong to different networks"
            raise AwsError("InvalidParameterValue", text)

    def create_vpc_peering_connection(self) -> ActionResult:
        self.require("PeerVpcId")
        return answered(super().create_vpc_peering_connection())

    def delete_route(self) -> ActionResult:
        params = self.params
        table = self.ec2.get_route_table(params["RouteTableId"])
        if params.get("DestinationCidrBlock"):
            params["DestinationCidrBlock"] = canonical(params["DestinationCidrBlock"], "destinationCidrBlock")
        for route in table.routes:
            name = next(n for n in ROUTE if getattr(route, ROUTE[n]))
            if params.get(name) != getattr(route, ROUTE[name]):
                continue
            if route.local or route.destination_prefix_list and (route.gateway_id or "").startswith("vpce-"):
                kind = "local" if route.local else "VPC endpoint"
                text = f"cannot remove {kind} route {params[name]} in route table {table.id}"
                raise AwsError("InvalidParameterValue", text)
        return answered(super().delete_route())

    def create_route_table(self) -> ActionResult:
        answer: Any = super().create_route_table()
        return result(RouteTable=self._table_shown(answer.result["RouteTable"]), ClientToken=self._client_token())

    def describe_route_tables(self) -> ActionResult:
        named = self.params.get("RouteTableIds") or []
        return result(RouteTables=[self._table_shown(t) for t in self.ec2.describe_route_tables(named)])

    def _table_shown(self, table: Any) -> dict[str, Any]:
        routes = [
            {name: getattr(route, field) for name, field in ROUTE.items()}
            | {"State": "blackhole" if blackhole(self.ec2, route) else "active"}
            for route in table.routes
        ]
        return {
            "RouteTableId": table.id,
            "VpcId": table.vpc_id,
            "OwnerId": table.owner_id,
            "Associations": table.associations,
            "PropagatingVgws": [],
            "Routes": [{k: v for k, v in route.items() if v is not None} for route in routes],
            "Tags": tags_in(self.ec2, table.id),
        }

    def associate_route_table(self) -> ActionResult:
        self.require("SubnetId")
        table, subnet = (
            self.ec2.get_route_table(self.params["RouteTableId"]),
            self.ec2.get_subnet(self.params["SubnetId"]),
        )
        if subnet.vpc_id != table.vpc_id:
            text = f"route table {table.id} and subnet {subnet.id} belong to different networks"
            raise AwsError("InvalidParameterValue", text)
        others = [t.id for t in self.ec2.route_tables.values() if subnet.id in t._associations.values()]
        if others and others != [table.id]:
            text = f"the specified association for route table {table.id} conflicts with an existing association"
            raise AwsError("Resource.AlreadyAssociated", text)
        return answered(super().associate_route_table())

    def _table_of(self, association_id: str) -> Any:
        for table in self.ec2.route_tables.values():
            if association_id in (table.main_association_id, *table._associations):
                return table
        raise AwsError("InvalidAssociationID.NotFound", f"The association ID '{association_id}' does not exist")

    def disassociate_route_table(self) -> ActionResult:
        association_id = self.params["AssociationId"]
        if self._table_of(association_id).main_association_id == association_id:
            text = f"cannot disassociate the main route table association {association_id}"
            raise AwsError("InvalidParameterValue", text)
        return answered(super().disassociate_route_table())

    def replace_route_table_association(self) -> ActionResult:
        old_table = self._table_of(self.params["AssociationId"])
        table = self.ec2.get_route_table(self.params["RouteTableId"])
        if table.vpc_id != old_table.vpc_id:
            text = f"route table {table.id} and route table {old_table.id} belong to different networks"
            raise AwsError("InvalidParameterValue", text)
        return answered(super().replace_route_table_association())

    def delete_route_table(self) -> ActionResult:
        table = self.ec2.get_route_table(self.params["RouteTableId"])
        if table.main_association_id:
            text = f"The routeTable '{table.id}' has dependencies and cannot be deleted."
            raise AwsError("DependencyViolation", text)
        answer: ActionResult = super().delete_route_table()
        for endpoint in self.ec2.vpc_end_points.values():
            endpoint.route_table_ids = [i for i in endpoint.route_table_ids if i != table.id]
        return answer
