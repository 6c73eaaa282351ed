"""The network interfaces that AWS makes for others: they hold subnets and security groups until their owner is gone."""

from __future__ import annotations

from itertools import islice
from typing import Any

from ..core import AwsError


def free_address(backend: Any, subnet: Any) -> str:
    """The lowest free address of a subnet; AWS keeps the first four and the last one for itself."""
    taken = {e.private_ip_address for e in backend.enis.values() if e.subnet.id == subnet.id}
    found = next((str(a) for a in islice(subnet.cidr.hosts(), 3, None) if str(a) not in taken), None)
    if found is None:
        text = f"There are not enough free addresses in subnet '{subnet.id}' to satisfy the requested number."
        raise AwsError("InsufficientFreeAddressesInSubnet", text)
    return found


def make(backend: Any, subnet: Any, kind: str, text: str, groups: list[str]) -> Any:
    """An interface of something that AWS runs; ``kind`` is its type."""
    eni = backend.create_network_interface(subnet, free_address(backend, subnet), group_ids=groups, description=text)
    eni.interface_type, eni.requester_managed, eni.requester_id, eni.status = kind, True, None, "in-use"
    if not groups:
        eni._group_set = []
    return eni


def follow_aurora(backend: Any) -> None:
    """Let each DB instance have its interface in the subnet of its zone, as long as it is there."""
    from ..rds.models import RDS, settle

    settle(backend.account_id)
    rds, wanted = RDS[backend.account_id][backend.region_name], {}
    for name, instance in rds.instances.items():
        cluster = rds.clusters[instance.data["DBClusterIdentifier"]]
        subnets = {zone: subnet for subnet, zone in rds.subnet_groups[cluster.data["DBSubnetGroup"]].subnets}
        groups = [g["VpcSecurityGroupId"] for g in cluster.data["VpcSecurityGroups"]]
        wanted[name] = (subnets.get(instance.data["AvailabilityZone"]), groups)
    held = {e.instance_name: e for e in backend.enis.values() if getattr(e, "instance_name", None)}
    for name in set(held) - set(wanted):
        del backend.enis[held[name].id]
    known = {subnet.id: subnet for zone in backend.subnets.values() for subnet in zone.values()}
    for name, (subnet_id, groups) in wanted.items():
        subnet = known.get(subnet_id)  # it may have been deleted before the instance was made
        if name in held:
            held[name]._group_set = [backend.get_security_group_from_id(g) for g in groups]
        elif subnet and subnet.available_ip_address_count:
            made = make(backend, subnet, "interface", "RDSNetworkInterface", groups)
            made.instance_name = name
