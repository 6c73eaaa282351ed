"""The states of moto's resources, brought up to date before each request to a region."""

from __future__ import annotations

from typing import Any

from ..clock import CLOCK, Timeline
from .instances import drop_terminated
from .interfaces import update_aurora_interfaces
from .security_group_rules import Rule, allow_all_egress

LISTED = 3600  # seconds for which AWS lists a deleted NAT gateway


def begin(resource: Any, *steps: tuple[str, float]) -> None:
    """Let a resource pass through the states ``steps``; the answer to the request shows the first state."""
    resource.timeline = Timeline(*steps)
    resource.state = resource.timeline.first


def refresh(backend: Any) -> None:
    """Bring all states of a region up to date, and drop the deleted resources."""
    subnets = [s for zone in backend.subnets.values() for s in zone.values()]
    nats = list(backend.nat_gateways.values())
    for resource in [*backend.vpcs.values(), *subnets, *nats, *backend.vpc_end_points.values()]:
        timeline = getattr(resource, "timeline", None)
        if timeline:
            resource.state = timeline.state
        if timeline and timeline.reason and resource.state == "failed":
            resource.last_error = {"Code": "InternalError", "Message": timeline.reason}
    drop_terminated(backend)
    for vpc in backend.vpcs.values():
        add_defaults(backend, vpc)
        note_emptied(backend, vpc)
    for nat in nats:
        _refresh_nat(backend, nat)
    for endpoint in [e for e in backend.vpc_end_points.values() if e.state == "deleted"]:
        _drop_endpoint(backend, endpoint)
    update_aurora_interfaces(backend)


def add_defaults(backend: Any, vpc: Any) -> None:
    """Add the DHCP options and the rules of the default group that AWS gives to each VPC."""
    if not hasattr(vpc, "in_use"):  # a new VPC
        sets = backend.dhcp_options_sets
        name = "ec2.internal" if backend.region_name == "us-east-1" else f"{backend.region_name}.compute.internal"
        vpc.dhcp_options = next(iter(sets.values()), None) or backend.create_dhcp_options(["AmazonProvidedDNS"], [name])
        group = backend.get_default_security_group(vpc.id)
        group.egress_rules = [allow_all_egress(group.id)]
        group.ingress_rules = [Rule(group.id, False, "-1", None, "UserIdGroupPairs", group.id)]
        if vpc.is_default:
            gateway = backend.create_internet_gateway()
            gateway.vpc = vpc
            table = next(t for t in backend.route_tables.values() if t.vpc_id == vpc.id)
            backend.create_route(table.id, "0.0.0.0/0", gateway_id=gateway.id)


def note_emptied(backend: Any, vpc: Any) -> None:
    """Note the moment at which a VPC loses its last dependent resource."""
    groups = [g for g in backend.groups.get(vpc.id, {}).values() if g.name != "default"]
    tables = [t for t in backend.route_tables.values() if t.vpc_id == vpc.id and not t.main_association_id]
    endpoints = [e for e in backend.vpc_end_points.values() if e.vpc_id == vpc.id]
    attached = [g for g in backend.internet_gateways.values() if g.vpc and g.vpc.id == vpc.id]
    subnets = [s for zone in backend.subnets.values() for s in zone.values() if s.vpc_id == vpc.id]
    acls = [a for a in backend.network_acls.values() if a.vpc_id == vpc.id and not a.default]
    in_use = bool(groups or tables or endpoints or attached or subnets or acls or _has_private_ways(backend, vpc.id))
    if getattr(vpc, "in_use", False) and not in_use:
        vpc.emptied = CLOCK.now()
    vpc.in_use = in_use


def _has_private_ways(backend: Any, vpc_id: str) -> bool:
    """Return whether a VPC has a virtual private gateway, an egress-only gateway or a peering connection."""
    peerings = [c for c in backend.vpc_pcxs.values() if vpc_id in (c.vpc.id, c.peer_vpc.id)]
    return (
        any(gateway.holds(vpc_id) for gateway in backend.vpn_gateways.values())
        or any(gateway.vpc_id == vpc_id for gateway in backend.egress_only_internet_gateways.values())
        or any(connection.status["Code"] in ("pending-acceptance", "active") for connection in peerings)
    )


def _refresh_nat(backend: Any, nat: Any) -> None:
    if nat.state not in ("deleted", "failed") or not nat.timeline.settled:
        return
    if nat.eni_id:
        for address in [a for a in backend.addresses if a.eni is not None and a.eni.id == nat.eni_id]:
            backend.disassociate_address(association_id=address.association_id)
        backend.enis.pop(nat.eni_id, None)
        nat.eni_id = None
    if CLOCK.now() >= nat.timeline.end + LISTED:
        del backend.nat_gateways[nat.id]
        backend.tags.pop(nat.id, None)


def _drop_endpoint(backend: Any, endpoint: Any) -> None:
    for eni_id in endpoint.network_interface_ids:
        backend.enis.pop(eni_id, None)
    del backend.vpc_end_points[endpoint.id]
    backend.tags.pop(endpoint.id, None)
