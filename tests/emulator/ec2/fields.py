"""The fields that AWS shows and that moto's resources lack or leave empty."""

from __future__ import annotations

import hashlib
from functools import cache
from typing import Any

from moto.ec2.models.elastic_ip_addresses import ElasticAddress
from moto.ec2.models.elastic_network_interfaces import NetworkInterface
from moto.ec2.models.subnets import Subnet
from moto.ec2.models.vpcs import VPCEndPoint

from ..core import dns_suffix
from ..requests import session

_ASSOCIATION: Any = NetworkInterface.association  # an empty structure if the interface has no public address
_CONSTANT: dict[type, dict[str, Any]] = {
    ElasticAddress: {
        "instance_id": property(lambda address: address.instance.id if address.instance else None),
        "network_interface_id": property(lambda address: address.eni.id if address.eni else None),
        "network_border_group": property(lambda address: address.ec2_backend.region_name),
        "public_ipv4_pool": "amazon",
    },
    NetworkInterface: {
        "operator": {"Managed": False},
        "association": property(lambda eni: _ASSOCIATION.__get__(eni) or None),
    },
    Subnet: {
        "block_public_access_states": {"InternetGatewayBlockMode": "off"},
        "enable_dns64": False,
        "map_customer_owned_ip_on_launch": False,
    },
    VPCEndPoint: {
        "ip_address_type": "ipv4",
        "requester_managed": False,
        "service_region": property(lambda endpoint: endpoint.ec2_backend.region_name),
        "dns_options": property(lambda endpoint: {"DnsRecordIpType": _record_type(endpoint)}),
    },
}


def add_fields() -> None:
    """Give moto's resources the fields."""
    for resource, fields in _CONSTANT.items():
        for name, value in fields.items():
            setattr(resource, name, value)


def _record_type(endpoint: Any) -> str:
    return "service-defined" if endpoint.vpc_endpoint_type == "Gateway" else "ipv4"


def dns_entries(endpoint: Any) -> list[dict[str, str]]:
    """Return the DNS names of an interface endpoint: its own, one in each zone, and that of the service if private."""
    region, name = endpoint.ec2_backend.region_name, endpoint.service_name.rsplit(".", 1)[-1]
    suffix = dns_suffix(endpoint.ec2_backend.partition)
    label = hashlib.sha256(endpoint.id.encode()).hexdigest()[:8]
    zones = [endpoint.ec2_backend.get_subnet(subnet).availability_zone for subnet in endpoint.subnet_ids]
    names = [f"{endpoint.id}-{label}{part}.{name}.{region}.vpce" for part in ("", *(f"-{zone}" for zone in zones))]
    found = [{"DnsName": f"{n}.{suffix}", "HostedZoneId": _hosted_zone(region)} for n in names]
    if endpoint.private_dns_enabled:
        private = {"DnsName": f"{name}.{region}.{suffix}", "HostedZoneId": _hosted_zone(endpoint.id)}
        found.append(private)
    return found


def _hosted_zone(owner: str) -> str:
    return f"Z{hashlib.sha256(owner.encode()).hexdigest()[:13].upper()}"


@cache
def region_name(region: str) -> str:
    """Return the long name of a Region, such as ``US West (Oregon)``."""
    partitions = session().get_data("endpoints")["partitions"]
    known = {name: data["description"] for each in partitions for name, data in each["regions"].items()}
    return str(known.get(region, region))
