"""The calls for internet gateways, NAT gateways and elastic addresses."""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.models.nat_gateways import NatGateway

from ..clock import CLOCK
from ..core import AwsError, filtered, paged
from .base import Ec2, result, tags_in
from .ipam_responses import tag_dict
from .states import begin

LIVE = ("pending", "available", "deleting")
FAILURES = {
    "Gateway.NotAttached": "Network {vpc} has no Internet gateway attached",
    "Resource.AlreadyAssociated": "Elastic IP address {eip} is already associated",
}


class GatewayResponses(Ec2):
    """Internet gateways, NAT gateways and elastic addresses."""

    def attach_internet_gateway(self) -> ActionResult:
        gateway_id, vpc_id = self.params["InternetGatewayId"], self.params["VpcId"]
        gateway = self.ec2.get_internet_gateway(gateway_id)
        if gateway.vpc:
            text = f"resource {gateway_id} is already attached to network {gateway.vpc.id}"
            raise AwsError("Resource.AlreadyAssociated", text)
        self.ec2.get_vpc(vpc_id)
        if self._attached(vpc_id):
            raise AwsError("InvalidParameterValue", f"Network {vpc_id} already has an internet gateway attached")
        answer: ActionResult = super().attach_internet_gateway()
        return answer

    def _attached(self, vpc_id: str) -> bool:
        return any(g.vpc and g.vpc.id == vpc_id for g in self.ec2.internet_gateways.values())

    def detach_internet_gateway(self) -> ActionResult:
        vpc_id = self.params["VpcId"]
        if any(a.eni is not None and a.eni.subnet.vpc_id == vpc_id for a in self.ec2.addresses):
            text = f"Network {vpc_id} has some mapped public address(es). Please unmap those public address(es) "
            raise AwsError("DependencyViolation", f"{text}before detaching the gateway.")
        answer: ActionResult = super().detach_internet_gateway()
        return answer

    def create_nat_gateway(self) -> ActionResult:
        self.refuse("SecondaryAllocationIds", "SecondaryPrivateIpAddresses", "SecondaryPrivateIpAddressCount")
        self.refuse("AvailabilityZoneAddresses", "PrivateIpAddress")
        if self.params.get("AvailabilityMode") == "regional":
            raise AwsError("UnsupportedOperation", "The local AWS does not implement regional NAT gateways.")
        self.require("SubnetId")
        kind, eip_id = self.params.get("ConnectivityType") or "public", str(self.params.get("AllocationId") or "")
        if kind == "private" and eip_id:
            raise AwsError("InvalidParameterCombination", "A private NAT gateway has no elastic IP address.")
        if kind == "public":
            self.require("AllocationId")
            self.ec2.address_by_allocation([eip_id])
        subnet = self.ec2.get_subnet(self.params["SubnetId"])
        nat = NatGateway(self.ec2, subnet.id, "", tag_dict(self.params, "natgateway"), kind)
        nat._created_at, nat.deleted_at, nat.eni_id = CLOCK.datetime(), None, nat._eni.id
        nat.failure = self._nat_failure(subnet.vpc_id, eip_id) if kind == "public" else None
        nat.address_set = [self._nat_address(nat, eip_id)]
        self.ec2.nat_gateways[nat.id] = nat
        begin(nat, ("pending", 120), ("failed" if nat.failure else "available", 0))
        return result(NatGateway=self._nat_shown(nat))

    def _nat_failure(self, vpc_id: str, eip_id: str) -> tuple[str, str] | None:
        taken = self.ec2.address_by_allocation([eip_id])[0].association_id
        code = "Resource.AlreadyAssociated" if taken else "Gateway.NotAttached"
        if not taken and self._attached(vpc_id):
            return None
        return code, FAILURES[code].format(vpc=vpc_id, eip=eip_id)

    def _nat_address(self, nat: Any, eip_id: str) -> dict[str, Any]:
        address = {"NetworkInterfaceId": nat.eni_id, "PrivateIp": nat._eni.private_ip_address, "IsPrimary": True}
        if eip_id:
            address["AllocationId"] = eip_id
        if eip_id and not nat.failure:
            eip = self.ec2.associate_address(eni=nat._eni, allocation_id=eip_id)
            address |= {"PublicIp": eip.public_ip, "AssociationId": eip.association_id, "Status": "succeeded"}
        return address

    def _nat_shown(self, nat: Any) -> dict[str, Any]:
        failure = nat.failure if nat.failure and nat.state != "pending" else (None, None)
        return {
            "NatGatewayId": nat.id,
            "SubnetId": nat.subnet_id,
            "VpcId": nat.vpc_id,
            "State": nat.state,
            "CreateTime": nat._created_at,
            "DeleteTime": nat.deleted_at,
            "FailureCode": failure[0],
            "FailureMessage": failure[1],
            "ConnectivityType": nat.connectivity_type,
            "NatGatewayAddresses": nat.address_set,
            "Tags": tags_in(self.ec2, nat.id),
        }

    def describe_nat_gateways(self) -> ActionResult:
        named = self.params.get("NatGatewayIds")
        found = [self._nat(i) for i in named] if named else list(self.ec2.nat_gateways.values())
        fields = {"nat-gateway-id": "NatGatewayId", "vpc-id": "VpcId", "subnet-id": "SubnetId", "state": "State"}
        readers = {name: (lambda item, key=key: item[key]) for name, key in fields.items()}
        filters = self.params.get("Filter") or self.params.get("Filters")
        page, token = paged(filtered([self._nat_shown(n) for n in found], filters, readers), self.params)
        return result(NatGateways=page, NextToken=token)

    def _nat(self, nat_id: str) -> Any:
        if nat_id not in self.ec2.nat_gateways:
            raise AwsError("NatGatewayNotFound", f"The Nat Gateway {nat_id} was not found")
        return self.ec2.nat_gateways[nat_id]

    def delete_nat_gateway(self) -> ActionResult:
        nat = self._nat(self.params["NatGatewayId"])
        if nat.state == "deleted":
            raise AwsError("NatGatewayNotFound", f"The Nat Gateway {nat.id} was not found")
        if nat.state != "deleting":
            nat.deleted_at = CLOCK.datetime()
            begin(nat, ("deleting", 60), ("deleted", 0))
        return result(NatGatewayId=nat.id)

    def release_address(self) -> ActionResult:
        address = self._address()
        if address and address.association_id:
            raise AwsError("InvalidIPAddress.InUse", f"Address {address.public_ip} is in use.")
        answer: ActionResult = super().release_address()
        return answer

    def disassociate_address(self) -> ActionResult:
        address = self._address()
        nats = {n.eni_id for n in self.ec2.nat_gateways.values() if n.state in LIVE}
        if address and address.eni is not None and address.eni.id in nats:
            raise AwsError("AuthFailure", "You do not have permission to access the specified resource.")
        answer: ActionResult = super().disassociate_address()
        return answer

    def _address(self) -> Any:
        params, wanted = self.params, ("AllocationId", "PublicIp", "AssociationId")
        for address in self.ec2.addresses:
            known = (address.allocation_id, address.public_ip, address.association_id)
            if any(params.get(n) and params[n] == v for n, v in zip(wanted, known, strict=True)):
                return address
        return None
