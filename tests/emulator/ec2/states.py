"""The states that moto's resources pass through: brought up to date before each request of a region."""

from __future__ import annotations

from typing import Any

from ..clock import CLOCK, Timeline

LISTED = 3600


def begin(resource: Any, *steps: tuple[str, float]) -> None:
    """Let a resource pass through ``steps``; the answer to the request shows the first."""
    resource.timeline = Timeline(*steps)
    resource.state = resource.timeline.first


def refresh(backend: Any) -> None:
    """Bring all states of a region up to date and drop what has gone."""
    subnets = [s for zone in backend.subnets.values() for s in zone.values()]
    nats = list(backend.nat_gateways.values())
    for resource in [*backend.vpcs.values(), *subnets, *nats, *backend.vpc_end_points.values()]:
        timeline = getattr(resource, "timeline", None)
        if timeline:
            resource.state = timeline.state
    for nat in nats:
        _refresh_nat(backend, nat)
    for endpoint in [e for e in backend.vpc_end_points.values() if e.state == "deleted"]:
        _drop_endpoint(backend, endpoint)


def _refresh_nat(backend: Any, nat: Any) -> None:
    if nat.state not in ("deleted", "failed"):
        return
    if nat.id not in getattr(nat, "freed", ()):
        nat.freed = (nat.id,)
        free_nat(backend, nat)
    if CLOCK.now() >= nat.timeline.end + LISTED:
        del backend.nat_gateways[nat.id]
        backend.tags.pop(nat.id, None)


def free_nat(backend: Any, nat: Any) -> None:
    """Give back the address and the network interface of a NAT gateway that is no more."""
    for address in [a for a in backend.addresses if a.eni is not None and a.eni.id == nat.eni_id]:
        backend.disassociate_address(association_id=address.association_id)
    backend.enis.pop(nat.eni_id, None)


def _drop_endpoint(backend: Any, endpoint: Any) -> None:
    for eni_id in endpoint.network_interface_ids:
        backend.enis.pop(eni_id, None)
    del backend.vpc_end_points[endpoint.id]
    backend.tags.pop(endpoint.id, None)
