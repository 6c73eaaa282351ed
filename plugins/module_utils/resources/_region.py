# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find the resources of an environment by region. The region that owns them knows those of all regions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from ansible_collections.mtk.backend.plugins.module_utils.domain import _aurora
from ansible_collections.mtk.backend.plugins.module_utils.domain._names import canonical_name, resource_name
from ansible_collections.mtk.backend.plugins.module_utils.domain._pools import SHARED
from ansible_collections.mtk.backend.plugins.module_utils.domain._regions import Left, Part, left_regions
from ansible_collections.mtk.backend.plugins.module_utils.domain._values import OWNER_TAG
from ansible_collections.mtk.backend.plugins.module_utils.resources import _dynamodb
from ansible_collections.mtk.backend.plugins.module_utils.resources._ipam import alive, held, label, pools

DENIED = ["AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError"]
MISSING = ["ResourceNotFoundException", *DENIED]


class Regions:
    """The regions of an environment. The requests are those of the tasks that manage the same resources."""

    def __init__(self, aws: Any, environment: str) -> None:
        self.aws = aws
        self.environment = environment

    def left(self, hosts: list[str], removed: list[str]) -> list[Left]:
        """Return the regions that left the inventory. The run deletes the replicas in the regions ``removed``."""
        parts = [*self._pools(), *self._clusters(), *self._replicas([*hosts, *removed])]
        return list(left_regions(self.environment, parts, hosts))

    def address_pools(self, region: str) -> list[dict[str, str]]:
        """Return the blocks of the pools of a region, that of the environment before the shared one."""
        names = {self.environment: canonical_name("ipam_pool", self.environment, region)}
        names[SHARED] = canonical_name("ipam_pool", SHARED, region)
        found = []
        for owner, name in names.items():
            for pool in alive(self._listed_pools()):
                if label(pool, "ipam_pool_id") == name:
                    blocks = [str(block["cidr"]) for block in held(self.aws, pool["ipam_pool_id"]) if block.get("cidr")]
                    found += [{"name": name, "environment": owner, "locale": region, "cidr": b} for b in blocks or [""]]
        return found

    def has_secret_copy(self, region: str) -> bool:
        """Return whether the master user's secret has a copy in a region."""
        name = resource_name("aurora_master_secret", self.environment)
        ask = self._asking("secretsmanager", "describe_secret", secret_id=name)
        copies = (self.aws.found(MISSING, ask) or {}).get("replication_status") or []
        return region in [copy["region"] for copy in copies]

    def _asking(self, service: str, operation: str, **params: Any) -> Callable[[], Any]:
        return lambda: self.aws.call(service, operation, **params)

    def _listed_pools(self) -> list[dict[str, Any]]:
        return self.aws.found(DENIED, lambda: pools(self.aws)) or []

    def _pools(self) -> Iterator[Part]:
        for pool in alive(self._listed_pools()):
            region = pool.get("locale")
            if (pool.get("tags") or {}).get(OWNER_TAG) == self.environment and region not in (None, "None"):
                yield Part(str(region), f"the pool {label(pool, 'ipam_pool_id')}", pool["ipam_pool_id"])

    def _clusters(self) -> Iterator[Part]:
        """Yield the members of the global database that have our names. Others may have added theirs."""
        name = resource_name("aurora_global_cluster", self.environment)
        listed = self.aws.found(DENIED, lambda: self.aws.pages("rds", "describe_global_clusters", "global_clusters"))
        members = [m for g in listed or [] if g["global_cluster_identifier"] == name for m in _aurora.members_of(g)]
        for member in members:
            cluster, region = member["db_cluster_identifier"], member["region"]
            if cluster == resource_name("aurora_cluster", self.environment, region):
                text = f"the member {cluster} of the global database"
                yield Part(region, text, member["db_cluster_arn"])

    def _replicas(self, regions: list[str]) -> Iterator[Part]:
        """Yield the replicas of the table with our tag in other regions. Others may have added theirs."""
        name = resource_name("user_locations", self.environment)
        table = self.aws.found(DENIED, lambda: _dynamodb.describe_table(self.aws, name)) or {}
        for replica in table.get("replicas") or []:
            region, arn = replica["region_name"], _in_region(table["table_arn"], replica["region_name"])
            if region not in regions and self._owner(arn, region) == self.environment:
                yield Part(region, f"a replica of the table {name}", arn)

    def _owner(self, arn: str, region: str) -> str | None:
        wanted = {OWNER_TAG: self.environment}
        tags = self.aws.found(MISSING, lambda: _dynamodb.read_tags(self.aws, arn, wanted, region)) or {}
        return tags.get(OWNER_TAG)


def _in_region(arn: str, region: str) -> str:
    """Return the ARN of the same table in another region."""
    return ":".join(region if index == 3 else part for index, part in enumerate(arn.split(":")))
