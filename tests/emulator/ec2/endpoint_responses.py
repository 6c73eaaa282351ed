"""The calls for VPC endpoints."""

from __future__ import annotations

import json
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.models.vpcs import AWS_ENDPOINT_SERVICES, VPCEndPoint

from ..account import zone_lacks
from ..admission import Missing
from ..core import AwsError
from .base import Ec2, result
from .fields import dns_entries
from .interfaces import free_address, make
from .states import begin, refresh

# The policy that AWS gives to an interface endpoint. That of a gateway endpoint has a version.
INTERFACE_POLICY = json.dumps(
    {"Statement": [{"Action": "*", "Effect": "Allow", "Principal": "*", "Resource": "*"}]}, indent=2
)


class EndpointResponses(Ec2):
    """VPC endpoints: of type Gateway with routes, of type Interface with network interfaces."""

    def create_vpc_endpoint(self) -> ActionResult:
        params = self.params
        self.require("ServiceName")
        params["VpcEndpointType"] = kind = params.get("VpcEndpointType") or "Gateway"
        vpc, service = self.ec2.get_vpc(params["VpcId"]), params["ServiceName"]
        gateways = [f"com.amazonaws.{self.region}.{name}" for name in ("s3", "dynamodb")]
        if kind not in ("Gateway", "Interface"):
            raise Missing(f"endpoints of the type {kind}")
        if service not in (gateways if kind == "Gateway" else self._services()):
            raise AwsError("InvalidServiceName", f"The Vpc Endpoint Service '{service}' does not exist")
        self._check_policy()
        self._check_type(kind)
        if kind == "Gateway":
            params["PrivateDnsEnabled"] = False
            self._check_tables(vpc.id, service, params.get("RouteTableIds") or [])
        else:
            self._check_interface(vpc)
            params["PolicyDocument"] = params.get("PolicyDocument") or INTERFACE_POLICY
        subnet_ids = params.pop("SubnetIds", None) or []
        answer: ActionResult = super().create_vpc_endpoint()
        endpoint: Any = answer.result["VpcEndpoint"]
        if kind == "Interface":
            endpoint.subnet_ids = subnet_ids
            self._add_interfaces(endpoint, subnet_ids)
            endpoint.dns_entries = dns_entries(endpoint)
            begin(endpoint, ("pending", 60), ("available", 0))
        return answer

    def _check_type(self, kind: str) -> None:
        """Refuse parameters of the other type of endpoint."""
        others = {
            "Gateway": {
                "SubnetIds": "Subnet IDs are only supported for Interface and GatewayLoadBalancer type VPC Endpoints.",
                "SecurityGroupIds": "Security group IDs are only supported for Interface type VPC Endpoints.",
                "PrivateDnsEnabled": "Private DNS is only supported for Interface type VPC Endpoints.",
            },
            "Interface": {"RouteTableIds": "Route table IDs are only supported for Gateway type VPC Endpoint."},
        }
        for name, text in others[kind].items():
            if self.params.get(name):
                raise AwsError("InvalidParameter", text)

    def _add_interfaces(self, endpoint: Any, subnet_ids: list[str]) -> None:
        for subnet_id in subnet_ids:
            text, groups = f"VPC Endpoint Interface {endpoint.id}", endpoint.security_group_ids
            eni = make(self.ec2, self.ec2.get_subnet(subnet_id), "vpc_endpoint", text, groups)
            endpoint.network_interface_ids.append(eni.id)

    def _services(self) -> list[str]:
        """Return the services with interface endpoints, as far as moto knows them."""
        return [f"com.amazonaws.{self.region}.{name}" for name in ("s3", "dynamodb", *AWS_ENDPOINT_SERVICES)]

    def _check_policy(self) -> None:
        policy = self.params.get("PolicyDocument")
        try:
            valid = not policy or isinstance(json.loads(policy).get("Statement"), (list, dict))
        except (ValueError, AttributeError):
            valid = False
        if not valid:
            raise AwsError("InvalidPolicyDocument", "Invalid policy document: it is no JSON with statements")

    def _check_tables(self, vpc_id: str, service: str, table_ids: list[str]) -> None:
        for table_id in table_ids:
            table = self.ec2.get_route_table(table_id)
            if table.vpc_id != vpc_id:
                text = f"route table {table_id} and VPC {vpc_id} belong to different networks"
                raise AwsError("InvalidParameter", text)
            lists = [r.destination_prefix_list for r in table.routes if r.destination_prefix_list]
            if any(p.prefix_list_name == service for p in lists):
                text = f"route table {table_id} already has a route with destination-prefix-list-id of {service}"
                raise AwsError("RouteAlreadyExists", text)

    def _check_interface(self, vpc: Any) -> None:
        params = self.params
        if params.setdefault("PrivateDnsEnabled", not params["ServiceName"].endswith((".s3", ".dynamodb"))):
            self._check_private_dns(vpc, params["ServiceName"])
        subnet_ids = params.get("SubnetIds") or []
        self._check_subnets(vpc.id, params["ServiceName"], subnet_ids, subnet_ids)
        for group_id in params.get("SecurityGroupIds") or []:
            self._check_group(vpc.id, group_id)
        if not params.get("SecurityGroupIds"):
            params["SecurityGroupIds"] = [self.ec2.get_default_security_group(vpc.id).id]

    def _check_private_dns(self, vpc: Any, service: str) -> None:
        if not (vpc.enable_dns_support and vpc.enable_dns_hostnames):
            text = "Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to "
            raise AwsError("InvalidParameter", f"{text}true for {vpc.id}")
        others = [e for e in self.ec2.vpc_end_points.values() if (e.vpc_id, e.service_name) == (vpc.id, service)]
        if any(other.private_dns_enabled for other in others):
            text = "private-dns-enabled cannot be set because there is already a conflicting DNS domain for "
            raise AwsError("InvalidParameter", f"{text}{service} in the VPC {vpc.id}")
        if service.endswith(".s3") and not any(other.vpc_endpoint_type == "Gateway" for other in others):
            text = f"To set PrivateDnsOnlyForInboundResolverEndpoint to true, the VPC {vpc.id} must have a Gateway "
            raise AwsError("InvalidParameter", f"{text}endpoint for the service.")

    def _check_subnets(self, vpc_id: str, service: str, subnet_ids: list[str], new: list[str]) -> None:
        """Refuse subnets outside the VPC, two in one zone, and new ones without a free address or the service."""
        subnets = [self.ec2.get_subnet(i) for i in subnet_ids]
        for subnet in subnets:
            if subnet.vpc_id != vpc_id:
                raise AwsError("InvalidParameter", f"The subnet {subnet.id} is not in the VPC {vpc_id}.")
            if service in zone_lacks(subnet.availability_zone):
                text = f"The VPC endpoint service {service} does not support the availability zone of the subnet"
                raise AwsError("InvalidParameter", f"{text}: {subnet.id}.")
            if subnet.id in new:
                free_address(self.ec2, subnet)
        zones = [s.availability_zone for s in subnets]
        if len(set(zones)) < len(zones):
            found = ", ".join(subnet_ids)
            raise AwsError("DuplicateSubnetsInSameZone", f"Found another VPC endpoint subnet in the same zone: {found}")

    def _check_group(self, vpc_id: str, group_id: str) -> None:
        group = self.ec2.get_security_group_from_id(group_id)
        if not group:
            raise AwsError("InvalidSecurityGroupID.NotFound", f"The security group '{group_id}' does not exist")
        if group.vpc_id != vpc_id:
            raise AwsError("InvalidParameter", f"Security group {group_id} and VPC {vpc_id} do not belong together.")

    def modify_vpc_endpoint(self) -> ActionResult:
        params = self.params
        self._check_policy()
        endpoint = self.ec2.get_vpc_end_point(params["VpcEndpointId"])
        gateway = endpoint.vpc_endpoint_type == "Gateway"
        wrong = ("AddSubnetIds", "AddSecurityGroupIds", "PrivateDnsEnabled") if gateway else ("AddRouteTableIds",)
        if any(params.get(n) for n in wrong):
            text = f"{wrong[0]} does not fit an endpoint of the type {endpoint.vpc_endpoint_type}."
            raise AwsError("InvalidParameter", text)
        if gateway:
            self._change_routes(endpoint)
        else:
            self._change_interfaces(endpoint)
        if params.get("ResetPolicy"):
            params["PolicyDocument"] = None
            endpoint.policy_document = json.dumps(VPCEndPoint.DEFAULT_POLICY) if gateway else INTERFACE_POLICY
        if params.get("PrivateDnsEnabled") is not None:
            if params["PrivateDnsEnabled"] and not endpoint.private_dns_enabled:
                self._check_private_dns(self.ec2.get_vpc(endpoint.vpc_id), endpoint.service_name)
            endpoint.private_dns_enabled = params["PrivateDnsEnabled"]
        answer: ActionResult = super().modify_vpc_endpoint()
        if not gateway:
            endpoint.dns_entries = dns_entries(endpoint)
        for eni_id in endpoint.network_interface_ids:
            groups = [self.ec2.get_security_group_from_id(i) for i in endpoint.security_group_ids]
            self.ec2.enis[eni_id]._group_set = groups
        return answer

    def _change_routes(self, endpoint: Any) -> None:
        add, remove = self.params.get("AddRouteTableIds") or [], self.params.get("RemoveRouteTableIds") or []
        new = [i for i in add if i not in endpoint.route_table_ids]
        self._check_tables(endpoint.vpc_id, endpoint.service_name, new)
        for table_id in remove:
            self.ec2.get_route_table(table_id)
        prefix_list = endpoint.destination_prefix_list_id
        for table_id in new:
            self.ec2.create_route(table_id, None, gateway_id=endpoint.id, destination_prefix_list_id=prefix_list)
        for table_id in [i for i in remove if i in endpoint.route_table_ids]:
            self.ec2.delete_route(table_id, prefix_list)

    def _change_interfaces(self, endpoint: Any) -> None:
        params = self.params
        for group_id in params.get("AddSecurityGroupIds") or []:
            self._check_group(endpoint.vpc_id, group_id)
        removed = params.get("RemoveSubnetIds") or []
        new = [i for i in params.get("AddSubnetIds") or [] if i not in endpoint.subnet_ids]
        kept = [i for i in endpoint.subnet_ids if i not in removed]
        self._check_subnets(endpoint.vpc_id, endpoint.service_name, kept + new, new)
        self._add_interfaces(endpoint, new)
        for eni_id in list(endpoint.network_interface_ids):
            if self.ec2.enis[eni_id].subnet.id in removed:
                endpoint.network_interface_ids.remove(eni_id)
                del self.ec2.enis[eni_id]

    def delete_vpc_endpoints(self) -> ActionResult:
        unsuccessful = []
        for endpoint_id in self.params["VpcEndpointIds"]:
            endpoint = self.ec2.vpc_end_points.get(endpoint_id)
            if endpoint is None:
                text = f"The Vpc Endpoint Id '{endpoint_id}' does not exist"
                error = {"Code": "InvalidVpcEndpoint.NotFound", "Message": text}
                unsuccessful.append({"ResourceId": endpoint_id, "Error": error})
            elif endpoint.vpc_endpoint_type == "Gateway":
                for table_id in endpoint.route_table_ids:
                    self.ec2.delete_route(table_id, endpoint.destination_prefix_list_id)
                endpoint.timeline, endpoint.state = None, "deleted"
            else:
                begin(endpoint, ("deleting", 30), ("deleted", 0))
        refresh(self.ec2)
        return result(Unsuccessful=unsuccessful)
