"""The calls for VPCs and subnets, with blocks from IPAM pools."""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult

from ..core import AwsError
from . import ipam_pools
from .base import Ec2, result, tags_in
from .checks import block, canonical
from .ipam_models import Allocation, ipam_of
from .ipam_responses import tag_dict
from .states import begin

IPV6 = ("Ipv6Pool", "Ipv6CidrBlock", "Ipv6IpamPoolId", "Ipv6NetmaskLength")


class VpcResponses(Ec2):
    """VPCs and subnets."""

    def create_vpc(self) -> ActionResult:
        self.refuse(*IPV6)
        made = self._allocate(tag_dict(self.params, "vpc"))
        try:
            answer: ActionResult = super().create_vpc()
        except Exception:
            self._give_back(made)
            raise
        vpc: Any = answer.result["Vpc"]
        if made:
            made.resource_id = vpc.id
        begin(vpc, ("pending", 5), ("available", 0))
        return answer

    def _allocate(self, tags: dict[str, str]) -> Allocation | None:
        """Settle which IPv4 block the request is for, from a pool where it names one."""
        params = self.params
        if params.get("Ipv4IpamPoolId"):
            ipam = ipam_of(self.current_account)
            pool = ipam.pool(params["Ipv4IpamPoolId"], self.region)
            made = ipam_pools.allocate_to_vpc(ipam, pool, self.region, params, tags)
            params["CidrBlock"] = str(made.cidr)
            return made
        if params.get("Ipv4NetmaskLength") is not None:
            raise AwsError("InvalidParameterCombination", "Ipv4NetmaskLength needs Ipv4IpamPoolId.")
        if not params.get("CidrBlock"):
            raise AwsError("MissingParameter", "Either 'cidrBlock' or 'ipv4IpamPoolId' should be provided.")
        params["CidrBlock"] = canonical(params["CidrBlock"])
        return None

    def _give_back(self, made: Allocation | None) -> None:
        if made:
            ipam_of(self.current_account).allocations.pop(made.id, None)

    def delete_vpc(self) -> ActionResult:
        vpc_id = self.params["VpcId"]
        self.ec2.get_vpc(vpc_id)
        if self._vpc_in_use(vpc_id):
            raise AwsError("DependencyViolation", f"The vpc '{vpc_id}' has dependencies and cannot be deleted.")
        answer: ActionResult = super().delete_vpc()
        ipam_pools.release_later(ipam_of(self.current_account), vpc_id, self.region)
        self._drop_flow_logs(vpc_id)
        self.ec2.network_acls = {k: a for k, a in self.ec2.network_acls.items() if a.vpc_id != vpc_id}
        return answer

    def _vpc_in_use(self, vpc_id: str) -> bool:
        ec2 = self.ec2
        attached = [g for g in ec2.internet_gateways.values() if g.vpc and g.vpc.id == vpc_id]
        groups = [g for g in ec2.groups.get(vpc_id, {}).values() if g.name != "default"]
        endpoints = [e for e in ec2.vpc_end_points.values() if e.vpc_id == vpc_id]
        return bool(attached or groups or endpoints)

    def _drop_flow_logs(self, resource_id: str) -> None:
        for log in [f for f in self.ec2.flow_logs.values() if f.resource_id == resource_id]:
            del self.ec2.flow_logs[log.id]

    def modify_vpc_attribute(self) -> ActionResult:
        known = ("EnableDnsSupport", "EnableDnsHostnames", "EnableNetworkAddressUsageMetrics")
        given = [n for n in known if self.params.get(n) is not None]
        if len(given) != 1:
            text = "Exactly one attribute can be modified in a request" if given else "No attributes specified."
            raise AwsError("InvalidParameterCombination", text)
        vpc = self.ec2.get_vpc(self.params["VpcId"])
        if given[0] == "EnableDnsHostnames" and self.params[given[0]].get("Value") and not vpc.enable_dns_support:
            raise AwsError("InvalidParameterCombination", "DNS hostnames can be enabled only with DNS support enabled.")
        answer: ActionResult = super().modify_vpc_attribute()
        return answer

    def associate_vpc_cidr_block(self) -> ActionResult:
        self.refuse(*IPV6, "Ipv6CidrBlockNetworkBorderGroup")
        vpc = self.ec2.get_vpc(self.params["VpcId"])
        if self.params.get("AmazonProvidedIpv6CidrBlock"):
            plain: ActionResult = super().associate_vpc_cidr_block()
            return plain
        made = self._allocate({t["Key"]: t["Value"] for t in tags_in(self.ec2, vpc.id)})
        try:
            wanted = block(self.params["CidrBlock"])
            held = [a["cidr_block"] for a in vpc.cidr_block_association_set]
            if not 16 <= wanted.prefixlen <= 28 or any(wanted.overlaps(block(h, strict=False)) for h in held):
                raise AwsError("InvalidVpc.Range", f"The CIDR '{wanted}' is invalid.")
            answer: ActionResult = super().associate_vpc_cidr_block()
        except Exception:
            self._give_back(made)
            raise
        if made:
            made.resource_id = vpc.id
        return answer

    def disassociate_vpc_cidr_block(self) -> ActionResult:
        answer: ActionResult = super().disassociate_vpc_cidr_block()
        shown: Any = answer.result
        cidr = (shown.get("CidrBlockAssociation") or {}).get("CidrBlock")
        if cidr:
            ipam_pools.release_later(ipam_of(self.current_account), shown["VpcId"], self.region, cidr)
        return answer

    def create_subnet(self) -> ActionResult:
        self.refuse("Ipv4IpamPoolId", "Ipv4NetmaskLength", "Ipv6IpamPoolId", "Ipv6NetmaskLength", "OutpostArn")
        params = self.params
        if not params.get("Ipv6Native"):
            self.require("CidrBlock")
            params["CidrBlock"] = canonical(params["CidrBlock"])
            if not 16 <= block(params["CidrBlock"]).prefixlen <= 28:
                raise AwsError("InvalidSubnet.Range", f"The CIDR '{params['CidrBlock']}' is invalid.")
        params["AvailabilityZone"] = self._zone()
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
        self.ec2.get_subnet(subnet_id)
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
        given = [n for n, v in self.params.items() if n not in ("SubnetId", "DryRun") and v is not None]
        known = ("MapPublicIpOnLaunch", "AssignIpv6AddressOnCreation", "EnableResourceNameDnsARecordOnLaunch")
        self.refuse(*(n for n in given if n not in known))
        if len(given) != 1:
            raise AwsError("InvalidParameterCombination", "Exactly one attribute can be modified in a request")
        answer: ActionResult = super().modify_subnet_attribute()
        return answer

    def describe_vpc_attribute(self) -> ActionResult:
        self.require("Attribute")
        answer: ActionResult = super().describe_vpc_attribute()
        fields: Any = answer.result
        return result(**{n[0].upper() + n[1:]: v for n, v in fields.items()})
