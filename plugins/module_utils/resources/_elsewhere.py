# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find the resources of an environment in enabled regions of the account that are not in its inventory."""

from __future__ import annotations

from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ansible_collections.mtk.backend.plugins.module_utils.aws._existing import exists
from ansible_collections.mtk.backend.plugins.module_utils.domain import _left
from ansible_collections.mtk.backend.plugins.module_utils.domain._values import OWNER_TAG
from ansible_collections.mtk.backend.plugins.module_utils.resources._kept_data import is_kept_key

DENIED = ["AccessDeniedException", "AccessDenied", "UnauthorizedOperation"]


def elsewhere(
    aws: Any, environment: str, inventory: Collection[str], components: Collection[str] = _left.COMPONENTS
) -> tuple[list[_left.Found], list[str]]:
    """Return what is left in other regions, and the regions in which it may not be listed.

    What is on its way out, backups, and the KMS keys that data needs are not returned.
    """
    answer = aws.found(DENIED, lambda: aws.call("ec2", "describe_regions"))
    regions = sorted({each["region_name"] for each in (answer or {"regions": []})["regions"]} - set(inventory))
    with ThreadPoolExecutor() as threads:
        listings = list(threads.map(lambda region: _listed(aws, environment, region), regions))
    home = next(iter(inventory), "")
    found = [
        each
        for region, listed in zip(regions, listings, strict=True)
        for each in _left.unmanaged(listed or [], _left.Run(region, home, components, ()))
        if exists(aws, each.arn, region) and not is_kept_key(aws, each.arn, region)
    ]
    denied = [region for region, listed in zip(regions, listings, strict=True) if listed is None]
    found.sort(key=lambda each: (each.region, each.resource, each.name, each.arn))
    return found, denied if answer else ["all other regions"]


def _listed(aws: Any, environment: str, region: str) -> list[dict[str, Any]] | None:
    """Return what has the tag of the environment in a region; None if it may not be listed."""
    tag = {"key": OWNER_TAG, "values": [environment]}
    request = ("resourcegroupstaggingapi", "get_resources", "resource_tag_mapping_list", region)
    found: list[dict[str, Any]] | None = aws.found(DENIED, lambda: aws.pages(*request, tag_filters=[tag]))
    return found
