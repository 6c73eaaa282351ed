"""The calls for Regions and Availability Zones."""

from __future__ import annotations

from moto.core.responses import ActionResult

from ..core import AwsError
from .base import Ec2, result

# The Regions of every account. The others need an opt-in, which a new account does not have.
ALWAYS_ENABLED = {
    *(f"us-{name}" for name in ("east-1", "east-2", "west-1", "west-2")),
    *(f"eu-{name}" for name in ("central-1", "north-1", "west-1", "west-2", "west-3")),
    *(f"ap-{name}" for name in ("south-1", "southeast-1", "southeast-2")),
    *(f"ap-northeast-{number}" for number in (1, 2, 3)),
    *("ca-central-1", "sa-east-1"),
}


class RegionResponses(Ec2):
    """Regions and zones."""

    def describe_regions(self) -> ActionResult:
        named, everything = self.params.get("RegionNames"), self.params.get("AllRegions")
        _check_known(named, [r.name for r in self.ec2.regions], "region")
        for region in self.ec2.regions:
            region.opt_in_status = "opt-in-not-required" if region.name in ALWAYS_ENABLED else "not-opted-in"
        wanted = [r for r in self.ec2.regions if r.name in (named or (ALWAYS_ENABLED if not everything else [r.name]))]
        return result(Regions=wanted)

    def describe_availability_zones(self) -> ActionResult:
        names, ids = self.params.get("ZoneNames"), self.params.get("ZoneIds")
        zones = self.ec2.describe_availability_zones()
        _check_known(names, [z.name for z in zones], "availability zone")
        _check_known(ids, [z.zone_id for z in zones], "availability zone")
        for zone in zones:
            zone.group_name, zone.network_border_group = f"{self.region}-zg-1", self.region
            zone.opt_in_status = "opt-in-not-required"
        zones = [z for z in zones if z.name in (names or [z.name]) and z.zone_id in (ids or [z.zone_id])]
        return result(AvailabilityZones=zones)


def _check_known(named: list[str] | None, known: list[str], kind: str) -> None:
    unknown = sorted(set(named or []) - set(known))
    if unknown:
        raise AwsError("InvalidParameterValue", f"Invalid {kind}: [{', '.join(unknown)}]")
