"""The calls for tags of moto's resources and of IPAM objects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from moto.core.responses import ActionResult

from ..core import AwsError
from .base import Ec2, result
from .ids import KINDS, STORES, TYPES
from .ipam_models import ipam_of

# The types whose own error answers an attempt to tag a resource that does not exist.
NOT_FOUND = {"vpc": "VpcId", "subnet": "SubnetId", "igw": "InternetGatewayId", "rtb": "RouteTableId", "sg": "GroupId"}


def type_of(resource_id: str) -> str:
    """Return AWS's name for the type of a resource."""
    return TYPES.get(resource_id.rsplit("-", 1)[0], "")


class TagResponses(Ec2):
    """Tags."""

    def _ipam_tags(self) -> list[dict[str, str]]:
        """Return the tags of the request's IPAM objects, and leave only moto's ids in the request."""
        ipam, found, moto_ids = ipam_of(self.current_account), [], []
        for resource_id in self.params.get("Resources") or []:
            if not resource_id.startswith("ipam-"):
                moto_ids.append(resource_id)
                continue
            tags = ipam.tagged(resource_id, self.region)
            if tags is None:
                raise AwsError("InvalidID", f"The ID '{resource_id}' is not valid")
            found.append(tags)
        self.params["Resources"] = moto_ids
        self._check_moto(moto_ids)
        return found

    def _check_moto(self, ids: list[str]) -> None:
        """Refuse to tag resources that do not exist. AWS's prefix lists are not the account's."""
        for resource_id in ids:
            prefix = resource_id.rsplit("-", 1)[0]
            if prefix in NOT_FOUND and resource_id not in STORES[prefix](self.ec2):
                raise KINDS[NOT_FOUND[prefix]].not_found([resource_id])
            if prefix not in TYPES or resource_id not in STORES[prefix](self.ec2):
                raise AwsError("InvalidID", f"The ID '{resource_id}' is not valid")

    def create_tags(self) -> ActionResult:
        self.require("Resources", "Tags")
        new = {t["Key"]: t.get("Value") or "" for t in self.params["Tags"]}
        found: list[dict[str, str]] = self._ipam_tags()
        found += [self.ec2.tags.setdefault(i, {}) for i in self.params["Resources"]]
        if any(len(tags | new) > 50 for tags in found):
            raise AwsError("TagLimitExceeded", "The maximum number of Tags for a resource has been reached.")
        for tags in found:
            tags.update(new)
        return result(Return=True)

    def delete_tags(self) -> ActionResult:
        """Delete the given tags, or all tags if none is given; a given value must match the tag's value."""
        self.require("Resources")
        unwanted = self.params.get("Tags") or []
        found = self._ipam_tags() + [self.ec2.tags.get(i, {}) for i in self.params["Resources"]]
        for tags in found:
            for tag in unwanted or [{"Key": k} for k in list(tags)]:
                if tag.get("Value") is None or tags.get(tag["Key"]) == tag["Value"]:
                    tags.pop(tag["Key"], None)
        return result(Return=True)

    def describe_tags(self) -> ActionResult:
        return result(Tags=list(self._rows()))

    def _rows(self) -> Iterable[dict[str, str]]:
        ipam = ipam_of(self.current_account)
        ids = [*ipam.ipams, *ipam.scopes, *ipam.pools, *ipam.allocations]
        ipam_tags = {i: ipam.tagged(i, self.region) or {} for i in ids}
        everything: Mapping[str, Mapping[str, str]] = {**self.ec2.tags, **ipam_tags}
        for resource_id, tags in everything.items():
            for key, value in tags.items():
                yield {"ResourceId": resource_id, "ResourceType": type_of(resource_id), "Key": key, "Value": value}
