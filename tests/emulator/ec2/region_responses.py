"""The calls for Regions and Availability Zones."""

from __future__ import annotations

from moto.core.responses import ActionResult

from .. import account
from ..core import AwsError
from .base import Ec2, result
from .fields import region_name

_ATTRIBUTES = {"supported-platforms": "VPC", "max-instances": "20", "vpc-max-security-groups-per-interface": "5"}


class RegionResponses(Ec2):
    """Regions and zones."""

    def describe_regions(self) -> ActionResult:
        named, everything = self.params.get("RegionNames"), self.params.get("AllRegions")
        regions = [r for r in self.ec2.regions if account.partition_of(r.name) == self.partition]
        _check_known(named, [r.name for r in regions], "region")
        for region in regions:
            region.opt_in_status = account.opt_in_status(region.name)
        shown = [r for r in regions if everything or named or r.opt_in_status != "not-opted-in"]
        return result(Regions=[r for r in shown if r.name in (named or [r.name])])

    def describe_availability_zones(self) -> ActionResult:
        names, ids = self.params.get("ZoneNames"), self.params.get("ZoneIds")
        zones = self.ec2.describe_availability_zones()
        _check_known(names, [z.name for z in zones], "availability zone")
        _check_known(ids, [z.zone_id for z in zones], "availability zone")
        for zone in zones:
            zone.group_name, zone.network_border_group = f"{self.region}-zg-1", self.region
            zone.opt_in_status, zone.group_long_name = "opt-in-not-required", f"{region_name(self.region)} 1"
        zones = [z for z in zones if z.name in (names or [z.name]) and z.zone_id in (ids or [z.zone_id])]
        return result(AvailabilityZones=zones)

    def describe_account_attributes(self) -> ActionResult:
        addresses = str(account.quota("vpc-max-elastic-ips"))
        default = next((vpc.id for vpc in self.ec2.vpcs.values() if vpc.is_default), "none")
        own = {"default-vpc": default, "max-elastic-ips": addresses, "vpc-max-elastic-ips": addresses}
        values = {**_ATTRIBUTES, **own}
        named = self.params.get("AttributeNames") or list(values)
        _check_known(named, list(values), "attribute")
        attributes = [
            {"AttributeName": name, "AttributeValues": [{"AttributeValue": values[name]}]}
            for name in values
            if name in named
        ]
        return result(AccountAttributes=attributes)


def _check_known(named: list[str] | None, known: list[str], kind: str) -> None:
    unknown = sorted(set(named or []) - set(known))
    if unknown:
        raise AwsError("InvalidParameterValue", f"Invalid {kind}: [{', '.join(unknown)}]")
