# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The network interfaces in a VPC. AWS deletes no subnet with an interface, so a deletion names who holds each."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from ansible_collections.mtk.backend.plugins.module_utils.domain._values import OWNER_TAG
from ansible_collections.mtk.backend.plugins.module_utils.engine._resource import Resource

Interface = Mapping[str, Any]
DATABASE = "RDSNetworkInterface"  # the description of the interfaces of DB instances
ALIVE = {"nat_gateway": ("pending", "available"), "vpc_endpoint": ("available", "pendingacceptance", "pending")}


class Holder(NamedTuple):
    """A resource that holds network interfaces: in words, its id, and the arguments of the command that removes it."""

    words: str
    id: str
    removal: str


# Description of the interface: what holds it, and the command that removes the holder. AWS writes these descriptions.
_DESCRIBED: tuple[tuple[str, str, str], ...] = (
    (
        r"Interface for NAT Gateway (?P<id>nat-\w+)",
        "the NAT gateway {id}",
        "ec2 delete-nat-gateway --nat-gateway-id {id}",
    ),
    (
        r"VPC Endpoint Interface (?P<id>vpce-\w+)",
        "the VPC endpoint {id}",
        "ec2 delete-vpc-endpoints --vpc-endpoint-ids {id}",
    ),
    (
        r"Network Interface for Transit Gateway Attachment (?P<id>tgw-attach-\w+)",
        "the transit gateway attachment {id}",
        "ec2 delete-transit-gateway-vpc-attachment --transit-gateway-attachment-id {id}",
    ),
    (
        r"AWS Lambda VPC ENI-(?P<id>.+?)(-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})?",
        "the Lambda function {id}, which keeps it for up to 20 minutes after the function has left the VPC",
        "lambda update-function-configuration --function-name {id} --vpc-config SubnetIds=[],SecurityGroupIds=[]",
    ),
    (
        r"ELB (?P<id>(app|net|gwy)/.+)",
        "the load balancer {id}",
        "elbv2 delete-load-balancer --load-balancer-arn "
        "arn:{partition}:elasticloadbalancing:{region}:{owner}:loadbalancer/{id}",
    ),
    (r"ELB (?P<id>.+)", "the load balancer {id}", "elb delete-load-balancer --load-balancer-name {id}"),
    (
        r"EFS mount target for (?P<system>fs-\w+) \((?P<id>fsmt-\w+)\)",
        "the mount target {id} of the file system {system}",
        "efs delete-mount-target --mount-target-id {id}",
    ),
)


def holder(interface: Interface, region: str, partition: Callable[[], str] = lambda: "aws") -> Holder:
    """Return what holds an interface."""
    found = interface["network_interface_id"]
    instance = (interface.get("attachment") or {}).get("instance_id")
    if instance:
        return Holder(f"the instance {instance}", instance, f"ec2 terminate-instances --instance-ids {instance}")
    text = str(interface.get("description") or "")
    for pattern, words, removal in _DESCRIBED:
        match = re.fullmatch(pattern, text)
        if match:
            arn = {"partition": partition()} if "{partition}" in removal else {}
            known = {**match.groupdict(), **arn, "region": region, "owner": interface.get("owner_id")}
            return Holder(words.format(**known), match["id"], removal.format(**known))
    said = f" ({text})" if text else ""
    if interface.get("status") == "available":
        removal = f"ec2 delete-network-interface --network-interface-id {found}"
        return Holder(f"the network interface {found}{said}, which is attached to nothing", found, removal)
    requester = interface.get("requester_id")
    owner = f", which {requester} manages" if interface.get("requester_managed") and requester else ""
    return Holder(f"the network interface {found}{said}{owner}", found, "")


def interfaces(resource: Resource, vpc_id: str) -> list[dict[str, Any]]:
    """Return the interfaces in a VPC."""
    filters = [{"name": "vpc-id", "values": [vpc_id]}]
    return listing(resource.aws, "ec2", "describe_network_interfaces", "network_interfaces", filters=filters)


def staying(resource: Resource, listed: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the interfaces without those that AWS removes by itself, because their holder is gone or going.

    AWS keeps an interface for minutes after a NAT gateway, an endpoint or a DB instance is deleted. Which DB instances
    exist, RDS itself says: see :func:`databases`.
    """
    alive = {
        kind: _alive(resource, kind, states)
        for kind, states in ALIVE.items()
        if any(interface.get("interface_type") == kind for interface in listed)
    }
    return [interface for interface in listed if _stays(resource, interface, alive)]


def _alive(resource: Resource, kind: str, states: Iterable[str]) -> set[str]:
    listed = listing(resource.aws, "ec2", f"describe_{kind}s", f"{kind}s")
    return {found[f"{kind}_id"] for found in listed if found["state"].lower() in states}


def _stays(resource: Resource, interface: Interface, alive: Mapping[str, set[str]]) -> bool:
    held, kind = holder(interface, resource.region).id, str(interface.get("interface_type"))
    if interface.get("description") == DATABASE or resource.is_going(held, interface["network_interface_id"]):
        return False
    return held in alive[kind] if kind in alive else True


def in_use(resource: Resource, found: Iterable[Interface]) -> Iterator[str]:
    """Yield a sentence for each holder of interfaces, with the command that removes it."""
    holders = {holder(each, resource.region, lambda: str(resource.aws.partition)): each for each in found}
    for held, interface in holders.items():
        where = f" (network interface {interface['network_interface_id']})"
        shown = "" if held.id == interface["network_interface_id"] else where
        yield f"{resource} is in use by {held.words}{shown}. {way_on(resource, held.removal)}"


def way_on(resource: Resource, removal: str) -> str:
    """Return the sentence that says how to remove what stands in the way."""
    if not removal:
        return "Delete what uses it, and run again."
    service, verb, arguments = removal.split(" ", 2)
    return f"Remove that first (aws {service} {verb} --region {resource.region} {arguments}), and run again."


def living(resource: Resource, found: Mapping[str, Any], kind: str, name: str) -> str:
    """Return the sentence about a database in a network. The playbook that deletes the network may delete it, too."""
    if resource.owner and (found.get("tags") or {}).get(OWNER_TAG) == resource.owner:
        return (
            f"{kind} {name} lives in {resource}. Delete the database first with --tags aurora, or together with the "
            "network: leave out --tags."
        )
    option = "db-cluster" if kind == "rds_cluster" else "db-instance"
    removal = way_on(resource, f"rds delete-{option} --{option}-identifier {name}")
    return f"The {kind.replace('rds_', 'DB ')} {name} lives in {resource}. {removal}"


def databases(resource: Resource) -> list[dict[str, Any]]:
    """Return the DB instances of the region that stay."""
    listed = listing(resource.aws, "rds", "describe_db_instances", "db_instances")
    staying = (instance for instance in listed if instance["db_instance_status"] != "deleting")
    names = ("db_instance_identifier", "db_cluster_identifier")
    return [each for each in staying if not resource.is_going(*(each.get(name) for name in names))]


def listing(aws: Any, service: str, operation: str, key: str, **params: Any) -> list[dict[str, Any]]:
    """Return a listing; empty if the credentials may not read it, because AWS refuses the deletion itself later."""
    denied = ["UnauthorizedOperation", "AccessDenied", "AccessDeniedException"]
    return aws.found(denied, lambda: aws.pages(service, operation, key, **params)) or []
