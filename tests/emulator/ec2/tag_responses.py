"""The calls for tags, over moto's resources and IPAM objects alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any

from moto.core.responses import ActionResult, EmptyResult

from ..core import AwsError, paged
from .base import Ec2, result
from .ipam_models import ipam_of

TYPES = {
    "eipalloc": "elastic-ip",
    "nat": "natgateway",
    "fl": "vpc-flow-log",
    "pl": "prefix-list",
    "ipam-scope": "ipam-scope",
    "ipam-pool": "ipam-pool",
    "ipam-pool-alloc": "ipam-pool-allocation",
    "vpc": "vpc",
    "vpce": "vpc-endpoint",
    "subnet": "subnet",
    "sg": "security-group",
    "sgr": "security-group-rule",
    "rtb": "route-table",
    "igw": "internet-gateway",
    "acl": "network-acl",
    "eni": "network-interface",
    "ipam": "ipam",
    "dopt": "dhcp-options",
    "pcx": "vpc-peering-connection",
    "eigw": "egress-only-internet-gateway",
    "i": "instance",
    "vol": "volume",
    "snap": "snapshot",
    "ami": "image",
    "lt": "launch-template",
    "tgw": "transit-gateway",
}
FILTERS = {"key": "Key", "value": "Value", "resource-id": "ResourceId", "resource-type": "ResourceType"}


def type_of(resource_id: str) -> str:
    """AWS's name for the type of a resource."""
    return TYPES.get(resource_id.rsplit("-", 1)[0], "")


class TagResponses(Ec2):
    """Tags."""

    def _ipam_tags(self) -> list[dict[str, str]]:
        """The tags of the IPAM objects that the request names, and the other ids left for moto."""
        ipam, found, rest = ipam_of(self.current_account), [], []
        for resource_id in self.params.get("Resources") or []:
            if not resource_id.startswith("ipam-"):
                rest.append(resource_id)
                continue
            tags = ipam.tagged(resource_id, self.region)
            if tags is None:
                raise AwsError("InvalidID", f"The ID '{resource_id}' is not valid")
            found.append(tags)
        self.params["Resources"] = rest
        self._check_moto(rest)
        return found

    def _check_moto(self, ids: list[str]) -> None:
        """Refuse to tag what is not there; moto looks for some types only."""
        ec2 = self.ec2
        stores = {
            "nat": ec2.nat_gateways,
            "vpce": ec2.vpc_end_points,
            "fl": ec2.flow_logs,
            "eipalloc": [a.allocation_id for a in ec2.addresses],
        }
        for resource_id in ids:
            prefix = resource_id.split("-", 1)[0]
            if prefix in stores and resource_id not in stores[prefix]:
                raise AwsError("InvalidID", f"The ID '{resource_id}' is not valid")

    def create_tags(self) -> ActionResult:
        self.require("Resources", "Tags")
        new = {t["Key"]: t.get("Value") or "" for t in self.params["Tags"]}
        self.params["Tags"] = [{"Key": k, "Value": v} for k, v in new.items()]
        found = self._ipam_tags()
        if any(len(tags | new) > 50 for tags in found):
            raise AwsError("TagLimitExceeded", "The maximum number of Tags for a resource has been reached.")
        if self.params["Resources"]:
            super().create_tags()
        for tags in found:
            tags.update(new)
        return EmptyResult()

    def delete_tags(self) -> ActionResult:
        """Without tags, all go; with a value, a tag goes only where it has that value."""
        self.require("Resources")
        found = self._ipam_tags()
        unwanted = self.params.get("Tags") or []
        for resource_id in self.params["Resources"]:
            found.append(self.ec2.tags.get(resource_id, {}))
        for tags in found:
            for tag in unwanted or [{"Key": k} for k in list(tags)]:
                if tag.get("Value") is None or tags.get(tag["Key"]) == tag["Value"]:
                    tags.pop(tag["Key"], None)
        return EmptyResult()

    def describe_tags(self) -> ActionResult:
        rows = [r for r in self._rows() if self._passes(r)]
        page, token = paged(rows, self.params)
        return result(Tags=page, NextToken=token)

    def _rows(self) -> Iterable[dict[str, str]]:
        ipam = ipam_of(self.current_account)
        ids = [*ipam.ipams, *ipam.scopes, *ipam.pools, *ipam.allocations]
        ours = {i: ipam.tagged(i, self.region) or {} for i in ids}
        everything: Mapping[str, Mapping[str, str]] = {**self.ec2.tags, **ours}
        for resource_id, tags in everything.items():
            for key, value in tags.items():
                yield {"ResourceId": resource_id, "ResourceType": type_of(resource_id), "Key": key, "Value": value}

    def _passes(self, row: Mapping[str, Any]) -> bool:
        for wanted in self.params.get("Filters") or []:
            name, values = wanted["Name"], wanted.get("Values") or []
            if name.startswith("tag:"):
                value = row["Value"] if row["Key"] == name[4:] else None
            elif name in FILTERS:
                value = row[FILTERS[name]]
            else:
                raise AwsError("InvalidParameterValue", f"The filter '{name}' is invalid")
            if value is None or not any(fnmatchcase(value, v) for v in values):
                return False
        return True
