"""The taggable resources, the backends of their tags, and the resources that once had tags."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from moto.core import DEFAULT_ACCOUNT_ID
from moto.core.base_backend import BaseBackend
from moto.core.resource_tagging import TaggedResource, iter_taggable_backends
from moto.ec2.models import ec2_backends
from moto.utilities.utils import get_partition

from ..core import own_backend
from ..ec2.ids import STORES, TYPES
from ..ec2.ipam_models import ipam_of

SERVICES = {"cloudwatch", "dynamodb", "kms", "logs", "rds", "secretsmanager", "ssm"}
UNTAGS = {"DeleteTags", "RemoveTagsFromResource", "UntagResource", "UntagResources"}
RENAMED = {"logs:loggroup": "logs:log-group"}
EC2_IDS = {kind: STORES[prefix] for prefix, kind in TYPES.items() if prefix in STORES}


class Ec2Tags:
    """The tags of EC2 and of IPAM in a Region, with the interface of moto's other taggable backends."""

    def __init__(self, account: str, region: str) -> None:
        self._arn_prefix, self._region = f"arn:{get_partition(region)}:ec2:{region}:{account}", region
        self._ec2, self._ipam = ec2_backends[account][region], ipam_of(account)

    def iter_tagged_resources(self) -> Iterator[TaggedResource]:
        """Yield the resources of the Region, tagged or not. The ARNs of IPAM name no Region."""
        for kind, ids in EC2_IDS.items():
            for resource_id in ids(self._ec2):
                tags = dict(self._ec2.tags.get(resource_id, {}))
                yield TaggedResource(f"{self._arn_prefix}:{kind}/{resource_id}", tags, f"ec2:{kind}")
        ipam_objects: dict[str, dict[str, Any]] = {
            "ipam": self._ipam.ipams,
            "ipam-scope": self._ipam.scopes,
            "ipam-pool": self._ipam.pools,
        }
        for kind, by_id in ipam_objects.items():
            for ipam_id, ipam_object in by_id.items():
                ipam_tags = self._ipam.tagged(ipam_id, self._region)
                if ipam_tags is not None:
                    yield TaggedResource(ipam_object.arn(kind), dict(ipam_tags), f"ec2:{kind}")

    def tag_resource(self, arn: str, tags: dict[str, str]) -> None:
        """Add tags to a resource."""
        resource_id = arn.rsplit("/", 1)[-1]
        ipam_tags = self._ipam.tagged(resource_id, self._region)
        if ipam_tags is None:
            self._ec2.create_tags([resource_id], tags)
        else:
            ipam_tags.update(tags)

    def untag_resource(self, arn: str, tag_keys: list[str]) -> None:
        """Remove tags from a resource."""
        resource_id = arn.rsplit("/", 1)[-1]
        ipam_tags = self._ipam.tagged(resource_id, self._region)
        for key in tag_keys:
            (self._ec2.tags[resource_id] if ipam_tags is None else ipam_tags).pop(key, None)


class Memory(BaseBackend):
    """The ARNs of a Region's resources that have or once had tags."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.arns: set[str] = set()


MEMORY = own_backend("local-tagged", Memory)


def resources(account: str, region: str) -> dict[str, tuple[Any, TaggedResource]]:
    """Return the taggable resources by ARN, each with the backend of its tags."""
    others = [backend for backend in iter_taggable_backends(account, region) if backend.SERVICE_NAMESPACE in SERVICES]
    return {
        resource.arn: (backend, resource)
        for backend in (Ec2Tags(account, region), *others)
        for resource in backend.iter_tagged_resources()
    }


def remember(region: str, account: str = DEFAULT_ACCOUNT_ID) -> list[TaggedResource]:
    """Remember and return the resources that have or once had tags: AWS lists a resource even without its tags."""
    known, memory = resources(account, region), MEMORY[account][region]
    memory.arns = {arn for arn, (_, resource) in known.items() if resource.tags or arn in memory.arns}
    return [known[arn][1] for arn in sorted(memory.arns)]
