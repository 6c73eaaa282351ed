# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find the resources that stay in a VPC, so that AWS refuses to delete the VPC."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from ansible_collections.mtk.backend.plugins.module_utils.engine._resource import Resource
from ansible_collections.mtk.backend.plugins.module_utils.resources._interfaces import (
    databases,
    in_use,
    interfaces,
    listing,
    living,
    staying,
    way_on,
)

Found = Mapping[str, Any]
_GONE = ("deleted", "deleting", "detached", "rejected", "expired", "failed")


class Kind(NamedTuple):
    """A kind of resource in a VPC: its listing, its id, how to name and remove it, and whether one is in a VPC."""

    operation: str
    key: str
    id: str
    words: str
    removal: str
    is_in: Callable[[Found, str], bool]


def _of_vpc(found: Found, vpc: str) -> bool:
    return bool(found.get("vpc_id") == vpc)


def _is_added(found: Found, vpc: str) -> bool:
    """Return whether a group, table or network ACL is in the VPC and did not come with it."""
    main = any(association.get("main") for association in found.get("associations") or ())
    return _of_vpc(found, vpc) and found.get("group_name") != "default" and not (main or found.get("is_default"))


def _is_attached(found: Found, vpc: str) -> bool:
    attachments = [*(found.get("attachments") or ()), *(found.get("vpc_attachments") or ())]
    return any(each.get("vpc_id") == vpc and each.get("state") not in _GONE for each in attachments)


def _is_endpoint(found: Found, vpc: str) -> bool:
    """Return whether an endpoint is in the VPC that has no interface. Interfaces are found in their subnets."""
    return _of_vpc(found, vpc) and found["state"].lower() not in _GONE and not found.get("network_interface_ids")


def _is_peering(found: Found, vpc: str) -> bool:
    sides = (found.get(side) or {} for side in ("requester_vpc_info", "accepter_vpc_info"))
    return (found.get("status") or {}).get("code") not in _GONE and any(_of_vpc(side, vpc) for side in sides)


KINDS = (
    Kind("describe_subnets", "subnets", "subnet_id", "subnet", "delete-subnet --subnet-id {id}", _of_vpc),
    Kind(
        "describe_route_tables",
        "route_tables",
        "route_table_id",
        "route table",
        "delete-route-table --route-table-id {id}",
        _is_added,
    ),
    Kind(
        "describe_network_acls",
        "network_acls",
        "network_acl_id",
        "network ACL",
        "delete-network-acl --network-acl-id {id}",
        _is_added,
    ),
    Kind(
        "describe_security_groups",
        "security_groups",
        "group_id",
        "security group",
        "delete-security-group --group-id {id}",
        _is_added,
    ),
    Kind(
        "describe_internet_gateways",
        "internet_gateways",
        "internet_gateway_id",
        "internet gateway",
        "detach-internet-gateway --internet-gateway-id {id} --vpc-id {vpc}",
        _is_attached,
    ),
    Kind(
        "describe_egress_only_internet_gateways",
        "egress_only_internet_gateways",
        "egress_only_internet_gateway_id",
        "egress-only internet gateway",
        "delete-egress-only-internet-gateway --egress-only-internet-gateway-id {id}",
        _is_attached,
    ),
    Kind(
        "describe_vpn_gateways",
        "vpn_gateways",
        "vpn_gateway_id",
        "virtual private gateway",
        "detach-vpn-gateway --vpn-gateway-id {id} --vpc-id {vpc}",
        _is_attached,
    ),
    Kind(
        "describe_vpc_endpoints",
        "vpc_endpoints",
        "vpc_endpoint_id",
        "VPC endpoint",
        "delete-vpc-endpoints --vpc-endpoint-ids {id}",
        _is_endpoint,
    ),
    Kind(
        "describe_vpc_peering_connections",
        "vpc_peering_connections",
        "vpc_peering_connection_id",
        "VPC peering connection",
        "delete-vpc-peering-connection --vpc-peering-connection-id {id}",
        _is_peering,
    ),
)


def obstacles(resource: Resource, vpc_id: str) -> Iterator[str]:
    """Yield a sentence for all that stays in a VPC, with the way on.

    The interfaces in a subnet that this run deletes are obstacles of that subnet.
    """
    yield from _databases(resource, vpc_id)
    found = staying(resource, interfaces(resource, vpc_id))
    yield from in_use(resource, (each for each in found if not resource.is_going(each.get("subnet_id"))))
    for kind in KINDS:
        for item in listing(resource.aws, "ec2", kind.operation, kind.key):
            if kind.is_in(item, vpc_id) and not resource.is_going(item[kind.id]):
                yield f"{resource} still has the {kind.words} {_shown(item, kind)}. " + way_on(
                    resource, f"ec2 {kind.removal.format(id=item[kind.id], vpc=vpc_id)}"
                )


def _shown(item: Found, kind: Kind) -> str:
    name = (item.get("tags") or {}).get("Name") or item.get("group_name")
    return f"{item[kind.id]} ({name})" if name else str(item[kind.id])


def _databases(resource: Resource, vpc_id: str) -> Iterator[str]:
    """Yield a sentence for each DB cluster in the VPC that stays, and for each DB instance without a cluster.

    A cluster without instances has no interface in the VPC, and AWS would delete the VPC under it.
    """
    groups = listing(resource.aws, "rds", "describe_db_subnet_groups", "db_subnet_groups")
    names = {group["db_subnet_group_name"] for group in groups if _of_vpc(group, vpc_id)}
    for cluster in listing(resource.aws, "rds", "describe_db_clusters", "db_clusters") if names else ():
        name = cluster["db_cluster_identifier"]
        stays = cluster.get("status") != "deleting" and not resource.is_going(name)
        if stays and cluster.get("db_subnet_group") in names:
            yield living(resource, cluster, "rds_cluster", name)
    for instance in databases(resource) if names else ():
        own = (instance.get("db_subnet_group") or {}).get("db_subnet_group_name") in names
        if own and not instance.get("db_cluster_identifier"):
            yield living(resource, instance, "rds_instance", instance["db_instance_identifier"])
