"""The calls for what is there before anyone makes anything: Regions, zones, the account's attributes."""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult

from ..core import AwsError
from .base import Ec2, result

# The Regions that every account has; the others must be opted in to, and a new account has not done so.
EVERYONES = {
    *(f"us-{place}" for place in ("east-1", "east-2", "west-1", "west-2")),
    *(f"eu-{place}" for place in ("central-1", "north-1", "west-1", "west-2", "west-3")),
    *(f"ap-{place}" for place in ("south-1", "southeast-1", "southeast-2")),
    *(f"ap-northeast-{number}" for number in (1, 2, 3)),
    *("ca-central-1", "sa-east-1"),
}


class RegionResponses(Ec2):
    """Regions, zones and the account's attributes."""

    def describe_regions(self) -> ActionResult:
        params = self.params
        rows = [
            {
                "RegionName": region.name,
                "Endpoint": f"ec2.{region.name}.amazonaws.com",
                "OptInStatus": "opt-in-not-required" if region.name in EVERYONES else "not-opted-in",
            }
            for region in self.ec2.regions
        ]
        _all_known(params.get("RegionNames"), [r["RegionName"] for r in rows], "region")
        if params.get("RegionNames"):
            rows = [r for r in rows if r["RegionName"] in params["RegionNames"]]
        elif not params.get("AllRegions"):
            rows = [r for r in rows if r["RegionName"] in EVERYONES]
        return result(Regions=rows)

    def describe_availability_zones(self) -> ActionResult:
        names, ids = self.params.get("ZoneNames"), self.params.get("ZoneIds")
        zones = self.ec2.describe_availability_zones()
        _all_known(names, [z.name for z in zones], "availability zone")
        _all_known(ids, [z.zone_id for z in zones], "availability zone")
        zones = [z for z in zones if z.name in (names or [z.name]) and z.zone_id in (ids or [z.zone_id])]
        return result(AvailabilityZones=[self._zone_shown(z) for z in zones])

    def _zone_shown(self, zone: Any) -> dict[str, Any]:
        return {
            "ZoneName": zone.name,
            "ZoneId": zone.zone_id,
            "ZoneType": "availability-zone",
            "State": "available",
            "RegionName": self.region,
            "GroupName": f"{self.region}-zg-1",
            "NetworkBorderGroup": self.region,
            "OptInStatus": "opt-in-not-required",
            "Messages": [],
        }

    def describe_account_attributes(self) -> ActionResult:
        default = self.ec2.get_default_vpc()
        values = {
            "supported-platforms": "VPC",
            "default-vpc": default.id if default else "none",
            "vpc-max-security-groups-per-interface": "5",
            "max-elastic-ips": "5",
            "vpc-max-elastic-ips": "5",
            "max-instances": "20",
        }
        wanted = self.params.get("AttributeNames") or list(values)
        rows = [{"AttributeName": n, "AttributeValues": [{"AttributeValue": values[n]}]} for n in wanted]
        return result(AccountAttributes=rows)

    def describe_network_acls(self) -> ActionResult:
        self.there("NetworkAclIds", self.ec2.network_acls, "InvalidNetworkAclID.NotFound")
        answer: ActionResult = super().describe_network_acls()
        return answer

    def describe_prefix_lists(self) -> ActionResult:
        self.there("PrefixListIds", self.ec2.managed_prefix_lists, "InvalidPrefixListID.NotFound")
        answer: ActionResult = super().describe_prefix_lists()
        return answer

    def describe_managed_prefix_lists(self) -> ActionResult:
        self.there("PrefixListIds", self.ec2.managed_prefix_lists, "InvalidPrefixListID.NotFound")
        answer: ActionResult = super().describe_managed_prefix_lists()
        return answer

    def get_managed_prefix_list_entries(self) -> ActionResult:
        if self.params["PrefixListId"] not in self.ec2.managed_prefix_lists:
            text = f"The prefix list ID '{self.params['PrefixListId']}' does not exist"
            raise AwsError("InvalidPrefixListID.NotFound", text)
        answer: ActionResult = super().get_managed_prefix_list_entries()
        return answer


def _all_known(named: list[str] | None, known: list[str], what: str) -> None:
    unknown = sorted(set(named or []) - set(known))
    if unknown:
        raise AwsError("InvalidParameterValue", f"Invalid {what}: [{', '.join(unknown)}]")
