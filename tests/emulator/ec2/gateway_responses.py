"""The calls for internet gateways, NAT gateways and elastic addresses."""

from __future__ import annotations

from ipaddress import IPv4Network
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.models import ec2_backends
from moto.ec2.models.nat_gateways import NatGateway

from .. import account
from ..clock import CLOCK
from ..core import AwsError
from .base import Ec2, answered, result, tag_dict, tags_in
from .ids import KINDS
from .interfaces import make, refuse_if_managed
from .states import begin

# The blocks reserved for documentation (RFC 5737), which contain nobody's real address.
DOCUMENTATION = [IPv4Network("203.0.113.0/24"), IPv4Network("198.51.100.0/24")]


class GatewayResponses(Ec2):
    """Internet gateways, NAT gateways and elastic addresses."""

    def attach_internet_gateway(self) -> ActionResult:
        gateway_id, vpc_id = self.params["InternetGatewayId"], self.params["VpcId"]
        gateway = self.ec2.get_internet_gateway(gateway_id)
        if gateway.vpc:
            text = f"resource {gateway_id} is already attached to network {gateway.vpc.id}"
            raise AwsError("Resource.AlreadyAssociated", text)
        if self._has_internet_gateway(vpc_id):
            raise AwsError("InvalidParameterValue", f"Network {vpc_id} already has an internet gateway attached")
        return answered(super().attach_internet_gateway())

    def _has_internet_gateway(self, vpc_id: str) -> bool:
        return any(g.vpc and g.vpc.id == vpc_id for g in self.ec2.internet_gateways.values())

    def detach_internet_gateway(self) -> ActionResult:
        gateway_id, vpc_id = self.params["InternetGatewayId"], self.params["VpcId"]
        gateway = self.ec2.get_internet_gateway(gateway_id)
        if not gateway.vpc or gateway.vpc.id != vpc_id:
            text = f"resource {gateway_id} is not attached to network {vpc_id}"
            raise AwsError("Gateway.NotAttached", text)
        mapped = [a.eni for a in self.ec2.addresses if a.eni is not None]
        mapped += [eni for eni in self.ec2.enis.values() if eni.instance and eni.public_ip]
        if any(eni.subnet.vpc_id == vpc_id for eni in mapped):
            text = f"Network {vpc_id} has some mapped public address(es). Please unmap those public address(es) "
            raise AwsError("DependencyViolation", f"{text}before detaching the gateway.")
        return answered(super().detach_internet_gateway())

    def delete_internet_gateway(self) -> ActionResult:
        gateway_id = self.params["InternetGatewayId"]
        if self.ec2.get_internet_gateway(gateway_id).vpc:
            text = f"The internetGateway '{gateway_id}' has dependencies and cannot be deleted."
            raise AwsError("DependencyViolation", text)
        return answered(super().delete_internet_gateway())

    def create_nat_gateway(self) -> ActionResult:
        self.require("SubnetId")
        kind, eip_id = self.params.get("ConnectivityType") or "public", str(self.params.get("AllocationId") or "")
        if kind == "private" and eip_id:
            raise AwsError("InvalidParameterCombination", "A private NAT gateway has no elastic IP address.")
        if kind == "public":
            self.require("AllocationId")
        subnet = self.ec2.get_subnet(self.params["SubnetId"])
        if "nat-gateway" in account.zone_lacks(subnet.availability_zone):
            raise AwsError("NotAvailableInZone", "Nat Gateway is not available in this availability zone")
        nat = NatGateway(self.ec2, subnet.id, "", tag_dict(self.params, "natgateway"), kind)
        del self.ec2.enis[nat._eni.id]
        nat.deleted_at, nat.eni_id, nat.address_set = None, None, []
        nat.failure = self._nat_failure(subnet, eip_id if kind == "public" else "")
        begin(nat, ("pending", 120), ("failed" if nat.failure else "available", 0))
        if nat.timeline.reason and not nat.failure:
            nat.failure = ("InternalError", nat.timeline.reason)
        nat.address_set = [self._nat_address(nat, subnet, eip_id)]
        self.ec2.nat_gateways[nat.id] = nat
        addresses = [{"AllocationId": eip_id} if eip_id else {}]  # AWS assigns the interface and the address later
        return result(NatGateway=self._nat_shown(nat) | {"NatGatewayAddresses": addresses})

    def _nat_failure(self, subnet: Any, eip_id: str) -> tuple[str, str] | None:
        """Return why an accepted NAT gateway ends in the state ``failed``; None if it becomes available."""
        if subnet.available_ip_address_count < 1:
            return "InsufficientFreeAddressesInSubnet", f"Subnet {subnet.id} has insufficient free addresses"
        if eip_id and self.ec2.address_by_allocation([eip_id])[0].association_id:
            return "Resource.AlreadyAssociated", f"Elastic IP address {eip_id} is already associated"
        if eip_id and not self._has_internet_gateway(subnet.vpc_id):
            return "Gateway.NotAttached", f"Network {subnet.vpc_id} has no Internet gateway attached"
        return None

    def _nat_address(self, nat: Any, subnet: Any, eip_id: str) -> dict[str, Any]:
        address: dict[str, Any] = {"IsPrimary": True, **({"AllocationId": eip_id} if eip_id else {})}
        if nat.failure:
            return address | {"Status": "failed"}
        eni = make(self.ec2, subnet, "nat_gateway", f"Interface for NAT Gateway {nat.id}", [])
        nat.eni_id = eni.id
        address |= {"NetworkInterfaceId": eni.id, "PrivateIp": eni.private_ip_address, "Status": "succeeded"}
        if eip_id:
            eip = self.ec2.associate_address(eni=eni, allocation_id=eip_id)
            address |= {"PublicIp": eip.public_ip, "AssociationId": eip.association_id}
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
        return result(NatGateways=[self._nat_shown(self.ec2.nat_gateways[i]) for i in named or self.ec2.nat_gateways])

    def delete_nat_gateway(self) -> ActionResult:
        nat = self.ec2.nat_gateways[self.params["NatGatewayId"]]
        if nat.state == "deleted":
            raise KINDS["NatGatewayId"].not_found([nat.id])
        if nat.state != "deleting":
            nat.deleted_at = CLOCK.datetime()
            begin(nat, ("deleting", 60), ("deleted", 5), ("deleted", 0))  # AWS frees the address a little later
        return result(NatGatewayId=nat.id)

    def allocate_address(self) -> ActionResult:
        if self.params.setdefault("Domain", "vpc") != "vpc":
            raise AwsError("InvalidParameterValue", "Value (standard) for parameter domain is invalid.")
        taken = {a.public_ip for ec2 in ec2_backends[self.current_account].values() for a in ec2.addresses}
        self.params["Address"] = next((str(a) for b in DOCUMENTATION for a in b.hosts() if str(a) not in taken), None)
        if not self.params["Address"]:
            raise AwsError("InsufficientAddressCapacity", "Not enough addresses are available to fulfill the request.")
        answer: Any = super().allocate_address()
        return result(**answer.result, PublicIpv4Pool="amazon", NetworkBorderGroup=self.region)

    def release_address(self) -> ActionResult:
        (address,) = self.ec2.address_by_allocation([self.params.get("AllocationId")])
        refuse_if_managed(address.eni)
        if address.association_id:
            raise AwsError("InvalidIPAddress.InUse", f"Address {address.public_ip} is in use.")
        return answered(super().release_address())

    def disassociate_address(self) -> ActionResult:
        """Take the address of an interface away. No row promises this call."""
        for address in self.ec2.addresses:
            if address.association_id == self.params.get("AssociationId"):
                refuse_if_managed(address.eni)
        return answered(super().disassociate_address())
