"""What can be tagged, who keeps its tags, and what once had some."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from moto.core import DEFAULT_ACCOUNT_ID
from moto.core.base_backend import BaseBackend
from moto.core.resource_tagging import TaggedResource, iter_taggable_backends
from moto.ec2.models import ec2_backends

from ..core import own_backend
from ..ec2.ipam_models import ipam_of

SERVICES = {"cloudwatch", "dynamodb", "kms", "logs", "rds", "secretsmanager"}
UNTAGS = {"DeleteTags", "RemoveTagsFromResource", "UntagResource", "UntagResources"}
RENAMED = {"logs:loggroup": "logs:log-group"}
EC2_IDS: dict[str, Callable[[Any], Iterable[str]]] = {
    "elastic-ip": lambda ec2: [address.allocation_id for address in ec2.addresses],
    "internet-gateway": lambda ec2: ec2.internet_gateways,
    "natgateway": lambda ec2: ec2.nat_gateways,
    "network-interface": lambda ec2: ec2.enis,
    "route-table": lambda ec2: ec2.route_tables,
    "security-group": lambda ec2: [group_id for vpc in ec2.groups.values() for group_id in vpc],
    "subnet": lambda ec2: [subnet_id for zone in ec2.subnets.values() for subnet_id in zone],
    "vpc": lambda ec2: ec2.vpcs,
    "vpc-endpoint": lambda ec2: ec2.vpc_end_points,
    "vpc-flow-log": lambda ec2: ec2.flow_logs,
}


class Ec2Tags:
    """The tags of EC2 and of IPAM in a Region, as moto's other backends show theirs."""

    def __init__(self, account: str, region: str) -> None:
        self._at, self._region = f"arn:aws:ec2:{region}:{account}", region
        self._ec2, self._ipam = ec2_backends[account][region], ipam_of(account)

    def iter_tagged_resources(self) -> Iterator[TaggedResource]:
        """Everything of the Region, tagged or not. The ARNs of IPAM name no Region."""
        for kind, ids in EC2_IDS.items():
            for one in ids(self._ec2):
                yield TaggedResource(f"{self._at}:{kind}/{one}", dict(self._ec2.tags.get(one, {})), f"ec2:{kind}")
        ours: dict[str, dict[str, Any]] = {
            "ipam": self._ipam.ipams,
            "ipam-scope": self._ipam.scopes,
            "ipam-pool": self._ipam.pools,
        }
        for kind, held in ours.items():
            for one in held:
                tags = self._ipam.tagged(one, self._region)
                if tags is not None:
                    yield TaggedResource(held[one].arn(kind), dict(tags), f"ec2:{kind}")

    def tag_resource(self, arn: str, tags: dict[str, str]) -> None:
        """Add tags."""
        one = arn.rsplit("/", 1)[-1]
        found = self._ipam.tagged(one, self._region)
        if found is None:
            self._ec2.create_tags([one], tags)
        else:
            found.update(tags)

    def untag_resource(self, arn: str, tag_keys: list[str]) -> None:
        """Take tags away."""
        one = arn.rsplit("/", 1)[-1]
        found = self._ipam.tagged(one, self._region)
        for key in tag_keys:
            (self._ec2.tags[one] if found is None else found).pop(key, None)


class Memory(BaseBackend):
    """The ARNs in a Region that have or once had tags."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.arns: set[str] = set()


MEMORY = own_backend("local-tagged", Memory)


def resources(account: str, region: str) -> dict[str, tuple[Any, TaggedResource]]:
    """Everything that can be tagged, by its ARN, with whoever keeps its tags."""
    keepers = [keeper for keeper in iter_taggable_backends(account, region) if keeper.SERVICE_NAMESPACE in SERVICES]
    found = [(keeper, one) for keeper in (Ec2Tags(account, region), *keepers) for one in keeper.iter_tagged_resources()]
    return {one.arn: (keeper, one) for keeper, one in found}


def remember(region: str, account: str = DEFAULT_ACCOUNT_ID) -> list[TaggedResource]:
    """What has or once had tags. Called before tags are taken away too: AWS goes on listing what has lost them."""
    known, memory = resources(account, region), MEMORY[account][region]
    memory.arns = {arn for arn, (_, one) in known.items() if one.tags or arn in memory.arns}
    return [known[arn][1] for arn in sorted(memory.arns)]
