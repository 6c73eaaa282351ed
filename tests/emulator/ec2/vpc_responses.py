"""The calls for VPCs and subnets, with blocks from IPAM pools."""

from __future__ import annotations

from ipaddress import IPv4Network
from typing import Any

from moto.core.responses import ActionResult

from ..admission import Missing
from ..clock import CLOCK
from ..core import AwsError
from . import ipam_pools
from .base import Ec2, answered, result, tag_dict
from .checks import block, canonical
from .ipam_models import Allocation, ipam_of
from .states import add_defaults, begin

EMPTIED_DELAY = 15  # seconds until AWS notices that a VPC has no dependent resources
RESERVED = [IPv4Network(block) for block in ("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4")]
# The attributes that keep AWS's defaults.
KEPT: dict[str, Any] = {
    "EnableDns64": {"Value": False},
    "EnableNetworkAddressUsageMetrics": {"Value": False},
    "EnableResourceNameDnsAAAARecordOnLaunch": {"Value": False},
    "EnableResourceNameDnsARecordOnLaunch": {"Value": False},
    "MapCustomerOwnedIpOnLaunch": {"Value": False},
    "PrivateDnsHostnameTypeOnLaunch": "ip-name",
}


class VpcResponses(Ec2):
    """VPCs and subnets."""

    def create_vpc(self) -> ActionResult:
        if self.params.get("InstanceTenancy") == "host":
            raise AwsError("InvalidParameterValue", "Value (host) for parameter instanceTenancy is invalid.")
        allocation, ipam = self._allocate(), ipam_of(self.current_account)
        try:
            answer: ActionResult = super().create_vpc()
        except Exception:
            if allocation:
                del ipam.allocations[allocation.id]
            raise
        vpc: Any = answer.result["Vpc"]
        if allocation:
            allocation.resource_id = vpc.id
        begin(vpc, ("pending", 5), ("available", 0))
        add_defaults(self.ec2, vpc)
        return answer

    def _allocate(self) -> Allocation | None:
        """Set the IPv4 block of the request, and allocate it if the request names a pool."""
        params = self.params
        if params.get("Ipv4IpamPoolId"):
            ipam = ipam_of(self.current_account)
            pool = ipam.pool(params["Ipv4IpamPoolId"], self.region)
            allocation = ipam_pools.allocate_to_vpc(ipam, pool, self.region, params, tag_dict(params, "vpc"))
            params["CidrBlock"] = str(allocation.cidr)
            return allocation
        if params.get("Ipv4NetmaskLength") is not None:
            raise AwsError("InvalidParameterCombination", "Ipv4NetmaskLength needs Ipv4IpamPoolId.")
        if not params.get("CidrBlock"):
            raise AwsError("MissingParameter", "Either 'cidrBlock' or 'ipv4IpamPoolId' should be provided.")
        params["CidrBlock"] = canonical(params["CidrBlock"])
        if any(block(params["CidrBlock"]).overlaps(reserved) for reserved in RESERVED):
            raise AwsError("InvalidVpc.Range", f"The CIDR '{params['CidrBlock']}' is invalid.")
        return None

    def delete_vpc(self) -> ActionResult:
        vpc_id = self.params["VpcId"]
        vpc = self.ec2.get_vpc(vpc_id)
        emptied = getattr(vpc, "emptied", 0.0)
        if vpc.in_use or not (CLOCK.at_once or CLOCK.over(emptied, emptied + EMPTIED_DELAY)):
            raise AwsError("DependencyViolation", f"The vpc '{vpc_id}' has dependencies and cannot be deleted.")
        vpc.dhcp_options = None  # moto would delete the shared DHCP options with the VPC
        answer: ActionResult = super().delete_vpc()
        ipam_pools.release_later(ipam_of(self.current_account), vpc_id)
        self._drop_flow_logs(vpc_id)
        self.ec2.network_acls = {k: a for k, a in self.ec2.network_acls.items() if a.vpc_id != vpc_id}
        return answer

    def _drop_flow_logs(self, resource_id: str) -> None:
        for log in [f for f in self.ec2.flow_logs.values() if f.resource_id == resource_id]:
            del self.ec2.flow_logs[log.id]

    def modify_vpc_attribute(self) -> ActionResult:
        given = self._attribute("EnableDnsSupport", "EnableDnsHostnames")
        vpc = self.ec2.get_vpc(self.params["VpcId"])
        if given in KEPT:
            return result(Return=True)
        if given == "EnableDnsHostnames" and self.params[given].get("Value") and not vpc.enable_dns_support:
            raise AwsError("InvalidParameterCombination", "DNS hostnames can be enabled only with DNS support enabled.")
        return answered(super().modify_vpc_attribute())

    def create_subnet(self) -> ActionResult:
        params = self.params
        self.require("CidrBlock")
        wanted, vpc = block(params["CidrBlock"], "cidrBlock", strict=False), self.ec2.get_vpc(params["VpcId"])
        if not 16 <= wanted.prefixlen <= 28 or not wanted.subnet_of(block(vpc.cidr_block)):
            raise AwsError("InvalidSubnet.Range", f"The CIDR '{wanted}' is invalid.")
        params["CidrBlock"], params["AvailabilityZone"] = str(wanted), self._zone()
        params.pop("AvailabilityZoneId", None)
        answer: ActionResult = super().create_subnet()
        subnet: Any = answer.result["Subnet"]
        subnet.default_for_az = subnet.map_public_ip_on_launch = False
        begin(subnet, ("pending", 3), ("available", 0))
        return answer

    def _zone(self) -> str:
        name, zone_id = self.params.get("AvailabilityZone"), self.params.get("AvailabilityZoneId")
        zones = self.ec2.describe_availability_zones()
        if not name and not zone_id:
            return str(zones[0].name)
        found = [z.name for z in zones if name in (None, "", z.name) and zone_id in (None, "", z.zone_id)]
        if not found:
            text = f"Value ({name or zone_id}) for parameter availabilityZone is invalid. "
            names = ", ".join(z.name for z in zones)
            raise AwsError("InvalidParameterValue", f"{text}Subnets can currently only be created in: {names}.")
        return str(found[0])

    def delete_subnet(self) -> ActionResult:
        subnet_id = self.params["SubnetId"]
        if any(e.subnet.id == subnet_id for e in self.ec2.enis.values()):
            raise AwsError("DependencyViolation", f"The subnet '{subnet_id}' has dependencies and cannot be deleted.")
        answer: ActionResult = super().delete_subnet()
        for table in self.ec2.route_tables.values():
            table._associations = {k: v for k, v in table._associations.items() if v != subnet_id}
        for acl in self.ec2.network_acls.values():
            acl._associations = {k: a for k, a in acl._associations.items() if a.subnet_id != subnet_id}
        self._drop_flow_logs(subnet_id)
        return answer

    def modify_subnet_attribute(self) -> ActionResult:
        given = self._attribute("AssignIpv6AddressOnCreation", "MapPublicIpOnLaunch")
        subnet = self.ec2.get_subnet(self.params["SubnetId"])
        if given == "MapPublicIpOnLaunch":
            return answered(super().modify_subnet_attribute())
        if given == "AssignIpv6AddressOnCreation" and self.params[given].get("Value"):
            text = f"The subnet '{subnet.id}' does not have an IPv6 CIDR block associated"
            raise AwsError("InvalidParameterValue", text)
        return result(Return=True)

    def _attribute(self, *known: str) -> str:
        """Return the only attribute of the call: one of those known here, or another one at AWS's default."""
        given = [name for name in (*known, *KEPT) if self.params.get(name) is not None]
        if len(given) != 1:
            text = "Exactly one attribute can be modified in a request" if given else "No attributes specified."
            raise AwsError("InvalidParameterCombination", text)
        if given[0] in KEPT and self.params[given[0]] != KEPT[given[0]]:
            raise Missing(f"{given[0]} with another value than the default")
        return given[0]

    def describe_vpc_attribute(self) -> ActionResult:
        self.require("Attribute")
        answer: ActionResult = super().describe_vpc_attribute()
        fields: Any = answer.result
        return result(**{n[0].upper() + n[1:]: v for n, v in fields.items()})
