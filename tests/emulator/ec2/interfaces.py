"""The network interfaces of resources that AWS runs. Subnets and security groups in use by them cannot be deleted."""

from __future__ import annotations

from itertools import islice
from typing import Any

from ..core import AwsError


def free_address(backend: Any, subnet: Any) -> str:
    """Return the lowest free address of a subnet. AWS reserves the first four addresses and the last."""
    taken = {e.private_ip_address for e in backend.enis.values() if e.subnet.id == subnet.id}
    found = next((str(a) for a in islice(subnet.cidr.hosts(), 3, None) if str(a) not in taken), None)
    if found is None:
        text = f"There are not enough free addresses in subnet '{subnet.id}' to satisfy the requested number."
        raise AwsError("InsufficientFreeAddressesInSubnet", text)
    return found


def requested_address(backend: Any, subnet: Any, address: str) -> str:
    """Return an address that a request names, if it is a free one of the subnet."""
    if address not in (str(host) for host in islice(subnet.cidr.hosts(), 3, None)):
        raise AwsError("InvalidParameterValue", "Address does not fall within the subnet's address range")
    if any(e.subnet.id == subnet.id and e.private_ip_address == address for e in backend.enis.values()):
        raise AwsError("InvalidIPAddress.InUse", f"Address {address} is in use.")
    return address


def make(backend: Any, subnet: Any, kind: str, text: str, groups: list[str]) -> Any:
    """Create the interface of a resource that AWS runs; ``kind`` is the type of the interface."""
    eni = backend.create_network_interface(subnet, free_address(backend, subnet), group_ids=groups, description=text)
    eni.interface_type, eni.requester_managed, eni.requester_id, eni.status = kind, True, None, "in-use"
    if not groups:
        eni._group_set = []
    return eni


def refuse_if_managed(eni: Any) -> None:
    """Refuse to change an interface that AWS manages, such as that of a NAT gateway."""
    if eni is not None and eni.requester_managed:
        raise AwsError("AuthFailure", "You do not have permission to access the specified resource.")


def update_aurora_interfaces(backend: Any) -> None:
    """Give each DB instance an interface in the subnet of its zone, and delete those of deleted instances."""
    from ..rds.models import RDS, settle

    settle(backend.account_id)
    rds, wanted = RDS[backend.account_id][backend.region_name], {}
    for name, instance in rds.instances.items():
        cluster = rds.clusters[instance.data["DBClusterIdentifier"]]
        subnets = {zone: subnet for subnet, zone in rds.subnet_groups[cluster.data["DBSubnetGroup"]].subnets}
        groups = [g["VpcSecurityGroupId"] for g in cluster.data["VpcSecurityGroups"]]
        wanted[name] = (subnets.get(instance.data["AvailabilityZone"]), groups)
    existing = {e.instance_name: e for e in backend.enis.values() if getattr(e, "instance_name", None)}
    for name in set(existing) - set(wanted):
        del backend.enis[existing[name].id]
    known = {subnet.id: subnet for zone in backend.subnets.values() for subnet in zone.values()}
    for name, (subnet_id, groups) in wanted.items():
        subnet = known.get(subnet_id)  # the subnet may be deleted before the instance is created
        if name in existing:
            existing[name]._group_set = [backend.get_security_group_from_id(g) for g in groups]
        elif subnet and subnet.available_ip_address_count:
            eni = make(backend, subnet, "interface", "RDSNetworkInterface", groups)
            eni.instance_name = name
